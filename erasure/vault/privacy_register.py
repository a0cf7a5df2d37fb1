"""The table that a vault in somebody else's database is: one readable row for each message.

Written by Django's own means over a connection that is given, so that it works wherever Django does. The
model stands in a registry of its own: no migration, no router and no test of our own database knows it.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar

from django.apps.registry import Apps
from django.db import DatabaseError, IntegrityError, models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.sql import InsertQuery
from django.db.models.sql.constants import SINGLE
from django.utils import timezone

from erasure.vault.message import Message

TABLE = "privacy_register"


class RegisterRow(models.Model):
    """What one message told. The columns are in clear: whoever has the table is to read them."""

    message_id = models.CharField(max_length=40, primary_key=True)
    reference = models.CharField(max_length=24)
    status = models.CharField(max_length=12)
    outcome = models.CharField(max_length=16, null=True)
    type = models.CharField(max_length=8)
    subject_id = models.CharField(max_length=500, null=True)
    cxone_id = models.CharField(max_length=200, null=True)
    timestamp = models.DateTimeField()
    categories_erased = models.JSONField(null=True)
    scope = models.CharField(max_length=12, null=True)
    audit_sequence = models.BigIntegerField(null=True)
    recorded_at = models.DateTimeField()

    objects: ClassVar[models.Manager["RegisterRow"]] = models.Manager()

    class Meta:
        apps = Apps()
        app_label = "privacy_register"
        db_table = TABLE

    def __str__(self) -> str:
        return f"{self.reference}: {self.status}"


def row_of(message: Message) -> RegisterRow:
    """The row of a message; recorded now."""
    told: Mapping[str, Any] = message.fields
    return RegisterRow(
        message_id=message.id,
        reference=told["reference"],
        status=told["status"],
        outcome=told.get("outcome"),
        type=told["requestType"],
        subject_id=told["subjectId"],
        cxone_id=told["requestId"],
        timestamp=datetime.fromisoformat(told["timestamp"]),
        categories_erased=told.get("categories_erased"),
        scope=told["scope"],
        audit_sequence=told["auditSequence"],
        recorded_at=timezone.now(),
    )


def keep(connection: BaseDatabaseWrapper, row: RegisterRow) -> bool:
    """Write the row once; False where it was there already. Raises DatabaseError."""
    if _is_kept(connection, row):
        return False
    try:
        insert(connection, row)
    except IntegrityError:
        # Another worker may have written it meanwhile; whatever else it is, is the caller's trouble.
        if _is_kept(connection, row):
            return False
        raise
    return True


def insert(connection: BaseDatabaseWrapper, row: RegisterRow) -> None:
    """Write the row. Raises DatabaseError, IntegrityError also where it is there already."""
    query = InsertQuery(RegisterRow)
    query.insert_values(RegisterRow._meta.concrete_fields, [row])  # noqa: SLF001 - Django's public name.
    query.get_compiler(connection=connection).execute_sql()


def make_if_missing(connection: BaseDatabaseWrapper) -> None:
    """Make the table where there is none; of two workers at once, both find it made. Raises DatabaseError."""
    if _is_there(connection):
        return
    statement, parameters = connection.schema_editor().table_sql(RegisterRow)
    try:
        with connection.cursor() as cursor:
            cursor.execute(statement, parameters or None)
    except DatabaseError:
        if not connection.get_autocommit() or not _is_there(connection):
            raise


def _is_kept(connection: BaseDatabaseWrapper, row: RegisterRow) -> bool:
    query = RegisterRow.objects.filter(pk=row.pk).values("pk").query
    return query.get_compiler(connection=connection).execute_sql(SINGLE) is not None


def _is_there(connection: BaseDatabaseWrapper) -> bool:
    with connection.cursor() as cursor:
        names = connection.introspection.table_names(cursor)
    # Some databases keep names in capitals.
    return TABLE in {name.lower() for name in names}
