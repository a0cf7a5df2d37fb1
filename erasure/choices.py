"""The words of the house: every code that is stored, its label for people, and its look.

Labels, one-line descriptions, tones, icons and named sets stand here and nowhere else, so that a list, a
badge, a letter and a metric never disagree. Tones are success, danger, warning, info and neutral; icons are
names of Material Symbols. A tone never stands alone: the label and the icon say the same.
"""

from dataclasses import dataclass
from typing import Literal

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _lazy

Tone = Literal["success", "danger", "warning", "info", "neutral"]


@dataclass(frozen=True)
class Look:
    """How a code is drawn: the tone of its badge and the Material Symbols icon in it."""

    tone: Tone
    icon: str


class RequestType(TextChoices):
    """What the person asked for (contract: `type`)."""

    ERASURE = "ERASURE", "Erasure"
    ACCESS = "ACCESS", "Access"


class Category(TextChoices):
    """The nine kinds of data CXone tells apart, in the contract's order (contract: `categories`)."""

    CONTACT = "CONTACT", "Contact"
    CONVERSATION = "CONVERSATION", "Conversation"
    SURVEY = "SURVEY", "Survey"
    ANALYTICS = "ANALYTICS", "Analytics"
    INTERACTION = "INTERACTION", "Interaction"
    IVR = "IVR", "IVR"
    CHAT = "CHAT", "Chat"
    EMAIL = "EMAIL", "Email"
    SMS = "SMS", "SMS"


# What each category covers as we understand it; CXone decides what it really touches.
CATEGORY_LINES: dict[Category, str] = {
    Category.CONTACT: "Names, numbers, addresses, custom fields.",
    Category.CONVERSATION: "Threads that join the person’s messages.",
    Category.SURVEY: "Answers and scores the person gave.",
    Category.ANALYTICS: "Transcripts, sentiment, derived topics.",
    Category.INTERACTION: "Recordings and the record of each call.",
    Category.IVR: "Menu choices and spoken input.",
    Category.CHAT: "Chat texts and files sent in them.",
    Category.EMAIL: "Messages, with their attachments.",
    Category.SMS: "Text messages, in and out.",
}


class Scope(TextChoices):
    """How far a request reaches from its subject (contract: `scope`)."""

    CONTACT = "CONTACT", "This contact"
    CONVERSATION = "CONVERSATION", "Their conversations"
    ACCOUNT = "ACCOUNT", "The whole account"
    ALL = "ALL", "Everything linked"


SCOPE_LINES: dict[Scope, str] = {
    Scope.CONTACT: "Only the record with this identifier.",
    Scope.CONVERSATION: "Every thread this person took part in.",
    Scope.ACCOUNT: "Also contacts that share the account.",
    Scope.ALL: "Contact, conversations and account. At most 5 categories.",
}


class Regulation(TextChoices):
    """Under which law the clock runs. Which of them are on is decided in `erasure/deadlines.py`."""

    GDPR = "gdpr", "EU GDPR"
    UK_GDPR = "uk-gdpr", "UK GDPR"
    CCPA = "ccpa", "California, CCPA"
    UTAH = "utah", "Utah, UCPA"
    LGPD = "lgpd", "Brazil, LGPD"
    US_CO = "us-co", "Colorado, CPA"
    US_CT = "us-ct", "Connecticut, CTDPA"
    US_DE = "us-de", "Delaware, DPDPA"
    US_FL = "us-fl", "Florida, FDBR"
    US_IA = "us-ia", "Iowa, ICDPA"
    US_IN = "us-in", "Indiana, INCDPA"
    US_KY = "us-ky", "Kentucky, KCDPA"
    US_MD = "us-md", "Maryland, MODPA"
    US_MN = "us-mn", "Minnesota, MCDPA"
    US_MT = "us-mt", "Montana, MTCDPA"
    US_NE = "us-ne", "Nebraska, NDPA"
    US_NH = "us-nh", "New Hampshire, NHDPA"
    US_NJ = "us-nj", "New Jersey, NJDPA"
    US_OR = "us-or", "Oregon, OCPA"
    US_RI = "us-ri", "Rhode Island, RIDTPPA"
    US_TN = "us-tn", "Tennessee, TIPA"
    US_TX = "us-tx", "Texas, TDPSA"
    US_VA = "us-va", "Virginia, VCDPA"
    OTHER = "other", "Another law"


