"""Lengths of time as whole numbers, computed by the database itself.

Django's own subtraction calls back into Python for every row on SQLite, which a million rows do not bear.
"""

from typing import Any

from django.db.models import Func, IntegerField

EPOCH_SQLITE = "CAST(strftime('%%%%s', {}) AS INTEGER)"
EPOCH_POSTGRESQL = "FLOOR(EXTRACT(EPOCH FROM {}))"


class DaysBetween(Func):
    """Whole days from the second date to the first."""

    arity = 2
    output_field = IntegerField()

    def as_sqlite(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        """Julian days differ by whole numbers where both are dates."""
        template = "CAST(julianday(%(expressions)s) AS INTEGER)"
        return self.as_sql(compiler, connection, template=template, arg_joiner=") - julianday(", **extra)

    def as_postgresql(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        """Dates subtract to a number of days."""
        return self.as_sql(compiler, connection, template="(%(expressions)s)", arg_joiner=" - ", **extra)


class SecondsBetween(Func):
    """Seconds from the second moment to the first, each cut to its whole second."""

    arity = 2
    output_field = IntegerField()

    def as_sqlite(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        """The difference of two counts of seconds since 1970."""
        return _difference(self, EPOCH_SQLITE, "({})", compiler, connection, **extra)

    def as_postgresql(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        """The same."""
        return _difference(self, EPOCH_POSTGRESQL, "({})::bigint", compiler, connection, **extra)


class QuarterHour(Func):
    """The number of the quarter of an hour, since 1970, that holds a moment.

    Every zone's days begin with a quarter of an hour, so that days of any zone can be summed up from these.
    """

    arity = 1
    output_field = IntegerField()

    def as_sqlite(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        """Whole numbers divide to whole numbers."""
        template = f"({EPOCH_SQLITE.format('%(expressions)s')} / 900)"
        return self.as_sql(compiler, connection, template=template, **extra)

    def as_postgresql(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        """The same."""
        template = "FLOOR(EXTRACT(EPOCH FROM %(expressions)s) / 900)::bigint"
        return self.as_sql(compiler, connection, template=template, **extra)


def _difference(function: Func, epoch: str, whole: str, compiler: Any, connection: Any, **extra: Any) -> Any:
    template = whole.format(epoch.format("%(expressions)s"))
    before, after = epoch.replace("%%%%", "%%").split("{}")
    return function.as_sql(compiler, connection, template=template, arg_joiner=f"{after} - {before}", **extra)
