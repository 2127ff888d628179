"""man/wscope-events.schema.json against the events of real runs, each kind of them."""

import json
import signal
import unittest

import jsonschema

from support.certificates import Certificates
from support.dialogue import Dialogue
from support.program import TOP, Running, run
from support.server import Server, unused_port

SCHEMA = json.loads((TOP / "man/wscope-events.schema.json").read_text())
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)


def talkative(peer):
    peer.accept()
    peer.read_message()
    peer.text('tést "quoted"\n\0')
    peer.binary(b"\x00\xff\n")
    peer.binary(b"")
    peer.ping(b"\xff")
    peer.text("")
    peer.finish(1000, "bye")


class Schema(Dialogue):
    def valid(self, ended, ends=True):
        events = [json.loads(line) for line in ended.out.decode().split("\n")[:-1]]
        self.assertTrue(events, str(ended))
        for event in events:
            wrong = list(VALIDATOR.iter_errors(event))
            self.assertFalse(wrong, f"{event}: {wrong and wrong[0]}")
        if ends:
            self.assertEqual(events[-1]["event"], "end")
            self.assertEqual(events[-1]["status"], ended.status)
        return {event["event"] for event in events}

    def test_the_schema_itself(self):
        jsonschema.Draft202012Validator.check_schema(SCHEMA)

    def test_a_conversation(self):
        with Server(talkative) as server:
            url = f"ws://localhost:{server.port}/"
            ended = run("--json", "--slash", "-w", "-1", url, stdin=b"hello\n/ping x\n")
        kinds = self.valid(ended)
        wanted = {"resolve", "connect", "request", "response", "open", "message", "ping", "pong"}
        self.assertLessEqual(wanted | {"close", "end"}, kinds)

    def test_tls(self):
        with Server(tls=Certificates.shared().server_context()) as server:
            ended = run("--json", "-k", "-x", "a", "--count", "1", server.url)
            self.assertIn("tls", self.valid(ended))
            self.assertIn("error", self.valid(run("--json", server.url)))

    def test_redirects_and_timing(self):
        def away(peer):
            peer.read_request()
            peer.send(f"HTTP/1.1 302 Found\r\nLocation: {goal.url}\r\n\r\n".encode())
            peer.end()

        with Server(talkative) as goal, Server(away) as server:
            words = ["--json", "--timing", "-L", "--auth", "u:p", "-w", "-1", "-x", "hello"]
            kinds = self.valid(run(*words, server.url))
        self.assertLessEqual({"redirect", "timing"}, kinds)
        self.valid(run("--json", "--timing", "ws://bücher.invalid/"))

    def test_failures(self):
        holder, port = unused_port()
        with holder:
            self.assertIn("error", self.valid(run("--json", f"ws://127.0.0.1:{port}/")))
        self.assertIn("resolve", self.valid(run("--json", "ws://no-such-host.invalid/")))
        with Server(lambda peer: (peer.accept(), peer.drop())) as server:
            self.valid(run("--json", server.url, "-w", "-1"))
        with Server(lambda peer: (peer.accept(), peer.finish(1011, "boom"))) as server:
            self.valid(run("--json", server.url, "-w", "-1"))

    def test_refused_input_and_a_signal(self):
        with Server() as server:
            self.valid(run("--json", "--input", "events", server.url, stdin=b"nonsense\n"))
            with Running("--json", server.url) as client:
                client.wait_out('"open"')
                client.signal(signal.SIGTERM)
                self.valid(client.wait())

    def test_a_script_with_names(self):
        with Server() as server:
            text = f"timeout 0.2\nconnect as a {server.url}\nsend x\nexpect x\nping y\nexpect pong\nexpect z\n"
            ended = run("--json", "--script", "-", stdin=text.encode())
        self.assertEqual(ended.status, 8)
        self.valid(ended)

    def test_a_listening_server(self):
        with Running("--json", "--listen", "0", "--echo") as server:
            where = server.wait_err("\n").decode().split("ws://")[1].split()[0].rstrip("/")
            run("-x", "hello", "--count", "1", f"ws://{where}/")
            server.wait_out('"message"')
            server.signal(signal.SIGINT)
            self.valid(server.wait(), ends=False)

    def test_what_no_event_may_look_like(self):
        good = {"t": 0.1, "time": "2026-01-01T00:00:00.000Z", "event": "message", "dir": "send",
                "type": "text", "data": ""}  # fmt: skip
        self.assertTrue(VALIDATOR.is_valid(good))
        for change in ({"event": "mess"}, {"dir": "up"}, {"base64": "eA=="}, {"new": 1}, {"t": -1}):
            self.assertFalse(VALIDATOR.is_valid({**good, **change}), change)
        del good["data"]
        self.assertFalse(VALIDATOR.is_valid(good))


if __name__ == "__main__":
    unittest.main()
