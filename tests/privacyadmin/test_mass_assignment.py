"""Whatever else is posted with a form changes nothing: every column sent along leaves the rows as they were.

Each form is posted twice from the same state, as its page sends it and with a field for every column that is
none of its own; afterwards the tables must hold the same. To add a form, add its case.
"""

import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django import forms
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import models, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from audit.models import AuditVerification
from audit.trail import audited
from erasure import overrides
from erasure.carrying import carry
from erasure.choices import Attention, OverrideReason, VaultKind
from erasure.forms import CorrectionForm, RequestForm, SendForm
from erasure.forms.colleagues import CommentForm
from erasure.forms.handing_over import HandOverForm
from erasure.forms.letter_text import LetterTextForm
from erasure.forms.overriding import AskForm, DecisionForm
from erasure.forms.releasing_hold import ProposalForm, ReleaseForm
from erasure.forms.request_list import ImportTermsForm, RequestListForm
from erasure.forms.task import TaskForm
from erasure.forms.vault import VaultForm
from erasure.models import (
    AnswerPart,
    ClockCorrection,
    ClockPause,
    Comment,
    Extension,
    HoldRelease,
    ImportedRow,
    ImportLot,
    ImportRun,
    LegalHold,
    LetterText,
    Override,
    PrivacyRequest,
    Subject,
    SubjectIdentifier,
    Submission,
    Vault,
)
from privacyadmin import invitations, people, set_up
from privacyadmin.models import User
from privacyadmin.people_forms import AddressForm, InvitationForm, RolesForm
from privacyadmin.preferences import PreferencesForm
from privacyadmin.roles import OFFICERS, REVIEWERS
from tests.cast import PASSWORD, person
from tests.erasure import made_requests as made
from tests.erasure.made_holds import placed, proposed, wish
from tests.erasure.made_lists import begun, checked, csv_of, imported, row
from tests.erasure.request_form import request_form, sending_form
from tests.erasure.told_vaults import made_vault

pytestmark = pytest.mark.django_db

MODELS: tuple[type[models.Model], ...] = (
    User,
    Subject,
    SubjectIdentifier,
    PrivacyRequest,
    Submission,
    LegalHold,
    HoldRelease,
    Override,
    AnswerPart,
    Comment,
    Extension,
    ClockPause,
    ClockCorrection,
    LetterText,
    ImportRun,
    ImportLot,
    ImportedRow,
    AuditVerification,
    Vault,
)
#: Made at random each time, or numbered on where a rollback does not take numbers back.
NEVER_THE_SAME = {"id", "run", "salt", "public_id", "staff_id", "digest", "form_token", "send_token"}
NEW_PASSWORD = "a long enough pass phrase"
JUSTIFICATION = "The recordings are kept by counsel; RET-1 does not reach them."


@pytest.fixture(autouse=True)
def _the_clock_stands_still() -> Iterator[None]:
    """So that two posts write the same times; after the day on which the standing hold was placed."""
    with time_machine.travel(datetime(2099, 11, 21, 10, 0, tzinfo=UTC), tick=False):
        yield


class ReadAnew(SimpleUploadedFile):
    """A file that can be posted twice."""

    def read(self, *args: int) -> bytes:  # type: ignore[override]  # a property in Django's own.
        """From its beginning."""
        self.file.seek(0)
        return bytes(self.file.read(*args))


@dataclass(frozen=True)
class Case:
    """One form: who posts it, where, what, and the names that are its own."""

    who: str
    address: str
    posted: Mapping[str, Any]
    form: type[forms.BaseForm] | None = None

    @property
    def own(self) -> set[str]:
        """The names of its fields."""
        return set(self.posted) | set(self.form.base_fields if self.form else ())


def _crafted_value(field: models.Field, somebody: User) -> str:
    if field.is_relation:
        return str(somebody.pk)
    if field.choices:
        return str(list(field.flatchoices)[-1][0])
    by_type: dict[type[models.Field], str] = {
        models.DateTimeField: "2020-01-01T00:00:00Z",
        models.DateField: "2020-01-01",
        models.BooleanField: "on",
        models.JSONField: '["VOICE"]',
        models.IntegerField: "7",
        models.UUIDField: "00000000-0000-4000-8000-000000000007",
    }
    return next((value for kind, value in by_type.items() if isinstance(field, kind)), "crafted")


