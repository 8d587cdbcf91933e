"""Several webs at once: what one is asked another shows, and nobody stands in another's way."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import httpx
import pytest

from tests.cluster.conftest import LONG, Some
from tests.cluster.settling import settle
from tests.support.cluster import ClusteredRoom
from tests.support.crowd import Crowd
from tests.support.load import CONTENT, REASONING
from tests.support.page import Page
from tests.support.room import until

STOPS = 1000 if LONG else 300
# Who acts at once, and how often each.
ACTORS, TURNS = (24, 12) if LONG else (24, 4)


def client_of(crowd: Crowd, address: str) -> httpx.Client:
    """Alice's session, at another process."""
    headers = {"X-CSRFToken": crowd.client.cookies["csrftoken"]}
    return httpx.Client(base_url=address, cookies=dict(crowd.client.cookies), headers=headers, timeout=60)


def test_a_stop_is_heard_from_another_web(cluster: ClusteredRoom, crowd: Crowd, some: Some) -> None:
    one, other = cluster.cluster.webs
    (asked,) = crowd.ask_all(some(1, pieces=200, hold=100), readers=0)
    page = crowd.audience.open(one.url.removeprefix("http://"), dict(crowd.client.cookies), asked.conversation)
    asked.pages.append(page)
    crowd.until_shown(100)
    with closing(client_of(crowd, other.url)) as client:
        assert client.post(f"/runs/{asked.run}/stop/").status_code in (204, 302)
    until(lambda: crowd.audience.runs(page)[asked.run][0] == "stopped", "the page of the one shows it")
    crowd.provider.release(asked.speech)  # it finds out when it goes on
    until(lambda: crowd.provider.of(asked.speech)[0].gone, "the provider is hung up on")
    assert crowd.statuses() == {"stopped": 1}


def test_a_thousand_stops(cluster: ClusteredRoom, crowd: Crowd, some: Some, request: pytest.FixtureRequest) -> None:
    asked = crowd.ask_all(some(20, pieces=2000, rate=40))
    crowd.until_shown(10)
    clients = [client_of(crowd, web.url) for web in cluster.cluster.webs]
    with ThreadPoolExecutor(8) as together:
        answers = together.map(
            lambda number: clients[number % 2].post(f"/runs/{asked[number // 2 % 20].run}/stop/").status_code,
            range(STOPS),
        )
        assert set(answers) <= {204, 302}
    for client in clients:
        client.close()
    settle(request, "cluster stops", crowd)
    assert crowd.statuses() == {"stopped": 20}


def test_many_at_once_neither_lock_each_other_out_nor_exhaust_the_database(
    cluster: ClusteredRoom, crowd: Crowd, some: Some
) -> None:
    """All in the same few conversations, by both webs, while runs go on in them."""
    asked = crowd.ask_all(some(6, pieces=600, rate=60), readers=2)
    before = deadlocks(cluster)
    over = threading.Event()
    most = ThreadPoolExecutor(1).submit(most_connections, cluster, over)
    places = [one.conversation for one in asked]

    def act(number: int) -> set[int]:
        seen = set()
        with closing(client_of(crowd, cluster.cluster.webs[number % 2].url)) as client:
            for turn in range(TURNS):
                place = places[(number + turn) % len(places)]
                run = asked[places.index(place)].run
                what = (number * 5 + turn) % 6
                if what == 0:
                    form = {"prompt": asked[0].speech.prompt, "lane-0-model": "load/steady"}
                    answer = client.post(f"/c/{place}/ask/", data=form)
                elif what == 1:
                    answer = client.post(f"/runs/{run}/retry/")
                elif what == 2:
                    answer = client.post(f"/c/{place}/title/", data={"title": f"{number} {turn}"})
                elif what == 3:
                    answer = client.post(f"/c/{place}/stop/")
                else:
                    answer = client.get(f"/c/{place}/")
                seen.add(answer.status_code)
        return seen

    try:
        with ThreadPoolExecutor(ACTORS) as together:
            seen = set().union(*together.map(act, range(ACTORS)))
    finally:
        over.set()
    assert {code for code in seen if code >= 500} == set()
    assert {200, 403} & seen == {200}
    assert deadlocks(cluster) == before
    # Four processes, each with what CHATROOM_CONNECTIONS allows it, and ours.
    assert 4 < most.result() <= 4 * 16 + 4
    for place in places:
        crowd.client.post(f"/c/{place}/stop/")
    cluster.rest()
    speeches = [one.speech for one in asked]
    for one in asked:
        for page in one.pages:  # the run that was asked for first may be behind the arrows now
            until(lambda page=page: same(crowd, page), "the page that was open and one that is loaded now are the same")
        for run in crowd.runs_of(one.conversation):
            for kind in (REASONING, CONTENT):
                said = cluster.said(run["id"], kind)
                assert any(said == speech.text_of(kind, len(said)) for speech in (one.speech, speeches[0]))


def same(crowd: Crowd, page: Page) -> bool:
    live, loaded = crowd.audience.live_and_loaded(page)
    return live == loaded


def deadlocks(cluster: ClusteredRoom) -> int:
    row = cluster.rows("SELECT deadlocks FROM pg_stat_database WHERE datname = 'chatroom'")
    return int(row[0]["deadlocks"])


def most_connections(cluster: ClusteredRoom, over: threading.Event) -> int:
    """The most connections to the server that there were, looked at again and again."""
    most = 0
    while not over.wait(0.05):
        rows = cluster.rows("SELECT count(*) AS number FROM pg_stat_activity WHERE backend_type = 'client backend'")
        most = max(most, rows[0]["number"])
    return most


def test_a_link_signs_in_once_whichever_web_it_comes_to(cluster: ClusteredRoom) -> None:
    link = cluster.sign_in_link()
    path = link.removeprefix(cluster.url)
    with ThreadPoolExecutor(8) as together:
        webs = [cluster.cluster.webs[number % 2].url for number in range(8)]
        codes = sorted(together.map(lambda web: httpx.get(f"{web}{path}", timeout=60).status_code, webs))
    assert codes == [302, *[410] * 7]
