"""Refused upgrades and wrong handshakes: exit status 5, and the server's words are shown."""

import unittest

from support.dialogue import Dialogue
from support.program import TIME_FACTOR, run
from support.server import PeerGone, Server


def answers(*pieces, then="end"):
    """A server that answers the request with those bytes, a write each, a moment between them."""

    def script(peer):
        peer.read_request()
        try:
            for number, piece in enumerate(pieces):
                if number:
                    peer.server.stopping.wait(0.05)
                peer.send(piece.encode("latin-1") if isinstance(piece, str) else piece)
            if then == "end":
                peer.end()
            elif then == "stall":
                peer.stall()
            elif then == "reset":
                peer.reset()
        except (OSError, PeerGone):
            pass

    return script


class Refusals(Dialogue):
    def refused(self, *pieces, then="end", words=(), shows=(), error=(), no_err=None):
        with Server(answers(*pieces, then=then)) as server:
            ended = run(*words, "--connect-timeout", "5", server.url, stdin=b"never sent\n")
            self.expect(ended, status=5, out="", err=list(shows), no_err=no_err)
            self.one_error(ended, *([error] if isinstance(error, str) else error))
            return ended

    def test_body_with_content_length(self):
        self.refused(
            "HTTP/1.1 403 Forbidden\r\nContent-Length: 12\r\n\r\nnot for you\n",
            then="stall",
            shows=["HTTP/1.1 403 Forbidden", "^not for you$"],
            error=r"\b403\b",
        )

    def test_body_over_several_reads(self):
        self.refused(
            "HTTP/1.1 403 Forb", "idden\r\nContent-Length: 12\r", "\n\r\nnot ", "for ", "you\n",
            then="stall",
            shows=["HTTP/1.1 403 Forbidden", "^not for you$"],
        )  # fmt: skip

    def test_chunked_body(self):
        self.refused(
            "HTTP/1.1 503 Service Unavailable\r\nTransfer-Encoding: chunked\r\n\r\n"
            "6\r\ncome b\r\n5;extension=1\r\nack l\r\n", "5\r\nater\n\r\n0\r\nTrailer: x\r\n\r\n",
            then="stall",
            shows=["^come back later$"],
            no_err="extension=1",
        )  # fmt: skip

    def test_body_until_close(self):
        self.refused("HTTP/1.0 404 Not Found\r\n\r\nnothing ", "here\n", shows=["^nothing here$"])

    def test_body_cut_by_a_reset(self):
        self.refused(
            "HTTP/1.1 500 Oops\r\nContent-Length: 100\r\n\r\nhalf of it\n",
            then="reset",
            error=r"\b500\b",
        )

    def test_no_body(self):
        self.refused("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n", error=r"\b400\b")

    def test_no_reason_phrase(self):
        self.refused("HTTP/1.1 418\r\nContent-Length: 0\r\n\r\n", error=r"\b418\b")

    def test_the_headers_that_matter_are_shown(self):
        for status, header in (
            ("401 Unauthorized", 'WWW-Authenticate: Basic realm="the realm"'),
            ("426 Upgrade Required", "Sec-WebSocket-Version: 8, 7"),
            ("429 Too Many Requests", "Retry-After: 120"),
            ("503 Service Unavailable", "Retry-After: 5"),
            ("302 Found", "Location: /elsewhere"),
        ):
            with self.subTest(status):
                self.refused(
                    f"HTTP/1.1 {status}\r\n{header}\r\nContent-Length: 0\r\n\r\n",
                    shows=[header.replace(".", r"\.")],
                    error=rf"\b{status[:3]}\b",
                )

    def test_hints(self):
        for head, hint in (
            ("401 Unauthorized\r\nWWW-Authenticate: Basic realm=x", r"--auth"),
            ("302 Found\r\nLocation: /elsewhere", r"-L|--location"),
        ):
            with self.subTest(head):
                self.refused(
                    f"HTTP/1.1 {head}\r\nContent-Length: 0\r\n\r\n",
                    shows=[rf"^wscope: hint: .*({hint})"],
                )

    def test_a_page_instead_of_a_web_socket(self):
        self.refused(
            "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 21\r\n\r\n"
            "<h1>Hello, world</h1>",
            then="stall",
            shows=["<h1>Hello, world</h1>"],
            error=r"\b200\b",
        )

    def test_an_endless_body_is_cut(self):
        def script(peer):
            peer.read_request()
            peer.send(b"HTTP/1.1 500 Oops\r\n\r\n")
            try:
                while True:
                    peer.send(b"and so on " * 1000)
            except OSError:
                pass

        with Server(script) as server:
            ended = self.dialogue(server.url, status=5, out="", err="and so on")
            self.assertLess(len(ended.err), 100_000)
            self.assertLess(ended.seconds, 8 * TIME_FACTOR)

    def test_a_body_that_never_comes(self):
        with Server(
            answers("HTTP/1.1 403 Forbidden\r\nContent-Length: 12\r\n\r\nnot", then="stall")
        ) as server:
            ended = run("--connect-timeout", "0.5", server.url)
            self.expect(ended, status=5, out="", err=["403 Forbidden", "^not"])
            self.assertLess(ended.seconds, 5 * TIME_FACTOR)

    def test_a_body_without_a_length_that_never_ends(self):
        with Server(answers("HTTP/1.1 403 Forbidden\r\n\r\nnot", then="stall")) as server:
            ended = run("--connect-timeout", "0.5", server.url)
            note = r"^\(the body is not whole: no more came within 0\.5 s\)$"
            self.expect(ended, status=5, out="", err=["403 Forbidden", "^not$", note])


