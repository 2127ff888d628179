"""A proxy that stalls at any byte of what it says: the deadline is obeyed, and Ctrl-C."""

import unittest

from support.certificates import Certificates
from support.program import SANITIZED
from support.server import Server
from support.stalls import DEADLINE, CutTls, Stalls, stops_after, stops_within

CERTIFICATES = Certificates.shared()
CONTEXT = CERTIFICATES.server_context()
STEP = 5 if SANITIZED else 1
BODYS_PATIENCE = 1.0  # seconds: a refusal whose body stalls is a refusal all the same
GRANTED = b"HTTP/1.1 200 Connection established\r\n\r\n"
WAITING = r"^waiting for proxy {at} to connect to far\.example:80: no success within"


class Connect(Stalls):
    at = ("--proxy", "http://{at}", "ws://far.example/")

    def test_each_byte_of_the_answer(self):
        for head in (GRANTED, b"HTTP/1.1 100 Continue\r\n\r\n" + GRANTED, b"HTTP/1.1 403 Forbidden\r\nServer: s\r\n\r\n"):
            self.stalls_at(range(0, len(head), STEP), lambda count, head=head: stops_after(lambda peer: head, count), WAITING)

    def test_each_byte_of_a_refusals_body(self):
        """The refusal is told: where the deadline is far off, after a second."""
        for framing, body in (("Content-Length: 8", b"not you\n"), ("Transfer-Encoding: chunked", b"8\r\nnot you\n\r\n0\r\n\r\n")):
            head = f"HTTP/1.1 403 Forbidden\r\n{framing}\r\n\r\n".encode()
            script = lambda count, head=head, body=body: stops_after(lambda peer: head + body, len(head) + count)  # noqa: E731
            self.stalls_at(
                range(0, len(body) - 4, STEP), script,
                r"^proxy {at} refused the tunnel to far\.example:80: 403 Forbidden$", status=3, earliest=min(DEADLINE, BODYS_PATIENCE),
            )  # fmt: skip
            with Server(script(4)) as server:
                ended = self.dialogue(*self.words(server, ()), status=3, out="", err="^n" if body[:1] == b"n" else "^$")
                self.assertLess(ended.seconds, 8)

    def test_the_server_behind_it(self):
        answer = lambda peer: GRANTED + b"HTTP/1.1 101 Swi"  # noqa: E731
        for count, says in ((0, "did not answer the upgrade"), (3, "did not finish its answer to the upgrade")):
            self.out_of_time(stops_after(answer, len(GRANTED) + count), says=rf"^far\.example {says} within")
            self.interrupted(stops_after(answer, len(GRANTED) + count))


class TlsBehindIt(Stalls):
    at = ("-k", "--proxy", "http://{at}", "wss://far.example/")

    def test_its_hello(self):
        for hello in (b"", b"\x16\x03\x03\x00\x7a", b"\x16\x03\x03\x00\x7a\x02\x00\x00"):
            script = stops_after(lambda peer, hello=hello: GRANTED + hello, 1000)
            self.out_of_time(script, says=r"^TLS handshake with far\.example:443: no success within")
            self.interrupted(script)


class OverTls(Stalls):
    at = ("--proxy-insecure", "--proxy", "https://{at}", "ws://far.example/")

    def test_its_hello(self):
        self.stalls_at(
            (*range(0, 6), *range(6, 700, 150 if SANITIZED else 61)),
            lambda count: self.enterContext(CutTls(count, CONTEXT)),
            r"^TLS handshake with proxy {at}: no success within",
        )  # fmt: skip


class Socks5(Stalls):
    at = ("--proxy", "socks5h://me:secret@{at}", "ws://far.example/")

    def test_each_byte_of_its_replies(self):
        name = b"far.example"
        turns = ((4, b"\x05\x02"), (3 + 2 + 6, b"\x01\x00"), (7 + len(name), b"\x05\x00\x00\x03\x04here\x12\x34"))
        self.stalls_at(range(2 + 2 + 11), lambda count: stops_within(turns, count), WAITING)
        six = (*turns[:2], (7 + len(name), b"\x05\x00\x00\x04" + bytes(18)))
        self.stalls_at(range(8, 2 + 2 + 22, STEP), lambda count: stops_within(six, count), WAITING)

    def test_the_server_behind_it(self):
        turns = ((4, b"\x05\x00"), (7 + 11, b"\x05\x00\x00\x01" + bytes(6)))
        self.out_of_time(stops_within(turns, 12), says=r"^far\.example did not answer the upgrade within")


class Socks4a(Stalls):
    at = ("--proxy", "socks4a://{at}", "ws://far.example/")

    def test_each_byte_of_its_reply(self):
        turns = ((9 + len("far.example") + 1, b"\x00\x5a" + bytes(6)),)
        self.stalls_at(range(8), lambda count: stops_within(turns, count), WAITING)


if __name__ == "__main__":
    unittest.main()
