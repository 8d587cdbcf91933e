"""Which font draws which character of a picture made on the server.

Noto Sans comes as a package and looks the same on every host: Latin, Greek, Cyrillic, Devanagari. For other scripts the
host's fonts serve, as far as fontconfig lists any (Debian: fontconfig and, say, fonts-noto-cjk).
"""

import logging
import shutil
import subprocess
from bisect import bisect_right
from dataclasses import dataclass
from functools import cache, lru_cache

import fontpkg.pil  # type: ignore[import-untyped]
from PIL import ImageFont, features

logger = logging.getLogger(__name__)

FAMILY = "Noto Sans"
# Regular, upright, outlines only: no colour fonts, whose bitmaps come in one size.
WANTED = ":weight=80:slant=0:scalable=True:color=False:variable=False"
FIELDS = "%{family[0]}|%{index}|%{charset}|%{file}\n"
# Longer than this takes fontconfig only where it never looked at the fonts before. Without an answer we do without.
PATIENCE = 10.0
# No font draws this noncharacter: what is drawn for it is the font's empty box.
NO_CHARACTER = "\U0010ffff"
# Scripts in which letters change or move by what stands beside them, from Hebrew to Myanmar without Thai and Lao, and
# Khmer and Mongolian; with Arabic's presentation forms. Without raqm they would come out in the wrong order or apart.
SHAPED = ((0x0590, 0x0DFF), (0x0F00, 0x109F), (0x1780, 0x18AF), (0xFB1D, 0xFDFF), (0xFE70, 0xFEFF))


@dataclass(frozen=True, slots=True)
class Face:
    """A font file; no `path` means the packaged family. `starts` and `ends` bound the ranges of what it has."""

    path: str = ""
    index: int = 0
    starts: tuple[int, ...] = ()
    ends: tuple[int, ...] = ()

    def has(self, character: str) -> bool:
        """Tell whether the font draws this character."""
        if not self.path:
            return _packaged(character)
        place = bisect_right(self.starts, ord(character)) - 1
        return place >= 0 and ord(character) <= self.ends[place]


PACKAGED = Face()


@cache
def shaping() -> bool:
    """Tell whether Pillow can shape here: join Arabic, set right-to-left, move the signs of Indic scripts."""
    return features.check("raqm") is True


@lru_cache(maxsize=8192)
def face_for(character: str) -> Face | None:
    """Return the font that draws this character, or None if it has to be left out."""
    if not shaping() and any(first <= ord(character) <= last for first, last in SHAPED):
        return None
    for face in (PACKAGED, *_of_the_host()):
        if face.has(character) and _opens(face):
            return face
    return None


@lru_cache(maxsize=64)
def font(path: str, index: int, size: int, weight: int) -> ImageFont.FreeTypeFont:
    """Return a font of a face, ready to draw at `size` pixels; the weight counts for the packaged family alone."""
    if path:
        return ImageFont.truetype(path, size, index)
    loaded: ImageFont.FreeTypeFont = fontpkg.pil.truetype(FAMILY, size, weight)
    return loaded


@cache
def _probe() -> tuple[ImageFont.FreeTypeFont, bytes]:
    small = fontpkg.pil.truetype(FAMILY, 16, layout_engine=ImageFont.Layout.BASIC)
    return small, bytes(small.getmask(NO_CHARACTER))


@lru_cache(maxsize=8192)
def _packaged(character: str) -> bool:
    """Tell by drawing it whether the packaged font has a character: Pillow does not let us ask."""
    small, box = _probe()
    return bytes(small.getmask(character)) != box


@cache
def _opens(face: Face) -> bool:
    try:
        font(face.path, face.index, 16, 400)
    except OSError:
        logger.warning("A font of this host cannot be read and is not used for preview cards: %s", face.path)
        return False
    return True


@cache
def _of_the_host() -> tuple[Face, ...]:
    """Ask fontconfig, once, for the fonts that are installed: the likest to the packaged one first."""
    program = shutil.which("fc-list")
    if program is None:
        return ()
    try:
        told = subprocess.run(  # noqa: S603 (no word of this comes from outside)
            [program, WANTED, "--format", FIELDS], capture_output=True, timeout=PATIENCE, check=True
        )
        rows = [line.split("|", 3) for line in told.stdout.decode("utf-8", "surrogateescape").splitlines()]
        return tuple(_face(*row) for row in sorted(rows, key=_likeness) if "emoji" not in row[0].lower())
    except (OSError, subprocess.SubprocessError, ValueError, TypeError):
        logger.warning("fontconfig does not tell which fonts there are: preview cards do without them.")
        return ()


def _face(family: str, index: str, charset: str, path: str) -> Face:
    """Read one row of fontconfig's answer; the characters stand in it as `20-7e a0 a2-ff`, in order."""
    spans = [span.split("-") for span in charset.split()]
    starts, ends = (tuple(int(span[end], 16) for span in spans) for end in (0, -1))
    return Face(path, int(index), starts, ends)


def _likeness(row: list[str]) -> tuple[bool, bool, bool, str, int]:
    family, index, _, path = row
    return not family.startswith(FAMILY), "Mono" in family, "Sans" not in family, path, int(index)
