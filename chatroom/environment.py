"""Make `.venv`, or bring it up to date: `python3 chatroom/environment.py run|test|cluster`.

The Makefile runs this before each start with the Python it finds, when nothing is installed yet. So it uses the
standard library only, takes hundredths of a second when nothing changed, and says in one line what stands in the
way. The file parses on Python 3.6, so that an old Python can say that it is too old.
"""

import contextlib
import fcntl
import hashlib
import importlib
import importlib.util
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

TOO_OLD = "Chatroom needs Python 3.11 or newer, this is {}. Install one (Debian 12: apt-get install python3-venv)."

# Here, so that an old Python goes no further: it cannot evaluate the annotations below.
if sys.version_info < (3, 11):  # noqa: UP036
    sys.exit(TOO_OLD.format(".".join(map(str, sys.version_info[:3]))))

USAGE = "Usage: python3 chatroom/environment.py run|test|cluster"
FIRST_INSTALL = {
    "run": "Installing what the room needs (once, about a minute) …",
    "test": "Installing what the tests need (once, about a minute) …",
    "cluster": "Installing what the room needs (once, about a minute) …",
}
UPDATE = "Updating .venv: the requirements have changed …"
FROM_DEBIAN = "Installing {} with apt-get …"
NOT_WRITABLE = "Cannot write to {}, where the environment is kept. Make the folder yours or copy it to one that is."
NO_VENV = "Python {} lacks its venv module{}. Install it (Debian: apt-get install {}), then run this again."
VENV_FAILED = "Python could not make .venv ({})."
UNREACHABLE = (
    "pip cannot reach the package index ({}). Check the network (behind a proxy set HTTPS_PROXY, for a mirror"
    " PIP_INDEX_URL), then run this again."
)
PIP_FAILED = "pip could not install the requirements ({}). If running this again does not help, remove .venv first."
NO_CHROMIUM = "Chromium is missing{}, the browser tests will {}. Install it (Debian: apt-get install {})."
NO_SERVICES = "make cluster needs {}{}. Install what is missing (Debian: apt-get install {}), then run this again."
UNTESTED = "Missing: {}{}. The tests that need it will {}. Install it (Debian: apt-get install {})."
DISK = "Cannot prepare .venv: {}."

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
# What .venv holds, a line each: `python <version and machine>`, `<requirements file> <digest>`; or `unfinished`.
STAMP = VENV / "chatroom-stamp"
# The last file is installed; it includes those before it.
REQUIREMENTS = {
    "run": ["requirements.txt"],
    "test": ["requirements.txt", "requirements-test.txt"],
    "cluster": ["requirements.txt"],
}
# What a room of many processes stands on: the program, and the Debian package, whose system service has its name too.
SERVICES = {"postgres": "postgresql", "redis-server": "redis-server", "nginx": "nginx"}
# Where packages come from is for the caller to say; any other PIP_* setting could change what is installed, or where.
PIP_SOURCES = re.compile(r"PIP_.*(INDEX|FIND_LINKS|TRUSTED_HOST|PROXY|CERT|TIMEOUT|RETRIES|CACHE|CONFIG_FILE|KEYRING)")
# The reason inside pip's warnings: refused, no such name, certificate, time-out.
NETWORK_ERROR = re.compile(r"\[Errno -?\d+\] [\w ]+|SSL: \w+|timed out|Connection aborted")


class SetupError(Exception):
    """The environment cannot be prepared. The message is one line that says why and what to do."""


def prepare(purpose: str) -> None:
    """Bring `.venv` up to date for `purpose`, `run` or `test`. Raises SetupError."""
    with alone():
        if is_current(purpose):
            return
        require_writable()
        sound = is_sound()
        if not sound:
            require_venv()
        announce(UPDATE if sound and REQUIREMENTS[purpose][-1] in read_stamp() else FIRST_INSTALL[purpose])
        if not sound:
            build()
        install(purpose)


def is_current(purpose: str) -> bool:
    """Whether `.venv` already holds these very requirements, for the Python that is in it."""
    stamp = read_stamp()
    return digests(purpose).items() <= stamp.items() and stamp.get("python") == installed_python()


def is_sound() -> bool:
    """Whether `.venv` can be installed into. One that was made by hand, without a stamp, may be."""
    stamp = read_stamp()
    if "unfinished" in stamp or stamp.get("python") not in (None, installed_python()):
        return False
    return ask_python("import pip, sys; sys.exit(sys.version_info < (3, 11))").returncode == 0


