"""`manage.py erase`: file one request with one submission, and with --wait follow it to its end."""

import argparse
import json
import math
import sys
import time
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from django.utils.dateparse import parse_date

from audit.events import Event
from audit.history import latest_event
from erasure import filing
from erasure.choices import (
    TERMINAL_STATUSES,
    Channel,
    IdentifierKind,
    IdentityCheck,
    RequestType,
    SubmissionStatus,
)
from erasure.filing import Filing, FilingRefused, Identifier
from erasure.holds import is_rule
from erasure.models import LegalHold, Submission
from erasure.vault_tasks import as_named
from privacyadmin.host_login import host_login
from privacyadmin.key_check import KeysDoNotFitError, refuse_unfitting_keys
from privacyadmin.service_account import acting

LOOK_EVERY_SECONDS = 0.2
DONE, NOT_DONE, BAD_INPUT, STILL_OPEN = 0, 1, 2, 3
STANDING_STILL = frozenset({*TERMINAL_STATUSES, SubmissionStatus.BLOCKED})

#: Which events brought a submission to where it stands; its filing, where it is still open.
EVENTS_OF: Mapping[str, Sequence[Event]] = {
    SubmissionStatus.BLOCKED: (Event.REQUEST_BLOCKED, Event.REQUEST_SUSPENDED),
    SubmissionStatus.COMPLETED: (Event.REQUEST_COMPLETED,),
    SubmissionStatus.FAILED: (Event.REQUEST_FAILED,),
    SubmissionStatus.CANCELLED: (Event.REQUEST_CANCELLED,),
    SubmissionStatus.REFUSED: (Event.REQUEST_REFUSED,),
}


