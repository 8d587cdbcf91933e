"""The items of one response as they come, and the parts of the reply that they make.

One item speaks at a time; which, and with which of its blocks, decides where a part ends and the
next begins. A summary may come in several blocks, each a paragraph with a title of its own, and nothing
stands between them: they are one part with breaks in it.
"""

from __future__ import annotations

from collections import defaultdict, deque

from chatroom.providers.dialects.openai_responses.items import (
    Group,
    Item,
    Shelf,
    arguments_in,
    group_of,
    is_run_by_provider,
    said_in,
    thoughts_in,
    tool_name,
)
from chatroom.providers.dialects.openai_responses.seals import message_seal, thought_seal
from chatroom.providers.events import (
    BlockEnded,
    ContentDelta,
    Event,
    Json,
    OpaquePiece,
    PartEnded,
    Provenance,
    ReasoningDelta,
    ToolDelta,
)
from chatroom.providers.loose_json import as_count, as_text
from chatroom.providers.model_names import thinking_of


class Output:
    """Collects the items of one response. Its methods append to `out` what they add to the reply.

    `called`: a tool waits for a result from us. `refused`: some of the answer is a refusal.
    """

    def __init__(self) -> None:
        self.called = False
        self.refused = False
        self._model = ""
        self._summarised = False  # what the model shows of its thought is an account of it
        self._items: list[Item] = []
        self._latest: dict[tuple[int, Group], Item] = {}
        self._silent: list[Item] = []  # thoughts that were announced and have no part yet
        self._speaking: Item | None = None
        self._block: object = None  # of the item that speaks
        self._thinking: Item | None = None  # whose the latest reasoning part is
        self._sealed = False  # a thought can be sent back, so what follows it must be whole too

    def made_by(self, model: str) -> None:
        """Take the name of the model that answers."""
        if model and model != self._model:
            self._model, self._summarised = model, thinking_of(model).summarised

    def item(self, place: object, group: Group, told: Json | None = None) -> Item:
        """Return the item of `group` at index `place`, which is begun where it was not announced.

        Without an index it is the one that speaks, or the next.
        """
        item = self._find(place, group)
        if item is not None:
            return item
        index = as_count(place)
        return self._begin(len(self._items) if index is None else index, group, told or {})

    def tool(self, place: object) -> Item | None:
        """Return the tool call at index `place` if its name is known."""
        item = self._find(place, "tool")
        return item if item is not None and item.begun else None

    def _find(self, place: object, group: Group) -> Item | None:
        index = as_count(place)
        if index is not None:
            return self._latest.get((index, group))
        speaking = self._speaking
        return speaking if speaking is not None and speaking.group == group and not speaking.ended else None

    def announce(self, place: object, told: Json, out: list[Event]) -> None:
        """Take an item that begins."""
        group = group_of(told)
        if group is None:
            return
        item = self.item(place, group, told)
        if item.ended:  # some hosts count from 0 all the time
            item = self._begin(item.place, group, told)
        if group == "reasoning":
            self._silent.append(item)
        elif group == "tool" and tool_name(told):
            self._call(item, told, out)

    def _begin(self, index: int, group: Group, told: Json) -> Item:
        item = Item(group, as_text(told.get("type")), index, str(len(self._items)))
        item.encrypted = bool(as_text(told.get("encrypted_content")))
        item.id, item.phase = as_text(told.get("id")), as_text(told.get("phase"))
        self._items.append(item)
        self._latest[index, group] = item
        return item

    def speak(self, item: Item, block: object, out: list[Event]) -> bool:
        """Let `item` go on with one of its blocks. Return whether that is another than before."""
        if self._speaking is item and self._block == block:
            return False
        if self._speaking is not item:
            self._leave(out)
            if self._silent:
                self._show_silent(item, out)
            if self._speaking is not None:
                out.append(PartEnded())
        else:
            out.append(BlockEnded() if item.group == "reasoning" else PartEnded())
        self._speaking, self._block = item, block
        item.begun = True
        if item.group == "reasoning":
            self._thinking = item
        return True

    def think(self, item: Item, block: object, text: str, shelf: Shelf, out: list[Event]) -> Provenance:
        """Add some thought. Return what it is."""
        if self.speak(item, block, out):
            item.shelves.append(shelf)
        item.spoke = True
        provenance = Provenance.SUMMARY if shelf == "summary" or self._summarised else Provenance.RAW
        out.append(ReasoningDelta(text, provenance))
        return provenance

    def say(self, item: Item, block: object, text: str, out: list[Event], *, refuses: bool) -> None:
        """Add some of the answer."""
        self.speak(item, block, out)
        item.spoke = True
        self.refused |= refuses
        out.append(ContentDelta(text))

    def ask(self, item: Item, arguments: str, out: list[Event]) -> None:
        """Add some arguments of a tool call that has begun."""
        self.speak(item, None, out)
        item.spoke = True
        out.append(ToolDelta(item.call, "", arguments, item.by_provider))

    def _call(self, item: Item, told: Json, out: list[Event]) -> None:
        item.by_provider = is_run_by_provider(told)
        self.called |= not item.by_provider
        self.speak(item, None, out)
        out.append(ToolDelta(item.call, tool_name(told) or item.type, "", item.by_provider))

    def end(self, place: object, told: Json, out: list[Event]) -> None:
        """Take an item that came whole."""
        group = group_of(told)
        if group is not None:
            self._complete(self.item(place, group, told), told, out)

    def end_all(self, told: list[Json], out: list[Event]) -> None:
        """Take all items of the response, in order. Those that did not come before are new."""
        for one, item in zip(told, self._matched(told), strict=True):
            group = group_of(one)
            if group is not None:
                self._complete(item or self._begin(len(self._items), group, one), one, out)
        self.settle(out)

    def settle(self, out: list[Event]) -> None:
        """Say that nothing more will come."""
        self._leave(out)
        self._show_silent(None, out)

    def _matched(self, told: list[Json]) -> list[Item | None]:
        """Return the item that each of `told` is: the one at its place, else the next of its group that is free."""
        groups = [group_of(one) for one in told]
        found = [None if group is None else self._latest.get((at, group)) for at, group in enumerate(groups)]
        taken = {id(item) for item in found}
        free: defaultdict[Group, deque[Item]] = defaultdict(deque)
        for item in self._items:
            if id(item) not in taken:
                free[item.group].append(item)
        return [
            free[group].popleft() if item is None and group is not None and free[group] else item
            for item, group in zip(found, groups, strict=True)
        ]

    def _complete(self, item: Item, told: Json, out: list[Event]) -> None:
        match item.group:
            case "reasoning":
                self._complete_thought(item, told, out)
            case "message":
                self._complete_message(item, told, out)
            case "tool":
                if not item.begun:
                    self._call(item, told, out)
                arguments = arguments_in(told)
                if arguments and not item.spoke:
                    self.ask(item, arguments, out)
        item.ended = True

    def _complete_thought(self, item: Item, told: Json, out: list[Event]) -> None:
        item.encrypted |= bool(as_text(told.get("encrypted_content")))
        if not item.spoke:
            for at, (shelf, text) in enumerate(thoughts_in(told)):
                self.think(item, at, text, shelf, out)
        if not item.begun:
            self._hide(item, out)
        # A piece goes to the latest reasoning part: another's would be no place for it.
        if not item.sealed and self._thinking is item:
            seal = thought_seal(told, item.shelves)
            if seal is not None:
                item.sealed = self._sealed = True
                out.append(OpaquePiece(seal, Provenance.ENCRYPTED))

    def _complete_message(self, item: Item, told: Json, out: list[Event]) -> None:
        item.id = as_text(told.get("id")) or item.id
        item.phase = as_text(told.get("phase")) or item.phase
        if not item.spoke:
            for at, one in enumerate(said_in(told)):
                self.say(item, at, one.text, out, refuses=one.refuses)

    def _hide(self, item: Item, out: list[Event]) -> None:
        """Show that there is a thought of which nothing is to be seen."""
        self.speak(item, None, out)
        out.append(ReasoningDelta("", Provenance.ENCRYPTED if item.encrypted else Provenance.HIDDEN))

    def _show_silent(self, following: Item | None, out: list[Event]) -> None:
        """Give the thoughts that came before `following` without a word their parts."""
        silent, self._silent = self._silent, []
        for item in silent:
            if item is not following and not item.begun:
                self._hide(item, out)

    def _leave(self, out: list[Event]) -> None:
        """Seal the message that has spoken until now, while its part is the current one."""
        item = self._speaking
        if item is not None and item.group == "message" and self._sealed and item.id and not item.sealed:
            item.sealed = True
            out.append(OpaquePiece(message_seal(item), Provenance.HIDDEN, of="current"))
