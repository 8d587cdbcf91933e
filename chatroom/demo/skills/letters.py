"""Letters in words: "how many r's are in strawberry?", "how many letters does Mississippi have?"."""

from __future__ import annotations

import re
from typing import NamedTuple

from chatroom.demo.skills.reading import plain, without_courtesies
from chatroom.demo.skills.thought import Step, Thought, check, spelt_out
from chatroom.demo.skills.wording import listed, several, table

_MAX_TEXT = 300
_MAX_SPELT = 40

_LETTER = (
    r"""(?:(?:the |a )?(?:letters?|characters?) )?["'(]?(?P<letter>[^\W\d_])["')]?(?:'s|s|'|"s)?["']?(?: letters?)?"""
)
_PLACE = r"(?:in|inside|within|of)"
_THING = r"(?:the |this |a )?(?:following |english )?(?:words?|names?|phrases?|sentences?|text|string|spelling of)\b:?"
_COUNTING = re.compile(
    r"(?:how (?:many(?: times)?|often) (?:do(?:es)? |is |are )?|"
    r"(?:what(?:'s| is) )?(?:the )?(?:number|count|amount) of (?:times )?|"
    r"(?:count|find|give me)(?: up)?(?: how many(?: times)?| the number of| all(?: of)?)?(?: the)? )"
)
_VERB = (
    r"(?: (?:are|is|do|does|can|you|i|we|there|it|see|find|have|has|appears?|occurs?|show up|used|contained|exist))*"
)
# "how many r's are in strawberry", "how often does r occur in the word strawberry"
_LETTER_FIRST = re.compile(rf"{_COUNTING.pattern}{_LETTER}{_VERB} {_PLACE} (?P<text>.+)", re.DOTALL)
# "how many r's does strawberry have"
_LETTER_DOES = re.compile(rf"how many {_LETTER} (?:does|do|has) (?P<text>.+?) (?:have|contain|include|got)", re.DOTALL)
# "in the word strawberry, how many r's are there", "strawberry: how many r's"
_LETTER_LAST = rf" ?(?:how many|count(?: the)?) {_LETTER}{_VERB}"
_IN_TEXT_FIRST = re.compile(rf"{_PLACE} (?P<text>[^,:?]+)[,:?]?{_LETTER_LAST}", re.DOTALL)
_TEXT_FIRST = re.compile(rf"(?P<text>[^,:?]+)[,:?]{_LETTER_LAST}", re.DOTALL)
_ALL_LETTERS = re.compile(
    rf"(?:{_COUNTING.pattern}(?:letters|characters){_VERB} {_PLACE} (?P<text>.+)|"
    r"how many letters (?:does|do|has) (?P<does>.+?) (?:have|contain|got)|how long is the word (?P<long>.+))",
    re.DOTALL,
)
# "how many m in a km" asks for metres.
_UNITS = frozenset("km kg mm cm dm mg ml cl dl hl kb mb gb tb kw mw ms ns kj mj hz khz mhz ghz l g m h min".split())  # noqa: SIM905


class _Asked(NamedTuple):
    """A letter (None: all of them) and the text to look in, as typed."""

    letter: str | None
    text: str


def work_out(question: str) -> Thought | None:
    """Count a letter in a word or a few words, if that is what is asked."""
    asked = _read(plain(question))
    if asked is None:
        return None
    words = _words(asked.text)
    if asked.letter is None:
        return _measured(words)
    return _counted(asked.letter, words)


def _read(text: str) -> _Asked | None:
    # Lower-casing may lengthen a text (İ), and then places in the one are not places in the other.
    courteous = without_courtesies(text.lower())
    start = text.lower().find(courteous)
    if len(text.lower()) != len(text) or start < 0:
        return None
    for pattern in (_LETTER_FIRST, _LETTER_DOES, _IN_TEXT_FIRST, _TEXT_FIRST):
        if match := pattern.fullmatch(courteous):
            letter = match["letter"]
            found = _cleaned(text[start + match.start("text") : start + match.end("text")])
            sure = re.search(rf"letter|character|{letter}'|['\"]{letter}|{letter}s\b", courteous)
            if not found or (not sure and (found.lower() in _UNITS or " " in found)):
                return None
            return _Asked(letter, found)
    if match := _ALL_LETTERS.fullmatch(courteous):
        group = match.lastgroup or "text"
        found = _cleaned(text[start + match.start(group) : start + match.end(group)])
        # "the alphabet" is not asked for its own letters, nor is "the Bible".
        return _Asked(None, found) if found and " " not in found else None
    return None


def _cleaned(text: str) -> str:
    """Return the words themselves, or "" if there is more in them than words."""
    text = re.sub(rf"^{_THING} *", "", text.strip(" \n,.:;?!"), flags=re.IGNORECASE).strip(" \n,.:;?!\"'*")
    if re.match(r"(?:it|this|that|these|them|there|all|my|your|his|her|our|their)(?![\w'])", text.lower()):
        return ""  # a text that is pointed at, not given
    fits = len(text) <= _MAX_TEXT and re.fullmatch(r"[^\W\d_](?:[^\W\d_]|[ \n'\",.!?-])*", text)
    return " ".join(text.split()) if fits else ""


