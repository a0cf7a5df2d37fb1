"""The words of the house: every code that is stored, its label for people, and its look.

Labels, one-line descriptions, tones, icons and named sets stand here and nowhere else, so that a list, a
badge, a letter and a metric never disagree. Tones are success, danger, warning, info and neutral; icons are
names of Material Symbols. A tone never stands alone: the label and the icon say the same.
"""

from dataclasses import dataclass
from typing import Literal

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from audit.words import Words

Tone = Literal["success", "danger", "warning", "info", "neutral"]


@dataclass(frozen=True)
class Look:
    """How a code is drawn: the tone of its badge and the Material Symbols icon in it."""

    tone: Tone
    icon: str


class RequestType(TextChoices):
    """What the person asked for (contract: `type`)."""

    ERASURE = "ERASURE", _("Erasure")
    ACCESS = "ACCESS", _("Access")


class Category(TextChoices):
    """The nine kinds of data CXone tells apart, in the contract's order (contract: `categories`)."""

    CONTACT = "CONTACT", _("Contact")
    CONVERSATION = "CONVERSATION", _("Conversation")
    SURVEY = "SURVEY", _("Survey")
    ANALYTICS = "ANALYTICS", _("Analytics")
    INTERACTION = "INTERACTION", _("Interaction")
    IVR = "IVR", _("IVR")
    CHAT = "CHAT", _("Chat")
    EMAIL = "EMAIL", _("Email")
    SMS = "SMS", _("SMS")


# What each category covers as we understand it; CXone decides what it really touches.
CATEGORY_LINES: dict[Category, Words] = {
    Category.CONTACT: _("Names, numbers, addresses, custom fields."),
    Category.CONVERSATION: _("Threads that join the person’s messages."),
    Category.SURVEY: _("Answers and scores the person gave."),
    Category.ANALYTICS: _("Transcripts, sentiment, derived topics."),
    Category.INTERACTION: _("Recordings and the record of each call."),
    Category.IVR: _("Menu choices and spoken input."),
    Category.CHAT: _("Chat texts and files sent in them."),
    Category.EMAIL: _("Messages, with their attachments."),
    Category.SMS: _("Text messages, in and out."),
}


class Scope(TextChoices):
    """How far a request reaches from its subject (contract: `scope`)."""

    CONTACT = "CONTACT", _("This contact")
    CONVERSATION = "CONVERSATION", _("Their conversations")
    ACCOUNT = "ACCOUNT", _("The whole account")
    ALL = "ALL", _("Everything linked")


SCOPE_LINES: dict[Scope, Words] = {
    Scope.CONTACT: _("Only the record with this identifier."),
    Scope.CONVERSATION: _("Every thread this person took part in."),
    Scope.ACCOUNT: _("Also contacts that share the account."),
    Scope.ALL: _("Contact, conversations and account. At most 5 categories."),
}


class Regulation(TextChoices):
    """Under which law the clock runs. Which of them are on is decided in `erasure/deadlines.py`."""

    GDPR = "gdpr", _("EU GDPR")
    UK_GDPR = "uk-gdpr", _("UK GDPR")
    CCPA = "ccpa", _("California, CCPA")
    UTAH = "utah", _("Utah, UCPA")
    LGPD = "lgpd", _("Brazil, LGPD")
    US_CO = "us-co", _("Colorado, CPA")
    US_CT = "us-ct", _("Connecticut, CTDPA")
    US_DE = "us-de", _("Delaware, DPDPA")
    US_FL = "us-fl", _("Florida, FDBR")
    US_IA = "us-ia", _("Iowa, ICDPA")
    US_IN = "us-in", _("Indiana, INCDPA")
    US_KY = "us-ky", _("Kentucky, KCDPA")
    US_MD = "us-md", _("Maryland, MODPA")
    US_MN = "us-mn", _("Minnesota, MCDPA")
    US_MT = "us-mt", _("Montana, MTCDPA")
    US_NE = "us-ne", _("Nebraska, NDPA")
    US_NH = "us-nh", _("New Hampshire, NHDPA")
    US_NJ = "us-nj", _("New Jersey, NJDPA")
    US_OR = "us-or", _("Oregon, OCPA")
    US_RI = "us-ri", _("Rhode Island, RIDTPPA")
    US_TN = "us-tn", _("Tennessee, TIPA")
    US_TX = "us-tx", _("Texas, TDPSA")
    US_VA = "us-va", _("Virginia, VCDPA")
    OTHER = "other", _("Another law")


