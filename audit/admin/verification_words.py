"""What a verdict means for people, and what it cannot mean: no page says more than a verification knows."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _lazy

from audit.words import Words

#: Stands below every verdict, good or bad. In the words of docs/audit-format.md.
LIMITS = (
    (
        _lazy(
            "Without a checkpoint kept outside this system, a rewrite by somebody who holds both database "
            "and signing key cannot be excluded."
        )
    ),
    (
        _lazy(
            "Entries show what was recorded, at this server’s time. They cannot show what CXone did, nor an "
            "act that never reached this program."
        )
    ),
)


@dataclass(frozen=True)
class VerdictLook:
    """How a verdict is shown: tone and icon, what it is called, what it means, and what to do."""

    tone: str
    icon: str
    title: Words
    meaning: Words
    advice: Words = ""


_KEEP = _lazy(
    "Keep a copy of the database as it is, tell whoever runs it, and compare checkpoints kept outside."
)

LOOKS: Mapping[str, VerdictLook] = {
    "OK": VerdictLook(
        "success",
        "verified",
        _lazy("OK: the log is consistent"),
        _lazy(
            "Every line is whole and in its place, the lines lead to the head and to every checkpoint kept "
            "here, and the requests tell the same story as their events."
        ),
    ),
    "WARN": VerdictLook(
        "warning",
        "warning",
        _lazy("Consistent, with remarks"),
        _lazy(
            "Lines, head and checkpoints agree. Something is unusual but breaks nothing; it is named below."
        ),
    ),
    "FAIL": VerdictLook(
        "danger",
        "gpp_bad",
        _lazy("FAIL: something is not as it was written"),
        _lazy("What is named below does not agree with the rest of the log."),
        _KEEP,
    ),
    "TRUNCATED": VerdictLook(
        "danger",
        "gpp_bad",
        _lazy("TRUNCATED: events are missing at the end"),
        _lazy("A checkpoint covers more events than there are. A restored backup looks like this too."),
        format_lazy(
            _lazy("{keep} After a restored backup, `manage.py continue_audit` declares the break."),
            keep=_KEEP,
        ),
    ),
    "FORK": VerdictLook(
        "danger",
        "gpp_bad",
        _lazy("FORK: two histories of one log"),
        _lazy(
            "A checkpoint that was signed does not fit the events that are here. Checkpoint and events "
            "cannot both be what was written first."
        ),
        format_lazy(_lazy("{keep} The two signed notes together are evidence."), keep=_KEEP),
    ),
    "BAD SIGNATURE": VerdictLook(
        "danger",
        "gpp_bad",
        _lazy("BAD SIGNATURE: a checkpoint is not signed by the log’s key"),
        _lazy("A checkpoint kept here carries no valid signature of a key that the log names."),
        _KEEP,
    ),
    "WRONG LOG": VerdictLook(
        "danger",
        "gpp_bad",
        _lazy("WRONG LOG: a checkpoint belongs to another log"),
        _lazy("A checkpoint names another log than the one whose events are here."),
        _KEEP,
    ),
    "NOT VERIFIED": VerdictLook(
        "warning",
        "help",
        _lazy("Not verified"),
        _lazy("The verification itself did not come to its end, so nothing is known either way."),
        _lazy("Verify again. If it ends like this again, tell an operator."),
    ),
}
UNKNOWN = VerdictLook(
    "warning", "help", _lazy("Ended with an unknown verdict"), _lazy("This version does not know it.")
)


def look_of(verdict: str) -> VerdictLook:
    """How a stored verdict is shown; one with a line, such as `FAIL line 12`, as its first words."""
    known = (look for word, look in LOOKS.items() if verdict == word or verdict.startswith(f"{word} "))
    return next(known, UNKNOWN)
