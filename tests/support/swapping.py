"""A page without a browser: its elements, and the news that change them, as htmx swaps them in (`hx-swap-oob`)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from lxml import etree, html

from tests.support.load import squeezed

# What panes.js, timers.js and the like settle in a browser is left out where pages are compared.
_TIMERS = "descendant-or-self::*[@data-timer or @data-countdown]"
_KEEPS_BLANKS = re.compile(r"\b(prose|prompt-card)\b")


def _parser() -> Any:
    return html.HTMLParser(encoding="utf-8", huge_tree=True)


class Dom:
    """A loaded page. Elements are found by their id."""

    def __init__(self, document: str) -> None:
        self.root = html.document_fromstring(document.encode(), parser=_parser())
        self._by_id: dict[str, Any] = {}
        self._note(self.root)

    def find(self, identity: str) -> Any:
        """The element with that id. Raises KeyError."""
        return self._by_id[identity]

    def swap(self, news: str) -> None:
        """Swap a message of the socket in. What is meant for an element that is not there is dropped, as by htmx."""
        body = html.document_fromstring(b"<body>" + news.encode() + b"</body>", parser=_parser()).body
        for fragment in list(body):
            how, _, target = (fragment.attrib.pop("hx-swap-oob", "") or "").partition(":")
            if how:
                self._swap(fragment, how, target or f"#{fragment.get('id')}")

    def runs(self) -> dict[int, tuple[str, int]]:
        """Each run that is shown: its status, and the seq up to which it is shown."""
        articles = self.root.iterfind(".//article[@data-run]")
        return {int(one.get("data-run")): (one.get("data-status"), int(one.get("data-seq"))) for one in articles}

    def status(self, run_id: int) -> str:
        """The status that a run is shown with; a run that is not shown yet is as good as queued."""
        article = self._by_id.get(f"r{run_id}")
        return "queued" if article is None else str(article.get("data-status"))

    def text(self, run_id: int, kind: str) -> str:
        """What a pane shows, without blanks; "" where there is none."""
        if f"r{run_id}" not in self._by_id:
            return ""
        panes = self.find(f"r{run_id}").xpath(".//*[@data-pane=$kind]", kind=kind)
        bodies = [pane if pane.tag == "div" else pane.find(".//div[@class='prose']") for pane in panes]
        return squeezed("".join(piece for body in bodies if body is not None for piece in _text(body)))

    def conversation(self) -> str:
        """The conversation in a form that can be compared, a tag a line; its counterpart in a browser is `dom`."""
        turns = html.fragment_fromstring(etree.tostring(self.find("turns"), encoding="unicode", method="html"))
        for timer in turns.xpath(_TIMERS):
            timer.text = None
        for pane in turns.iter("details"):
            pane.attrib.pop("open", None)
        for element in turns.iter():
            if any(_KEEPS_BLANKS.search(one.get("class", "")) for one in _with_ancestors(element)):
                continue
            if element.text and not element.text.strip():
                element.text = None
            for child in element:
                if child.tail and not child.tail.strip():
                    child.tail = None
        turns.tail = None
        return str(etree.tostring(turns, encoding="unicode", method="html")).replace("<", "\n<")

    def _swap(self, fragment: Any, how: str, target: str) -> None:
        identity, _, below = target.removeprefix("#").partition(" ")
        element = self._by_id.get(identity)
        if element is not None and below:
            element = element.find("." + "".join(f"//{name}" for name in below.split()))
        if element is None:
            return
        parent = element.getparent()
        match how:
            case "state":
                element.attrib.update(
                    {name: fragment.get(name) for name in fragment.attrib if name.startswith("data-")}
                )
            case "true":
                self._forget(element)
                fragment.tail = element.tail
                parent.replace(element, fragment)
                self._note(fragment)
            case "delete":
                self._forget(element)
                _append_text(element, element.tail)
                parent.remove(element)
            case "innerHTML":
                for child in element:
                    self._forget(child)
                del element[:]
                element.text = None
                self._append(element, fragment)
            case "beforeend":
                self._append(element, fragment)
            case "afterbegin":
                first = list(fragment)
                if first:
                    first[-1].tail = (first[-1].tail or "") + (element.text or "") or None
                    element.text = fragment.text
                else:
                    element.text = (fragment.text or "") + (element.text or "")
                element[:0] = first
                self._note_all(first)
            case "beforebegin":
                new = list(fragment)
                _append_text(element, fragment.text)
                at = parent.index(element)
                parent[at:at] = new
                self._note_all(new)
            case _:
                raise ValueError(f"news that no page can take: {how}")

    def _append(self, element: Any, fragment: Any) -> None:
        new = list(fragment)
        if fragment.text:
            if len(element):
                element[-1].tail = (element[-1].tail or "") + fragment.text
            else:
                element.text = (element.text or "") + fragment.text
        element.extend(new)
        self._note_all(new)

    def _note(self, element: Any) -> None:
        if isinstance(element.tag, str) and (own := element.get("id")):
            self._by_id[own] = element
        self._by_id.update((one.get("id"), one) for one in element.iterfind(".//*[@id]"))

    def _note_all(self, elements: Iterable[Any]) -> None:
        for element in elements:
            self._note(element)

    def _forget(self, element: Any) -> None:
        self._by_id.pop(element.get("id"), None)
        for one in element.iterfind(".//*[@id]"):
            self._by_id.pop(one.get("id"), None)


def _append_text(element: Any, text: str | None) -> None:
    """Put text right before an element."""
    if not text:
        return
    before = element.getprevious()
    if before is None:
        element.getparent().text = (element.getparent().text or "") + text
    else:
        before.tail = (before.tail or "") + text


def _text(element: Any) -> Iterable[str]:
    """Its text but for the heads of code, which are the room's."""
    if element.get("class") == "code-head":
        return
    if element.text:
        yield element.text
    for child in element:
        yield from _text(child)
        if child.tail:
            yield child.tail


def _with_ancestors(element: Any) -> Iterable[Any]:
    yield element
    yield from element.iterancestors()
