"""A network of the benchmark's own, where nobody sends by timers.

A system may have BBR as its usual congestion control. It sets a timer for each piece that is sent; in
a virtual machine that costs more than the piece, for the plain pump as for everyone, and hides what
there is to measure. The servers ask for Reno themselves; peers can't be asked, so all of them run in a
network namespace whose usual one is Reno.
"""

import fcntl
import os
import socket
import struct
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

USUAL = Path("/proc/sys/net/ipv4/tcp_congestion_control")
NAMESPACE = Path("/proc/self/ns/net")
LEFT = "WSCOPE_BENCH_LEFT_NETWORK"  # the namespace that this program came from
SIOCSIFFLAGS = 0x8914
IFF_UP = 1


def is_own() -> bool:
    here = os.readlink(NAMESPACE)
    alone = [name for _, name in socket.if_nameindex()] == ["lo"]
    return alone and os.environ.get(LEFT, here) != here


def enter() -> None:
    """Starts this program again in such a network; goes on here where the system refuses one."""
    if is_own():
        _prepare()
        return
    unshare = ["unshare", "--net", *["--map-root-user"] * (os.geteuid() != 0)]
    try:
        allowed = subprocess.run([*unshare, "true"], capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        allowed = False
    if allowed:
        os.environ[LEFT] = os.readlink(NAMESPACE)
        os.execvp(unshare[0], [*unshare, sys.executable, *sys.argv])


def _prepare() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        fcntl.ioctl(any_socket, SIOCSIFFLAGS, struct.pack("16sh14x", b"lo", IFF_UP))
    with suppress(OSError):  # a container's /proc/sys may be read-only; describe() tells
        USUAL.write_text("reno")


def describe() -> str:
    place = "a namespace of its own" if is_own() else "the system's"
    return f"{place}; the clients' sockets use {USUAL.read_text().strip()}"
