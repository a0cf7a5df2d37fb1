"""Invitations: whoever is invited chooses their own password, by a link that works once and not for long.

The link is bound to the account's unusable password, so it dies when a password is chosen or a newer link
is made.
"""

from typing import Any

from django.conf import settings
from django.contrib import admin
from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.contrib.auth.views import PasswordResetConfirmView
from django.urls import reverse, reverse_lazy
from django.utils.translation import gettext_lazy as _lazy

from privacyadmin.models import User
from privacyadmin.password_form import ChoosePasswordForm


class InvitationTokens(PasswordResetTokenGenerator):
    """Django's one-time tokens under a purpose of their own; valid for PASSWORD_RESET_TIMEOUT seconds."""

    key_salt = "privacyadmin.invitations"


tokens = InvitationTokens()


def is_open(user: User) -> bool:
    """Whether this person was invited and has not chosen a password yet."""
    return user.is_active and user.is_staff and not user.has_usable_password()


def invite(user: User) -> str:
    """A new link for somebody without a password; earlier ones die. Raises ValueError for anybody else."""
    if not is_open(user):
        raise ValueError("Only an active person without a password can be given an invitation link.")
    # Another unusable password is another random text, and the token is bound to it.
    user.set_unusable_password()
    user.save(update_fields=["password"])
    path = reverse("accept_invitation", args=[user.staff_id, tokens.make_token(user)])
    return f"{settings.PUBLIC_URL}{path}"


def valid_days() -> int:
    """For how many days a link is valid."""
    return settings.PASSWORD_RESET_TIMEOUT // 86400


class AcceptInvitationView(PasswordResetConfirmView):
    """Takes the token out of the address into the session, then asks for the password twice."""

    token_generator = tokens
    form_class = ChoosePasswordForm
    template_name = "privacyadmin/choose_password.html"
    success_url = reverse_lazy("admin:login")
    reset_url_token = "choose-password"  # noqa: S105 - the last word of the address, no secret.
    title = _lazy("Choose your password")

    def get_user(self, uidb64: str) -> User | None:
        """Whoever the link is for, by staff id, as long as they have no password."""
        user = User.objects.filter(staff_id=uidb64).first()
        return user if user is not None and is_open(user) else None

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """What the sign-in pages know."""
        return {**admin.site.each_context(self.request), **super().get_context_data(**kwargs)}
