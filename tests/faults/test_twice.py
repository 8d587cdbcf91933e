"""The same is asked twice at the same moment: it is done once."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

import httpx

from tests.faults.conftest import LONG, Gather, Note
from tests.support.crowd import Asked, Crowd, eventually, speeches
from tests.support.load import LoadProvider
from tests.support.room import Room
from tests.support.tally import Tally

AT_ONCE = 8


def all_at_once(crowd: Crowd, path: str, form: dict[str, str], times: int = AT_ONCE) -> Counter[int]:
    """Send a form several times at the same moment, over connections of their own. Returns the statuses."""
    clients = [crowd.room.signed_in("alice") for _ in range(min(times, AT_ONCE))]
    for client in clients:
        client.get("/healthz")  # the connection is there
    with ThreadPoolExecutor(len(clients)) as together:
        send: Callable[[int], httpx.Response] = lambda n: clients[n % len(clients)].post(path, data=form)  # noqa: E731
        answers = list(together.map(send, range(times)))
    for client in clients:
        client.close()
    return Counter(answer.status_code for answer in answers)


def live(crowd: Crowd, one: Asked) -> Sequence[int]:
    return [run["id"] for run in crowd.runs_of(one.conversation) if run["ended_at"] is None]


def test_every_form_is_sent_several_times(standing: Room, crowd_in: Gather, load: LoadProvider, note: Note) -> None:
    crowd, tally = crowd_in(standing), Tally()
    others = crowd.speak(speeches(4, pieces=1500 if LONG else 500, rate=100))

    # Begin.
    speech = speeches(1, pieces=80)[0]
    form = {"prompt": speech.prompt, "lane-0-model": "load/steady", "form_key": str(uuid.uuid4())}
    assert set(all_at_once(crowd, "/begin/", form)) == {200}
    begun = standing.rows("SELECT conversation_id FROM conversations_message WHERE text = ?", speech.prompt)
    assert len(begun) == 1
    one = Asked(speech, begun[0][0], crowd.runs_of(begun[0][0])[0]["id"])
    crowd.asked.append(one)
    crowd.read(one)
    crowd.until_over([one])

    # Ask.
    further = speeches(1, pieces=80)[0]
    form = {"prompt": further.prompt, "lane-0-model": "load/steady", "form_key": str(uuid.uuid4())}
    assert set(all_at_once(crowd, f"/c/{one.conversation}/ask/", form)) <= {200, 409}
    runs = crowd.runs_of(one.conversation)
    assert len(runs) == 2
    second = Asked(further, one.conversation, runs[1]["id"], one.pages)
    crowd.asked.append(second)
    crowd.until_over([second])

    # Retry: while the first try of eight is under way, the others ask for nothing more.
    held = crowd.ask(speeches(1, pieces=80, hold=40)[0])
    crowd.until_shown(40, [held])
    crowd.client.post(f"/runs/{held.run}/stop/")
    crowd.until_over([held])
    assert set(all_at_once(crowd, f"/runs/{held.run}/retry/", {})) == {200}
    assert len(crowd.runs_of(held.conversation)) == 2
    stop_all(crowd, held)

    # Continue.
    assert set(all_at_once(crowd, f"/runs/{held.run}/continue/", {})) <= {200, 409}
    assert len(crowd.runs_of(held.conversation)) == 3
    stop_all(crowd, held)

    # Hand over, and answer now.
    thinking = crowd.ask(speeches(1, pieces=400, hold=40)[0])
    crowd.until_shown(40, [thinking])
    form = {"thought": "So it is.", "lane-0-model": "load/steady", "form_key": str(uuid.uuid4())}
    assert set(all_at_once(crowd, f"/runs/{thinking.run}/parts/0/handed-over/", form)) == {200}
    assert len(crowd.runs_of(thinking.conversation)) == 2
    assert set(all_at_once(crowd, f"/runs/{thinking.run}/answer-now/", {})) <= {200, 409}
    assert len(crowd.runs_of(thinking.conversation)) == 3

    # A thousand stops.
    last = crowd.ask(speeches(1, pieces=400, hold=40)[0])
    crowd.until_shown(40, [last])
    assert set(all_at_once(crowd, f"/runs/{last.run}/stop/", {}, times=1000 if LONG else 80)) == {200}
    crowd.until_over([last])

    stop_all(crowd, thinking)
    load.release()
    for other in (held, thinking):  # what came after it stands in its place on the page
        show(crowd, other)
    crowd.until_over()
    assert crowd.statuses(others) == {"completed": 4}
    assert crowd.statuses([one, second]) == {"completed": 2}
    assert crowd.statuses([held, thinking, last]) == {"stopped": 3}
    crowd.compare(tally)
    note("twice", tally, crowd.statuses())


def stop_all(crowd: Crowd, one: Asked) -> None:
    crowd.client.post(f"/c/{one.conversation}/stop/")
    eventually(lambda: not live(crowd, one), "all is stopped")


def show(crowd: Crowd, one: Asked) -> None:
    """Have the pages show a reply again, and the prompt that it answers."""
    ((reply, prompt),) = crowd.room.rows(
        "SELECT m.id, m.parent_id FROM conversations_message m JOIN conversations_run r ON r.reply_id = m.id"
        " WHERE r.id = ?",
        one.run,
    )
    for message in (prompt, reply):
        crowd.client.post(f"/m/{message}/select/").raise_for_status()
