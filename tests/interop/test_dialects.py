"""--jsonrpc, --graphql and --stomp from the shell and at the terminal."""

import sys
import unittest
from pathlib import Path

from support.dialogue import Dialogue
from support.foreign import Foreign
from support.program import Running
from support.terminal import CTRL_D, Terminal

SERVER = Path(__file__).parent / "servers/dialects.py"


class Dialects(Dialogue):
    @classmethod
    def setUpClass(cls):
        cls.server = Foreign(sys.executable, SERVER)
        cls.addClassCleanup(cls.server.stop)

    def url(self, path):
        return f"{self.server.url}/{path}"


class JsonRpc(Dialects):
    def test_calls_in_replies_out(self):
        typed = (
            "subtract 42 23\n"
            'subtract {"first":1,"second":2}\n'
            "sum 1 2 3 4\n"
            "no.such.method\n"
            "subtract 1\n"
            '[{"jsonrpc":"2.0","method":"sum","params":[1,2],"id":"a"},{"foo":1}]\n'
            '{"jsonrpc":"1.0"}\n'
        )
        shown = (
            "1 19\n2 -1\n3 10\n"
            '4 error {"code": -32601, "message": "Method not found"}\n'
            '5 error {"code": -32602, "message": "Invalid params", "data": '
        )
        ended = self.dialogue("--jsonrpc", "-w", "0.5", self.url("rpc"), stdin=typed, err="")
        out = ended.out.decode()
        self.assertTrue(out.startswith(shown), out)
        self.assertTrue(
            out.endswith(
                '"a" 3\nnull error {"code": -32600, "message": "Invalid Request"}\n'
                'null error {"code": -32600, "message": "Invalid Request"}\n'
            ),
            out,
        )

    def test_a_request_of_the_server_is_answered(self):
        with Running("--slash", "--jsonrpc", self.url("rpc")) as client:
            client.send('"ask me"\n')
            client.wait_out('"your name"\n')
            client.wait_err('waits for /ack "q1"')
            client.send("/ack Ada\n")
            client.wait_out('told {"jsonrpc": "2.0", "result": "Ada", "id": "q1"}\n')
            client.send("/notify subtract 1 2\n")
            client.end_input()
            self.assertEqual(client.wait().status, 0)

    def test_latency_at_the_terminal(self):
        with Terminal("--jsonrpc", self.url("rpc")) as terminal:
            terminal.wait_for("connected to")
            terminal.type("subtract 42 23\r")
            terminal.wait_for("< 1 19  (subtract, ")
            self.assertRegex(terminal.text(), r"< 1 19  \(subtract, \d+\.\d ms\)")
            terminal.type(CTRL_D)
            self.assertEqual(terminal.wait(), 0)


class Graphql(Dialects):
    def test_queries_and_errors(self):
        typed = '{ hello }\n{ wrong }\n{"query":"q","variables":{"n":1}}\n'
        shown = (
            '1 {"data": {"query": "{ hello }", "hello": "world"}}\n1 complete\n'
            '2 error [{"message": "no field wrong"}]\n'
            '3 {"data": {"query": "q", "n": 1}}\n3 complete\n'
        )
        words = ("--graphql", "-w", "0.5", self.url("graphql"))
        self.dialogue(*words, stdin=typed, out=shown, err="")

    def test_a_subscription_ends_when_told_and_others_go_on(self):
        with Running("--slash", "--graphql", self.url("graphql")) as client:
            client.send("subscription { tick }\nsubscription { tick }\n")
            client.wait_out('2 {"data": {"tick": 2}}\n')
            client.send("/complete 1\n")
            self.server.wait_for("completed 1")
            last = client.out.rfind(b"\n2 ")
            client.wait_out(b'2 {"data": {"tick": 30}}\n')
            # At most what was under way when we said so.
            self.assertLess(bytes(client.out[last:]).count(b"\n1 "), 3)
            self.assertNotIn(b"1 complete", client.out)
            client.send("/complete 7\n")
            client.wait_err("/complete 7: no such operation runs: not sent")
            client.signal()
            self.assertEqual(client.wait().status, 130)

    def test_latency_at_the_terminal(self):
        with Terminal("--graphql", self.url("graphql")) as terminal:
            terminal.wait_for("connected to")
            terminal.type("{ hello }\r")
            terminal.wait_for("1 complete  (")
            self.assertRegex(terminal.text(), r'\{"query": "\{ hello \}", "hello": "world"\}\}  \(\d+\.\d ms\)')


class Stomp(Dialects):
    def test_subscribe_send_unsubscribe(self):
        with Running("--stomp", "--heartbeat-interval", "0.05", self.url("stomp")) as client:
            client.send("SUBSCRIBE /topic/a\nSEND /topic/b not for us\nSEND /topic/a grüß: dich\n")
            client.wait_out("MESSAGE /topic/a grüß: dich\n")
            client.send("UNSUBSCRIBE 0\nSEND /topic/a nobody hears\n")
            self.server.wait_for("(?s)UNSUBSCRIBE.*SEND")
            self.server.wait_for("(?s)UNSUBSCRIBE.*heart-beat.*heart-beat")
            client.end_input()
            ended = client.wait()
        self.expect(ended, out="MESSAGE /topic/a grüß: dich\n", err="UNSUBSCRIBE 0 ends")
        self.server.wait_for("DISCONNECT")

    def test_errors(self):
        ended = self.dialogue("--stomp", "-w", "-1", self.url("stomp"), stdin="SEND /nowhere x\n",
                              status=6, out="")  # fmt: skip
        self.one_error(ended, "server sent a STOMP error: no such destination: it is /nowhere")
        ended = self.dialogue("--stomp", "--auth", "stranger:x", self.url("stomp"), status=5, out="")
        self.one_error(ended, "server refused to connect: who are you")


if __name__ == "__main__":
    unittest.main()
