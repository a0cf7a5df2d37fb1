"""One round of the tick for the summaries: who is due, each once a day, and again later when no mail goes."""

import logging
import time
import zoneinfo
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import IntegrityError, transaction
from django.utils import timezone, translation

from audit import outgoing_mail
from audit.outgoing_mail import Post
from erasure.digests.contents import Digest, digest_for
from erasure.digests.wording import mail_of
from erasure.lots import DATABASE_TROUBLE
from erasure.models import DigestSent

logger = logging.getLogger(__name__)

#: How often it is looked who is due; after a trouble of the mail server less and less often, at last hourly.
LOOK_SECONDS = 60.0
LONGEST_WAIT_SECONDS = 3600.0
KEPT = timedelta(days=30)
#: Troubles of one mail alone: that day's summary is left out for that person, and the others go.
OF_ONE_MAIL = frozenset({"refused", "not_made"})


@dataclass
class DigestRound:
    """Sends what is due. Harmless when doubled; `is_over` ends it early, between two mails."""

    is_over: Callable[[], bool] = lambda: False
    _wait: float = LOOK_SECONDS
    _next_at: float = float("-inf")

    def __call__(self) -> None:
        """One round: a look at the rows once a minute, and less often while the mail server takes nothing."""
        if time.monotonic() < self._next_at:
            return
        trouble = send_due(timezone.now(), is_over=self.is_over)
        self._wait = min(self._wait * 2, LONGEST_WAIT_SECONDS) if trouble else LOOK_SECONDS
        self._next_at = time.monotonic() + self._wait


def send_due(now: datetime, *, is_over: Callable[[], bool] = lambda: False) -> str:
    """Send the summaries that are due; what keeps all of them from going, empty when nothing does.

    Without a way out nothing is noted either: the day's summary goes when mail is set up that day.
    """
    DigestSent.objects.filter(handled_at__lt=now - KEPT).delete()
    people = due(now) if outgoing_mail.is_set_up() else []
    if not people:
        return ""
    with Post() as post:
        trouble = post.open()
        for person, day in people:
            if trouble or is_over():
                break
            trouble = _send_or_tell(post, person, day, now)
    if trouble:
        logger.warning("digests_put_off", extra={"trouble": trouble})
    return trouble


def due(now: datetime) -> list[tuple[Any, date]]:
    """Who asked for the summary and has not had the day's, and which day it is where they are."""
    people = get_user_model().objects.filter(daily_digest=True, is_active=True).exclude(email="")
    days = {person: _day_of(person, now) for person in people.order_by("pk")}
    handled = set(
        DigestSent.objects.filter(day__in={day for day in days.values() if day}).values_list(
            "person_id", "day"
        )
    )
    return [(person, day) for person, day in days.items() if day and (person.pk, day) not in handled]


def _day_of(person: Any, now: datetime) -> date | None:
    """The day where this person is; None before the hour at which the summary goes."""
    there = now.astimezone(zone_of(person))
    return there.date() if there.hour >= settings.DIGEST_HOUR else None


def zone_of(person: Any) -> Any:
    """The person's own zone; the controller's where they have chosen none that exists."""
    try:
        return zoneinfo.ZoneInfo(person.time_zone)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError):
        return timezone.get_default_timezone()


def _send_or_tell(post: Post, person: Any, day: date, now: datetime) -> str:
    """The same as `_send`; one summary that cannot be made keeps none of the others back."""
    try:
        return _send(post, person, day, now)
    except DATABASE_TROUBLE:
        raise
    except Exception as error:
        logger.exception("digest_not_made", extra={"error": type(error).__name__, "person": person.actor})
        return ""


def _send(post: Post, person: Any, day: date, now: datetime) -> str:
    """One person's summary, in their language and zone; what keeps the others from going, too."""
    language = person.language if person.language in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
    with translation.override(language), timezone.override(zone_of(person)):
        digest = digest_for(person, now)
        row = _claimed(person, day, digest, now)
        if row is None or not digest.items:
            return ""
        code = post.send(mail_of(digest, day=day, address=person.email))
    if not code:
        return ""
    if code in OF_ONE_MAIL:
        logger.warning("digest_not_taken", extra={"trouble": code, "person": person.actor})
        return ""
    # It did not go: whoever looks next may try again.
    row.delete()
    return code if code == "sender_refused" else post.open_again()


def _claimed(person: Any, day: date, digest: Digest, now: datetime) -> DigestSent | None:
    """The row that makes this summary ours; None when somebody else has it."""
    try:
        with transaction.atomic():
            return DigestSent.objects.create(person=person, day=day, items=digest.items, handled_at=now)
    except IntegrityError:
        return None
