"""node-ws: echo with and without permessage-deflate, on TCP and on a Unix socket."""

import os
import tempfile
import unittest
from pathlib import Path

from echoes import EchoTalk
from support.foreign import Foreign
from support.program import run

SERVER = Path(__file__).parent / "servers/node_ws_echo.js"


class NodeWs(EchoTalk):
    def start(self, mode, where="0"):
        # Debian's node looks for Debian's modules by itself; the variable is for any other node.
        env = {"NODE_PATH": "/usr/share/nodejs:/usr/lib/nodejs"}
        server = Foreign("/usr/bin/node", SERVER, where, mode, env=env)
        self.addCleanup(server.stop)
        return server

    def test_echo(self):
        for mode in ("plain", "deflate", "no-takeover"):
            with self.subTest(mode):
                server = self.start(mode)
                self.talk(server.url)
                self.talk(server.url, "--no-deflate")
                self.many(server.url)
                self.large(server.url)

    def test_what_is_agreed_is_used(self):
        text = self.traced(self.start("plain").url)
        self.assertNotIn("rsv1", text)
        self.assertNotRegex(text, "(?i)< Sec-WebSocket-Extensions")
        for mode, agreed in (
            ("deflate", r"permessage-deflate"),
            ("no-takeover", r"permessage-deflate; .*server_max_window_bits=10"),
        ):
            with self.subTest(mode):
                text = self.traced(self.start(mode).url)
                self.assertRegex(text, rf"(?i)< Sec-WebSocket-Extensions: {agreed}")
                self.assertIn("< TEXT fin rsv1", text)

    def test_the_server_sees_a_clean_close(self):
        server = self.start("plain")
        self.dialogue("-w", "0", server.url, stdin="x\n")
        server.wait_for(r"closed: 1000")

    def test_pings_are_answered(self):
        server = self.start("plain")
        with_ping = f"{server.url}/ping"
        self.dialogue("-w", "0.5", with_ping, stdin="x\n", out="x\n", err="")
        server.wait_for("pong: from node")
        ended = run("-P", "--count", "1", with_ping, stdin=b"x\n")
        self.expect(ended, out="x\n", err="from node")

    def test_no_pong(self):
        server = self.start("plain")
        self.dialogue("--no-pong", "--count", "1", f"{server.url}/ping", stdin="x\n", out="x\n")
        server.wait_for("closed: 1000")
        self.assertNotIn("pong: from node", server.output)

    def test_unix_socket(self):
        with tempfile.TemporaryDirectory(prefix="wscope-") as folder:
            path = os.path.join(folder, "ws.sock")
            self.start("deflate", path)
            self.talk(f"ws+unix:{path}:/echo")
            self.talk("ws://localhost/echo", "--unix-socket", path)
            text = self.traced(f"ws+unix:{path}:/echo?x=1")
            self.assertIn("> GET /echo?x=1 HTTP/1.1", text)

    def test_a_unix_socket_that_is_not_there(self):
        ended = self.dialogue("ws+unix:/no/such.sock:/", status=3, out="")
        self.one_error(ended, "/no/such.sock", "(?i)no such file")


if __name__ == "__main__":
    unittest.main()
