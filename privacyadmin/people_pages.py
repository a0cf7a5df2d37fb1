"""The pages on which operators look after people. They show and collect; `people.py` decides."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.admin import AdminSite
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from audit.permissions import require_permissions
from erasure import notice_mail, owners
from privacyadmin import invitations, people
from privacyadmin.models import User
from privacyadmin.people_forms import AddressForm, InvitationForm, RolesForm
from privacyadmin.roles import ROLE_LINES, role_names

PERMISSION = "privacyadmin.invite_user"
View = Callable[..., HttpResponse]


class PeoplePages:
    """The pages, hung into one admin site."""

    def __init__(self, site: AdminSite) -> None:
        self.site = site

    def urls(self) -> list[URLPattern]:
        """The addresses below the site's; each asks for the permission to invite."""
        return [
            path("people/", self._for_operators(require_safe(self.overview)), name="people"),
            path("people/invite/", self._for_operators(self.invite), name="people_invite"),
            path("people/<slug:staff_id>/", self._for_operators(self.person), name="people_person"),
            path(
                "people/<slug:staff_id>/address/",
                self._for_operators(require_POST(self.change_address)),
                name="people_address",
            ),
            path(
                "people/<slug:staff_id>/link/",
                self._for_operators(require_POST(self.invite_again)),
                name="people_link",
            ),
            path(
                "people/<slug:staff_id>/deactivate/",
                self._for_operators(require_POST(self.deactivate)),
                name="people_deactivate",
            ),
            path(
                "people/<slug:staff_id>/reactivate/",
                self._for_operators(require_POST(self.reactivate)),
                name="people_reactivate",
            ),
        ]

    def _for_operators(self, view: View) -> View:
        def guarded(request: HttpRequest, **captured: str) -> HttpResponse:
            require_permissions(request, PERMISSION)
            try:
                return view(request, **captured)
            except User.DoesNotExist as error:
                raise Http404 from error

        guarded_view: View = self.site.admin_view(guarded)
        return guarded_view

    def overview(self, request: HttpRequest) -> HttpResponse:
        """Everybody, with roles and state."""
        operator, mail = _operator(request), notice_mail.standing()
        rows = [
            {
                "person": person,
                "roles": people.roles_of(person),
                "invited": invitations.is_open(person),
                "changeable": people.may_change(operator, person),
                "is_me": person.pk == operator.pk,
                "refused": person.pk in mail.refused,
            }
            for person in people.everybody()
        ]
        return self._page(request, "people", {"title": _("People and roles"), "rows": rows, "mail": mail})

    def invite(self, request: HttpRequest) -> HttpResponse:
        """Ask who is invited; the answer shows the link, once."""
        form = InvitationForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            person = form.person()
            link = people.invite(_operator(request), person, roles=form.cleaned_data["roles"])
            return self._link_page(request, person, link)
        context = {"title": _("Invite somebody"), "form": form, "role_lines": ROLE_LINES}
        return self._page(request, "people_invite", context)

    def person(self, request: HttpRequest, staff_id: str) -> HttpResponse:
        """One person: roles, where notices go, and the way in or out."""
        person = User.objects.get(staff_id=staff_id, is_staff=True)
        roles = {"roles": people.roles_of(person)}
        form = RolesForm(request.POST if request.method == "POST" else None, initial=roles)
        if request.method == "POST" and form.is_valid():
            given = form.cleaned_data["roles"]
            people.change_roles(_operator(request), staff_id, roles=given)
            messages.success(
                request,
                _("%(shown_name)s now has: %(roles)s.")
                % {"shown_name": person.shown_name, "roles": role_names(given)},
            )
            return redirect("admin:people")
        return self._person_page(request, person, form=form)

    def change_address(self, request: HttpRequest, staff_id: str) -> HttpResponse:
        """Where somebody's notices go."""
        person = User.objects.get(staff_id=staff_id, is_staff=True)
        form = AddressForm(request.POST)
        if not form.is_valid():
            return self._person_page(request, person, address_form=form)
        email = form.cleaned_data["email"]
        people.change_address(_operator(request), staff_id, email=email)
        told = (
            _("%(shown_name)s is told at %(email)s from now on.")
            if email
            else _("%(shown_name)s is told nothing by mail from now on.")
        )
        messages.success(request, told % {"shown_name": person.shown_name, "email": email})
        return redirect("admin:people")

    def _person_page(
        self,
        request: HttpRequest,
        person: User,
        *,
        form: RolesForm | None = None,
        address_form: AddressForm | None = None,
    ) -> HttpResponse:
        roles = people.roles_of(person)
        context = {
            "title": person.shown_name,
            "person": person,
            "form": form or RolesForm(initial={"roles": roles}),
            "address_form": address_form or AddressForm(initial={"email": person.email}),
            "role_lines": ROLE_LINES,
            "roles": roles,
            "invited": invitations.is_open(person),
            "changeable": people.may_change(_operator(request), person),
            "open_requests": owners.open_requests_of(person).count(),
        }
        return self._page(request, "people_person", context)

    def invite_again(self, request: HttpRequest, staff_id: str) -> HttpResponse:
        """A new link; shown once."""
        person, link = people.invite_again(_operator(request), staff_id)
        return self._link_page(request, person, link)

    def deactivate(self, request: HttpRequest, staff_id: str) -> HttpResponse:
        """End somebody's access."""
        person = people.deactivate(_operator(request), staff_id)
        messages.success(
            request, _("%(shown_name)s can no longer sign in.") % {"shown_name": person.shown_name}
        )
        if left := owners.open_requests_of(person).count():
            messages.warning(request, _words_of_what_is_left(person, left))
        return redirect("admin:people")

    def reactivate(self, request: HttpRequest, staff_id: str) -> HttpResponse:
        """Let somebody back in."""
        person = people.reactivate(_operator(request), staff_id)
        messages.success(request, _("%(shown_name)s can sign in again.") % {"shown_name": person.shown_name})
        return redirect("admin:people")

    def _link_page(self, request: HttpRequest, person: User, link: str) -> HttpResponse:
        days = invitations.valid_days()
        context = {
            "title": _("Link for %(shown_name)s") % {"shown_name": person.shown_name},
            "person": person,
            "link": link,
            "days": days,
        }
        return self._page(request, "people_link", context)

    def _page(self, request: HttpRequest, name: str, context: dict[str, Any]) -> HttpResponse:
        everywhere = self.site.each_context(request)
        return render(request, f"privacyadmin/{name}.html", {**everywhere, **context})


def _words_of_what_is_left(person: User, count: int) -> str:
    """What becomes of the requests that somebody left behind: operators see how many, and none of them."""
    return ngettext(
        "%(name)s leaves %(count)d open request behind. Privacy officers find it under “What needs me”, to be"
        " handed over.",
        "%(name)s leaves %(count)d open requests behind. Privacy officers find them under “What needs me”, to"
        " be handed over.",
        count,
    ) % {"name": person.shown_name, "count": count}


def _operator(request: HttpRequest) -> User:
    """Who is signed in. Raises PermissionDenied for nobody, which the site's guard ruled out before."""
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user
