"""What a row's state tells of it, what the log's events tell of it, and in what the two stories differ.

A story is made of marks: the event that belongs to a state, the submission it is about, and the facts that
stand on both sides. A state that has to be on record and the event that records it are written by the same
function in one transaction; here is which belongs to which.
"""

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from audit.events import Event
from erasure.choices import OverrideDecision, ReleaseDecision, RequestType, SubmissionStatus
from erasure.lifecycle.moves import loggable
from erasure.models import (
    ClockCorrection,
    ClockPause,
    Comment,
    Extension,
    HoldRelease,
    LateHold,
    LegalHold,
    Override,
    PrivacyRequest,
    Submission,
)

#: The event that tells of a state, and the submission's number; None where it is about the whole.
Mark: TypeAlias = tuple[str, int | None]
Facts: TypeAlias = Mapping[str, Any]

#: The way of taking a certificate in which the report is only looked at, so that nobody has a proof in hand.
REPORT_ALONE = "report"
TEXT_SHREDDED, PROOF_SHREDDED = f"{Event.SUBJECT_SHREDDED} 1", f"{Event.SUBJECT_SHREDDED} 2"

OF_STATUS: Mapping[str, str] = {
    SubmissionStatus.COMPLETED: Event.REQUEST_COMPLETED,
    SubmissionStatus.FAILED: Event.REQUEST_FAILED,
    SubmissionStatus.REFUSED: Event.REQUEST_REFUSED,
    SubmissionStatus.CANCELLED: Event.REQUEST_CANCELLED,
}
OF_DECISION: Mapping[str, str] = {
    OverrideDecision.APPROVED: Event.OVERRIDE_APPROVED,
    OverrideDecision.DENIED: Event.OVERRIDE_DENIED,
    OverrideDecision.WITHDRAWN: Event.OVERRIDE_WITHDRAWN,
    OverrideDecision.EXPIRED: Event.OVERRIDE_EXPIRED,
}
OF_RELEASE: Mapping[str, str] = {
    ReleaseDecision.APPROVED: Event.HOLD_RELEASED,
    ReleaseDecision.DENIED: Event.HOLD_RELEASE_DENIED,
    ReleaseDecision.WITHDRAWN: Event.HOLD_RELEASE_WITHDRAWN,
    ReleaseDecision.EXPIRED: Event.HOLD_RELEASE_EXPIRED,
}
#: Every mark, in words that follow "is" and "was".
WORDS: Mapping[str, str] = {
    Event.REQUEST_REGISTERED: "registered",
    Event.REQUEST_FILED: "filed",
    Event.REQUEST_SUBMITTED: "accepted by CXone",
    Event.REQUEST_COMPLETED: "completed",
    Event.REQUEST_FAILED: "failed",
    Event.REQUEST_REFUSED: "refused",
    Event.REQUEST_CANCELLED: "cancelled",
    Event.REQUEST_ANSWERED: "answered",
    Event.REQUEST_ACKNOWLEDGED: "confirmed to have come in",
    Event.REQUEST_EXTENDED: "extended",
    Event.REQUEST_PAUSED: "paused",
    Event.REQUEST_UNPAUSED: "resumed after a pause",
    Event.REQUEST_CLOCK_CORRECTED: "corrected in its receipt or regulation",
    Event.REQUEST_COMMENTED: "commented on",
    Event.REQUEST_CERTIFIED: "certified to the person",
    Event.OVERRIDE_ASKED: "under a question for an override",
    Event.OVERRIDE_APPROVED: "under an approved override",
    Event.OVERRIDE_DENIED: "under a denied override",
    Event.OVERRIDE_WITHDRAWN: "under a withdrawn override",
    Event.OVERRIDE_EXPIRED: "under an expired override",
    Event.OVERRIDE_REVOKED: "under an approval that was taken back",
    Event.REQUEST_HELD_LATE: "under a hold that came too late",
    TEXT_SHREDDED: "shredded (identifiers and text)",
    PROOF_SHREDDED: "shredded (fingerprint and salt)",
    Event.HOLD_PLACED: "placed",
    Event.HOLD_RELEASED: "released",
    Event.HOLD_RELEASE_ASKED: "proposed for release",
    Event.HOLD_RELEASE_DENIED: "kept against a proposal",
    Event.HOLD_RELEASE_WITHDRAWN: "under a withdrawn proposal",
    Event.HOLD_RELEASE_EXPIRED: "under an expired proposal",
}
#: With which result an event tells of its state. With another one it tells of an attempt without effect.
RESULTS: Mapping[str, str] = {
    Event.REQUEST_FAILED: "failed",
    Event.REQUEST_HELD_LATE: "failed",
    Event.OVERRIDE_DENIED: "denied",
    Event.HOLD_RELEASE_DENIED: "denied",
}
#: What may be done again and again: compared is whether it was done at all.
REPEATABLE = frozenset({str(Event.REQUEST_CERTIFIED)})
#: The facts that both sides know, in words.
FACTS: Mapping[str, str] = {
    "records_deleted": "the number of records",
    "cxone_id": "the CXone id",
    "outcome": "the outcome",
    "channel": "the channel",
    "answered_on": "the day",
    "acknowledged_on": "the day",
    "due_on": "the due date",
}
#: What the events of a clock carry and the row shows, in words.
CLOCK: Mapping[str, str] = {
    "received_on": "the date of receipt",
    "regulation": "the regulation",
    "due_on": "the due date",
}
#: The events that move a clock, or begin it.
CLOCK_ACTS = frozenset(
    {
        Event.REQUEST_REGISTERED,
        Event.REQUEST_EXTENDED,
        Event.REQUEST_PAUSED,
        Event.REQUEST_UNPAUSED,
        Event.REQUEST_CLOCK_CORRECTED,
    }
)
REQUEST_COLUMNS = (
    "reference",
    "regulation",
    "received_on",
    "due_on",
    "outcome",
    "answer_channel",
    "answered_on",
    "acknowledged_on",
    "certified_at",
    "shredded_at",
    "unlinked_at",
)
SUBMISSION_COLUMNS = ("request_id", "number", "status", "type", "accepted_at", "cxone_id", "records_affected")
OVERRIDE_COLUMNS = ("submission__request", "submission__number", "decision", "revoked_at")
HOLD_COLUMNS = ("code", "placed_by", "released_at")

