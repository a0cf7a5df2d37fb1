"""The first operator: a signed link, printed by `serve`, good for as long as there is no operator.

Whoever can read what `serve` prints runs the machine, so holding the link is proof enough. It expires after
a day and is worth nothing once somebody has used one.
"""

from django.conf import settings
from django.contrib import admin, messages
from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.contrib.auth.models import Group
from django.core import signing
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from audit.events import Event
from audit.trail import audited
from privacyadmin.models import User
from privacyadmin.password_form import FirstOperatorForm
from privacyadmin.roles import OPERATORS, role_code

SALT = "privacyadmin.set_up"
PURPOSE = "first operator"
VALID_SECONDS = 24 * 3600
GONE = 410


class SetUpDoneError(Exception):
    """There is an operator already; the link is worth nothing any more."""


def operator_exists() -> bool:
    """Whether anybody who can invite others has a password; deactivated people are known, so they count."""
    return (
        User.objects.filter(Q(groups__name=OPERATORS) | Q(is_superuser=True))
        .exclude(password__startswith=UNUSABLE_PASSWORD_PREFIX)
        .exists()
    )


def set_up_link() -> str | None:
    """A link for the first operator; None when there is one."""
    if operator_exists():
        return None
    token = signing.dumps(PURPOSE, salt=SALT)
    return f"{settings.PUBLIC_URL}{reverse('set_up', args=[token])}"


def make_first_operator(form: FirstOperatorForm) -> User:
    """Make the account of a valid form, and its event. Raises SetUpDoneError when somebody was faster."""
    with audited() as log:
        # Two links used at the same moment: the second waits here, and then finds an operator.
        operators = Group.objects.select_for_update().get(name=OPERATORS)
        if operator_exists():
            raise SetUpDoneError
        user: User = form.save(commit=False)
        user.is_staff = True
        user.save()
        user.groups.set([operators])
        log.record(
            Event.USER_ROLE_CHANGED,
            actor=user.actor,
            obj=f"user:{user.staff_id}",
            data={"added": [role_code(OPERATORS)], "removed": []},
        )
    return user


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def set_up(request: HttpRequest, token: str) -> HttpResponse:
    """Ask for the first operator's user name and password; 410 for a link that is forged, expired or used."""
    if not _valid(token) or operator_exists():
        return _gone(request)
    form = FirstOperatorForm(request.POST or None)
    if form.is_valid():
        try:
            user = make_first_operator(form)
        except SetUpDoneError:
            return _gone(request)
        messages.success(
            request,
            _("The account %(username)s is ready. Sign in to invite the others.")
            % {"username": user.username},
        )
        return redirect("admin:login")
    return _page(request, {"form": form, "title": _("Set up PrivacyAdmin")}, status=200)


def _valid(token: str) -> bool:
    try:
        return bool(signing.loads(token, salt=SALT, max_age=VALID_SECONDS) == PURPOSE)
    except signing.BadSignature:
        return False


def _gone(request: HttpRequest) -> HttpResponse:
    context = {"title": _("This link no longer works"), "set_up_done": operator_exists()}
    return _page(request, context, status=GONE)


def _page(request: HttpRequest, context: dict[str, object], *, status: int) -> HttpResponse:
    everywhere = admin.site.each_context(request)
    return render(request, "privacyadmin/set_up.html", {**everywhere, **context}, status=status)
