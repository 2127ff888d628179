"""Soak: millions of messages of mixed sizes through node-ws and back, over many connections.

A run of wscope is one connection (text lines or binary messages, plain, TLS or compressed), or,
with --reconnect, many, which the server ends by a Close or cuts. What comes back is compared byte
for byte with what was sent; the server's counters must be equal to ours; the memory of wscope must
stay flat while it runs.
"""

import contextlib
import random
import re
import subprocess
import threading
import time
from pathlib import Path

from support.certificates import Certificates
from support.foreign import Foreign
from support.program import SANITIZED, TIME_FACTOR, WSCOPE, environment, eventually

FOLDER = Path(__file__).parent
BLOCK_MESSAGES = 20_000
FLAT = 8 << 20  # what the resident size may grow by after the first third of a run
MOST = 48 << 20


def mixed_lines(seed):
    """Lines of 0 to 64 KiB, most of them small, as real traffic is."""
    dice = random.Random(seed)
    alphabet = [f"{n:04x} wörter und mehr {n} " for n in range(4096)]
    sizes = [0, 1, 2, 7, 16, 16, 16, 32, 32, 64, 64, 100, 125, 126, 127, 200, 400, 1000]
    lines = []
    for number in range(BLOCK_MESSAGES):
        size = 65_536 if number % 5000 == 4999 else 4096 if number % 500 == 499 else dice.choice(sizes)
        text = "".join(dice.choices(alphabet, k=size // 24 + 1)).encode()[:size]
        lines.append(text.decode("utf-8", "ignore").encode())
    return lines


class Client:
    """wscope, with its memory watched; what comes back is compared as it comes."""

    def __init__(self, *words):
        self.samples = []
        self.process = subprocess.Popen(
            [WSCOPE, *words], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            env=environment(),
        )  # fmt: skip
        self._watcher = threading.Thread(target=self._watch, daemon=True)
        self._watcher.start()

    def _watch(self):
        while self.process.poll() is None:
            try:
                status = Path(f"/proc/{self.process.pid}/statm").read_text()
            except OSError:
                return
            self.samples.append(int(status.split()[1]) * 4096)
            time.sleep(0.05)

    def feed(self, block, times):
        """On a thread of its own, which is given back."""

        def pour():
            with contextlib.suppress(BrokenPipeError):
                for _ in range(times):
                    self.process.stdin.write(block)
                self.process.stdin.flush()

        feeder = threading.Thread(target=pour, daemon=True)
        feeder.start()
        return feeder

    def compare(self, block, times):
        """Reads as much of stdout; what was wrong, in words."""
        at, left, expected = 0, times * len(block), memoryview(block * 2)
        wrong = []
        while left > 0 and (data := self.process.stdout.read1(min(1 << 18, len(block), left))):
            if not wrong and data != expected[at : at + len(data)]:
                wrong.append(f"different bytes about {times * len(block) - left} of stdout")
            at = (at + len(data)) % len(block)
            left -= len(data)
        if left > 0:
            wrong.append(f"{left} bytes less on stdout than {times * len(block)}")
        return wrong

    def end(self):
        """Waits for it; what it wrote beyond what was compared, how it ended, its memory."""
        rest = self.process.stdout.read()
        err = self.process.stderr.read().decode()
        status = self.process.wait(60 * TIME_FACTOR)
        self._watcher.join()
        for stream in (self.process.stdin, self.process.stdout, self.process.stderr):
            stream.close()
        wrong = [f"{len(rest)} bytes too many on stdout"] if rest else []
        if status != 0 or err:
            wrong.append(f"status {status}: {err}")
        return wrong + self._memory()

    def _memory(self):
        third = len(self.samples) // 3
        if third < 3 or SANITIZED:
            return []
        early, late = max(self.samples[:third]), max(self.samples[third:])
        if late > early + FLAT or late > MOST:
            return [f"memory went from {early >> 10} to {late >> 10} KiB"]
        return []


class Traffic:
    """What goes out and comes back: a block of lines, over and over."""

    def __init__(self, seed, binary=False):
        lines = mixed_lines(seed)
        self.block = b"".join(line + b"\n" for line in lines)
        self.back = b"".join(lines) if binary else self.block
        self.messages = len(lines)
        self.bytes = sum(map(len, lines))


def one_connection(server, mode, binary, traffic, blocks):
    """(faults, highest memory) of a run over one connection."""
    scheme = "wss" if mode == "tls" else "ws"
    # --count ends the run; stdin stays open so that input's end plays no part.
    client = Client("--count", str(blocks * traffic.messages), "-w", "-1", *(["-b"] if binary else []),
                    *(["-k"] if mode == "tls" else []), f"{scheme}://127.0.0.1:{server.port}/")  # fmt: skip
    feeder = client.feed(traffic.block, blocks)
    wrong = client.compare(traffic.back, blocks) + client.end()
    feeder.join()
    wanted = f"closed 1000: {blocks * traffic.messages} in {blocks * traffic.bytes} bytes"
    try:
        server.wait_for(re.escape(wanted), 20)
    except AssertionError:
        wrong.append(f"server said {server.output[-200:]!r}, not {wanted!r}")
    return wrong, max(client.samples, default=0)


def many_connections(server, traffic, blocks, connections):
    """The same of a run that is let down again and again, and connects anew."""
    heard = len(server.output)
    client = Client("--reconnect", "-w", "0", f"ws://127.0.0.1:{server.port}/")
    wrong, ends = [], []
    for number in range(connections):
        feeder = client.feed(traffic.block, blocks)
        wrong += client.compare(traffic.back, blocks)
        feeder.join()
        if number + 1 == connections:
            ends.append(f"closed 1000: {blocks * traffic.messages} in {blocks * traffic.bytes} bytes")
            client.process.stdin.close()
            break
        ask, code = (b"leave", 1012) if number % 2 == 0 else (b"vanish", 1006)
        client.process.stdin.write(ask + b"\n")
        client.process.stdin.flush()
        told = client.process.stderr.readline().decode()
        if "; connecting again in " not in told:
            wrong.append(f"after {ask.decode()!r} stderr says {told!r}")
        again = client.process.stderr.readline().decode()
        if not again.startswith("connected to "):
            wrong.append(f"after {told!r} stderr says {again!r}")
        ends.append(f"closed {code}: {blocks * traffic.messages + 1} in {blocks * traffic.bytes + len(ask)} bytes")
    wrong += client.end()
    eventually(lambda: server.output.count("closed ", heard) >= connections, 20, "the last counters")
    said = server.output[heard:].splitlines()
    if said != ends:
        wrong.append(f"server said {said}, not {ends}")
    return wrong, max(client.samples, default=0)


def soak(messages, runs, say=lambda line: None):
    """Sends at least so many messages in so many runs; (messages, bytes, connections, faults,
    highest memory)."""
    pem, key = Certificates.shared().pair("good")
    node = {"NODE_PATH": "/usr/share/nodejs:/usr/lib/nodejs"}
    servers = {
        mode: Foreign("/usr/bin/node", FOLDER / "counting_echo.js", mode, pem, key, env=node)
        for mode in ("plain", "tls", "deflate")
    }
    faults, sent, sent_bytes, opened, peak = [], 0, 0, 0, 0
    try:
        for number in range(runs):
            mode = ("plain", "tls", "reconnect", "tls", "deflate")[number % 5]
            # node inflates and deflates slowly: a twentieth of the messages is enough.
            share = 0.05 if mode == "deflate" else 1.25
            blocks = max(1, round(messages * share / runs / BLOCK_MESSAGES + 0.5))
            binary = number % 3 == 2 and mode != "reconnect"
            traffic = Traffic(number, binary)
            begun = time.monotonic()
            connections = 1
            if mode == "reconnect":
                connections = max(3, blocks // 2)
                blocks = -(-blocks // connections)
                wrong, highest = many_connections(servers["plain"], traffic, blocks, connections)
            else:
                wrong, highest = one_connection(servers[mode], mode, binary, traffic, blocks)
            seconds = time.monotonic() - begun
            count = connections * blocks
            faults += [f"run {number} ({mode}): {one}" for one in wrong]
            sent, sent_bytes = sent + count * traffic.messages, sent_bytes + count * traffic.bytes
            opened, peak = opened + connections, max(peak, highest)
            over = f" over {connections} connections" if connections > 1 else ""
            say(f"run {number + 1} of {runs}, {mode}: {count * traffic.messages} messages each way{over} in "
                f"{seconds:.1f} s, {highest >> 10} KiB{'; ' if wrong else ''}{'; '.join(wrong)}")  # fmt: skip
    finally:
        for server in servers.values():
            server.stop()
    return sent, sent_bytes, opened, faults, peak