HOLD_ACTS: Collection[str] = frozenset({Event.HOLD_PLACED, Event.HOLD_RELEASE_ASKED, *OF_RELEASE.values()})
REQUEST_ACTS: Collection[str] = frozenset(
    {*(act for act in Event if act in WORDS and act not in HOLD_ACTS), Event.SUBJECT_SHREDDED}
)


@dataclass
class Told:
    """What one side tells of one thing: for each mark the facts of every time it is told."""

    marks: dict[Mark, list[Facts]] = field(default_factory=lambda: defaultdict(list))
    #: What a request's clock runs from and to: of what was told of each, the latest, and when it was told.
    clock: dict[str, tuple[Any, Any]] = field(default_factory=dict)
    #: How many extensions and pauses fell with a correction.
    fallen: int = 0

    def tell(self, act: str, number: int | None = None, **facts: Any) -> None:
        """Tell of one mark once."""
        self.marks[str(act), number].append(facts)

    def tell_clock(self, at: Any, facts: Facts) -> None:
        """Tell where the clock stands since a moment; of two moments the later counts."""
        for name in CLOCK.keys() & facts.keys():
            if name not in self.clock or self.clock[name][0] <= at:
                self.clock[name] = (at, facts[name])

    def times(self, mark: Mark) -> int:
        """How often a mark is told."""
        times = len(self.marks.get(mark, ()))
        return min(times, 1) if mark[0] in REPEATABLE else times


