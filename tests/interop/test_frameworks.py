"""Tornado, Autobahn, Django channels behind daphne, Flask-SocketIO: each as its tutorial has it."""

import sys
import unittest
from pathlib import Path

from echoes import EchoTalk
from support.foreign import Foreign
from support.program import Running
from support.terminal import CTRL_D, Terminal

SERVERS = Path(__file__).parent / "servers"


class Framework(EchoTalk):
    def start(self, script):
        server = Foreign(sys.executable, SERVERS / script)
        self.addCleanup(server.stop)
        return server


class Tornado(Framework):
    def test_echo(self):
        server = self.start("tornado_said.py")
        for path in ("/websocket", "/deflate"):
            with self.subTest(path):
                self.talk(server.url + path, prefix="You said: ")
                self.many(server.url + path, prefix="You said: ")
                self.large(server.url + path, prefix="You said: ")
                self.traced(server.url + path)
        server.wait_for("closed 1000")

    def test_typed(self):
        server = self.start("tornado_said.py")
        with Terminal(f"{server.url}/websocket") as terminal:
            terminal.wait_line(">")
            terminal.type("Hello, World!\r")
            terminal.wait_for("< You said: Hello, World!")
            terminal.type(CTRL_D)
            self.assertEqual(terminal.wait(), 0)

    def test_another_origin_is_refused(self):
        server = self.start("tornado_said.py")
        url = f"{server.url}/websocket"
        ended = self.dialogue("-o", "http://evil.example", url, status=5, out="")
        self.one_error(ended, r"\b403\b")
        origin = f"http://127.0.0.1:{server.port}"
        self.dialogue("-o", origin, "--count", "1", url, stdin="x\n", out="You said: x\n", err="")


class Autobahn(Framework):
    def test_echo(self):
        server = self.start("autobahn_echo.py")
        self.talk(server.url)
        self.talk(server.url, "--no-deflate")
        self.many(server.url)
        self.large(server.url)
        text = self.traced(server.url)
        self.assertRegex(text, "(?i)< Sec-WebSocket-Extensions: permessage-deflate")
        server.wait_for("closed True 1000")


class Channels(EchoTalk):
    def start(self):
        server = Foreign(
            sys.executable, "-m", "daphne", "-b", "127.0.0.1", "-p", "0",
            "channels_echo:application",
            cwd=SERVERS,
            ready=r"Listening on TCP address 127\.0\.0\.1:(\d+)",
        )  # fmt: skip
        self.addCleanup(server.stop)
        return server

    def test_echo(self):
        server = self.start()
        url = f"{server.url}/echo/"
        self.talk(url, empty=False)  # daphne drops empty messages
        self.large(url)
        self.traced(url)
        server.wait_for("disconnected 1000")


class FlaskSocketIo(Framework):
    PATH = "/socket.io/?EIO=4&transport=websocket"

    def test_the_raw_transport_opens_and_answers(self):
        server = self.start("flask_socketio_events.py")
        ended = self.dialogue("--count", "1", server.url + self.PATH)
        self.assertTrue(ended.out.startswith(b'0{"sid":'), str(ended))
        self.assertIn(b'"pingInterval"', ended.out)

    def test_events_by_hand(self):
        server = self.start("flask_socketio_events.py")
        with Running(server.url + self.PATH) as client, Running(server.url + self.PATH) as other:
            for one in (client, other):
                one.wait_out("0{")
                one.send("40\n")
                one.wait_out('42["my event",{"data":"Connected"}]\n')
            client.send('42["message",{"hello":"world"}]\n')
            client.wait_out('42["message",{"hello":"world"}]\n')
            client.send('42["my event",{"to":"all"}]\n')
            for one in (client, other):
                one.wait_out('42["my event",{"to":"all"}]\n')
            client.end_input()
            self.expect(client.wait(), err="")


if __name__ == "__main__":
    unittest.main()
