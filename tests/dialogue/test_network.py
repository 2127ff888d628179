"""From a name to a connection: families, --resolve, --connect-to, Unix sockets, many addresses."""

import os
import tempfile
import unittest

from support.certificates import Certificates
from support.dialogue import Dialogue
from support.server import Server, echo, unused_port


def talks(peer):
    echo(peer)
    return peer.request


class Addresses(Dialogue):
    def reached(self, server, *words):
        self.dialogue("-w", "0.2", "-x", "hello", *words, out="hello\n", err="")
        return server.result()

    def test_resolve_names_an_address(self):
        with Server(talks) as server:
            words = ["--resolve", f"a.example:{server.port}:127.0.0.1"]
            request = self.reached(server, *words, f"ws://a.example:{server.port}/")
            self.assertEqual(request.get("Host"), f"a.example:{server.port}")

    def test_resolve_with_several_addresses_takes_the_one_that_answers(self):
        with Server(talks, host="::1") as server:
            words = ["--resolve", f"a.example:{server.port}:127.0.0.1,::1"]
            self.reached(server, *words, f"ws://a.example:{server.port}/")

    def test_every_address_that_failed_is_told(self):
        holder, port = unused_port()
        with holder:
            words = ["--resolve", f"a.example:{port}:127.0.0.1,127.0.0.2,::1"]
            ended = self.dialogue(*words, f"ws://a.example:{port}/", status=3, out="")
            for address in (f"127.0.0.1:{port}", f"127.0.0.2:{port}", f"[::1]:{port}"):
                self.assertIn(address, ended.errors)

    def test_connect_to_keeps_the_urls_name(self):
        with Server(talks) as server:
            words = ["--connect-to", f"127.0.0.1:{server.port}", "ws://a.example/x"]
            request = self.reached(server, *words)
            self.assertEqual((request.get("Host"), request.target), ("a.example", "/x"))

    def test_families(self):
        for host, option, other in (("127.0.0.1", "-4", "-6"), ("::1", "-6", "-4")):
            with self.subTest(host), Server(talks, host=host) as server:
                both = ["--resolve", f"a.example:{server.port}:127.0.0.1,::1"]
                url = f"ws://a.example:{server.port}/"
                self.reached(server, option, *both, url)
                self.dialogue(other, *both, url, status=3, out="")

    def test_interface_is_where_we_come_from(self):
        def from_where(peer):
            echo(peer)
            return peer.address

        def script(peer):
            peer.address = peer.sock.getpeername()[0]
            return from_where(peer)

        with Server(script) as server:
            self.assertEqual(
                self.reached(server, "--interface", "127.0.0.3", server.url), "127.0.0.3"
            )

    def test_an_interface_that_is_not_ours(self):
        with Server(talks) as server:
            words = ["--interface", "192.0.2.1", server.url]
            ended = self.dialogue(*words, status=3, out="", err=r"hint: .*--interface")
            self.one_error(ended, "assign")


class UnixSockets(Dialogue):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="wscope-")
        self.addCleanup(folder.cleanup)
        self.path = os.path.join(folder.name, "sock")

    def test_path(self):
        with Server(talks, path=self.path) as server:
            words = ["-w", "0.2", "-x", "hello"]
            self.dialogue(*words, f"ws+unix:{self.path}:/a?b=c", out="hello\n", err="")
            self.assertEqual(server.result().target, "/a?b=c")
            self.dialogue(*words, f"ws+unix:{self.path}", out="hello\n", err="")
            self.assertEqual(server.result().target, "/")

    def test_abstract(self):
        name = f"wscope-test-{os.getpid()}"
        with Server(talks, path=f"\0{name}"):
            words = ["-w", "0.2", "-x", "hello"]
            self.dialogue(*words, f"ws+unix:@{name}:/a", out="hello\n", err="")

    def test_tls(self):
        certificates = Certificates.shared()
        with Server(talks, path=self.path, tls=certificates.server_context()):
            words = ["--ca", certificates.ca, "-w", "0.2", "-x", "hello"]
            self.dialogue(*words, f"wss+unix:{self.path}:/", out="hello\n", err="")

    def test_unix_socket_option_keeps_the_urls_name(self):
        with Server(talks, path=self.path) as server:
            words = ["-w", "0.2", "-x", "hello", "--unix-socket", self.path]
            self.dialogue(*words, "ws://a.example/x", out="hello\n", err="")
            self.assertEqual(server.result().get("Host"), "a.example")

    def test_nobody_there(self):
        ended = self.dialogue(f"ws+unix:{self.path}:/", status=3, out="")
        self.one_error(ended, self.path, "(?i)no such file")


if __name__ == "__main__":
    unittest.main()