def build() -> None:
    """Make an empty `.venv` in place of what is there."""
    if VENV.is_symlink() or VENV.is_file():
        VENV.unlink()
    elif VENV.exists():
        shutil.rmtree(VENV)
    VENV.mkdir()
    STAMP.write_text("unfinished\n")
    made = run([sys.executable, "-I", "-m", "venv", str(VENV)])
    if made.returncode:
        raise SetupError(VENV_FAILED.format(telling_line(made.stdout)))


def install(purpose: str) -> None:
    """Install what is missing or has another version, and note it in the stamp."""
    STAMP.write_text("unfinished\n")
    requirements = str(ROOT / REQUIREMENTS[purpose][-1])
    pip = [str(PYTHON), "-I", "-m", "pip", "--no-input", "--disable-pip-version-check", "install", "--quiet"]
    environment = {name: value for name, value in os.environ.items() if allowed_for_pip(name)}
    environment["PIP_USER"] = "0"  # a `user = true` in somebody's pip.conf does not work in an environment
    done = run([*pip, "--require-hashes", "--no-deps", "--requirement", requirements], environment)
    if done.returncode >= 0:  # pip ended by itself and left .venv in order; killed, it may have left halves of packages
        stamp = {"python": installed_python(), **(digests(purpose) if done.returncode == 0 else {})}
        STAMP.write_text("".join(f"{name} {value}\n" for name, value in stamp.items()))
    if done.returncode:
        raise SetupError(why_pip_failed(done.stdout))


def why_pip_failed(output: str) -> str:
    """pip's own last line blames the package where it was the network that failed; its warnings know better."""
    if "Retry(total=0," in output:
        return UNREACHABLE.format((NETWORK_ERROR.findall(output) or ["no answer"])[-1])
    return PIP_FAILED.format(telling_line(output))


def require_writable() -> None:
    """Refuse a folder that cannot hold `.venv`."""
    for folder in (ROOT, VENV):
        if folder.is_dir() and not os.access(folder, os.W_OK | os.X_OK):
            raise SetupError(NOT_WRITABLE.format(folder))


def require_venv() -> None:
    """Refuse a Python that cannot make environments (Debian splits that off), or install what it lacks."""
    version = "{}.{}".format(*sys.version_info)
    package = f"python{version}-venv"
    if has_venv():
        return
    reason = install_from_debian(package)
    importlib.invalidate_caches()
    if not has_venv():
        raise SetupError(NO_VENV.format(version, reason, package))


def has_venv() -> bool:
    """Whether this Python can make an environment with pip in it."""
    return all(importlib.util.find_spec(name) for name in ("venv", "ensurepip"))


def require_chromium() -> None:
    """Install Chromium where that can be done, else say what its absence means. Never an error: the tests decide."""
    if has_chromium():
        return
    packages = ("chromium", "fonts-noto-color-emoji")
    reason = install_from_debian(*packages)
    if not has_chromium():
        outcome = "fail, because CI is set" if os.environ.get("CI") else "be skipped"
        announce(NO_CHROMIUM.format(reason, outcome, " ".join(packages)))


def has_chromium() -> bool:
    """Whether the browser tests will find a browser, under any of the names they know."""
    return any(map(shutil.which, ("chromium", "chromium-browser", "google-chrome")))


def require_services(purpose: str) -> None:
    """Install PostgreSQL, Redis and nginx where that can be done. Without them no cluster; the tests decide."""
    if not missing_services():
        return
    with alone():
        wanted = [SERVICES[program] for program in missing_services()]
        with unstarted(wanted):
            reason = install_from_debian(*wanted) if wanted else ""
    missing = missing_services()
    if missing:
        packages = " ".join(SERVICES[program] for program in missing)
        if purpose == "cluster":
            raise SetupError(NO_SERVICES.format(" and ".join(missing), reason, packages))
        outcome = "fail, because CI is set" if os.environ.get("CI") else "be skipped"
        announce(UNTESTED.format(", ".join(missing), reason, outcome, packages))


def missing_services() -> list[str]:
    """The programs of SERVICES that are not installed."""
    return [program for program in SERVICES if not find_program(program)]


def find_program(name: str) -> str:
    """The path of a program, empty if there is none: on PATH, or beside it, where Debian keeps those for root."""
    folders = [Path(folder) for folder in os.get_exec_path()]
    beside = [folder.parent / "sbin" for folder in folders]
    # PostgreSQL has a folder a version: the newest first.
    versions = [place for folder in folders for place in folder.parent.glob("lib/postgresql/*/bin")]
    versions.sort(key=lambda place: [int(n) for n in re.findall(r"\d+", place.parent.name)], reverse=True)
    return next(filter(None, (shutil.which(str(place / name)) for place in [*folders, *beside, *versions])), "")


