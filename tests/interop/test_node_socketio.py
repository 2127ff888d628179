"""--socketio against npm's socket.io, the server that most of the world runs."""

import sys
import unittest
from pathlib import Path

from socketio_talk import SocketIoTalk
from support.foreign import Foreign
from support.npm import Unavailable, package
from support.program import Running
from support.terminal import CTRL_D, Terminal

SERVER = Path(__file__).parent / "servers/node_socketio.js"
VERSION = "4.8.1"
WELCOME = 'welcome {"transport":"websocket"}\n'
SKIPPED = 77  # ctest shows it as skipped

modules = None


class NodeSocketIo(SocketIoTalk):
    greeting = WELCOME

    def setUp(self):
        self.start()

    def start(self, *words):
        self.server = Foreign("/usr/bin/node", SERVER, *words, env={"NODE_PATH": str(modules)})
        self.addCleanup(self.server.stop)
        self.url = self.server.url

    def test_connect_message_json_custom_events_disconnect(self):
        lines = [
            'message "hello world"',
            'message {"hello":"world"}',
            'message 1 [2,null] "three"',
            '"my event" {"to":"all","grüß":"漢字 😀"}',
        ]
        typed = "message hello world\n" + "\n".join(lines[1:]) + "\n"
        out = WELCOME + "\n".join(lines) + "\n"
        self.dialogue("--socketio", self.url, stdin=typed, out=out, err="")
        self.server.wait_for("disconnected client namespace disconnect")

    def test_auth_payload(self):
        auth = '{"token":"abc","n":[1]}'
        words = ("--socketio", "--socketio-auth", auth, "--count", "1", self.url)
        self.dialogue(*words, out=WELCOME, err="")
        self.server.wait_for(r'connected \{"token":"abc","n":\[1\]\}')

    def test_namespaces_and_connect_error(self):
        words = ("--socketio=/admin", "--socketio-auth", '{"token":"open sesame"}')
        self.dialogue(*words, self.url, stdin="message hi\n", out='message "hi"\n', err="")
        ended = self.dialogue("--socketio=/admin", self.url, stdin="x\n", out="", status=5)
        self.one_error(
            ended, r'server refused the namespace /admin: not authorized \{"code":7,"why":"token"\}'
        )
        ended = self.dialogue("--socketio=/nowhere", self.url, out="", status=5)
        self.one_error(ended, "server refused the namespace /nowhere: Invalid namespace")

    def test_broadcast_to_several_clients(self):
        with self.three_clients() as (ada, *others):
            ada.send('others "all but me"\n')
            for client in others:
                client.wait_out('others "all but me"\n')
        self.assertNotIn(b"all but me", ada.out)

    def test_acknowledgements_both_ways(self):
        with self.acknowledging(r'answer \["Ada",36\]') as client:
            client.send('"ask in vain"\n')
            self.server.wait_for("timeout Error: operation has timed out")

    def test_binary_attachments_in_events_and_acknowledgements(self):
        self.dialogue(
            "--socketio", self.url,
            stdin='blobs {"first":{"base64":"AQID"},"second":{"base64":"/wA="}}\n',
            out=WELCOME + 'blobs {"first":{"base64":"AQID"},"list":[{"base64":"/wA="},"x"]}\n',
            err="",
        )  # fmt: skip
        with Running("--slash", "--socketio", self.url) as client:
            client.send('/call reverse {"base64":"AQID"}\n')
            client.wait_out('ack reverse {"base64":"AwIB"}\n')
            client.send('"ask for bytes"\n')
            client.wait_out('"send bytes"\n')
            client.send('/ack {"base64":"3q0="}\n')
            self.server.wait_for("bytes dead")
            client.end_input()
            self.assertEqual(client.wait().status, 0)

    def test_the_server_disconnects(self):
        notice = "server disconnected the namespace /"
        for event in ("leave", '"leave all"'):
            with self.subTest(event):
                words = ("--socketio", "-w", "-1", self.url)
                self.dialogue(*words, stdin=f"{event}\n", out=WELCOME, err=notice)

    def test_heartbeats(self):
        """The server pings each 0.2 s and drops who is silent for 0.5 s."""
        self.server.stop()
        self.start("200")
        words = ("--socketio", "-w", "1.5", self.url)
        self.dialogue(*words, stdin="message a\n", out=WELCOME + 'message "a"\n', err="")
        self.server.wait_for("disconnected client namespace disconnect")

    def test_a_server_that_dies_and_comes_not_back(self):
        self.server.stop()
        self.start("200")
        with Running("--socketio", "-w", "-1", self.url) as client:
            client.wait_out(WELCOME)
            self.server.process.send_signal(19)  # SIGSTOP: alive for TCP, silent for us
            self.addCleanup(self.server.process.send_signal, 18)
            ended = client.wait(20)
        self.expect(ended, status=7)
        self.one_error(ended, r"no ping of Socket\.IO within 0\.7 s")

    def test_typed_with_completion_of_events_seen(self):
        with Terminal("--socketio", self.url) as terminal:
            terminal.wait_for("< welcome")
            terminal.type("wel\t")
            terminal.wait_line("> welcome")
            terminal.type("\x15message hello\r")
            terminal.wait_for('< message "hello"')
            terminal.type("/call sum 1 2\r")
            terminal.wait_for("ack sum 3  (")  # and how long it took
            terminal.wait_for(" ms)")
            terminal.type(CTRL_D)
            self.assertEqual(terminal.wait(), 0)


if __name__ == "__main__":
    try:
        modules = package("socket.io", VERSION)
    except Unavailable as why:
        print(f"SKIPPED: npm's socket.io {VERSION} can't be had: {why}", file=sys.stderr)
        sys.exit(SKIPPED)
    unittest.main()