class SubmissionStatus(TextChoices):
    """Where one submission stands. Only `erasure/lifecycle` writes it."""

    BLOCKED = "blocked", _("On hold")
    QUEUED = "queued", _("Queued")
    SUBMITTING = "submitting", _("Being sent")
    PROCESSING = "processing", _("Processing at CXone")
    COMPLETED = "completed", _("CXone reported done")
    FAILED = "failed", _("Failed")
    REFUSED = "refused", _("Refused")
    CANCELLED = "cancelled", _("Cancelled")


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

    REGISTERED = "registered", _("Registered")
    BLOCKED = "blocked", _("On hold")
    QUEUED = "queued", _("Queued")
    PROCESSING = "processing", _("Under way at CXone")
    ATTENTION = "attention", _("Needs a look")
    FAILED = "failed", _("Failed")
    TO_BE_ANSWERED = "to_be_answered", _("To be answered")
    ANSWERED = "answered", _("Answered")


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

    DONE = "done", _("Done")
    PARTLY_DONE = "partly_done", _("Partly done")
    NOTHING_FOUND = "nothing_found", _("Nothing found")
    REFUSED = "refused", _("Refused")
    WITHDRAWN = "withdrawn", _("Withdrawn by the person")


OUTCOME_LOOKS: dict[Outcome, Look] = {
    Outcome.DONE: Look("success", "check_circle"),
    Outcome.PARTLY_DONE: Look("warning", "rule"),
    Outcome.NOTHING_FOUND: Look("neutral", "search_off"),
    Outcome.REFUSED: Look("neutral", "block"),
    Outcome.WITHDRAWN: Look("neutral", "undo"),
}


class LateReason(TextChoices):
    """Why a person was answered after the statutory date: counted in the month's figures."""

    HOLD = "hold", _("A hold, or the decision on an override")
    CXONE = "cxone", _("CXone took too long or could not be reached")
    IDENTITY = "identity", _("Identity or identifier could not be established sooner")
    HANDED_IN_LATE = "handed_in_late", _("It reached us late within our own organisation")
    WORKLOAD = "workload", _("Workload or absence")
    OTHER = "other", _("Another reason, told in the comments")


class ExtensionGround(TextChoices):
    """Why more time may be taken. Which of them a regulation knows stands in `erasure/regulations.py`."""

    COMPLEXITY = "complexity", _("The request is complex")
    NUMBER_OF_REQUESTS = "number_of_requests", _("The number of requests from this person")
    VOLUME = "volume", _("The volume of requests received")


class PauseGround(TextChoices):
    """What the person was asked for, so that the clock stands still where the law knows that."""

    IDENTITY = "identity", _("Information needed to establish identity")
    CLARIFICATION = "clarification", _("Clarification of what an access request is about")


class LetterKind(TextChoices):
    """What a letter to a person is for."""

    ACKNOWLEDGEMENT = "acknowledgement", _("Acknowledgement of receipt")
    EXTENSION = "extension", _("More time is needed")
    DONE = "done", _("Done")
    PARTLY_DONE = "partly_done", _("Partly done")
    NOTHING_FOUND = "nothing_found", _("Nothing found")
    REFUSED = "refused", _("Refused")
    WITHDRAWN = "withdrawn", _("Withdrawal confirmed")


class Channel(TextChoices):
    """How a request came in, or an answer went out."""

    EMAIL = "email", _("E-mail")
    PHONE = "phone", _("Phone")
    LETTER = "letter", _("Letter")
    WEB_FORM = "web_form", _("Web form")
    IN_PERSON = "in_person", _("In person")
    OTHER = "other", _("Another way")


