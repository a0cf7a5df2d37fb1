"""The verdict on an export: whether its lines are what was signed, and what the notes held say together.

Standard library only. The steps of `Judgement` stand in the order in which one finding outweighs another: two
signed notes that exclude each other come first, since nothing in the file can make them agree.
"""

from collections.abc import Callable
from dataclasses import replace

from audit.verifier import export_words as words
from audit.verifier.comparison import Comparison, data_of, size_of
from audit.verifier.evidence import Evidence, HeldNote
from audit.verifier.export_scan import Progress, Wanted, scan
from audit.verifier.key_trust import leads_to_one_of, named_key
from audit.verifier.signed_note import BadSignatureError, Vkey, signers, to_base64
from audit.verifier.verdicts import Report, Verdict


def check_export(
    evidence: Evidence, *, strict: bool = True, processes: int = 1, progress: Progress | None = None
) -> Report:
    """Read the export once and say what can be said of it. Raises UnusableError for unreadable lines."""
    checkpoint = evidence.presented.note.checkpoint
    try:
        report = _before_reading(evidence)
        if report is None:
            found = scan(
                evidence.lines,
                frontier=evidence.frontier,
                wanted=_wanted(evidence, strict=strict),
                processes=processes,
                progress=progress,
            )
            report = Judgement(evidence, found, strict=strict).report()
    except BadSignatureError as error:
        report = Report(Verdict.BAD_SIGNATURE, str(error), (words.FALSE_SIGNATURE,))
    return replace(report, origin=checkpoint.origin, size=checkpoint.size, root=to_base64(checkpoint.root))


def _before_reading(evidence: Evidence) -> Report | None:
    """What is wrong whatever the lines are. Raises BadSignatureError for a signature that claims too much."""
    origin = evidence.presented.note.checkpoint.origin
    names = sorted({key.vkey.name for key in evidence.keys})
    if origin not in names:
        return Report(Verdict.WRONG_LOG, words.other_log("vkey file", theirs=", ".join(names), ours=origin))
    if evidence.frontier_origin not in (None, origin):
        theirs = str(evidence.frontier_origin)
        return Report(Verdict.WRONG_LOG, words.other_log("frontier", theirs=theirs, ours=origin))
    for held in evidence.notes:
        signers(held.note, evidence.keys)
    return None


def _wanted(evidence: Evidence, *, strict: bool) -> Wanted:
    sizes = frozenset(held.note.checkpoint.size for held in evidence.notes)
    places = frozenset(held.proof.index for held in evidence.known if held.proof)
    return Wanted(sizes, places, strict)


