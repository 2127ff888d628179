"""Soak: millions of messages of mixed sizes through node-ws and back, over many connections.

Each run of wscope is a connection: text lines or binary messages, plain, TLS or compressed. What
comes back is compared byte for byte with what was sent; the server's counters must be equal to
ours; the memory of wscope must stay flat while it runs.
"""

import random
import re
import subprocess
import threading
import time
from pathlib import Path

from support.certificates import Certificates
from support.foreign import Foreign
from support.program import SANITIZED, TIME_FACTOR, WSCOPE, environment

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


class Run:
    """One connection: `blocks` blocks sent, echoed, compared."""

    def __init__(self, server, mode, binary, lines, blocks):
        self.sent_block = b"".join(line + b"\n" for line in lines)
        self.back_block = b"".join(lines) if binary else self.sent_block
        self.blocks = blocks
        self.messages = blocks * len(lines)
        self.bytes = blocks * sum(map(len, lines))
        self.samples = []
        scheme = "wss" if mode == "tls" else "ws"
        words = ["--count", str(self.messages), "-w", "-1", *(["-b"] if binary else []),
                 *(["-k"] if mode == "tls" else []), f"{scheme}://127.0.0.1:{server.port}/"]  # fmt: skip
        self.process = subprocess.Popen(
            [WSCOPE, *words], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            env=environment(),
        )  # fmt: skip

    def _feed(self):
        try:
            for _ in range(self.blocks):
                self.process.stdin.write(self.sent_block)
            # --count ends the run; stdin stays open so that input's end plays no part.
            self.process.stdin.flush()
        except BrokenPipeError:
            pass

    def _watch(self):
        while self.process.poll() is None:
            try:
                status = Path(f"/proc/{self.process.pid}/statm").read_text()
            except OSError:
                return
            self.samples.append(int(status.split()[1]) * 4096)
            time.sleep(0.05)

    def go(self):
        """Runs it; what was wrong, in words."""
        wrong = []
        helpers = [threading.Thread(target=f, daemon=True) for f in (self._feed, self._watch)]
        for helper in helpers:
            helper.start()
        at, total, expected = 0, 0, memoryview(self.back_block * 2)
        size = len(self.back_block)
        while data := self.process.stdout.read1(1 << 18):
            data = data if len(data) <= size else data[:size]
            if not wrong and data != expected[at : at + len(data)]:
                wrong.append(f"different bytes about {total} of stdout")
            at = (at + len(data)) % size
            total += len(data)
        err = self.process.stderr.read().decode()
        status = self.process.wait(60 * TIME_FACTOR)
        for helper in helpers:
            helper.join()
        for stream in (self.process.stdin, self.process.stdout, self.process.stderr):
            stream.close()
        if status != 0 or err:
            wrong.append(f"status {status}: {err}")
        if total != size * self.blocks:
            wrong.append(f"{total} bytes on stdout, not {size * self.blocks}")
        return wrong + self._memory()

    def _memory(self):
        third = len(self.samples) // 3
        if third < 3 or SANITIZED:
            return []
        early, late = max(self.samples[:third]), max(self.samples[third:])
        if late > early + FLAT or late > MOST:
            return [f"memory went from {early >> 10} to {late >> 10} KiB"]
        return []


def soak(messages, runs, say=lambda line: None):
    """Sends at least so many messages in so many runs; (messages, bytes, faults, highest memory)."""
    pem, key = Certificates.shared().pair("good")
    node = {"NODE_PATH": "/usr/share/nodejs:/usr/lib/nodejs"}
    servers = {
        mode: Foreign("/usr/bin/node", FOLDER / "counting_echo.js", mode, pem, key, env=node)
        for mode in ("plain", "tls", "deflate")
    }
    faults, sent, sent_bytes, peak = [], 0, 0, 0
    try:
        for number in range(runs):
            # node inflates and deflates slowly: a twentieth of the messages is enough.
            mode = ("plain", "tls", "plain", "tls", "deflate")[number % 5]
            share = 0.05 if mode == "deflate" else 1.19 if runs >= 5 else 1.0
            blocks = max(1, round(messages * share / runs / BLOCK_MESSAGES + 0.5))
            run = Run(servers[mode], mode, number % 3 == 2, mixed_lines(number), blocks)
            begun = time.monotonic()
            wrong = run.go()
            seconds = time.monotonic() - begun
            wanted = f"closed 1000: {run.messages} in {run.bytes} bytes"
            try:
                servers[mode].wait_for(re.escape(wanted), 20)
            except AssertionError:
                wrong.append(f"server said {servers[mode].output[-200:]!r}, not {wanted!r}")
            highest = max(run.samples, default=0)
            faults += [f"run {number} ({mode}): {one}" for one in wrong]
            sent, sent_bytes, peak = sent + run.messages, sent_bytes + run.bytes, max(peak, highest)
            say(f"run {number + 1} of {runs}, {mode}: {run.messages} messages each way in "
                f"{seconds:.1f} s, {highest >> 10} KiB{'; ' if wrong else ''}{'; '.join(wrong)}")  # fmt: skip
    finally:
        for server in servers.values():
            server.stop()
    return sent, sent_bytes, faults, peak
