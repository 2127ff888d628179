"""Every --input with every --output: what goes in through one wscope comes out of another."""

import base64
import json
import random
import re
import time
import unittest

from support.dialogue import Dialogue
from support.program import TIME_FACTOR, Running, eventually, run

OUTPUTS = ("text", "nul", "raw", "hex", "base64", "json")
SEED = 20261121


def random_bytes(random_, without=b""):
    size = random_.choice((0, 1, 2, 125, 126, 127, 1000, 65535, 65536, 70000))
    data = random_.randbytes(size)
    return bytes(b for b in data if b not in without) if without else data


def random_text(random_, without=""):
    size = random_.choice((0, 1, 125, 126, 3000, 40000))
    code = [random_.choice((random_.randrange(0x80), random_.randrange(0xA0, 0xD800),
                            random_.randrange(0xE000, 0x110000))) for _ in range(size)]  # fmt: skip
    return "".join(c for c in map(chr, code) if c not in without)


def events_line(message):
    if isinstance(message, str):
        return json.dumps({"send": message}).encode() + b"\n"
    return json.dumps({"binary": base64.b64encode(message).decode()}).encode() + b"\n"


def bytes_of(message):
    return message.encode() if isinstance(message, str) else message


def inputs(random_):
    """name, options, messages, stdin: each way to say random messages that the format can hold."""

    def binaries(without=b""):
        return [random_bytes(random_, without) for _ in range(12)]

    def texts(without=""):
        return [random_text(random_, without) for _ in range(12)]

    lines = texts("\n\r")
    yield "line", [], lines, "".join(f"{line}\n" for line in lines).encode()
    lines = binaries(b"\n\r")
    yield "line", ["-b"], lines, b"".join(line + b"\n" for line in lines)
    records = texts("\0")
    yield "nul", [], records, "".join(f"{record}\0" for record in records).encode()
    records = binaries(b"\0")
    yield "nul", ["-b"], records, b"".join(record + b"\0" for record in records)
    values = [json.dumps({"text": text, "n": random_.random()}, indent=random_.choice((None, 2)))
              for text in texts()]  # fmt: skip
    yield "json", [], values, "\n".join(values).encode()
    whole = random_.randbytes(1 << 20)
    yield "whole", ["-b"], [whole], whole
    text = random_text(random_) + "x\n"
    yield "whole", [], [text], text.encode()
    data = binaries()
    yield "hex", [], data, b"".join(one.hex().encode() + b"\n" for one in data)
    yield "base64", [], data, b"".join(base64.b64encode(one) + b"\n" for one in data)
    both = [one for pair in zip(binaries(), texts()) for one in pair]
    yield "events", [], both, b"".join(map(events_line, both))


def written(messages, output):
    """The bytes that --output must make of these messages."""
    if output == "text":
        return b"".join(bytes_of(m) + (b"\n" if isinstance(m, str) else b"") for m in messages)
    if output == "nul":
        return b"".join(bytes_of(m) + b"\0" for m in messages)
    if output == "raw":
        return b"".join(map(bytes_of, messages))
    if output == "hex":
        return b"".join(bytes_of(m).hex().encode() + b"\n" for m in messages)
    return b"".join(base64.b64encode(bytes_of(m)) + b"\n" for m in messages)


def read_events(out):
    """The received messages in the output of --output json."""
    events = [json.loads(line) for line in out.split(b"\n")[:-1]]
    heard = [e for e in events if e["event"] == "message" and e["dir"] == "recv"]
    return [e["data"] if e["type"] == "text" else base64.b64decode(e["base64"]) for e in heard]


class Listening(Running):
    def __init__(self, *words):
        super().__init__("--listen", "0", *words)
        self.url = re.search(rb"ws://[^ \n]+", self.wait_err("\n"))[0].decode()


class RoundTrip(Dialogue):
    def same(self, out, messages, output, what):
        if output == "json":
            self.assertTrue(read_events(out) == messages, f"{what}: other messages, seed {SEED}")
        else:
            wanted = written(messages, output)
            self.assertTrue(
                out == wanted, f"{what}: other bytes, seed {SEED}: {len(out)} of {len(wanted)}"
            )

    def same_at_last(self, server, before, messages, output, what):
        """The same of a process that lives on: its pipe may still be on the way."""
        deadline = time.monotonic() + 10 * TIME_FACTOR
        while True:
            there = bytes(server.out[before:])
            try:
                return self.same(there, messages, output, "the server with " + what)
            except (AssertionError, ValueError):
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.01)

    def test_through_an_echoing_server_and_back(self):
        """Four ways at once: the client's input, the server's output, the echo, its output."""
        for output in OUTPUTS:
            with Listening("--echo", "--output", output) as server:
                for name, words, messages, stdin in inputs(random.Random(SEED)):
                    what = f"--input {name} {' '.join(words)} --output {output}"
                    with self.subTest(what):
                        before = len(server.out)
                        ended = run("--input", name, *words, "--output", output, "--count",
                                    str(len(messages)), server.url, stdin=stdin)  # fmt: skip
                        self.assertEqual(ended.status, 0, what + "\n" + ended.errors)
                        self.same(ended.out, messages, output, what)
                        self.same_at_last(server, before, messages, output, what)

    def test_from_the_server_to_the_client(self):
        for output in OUTPUTS:
            for name, words, messages, stdin in inputs(random.Random(SEED + 1)):
                if name == "whole":
                    continue  # a server that lives on has no end of input to wait for
                what = f"--listen --input {name} {' '.join(words)}, --output {output}"
                with self.subTest(what), Listening("--input", name, *words) as server:
                    client = Running("--output", output, "-w", "-1", "-v", "--count",
                                     str(len(messages)), server.url)  # fmt: skip
                    with client:
                        client.wait_err("open")
                        server.send(stdin + (b"\n" if name == "json" else b""))
                        ended = client.wait()
                    self.assertEqual(ended.status, 0, what + "\n" + ended.errors[-500:])
                    self.same(ended.out, messages, output, what)

    def test_raw_carries_every_byte_in_whatever_messages(self):
        data = random.Random(SEED).randbytes(3 << 20)
        with Listening("--output", "raw") as server:
            self.expect(run("--input", "raw", server.url, stdin=data), status=0, err="")
            eventually(lambda: len(server.out) >= len(data), what="all of the bytes")
            self.assertTrue(bytes(server.out) == data)
        with Listening("--echo", "--output", "hex") as server:
            ended = run("--input", "raw", "--output", "raw", "-w", "0.5", server.url, stdin=data)
            self.expect(ended, status=0)
            self.assertTrue(ended.out == data)
            self.assertTrue(bytes.fromhex(server.out.replace(b"\n", b"").decode()) == data)


if __name__ == "__main__":
    unittest.main()
