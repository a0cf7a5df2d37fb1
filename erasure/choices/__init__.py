"""The words of the house: every code that is stored, its label for people, and its look.

Labels, one-line descriptions, tones, icons and named sets stand here and nowhere else, so that a list, a
badge, a letter and a metric never disagree. Tones are success, danger, warning, info and neutral; icons are
names of Material Symbols. A tone never stands alone: the label and the icon say the same.
"""

from erasure.choices.answers import (
    OUTCOME_LOOKS,
    ExtensionGround,
    LateReason,
    LetterKind,
    Outcome,
    PauseGround,
)
from erasure.choices.holds import (
    HOLD_CODE_PREFIXES,
    HOLD_STATE_LOOKS,
    OVERRIDE_LOOKS,
    RELEASE_LOOKS,
    REVOKED_LOOK,
    HoldKind,
    HoldState,
    OverrideDecision,
    OverrideReason,
    ReleaseDecision,
)
from erasure.choices.imports import (
    IMPORT_STAGE_LOOKS,
    IMPORT_VERDICT_LOOKS,
    ImportStage,
    ImportStopped,
    ImportVerdict,
    ImportVia,
)
from erasure.choices.looks import Look, Tone
from erasure.choices.notices import NoticeKind
from erasure.choices.requests import (
    CATEGORY_LINES,
    SCOPE_LINES,
    Category,
    Channel,
    IdentifierKind,
    IdentityCheck,
    Regulation,
    RequestType,
    Scope,
)
from erasure.choices.submissions import (
    ATTENTION_LINES,
    ATTENTION_LOOKS,
    OPEN_STATUSES,
    STAGE_LOOKS,
    SUBMISSION_LOOKS,
    TERMINAL_STATUSES,
    Attention,
    RequestStage,
    SubmissionStatus,
)

__all__ = [
    "ATTENTION_LINES",
    "ATTENTION_LOOKS",
    "CATEGORY_LINES",
    "HOLD_CODE_PREFIXES",
    "HOLD_STATE_LOOKS",
    "IMPORT_STAGE_LOOKS",
    "IMPORT_VERDICT_LOOKS",
    "OPEN_STATUSES",
    "OUTCOME_LOOKS",
    "OVERRIDE_LOOKS",
    "RELEASE_LOOKS",
    "REVOKED_LOOK",
    "SCOPE_LINES",
    "STAGE_LOOKS",
    "SUBMISSION_LOOKS",
    "TERMINAL_STATUSES",
    "Attention",
    "Category",
    "Channel",
    "ExtensionGround",
    "HoldKind",
    "HoldState",
    "IdentifierKind",
    "IdentityCheck",
    "ImportStage",
    "ImportStopped",
    "ImportVerdict",
    "ImportVia",
    "LateReason",
    "LetterKind",
    "Look",
    "NoticeKind",
    "Outcome",
    "OverrideDecision",
    "OverrideReason",
    "PauseGround",
    "Regulation",
    "ReleaseDecision",
    "RequestStage",
    "RequestType",
    "Scope",
    "SubmissionStatus",
    "Tone",
]
