"""The SQL of docs/deployment.md as it stands there: the program works as a role that owns no table."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit, urlunsplit

import psycopg
import pytest
from django.conf import settings

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(
        not os.environ.get("DATABASE_URL", "").startswith("postgres"),
        reason="Roles and grants are PostgreSQL's.",
    ),
]

DATABASE, OWNER, APP = "privacyadmin", "privacyadmin_owner", "privacyadmin_app"
PAGE = Path(settings.BASE_DIR, "docs", "deployment.md")


def blocks() -> tuple[str, str]:
    """What the page has a superuser run, and what it has the owner run."""
    roles, grants = re.findall(r"```sql\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    return roles, grants


class Deployed:
    """A database as the page makes it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.superuser = os.environ["DATABASE_URL"]

    def address(self, role: str, password: str) -> str:
        """`DATABASE_URL` of this role."""
        parts = urlsplit(self.superuser)
        place = parts.netloc.rpartition("@")[2]
        return urlunsplit(parts._replace(netloc=f"{role}:{quote(password)}@{place}", path=f"/{DATABASE}"))

    @property
    def owner(self) -> str:
        return self.address(OWNER, "change-me-owner")

    @property
    def app(self) -> str:
        return self.address(APP, "change-me-app")

    def run(self, *words: str, url: str) -> str:
        """A command of ours against this database."""
        environment = {
            **os.environ,
            "DATABASE_URL": url,
            "DATA_DIR": str(self.folder),
            "DJANGO_SETTINGS_MODULE": "privacyadmin.settings",
        }
        done = subprocess.run(  # noqa: S603 - our own modules, with arguments of these tests.
            [sys.executable, *words],
            cwd=settings.BASE_DIR,
            env=environment,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout


def execute(url: str, sql: str) -> list[Any]:
    with psycopg.connect(url, autocommit=True) as opened:
        rows = []
        for statement in filter(str.strip, re.sub(r"--[^\n]*", "", sql).split(";")):
            cursor = opened.execute(statement.encode())
            rows = cursor.fetchall() if cursor.description else []
        return rows


@pytest.fixture(scope="module")
def deployed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployed]:
    deployed = Deployed(tmp_path_factory.mktemp("deployed"))
    roles, grants = blocks()
    execute(deployed.superuser, roles)
    try:
        deployed.run("manage.py", "prepare", "demo", url=deployed.owner)
        execute(deployed.owner, grants)
        deployed.run("manage.py", "file_samples", *people(), url=deployed.app)
        yield deployed
    finally:
        execute(
            deployed.superuser, f"DROP DATABASE {DATABASE} WITH (FORCE); DROP ROLE {APP}; DROP ROLE {OWNER}"
        )


def people() -> tuple[str, ...]:
    return ("--officer", "officer", "--reviewer", "reviewer")


def test_the_program_works_as_the_app_role(deployed: Deployed) -> None:
    found = json.loads(deployed.run("-m", "tests.audit.app_role", "works", url=deployed.app))
    assert (found["covered"], found["signed"], found["verified"]) == (True, True, "OK")
    assert found["requests"] > 5
    assert [answer for answer in found["answers"] if not answer.endswith(": 200")] == []
    assert len(found["answers"]) > 8


def test_the_app_role_cannot_touch_what_was_logged(deployed: Deployed) -> None:
    found = json.loads(deployed.run("-m", "tests.audit.app_role", "refused", url=deployed.app))
    assert found["let_through"] == []
    assert "Run the command as the owner of the tables" in found["continuing"]


def test_every_table_has_its_grant(deployed: Deployed) -> None:
    tables = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
    granted = f"SELECT DISTINCT table_name FROM information_schema.role_table_grants WHERE grantee = '{APP}'"  # noqa: S608 - our own name.
    assert set(execute(deployed.owner, tables)) == set(execute(deployed.owner, granted))


def test_the_grants_can_be_repeated_after_an_update(deployed: Deployed) -> None:
    deployed.run("manage.py", "migrate", "-v0", url=deployed.owner)
    execute(deployed.owner, blocks()[1])
    deployed.run("-m", "tests.audit.app_role", "works", url=deployed.app)


def test_the_owner_continues_a_log(deployed: Deployed) -> None:
    said = deployed.run("manage.py", "continue_audit", "--reason", "key_lost", "--yes", url=deployed.owner)
    assert "The log goes on as" in said
    found = json.loads(deployed.run("-m", "tests.audit.app_role", "works", url=deployed.app))
    assert found["signed"]
