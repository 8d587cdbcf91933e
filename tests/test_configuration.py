"""Settings: documented, and wrong ones end the start with one clear line."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from chatroom.configuration import providers
from chatroom.providers.dialects import DIALECTS
from chatroom.providers.known import KNOWN
from tests.support.room import ROOT

TOML = '[[provider]]\nname = "lab"\nbase_url = "http://127.0.0.1:1/v1"\n'


def manage(data: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("CHATROOM_", "DATABASE_"))}
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env=clean | {"CHATROOM_DATA": str(data), "CHATROOM_DISCOVER": "0"} | environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_every_setting_is_documented() -> None:
    read = set(re.findall(r'env\.\w+\(\s*"(\w+)"', (ROOT / "chatroom/settings.py").read_text()))
    told = set(re.findall(r"^\| `(\w+)`", (ROOT / "docs/configuration.md").read_text(), re.M))
    assert read == told


@pytest.mark.parametrize(
    ("variable", "value", "sentence"),
    [
        ("CHATROOM_DEBUG", "perhaps", "CHATROOM_DEBUG"),
        ("CHATROOM_SILENCE", "long", "CHATROOM_SILENCE"),
        ("CHATROOM_LOG_LEVEL", "LOUD", "CHATROOM_LOG_LEVEL"),
        ("CHATROOM_WIRE_DAYS", "-1", "CHATROOM_WIRE_DAYS"),
        ("DATABASE_URL", "mysql://x/y", "DATABASE_URL: only postgres"),
        ("DATABASE_URL", "nonsense", "DATABASE_URL"),
        ("CHATROOM_PROVIDERS", "/nowhere/providers.toml", "CHATROOM_PROVIDERS: cannot read"),
        ("CHATROOM_DATA", "/proc/nowhere", "CHATROOM_DATA: cannot make the folder"),
    ],
)
def test_a_wrong_setting_is_one_line(tmp_path: Path, variable: str, value: str, sentence: str) -> None:
    ended = manage(tmp_path, "serve", **{variable: value})
    assert ended.returncode == 1
    assert sentence in ended.stderr
    assert ended.stderr.count("\n") == 1, ended.stderr


@pytest.mark.parametrize(
    ("toml", "sentence"),
    [
        ("[[provider]", "cannot read"),
        ("provider = 3", "should hold [[provider]] tables"),
        ('[[provider]]\nname = "x"', "provider 1: base_url is missing"),
        (TOML + 'dialect = "morse"', "unknown dialect 'morse'"),
        (TOML + "modells = []", "unknown key 'modells'"),
        (TOML + 'models = "one"', "models should be a list"),
        (TOML.replace("http://", "gopher://"), "should begin with http"),
    ],
)
def test_a_wrong_providers_file_is_one_line(tmp_path: Path, toml: str, sentence: str) -> None:
    file = tmp_path / "providers.toml"
    file.write_text(toml)
    ended = manage(tmp_path, "providers", CHATROOM_PROVIDERS=str(file))
    assert ended.returncode == 1
    assert sentence in ended.stderr
    assert ended.stderr.count("\n") == 1, ended.stderr


def test_every_dialect_can_be_configured(tmp_path: Path) -> None:
    file = tmp_path / "providers.toml"
    table = '[[provider]]\nname = "a {0}"\ndialect = "{0}"\nbase_url = "http://127.0.0.1:1"\n'
    file.write_text("".join(table.format(dialect) for dialect in DIALECTS))
    found = {provider.name: provider.dialect for provider in providers(str(file))}
    assert {found[f"a {dialect}"] for dialect in DIALECTS} == set(DIALECTS)


def test_a_key_in_the_environment_switches_a_known_provider_on(monkeypatch: pytest.MonkeyPatch) -> None:
    for known in KNOWN:
        monkeypatch.setenv(known.key_variable, "sk-some")
    found = {provider.name: (provider.dialect, provider.api_key) for provider in providers("")}
    assert found == {known.name: (known.dialect, "sk-some") for known in KNOWN}
    assert {found[name][0] for name in ("openai", "anthropic", "gemini", "cohere")} == {
        "openai-responses",
        "anthropic",
        "gemini",
        "cohere",
    }


def test_a_taken_port_is_one_line(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        ended = manage(tmp_path, "serve", "--port", str(port))
    assert ended.returncode == 1
    assert ended.stderr.strip() == (
        f"CommandError: Port {port} is taken, perhaps by a room that is running already. Try: make run PORT={port + 1}"
    )


def test_the_secret_key_is_made_once_and_for_the_owner_only(tmp_path: Path) -> None:
    read = ("shell", "-v", "0", "-c", "from django.conf import settings; print(settings.SECRET_KEY)")
    first, second = manage(tmp_path, *read).stdout, manage(tmp_path, *read).stdout
    assert first == second
    assert len(first) > 40
    assert (tmp_path / "secret-key").stat().st_mode & 0o077 == 0


def test_providers_are_listed_without_their_keys(tmp_path: Path) -> None:
    file = tmp_path / "providers.toml"
    file.write_text(TOML + 'api_key = "sk-very-secret"\nmodels = ["qwen3-32b"]')
    listed = manage(tmp_path, "providers", CHATROOM_PROVIDERS=str(file), OPENROUTER_API_KEY="sk-or-secret")
    assert "lab" in listed.stdout
    assert "qwen3-32b" in listed.stdout
    assert "openrouter" in listed.stdout
    assert "secret" not in listed.stdout + listed.stderr
