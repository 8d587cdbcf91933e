"""`make run` and `make test` on machines where something is missing, each with the real Makefile and script.

A room of its own stands in a temporary folder. Its PATH holds the few programs that the recipes use and a Python that
can be made old, poor or privileged; environments made by it hold stubs in place of pip and the tools, which note how
they were called. Nothing is downloaded.
"""

from __future__ import annotations

import ast
import json
import os
import re
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent
THIS_PYTHON = "{}.{}".format(*sys.version_info)

# A Python whose nature can be changed before it runs what it was given.
INTERPRETER = """#!{python} -I
import importlib.util, os, runpy, sys
sys.executable = {maker!r}
{nature}
arguments = sys.argv[1:]
while arguments[0] in ("-I", "-X", "utf8"):
    del arguments[0]
if arguments[0] == "-c":
    exec(arguments[1])
else:
    sys.argv = arguments
    runpy.run_path(arguments[0], run_name="__main__")
"""

# What `sys.executable -I -m venv FOLDER` is for that Python.
MAKER = """#!{python} -I
import pathlib, sys, venv
venv.create(sys.argv[-1], with_pip=False, symlinks=True)
[packages] = pathlib.Path(sys.argv[-1]).glob("lib/python*/site-packages")
packages.joinpath("stub.py").write_text({stub!r})
for tool in ("pip", "pytest", "ruff", "mypy", "importlinter"):
    packages.joinpath(tool).mkdir()
    packages.joinpath(tool, "__init__.py").touch()
    packages.joinpath(tool, "__main__.py").write_text(f"import stub; stub.called({{tool!r}})")
packages.joinpath("importlinter", "cli.py").write_text(
    "def lint_imports_command():\\n    import stub\\n    stub.called('importlinter')"
)
"""

STUB = """
import json, os, pathlib, sys
def called(tool):
    room = pathlib.Path(sys.prefix).parent
    with room.joinpath("calls").open("a") as calls:
        calls.write(json.dumps([tool, sys.argv[1:], dict(os.environ)]) + "\\n")
    if room.joinpath(tool + ".does").exists():
        exec(room.joinpath(tool + ".does").read_text())
"""

# In place of chatroom.cluster.postgres: notes that it was called, and runs what it was given.
POSTGRES = """
import stub, subprocess, sys
stub.called("postgres")
sys.exit(subprocess.run(sys.argv[1:]).returncode)
"""

MANAGE = """
import json, os, sys
print(json.dumps([sys.argv[1:], dict(os.environ)]))
"""


@dataclass(frozen=True)
class Room:
    """A room in a folder of its own, and the programs it can see."""

    folder: Path
    programs: Path

    def program(self, name: str, text: str) -> None:
        path = self.programs / name
        path.unlink(missing_ok=True)
        path.write_text(text)
        path.chmod(0o755)

    def python(self, name: str = "python3", nature: str = "") -> None:
        maker = str(self.programs / "maker")
        self.program(name, INTERPRETER.format(python=sys.executable, maker=maker, nature=nature))

    def link(self, *names: str) -> None:
        for name in names:
            found = shutil.which(name)
            assert found, f"{name} is needed"
            (self.programs / name).symlink_to(found)

    def make(
        self, target: str, *, prefix: tuple[str, ...] = (), **environment: str
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*prefix, str(self.programs / "make"), *target.split()],
            cwd=self.folder,
            env={"PATH": str(self.programs), **environment},
            capture_output=True,
            encoding="utf-8",
        )

    def does(self, tool: str, code: str) -> None:
        """What a tool in .venv does when it is called."""
        (self.folder / f"{tool}.does").write_text(code)

    def calls(self, tool: str) -> list[tuple[list[str], dict[str, str]]]:
        """How a tool in .venv was called: arguments, environment."""
        log = self.folder / "calls"
        entries = [json.loads(line) for line in log.read_text().splitlines()] if log.exists() else []
        return [(arguments, environment) for name, arguments, environment in entries if name == tool]