def crafted(somebody: User) -> dict[str, str]:
    """A value for every column of every table, keys of others among them."""
    fields = [field for model in MODELS for field in model._meta.concrete_fields]
    values = {
        name: _crafted_value(field, somebody) for field in fields for name in (field.name, field.attname)
    }
    return {**values, "groups": "1", "user_permissions": "1", "pk": "1", "next_status": "completed"}


def _value(row: models.Model, field: models.Field) -> object:
    """A column; what it points to goes by its name, since keys may be numbered on."""
    pointed_at = getattr(row, field.name)
    if isinstance(pointed_at, Subject):
        return sorted(pointed_at.identifiers.values_list("kind", "fingerprint"))
    if field.is_relation:
        return str(pointed_at)
    if isinstance(row, User) and field.name == "password":
        return next(filter(row.check_password, (PASSWORD, NEW_PASSWORD)), "none")
    return getattr(row, field.attname)


def everything() -> list[object]:
    """All rows of all tables, and everybody's roles."""
    rows: list[object] = [
        [
            (field.name, _value(row, field))
            for field in model._meta.concrete_fields
            if field.name not in NEVER_THE_SAME
        ]
        for model in MODELS
        for row in model._default_manager.order_by("pk")
    ]
    return [*rows, *[people.roles_of(user) for user in people.everybody()]]


