"""What would happen with each row now: looked up for some dozens of rows at once. Nothing is stored here."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from django.utils import timezone

from erasure import holds
from erasure.asked import Filing, Identifier, on_record
from erasure.choices import ImportVerdict
from erasure.encryption import fingerprint
from erasure.imports.digests import digest_of
from erasure.imports.rows import Row
from erasure.models import ImportedRow, LegalHold, PrivacyRequest
from erasure.vault_tasks import named_on_any


@dataclass(frozen=True)
class Planned:
    """A row's verdict. `names` are the holds that meet it, or the open or earlier request of the same.

    A row without faults is refused where its task is named elsewhere: on the request in `names`, or on
    `like_line`.
    """

    row: Row
    verdict: ImportVerdict
    names: Sequence[str] = ()
    #: The earlier line that asks for the same, for the same person, or names the same task.
    like_line: int = 0
    #: The digest of what it asks for, the person's fingerprint and its task: later lines may be like it.
    prints: tuple[str, str, str] | None = None


@dataclass
class EarlierLines:
    """What the lines before have asked for: the first line of each content, person and task."""

    by_content: dict[str, int] = field(default_factory=dict)
    by_person: dict[str, int] = field(default_factory=dict)
    by_task: dict[str, int] = field(default_factory=dict)

    def add(self, line: int, *, content: str, person: str, task: str) -> None:
        """Note a line with a new content."""
        self.by_content[content] = line
        self.by_person.setdefault(person, line)
        if task:
            self.by_task.setdefault(task, line)


def plan(rows: Sequence[Row], earlier: EarlierLines) -> Iterator[Planned]:
    """The verdicts of these rows, in their order; what they ask for is added to `earlier`."""
    sound = [row for row in rows if not row.faults]
    known = _Known([row.filing for row in sound])
    filed = dict(
        ImportedRow.objects.filter(digest__in={digest_of(row.filing) for row in sound}).values_list(
            "digest", "request__reference"
        )
    )
    for row in rows:
        yield Planned(row, ImportVerdict.REFUSED) if row.faults else _planned(row, known, filed, earlier)


def _planned(row: Row, known: "_Known", filed: Mapping[str | None, str], earlier: EarlierLines) -> Planned:
    digest, person = digest_of(row.filing), known.fingerprint_of(row.filing.identifiers[0])
    if digest in filed:
        return Planned(row, ImportVerdict.SAME, names=[filed[digest]])
    if line := earlier.by_content.get(digest):
        return Planned(row, ImportVerdict.SAME, like_line=line)
    found = _of_new_content(row, known, person, earlier)
    earlier.add(row.line, content=digest, person=person, task=row.filing.vault_task)
    return replace(found, prints=(digest, person, row.filing.vault_task))


def _of_new_content(row: Row, known: "_Known", person: str, earlier: EarlierLines) -> Planned:
    if name := known.named_on(row.filing.vault_task):
        return Planned(row, ImportVerdict.REFUSED, names=[name])
    if line := earlier.by_task.get(row.filing.vault_task):
        return Planned(row, ImportVerdict.REFUSED, like_line=line)
    if not row.filing.duplicate_reason:
        if names := known.open_requests(person):
            return Planned(row, ImportVerdict.DUPLICATE, names=names)
        if line := earlier.by_person.get(person):
            return Planned(row, ImportVerdict.DUPLICATE, like_line=line)
    return _held_or_not(row, known.holds_on(row, person))


def _held_or_not(row: Row, met: Sequence[LegalHold]) -> Planned:
    held = holds.held_categories(met, row.filing.categories)
    if not held:
        return Planned(row, ImportVerdict.FILE)
    whole = len(held) == len(row.filing.categories)
    verdict = ImportVerdict.BLOCKED if whole else ImportVerdict.SPLIT
    return Planned(row, verdict, names=[hold.code for hold in met])


class _Known:
    """What is on record about the people of some rows, and about their tasks."""

    def __init__(self, filings: Sequence[Filing]) -> None:
        given = [filing.identifiers[0] for filing in filings]
        self._prints = {one: fingerprint(one.kind, one.value) for one in given}
        found = on_record(self._prints).values_list("fingerprint", "subject")
        self._person: Mapping[str | None, int] = dict(found)
        self._open: dict[int, list[str]] = defaultdict(list)
        people = set(self._person.values())
        about = PrivacyRequest.objects.filter(outcome="", subject__in=people).order_by("due_on", "pk")
        for person, reference in about.values_list("subject", "reference"):
            self._open[person].append(reference)
        self._holds = holds.active(timezone.now(), on=people)
        self._named = named_on_any({filing.vault_task for filing in filings} - {""})

    def fingerprint_of(self, given: Identifier) -> str:
        return self._prints[given]

    def open_requests(self, person: str) -> Sequence[str]:
        """The references of the person's requests that are not answered."""
        key = self._person.get(person)
        return self._open.get(key, []) if key is not None else []

    def named_on(self, task: str) -> str:
        """The reference of the request that names this task; empty when none does."""
        return self._named.get(task, "")

    def holds_on(self, row: Row, person: str) -> list[LegalHold]:
        subjects: Collection[int] = {self._person[person]} if person in self._person else set()
        filing = row.filing
        return holds.meeting(self._holds, type=filing.type, subjects=subjects, categories=filing.categories)
