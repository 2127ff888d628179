"""--json: one event a line, all of a run's life, nothing else on stdout."""

import base64
import datetime
import json
import signal
import unittest

from dialogue.test_listen import Listening, RawClient
from support import frames
from support.dialogue import Dialogue
from support.program import Running, run
from support.server import Server, unused_port


def conversation(peer):
    peer.accept()
    peer.read_message()
    peer.text('tést "quoted"\n')
    peer.binary(b"\x00\xff\n")
    peer.ping(b"pi")
    peer.text("")
    peer.finish(1000, "bye")


class Json(Dialogue):
    def events(self, *words, script=conversation, status=0, stdin=b"hello\n", url=None):
        with Server(script) as server:
            self.port = server.port
            address = url.format(port=server.port) if url else server.url
            ended = run("--json", "-w", "-1", *words, address, stdin=stdin)
        self.assertEqual(ended.status, status, str(ended))
        return self.parsed(ended)

    def parsed(self, ended):
        self.assertTrue(ended.out.endswith(b"\n"), str(ended))
        return [json.loads(line) for line in ended.out.decode().split("\n")[:-1]]

    def test_all_of_a_run(self):
        events = self.events(url="ws://localhost:{port}/")
        names = [event["event"] for event in events]
        for name in ("resolve", "connect", "request", "response", "open"):
            self.assertIn(name, names)
        order = [names.index(n) for n in ("connect", "request", "response", "open", "message")]
        self.assertEqual(order, sorted(order))
        self.assertIn("ping", names)
        self.assertIn("pong", names)
        self.assertEqual(names[-2:], ["close", "end"])
        self.assertEqual(events[-1]["status"], 0)
        close = events[-2]
        self.assertEqual((close["code"], close["reason"]), (1000, "bye"))

    def test_messages(self):
        messages = [event for event in self.events() if event["event"] == "message"]
        seen = [(m["dir"], m["type"], m.get("data", m.get("base64"))) for m in messages]
        self.assertEqual(
            seen,
            [
                ("send", "text", "hello"),
                ("recv", "text", 'tést "quoted"\n'),
                ("recv", "binary", base64.b64encode(b"\x00\xff\n").decode()),
                ("recv", "text", ""),
            ],
        )

    def test_times(self):
        before = datetime.datetime.now(datetime.timezone.utc)
        events = self.events()
        last = 0.0
        for event in events:
            self.assertGreaterEqual(event["t"], last)
            last = event["t"]
            time = datetime.datetime.fromisoformat(event["time"])
            self.assertIsNotNone(time.tzinfo, event["time"])
            self.assertLess(abs(time - before), datetime.timedelta(seconds=60))

    def test_output_json_is_the_same(self):
        with Server(conversation) as server:
            ended = run("--output", "json", "-w", "-1", server.url, stdin=b"hello\n")
        self.assertEqual(self.parsed(ended)[-1]["event"], "end")

    def test_every_character_survives(self):
        text = "".join(chr(code) for code in (*range(0x20), 0x7F, 0x85, 0x2028, 0x202E, 0x1F600))

        def script(peer):
            peer.accept()
            peer.text(text)
            peer.finish()

        messages = [e for e in self.events(script=script, stdin=b"") if e["event"] == "message"]
        self.assertEqual(messages[0]["data"], text)

    def test_credentials_are_masked(self):
        words = ["--auth", "joe:hidden", "-H", "Cookie: hidden"]
        with Server(conversation) as server:
            ended = run("--json", "-w", "-1", *words, server.url, stdin=b"x\n")
        self.assertNotIn(b"hidden", ended.out)
        self.assertNotIn(base64.b64encode(b"joe:hidden"), ended.out)

    def test_failures_are_events_with_the_status(self):
        holder, port = unused_port()
        with holder:
            ended = run("--json", f"ws://127.0.0.1:{port}/")
        self.expect(ended, status=3)
        events = self.parsed(ended)
        self.assertEqual([e["event"] for e in events[-2:]], ["error", "end"])
        self.assertEqual(events[-1]["status"], 3)

        def breaks(peer):
            peer.accept(then=frames.frame(0x3, "x"))
            peer.messages()
            peer.end()

        events = self.events(script=breaks, status=6)
        self.assertIn("error", [event["event"] for event in events])
        self.assertEqual(events[-1]["status"], 6)

    def test_a_server_ends_with_its_totals(self):
        with Listening("--json", "--echo") as server:
            for text in ("one", "three"):
                self.expect(run("-x", text, "--count", "1", server.url), out=text + "\n")
            server.signal(signal.SIGTERM)
            ended = server.wait()
        self.assertEqual(ended.status, 143, str(ended))
        events = self.parsed(ended)
        self.assertEqual([e["event"] for e in events].count("end"), 1)
        end = events[-1]
        self.assertEqual((end["event"], end["status"]), ("end", 143))
        self.assertEqual((end["messages_received"], end["bytes_received"]), (2, 8))
        self.assertEqual((end["messages_sent"], end["bytes_sent"]), (2, 8))

    def test_a_server_tells_of_each_client(self):
        with Listening("--json", "--echo", "-s", "chat") as server:
            with Running("--slash", "-s", "chat", f"{server.url}room?id=1") as first:
                first.send("/ping p\none\n")
                server.wait_out('"dir":"send","type":"text"')
                lost = RawClient(server).open()
                server.wait_out('"client":2')
                lost.sock.close()
                server.wait_out('"clean":false')
                first.send("/close 4001 enough\n")
                first.wait()
            server.wait_out('"clean":true')
            server.signal(signal.SIGTERM)
            ended = server.wait()
        events = self.parsed(ended)
        self.assertEqual(
            [(e["event"], e.get("dir")) for e in events if e.get("client") == 1],
            [("open", None), ("ping", "recv"), ("pong", "send"), ("message", "recv"),
             ("message", "send"), ("close", None)],
        )  # fmt: skip
        came = events[0]
        self.assertEqual((came["url"], came["subprotocol"]), (f"{server.url}room?id=1", "chat"))
        self.assertIn("permessage-deflate", came["extensions"])
        self.assertTrue(came["local_address"].endswith(f":{server.port}"))
        left = next(e for e in events if e["event"] == "close" and e["client"] == 1)
        told = (left["first"], left["code"], left["reason"], left["clean"])
        self.assertEqual(told, ("recv", 4001, "enough", True))
        cut = [e for e in events if e.get("client") == 2]
        self.assertEqual([e["event"] for e in cut], ["open", "close"])
        self.assertFalse(cut[1]["clean"] or "first" in cut[1] or "code" in cut[1])


if __name__ == "__main__":
    unittest.main()
