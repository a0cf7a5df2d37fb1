"""Confirming that it is still the same person who sits there, before an act for which a desk left alone is
reason enough.

The session knows when its person last proved who they are, by signing in or by giving the password again.
Within `REVEAL_MINUTES` of that nothing is asked; later the act is answered by a page that asks for the
password, posts to the same address, and carries along what the act was posted with.
"""

import logging
from typing import Any, cast

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.auth import logout
from django.contrib.sessions.backends.base import SessionBase
from django.core.exceptions import ValidationError
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from audit.events import Event
from audit.trail import AuditError, audited

logger = logging.getLogger(__name__)

PROVED_AT, WRONG_IN_A_ROW = "identity_proved_at", "confirmations_failed"
MOST_WRONG = 5
NOT_CARRIED = {"csrfmiddlewaretoken", "password"}


class ConfirmationForm(forms.Form):
    """The password of whoever is signed in."""

    password = forms.CharField(
        label=_lazy("Your password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password", "autofocus": True}),
        error_messages={"required": _lazy("Type the password with which you sign in.")},
    )

    def __init__(self, *args: Any, person: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.person = person

    def clean_password(self) -> str:
        """The person's own."""
        password: str = self.cleaned_data["password"]
        if not self.person.check_password(password):
            raise ValidationError(
                _("That is not your password. Upper and lower case are told apart."), code="wrong"
            )
        return password

    @property
    def is_wrong(self) -> bool:
        """Whether a password was given and is not the right one."""
        return self.has_error("password", "wrong")


def remember_proof(session: SessionBase) -> None:
    """Note that the session's person has proved just now who they are."""
    session[PROVED_AT] = timezone.now().timestamp()
    session.pop(WRONG_IN_A_ROW, None)


def asked_to_confirm(
    request: HttpRequest, *, doing: str, back: str, afterwards: str = ""
) -> HttpResponse | None:
    """None when the act may go on; otherwise the answer to give in its place.

    `doing` is the heading: what the password is asked for. `back` is where somebody goes who would rather
    not, `afterwards` a sentence on what then happens. Belongs into a POST, after the permission was asked and
    before the act.
    """
    if _is_fresh(request.session):
        return None
    person = cast("Any", request.user)
    form = ConfirmationForm(request.POST if "password" in request.POST else None, person=person)
    if form.is_valid():
        remember_proof(request.session)
        return None
    if form.is_wrong and _too_often_wrong(request, person):
        return _signed_out(request)
    return _page(request, form, {"doing": doing, "back": back, "afterwards": afterwards})


def _is_fresh(session: SessionBase) -> bool:
    """Whether the last proof is recent. One that lies in the future is none: a clock was set back."""
    age = timezone.now().timestamp() - float(session.get(PROVED_AT, 0))
    return 0 <= age < settings.REVEAL_MINUTES * 60


def _too_often_wrong(request: HttpRequest, person: Any) -> bool:
    """Put the failure on record and count it. It was refused already: a log that fails is only reported."""
    try:
        with audited() as log:
            log.record(
                Event.USER_SIGN_IN_FAILED,
                actor=person.actor,
                obj=f"user:{person.staff_id}",
                data={"method": "confirmation"},
                res="failed",
            )
    except (AuditError, DatabaseError):
        logger.exception("failed_confirmation_not_recorded")
    wrong = request.session.get(WRONG_IN_A_ROW, 0) + 1
    request.session[WRONG_IN_A_ROW] = wrong
    return bool(wrong >= MOST_WRONG)


def _signed_out(request: HttpRequest) -> HttpResponse:
    logout(request)
    messages.error(
        request,
        _("The password was wrong %(most_wrong)s times in a row, so you were signed out. Nothing was done.")
        % {"most_wrong": MOST_WRONG},
    )
    return redirect("admin:login")


def _page(request: HttpRequest, form: ConfirmationForm, words: dict[str, str]) -> HttpResponse:
    carried = [
        (name, value) for name, values in request.POST.lists() if name not in NOT_CARRIED for value in values
    ]
    context = {
        "title": _("Confirm that it is you"),
        "form": form,
        "carried": carried,
        "has_password": form.person.has_usable_password(),
        "minutes": settings.REVEAL_MINUTES,
        **words,
    }
    return render(request, "audit/confirmation.html", {**admin.site.each_context(request), **context})
