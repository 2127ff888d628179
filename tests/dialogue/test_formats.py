"""--input and --output in all formats, and slash commands in piped input."""

import base64
import json
import os
import unittest

from support import frames
from support.dialogue import Dialogue
from support.program import run
from support.server import Server, echo, sink


class Input(Dialogue):
    def sent(self, form, stdin, *words, **expected):
        with Server(sink) as server:
            expected.setdefault("err", "")
            words = ["--input", form, "-w", "0", *words, server.url]
            self.dialogue(*words, stdin=stdin, out="", **expected)
            return server.result()

    def test_line(self):
        self.assertEqual(self.sent("line", "a\nb\n"), ["a", "b"])

    def test_whole(self):
        self.assertEqual(self.sent("whole", "a\nb\n"), ["a\nb\n"])
        self.assertEqual(self.sent("whole", b"\xff\n", "-b"), [b"\xff\n"])

    def test_hex(self):
        self.assertEqual(self.sent("hex", "00ff\n10 20\n"), [b"\x00\xff", b"\x10\x20"])

    def test_base64(self):
        data = os.urandom(100)
        lines = base64.b64encode(data) + b"\n" + base64.b64encode(b"") + b"\n"
        self.assertEqual(self.sent("base64", lines)[0], data)

    def test_what_is_no_hex_or_base64_is_refused_by_line(self):
        for form, good, bad in (
            ("hex", "00", "0g"),
            ("hex", "00", "123"),
            ("base64", "AA==", "A?=="),
        ):
            with self.subTest(form=form, bad=bad), Server(sink) as server:
                words = ["--input", form, "-w", "0", server.url]
                self.dialogue(*words, stdin=f"{good}\n{bad}\n{good}\n", status=1, err=r"line 2\b")
                self.assertEqual(server.result(), [b"\0", b"\0"])

    def test_json(self):
        """One JSON text after the other, whatever the lines."""
        documents = ['{"a":\n [1, 2]}', "[]", '"x"', "17", '{"s": "}"}']
        messages = self.sent("json", "\n".join(documents) + "\n")
        self.assertEqual([json.loads(m) for m in messages], [json.loads(d) for d in documents])

    def test_raw(self):
        """Blocks as they come; no byte is lost."""
        data = os.urandom(300_000)
        self.assertEqual(b"".join(self.sent("raw", data)), data)

    def test_events(self):
        def script(peer):
            peer.accept()
            got = []
            while (frame := peer.read_frame()).opcode != frames.CLOSE:
                got.append((frame.opcode, frame.payload))
            peer.frame(frames.CLOSE, frame.payload)
            peer.end()
            return got, frame.code

        lines = ['{"send":"hi"}', '{"ping":"p"}', '{"close":4001}']
        with Server(script) as server:
            run("--input", "events", server.url, stdin="\n".join(lines).encode() + b"\n")
            got, code = server.result()
        self.assertEqual(got, [(frames.TEXT, b"hi"), (frames.PING, b"p")])
        self.assertEqual(code, 4001)


class Output(Dialogue):
    def printed(self, form, *messages, more=()):
        def script(peer):
            peer.accept()
            for message in messages:
                peer.frame(frames.TEXT if isinstance(message, str) else frames.BINARY, message)
            peer.finish()

        with Server(script) as server:
            return self.dialogue("--output", form, *more, "-w", "-1", server.url, err="").out

    def test_each(self):
        for form, out in (
            ("text", b"a\n\x00\xff"),
            ("raw", b"a\x00\xff"),
            ("hex", b"61\n00ff\n"),
            ("base64", b"YQ==\nAP8=\n"),
            ("nul", None),
        ):
            with self.subTest(form):
                got = self.printed(form, "a", b"\x00\xff")
                if out is None:
                    self.assertTrue(got.startswith(b"a\0"), got)
                else:
                    self.assertEqual(got, out)

    def test_pretty_where_it_can_be(self):
        for form, out in (("text", "[\n  1\n]\n"), ("nul", "[\n  1\n]\0"), ("raw", "[1]"), ("hex", "5b315d\n")):
            with self.subTest(form):
                self.assertEqual(self.printed(form, "[1]", more=("--pretty",)), out.encode())

    def test_what_goes_in_comes_out(self):
        """Through one wscope, an echo, and out again, byte for byte."""
        data = os.urandom(50_000)
        for into, out in (("hex", "hex"), ("base64", "base64"), ("hex", "base64")):
            encode = {"hex": bytes.hex, "base64": lambda d: base64.b64encode(d).decode()}
            with self.subTest(into=into, out=out), Server(echo) as server:
                words = ["--input", into, "--output", out, "--count", "1", server.url]
                self.dialogue(*words, stdin=encode[into](data), out=encode[out](data) + "\n")


class Slash(Dialogue):
    def test_commands_in_piped_input(self):
        def script(peer):
            peer.accept()
            got = []
            while (frame := peer.read_frame()).opcode != frames.CLOSE:
                got.append((frame.opcode, frame.payload))
            peer.frame(frames.CLOSE, frame.payload)
            peer.end()
            return got, frame.code, frame.reason

        with Server(script) as server:
            stdin = "/ping pi\n/pong po\n//text\nplain\n/binary 00 ff\n/close 1001 bye\n"
            self.dialogue("--slash", server.url, stdin=stdin, out="", err="")
            got, code, reason = server.result()
        self.assertEqual(
            got,
            [
                (frames.PING, b"pi"),
                (frames.PONG, b"po"),
                (frames.TEXT, b"/text"),
                (frames.TEXT, b"plain"),
                (frames.BINARY, b"\x00\xff"),
            ],
        )
        self.assertEqual((code, reason), (1001, b"bye"))

    def test_an_unknown_one_is_an_error_and_sends_nothing(self):
        with Server(sink) as server:
            words = ["--slash", "-w", "0", server.url]
            self.dialogue(*words, stdin="a\n/pnig\nb\n", status=1, out="", err="/pnig")
            self.assertEqual(server.result(), ["a", "b"])


if __name__ == "__main__":
    unittest.main()
