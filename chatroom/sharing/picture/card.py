"""The picture that a chat window shows beside a link to a shared conversation (Open Graph's og:image).

It says what the page says at its top, in the house's look: a title, the models, the first lines, the house's mark.
"""

import io
from functools import cache

from PIL import Image, ImageColor, ImageDraw

from chatroom.sharing.picture import Card, typeset
from chatroom.sharing.picture.typeset import SCALE, Line, Style

# The measure that Open Graph's readers show whole, in pixels.
WIDTH, HEIGHT = 1200, 630
# Nothing stands on the margin. Text begins a little further in, for letters that reach out of their place.
MARGIN, REACH = 64, 8
LEFT, TOP, RIGHT, BOTTOM = MARGIN + REACH, MARGIN + REACH, WIDTH - MARGIN - REACH, HEIGHT - MARGIN
TITLE_CHARACTERS, MODELS, NAME_CHARACTERS, LINES_CHARACTERS = 200, 8, 200, 400
# static/css/base.css, light: a picture cannot follow the reader's taste. The last two are those of the mark.
PAPER, INK, INK_SOFT, ACCENT, HAIRLINE = "#fdfdfb", "#1d1f1e", "#55595a", "#0f6e63", "#e2e3de"
MARGIN_LINE, WHITE = "#9fd9cf", "#ffffff"
# A short title may be larger: each with the number of lines it may take.
TITLES = ((Style(76, 600, INK, 92), 1), (Style(64, 600, INK, 79), 2), (Style(54, 600, INK, 67), 3))
NAMES = Style(28, 500, ACCENT, 40)
TEXT = Style(30, 400, INK_SOFT, 46)
TEXT_LINES = 4
HOUSE = Style(28, 600, INK, 40)
# For a title of which nothing can be drawn.
NO_TITLE = "A conversation"
NAME = "Chatroom"
BETWEEN_NAMES = "  ·  "
MARK = 44
FOOT = BOTTOM - MARK - 28
# Steps from a colour to the one it stands on; more would not show.
STEPS = 16


def draw_card(card: Card) -> bytes:
    """Return the picture as PNG, 1200 x 630 pixels: on one host the same bytes for the same card."""
    large = Image.new("RGB", (WIDTH * SCALE, HEIGHT * SCALE), PAPER)
    _write(ImageDraw.Draw(large), card)
    _foot(ImageDraw.Draw(large))
    drawn = large.reduce(SCALE)
    drawn.paste(_mark(), (LEFT, BOTTOM - MARK))
    picture = Image.new("RGB", (WIDTH, HEIGHT), PAPER)
    inside = (MARGIN, MARGIN, WIDTH - MARGIN, HEIGHT - MARGIN)
    picture.paste(drawn.crop(inside), inside)
    file = io.BytesIO()
    picture.quantize(palette=_palette(), dither=Image.Dither.NONE).save(file, "PNG", compress_level=6)
    return file.getvalue()


def _write(draw: ImageDraw.ImageDraw, card: Card) -> None:
    title = typeset.drawable(card.title[:TITLE_CHARACTERS]) or NO_TITLE
    style, lines = _title(title)
    below = _set(draw, lines, style, TOP)
    if names := _names(card.models):
        below = _set(draw, typeset.wrap(names, NAMES, RIGHT - LEFT, 1), NAMES, below + 20)
    room = (FOOT - below - 24 - 24) // TEXT.leading
    text = typeset.drawable(card.lines[:LINES_CHARACTERS])
    _set(draw, typeset.wrap(text, TEXT, RIGHT - LEFT, min(room, TEXT_LINES)), TEXT, below + 24)


def _set(draw: ImageDraw.ImageDraw, lines: list[Line], style: Style, top: int) -> int:
    """Draw lines from `top` on and return where they end."""
    for line in lines:
        # Letters stand in the middle of the leading: the baseline, then, is a third of their size below it.
        typeset.draw_line(draw, line, style, LEFT, RIGHT, top + style.leading // 2 + style.size * 36 // 100)
        top += style.leading
    return top


def _title(title: str) -> tuple[Style, list[Line]]:
    for style, most in TITLES[:-1]:
        lines = typeset.wrap(title, style, RIGHT - LEFT, most + 1)
        if len(lines) <= most:
            return style, lines
    style, most = TITLES[-1]
    return style, typeset.wrap(title, style, RIGHT - LEFT, most)


def _names(models: tuple[str, ...]) -> str:
    """Name as many models as one line holds and count the others."""
    names = [name for model in models[:MODELS] if (name := typeset.drawable(model[:NAME_CHARACTERS]))]
    for named in range(len(names), 1, -1):
        others = [] if named == len(names) else [f"{len(names) - named} more"]
        line = BETWEEN_NAMES.join(names[:named] + others)
        if typeset.length(line, NAMES) <= RIGHT - LEFT:
            return line
    return names[0] if names else ""


def _foot(draw: ImageDraw.ImageDraw) -> None:
    draw.rectangle((LEFT * SCALE, FOOT * SCALE, RIGHT * SCALE - 1, (FOOT + 1) * SCALE - 1), fill=HAIRLINE)
    name = typeset.wrap(NAME, HOUSE, RIGHT - LEFT, 1)[0]
    baseline = BOTTOM - MARK // 2 + HOUSE.size * 36 // 100
    typeset.draw_line(draw, name, HOUSE, LEFT + MARK + 16, RIGHT, baseline)


@cache
def _mark() -> Image.Image:
    """Draw the icon of templates/base.html, large, and make it small, since Pillow's shapes have hard edges."""
    scale = 16
    large = Image.new("RGB", (32 * scale, 32 * scale), PAPER)
    draw = ImageDraw.Draw(large)
    draw.rounded_rectangle((0, 0, 32 * scale - 1, 32 * scale - 1), 7 * scale, fill=ACCENT)
    for colour, (left, top, right, bottom) in (
        (MARGIN_LINE, (9, 9, 9, 23)),
        (WHITE, (14, 11, 24, 11)),
        (WHITE, (14, 16, 24, 16)),
        (WHITE, (14, 21, 20, 21)),
    ):
        reach = 1.25
        place = (left - reach, top - reach, right + reach, bottom + reach)
        draw.rounded_rectangle([edge * scale for edge in place], reach * scale, fill=colour)
    return large.resize((MARK, MARK), Image.Resampling.LANCZOS)


@cache
def _palette() -> Image.Image:
    """Return the few colours there are in all, which halve the file: the hairline's, and each ink's on its way in."""
    grounds = [(INK, PAPER), (INK_SOFT, PAPER), (ACCENT, PAPER), (MARGIN_LINE, ACCENT), (WHITE, ACCENT)]
    colours: list[tuple[int, ...]] = [ImageColor.getrgb(HAIRLINE)]
    for ink, ground in grounds:
        ends = list(zip(ImageColor.getrgb(ground), ImageColor.getrgb(ink), strict=True))
        colours += [tuple((a * (STEPS - step) + b * step) // STEPS for a, b in ends) for step in range(STEPS + 1)]
    palette = Image.new("P", (1, 1))
    palette.putpalette([level for colour in colours for level in colour])
    return palette
