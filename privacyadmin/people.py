"""What operators may do with people, each an event of the log: invite, change roles, deactivate, let in.

Nobody changes their own account here, superusers are out of reach, and nobody sets another's password.
"""

from collections.abc import Iterable

from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet

from audit.events import Event
from audit.log_format import JSON
from audit.trail import audited
from privacyadmin import invitations
from privacyadmin.models import User
from privacyadmin.open_sessions import end_sessions_of
from privacyadmin.roles import ROLES, role_code


def everybody() -> QuerySet[User]:
    """The people who sign in, by name; the service account of the command line is not one of them."""
    return User.objects.filter(is_staff=True).prefetch_related("groups").order_by("first_name", "username")


def may_change(operator: User, person: User) -> bool:
    """Whether this operator may change this account."""
    return person.pk != operator.pk and person.is_staff and not person.is_superuser


def roles_of(person: User) -> list[str]:
    """The roles somebody has, in the order of the table of roles."""
    names = {group.name for group in person.groups.all()}
    return [role for role in ROLES if role in names]


def invite(operator: User, person: User, *, roles: Iterable[str]) -> str:
    """Save a new account without a password; answers its invitation link."""
    chosen = sorted(roles)
    person.is_staff = True
    person.set_unusable_password()
    with audited() as log:
        person.save()
        person.groups.set(Group.objects.filter(name__in=chosen))
        link = invitations.invite(person)
        log.record(
            Event.USER_INVITED,
            actor=operator.actor,
            obj=f"user:{person.staff_id}",
            data={"roles": _codes(chosen)},
        )
    return link


def invite_again(operator: User, staff_id: str) -> tuple[User, str]:
    """A new link for somebody who has not accepted; the old one dies. Raises PermissionDenied."""
    with audited() as log:
        person = _locked(operator, staff_id)
        if not invitations.is_open(person):
            raise PermissionDenied("This person has chosen a password already, or is deactivated.")
        link = invitations.invite(person)
        log.record(
            Event.USER_INVITED,
            actor=operator.actor,
            obj=f"user:{staff_id}",
            data={"roles": _codes(roles_of(person))},
        )
    return person, link


def change_roles(operator: User, staff_id: str, *, roles: Iterable[str]) -> User:
    """Give somebody exactly these roles; no event when they have them already. Raises PermissionDenied."""
    wanted = set(roles)
    with audited() as log:
        person = _locked(operator, staff_id)
        before = set(roles_of(person))
        if wanted != before:
            person.groups.remove(*Group.objects.filter(name__in=before - wanted))
            person.groups.add(*Group.objects.filter(name__in=wanted - before))
            log.record(
                Event.USER_ROLE_CHANGED,
                actor=operator.actor,
                obj=f"user:{staff_id}",
                data={"added": _codes(wanted - before), "removed": _codes(before - wanted)},
            )
    return person


def deactivate(operator: User, staff_id: str) -> User:
    """End somebody's access at once, sessions included; the account stays. Raises PermissionDenied."""
    return _set_active(operator, staff_id, active=False, event=Event.USER_DEACTIVATED)


def reactivate(operator: User, staff_id: str) -> User:
    """Let somebody back in with the password and roles they had. Raises PermissionDenied."""
    return _set_active(operator, staff_id, active=True, event=Event.USER_REACTIVATED)


def _set_active(operator: User, staff_id: str, *, active: bool, event: Event) -> User:
    with audited() as log:
        person = _locked(operator, staff_id)
        if person.is_active != active:
            person.is_active = active
            person.save(update_fields=["is_active"])
            end_sessions_of(person)
            log.record(event, actor=operator.actor, obj=f"user:{staff_id}")
    return person


def _locked(operator: User, staff_id: str) -> User:
    """The account, locked. Raises User.DoesNotExist, and PermissionDenied when it is out of reach."""
    person = User.objects.select_for_update().get(staff_id=staff_id)
    if not may_change(operator, person):
        raise PermissionDenied(
            "Nobody changes their own account, and superusers are changed on the machine itself."
        )
    return person


def _codes(roles: Iterable[str]) -> list[JSON]:
    return [role_code(role) for role in sorted(roles)]