@dataclass
class Story:
    """One request or hold, by the name that people know, as its state and as the log tell it."""

    name: str
    by_state: Told = field(default_factory=Told)
    by_log: Told = field(default_factory=Told)

    def differences(self) -> Iterator[str]:
        """A sentence for each mark that the two sides do not share."""
        for mark in sorted({*self.by_state.marks, *self.by_log.marks}, key=str):
            act, number = mark
            what = self.name if number is None else f"{self.name}/{number}"
            in_state, in_log = self.by_state.times(mark), self.by_log.times(mark)
            if in_state != in_log:
                yield _difference(what, act, in_state, in_log)
            elif in_state == 1:
                yield from self._differing_facts(what, mark)
        yield from self._differing_clock()

    def _differing_clock(self) -> Iterator[str]:
        """Where the row's clock is not the one that the log told of last."""
        for name, words in CLOCK.items():
            told = self.by_log.clock.get(name)
            if name in self.by_state.clock and told and self.by_state.clock[name][1] != told[1]:
                yield f"{self.name}: {words} is another in its row than in the log."
        if self.by_state.fallen != self.by_log.fallen:
            yield f"{self.name}: other extensions or pauses have fallen by its rows than by the log."

    def _differing_facts(self, what: str, mark: Mark) -> Iterator[str]:
        stored, logged = self.by_state.marks[mark][0], self.by_log.marks[mark][0]
        for key, words in FACTS.items():
            if key in stored and key in logged and stored[key] != logged[key]:
                yield f"{what} is {WORDS[mark[0]]}, and {words} is another in its row than in the log."


def _difference(what: str, act: str, in_state: int, in_log: int) -> str:
    words, event = WORDS.get(act, act), act.partition(" ")[0]
    if not in_log:
        return f"{what} is {words}, and the log has no event of it ({event})."
    if not in_state:
        return f"The log says that {what} was {words} ({event}), and its row says otherwise."
    return f"{what} was {words} {in_state} times by its rows and {in_log} times by the log ({event})."


def nothing_there(name: str) -> str:
    """The log tells of something that has no row."""
    return f"The log tells of {name}, and there is no such row."


def request_stories(requests: Sequence[PrivacyRequest]) -> dict[str, Story]:
    """These requests by their names in the log, each with what it, its submissions and overrides tell."""
    stories = {request.obj: Story(request.reference, _of_request(request)) for request in requests}
    told = {request.pk: stories[request.obj].by_state for request in requests}
    submissions = Submission.objects.filter(request__in=told).only(*SUBMISSION_COLUMNS)
    for submission in submissions:
        _tell_submission(told[submission.request_id], submission)
    overrides = Override.objects.filter(submission__request__in=told)
    for request, number, decision, revoked_at in overrides.values_list(*OVERRIDE_COLUMNS):
        told[request].tell(Event.OVERRIDE_ASKED, number)
        if decision:
            told[request].tell(OF_DECISION[decision], number)
        if revoked_at:
            told[request].tell(Event.OVERRIDE_REVOKED, number)
    _tell_of_clocks(told)
    late = LateHold.objects.filter(submission__request__in=told)
    for request, number in late.values_list("submission__request", "submission__number"):
        told[request].tell(Event.REQUEST_HELD_LATE, number)
    return stories


def _tell_of_clocks(told: Mapping[int, Told]) -> None:
    """What moved the clocks of these requests, and what was written about them."""
    extensions = Extension.objects.filter(request__in=told).values_list("request", "due_on", "fell_at")
    for request, due_on, fell_at in extensions:
        told[request].tell(Event.REQUEST_EXTENDED, due_on=due_on.isoformat())
        told[request].fallen += fell_at is not None
    pauses = ClockPause.objects.filter(request__in=told).values_list("request", "until_day", "fell_at")
    for request, until, fell_at in pauses:
        told[request].tell(Event.REQUEST_PAUSED)
        told[request].fallen += fell_at is not None
        if until is not None:
            told[request].tell(Event.REQUEST_UNPAUSED)
    corrections = ClockCorrection.objects.filter(request__in=told).values_list("request", "due_on")
    for request, due_on in corrections:
        told[request].tell(Event.REQUEST_CLOCK_CORRECTED, due_on=due_on.isoformat())
    for request in Comment.objects.filter(request__in=told).values_list("request", flat=True):
        told[request].tell(Event.REQUEST_COMMENTED)


