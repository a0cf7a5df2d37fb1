"""What operators may do with people, each an event of the log: invite, change roles and address, deactivate,
let in.

Nobody changes their own account here, superusers are out of reach, and nobody sets another's password.
"""

from collections.abc import Collection, Iterable

from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from audit.events import Event
from audit.log_format import JSON
from audit.trail import audited
from erasure import notices
from erasure.choices import NoticeKind
from privacyadmin import invitations
from privacyadmin.models import User
from privacyadmin.open_sessions import end_sessions_of
from privacyadmin.roles import ROLES, WATCHED_ROLES, WATCHING_ROLES, role_code


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
        _tell_of_grant(operator, person, chosen)
    return link


def invite_again(operator: User, staff_id: str) -> tuple[User, str]:
    """A new link for somebody who has not accepted; the old one dies. Raises PermissionDenied."""
    with audited() as log:
        person = _locked(operator, staff_id)
        if not invitations.is_open(person):
            raise PermissionDenied(_("This person has chosen a password already, or is deactivated."))
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
            if not WATCHING_ROLES & wanted:
                _tell_that_watch_ended(operator, person, before)
            _tell_of_grant(operator, person, wanted - before)
    return person


def change_address(operator: User, staff_id: str, *, email: str) -> User:
    """Where somebody's notices go; no event for the address they have. Raises PermissionDenied."""
    with audited() as log:
        person = _locked(operator, staff_id)
        if person.email != email:
            if person.email:
                how = "changed" if email else "removed"
                _tell(operator, person, [person.pk], NoticeKind.ADDRESS_CHANGED, about=how)
            person.email = email
            person.save(update_fields=["email"])
            notices.address_changed(person.pk, timezone.now())
            log.record(
                Event.USER_ADDRESS_CHANGED,
                actor=operator.actor,
                obj=f"user:{staff_id}",
                data={"has_one": bool(email)},
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
            if active:
                _tell_of_grant(operator, person, roles_of(person))
            else:
                _tell_that_watch_ended(operator, person, roles_of(person))
    return person


def _tell_of_grant(operator: User, person: User, granted: Iterable[str]) -> None:
    """All auditors and reviewers hear who was given a say over people's data, and by whom."""
    watched = [role for role in ROLES if role in WATCHED_ROLES.intersection(granted)]
    if not watched:
        return
    watching = User.objects.filter(is_active=True, groups__name__in=WATCHING_ROLES).exclude(pk=person.pk)
    keys = set(watching.values_list("pk", flat=True))
    _tell(operator, person, keys, NoticeKind.ROLES_GRANTED, about=", ".join(watched))


def _tell_that_watch_ended(operator: User, person: User, ended: Iterable[str]) -> None:
    """Whoever is no longer told of grants hears that: it could be what comes before one.

    Like a changed address, it is told to the address of this moment.
    """
    watching = [role for role in ROLES if role in WATCHING_ROLES.intersection(ended)]
    if watching:
        _tell(operator, person, [person.pk], NoticeKind.ROLES_ENDED, about=", ".join(watching))


def _tell(operator: User, person: User, keys: Collection[int], kind: NoticeKind, *, about: str) -> None:
    """Tell of what this operator did with this person."""
    target = f"{person.staff_id}/{operator.staff_id}"
    notices.tell(keys, kind, about=about, target=target, now=timezone.now())


def _locked(operator: User, staff_id: str) -> User:
    """The account, locked. Raises User.DoesNotExist, and PermissionDenied when it is out of reach."""
    person = User.objects.select_for_update(no_key=True).get(staff_id=staff_id)
    if not may_change(operator, person):
        raise PermissionDenied(
            _("Nobody changes their own account, and superusers are changed on the machine itself.")
        )
    return person


def _codes(roles: Iterable[str]) -> list[JSON]:
    return [role_code(role) for role in sorted(roles)]
