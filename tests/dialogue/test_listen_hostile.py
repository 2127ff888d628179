"""--listen among clients that are slow, deaf, rude or strangers."""

import os
import signal
import socket
import tempfile
import unittest
import zlib

from dialogue.test_listen import REQUEST, Listening, RawClient
from support import frames
from support.certificates import Certificates
from support.dialogue import Dialogue
from support.program import Running, eventually, run

MASK = b"\x01\x02\x03\x04"


class Handshakes(Dialogue):
    def served(self, server):
        self.dialogue("--count", "1", server.url, stdin="me\n", out="me\n", err="")

    def client(self, server):
        client = RawClient(server)
        self.addCleanup(client.sock.close)
        return client

    def test_a_slow_request_is_cut_off_however_it_trickles(self):
        with Listening("--echo", "--connect-timeout", "0.4") as server:
            silent, trickling = self.client(server), self.client(server)
            self.served(server)
            request = REQUEST.format(target="/", more="").encode()
            with self.assertRaises(OSError):
                for byte in request[:-1] * 20:  # each byte is progress, the deadline stays
                    trickling.send(bytes([byte]))
                    if (end := self.ended(trickling, 0.02)) is not None:
                        self.assertEqual(end, b"")
                        raise OSError
            self.assertEqual(silent.read_to_end(), b"")
            server.wait_err("client sent no whole request in time")
            self.served(server)

    def ended(self, client, seconds):
        """What came last when the server has ended the connection within that time, else None."""
        client.sock.settimeout(seconds)
        try:
            return client.sock.recv(1)
        except TimeoutError:
            return None

    def test_a_tls_handshake_that_does_not_begin_is_cut_off(self):
        certificates = Certificates.shared()
        pem, key = certificates.pair("good")
        words = ("--echo", "--connect-timeout", "0.4", "--cert", pem, "--key", key)
        with Listening(*words) as server:
            silent = self.client(server)
            self.assertEqual(silent.read_to_end(), b"")
            url = f"wss://localhost:{server.port}/"
            self.dialogue("--ca", certificates.ca, "--count", "1", url, stdin="x\n", out="x\n")

    def test_a_request_without_end_is_refused_and_not_kept(self):
        with Listening("--echo") as server:
            client = self.client(server)
            client.send(b"GET / HTTP/1.1\r\nHost: x\r\n")
            for _ in range(2000):
                client.send(b"X-More: " + b"x" * 16384 + b"\r\n")
            self.assertTrue(client.read_to_end().startswith(b"HTTP/1.1 431 "))
            self.memory_at_most(server, 32 << 20)
            self.served(server)

    def test_tls_where_none_is_spoken_is_told_at_once(self):
        with Listening("--echo") as server:
            ended = run("-x", "a", server.url.replace("ws:", "wss:"))
            self.expect(ended, status=4, out="")
            self.assertIn("wscope: hint: try ws:// instead of wss://", ended.errors)
            self.served(server)

    def test_two_hundred_unfinished_requests_stop_nobody(self):
        with Listening("--echo", "--max-clients", "1") as server:
            for _ in range(200):
                self.client(server).send(b"GET / HTTP/1.1\r\n")
            self.served(server)


