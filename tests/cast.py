"""The people of the tests, each with what they may do in one line."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.test import Client

from privacyadmin.models import User
from privacyadmin.roles import AUDITORS, OFFICERS, OPERATORS, REVIEWERS

PASSWORD = "correct horse battery staple"


def person(username: str, *roles: str, **facts: Any) -> User:
    """Somebody with these roles, an address and the cast's password."""
    facts = {"email": f"{username}@example.org", **facts}
    user = User.objects.create_user(username, password=PASSWORD, is_staff=True, **facts)
    user.groups.set(Group.objects.filter(name__in=roles))
    return user


@pytest.fixture
def officer(db: None) -> User:
    """Lena files and answers requests."""
    return person("lena", OFFICERS, first_name="Lena", last_name="Hofmann")


@pytest.fixture
def other_officer(db: None) -> User:
    """Anna does what Lena does."""
    return person("anna", OFFICERS, first_name="Anna", last_name="Berg")


@pytest.fixture
def reviewer(db: None) -> User:
    """Marek decides overrides and places holds."""
    return person("marek", REVIEWERS, first_name="Marek", last_name="Vondra")


@pytest.fixture
def other_reviewer(db: None) -> User:
    """Ines does what Marek does."""
    return person("ines", REVIEWERS, first_name="Ines", last_name="Duarte")


@pytest.fixture
def auditor(db: None) -> User:
    """Oskar reads requests, masked, and the log."""
    return person("oskar", AUDITORS, first_name="Oskar", last_name="Lind")


@pytest.fixture
def operator(db: None) -> User:
    """Petra runs the connection and invites people; she sees no requests."""
    return person("petra", OPERATORS, first_name="Petra", last_name="Novak")


@pytest.fixture
def stranger(db: None) -> User:
    """Somebody who may sign in and nothing else."""
    return person("nobody")


@pytest.fixture
def superuser(db: None) -> User:
    """Somebody with every permission, bound by four eyes like everybody."""
    return User.objects.create_superuser("root", password=PASSWORD)


@pytest.fixture
def signed_in() -> Callable[[User], Client]:
    """A browser in which this person is signed in."""

    def sign_in(user: User) -> Client:
        client = Client()
        client.force_login(user)
        return client

    return sign_in
