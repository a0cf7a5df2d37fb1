"""One object of each kind that an address can be about, made by the program's own moves."""

from dataclasses import dataclass

from django.conf import settings
from django.utils import timezone

from audit.models import AuditVerification
from audit.trail import audited
from erasure import overrides
from erasure.callback_address import callback_url
from erasure.choices import OverrideReason
from privacyadmin import people
from privacyadmin.models import User
from privacyadmin.roles import OFFICERS
from tests.cast import person
from tests.erasure import made_requests as made

#: What stands in an address where there is no such object.
UNKNOWN = {
    "reference": "PR-2026-999999",
    "registered": "PR-2026-999999",
    "done": "PR-2026-999999",
    "answerable": "PR-2026-999999",
    "number": "99",
    "override": "999999",
    "run": "999999",
    "event": "999999",
    "colleague": "nobody22",
    "request_pk": "999999",
}


@dataclass(frozen=True)
class Site:
    """What stands for the words in braces of the table."""

    words: dict[str, str]

    def address(self, pattern: str, **instead: str) -> str:
        """The address with its objects in place."""
        return pattern.format(**{**self.words, **instead})


def made_site(*, officer: User, operator: User) -> Site:
    """The officer's requests with a part that RET-1 holds and a question about it, one to answer, an
    answered one, one that is only registered, a colleague, somebody invited, and a verification that waits.
    """
    held = made.filed(officer, categories=["CONTACT", "ANALYTICS"])
    done = made.filed(officer, "cust-2026-5582")
    made.completed(made.only(done), records=12)
    made.answered(done, officer)
    answerable = made.filed(officer, "cust-2026-7704")
    made.completed(made.only(answerable), records=3)
    callback = callback_url(made.only(done).public_id).removeprefix(settings.PUBLIC_URL)
    invited = User(username="sofia", first_name="Sofia Lindqvist")
    link = people.invite(operator, invited, roles=[OFFICERS])
    return Site(
        {
            "reference": held.reference,
            "number": "2",
            "request_pk": str(held.pk),
            "registered": made.registered(officer, "cust-2026-6693").reference,
            "answerable": answerable.reference,
            "done": done.reference,
            "override": str(_question(held, officer)),
            "run": str(AuditVerification.objects.create(asked_by="sys", asked_at=timezone.now()).pk),
            "event": "1",
            "colleague": person("kim", OFFICERS).staff_id,
            "invited": invited.staff_id,
            "invitation": link.removeprefix(settings.PUBLIC_URL),
            "callback": callback,
            "callback_without_slash": callback.rstrip("/"),
        }
    )


def _question(held: made.PrivacyRequest, officer: User) -> int:
    with audited() as log:
        override = overrides.ask(
            log,
            made.only(held, 2),
            by=officer,
            reason=OverrideReason.EVIDENCE_PRESERVED,
            justification="The recordings are kept by counsel; RET-1 does not reach them.",
            now=timezone.now(),
        )
    return override.pk
