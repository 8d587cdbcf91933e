"""News as HTML that htmx swaps in: each piece says by itself where it goes (`hx-swap-oob`).

The pieces are rendered by the templates of the page; only the wrappers are made here.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.template.loader import render_to_string
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString

from chatroom.conversations.models import Run
from chatroom.conversations.presenting import PartChange, PartShown, RunRender, RunShown
from chatroom.providers.parts import PartKind


def run_news(rendering: RunRender) -> str:
    """What is new in the text of a run."""
    begun, changes = rendering.news()
    pieces = [str(piece) for change in changes for piece in _change(change)]
    pieces += [
        into(f"r{part.run_id}-parts", "beforeend", render_to_string("conversations/_part.html", {"part": part}))
        for part in begun
    ]
    if begun and rendering.sight.mine:
        pieces.append(_answerable(rendering))
    return "".join(pieces)


def run_whole(rendering: RunRender) -> str:
    """All parts of a run anew, where one is not what it seemed; `rendering` has given nothing yet."""
    begun, _ = rendering.news()
    html = "".join(render_to_string("conversations/_part.html", {"part": part}) for part in begun)
    anew = into(f"r{rendering.run_id}-parts", "innerHTML", html)
    return anew + _answerable(rendering) if rendering.sight.mine else anew


def run_state(shown: RunShown) -> str:
    """The run's head and foot. When it is over: the heads of its panes, now that the count is known."""
    run_id = shown.run.pk
    context = {"shown": shown, "run": shown.run}
    pieces: list[str] = [
        into(f"r{run_id}-head", "innerHTML", render_to_string("conversations/_run_head.html", context)),
        into(f"r{run_id}-foot", "innerHTML", render_to_string("conversations/_run_foot.html", context)),
    ]
    if not shown.run.is_live:
        pieces += [_pane_head(part, shown) for part in shown.thoughts]
        pieces.append(into(f"r{run_id}-end", "innerHTML", render_to_string("conversations/_run_end.html", context)))
        if shown.hidden:
            hidden = render_to_string("conversations/_hidden_pane.html", context)
            pieces.append(into(f"r{run_id}-parts", "afterbegin", hidden))
    return "".join(pieces)


def cursor(run: Run, at: int) -> SafeString:
    """How far the reader has got with a run (`RunRender.cursor`), and how that stands: attributes for its element.

    Of a run that is over there is nothing more to read: 0, as on a page that is loaded then.
    """
    # Nothing here needs escaping, and this goes with every frame.
    return SafeString(
        f'<i id="r{run.pk}" hx-swap-oob="state" data-seq="{at if run.is_live else 0}" data-status="{run.status}"></i>'
    )


def caught_up(rendering: RunRender) -> SafeString:
    """How far the reader has got, when it is not said yet whether that is all."""
    return format_html('<i id="r{}" hx-swap-oob="state" data-seq="{}"></i>', rendering.run_id, rendering.cursor)


def into(target: str, how: str, html: str) -> SafeString:
    """Swap `html` in `how` (htmx's words) at the element with the id `target`."""
    return SafeString(f'<div hx-swap-oob="{how}:#{target}">{html}</div>')  # `how` and `target` are ours


def text(target: str, how: str, html: str) -> SafeString:
    """The same of a reply's text, which has no behaviour of its own: the page puts it there past htmx (news.js)."""
    return SafeString(f'<div hx-swap-oob="{how}:#{target}" data-text>{html}</div>')


def remove(target: str) -> SafeString:
    """Take the element with the id `target` away."""
    return format_html('<div id="{}" hx-swap-oob="delete"></div>', target)


def _answerable(rendering: RunRender) -> SafeString:
    word = "yes" if rendering.answerable else "no"
    return format_html('<i id="r{}" hx-swap-oob="state" data-answerable="{}"></i>', rendering.run_id, word)


def _change(change: PartChange) -> Iterable[str]:
    part = change.part
    if part.head.kind is PartKind.TOOL:
        yield text(f"{part.id}-text", "innerHTML", part.sealed)
        return
    if part.sealed:
        yield text(f"{part.id}-open", "beforebegin", part.sealed)
    if part.open is None:
        yield text(f"{part.id}-open", "delete", "")
    elif change.grown is not None:
        yield text(f"{part.id}-open pre code", "beforeend", change.grown)
    elif change.redrawn:
        yield text(f"{part.id}-open", "innerHTML", part.open)
    if part.head.kind is PartKind.REASONING:
        yield text(f"{part.id}-line", "innerHTML", escape(part.line)) if part.live else _pane_head(part, None)


def _pane_head(part: PartShown, shown: RunShown | None) -> str:
    """The head of a pane that is done. `shown` is there once the run is over and its tokens are known."""
    html = render_to_string("conversations/_pane_head.html", {"part": part, "shown": shown})
    return into(f"{part.id}-head", "innerHTML", html)
