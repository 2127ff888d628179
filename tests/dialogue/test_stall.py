"""A peer that stalls at any byte of any stage: every wait obeys its deadline and Ctrl-C."""

import contextlib
import itertools
import signal
import socket
import ssl
import threading
import unittest
from concurrent.futures import ThreadPoolExecutor

from support.certificates import Certificates
from support.dialogue import Dialogue
from support.program import SANITIZED, TIME_FACTOR, Running, run
from support.server import PeerGone, Server, echo

CERTIFICATES = Certificates.shared()
CERTIFICATES.server_context()  # made here, before threads ask for it
DEADLINE = 0.6 * TIME_FACTOR
LATEST = DEADLINE + 4 * TIME_FACTOR
STEP = 7 if SANITIZED else 1


def stall(peer):
    """Holds the connection open until the client has gone."""
    with contextlib.suppress(OSError, PeerGone):
        peer.read_to_end()


def stops_after(answer, count):
    """A plain server that sends `count` bytes of its answer and then nothing more."""

    def script(peer):
        with contextlib.suppress(OSError, PeerGone):
            if peer.request is None:
                peer.read_request()
            data = answer(peer)
            peer.send(data[:count])
            stall(peer)

    return script


class CutTls:
    """A server of TLS whose first `count` bytes arrive, and no more: a proxy before the real one."""

    def __init__(self, count, context):
        self.count, self.inner = count, Server(echo, tls=context)

    def __call__(self, peer):
        with contextlib.suppress(OSError, PeerGone), socket.create_connection(("127.0.0.1", self.inner.port)) as far:
            def forward():
                with contextlib.suppress(OSError):
                    while data := peer.sock.recv(65536):
                        far.sendall(data)

            thread = threading.Thread(target=forward, daemon=True)
            thread.start()
            left = self.count
            far.settimeout(5)
            while left > 0 and (data := far.recv(left)):
                peer.send(data)
                left -= len(data)
            thread.join(LATEST + 5)


class Stalls(Dialogue):
    def parallel(self, check, cases):
        with ThreadPoolExecutor(8) as pool:
            for _ in pool.map(check, cases):
                pass

    def out_of_time(self, script, *words, says="", scheme="ws", status=7):
        with Server(script) as server:
            url = f"{scheme}://127.0.0.1:{server.port}/"
            ended = run("--connect-timeout", DEADLINE, *words, url, stdin=b"never sent\n")
            self.expect(ended, status=status, out="")
            if says:
                self.one_error(ended, says)
            self.assertGreaterEqual(ended.seconds, DEADLINE * 0.9, str(ended))
            self.assertLess(ended.seconds, LATEST, str(ended))
            return ended

    def interrupted(self, script, *words, scheme="ws", number=signal.SIGINT, status=130, seen=b" > "):
        """Ctrl-C while it stalls; the deadline is far off."""
        with Server(script) as server:
            url = f"{scheme}://127.0.0.1:{server.port}/"
            with Running("--connect-timeout", "60", "-v", *words, url) as running:
                running.wait_err(seen)
                running.signal(number)
                ended = running.wait(10)
            self.expect(ended, status=status, out="")
            self.assertLess(ended.seconds, 8 * TIME_FACTOR, str(ended))


class ResponseHead(Stalls):
    def test_at_each_byte(self):
        length = 129  # of the head; its Accept is always as long
        def check(count):
            says = "did not answer the upgrade" if count == 0 else "did not finish its answer to the upgrade"
            seconds = f"{DEADLINE:g} s"
            self.out_of_time(
                stops_after(lambda peer: peer.response(), count), says=rf"^127\.0\.0\.1:\d+ {says} within {seconds}$"
            )

        with Server(lambda peer: peer.accept()) as server:
            run("-w", "0", server.url)
        self.parallel(check, range(0, length, max(STEP, 3)))
        self.parallel(check, [1, 4, 5, 12, length - 1])

    def test_an_interim_response_and_then_nothing(self):
        head = b"HTTP/1.1 103 Early Hints\r\n\r\n"
        self.out_of_time(stops_after(lambda peer: head, len(head)), says="did not finish its answer")

    def test_interrupted(self):
        for count in (0, 1, 60):
            with self.subTest(count):
                self.interrupted(stops_after(lambda peer: peer.response(), count))
        self.interrupted(stops_after(lambda peer: b"", 0), number=signal.SIGTERM, status=143)

    def test_the_whole_runs_deadline(self):
        with Server(stops_after(lambda peer: b"", 0)) as server:
            ended = run("--timeout", DEADLINE, server.url)
            self.expect(ended, status=7, out="")
            self.one_error(ended, r"^out of time: .* did not end within")
            self.assertLess(ended.seconds, LATEST)


