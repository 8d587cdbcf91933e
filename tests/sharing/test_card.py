import dataclasses
import io
import itertools
import os
import subprocess
import sys

import pytest
from PIL import Image, ImageChops

from chatroom.sharing.picture import fonts, typeset
from chatroom.sharing.picture.card import Card, draw_card

PAPER = (253, 253, 251)
INK = (29, 31, 30)
ACCENT = (15, 110, 99)
MARGIN = 64
FOOT = 480
USUAL = Card(
    "Why the moon looks larger near the horizon",
    ("claude-opus-4-1", "gpt-5"),
    "Think of the moon rising behind a row of houses. Nothing about its size has changed since it stood overhead.",
)
HOSTILE = {
    "empty": Card("", (), ""),
    "white space": Card(" \n\t\u3000\u2028", ("", " "), "\r\n\r\n"),
    "control characters": Card("a\x00b\x07\x1b[31mc\x7f\x85", ("x\x00y",), "\x00" * 400),
    "direction marks": Card("\u202e\u2066abc\u2069\u202c\u200f", ("\u202egpt",), "a\u200bb\ufeffc\u00ad"),
    "lone surrogates": Card("\ud800 title \udfff", ("\udc80",), "\udbff" * 400),
    "noncharacters": Card("\ufdd0\uffff\U0010ffff", ("\ue000",), "\U000e0041\U000f0000"),
    "long word": Card("W" * 200, ("m" * 200,) * 8, "i" * 400),
    "long everything": Card("w " * 100_000, ("model",) * 100_000, "word\n" * 100_000),
    "marks": Card("z" + "\u0336\u0301\u0323" * 60, ("\u0301",), ("e" + "\u0300" * 30) * 12),
    "joiners": Card("\u200d\u200c" * 90, ("a\u200d",), "\u200d" * 400),
    "arabic": Card("لماذا يبدو القمر أكبر عند الأفق، GPT-5؟", ("نموذج",), "تخيل القمر (about 0.5 degrees) ٤٢. " * 9),
    "hebrew": Card("שָׁלוֹם in English", ("\u05d0" * 200,), "\u05d0" * 400),
    "chinese": Card("为什么月亮在地平线附近看起来更大？", ("通义千问",), "想象一下月亮，从一排房子后面升起。" * 20),
    "indic, thai, khmer": Card("चाँद क्षितिज" * 9, ("ไทย" * 60,), "ខ្មែរ မြန်မာ தமிழ் " * 20),
    "emoji": Card("🎉👩‍💻❤️1️⃣🇩🇪⚡", ("🤖",), "🎉" * 400),
    "rare": Card("𓀀𐎀ꙮ𒐫", ("﷽" * 8,), "".join(map(chr, range(0x1200, 0x1390)))),
}


def opened(card: Card) -> Image.Image:
    return Image.open(io.BytesIO(draw_card(card)))


def part(card: Card, top: int, bottom: int) -> Image.Image:
    return opened(card).convert("RGB").crop((0, top, 1200, bottom))


def drawn_within(picture: Image.Image) -> tuple[int, int, int, int] | None:
    """Where anything but paper is."""
    return ImageChops.difference(picture, Image.new("RGB", picture.size, PAPER)).getbbox()


def text_of(card: Card) -> tuple[int, int, int, int] | None:
    return drawn_within(part(card, 0, FOOT))


@pytest.fixture
def anew():
    """Forget which fonts there are, before and after."""
    caches = (fonts.face_for, fonts._of_the_host, fonts._opens)
    for cache in caches:
        cache.cache_clear()
    yield
    for cache in caches:
        cache.cache_clear()


def test_it_is_a_small_png_of_the_size_that_chat_windows_show():
    data = draw_card(USUAL)
    picture = Image.open(io.BytesIO(data))
    picture.verify()
    assert (picture.format, picture.size) == ("PNG", (1200, 630))
    assert len(data) < 60_000


def test_it_carries_nothing_beside_the_picture():
    data = draw_card(USUAL)
    names, at = [], 8
    while at < len(data):
        size = int.from_bytes(data[at : at + 4])
        names.append(data[at + 4 : at + 8])
        at += size + 12
    assert set(names) == {b"IHDR", b"PLTE", b"IDAT", b"IEND"}
    assert Image.open(io.BytesIO(data)).info == {}


