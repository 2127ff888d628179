"""--listen and the embedded echo server: wscope as the other end."""

import re
import signal
import socket
import unittest

from support import frames
from support.certificates import Certificates
from support.dialogue import Dialogue
from support.program import TIME_FACTOR, Running, run
from support.server import Peer

REQUEST = (
    "GET {target} HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n{more}\r\n"
)


class Listening(Running):
    """wscope --listen 0 …, and where it listens."""

    def __init__(self, *words, address="0", **popen):
        super().__init__("--listen", address, *words, **popen)
        found = re.search(rb"(127\.0\.0\.1|\[::1\]):(\d+)", self._until_told())
        self.host, self.port = found[1].decode(), int(found[2])
        self.url = f"ws://{self.host}:{self.port}/"

    def _until_told(self):
        return self.wait_err("\n")


class RawClient(Peer):
    """A client that says exactly the bytes it is told to."""

    def __init__(self, server):
        class Owner:
            stopping = None

        super().__init__(
            socket.create_connection((server.host.strip("[]"), server.port), 10), Owner
        )

    def open(self, target="/", more=""):
        self.send(REQUEST.format(target=target, more=more).encode())
        self.answer = self.read_until(b"\r\n\r\n").decode()
        return self

    def say(self, opcode, payload=b"", **how):
        self.frame(opcode, payload, mask=b"\x01\x02\x03\x04", **how)