class BrokenAnswers(Dialogue):
    """Answers that break RFC 6455 section 4.1 or RFC 7692: the connection never opens."""

    def broken(self, make, *says, words=()):
        def script(peer):
            peer.read_request()
            try:
                peer.send(make(peer))
                peer.read_to_end()
            except (OSError, PeerGone):
                pass

        with Server(script) as server:
            ended = run(*words, server.url, stdin=b"never sent\n")
            self.expect(ended, status=5, out="")
            self.one_error(ended, *says)

    def change(self, old, new):
        def make(peer):
            head = peer.response().decode()
            assert old in head
            return head.replace(old, new).encode("latin-1")

        return make

    def test_wrong_accept(self):
        self.broken(lambda peer: peer.response(accept="AAAA"), "(?i)Sec-WebSocket-Accept")

    def test_accept_that_is_missing_or_comes_twice(self):
        def without(peer):
            lines = peer.response().split(b"\r\n")
            return b"\r\n".join(line for line in lines if b"Accept" not in line)

        def twice(peer):
            line = [line for line in peer.response().split(b"\r\n") if b"Accept" in line][0]
            return peer.response(line.decode())

        self.broken(without, "(?i)Sec-WebSocket-Accept")
        self.broken(twice, "(?i)Sec-WebSocket-Accept")

    def test_upgrade_and_connection(self):
        self.broken(self.change("Upgrade: websocket", "Upgrade: h2c"), "(?i)upgrade")
        self.broken(self.change("Upgrade: websocket", "Upgrade: h2c, websocket"), "Upgrade is")
        self.broken(self.change("Upgrade: websocket\r\n", "Upgrade: websocket\r\n" * 2), "Upgrade is")
        self.broken(self.change("Upgrade: websocket\r\n", ""), "(?i)upgrade")
        self.broken(self.change("Connection: Upgrade", "Connection: close"), "(?i)connection")
        self.broken(self.change("Connection: Upgrade\r\n", ""), "(?i)connection")

    def test_case_and_lists_are_no_offence(self):
        def script(peer):
            peer.read_request()
            head = peer.response().decode()
            head = head.replace("Upgrade: websocket", "uPGRADE: WebSocket")
            head = head.replace("Connection: Upgrade", "connection: keep-alive, UPGRADE")
            peer.send(head.encode())
            peer.finish()

        with Server(script) as server:
            self.dialogue("-w", "-1", server.url, err="")

    def test_a_subprotocol_nobody_asked_for(self):
        extra = lambda peer: peer.response("Sec-WebSocket-Protocol: chat")  # noqa: E731
        self.broken(extra, "chat")
        self.broken(extra, "chat", words=["-s", "other"])

    def test_extensions(self):
        for value, says in (
            ("x-unknown", "x-unknown"),
            ("permessage-deflate; nonsense", "nonsense"),
            ("permessage-deflate; server_max_window_bits=16", "server_max_window_bits"),
            ("permessage-deflate; server_max_window_bits=7", "server_max_window_bits"),
            ("permessage-deflate; client_max_window_bits=99", "client_max_window_bits"),
            ("permessage-deflate, permessage-deflate", "permessage-deflate"),
        ):
            with self.subTest(value):
                extra = lambda peer: peer.response(
                    f"Sec-WebSocket-Extensions: {value}"
                )  # noqa: E731, B023
                self.broken(extra, says)
        self.broken(
            lambda peer: peer.response("Sec-WebSocket-Extensions: permessage-deflate"),
            "permessage-deflate",
            words=["--no-deflate"],
        )
        self.broken(
            lambda peer: peer.response("Sec-WebSocket-Extensions: foo"),
            'agreed to the extension "foo", which wscope does not know',
            words=["-H", "Sec-WebSocket-Extensions: foo"],
        )

    def test_not_http(self):
        for answer in (
            b"SSH-2.0-OpenSSH_9.2\r\n\r\n",
            b"\x00\x01\x02\x03\r\n\r\n",
            b"220 ready\r\n",
        ):
            with self.subTest(answer), Server(answers(answer)) as server:
                self.one_error(self.dialogue(server.url, status=5, out=""), "HTTP")

    def test_an_answer_that_ends_too_soon(self):
        for answer in (b"", b"HTTP/1.1 101 Switching Protocols\r\nUpgra"):
            with self.subTest(answer), Server(answers(answer)) as server:
                self.one_error(self.dialogue(server.url, status=5, out=""))

    def test_a_head_without_end(self):
        def script(peer):
            peer.read_request()
            try:
                peer.send(b"HTTP/1.1 101 Switching Protocols\r\n")
                while True:
                    peer.send(b"X-Filler: " + b"x" * 1000 + b"\r\n")
            except OSError:
                pass

        with Server(script) as server:
            ended = self.dialogue(server.url, status=5, out="")
            self.assertLess(len(ended.err), 100_000)

    def test_the_answer_split_at_any_byte_is_the_same_answer(self):
        def script(peer):
            peer.read_request()
            peer.send_pieces(peer.response("X-More: yes") + b"\x81\x05hello", 1)
            peer.finish()

        with Server(script) as server:
            self.dialogue("-w", "-1", server.url, out="hello\n", err="")


if __name__ == "__main__":
    unittest.main()
