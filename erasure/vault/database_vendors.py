"""The kinds of databases that Django reaches: what an address of each may say, and what bounds its calls."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

import dj_database_url
from django.core.exceptions import ImproperlyConfigured
from django.db.utils import load_backend
from django.utils.translation import gettext as _

from erasure.choices import DeliveryTrouble
from erasure.vault.message import NotDelivered

CONNECT_SECONDS = 5
STATEMENT_SECONDS = 15
LOCK_SECONDS = 10


@dataclass(frozen=True)
class Vendor:
    """What is known of one kind of database: its port, and the options that a typed-in address may carry.

    `bounds` are options of its driver that keep a call from lasting for ever.
    """

    port: int | None = None
    options: frozenset[str] = frozenset()
    bounds: Mapping[str, Any] = field(default_factory=dict)


VENDORS: Mapping[str, Vendor] = {
    "postgresql": Vendor(5432, frozenset({"sslmode", "sslrootcert", "channel_binding", "currentSchema"})),
    "sqlite": Vendor(bounds={"timeout": LOCK_SECONDS}),
    "mysql": Vendor(
        3306,
        frozenset({"ssl-ca", "ssl_mode"}),
        bounds={
            "connect_timeout": CONNECT_SECONDS,
            "read_timeout": STATEMENT_SECONDS,
            "write_timeout": STATEMENT_SECONDS,
        },
    ),
    "oracle": Vendor(1521, bounds={"tcp_connect_timeout": CONNECT_SECONDS}),
}

#: PostgreSQL's own bounds, given when the connection is made.
_SESSION = f"-c statement_timeout={STATEMENT_SECONDS}s -c lock_timeout={LOCK_SECONDS}s"
_SCHEMA = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def parsed(url: str) -> dict[str, Any]:
    """The address as Django has a database in its settings, with bounds to what it may take.

    Raises NotDelivered, with what to do in `said`, and never the address.
    """
    settings = _as_settings(url)
    vendor = vendor_of(settings)
    known = VENDORS.get(vendor, Vendor())
    _check_options(url, known)
    settings["OPTIONS"] = {**settings.get("OPTIONS", {}), **known.bounds}
    if vendor == "postgresql":
        _bind(settings)
    return settings


def vendor_of(settings: Mapping[str, Any]) -> str:
    """What Django calls this kind of database. Raises NotDelivered where its driver is not installed."""
    try:
        return str(load_backend(settings["ENGINE"]).DatabaseWrapper.vendor)
    except (ImproperlyConfigured, ImportError):
        said = _(
            "The driver for this kind of database is not installed where this program runs. Ask whoever runs "
            "it to install it."
        )
    raise NotDelivered(DeliveryTrouble.MISCONFIGURED, said=said)


def _as_settings(url: str) -> dict[str, Any]:
    try:
        return dict(dj_database_url.parse(url, conn_max_age=0))
    except ValueError:
        said = _(
            "This is no address of a database. Write it as postgres://user:password@host:5432/name, with "
            "special characters in the password percent-encoded."
        )
    # Raised out here, so that the library's error, which may name a part of the address, stays behind.
    raise NotDelivered(DeliveryTrouble.MISCONFIGURED, said=said)


def _check_options(url: str, known: Vendor) -> None:
    """Raise NotDelivered for an option that is not among the few that are taken, or is given twice."""
    given = parse_qs(urlsplit(url).query, keep_blank_values=True)
    schema = given.get("currentSchema", ["public"])[0]
    if all(name in known.options and len(values) == 1 for name, values in given.items()) and (
        _SCHEMA.fullmatch(schema)
    ):
        return
    taken = ", ".join(sorted(known.options)) or _("none")
    raise NotDelivered(
        DeliveryTrouble.MISCONFIGURED,
        said=_("The address has an option that is not taken here. What can be given once: %(options)s.")
        % {"options": taken},
    )


def _bind(settings: dict[str, Any]) -> None:
    """Bound what PostgreSQL does, and keep it from adding credentials of this machine to those given."""
    options = settings["OPTIONS"]
    options["options"] = f"{options.get('options', '')} {_SESSION}".strip()
    options["connect_timeout"] = CONNECT_SECONDS
    # What is empty is looked up in PGPASSWORD; and a file that is not there is read for no password.
    options["password"] = settings["PASSWORD"]
    options["passfile"] = "/dev/null/none"
