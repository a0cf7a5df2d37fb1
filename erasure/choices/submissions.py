"""Where a submission and a whole request stand, and what stands beside a status."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from audit.words import Words
from erasure.choices.looks import Look


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
