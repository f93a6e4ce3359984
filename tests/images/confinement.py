"""What a container tried to do beyond its own folder, from outside the code that tried it."""

from __future__ import annotations

from infra.image_function import ImageFunction

_NO_ROUTE = """
from pathlib import Path
names, values = [
    line.split() for line in Path("/proc/net/snmp").read_text().splitlines() if line[:3] == "Ip:"
]
snmp6 = Path("/proc/net/snmp6")
version_6 = dict(line.split() for line in snmp6.read_text().splitlines()) if snmp6.exists() else {}
print(int(dict(zip(names, values))["OutNoRoutes"]) + int(version_6.get("Ip6OutNoRoutes", 0)))
"""
_CALL_OUT = """
import socket
try:
    socket.create_connection(("192.0.2.1", 443), timeout=1)
except OSError:
    pass
"""
_LOOK_UP = """
import socket
try:
    socket.getaddrinfo("telemetry.example", 443)
except OSError:
    pass
"""
_TEMPORARY = """
from pathlib import Path
print("\\n".join(sorted(str(path) for path in Path("/tmp").rglob("*"))))
"""
_IDENTITY = """
from pathlib import Path
fields = dict(line.split(":", 1) for line in Path("/proc/1/status").read_text().splitlines())
print(fields["Uid"].split()[1], int(fields["CapEff"], 16), fields["NoNewPrivs"].strip())
"""


def packets_without_a_route(function: ImageFunction) -> int:
    """How often anything in the container tried to reach an address outside, native code too.

    Without a network every such try ends at the kernel's routing, which counts it.
    """
    return int(function.execute(_NO_ROUTE))


def call_out(function: ImageFunction) -> None:
    """Try to reach an address, as a library that calls home would."""
    function.execute(_CALL_OUT)


def look_up(function: ImageFunction) -> None:
    """Try to look a name up."""
    function.execute(_LOOK_UP)


def temporary_files(function: ImageFunction) -> list[str]:
    """Paths below /tmp."""
    return function.execute(_TEMPORARY).split()


def identity(function: ImageFunction) -> tuple[int, int, bool]:
    """User id, effective capabilities, and whether new privileges are out of reach."""
    user, capabilities, confined = function.execute(_IDENTITY).split()
    return int(user), int(capabilities), confined == "1"
