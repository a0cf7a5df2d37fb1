"""Taking back one's own question while nobody has decided on it: of an override, and of a hold's release."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

from audit.trail import Trail, audited
from erasure.lifecycle import MoveRefused
from erasure.models import HoldRelease, Override


def withdraw_own(
    request: HttpRequest,
    asked: HoldRelease | Override,
    take_back: Callable[[Trail], Any],
    *,
    not_theirs: str,
    done: str,
) -> None:
    """Have `take_back` do it, and say what came of it. Raises PermissionDenied for somebody else's."""
    if asked.asked_by_id != request.user.pk:
        raise PermissionDenied(not_theirs)
    try:
        with audited() as log:
            take_back(log)
    except MoveRefused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, done)
