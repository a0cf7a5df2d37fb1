"""CXone as all workers share it: pause, probe, our own ceiling, and the token. Everything is a column of one locked row.

A 429, sustained 5xx, a missing scope and a refused connection are the same mechanism: nobody calls until `paused_until`; then the
first caller is the probe, with one row, and only its success ends the pause.
"""

import enum
import random
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from audit.events import Event
from audit.trail import Trail
from erasure.cxone.errors import TokenBusy
from erasure.cxone.token import Token
from erasure.models import Upstream

#: The name of the connection in the audit log.
UPSTREAM = "upstream:cxone"
PROBE_LEASE = timedelta(seconds=80)
TOKEN_FETCH_LEASE = timedelta(seconds=20)
RATE_LIMIT_BASE_SECONDS = 2.0
RATE_LIMIT_TRIES = 5
BREAKER_SECONDS = 60.0
LONGEST_PAUSE_SECONDS = 900.0
FAILURES_BEFORE_BREAK = 5
ACCESS_RECHECK_SECONDS = 300.0


class Permit(enum.Enum):
    """Whether calls may be made now."""

    OPEN = "open"
    PROBE = "probe"
    CLOSED = "closed"


class PauseCode(enum.StrEnum):
    """Why nobody calls CXone for a while."""

    RATE_LIMITED = "rate_limited"
    SERVER_TROUBLE = "server_trouble"
    UNREACHABLE = "unreachable"
    AUTHENTICATION = "authentication"
    SCOPE_MISSING = "scope_missing"
    TOKEN_UNAVAILABLE = "token_unavailable"


PAUSE_LINES: dict[PauseCode, str] = {
    PauseCode.RATE_LIMITED: "CXone asked for fewer calls (429). The queue goes on by itself.",
    PauseCode.SERVER_TROUBLE: "CXone answered with server errors several times in a row. It is tried again by itself.",
    PauseCode.UNREACHABLE: "CXone cannot be reached. Check CXONE_BASE_URL and the network; it is tried again by itself.",
    PauseCode.AUTHENTICATION: "CXone does not accept the client id and secret. Check CXONE_CLIENT_ID and CXONE_CLIENT_SECRET.",
    PauseCode.SCOPE_MISSING: "The CXone client lacks a scope. Grant it privacy:read and privacy:write (see CXONE_SCOPES).",
    PauseCode.TOKEN_UNAVAILABLE: "CXone gave no access token. It is tried again by itself.",
}


PASSING_TROUBLE = frozenset({PauseCode.SERVER_TROUBLE, PauseCode.UNREACHABLE})


@dataclass(frozen=True, kw_only=True)
class Tally:
    """What a batch of calls met, for the shared row: how many got a definite answer, and the worst trouble."""

    successes: int = 0
    trouble: PauseCode | None = None
    troubles: int = 0
    retry_after: float | None = None


def locked() -> Upstream:
    """The row, locked until the transaction ends."""
    return Upstream.objects.select_for_update().get(id=1)


def ask_permit(now: datetime) -> Permit:
    """Whether the caller may call; when a pause has run out, exactly one caller becomes the probe."""
    if not Upstream.objects.filter(id=1, paused_until__isnull=False).exists():
        return Permit.OPEN
    with transaction.atomic():
        upstream = locked()
        if upstream.paused_until is None:
            return Permit.OPEN
        if upstream.paused_until > now or (upstream.probe_until and upstream.probe_until > now):
            return Permit.CLOSED
        upstream.probe_until = now + PROBE_LEASE
        upstream.save(update_fields=["probe_until"])
        return Permit.PROBE


def is_paused(now: datetime) -> bool:
    """Whether nobody but a probe may call now."""
    return Upstream.objects.filter(id=1, paused_until__gt=now).exists()


def return_probe() -> None:
    """Give the probe back unused, when there was nothing to try it with."""
    Upstream.objects.filter(id=1).update(probe_until=None)


def allowance(wanted: int, now: datetime) -> int:
    """How many calls may begin now under `CXONE_MAX_RPS`, counted over all workers; `wanted` when there is no ceiling."""
    ceiling: int = settings.CXONE_MAX_RPS
    if not ceiling or not wanted:
        return wanted
    with transaction.atomic():
        upstream = locked()
        if upstream.window_at is None or now - upstream.window_at >= timedelta(seconds=1):
            upstream.window_at, upstream.window_used = now, 0
        granted = min(wanted, max(0, ceiling - upstream.window_used))
        upstream.window_used += granted
        upstream.save(update_fields=["window_at", "window_used"])
    return granted


def note(log: Trail, tally: Tally, *, now: datetime) -> None:
    """Write down what a batch met: a success ends a pause and the streak, trouble lengthens them."""
    if not tally.successes and tally.trouble is None:
        return
    upstream = locked()
    if tally.successes:
        upstream.last_success_at = now
        upstream.streak = 0
    if tally.trouble is not None:
        _note_trouble(log, upstream, tally, now=now)
    elif upstream.paused_until is not None:
        _resume(log, upstream)
    upstream.save()


