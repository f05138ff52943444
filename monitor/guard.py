"""Which addresses the monitor never connects to, and the private ones a user has named.

Feeds and links are written by strangers: none of them may reach a machine of the user's own network, the
cloud's metadata service or the monitor itself. The check is for the address a socket is about to connect to,
so that no name that resolves to a private one, no redirect and no odd way of writing a number gets around it.
"""

import socket
from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

# IANA's special-purpose registries (RFC 6890 and its updates), written out because the properties of
# `ipaddress` differ between Python versions and call several of these global.
_SPECIAL_V4 = tuple(
    (IPv4Network(network), name)
    for network, name in (
        ("0.0.0.0/8", "unspecified"),
        ("10.0.0.0/8", "private"),
        ("100.64.0.0/10", "carrier-grade NAT"),
        ("127.0.0.0/8", "loopback"),
        ("168.63.129.16/32", "cloud metadata"),  # Azure's, the one that looks public
        ("169.254.0.0/16", "link-local"),
        ("172.16.0.0/12", "private"),
        ("192.0.0.0/24", "reserved"),
        ("192.0.2.0/24", "documentation"),
        ("192.88.99.0/24", "reserved"),
        ("192.168.0.0/16", "private"),
        ("198.18.0.0/15", "benchmarking"),
        ("198.51.100.0/24", "documentation"),
        ("203.0.113.0/24", "documentation"),
        ("224.0.0.0/4", "multicast"),
        ("240.0.0.0/4", "reserved"),
    )
)
_SPECIAL_V6 = tuple(
    (IPv6Network(network), name)
    for network, name in (
        ("::/128", "unspecified"),
        ("::1/128", "loopback"),
        ("2001::/23", "reserved"),  # Teredo among them
        ("2001:db8::/32", "documentation"),
        ("3fff::/20", "documentation"),
        ("fc00::/7", "private"),
        ("fe80::/10", "link-local"),
        ("ff00::/8", "multicast"),
    )
)
_GLOBAL_V6 = IPv6Network("2000::/3")
_NAT64 = IPv6Network("64:ff9b::/96")  # RFC 6052; a network with IPv6 only reaches all of IPv4 through it
_ISATAP = (0x00005EFE, 0x02005EFE)  # RFC 5214, the first half of the interface identifier


def why_blocked(address: str) -> str:
    """What kind of address this is, such as "loopback", when the monitor never connects to it, else ""."""
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return "not an address"
    if isinstance(found, IPv4Address):
        return next((name for network, name in _SPECIAL_V4 if found in network), "")
    kind = next((name for network, name in _SPECIAL_V6 if found in network), "")
    carried = _carried_v4(found)
    if kind or carried is None:
        return kind or ("" if found in _GLOBAL_V6 else "reserved")
    return why_blocked(str(carried))


def _carried_v4(address: IPv6Address) -> IPv4Address | None:
    """The IPv4 address that packets to this one end up at: mapped, 6to4, NAT64 and ISATAP."""
    last = IPv4Address(int(address) & 0xFFFFFFFF)
    isatap = address in _GLOBAL_V6 and (int(address) >> 32) & 0xFFFFFFFF in _ISATAP
    return address.ipv4_mapped or address.sixtofour or (last if isatap or address in _NAT64 else None)


def literal(host: str) -> str:
    """The address that a host names without any lookup, else "".

    Knows the forms that `inet_aton` knows (`127.1`, `0x7f000001`, `2130706433`), and `localhost` with its
    subdomains (RFC 6761).
    """
    name = _normal(host)
    if name == "localhost" or name.endswith(".localhost"):
        return "127.0.0.1"
    try:
        return str(ip_address(name.partition("%")[0]))
    except ValueError:
        pass
    try:
        return socket.inet_ntoa(socket.inet_aton(name))
    except (OSError, ValueError):
        return ""


def parse_exemption(item: str) -> tuple[str, int | None]:
    """`"10.0.0.5"`, `"intranet.example"`, `"127.0.0.1:8080"`, `"[::1]:80"` → (host, port or None).

    None stands for every port. Raises ValueError with a fix in its message.
    """
    text = item.strip()
    try:
        return str(ip_address(text.strip("[]"))), None
    except ValueError:
        host, colon, port = text.rpartition(":")
    if not colon:
        host, port = text, ""
    valid_port = port.isascii() and port.isdecimal() and 0 < int(port[:6]) < 65536
    if not _normal(host) or any(mark in host for mark in "/@*\\ ") or (colon and not valid_port):
        raise ValueError(f'{item!r} is no host: write "10.0.0.5", "intranet.example" or "127.0.0.1:8080"')
    return _normal(host), int(port) if port else None


def _normal(host: str) -> str:
    """Lower case, without brackets or the root's dot, addresses in their shortest form."""
    name = host.strip().strip("[]").rstrip(".").lower()
    try:
        return str(ip_address(name))
    except ValueError:
        return name


class Guard:
    """Says for every connection whether it may be made. `allow` holds the private hosts a user has named."""

    def __init__(self, allow: Iterable[str] = ()) -> None:
        self._allowed = frozenset(parse_exemption(item) for item in allow)

    def exempts(self, host: str, port: int) -> bool:
        """Whether the user has named this host, as a URL writes it."""
        name = _normal(host)
        return (name, None) in self._allowed or (name, port) in self._allowed

    def refusal(self, host: str, port: int, address: str) -> str:
        """Why a connection to `address` for a URL of `host` and `port` is not made, else "".

        An exemption is for the host as the URL writes it: a second name for an exempted address stays
        blocked, since whoever controls that name could point it there.
        """
        kind = why_blocked(address)
        if not kind or self.exempts(host, port):
            return ""
        name = _normal(host)
        shown = f"[{name}]" if ":" in name else name
        article = "an" if kind[0] in "aeiou" else "a"
        leads = "is" if name == _normal(address) else f"leads to {address},"
        return f'{shown} {leads} {article} {kind} address: if you trust it, add "{shown}:{port}" to allow_private_hosts'
