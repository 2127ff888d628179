"""A whole session in lockstep, and the same with a fault at each operation of the socket.

The server sends a message, waits until it comes back (--echo), sends the next, at last a Close. So
it knows at any time what wscope must have printed: all that it got back.
"""

import concurrent.futures
import errno
import os
import socket
import tempfile
import unittest
from pathlib import Path

from support.dialogue import Dialogue
from support.frames import BINARY, CLOSE, CONT, TEXT, close_payload, frame
from support.program import SANITIZED, TIME_FACTOR, environment, run
from support.server import PeerGone, Server

MESSAGES = (b"one", b"two " * 10_000, b"\xff\x00 three", b"in pieces", b"last")
OUT = b"one\n" + MESSAGES[1] + b"\n" + MESSAGES[2] + b"in pieces\nlast\n"
ERRORS = (errno.ECONNRESET, errno.ETIMEDOUT, errno.EPIPE, 0)


class Story:
    """How far the session came, as the server saw it."""

    def __init__(self):
        self.connected = self.requested = self.closing = self.closed = False
        self.echoed = 0


def out_of(count):
    """What wscope has printed after so many messages."""
    return b"".join(m if n == 2 else m + b"\n" for n, m in enumerate(MESSAGES[:count]))


def script_for(story):
    def script(peer):
        story.connected = True
        try:
            peer.read_request()
            story.requested = True
            peer.accept()
            for number, message in enumerate(MESSAGES):
                if number == 3:
                    peer.frame(TEXT, message[:5], fin=False)
                    peer.ping(b"between")
                    peer.frame(CONT, message[5:])
                else:
                    peer.frame(BINARY if number == 2 else TEXT, message)
                got = peer.read_message()
                if got not in (message, message.decode("latin-1")):
                    raise AssertionError(f"{got!r} came back")
                story.echoed = number + 1
            story.closing = True
            peer.close(1000, b"bye")
            story.closed = peer.read_frame().opcode == CLOSE
            peer.end()
        except (PeerGone, OSError):
            pass  # the fault

    return script


def allowed(story, tls):
    """The exit statuses that are right for what was reached."""
    if story.closed:
        return {0}
    if story.closing:
        return {0, 6}  # the Close was sent; whether it was read is not known
    if story.echoed:
        return {6}
    if story.requested:
        return {5, 6, 4} if tls else {5, 6}
    # The script begins a little after the connection.
    return {3, 4, 5} if tls else {3, 5}


class Faults(Dialogue):
    tls = None

    def session(self, **changes):
        """(how it ended, how far it came) of a session under the shim."""
        story = Story()
        preload = {"LD_PRELOAD": os.environ["WSCOPE_FAULT_SHIM"]}
        if SANITIZED:  # the shim comes before the sanitizer's library, which does not like it
            options = os.environ.get("ASAN_OPTIONS", "")
            preload["ASAN_OPTIONS"] = f"{options}:verify_asan_link_order=0"
        with Server(script_for(story), tls=self.tls) as server:
            words = ["--echo", "-w", "-1", *(["-k"] if self.tls else []), server.url]
            ended = run(*words, env=environment(**preload, **changes), timeout=15)
            if story.connected:
                server.result()
        return ended, story

    def operations(self):
        """How many operations a session without a fault has."""
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "count"
            ended, story = self.session(WSCOPE_FAULT_COUNT=str(path))
            self.expect(ended, out=OUT, err="")
            self.assertTrue(story.closed)
            return int(path.read_text())

    def faulty(self, number, error):
        """What was wrong with the session that failed at operation `number`; empty: nothing."""
        ended, story = self.session(WSCOPE_FAULT=str(number), WSCOPE_FAULT_ERRNO=str(error))
        wrong = []
        if ended.status not in allowed(story, self.tls):
            wrong.append(f"status {ended.status}, not of {allowed(story, self.tls)}")
        prefixes = [out_of(count) for count in range(story.echoed, len(MESSAGES) + 1)]
        if ended.out not in prefixes:
            wrong.append(f"{story.echoed} messages came back, stdout is {ended.out[:100]!r}")
        if (ended.status == 0) != (ended.errors == ""):
            wrong.append("an error without words or words without an error")
        if ended.seconds > 5 * TIME_FACTOR:
            wrong.append(f"took {ended.seconds:.1f} s")
        return [*wrong, f"{vars(story)} {ended}"] if wrong else []

    def test_every_operation_fails_once(self):
        count = self.operations()
        self.assertGreater(count, 15)
        # A little further: the number of reads differs from run to run.
        jobs = [(number, error) for number in range(1, count + 6) for error in ERRORS]
        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            for job, wrong in zip(jobs, pool.map(lambda job: self.faulty(*job), jobs)):
                with self.subTest(operation=job[0], errno=errno.errorcode.get(job[1], "end")):
                    self.assertFalse(wrong, "\n".join(wrong))

    def test_a_few_bytes_at_a_time(self):
        for most in (1, 2, 3, 7, 100):
            with self.subTest(bytes=most):
                ended, story = self.session(WSCOPE_FAULT_SHORT=str(most))
                self.expect(ended, out=OUT, err="")
                self.assertTrue(story.closed)

    def test_the_stream_is_cut_after_any_byte_of_the_server(self):
        """The server's bytes of a session, cut behind each: 101, messages, Close."""
        total = len(self.bytes_of_a_session()[0])
        cuts = [*range(0, 200), *range(200, total, 1009), *range(total - 60, total)]
        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            for cut, wrong in zip(cuts, pool.map(self.cut_at, cuts)):
                with self.subTest(cut=cut):
                    self.assertFalse(wrong, "\n".join(wrong))

    def bytes_of_a_session(self):
        frames = [frame(BINARY if n == 2 else TEXT, m) for n, m in enumerate(MESSAGES)]
        return b"".join(frames) + frame(CLOSE, close_payload(1000)), [len(f) for f in frames]

    def cut_at(self, cut):
        data, sizes = self.bytes_of_a_session()

        def script(peer):
            peer.accept()
            peer.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            peer.send(data[:cut])
            peer.drop()

        whole = sum(1 for n in range(len(sizes)) if sum(sizes[: n + 1]) <= cut)
        with Server(script, tls=self.tls) as server:
            words = ["-w", "-1", *(["-k"] if self.tls else []), server.url]
            ended = run(*words, timeout=15)
        wrong = []
        if ended.status != 6:
            wrong.append(f"status {ended.status}")
        if ended.out != out_of(whole):
            wrong.append(f"{whole} messages came, stdout is {ended.out[:100]!r}")
        if "connection lost: " not in ended.errors:
            wrong.append(ended.errors)
        return wrong


if __name__ == "__main__":
    unittest.main()
