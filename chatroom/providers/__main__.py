"""`python -m chatroom.providers ask …`: one question to one model, from the command line."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
from collections.abc import Callable, Sequence
from contextlib import aclosing
from typing import TextIO

from chatroom.providers.dialects import DIALECTS
from chatroom.providers.events import ContentDelta, Event, ReasoningDelta, ToolDelta, TryingAgain
from chatroom.providers.provider import Provider, stream
from chatroom.providers.request import EFFORTS, ChatMessage, ChatRequest, ReasoningSettings
from chatroom.providers.transcript import Transcript
from chatroom.providers.transport import open_client


def main(arguments: Sequence[str] | None = None) -> int:
    """Ask, print, and return the exit status: 0, or 1 where the provider failed."""
    options = _parser().parse_args(arguments)
    provider = Provider("cli", "the provider", options.dialect, options.base_url, api_key=options.api_key)
    request = ChatRequest(
        model=options.model,
        messages=(ChatMessage("user", options.prompt),),
        reasoning=ReasoningSettings(
            effort=options.effort, max_tokens=options.max_reasoning_tokens, exclude=options.exclude
        ),
        stream=options.stream,
    )
    printer = Printer(sys.stdout, sys.stderr)
    try:
        transcript = asyncio.run(_ask(provider, request, options.retries, _ignore if options.json else printer.show))
        if options.json:
            sys.stdout.write(json.dumps(transcript.as_json()) + "\n")
        else:
            printer.end(transcript)
        sys.stdout.flush()
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:  # whoever read has read enough; Python would complain once more at exit
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    return 0 if transcript.error is None else 1


async def _ask(provider: Provider, request: ChatRequest, retries: int, show: Callable[[Event], None]) -> Transcript:
    transcript = Transcript()
    async with (
        open_client() as client,
        aclosing(stream(provider, request, client=client, retries=retries)) as events,
    ):
        async for event in events:
            transcript.add(event)
            show(event)
    return transcript


class Printer:
    """Prints a reply as it comes: the answer to `out`, all else to `aside`, dim on a terminal.

    So a person sees both, and a pipe gets the answer alone.
    """

    def __init__(self, out: TextIO, aside: TextIO) -> None:
        self._out = out
        self._aside = aside
        self._last: TextIO | None = None
        self._dim, self._plain = ("\x1b[2m", "\x1b[0m") if aside.isatty() else ("", "")

    def show(self, event: Event) -> None:
        """Print what `event` adds to the reply."""
        match event:
            case ReasoningDelta(text) if text:
                self._say_aside(text)
            case ToolDelta(_, name, arguments):
                self._say_aside(f"\n[{name}] {arguments}" if name else arguments)
            case ContentDelta(text):
                if self._last is self._aside:
                    self._aside.write("\n\n")
                    self._aside.flush()
                self._out.write(text)
                self._out.flush()
                self._last = self._out
            case TryingAgain(error, pause):
                self._aside.write(f"{self._dim}{error.message} Trying again in {pause:.1f} s.{self._plain}\n")
                self._aside.flush()

    def end(self, transcript: Transcript) -> None:
        """Print what is known once all has been said."""
        if self._last is not None:
            self._last.write("\n")
            self._last.flush()
        usage = transcript.usage
        counts = ((usage.input, "in"), (usage.output, "out"), (usage.reasoning, "of that reasoning"))
        facts = [f"{count} {what}" for count, what in counts if count is not None]
        if usage.cost is not None:
            facts.append(f"${usage.cost:.6f}")
        if facts:
            self._aside.write(f"{self._dim}{' · '.join(facts)}{self._plain}\n")
        if transcript.error is not None:
            self._aside.write(f"Error ({transcript.error.kind}): {transcript.error.message}\n")

    def _say_aside(self, text: str) -> None:
        if self._last is self._out:
            self._out.write("\n")
            self._out.flush()
        self._aside.write(f"{self._dim}{text}{self._plain}")
        self._aside.flush()
        self._last = self._aside


def _ignore(event: Event) -> None:
    pass


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m chatroom.providers", description=__doc__)
    ask = parser.add_subparsers(required=True).add_parser("ask", help="ask one question, print the reply")
    ask.add_argument("--dialect", required=True, choices=sorted(DIALECTS), help="the wire format the provider speaks")
    ask.add_argument("--base-url", required=True, help="as the provider documents it, such as https://…/v1")
    ask.add_argument("--model", required=True, help="the model's name at that provider")
    ask.add_argument("--api-key", help="sent as the dialect wants it")
    ask.add_argument("--effort", choices=EFFORTS, help="how hard to reason")
    ask.add_argument("--max-reasoning-tokens", type=int, metavar="N", help="reason with at most N tokens")
    ask.add_argument("--exclude", action="store_true", help="reason, but do not return it")
    ask.add_argument("--no-stream", dest="stream", action="store_false", help="ask for the reply in one piece")
    ask.add_argument("--retries", type=int, default=0, metavar="N", help="try again N times before the first word")
    ask.add_argument("--json", action="store_true", help="print one JSON object instead of text")
    ask.add_argument("prompt")
    return parser


if __name__ == "__main__":
    sys.exit(main())
