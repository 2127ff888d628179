"""The tests' own tools, tested: frames by RFC 6455's examples, screen, server, certificates."""

import os
import socket
import ssl
import unittest

from support import frames
from support.certificates import Certificates
from support.screen import Screen
from support.server import Peer, PeerGone, Server, echo

REQUEST = (
    b"GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)


class Frames(unittest.TestCase):
    def test_examples_of_rfc_6455_section_5_7(self):
        self.assertEqual(frames.frame(frames.TEXT, "Hello").hex(), "810548656c6c6f")
        masked = frames.frame(frames.TEXT, "Hello", mask=bytes.fromhex("37fa213d"))
        self.assertEqual(masked.hex(), "818537fa213d7f9f4d5158")
        self.assertEqual(frames.frame(frames.TEXT, "Hel", fin=False).hex(), "010348656c")
        self.assertEqual(frames.frame(frames.BINARY, bytes(256))[:4].hex(), "827e0100")
        self.assertEqual(
            frames.frame(frames.BINARY, bytes(65536))[:10].hex(), "827f0000000000010000"
        )
        self.assertEqual(frames.frame(frames.TEXT, "", length=5).hex(), "8105")

    def test_accept_of_rfc_6455_section_1_3(self):
        self.assertEqual(
            frames.accept_for(b"dGhlIHNhbXBsZSBub25jZQ=="), b"s3pPLMBiTxaQ9kYGzzhZRbK+xOo="
        )

    def test_reads_what_it_writes(self):
        for size in (0, 1, 125, 126, 65535, 65536):
            data = bytearray(frames.frame(frames.BINARY, os.urandom(size), mask=True, rsv=0x40))

            def take(count, data=data):
                piece = bytes(data[:count])
                del data[:count]
                return piece

            frame = frames.read_frame(take)
            self.assertEqual((len(frame.payload), frame.rsv, frame.fin), (size, 0x40, True))
            self.assertFalse(data)


class Screens(unittest.TestCase):
    def shown(self, data, rows=4, columns=10):
        screen = Screen(rows, columns)
        screen.feed(data if isinstance(data, bytes) else data.encode())
        return screen

    def test_lines_wrap_and_scroll(self):
        screen = self.shown("a\r\nb\r\n0123456789ABC\r\nlast\r\n")
        self.assertEqual(screen.lines(), ["0123456789", "ABC", "last", ""])
        self.assertEqual(screen.left, ["a", "b"])

    def test_a_full_row_wraps_only_when_more_comes(self):
        screen = self.shown("0123456789\r")
        self.assertEqual((screen.row, screen.column), (0, 0))

    def test_erasing_and_moving(self):
        screen = self.shown("> hello\r\x1b[K> x\x1b[1mBOLD\x1b[m\x1b[2D\x1b[P\x1b[@!")
        self.assertEqual(screen.lines()[0], "> xBO!D")

    def test_escape_sequences_split_at_any_byte(self):
        data = "\x1b[?2004h> ü漢é\x1b[2;3Hx\x1b[A\x1b]0;title\x07".encode()
        whole = self.shown(data)
        for cut in range(len(data)):
            screen = Screen(4, 10)
            screen.feed(data[:cut])
            screen.feed(data[cut:])
            self.assertEqual(screen.lines(), whole.lines())
        self.assertEqual(whole.title, "title")
        self.assertTrue(whole.bracketed_paste)
        self.assertEqual(whole.lines()[0], "> ü漢é")

    def test_the_unknown_is_an_error(self):
        with self.assertRaises(AssertionError):
            self.shown("\x1b[3Z")


class Servers(unittest.TestCase):
    def client(self, server, tls=None):
        sock = socket.create_connection((server.host, server.port), 5)
        if tls:
            sock = tls.wrap_socket(sock, server_hostname="localhost")
        self.addCleanup(sock.close)
        return Peer(sock, server)

    def test_echo_and_close(self):
        with Server(echo) as server:
            client = self.client(server)
            client.send(REQUEST)
            self.assertIn(b"s3pPLMBiTxaQ9kYGzzhZRbK+xOo=", client.read_until(b"\r\n\r\n"))
            client.frame(frames.TEXT, "hi", mask=True)
            self.assertEqual(client.read_frame().payload, b"hi")
            client.frame(frames.CLOSE, frames.close_payload(1000, "bye"), mask=True)
            frame = client.read_frame()
            self.assertEqual((frame.code, frame.reason), (1000, b"bye"))
            with self.assertRaises(PeerGone):
                client.read_frame()
            client.drop()
            server.result()

    def test_reset(self):
        def resets(peer):
            peer.read_exactly(1)  # before that it could be connect() that meets it
            peer.reset()

        with Server(resets) as server:
            client = self.client(server)
            client.send(b"x")
            with self.assertRaises(PeerGone) as gone:
                client.read_exactly(1)
            self.assertIn("reset", str(gone.exception))
            server.result()

    def test_a_script_that_fails_fails_the_test(self):
        def script(peer):
            raise ValueError("no")

        with self.assertRaises(AssertionError):
            with Server(script) as server:
                self.client(server).read_to_end()
                server.result()

    def test_tls_with_every_certificate(self):
        certificates = Certificates.shared()
        cases = {
            "good": None,
            "name_only": None,
            "wrong_host": "Hostname mismatch",
            "expired": "certificate has expired",
            "not_yet": "not yet valid",
            "unknown_ca": "unable to get local issuer",
            "self_signed": "self.signed certificate",
            "wrong_usage": "(unsuitable|unsupported) certificate purpose",
        }
        for name, refusal in cases.items():
            with self.subTest(name), Server(echo, tls=certificates.server_context(name)) as server:
                trust = ssl.create_default_context(cafile=certificates.ca)
                if refusal is None:
                    client = self.client(server, trust)
                    client.send(REQUEST)
                    client.read_until(b"\r\n\r\n")
                    client.frame(frames.CLOSE, mask=True)
                    client.end()
                else:
                    with self.assertRaisesRegex(ssl.SSLCertVerificationError, refusal):
                        self.client(server, trust)


if __name__ == "__main__":
    unittest.main()
