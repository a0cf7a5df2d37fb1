"""Who acts when a command is run: the person named with --as, or the account that nobody signs in to."""

from django.contrib.auth.models import Group
from django.core.management.base import CommandError

from privacyadmin.models import User

SERVICE_ACCOUNT = "cli"


def acting(name: str | None, *, permission: str, refusal: str) -> User:
    """The active person of this user name, or else the service account.

    Raises CommandError for nobody, and for who lacks the permission: their name, then `refusal`.
    """
    by = service_account() if name is None else User.objects.filter(username=name).first()
    if by is None or not by.is_active:
        raise CommandError(f"There is no active person with the user name {name or SERVICE_ACCOUNT!r}.")
    if not by.has_perm(permission):
        raise CommandError(f"{by.username} {refusal}")
    return by


def service_account() -> User:
    """The account, made at its first use as one of the privacy officers. Raises CommandError when somebody
    can sign in to it.
    """
    account = User.objects.filter(username__iexact=SERVICE_ACCOUNT).first()
    if account is None:
        account = User.objects.create_user(SERVICE_ACCOUNT, password=None, first_name="Command line")
        account.groups.set(Group.objects.filter(permissions__codename="file_request"))
    if account.has_usable_password():
        raise CommandError(
            f"{account.username!r} is somebody’s own account, and the command line needs that name. "
            "Rename it, or say with --as who acts."
        )
    return account
