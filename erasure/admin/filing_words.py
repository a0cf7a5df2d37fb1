"""What is said after a filing: what was filed, what comes next, until when Stop works. Never about whom."""

from collections.abc import Sequence

from django.contrib import messages
from django.http import HttpRequest
from django.utils import timezone
from django.utils.formats import date_format

from erasure.asked import Filing
from erasure.choices import Category, SubmissionStatus
from erasure.deadlines import long_date_with_weekday
from erasure.models import PrivacyRequest, Submission


def say_what_comes_next(
    request: HttpRequest,
    filed: PrivacyRequest,
    submissions: Sequence[Submission],
    *,
    asked: Filing | None = None,
) -> None:
    """Say where everything stands that was filed just now."""
    due = f"The person must be answered by {long_date_with_weekday(filed.due_on)}."
    if not submissions:
        messages.success(request, f"{filed} is registered, and nothing is sent yet. {due}")
        return
    queued = [submission for submission in submissions if submission.status == SubmissionStatus.QUEUED]
    if queued:
        messages.success(request, f"{filed} is filed. {_going(queued)} {due}")
    else:
        messages.success(request, f"{filed} is filed, and nothing goes to CXone yet. {due}")
    for submission in submissions:
        if submission.status == SubmissionStatus.BLOCKED:
            messages.warning(request, _waiting(submission))
    if asked and asked.justification.strip() and len(queued) == len(submissions):
        messages.info(request, "Nothing turned out to be held, so no override was asked for.")


def say_it_was_sent(request: HttpRequest, earlier: PrivacyRequest) -> None:
    """Say that a form came a second time."""
    messages.info(
        request, f"This form was sent before, for {earlier}. Nothing was filed a second time; here it is."
    )


def _going(queued: Sequence[Submission]) -> str:
    """When the first of them leaves: that is the one to catch."""
    leaves = min(submission.next_attempt_at or submission.filed_at for submission in queued)
    if leaves <= timezone.now():
        return "It is on its way to CXone; Stop works only until it is sent."
    moment = date_format(timezone.localtime(leaves), "j M Y, H:i")
    zone = timezone.get_current_timezone_name()
    return f"It goes to CXone at {moment} ({zone}); until then Stop takes it back."


def _waiting(submission: Submission) -> str:
    what = ", ".join(str(Category(category).label) for category in submission.categories)
    held = f"Held by {', '.join(submission.held_by)}: {what} ({submission})."
    if submission.overrides.filter(decision="").exists():
        return f"{held} A reviewer was asked for an override; nothing of it is sent before that is approved."
    return (
        f"{held} Nothing of it is sent until an override is approved or the hold released; ask for one below."
    )
