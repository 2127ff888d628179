"""Piped input: one line is one message, nothing accepted is lost (wscope(1), INPUT)."""

import subprocess
import unittest

from support.dialogue import Dialogue
from support.program import Running, run
from support.server import Server, echo, sink

MIB = 1 << 20


class Lines(Dialogue):
    def sent(self, stdin, *words, **expected):
        """The messages that a server gets for that input."""
        with Server(sink) as server:
            expected.setdefault("out", "")
            expected.setdefault("err", "")
            self.dialogue("-w", "0", *words, server.url, stdin=stdin, **expected)
            return server.result()

    def test_a_line_goes_out_and_its_echo_comes_back(self):
        with Server(echo) as server:
            self.dialogue("-w", "0.2", server.url, stdin="hello\n", out="hello\n", err="")

    def test_one_line_is_one_message_without_its_end(self):
        for stdin, messages in {
            "": [],
            "one\n": ["one"],
            "one\ntwo\n": ["one", "two"],
            "no newline at the end": ["no newline at the end"],
            "a\nb": ["a", "b"],
            "\n": [""],
            "a\n\n\nb\n": ["a", "", "", "b"],
            "dos\r\nlines\r\n": ["dos", "lines"],
            "\r\n": [""],
            "a\rb\n": ["a\rb"],
            "a\x00b\n": ["a\x00b"],
            "\x00\n": ["\x00"],
            " blanks stay \t\n": [" blanks stay \t"],
            "ünï©ödé 漢字 😀\n": ["ünï©ödé 漢字 😀"],
            "/close is text in a pipe\n": ["/close is text in a pipe"],
            "//so is this\n": ["//so is this"],
        }.items():
            with self.subTest(stdin):
                self.assertEqual(self.sent(stdin), messages)

    def test_lines_around_the_size_of_a_read(self):
        for size in (125, 126, 4095, 4096, 65535, 65536, 65537, 131072, MIB - 1, MIB, MIB + 1):
            with self.subTest(size):
                line = ("0123456789" * (size // 10 + 1))[:size]
                self.assertEqual(self.sent(f"{line}\n{line}"), [line, line])

    def test_a_line_of_64_mib_and_back(self):
        line = b"0123456789abcdef" * (4 * MIB)
        with Server(echo) as server:
            ended = run("--count", "1", server.url, stdin=line + b"\n", timeout=60)
            self.expect(ended, out=line + b"\n", err="")

    def test_binary(self):
        data = bytes(range(256)).replace(b"\n", b"")
        self.assertEqual(self.sent(data + b"\nnext\n", "-b"), [data, b"next"])

    def test_nul_separated(self):
        for words in (["-0"], ["--null"], ["--input", "nul"]):
            with self.subTest(words):
                messages = self.sent("one\0two\nlines\0\0last", *words)
                self.assertEqual(messages, ["one", "two\nlines", "", "last"])


class InvalidText(Dialogue):
    def test_a_line_that_is_not_utf8_is_refused_and_the_rest_goes_on(self):
        hint = "^wscope: hint: -b sends each line as a binary message, --input raw the bytes as they are read$"
        for bad in (b"\xff\xfe", b"a\xc3", b"\xc0\xaf", b"\xed\xa0\x80", b"\xf4\x90\x80\x80"):
            with self.subTest(bad), Server(sink) as server:
                ended = run("-w", "0", server.url, stdin=b"good\n" + bad + b"\nlast\n")
                self.expect(ended, status=1, out="", err=[r"line 2\b", hint])
                self.assertEqual(server.result(), ["good", "last"])

    def test_the_same_bytes_go_out_as_binary(self):
        with Server(sink) as server:
            self.dialogue("-b", "-w", "0", server.url, stdin=b"\xff\xfe\n", err="")
            self.assertEqual(server.result(), [b"\xff\xfe"])

    def test_what_is_no_line_of_a_pipe_has_another_hint(self):
        for words, stdin in (
            (("-x", "\udcff"), b""),
            (("-0",), b"\xff\0"),
            (("--input", "whole"), b"\xff"),
        ):
            with self.subTest(words), Server(sink) as server:
                ended = run("-w", "0", *words, server.url, stdin=stdin)
                self.expect(ended, status=1, err=r"^wscope: hint: --binary sends it as it is$")

    def test_every_refused_line_is_named(self):
        with Server(sink) as server:
            ended = run("-w", "0", server.url, stdin=b"\xff\nb\n\xfe\n")
            self.expect(ended, status=1, err=[r"line 1\b", r"line 3\b"])
            self.assertEqual(server.result(), ["b"])


class NothingIsLost(Dialogue):
    LINES = 100_000

    def lines(self):
        return [f"line {number}" for number in range(self.LINES)]

    def test_lines_piped_before_the_connection_is_open_wait_for_it(self):
        def late(peer):
            peer.read_request()
            peer.server.stopping.wait(0.5)
            return sink(peer)

        with Server(late) as server:
            self.dialogue("-w", "0", server.url, stdin="a\nb\nc\n", err="")
            self.assertEqual(server.result(), ["a", "b", "c"])

    def test_all_lines_arrive_in_order(self):
        with Server(sink) as server:
            self.dialogue("-w", "0", server.url, stdin="\n".join(self.lines()), err="", timeout=60)
            self.assertEqual(server.result(), self.lines())

    def test_all_lines_arrive_also_when_the_server_begins_to_read_late(self):
        def late(peer):
            peer.accept()
            peer.server.stopping.wait(1)
            return peer.answer_close()

        with Server(late) as server:
            self.dialogue("-w", "0", server.url, stdin="\n".join(self.lines()), err="", timeout=60)
            self.assertEqual(server.result(), self.lines())

    def test_all_echoes_come_back(self):
        text = "".join(f"{line}\n" for line in self.lines())
        with Server(echo) as server:
            self.dialogue("-w", "1", server.url, stdin=text, out=text, err="", timeout=60)

    def test_what_could_not_be_delivered_is_counted(self):
        def dies(peer):
            peer.accept()
            for _ in range(3):
                peer.read_message()
            peer.server.stopping.wait(0.3)
            peer.reset()

        with Server(dies) as server:
            ended = run(server.url, stdin="\n".join(self.lines()).encode())
            self.expect(ended, status=6, out="", err=r"\d+ (\w+ )*(messages?|lines?)\b")

    def test_messages_follow_one_another_at_once(self):
        with Server(echo) as server, Running(server.url) as client:
            for number in range(20):
                client.send(f"message {number}\n")
                client.wait_out(f"message {number}\n")
            client.end_input()
            self.expect(client.wait(), err="")


class ClosedDescriptors(Dialogue):
    """What the shell closed must not become a socket of ours."""

    def shell(self, redirection):
        with Server(echo) as server:
            command = f'echo hello | "$WSCOPE" -w 0.1 {server.url} {redirection}'
            if redirection == "<&-":
                command = f'"$WSCOPE" -w 0.1 {server.url} <&-'
            done = subprocess.run(["sh", "-c", command], capture_output=True, timeout=20)
        return done.returncode, done.stdout, done.stderr

    def test_stdin(self):
        self.assertEqual(self.shell("<&-"), (0, b"", b""))

    def test_stdout(self):
        status, out, err = self.shell(">&-")
        self.assertEqual((status, out), (1, b""))
        self.assertIn(b"can't write to stdout", err)

    def test_stderr(self):
        self.assertEqual(self.shell("2>&-"), (0, b"hello\n", b""))


if __name__ == "__main__":
    unittest.main()
