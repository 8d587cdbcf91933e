"""What a reply costs the reader's browser, and how light the first page is: a real Chromium at the real server.

`measure()` gives the numbers; `python -m bench.browser` prints them. A provider of our own says a long Markdown text,
once at a hundred deltas a second and once as fast as it is taken, into a new conversation and into one of a hundred
turns, each time with all thinking panes open.

Main thread time is what Chromium itself counts for the page (`Performance.getMetrics`, TaskDuration): wall time of
every task of the page's main thread, scripts, style, layout, paint. On a busy machine it grows with what else runs.
"""

from __future__ import annotations

import asyncio
import json
import re
import shutil
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from aiohttp import web
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.support.room import Room, running_room, until

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip

A_SECOND = 100
PACED = 1_000
FLOOD = 20_000
TURNS_ABOVE = 100
COLD_LOADS = 5

THOUGHT = """The question has *two* sides. First I look at `size`, then at what it costs to keep {n} of them.

- The first way keeps everything, which is simple and grows without bound;
- the second keeps the last few, and so forgets;
- the third, **number {n}**, keeps a summary.

Wait: if the third is kept with the second, nothing is lost that anybody asked for. Let me see whether that holds for a
list of one element, for an empty one, and for one that is longer than memory. It does, as far as I can tell.

"""
ANSWER = """## Way {n}

It is **this** one, for three reasons that a [reader](https://example.org/{n}) may hold against the table below:

1. it is shorter by a line;
2. it needs no lock, as `put` and `take` never touch the same end;
3. it can be tested.

```python
def take(items: list[int], at_most: int = {n}) -> list[int]:
    \"\"\"The last of them, newest first.\"\"\"
    taken = []
    for item in reversed(items):
        if len(taken) == at_most:
            break
        taken.append(item)
    return taken
```

| way | lines | seconds | keeps |
| --- | ---: | ---: | --- |
| first | 12 | 0.{n} | everything |
| second | 9 | 0.1 | the last few |
| third | 11 | 0.2 | a summary of all |

> What is kept costs; what is not kept is asked for.

So much for that. The rest is a matter of taste, and of how often the list is read beside how often it is written to.

"""
LAST = ["\n\n", "That", " is", " all."]


def deltas(text: str, count: int) -> list[str]:
    """So many pieces of Markdown, about as large as tokens are; `text` again and again, numbered, and a last line."""
    pieces: list[str] = []
    n = 0
    while len(pieces) < count:
        n += 1
        pieces += re.findall(r"\s*\S{1,5}|\s+", text.format(n=n))
    return pieces[: count - len(LAST)] + LAST


def script(count: int, thought: float) -> list[tuple[str, str]]:
    """A reply of `count` deltas, of which `thought` is the share of reasoning."""
    thinking = round(count * thought)
    said = [("reasoning", piece) for piece in deltas(THOUGHT, thinking)]
    return said + [("content", piece) for piece in deltas(ANSWER, count - thinking)]


@dataclass
class Speaker:
    """A provider that answers each call with what stands in `said`, at `pace` deltas a second (0: without pauses).

    `ended` is when it had sent the last byte, in seconds since the epoch; 0: not yet.
    """

    said: list[tuple[str, str]] = field(default_factory=list)
    pace: float = 0
    ended: float = 0
    port: int = 0
    _ready: threading.Event = field(default_factory=threading.Event)

    def start(self) -> None:
        """Serve from a thread of its own until the process ends."""
        threading.Thread(target=asyncio.run, args=(self._serve(),), daemon=True).start()
        self._ready.wait()

    def say(self, said: list[tuple[str, str]], pace: float = 0) -> None:
        """From now on."""
        self.said, self.pace, self.ended = said, pace, 0

    async def _serve(self) -> None:
        app = web.Application(client_max_size=64_000_000)
        app.router.add_post("/v1/chat/completions", self._speak)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        self.port = runner.addresses[0][1]
        self._ready.set()
        await asyncio.Event().wait()

    async def _speak(self, request: web.Request) -> web.StreamResponse:
        await request.read()
        events = [_event({kind: text}) for kind, text in self.said]
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        begun = time.monotonic()
        for n, event in enumerate(events):
            if self.pace and (pause := begun + n / self.pace - time.monotonic()) > 0:
                await asyncio.sleep(pause)
            await response.write(event)
        await response.write(_event({}, "stop") + b"data: [DONE]\n\n")
        await response.write_eof()
        self.ended = time.time()
        return response


