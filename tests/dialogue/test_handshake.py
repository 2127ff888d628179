"""The request on the wire, and the forms of address (wscope(1), URL and HANDSHAKE OPTIONS)."""

import base64
import socket
import tempfile
import unittest

from support.dialogue import Dialogue
from support.program import run
from support.server import Server


def answers_once(peer):
    peer.accept()
    peer.finish()
    return peer.request


class Requests(Dialogue):
    def request(self, *words, url=None, host="127.0.0.1", **expected):
        with Server(answers_once, host=host) as server:
            address = url.format(port=server.port) if url else server.url
            self.port = server.port
            expected.setdefault("err", "")
            self.dialogue("-w", "-1", *words, address, out="", **expected)
            return server.result()

    def test_what_every_request_says(self):
        request = self.request()
        self.assertEqual(request.line, "GET / HTTP/1.1")
        self.assertEqual(request.headers[0], ("Host", f"127.0.0.1:{self.port}"))
        self.assertEqual(request.get("Upgrade"), "websocket")
        self.assertEqual(request.get("Connection"), "Upgrade")
        self.assertEqual(request.get("Sec-WebSocket-Version"), "13")
        self.assertEqual(len(base64.b64decode(request.get("Sec-WebSocket-Key"))), 16)
        self.assertTrue(request.get("Sec-WebSocket-Extensions").startswith("permessage-deflate"))
        self.assertIsNone(request.get("Origin"))
        self.assertIsNone(request.get("Authorization"))
        names = [name.lower() for name, _ in request.headers]
        self.assertEqual(len(names), len(set(names)), names)

    def test_the_key_differs_each_time(self):
        keys = {self.request().get("Sec-WebSocket-Key") for _ in range(3)}
        self.assertEqual(len(keys), 3)

    def test_forms_of_address(self):
        for url, host, target in (
            ("ws://127.0.0.1:{port}", "127.0.0.1:{port}", "/"),
            ("WS://127.0.0.1:{port}/A", "127.0.0.1:{port}", "/A"),
            ("ws://127.0.0.1:{port}?x=1", "127.0.0.1:{port}", "/?x=1"),
            ("ws://127.0.0.1:{port}/a/b?c=d&e=%20f", "127.0.0.1:{port}", "/a/b?c=d&e=%20f"),
            ("http://127.0.0.1:{port}/x", "127.0.0.1:{port}", "/x"),
            ("127.0.0.1:{port}", "127.0.0.1:{port}", "/"),
            ("127.0.0.1:{port}/path", "127.0.0.1:{port}", "/path"),
            ("localhost:{port}/path", "localhost:{port}", "/path"),
            (":{port}/path", "localhost:{port}", "/path"),
            (":{port}", "localhost:{port}", "/"),
            ("ws://LOCALHOST:{port}/", "localhost:{port}", "/"),
        ):
            with self.subTest(url):
                request = self.request(url=url)
                self.assertEqual(request.get("Host").lower(), host.format(port=self.port))
                self.assertEqual(request.target, target)

    def test_ipv6_literals_have_brackets(self):
        request = self.request(url="ws://[::1]:{port}/", host="::1")
        self.assertEqual(request.get("Host"), f"[::1]:{self.port}")

    def test_localhost_reaches_a_server_on_either_address(self):
        found = {info[4][0] for info in socket.getaddrinfo("localhost", 1)}
        for host in found & {"127.0.0.1", "::1"}:
            with self.subTest(host):
                self.request(url="ws://localhost:{port}/", host=host)

    def test_connect_is_another_way_to_give_the_url(self):
        for option in ("-c", "--connect"):
            with Server(answers_once) as server:
                self.dialogue("-w", "-1", option, server.url, out="", err="")
                server.result()

    def test_user_info_becomes_basic_authentication(self):
        request = self.request(url="ws://joe:p%40ss@127.0.0.1:{port}/")
        self.assertEqual(
            request.get("Authorization"), "Basic " + base64.b64encode(b"joe:p@ss").decode()
        )
        self.assertEqual(request.get("Host"), f"127.0.0.1:{self.port}")

    def test_authorization(self):
        joe = "Basic " + base64.b64encode(b"joe:secret").decode()
        self.assertEqual(self.request("--auth", "joe:secret").get("Authorization"), joe)
        request = self.request("--bearer", "token")
        self.assertEqual(request.get("Authorization"), "Bearer token")

    def test_origin_agent_version_host_cookie(self):
        self.assertEqual(self.request("-o", "http://a.example").get("Origin"), "http://a.example")
        self.assertEqual(self.request("-A", "me/1.0").get("User-Agent"), "me/1.0")
        self.assertEqual(self.request("-p", "8").get("Sec-WebSocket-Version"), "8")
        self.assertEqual(self.request("--host", "other.example").all("Host"), ["other.example"])
        self.assertEqual(self.request("--cookie", "a=b").get("Cookie"), "a=b")

    def test_subprotocols(self):
        def chooses(peer):
            peer.accept("Sec-WebSocket-Protocol: second")
            peer.finish()
            return peer.request.all("Sec-WebSocket-Protocol")

        with Server(chooses) as server:
            words = ["-w", "-1", "-s", "first", "-s", "second", server.url]
            self.dialogue(*words, out="", err="")
            self.assertEqual(", ".join(server.result()), "first, second")

    def test_a_server_that_agrees_to_no_subprotocol(self):
        def chooses_none(peer):
            peer.accept()
            peer.finish()

        with Server(chooses_none) as server:
            told = "the server agreed to no subprotocol of first, second\n"
            self.dialogue("-w", "-1", "-s", "first", "-s", "second", server.url, out="", err=told)
            self.dialogue("-q", "-w", "-1", "-s", "first", server.url, out="", err="")

    def test_no_deflate(self):
        self.assertIsNone(self.request("--no-deflate").get("Sec-WebSocket-Extensions"))

    def test_headers_keep_order_case_and_duplicates(self):
        request = self.request("-H", "X-b: 1", "-H", "x-A: 2", "-H", "X-b: 3", "--header=X-c:4")
        ours = [pair for pair in request.headers if pair[0].lower().startswith("x-")]
        self.assertEqual(ours, [("X-b", "1"), ("x-A", "2"), ("X-b", "3"), ("X-c", "4")])

    def test_a_header_replaces_ours(self):
        request = self.request("-H", "User-Agent: other", "-H", "Host: elsewhere")
        self.assertEqual(request.all("User-Agent"), ["other"])
        self.assertEqual(request.all("Host"), ["elsewhere"])

    def test_a_header_without_value_removes_ours(self):
        request = self.request("-H", "User-Agent:", "-H", "Sec-WebSocket-Extensions:")
        self.assertIsNone(request.get("User-Agent"))
        self.assertIsNone(request.get("Sec-WebSocket-Extensions"))

    def test_a_semicolon_sends_an_empty_header(self):
        self.assertIn(("X-Empty", ""), self.request("-H", "X-Empty;").headers)

    def test_headers_from_a_file(self):
        with tempfile.NamedTemporaryFile("w") as file:
            file.write("X-One: 1\n\nX-Two: 2\r\n")
            file.flush()
            request = self.request("-H", f"@{file.name}")
            self.assertIn(("X-One", "1"), request.headers)
            self.assertIn(("X-Two", "2"), request.headers)

    def test_values_that_look_like_options_and_urls(self):
        request = self.request("-H", "X: -v --trace ws://x")
        self.assertIn(("X", "-v --trace ws://x"), request.headers)

    def test_no_option_swallows_the_url(self):
        for option in ("--echo", "-t", "-v", "--json", "--slash"):
            with self.subTest(option), Server(answers_once) as server:
                run("-w", "0", option, server.url)
                self.assertEqual(server.connections, 1)


if __name__ == "__main__":
    unittest.main()
