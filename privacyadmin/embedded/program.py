"""Which parts `demo` and `serve` consist of, what each is told, and the order in which they start."""

import os
import signal
import socket
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from privacyadmin.embedded.broker import Broker, BrokerMissingError
from privacyadmin.embedded.data_dir import DataDir, DataDirError, Kind, take
from privacyadmin.embedded.lines import Lines
from privacyadmin.embedded.listener import PortRefusedError, free_port, open_listener
from privacyadmin.embedded.parts import Part
from privacyadmin.embedded.supervisor import GivenUpError, PartFailedError, StopAskedError, Supervisor

CHECKOUT = Path(__file__).resolve().parent.parent.parent
#: Enough for the pages and callbacks of a busy day; more would only compete for the interpreter.
WEB_THREADS = 8
SECONDS_TO_BE_READY = 60.0
#: How long running work may take when the program is stopped; the next start takes up what takes longer.
WORKER_SECONDS_TO_END = 20.0
WEB_RANK, TICK_RANK, WORKER_RANK, SANDBOX_RANK = range(4)
#: A demo has its own of these, whatever the environment says: it must never touch a real database,
#: and no vault of others may hear of its made-up people.
REAL_THINGS = (
    "DATABASE_URL",
    "DATABASE_URL_FILE",
    "REDIS_URL",
    "REDIS_URL_FILE",
    "CXONE_CLIENT_ID_FILE",
    "CXONE_CLIENT_SECRET_FILE",
    "CXONE_TOKEN_PATH",
    "CXONE_REQUESTS_PATH",
    *("VAULT_KIND", "VAULT_KEY_ID", "VAULT_TENANT"),
    *("VAULT_URL", "VAULT_URL_FILE", "VAULT_SECRET", "VAULT_SECRET_FILE"),
)


class StartRefusedError(Exception):
    """The program does not start; the text says why and what to do."""


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What was asked for on the command line."""

    kind: Kind
    folder: Path
    listen: str = "127.0.0.1"
    port: int = 8000
    workers: int = 2
    reset: bool = False
    #: A broker of the operator's own; without it the embedded one serves.
    redis_url: str = field(default="", repr=False)
    sandbox_credentials: tuple[str, str] = field(default=("demo", "demo-secret"), repr=False)


def run_program(plan: Plan, lines: Lines | None = None) -> int:
    """Run until somebody asks to stop; answers the exit code, 1 when a part could not be kept running.

    Raises StartRefusedError before anything starts: a directory in use or of another kind, a taken port, no
    broker.
    """
    try:
        data_dir = take(plan.folder)
    except DataDirError as error:
        raise StartRefusedError(str(error)) from error
    try:
        if plan.reset:
            data_dir.reset()
        data_dir.mark(plan.kind)
        with open_listener(plan.listen, plan.port) as listener:
            return _supervise(plan, data_dir, listener, lines or Lines())
    except (DataDirError, PortRefusedError, BrokerMissingError) as error:
        raise StartRefusedError(str(error)) from error
    finally:
        data_dir.release()


def _supervise(plan: Plan, data_dir: DataDir, listener: socket.socket, lines: Lines) -> int:
    supervisor = Supervisor(name=plan.kind, lines=lines)
    with supervisor.signals():
        try:
            _start(plan, supervisor, data_dir, listener)
            supervisor.run()
        except StopAskedError:
            pass
        except GivenUpError as error:
            supervisor.say(f"{error}; stopping everything")
            return 1
        finally:
            supervisor.say("stopping")
            supervisor.stop_all()
            supervisor.say("stopped")
    return 0


def _start(plan: Plan, supervisor: Supervisor, data_dir: DataDir, listener: socket.socket) -> None:
    """Start the parts in the order in which they need one another, and say when the pages answer."""
    broker = Broker(plan.folder / "broker")
    sandbox_port = free_port() if plan.kind == "demo" else None
    environment = part_environment(
        plan,
        os.environ,
        redis_url=plan.redis_url or broker.url,
        port=listener.getsockname()[1],
        sandbox_port=sandbox_port,
    )
    parts = Parts(plan, environment, inherits=(data_dir.descriptor,))
    if not plan.redis_url:
        supervisor.add(broker.part(environment=_without_secrets(environment), inherits=parts.inherits))
        supervisor.wait_for(broker.answers, what="the broker", seconds=SECONDS_TO_BE_READY)
    supervisor.say("preparing the database")
    said = supervisor.run_once(parts.prepare())
    if sandbox_port is not None:
        supervisor.add(parts.sandbox(sandbox_port))
    for number in range(plan.workers):
        supervisor.add(parts.worker(number + 1))
    supervisor.add(parts.tick())
    supervisor.add(parts.web(listener.fileno()))
    supervisor.wait_for(
        lambda: _answers(plan.listen, listener.getsockname()[1]), what="web", seconds=SECONDS_TO_BE_READY
    )
    supervisor.say(f"ready: {environment['PUBLIC_URL']}/")
    for line in said:
        supervisor.say(line)
    if plan.kind == "demo":
        supervisor.say(
            "CXone and a vault are stand-ins here, and mails are shown below: nothing leaves this machine."
        )
        supervisor.say("Ctrl-C stops everything.")
        _file_samples(supervisor, parts)


def _file_samples(supervisor: Supervisor, parts: "Parts") -> None:
    """A demo without samples is still a demo, so their failing stops nothing."""
    try:
        for line in supervisor.run_once(parts.samples()):
            supervisor.say(line)
    except PartFailedError as error:
        supervisor.say(f"{error}; the demo goes on without its sample requests")


def part_environment(
    plan: Plan,
    given: Mapping[str, str],
    *,
    redis_url: str,
    port: int,
    sandbox_port: int | None,
) -> dict[str, str]:
    """What every part finds in its environment. The broker's password is there and nowhere else."""
    left_out = REAL_THINGS if plan.kind == "demo" else ()
    environment = {name: value for name, value in given.items() if name not in left_out}
    environment |= {
        "DATA_DIR": str(plan.folder),
        "REDIS_URL": redis_url,
        "PYTHONUNBUFFERED": "1",
    }
    if not environment.get("PUBLIC_URL"):
        own = _own_name(plan.listen)
        environment["PUBLIC_URL"] = f"http://{own}:{port}"
        environment.setdefault("ALLOWED_HOSTS", ",".join(dict.fromkeys([own, "127.0.0.1", "localhost"])))
    if sandbox_port is not None:
        client_id, client_secret = plan.sandbox_credentials
        environment |= {
            "CXONE_BASE_URL": f"http://127.0.0.1:{sandbox_port}",
            "CXONE_CLIENT_ID": client_id,
            "CXONE_CLIENT_SECRET": client_secret,
            "SEND_DELAY_SECONDS": "0",
            # The second vault of the demo is in the stand-in, too.
            "VAULT_ALLOWED_HOSTS": ",".join([f"127.0.0.1:{sandbox_port}", *_loopback_hosts(given)]),
            # Mail is shown among the lines of the tick.
            "EMAIL_DELIVERY": "console",
        }
    return environment


