"""Crowd: many clients of one listening wscope at once, and a broadcast to all of them.

Raw sockets, one selector: the clients' side is to cost as little as it can. Run as a program it
prints what it measured and on which machine: crowd.py [CLIENTS [MESSAGES]].
"""

import contextlib
import os
import platform
import resource
import selectors
import socket
import sys
import time
from pathlib import Path

from dialogue.test_listen import REQUEST, Listening
from support import frames
from support.program import TIME_FACTOR

PATIENCE = 60 * TIME_FACTOR
ROUNDS = 10


class Crowd:
    """Clients that are open; each counts the bytes that came after its handshake."""

    def __init__(self, port, count):
        self.got = {}  # socket → bytes after the handshake
        self._selector = selectors.DefaultSelector()
        for _ in range(count):
            client = socket.create_connection(("127.0.0.1", port))
            client.sendall(REQUEST.format(target="/", more="").encode())
            self.got[client] = None
        heads = {client: b"" for client in self.got}
        for client in self.got:
            client.setblocking(False)
            self._selector.register(client, selectors.EVENT_READ)
        while heads:
            for client in self._ready():
                heads[client] += client.recv(65536)
                head, end, rest = heads[client].partition(b"\r\n\r\n")
                if end:
                    assert head.startswith(b"HTTP/1.1 101 "), head
                    self.got[client] = len(rest)
                    del heads[client]

    def _ready(self):
        events = self._selector.select(PATIENCE)
        assert events, "nothing comes any more"
        return [key.fileobj for key, _ in events]

    def read_until_each_has(self, size, but=()):
        """Reads until each client but some has so many bytes; seconds since then, first to last."""
        waiting = set(self.got) - set(but)
        waiting = {client for client in waiting if self.got[client] < size}
        for client in but:
            with contextlib.suppress(KeyError):
                self._selector.unregister(client)
        done = []
        while waiting:
            for client in self._ready():
                data = client.recv(1 << 18)
                assert data, "the server let a client go that reads"
                self.got[client] += len(data)
                if client in waiting and self.got[client] >= size:
                    waiting.discard(client)
                    done.append(time.monotonic())
        return done

    def close(self):
        for client in self.got:
            client.close()
        self._selector.close()


def resident(server):
    return int(Path(f"/proc/{server.process.pid}/statm").read_text().split()[1]) * 4096


def processor_time(server):
    fields = Path(f"/proc/{server.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def lift_descriptor_limit(count):
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(count + 100, min(hard, 4096)), hard))


def measure(clients, messages, size=100):
    """The figures, by name: one typed line to all, then `messages` from one client to all."""
    lift_descriptor_limit(clients)
    figures = {}
    with Listening("--broadcast") as server:
        empty = resident(server)
        begun = time.monotonic()
        crowd = Crowd(server.port, clients)
        try:
            figures["connect"] = time.monotonic() - begun
            figures["memory"] = (resident(server) - empty) / clients
            line = "x" * size
            whole = len(frames.frame(frames.TEXT, line))
            begun = time.monotonic()
            server.send(line + "\n")
            done = crowd.read_until_each_has(whole)
            figures["typed"] = done[-1] - begun
            talker = next(iter(crowd.got))
            said = frames.frame(frames.TEXT, line, mask=b"\x01\x02\x03\x04")
            begun = time.monotonic()
            for number in range(ROUNDS):
                talker.sendall(said)
                crowd.read_until_each_has(whole * (2 + number))
            figures["round"] = (time.monotonic() - begun) / ROUNDS
            cpu = processor_time(server)
            begun = time.monotonic()
            for _ in range(messages):
                talker.setblocking(True)
                talker.sendall(said)
                talker.setblocking(False)
            done = crowd.read_until_each_has(whole * (1 + ROUNDS + messages))
            figures["flood"] = done[-1] - begun
            figures["spread"] = done[-1] - done[0]
            figures["cpu"] = processor_time(server) - cpu
            figures["peak"] = server.peak_memory()
            figures["delivered"] = sum(crowd.got.values()) // whole
        finally:
            crowd.close()
    return figures


def machine():
    model = "unknown processor"
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            model = line.partition(":")[2].strip()
            break
    load = os.getloadavg()[0]
    return f"{model}, {os.cpu_count()} cores, {platform.system()} {platform.release()}, load {load:.1f}"


def main(clients=1000, messages=100):
    figures = measure(clients, messages)
    rate = clients * messages / figures["flood"]
    print(machine())
    print(f"{clients} clients connected in {figures['connect']:.2f} s, "
          f"{figures['memory'] / 1024:.1f} KiB of wscope each")
    print(f"a typed line reached the last of them after {figures['typed'] * 1000:.1f} ms")
    print(f"a message of a client reached the last of them after {figures['round'] * 1000:.1f} ms, "
          f"the mean of {ROUNDS} in turn")  # fmt: skip
    print(f"{messages} messages of one client to all: {figures['flood']:.2f} s, "
          f"{rate:.0f} messages delivered a second, {figures['cpu']:.2f} s of processor time; "
          f"{figures['spread'] * 1000:.0f} ms between the first and the last client to have all; "
          f"{figures['peak'] / 2**20:.1f} MiB at most")  # fmt: skip


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
