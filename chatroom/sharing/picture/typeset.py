"""Texts of strangers set in lines of a picture: cleaned, left out where no font has it, wrapped, drawn.

A text is taken apart into clusters, a character with the marks upon it, which are never parted. Each is drawn by the
first font that has it (fonts.py). What runs from right to left is put in order as Unicode's bidirectional algorithm
(UAX 9) does without embeddings, N1 and N2 included; inside a run of one font raqm does the same.
"""

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby, islice
from operator import attrgetter, itemgetter
from typing import NamedTuple

from PIL import ImageDraw, ImageFont

from chatroom.sharing.picture import fonts

# Drawn so many times larger and made small: fonts set letters at whole pixels, which shows in small type.
SCALE = 2
ELLIPSIS = "…"
# No script needs more marks on one letter; more climb out of the line.
MARKS = 3
JOINERS = "\u200c\u200d"
# The variation selector that asks for the picture instead of the sign.
AS_EMOJI = "\ufe0f"
OPENING, CLOSING = ("Ps", "Pi"), ("Pe", "Pf", "Po")
# What Unicode's bidirectional classes say of a character; all others are neutral.
WAYS = {"L": 1, "EN": 1, "R": -1, "AL": -1, "AN": -1}


class Cluster(NamedTuple):
    """A character and its marks, the font that draws them, and their way: 1 as Latin, -1 as Hebrew, 0 as either."""

    text: str
    face: fonts.Face
    way: int


Line = tuple[Cluster, ...]


@dataclass(frozen=True, slots=True)
class Style:
    """How a text looks: size in pixels, weight as in CSS, colour, and the distance of its baselines in pixels."""

    size: int
    weight: int
    colour: str
    leading: int


def drawable(text: str) -> str:
    """Return what can be drawn of a text, on one line with single spaces; nothing if more is lost than is left.

    Emoji are left out and do not count as lost; control and format characters and lone surrogates are no text at all.
    """
    kept: list[str] = []
    lost = 0
    for cluster in _clustered(_plain(text)):
        base, marks = cluster[0], cluster[1:]
        if base == " ":
            kept.append(base)
        elif _is_emoji(base) or AS_EMOJI in marks:
            continue
        elif (face := fonts.face_for(base)) is None:
            lost += 1
        else:
            kept.append(base + "".join(mark for mark in marks if mark in JOINERS or face.has(mark))[:MARKS])
    left = sum(cluster != " " for cluster in kept)
    return "" if lost > left else " ".join("".join(kept).split())


def wrap(text: str, style: Style, width: int, most: int) -> list[Line]:
    """Break a drawable text into at most so many lines of `width` pixels; an ellipsis ends what is cut."""
    lines = list(islice(_filled(_units(_faced(text)), style, width), most + 1))
    if len(lines) > most:
        lines = lines[:most]
        lines[-1] = _cut(lines[-1], style, width)
    return [_stripped(cluster for unit in line for cluster in unit) for line in lines]


def length(text: str, style: Style) -> float:
    """Measure a drawable text set on one line, in pixels."""
    return _length(_faced(text), style)


def draw_line(draw: ImageDraw.ImageDraw, line: Line, style: Style, left: int, right: int, baseline: int) -> None:
    """Draw one line between two margins: from the left, or from the right if its first letter runs that way.

    The picture is SCALE times as large as the measures say.
    """
    at = right - _length(line, style) if _way(line) < 0 else float(left)
    for face, way, run in _runs(line):
        place, font = (at * SCALE, baseline * SCALE), _font(face, style)
        draw.text(place, run, fill=style.colour, font=font, anchor="ls", direction=_direction(way))
        at += _run_length(font, way, run)


def _plain(text: str) -> str:
    """Compose the letters, turn all white space into spaces, drop what is not text (Unicode calls it C and Z)."""
    kept = []
    for character in unicodedata.normalize("NFC", text):
        if character.isspace():
            kept.append(" ")
        elif unicodedata.category(character)[0] not in "CZ" or (character in JOINERS and fonts.shaping()):
            kept.append(character)
    return "".join(kept)


def _is_emoji(character: str) -> bool:
    """Tell the pictures: their planes, and the older ones by their width, which the signs of East Asia share."""
    point = ord(character)
    old = 0x2300 <= point <= 0x2BFF and unicodedata.east_asian_width(character) == "W"
    return old or 0x1F000 <= point <= 0x1FAFF


