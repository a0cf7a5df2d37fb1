"""The address of a database that somebody typed in: what it may say, and where it may lead.

An address of a database can say far more than where it is: files to read, a socket, another host than the one
it names. So only a few of its options are taken, a file or a socket has to be allowed by its path, and a host
goes by the guard over addresses, with TLS unless the host is allowed.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _
from requests.utils import DEFAULT_CA_BUNDLE_PATH

from erasure.choices import DeliveryTrouble
from erasure.outbound.addresses import AddressGuard, AddressRefused
from erasure.outbound.surroundings import look_around
from erasure.vault.database_vendors import VENDORS, Vendor, parsed, vendor_of
from erasure.vault.message import NotDelivered

#: Of a name with many addresses so many are tried, each for `CONNECT_SECONDS`.
MOST_ADDRESSES = 3


@dataclass(frozen=True)
class Places:
    """Where vaults in databases may be: hosts by the guard; files, and folders of sockets, by their paths.

    Nothing in or below a path of `ours` can be allowed: that is this program's own data.
    """

    guard: AddressGuard = field(default_factory=AddressGuard)
    paths: frozenset[str] = frozenset()
    ours: tuple[Path, ...] = ()

    def allows_path(self, path: str) -> bool:
        """Whether the operator has allowed this very path, and it is not our own."""
        if path not in self.paths or not path.startswith("/"):
            return False
        there = Path(path).resolve()
        return not any(own == there or own in there.parents for own in self.ours)


@dataclass(frozen=True)
class DatabaseAddress:
    """A database that may be connected to, as far as can be said without asking the resolver."""

    vendor: str
    #: As Django has a database in its settings.
    settings: Mapping[str, Any] = field(repr=False)
    host: str = ""
    port: int = 0
    places: Places = field(default_factory=Places, repr=False)

    def checked(self) -> dict[str, Any]:
        """Settings that lead to this database, for one connection now.

        The name of the host is resolved here, once, and what it resolves to is connected to: a name that
        changes its answer afterwards changes nothing. Raises NotDelivered.
        """
        settings = {**self.settings, "OPTIONS": dict(self.settings["OPTIONS"])}
        if self.host and self._can_be_pinned:
            addresses = self._resolved()[:MOST_ADDRESSES]
            # TLS goes on to verify the name, which stands beside each address.
            settings["HOST"] = ",".join([self.host] * len(addresses))
            settings["OPTIONS"]["hostaddr"] = ",".join(addresses)
        return settings

    def _resolved(self) -> list[str]:
        try:
            return self.places.guard.addresses(self.host, self.port, secure=True)
        except AddressRefused:
            said = _refused_host()
        except OSError:
            raise NotDelivered(
                DeliveryTrouble.UNREACHABLE, said=_("The name of its host was not found.")
            ) from None
        raise NotDelivered(DeliveryTrouble.ADDRESS_REFUSED, said=said)

    @cached_property
    def _can_be_pinned(self) -> bool:
        return self.vendor == "postgresql"


def read(url: str, places: Places) -> DatabaseAddress:
    """Read a typed-in address. Raises NotDelivered, with what to do in `said`, and never the address."""
    settings = parsed(url)
    vendor = vendor_of(settings)
    known = VENDORS.get(vendor, Vendor())
    path = settings["NAME"] if vendor == "sqlite" else settings["HOST"]
    if vendor == "sqlite" or path.startswith("/"):
        _check_path(path, places)
        host, port = "", 0
    else:
        host, port = _checked_host(settings, known, places)
        settings["HOST"], settings["PORT"] = host, port
        if not places.guard.allows(host, port):
            _encrypt(settings["OPTIONS"], vendor)
    return DatabaseAddress(vendor, settings, host, port, places)


def check(url: str, places: Places) -> None:
    """Look at an address before it is saved; asks the resolver. Raises NotDelivered."""
    read(url, places).checked()


def _check_path(path: str, places: Places) -> None:
    if places.allows_path(path):
        return
    raise NotDelivered(
        DeliveryTrouble.ADDRESS_REFUSED,
        said=_(
            "It leads to a file or a socket of this machine. Leave the address empty for the table in this "
            "program’s own database, or have the path allowed by VAULT_ALLOWED_HOSTS."
        ),
    )


def _checked_host(settings: Mapping[str, Any], known: Vendor, places: Places) -> tuple[str, int]:
    """Host and port, read strictly, the port never left to the driver. Raises NotDelivered."""
    host, port = settings["HOST"], settings["PORT"] or known.port
    if not host or not port:
        raise NotDelivered(
            DeliveryTrouble.MISCONFIGURED,
            said=_("The address has to name the database’s host, and its port where it is not a usual one."),
        )
    bracketed = f"[{host}]" if ":" in host else host
    try:
        there = places.guard.look_at(f"https://{bracketed}:{port}")
    except AddressRefused as refused:
        trouble = (
            DeliveryTrouble.MISCONFIGURED if refused.code == "malformed" else DeliveryTrouble.ADDRESS_REFUSED
        )
    else:
        return there.host, there.port
    raise NotDelivered(trouble, said=_refused_host())


def _refused_host() -> str:
    return _(
        "Its host is on this machine or on a private network, or cannot be read. A database is usually on a "
        "private network: have its host allowed by VAULT_ALLOWED_HOSTS."
    )


def _encrypt(options: dict[str, Any], vendor: str) -> None:
    """On the way to a host that nobody has allowed, have the server prove its name. Raises NotDelivered."""
    if vendor != "postgresql" or options.get("sslmode", "verify-full") != "verify-full":
        raise NotDelivered(
            DeliveryTrouble.ADDRESS_REFUSED,
            said=_(
                "Over the internet only PostgreSQL with sslmode=verify-full is connected to. Correct the "
                "address, or have the host allowed by VAULT_ALLOWED_HOSTS."
            ),
        )
    options["sslmode"] = "verify-full"
    # GSSAPI, where it is set up, would be taken instead of TLS.
    options["gssencmode"] = "disable"
    options.setdefault("sslrootcert", _authorities())


def _authorities() -> str:
    """The file of the certificate authorities that calls over HTTP trust, too."""
    verify = look_around("https://database.invalid").verify
    return verify if isinstance(verify, str) else DEFAULT_CA_BUNDLE_PATH
