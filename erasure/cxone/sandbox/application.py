"""The sandbox as a WSGI application: the contract's three addresses, the vault's, those for looking inside.

`/sandbox/requests`, `/sandbox/stats`, `/sandbox/faults` and `/sandbox/vault` need no token: the sandbox
belongs to whoever runs it.
"""

import base64
import binascii
import hmac
import json
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from email.utils import formatdate
from http import HTTPStatus
from typing import Any, TypeAlias
from urllib.parse import parse_qs

from erasure.cxone.endpoint import Endpoint
from erasure.cxone.sandbox.callbacks import Callbacks
from erasure.cxone.sandbox.faults import Faults
from erasure.cxone.sandbox.payload import BadPayload, read_payload
from erasure.cxone.sandbox.register import Register
from erasure.cxone.sandbox.taken_request import TakenRequest
from erasure.cxone.sandbox.vault import VAULT_PATH, VaultReceiver

Environ: TypeAlias = dict[str, Any]
StartResponse: TypeAlias = Callable[[str, list[tuple[str, str]]], object]

HANG_SECONDS = 300.0
SECONDS_PER_BYTE = 1.0

_STATUS_LINES = {status.value: f"{status.value} {status.phrase}" for status in HTTPStatus}


class ConnectionReset(Exception):  # noqa: N818 - it is an order to the server, not an error
    """The server is to reset the connection instead of answering."""


@dataclass(frozen=True)
class Reply:
    """What a call is answered with."""

    status: int
    content: object
    headers: list[tuple[str, str]] = field(default_factory=list)

    def rendered(self) -> tuple[str, bytes]:
        """The content type and the bytes."""
        if isinstance(self.content, str):
            return "text/html; charset=utf-8", self.content.encode()
        return "application/json", json.dumps(self.content).encode()