class Command(BaseCommand):
    """Bad input is exit 2, a failed or held submission 1, one still open when the wait ended 3."""

    help = (
        "File one privacy request with one submission. With --wait, follow it until it ends. "
        "Exit status: 0 completed (or filed, without --wait), 1 failed or held, 2 bad input, 3 still open."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """The arguments as `docs/` and the interfaces name them."""
        parser.add_argument("subject", metavar="SUBJECT", help="the person's CXone id")
        parser.add_argument(
            "--category", action="append", required=True, metavar="C", help="what to erase; may be repeated"
        )
        parser.add_argument("--scope", required=True, help="CONTACT, CONVERSATION, ACCOUNT or ALL")
        parser.add_argument("--regulation", required=True, help="gdpr, uk-gdpr, ccpa or utah")
        parser.add_argument("--type", default=RequestType.ERASURE, help="ERASURE (default) or ACCESS")
        parser.add_argument(
            "--received", metavar="DATE", help="date of receipt, 2026-01-31; today by default"
        )
        parser.add_argument(
            "--description", default="", metavar="T", help="passed on to CXone; 255 characters at most"
        )
        parser.add_argument(
            "--vault-task",
            default="",
            metavar="ID",
            help="the task at OneTrust or Securiti that is completed with it",
        )
        parser.add_argument(
            "--as", dest="user", metavar="USER", help="file as this person; else as the service account"
        )
        parser.add_argument(
            "--wait", type=_seconds, metavar="SECONDS", help="follow the submission for so long at most"
        )
        parser.add_argument(
            "--json", action="store_true", help="answer with one JSON object on standard output"
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        """File, follow, answer, leave with the exit status. Raises CommandError for keys that do not fit."""
        try:
            refuse_unfitting_keys()
        except KeysDoNotFitError as error:
            raise CommandError(str(error)) from error
        try:
            submission = _file(options)
        except (FilingRefused, CommandError) as error:
            self._answer({**_no_result(), "error": str(error)}, as_json=options["json"])
            sys.exit(BAD_INPUT)
        wait = options["wait"]
        if wait is not None and submission.status != SubmissionStatus.BLOCKED:
            submission = self._follow(submission, seconds=wait, as_json=options["json"])
        self._answer(_result(submission), as_json=options["json"])
        sys.exit(_exit_status(submission.status, waited=wait is not None))

    def _follow(self, submission: Submission, *, seconds: float, as_json: bool) -> Submission:
        """Look at the row until it ends or the time is up, with one progress line on standard error."""
        ends = time.monotonic() + seconds
        shown = ""
        while True:
            submission = Submission.objects.select_related("request").get(pk=submission.pk)
            line = f"{submission}: {submission.get_status_display()}"
            if line != shown and not as_json:
                self.stderr.write(line)
                shown = line
            if submission.status in STANDING_STILL or time.monotonic() >= ends:
                return submission
            time.sleep(LOOK_EVERY_SECONDS)

    def _answer(self, result: dict[str, Any], *, as_json: bool) -> None:
        if as_json:
            self.stdout.write(json.dumps(result))
            return
        if result["error"]:
            self.stderr.write(self.style.ERROR(result["error"]))
        if result["reference"]:
            status = SubmissionStatus(result["status"]).label
            self.stdout.write(f"{result['reference']}: {status}; due on {result['due_on']}.")


def _file(options: dict[str, Any]) -> Submission:
    by = acting(
        options["user"],
        permission="erasure.file_request",
        refusal="may not file requests: only privacy officers do.",
    )
    asked = Filing(
        identifiers=[Identifier(IdentifierKind.CXONE_ID, options["subject"])],
        type=options["type"].upper(),
        regulation=options["regulation"].lower(),
        received_on=_received(options["received"]),
        channel=Channel.OTHER,
        identity_check=IdentityCheck.OTHER,
        categories=[category.upper() for category in options["category"]],
        scope=options["scope"].upper(),
        description=options["description"],
        vault_task=as_named(options["vault_task"]),
        split_held=False,
        filed_on_host_by=host_login(),
    )
    request = filing.register_and_send(asked, by=by, send_delay=timedelta(0))
    return request.submissions.select_related("request").get()


def _received(given: str | None) -> date:
    if given is None:
        return timezone.localdate()
    try:
        received = parse_date(given)
    except ValueError:
        received = None
    if received is None:
        raise CommandError(f"--received must be a date such as 2026-01-31; it is {given!r}.")
    return received


def _seconds(given: str) -> float:
    """A length of time for --wait. Raises ArgumentTypeError."""
    try:
        seconds = float(given)
    except ValueError:
        seconds = math.nan
    if not 0 <= seconds < math.inf:
        raise argparse.ArgumentTypeError(f"a number of seconds such as 60 is needed; it is {given!r}.")
    return seconds


def _no_result() -> dict[str, Any]:
    """The answer when nothing was filed; `error` is to be filled in."""
    keys = ("reference", "status", "cxone_request_id", "success", "latency_ms", "records_deleted")
    return {**dict.fromkeys([*keys, "audit_seq", "due_on", "error"]), "success": False}


def _result(submission: Submission) -> dict[str, Any]:
    closed = submission.closed_at
    latency = None if closed is None else round((closed - submission.filed_at).total_seconds() * 1000)
    is_erasure = submission.type == RequestType.ERASURE
    return {
        "reference": submission.request.reference,
        "status": submission.status,
        "cxone_request_id": submission.cxone_id,
        "success": submission.status == SubmissionStatus.COMPLETED,
        "latency_ms": latency,
        "records_deleted": submission.records_affected if is_erasure else None,
        "audit_seq": _audit_seq(submission),
        "due_on": submission.request.due_on.isoformat(),
        "error": _trouble(submission),
    }


def _audit_seq(submission: Submission) -> int | None:
    """The position in the log of the event that brought the submission to where it stands."""
    acts = EVENTS_OF.get(submission.status, (Event.REQUEST_FILED,))
    found = latest_event(submission.request.obj, acts=[str(act) for act in acts])
    return None if found is None else found.seq


def _trouble(submission: Submission) -> str | None:
    """Why it was not done, in words; None where it was, or where nothing is known yet."""
    if submission.status == SubmissionStatus.BLOCKED:
        return _held_words(submission)
    if submission.status == SubmissionStatus.FAILED:
        return submission.error_message or "CXone reported a failure without a reason."
    if submission.status in {SubmissionStatus.CANCELLED, SubmissionStatus.REFUSED}:
        return f"{submission} was {submission.get_status_display().lower()} before it was sent."
    return None


def _held_words(submission: Submission) -> str:
    """Each hold by its code and ground, and the way out."""
    rules = [code for code in submission.held_by if is_rule(code)]
    if rules:
        return (
            f"{submission} no longer fits what CXone takes ({', '.join(rules)}) and was not sent. "
            f"Stop it on the page of {submission.request.reference}, and file it anew."
        )
    grounds = LegalHold.objects.filter(code__in=submission.held_by).order_by("code")
    named = "; ".join(f"{hold.code}: {hold.ground}" for hold in grounds)
    return (
        f"{submission} is held ({named}) and was not sent. Ask for an override on the page of "
        f"{submission.request.reference}, or file it without what is held."
    )


def _exit_status(status: str, *, waited: bool) -> int:
    if status == SubmissionStatus.COMPLETED:
        return DONE
    if status in STANDING_STILL:
        return NOT_DONE
    return STILL_OPEN if waited else DONE