class Frames(Dialogue):
    def refused(self, data, code, *words):
        with Listening("--echo", *words) as server:
            client = RawClient(server).open()
            self.addCleanup(client.sock.close)
            client.send(data)
            frame = client.read_frame()
            self.assertEqual((frame.opcode, frame.code), (frames.CLOSE, code))
            self.assertEqual(client.read_to_end(), b"")
            self.dialogue("--count", "1", server.url, stdin="me\n", out="me\n", err="")

    def test_what_breaks_the_protocol(self):
        for name, data, code in (
            ("unmasked", frames.frame(frames.TEXT, b"x"), 1002),
            ("reserved bit", frames.frame(frames.TEXT, b"x", rsv=0x20, mask=MASK), 1002),
            ("reserved opcode", frames.frame(3, b"x", mask=MASK), 1002),
            ("continuation of nothing", frames.frame(frames.CONT, b"x", mask=MASK), 1002),
            ("long ping", frames.frame(frames.PING, b"x" * 126, mask=MASK), 1002),
            ("cut ping", frames.frame(frames.PING, b"x", mask=MASK, fin=False), 1002),
            ("not UTF-8", frames.frame(frames.TEXT, b"\xff", mask=MASK), 1007),
        ):
            with self.subTest(name):
                self.refused(data, code)

    def test_too_much(self):
        self.refused(frames.frame(frames.TEXT, b"x" * 1001, mask=MASK), 1009, "--max-size", "1000")
        claim = bytes([0x81, 0xFF]) + (1 << 62).to_bytes(8, "big") + MASK
        self.refused(claim, 1009)  # judged by its head, not waited for

    def test_a_compressed_bomb_goes_off_outside(self):
        with Listening("--echo", "--max-size", "1M") as server:
            client = RawClient(server)
            self.addCleanup(client.sock.close)
            client.open(more="Sec-WebSocket-Extensions: permessage-deflate\r\n")
            self.assertIn("permessage-deflate", client.answer)
            packer = zlib.compressobj(9, wbits=-15)
            data = packer.compress(b"\0" * (256 << 20)) + packer.flush(zlib.Z_SYNC_FLUSH)
            client.send(frames.frame(frames.BINARY, data[:-4], rsv=0x40, mask=MASK))
            self.assertEqual(client.read_frame().code, 1009)
            self.memory_at_most(server, 32 << 20)


class Deaf(Dialogue):
    def test_an_echo_that_nobody_reads_stops_its_sender_only(self):
        with Listening("--echo") as server:
            deaf = RawClient(server).open()
            self.addCleanup(deaf.sock.close)
            deaf.sock.settimeout(1)
            said, data = 0, frames.frame(frames.BINARY, os.urandom(1 << 16), mask=MASK)
            with self.assertRaises(TimeoutError):  # the server reads no more
                while said < 2000:
                    deaf.sock.sendall(data)
                    said += 1
            before = server.peak_memory()
            text = "".join(f"line {number}\n" for number in range(5000))
            self.dialogue("--count", 5000, server.url, stdin=text, out=text, err="", timeout=60)
            self.memory_at_most(server, 32 << 20)
            self.memory_at_most(server, before + (4 << 20))
            deaf.reset()  # noticed although nothing is read from it any more
            server.wait_err("client 1 left")

    def test_a_crowd_of_deaf_clients(self):
        """150 deaf ones share 256 MiB, so none gets 4; the readers get every message."""
        size, count = 65536, 400
        with Listening("--broadcast=others") as server:
            deaf = [RawClient(server).open() for _ in range(150)]
            for client in deaf:
                self.addCleanup(client.sock.close)
            readers = [Running("--count", count, server.url) for _ in range(3)]
            for reader in readers:
                self.addCleanup(reader.__exit__, None, None, None)
            eventually(lambda: server.err.count(b"connected from") == 153, 20, "153 clients")
            talker = RawClient(server).open()
            self.addCleanup(talker.sock.close)
            for _ in range(count):
                talker.say(frames.TEXT, "x" * size)
            for reader in readers:
                ended = reader.wait(60)
                self.assertEqual(ended.status, 0, ended.errors)
                self.assertEqual(len(ended.out), count * (size + 1))
            eventually(lambda: server.err.count(b"does not read: dropped") == 150, 20, "150 drops")
            # What each had queued, twice while a queue moves, and the rest of us.
            self.memory_at_most(server, 600 << 20)

    def test_typed_lines_go_at_the_pace_of_who_reads(self):
        with Listening() as server:
            deaf = RawClient(server).open()
            self.addCleanup(deaf.sock.close)
            text = "".join(f"{number} {'x' * 1000}\n" for number in range(30_000))
            with Running("--count", "30000", server.url) as reader:
                server.wait_err("client 2 connected")
                server.send(text)
                ended = reader.wait(60)
                self.assertEqual(ended.out.decode(), text)
            server.wait_err("client 1 does not read: dropped")
            self.memory_at_most(server, 48 << 20)

    def test_who_answers_no_ping_is_let_go(self):
        with Listening("--ping-interval", "0.1", "--pong-timeout", "0.3") as server:
            dead = RawClient(server).open()
            self.addCleanup(dead.sock.close)
            with Running("-w", "-1", server.url) as alive:
                server.wait_err("client 2 connected")
                server.wait_err("client 1 left: no pong in time")
                server.send("still there?\n")
                alive.wait_out("still there?\n")


