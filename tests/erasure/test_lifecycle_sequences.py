"""Random sequences of moves by several people, legal and not, on fresh and stale copies, and what must hold.

Each example runs in a savepoint of the test's transaction that is rolled back at its end.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any, ClassVar

import pytest
from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)

from audit.log_format import Frontier, leaf_hash
from audit.models import AuditEvent, AuditHead
from audit.trail import Trail, audited
from erasure import filing, lifecycle, overrides
from erasure.asked import Identifier
from erasure.choices import Attention, Channel, Outcome, OverrideReason
from erasure.models import LegalHold, Override, PrivacyRequest, Submission
from privacyadmin.models import User
from privacyadmin.roles import OFFICERS, REVIEWERS
from tests.cast import person
from tests.erasure.made_requests import filing_of, today

pytestmark = pytest.mark.django_db

# Written down once more, and not imported, so that the table cannot be changed by accident.
MAY_BECOME = {
    "blocked": {"queued", "refused", "cancelled"},
    "queued": {"submitting", "blocked", "cancelled"},
    "submitting": {"processing", "queued", "failed"},
    "processing": {"completed", "failed"},
    "completed": set[str](),
    "failed": set[str](),
    "refused": set[str](),
    "cancelled": set[str](),
}
ENDED = {"completed", "failed", "refused", "cancelled"}
STATUS_AFTER = {
    "request.blocked": "blocked",
    "request.suspended": "blocked",
    "request.sending": "submitting",
    "request.submitted": "processing",
    "request.requeued": "queued",
    "request.resumed": "queued",
    "request.refused": "refused",
    "request.completed": "completed",
    "request.failed": "failed",
    "request.cancelled": "cancelled",
}
PEOPLE = ("lena", "anna", "marek", "ines", "root")
JUSTIFICATION = "The analytics rows were copied for the court already."

people = st.sampled_from(PEOPLE)
copies = Bundle("copies")


def snapshot() -> list[Any]:
    """All that a refused move could have changed, as it is stored."""
    found = []
    with connection.cursor() as cursor:
        for model in (Submission, PrivacyRequest, Override, AuditHead):
            cursor.execute(f"SELECT * FROM {model._meta.db_table} ORDER BY id")  # noqa: S608 - our own tables.
            found.append([tuple(map(str, row)) for row in cursor.fetchall()])
    return found


class Replay:
    """The statuses as the log alone tells them."""

    def __init__(self) -> None:
        self.seen = AuditHead.objects.get().size
        self.statuses: dict[tuple[str, int], str] = {}
        self.registered: list[str] = []
        self.answered: list[str] = []

    def read_on(self) -> None:
        for event in AuditEvent.objects.filter(seq__gte=self.seen):
            self.seen = event.seq + 1
            self._take(event)

    def _take(self, event: AuditEvent) -> None:
        if event.act == "request.registered":
            self.registered.append(event.obj)
        if event.act == "request.answered":
            self.answered.append(event.obj)
        if event.act in {*STATUS_AFTER, "request.filed"}:
            self._move(event, (event.obj, int(str(event.facts["submission"]))))

    def _move(self, event: AuditEvent, key: tuple[str, int]) -> None:
        if event.act == "request.filed":
            assert key not in self.statuses, "filed twice"
            self.statuses[key] = "queued"
            return
        before, after = self.statuses[key], STATUS_AFTER[event.act]
        repeated = before == after == "submitting"
        assert repeated or after in MAY_BECOME[before], f"{event.act} after {before}"
        self.statuses[key] = after


class Moves(RuleBasedStateMachine):
    """Everything that can be done to requests and submissions, in any order."""

    cast: ClassVar[dict[str, User]]

    def __init__(self) -> None:
        super().__init__()
        self.block = transaction.atomic()
        # As the tests' own transaction is: `audited()` may open its own inside it.
        self.block._from_testcase = True  # type: ignore[attr-defined]
        self.block.__enter__()
        self.replay = Replay()
        self.receipts: dict[int, Any] = {}
        self.payloads: dict[int, Any] = {}

    def teardown(self) -> None:
        try:
            self.the_log_is_whole()
        finally:
            transaction.set_rollback(True)
            self.block.__exit__(None, None, None)

    def attempt(self, act: Callable[[], Any], *, legal: bool | None) -> None:
        """Do it; a refusal changes nothing. `legal` is None where the test does not foretell."""
        before = snapshot()
        try:
            act()
        except (lifecycle.MoveRefused, filing.FilingRefused) as refusal:
            refused = str(refusal)
        else:
            refused = ""
        assert legal is None or legal != bool(refused), refused or "done, though it is not legal"
        assert not refused or snapshot() == before

    def move(
        self,
        copy: Submission,
        act: Callable[[Trail, Submission], Any],
        *,
        to: str | None = None,
        out_of: str | None = None,
    ) -> None:
        """Move a copy; legal exactly if the copy is what the row is, and the table allows the move."""
        row = Submission.objects.get(pk=copy.pk)
        fresh = (copy.status, copy.fence) == (row.status, row.fence)
        legal = None if to is None else fresh and to in MAY_BECOME[row.status]
        if out_of is not None:
            legal = legal and row.status == out_of

        def in_transaction() -> None:
            with audited() as log:
                act(log, copy)

        self.attempt(in_transaction, legal=legal)

    # What can be done ------------------------------------------------------------------------------------

    @initialize(target=copies, by=people)
    def begin(self, by: str) -> Any:
        return self.file(by=by, number=1, analytics=True, split=True, kind="ERASURE")

    @rule(
        target=copies,
        by=people,
        number=st.integers(1, 3),
        analytics=st.booleans(),
        split=st.booleans(),
        kind=st.sampled_from(["ERASURE", "ERASURE", "ACCESS"]),
    )
    def file(self, *, by: str, number: int, analytics: bool, split: bool, kind: str) -> Any:
        categories = ["CONTACT", "EMAIL", *(["ANALYTICS"] if analytics else [])]
        asked = filing_of(f"USR-{number}", type=kind, categories=categories, split_held=split)
        request = filing.register_and_send(asked, by=self.cast[by], send_delay=timedelta(0))
        waits = [sub.categories for sub in request.submissions.filter(status="blocked")]
        expected = [["ANALYTICS"] if split else categories] if analytics and kind == "ERASURE" else []
        assert waits == expected
        return multiple(*request.submissions.select_related("request", "identifier"))

    @rule(by=people, number=st.integers(1, 3))
    def register(self, by: str, number: int) -> None:
        written = (("email", "someone1@example.org"), ("phone", "+49 30 123456"), ("other", "someone3"))
        asked = filing_of(written[number - 1])
        filing.register(asked, by=self.cast[by])

    def send_more(self, copy: Submission, by: str) -> None:
        asked = filing_of(copy.identifier.value or "", categories=["SMS"])
        request = PrivacyRequest.objects.get(pk=copy.request_id)
        delay = timedelta(hours=1)
        self.attempt(
            lambda: filing.send(request, asked, by=self.cast[by], send_delay=delay),
            legal=False if request.is_answered else None,
        )

    @rule(target=copies, copy=copies)
    def look_again(self, copy: Submission) -> Any:
        return self.fresh(copy)

    def fresh(self, copy: Submission) -> Submission:
        return Submission.objects.select_related("request", "identifier").get(pk=copy.pk)

    def claim(self, copy: Submission) -> None:
        Submission.objects.filter(pk=copy.pk, next_attempt_at__isnull=False).update(fence=F("fence") + 1)

    def suspend(self, copy: Submission) -> None:
        self.move(
            copy,
            lambda log, row: lifecycle.suspend(log, row, holds=["LIT-1"], now=timezone.now()),
            to="blocked",
        )

    def resume(self, copy: Submission) -> None:
        now = timezone.now()
        self.move(
            copy,
            lambda log, row: lifecycle.resume(log, row, actor="sys", because="hold_released", send_at=now),
            to="queued",
            out_of="blocked",
        )

    def begin_sending(self, copy: Submission) -> None:
        now = timezone.now()
        self.move(
            copy, lambda log, row: lifecycle.begin_sending(log, row, payload="{}", now=now), to="submitting"
        )

    def repeat_sending(self, copy: Submission) -> None:
        self.move(copy, lifecycle.repeat_sending)

    def accept(self, copy: Submission, number: int) -> None:
        now = timezone.now()
        self.move(
            copy,
            lambda log, row: lifecycle.accept(log, row, cxone_id=f"cx-{number}", next_poll_at=now, now=now),
            to="processing",
        )

    def requeue(self, copy: Submission) -> None:
        now = timezone.now()
        self.move(
            copy,
            lambda log, row: lifecycle.requeue(log, row, reason="rate_limited", next_attempt_at=now),
            to="queued",
            out_of="submitting",
        )

    def complete(self, copy: Submission, records: int | None) -> None:
        now = timezone.now()
        self.move(
            copy,
            lambda log, row: lifecycle.complete(log, row, records=records, body="{}", now=now),
            to="completed",
        )

    def fail(self, copy: Submission) -> None:
        now = timezone.now()
        self.move(
            copy,
            lambda log, row: lifecycle.fail(log, row, code="refused", message="No.", now=now),
            to="failed",
        )

    def cancel(self, copy: Submission, by: str) -> None:
        who, now = self.cast[by], timezone.now()
        self.move(
            copy,
            lambda log, row: lifecycle.cancel(log, row, by=who, because="stopped", now=now),
            to="cancelled",
        )

    def refuse(self, copy: Submission, by: str) -> None:
        who, now = self.cast[by], timezone.now()
        self.move(copy, lambda log, row: lifecycle.refuse(log, row, by=who, now=now), to="refused")

    def flag(self, copy: Submission, flag: Attention) -> None:
        self.move(copy, lambda log, row: lifecycle.raise_attention(log, row, flag))

    def clear(self, copy: Submission, by: str) -> None:
        self.move(copy, lambda log, row: lifecycle.clear_attention(log, row, by=self.cast[by]))

    def late_id(self, copy: Submission, number: int) -> None:
        self.move(copy, lambda log, row: lifecycle.keep_other_id(log, row, cxone_id=f"cx-{number}"))

    def ask(self, copy: Submission, by: str) -> None:
        row = Submission.objects.get(pk=copy.pk)
        legal = row.status == "blocked" and not row.overrides.filter(decision="").exists()

        def act() -> None:
            with audited() as log:
                overrides.ask(
                    log,
                    copy,
                    by=self.cast[by],
                    reason=OverrideReason.EVIDENCE_PRESERVED,
                    justification=JUSTIFICATION,
                    now=timezone.now(),
                )

        self.attempt(act, legal=legal)

    def decide(self, copy: Submission, by: str, *, approve: bool) -> None:
        override = Override.objects.filter(submission_id=copy.pk).order_by("-pk").first()
        if override is None:
            return
        who, now = self.cast[by], timezone.now()
        decides = by in {"marek", "ines", "root"} and who.pk not in {
            override.filed_by_id,
            override.asked_by_id,
        }

        def act() -> None:
            with audited() as log:
                overrides.decide(log, override, by=who, approve=approve, reason="Seen.", now=now, send_at=now)

        self.attempt(act, legal=decides and override.decision == "")

    def withdraw(self, copy: Submission, by: str) -> None:
        override = Override.objects.filter(submission_id=copy.pk).order_by("-pk").first()
        if override is None:
            return

        def act() -> None:
            with audited() as log:
                overrides.withdraw(log, override, by=self.cast[by], now=timezone.now())

        legal = override.decision == "" and override.asked_by == self.cast[by]
        self.attempt(act, legal=legal)

    def revoke(self, copy: Submission, by: str) -> None:
        override = Override.objects.filter(submission_id=copy.pk).order_by("-pk").first()
        if override is None:
            return
        row = Submission.objects.get(pk=copy.pk)

        def act() -> None:
            with audited() as log:
                overrides.revoke(log, override, by=self.cast[by], now=timezone.now())

        legal = (
            by in {"marek", "ines", "root"}
            and override.decision == "approved"
            and override.revoked_at is None
            and row.status == "queued"
            and row.type == "ERASURE"
            and "ANALYTICS" in row.categories
        )
        self.attempt(act, legal=legal)

    def send_the_rest(self, copy: Submission, by: str) -> None:
        row = Submission.objects.select_related("request").get(pk=copy.pk)
        mixed = row.held_by == ["RET-1"] and len(row.categories) > 1
        legal = row.status == "blocked" and mixed and not row.request.is_answered
        self.attempt(
            lambda: filing.send_the_rest(copy, by=self.cast[by], send_delay=timedelta(0)), legal=legal
        )

    def correct(self, copy: Submission, by: str, number: int) -> None:
        row = Submission.objects.get(pk=copy.pk)
        legal = (
            copy.status in ENDED
            and not (row.status == "completed" and row.records_affected)
            and not row.replaced_by.exists()
            and not row.request.is_answered
        )
        given = Identifier("cxone_id", f"USR-{number}")
        self.attempt(
            lambda: filing.correct_identifier(copy, given, by=self.cast[by], send_delay=timedelta(0)),
            legal=legal,
        )

    def answer(self, copy: Submission, by: str, outcome: Outcome) -> None:
        request = copy.request
        rows = PrivacyRequest.objects.get(pk=request.pk)
        statuses = set(rows.submissions.values_list("status", flat=True))
        parts = rows.submissions.filter(replaced_by__isnull=True).order_by("number")
        told = [
            lifecycle.Told(
                submission=part.number,
                outcome=outcome,
                ground="identity_not_established" if outcome == Outcome.REFUSED else "",
            )
            for part in parts
        ]
        legal = (
            not rows.is_answered
            and statuses <= ENDED
            and all(self.bears(part, outcome) and not part.attention for part in parts)
        )

        def act() -> None:
            with audited() as log:
                lifecycle.answer(
                    log,
                    request,
                    by=self.cast[by],
                    told=told,
                    channel=Channel.EMAIL,
                    answered_on=today(),
                    note="",
                    now=timezone.now(),
                )

        self.attempt(act, legal=legal)

    @staticmethod
    def bears(part: Submission, outcome: Outcome) -> bool:
        """Whether where a part ended bears what is told about it."""
        if part.status == "completed":
            records = part.records_affected
            nothing, something = outcome == Outcome.NOTHING_FOUND, outcome == Outcome.PARTLY_DONE
            return outcome == Outcome.DONE or (nothing and not records) or (something and records != 0)
        return (
            outcome in {Outcome.REFUSED, Outcome.WITHDRAWN}
            or (outcome == Outcome.NOTHING_FOUND and part.status in {"failed", "cancelled"})
            or (outcome == Outcome.PARTLY_DONE and part.status == "failed")
        )

    @rule(
        copy=copies,
        by=people,
        number=st.integers(1, 3),
        which=st.integers(0, 22),
        flag=st.sampled_from(Attention),
    )
    def try_anything(self, copy: Submission, by: str, number: int, which: int, flag: Attention) -> None:
        """Any one move on a copy that may be stale, whatever its status."""
        anything: list[Callable[[], Any]] = [
            lambda: self.claim(copy),
            lambda: self.suspend(copy),
            lambda: self.resume(copy),
            lambda: self.begin_sending(copy),
            lambda: self.repeat_sending(copy),
            lambda: self.accept(copy, number),
            lambda: self.requeue(copy),
            lambda: self.complete(copy, number - 1),
            lambda: self.complete(copy, None),
            lambda: self.fail(copy),
            lambda: self.cancel(copy, by),
            lambda: self.refuse(copy, by),
            lambda: self.flag(copy, flag),
            lambda: self.clear(copy, by),
            lambda: self.late_id(copy, number),
            lambda: self.ask(copy, by),
            lambda: self.decide(copy, by, approve=number == 1),
            lambda: self.withdraw(copy, by),
            lambda: self.correct(copy, by, number),
            lambda: self.answer(copy, by, list(Outcome)[number]),
            lambda: self.send_more(copy, by),
            lambda: self.revoke(copy, by),
            lambda: self.send_the_rest(copy, by),
        ]
        anything[which]()

    @rule(copy=copies, steps=st.lists(st.tuples(st.integers(0, 11), people), min_size=2, max_size=6))
    def go_on(self, copy: Submission, steps: list[tuple[int, str]]) -> None:
        """Several steps in a row that are likely to be legal, so that the far ends are reached too."""
        for pick, by in steps:
            self.do(self.fresh(copy), pick, by)

    @rule(copy=copies, pick=st.integers(0, 9), by=people, claimed=st.booleans())
    def overtake(self, *, copy: Submission, pick: int, by: str, claimed: bool) -> None:
        """Two look at one row; the first claims it, or does the same as the second, who has to be told."""
        first, second = self.fresh(copy), self.fresh(copy)
        if claimed:
            self.claim(first)
        else:
            self.do(first, pick, by)
        self.do(second, pick, by)

    def do(self, row: Submission, pick: int, by: str) -> None:
        likely = self.likely(row, by)
        likely[pick % len(likely)]()

    def likely(self, row: Submission, by: str) -> list[Callable[[], Any]]:
        return {
            "blocked": [
                lambda: self.ask(row, by),
                lambda: self.decide(row, by, approve=True),
                lambda: self.decide(row, by, approve=False),
                lambda: self.withdraw(row, by),
                lambda: self.resume(row),
                lambda: self.refuse(row, by),
                lambda: self.send_the_rest(row, by),
            ],
            "queued": [
                lambda: self.begin_sending(row),
                lambda: self.revoke(row, by),
                lambda: self.suspend(row),
                lambda: self.cancel(row, by),
            ],
            "submitting": [
                lambda: self.accept(row, 1),
                lambda: self.repeat_sending(row),
                lambda: self.requeue(row),
                lambda: self.fail(row),
            ],
            "processing": [
                lambda: self.complete(row, 7),
                lambda: self.complete(row, 0),
                lambda: self.fail(row),
            ],
        }.get(
            row.status,
            [
                lambda: self.correct(row, by, 4),
                lambda: self.answer(row, by, Outcome.DONE),
                lambda: self.answer(row, by, Outcome.REFUSED),
            ],
        )

    # What must hold --------------------------------------------------------------------------------------

    @invariant()
    def rows_are_what_the_log_says(self) -> None:
        self.replay.read_on()
        rows = Submission.objects.select_related("request")
        assert {(row.request.obj, row.number): row.status for row in rows} == self.replay.statuses
        requests = PrivacyRequest.objects.all()
        assert sorted(request.obj for request in requests) == sorted(self.replay.registered)
        answered = sorted(request.obj for request in requests if request.is_answered)
        assert answered == sorted(self.replay.answered)

    @invariant()
    def receipts_and_payloads_never_move(self) -> None:
        for pk, *receipt in PrivacyRequest.objects.values_list("pk", "received_on", "due_on", "filed_at"):
            assert self.receipts.setdefault(pk, receipt) == receipt
        fields = (
            "public_id",
            "number",
            "type",
            "categories",
            "scope",
            "description",
            "identifier",
            "filed_by",
        )
        for pk, *payload in Submission.objects.values_list("pk", *fields):
            assert self.payloads.setdefault(pk, payload) == payload

    @invariant()
    def questions_are_about_what_is_held(self) -> None:
        assert not Override.objects.filter(decision="").exclude(submission__status="blocked").exists()

    def the_log_is_whole(self) -> None:
        frontier = Frontier()
        for seq, event in enumerate(AuditEvent.objects.order_by("seq")):
            assert event.seq == seq
            assert bytes(event.leaf) == leaf_hash(event.body)
            frontier.append(leaf_hash(event.body))
        head = AuditHead.objects.get()
        assert (frontier.size, frontier.pack()) == (head.size, bytes(head.frontier))


def test_every_move_is_legal_has_its_event_and_a_refused_one_leaves_no_trace() -> None:
    roles = {"lena": (OFFICERS,), "anna": (OFFICERS,), "marek": (REVIEWERS,), "ines": (OFFICERS, REVIEWERS)}
    Moves.cast = {name: person(name, *groups) for name, groups in roles.items()}
    Moves.cast["root"] = User.objects.create_superuser("root", password="correct horse battery staple")
    assert LegalHold.objects.filter(category="ANALYTICS", released_at=None).exists()
    run_state_machine_as_test(
        Moves,
        settings=settings(
            max_examples=30 if connection.vendor == "sqlite" else 15,
            stateful_step_count=20,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