class SubmissionStatus(TextChoices):
    """Where one submission stands. Only `erasure/lifecycle` writes it."""

    BLOCKED = "blocked", "On hold"
    QUEUED = "queued", "Queued"
    SUBMITTING = "submitting", "Being sent"
    PROCESSING = "processing", "Processing at CXone"
    COMPLETED = "completed", "CXone reported done"
    FAILED = "failed", "Failed"
    REFUSED = "refused", "Refused"
    CANCELLED = "cancelled", "Cancelled"


SUBMISSION_LOOKS: dict[SubmissionStatus, Look] = {
    SubmissionStatus.BLOCKED: Look("warning", "lock"),
    SubmissionStatus.QUEUED: Look("neutral", "schedule"),
    SubmissionStatus.SUBMITTING: Look("info", "send"),
    SubmissionStatus.PROCESSING: Look("info", "sync"),
    SubmissionStatus.COMPLETED: Look("success", "check_circle"),
    SubmissionStatus.FAILED: Look("danger", "error"),
    SubmissionStatus.REFUSED: Look("neutral", "block"),
    SubmissionStatus.CANCELLED: Look("neutral", "cancel"),
}

# Terminal is terminal: no move leads out of these.
TERMINAL_STATUSES: frozenset[SubmissionStatus] = frozenset(
    {
        SubmissionStatus.COMPLETED,
        SubmissionStatus.FAILED,
        SubmissionStatus.REFUSED,
        SubmissionStatus.CANCELLED,
    }
)
OPEN_STATUSES: frozenset[SubmissionStatus] = frozenset(SubmissionStatus) - TERMINAL_STATUSES


class RequestStage(TextChoices):
    """Where a whole request stands, derived from its submissions and its answer; it is never stored."""

    REGISTERED = "registered", "Registered"
    BLOCKED = "blocked", "On hold"
    QUEUED = "queued", "Queued"
    PROCESSING = "processing", "Under way at CXone"
    ATTENTION = "attention", "Needs a look"
    FAILED = "failed", "Failed"
    TO_BE_ANSWERED = "to_be_answered", "To be answered"
    ANSWERED = "answered", "Answered"


STAGE_LOOKS: dict[RequestStage, Look] = {
    RequestStage.REGISTERED: Look("neutral", "inbox"),
    RequestStage.BLOCKED: Look("warning", "lock"),
    RequestStage.QUEUED: Look("neutral", "schedule"),
    RequestStage.PROCESSING: Look("info", "sync"),
    RequestStage.ATTENTION: Look("warning", "warning"),
    RequestStage.FAILED: Look("danger", "error"),
    RequestStage.TO_BE_ANSWERED: Look("warning", "outgoing_mail"),
    RequestStage.ANSWERED: Look("success", "mark_email_read"),
}


class Outcome(TextChoices):
    """What the person was told: the end of a request, and of its legal clock."""

    DONE = "done", "Done"
    PARTLY_DONE = "partly_done", "Partly done"
    NOTHING_FOUND = "nothing_found", "Nothing found"
    REFUSED = "refused", "Refused"
    WITHDRAWN = "withdrawn", "Withdrawn by the person"


OUTCOME_LOOKS: dict[Outcome, Look] = {
    Outcome.DONE: Look("success", "check_circle"),
    Outcome.PARTLY_DONE: Look("warning", "rule"),
    Outcome.NOTHING_FOUND: Look("neutral", "search_off"),
    Outcome.REFUSED: Look("neutral", "block"),
    Outcome.WITHDRAWN: Look("neutral", "undo"),
}


class Channel(TextChoices):
    """How a request came in, or an answer went out."""

    EMAIL = "email", "E-mail"
    PHONE = "phone", "Phone"
    LETTER = "letter", "Letter"
    WEB_FORM = "web_form", "Web form"
    IN_PERSON = "in_person", "In person"
    OTHER = "other", "Another way"


class IdentityCheck(TextChoices):
    """How it was established that the one who asks is the person, or may act for them."""

    SIGNED_IN = "signed_in", "Asked while signed in to their account"
    VERIFIED_CONTACT = "verified_contact", "Confirmed through an address or number already on file"
    KNOWN_DETAILS = "known_details", "Named details that only they would know"
    DOCUMENT = "document", "Showed an identity document"
    KNOWN_AGENT = "known_agent", "Through an agent whose authority was checked"
    OTHER = "other", "Another way, told in the comments"


class IdentifierKind(TextChoices):
    """What an identifier is. Only a CXone id can be sent; the others are what people write in with."""

    CXONE_ID = "cxone_id", "CXone id"
    EMAIL = "email", "E-mail address"
    PHONE = "phone", "Phone number"
    OTHER = "other", "Other identifier"


