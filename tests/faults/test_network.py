"""The network between page and room is bad: the page comes back to where it stood, and in the end shows all."""

from __future__ import annotations

import random

from tests.faults.conftest import LONG, MANY, Gather, Note
from tests.support.crowd import Crowd, eventually, speeches
from tests.support.load import CONTENT, REASONING
from tests.support.proxy import proxy_to
from tests.support.room import Room
from tests.support.tally import Tally


def shown_so_far(crowd: Crowd, tally: Tally) -> None:
    """In the middle of it all, what each page shows must be the beginning of what is said."""
    for one in crowd.asked:
        for page in one.pages:
            thought, answer = (crowd.audience.text(page, one.run, kind) for kind in (REASONING, CONTENT))
            tally.beginning(f"run {one.run}, thought", thought, one.speech.shown(REASONING))
            tally.beginning(f"run {one.run}, answer", answer, one.speech.shown(CONTENT))


def test_the_socket_is_cut_again_and_again(standing: Room, crowd_in: Gather, note: Note) -> None:
    chance, tally = random.Random(7), Tally()
    crowd = crowd_in(standing)
    with proxy_to(standing.port) as proxy:
        pieces = 1000 if LONG else 300
        asked = crowd.speak(speeches(MANY, pieces=pieces, rate=60), readers=2, socket_host=proxy.host)
        cuts = 0
        while not crowd.audience.ask(lambda: page_is_over(crowd)):
            # Cut when somebody has come a little further, some of the time in the middle of a frame.
            proxy.bytes_a_second = chance.choice((0, 0, 30_000))
            page, further = chance.choice(asked).pages[0], chance.randrange(5, 60)
            wanted = min(len(page.ever) + further, pieces)
            eventually(lambda page=page, wanted=wanted: len(page.ever) >= wanted or page_is_over(crowd), "it goes on")
            proxy.cut()
            cuts += 1
            if cuts % 5 == 0:
                shown_so_far(crowd, tally)
        proxy.bytes_a_second = 0
        crowd.until_over()
        assert cuts >= 5
        assert crowd.statuses() == {"completed": MANY}
        crowd.compare(tally)
        note("cut", tally, crowd.statuses())


def page_is_over(crowd: Crowd) -> bool:
    return any(one.pages[0].dom.status(one.run) == "completed" for one in crowd.asked)


def test_the_network_is_slow(standing: Room, crowd_in: Gather, note: Note) -> None:
    crowd = crowd_in(standing)
    with proxy_to(standing.port) as slow, proxy_to(standing.port) as late:
        asked = crowd.ask_all(speeches(MANY // 2, pieces=400 if LONG else 200, rate=100, hold=0))
        slow.bytes_a_second, late.delay = 1000, 0.3
        for one in asked:
            crowd.read(one, socket_host=slow.host)
            crowd.read(one, socket_host=late.host)
        crowd.let_speak(asked)
        # Who has a good connection does not wait for those who have none.
        crowd.until_over_on(asked, page=0)
        tally = Tally()
        shown_so_far(crowd, tally)
        slow.bytes_a_second = 0
        crowd.until_over()
        assert crowd.statuses() == {"completed": MANY // 2}
        crowd.compare(tally)
        note("slow", tally, crowd.statuses())


def test_the_network_falls_silent(standing: Room, crowd_in: Gather, note: Note) -> None:
    """Neither side hears that the other is gone: no FIN, no RST. In the end the page's system gives up."""
    crowd = crowd_in(standing)
    with proxy_to(standing.port) as proxy:
        asked = crowd.ask_all(speeches(MANY // 2, pieces=400 if LONG else 200, rate=100, hold=0))
        deaf = [crowd.read(one, socket_host=proxy.host) for one in asked]
        crowd.let_speak(asked)
        crowd.until_shown(30)
        proxy.fall_silent()
        crowd.until_over_on(asked, page=0)
        assert not any(
            crowd.audience.runs(page)[one.run][0] == "completed" for one, page in zip(asked, deaf, strict=True)
        )
        proxy.cut()
        crowd.until_over()
        assert crowd.statuses() == {"completed": MANY // 2}
        tally = Tally()
        crowd.compare(tally)
        note("silent network", tally, crowd.statuses())