@contextlib.contextmanager
def unstarted(services: list[str]) -> Iterator[None]:
    """Packages that are installed meanwhile do not start their system services, now or when the machine starts.

    `make cluster` runs programs of its own in its folder. Debian asks /usr/sbin/policy-rc.d whether it may start one.
    """
    policy = Path(shutil.which("apt-get") or "/usr/bin/apt-get").parent.parent / "sbin" / "policy-rc.d"
    ours = os.geteuid() == 0 and policy.parent.is_dir() and not policy.exists()
    if ours:
        policy.write_text("#!/bin/sh\nexit 101\n")
        policy.chmod(0o755)
    try:
        yield
    finally:
        if ours:
            policy.unlink()
    if os.geteuid() == 0 and shutil.which("systemctl"):
        run(["systemctl", "disable", "--quiet", *services])


def install_from_debian(*packages: str) -> str:
    """Install Debian packages if this is root on Debian. Returns why it went wrong, in brackets, or nothing."""
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return ""
    announce(FROM_DEBIAN.format(" and ".join(packages)))
    # Another apt-get may be at work, as on a machine that has just started.
    apt = ["apt-get", "-qq", "-o", "DPkg::Lock::Timeout=300"]
    command = [*apt, "install", "--yes", "--no-install-recommends", *packages]
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    done = run(command, environment)
    if done.returncode:  # a fresh image has no package lists yet, an old one has stale ones
        run([*apt, "update"], environment)
        done = run(command, environment)
    return f" (apt-get said: {telling_line(done.stdout)})" if done.returncode else ""


def allowed_for_pip(variable: str) -> bool:
    """Whether pip may see this environment variable."""
    return not variable.startswith("PIP_") or PIP_SOURCES.match(variable) is not None


def digests(purpose: str) -> dict[str, str]:
    """What the stamp should say of the requirements."""
    return {name: hashlib.sha256((ROOT / name).read_bytes()).hexdigest() for name in REQUIREMENTS[purpose]}


def read_stamp() -> dict[str, str]:
    """What the stamp says; nothing if there is none."""
    with contextlib.suppress(OSError):
        return {name: value for name, _, value in (line.partition(" ") for line in STAMP.read_text().splitlines())}
    return {}


def installed_python() -> str:
    """Version and machine of the Python in `.venv`, empty if it does not run (the Python it came from is gone)."""
    answer = ask_python("import os, sys; print(sys.implementation.cache_tag, os.uname().machine)")
    return answer.stdout.strip() if answer.returncode == 0 else ""


def ask_python(code: str) -> "subprocess.CompletedProcess[str]":
    """Run one line in the Python of `.venv`."""
    return run([str(PYTHON), "-I", "-c", code])


def run(command: list[str], environment: dict[str, str] | None = None) -> "subprocess.CompletedProcess[str]":
    """Run a command to its end, both outputs in `stdout`. A program that cannot be started counts as failed."""
    environment = {**(os.environ if environment is None else environment), "LC_ALL": "C.UTF-8"}
    try:
        return subprocess.run(  # noqa: S603
            command,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
        )
    except OSError as error:
        return subprocess.CompletedProcess(command, 127, str(error))


def telling_line(output: str) -> str:
    """Return the line of a tool's output that says what went wrong: the last error, else the last line."""
    lines = [line.strip() for line in output.splitlines() if line.strip()] or ["it did not say why"]
    return ([line for line in lines if line.startswith(("ERROR:", "E:", "Error:"))] or lines)[-1]


def announce(line: str) -> None:
    """Show a line at once."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


@contextlib.contextmanager
def alone() -> Iterator[None]:
    """Hold the folder's lock, so that two commands started together do not install over one another."""
    folder = os.open(ROOT, os.O_RDONLY)
    try:
        with contextlib.suppress(OSError):  # some network file systems cannot lock
            fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


def main() -> None:
    """Prepare what the command line asks for."""
    purpose = sys.argv[1] if len(sys.argv) == 2 else ""
    if purpose not in REQUIREMENTS:
        sys.exit(USAGE)
    try:
        prepare(purpose)
        if purpose == "test":
            require_chromium()
        if purpose in ("test", "cluster"):
            require_services(purpose)
    except SetupError as error:
        sys.exit(str(error))
    except OSError as error:  # the disk is full, files belong to somebody else
        sys.exit(DISK.format(error))
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
