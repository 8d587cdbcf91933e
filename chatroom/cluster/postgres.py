"""PostgreSQL in a folder of its own; `python -m chatroom.cluster.postgres COMMAND …` runs a command beside one."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from chatroom.cluster.service import READY_SECONDS, Missing, Say, Service, ServiceError, require

# The throwaway server's address for the command beside it. A name of its own: a program that takes the room's
# DATABASE_URL for a playground would play in somebody's record.
THROWAWAY = "CHATROOM_TEST_POSTGRES"
# A statement that fails is not repeated in the log, nor the values in it: they are what people have written.
QUIET = ("log_checkpoints=off", "log_min_error_statement=panic", "log_error_verbosity=terse")
# For a server whose data nobody wants: it survives the death of a process all the same.
CARELESS = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")


class PostgreSQL(Service):
    """A server of its own on the loopback address, with a password, and a database `chatroom`."""

    users = ("postgres", "nobody")
    stop_signal = signal.SIGINT  # "fast": connections are closed, what is committed is kept

    def __init__(
        self, folder: Path, port: int = 0, say: Say | None = None, settings: Sequence[str] = (), name: str = "postgres"
    ) -> None:
        super().__init__(name, folder, port, say)
        self._settings = settings
        self._programs = Path(require("postgres", "postgresql")).resolve().parent

    @property
    def url(self) -> str:
        """What DATABASE_URL should be."""
        return self.url_of("chatroom")

    def url_of(self, database: str) -> str:
        """The address of a database of this server."""
        return f"postgres://chatroom:{self.kept('password')}@127.0.0.1:{self.port}/{database}"

    def prepare(self) -> None:
        """Make the data folder, once."""
        if (self.folder / "data" / "PG_VERSION").exists():
            return
        self.kept("password")
        self.run(
            lambda folder: [
                str(self._programs / "initdb"),
                *("--pgdata", f"{folder}/data", "--pwfile", f"{folder}/password", "--auth", "scram-sha-256"),
                *("--username", "chatroom", "--encoding", "UTF8", "--locale", "C.UTF-8"),
                *(["--no-sync"] if "fsync=off" in self._settings else []),
            ]
        )

    def command(self, folder: str) -> list[str]:
        """Connections come by the loopback address only."""
        settings = ["listen_addresses=127.0.0.1", "unix_socket_directories=", *QUIET, *self._settings]
        options = [part for setting in settings for part in ("-c", setting)]
        return [str(self._programs / "postgres"), "-D", f"{folder}/data", "-p", str(self.port), *options]

    def is_ready(self) -> bool:
        """Whether it takes connections: after a crash it recovers first."""
        return self._ask("pg_isready", "--quiet", "--dbname", "postgres").returncode == 0

    def wait(self, seconds: float = READY_SECONDS) -> None:
        """Wait until it is ready, and has its database."""
        deadline = time.monotonic() + seconds
        while True:
            try:
                super().wait(seconds)
                break
            except ServiceError:
                # What the dead one has left (its children, its memory) goes in a moment.
                if "still in use" not in "".join(self.output) or time.monotonic() > deadline:
                    raise
                self.launch()
        if not self.query("SELECT 1 FROM pg_database WHERE datname = 'chatroom'"):
            self.query("CREATE DATABASE chatroom")

    def query(self, sql: str, database: str = "postgres") -> str:
        """What psql prints for a statement: a line a row, columns with | between. Raises ServiceError."""
        options = ("--no-psqlrc", "--tuples-only", "--no-align", "--set", "ON_ERROR_STOP=1")
        done = self._ask("psql", *options, "--dbname", database, "--command", sql)
        if done.returncode:
            raise ServiceError(f"{self.name}: {done.stderr.strip()}")
        return done.stdout.strip()

    def _ask(self, program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        where = ("--host=127.0.0.1", f"--port={self.port}", "--username=chatroom")
        return subprocess.run(
            [str(self._programs / program), *where, *arguments],
            env={**os.environ, "PGPASSWORD": self.kept("password"), "PGCONNECT_TIMEOUT": "10"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )


def beside_a_throwaway(command: list[str]) -> int:
    """Run a command while a server is there for it, named in the environment. Returns the command's exit status."""
    with tempfile.TemporaryDirectory(prefix="chatroom-postgres-") as folder:
        server = PostgreSQL(Path(folder) / "postgres", settings=CARELESS)
        try:
            server.start()
            # Its own ways to end are its own: Ctrl-C reaches it too.
            child = subprocess.Popen(command, env={**os.environ, THROWAWAY: server.url_of("postgres")})
            signal.signal(signal.SIGTERM, lambda *_: child.terminate())
            while True:
                try:
                    return child.wait()
                except KeyboardInterrupt:
                    continue
        finally:
            server.stop()


def main() -> None:
    """Run the command of the command line beside a throwaway server."""
    if len(sys.argv) < 2:
        sys.exit("Usage: python -m chatroom.cluster.postgres COMMAND …")
    try:
        status = beside_a_throwaway(sys.argv[1:])
    except Missing as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(os.EX_UNAVAILABLE)
    except ServiceError as error:
        sys.exit(str(error))
    except FileNotFoundError as error:
        sys.exit(f"{error.filename}: no such program.")
    sys.exit(status if status >= 0 else 128 - status)


if __name__ == "__main__":
    main()
