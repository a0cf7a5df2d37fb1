"""Which notices are due, whose they are to send, and what became of them."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db import connection, transaction
from django.db.models import F, Max, Min, Q, QuerySet

from erasure.choices import NoticeKind
from erasure.models import Notice

#: What happens to many submissions happens to one after the other, and one mail is to tell of all: so long
#: nothing more must have come, and so long at most it waits for more.
SETTLES = timedelta(seconds=10)
SETTLES_AT_MOST = timedelta(minutes=1)
#: Longer than one mail can take, at ten seconds for each answer of the server.
LEASE = timedelta(minutes=3)
FIRST_WAIT = timedelta(minutes=1)
LONGEST_WAIT = timedelta(hours=1)
GIVES_UP_AFTER = timedelta(days=3)
KEPT = timedelta(days=30)
MOST_IN_ONE_MAIL = 5000

#: Troubles that keep all mail from going, and those that may be the server's or one mail's.
KEEP_ALL = ("unreachable", "not_secure", "sign_in_refused", "sender_refused")
SERVER_TROUBLES = (*KEEP_ALL, "broken")


class Letter(NamedTuple):
    """What one mail is made of: notices of one kind to one person, and to one address where they have one."""

    to_id: int
    address: str
    kind: NoticeKind


def due(now: datetime) -> QuerySet[Notice]:
    """The notices whose time has come and which nobody has."""
    return Notice.objects.filter(next_attempt_at__isnull=False, next_attempt_at__lte=now)


def ripe(now: datetime) -> list[Letter]:
    """Which mails to write, the longest waiting first: no more is likely to come for them."""
    groups = (
        due(now).values("to_id", "address", "kind").annotate(newest=Max("made_at"), oldest=Min("made_at"))
    )
    settled = Q(newest__lte=now - SETTLES) | Q(oldest__lte=now - SETTLES_AT_MOST)
    rows = groups.filter(settled).order_by("oldest", "to_id", "address", "kind")
    return [Letter(row["to_id"], row["address"], NoticeKind(row["kind"])) for row in rows]


def claim(letter: Letter, now: datetime) -> list[Notice]:
    """Take what is due for this mail; none when somebody else is at it.

    Two senders skip each other's locks, or wait for one another on SQLite. Whoever is ended before the end
    of the lease leaves it to the next.
    """
    with transaction.atomic():
        rows = (
            due(now)
            .filter(to_id=letter.to_id, address=letter.address, kind=letter.kind)
            .select_related("to")
            .order_by("pk")
        )
        if connection.features.has_select_for_update_skip_locked:
            rows = rows.select_for_update(skip_locked=True, of=("self",))
        taken = list(rows[:MOST_IN_ONE_MAIL])
        _among(taken).update(attempts=F("attempts") + 1, next_attempt_at=now + LEASE)
    for notice in taken:
        notice.attempts += 1
    return taken


def note_sent(taken: Sequence[Notice], now: datetime) -> None:
    """The mail server took it."""
    _among(taken).update(sent_at=now, next_attempt_at=None, error_code="")


def close(taken: Sequence[Notice], code: str) -> None:
    """It will not be sent, for this reason."""
    _among(taken).update(next_attempt_at=None, error_code=code)


def put_off(taken: Sequence[Notice], code: str, now: datetime) -> None:
    """It did not go, for this reason: again later, or given up once it is too old."""
    for attempts, keys in _by_attempts(taken):
        # Where the lease has run out, and somebody else is at it by now, the word is theirs.
        _again_later(_among(taken).filter(pk__in=keys, attempts=attempts), attempts, code, now)


def put_all_off(code: str, now: datetime) -> None:
    """No mail goes now, for this reason: all that is due again later, each as it would be by itself."""
    for attempts in set(due(now).values_list("attempts", flat=True)):
        _again_later(due(now).filter(attempts=attempts), attempts + 1, code, now)


def hurry(now: datetime) -> None:
    """The server takes mail again: what it kept waiting is due now. What is being sent has a lease."""
    waiting = Notice.objects.filter(error_code__in=KEEP_ALL, next_attempt_at__gt=now + LEASE)
    waiting.update(next_attempt_at=now)


def purge(now: datetime) -> int:
    """Close what is too old to be told, and remove what was sent, or never will be, a month ago; the number
    removed.

    While there is no way out nothing is tried, and so nothing given up: without this, the first mail server
    after months would be handed all that had waited.
    """
    stale = Notice.objects.filter(next_attempt_at__isnull=False, made_at__lte=now - GIVES_UP_AFTER)
    stale.filter(error_code="").update(error_code="too_old")
    stale.update(next_attempt_at=None)
    over = Q(sent_at__lte=now - KEPT) | Q(
        sent_at__isnull=True, next_attempt_at__isnull=True, made_at__lte=now - KEPT
    )
    count, _by_model = Notice.objects.filter(over).delete()
    return count


def _again_later(rows: QuerySet[Notice], attempts: int, code: str, now: datetime) -> None:
    """After so many attempts; `rows` are not looked at again, since the first update may take them out."""
    too_old = Q(made_at__lte=now - GIVES_UP_AFTER)
    wait = min(FIRST_WAIT * 2 ** min(attempts - 1, 8), LONGEST_WAIT)
    rows.filter(too_old).update(attempts=attempts, next_attempt_at=None, error_code=code)
    rows.exclude(too_old).update(attempts=attempts, next_attempt_at=now + wait, error_code=code)


def _among(taken: Sequence[Notice]) -> QuerySet[Notice]:
    return Notice.objects.filter(pk__in=[notice.pk for notice in taken], sent_at__isnull=True)


def _by_attempts(taken: Sequence[Notice]) -> Iterator[tuple[int, list[int]]]:
    keys: dict[int, list[int]] = defaultdict(list)
    for notice in taken:
        keys[notice.attempts].append(notice.pk)
    yield from keys.items()
