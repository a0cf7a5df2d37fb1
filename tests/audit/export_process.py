"""Another process that exports: `python -m tests.audit.export_process prepare|wsgi|asgi`.

`prepare` makes a log of some length and an auditor who is signed in; `wsgi` and `asgi` send that auditor's
export through the very application a server would call, count what comes, and measure the memory it takes.
"""

import argparse
import asyncio
import io
import json
import sys
import tracemalloc
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import urlencode

import django

django.setup()

from django.core.handlers.asgi import ASGIHandler  # noqa: E402 - models need the apps to be ready.
from django.core.handlers.wsgi import WSGIHandler  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402

from audit.export.taking import Form  # noqa: E402
from audit.models import AuditHead  # noqa: E402
from privacyadmin.models import User  # noqa: E402
from privacyadmin.roles import AUDITORS  # noqa: E402
from tests.audit.exporting import grow  # noqa: E402
from tests.cast import person  # noqa: E402

PAGE = "/admin/audit/export/"
CSRF = "c" * 32
GROWN_AT_ONCE = 10_000


def headers(session: str) -> dict[str, str]:
    """What the browser of the auditor sends."""
    return {
        "Host": "localhost",
        "Cookie": f"sessionid={session}; csrftoken={CSRF}",
        "X-CSRFToken": CSRF,
        "Content-Type": "application/x-www-form-urlencoded",
    }


def prepare(events: int) -> dict[str, str]:
    """A log with so many more events, and the session of an auditor."""
    call_command("migrate", verbosity=0)
    for start in range(0, events, GROWN_AT_ONCE):
        grow(min(GROWN_AT_ONCE, events - start), name=f"g{start}")
    auditor = User.objects.filter(username="exporter").first() or person("exporter", AUDITORS)
    client = Client()
    client.force_login(auditor)
    return {"session": client.cookies["sessionid"].value}


class Counted:
    """What came: its length, and how large the largest piece was."""

    def __init__(self) -> None:
        self.status, self.octets, self.pieces, self.largest = 0, 0, 0, 0

    def add(self, piece: bytes) -> None:
        """One more piece."""
        self.octets += len(piece)
        self.pieces += bool(piece)
        self.largest = max(self.largest, len(piece))


def by_wsgi(session: str, body: bytes) -> Counted:
    """As gunicorn would."""
    counted = Counted()

    def start_response(status: str, *_rest: Any) -> None:
        counted.status = int(status.split(maxsplit=1)[0])

    sent = {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in headers(session).items()}
    environ = {
        **sent,
        "REQUEST_METHOD": "POST",
        "PATH_INFO": PAGE,
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "CONTENT_TYPE": sent["HTTP_CONTENT_TYPE"],
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.input": io.BytesIO(body),
        "wsgi.errors": sys.stderr,
        "wsgi.url_scheme": "http",
    }
    answer: Any = WSGIHandler()(environ, start_response)
    pieces: Iterable[bytes] = answer
    for piece in pieces:
        counted.add(piece)
    answer.close()
    return counted


def by_asgi(session: str, body: bytes) -> Counted:
    """As uvicorn or daphne would."""
    counted = Counted()
    messages = iter([{"type": "http.request", "body": body, "more_body": False}])

    async def receive() -> dict[str, Any]:
        for message in messages:
            return message
        await asyncio.Event().wait()
        raise AssertionError

    async def send(message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start":
            counted.status = message["status"]
        else:
            counted.add(message.get("body", b""))

    scope = {
        "type": "http",
        "method": "POST",
        "path": PAGE,
        "query_string": b"",
        "headers": [(name.lower().encode(), value.encode()) for name, value in headers(session).items()],
    }
    asyncio.run(ASGIHandler()(scope, receive, send))  # type: ignore[arg-type]
    return counted


def measured(take: Callable[[str, bytes], Counted], *, session: str) -> dict[str, dict[str, int]]:
    """One export of a single event to warm up, then one of each form with its peak of memory."""
    warm_up = take(session, urlencode({"form": "zip", "since": AuditHead.objects.get().size - 1}).encode())
    assert warm_up.status == 200
    found = {}
    for form in Form:
        tracemalloc.start()
        counted = take(session, urlencode({"form": form.value}).encode())
        _now, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        found[form.value] = {**vars(counted), "peak": peak}
    return found


def main() -> None:
    """Do what the command line says, and answer in JSON."""
    parser = argparse.ArgumentParser()
    parser.add_argument("act", choices=["prepare", "wsgi", "asgi"])
    parser.add_argument("--events", type=int, default=0)
    parser.add_argument("--session", default="")
    options = parser.parse_args()
    if options.act == "prepare":
        answer: Any = prepare(options.events)
    else:
        take = by_asgi if options.act == "asgi" else by_wsgi
        answer = measured(take, session=options.session)
    sys.stdout.write(json.dumps(answer))
    connection.close()


if __name__ == "__main__":
    main()