class IdentityCheck(TextChoices):
    """How it was established that the one who asks is the person, or may act for them."""

    SIGNED_IN = "signed_in", _("Asked while signed in to their account")
    VERIFIED_CONTACT = "verified_contact", _("Confirmed through an address or number already on file")
    KNOWN_DETAILS = "known_details", _("Named details that only they would know")
    DOCUMENT = "document", _("Showed an identity document")
    KNOWN_AGENT = "known_agent", _("Through an agent whose authority was checked")
    OTHER = "other", _("Another way, told in the comments")


class IdentifierKind(TextChoices):
    """What an identifier is. Only a CXone id can be sent; the others are what people write in with."""

    CXONE_ID = "cxone_id", _("CXone id")
    EMAIL = "email", _("E-mail address")
    PHONE = "phone", _("Phone number")
    OTHER = "other", _("Other identifier")


class Attention(TextChoices):
    """A flag beside a submission's status: something a person has to look at. The status stays what it is."""

    STALLED = "stalled", _("No end in sight")
    CONTRADICTED = "contradicted", _("Callback contradicted")
    UNCLEAR = "unclear", _("Unclear whether CXone took it")
    SECOND_ID = "second_id", _("Two ids at CXone")
    UNEXPECTED_ANSWER = "unexpected_answer", _("Unexpected answer")
    HELD_IN_DOUBT = "held_in_doubt", _("Held after it may have been sent")
    UNKNOWN_AT_CXONE = "unknown_at_cxone", _("Not known at CXone")
    POISONED = "poisoned", _("Could not be recorded")