def _words(text: str) -> list[str]:
    """ "strawberry and raspberry" are two words to look at, "the old tree" is one text."""
    if '"' not in text and re.fullmatch(r"\S+(?:, \S+)*,? and \S+", text):
        return re.split(r",? and |, ", text)
    return [text]


def _counted(letter: str, words: list[str]) -> Thought:
    counts = [word.lower().count(letter) for word in words]
    total = sum(counts)
    named = listed([f"“{word}”" for word in words])
    steps = [Step(f"The user asks how often the letter {letter} occurs in {named}. Upper and lower case count alike.")]
    for word in words:
        steps += _looked_through(letter, word)
    if len(words) > 1:
        steps.append(Step(f"Together: {' + '.join(map(str, counts))} = {total}."))
    steps.append(Step(f"So the answer is {total}."))
    summary = (
        f"**Looking letter by letter**\n\nI go through {named} one letter at a time and note each {letter}.",
        f"**Counting**\n\nThere {'is' if total == 1 else 'are'} {total}.",
    )
    return Thought(tuple(steps), summary, _answer(letter, words, counts))


def _looked_through(letter: str, word: str) -> list[Step]:
    steps = []
    letters = [each for each in word.lower() if each.isalpha()]
    places = [place for place, each in enumerate(letters, 1) if each == letter]
    if len(letters) <= _MAX_SPELT:
        steps.append(spelt_out(f"Let me spell it out rather than guess: {'-'.join(letters)}."))
        seen = 0
        looks = []
        for each in letters:
            seen += each == letter
            looks.append(f"{each}, that is {_ordinal(seen)}" if each == letter else each)
        steps.append(spelt_out(f"One at a time: {'; '.join(looks)}."))
    else:
        steps.append(spelt_out("That is too long to spell out, so I only note the places where it occurs."))
    if not places:
        steps.append(Step(f"I find no {letter} in “{word}”."))
    else:
        where = listed([str(place) for place in places])
        steps.append(Step(f"In “{word}” it is letter number {where}: {several(len(places), 'time')}."))
    pieces = word.lower().split(letter)
    shown = " | ".join(pieces) if len(word) <= _MAX_SPELT else "a row of pieces"
    steps.append(
        check(
            f"Another way: cut “{word}” at every {letter}. That gives {shown}, {several(len(pieces), 'piece')}, "
            f"which takes {several(len(pieces) - 1, 'cut')}. "
            + ("The same." if len(pieces) - 1 == len(places) else "That does not fit!")
        )
    )
    return steps


def _ordinal(number: int) -> str:
    return {1: "one", 2: "two", 3: "three", 4: "four", 5: "five"}.get(number, str(number))


def _answer(letter: str, words: list[str], counts: list[int]) -> str:
    total = sum(counts)
    named = listed([f"“{word}”" for word in words])
    answer = f"The letter **{letter}** occurs **{several(total, 'time')}** in {named}."
    if not total:
        answer = f"There is **no {letter}** in {named}: **0 times**."
    if len(words) > 1:
        rows = [[word, str(count)] for word, count in zip(words, counts, strict=True)]
        return f"{answer}\n\n{table(['word', f'{letter}'], rows)}"
    if total and len(words[0]) <= _MAX_SPELT:
        marks = " ".join("^" if each == letter else " " for each in words[0].lower())
        return f"{answer}\n\n```text\n{' '.join(words[0])}\n{marks.rstrip()}\n```"
    return answer


def _measured(words: list[str]) -> Thought:
    sizes = [sum(each.isalpha() for each in word) for word in words]
    total = sum(sizes)
    named = listed([f"“{word}”" for word in words])
    steps = [Step(f"The user wants to know how many letters {named} has. Blanks and signs are no letters.")]
    for word, size in zip(words, sizes, strict=True):
        letters = [each for each in word if each.isalpha()]
        if size <= _MAX_SPELT:
            numbered = ", ".join(f"{each} {place}" for place, each in enumerate(letters, 1))
            steps.append(spelt_out(f"I number them: {numbered}."))
        steps.append(Step(f"“{word}” has {size}."))
        fives = ["".join(letters[at : at + 5]) for at in range(0, size, 5)]
        steps.append(
            check(f"In groups of five: {' '.join(fives)}. {len(fives) - 1} × 5 + {len(fives[-1])} = {size}. It fits.")
        )
    if len(words) > 1:
        steps.append(Step(f"Together: {' + '.join(map(str, sizes))} = {total}."))
    summary = (f"**Numbering the letters**\n\nI number the letters of {named} one by one and come to {total}.",)
    verb = "have" if len(words) > 1 else "has"
    return Thought(tuple(steps), summary, f"{named} {verb} **{several(total, 'letter')}**.")