def _note_trouble(log: Trail, upstream: Upstream, tally: Tally, *, now: datetime) -> None:
    assert tally.trouble is not None  # noqa: S101 - the caller has just asked; this tells the type checker.
    # Passing trouble amid definite answers is no streak: CXone works, and each row has its own wait.
    if not (tally.successes and tally.trouble in PASSING_TROUBLE):
        upstream.streak += tally.troubles
    upstream.last_failure_at = now
    upstream.last_failure_code = tally.trouble
    upstream.probe_until = None
    seconds = pause_seconds(tally.trouble, streak=upstream.streak, retry_after=tally.retry_after)
    if seconds is None and upstream.paused_until is None:
        return
    _pause(log, upstream, code=tally.trouble, now=now, seconds=seconds or BREAKER_SECONDS)


def pause_seconds(code: PauseCode, *, streak: int, retry_after: float | None) -> float | None:
    """How long the fleet waits after this trouble, in seconds; None while a streak is too short to stop everybody.

    A `Retry-After` is honoured as given (the client has capped it at an hour). Without one a 429 doubles from 2 s with jitter, at
    most 5 tries before the breaker's longer wait (contract, Errors).
    """
    if retry_after is not None:
        return max(retry_after, 1.0)
    if code in {PauseCode.AUTHENTICATION, PauseCode.SCOPE_MISSING}:
        return ACCESS_RECHECK_SECONDS
    if code is PauseCode.RATE_LIMITED and streak <= RATE_LIMIT_TRIES:
        return float(RATE_LIMIT_BASE_SECONDS * 2 ** max(0, streak - 1) * _jitter())
    if code is PauseCode.TOKEN_UNAVAILABLE or code is PauseCode.RATE_LIMITED:
        return _breaker_seconds(streak)
    return _breaker_seconds(streak) if streak >= FAILURES_BEFORE_BREAK else None


def _breaker_seconds(streak: int) -> float:
    doublings = min(max(0, streak - FAILURES_BEFORE_BREAK), 8)
    return float(min(LONGEST_PAUSE_SECONDS, BREAKER_SECONDS * 2**doublings) * _jitter())


def _jitter() -> float:
    return random.uniform(0.75, 1.25)  # noqa: S311 - it spreads callers in time; nothing secret hangs on it.


def _pause(log: Trail, upstream: Upstream, *, code: PauseCode, now: datetime, seconds: float) -> None:
    begins = upstream.paused_until is None or upstream.pause_code != code
    until = now + timedelta(seconds=seconds)
    upstream.paused_until = max(until, upstream.paused_until or until)
    upstream.paused_since = upstream.paused_since or now
    upstream.pause_code = code
    if begins:
        log.record(Event.UPSTREAM_PAUSED, actor="sys", obj=UPSTREAM, data={"reason": str(code)})


def _resume(log: Trail, upstream: Upstream) -> None:
    log.record(Event.UPSTREAM_RESUMED, actor="sys", obj=UPSTREAM, data={"because": "probe_answered"})
    upstream.paused_until = upstream.paused_since = upstream.probe_until = None
    upstream.pause_code = ""


class DatabaseTokenStore:
    """The one token of the deployment, encrypted in the shared row, fetched by one caller at a time.

    Within a process the others wait for the one that fetches; another process is told TokenBusy and gives its rows back.
    """

    def __init__(self) -> None:
        self._fetching = threading.Lock()
        self._held: Token | None = None

    def current(self) -> Token | None:
        """The deployment's token, fresh or not. A fresh one is remembered, so that calls need no query each."""
        held = self._held
        if held is None or not held.is_fresh(timezone.now()):
            held = self._held = self._stored()
        return held

    def _stored(self) -> Token | None:
        row = Upstream.objects.filter(id=1).values_list("token", "token_expires_at").first()
        if row is None or row[0] is None or row[1] is None:
            return None
        return Token(access_token=row[0], expires_at=row[1])

    def renew(self, *, rejected: Token | None, fetch: Callable[[], Token]) -> Token:
        """A token other than the rejected one, fetched at most once under contention. Raises TokenBusy, and what fetch raises."""
        with self._fetching:
            stored = self._stored()
            if stored is not None and stored != rejected and stored.is_fresh(timezone.now()):
                self._held = stored
                return stored
            self._lease()
            try:
                token = fetch()
            except BaseException:
                Upstream.objects.filter(id=1).update(token_fetch_until=None)
                raise
            self._store(token)
            self._held = token
            return token

    def _lease(self) -> None:
        now = timezone.now()
        with transaction.atomic():
            upstream = locked()
            if upstream.token_fetch_until and upstream.token_fetch_until > now:
                raise TokenBusy
            upstream.token_fetch_until = now + TOKEN_FETCH_LEASE
            upstream.save(update_fields=["token_fetch_until"])

    def _store(self, token: Token) -> None:
        with transaction.atomic():
            upstream = locked()
            upstream.token, upstream.token_expires_at = token.access_token, token.expires_at
            upstream.token_fetch_until = None
            upstream.save(update_fields=["token", "token_expires_at", "token_fetch_until"])