@pytest.fixture
def room(tmp_path: Path) -> Room:
    room = Room(tmp_path / "a room", tmp_path / "programs")
    (room.folder / "chatroom").mkdir(parents=True)
    room.programs.mkdir()
    shutil.copy(ROOT / "Makefile", room.folder)
    shutil.copy(ROOT / "chatroom" / "environment.py", room.folder / "chatroom")
    (room.folder / "requirements.txt").write_text("a==1\n")
    (room.folder / "requirements-test.txt").write_text("a==1\nb==1\n")
    (room.folder / "manage.py").write_text(MANAGE)
    (room.folder / "chatroom" / "cluster").mkdir()
    (room.folder / "chatroom" / "cluster" / "postgres.py").write_text(POSTGRES)
    (room.folder / "chatroom" / "cluster" / "__main__.py").write_text("import stub; stub.called('cluster')")
    room.link("make", "sh", "env", "sed", "expand", "rm", "find")
    room.program("maker", MAKER.format(python=sys.executable, stub=STUB))
    room.python(nature="os.geteuid = lambda: 1000")
    return room


def served(done: subprocess.CompletedProcess[str]) -> tuple[list[str], dict[str, str]]:
    """Arguments and environment that the server was started with."""
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    arguments, environment = json.loads(done.stdout.splitlines()[-1])
    return arguments, environment


def complaint(done: subprocess.CompletedProcess[str]) -> str:
    """The one line that says what is amiss; make adds its own."""
    assert done.returncode != 0, done.stdout
    line, make = done.stderr.splitlines()
    assert make.startswith("make: ***")
    return line


def test_the_script_parses_on_python_3_6() -> None:
    ast.parse((ROOT / "chatroom" / "environment.py").read_text(), feature_version=(3, 6))


def test_the_tests_need_what_the_room_needs_in_the_same_versions() -> None:
    def pins(name: str) -> set[str]:
        return set(re.findall(r"^[\w.\[\]-]+==[^ ]+", (ROOT / name).read_text(), re.MULTILINE))

    assert pins("requirements.txt")
    assert pins("requirements.txt") <= pins("requirements-test.txt")


def test_make_says_what_there_is(room: Room) -> None:
    shown = room.make("").stdout
    targets = re.findall(r"^make (\w+) ", shown, re.MULTILINE)
    assert targets == ["help", "run", "cluster", "test", "check", "faults", "bench", "lock", "clean"]


def test_the_first_start_installs_and_serves(room: Room) -> None:
    done = room.make("run")
    assert done.stdout.splitlines()[0] == "Installing what the room needs (once, about a minute) …"
    assert served(done)[0] == ["serve", "--host", "127.0.0.1", "--port", "8000"]
    [(arguments, _)] = room.calls("pip")
    assert {"install", "--require-hashes", "--no-deps"} < set(arguments)
    assert arguments[-1] == str(room.folder / "requirements.txt")


def test_the_second_start_installs_nothing_and_says_nothing(room: Room) -> None:
    room.make("run")
    done = room.make("run")
    assert served(done)
    assert len(done.stdout.splitlines()) == 1
    assert len(room.calls("pip")) == 1


def test_two_starts_at_once_install_once(room: Room) -> None:
    with ThreadPoolExecutor() as both:
        for done in both.map(room.make, ["run", "run"]):
            assert served(done)
    assert len(room.calls("pip")) == 1


def test_port_and_host_are_passed_on(room: Room) -> None:
    assert served(room.make("run PORT=8123 HOST=0.0.0.0"))[0] == ["serve", "--host", "0.0.0.0", "--port", "8123"]
    assert served(room.make("run", PORT="8124", HOST="x86_64-linux"))[0][1:] == [
        "--host", "127.0.0.1", "--port", "8124"
    ]  # fmt: skip


