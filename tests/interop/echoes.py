"""What every echo server of the field must allow: the same talk for all of them."""

import os

from support.dialogue import Dialogue
from support.program import run


class EchoTalk(Dialogue):
    """Mixed into a test of one server; `prefix` is what that server puts before a text."""

    def talk(self, url, *words, prefix="", empty=True):
        """`empty=False` for a server that swallows empty messages."""
        lines = ["hello", *[""] * empty, "grüß 漢字 😀", "x" * 125, "y" * 126, "z" * 70_000]
        text = "".join(f"{line}\n" for line in lines)
        answer = "".join(f"{prefix}{line}\n" for line in lines)
        self.dialogue("--count", len(lines), *words, url, stdin=text, out=answer, err="")
        binary = (
            os.urandom(70_000).replace(b"\n", b"") + b"."
        )  # a CR before the newline is its part
        self.dialogue("--count", "1", "-b", *words, url, stdin=binary + b"\n", out=binary, err="")

    def many(self, url, *words, prefix="", count=5000):
        text = "".join(f"line {number}\n" for number in range(count))
        answer = "".join(f"{prefix}line {number}\n" for number in range(count))
        words = ["--count", count, *words, url]
        self.dialogue(*words, stdin=text, out=answer, err="", timeout=60)

    def large(self, url, *words, prefix="", size=1 << 20):
        line = "0123456789abcdef" * (size // 16)
        words = ["--count", "1", *words, url]
        self.dialogue(*words, stdin=line, out=f"{prefix}{line}\n", err="", timeout=60)

    def traced(self, url, *words):
        """A short talk under --trace: its stderr, checked to have opened and closed cleanly."""
        ended = run("--trace", "--count", "1", *words, url, stdin=b"traced\n")
        self.expect(
            ended,
            err=[
                r"\] > GET /\S* HTTP/1\.1$",
                r"\] < HTTP/1\.1 101 ",
                r"\] \* open",
                r"\] > TEXT fin ",
                r"\] < TEXT fin ",
                r"\] > CLOSE .*1000 \(normal\)",
                r"\] < CLOSE .*1000 \(normal\)",
            ],
        )
        return ended.errors
