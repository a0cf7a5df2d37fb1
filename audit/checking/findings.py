"""What a verification of the database finds, as data: verdicts, sentences, and how they are summed up."""

from dataclasses import dataclass, field
from enum import StrEnum

from audit.verifier import verdicts

#: So many findings are kept in words; the others are only counted, so that a ruined log fills no memory.
KEPT = 100


class Verdict(StrEnum):
    """The seven answers of the verifier, and one more for a run that came to grief."""

    OK = verdicts.Verdict.OK.value
    WARN = verdicts.Verdict.WARN.value
    FAIL = verdicts.Verdict.FAIL.value
    TRUNCATED = verdicts.Verdict.TRUNCATED.value
    FORK = verdicts.Verdict.FORK.value
    BAD_SIGNATURE = verdicts.Verdict.BAD_SIGNATURE.value
    WRONG_LOG = verdicts.Verdict.WRONG_LOG.value
    #: The verification itself failed, so that nothing is known either way.
    NOT_VERIFIED = "NOT VERIFIED"

    @property
    def holds(self) -> bool:
        """Whether nothing is broken."""
        return self in {Verdict.OK, Verdict.WARN}

    @property
    def code(self) -> str:
        """The verdict as the event `audit.verified` carries it, such as `bad_signature`."""
        return self.lower().replace(" ", "_")


@dataclass(frozen=True)
class Finding:
    """One thing that is not as it should be: a verdict, sentences for people, and the event it is about."""

    verdict: Verdict
    words: str
    seq: int | None = None

    @property
    def title(self) -> str:
        """`FAIL line 12`, or the verdict alone where it is about no single event.

        Lines count from 1, as in a whole export: event 11 is line 12.
        """
        return str(self.verdict) if self.seq is None else f"{self.verdict} line {self.seq + 1}"

    def __str__(self) -> str:
        return f"{self.title}: {self.words}"


@dataclass
class Findings:
    """All that was found, in the order in which it was found."""

    kept: list[Finding] = field(default_factory=list)
    breaks: int = 0
    warnings: int = 0
    first_break: Finding | None = None

    def add(self, verdict: Verdict, words: str, *, seq: int | None = None) -> None:
        """Note one more."""
        finding = Finding(verdict, words, seq)
        if verdict.holds:
            self.warnings += 1
        else:
            self.breaks += 1
            self.first_break = self.first_break or finding
        if len(self.kept) < KEPT:
            self.kept.append(finding)
        elif finding is self.first_break:
            # The first break is always told, however many warnings came before it.
            self.kept[-1] = finding

    @property
    def verdict(self) -> Verdict:
        """The first break's; WARN where there are only warnings; else OK."""
        if self.first_break is not None:
            return self.first_break.verdict
        return Verdict.WARN if self.warnings else Verdict.OK

    @property
    def title(self) -> str:
        """The verdict, with the line of the first break where that is about one."""
        return self.first_break.title if self.first_break else str(self.verdict)
