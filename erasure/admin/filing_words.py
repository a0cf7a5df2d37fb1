"""What is said after a filing: what was filed, what comes next, until when Stop works. Never about whom."""

from collections.abc import Sequence

from django.contrib import messages
from django.http import HttpRequest
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from erasure.asked import Filing, controllers_today
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
    """Say where everything stands that was filed just now; of one that is late already, that first."""
    late = _overdue(filed)
    if late:
        messages.warning(request, late)
    due = "" if late else _due(filed)
    if not submissions:
        said = _("%(request)s is registered, and nothing is sent yet. %(due)s")
        messages.success(request, (said % {"request": filed, "due": due}).rstrip())
        return
    queued = [submission for submission in submissions if submission.status == SubmissionStatus.QUEUED]
    if queued:
        said = _("%(request)s is filed. %(going)s %(due)s") % {
            "request": filed,
            "going": _going(queued),
            "due": due,
        }
    else:
        said = _("%(request)s is filed, and nothing goes to CXone yet. %(due)s") % {
            "request": filed,
            "due": due,
        }
    messages.success(request, said.rstrip())
    for submission in submissions:
        if submission.status == SubmissionStatus.BLOCKED:
            messages.warning(request, _waiting(submission))
    if asked and asked.justification.strip() and len(queued) == len(submissions):
        messages.info(request, _("Nothing turned out to be held, so no override was asked for."))


def say_it_was_sent(request: HttpRequest, earlier: PrivacyRequest) -> None:
    """Say that a form came a second time."""
    messages.info(
        request,
        (
            _("This form was sent before, for %(request)s. Nothing was filed a second time; here it is.")
            % {"request": earlier}
        ),
    )


def _due(filed: PrivacyRequest) -> str:
    return _("The person must be answered by %(day)s.") % {"day": long_date_with_weekday(filed.due_on)}


def _overdue(filed: PrivacyRequest) -> str:
    """What is said of a request whose date was past when it was filed; empty for every other."""
    late = (controllers_today() - filed.due_on).days
    if late <= 0:
        return ""
    words = ngettext(
        "%(request)s was due on %(day)s, %(count)d day overdue: answer now, and record why.",
        "%(request)s was due on %(day)s, %(count)d days overdue: answer now, and record why.",
        late,
    )
    return words % {"request": filed, "day": long_date_with_weekday(filed.due_on), "count": late}


def _going(queued: Sequence[Submission]) -> str:
    """When the first of them leaves: that is the one to catch."""
    leaves = min(submission.next_attempt_at or submission.filed_at for submission in queued)
    if leaves <= timezone.now():
        return _("It is on its way to CXone; Stop works only until it is sent.")
    moment = date_format(timezone.localtime(leaves), "SHORT_DATETIME_FORMAT")
    zone = timezone.get_current_timezone_name()
    return _("It goes to CXone at %(moment)s (%(zone)s); until then Stop takes it back.") % {
        "moment": moment,
        "zone": zone,
    }


def _waiting(submission: Submission) -> str:
    what = ", ".join(str(Category(category).label) for category in submission.categories)
    held = _("Held by %(holds)s: %(what)s (%(submission)s).") % {
        "holds": ", ".join(submission.held_by),
        "what": what,
        "submission": submission,
    }
    if submission.overrides.filter(decision="").exists():
        return _(
            "%(held)s A reviewer was asked for an override; nothing of it is sent before that is approved."
        ) % {"held": held}
    return _(
        "%(held)s Nothing of it is sent until an override is approved or the hold released; "
        "ask for one below."
    ) % {"held": held}
