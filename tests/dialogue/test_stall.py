"""A peer that stalls at any byte of any stage: every wait obeys its deadline and Ctrl-C."""

import contextlib
import os
import random
import select
import signal
import socket
import ssl
import subprocess
import tempfile
import unittest
from pathlib import Path

from support.certificates import Certificates
from support.frames import CLOSE, close_payload, frame
from support.program import SANITIZED, WSCOPE, Running, environment, eventually, run
from support.server import Server
from support.stalls import DEADLINE, LATEST, CutTls, Stalls, stall, stops_after

CERTIFICATES = Certificates.shared()
CERTIFICATES.server_context()  # made here, before threads ask for it
STEP = 7 if SANITIZED else 1
# Within TLS the bytes are thousands; tests/net/test_stall.cpp stalls at each, in memory.
EVERY_BYTE = os.environ.get("WSCOPE_STALL_EVERY_BYTE")
TLS_STEP = 1 if EVERY_BYTE else 150 if SANITIZED else 41


class ResponseHead(Stalls):
    def test_at_each_byte(self):
        length = 129  # of the head; its Accept is always as long
        seconds = f"{DEADLINE:g} s"
        self.stalls_at(
            range(0, length, STEP),
            lambda count: stops_after(lambda peer: peer.response(), count),
            lambda count: rf"^{{at}} {'did not finish its answer to' if count else 'did not answer'} the upgrade within {seconds}$",
        )  # fmt: skip
        with Server(lambda peer: self.assertEqual(len(peer.accept().response()), length)) as server:
            run("-w", "0", server.url)

    def test_an_interim_response_and_then_nothing(self):
        head = b"HTTP/1.1 103 Early Hints\r\n\r\n"
        self.out_of_time(stops_after(lambda peer: head, len(head)), says="did not finish its answer")

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
            self.stalls_at(
                range(0, len(body) - 1, STEP),
                lambda count, whole=head + body, head=head: stops_after(lambda peer: whole, len(head) + count),
                "^server refused the upgrade: HTTP/1.1 403 Forbidden$", status=5,
            )  # fmt: skip
            ended = self.out_of_time(stops_after(lambda peer: head, len(head)), says="403 Forbidden", status=5)
            self.assertIn("the body is not whole", ended.errors)

    def test_the_goal_of_a_redirect(self):
        with Server(stops_after(lambda peer: b"", 0)) as goal:
            head = f"HTTP/1.1 302 Found\r\nLocation: {goal.url}\r\n\r\n".encode()
            self.out_of_time(stops_after(lambda peer: head, len(head)), "-L", says=goal.authority)

    def test_the_answer_to_a_digest(self):
        head = b'HTTP/1.1 401 No\r\nWWW-Authenticate: Digest realm="r", nonce="n"\r\nContent-Length: 9\r\n\r\n'
        seen = []

        def script(peer):
            seen.append(peer.read_request())
            stops_after(lambda peer: head if len(seen) == 1 else b"", len(head))(peer)

        self.out_of_time(script, "--auth", "u:p", says="^{at} did not answer the upgrade within")
        self.assertEqual(len(seen), 2)


class TlsHello(Stalls):
    at = ("-k", "wss://{at}/")

    def test_at_bytes_of_all_records(self):
        for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
            context = CERTIFICATES.server_context(minimum=version, maximum=version)

            def script(count, context=context):
                cut = self.enterContext(CutTls(count, context))
                return cut

            with self.subTest(version):
                self.stalls_at(
                    (*range(0, 6), *range(6, 700, TLS_STEP)), script,
                    r"^TLS handshake with {at}: no success within",
                )  # fmt: skip

    def test_response_head_under_tls(self):
        with Server(stops_after(lambda peer: peer.response(), 20), tls=CERTIFICATES.server_context()) as server:
            ended = run("-k", "--connect-timeout", DEADLINE, f"wss://localhost:{server.port}/")
            self.expect(ended, status=7, out="")
            self.one_error(ended, "did not finish its answer to the upgrade within")


