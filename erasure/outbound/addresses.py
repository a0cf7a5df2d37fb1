"""The guard over addresses that people type in: calls leave for the public internet, or for allowed hosts.

Without it, whoever may enter an address could have this program speak to the machine's own services, to the
network behind it, or to a cloud's metadata (server-side request forgery).
"""

import socket
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urlsplit

from erasure.outbound.destination import Destination, destination, host_key, literal_address
from erasure.outbound.errors import AddressRefused, RefusalCode
from erasure.outbound.public_addresses import is_public
from erasure.outbound.surroundings import goes_through_proxy

__all__ = ["AddressGuard", "AddressRefused", "RefusalCode"]


@dataclass(frozen=True)
class AddressGuard:
    """Says where calls may go.

    `allowed` holds hosts, or hosts with a port, that may be private and spoken to over plain http.
    Each stands for itself alone, not for names below it; spelling, case and a last dot make no difference.
    Raises ValueError for an entry that is neither `host` nor `host:port`.
    """

    allowed: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        object.__setattr__(self, "allowed", frozenset(map(_entry, self.allowed)))

    def check(self, url: str) -> None:
        """Look at an address before it is saved; asks the resolver. Raises AddressRefused.

        A name that is not found here passes if the environment has a proxy for it, which resolves it later.
        """
        there = self.look_at(url)
        if self.allows(there.host, there.port):
            return
        try:
            self.addresses(there.host, there.port, secure=there.scheme == "https")
        except OSError:
            found = False
        else:
            found = True
        if not found and not goes_through_proxy(url):
            raise AddressRefused("unresolvable")

    def look_at(self, url: str) -> Destination:
        """Where an address leads, and what is wrong with it without asking the resolver.

        Raises AddressRefused.
        """
        there = destination(url)
        if not self.allows(there.host, there.port):
            _refuse_unasked(there.host, secure=there.scheme == "https")
        return there

    def addresses(self, host: str, port: int, *, secure: bool) -> list[str]:
        """Resolve `host` once, and give the addresses that may be connected to in its place.

        All that it resolves to must be public: of a name that has one private address, none is used. Raises
        AddressRefused, and OSError when the name is not found.
        """
        allowed = self.allows(host, port)
        if not allowed:
            _refuse_unasked(host, secure=secure)
        found = _resolved(host, port)
        if not allowed and not all(is_public(ip_address(address)) for address in found):
            raise AddressRefused("private")
        return found

    def allows(self, host: str, port: int) -> bool:
        """Whether the operator has allowed this host, at all or at this port."""
        key = host_key(host)
        return key in self.allowed or _with_port(key, port) in self.allowed


def _refuse_unasked(host: str, *, secure: bool) -> None:
    """Raise AddressRefused for what needs no resolver to be refused."""
    address = literal_address(host)
    name = host_key(host)
    # RFC 6761 §6.3: these mean this very machine, whatever a resolver says.
    if name == "localhost" or name.endswith(".localhost"):
        raise AddressRefused("private")
    if address is not None and not is_public(address):
        raise AddressRefused("private")
    if not secure:
        raise AddressRefused("plain_http")


def _resolved(host: str, port: int) -> list[str]:
    """Every address of `host`, each once, in the order in which they are to be tried. Raises OSError."""
    answers = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    found = list(dict.fromkeys(str(answer[4][0]) for answer in answers))
    if not found:
        raise OSError("The resolver gave no address.")
    return found


def _entry(text: str) -> str:
    """An entry of the allowed hosts in the form in which hosts are compared."""
    bracketed = f"[{text}]" if text.count(":") > 1 and not text.startswith("[") else text
    there = None
    try:
        if not any(c in "/?" for c in text):
            there = destination(f"https://{bracketed}")
    except AddressRefused:
        pass
    if there is None:
        raise ValueError(f"{text!r} is no host, and no host with a port, such as vault.example:8443.")
    key = host_key(there.host)
    return key if urlsplit(f"//{bracketed}").port is None else _with_port(key, there.port)


def _with_port(key: str, port: int) -> str:
    return f"[{key}]:{port}" if ":" in key else f"{key}:{port}"