def test_what_the_caller_set_for_another_python_does_not_matter(room: Room) -> None:
    theirs = {
        "PYTHONHOME": "/nowhere",
        "PYTHONPATH": "/nowhere",
        "PYTHONSAFEPATH": "1",
        "VIRTUAL_ENV": "/nowhere",
        "DJANGO_SETTINGS_MODULE": "theirs.settings",
    }
    _, environment = served(room.make("run", LC_ALL="POSIX", TZ="Asia/Kathmandu", OPENAI_API_KEY="key", **theirs))
    assert not theirs.keys() & environment.keys()
    assert environment["OPENAI_API_KEY"] == "key"


def test_pip_is_told_where_to_look_but_not_what_to_do(room: Room) -> None:
    served(
        room.make("run", PIP_INDEX_URL="https://mirror.example", PIP_CERT="c", PIP_TARGET="/x", PIP_NO_BINARY=":all:")
    )
    [(_, environment)] = room.calls("pip")
    settings = {name: value for name, value in environment.items() if name.startswith("PIP_")}
    assert settings == {"PIP_INDEX_URL": "https://mirror.example", "PIP_CERT": "c", "PIP_USER": "0"}


def test_changed_requirements_are_installed_into_the_same_environment(room: Room) -> None:
    room.make("run")
    (room.folder / ".venv" / "kept").touch()
    (room.folder / "requirements.txt").write_text("a==2\n")
    done = room.make("run")
    assert done.stdout.splitlines()[0] == "Updating .venv: the requirements have changed …"
    assert served(done)
    assert len(room.calls("pip")) == 2
    assert (room.folder / ".venv" / "kept").exists()


def test_an_environment_for_the_tests_serves_the_room_too(room: Room) -> None:
    room.make("test")
    assert served(room.make("run"))
    [(arguments, _)] = room.calls("pip")
    assert arguments[-1] == str(room.folder / "requirements-test.txt")


def test_an_environment_for_the_room_is_completed_for_the_tests(room: Room) -> None:
    room.make("run")
    assert "Installing what the tests need" in room.make("test").stdout
    assert len(room.calls("pip")) == 2


def test_an_environment_made_by_hand_is_kept(room: Room) -> None:
    room.make("run")
    (room.folder / ".venv" / "chatroom-stamp").unlink()
    (room.folder / ".venv" / "kept").touch()
    assert served(room.make("run"))
    assert (room.folder / ".venv" / "kept").exists()


def test_a_moved_folder_keeps_its_environment(room: Room) -> None:
    room.make("run")
    moved = Room(room.folder.rename(room.folder.with_name("elsewhere")), room.programs)
    assert served(moved.make("run"))
    assert len(moved.calls("pip")) == 1


def test_an_interrupted_install_begins_anew(room: Room) -> None:
    room.does("pip", "os.kill(os.getpid(), 9)")
    room.make("run")
    assert len(room.calls("pip")) == 1
    (room.folder / ".venv" / "half").touch()
    (room.folder / "pip.does").unlink()
    assert served(room.make("run"))
    assert not (room.folder / ".venv" / "half").exists()


@pytest.mark.parametrize(
    "damage", ["its Python is gone", "made by another Python", "pip is gone", "a file", "a dead link"]
)
def test_a_broken_environment_is_made_anew(room: Room, damage: str) -> None:
    room.make("run")
    environment = room.folder / ".venv"
    match damage:
        case "its Python is gone":
            (environment / "bin" / "python").unlink()
            (environment / "bin" / "python").symlink_to("/nowhere/python")
        case "made by another Python":
            stamp = environment / "chatroom-stamp"
            stamp.write_text(stamp.read_text().replace("cpython-", "cpython-9"))
        case "pip is gone":
            [pip] = environment.glob("lib/python*/site-packages/pip")
            shutil.rmtree(pip)
            (room.folder / "requirements.txt").write_text("a==2\n")
        case "a file":
            shutil.rmtree(environment)
            environment.touch()
        case "a dead link":
            shutil.rmtree(environment)
            environment.symlink_to("/nowhere")
    done = room.make("run")
    assert served(done)
    assert done.stdout.startswith("Installing")
    assert len(room.calls("pip")) == 2


def test_no_python_is_said_in_one_line(room: Room) -> None:
    (room.programs / "python3").unlink()
    assert complaint(room.make("run")).startswith("No Python found: install Python 3.11 or newer")