class Strangers(Dialogue):
    def test_client_certificates(self):
        certificates = Certificates.shared()
        pem, key = certificates.pair("good")
        with Listening("--echo", "--cert", pem, "--key", key, "--ca", certificates.ca) as server:
            words = ["--ca", certificates.ca, "--count", "1", f"wss://localhost:{server.port}/"]
            known, its_key = certificates.pair("client")
            self.dialogue("--cert", known, "--key", its_key, *words, stdin="x\n", out="x\n", err="")
            ended = run(*words, stdin=b"x\n")
            self.expect(ended, status=4, out="", err="(?i)certificate required")
            stranger, its_key = certificates.pair("foreign_client")
            ended = run("--cert", stranger, "--key", its_key, *words, stdin=b"x\n")
            self.expect(ended, status=4, out="")
            self.assertNotIn(b"connected from", server.err.split(b"client 1 left")[-1])

    def test_no_subprotocol_in_common(self):
        with Listening("--echo", "-s", "v2") as server:
            client = RawClient(server).open(more="Sec-WebSocket-Protocol: v3, v4\r\n")
            self.addCleanup(client.sock.close)
            self.assertIn(" 101 ", client.answer)
            self.assertNotIn("sec-websocket-protocol", client.answer.lower())
            both = RawClient(server).open(more="Sec-WebSocket-Protocol: v3, v2\r\n")
            self.addCleanup(both.sock.close)
            self.assertIn("Sec-WebSocket-Protocol: v2\r\n", both.answer)

    def test_loopback_unless_told_otherwise(self):
        with Listening("--echo") as server:
            with open("/proc/net/tcp") as table:
                local = [line.split()[1] for line in table if f":{server.port:04X} " in line]
            self.assertIn(f"0100007F:{server.port:04X}", local)
            self.assertNotIn(f"00000000:{server.port:04X}", local)


class TheEnd(Dialogue):
    def test_sigterm_tells_everybody_and_waits_for_nobody_for_long(self):
        with Listening("--close-timeout", "0.5") as server:
            clients = [RawClient(server).open() for _ in range(20)]
            unfinished = RawClient(server)
            unfinished.send(b"GET / HTTP/1.1\r\n")
            server.wait_err("client 20 connected")
            with Running("-w", "-1", server.url) as polite:
                server.wait_err("connected from", 10)
                eventually(lambda: server.err.count(b"connected from") == 21, 10, "21 clients")
                server.signal(signal.SIGTERM)
                for client in clients:
                    self.assertEqual(client.read_frame().code, 1001)  # and no answer from us
                self.assertEqual(polite.wait().status, 0)
            self.assertEqual(unfinished.read_to_end(), b"")
            self.assertEqual(server.wait().status, 143)
            for client in [*clients, unfinished]:
                client.sock.close()

    def test_a_unix_socket_goes_with_its_server(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "ws.sock")
            for _ in range(2):  # also where one is left behind
                with Running("--listen", f"unix:{path}", "--echo") as server:
                    server.wait_err("listening on")
                    self.dialogue("--count", "1", f"ws+unix:{path}:/", stdin="x\n", out="x\n")
                    server.signal(signal.SIGTERM)
                    self.assertEqual(server.wait().status, 143)
                self.assertFalse(os.path.exists(path))
                left = socket.socket(socket.AF_UNIX)
                left.bind(path)
                left.close()


if __name__ == "__main__":
    unittest.main()
