"""Which host and port an address leads to, read so strictly that nobody can read it in another way."""

import re
import socket
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address
from urllib.parse import SplitResult, urlsplit

from urllib3.util import parse_url

from erasure.outbound.errors import AddressRefused
from erasure.outbound.public_addresses import IPAddress

DEFAULT_PORTS = {"https": 443, "http": 80}

_LONGEST_NAME = 253
# The underscore is no letter of a host's name, and stands in many that resolve.
_LABEL = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?")


@dataclass(frozen=True)
class Destination:
    """`host` is as it is connected to: in lower case, by IDNA, without brackets, a last dot kept."""

    scheme: str
    host: str
    port: int


def destination(url: str) -> Destination:
    """Where `url` leads. Raises AddressRefused for anything but a plain http(s) address.

    `requests` and `urllib3` read addresses by two parsers; where the two differ, it is refused.
    """
    if any(not c.isprintable() or c.isspace() or c in "\\#" for c in url):
        raise AddressRefused("malformed")
    scheme = url.partition(":")[0].lower()
    if scheme not in DEFAULT_PORTS:
        raise AddressRefused("scheme")
    parts = _split(url)
    if "@" in parts.netloc:
        raise AddressRefused("credentials")
    if not parts.netloc or "%" in parts.netloc or parts.netloc.endswith(":"):
        raise AddressRefused("malformed")
    if not (parts.path + parts.query).isascii():
        raise AddressRefused("malformed")
    agreed = _agreed(url, parts)
    if agreed is None or agreed[1] == 0 or not _is_host(agreed[0]):
        raise AddressRefused("malformed")
    host, port = agreed
    return Destination(scheme, host, DEFAULT_PORTS[scheme] if port is None else port)


def literal_address(host: str) -> IPAddress | None:
    """The IP address that `host` spells, in any way that a resolver takes for one, else None.

    Besides the usual spelling that is `2130706433`, `0x7f.1`, `0177.0.0.1` and the like (inet_aton(3)).
    """
    bare = host.rstrip(".").strip("[]")
    try:
        return ip_address(bare)
    except ValueError:
        pass
    try:
        return IPv4Address(socket.inet_aton(bare))
    except OSError:
        return None


def host_key(host: str) -> str:
    """One text for all spellings of a host: the usual one of an address, a name without its last dot."""
    address = literal_address(host)
    return host.lower().rstrip(".") if address is None else str(address)


def _split(url: str) -> SplitResult:
    try:
        return urlsplit(url)
    except ValueError:
        pass
    raise AddressRefused("malformed")


def _agreed(url: str, parts: SplitResult) -> tuple[str, int | None] | None:
    """Host and port as both parsers read them, None when they cannot or do not agree."""
    try:
        port = parts.port
        host = _by_idna(parts.hostname or "")
        whole = parse_url(url)
    except ValueError:
        # urllib3's error for an address is a ValueError too.
        return None
    # urllib3 leaves the case of a number such as 0X7F.1 as it is.
    agree = ((whole.host or "").lower(), whole.port) == (host.lower(), port)
    return (host.strip("[]"), port) if agree else None


def _by_idna(hostname: str) -> str:
    """The name in the form in which it is looked up, an IPv6 address in brackets."""
    bracketed = f"[{hostname}]" if ":" in hostname else hostname
    return parse_url(f"https://{bracketed}").host or ""


def _is_host(host: str) -> bool:
    if len(host) > _LONGEST_NAME:
        return False
    if ":" in host:
        return isinstance(literal_address(host), IPv6Address)
    return all(_LABEL.fullmatch(label) for label in host.removesuffix(".").split("."))