class Attention(TextChoices):
    """A flag beside a submission's status: something a person has to look at. The status stays what it is."""

    STALLED = "stalled", "No end in sight"
    CONTRADICTED = "contradicted", "Callback contradicted"
    UNCLEAR = "unclear", "Unclear whether CXone took it"
    SECOND_ID = "second_id", "Two ids at CXone"
    UNEXPECTED_ANSWER = "unexpected_answer", "Unexpected answer"
    HELD_IN_DOUBT = "held_in_doubt", "Held after it may have been sent"
    UNKNOWN_AT_CXONE = "unknown_at_cxone", "Not known at CXone"
    POISONED = "poisoned", "Could not be recorded"


ATTENTION_LINES: dict[Attention, str] = {
    Attention.STALLED: "CXone still reports it as processing; ask CXone’s support, and mind the due date.",
    Attention.CONTRADICTED: (
        "A callback said one thing and CXone’s own status another; trust the status, and ask CXone’s support "
        "which of them is right."
    ),
    Attention.UNCLEAR: (
        "CXone’s answer to the sending was lost; it is being repeated with the same key, so nothing happens "
        "twice. If this lasts, test the CXone connection."
    ),
    Attention.SECOND_ID: (
        "CXone gave two ids for one submission; both are kept. Ask CXone’s support whether it ran twice."
    ),
    Attention.UNEXPECTED_ANSWER: (
        "CXone answered something this program does not know; read its answer, and ask CXone’s support "
        "what it means before you answer the person."
    ),
    Attention.HELD_IN_DOUBT: (
        "A hold was placed after this may have gone out; tell whoever placed the hold, and ask CXone’s "
        "support whether it can still be stopped."
    ),
    Attention.UNKNOWN_AT_CXONE: (
        "CXone does not know the id it gave; check with CXone’s support that the request exists there."
    ),
    Attention.POISONED: (
        "What CXone answered could not be recorded here; the submission was set aside so that others go on. "
        "Tell your operator, with the reference."
    ),
}

ATTENTION_LOOKS: dict[Attention, Look] = {
    Attention.STALLED: Look("warning", "hourglass_bottom"),
    Attention.CONTRADICTED: Look("danger", "compare_arrows"),
    Attention.UNCLEAR: Look("warning", "help"),
    Attention.SECOND_ID: Look("danger", "content_copy"),
    Attention.UNEXPECTED_ANSWER: Look("warning", "question_mark"),
    Attention.HELD_IN_DOUBT: Look("danger", "lock_clock"),
    Attention.UNKNOWN_AT_CXONE: Look("danger", "search_off"),
    Attention.POISONED: Look("danger", "report"),
}


class HoldKind(TextChoices):
    """Why a hold forbids erasing: the ground that officers see."""

    LITIGATION = "litigation", "Litigation"
    STATUTORY_RETENTION = "statutory_retention", "Statutory retention"
    INVESTIGATION = "investigation", "Investigation"


#: How the codes of holds begin, by kind: LIT-2026-1. The two rules of the contract are RET-1 and RET-2.
HOLD_CODE_PREFIXES: dict[HoldKind, str] = {
    HoldKind.LITIGATION: "LIT",
    HoldKind.STATUTORY_RETENTION: "RET",
    HoldKind.INVESTIGATION: "INV",
}


class HoldState(TextChoices):
    """Where a hold stands, derived from its dates; it is never stored."""

    AHEAD = "ahead", "Not yet in force"
    IN_FORCE = "in_force", "In force"
    ENDED = "ended", "Ended"
    RELEASED = "released", "Released"


HOLD_STATE_LOOKS: dict[HoldState, Look] = {
    HoldState.AHEAD: Look("info", "schedule"),
    HoldState.IN_FORCE: Look("warning", "lock"),
    HoldState.ENDED: Look("neutral", "event_available"),
    HoldState.RELEASED: Look("neutral", "lock_open"),
}


class ReleaseDecision(TextChoices):
    """How a proposal to release a hold ended. While nobody has decided there is none."""

    APPROVED = "approved", "Released"
    DENIED = "denied", "Kept"
    WITHDRAWN = "withdrawn", "Withdrawn"
    EXPIRED = "expired", "Expired, nobody decided in time"


RELEASE_LOOKS: dict[ReleaseDecision, Look] = {
    ReleaseDecision.APPROVED: Look("success", "lock_open"),
    ReleaseDecision.DENIED: Look("neutral", "lock"),
    ReleaseDecision.WITHDRAWN: Look("neutral", "undo"),
    ReleaseDecision.EXPIRED: Look("neutral", "timer_off"),
}