def test_an_old_python_is_said_in_one_line(room: Room) -> None:
    room.python(nature="sys.version_info = (3, 9, 2)")
    assert complaint(room.make("run")).startswith("Chatroom needs Python 3.11 or newer, this is 3.9.2.")


def test_a_new_python_is_found_behind_an_old_one_and_a_broken_one(room: Room) -> None:
    room.python("python3.13")
    room.python("python3", nature="sys.version_info = (3, 9, 2)")
    room.program("python3.11", "#!/bin/sh\necho 'python3.11: command not found' >&2; exit 127\n")
    assert served(room.make("run"))


def test_a_python_without_venv_says_which_package_to_install(room: Room) -> None:
    room.python(nature="os.geteuid = lambda: 1000; sys.modules['ensurepip'] = None")
    room.program("apt-get", "#!/bin/sh\n: > asked\n")
    expected = f"lacks its venv module. Install it (Debian: apt-get install python{THIS_PYTHON}-venv)"
    assert expected in complaint(room.make("run"))
    assert not (room.folder / ".venv").exists()
    assert not (room.folder / "asked").exists(), "apt-get is for root"


# An apt-get that knows no package before `update`; what it installs appears as a file.
APT_GET = """#!/bin/sh
echo "$*" >> apt.calls
case "$*" in
  *update*) : > updated;;
  *) if [ -e updated ]; then : > installed; {installs}; else echo 'E: Unable to locate package' >&2; exit 100; fi;;
esac
"""


def apt_calls(room: Room) -> list[str]:
    """The commands that apt-get was given, without options before them."""
    return [
        re.sub(r"^.*?(install|update)", r"\1", line) for line in (room.folder / "apt.calls").read_text().splitlines()
    ]


def test_root_on_debian_gets_the_venv_module_installed(room: Room) -> None:
    room.python(
        nature="os.geteuid = lambda: 0; importlib.util.find_spec = lambda name: os.path.exists('installed') or None"
    )
    room.program("apt-get", APT_GET.format(installs=":"))
    assert served(room.make("run"))
    package = f"python{THIS_PYTHON}-venv"
    install = f"install --yes --no-install-recommends {package}"
    assert apt_calls(room) == [install, "update", install]


def test_what_apt_get_could_not_do_is_said_in_one_line(room: Room) -> None:
    room.python(nature="os.geteuid = lambda: 0; sys.modules['ensurepip'] = None")
    room.program("apt-get", "#!/bin/sh\necho 'Reading lists'; echo 'E: No candidate' >&2; exit 100\n")
    assert "lacks its venv module (apt-get said: E: No candidate). Install it" in complaint(room.make("run"))


def test_a_folder_that_cannot_be_written_is_said_in_one_line(room: Room) -> None:
    # Root may write anywhere, unless it gives up that capability.
    drop = (
        (shutil.which("setpriv") or "", "--inh-caps=-dac_override", "--bounding-set=-dac_override")
        if os.geteuid() == 0
        else ()
    )
    if drop and not (drop[0] and subprocess.run([*drop, "true"], check=False).returncode == 0):
        pytest.skip("root cannot give up its capabilities here")
    room.folder.chmod(0o555)
    try:
        done = room.make("run", prefix=drop)
    finally:
        room.folder.chmod(0o755)
    assert complaint(done).startswith(f"Cannot write to {room.folder}")


def test_an_index_out_of_reach_is_said_in_one_line(room: Room) -> None:
    output = (
        "WARNING: Retrying (Retry(total=0, connect=None)) after connection broken by 'NewConnectionError('<x>: Failed"
        " to establish a new connection: [Errno 111] Connection refused')': /simple/a/\n"
        "ERROR: No matching distribution found for a==1"
    )
    room.does("pip", f"sys.exit({output!r})")
    line = complaint(room.make("run"))
    assert line.startswith("pip cannot reach the package index ([Errno 111] Connection refused). Check the network")


