"""The last step of all rendering: nothing leaves that is not on this list.

The writer escapes what a model wrote before it comes here, so for its HTML this changes
nothing. It is the second lock: a mistake above, or in a library, still cannot reach a page.
"""

from __future__ import annotations

import nh3

from chatroom.rendering.highlight import LANGUAGES, TOKEN_CLASSES
from chatroom.rendering.latex import CELL_CLASSES

LINK_SCHEMES = frozenset({"http", "https", "mailto"})

_BLOCKS = {"p", "h3", "h4", "h5", "h6", "ul", "ol", "li", "blockquote", "hr", "pre", "div", "button"}
_TABLES = {"table", "thead", "tbody", "tr", "th", "td"}
_INLINE = {"a", "b", "br", "code", "del", "em", "i", "s", "span", "strong", "u"}

# MathML Core as math-core writes it. Not `annotation-xml`, `mglyph`, `malignmark`, `maction`:
# those change how a parser reads what they hold.
_MATH: dict[str, set[str]] = {
    "math": set(),
    "menclose": {"notation"},
    "mfrac": {"linethickness", "displaystyle", "scriptlevel"},
    "mi": {"mathvariant"},
    "mmultiscripts": set(),
    "mn": set(),
    "mo": {"form", "lspace", "maxsize", "minsize", "movablelimits", "rspace", "stretchy"},
    "mover": {"accent"},
    "mpadded": {"height", "width"},
    "mphantom": set(),
    "mprescripts": set(),
    "mroot": set(),
    "mrow": {"displaystyle", "scriptlevel"},
    "mspace": {"width"},
    "msqrt": set(),
    "msub": set(),
    "msubsup": set(),
    "msup": set(),
    "mtable": {"displaystyle", "scriptlevel"},
    "mtd": set(),
    "mtext": set(),
    "mtr": set(),
    "munder": {"accentunder"},
    "munderover": set(),
}

_VALUES: dict[str, dict[str, set[str]]] = {
    **{tag: {"dir": {"auto"}} for tag in ("p", "h3", "h4", "h5", "h6", "li", "blockquote", "th", "td")},
    "button": {"type": {"button"}, "data-action": {"copy-code"}},
    "div": {"role": {"region"}, "aria-label": {"Table"}, "tabindex": {"0"}},
    "math": {"display": {"block"}},
}

_CLASSES: dict[str, set[str]] = {
    "a": {"image-link"},
    "code": {"math-error", "math-open"} | {f"language-{language}" for language in LANGUAGES},
    "div": {"code", "code-head", "table"},
    "mtd": set(CELL_CLASSES.values()),
    "p": {"verbatim"},
    "span": {"math-display", "task"} | set(TOKEN_CLASSES.values()),
    "td": {"align-left", "align-center", "align-right"},
    "th": {"align-left", "align-center", "align-right"},
}

_cleaner = nh3.Cleaner(
    tags=_BLOCKS | _TABLES | _INLINE | set(_MATH),
    attributes={"a": {"href"}, "ol": {"start"}, **_MATH},
    tag_attribute_values=_VALUES,
    allowed_classes=_CLASSES,
    set_tag_attribute_values={"a": {"target": "_blank"}, "button": {"type": "button"}},
    link_rel="noopener noreferrer nofollow ugc",
    url_schemes=set(LINK_SCHEMES),
    url_relative="deny",
)


def sanitize(html: str) -> str:
    """`html`, with everything removed that is not known to be harmless."""
    return _cleaner.clean(html)
