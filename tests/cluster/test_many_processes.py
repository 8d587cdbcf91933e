"""What one process asks, another answers, and a third shows."""

from __future__ import annotations

import re
from contextlib import closing

import httpx

from tests.support.cluster import ClusteredRoom
from tests.support.page import Audience
from tests.support.provider import ScriptedProvider
from tests.support.room import until

FORM = {"prompt": "Why?", "lane-0-model": "played/scripted"}


def test_a_reply_is_shown_live_through_nginx_and_whole_from_any_web(
    cluster: ClusteredRoom, calls: ScriptedProvider, readers: Audience
) -> None:
    with closing(cluster.signed_in("alice")) as alice:
        address = alice.post("/begin/", data=FORM, follow_redirects=False).headers["Location"]
        call = calls.next_call()
        run = int(re.findall(r'data-run="(\d+)"', alice.get(address).text)[0])
        cookies = {cookie.name: str(cookie.value) for cookie in alice.cookies.jar}
        page = readers.open(cluster.host, cookies, int(address.split("/")[2]))
        call.reasoning("Let me see.")
        until(lambda: readers.text(page, run, "reasoning") == "Letmesee.", "the thought is shown")
        assert worker_of(cluster, run) in {worker.pid for worker in cluster.cluster.workers}
        call.content("Because.")
        until(lambda: readers.text(page, run, "content") == "Because.", "the answer is shown")
        call.finish()
        until(lambda: readers.runs(page)[run][0] == "completed", "the end is shown")
        live, loaded = readers.live_and_loaded(page)
        assert live == loaded
        for web in cluster.cluster.webs:
            shown = httpx.get(f"{web.url}{address}", cookies=cookies).text
            assert "Let me see." in shown and "Because." in shown
    assert cluster.said(run, "reasoning") + cluster.said(run, "content") == "Let me see.Because."


def worker_of(cluster: ClusteredRoom, run: int) -> int:
    """The process id of who does the run, from its row."""
    return int(cluster.rows("SELECT worker FROM conversations_run WHERE id = ?", run)[0]["worker"].split(":")[1])
