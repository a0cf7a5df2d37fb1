"""What each group may do: the table of roles as data, made real by an idempotent step after every migrate."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.apps.registry import Apps
from django.apps.registry import apps as installed_apps
from django.utils.translation import gettext, gettext_noop
from django.utils.translation import gettext_lazy as _lazy

from audit.words import Words

OFFICERS = gettext_noop("Privacy officers")
REVIEWERS = gettext_noop("Reviewers")
AUDITORS = gettext_noop("Auditors")
OPERATORS = gettext_noop("Operators")

ROLES: Mapping[str, frozenset[str]] = {
    OFFICERS: frozenset(
        {
            "erasure.view_privacyrequest",
            "erasure.file_request",
            "erasure.answer_request",
            "erasure.ask_override",
            "erasure.reveal_identifier",
            "erasure.take_certificate",
        }
    ),
    REVIEWERS: frozenset(
        {
            "erasure.view_privacyrequest",
            "erasure.decide_override",
            "erasure.place_hold",
            "erasure.reveal_identifier",
        }
    ),
    AUDITORS: frozenset(
        {
            "erasure.view_privacyrequest",
            "erasure.take_audit_copy",
            "audit.view_auditevent",
            "audit.export_auditevent",
            "audit.verify_auditevent",
        }
    ),
    OPERATORS: frozenset(
        {
            "erasure.view_upstream",
            "erasure.manage_vaults",
            "erasure.edit_lettertext",
            "privacyadmin.invite_user",
        }
    ),
}

#: What each role does, in the words of the invitation page.
ROLE_LINES: Mapping[str, Words] = {
    OFFICERS: _lazy("File requests, answer people, hand out certificates, ask for overrides."),
    REVIEWERS: _lazy("Decide overrides and place holds; never on what they filed themselves."),
    AUDITORS: _lazy("Read every request, masked; read, export and verify the audit log."),
    OPERATORS: _lazy(
        "Run the connections to CXone and to vaults, word the letters, invite people; they see no requests."
    ),
}


#: Roles that see or decide about people's data: all who watch or review are told when somebody is given one.
WATCHED_ROLES = frozenset({OFFICERS, REVIEWERS})
WATCHING_ROLES = frozenset({AUDITORS, REVIEWERS})


def make_groups(*, using: str, apps: Apps = installed_apps, **_signal: Any) -> None:
    """Give every role exactly the permissions of the table; groups it does not know are left alone.

    The apps come with the signal after a migrate, and not after a flush.
    """
    permissions = apps.get_model("auth", "Permission").objects.using(using).select_related("content_type")
    known = {f"{p.content_type.app_label}.{p.codename}": p for p in permissions}
    for name, wanted in ROLES.items():
        group, _made = apps.get_model("auth", "Group").objects.using(using).get_or_create(name=name)
        group.permissions.set([known[label] for label in sorted(wanted) if label in known])


def role_names(roles: Iterable[str]) -> str:
    """The names of roles as people read them, with commas."""
    return ", ".join(map(gettext, roles))


def role_code(role: str) -> str:
    """How the audit log names a role."""
    return role.lower().replace(" ", "-")