class Resolving(Stalls):
    """A name server that never answers. It takes root: a resolv.conf of our own is put over the
    system's in a mount namespace, and names are asked for at port 53 only."""

    def setUp(self):
        self.server = self.enterContext(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
        address = f"127.{random.randint(1, 254)}.{random.randint(1, 254)}.53"
        try:
            self.server.bind((address, 53))
        except OSError as error:
            self.skipTest(f"no name server here: {error}")
        self.server.settimeout(10)
        config = Path(self.enterContext(tempfile.TemporaryDirectory()), "resolv.conf")
        config.write_text(f"nameserver {address}\n")
        self.within = ["unshare", "-m", "sh", "-c", 'mount --bind "$0" /etc/resolv.conf && exec "$@"', str(config)]
        if subprocess.run([*self.within, "true"], capture_output=True, check=False).returncode != 0:
            self.skipTest("no mount namespace here")

    def start(self, *words):
        return subprocess.Popen(
            [*self.within, WSCOPE, *map(str, words), "ws://slow.example/"],
            stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, env=environment(), text=True,
        )  # fmt: skip

    def test_the_deadline_and_signals(self):
        with self.start("--connect-timeout", DEADLINE) as process:
            said = process.communicate(timeout=20)[1]
        self.assertEqual(process.returncode, 7, said)
        self.assertEqual(said.splitlines()[0], f"wscope: resolving slow.example: no success within {DEADLINE:g} s")
        for number, status in ((signal.SIGINT, 130), (signal.SIGTERM, 143)):
            while select.select([self.server], [], [], 0)[0]:
                self.server.recv(512)
            with self.subTest(number), self.start("--connect-timeout", "60") as process:
                self.assertIn(b"slow", self.server.recv(512))
                process.send_signal(number)
                said = process.communicate(timeout=20)[1]
                self.assertEqual((process.returncode, said), (status, ""))


class Connecting(Stalls):
    @staticmethod
    def connecting(port):
        """How many sockets wait for an answer to their SYN to that port."""
        return sum(f":{port:04X} 02 " in line for line in Path("/proc/net/tcp").read_text().splitlines())

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
            for words, name in (((f"ws://127.0.0.1:{where[1]}/",), ""), (("--proxy", f"127.0.0.1:{where[1]}", "ws://h/"), "proxy ")):
                with self.subTest(words):
                    ended = run("--connect-timeout", DEADLINE, *words)
                    self.expect(ended, status=7, out="")
                    self.one_error(ended, rf"^connecting to {name}127\.0\.0\.1:{where[1]}: no success within")
                    before = self.connecting(where[1])
                    with Running("--connect-timeout", "60", *words) as running:
                        eventually(lambda: self.connecting(where[1]) > before, what="its SYN")
                        running.signal()
                        self.expect(running.wait(10), status=130, out="")


class Closing(Stalls):
    def test_our_close_is_never_answered(self):
        """Or only in part: at each byte of the server's Close."""
        answer = frame(CLOSE, close_payload(1000, b"bye"))

        def check(count):
            def script(peer):
                peer.accept()
                peer.messages()
                peer.send(answer[:count])
                stall(peer)

            with self.subTest(count), Server(script) as server:
                ended = run("-w", "0", "--close-timeout", DEADLINE, "-x", "x", server.url)
                self.assertIn(ended.status, (6, 7), str(ended))
                self.assertLess(ended.seconds, LATEST)
                self.one_error(ended, "Close")
            with self.subTest(count), Server(script) as server:
                with Running("-w", "0", "--close-timeout", "60", "-x", "x", server.url) as running:
                    server.ready.wait(10)
                    # The first asks for the Close to be waited for; any later one ends at once.
                    running.signal_until_gone()
                    self.assertIn(running.wait(10).status, (130, 6))

        self.parallel(check, range(len(answer)))

    def test_within_a_message(self):
        """A frame that does not go on: Ctrl-C closes, --timeout ends."""
        message = frame(1, b"hello")

        def check(count):
            def script(peer):
                peer.accept(then=message[:count])
                stall(peer)

            with self.subTest(count), Server(script) as server:
                ended = run("--timeout", DEADLINE, "-w", "-1", server.url)
                self.expect(ended, status=7, out="")
                self.one_error(ended, "^out of time: ")
            with self.subTest(count), Server(script) as server:
                with Running("--close-timeout", "0.2", "-w", "-1", server.url) as running:
                    server.ready.wait(10)
                    running.signal()
                    self.expect(running.wait(10), status=130, out="")

        self.parallel(check, range(len(message)))


if __name__ == "__main__":
    unittest.main()