def hold_stories(holds: Sequence[LegalHold]) -> dict[str, Story]:
    """These holds by their names in the log. The standing ones were placed by nobody and have no event."""
    stories = {hold.obj: Story(f"hold {hold.code}") for hold in holds}
    told = {hold.pk: stories[hold.obj].by_state for hold in holds}
    for hold in holds:
        if hold.placed_by_id is not None:
            told[hold.pk].tell(Event.HOLD_PLACED)
        if hold.released_at is not None:
            told[hold.pk].tell(Event.HOLD_RELEASED)
    for hold_id, decision in HoldRelease.objects.filter(hold__in=told).values_list("hold", "decision"):
        told[hold_id].tell(Event.HOLD_RELEASE_ASKED)
        if decision and decision != ReleaseDecision.APPROVED:
            told[hold_id].tell(OF_RELEASE[decision])
    return stories


def _of_request(request: PrivacyRequest) -> Told:
    told = Told()
    told.tell(Event.REQUEST_REGISTERED)
    told.tell_clock(
        "",
        {
            "received_on": request.received_on.isoformat(),
            "regulation": request.regulation,
            "due_on": request.due_on.isoformat(),
        },
    )
    if request.is_answered:
        day = request.answered_on.isoformat() if request.answered_on else None
        told.tell(
            Event.REQUEST_ANSWERED, outcome=request.outcome, channel=request.answer_channel, answered_on=day
        )
    if request.acknowledged_on is not None:
        told.tell(Event.REQUEST_ACKNOWLEDGED, acknowledged_on=request.acknowledged_on.isoformat())
    for act, at in (
        (Event.REQUEST_CERTIFIED, request.certified_at),
        (TEXT_SHREDDED, request.shredded_at),
        (PROOF_SHREDDED, request.unlinked_at),
    ):
        if at is not None:
            told.tell(act)
    return told


def _tell_submission(told: Told, row: Submission) -> None:
    told.tell(Event.REQUEST_FILED, row.number)
    given = {"cxone_id": loggable(row.cxone_id)} if row.cxone_id is not None else {}
    if row.accepted_at is not None:
        told.tell(Event.REQUEST_SUBMITTED, row.number, **given)
    if row.is_terminal:
        counted = row.status == SubmissionStatus.FAILED or row.type == RequestType.ERASURE
        records = row.records_affected if counted else None
        told.tell(OF_STATUS[row.status], row.number, records_deleted=records, **given)


def tell_events(stories: Mapping[str, Story], lines: Iterable[tuple[str, str]]) -> None:
    """Add what the log tells: the name of the thing in the log, and the line."""
    for obj, body in lines:
        if (entry := _read(body)) is not None:
            _tell_event(stories[obj].by_log, entry)


def _read(body: str) -> dict[str, Any] | None:
    """The line; None for one that cannot be read, which verification reports by its number."""
    try:
        entry = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return entry if isinstance(entry, dict) and isinstance(entry.get("data", {}), dict) else None


def _tell_event(told: Told, entry: Mapping[str, Any]) -> None:
    act, facts = str(entry.get("act")), dict(entry.get("data", {}))
    if entry.get("res") != RESULTS.get(act, "ok"):
        return
    if act == Event.REQUEST_CERTIFIED and not _is_in_the_persons_hands(facts):
        return
    if act == Event.SUBJECT_SHREDDED:
        act = f"{act} {facts.get('step')}"
    if act in CLOCK_ACTS:
        told.tell_clock((str(entry.get("ts")), str(entry.get("seq")).zfill(20)), facts)
    if act == Event.REQUEST_CLOCK_CORRECTED:
        pauses = facts.get("pauses_fell", 0)
        told.fallen += (facts.get("extension") == "fell") + (pauses if isinstance(pauses, int) else 0)
    number = facts.pop("submission", None)
    told.tell(act, number, **{key: facts[key] for key in FACTS if key in facts})


def _is_in_the_persons_hands(facts: Facts) -> bool:
    """Whether it is of a certificate that the request's row remembers."""
    return facts.get("copy") == "person" and facts.get("via") != REPORT_ALONE
