"""What the stand-ins of vaults share: a real HTTP server on loopback that a test can have fail."""

import json
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit


@dataclass(frozen=True)
class Asked:
    """One request as it arrived. `headers` has its names in lower case."""

    method: str
    path: str
    query: Mapping[str, list[str]]
    headers: Mapping[str, str]
    body: bytes

    @property
    def media_type(self) -> str:
        """The type of the body without its parameters."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()


@dataclass(frozen=True)
class Reply:
    """One answer."""

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass
class Fault:
    """What a kind of call meets instead of its answer, so many times; without a reply, it hangs.

    With `acts` the stand-in does first what it was asked for, so that only its answer gets lost.
    """

    reply: Reply | None
    acts: bool
    times: int


def said(status: int, fields: Any = None, **headers: str) -> Reply:
    """An answer in JSON; without fields it is empty, as some are documented."""
    if fields is None:
        return Reply(status, b"", headers)
    return Reply(status, json.dumps(fields).encode(), {"Content-Type": "application/json", **headers})


class StandIn:
    """Answers by `kind_of` and `answer`, which each stand-in has of its own; one call at a time."""

    def __init__(self) -> None:
        self.asked: list[Asked] = []
        self._faults: dict[str, list[Fault]] = {}
        self._answering = threading.Lock()
        self.stopping = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)

    @property
    def host(self) -> str:
        """Host and port, as an operator allows them."""
        return f"127.0.0.1:{self._server.server_address[1]}"

    @property
    def address(self) -> str:
        """What an operator enters."""
        return f"http://{self.host}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self.stopping.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)

    def meets(self, kind: str, reply: Reply | None, *, acts: bool = False, times: int = 1) -> None:
        """Have calls of this kind meet a fault; several come one after the other."""
        self._faults.setdefault(kind, []).append(Fault(reply, acts, times))

    def count(self, kind: str) -> int:
        """How many calls of a kind arrived."""
        return sum(self.kind_of(asked) == kind for asked in self.asked)

    def kind_of(self, asked: Asked) -> str:
        """What a request is, in the words of the test."""
        raise NotImplementedError

    def answer(self, asked: Asked) -> Reply:
        """What it is answered with, and what it changes."""
        raise NotImplementedError

    def reply_to(self, asked: Asked) -> Reply | None:
        """Note a request, and answer it or not, as the test has said."""
        with self._answering:
            self.asked.append(asked)
            fault = self._next_fault(self.kind_of(asked))
            answer = self.answer(asked) if fault is None or fault.acts else None
            return answer if fault is None else fault.reply

    def _next_fault(self, kind: str) -> Fault | None:
        waiting = self._faults.get(kind, [])
        if not waiting:
            return None
        waiting[0].times -= 1
        return waiting[0] if waiting[0].times else waiting.pop(0)


def _handler(stand_in: StandIn) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def handle_any(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            parts = urlsplit(self.path)
            headers = {name.lower(): value for name, value in self.headers.items()}
            asked = Asked(self.command, parts.path, parse_qs(parts.query), headers, body)
            reply = stand_in.reply_to(asked)
            if reply is None:
                stand_in.stopping.wait()
                self.close_connection = True
                return
            self.send_response(reply.status)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(reply.body)))
            self.end_headers()
            self.wfile.write(reply.body)

        do_GET = do_POST = do_PUT = handle_any  # noqa: N815 - http.server calls methods by these names.

        def log_message(self, *_arguments: Any) -> None:
            """Nothing: the test reads `asked`."""

    return Handler
