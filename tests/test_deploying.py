"""docs/deploying.md is what the room does: its nginx, its units, its variables."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from chatroom.cluster.nginx import site

ROOT = Path(__file__).resolve().parent.parent
PAGE = (ROOT / "docs" / "deploying.md").read_text()
LISTEN = [
    "listen 443 ssl",
    "listen [::]:443 ssl",
    "server_name chat.example",
    "ssl_certificate /etc/ssl/chat.example.pem",
    "ssl_certificate_key /etc/ssl/private/chat.example.key",
]
UNITS = re.findall(r"^`/etc/systemd/system/([\w@.-]+)`.*?^```ini\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)


def test_nginx_is_configured_as_in_the_cluster() -> None:
    (block,) = re.findall(r"```nginx\n(.*?)\n```", PAGE, re.DOTALL)
    assert block == site(LISTEN, ["127.0.0.1:8000"], "/var/cache/nginx-chatroom").rstrip("\n")


def test_systemd_waits_longer_than_a_process_drains() -> None:
    from chatroom.settings import DRAIN_SECONDS

    assert [name for name, _ in UNITS] == ["chatroom.service", "chatroom-web@.service", "chatroom-worker@.service"]
    for _, unit in UNITS:
        (seconds,) = re.findall(r"^TimeoutStopSec=(\d+)$", unit, re.MULTILINE)
        assert int(seconds) >= DRAIN_SECONDS + 15


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd is not here")
@pytest.mark.parametrize(("name", "unit"), UNITS, ids=[name for name, _ in UNITS])
def test_systemd_understands_the_units(tmp_path: Path, name: str, unit: str) -> None:
    """But for the program and the user, who are not on this machine."""
    unit = unit.replace("/srv/chatroom/current/.venv/bin/python", shutil.which("true") or "/bin/true")
    file = tmp_path / name.replace("@", "@8001")
    file.write_text(unit.replace("User=chatroom\n", "User=daemon\n"))
    told = subprocess.run(["systemd-analyze", "verify", str(file)], capture_output=True, text=True, check=False)
    assert f"{file.name}:" not in told.stderr + told.stdout
    assert not re.search(r"Unknown|Failed to parse|Invalid", told.stderr)


def test_each_variable_on_the_page_exists() -> None:
    known = (ROOT / "docs" / "configuration.md").read_text()
    named = set(re.findall(r"\bCHATROOM_[A-Z_]+\b", PAGE))
    assert named <= set(re.findall(r"\bCHATROOM_[A-Z_]+\b", known))