ATTENTION_LINES: dict[Attention, Words] = {
    Attention.STALLED: _("CXone still reports it as processing; ask CXone’s support, and mind the due date."),
    Attention.CONTRADICTED: _(
        "A callback said one thing and CXone’s own status another; trust the status, and ask CXone’s support "
        "which of them is right."
    ),
    Attention.UNCLEAR: _(
        "CXone’s answer to the sending was lost; it is being repeated with the same key, so nothing happens "
        "twice. If this lasts, test the CXone connection."
    ),
    Attention.SECOND_ID: _(
        "CXone gave two ids for one submission; both are kept. Ask CXone’s support whether it ran twice."
    ),
    Attention.UNEXPECTED_ANSWER: _(
        "CXone answered something this program does not know; read its answer, and ask CXone’s support "
        "what it means before you answer the person."
    ),
    Attention.HELD_IN_DOUBT: _(
        "A hold was placed after this may have gone out; tell whoever placed the hold, and ask CXone’s "
        "support whether it can still be stopped."
    ),
    Attention.UNKNOWN_AT_CXONE: _(
        "CXone does not know the id it gave; check with CXone’s support that the request exists there."
    ),
    Attention.POISONED: _(
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

    LITIGATION = "litigation", _("Litigation")
    STATUTORY_RETENTION = "statutory_retention", _("Statutory retention")
    INVESTIGATION = "investigation", _("Investigation")


#: How the codes of holds begin, by kind: LIT-2026-1. The two rules of the contract are RET-1 and RET-2.
HOLD_CODE_PREFIXES: dict[HoldKind, str] = {
    HoldKind.LITIGATION: "LIT",
    HoldKind.STATUTORY_RETENTION: "RET",
    HoldKind.INVESTIGATION: "INV",
}


class HoldState(TextChoices):
    """Where a hold stands, derived from its dates; it is never stored."""

    AHEAD = "ahead", _("Not yet in force")
    IN_FORCE = "in_force", _("In force")
    ENDED = "ended", _("Ended")
    RELEASED = "released", _("Released")


HOLD_STATE_LOOKS: dict[HoldState, Look] = {
    HoldState.AHEAD: Look("info", "schedule"),
    HoldState.IN_FORCE: Look("warning", "lock"),
    HoldState.ENDED: Look("neutral", "event_available"),
    HoldState.RELEASED: Look("neutral", "lock_open"),
}


class ReleaseDecision(TextChoices):
    """How a proposal to release a hold ended. While nobody has decided there is none."""

    APPROVED = "approved", _("Released")
    DENIED = "denied", _("Kept")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    EXPIRED = "expired", _("Expired, nobody decided in time")


RELEASE_LOOKS: dict[ReleaseDecision, Look] = {
    ReleaseDecision.APPROVED: Look("success", "lock_open"),
    ReleaseDecision.DENIED: Look("neutral", "lock"),
    ReleaseDecision.WITHDRAWN: Look("neutral", "undo"),
    ReleaseDecision.EXPIRED: Look("neutral", "timer_off"),
}


class OverrideReason(TextChoices):
    """Why the asker says that a held submission may go."""

    HOLD_DOES_NOT_REACH = "hold_does_not_reach", _("The hold does not reach this data")
    EVIDENCE_PRESERVED = "evidence_preserved", _("The evidence is preserved elsewhere")
    MATTER_CLOSED = "matter_closed", _("The matter is closed")


class OverrideDecision(TextChoices):
    """How an override ended. While nobody has decided there is none."""

    APPROVED = "approved", _("Approved")
    DENIED = "denied", _("Denied")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    EXPIRED = "expired", _("Expired, nobody decided in time")


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

    OVERRIDE_WAITS = "override_waits", _("An override waits for a decision")
    OVERRIDE_PRESSES = "override_presses", _("An override is still undecided, and half its time is gone")
    OVERRIDE_DECIDED = "override_decided", _("Your override was decided")
    OVERRIDE_EXPIRED = "override_expired", _("Nobody decided on your override in time")
    OVERRIDE_REVOKED = "override_revoked", _("An approval was taken back")
    HOLD_QUESTIONED = "hold_questioned", _("Somebody asks for an override of your hold")
    HOLD_OVERRIDDEN = "hold_overridden", _("An override of your hold was approved")
    SUSPENDED = "suspended", _("Put on hold before it was sent")
    RELEASE_WAITS = "release_waits", _("The release of a hold waits for a second reviewer")
    RELEASE_DECIDED = "release_decided", _("The release of a hold was decided")
    ROLES_GRANTED = "roles_granted", _("Somebody was given a role")
    ROLES_ENDED = "roles_ended", _("A role of yours has ended")
    ADDRESS_CHANGED = "address_changed", _("Your address for notices was changed")


class ImportStage(TextChoices):
    """Where a list of requests stands on its way in. Only `erasure/imports` writes it."""

    CHECKING = "checking", _("Being looked at")
    CHECKED = "checked", _("Waits for your word")
    FILING = "filing", _("Being filed")
    DONE = "done", _("Filed")
    STOPPED = "stopped", _("Stopped")
    ABANDONED = "abandoned", _("Thrown away, nothing filed")


IMPORT_STAGE_LOOKS: dict[ImportStage, Look] = {
    ImportStage.CHECKING: Look("info", "progress_activity"),
    ImportStage.CHECKED: Look("warning", "pending_actions"),
    ImportStage.FILING: Look("info", "progress_activity"),
    ImportStage.DONE: Look("success", "check_circle"),
    ImportStage.STOPPED: Look("warning", "block"),
    ImportStage.ABANDONED: Look("neutral", "delete"),
}


class ImportStopped(TextChoices):
    """Why a list is not filed to its end though nobody stopped it."""

    GIVER_BARRED = "giver_barred", _("Who gave it may not file requests any more")


class ImportVia(TextChoices):
    """By which way a list came."""

    PAGE = "page", _("Page")
    COMMAND = "command", _("Command line")


class ImportVerdict(TextChoices):
    """What would happen, or did happen, with one row of a list."""

    FILE = "file", _("Filed")
    SPLIT = "split", _("Filed, a part is on hold")
    BLOCKED = "blocked", _("On hold")
    REFUSED = "refused", _("To be put right")
    DUPLICATE = "duplicate", _("Same person, left out")
    SAME = "same", _("Same row, left alone")


IMPORT_VERDICT_LOOKS: dict[ImportVerdict, Look] = {
    ImportVerdict.FILE: Look("success", "check_circle"),
    ImportVerdict.SPLIT: Look("warning", "call_split"),
    ImportVerdict.BLOCKED: Look("warning", "lock"),
    ImportVerdict.REFUSED: Look("danger", "error"),
    ImportVerdict.DUPLICATE: Look("danger", "content_copy"),
    ImportVerdict.SAME: Look("neutral", "done_all"),
}
