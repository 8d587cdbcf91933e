"""A program that runs in a folder of its own: started, asked whether it is ready, stopped, killed, started again."""

from __future__ import annotations

import contextlib
import os
import pwd
import secrets
import signal
import socket
import subprocess
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any

from chatroom.environment import find_program

Say = Callable[[str, str], None]

READY_SECONDS = 180.0


class ServiceError(Exception):
    """A service cannot be had. The message says which and why."""


class Missing(ServiceError):
    """Its program is not installed."""


def require(program: str, package: str) -> str:
    """The path of a program. Raises ServiceError where it is not installed."""
    if found := find_program(program):
        return found
    raise Missing(f"{program} is missing. Install it (Debian: apt-get install {package}).")


def free_port() -> int:
    """A port of this machine that nobody listens on.

    Not one of those that the system gives to outgoing connections (on Linux from 32768): while its service is down,
    such a connection could take it.
    """
    while True:
        port = 10_000 + secrets.randbelow(22_000)
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


class Service:
    """One program, its folder and its port. `say` is given its name and each line that it prints.

    Where we are root it runs as the first of `users` that there is, since PostgreSQL refuses to run as root and
    what stands at the front should not.
    """

    users: tuple[str, ...] = ()
    stop_signal = signal.SIGTERM
    # Told to stop it may take so long; then it is killed.
    stop_seconds = 20.0

    def __init__(self, name: str, folder: Path, port: int = 0, say: Say | None = None) -> None:
        self.name = name
        self.folder = folder.absolute()
        self.port = port or free_port()
        self.output: deque[str] = deque(maxlen=500)
        self._say = say
        self._process: subprocess.Popen[str] | None = None
        self._listener: threading.Thread | None = None

    @property
    def pid(self) -> int:
        """Its process id. Raises ServiceError when it has not been started."""
        if self._process is None:
            raise ServiceError(f"{self.name} has not been started.")
        return self._process.pid

    @property
    def is_running(self) -> bool:
        """Whether its process is there, ready or not."""
        return self._process is not None and self._process.poll() is None

    def prepare(self) -> None:
        """Make what it needs in its folder before it can start."""

    def command(self, folder: str) -> list[str]:
        """The command that runs it in the foreground; `folder` is how it can reach its folder."""
        raise NotImplementedError

    def environment(self) -> dict[str, str]:
        """What it sees of the environment."""
        return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C.UTF-8"}

    def is_ready(self) -> bool:
        """Whether it can work now."""
        return accepts(self.port)

    def launch(self) -> None:
        """Begin to start: `wait` for the rest. Nothing where it runs already."""
        if self.is_running:
            return
        self.output.clear()
        self._make_folder()
        self.prepare()
        with self._reachable() as (folder, how):
            self._process = subprocess.Popen(
                [*_ends_with_us(self.stop_signal), *self.command(folder)],
                env=self.environment(),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                errors="replace",
                start_new_session=True,  # Ctrl-C is for us alone: we end them in order
                **how,
            )
        self._listener = threading.Thread(target=self._listen, args=(self._process.stdout,), daemon=True)
        self._listener.start()

    def wait(self, seconds: float = READY_SECONDS) -> None:
        """Wait until it is ready. Raises ServiceError with what it said last where it will not be."""
        deadline = time.monotonic() + seconds
        while True:
            if not self.is_running:
                raise ServiceError(f"{self.name} ended: {self._last_words()}")
            if self.is_ready():
                return
            if time.monotonic() > deadline:
                raise ServiceError(f"{self.name} was not ready within {seconds:.0f} s: {self._last_words()}")
            time.sleep(0.02)

    def start(self) -> None:
        """Start, and wait until it is ready. After `kill` on the same data and port."""
        self.launch()
        self.wait()

    def stop(self) -> None:
        """Ask it to end, and wait for it; kill it where it does not."""
        if self._process is None:
            return
        if self.is_running:
            self._process.send_signal(self.stop_signal)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(self.stop_seconds)
        self.kill()

    def kill(self) -> None:
        """End it and what it has started as the kernel does it: no word of goodbye."""
        if self._process is None:
            return
        for pid in family(self._process.pid):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self._process.wait()
        if self._listener:
            self._listener.join(5)

    def freeze(self) -> None:
        """Let it do nothing until `thaw`, as a machine that sleeps."""
        for pid in family(self.pid):
            os.kill(pid, signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it go on."""
        for pid in family(self.pid):
            os.kill(pid, signal.SIGCONT)

    def kept(self, name: str, make: Callable[[], str] = lambda: secrets.token_urlsafe(24)) -> str:
        """What the file `name` in its folder holds; made once. For passwords: only its owner can read it."""
        file = self.folder / name
        if not file.exists():
            self._make_folder()
            self.write(name, make())
        return file.read_text()

    def write(self, name: str, text: str) -> None:
        """Write a file of its folder, that it and its owner alone can read."""
        file = self.folder / name
        file.unlink(missing_ok=True)
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as writing:
            writing.write(text)
        if user := self._user():
            os.chown(file, user.pw_uid, user.pw_gid)

    def run(self, command: Callable[[str], list[str]]) -> str:
        """Run a command to its end in the service's place, and return what it printed. Raises ServiceError."""
        with self._reachable() as (folder, how):
            done: subprocess.CompletedProcess[str] = subprocess.run(
                command(folder),
                env=self.environment(),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                check=False,
                **how,
            )
        if done.returncode:
            raise ServiceError(f"{self.name}: {command('…')[0]} failed: {' · '.join(done.stdout.splitlines()[-3:])}")
        return done.stdout

    def _make_folder(self) -> None:
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if (user := self._user()) and self.folder.stat().st_uid == 0:
            os.chown(self.folder, user.pw_uid, user.pw_gid)

    def _user(self) -> pwd.struct_passwd | None:
        """Who it runs as, where that is not us: the owner of its folder, or one of `users`."""
        if os.geteuid() != 0 or not self.users:
            return None
        if self.folder.exists() and (owner := self.folder.stat().st_uid) != 0:
            with contextlib.suppress(KeyError):
                return pwd.getpwuid(owner)
        for name in self.users:
            with contextlib.suppress(KeyError):
                return pwd.getpwnam(name)
        raise ServiceError(f"{self.name} may not run as root, and this machine has no user {' or '.join(self.users)}.")

    @contextlib.contextmanager
    def _reachable(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """A path by which it can reach its folder, and what Popen needs to know for that.

        Another user cannot pass through folders that are ours alone, and they should stay so. So it inherits its folder
        as an open file, and finds it under that number.
        """
        user = self._user()
        if user is None:
            yield str(self.folder), {"cwd": self.folder}
            return
        opened = os.open(self.folder, os.O_RDONLY)
        try:
            who = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
            yield f"/proc/self/fd/{opened}", {"cwd": "/", "pass_fds": [opened], **who}
        finally:
            os.close(opened)

    def _listen(self, lines: IO[str]) -> None:
        for line in lines:
            self.output.append(line)
            if self._say:
                self._say(self.name, line.rstrip("\n"))

    def _last_words(self) -> str:
        return " · ".join(line.strip() for line in list(self.output)[-5:]) or "it did not say why"


def accepts(port: int) -> bool:
    """Whether somebody on this machine takes connections on `port`."""
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


def family(pid: int) -> list[int]:
    """The process and all that it has started, as far as the machine tells."""
    children: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):  # it has ended meanwhile
            # The name in brackets may hold spaces; behind it: state, parent.
            parent = int(stat.read_text().rpartition(")")[2].split()[1])
            children.setdefault(parent, []).append(int(stat.parent.name))
    found = [pid]
    for one in found:
        found += children.get(one, [])
    return found


def _ends_with_us(signal_: signal.Signals) -> list[str]:
    """A prefix for a command that has it told to end when we die, whatever we die of."""
    # The kernel minds the thread that started it, so only the one that lives as long as we do will do.
    if (setpriv := find_program("setpriv")) and threading.current_thread() is threading.main_thread():
        return [setpriv, "--pdeathsig", signal_.name.removeprefix("SIG"), "--"]
    return []