def test_it_has_the_colours_of_the_house():
    picture = opened(USUAL).convert("RGB")
    colours = {colour for _, colour in picture.getcolors(1 << 16)}
    assert picture.getpixel((0, 0)) == PAPER
    assert {INK, ACCENT} <= colours


def test_the_same_card_is_the_same_file_in_this_process_and_in_another():
    again = (
        "import sys; from chatroom.sharing.picture.card import Card, draw_card;"
        f"sys.stdout.buffer.write(draw_card(Card({USUAL.title!r}, {USUAL.models!r}, {USUAL.lines!r})))"
    )
    other = subprocess.run([sys.executable, "-c", again], capture_output=True, check=True, env={**os.environ})
    assert draw_card(USUAL) == draw_card(dataclasses.replace(USUAL)) == other.stdout


@pytest.mark.parametrize(
    "change", [{"title": "Why the moon looks smaller"}, {"models": ("gpt-5",)}, {"lines": "Think of the sun."}]
)
def test_another_text_is_another_picture(change):
    assert draw_card(dataclasses.replace(USUAL, **change)) != draw_card(USUAL)


@pytest.mark.parametrize("name", HOSTILE)
def test_nothing_that_is_said_breaks_it_or_gets_onto_the_margins(name):
    picture = opened(HOSTILE[name])
    assert (picture.format, picture.size) == ("PNG", (1200, 630))
    left, top, right, bottom = drawn_within(picture.convert("RGB"))
    assert left >= MARGIN and top >= MARGIN and right <= 1200 - MARGIN and bottom <= 630 - MARGIN


@pytest.mark.parametrize("name", HOSTILE)
def test_no_text_gets_into_the_foot(name):
    assert part(HOSTILE[name], FOOT, 630).tobytes() == part(USUAL, FOOT, 630).tobytes()


@pytest.mark.parametrize(
    ("cut", "longer"),
    [
        (Card("i" * 200, (), ""), Card("i" * 5000, (), "")),
        (Card("t", tuple("abcdefgh"), ""), Card("t", tuple("abcdefghijk"), "")),
        (Card("t", (), "l" * 400), Card("t", (), "l" * 5000)),
    ],
)
def test_what_is_beyond_the_measures_is_not_looked_at(cut, longer):
    assert draw_card(longer) == draw_card(cut)


def test_line_breaks_and_control_characters_do_not_show():
    plain = Card("A title of two words", ("m",), "One line. Another line.")
    dressed = Card("A title\nof \x00two\u200b words", (" m\r",), "One line.\n\n\tAnother\ufeff line.\ud800")
    assert draw_card(dressed) == draw_card(plain)


def test_emoji_are_left_out():
    assert draw_card(Card("Well done 🎉👩‍💻😀", (), "❤️ 1️⃣ Yes ⚡")) == draw_card(Card("Well done", (), "Yes"))


def test_a_title_that_no_font_has_is_not_a_row_of_boxes():
    nowhere = "\U0003134b\U0003134c" * 20
    assert typeset.drawable(nowhere) == ""
    assert draw_card(Card(nowhere, (nowhere,), nowhere)) == draw_card(Card("", (), ""))


def test_a_character_that_no_font_has_is_left_out_of_a_text_that_can_be_read(anew, monkeypatch):
    monkeypatch.setattr(fonts, "_of_the_host", tuple)
    assert typeset.drawable("The sign 月 means moon") == "The sign means moon"
    assert typeset.drawable("Luna 月亮在地平线附近") == ""


@pytest.mark.parametrize("text", ["Größe naïve Łódź Þór Ęßő", "Привет, мир", "Ελληνικά", "Tiếng Việt"])
def test_the_scripts_of_europe_need_no_font_of_the_host(text, anew, monkeypatch):
    monkeypatch.setattr(fonts, "_of_the_host", tuple)
    assert typeset.drawable(text) == text


