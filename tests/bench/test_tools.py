"""The bench tools tell right from wrong: what the benchmark's figures rest on.

Run by ctest (bench.tools) with BENCH_TOOLS naming the folder of the built tools.
"""

import io
import json
import os
import re
import socket
import struct
import subprocess
import tempfile
import tomllib
import unittest
from contextlib import redirect_stdout
from pathlib import Path
from unittest.mock import patch

import check_instructions

TOOLS = Path(os.environ["BENCH_TOOLS"])
TIMEOUT = 20
REQUEST = (b"GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
           b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n")


def lines(size: int, count: int) -> list[bytes]:
    command = [TOOLS / "lines", "--size", str(size), "--count", str(count)]
    return subprocess.run(command, capture_output=True, check=True, timeout=TIMEOUT).stdout.split(
        b"\n")[:-1]


def frame(payload: bytes, first: int = 0x81, key: bytes = b"\x01\x82\x03\x84") -> bytes:
    size = len(payload)
    length = (struct.pack("!B", 0x80 | size) if size < 126 else
              struct.pack("!BH", 0xFE, size) if size < 65536 else struct.pack("!BQ", 0xFF, size))
    masked = bytes(byte ^ key[i % 4] for i, byte in enumerate(payload))
    return bytes([first]) + length + key + masked


class Served(unittest.TestCase):
    def serve(self, name: str, *words: object) -> tuple[subprocess.Popen, socket.socket]:
        server = subprocess.Popen([TOOLS / name, *map(str, words)], stdout=subprocess.PIPE)
        self.addCleanup(self.end, server)
        port = int(server.stdout.readline())
        connection = socket.create_connection(("127.0.0.1", port), TIMEOUT)
        self.addCleanup(connection.close)
        return server, connection

    @staticmethod
    def end(server: subprocess.Popen) -> None:
        if server.poll() is None:
            server.terminate()
            server.wait(TIMEOUT)
        server.stdout.close()

    def upgrade(self, connection: socket.socket) -> bytes:
        """What came behind the answer's head."""
        connection.sendall(REQUEST)
        answer = b""
        while b"\r\n\r\n" not in answer:
            answer += connection.recv(65536)
        head, rest = answer.split(b"\r\n\r\n", 1)
        self.assertTrue(head.startswith(b"HTTP/1.1 101 "), head)
        self.assertIn(b"Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=", head)
        return rest

    def sink(self, sent: bytes, *words: object) -> tuple[int, dict]:
        server, connection = self.serve("ws_sink", *words)
        self.upgrade(connection)
        connection.sendall(sent)
        connection.shutdown(socket.SHUT_WR)
        out, _ = server.communicate(timeout=TIMEOUT)
        return server.returncode, json.loads(out.splitlines()[-1])


class Messages(unittest.TestCase):
    def test_lines_are_of_their_size_valid_and_partly_foreign(self):
        for size in (1, 16, 125, 1024, 65536):
            for line in lines(size, 40):
                self.assertEqual(len(line), size)
                line.decode("utf-8")
        text = b"".join(lines(1024, 200))
        share = sum(byte >= 0x80 for byte in text) / len(text)
        self.assertGreater(share, 0.25)
        self.assertLess(share, 0.35)

    def check(self, data: bytes, *words: object) -> tuple[int, dict]:
        done = subprocess.run([TOOLS / "pipe_check", *map(str, words)], input=data,
                              capture_output=True, timeout=TIMEOUT, check=False)
        return done.returncode, json.loads(done.stdout)

    def test_pipe_check_wants_every_byte(self):
        right = b"".join(line + b"\n" for line in lines(125, 5000))
        words = ("--size", 125, "--count", 5000)
        self.assertEqual(self.check(right, *words)[0], 0)
        wrong = bytearray(right)
        wrong[300_000] ^= 1
        status, result = self.check(bytes(wrong), *words)
        self.assertEqual((status, result["first_difference"] <= 300_000), (1, True))
        for other in (right[:-1], right + b"\n", right[126:], b""):
            self.assertEqual(self.check(other, *words)[0], 1)


class Sink(Served):
    def test_right_messages_also_in_fragments_and_with_pings_between(self):
        first, second, third = lines(125, 3)
        sent = (frame(first) + frame(b"x", 0x89) + frame(second[:50], 0x01) + frame(b"", 0x89)
                + frame(second[50:], 0x80) + frame(third) + frame(b"\x03\xe8", 0x88))
        status, result = self.sink(sent, "--size", 125, "--count", 3)
        self.assertEqual((status, result["messages"], result["wrong"], result["closed"]),
                         (0, 3, 0, True))

    def test_wrong_messages_are_counted(self):
        first, second, third = lines(125, 3)
        for sent in (frame(first) + frame(third) + frame(second),  # order
                     frame(first) + frame(second) + frame(third[:-1] + b"!"),
                     frame(first) + frame(second) + frame(third[:-1]),
                     frame(first) + frame(second) + frame(third + b"\n")):
            status, result = self.sink(sent, "--size", 125, "--count", 3)
            self.assertEqual((status, result["messages"]), (1, 3))
            self.assertGreater(result["wrong"], 0)

    def test_a_missing_message_is_missed(self):
        status, result = self.sink(frame(lines(125, 1)[0]), "--size", 125, "--count", 2)
        self.assertEqual((status, result["messages"], result["wrong"]), (1, 1, 0))

    def test_a_large_message_in_one_frame(self):
        size = 300_000
        done = subprocess.run([TOOLS / "lines", "--size", str(size), "--one-message"],
                              capture_output=True, check=True, timeout=TIMEOUT)
        message = done.stdout[:-1]
        self.assertEqual(len(message), size)
        words = ("--size", size, "--one-message")
        self.assertEqual(self.sink(frame(message), *words)[0], 0)
        self.assertEqual(self.sink(frame(message[:-1] + b"!"), *words)[0], 1)


class Source(Served):
    def receive(self, *words: object) -> bytes:
        server, connection = self.serve("ws_source", *words)
        data = self.upgrade(connection)
        while not data.endswith(b"\x88\x02\x03\xe8"):
            data += connection.recv(1 << 20)
        connection.sendall(frame(b"\x03\xe8", 0x88))
        self.assertEqual(server.wait(TIMEOUT), 0)
        return data[:-4]

    def test_frames_are_the_lines(self):
        for size, header in ((16, b"\x81\x10"), (125, b"\x81\x7d"), (1024, b"\x81\x7e\x04\x00"),
                             (65536, b"\x81\x7f" + struct.pack("!Q", 65536))):
            expected = b"".join(header + line for line in lines(size, 20))
            self.assertEqual(self.receive("--size", size, "--count", 20), expected)

    def test_one_message_is_one_frame(self):
        data = self.receive("--one-message", 200_000)
        self.assertEqual(data[:10], b"\x81\x7f" + struct.pack("!Q", 200_000))
        self.assertEqual(len(data), 10 + 200_000)
        data[10:].decode("utf-8")

    def test_a_peer_that_leaves_is_told(self):
        server, connection = self.serve("ws_source", "--size", 16, "--count", 5)
        self.upgrade(connection)
        connection.close()
        self.assertEqual(server.wait(TIMEOUT), 1)


class Timed(unittest.TestCase):
    def run_timed(self, *words: str) -> dict:
        done = subprocess.run([TOOLS / "timed", *words], capture_output=True, check=True,
                              timeout=TIMEOUT, stdin=subprocess.DEVNULL)
        return json.loads(done.stdout.splitlines()[-1])

    def test_status_and_output_are_judged(self):
        self.assertEqual(self.run_timed("--", "sh", "-c", "exit 3")["status"], 3)
        good = ("--times", "3", "--expect", "hello", "--", "echo", "hello")
        self.assertEqual(self.run_timed(*good)["wrong"], 0)
        self.assertEqual(self.run_timed(*good[:-1], "other")["wrong"], 3)

    def test_a_small_program_is_told_small(self):
        self.assertLess(self.run_timed("--", "true")["rss"], 4096)


class Gate(unittest.TestCase):
    """bench.instructions fails when a figure has risen by more than a tenth."""

    def status(self, recorded: dict, now: float) -> int:
        def ask(_program, what, *_before):
            return ["a key"] if what == "--key" else ["receive-16"]

        with tempfile.TemporaryDirectory() as folder:
            record = Path(folder) / "record.json"
            record.write_text(json.dumps(recorded))
            with (patch.object(check_instructions, "PROGRAMS", ("micro_messages",)),
                  patch.object(check_instructions, "ask", ask),
                  patch.object(check_instructions, "measure", lambda _program, _case: now),
                  patch("sys.argv", ["check", folder, str(record)]),
                  redirect_stdout(io.StringIO())):
                return check_instructions.main()

    def test_a_tenth_more_is_allowed_and_no_more(self):
        recorded = {"a key": {"messages receive-16": 100.0}}
        self.assertEqual(self.status(recorded, 109.9), 0)
        self.assertEqual(self.status(recorded, 110.1), 1)
        self.assertEqual(self.status(recorded, 50), 0)

    def test_a_case_without_a_figure_fails_and_another_processor_is_told(self):
        self.assertEqual(self.status({"a key": {"messages send-16": 100.0}}, 1), 1)
        self.assertEqual(self.status({"another key": {}}, 1), check_instructions.SKIPPED)


class Table(unittest.TestCase):
    def test_every_peer_says_what_the_runner_needs(self):
        text = (Path(__file__).parent / "peers.toml").read_text()
        for name, peer in tomllib.loads(text).items():
            with self.subTest(name):
                self.assertLessEqual({"find", "version", "receive", "send", "stdin", "output"},
                                     set(peer))
                self.assertIn(peer["stdin"], ("file", "hold"))
                re.compile(peer["output"])


if __name__ == "__main__":
    unittest.main()
