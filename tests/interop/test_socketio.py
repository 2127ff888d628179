"""--socketio against Flask-SocketIO: what its tutorial shows, from the shell and typed."""

import sys
import unittest
from pathlib import Path

from socketio_talk import SocketIoTalk
from support.foreign import Foreign
from support.program import TIME_FACTOR, Running
from support.terminal import CTRL_D, Terminal

SERVER = Path(__file__).parent / "servers/flask_socketio_events.py"
GREETING = '"my event" {"data":"Connected"}\n'


class SocketIo(SocketIoTalk):
    greeting = GREETING

    def setUp(self):
        self.server = Foreign(sys.executable, SERVER)
        self.addCleanup(self.server.stop)
        self.url = self.server.url

    def test_connect_message_json_custom_events_disconnect(self):
        typed = (
            "message hello world\n"
            'message {"hello":"world"}\n'
            'json {"a":[1,2.5,null]}\n'
            '"my event" {"to":"all"}\n'
        )
        shown = (
            'message "hello world"\n'
            'message {"hello":"world"}\n'
            'json {"a":[1,2.5,null]}\n'
            '"my event" {"to":"all"}\n'
        )
        self.dialogue("--socketio", self.url, stdin=typed, out=GREETING + shown, err="")
        self.server.wait_for("disconnected")

    def test_execute_and_count(self):
        self.dialogue(
            "--socketio", "--count", "2", "-x", "message hi", self.url,
            out=GREETING + 'message "hi"\n', err="",
        )  # fmt: skip

    def test_the_upgrade_and_the_packets_stand_in_the_trace(self):
        ended = self.dialogue("--trace", "--socketio", "-w", "0.3", self.url, stdin="message x\n")
        for pattern in (
            r"> GET /socket\.io/\?EIO=4&transport=websocket HTTP/1\.1",
            r"< HTTP/1\.1 101 ",
            r'> TEXT .*"40"',
            r'> TEXT .*42\[.*message.*x',
            r'> TEXT .*"41"',
        ):
            self.assertRegex(ended.errors, pattern)

    def test_json_shows_the_messages_as_they_are(self):
        ended = self.dialogue("--json", "--socketio", "--count", "1", self.url)
        self.assertIn(rb'"data":"42[\"my event\",{\"data\":\"Connected\"}]"', ended.out)
        self.assertIn(rb'"data":"40"', ended.out)

    def test_heartbeats_are_answered_and_do_not_keep_the_run(self):
        """The server pings each 0.3 s and drops who is silent; -w counts events only."""
        ended = self.dialogue("--socketio", "-w", "1.5", self.url, stdin="message a\n", err="")
        self.assertEqual(ended.out.decode(), GREETING + 'message "a"\n')
        self.assertLess(ended.seconds, 10 * TIME_FACTOR)

    def test_namespace_and_auth(self):
        auth = '{"token":"open sesame"}'
        self.dialogue(
            "--socketio=/chat", "--socketio-auth", auth, self.url, stdin="message hi\n",
            out='welcome "open sesame"\nmessage "hi"\n', err="",
        )  # fmt: skip
        ended = self.dialogue("--socketio=chat", self.url, stdin="message hi\n", out="", status=5)
        self.one_error(ended, "server refused the namespace /chat: .*wrong token")
        ended = self.dialogue("--socketio=/none", self.url, out="", status=5)
        self.one_error(ended, "namespace /none")

    def test_broadcast_to_several_clients(self):
        with self.three_clients() as (ada, bob, _):
            bob.send("message to me only\n")
            bob.wait_out('message "to me only"\n')
            self.assertNotIn(b"to me only", ada.out)

    def test_acknowledgements_both_ways(self):
        with self.acknowledging(r"answer \('Ada', 36\)"):
            pass

    def test_binary_attachments(self):
        self.dialogue(
            "--socketio", self.url, stdin='blob {"base64":"AQID"}\n',
            out=GREETING + 'blob {"base64":"AwIB"}\n', err="",
        )  # fmt: skip

    def test_the_server_disconnects(self):
        self.dialogue(
            "--socketio", "-w", "-1", self.url, stdin="leave\n", out=GREETING,
            err="server disconnected the namespace /",
        )  # fmt: skip

    def test_typed_at_the_terminal(self):
        with Terminal("--socketio", self.url) as terminal:
            terminal.wait_for("Connected")
            terminal.type('"my e\t')  # events that were seen complete
            terminal.wait_line('> "my event')
            terminal.type("\x15message hello\r")
            terminal.wait_for('message "hello"')
            # Tab knows the names of events and the keys of JSON that went by.
            terminal.type("mess\t again\r")
            terminal.wait_for('message "again"')
            terminal.type('{"da\t')
            terminal.wait_line('> {"data')
            terminal.type("\x15/call sum 1 2\r")
            terminal.wait_for("ack sum 3")
            terminal.type(CTRL_D)
            self.assertEqual(terminal.wait(), 0)

    def test_a_server_that_speaks_something_else(self):
        other = Foreign(sys.executable, SERVER.parent / "autobahn_echo.py")
        self.addCleanup(other.stop)
        words = ("--socketio", "--connect-timeout", "0.5", other.url)
        ended = self.dialogue(*words, stdin="a\n", status=7, out="")
        self.one_error(ended, "did not begin to speak Socket.IO")


if __name__ == "__main__":
    unittest.main()