def _cases(officer: User, operator: User, reviewer: User) -> dict[str, Case]:
    """Every form of the site, with an object of its own to be about."""

    def about(name: str, *args: object) -> str:
        return reverse(f"admin:{name}", args=args)

    held = made.only(made.filed(officer, "c-1", categories=["CONTACT", "ANALYTICS"]), 2)
    asked = made.only(made.filed(officer, "c-2", categories=["CONTACT", "ANALYTICS"]), 2)
    question = _asked(asked, officer)
    registered = made.registered(officer, "c-3")
    failed = made.failed(made.only(made.filed(officer, "c-4")))
    queued = made.only(made.filed(officer, "c-5", delay=timedelta(hours=1)))
    flagged = made.flagged(made.only(made.filed(officer, "c-6", delay=timedelta(hours=1))), Attention.STALLED)
    done = made.filed(officer, "c-7")
    made.completed(made.only(done))
    colleague = person("kim", OFFICERS)
    away = person("ada", OFFICERS)
    left = made.registered(away, "c-10").reference
    people.deactivate(operator, away.staff_id)
    waiting = User(username="tom", first_name="Tom")
    people.invite(operator, waiting, roles=[OFFICERS])
    anothers = made.registered(person("eva", OFFICERS), "c-8").reference
    placer = person("ines", REVIEWERS)
    let_through = _approved(
        _asked(made.only(made.filed(officer, "c-9", categories=["ANALYTICS"])), officer), placer
    )
    hold, other_hold = placed(placer, category="IVR"), placed(placer, category="SMS")
    release = proposed(hold, by=placer)
    british = made.registered(officer, "c-10", regulation="uk-gdpr")
    vault = made_vault()
    changing_over = made_vault("changing-over", VaultKind.HTTP, previous_secret="old")
    waiting_for_them = made.paused(made.registered(officer, "c-11", regulation="uk-gdpr"), officer)
    return {
        "place hold": Case(
            "reviewer",
            about("hold_new"),
            {"do": "place", "carried": carry({0: wish("c-1")}, by=reviewer, purpose="hold")},
        ),
        "propose release": Case(
            "reviewer", about("hold_release", other_hold.pk), {"reason": "It is settled."}, ProposalForm
        ),
        "release": Case(
            "reviewer",
            about("hold_release_decide", hold.pk, release.pk),
            {"decision": "release", "reason": "It is settled."},
            ReleaseForm,
        ),
        "preferences": Case(
            "officer",
            about("preferences"),
            {"language": "de", "time_zone": "Europe/Berlin", "daily_digest": "on"},
            PreferencesForm,
        ),
        "take back": Case("reviewer", about("override_revoke", let_through.pk), {}),
        "address": Case(
            "operator",
            about("people_address", colleague.staff_id),
            {"email": "kim.new@example.org"},
            AddressForm,
        ),
        "register": Case("officer", about("request_new"), request_form(do="register"), RequestForm),
        "file": Case("officer", about("request_new"), request_form(), RequestForm),
        "send": Case(
            "officer",
            about("request_send", registered.reference),
            {"do": "send", "form_token": str(uuid.uuid4()), **sending_form(("cxone_id", "c-3"))},
            SendForm,
        ),
        "correct": Case(
            "officer",
            about("submission_correct", failed.request.reference, 1),
            {"value": "c-44"},
            CorrectionForm,
        ),
        "take over": Case("officer", about("request_take_over", anothers), {}),
        "hand over what was left": Case(
            "officer",
            about("requests_hand_over"),
            {"request": [left], "to": officer.staff_id},
            HandOverForm,
        ),
        "stop": Case("officer", about("submission_stop", queued.request.reference, 1), {}),
        "seen": Case("officer", about("attention_clear", flagged.request.reference, 1), {}),
        "answer": Case(
            "officer",
            about("request_answer", done.reference),
            {
                "do": "record",
                "outcome-1": "done",
                "ground-1": "",
                "channel": "email",
                "answered_on": "2099-11-21",
                "note": "",
                "language": "en",
            },
        ),
        "acknowledge": Case(
            "officer",
            about("request_acknowledge", done.reference),
            {"do": "record", "channel": "email", "acknowledged_on": "2099-11-21", "language": "en"},
        ),
        "extend": Case(
            "officer",
            about("request_extend", done.reference),
            {
                "do": "record",
                "ground": "complexity",
                "explanation": "It is complex.",
                "told_on": "2099-11-21",
                "language": "en",
            },
        ),
        "pause": Case(
            "officer",
            about("request_pause", british.reference),
            {"ground": "identity", "from_day": "2099-11-21"},
        ),
        "end pause": Case(
            "officer", about("request_pause_end", waiting_for_them.reference), {"until_day": "2099-11-21"}
        ),
        "correct clock": Case(
            "officer",
            about("request_correct_clock", done.reference),
            {
                "do": "correct",
                "seen": "gdpr 2099-11-10",
                "received_on": "2099-11-10",
                "regulation": "gdpr",
                "reason": "It lay in the post room.",
            },
        ),
        "comment": Case(
            "reviewer", about("request_comment", done.reference), {"text": "Noted."}, CommentForm
        ),
        "hand over": Case("officer", about("request_hand_over", done.reference), {"to": colleague.staff_id}),
        "name task": Case(
            "officer", about("request_task", done.reference), {"vault_task": "80417"}, TaskForm
        ),
        "letter text": Case(
            "operator",
            about("letter_text", "done", "any", "en"),
            {"do": "save", "subject": "Your request", "body": "It is done."},
            LetterTextForm,
        ),
        "add vault": Case(
            "operator",
            about("vault_new", "database"),
            {"name": "A copy", "own_table": "on", "tells": ["failed"]},
            VaultForm,
        ),
        "change vault": Case(
            "operator",
            about("vault_page", vault.pk),
            {"revision": "1", "name": "Register of ours", "own_table": "on", "tells": ["failed"]},
            VaultForm,
        ),
        "switch vault off": Case("operator", about("vault_switch", vault.pk), {"to": "off"}),
        "drop secret": Case("operator", about("vault_drop_secret", changing_over.pk), {}),
        "ask": Case(
            "officer",
            about("override_ask", held.request.reference, 2),
            {"reason": "evidence_preserved", "justification": JUSTIFICATION},
            AskForm,
        ),
        "approve": Case(
            "reviewer",
            about("override_decide", question.pk),
            {"decision": "approve", "reason": "Counsel confirmed it."},
            DecisionForm,
        ),
        "deny": Case(
            "reviewer",
            about("override_decide", question.pk),
            {"decision": "deny", "reason": "The memo does not say so."},
            DecisionForm,
        ),
        "withdraw": Case("officer", about("override_withdraw", question.pk), {}),
        "give list": Case(
            "officer",
            about("request_imports"),
            {"list": ReadAnew("list.csv", csv_of(row(7)).encode())},
            RequestListForm,
        ),
        "file list": Case(
            "officer",
            about("request_import_file", checked(officer, csv_of(row(1))).pk),
            {"identity_check": "document", "duplicate_reason": ""},
            ImportTermsForm,
        ),
        "throw list away": Case(
            "officer", about("request_import_discard", checked(officer, csv_of(row(2))).pk), {}
        ),
        "take import back": Case(
            "officer", about("request_import_withdraw", imported(officer, csv_of(row(4))).pk), {}
        ),
        # The last of them, since whatever was begun before is filed with the next.
        "stop import": Case("officer", about("request_import_stop", begun(officer, csv_of(row(3))).pk), {}),
        "verify": Case("auditor", about("log_verifications"), {}),
        "invite": Case(
            "operator",
            about("people_invite"),
            {"username": "sofia", "full_name": "Sofia Lindqvist", "roles": [OFFICERS]},
            InvitationForm,
        ),
        "roles": Case(
            "operator", about("people_person", colleague.staff_id), {"roles": [REVIEWERS]}, RolesForm
        ),
        "deactivate": Case("operator", about("people_deactivate", colleague.staff_id), {}),
        "reactivate": Case("operator", about("people_reactivate", away.staff_id), {}),
        "password": Case(
            "officer",
            about("password_change"),
            {"old_password": PASSWORD, "new_password1": NEW_PASSWORD, "new_password2": NEW_PASSWORD},
        ),
    }


