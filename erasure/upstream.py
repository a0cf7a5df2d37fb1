"""CXone as all workers share it: pause, probe, our own ceiling, and the token. All are columns of one row.

A 429, sustained 5xx, a missing scope and a refused connection are the same mechanism: nobody calls until
`paused_until`; then the first caller is the probe, with one row, and only its success ends the pause.
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
from django.utils.translation import gettext_lazy as _lazy

from audit.events import Event
from audit.log_format import timestamp
from audit.trail import Trail
from audit.words import Words
from erasure.cxone.errors import TokenBusy
from erasure.cxone.token import Token
from erasure.models import Upstream

#: The name of the connection in the audit log.
UPSTREAM = "upstream:cxone"
PROBE_LEASE = timedelta(seconds=80)
TOKEN_FETCH_LEASE = timedelta(seconds=20)
RATE_LIMIT_BASE_SECONDS = 2.0
RATE_LIMIT_TRIES = 5
TOKEN_BASE_SECONDS = 30.0
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
    TOKEN_UNAVAILABLE = "token_unavailable"  # noqa: S105 - a word, not a password.


PAUSE_LINES: dict[PauseCode, Words] = {
    PauseCode.RATE_LIMITED: _lazy("CXone asked for fewer calls (429). The queue goes on by itself."),
    PauseCode.SERVER_TROUBLE: _lazy(
        "CXone answered with server errors several times in a row. It is tried again by itself."
    ),
    PauseCode.UNREACHABLE: _lazy(
        "CXone cannot be reached. Check CXONE_BASE_URL and the network; it is tried again by itself."
    ),
    PauseCode.AUTHENTICATION: _lazy(
        "CXone does not accept the client id and secret. Check CXONE_CLIENT_ID and CXONE_CLIENT_SECRET."
    ),
    PauseCode.SCOPE_MISSING: _lazy(
        "The CXone client lacks a scope. Grant it privacy:read and privacy:write (see CXONE_SCOPES)."
    ),
    PauseCode.TOKEN_UNAVAILABLE: _lazy("CXone gave no access token. It is tried again by itself."),
}


PASSING_TROUBLE = frozenset({PauseCode.SERVER_TROUBLE, PauseCode.UNREACHABLE})


@dataclass(frozen=True, kw_only=True)
class Tally:
    """What some calls met, for the shared row: how many got a definite answer, and the worst trouble."""

    successes: int = 0
    trouble: PauseCode | None = None
    troubles: int = 0
    retry_after: float | None = None


def locked() -> Upstream:
    """The row, locked until the transaction ends; without the token, which few need and decrypting costs."""
    return Upstream.objects.select_for_update().defer("token").get(id=1)


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
    """Give the probe back; where its outcome was noted, there is nothing left to give."""
    Upstream.objects.filter(id=1).update(probe_until=None)


def allowance(wanted: int, now: datetime) -> int:
    """How many calls may begin now under `CXONE_MAX_RPS`, counted over all workers.

    Without a ceiling it is `wanted`.
    """
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
    """Write down what calls met: a success ends the streak and a pause that has run out, trouble adds.

    While the pause still runs, what comes in was begun before it, and says nothing about what comes after.
    """
    if not tally.successes and tally.trouble is None:
        return
    upstream = locked()
    begun_before_pause = upstream.paused_until is not None and upstream.paused_until > now
    if tally.successes:
        upstream.last_success_at = now
    if not begun_before_pause:
        upstream.streak = _streak_after(upstream.streak, tally)
    if tally.trouble is not None:
        _note_trouble(log, upstream, tally, tally.trouble, now=now, begun_before_pause=begun_before_pause)
    elif upstream.paused_until is not None and not begun_before_pause:
        _resume(log, upstream)
    upstream.save()


def _streak_after(streak: int, tally: Tally) -> int:
    """How many tries in a row have failed by now.

    A wave that CXone turned away as a whole is one try. Passing trouble counts call by call, but not beyond
    the breaker: how long the pause is should not hang on how many calls were under way when it began. Amid
    definite answers it is no streak at all, since CXone works then, and each row has its own wait.
    """
    before = 0 if tally.successes else streak
    if tally.trouble is None:
        return before
    if tally.trouble not in PASSING_TROUBLE:
        return before + 1
    if tally.successes:
        return 0
    return (
        before + 1 if before >= FAILURES_BEFORE_BREAK else min(before + tally.troubles, FAILURES_BEFORE_BREAK)
    )


def _note_trouble(
    log: Trail, upstream: Upstream, tally: Tally, code: PauseCode, *, now: datetime, begun_before_pause: bool
) -> None:
    upstream.last_failure_at, upstream.last_failure_code = now, code
    seconds = pause_seconds(code, streak=upstream.streak, retry_after=tally.retry_after)
    if not begun_before_pause:
        upstream.probe_until = None
        if seconds is None and upstream.paused_until is not None:
            # The probe failed: one failure is enough to go on waiting.
            seconds = _breaker_seconds(upstream.streak)
    if seconds is not None:
        _pause(log, upstream, code=code, now=now, seconds=seconds)


def pause_seconds(code: PauseCode, *, streak: int, retry_after: float | None) -> float | None:
    """How long the fleet waits after this trouble, in seconds; None while a streak is too short to stop all.

    A `Retry-After` is honoured as given (the client has capped it at an hour). Without one a 429 doubles from
    2 s with jitter, at most 5 tries before the breaker's longer wait; a token endpoint that fails is asked
    again after 30 s (contract, Errors).
    """
    if retry_after is not None:
        return max(retry_after, 1.0)
    if code in {PauseCode.AUTHENTICATION, PauseCode.SCOPE_MISSING}:
        return ACCESS_RECHECK_SECONDS
    if code is PauseCode.RATE_LIMITED and streak <= RATE_LIMIT_TRIES:
        return float(RATE_LIMIT_BASE_SECONDS * 2 ** max(0, streak - 1) * _jitter())
    if code is PauseCode.TOKEN_UNAVAILABLE:
        return float(
            min(LONGEST_PAUSE_SECONDS, TOKEN_BASE_SECONDS * 2 ** min(max(0, streak - 1), 8)) * _jitter()
        )
    if code is PauseCode.RATE_LIMITED:
        return _breaker_seconds(streak)
    return _breaker_seconds(streak) if streak >= FAILURES_BEFORE_BREAK else None


def _breaker_seconds(streak: int) -> float:
    doublings = min(max(0, streak - FAILURES_BEFORE_BREAK), 8)
    return float(min(LONGEST_PAUSE_SECONDS, BREAKER_SECONDS * 2**doublings) * _jitter())


def _jitter() -> float:
    """Never sooner than said, up to a quarter later."""
    return random.uniform(1.0, 1.25)  # noqa: S311 - it spreads callers in time; nothing secret hangs on it.


def _pause(log: Trail, upstream: Upstream, *, code: PauseCode, now: datetime, seconds: float) -> None:
    """Pause until then, unless a longer pause is on: the one that ends last also names the reason."""
    until = now + timedelta(seconds=seconds)
    if upstream.paused_until is not None and upstream.paused_until >= until:
        return
    if upstream.paused_until is None or upstream.pause_code != code:
        evidence: dict[str, str | int] = {
            "reason": str(code),
            "until": timestamp(until),
            "streak": upstream.streak,
        }
        log.record(Event.UPSTREAM_PAUSED, actor="sys", obj=UPSTREAM, data=evidence)
    upstream.paused_until = until
    upstream.paused_since = upstream.paused_since or now
    upstream.pause_code = code


def _resume(log: Trail, upstream: Upstream) -> None:
    log.record(Event.UPSTREAM_RESUMED, actor="sys", obj=UPSTREAM, data={"because": "probe_answered"})
    upstream.paused_until = upstream.paused_since = upstream.probe_until = None
    upstream.pause_code = ""


class DatabaseTokenStore:
    """The one token of the deployment, encrypted in the shared row, fetched by one caller at a time.

    Within a process the others wait for the one that fetches; another process is told TokenBusy and
    comes back later.
    """

    def __init__(self) -> None:
        self._fetching = threading.Lock()

    def current(self) -> Token | None:
        """The deployment's token, fresh or not."""
        return _token_in(Upstream.objects.filter(id=1).first())

    def renew(self, *, rejected: Token | None, fetch: Callable[[], Token]) -> Token:
        """A token other than the rejected one, fetched at most once under contention.

        Raises TokenBusy, and what `fetch` raises.
        """
        with self._fetching:
            renewed = _renewed_or_lease(rejected)
            if renewed is not None:
                return renewed
            try:
                token = fetch()
            except BaseException:
                Upstream.objects.filter(id=1).update(token_fetch_until=None)
                raise
            Upstream.objects.filter(id=1).update(
                token=token.access_token, token_expires_at=token.expires_at, token_fetch_until=None
            )
            return token


def _token_in(row: Upstream | None) -> Token | None:
    if row is None or row.token is None or row.token_expires_at is None:
        return None
    return Token(access_token=row.token, expires_at=row.token_expires_at)


def _renewed_or_lease(rejected: Token | None) -> Token | None:
    """The token that another has fetched meanwhile, or None and the lease to fetch one. Raises TokenBusy.

    Both are decided under one lock: else a token stored between look and lease would be fetched again.
    """
    now = timezone.now()
    with transaction.atomic():
        row = Upstream.objects.select_for_update().get(id=1)
        stored = _token_in(row)
        if stored is not None and stored != rejected and stored.is_fresh(now):
            return stored
        if row.token_fetch_until is not None and row.token_fetch_until > now:
            raise TokenBusy
        Upstream.objects.filter(id=1).update(token_fetch_until=now + TOKEN_FETCH_LEASE)
    return None
