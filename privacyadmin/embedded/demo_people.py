"""The people of the demo: one for each role, a second officer, to whom requests can be handed over, and a
second reviewer, since a hold is released by two. Their passwords stay the same from start to start.
"""

import json
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from django.contrib.auth.models import Group

from audit.events import Event
from audit.trail import audited
from privacyadmin.models import STAFF_ID_ALPHABET, User
from privacyadmin.roles import AUDITORS, OFFICERS, OPERATORS, REVIEWERS, role_code

FILE = "demo-users.json"


@dataclass(frozen=True)
class DemoPerson:
    """Who plays a role."""

    username: str
    full_name: str
    role: str


CAST = (
    DemoPerson("officer", "Lena Hofmann", OFFICERS),
    DemoPerson("officer2", "Jonas Lindqvist", OFFICERS),
    DemoPerson("reviewer", "Marek Vondra", REVIEWERS),
    DemoPerson("reviewer2", "Amina Sall", REVIEWERS),
    DemoPerson("auditor", "Ines Duarte", AUDITORS),
    DemoPerson("operator", "Tomas Berg", OPERATORS),
)


def make_demo_people(folder: Path) -> dict[str, str]:
    """Make whoever is missing; answers all passwords by user name. Only `demo` may call this."""
    passwords = _passwords(folder / FILE)
    for person in CAST:
        if not User.objects.filter(username=person.username).exists():
            _make(person, passwords[person.username])
    return passwords


def lines_about(passwords: Mapping[str, str]) -> list[str]:
    """The cast as a table of role, user name and password."""
    role_width = max(len(person.role) for person in CAST)
    name_width = max(len(person.username) for person in CAST)
    return [
        f"{person.role:{role_width}}  user name {person.username:{name_width}}  "
        f"password {passwords[person.username]}"
        for person in CAST
    ]


def _make(person: DemoPerson, password: str) -> None:
    with audited() as log:
        user = User(username=person.username, first_name=person.full_name, is_staff=True)
        user.email = f"{person.username}@example.org"
        user.set_password(password)
        user.save()
        user.groups.set(Group.objects.filter(name=person.role))
        log.record(
            Event.USER_ROLE_CHANGED,
            actor="sys",
            obj=f"user:{user.staff_id}",
            data={"added": [role_code(person.role)], "removed": []},
        )


def _passwords(path: Path) -> dict[str, str]:
    """The passwords in the file (0600), made at the first start; whoever joined the cast since gets one."""
    kept: dict[str, str] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    passwords = {person.username: kept.get(person.username) or _password() for person in CAST}
    if passwords != kept:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(passwords, file, indent=1)
    return passwords


def _password() -> str:
    """Four groups of four characters that read well aloud: 79 bits."""
    return "-".join("".join(secrets.choice(STAFF_ID_ALPHABET) for _ in range(4)) for _ in range(4))
