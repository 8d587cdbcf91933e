"""Letters in words: "how many r's are in strawberry?", "how many letters does Mississippi have?"."""

from __future__ import annotations

from chatroom.demo.skills.letter_reading import read
from chatroom.demo.skills.reading import plain
from chatroom.demo.skills.thought import Step, Thought, check, spelt_out
from chatroom.demo.skills.wording import listed, several, table

_MAX_SPELT = 40


def work_out(question: str) -> Thought | None:
    """Count a letter in a word or a few words, if that is what is asked."""
    asked = read(plain(question))
    if asked is None:
        return None
    return _measured(asked.words[0]) if asked.letter is None else _counted(asked.letter, asked.words)


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
    shown = ", ".join(piece or "(nothing)" for piece in pieces) if len(word) <= _MAX_SPELT else "a row of pieces"
    steps.append(
        check(
            f"Another way: cut “{word}” at every {letter}. That gives {shown}: {several(len(pieces), 'piece')}, "
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


def _measured(word: str) -> Thought:
    letters = [each for each in word if each.isalpha()]
    size = len(letters)
    numbered = ", ".join(f"{each} {place}" for place, each in enumerate(letters, 1))
    fives = ["".join(letters[at : at + 5]) for at in range(0, size, 5)]
    total = (len(fives) - 1) * 5 + len(fives[-1])
    steps = (
        Step(f"The user wants to know how many letters “{word}” has. Only letters count, not the signs between them."),
        spelt_out(f"I number them: {numbered}."),
        check(f"In groups of five: {' '.join(fives)}. That makes {len(fives) - 1} × 5 + {len(fives[-1])} = {total}."),
        Step(f"So the answer is {size}."),
    )
    summary = (f"**Numbering the letters**\n\nI number the letters of “{word}” one by one and come to {size}.",)
    return Thought(steps, summary, f"“{word}” has **{several(size, 'letter')}**.")