def test_without_fontconfig_the_packaged_font_is_all_there_is(anew, monkeypatch, tmp_path, caplog):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert typeset.drawable("The sign 月 means moon") == "The sign means moon"
    assert not caplog.records


@pytest.mark.parametrize(
    "script",
    [
        "exit 1",
        "echo 'Noto Sans X|0|zz|/x.ttf'",
        "printf '\\377|||\\n|a|b|c\\n'",
        "echo 'Noto Sans X|0|6700-67ff|/nowhere.ttf'",
    ],
)
def test_a_fontconfig_that_fails_or_talks_nonsense_is_done_without(script, anew, monkeypatch, tmp_path, caplog):
    program = tmp_path / "fc-list"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert typeset.drawable("The sign 月 means moon") == "The sign means moon"
    assert len(caplog.records) == 1


def test_a_font_of_the_host_draws_what_the_packaged_one_has_not(anew, monkeypatch, tmp_path):
    """Any font will do for the test: that it has the character is fontconfig's word."""
    program = tmp_path / "fc-list"
    program.write_text(f"#!/bin/sh\necho 'Moon Sans|0|20-7e 6708|{fonts.font('', 0, 16, 400).path}'\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert typeset.drawable("月 亮") == "月"
    assert text_of(Card("月", (), "")) != text_of(Card("", (), ""))


def test_without_shaping_what_needs_it_is_left_out(anew, monkeypatch):
    monkeypatch.setattr(fonts, "shaping", lambda: False)
    assert typeset.drawable("مرحبا بالعالم") == ""
    assert typeset.drawable("चाँद क्षितिज") == ""
    assert typeset.drawable("moon\u200d") == "moon"


def test_a_text_from_right_to_left_begins_at_the_right():
    if typeset.drawable("שלום") == "":
        pytest.skip("no font of this host has Hebrew")
    left, _, right, _ = text_of(Card("שלום", (), ""))
    assert left > 600 and right > 1100
    assert text_of(Card("Hello", (), ""))[2] < 600


def shown(text: str) -> list[str]:
    """What stands on the line from left to right, each stretch of one way as it is read, of however many fonts."""
    runs = typeset._runs(typeset._faced(text))
    stretches = [(way, [run for _, _, run in group]) for way, group in itertools.groupby(runs, key=lambda run: run[1])]
    return ["".join(parts[::way]) for way, parts in stretches]


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("one two", ["one two"]),
        ("one שלום, עולם! two", ["one ", "שלום, עולם", "! two"]),
        ("שלום one, two עולם", [" עולם", "one, two", "שלום "]),
        ("שלום (one) עולם", [") עולם", "one", "שלום ("]),
        ("ימים 12.", [".", "12", "ימים "]),
    ],
)
def test_runs_stand_in_the_order_in_which_they_are_read(text, seen):
    if typeset.drawable("שלום") == "":
        pytest.skip("no font of this host has Hebrew")
    assert shown(text) == seen


def lines(text: str, width: int, most: int) -> list[str]:
    style = typeset.Style(30, 400, "#000000", 40)
    broken = typeset.wrap(text, style, width, most)
    assert all(typeset._length(line, style) <= width for line in broken)
    return ["".join(cluster.text for cluster in line) for line in broken]


def test_lines_break_between_words_and_end_in_an_ellipsis_where_cut():
    text = "one two three four five six seven"
    assert " ".join(lines(text, 200, 9)) == text
    assert len(lines(text, 200, 9)) > 2
    assert lines(text, 200, 2)[-1].endswith("…")
    assert lines(text, 2000, 1) == [text]


def test_a_word_longer_than_a_line_is_broken_anywhere():
    broken = lines("w" * 60, 300, 99)
    assert "".join(broken) == "w" * 60 and len(broken) > 3
    assert lines("w" * 60, 300, 1)[0].strip("w") == "…"


def test_scripts_without_spaces_break_anywhere_but_before_a_closing_sign():
    units = [
        "".join(cluster.text for cluster in unit) for unit in typeset._units(typeset._faced("「月亮」，很大。GPT 5"))
    ]
    assert units == ["「月", "亮」，", "很", "大。", "GPT ", "5"]