class Body(Stalls):
    """The head of a refusal is a refusal, whatever becomes of its body: status 5, in time."""

    def test_at_each_byte(self):
        for framing, body in (("Content-Length: 12", b"not for you\n"), ("Transfer-Encoding: chunked", b"c\r\nnot for you\n\r\n0\r\n\r\n")):
            head = f"HTTP/1.1 403 Forbidden\r\n{framing}\r\n\r\n".encode()

            def check(count, head=head, body=body):
                script = stops_after(lambda peer: head + body, len(head) + count)
                ended = self.out_of_time(script, says="403 Forbidden", status=5)
                self.assertIn("the body is not whole", ended.errors)

            self.parallel(check, range(0, len(body) - 1, STEP))

    def test_interrupted(self):
        head = b"HTTP/1.1 403 Forbidden\r\nContent-Length: 12\r\n\r\nnot"
        self.interrupted(stops_after(lambda peer: head, len(head)), seen=b"< HTTP/1.1 403")

    def test_the_goal_of_a_redirect(self):
        with Server(stops_after(lambda peer: b"", 0)) as goal:
            head = f"HTTP/1.1 302 Found\r\nLocation: {goal.url}\r\n\r\n".encode()
            self.out_of_time(stops_after(lambda peer: head, len(head)), "-L", says=goal.authority)


class TlsHello(Stalls):
    def stalled(self, count, version, check):
        context = CERTIFICATES.server_context(maximum=version)
        cut = CutTls(count, context)
        with cut.inner:
            check(cut)
            cut.inner.stopping.set()

    def test_at_many_bytes(self):
        """Counts well inside the server's first flight, in steps that meet all its records."""

        def check(case):
            count, version = case
            self.stalled(
                count, version,
                lambda script: self.out_of_time(script, "-k", scheme="wss", says=r"^TLS handshake with 127\.0\.0\.1:\d+: no success within"),
            )  # fmt: skip

        counts = (*range(0, 12), *range(12, 600, 61 if SANITIZED else 23))
        self.parallel(check, itertools.product(counts, (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3)))

    def test_interrupted(self):
        for count in (0, 5, 100):
            with self.subTest(count):
                self.stalled(count, None, lambda script: self.interrupted(script, "-k", scheme="wss", seen=b"* connect"))

    def test_response_head_under_tls(self):
        with Server(stops_after(lambda peer: peer.response(), 20), tls=CERTIFICATES.server_context()) as server:
            ended = run("-k", "--connect-timeout", DEADLINE, f"wss://localhost:{server.port}/")
            self.expect(ended, status=7, out="")
            self.one_error(ended, "did not finish its answer to the upgrade within")


class Connecting(Stalls):
    def test_a_full_backlog(self):
        """Nobody accepts and the queue is full: the SYN is not answered."""
        with socket.socket() as listener, contextlib.ExitStack() as held:
            listener.bind(("127.0.0.1", 0))
            listener.listen(0)
            where = listener.getsockname()
            for _ in range(3):
                one = held.enter_context(socket.socket())
                one.setblocking(False)
                one.connect_ex(where)
            url = f"ws://127.0.0.1:{where[1]}/"
            ended = run("--connect-timeout", DEADLINE, url)
            self.expect(ended, status=7, out="")
            self.one_error(ended, rf"^connecting to 127\.0\.0\.1:{where[1]}: no success within")
            with Running("--connect-timeout", "60", url) as running:
                threading.Event().wait(0.3)
                running.signal()
                self.expect(running.wait(10), status=130, out="")

    def test_closing(self):
        """A server that never answers our Close."""

        def script(peer):
            peer.accept()
            peer.messages()
            stall(peer)

        with Server(script) as server:
            ended = run("-w", "0", "--close-timeout", DEADLINE, "-x", "x", server.url)
            self.assertIn(ended.status, (6, 7), str(ended))
            self.assertLess(ended.seconds, LATEST)
            self.one_error(ended, "Close")


if __name__ == "__main__":
    unittest.main()