class OverrideReason(TextChoices):
    """Why the asker says that a held submission may go."""

    HOLD_DOES_NOT_REACH = "hold_does_not_reach", "The hold does not reach this data"
    EVIDENCE_PRESERVED = "evidence_preserved", "The evidence is preserved elsewhere"
    MATTER_CLOSED = "matter_closed", "The matter is closed"


class OverrideDecision(TextChoices):
    """How an override ended. While nobody has decided there is none."""

    APPROVED = "approved", "Approved"
    DENIED = "denied", "Denied"
    WITHDRAWN = "withdrawn", "Withdrawn"
    EXPIRED = "expired", "Expired, nobody decided in time"


OVERRIDE_LOOKS: dict[OverrideDecision, Look] = {
    OverrideDecision.APPROVED: Look("success", "check_circle"),
    OverrideDecision.DENIED: Look("neutral", "block"),
    OverrideDecision.WITHDRAWN: Look("neutral", "undo"),
    OverrideDecision.EXPIRED: Look("neutral", "timer_off"),
}
#: An approval that was taken back before it was used.
REVOKED_LOOK = Look("warning", "undo")


class NoticeKind(TextChoices):
    """What somebody is told by mail; the label is the subject line's, the reference follows it."""

    OVERRIDE_WAITS = "override_waits", "An override waits for a decision"
    OVERRIDE_PRESSES = "override_presses", "An override is still undecided, and half its time is gone"
    OVERRIDE_DECIDED = "override_decided", "Your override was decided"
    OVERRIDE_EXPIRED = "override_expired", "Nobody decided on your override in time"
    OVERRIDE_REVOKED = "override_revoked", "An approval was taken back"
    HOLD_QUESTIONED = "hold_questioned", "Somebody asks for an override of your hold"
    HOLD_OVERRIDDEN = "hold_overridden", "An override of your hold was approved"
    SUSPENDED = "suspended", "Put on hold before it was sent"
    RELEASE_WAITS = "release_waits", "The release of a hold waits for a second reviewer"
    RELEASE_DECIDED = "release_decided", "The release of a hold was decided"
    ROLES_GRANTED = "roles_granted", "Somebody was given a role"
    ROLES_ENDED = "roles_ended", "A role of yours has ended"
    ADDRESS_CHANGED = "address_changed", "Your address for notices was changed"


class ImportStage(TextChoices):
    """Where a list of requests stands on its way in. Only `erasure/imports` writes it."""

    CHECKING = "checking", _lazy("Being looked at")
    CHECKED = "checked", _lazy("Waits for your word")
    FILING = "filing", _lazy("Being filed")
    DONE = "done", _lazy("Filed")
    STOPPED = "stopped", _lazy("Stopped")
    ABANDONED = "abandoned", _lazy("Thrown away, nothing filed")


IMPORT_STAGE_LOOKS: dict[ImportStage, Look] = {
    ImportStage.CHECKING: Look("info", "progress_activity"),
    ImportStage.CHECKED: Look("warning", "pending_actions"),
    ImportStage.FILING: Look("info", "progress_activity"),
    ImportStage.DONE: Look("success", "check_circle"),
    ImportStage.STOPPED: Look("warning", "block"),
    ImportStage.ABANDONED: Look("neutral", "delete"),
}


class ImportVia(TextChoices):
    """By which way a list came."""

    PAGE = "page", _lazy("Page")
    COMMAND = "command", _lazy("Command line")


class ImportVerdict(TextChoices):
    """What would happen, or did happen, with one row of a list."""

    FILE = "file", _lazy("Filed")
    SPLIT = "split", _lazy("Filed, a part is on hold")
    BLOCKED = "blocked", _lazy("On hold")
    REFUSED = "refused", _lazy("To be put right")
    DUPLICATE = "duplicate", _lazy("Same person, left out")
    SAME = "same", _lazy("Same row, left alone")


IMPORT_VERDICT_LOOKS: dict[ImportVerdict, Look] = {
    ImportVerdict.FILE: Look("success", "check_circle"),
    ImportVerdict.SPLIT: Look("warning", "call_split"),
    ImportVerdict.BLOCKED: Look("warning", "lock"),
    ImportVerdict.REFUSED: Look("danger", "error"),
    ImportVerdict.DUPLICATE: Look("danger", "content_copy"),
    ImportVerdict.SAME: Look("neutral", "done_all"),
}
