"""`manage.py shred REFERENCE`: forget one answered request before its time, in the names of two people."""

import re
import sys
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from erasure import forgetting, freed_pages, shredding
from erasure.models import PrivacyRequest
from erasure.personal_data import IDENTIFIERS_AND_TEXT, PROOF

#: As the log takes it (audit.value_kinds.CODE).
REASON = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,63}")
GOES = {
    IDENTIFIERS_AND_TEXT: "all free text, and identifiers that no other request of this person needs",
    PROOF: "all free text, salt and external reference, and identifiers with their fingerprints that no "
    "other request of this person needs",
}


class Command(BaseCommand):
    """Refuses with words and exit status 1; nothing is changed then."""

    help = (
        "Shred one answered request early. It takes the names of two active people: --by, a privacy officer, "
        "who knows that the request is over, and --second, a reviewer, who knows what is held. Being a "
        "superuser replaces neither role. Both names go into the audit log; that the two agree is on the "
        "word of whoever may run commands on this host. What is unanswered, open or held is not shredded. "
        "It cannot be undone."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """The arguments as the interfaces name them."""
        parser.add_argument("reference", metavar="REFERENCE", help="such as PR-2026-000042")
        parser.add_argument("--by", required=True, metavar="USER", help="user name of a privacy officer")
        parser.add_argument("--second", required=True, metavar="USER", help="user name of a reviewer")
        parser.add_argument(
            "--step",
            type=int,
            choices=(IDENTIFIERS_AND_TEXT, PROOF),
            default=IDENTIFIERS_AND_TEXT,
            help="1 (default): identifiers and free text; 2: fingerprint and salt as well",
        )
        parser.add_argument(
            "--reason", default="early", metavar="CODE", help="a word for the audit log; “early” by default"
        )
        parser.add_argument("--yes", action="store_true", help="do not ask")

    def handle(self, *_args: Any, reference: str, step: int, reason: str, **options: Any) -> None:
        """Ask, shred, say what was done. Raises CommandError."""
        if not REASON.fullmatch(reason):
            raise CommandError(
                "--reason must be a code of letters, digits and . _ : - (at most 64), such as ticket-4711. "
                "It stays in the log for good: no names."
            )
        by, second = _two_people(options["by"], options["second"])
        request = PrivacyRequest.objects.filter(reference=reference.strip().upper()).first()
        if request is None:
            raise CommandError(f"There is no request {reference}.")
        if against := shredding.why_not(request, step, now=timezone.now()):
            raise CommandError(against)
        if not options["yes"]:
            self._ask(request, step)
        self._shred(request, step, by=by, second=second, reason=reason)

    def _ask(self, request: PrivacyRequest, step: int) -> None:
        if not sys.stdin.isatty():
            raise CommandError("Nobody can be asked here. Say --yes if this is meant.")
        taken = "" if request.certified_at else " No certificate of it has been taken."
        self.stdout.write(f"From {request.reference} go {GOES[step]}.{taken} This cannot be undone.")
        if input(f"Type {request.reference} to go on: ").strip().upper() != request.reference:
            raise CommandError("Nothing was shredded.")

    def _shred(self, request: PrivacyRequest, step: int, *, by: Any, second: Any, reason: str) -> None:
        now = timezone.now()
        done = [
            one
            for each in forgetting.STEPS[:step]
            for one in shredding.shred(
                [request.pk],
                each,
                because=reason,
                now=now,
                actor=by.actor,
                approvers=[by.actor, second.actor],
            )
        ]
        if not done:
            raise CommandError(f"{request.reference} has changed in the meantime. Look again.")
        if not forgetting.note(done, at=now):
            self.stderr.write(
                self.style.WARNING(
                    f"{settings.SHREDDED_LIST_FILE} could not be written. The tick adds what is missing; "
                    "until then a restored backup would not be shredded again."
                )
            )
        if not freed_pages.clear():
            self.stderr.write("Old bytes may stand in the database files until the tick clears them.")
        self.stdout.write(f"Shredded {request.reference}: {GOES[step]}.")


def _two_people(by: str, second: str) -> tuple[Any, Any]:
    """The officer and the reviewer. Raises CommandError when they are one person, or have not these roles."""
    officer = _person(by, permission="answer_request", role="privacy officer")
    reviewer = _person(second, permission="decide_override", role="reviewer")
    if officer == reviewer:
        raise CommandError("It takes two people: --by and --second name the same one.")
    return officer, reviewer


def _person(name: str, *, permission: str, role: str) -> Any:
    person = get_user_model().objects.filter(username=name, is_active=True).first()
    if person is None:
        raise CommandError(f"There is no active person with the user name {name!r}.")
    # Asked of the groups: a superuser has every permission, and not therefore this part in the decision.
    groups = person.groups.filter(
        permissions__codename=permission, permissions__content_type__app_label="erasure"
    )
    if not groups.exists():
        raise CommandError(f"{name} is no {role}. Name one who is.")
    return person