def _clustered(text: str) -> list[str]:
    clusters: list[str] = []
    for character in text:
        if clusters and (unicodedata.category(character)[0] == "M" or character in JOINERS):
            clusters[-1] += character
        else:
            clusters.append(character)
    return clusters


def _faced(text: str) -> Line:
    """Find the font of each cluster; spaces and signs stay with the font before them if it has them."""
    line: list[Cluster] = []
    for cluster in _clustered(text):
        way = WAYS.get(unicodedata.bidirectional(cluster[0]), 0)
        face = line[-1].face if line and way == 0 and line[-1].face.has(cluster[0]) else fonts.face_for(cluster[0])
        line.append(Cluster(cluster, face or fonts.PACKAGED, way))
    return tuple(line)


def _units(clusters: Line) -> list[Line]:
    """Part a text where a line may end: after spaces and between the characters of scripts that have none."""
    starts = [0, *(at for at in range(1, len(clusters)) if _may_part(clusters[at - 1].text[0], clusters[at].text[0]))]
    return [clusters[start:end] for start, end in zip(starts, [*starts[1:], len(clusters)], strict=True)]


def _may_part(before: str, after: str) -> bool:
    if " " in (before, after):
        return after != " "
    if unicodedata.category(before) in OPENING or unicodedata.category(after) in CLOSING:
        return False
    return any(unicodedata.east_asian_width(character) in "WF" for character in (before, after))


def _filled(units: Sequence[Line], style: Style, width: int) -> Iterator[list[Line]]:
    """Put as many units on a line as it holds; one that is longer than a line is broken between its clusters."""
    line: list[Line] = []
    used = 0.0
    for unit in units:
        word = _stripped(unit)
        pieces = [unit] if _length(word, style) <= width else [(cluster,) for cluster in unit]
        for piece in pieces:
            word = _stripped(piece)
            long = _length(word, style)
            if line and used + long > width:
                yield line
                line, used = [], 0.0
            line.append(piece)
            used += long + _length(piece[len(word) :], style)
    if line:
        yield line


def _cut(line: list[Line], style: Style, width: int) -> list[Line]:
    """Take whole words from the end, or else clusters, until the ellipsis has room."""
    ellipsis = _faced(ELLIPSIS)
    room = width - _length(ellipsis, style)
    while len(line) > 1 and sum(_length(unit, style) for unit in line) > room:
        line = line[:-1]
    rest = _stripped(cluster for unit in line for cluster in unit)
    while len(rest) > 1 and (_length(rest, style) > room or unicodedata.category(rest[-1].text[0])[0] in "PZ"):
        rest = rest[:-1]
    return [rest + ellipsis]


def _stripped(clusters: Iterable[Cluster]) -> Line:
    line = tuple(clusters)
    while line and line[-1].text == " ":
        line = line[:-1]
    return line


def _font(face: fonts.Face, style: Style) -> ImageFont.FreeTypeFont:
    return fonts.font(face.path, face.index, style.size * SCALE, style.weight)


def _direction(way: int) -> str | None:
    return ("rtl" if way < 0 else "ltr") if fonts.shaping() else None


def _run_length(font: ImageFont.FreeTypeFont, way: int, run: str) -> float:
    return font.getlength(run, direction=_direction(way)) / SCALE


def _length(line: Line, style: Style) -> float:
    if len(line) == 1:
        return _cluster_length(line[0], style)
    return sum(_run_length(_font(face, style), way, run) for face, way, run in _runs(line))


@lru_cache(maxsize=4096)
def _cluster_length(cluster: Cluster, style: Style) -> float:
    return _run_length(_font(cluster.face, style), cluster.way, cluster.text)


def _way(line: Line) -> int:
    return next((cluster.way for cluster in line if cluster.way), 1)


def _runs(line: Line) -> list[tuple[fonts.Face, int, str]]:
    """Return the runs of one font and one way, in the order in which they stand on the line from the left."""
    whole = _way(line)
    after = [whole] * (len(line) + 1)
    for place in reversed(range(len(line))):
        after[place] = line[place].way or after[place + 1]
    before, ways = whole, []
    for place, cluster in enumerate(line):
        before = cluster.way or before
        ways.append(before if before == after[place] else whole)
    runs: list[tuple[fonts.Face, int, str]] = []
    for way, stretch in groupby(zip(ways, line, strict=True), key=itemgetter(0)):
        members = [cluster for _, cluster in stretch]
        parts = [
            (face, way, "".join(cluster.text for cluster in part))
            for face, part in groupby(members, key=attrgetter("face"))
        ][::way]
        runs = parts + runs if whole < 0 else runs + parts
    return runs