def test_the_last_error_of_pip_is_said_in_one_line(room: Room) -> None:
    room.does("pip", "sys.exit('ERROR: first\\nERROR: No space left on device\\n[notice] a new pip\\n')")
    assert complaint(room.make("run")).startswith(
        "pip could not install the requirements (ERROR: No space left on device). If running this again"
    )


def test_after_pip_failed_the_next_start_tries_again_in_the_same_environment(room: Room) -> None:
    room.does("pip", "sys.exit(1)")
    complaint(room.make("run"))
    (room.folder / ".venv" / "kept").touch()
    (room.folder / "pip.does").unlink()
    assert served(room.make("run"))
    assert (room.folder / ".venv" / "kept").exists()


def test_a_failed_venv_is_said_in_one_line(room: Room) -> None:
    room.program("maker", "#!/bin/sh\necho 'Error: out of inodes'; exit 1\n")
    assert complaint(room.make("run")) == "Python could not make .venv (Error: out of inodes)."


@pytest.mark.parametrize(("environment", "outcome"), [({}, "be skipped"), ({"CI": "true"}, "fail, because CI is set")])
def test_without_chromium_it_is_said_what_becomes_of_the_browser_tests(
    room: Room, environment: dict[str, str], outcome: str
) -> None:
    done = room.make("test", **environment)
    assert f"Chromium is missing, the browser tests will {outcome}." in done.stdout
    assert room.calls("pytest")


def test_root_on_debian_gets_chromium_installed_once(room: Room) -> None:
    room.python(nature="os.geteuid = lambda: 0")
    room.link("chmod")
    for service in SERVICES:
        room.program(service, "#!/bin/sh\n")
    chromium = room.programs / "chromium"
    room.program("apt-get", APT_GET.format(installs=f"echo '#!/bin/sh' > '{chromium}'; chmod +x '{chromium}'"))
    assert "issing" not in room.make("test").stdout
    assert apt_calls(room)[-1].endswith("chromium fonts-noto-color-emoji")
    before = apt_calls(room)
    room.make("test")
    assert apt_calls(room) == before


def test_tests_and_checks_see_nothing_of_the_callers_environment(room: Room) -> None:
    theirs = {"HTTP_PROXY": "x", "OPENAI_API_KEY": "x", "PYTEST_ADDOPTS": "x", "PYTHONHOME": "/x", "LC_ALL": "POSIX"}
    done = room.make("test", HOME="/home", CI="true", RECORDINGS="/some where", TZ="Asia/Kathmandu", **theirs)
    assert done.returncode == 0, done.stderr
    kept = {"PATH": str(room.programs), "HOME": "/home", "CI": "true", "RECORDINGS": "/some where"}
    fixed = {"LANG": "C.UTF-8", "TZ": "UTC", "PYTHONUTF8": "1"}
    seen = [environment for tool in ("ruff", "mypy", "importlinter", "pytest") for _, environment in room.calls(tool)]
    assert len(seen) == 6
    assert all(environment == kept | fixed for environment in seen)


def test_options_reach_pytest(room: Room) -> None:
    room.make("test", ARGS="-k 'one or two'")
    first, second = (arguments for arguments, _ in room.calls("pytest"))
    assert first == second
    assert first[-2:] == ["-k", "one or two"]


@pytest.mark.parametrize("tool", ["pytest", "ruff", "mypy", "importlinter"])
def test_the_tests_run_and_the_command_fails_whatever_fails(room: Room, tool: str) -> None:
    room.does(tool, "sys.exit(1)")
    assert room.make("test").returncode != 0
    assert len(room.calls("pytest")) == 2


# What pytest does when it is called for the first time, or for the second: then on PostgreSQL.
ON_CALL = """
if (room / "calls").read_text().count('["pytest"') == {call}:
    sys.exit({status})
"""