class Echo(Dialogue):
    def test_our_own_client(self):
        with Listening("--echo") as server:
            self.dialogue("-w", "0.2", server.url, stdin="a\nb\n", out="a\nb\n", err="")
            ended = run("-b", "-w", "0.2", server.url, stdin=b"\xff\x00\n")
            self.expect(ended, out=b"\xff\x00", err="")

    def test_the_port_is_told_on_stderr_and_nothing_on_stdout(self):
        with Listening("--echo") as server:
            self.assertGreater(server.port, 0)
            self.assertEqual(server.out, b"")

    def test_the_handshake_of_rfc_6455_section_1_3(self):
        with Listening("--echo") as server:
            client = RawClient(server).open()
            self.addCleanup(client.sock.close)
            lines = client.answer.split("\r\n")
            self.assertTrue(lines[0].startswith("HTTP/1.1 101 "))
            self.assertIn("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=", lines)
            self.assertNotIn("sec-websocket-extensions", client.answer.lower())
            self.assertNotIn("sec-websocket-protocol", client.answer.lower())

    def test_several_clients_at_once(self):
        with Listening("--echo") as server:
            clients = [RawClient(server).open() for _ in range(10)]
            for number, client in enumerate(clients):
                client.say(frames.TEXT, f"client {number}")
            for number, client in reversed(list(enumerate(clients))):
                self.assertEqual(client.read_message(), f"client {number}")
                client.say(frames.CLOSE, frames.close_payload(1000))
                self.assertEqual(client.read_frame().code, 1000)
                self.assertEqual(client.read_to_end(), b"")
                client.sock.close()
            self.assertTrue(server.running())

    def test_a_client_that_dies_does_no_harm(self):
        with Listening("--echo") as server:
            for how in ("reset", "drop"):
                client = RawClient(server).open()
                client.say(frames.TEXT, "x" * 100_000)
                getattr(client, how)()
            self.dialogue("-w", "0.2", server.url, stdin="still here\n", out="still here\n")

    def test_unmasked_frames_are_refused(self):
        with Listening("--echo") as server:
            client = RawClient(server).open()
            client.frame(frames.TEXT, "not masked")
            frame = client.read_frame()
            self.assertEqual((frame.opcode, frame.code), (frames.CLOSE, 1002))
            self.assertEqual(client.read_to_end(), b"")
            client.sock.close()

    def test_a_plain_request_and_nonsense_get_an_answer(self):
        with Listening("--echo") as server:
            for request in (b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", b"nonsense\r\n\r\n"):
                client = RawClient(server)
                client.send(request)
                answer = client.read_to_end()
                self.assertRegex(answer, rb"^HTTP/1\.[01] [245]\d\d ")
                self.assertNotIn(b" 101 ", answer.split(b"\r\n")[0])
                client.sock.close()
            self.assertTrue(server.running())

    def test_fragments_and_pings(self):
        with Listening("--echo") as server:
            client = RawClient(server).open()
            client.say(frames.TEXT, "frag", fin=False)
            client.say(frames.PING, "in between")
            client.say(frames.CONT, "ments")
            pong = client.read_frame()
            self.assertEqual((pong.opcode, pong.payload), (frames.PONG, b"in between"))
            self.assertEqual(client.read_message(), "fragments")
            client.sock.close()

    def test_host_and_port(self):
        with Listening("--echo", address="[::1]:0") as server:
            self.assertEqual(server.host, "[::1]")
            self.dialogue("-w", "0.2", server.url, stdin="six\n", out="six\n", err="")
        with Listening("--echo", address="localhost:0"):
            pass

    def test_a_port_that_is_taken(self):
        with Listening("--echo") as server:
            ended = run("--listen", server.port, "--echo")
            self.assertIn(ended.status, (1, 3), str(ended))
            self.one_error(ended, rf"{server.port}", "(?i)in use")

    def test_signals(self):
        for number, status in ((signal.SIGINT, 130), (signal.SIGTERM, 143)):
            with self.subTest(number), Listening("--echo") as server:
                client = RawClient(server).open()
                server.signal(number)
                frame = client.read_frame()
                self.assertEqual((frame.opcode, frame.code), (frames.CLOSE, 1001))
                client.say(frames.CLOSE, frame.payload)
                self.assertEqual(server.wait(5).status, status)
                client.sock.close()

    def test_tls(self):
        certificates = Certificates.shared()
        pem, key = certificates.pair("good")
        with Listening("--echo", "--cert", pem, "--key", key) as server:
            url = f"wss://localhost:{server.port}/"
            words = ["--ca", certificates.ca, "-w", "0.2", url]
            self.dialogue(*words, stdin="secret\n", out="secret\n", err="")
            plain = run(f"ws://127.0.0.1:{server.port}/")
            self.assertEqual(plain.status, 5, str(plain))
            self.assertTrue(server.running())

    def test_deflate_between_ourselves(self):
        text = "the same again and again " * 1000
        with Listening("--echo") as server:
            ended = run("--trace", "-w", "0.2", server.url, stdin=text.encode() + b"\n")
            self.expect(ended, out=text + "\n", err=["> TEXT fin rsv1", "< TEXT fin rsv1"])
            words = ["--no-deflate", "-w", "0.2", server.url]
            self.dialogue(*words, stdin=text + "\n", out=text + "\n")

    def test_a_client_that_never_finishes_its_request_is_dropped_some_day(self):
        """The others are served meanwhile."""
        with Listening("--echo") as server:
            slow = RawClient(server)
            slow.send(b"GET / HTTP/1.1\r\nHost:")
            self.dialogue("-w", "0.2", server.url, stdin="me first\n", out="me first\n", err="")
            slow.sock.close()


class Embedded(Dialogue):
    def echoes(self, *words, stdin="", out):
        """stderr is one line, which tells who answers."""
        ended = self.dialogue(*words, stdin=stdin, out=out)
        self.assertRegex(
            ended.errors,
            r"\Ano URL: talking to an echo server of our own, ws://127\.0\.0\.1:[1-9]\d*/\n\Z",
        )
        return ended

    def test_without_arguments_a_pipe_gets_its_own_echo(self):
        ended = self.echoes(stdin="hello\n", out="hello\n")
        self.assertLess(ended.seconds, 5 * TIME_FACTOR)

    def test_many_lines(self):
        text = "".join(f"line {number}\n" for number in range(10_000))
        self.echoes(stdin=text, out=text)

    def test_nothing_at_all(self):
        self.echoes(out="")

    def test_other_options_still_count(self):
        self.echoes("-w", "0", "-x", "one", "--count", "1", out="one\n")
        self.dialogue("-q", stdin="hello\n", out="hello\n", err="")


class OneServerSeveralClients(Dialogue):
    def test_chatting_clients_of_an_echo_do_not_hear_each_other(self):
        with Listening("--echo") as server:
            with Running(server.url) as one, Running(server.url) as two:
                one.send("from one\n")
                two.send("from two\n")
                one.wait_out("from one\n")
                two.wait_out("from two\n")
                one.end_input()
                two.end_input()
                self.expect(one.wait(), out="from one\n", err="")
                self.expect(two.wait(), out="from two\n", err="")


if __name__ == "__main__":
    unittest.main()
