"""Where the words that a reviewer selected on a page stand in the stored text.

A page shows Markdown rendered: without its marks and the addresses of links, with formulas drawn. So a quote is
compared by its letters and digits alone, with the stored text as a page shows it and as it is stored (`readings`).
What stands in neither, such as a formula drawn by another renderer, is found by aligning the beginning and the end of
the quote, each with the words about it.

Of several places the words before and after decide, then the signs between the letters, then how far the quote is from
the beginning or the end of the part. Where nothing decides, there is no place: a mark without one still has its quote,
a mark at the wrong place would be false evidence.

A place begins with the first letter or sign of the quote and ends with its last. Marks of Markdown about it (`**`) are
not in it, those within it are. A formula or a character reference is in it whole or not at all.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import islice
from unicodedata import category

from chatroom.review.readings import WORD, Reading, as_shown, as_stored, is_drawn, letters_of

#: Characters of rendered text before and after a quote that a browser sends (static/js/anchoring.js); fewer stand there
#: only where the part begins or ends.
CONTEXT = 64

_PIECE = re.compile(r"[^\W_]{1,8}")
# Signs that may be Markdown's: they can stand in the stored text where a page shows nothing.
_MARKUP = frozenset("*_`~\\[]|>#$ \t\r\n")
_STOPS = " \t\r\n.,;:!?"
_UNSEEN = re.compile(r"[*_`~\\\[\]|>#$\s]+")

_MOST_PLACES = 1_000  # that are looked at one by one
_MOST_ALIKE = 20_000  # with all the words about them, as where a model repeats itself without end
_MOST_PAIRS = 20  # of a beginning and an end
_NEAR = 12  # letters before or after a border by which it is found
_LEAST = 4  # letters that say something
_TELLING = 24  # letters of a quote that need no words about them
_REACH = 500  # letters on each side in which the words about a place are looked for
_SIGNS = 400  # characters on each side in which signs are compared


@dataclass(frozen=True, slots=True)
class _Quote:
    """What the browser sent, and the letters of it."""

    exact: str
    prefix: str
    suffix: str
    letters: str
    left: str
    right: str
    left_pieces: tuple[str, ...]
    right_pieces: tuple[str, ...]

    @classmethod
    def of(cls, exact: str, prefix: str, suffix: str) -> _Quote:
        pieces = tuple(_PIECE.findall(prefix)), tuple(_PIECE.findall(suffix))
        return cls(exact, prefix, suffix, letters_of(exact), "".join(pieces[0]), "".join(pieces[1]), *pieces)

    @property
    def most(self) -> int:
        """The agreement of a place where all words about it are those of the quote."""
        return 2 * (len(self.left) + len(self.right))


@dataclass(frozen=True, slots=True)
class _Place:
    """A place that may be meant: in the text, how far in the reading it is from both ends, and what speaks for it."""

    start: int
    end: int
    before: int
    after: int
    agreement: int
    stored: bool  # found in the text as it is stored


def locate(
    text: str, exact: str, prefix: str = "", suffix: str = "", *, before: int | None = None
) -> tuple[int, int] | None:
    """Where in `text`, a part as it is stored, the quote stands, from and to in characters; None where none is certain.

    `exact` as a page showed it, `prefix` and `suffix` up to CONTEXT characters shown before and after it in the part.
    `before`: how many letters and digits of the part the page showed before the quote; it decides between places that
    are alike as far as that.
    """
    exact = exact.strip()
    if not exact or not text:
        return None
    quote = _Quote.of(exact, prefix[-CONTEXT:], suffix[:CONTEXT])
    readings = [as_shown(text), as_stored(text)]
    if readings[0].letters == readings[1].letters:
        readings.pop()
    search = (_entire, _scattered, _aligned) if quote.letters else (_signs, _between)
    for find in search:
        found = [place for stored, reading in enumerate(readings) for place in find(text, reading, quote, bool(stored))]
        if found:
            place = _chosen(readings, found, quote, before)
            return _with_signs(text, place, quote) if place else None
    return None


def _occurrences(letters: str, needle: str) -> Iterator[int]:
    at = letters.find(needle) if needle else -1
    while at >= 0:
        yield at
        at = letters.find(needle, at + 1)


def _few(places: Iterable[int], most: int = _MOST_PLACES) -> list[int]:
    """All, or none where they are too many to be told apart."""
    few = list(islice(places, most + 1))
    return few if len(few) <= most else []


def _place(reading: Reading, head: int, tail: int, agreement: int, stored: bool) -> _Place:
    """The place of the letters from `head` up to `tail` of a reading."""
    rest = len(reading.letters) - tail
    return _Place(reading.starts[head], reading.ends[tail - 1], head, rest, agreement, stored)


def _entire(text: str, reading: Reading, quote: _Quote, stored: bool) -> list[_Place]:
    """Where the quote stands with all the words about it."""
    before, size = len(quote.left), len(quote.letters)
    found = _few(_occurrences(reading.letters, quote.left + quote.letters + quote.right), _MOST_ALIKE)
    return [_place(reading, at + before, at + before + size, quote.most, stored) for at in found]


def _scattered(text: str, reading: Reading, quote: _Quote, stored: bool) -> list[_Place]:
    """Where the quote stands, though the words about it are farther off, or not all there."""
    size = len(quote.letters)
    heads = _few(_occurrences(reading.letters, quote.letters))
    for near in (_NEAR, _LEAST):
        if heads:
            break
        left, right = quote.left[-near:], quote.right[:near]
        after_left = [at + len(left) for at in _few(_occurrences(reading.letters, left + quote.letters))]
        heads = sorted({*after_left, *_few(_occurrences(reading.letters, quote.letters + right))})
    places = (
        _place(reading, head, head + size, _agreement(reading.letters, head, head + size, quote), stored)
        for head in heads
    )
    return [place for place in places if _is_told(place, quote)]


def _aligned(text: str, reading: Reading, quote: _Quote, stored: bool) -> list[_Place]:
    """Where the beginning and the end of the quote stand with most of it between, or what is between its neighbours."""
    letters = reading.letters
    heads_outside, heads = _borders(letters, quote.left, quote.letters)
    tails, tails_outside = _borders(letters, quote.letters, quote.right)
    if len(quote.prefix) < CONTEXT and letters.startswith(quote.left):
        heads_outside.add(len(quote.left))
    if len(quote.suffix) < CONTEXT and letters.endswith(quote.right):
        tails_outside.add(len(letters) - len(quote.right))
    ends = sorted(tails | tails_outside)
    longest = 4 * len(quote.letters) + _REACH
    pairs = sorted(
        (-_agreement(letters, head, tail, quote), tail - head, head, tail)
        for head in heads | heads_outside
        for tail in islice(ends[bisect_left(ends, head) :], _MOST_PAIRS)
        if tail <= head + longest
    )[:_MOST_PAIRS]
    pieces = _PIECE.findall(quote.exact)
    found = []
    for disagreement, _, head, tail in pairs:
        start = reading.starts[head] if head in heads else reading.ends[head - 1] if head else 0
        end = reading.ends[tail - 1] if tail in tails else reading.starts[tail] if tail < len(letters) else len(text)
        start += len(text[start:end]) - len(text[start:end].lstrip(_STOPS))
        end = start + len(text[start:end].rstrip(_STOPS))
        outside = head not in heads and tail not in tails
        covered = _covered(letters, head, tail, pieces)
        if 2 * covered < len(quote.letters) and not (outside and is_drawn(text[start:end])):
            continue
        place = _Place(start, end, head, len(letters) - tail, -disagreement, stored)
        if start < end and _is_told(place, quote):
            # What the quote itself begins and ends with says more than what is next to it.
            own = _NEAR * ((head in heads) + (tail in tails))
            found.append(replace(place, agreement=place.agreement + covered + own))
    return _shortest(found)


def _shortest(places: list[_Place]) -> list[_Place]:
    """The best, and of those that begin or end at the same point the shortest: the longer have no more of the quote."""
    best = max((place.agreement for place in places), default=0)
    kept: list[_Place] = []
    for place in sorted(places, key=lambda place: place.end - place.start):
        if place.agreement == best and not any(place.start == one.start or place.end == one.end for one in kept):
            kept.append(place)
    return kept


def _borders(letters: str, left: str, right: str) -> tuple[set[int], set[int]]:
    """Where `left` ends, and where `right` begins, by as many letters of each as are found together."""
    ends: set[int] = set()
    begins: set[int] = set()
    for near in (_NEAR, _NEAR // 2, _LEAST):
        if not ends and len(left) >= near:
            ends = {at + near for at in _few(_occurrences(letters, left[-near:]))}
        if not begins and len(right) >= near:
            begins = set(_few(_occurrences(letters, right[:near])))
    return ends, begins


def _covered(letters: str, head: int, tail: int, pieces: list[str]) -> int:
    """How many letters of the pieces stand between head and tail, in this order and not too far from one another."""
    covered = 0
    for piece in pieces:
        at = letters.find(piece, head, min(tail, head + 20 * len(piece) + 100))
        if at >= 0:
            covered += len(piece)
            head = at + len(piece)
    return covered


def _signs(text: str, reading: Reading, quote: _Quote, stored: bool) -> list[_Place]:
    """Where a quote without letters stands as it is, with all the words about it, or else with some."""
    gaps = [gap for gap in _gaps(text, reading, quote) if quote.exact in text[gap[0] : gap[1]]]
    if gaps:
        places = [gap[0] + at for gap in gaps for at in _occurrences(text[gap[0] : gap[1]], quote.exact)]
    else:
        places = _few(_occurrences(text, quote.exact))
    found = []
    for start in places:
        end = start + len(quote.exact)
        head, tail = bisect_left(reading.starts, start), bisect_left(reading.starts, end)
        agreement = _agreement(reading.letters, head, tail, quote)
        found.append(_Place(start, end, head, len(reading.letters) - tail, agreement, stored))
    return [place for place in found if _is_told(place, quote)]


def _between(text: str, reading: Reading, quote: _Quote, stored: bool) -> list[_Place]:
    """What stands where a quote without letters was shown: it is written otherwise, as "→" is in a formula."""
    found = []
    for start, end, head in _gaps(text, reading, quote):
        written = text[start:end].strip()
        if written and len(written) <= _SIGNS:
            start = text.index(written, start)
            rest = len(reading.letters) - head
            found.append(_Place(start, start + len(written), head, rest, quote.most, stored))
    return found


def _gaps(text: str, reading: Reading, quote: _Quote) -> list[tuple[int, int, int]]:
    """What is between the words about a quote without letters: from, to, and the letters of the reading before it."""
    before, size = len(quote.left), len(reading.letters)
    if len(quote.left) + len(quote.right) < _LEAST:
        return []
    heads = [at + before for at in _few(_occurrences(reading.letters, quote.left + quote.right))]
    return [
        (reading.ends[head - 1] if head else 0, reading.starts[head] if head < size else len(text), head)
        for head in heads
    ]


def _agreement(letters: str, head: int, tail: int, quote: _Quote) -> int:
    """How many letters of the words about the quote are about the place, in order; twice what follows without a gap."""
    agreement = 0
    reach = max(0, head - _REACH)
    for piece in reversed(quote.left_pieces):
        at = letters.rfind(piece, reach, head)
        if at >= 0:
            agreement += len(piece) * (2 if at + len(piece) == head else 1)
            head = at
    reach = tail + _REACH
    for piece in quote.right_pieces:
        at = letters.find(piece, tail, reach)
        if at >= 0:
            agreement += len(piece) * (2 if at == tail else 1)
            tail = at + len(piece)
    return agreement


def _is_told(place: _Place, quote: _Quote) -> bool:
    """Whether it can be meant: a few letters stand in many places, so some of the words about them must be there."""
    return len(quote.letters) >= _TELLING or 4 * place.agreement >= quote.most


def _chosen(readings: list[Reading], places: list[_Place], quote: _Quote, before: int | None) -> _Place | None:
    """The one place that is meant, or None where two may be."""
    best = max(place.agreement for place in places)
    alike = _apart([place for place in places if place.agreement == best])
    alike = [place for place in alike if _ends_where_its_words_do(place, quote)] or alike
    alike = [place for place in alike if place.before == before] or alike
    if 1 < len(alike) <= _MOST_PLACES:
        likeness = [_likeness(readings[place.stored], place, quote) for place in alike]
        most = max(likeness)
        alike = [place for place, its in zip(alike, likeness, strict=True) if its == most]
    if len(alike) == 1:
        return alike[0]
    if before is None:
        return None
    nearest, second = sorted(alike, key=lambda place: abs(place.before - before))[:2]
    # What is not shown, and is counted here, shifts all places; so the nearest must be by far the nearest.
    return nearest if 2 * abs(nearest.before - before) < abs(second.before - before) else None


def _ends_where_its_words_do(place: _Place, quote: _Quote) -> bool:
    """Whether a quote with fewer words about it than a browser sends is at the beginning or the end of the part."""
    begins = len(quote.prefix) >= CONTEXT or place.before == len(quote.left)
    return begins and (len(quote.suffix) >= CONTEXT or place.after == len(quote.right))


def _apart(places: list[_Place]) -> list[_Place]:
    """Without what is found as it is stored and as it is shown: there it may be wider, for it is all of a formula."""
    shown = sorted((place for place in places if not place.stored), key=lambda place: place.start)
    starts = [place.start for place in shown]
    for place in places:
        at = bisect_left(starts, place.end)
        if place.stored and (not at or shown[at - 1].end <= place.start):
            shown.append(place)
    return shown


def _likeness(reading: Reading, place: _Place, quote: _Quote) -> tuple[bool, int]:
    """How alike the signs are: within, and then how far on both sides."""
    lead, trail = _edges(quote.exact)
    tail = len(reading.letters) - place.after
    if place.before >= tail:
        return True, 0  # signs alone: the words about them have said all
    start, end = reading.places[place.before], reading.places[tail - 1] + 1
    within = _seen(reading.text[start:end]) == _seen(quote.exact[len(lead) : len(quote.exact) - len(trail)])
    before = _seen(reading.text[max(0, start - _SIGNS) : start])[::-1]
    after = _seen(reading.text[end : end + _SIGNS])
    left, right = _seen(quote.prefix + lead)[::-1], _seen(trail + quote.suffix)
    return within, _common(before, left) + _common(after, right)


def _seen(text: str) -> str:
    return _UNSEEN.sub("", text)


def _common(one: str, other: str) -> int:
    """How many characters are the same from the beginning."""
    pairs = zip(one, other, strict=False)
    return next((at for at, (a, b) in enumerate(pairs) if a != b), min(len(one), len(other)))


def _edges(exact: str) -> tuple[str, str]:
    """The signs before the first letter of a quote, and those after its last; none where it has no letters."""
    first = WORD.search(exact)
    if not first:
        return "", ""
    last = WORD.search(exact[::-1])
    return exact[: first.start()], exact[len(exact) - last.start() :] if last else ""


def _with_signs(text: str, place: _Place, quote: _Quote) -> tuple[int, int]:
    """From, to: with the accents of the last letter, and the signs of the quote before the first and after the last."""
    start, end = place.start, place.end
    while end < len(text) and category(text[end]).startswith("M"):
        end += 1
    lead, trail = _edges(quote.exact)
    start -= _reaches(reversed(text[max(0, start - _SIGNS) : start]), lead[::-1])
    return start, end + _reaches(iter(text[end : end + _SIGNS]), trail)


def _reaches(text: Iterator[str], signs: str) -> int:
    """How far in `text` the signs go on, where marks of Markdown may be between them."""
    wanted = [sign for sign in signs if not sign.isspace()]
    reached = done = 0
    for at, sign in enumerate(text, start=1):
        if done == len(wanted):
            break
        if sign == wanted[done]:
            done, reached = done + 1, at
        elif sign not in _MARKUP:
            break
    return reached