class Judgement(Comparison):
    """The steps by which a comparison becomes a verdict."""

    def report(self) -> Report:
        """The first of the steps that has something to say, or that everything holds."""
        steps: tuple[Callable[[], Report | None], ...] = (
            self.notes_of_other_logs,
            self.two_notes_of_one_size,
            self.bad_line,
            self.foreign_beginning,
            self.presented_unsigned,
            self.known_unsigned,
            self.too_long_or_short,
            self.lines_not_as_signed,
            self.signed_otherwise,
            self.declared_otherwise,
            self.signed_longer,
        )
        for step in steps:
            if report := step():
                return report
        return self.everything_holds()

    # The steps.

    def notes_of_other_logs(self) -> Report | None:
        """A known note of a log that is neither this one nor the one it says it continues."""
        for held in self.evidence.known:
            origin = held.note.checkpoint.origin
            continued = (self.continued.get("origin"), self.continued.get("signed_origin"))
            if origin not in (self.presented.origin, *continued):
                about = words.other_log(held.file, theirs=origin, ours=self.presented.origin)
                return Report(Verdict.WRONG_LOG, about)
        return None

    def two_notes_of_one_size(self) -> Report | None:
        """Two signed notes of one size with two roots."""
        seen: dict[int, HeldNote] = {}
        for held in self.signed:
            other = seen.setdefault(size_of(held), held)
            if other.note.checkpoint.root != held.note.checkpoint.root:
                return self._fork(other, held, at=size_of(held), sentence=words.TWO_OF_ONE_SIZE)
        return None

    def bad_line(self) -> Report | None:
        """A line that the log cannot have written where it stands."""
        if self.found.defect:
            seq, reason = self.found.defect
            hint = [words.PART_WITHOUT_FRONTIER] if seq == self.base == 0 else []
            return self._bad_line(self.line_of(seq), reason, *self._bytes_in_words(), *hint)
        if self.found.overlong:
            return self._bad_line(self.line_of(self.found.size), words.OVERLONG)
        return None

    def foreign_beginning(self) -> Report | None:
        """An event 0 whose key is not of this log, or from which no change of key leads to a trusted one."""
        if not self.strict or self.found.check.beginning is None:
            return None
        beginning = self.found.check.beginning
        key = named_key(data_of(beginning), "vkey")
        if key is None:
            may_lack_it = beginning["act"] == "log.continued" and "vkey" not in data_of(beginning)
            return None if may_lack_it else self._bad_line(1, words.BEGINNING_WITHOUT_KEY)
        if key.name != self.presented.origin:
            about = words.other_log("first event", theirs=key.name, ours=self.presented.origin)
            return Report(Verdict.WRONG_LOG, about, line=1)
        trusted = [known.vkey for known in self.trust.keys]
        if leads_to_one_of(key, rotations=self.found.rotations, keys=trusted):
            return None
        return self._bad_line(1, words.BEGINNING_WITH_OTHER_KEY)

    def presented_unsigned(self) -> Report | None:
        """A presented checkpoint that no trusted key signed."""
        if self.evidence.presented in self.signed:
            return None
        if self.contradicting:
            # The lines are not those that a trusted key signed, so a change of key in them tells nothing.
            return self._lines_not_as_signed()
        return self._unsigned(self.evidence.presented)

    def known_unsigned(self) -> Report | None:
        """A known checkpoint of this log that no trusted key signed."""
        for held in self.evidence.known:
            if held in self.of_this_log and held not in self.signed:
                return self._unsigned(held)
        return None

    def too_long_or_short(self) -> Report | None:
        """Other lines than the presented checkpoint counts."""
        size, end = self.presented.size, self.found.size
        if size < self.base:
            return Report(Verdict.FAIL, words.begins_after(self.base, size))
        if end == size == 0:
            return self._bad_line(1, words.NO_EVENT)
        if end > size or (end == size and self.found.unfinished):
            return self._bad_line(self.line_of(size), words.not_covered(size))
        if end == size:
            return None
        if self.contradicting:
            return self._lines_not_as_signed()
        about = words.too_short(end=end, size=size, unfinished=self.found.unfinished)
        return Report(Verdict.TRUNCATED, about, (words.TRUNCATED,))

    def lines_not_as_signed(self) -> Report | None:
        """Lines whose root is not that of the presented checkpoint."""
        return None if self.fits(self.presented) else self._lines_not_as_signed()

    def signed_otherwise(self) -> Report | None:
        """A known note that excludes the presented one, although the lines are as that one says."""
        if self.contradicting:
            held = self.contradicting[0]
            return self._fork(held, self.evidence.presented, at=size_of(held), sentence=words.REWRITTEN)
        for held, seq in self.changed_events():
            sentence = words.event_changed(seq, self.line_of(seq))
            return self._fork(held, self.evidence.presented, at=size_of(held), sentence=sentence)
        return None

    def declared_otherwise(self) -> Report | None:
        """A known note of a continued log that excludes what event 0 declares of that log."""
        for held in self.of_a_continued_log:
            if self.as_declared(held) is False:
                about = words.declared_otherwise(held.file, size_of(held))
                notes = (held.note.text(), self.evidence.presented.note.text())
                return Report(Verdict.FORK, about, (words.OTHER_THAN_DECLARED, words.TRANSFERABLE), notes)
        return None

    def signed_longer(self) -> Report | None:
        """A known note of a size that the export does not reach."""
        longest = max(self.signed, key=size_of)
        if size_of(longest) <= self.found.size:
            return None
        about = words.known_is_longer(end=self.found.size, file=longest.file, size=size_of(longest))
        return Report(Verdict.TRUNCATED, about, (words.KNOWN_IS_LONGER,))

    def everything_holds(self) -> Report:
        """OK, or WARN where something is to be looked at although nothing contradicts."""
        warnings = [*self._clock(), *self._not_compared()]
        about = words.holds(first=self.base, end=self.found.size, origin=self.presented.origin)
        sentences = [
            *warnings,
            words.STRICT if self.strict else words.QUICK,
            *self._trust_in_words(),
            *self._continuation(),
            *self._what_known_notes_add(),
            words.WHAT_A_LOG_SHOWS,
        ]
        return Report(Verdict.WARN if warnings else Verdict.OK, about, tuple(sentences))

    # What the steps say.

    def _bad_line(self, line: int, reason: str, *sentences: str) -> Report:
        return Report(Verdict.FAIL, f"line {line}: {reason}", sentences, line=line)

    def _bytes_in_words(self) -> list[str]:
        if self.evidence.presented not in self.signed:
            return []
        return [words.AS_SIGNED_ALL_THE_SAME if self.fits(self.presented) else words.NOT_AS_SIGNED_EITHER]

    def _fork(self, one: HeldNote, other: HeldNote, *, at: int, sentence: str) -> Report:
        about = words.fork(at=at, one=one.file, other=other.file)
        notes = (one.note.text(), other.note.text())
        return Report(Verdict.FORK, about, (sentence, words.TRANSFERABLE), notes)

    def _unsigned(self, held: HeldNote) -> Report:
        about = words.unsigned(held.file, size_of(held))
        changed = [words.changed_key(self.line_of(r.seq), r) for r in self.found.rotations]
        return Report(Verdict.BAD_SIGNATURE, about, (*changed, words.UNSIGNED))

    def _lines_not_as_signed(self) -> Report:
        """Between which lines the change must lie: after the last note that fits, up to one that does not."""
        changed = [self.line_of(seq) for _held, seq in self.changed_events()]
        if changed:
            return self._bad_line(min(changed), words.NOT_THE_PROVEN_EVENT)
        fitting = [size_of(held) for held in self.signed if self.fits_note(held)]
        last = size_of(self.contradicting[0])
        if last == self.base:
            # A root before the first line says nothing of the lines.
            return self._beginning_not_as_signed(self.contradicting[0])
        first = max((size for size in fitting if size < last), default=self.base)
        about = words.lines_changed(self.line_of(first), self.line_of(last) - 1)
        frontier = (words.OR_THE_FRONTIER,) if self.base and first == self.base else ()
        return Report(Verdict.FAIL, about, (words.LINES_CHANGED, *frontier))

    def _beginning_not_as_signed(self, held: HeldNote) -> Report:
        """A note over exactly what comes before the first line, which has another root there."""
        if self.base:
            return Report(Verdict.FAIL, words.other_frontier(held.file, self.base), (words.FRONTIER_FIRST,))
        return Report(Verdict.FAIL, words.root_of_nothing(held.file))

    def _clock(self) -> list[str]:
        back = self.found.check.first_back
        if back is None:
            return []
        return [words.clock_back(line=self.line_of(back), times=self.found.check.times_back)]

    def _not_compared(self) -> list[str]:
        before = [held for held in self.evidence.known if held in self.signed and size_of(held) < self.base]
        earlier_log = [held for held in self.of_a_continued_log if not self.as_declared(held)]
        keys = self.evidence.keys
        return [
            *(words.before_the_part(held.file, size=size_of(held), base=self.base) for held in before),
            *(
                words.of_the_continued_log(
                    held.file, size_of(held), self.continued, signed=bool(signers(held.note, keys))
                )
                for held in earlier_log
            ),
        ]

    def _continuation(self) -> list[str]:
        agreeing = [held for held in self.of_a_continued_log if self.as_declared(held)]
        return [
            *([words.continuation(self.continued)] if self.continued else []),
            *(words.as_declared(held.file, size_of(held)) for held in agreeing),
        ]

    def _trust_in_words(self) -> list[str]:
        added = [key.vkey for key in self.trust.keys[len(self.evidence.keys) :]]
        return [words.trust_extended(self._rotation_line(key), key) for key in added]

    def _rotation_line(self, key: Vkey) -> int:
        return next(self.line_of(change.seq) for change in self.found.rotations if change.vkey == key)

    def _what_known_notes_add(self) -> list[str]:
        known = [
            size_of(held) for held in self.evidence.known if held in self.signed and self.comparable(held)
        ]
        return [words.with_known(sorted(set(known)), self.found.size) if known else words.WITHOUT_KNOWN]