def _event(delta: dict[str, str], finish: str | None = None) -> bytes:
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    return f"data: {json.dumps({'choices': [choice]})}\n\n".encode()


# In the page: says when the run is over and that is painted, on the clock that the provider has, too; notes the tasks
# that kept the main thread for long, and how often the page was changed.
WATCH = """
() => {
  window.longTasks = [0];
  window.changes = 0;
  new MutationObserver((records) => {
    if (!records.some(({ target }) => target.matches('[data-run][data-status="completed"]'))) return;
    requestAnimationFrame(() => setTimeout(() => console.debug("over", Date.now())));
  }).observe(document.body, { subtree: true, attributes: true, attributeFilter: ["data-status"] });
  new PerformanceObserver((list) => window.longTasks.push(...list.getEntries().map((task) => task.duration)))
    .observe({ type: "longtask" });
  document.body.addEventListener("news", () => { window.changes += 1; });
}
"""


@dataclass(frozen=True)
class Cost:
    """What one reply cost the page; `counted` is what Chromium says of it, in seconds and pieces."""

    after_provider_s: float
    longest_task_ms: float
    changes: int
    counted: dict[str, float]

    @property
    def main_thread_s(self) -> float:
        """All tasks of the main thread together."""
        return self.counted["TaskDuration"]


def hear(page: Page, speaker: Speaker, said: list[tuple[str, str]], pace: float = 0) -> Cost:
    """Ask on an open page, let the provider speak, and count until the page shows all of it."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("Performance.enable")

    def counted() -> dict[str, float]:
        return {item["name"]: item["value"] for item in devtools.send("Performance.getMetrics")["metrics"]}

    page.evaluate(WATCH)
    speaker.say(said, pace)
    before = counted()
    # The page says it by itself: to be asked would cost it something, too.
    with page.expect_console_message(lambda message: message.text.startswith("over"), timeout=60_000) as said_over:
        page.fill("textarea[name=prompt]", "And now?")
        page.press("textarea[name=prompt]", "Enter")
    after = counted()
    over = float(said_over.value.text.split()[1]) / 1000
    shown = page.locator("[data-run]").last.locator("[data-pane=content]").inner_text()
    assert shown.endswith("".join(LAST).strip()), f"the end of the reply is not in the page, but {shown[-80:]!r}"
    assert page.locator("details[data-pane=reasoning]").last.evaluate("pane => pane.open")
    longest, changes = page.evaluate("() => [Math.max(...window.longTasks), window.changes]")
    cost = {name: after[name] - value for name, value in before.items() if name in after}
    return Cost(over - speaker.ended, longest, changes, cost)


@contextmanager
def furnished() -> Iterator[tuple[Room, Speaker]]:
    """A room with Alice, who likes her panes open, and the provider."""
    speaker = Speaker()
    speaker.start()
    with tempfile.TemporaryDirectory(prefix="chatroom-bench-") as folder:
        providers = Path(folder) / "providers.toml"
        address = f"http://127.0.0.1:{speaker.port}/v1"
        providers.write_text(
            f'[[provider]]\nname = "bench"\nbase_url = "{address}"\napi_key = "none"\nmodels = ["speaker"]\n'
        )
        with running_room(Path(folder) / "data", CHATROOM_PROVIDERS=str(providers), CHATROOM_DEMO="0") as room:
            room.people()
            with closing(room.signed_in("alice")) as client:
                client.post("/preferences/", data={"pane": "open", "pane_place": "above"})
            yield room, speaker


def conversation(room: Room, speaker: Speaker, turns: int) -> str:
    """The address of a conversation of so many turns, each with a thought and an answer."""
    speaker.say(script(450, 0.3))
    form = {"lane-0-model": "bench/speaker"}
    with closing(room.signed_in("alice")) as client:
        address = client.post("/begin/", data={"prompt": "Turn 1", **form}).url.path
        for n in range(2, turns + 2):
            until(lambda: not room.rows("SELECT 1 FROM conversations_run WHERE ended_at IS NULL"), "the reply is over")
            if n <= turns:
                client.post(f"{address}ask/", data={"prompt": f"Turn {n}", **form}, follow_redirects=False)
    return address


def signed_in(room: Room, browser: Browser) -> BrowserContext:
    """A browser of Alice's with nothing in its cache."""
    context = browser.new_context(base_url=room.url)
    with closing(room.signed_in("alice")) as client:
        context.add_cookies([{"name": c.name, "value": str(c.value), "url": room.url} for c in client.cookies.jar])
    return context


