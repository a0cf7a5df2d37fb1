"""Comments that colleagues write about a request. Auditors see how many there are, and not what they say."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from audit.trail import audited
from erasure import lifecycle
from erasure.admin import references  # noqa: F401 - registers the converter named in the addresses below.
from erasure.admin.access import page, request_or_404
from erasure.forms.colleagues import CommentForm
from erasure.lifecycle import MoveRefused
from erasure.models import PrivacyRequest


# A comment may name the person, so whoever may see identifiers in full reads and writes comments.
@page("erasure.reveal_identifier", methods=("POST",))
def comment(request: HttpRequest, reference: str) -> HttpResponse:
    """Keep what was written."""
    found, form = request_or_404(reference), CommentForm(request.POST)
    if not form.is_valid():
        messages.error(request, " ".join(map(str, form.errors["text"])))
    else:
        try:
            with audited() as log:
                lifecycle.comment(
                    log, found, by=request.user, text=form.cleaned_data["text"], now=timezone.now()
                )
        except MoveRefused as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, _("Your comment is kept with the request."))
    return redirect(f"{reverse('admin:request_page', args=[reference])}#comments")


def comments_shown(request: PrivacyRequest, *, may_read: bool) -> dict[str, Any]:
    """The comments, the newest last; for whoever may not read them their number alone."""
    if not may_read:
        return {"comments": [], "comment_count": request.comments.count(), "comment_form": None}
    comments = list(request.comments.select_related("written_by").order_by("number"))
    form = None if request.shredded_at else CommentForm(auto_id="comment-%s")
    return {"comments": comments, "comment_count": len(comments), "comment_form": form}


urls: list[URLPattern] = [path("requests/<reference:reference>/comment/", comment, name="request_comment")]
