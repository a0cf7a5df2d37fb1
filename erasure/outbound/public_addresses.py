"""Which IP addresses belong to the public internet, whatever address may be folded into another.

Rests on the registries of special-purpose addresses (RFC 6890, as IANA keeps them), of which `ipaddress`
knows a part, and by Python's version another one. What is in doubt is not public.
"""

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from typing import TypeAlias

IPAddress: TypeAlias = IPv4Address | IPv6Address

_NEVER_4 = tuple(
    IPv4Network(network)
    for network in (
        "192.0.0.0/24",  # Protocol assignments; Oracle's cloud has its metadata here.
        "192.88.99.0/24",  # Relays of 6to4, given up by RFC 7526.
        "224.0.0.0/4",  # Multicast, which `ipaddress` counts as global.
        "168.63.129.16/32",  # Azure's own service for a virtual machine: a public number, and inside each.
    )
)

_GLOBAL_UNICAST = IPv6Network("2000::/3")
_NEVER_6 = tuple(
    IPv6Network(network)
    for network in (
        "2001::/23",  # Protocol assignments, with Teredo, which carries any IPv4 address.
        "2001:db8::/32",  # Documentation.
        "2002::/16",  # 6to4, which carries any IPv4 address; given up by RFC 7526.
        "3fff::/20",  # Documentation (RFC 9637).
    )
)

_NAT64 = IPv6Network("64:ff9b::/96")
"""How a network without IPv4 reaches what has nothing else: the last 32 bits say which (RFC 6052 §2.1)."""


def is_public(address: IPAddress) -> bool:
    """Whether everybody on the internet means the same host by `address`, and no host of our own network."""
    if isinstance(address, IPv4Address):
        return address.is_global and not any(address in network for network in _NEVER_4)
    embedded = _embedded(address)
    if embedded is not None:
        return is_public(embedded)
    return (
        address.scope_id is None
        and address in _GLOBAL_UNICAST
        and not any(address in network for network in _NEVER_6)
    )


def _embedded(address: IPv6Address) -> IPv4Address | None:
    """The IPv4 address that a connection to `address` ends at, where that is a usual way to say it.

    The unusual ways (IPv4-compatible, 6to4, Teredo) are never public.
    """
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped
