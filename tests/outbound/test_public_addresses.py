"""Which addresses are everybody's and which are somebody's own."""

from ipaddress import ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from erasure.outbound.public_addresses import IPAddress, is_public

NOT_PUBLIC = {
    "this host": ["0.0.0.0", "0.1.2.3", "::"],  # noqa: S104 - nothing is bound to it.
    "loopback": ["127.0.0.1", "127.255.255.254", "::1"],
    "private": ["10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "fc00::1", "fd12:3456::1"],
    "shared by a provider": ["100.64.0.1", "100.127.255.255"],
    "link-local": ["169.254.0.1", "fe80::1", "fe80::1%1", "febf::1"],
    "site-local": ["fec0::1"],
    "metadata of clouds": [
        "169.254.169.254",
        "fd00:ec2::254",
        "100.100.100.200",
        "192.0.0.192",
        "168.63.129.16",
    ],
    "protocol assignments": ["192.0.0.1", "192.0.0.170", "2001::1", "2001:1ff::1", "100::1"],
    "documentation": ["192.0.2.1", "198.51.100.1", "203.0.113.1", "2001:db8::1", "3fff::1"],
    "measurements": ["198.18.0.1", "198.19.255.255", "2001:2::1"],
    "multicast": ["224.0.0.1", "239.255.255.255", "ff02::1", "ff0e::1"],
    "reserved": ["240.0.0.1", "255.255.255.255", "4000::1", "5f00::1", "1::1"],
    "relays of 6to4": ["192.88.99.1"],
    "mapped, of one that is not": ["::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254"],
    "compatible": ["::127.0.0.1", "::10.0.0.1", "::8.8.8.8"],
    "NAT64, of one that is not": ["64:ff9b::7f00:1", "64:ff9b::a00:1", "64:ff9b::a9fe:a9fe"],
    "NAT64 of a network's own": ["64:ff9b:1::8.8.8.8"],
    "6to4": ["2002:7f00:1::", "2002:a00:1::1", "2002:808:808::1"],
    "Teredo": ["2001:0:7f00:1::", "2001:0:4136:e378:8000:63bf:3fff:fdd2"],
    "with a zone": ["2a00:1450:4001::1%1"],
}
PUBLIC = [
    "1.1.1.1",
    "8.8.8.8",
    "93.184.216.34",
    "100.63.255.255",
    "100.128.0.1",
    "172.32.0.1",
    "192.0.1.1",
    "223.255.255.255",
    "2606:4700:4700::1111",
    "2a00:1450:4001::1",
    "2001:4860:4860::8888",
    "::ffff:8.8.8.8",
    "64:ff9b::8.8.8.8",
]
ADDRESSES = st.ip_addresses(v=4) | st.ip_addresses(v=6)


@pytest.mark.parametrize(
    "text", [text for texts in NOT_PUBLIC.values() for text in texts], ids=lambda text: text
)
def test_what_is_of_ones_own_or_in_doubt_is_not_public(text: str) -> None:
    assert not is_public(ip_address(text))


@pytest.mark.parametrize("text", PUBLIC)
def test_what_everybody_reaches_is_public(text: str) -> None:
    assert is_public(ip_address(text))


@given(ADDRESSES)
def test_nothing_is_public_that_the_library_knows_as_not(address: IPAddress) -> None:
    shown = address if address.version == 4 else (address.ipv4_mapped or address)

    if is_public(address) and not str(address).startswith("64:ff9b::"):
        assert shown.is_global
        assert not any((shown.is_multicast, shown.is_loopback, shown.is_link_local, shown.is_unspecified))


@given(st.ip_addresses(v=4))
def test_an_address_folded_into_another_is_judged_by_itself(address: IPAddress) -> None:
    for prefix in ("::ffff:", "64:ff9b::"):
        assert is_public(ip_address(f"{prefix}{address}")) == is_public(address)
