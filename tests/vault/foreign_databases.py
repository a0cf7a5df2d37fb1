"""Databases of others: a file of SQLite, and a database of PostgreSQL that is reached over TCP."""

import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from secrets import token_hex
from typing import Any, Protocol
from urllib.parse import quote, unquote, urlsplit, urlunsplit

import psycopg
import pytest

from erasure.outbound.addresses import AddressGuard
from erasure.vault.database_address import Places
from tests.vault.relay import Relay

HAS_POSTGRESQL = os.environ.get("DATABASE_URL", "").startswith("postgres")
ROWS = "SELECT * FROM privacy_register ORDER BY message_id"
#: What somebody else's password looks like; no log and no answer may have it.
PASSWORD = "s3cret/of+the@vault"


class Foreign(Protocol):
    """A database that is not ours, read by its own driver."""

    url: str
    places: Places

    def run(self, statement: str) -> list[dict[str, Any]]:
        """Run a statement as its owner; the rows by their columns' names."""


class SQLiteFile:
    """A file that VAULT_ALLOWED_HOSTS names."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.url = f"sqlite:///{path}"
        self.places = Places(paths=frozenset({str(path)}))

    def run(self, statement: str) -> list[dict[str, Any]]:
        opened = sqlite3.connect(self.path)
        try:
            cursor = opened.execute(statement)
            names = [column[0] for column in cursor.description or ()]
            rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
            opened.commit()
            return rows
        finally:
            opened.close()


class PostgreSQLDatabase:
    """A database with an owner and a role of its own, behind a relay on loopback."""

    def __init__(self, superuser: str) -> None:
        self._superuser = superuser
        self.name = f"vault_{token_hex(4)}"
        self.role = f"{self.name}_role"
        self.relay = Relay(f"{unquote(urlsplit(superuser).hostname or '')}/.s.PGSQL.5432")
        self.places = Places(guard=AddressGuard(frozenset({"127.0.0.1"})))

    def make(self) -> None:
        self._as_superuser(
            f"CREATE ROLE {self.name} LOGIN PASSWORD '{PASSWORD}'",
            f"CREATE ROLE {self.role} LOGIN PASSWORD '{PASSWORD}'",
            f"CREATE DATABASE {self.name} OWNER {self.name}",
        )
        self.relay.start()

    def drop(self) -> None:
        self.relay.stop()
        self._as_superuser(
            f"DROP DATABASE {self.name} WITH (FORCE)", f"DROP ROLE {self.name}", f"DROP ROLE {self.role}"
        )

    @property
    def url(self) -> str:
        return self.address(self.name)

    def address(self, role: str, password: str = PASSWORD, *, name: str = "", options: str = "") -> str:
        place = f"{role}:{quote(password, safe='')}@127.0.0.1:{self.relay.port}"
        return f"postgres://{place}/{name or self.name}{options}"

    def run(self, statement: str) -> list[dict[str, Any]]:
        with psycopg.connect(
            host=unquote(urlsplit(self._superuser).hostname or ""),
            dbname=self.name,
            user=self.name,
            password=PASSWORD,
            autocommit=True,
        ) as opened:
            cursor = opened.execute(statement.encode())
            names = [column.name for column in cursor.description or ()]
            return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()] if names else []

    def _as_superuser(self, *statements: str) -> None:
        parts = urlsplit(self._superuser)
        with psycopg.connect(urlunsplit(parts), autocommit=True) as opened:
            for statement in statements:
                opened.execute(statement.encode())


@pytest.fixture
def sqlite_file(tmp_path: Path) -> SQLiteFile:
    return SQLiteFile(tmp_path / "register.sqlite3")


@pytest.fixture
def postgresql() -> Iterator[PostgreSQLDatabase]:
    if not HAS_POSTGRESQL:
        pytest.skip("There is no PostgreSQL in this run; python -m tests.with_postgresql brings one.")
    made = PostgreSQLDatabase(os.environ["DATABASE_URL"])
    made.make()
    yield made
    made.drop()


@pytest.fixture(params=["sqlite_file", *(["postgresql"] if HAS_POSTGRESQL else [])])
def foreign(request: pytest.FixtureRequest) -> Foreign:
    """Each kind in turn."""
    made: Foreign = request.getfixturevalue(request.param)
    return made