def _loopback_hosts(given: Mapping[str, str]) -> list[str]:
    """The hosts that vaults may be at and that are this machine: a receiver can be tried with a demo."""
    named = [word.strip() for word in given.get("VAULT_ALLOWED_HOSTS", "").split(",")]
    return [word for word in named if word.partition(":")[0] in {"127.0.0.1", "localhost"}]


@dataclass(frozen=True)
class Parts:
    """The parts of one run."""

    plan: Plan
    environment: Mapping[str, str] = field(repr=False)
    inherits: tuple[int, ...]

    def prepare(self) -> Part:
        """Migrations and first people; runs once."""
        return self._command("prepare", "prepare", self.plan.kind)

    def samples(self) -> Part:
        """Requests of made-up people, so that a demo has something to show; runs once, beside the others."""
        words = ("file_samples", "--officer", "officer", "--reviewer", "reviewer")
        return self._command("samples", *words)

    def sandbox(self, port: int) -> Part:
        """The stand-in for CXone, which remembers over a restart what it took."""
        journal = str(self.plan.folder / "sandbox.jsonl")
        return self._command(
            "sandbox",
            "sandbox",
            "--verbosity",
            "0",
            "--port",
            str(port),
            "--journal",
            journal,
            rank=SANDBOX_RANK,
        )

    def worker(self, number: int) -> Part:
        """One of the workers."""
        name = f"worker {number}" if self.plan.workers > 1 else "worker"
        return self._command(name, "worker", rank=WORKER_RANK, seconds_to_end=WORKER_SECONDS_TO_END)

    def tick(self) -> Part:
        """What happens by the clock."""
        return self._command("tick", "tick", rank=TICK_RANK)

    def web(self, listener: int) -> Part:
        """The pages, on a listening socket that the supervisor keeps."""
        return Part(
            name="web",
            command=[
                *(sys.executable, "-m", "gunicorn", "privacyadmin.wsgi"),
                *("--bind", f"fd://{listener}"),
                *("--worker-class", "gthread", "--workers", "1", "--threads", str(WEB_THREADS)),
                *(
                    "--graceful-timeout",
                    "5",
                    "--timeout",
                    "60",
                    "--log-level",
                    "warning",
                    "--no-control-socket",
                ),
            ],
            environment=self.environment,
            folder=CHECKOUT,
            inherits=(*self.inherits, listener),
            stop_rank=WEB_RANK,
            # Its first process ends its children on TERM; on KILL they would have to notice by themselves.
            at_supervisor_death=signal.SIGTERM,
        )

    def _command(self, name: str, *words: str, rank: int = WEB_RANK, seconds_to_end: float = 10.0) -> Part:
        return Part(
            name=name,
            command=[sys.executable, str(CHECKOUT / "manage.py"), *words],
            environment=self.environment,
            folder=CHECKOUT,
            inherits=self.inherits,
            stop_rank=rank,
            seconds_to_end=seconds_to_end,
        )


def _without_secrets(environment: Mapping[str, str]) -> dict[str, str]:
    """The broker is a program of others and needs to know nothing of ours."""
    return {
        name: environment[name] for name in ("PATH", "HOME", "LANG", "TZ", "TMPDIR") if name in environment
    }


def _own_name(listen: str) -> str:
    """How this machine calls an address that it listens on; one that means every address is its loopback."""
    if listen in {"0.0.0.0", "::"}:  # noqa: S104 - compared, not listened on.
        return "127.0.0.1"
    return f"[{listen}]" if ":" in listen else listen


def _answers(listen: str, port: int) -> bool:
    """Whether the web part answers anything; the socket itself is open from the beginning."""
    try:
        with socket.create_connection((_own_name(listen).strip("[]"), port), timeout=1) as connection:
            connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            return connection.recv(12).startswith(b"HTTP/1.1")
    except OSError:
        return False
