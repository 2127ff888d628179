"""--timing: a row for each step there was, after the end and after a failure; an event in --json."""

import json
import re
import unittest

from support.certificates import Certificates
from support.dialogue import Dialogue
from support.frames import CLOSE
from support.program import Running, run
from support.server import Server, echo, unused_port

ROW = re.compile(r"^  (\S.*?)  +(\S.*)$", re.M)


def rows(ended):
    """The table's rows: name -> value; the names in order under ''."""
    begin = ended.errors.index("timing\n")
    found = ROW.findall(ended.errors[begin:].split("wscope:")[0])
    return {**dict(found), "": [name for name, _ in found]}


def deflating(peer):
    peer.accept("Sec-WebSocket-Extensions: permessage-deflate")
    while (one := peer.read_frame()).opcode != CLOSE:
        pass
    peer.frame(CLOSE, one.payload)
    peer.end()


class Table(Dialogue):
    def test_a_row_for_each_step(self):
        certificates = Certificates.shared()
        with Server(echo, tls=certificates.server_context("good")) as server:
            words = ["--ca", certificates.ca, "-w", "0.1", "-x", "hello", "-x", "you"]
            ended = run("--timing", *words, f"wss://localhost:{server.port}/")
        self.expect(ended, out="hello\nyou\n")
        table = rows(ended)
        self.assertEqual(
            table[""],
            ["resolve", "connect", "TLS", "upgrade", "first message", "total", "sent", "received"],
        )
        for name in table[""][:6]:
            self.assertRegex(table[name], r"^\d+(\.\d+)? (ms|s|µs)$")
        self.assertRegex(table["sent"], r"^2 messages, 8 bytes, \d+ bytes on the wire$")
        # Two texts of 8 bytes and a Close with a code: 2 + 5 + 2 + 3 + 2 + 2.
        self.assertEqual(table["received"], "2 messages, 8 bytes, 16 bytes on the wire")

    def test_after_a_failure(self):
        holder, port = unused_port()
        with holder:
            ended = run("--timing", f"ws://127.0.0.1:{port}/")
            self.expect(ended, status=3, out="")
            self.assertEqual(rows(ended)[""], ["total", "sent", "received"])
            self.one_error(ended, "refused")

    def test_compression(self):
        with Server(deflating) as server:
            ended = run("--timing", "-w", "0", "-x", "a" * 1000, server.url)
            self.expect(ended)
            self.assertRegex(rows(ended)["compression"], r"^sent to \d\.\d % \(\d+ of 1000 bytes\)$")

    def test_pings(self):
        with Server(echo) as server, Running("--timing", "--slash", "-w", "0", server.url) as running:
            running.send("/ping a\n/ping b\nx\n")
            running.wait_out("x\n")
            running.end_input()
            ended = running.wait()
        self.assertRegex(rows(ended)["ping"], r"^2 answered, min .*s, average .*s, max .*s$")

    def test_nothing_on_stdout_and_nothing_without_it(self):
        with Server(echo) as server:
            self.dialogue("--timing", "-w", "0.1", "-x", "a", server.url, out="a\n", err="^timing$")
            self.dialogue("-w", "0.1", "-x", "a", server.url, out="a\n", err="")


class Event(Dialogue):
    def events(self, *words, status=0):
        ended = run("--json", "--timing", *words)
        self.assertEqual(ended.status, status, str(ended))
        return [json.loads(line) for line in ended.out.splitlines()]

    def test_before_the_end(self):
        with Server(echo) as server:
            events = self.events("-w", "0.1", "-x", "abc", server.url)
        self.assertEqual([event["event"] for event in events[-2:]], ["timing", "end"])
        timing = events[-2]
        self.assertEqual(timing["messages_sent"], 1)
        self.assertEqual(timing["bytes_received"], 3)
        self.assertGreater(timing["total"], 0.1)
        for name in ("connect", "upgrade", "first_message"):
            self.assertLess(timing[name], timing["total"])
        for name in ("tls", "proxy", "resolve", "ratio_sent", "pongs"):
            self.assertNotIn(name, timing)

    def test_after_a_failure(self):
        events = self.events("--timeout", "20", "ws+unix:/no/such.sock:/", status=3)
        self.assertEqual([event["event"] for event in events[-2:]], ["timing", "end"])
        self.assertNotIn("connect", events[-2])


if __name__ == "__main__":
    unittest.main()
