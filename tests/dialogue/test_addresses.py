"""Which address is connected to: -4, -6, --resolve, --connect-to, --interface, sockets, zones, IDN."""

import contextlib
import os
import re
import socket
import subprocess
import tempfile
import unittest
from pathlib import Path

from support.dialogue import Dialogue
from support.program import WSCOPE, environment, run
from support.server import Server, echo


def has_ipv6():
    try:
        with socket.socket(socket.AF_INET6) as one:
            one.bind(("::1", 0))
    except OSError:
        return False
    return True


class Keeping:
    """An echo server that keeps requests and the clients' addresses."""

    def __init__(self):
        self.requests, self.clients = [], []

    def __call__(self, peer):
        self.requests.append(peer.read_request())
        self.clients.append(peer.sock.getpeername())
        echo(peer)


class Addresses(Dialogue):
    def talk(self, *words, **expected):
        expected.setdefault("out", "hi\n")
        return self.dialogue("-w", "0.1", "-x", "hi", *words, **expected)

    def test_resolve(self):
        kept = Keeping()
        with Server(kept) as server:
            name = f"chosen.example:{server.port}"
            self.talk("--resolve", f"{name}:127.0.0.1", f"ws://{name}/", err="")
            self.assertEqual(kept.requests[0].get("Host"), name)
            # Another port is another matter.
            words = ["--resolve", "chosen.invalid:1:127.0.0.1", f"ws://chosen.invalid:{server.port}/"]
            self.one_error(self.talk(*words, status=3, out=""), r"can't resolve chosen\.invalid")

    def test_resolve_to_the_first_that_answers(self):
        with Server(Keeping()) as server:
            name = f"chosen.example:{server.port}"
            ended = self.talk("-v", "--resolve", f"{name}:127.0.0.9,127.0.0.1", f"ws://{name}/")
            self.assertRegex(ended.errors, rf"\* connect 127\.0\.0\.9:{server.port}: failed: connection refused")
            self.assertRegex(ended.errors, rf"\* connect 127\.0\.0\.1:{server.port} \(")

    def test_connect_to(self):
        kept = Keeping()
        with Server(kept) as server:
            self.talk("--connect-to", server.authority, "ws://far.example/path", err="")
            self.assertEqual(kept.requests[0].get("Host"), "far.example")
            self.assertEqual(kept.requests[0].target, "/path")

    def test_interface(self):
        kept = Keeping()
        with Server(kept) as server:
            self.talk("--interface", "127.0.0.2", server.url, err="")
            self.assertEqual(kept.clients[0][0], "127.0.0.2")

    @unittest.skipUnless(has_ipv6(), "no IPv6 here")
    def test_families(self):
        kept = Keeping()
        with Server(kept, host="::1") as six:
            both = f"chosen.example:{six.port}"
            words = ["--resolve", f"{both}:127.0.0.1,[::1]", f"ws://{both}/"]
            self.talk("-6", *words, err="")
            self.talk(*words, err="")
            self.talk("-4", *words, status=3, out="", err=r"127\.0\.0\.1.*refused")
            self.talk(six.url, err="")
            self.assertEqual(kept.requests[-1].get("Host"), f"[::1]:{six.port}")
            self.talk("-4", six.url, status=2, out="", err="-4 asks for one$")
        with Server(kept) as four:
            self.talk("-6", four.url, status=2, out="", err="-6 asks for one$")

    def test_zones(self):
        ended = run("ws://[fe80::1%25nosuch]/")
        self.assertIn(ended.status, (2, 3), str(ended))
        self.one_error(ended, "nosuch")
        if not has_ipv6():
            self.skipTest("no IPv6 here")
        kept = Keeping()
        with Server(kept, host="::1") as server:
            self.talk(f"ws://[::1%25lo]:{server.port}/", err="")
            # A zone is nobody's business but this machine's (RFC 6874 1).
            self.assertEqual(kept.requests[0].get("Host"), f"[::1]:{server.port}")

    def test_unix_sockets(self):
        kept = Keeping()
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "a b.sock")
            with Server(kept, path=path):
                self.talk(f"ws+unix:{path}:/res?x=1", err="")
                self.talk("--unix-socket", path, "ws://name.example/other", err="")
        self.assertEqual([one.target for one in kept.requests], ["/res?x=1", "/other"])
        self.assertEqual([one.get("Host") for one in kept.requests], ["localhost", "name.example"])

    def test_abstract_unix_sockets(self):
        kept = Keeping()
        name = f"wscope-test-{os.getpid()}"
        with Server(kept, path=f"\0{name}"):
            self.talk(f"ws+unix:@{name}:/res", err="")
            self.talk("--unix-socket", f"@{name}", "ws://name.example/", err="")
            ended = self.talk("-v", f"ws+unix:@{name}:/")
            self.assertIn(f"* connect unix:@{name}", ended.errors)
        self.one_error(self.talk(f"ws+unix:@{name}:/", status=3, out=""), f"unix:@{name}: connection refused")

    def test_only_names_cost_a_resolver_thread(self):
        with tempfile.TemporaryDirectory() as folder, Server(echo) as server:
            log = os.path.join(folder, "log")
            path = os.path.join(folder, "sock")
            strace = ["strace", "-f", "-qq", "-o", log, "-e", "trace=clone,clone3,openat"]

            def calls(*words):
                """Threads begun, and whether the resolver's files were read."""
                words = [*strace, WSCOPE, "-w", "0", "-x", "hi", *words]
                with contextlib.suppress(FileNotFoundError):
                    done = subprocess.run(words, capture_output=True, env=environment(), stdin=subprocess.DEVNULL)
                    if done.returncode == 0:
                        seen = Path(log).read_text()
                        return len(re.findall(r"\bclone3?\(", seen)), "/etc/hosts" in seen
                return self.skipTest("strace does not work here")

            at = server.authority
            # ThreadSanitizer begins one of its own with the program's first.
            begun = 2 if os.environ.get("WSCOPE_SANITIZED") == "thread" else 1
            self.assertEqual(calls(f"ws://localhost:{server.port}/"), (begun, True))
            self.assertEqual(calls(f"ws://{at}/"), (0, False))
            self.assertEqual(calls("--resolve", f"h.example:{server.port}:127.0.0.1", f"ws://h.example:{server.port}/"), (0, False))
            self.assertEqual(calls("--connect-to", at, "ws://h.example/"), (0, False))
            with Server(echo, path=path):
                self.assertEqual(calls(f"ws+unix:{path}:/"), (0, False))
            if has_ipv6():
                with Server(echo, host="::1") as six:
                    self.assertEqual(calls(f"ws://[::1%25lo]:{six.port}/"), (0, False))

    def test_international_names(self):
        ended = run("-v", "ws://bücher.invalid/")
        self.expect(ended, status=3, out="", err=r"\* resolve xn--bcher-kva\.invalid \(bücher\.invalid\): failed")
        self.one_error(ended, r"^can't resolve bücher\.invalid \(xn--bcher-kva\.invalid\): ")
        kept = Keeping()
        with Server(kept) as server:
            at = f"xn--bcher-kva.example:{server.port}"
            self.talk("--resolve", f"{at}:127.0.0.1", f"ws://BÜCHER.example:{server.port}/", err="")
            self.assertEqual(kept.requests[0].get("Host"), at)


if __name__ == "__main__":
    unittest.main()