def _asked(held: Submission, officer: User) -> Override:
    with audited() as log:
        return overrides.ask(
            log,
            held,
            by=officer,
            reason=OverrideReason.EVIDENCE_PRESERVED,
            justification=JUSTIFICATION,
            now=timezone.now(),
        )


def _approved(question: Override, reviewer: User) -> Override:
    now = timezone.now()
    with audited() as log:
        overrides.decide(
            log, question, by=reviewer, approve=True, reason="Yes.", now=now, send_at=now + timedelta(hours=1)
        )
    return question


NAMES = (
    "place hold",
    "propose release",
    "release",
    "take back",
    "address",
    "register",
    "file",
    "send",
    "correct",
    "take over",
    "hand over what was left",
    "stop",
    "seen",
    "answer",
    "acknowledge",
    "extend",
    "pause",
    "end pause",
    "correct clock",
    "comment",
    "hand over",
    "name task",
    "letter text",
    "add vault",
    "change vault",
    "switch vault off",
    "drop secret",
    "ask",
    "approve",
    "deny",
    "withdraw",
    "give list",
    "file list",
    "throw list away",
    "stop import",
    "take import back",
    "verify",
    "invite",
    "roles",
    "deactivate",
    "reactivate",
    "password",
    "preferences",
)


def outcome(post: Callable[[], Any]) -> tuple[int, list[object]]:
    """The status and all rows after this post, which is then taken back."""
    before = transaction.savepoint()
    status = post().status_code
    found = everything()
    transaction.savepoint_rollback(before)
    return status, found


@pytest.mark.parametrize("name", NAMES)
def test_extra_fields_change_nothing(
    name: str,
    officer: User,
    other_officer: User,
    operator: User,
    reviewer: User,
    signed_in: made.SignIn,
    request: pytest.FixtureRequest,
) -> None:
    case = _cases(officer, operator, reviewer)[name]
    who = request.getfixturevalue(case.who)
    # One browser for each: a changed password changes the key of the session too.
    first, second = signed_in(who), signed_in(who)
    before = everything()
    extra = {key: value for key, value in crafted(other_officer).items() if key not in case.own}
    plain = outcome(lambda: first.post(case.address, case.posted))
    with_extra = outcome(lambda: second.post(case.address, {**extra, **case.posted}))
    assert plain[1] != before, "The form as its page sends it did nothing, so this would show nothing."
    assert with_extra == plain


def test_the_cases_are_all_of_them(officer: User, operator: User, reviewer: User) -> None:
    assert set(_cases(officer, operator, reviewer)) == set(NAMES)


def _path_of(link: str) -> str:
    return link.removeprefix(settings.PUBLIC_URL)


def test_who_accepts_an_invitation_sets_a_password_and_nothing_else(
    operator: User, other_officer: User
) -> None:
    sofia = User(username="sofia", first_name="Sofia")
    link = people.invite(operator, sofia, roles=[OFFICERS])
    chosen = {"new_password1": NEW_PASSWORD, "new_password2": NEW_PASSWORD}
    browser = Client()
    form = browser.get(_path_of(link), follow=True)
    answer = browser.post(form.request["PATH_INFO"], {**crafted(other_officer), **chosen})
    assert answer.status_code == 302
    sofia.refresh_from_db()
    assert not invitations.is_open(sofia)
    assert (sofia.is_superuser, sofia.username, people.roles_of(sofia)) == (False, "sofia", [OFFICERS])
    assert not sofia.user_permissions.exists()


def test_the_first_operator_is_an_operator_and_no_more(client: Client) -> None:
    link = set_up.set_up_link()
    assert link is not None
    nobody = User(pk=1)
    form = {
        "username": "petra",
        "email": "petra@example.org",
        "password1": NEW_PASSWORD,
        "password2": NEW_PASSWORD,
    }
    assert client.post(_path_of(link), {**crafted(nobody), **form}).status_code == 302
    petra = User.objects.get(username="petra")
    assert not petra.is_superuser
    assert people.roles_of(petra) == ["Operators"]
    assert not petra.user_permissions.exists()
