"""One object of each kind that an address can be about, made by the program's own moves."""

from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from audit.models import AuditVerification
from audit.trail import audited
from erasure import overrides
from erasure.callback_address import callback_url
from erasure.choices import OverrideReason
from erasure.models import Override, Submission
from privacyadmin import people
from privacyadmin.models import User
from privacyadmin.roles import OFFICERS, REVIEWERS
from tests.cast import person
from tests.erasure import made_requests as made
from tests.erasure.made_holds import placed, proposed
from tests.erasure.made_lists import checked, csv_of, row
from tests.erasure.told_vaults import made_vault

#: What stands in an address where there is no such object.
UNKNOWN = {
    "reference": "PR-2026-999999",
    "registered": "PR-2026-999999",
    "done": "PR-2026-999999",
    "answerable": "PR-2026-999999",
    "number": "99",
    "override": "999999",
    "approved": "999999",
    "hold": "999999",
    "release": "999999",
    "stopped_hold": "999999",
    "run": "999999",
    "import": "999999",
    "event": "999999",
    "colleague": "nobody22",
    "vault": "999999",
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
    """The officer's requests: with a part that RET-1 holds and a question about it, to answer, answered, only
    registered, and let through by an approval; holds with and without a proposal for their release; a
    colleague, somebody invited, a vault, a verification that waits, and a list that was looked at.
    """
    held = made.filed(officer, categories=["CONTACT", "ANALYTICS"])
    done = made.filed(officer, "cust-2026-5582")
    made.completed(made.only(done), records=12)
    made.answered(done, officer)
    answerable = made.filed(officer, "cust-2026-7704")
    made.completed(made.only(answerable), records=3)
    placer = person("ines", REVIEWERS)
    hold = placed(placer, category="IVR")
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
            "override": str(_question(made.only(held, 2), officer).pk),
            "approved": str(_approval(officer, placer).pk),
            "hold": str(hold.pk),
            "release": str(proposed(hold, by=placer).pk),
            "stopped_hold": str(placed(placer, category="SMS").pk),
            "run": str(AuditVerification.objects.create(asked_by="sys", asked_at=timezone.now()).pk),
            "import": str(checked(officer, csv_of(row())).pk),
            "event": "1",
            "vault": str(made_vault().pk),
            "colleague": person("kim", OFFICERS).staff_id,
            "invited": invited.staff_id,
            "invitation": link.removeprefix(settings.PUBLIC_URL),
            "callback": callback,
            "callback_without_slash": callback.rstrip("/"),
        }
    )


def _question(held: Submission, officer: User) -> Override:
    with audited() as log:
        return overrides.ask(
            log,
            held,
            by=officer,
            reason=OverrideReason.EVIDENCE_PRESERVED,
            justification="The recordings are kept by counsel; RET-1 does not reach them.",
            now=timezone.now(),
        )


def _approval(officer: User, reviewer: User) -> Override:
    """An approval that is still to be used."""
    question = _question(made.only(made.filed(officer, "cust-2026-8815", categories=["ANALYTICS"])), officer)
    now = timezone.now()
    with audited() as log:
        overrides.decide(
            log, question, by=reviewer, approve=True, reason="Yes.", now=now, send_at=now + timedelta(hours=1)
        )
    return question
