"""A PostgreSQL that lives as long as a command: `python -m tests.with_postgresql COMMAND…`.

The cluster listens on a Unix socket in a temporary directory and gives durability away for speed. The
command finds it in `DATABASE_URL`. Where PostgreSQL is not installed, this says so and succeeds; with
`CI=true` it fails.
"""

import os
import pwd
import secrets
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

DEBIAN = Path("/usr/lib/postgresql")
DATABASE = "postgres"
ROLE = "privacyadmin"
FAST = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=60")


def programs() -> Path | None:
    """The directory with `initdb` and `pg_ctl`: the newest of Debian's, else what is on the PATH."""
    found = sorted(DEBIAN.glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    if found:
        return found[-1].parent
    on_path = shutil.which("initdb")
    return Path(on_path).resolve().parent if on_path else None


def _server_user() -> list[str]:
    """How to run as the user `postgres`, when this is root: the server refuses root."""
    if os.geteuid() != 0:
        return []
    return ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups"]


@contextmanager
def cluster(binaries: Path) -> Iterator[str]:
    """A running cluster; gives its address for `DATABASE_URL`."""
    with tempfile.TemporaryDirectory(prefix="privacyadmin-pg-") as name:
        folder = Path(name)
        if os.geteuid() == 0:
            owner = pwd.getpwnam("postgres")
            os.chown(folder, owner.pw_uid, owner.pw_gid)
        password = secrets.token_urlsafe(16)
        _initialise(binaries, folder, password)
        settings = " ".join(f"-c {setting}" for setting in FAST)
        control = [*_server_user(), str(binaries / "pg_ctl"), "-D", str(folder / "cluster"), "-w", "-s"]
        options = f"-c listen_addresses='' -k {folder} {settings}"
        _run([*control, "-l", str(folder / "log"), "-o", options, "start"], folder)
        try:
            yield f"postgres://{ROLE}:{password}@{quote(str(folder), safe='')}/{DATABASE}"
        finally:
            _run([*control, "-m", "immediate", "stop"], folder)


def _initialise(binaries: Path, folder: Path, password: str) -> None:
    password_file = folder / "password"
    password_file.write_text(password)
    password_file.chmod(0o644 if os.geteuid() == 0 else 0o600)
    initdb = [str(binaries / "initdb"), "-D", str(folder / "cluster"), "-U", ROLE]
    how = [
        "--pwfile",
        str(password_file),
        "--auth",
        "scram-sha-256",
        "-E",
        "UTF8",
        "--locale",
        "C",
        "--no-sync",
    ]
    _run([*_server_user(), *initdb, *how], folder)


def _run(command: Sequence[str], folder: Path) -> None:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        log = folder / "log"
        tail = log.read_text(errors="replace")[-2000:] if log.exists() else ""
        sys.exit(f"{Path(command[-1]).name} failed:\n{done.stdout}{done.stderr}{tail}")


def main(command: Sequence[str]) -> int:
    """Run the command; answers its exit code."""
    if not command:
        sys.stderr.write("Usage: python -m tests.with_postgresql COMMAND…\n")
        return 2
    binaries = programs()
    if binaries is None:
        sys.stderr.write(
            "PostgreSQL is not installed, so this was not run on it. "
            "Install it: sudo apt-get install postgresql\n"
        )
        return 1 if os.environ.get("CI") == "true" else 0
    with cluster(binaries) as url:
        return subprocess.run(command, env={**os.environ, "DATABASE_URL": url}, check=False).returncode  # noqa: S603


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
