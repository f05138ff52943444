"""Which addresses are never connected to, and what an exemption covers."""

from ipaddress import IPv4Address, IPv6Address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.guard import Guard, literal, parse_exemption, why_blocked

PUBLIC = ["93.184.216.34", "1.1.1.1", "8.8.8.8", "223.255.255.255", "2606:4700::1111", "2a00:1450::200e"]
BLOCKED = {
    "0.0.0.0": "unspecified",
    "10.1.2.3": "private",
    "100.64.0.1": "carrier-grade NAT",
    "100.100.100.200": "carrier-grade NAT",
    "127.0.0.1": "loopback",
    "127.255.255.254": "loopback",
    "168.63.129.16": "cloud metadata",
    "169.254.169.254": "link-local",
    "172.31.255.255": "private",
    "192.0.0.8": "reserved",
    "192.0.0.192": "reserved",
    "192.168.1.1": "private",
    "198.18.0.1": "benchmarking",
    "224.0.0.1": "multicast",
    "240.0.0.1": "reserved",
    "255.255.255.255": "reserved",
    "::": "unspecified",
    "::1": "loopback",
    "::127.0.0.1": "reserved",
    "::ffff:127.0.0.1": "loopback",
    "::ffff:10.0.0.1": "private",
    "64:ff9b::7f00:1": "loopback",
    "64:ff9b:1::1": "reserved",
    "100::1": "reserved",
    "2001:0:4136:e378:8000:63bf:3fff:fdd2": "reserved",
    "2001:db8::1": "documentation",
    "2002:7f00:1::": "loopback",
    "2002:a00:1::1": "private",
    "2a00:1450::5efe:7f00:1": "loopback",
    "2a00:1450::200:5efe:a00:1": "private",
    "3fff::1": "documentation",
    "5f00::1": "reserved",
    "fd00:ec2::254": "private",
    "fe80::1": "link-local",
    "fe80::1%eth0": "link-local",
    "fec0::1": "reserved",
    "ff02::1": "multicast",
    "example.com": "not an address",
}


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses_are_allowed(address: str) -> None:
    assert why_blocked(address) == ""


@pytest.mark.parametrize(("address", "kind"), BLOCKED.items())
def test_special_addresses_are_blocked_and_named(address: str, kind: str) -> None:
    assert why_blocked(address) == kind


@given(st.ip_addresses(v=4))
def test_an_embedded_address_is_judged_like_the_address_itself(address: IPv4Address) -> None:
    bits = int(address)

    mapped = IPv6Address((0xFFFF << 32) | bits)
    nat64 = IPv6Address((0x0064FF9B << 96) | bits)
    six_to_four = IPv6Address((0x2002 << 112) | (bits << 80) | 1)

    plain = why_blocked(str(address))
    assert [why_blocked(str(form)) for form in (mapped, nat64, six_to_four)] == [plain] * 3


@given(st.ip_addresses(v=6, network="::/3") | st.ip_addresses(v=6, network="4000::/2"))
def test_outside_global_unicast_only_mapped_and_nat64_are_ever_allowed(address: IPv6Address) -> None:
    kind = why_blocked(str(address))

    assert kind or address.ipv4_mapped or int(address) >> 32 == 0x0064FF9B << 64


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("127.0.0.1", "127.0.0.1"),
        ("127.1", "127.0.0.1"),
        ("2130706433", "127.0.0.1"),
        ("0x7f000001", "127.0.0.1"),
        ("0177.0.0.1", "127.0.0.1"),
        ("[::1]", "::1"),
        ("[::ffff:7f00:1]", "::ffff:7f00:1"),
        ("localhost", "127.0.0.1"),
        ("LOCALHOST.", "127.0.0.1"),
        ("a.localhost", "127.0.0.1"),
        ("example.com", ""),
        ("127.0.0.1.example.com", ""),
        ("", ""),
    ],
)
def test_hosts_that_need_no_lookup_are_recognised(host: str, address: str) -> None:
    assert IPv6Address(literal(host)) == IPv6Address(address) if ":" in address else literal(host) == address


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        ("10.0.0.5", ("10.0.0.5", None)),
        ("Intranet.Example.", ("intranet.example", None)),
        ("127.0.0.1:8080", ("127.0.0.1", 8080)),
        ("[::1]:80", ("::1", 80)),
        ("[::1]", ("::1", None)),
        ("0:0:0:0:0:0:0:1", ("::1", None)),
        ("fd00::5", ("fd00::5", None)),
    ],
)
def test_exemptions_are_read_as_written(item: str, expected: tuple[str, int | None]) -> None:
    assert parse_exemption(item) == expected


@pytest.mark.parametrize(
    "item",
    [
        "",
        ":80",
        "host:",
        "host:0",
        "host:65536",
        "host:http",
        "http://host",
        "10.0.0.0/8",
        "*.example",
        "a b",
    ],
)
def test_an_exemption_that_names_no_host_is_refused(item: str) -> None:
    with pytest.raises(ValueError, match="is no host"):
        parse_exemption(item)


@pytest.mark.parametrize(
    ("allow", "host", "port", "address", "allowed"),
    [
        (["10.0.0.5"], "10.0.0.5", 80, "10.0.0.5", True),
        (["10.0.0.5"], "10.0.0.5", 8080, "10.0.0.5", True),
        (["10.0.0.5"], "10.0.0.6", 80, "10.0.0.6", False),
        (["10.0.0.5"], "second.example", 80, "10.0.0.5", False),
        (["intranet.example"], "intranet.example", 443, "10.9.9.9", True),
        (["intranet.example"], "INTRANET.example.", 443, "10.9.9.9", True),
        (["intranet.example"], "evil.intranet.example", 443, "10.9.9.9", False),
        (["127.0.0.1:8080"], "127.0.0.1", 8080, "127.0.0.1", True),
        (["127.0.0.1:8080"], "127.0.0.1", 8081, "127.0.0.1", False),
        (["127.0.0.1:8080"], "localhost", 8080, "127.0.0.1", False),
        (["127.0.0.1:8080"], "::ffff:127.0.0.1", 8080, "::ffff:127.0.0.1", False),
        (["[::1]:80"], "[::1]", 80, "::1", True),
        ([], "93.184.216.34", 80, "93.184.216.34", True),
    ],
)
def test_an_exemption_covers_exactly_what_it_names(
    allow: list[str], host: str, port: int, address: str, allowed: bool
) -> None:
    assert (Guard(allow).refusal(host, port, address) == "") is allowed


def test_a_refusal_says_what_the_address_is_and_how_to_allow_it() -> None:
    refusal = Guard().refusal("intranet.example", 8080, "10.0.0.5")

    assert refusal == (
        "intranet.example leads to 10.0.0.5, a private address: "
        'if you trust it, add "intranet.example:8080" to allow_private_hosts'
    )