def first_load(room: Room, browser: Browser) -> tuple[float, float, float]:
    """The page that one comes to, with nothing in the cache: kB with headers, requests with the socket's, ms.

    Usable means: the scripts have run, and the field is painted; it can be typed into and sent.
    """
    context = signed_in(room, browser)
    page = context.new_page()
    devtools = context.new_cdp_session(page)
    sizes: list[float] = []
    requests: list[str] = []
    devtools.on("Network.requestWillBeSent", lambda event: requests.append(event["request"]["url"]))
    devtools.on("Network.webSocketCreated", lambda event: requests.append(event["url"]))
    devtools.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    devtools.send("Network.enable")
    page.goto("/", wait_until="networkidle")
    assert page.evaluate("() => document.activeElement.name") == "prompt"
    usable = page.evaluate(
        "() => Math.max(performance.getEntriesByType('navigation')[0].domContentLoadedEventEnd,"
        " performance.getEntriesByName('first-contentful-paint')[0].startTime)"
    )
    context.close()
    return sum(sizes) / 1000, len(requests), float(usable)


def measure() -> dict[str, float]:
    """All of it: seconds, milliseconds, and kilobytes of 1,000 bytes."""
    numbers: dict[str, float] = {}
    with furnished() as (room, speaker), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        loads = [first_load(room, browser) for _ in range(COLD_LOADS)]
        names = ("first_load_kb", "first_load_requests", "composer_usable_ms")
        numbers |= zip(names, map(statistics.median, zip(*loads, strict=True)), strict=True)
        for turns, where in ((1, ""), (TURNS_ABOVE, f"_{TURNS_ABOVE}_turns_above")):
            address = conversation(room, speaker, turns)
            for what in ("paced", "flood"):
                page = signed_in(room, browser).new_page()
                page.goto(address, wait_until="networkidle")
                if what == "paced":
                    cost = hear(page, speaker, script(PACED, 0.5), A_SECOND)
                    numbers[f"main_thread_s_per_1000_deltas{where}"] = cost.main_thread_s * 1000 / PACED
                    numbers[f"browser_changes_a_second{where}"] = cost.changes * A_SECOND / PACED
                else:
                    cost = hear(page, speaker, script(FLOOD, 0.4))
                    numbers[f"browser_20k_after_provider_s{where}"] = cost.after_provider_s
                    numbers[f"browser_longest_task_ms{where}"] = cost.longest_task_ms
                page.context.close()
        browser.close()
    return numbers


if __name__ == "__main__":
    began = time.monotonic()
    for name, value in measure().items():
        sys.stdout.write(f"{name:50} {value:8.2f}\n")
    sys.stdout.write(f"in {time.monotonic() - began:.0f} s\n")