@pytest.mark.parametrize(
    ("call", "status", "environment", "sentences"),
    [
        (1, 1, {}, ["On SQLite not all tests pass."]),
        (2, 1, {}, ["On PostgreSQL not all tests pass."]),
        (2, 5, {}, []),
        (2, 69, {}, []),
        (2, 69, {"CI": "true"}, ["On PostgreSQL not all tests pass."]),
    ],
    ids=["SQLite", "PostgreSQL", "nothing about the record", "no PostgreSQL", "no PostgreSQL in CI"],
)
def test_what_comes_of_each_database_is_said_last(
    room: Room, call: int, status: int, environment: dict[str, str], sentences: list[str]
) -> None:
    room.does("pytest", ON_CALL.format(call=call, status=status))
    done = room.make("test", **environment)
    assert [line for line in done.stderr.splitlines() if not line.startswith("make: ")] == sentences
    assert (done.returncode == 0) == (sentences == [])


def test_the_record_is_tested_on_postgresql_in_the_end(room: Room) -> None:
    room.make("test")
    [(arguments, _)] = room.calls("postgres")
    assert arguments[1:3] == ["-m", "pytest"]


def test_a_cluster_needs_its_services(room: Room) -> None:
    line = complaint(room.make("cluster"))
    assert line.startswith("make cluster needs postgres and redis-server and nginx. Install what is missing (Debian:")
    assert not room.calls("cluster")


def test_a_cluster_is_started_where_its_services_are(room: Room) -> None:
    beside = room.programs.parent
    for folder, program in (("programs", "redis-server"), ("sbin", "nginx"), ("lib/postgresql/15/bin", "postgres")):
        (beside / folder).mkdir(parents=True, exist_ok=True)
        room.program(f"../{folder}/{program}", "#!/bin/sh\n")
    assert room.make("cluster PORT=8123").returncode == 0
    [(arguments, _)] = room.calls("cluster")
    assert arguments == ["--port", "8123"]


SERVICES = ("postgres", "redis-server", "nginx")


def test_root_on_debian_gets_services_installed_and_debian_starts_none(room: Room) -> None:
    room.python(nature="os.geteuid = lambda: 0")
    room.link("chmod")
    (room.programs.parent / "sbin").mkdir()
    policy = room.programs.parent / "sbin" / "policy-rc.d"
    made = [f"echo '#!/bin/sh' > '{room.programs / name}'; chmod +x '{room.programs / name}'" for name in SERVICES]
    room.program("apt-get", APT_GET.format(installs="; ".join([f"'{policy}' || echo $? > policy", *made])))
    room.program("systemctl", "#!/bin/sh\necho $* >> systemctl.calls\n")
    assert room.make("cluster").returncode == 0
    assert apt_calls(room)[-1].endswith("postgresql redis-server nginx")
    assert (room.folder / "policy").read_text() == "101\n"
    assert not policy.exists()
    disabled = (room.folder / "systemctl.calls").read_text()
    assert disabled == "disable --quiet postgresql redis-server nginx\n"


@pytest.mark.parametrize(("environment", "outcome"), [({}, "be skipped"), ({"CI": "true"}, "fail, because CI is set")])
def test_without_services_it_is_said_what_becomes_of_their_tests(
    room: Room, environment: dict[str, str], outcome: str
) -> None:
    done = room.make("test", **environment)
    assert f"Missing: postgres, redis-server, nginx. The tests that need it will {outcome}." in done.stdout


def test_ci_runs_make_test_at_the_top_from_any_folder(room: Room, tmp_path: Path) -> None:
    shutil.copytree(ROOT / ".ci", room.folder / ".ci")
    room.link("bash", "dirname")
    room.program("make", f"#!{sys.executable}\nimport json, os, sys\n"
                         "print(json.dumps([sys.argv[1:], os.getcwd(), os.environ['CI']]))\nsys.exit(3)\n")  # fmt: skip
    done = subprocess.run(
        ["bash", str(room.folder / ".ci" / "run")],
        cwd=tmp_path,
        env={"PATH": str(room.programs)},
        capture_output=True,
        encoding="utf-8",
    )
    answer: Any = json.loads(done.stdout)
    assert answer == [["test"], str(room.folder), "true"]
    assert done.returncode == 3
