"""Through real proxies: tinyproxy, squid, microsocks and dante; as told and as the environment says."""

import contextlib
import json
import re
import socket
import threading
import unittest

from support.certificates import Certificates
from support.dialogue import Dialogue
from support.program import environment, run
from support.proxies import Dante, Microsocks, Squid, Tinyproxy, free_port
from support.server import Server, echo

CERTIFICATES = Certificates.shared()


def answers_at_once(peer):
    """A web server that has no patience with what it doesn't understand."""
    with contextlib.suppress(OSError):  # a client that understood has gone
        peer.send(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")
        peer.half_close()
        peer.read_to_end()


class Socks4a:
    """A proxy of SOCKS4a (dante knows SOCKS4 only): `asked` is what it was asked for."""

    def __init__(self):
        self.asked = []

    def __call__(self, peer):
        head = peer.read_exactly(8)
        user = peer.read_until(b"\0")[:-1]
        host = peer.read_until(b"\0")[:-1].decode() if head[4:7] == bytes(3) else socket.inet_ntoa(head[4:])
        self.asked.append((user, host))
        # Every name is this machine.
        with socket.create_connection(("127.0.0.1", int.from_bytes(head[2:4], "big"))) as far:
            peer.send(b"\x00\x5a" + bytes(6))

            def back():
                with contextlib.suppress(OSError):
                    while data := far.recv(65536):
                        peer.sock.sendall(data)
                    peer.half_close()

            thread = threading.Thread(target=back)
            thread.start()
            with contextlib.suppress(OSError):
                while data := peer.sock.recv(65536):
                    far.sendall(data)
                far.shutdown(socket.SHUT_WR)
            thread.join()


class Proxies(Dialogue):
    def setUp(self):
        self.plain = Server(echo).__enter__()
        self.addCleanup(self.plain.__exit__, None, None, None)

    def talk(self, *words, url=None, env=None, **expected):
        expected = {"out": "hi\n", **expected}
        url = url or f"ws://127.0.0.1:{self.plain.port}/"
        return self.dialogue("-w", "0.1", "-x", "hi", *words, url, env=env, **expected)

    def talk_over_tls(self, *words):
        with Server(echo, tls=CERTIFICATES.server_context()) as secure:
            url = f"wss://localhost:{secure.port}/"
            ended = self.talk("-v", "--ca", CERTIFICATES.ca, *words, url=url)
            self.assertRegex(ended.errors, r"\* TLSv1\.3 .*CN=localhost, verified")
            return ended


class Http(Proxies):
    def test_tinyproxy(self):
        with Tinyproxy() as proxy:
            for how in (proxy.where, f"http://{proxy.where}", f"HTTP://{proxy.where}/"):
                self.talk("--proxy", how, err="")
            proxy.wait_for(f"CONNECT 127.0.0.1:{self.plain.port} HTTP/1.1")
            ended = self.talk_over_tls("--proxy", proxy.where)
            self.assertRegex(
                ended.errors,
                rf"\* connect proxy {proxy.where} \([^\n]*\n"
                r"[^\n]*\] > CONNECT localhost:\d+ HTTP/1\.1\n[^\n]*\] > Host: localhost:\d+\n[^\n]*\] > User-Agent: \S+\n"
                r"[^\n]*\] < HTTP/1\.[01] 200 Connection established\n([^\n]*\] < [^\n]*\n)*"
                rf"[^\n]*\* proxy CONNECT localhost:\d+ via {proxy.where}: 200 Connection established \(",
            )
            # The proxy looks the name up.
            self.assertNotIn("* resolve", ended.errors)

    def test_a_password(self):
        for make in (Tinyproxy, Squid):
            with self.subTest(make.__name__), make("me", "secret") as proxy:
                ended = self.talk("--trace", "--proxy", f"http://me:secret@{proxy.where}")
                self.assertNotIn("secret", ended.errors)
                self.assertIn("] > Proxy-Authorization: …\n", ended.errors)
                shown = self.talk("-v", "--trace-secrets", "--proxy", f"http://me:secret@{proxy.where}")
                self.assertIn("] > Proxy-Authorization: Basic bWU6c2VjcmV0\n", shown.errors)
                for user in ("", "me:wrong@", "who:secret@"):
                    ended = self.talk("--proxy", f"http://{user}{proxy.where}", out="", status=3)
                    self.one_error(
                        ended,
                        rf"^proxy {proxy.where} refused the tunnel to 127\.0\.0\.1:{self.plain.port}: 40[17] ",
                    )
                    # Status line, what matters of the head, and the page.
                    self.assertRegex(ended.errors, r"^HTTP/1\.[01] 40[17] ")
                    if make is Squid or not user:
                        self.assertRegex(ended.errors, r'\nProxy-Authenticate: Basic realm="')
                    self.assertIn("</html>", ended.errors)
                    hint = "doesn't accept this user and password" if user else "--proxy http://USER:PASSWORD@HOST:PORT"
                    self.assertRegex(ended.errors, f"wscope: hint: .*{hint}")
                    self.assertNotIn("wrong", ended.errors)

    def test_what_squid_refuses_and_what_it_cannot_reach(self):
        with Squid(rules="acl bad dstdomain .forbidden.test\nhttp_access deny bad\nhttp_access allow all") as proxy:
            self.talk("--proxy", proxy.where, err="")
            ended = self.talk("--proxy", proxy.where, url="ws://x.forbidden.test/", out="", status=3)
            self.one_error(ended, "refused the tunnel to x.forbidden.test:80: 403 Forbidden$")
            self.assertIn("wscope: hint: the proxy doesn't allow this destination", ended.errors)
            self.assertIn("Access Denied", ended.errors)
            gone = free_port()
            ended = self.talk("--proxy", proxy.where, url=f"ws://127.0.0.1:{gone}/", out="", status=3)
            self.one_error(ended, rf"refused the tunnel to 127\.0\.0\.1:{gone}: 503 ")
            self.assertIn("wscope: hint: the proxy can't reach the destination", ended.errors)

    def test_an_https_proxy(self):
        with Squid("me", "secret", pair=CERTIFICATES.pair("good")) as proxy:
            words = ["--proxy", f"https://me:secret@localhost:{proxy.port}"]
            trusted = ["-4", "--proxy-ca", CERTIFICATES.ca, *words]
            ended = self.talk("-v", *trusted)
            self.assertRegex(
                ended.errors,
                rf"\* proxy TLS with proxy localhost:{proxy.port}: TLSv1\.3 \S+, certificate CN=localhost, verified",
            )
            self.talk_over_tls(*trusted)
            # Not trusted: nothing is told to it; -k and --ca are about the server behind it.
            for more in ([], ["-k"], ["--ca", CERTIFICATES.ca]):
                ended = self.talk("-4", *more, *words, out="", status=4)
                self.one_error(ended, rf"^can't verify proxy localhost:{proxy.port}: its certificate \(CN=localhost\) is issued by")
                self.assertIn("hint: --proxy-ca FILE with the issuer's certificate trusts it", ended.errors)
                self.assertIn("--proxy-insecure connects without checking", ended.errors)
            ended = self.talk("-4", "-v", "--proxy-insecure", *words)
            self.assertIn("not checked (--proxy-insecure): its certificate", ended.errors)
            with Server(echo, tls=CERTIFICATES.server_context()) as secure:
                words = ["-4", "--proxy-insecure", *words]
                ended = self.talk(*words, url=f"wss://localhost:{secure.port}/", out="", status=4)
                self.one_error(ended, rf"^can't verify localhost:{secure.port}: ")
            ended = self.talk(*words, "--proxy-ca", "/no/such", out="", status=2)
            self.one_error(ended, "^can't read --proxy-ca /no/such: no such file or directory$")
            ended = self.talk("--proxy", proxy.where, out="", status=3)
            self.one_error(ended, f"from proxy {proxy.where}: it speaks TLS, not plain HTTP$")
            self.assertIn("wscope: hint: --proxy https://HOST:PORT\n", ended.errors)
        with Server(answers_at_once) as web:
            ended = self.talk("--proxy", f"https://{web.authority}", out="", status=4)
            self.one_error(ended, rf"^TLS handshake with proxy {web.authority} failed: the server answered in plain")
            self.assertIn("--proxy http://", ended.errors)


class Socks(Proxies):
    def test_where_names_are_resolved(self):
        with Microsocks() as proxy:
            at = f"localhost:{self.plain.port}"
            ended = self.talk("-v", "-4", "--proxy", f"socks5://{proxy.where}", url=f"ws://{at}/")
            self.assertRegex(ended.errors, r"\* resolve localhost: 127\.0\.0\.1 \(")
            self.assertIn(f"* proxy SOCKS5 127.0.0.1:{self.plain.port} via {proxy.where}: granted", ended.errors)
            proxy.wait_for(f"connected to 127.0.0.1:{self.plain.port}")
            ended = self.talk("-v", "--proxy", f"socks5h://{proxy.where}", url=f"ws://{at}/")
            self.assertNotIn("* resolve", ended.errors)
            self.assertIn(f"* proxy SOCKS5 {at} via {proxy.where}: granted", ended.errors)
            proxy.wait_for(f"connected to {at}")
            # A name that only this side knows, and one that nobody does.
            url = f"ws://mine.invalid:{self.plain.port}/"
            here = ["--resolve", f"mine.invalid:{self.plain.port}:127.0.0.1"]
            self.talk(*here, "--proxy", f"socks5://{proxy.where}", url=url, err="")
            ended = self.talk(*here, "--proxy", f"socks5h://{proxy.where}", url=url, out="", status=3)
            self.one_error(ended, rf"^can't reach mine\.invalid:\d+ through proxy {proxy.where}: ")

    def test_a_password(self):
        with Microsocks("me", "se:cret@%") as proxy:
            for scheme in ("socks5", "socks5h"):
                self.talk("--proxy", f"{scheme}://me:se%3Acret%40%25@{proxy.where}", err="")
            self.talk_over_tls("-4", "--proxy", f"socks5h://me:se%3Acret%40%25@{proxy.where}")
            for user, why in (("", "it wants a user and password"), ("me:wrong@", "it doesn't accept this user and password")):
                ended = self.talk("--proxy", f"socks5h://{user}{proxy.where}", out="", status=3)
                self.one_error(ended, rf"through proxy {proxy.where}: {why}$")
                self.assertIn("wscope: hint: --proxy socks5h://USER:PASSWORD@HOST:PORT\n", ended.errors)
                self.assertNotIn("wrong", ended.errors)

    def test_socks4a(self):
        proxy = Socks4a()
        with Server(proxy) as server:
            url = f"ws://only.there:{self.plain.port}/"
            ended = self.talk("-v", "--proxy", f"socks4a://me@{server.authority}", url=url)
            self.assertNotIn("* resolve", ended.errors)
            self.assertIn(f"* proxy SOCKS4a only.there:{self.plain.port} via {server.authority}: granted", ended.errors)
            self.talk("--proxy", f"socks4a://{server.authority}", err="")
            self.talk_over_tls("--proxy", f"socks4a://{server.authority}")
            self.assertEqual(proxy.asked, [(b"me", "only.there"), (b"", "127.0.0.1"), (b"", "localhost")])

    def test_dante(self):
        with Dante() as proxy:
            at = f"localhost:{self.plain.port}"
            for scheme in ("socks4", "socks5", "socks5h"):
                self.talk("--proxy", f"{scheme}://{proxy.where}", url=f"ws://{at}/", err="")
            gone = free_port()
            ended = self.talk("--proxy", f"socks5h://{proxy.where}", url=f"ws://127.0.0.1:{gone}/", out="", status=3)
            self.one_error(ended, f"through proxy {proxy.where}: connection refused$")
            ended = self.talk("--proxy", f"socks4://{proxy.where}", url=f"ws://127.0.0.1:{gone}/", out="", status=3)
            self.one_error(ended, f"through proxy {proxy.where}: rejected or failed$")

    def test_the_wrong_kind_of_proxy(self):
        with Server(answers_at_once) as web, Microsocks() as socks:
            ended = self.talk("--proxy", f"socks5h://{web.authority}", out="", status=3)
            self.one_error(ended, f"through proxy {web.authority}: it doesn't speak SOCKS5, its answer begins with \"HT\"")
            self.assertIn("hint: for an HTTP proxy: --proxy http://HOST:PORT", ended.errors)
            ended = self.talk("--proxy", socks.where, out="", status=3)
            self.one_error(ended, f"from proxy {socks.where}: ")


class OnTheWay(Proxies):
    def test_redirects_and_reconnects_choose_anew(self):
        """The first server moves us to the second; one of them is reached without the proxy."""

        def moves(peer):
            peer.read_request()
            peer.send(f"HTTP/1.1 302 Found\r\nLocation: {self.goal}\r\nContent-Length: 0\r\n\r\n".encode())
            peer.read_to_end()

        with Server(moves) as first, Microsocks() as proxy:
            self.goal = f"http://localhost:{self.plain.port}/"
            for rule, steps in (("", 2), ("localhost", 1), ("127.0.0.1", 1), ("*", 0)):
                with self.subTest(rule):
                    words = ["-4", "-L", "-v", "--proxy", f"socks5h://{proxy.where}", "--noproxy", rule]
                    ended = self.talk(*words, url=first.url)
                    self.assertEqual(ended.errors.count("* proxy SOCKS5"), steps, ended.errors)

        dropped = []

        def drops_once(peer):
            if dropped:
                return echo(peer)
            dropped.append(peer.accept())
            return peer.drop()

        with Server(drops_once) as server, Tinyproxy() as proxy:
            ended = self.talk("--reconnect", "-v", "-w", "0.3", "--proxy", proxy.where, url=server.url)
            self.assertEqual(ended.errors.count("* proxy CONNECT"), 2, ended.errors)


class Timing(Proxies):
    """The row `proxy`: all that was said with it, its TLS included."""

    def test_table_and_event(self):
        with Squid(pair=CERTIFICATES.pair("good")) as secure, Microsocks() as socks:
            trusted = ["-4", "--proxy-ca", CERTIFICATES.ca]
            for words, steps in (
                ([*trusted, "--proxy", f"https://localhost:{secure.port}"], 2),
                (["--proxy", f"socks5h://{socks.where}"], 1),
            ):
                with self.subTest(steps):
                    ended = self.talk("--timing", *words)
                    rows = re.findall(r"^  (\S+(?: \S+)?)  +\S", ended.errors, re.M)
                    resolved = ["resolve"] if steps == 2 else []
                    self.assertEqual(rows, [*resolved, "connect", "proxy", "upgrade", "first message", "total", "sent", "received"])
                    ended = self.talk("--json", "--timing", *words, out=None)
                    events = [json.loads(line) for line in ended.out.splitlines()]
                    said = [one for one in events if one["event"] == "proxy"]
                    self.assertEqual(len(said), steps)
                    timing = next(one for one in events if one["event"] == "timing")
                    self.assertAlmostEqual(timing["proxy"], sum(one["seconds"] for one in said), places=5)
                    self.assertGreater(timing["proxy"], 0)
                    parts = [timing[name] for name in ("connect", "proxy", "upgrade")]
                    self.assertLess(sum(parts), timing["total"])

    def test_after_a_refusal(self):
        with Squid("me", "secret") as proxy:
            ended = self.talk("--timing", "--proxy", proxy.where, out="", status=3)
            self.assertRegex(ended.errors, r"(?m)^  proxy  +\S+ (ms|µs|s)$")
            self.assertNotIn("  upgrade ", ended.errors)


class Choice(Proxies):
    """Which proxy, as curl decides it: seen from the trace."""

    def way(self, env, *words, secure=False):
        """The proxy that was tried: nobody listens there, so that is the error."""
        url = f"{'wss' if secure else 'ws'}://127.0.0.1:{self.gone}/"
        ended = run("-v", *words, url, env=environment(**env))
        self.assertEqual(ended.status, 3, str(ended))
        for name in ("one", "two", "three"):
            if f"connect proxy {self.proxies[name]}:" in ended.errors:
                return name
        self.assertIn(f"* connect 127.0.0.1:{self.gone}: ", ended.errors)
        return None

    def setUp(self):
        super().setUp()
        self.gone = free_port()
        self.proxies = {name: f"127.0.0.{n}:{self.gone}" for n, name in enumerate(("one", "two", "three"), 2)}

    def test_the_environment(self):
        one, two, three = (f"http://{self.proxies[name]}" for name in ("one", "two", "three"))
        for env, secure, way in (
            ({}, False, None),
            ({"ws_proxy": one}, False, "one"),
            ({"WS_PROXY": one}, False, "one"),
            ({"http_proxy": one}, False, "one"),
            ({"HTTP_PROXY": one}, False, None),
            ({"all_proxy": one}, False, "one"),
            ({"ALL_PROXY": one}, False, "one"),
            ({"wss_proxy": one, "https_proxy": one, "HTTPS_PROXY": one}, False, None),
            ({"ws_proxy": one, "http_proxy": two, "all_proxy": three}, False, "one"),
            ({"ws_proxy": "", "http_proxy": two, "all_proxy": three}, False, "two"),
            ({"http_proxy": "", "all_proxy": three}, False, "three"),
            ({"ws_proxy": one, "WS_PROXY": two}, False, "one"),
            ({"all_proxy": one, "ALL_PROXY": two}, False, "one"),
            ({"wss_proxy": one}, True, "one"),
            ({"WSS_PROXY": one}, True, "one"),
            ({"https_proxy": one}, True, "one"),
            ({"HTTPS_PROXY": one}, True, "one"),
            ({"all_proxy": one}, True, "one"),
            ({"ws_proxy": one, "http_proxy": one}, True, None),
            ({"wss_proxy": one, "https_proxy": two, "all_proxy": three}, True, "one"),
            ({"https_proxy": two, "HTTPS_PROXY": one, "ALL_PROXY": three}, True, "two"),
        ):  # fmt: skip
            with self.subTest(env=env, secure=secure):
                self.assertEqual(self.way(env, secure=secure), way)
                if way:
                    self.assertIsNone(self.way(env, "--proxy", "", secure=secure))
                    self.assertIsNone(self.way(env, "--noproxy", "*", secure=secure))
                    self.assertEqual(self.way(env, "--proxy", "socks5://" + self.proxies["three"], secure=secure), "three")

    def test_exceptions(self):
        env = {"all_proxy": f"http://{self.proxies['one']}"}
        for rules, way in (
            ("*", None), ("127.0.0.1", None), ("127.0.0.0/8", None), ("10.0.0.0/8, 127.0.0.1", None),
            (f"127.0.0.1:{self.gone}", None), ("x.example 127.0.0.1", None),
            ("127.0.0.2", "one"), ("10.0.0.0/8", "one"), ("127.0.0.1:1", "one"), ("27.0.0.1", "one"), ("", "one"),
        ):  # fmt: skip
            with self.subTest(rules):
                for name in ("no_proxy", "NO_PROXY"):
                    self.assertEqual(self.way({**env, name: rules}), way)
                self.assertEqual(self.way(env, "--noproxy", rules), way)
                # The option stands for the variable.
                self.assertEqual(self.way({**env, "no_proxy": "*"}, "--noproxy", rules), way)
        self.assertEqual(self.way({**env, "no_proxy": "127.0.0.1", "NO_PROXY": "other"}), None)
        for rules, excepted in (("invalid", True), (".invalid", True), ("*.invalid", True), ("HOST.INVALID.", True),
                                ("a.host.invalid", False), ("ost.invalid", False)):  # fmt: skip
            with self.subTest(rules):
                ended = run("--noproxy", rules, "ws://host.invalid/", env=environment(**env))
                self.expect(ended, status=3, out="")
                self.one_error(ended, "^can't resolve host.invalid" if excepted else "^can't connect to proxy")

    def test_the_variable_is_named(self):
        env = environment(WSS_PROXY=f"http://{self.proxies['one']}")
        ended = self.talk(url="wss://h.example/", env=env, out="", status=3)
        self.one_error(ended, rf"^can't connect to proxy {self.proxies['one']}: connection refused$")
        self.assertIn("the proxy is that of $WSS_PROXY, --proxy '' goes without", ended.errors)
        env = environment(ws_proxy="gopher://me:secret@h")
        ended = self.talk(url="ws://h.example/", env=env, out="", status=2)
        self.one_error(ended, "^bad proxy in ws_proxy: unknown scheme$")
        self.assertNotIn("secret", ended.errors)

    def test_unix_sockets_have_no_proxy(self):
        env = environment(all_proxy=f"http://{self.proxies['one']}")
        ended = self.talk(url="ws+unix:/no/such.sock:/", env=env, out="", status=3)
        self.one_error(ended, "^can't connect to unix:/no/such.sock: ")


if __name__ == "__main__":
    unittest.main()