class Application:
    """Answers calls as CXone would, but for the faults that are on."""

    def __init__(
        self,
        endpoint: Endpoint,
        *,
        register: Register,
        faults: Faults,
        callbacks: Callbacks,
        vault: VaultReceiver,
        retry_after: int,
    ) -> None:
        self._endpoint = endpoint
        self._register = register
        self._faults = faults
        self._callbacks = callbacks
        self._vault = vault
        self._retry_after = retry_after
        self.stopping = threading.Event()

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one call. Raises ConnectionReset where a fault asks for it."""
        place, answer = self._route(environ["REQUEST_METHOD"], environ["PATH_INFO"])
        # The body is always read, so that a kept-alive connection is ready for the next request.
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        fault = self._faults.take_answer(place) if place else None
        reply = self._spoiled(fault) or answer(environ, body)
        if fault in {"reset", "hang"}:
            self._never_answer(hang=fault == "hang")
        if fault == "html":
            reply = Reply(200, "<!doctype html><title>Gateway</title><h1>Please stand by</h1>")
        if fault == "500":
            reply = Reply(500, {"message": "Cascade failure on linked entities."})
        kind, content = reply.rendered()
        start_response(
            _STATUS_LINES[reply.status],
            [("Content-Type", kind), ("Content-Length", str(len(content))), *reply.headers],
        )
        return self._dripped(content) if fault == "slow" else [content]

    def _route(self, method: str, path: str) -> tuple[str, Callable[[Environ, bytes], Reply]]:
        """Where a call belongs (empty for the sandbox's own addresses), and who answers it."""
        if path == self._endpoint.token_path:
            return ("token", self._token) if method == "POST" else ("", _not_allowed)
        requests_path = self._endpoint.requests_path
        if path == requests_path:
            return ("submit", self._submit) if method == "POST" else ("", _not_allowed)
        if path.startswith(requests_path + "/"):
            return ("status", self._status) if method == "GET" else ("", _not_allowed)
        return "", self._inside.get((method, path), _not_found)

    @property
    def _inside(self) -> dict[tuple[str, str], Callable[[Environ, bytes], Reply]]:
        return {
            ("GET", "/sandbox/requests"): lambda _environ, _body: Reply(200, self._register.snapshot()),
            ("GET", "/sandbox/stats"): lambda _environ, _body: Reply(200, self._register.stats()),
            ("GET", "/sandbox/faults"): lambda _environ, _body: Reply(
                200, {"faults": self._faults.describe()}
            ),
            ("POST", "/sandbox/faults"): self._set_faults,
            ("POST", VAULT_PATH): lambda environ, body: Reply(*self._vault.take(environ, body)),
            ("GET", "/sandbox/vault"): lambda _environ, _body: Reply(200, self._vault.snapshot()),
        }

    def _set_faults(self, _environ: Environ, body: bytes) -> Reply:
        specs = _listed_faults(body)
        if specs is None:
            return Reply(400, {"message": 'Send {"faults": ["500:3"]}, or an empty list for none.'})
        try:
            self._faults.replace(specs)
        except ValueError as error:
            return Reply(400, {"message": str(error)})
        return Reply(200, {"faults": self._faults.describe()})

    def _token(self, environ: Environ, body: bytes) -> Reply:
        form = {name: values[0] for name, values in parse_qs(body.decode("utf-8", "replace")).items()}
        if form.get("grant_type") != "client_credentials":
            return Reply(400, {"error": "unsupported_grant_type"})
        if not self._knows_client(environ, form):
            return Reply(401, {"error": "invalid_client"})
        granted = self._endpoint.scopes.split()
        wanted = form.get("scope", self._endpoint.scopes).split()
        if not set(wanted) <= set(granted):
            return Reply(400, {"error": "invalid_scope"})
        token = self._register.issue_token(frozenset(wanted))
        seconds = round(self._register.token_seconds)
        return Reply(200, {"access_token": token, "token_type": "Bearer", "expires_in": seconds})

    def _knows_client(self, environ: Environ, form: dict[str, str]) -> bool:
        """RFC 6749 §2.3.1: credentials in the form, or by HTTP Basic."""
        given = _basic_credentials(environ) or (form.get("client_id", ""), form.get("client_secret", ""))
        known = (self._endpoint.client_id, self._endpoint.client_secret)
        return all(hmac.compare_digest(a.encode(), b.encode()) for a, b in zip(given, known, strict=True))

    def _submit(self, environ: Environ, body: bytes) -> Reply:
        self._register.count("posts")
        if denied := self._denied(environ, scope="privacy:write"):
            return denied
        try:
            payload = read_payload(body)
            request, new = self._register.take(
                payload,
                key=environ.get("HTTP_IDEMPOTENCY_KEY"),
                fails=lambda: self._faults.take("failed"),
                empty=lambda: self._faults.take("nothing-found"),
            )
        except BadPayload as error:
            return Reply(400, {"error": "INVALID_REQUEST", "message": str(error)})
        if new:
            self._announce(request)
        status = request.status(time.time())
        return Reply(
            202, {"status": status} if self._faults.take("no-id") else {"id": request.id, "status": status}
        )

    def _announce(self, request: TakenRequest) -> None:
        if self._faults.take("early-callback"):
            self._register.finish(request)
            self._callbacks.send(request)
        else:
            self._callbacks.expect(request)

    def _status(self, environ: Environ, _body: bytes) -> Reply:
        self._register.count("status_calls")
        if denied := self._denied(environ, scope="privacy:read"):
            return denied
        request = self._register.find(environ["PATH_INFO"].removeprefix(self._endpoint.requests_path + "/"))
        if request is None:
            return Reply(404, {"error": "NOT_FOUND", "message": "No such privacy request."})
        report = _report(request)
        if self._faults.take("unknown-status"):
            report["status"] = "ARCHIVED"
        return Reply(200, report)

    def _denied(self, environ: Environ, *, scope: str) -> Reply | None:
        kind, _, token = environ.get("HTTP_AUTHORIZATION", "").partition(" ")
        scopes = self._register.scopes_of(token) if kind == "Bearer" else None
        if scopes is None:
            return _UNAUTHORISED
        return None if scope in scopes else _FORBIDDEN

    def _spoiled(self, fault: str | None) -> Reply | None:
        """The answer of a fault that strikes before anything is taken."""
        if fault in {"429", "429-date"}:
            pause = formatdate(time.time() + self._retry_after, usegmt=True)
            value = pause if fault == "429-date" else str(self._retry_after)
            return Reply(429, {"message": "Too many requests."}, [("Retry-After", value)])
        return {
            "401": _UNAUTHORISED,
            "403": _FORBIDDEN,
            "503": Reply(503, {"message": "Down for maintenance."}),
        }.get(fault or "")

    def _never_answer(self, *, hang: bool) -> None:
        if hang:
            self.stopping.wait(HANG_SECONDS)
        raise ConnectionReset

    def _dripped(self, content: bytes) -> Iterator[bytes]:
        for position in range(len(content)):
            yield content[position : position + 1]
            if self.stopping.wait(SECONDS_PER_BYTE):
                raise ConnectionReset


_UNAUTHORISED = Reply(401, {"message": "The token is not valid."}, [("WWW-Authenticate", "Bearer")])
_FORBIDDEN = Reply(403, {"message": "The token lacks a scope."})


def _not_found(_environ: Environ, _body: bytes) -> Reply:
    return Reply(404, {"error": "NOT_FOUND", "message": "There is nothing at this address."})


def _not_allowed(_environ: Environ, _body: bytes) -> Reply:
    return Reply(405, {"error": "METHOD_NOT_ALLOWED", "message": "This address does not take this method."})


def _listed_faults(body: bytes) -> list[str] | None:
    try:
        wish = json.loads(body)
    except (ValueError, RecursionError):
        return None
    specs = wish.get("faults") if isinstance(wish, dict) else None
    if not isinstance(specs, list) or not all(isinstance(spec, str) for spec in specs):
        return None
    return specs


def _basic_credentials(environ: Environ) -> tuple[str, str] | None:
    kind, _, encoded = environ.get("HTTP_AUTHORIZATION", "").partition(" ")
    if kind.lower() != "basic":
        return None
    try:
        client_id, _, secret = base64.b64decode(encoded).decode("utf-8").partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None
    return client_id, secret


def _report(request: TakenRequest) -> dict[str, Any]:
    """The body of a status answer (contract, "Status")."""
    now = time.time()
    report: dict[str, Any] = {
        "id": request.id,
        "subjectId": request.payload["subjectId"],
        "type": request.payload["type"],
        "status": request.status(now),
    }
    if request.is_done(now):
        report["recordsAffected"] = request.fate.records
        report["cascade"] = request.fate.cascade
        if request.fate.error:
            report["errorMessage"] = request.fate.error
    return report
