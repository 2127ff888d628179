"""What people read when it goes wrong: the whole message, hint and status of each failure."""

import contextlib
import os
import re
import socket
import tempfile
import unittest
from pathlib import Path

from support.certificates import Certificates
from support.dialogue import Dialogue
from support.program import run
from support.server import PeerGone, Server, echo, unused_port


def answers(data, then="end"):
    def script(peer):
        with contextlib.suppress(OSError, PeerGone):
            peer.read_request()
            peer.send(data.encode("latin-1") if isinstance(data, str) else data)
            if then == "end":
                peer.end()
            else:
                peer.read_to_end()

    return script


def refusal(status, *headers, body=""):
    body = body.encode()
    lines = [f"HTTP/1.1 {status}", *headers, f"Content-Length: {len(body)}"]
    return answers(("\r\n".join(lines) + "\r\n\r\n").encode() + body, then="wait")


class Errors(Dialogue):
    def fails(self, *words, status, lines, stdin=b""):
        """stderr is exactly these lines; each a string, or a compiled regular expression."""
        ended = run(*words, stdin=stdin)
        self.expect(ended, status=status, out="")
        got = ended.errors.splitlines()
        self.assertEqual(len(got), len(lines), str(ended))
        for wanted, line in zip(lines, got):
            if isinstance(wanted, str):
                self.assertEqual(line, wanted, str(ended))
            else:
                self.assertRegex(line, wanted, str(ended))

    def served(self, script, *words, status, lines, path="", **how):
        with Server(script) as server:
            at = server.authority
            lines = [line.replace("{at}", at) if isinstance(line, str) else line for line in lines]
            self.fails(*words, server.url + path, status=status, lines=lines, **how)


class Usage(Errors):
    def test_what_was_typed(self):
        for words, lines in (
            (["ws://h/#x"], ["wscope: the URL has a fragment, which WebSocket URLs can't have", "wscope: hint: write a '#' as %23"]),
            (["ftp://h/"], ['wscope: unknown scheme "ftp" in the URL', "wscope: hint: ws, wss, http, https, ws+unix and wss+unix are known"]),
            (["ws://h:99999/"], ['wscope: bad port "99999" in the URL: not a number from 1 to 65535']),
            (["wss:/h"], ["wscope: the URL has no // after wss:", "wscope: hint: did you mean wss://h?"]),
            (["ws:localhost:8765"], ["wscope: the URL has no // after ws:", "wscope: hint: did you mean ws://localhost:8765?"]),
            (["unix:/run/a.sock"], ['wscope: unknown scheme "unix" in the URL', "wscope: hint: did you mean ws+unix:/run/a.sock:/resource?"]),
            (["ws:///chat"], ["wscope: the URL has no host", "wscope: hint: ws://localhost/path is on this machine, ws+unix:/path.sock:/resource is a Unix socket"]),
            (["8765"], ["wscope: the URL begins with a number, not a host", "wscope: hint: did you mean :8765?"]),
            (["ws://u:pa/ss@h", "ws://b"], ["wscope: more than one URL: 'ws://h' and 'ws://b'", "wscope: hint: one run talks to one server; a message goes after -x"]),
            (["--listen", "0", "ws://u:pa/ss@h"], ["wscope: --listen takes no URL: 'ws://h'", "wscope: hint: run wscope once to listen and once to connect"]),
            (["--max-time", "5", "ws://h"], ["wscope: unknown option --max-time", "wscope: hint: did you mean --timeout?"]),
            (["ws://h", "-1"], ["wscope: unknown option -1", "wscope: hint: did you mean --count 1? one answer, then the end"]),
            (["--protocol", "chat", "ws://h"], ["wscope: --protocol 'chat': not a whole number from 0 to 255", "wscope: hint: -s asks for a subprotocol; this is the version of the protocol, 13"]),
            (["--bearer", "@-", "ws://h"], ["wscope: --bearer @-: standard input has the messages, it can't be both", "wscope: hint: @/dev/stdin reads standard input, @./- a file of that name"]),
            (["-H", "@-", "ws://h"], ["wscope: --header @-: standard input has the messages, it can't be both", "wscope: hint: @/dev/stdin reads standard input, @./- a file of that name"]),
            (["--bearer", "t", "-x", "a"], ["wscope: --bearer needs a URL", "wscope: hint: without one, wscope talks to an echo server of its own"]),
            (["-q", "--count", "1", "--timeout", "5", "-x", "a"], ["wscope: --timeout needs a URL", "wscope: hint: without one, wscope talks to an echo server of its own"]),
            (["--no-reconnect", "ws://h"], ["wscope: unknown option --no-reconnect", "wscope: hint: --reconnect=false takes it back"]),
            (["--ca", "/no/such", "wss://localhost:1/"], ["wscope: can't read --ca /no/such: no such file or directory"]),
            (["--max-redirects", "3", "ws://h/"], ["wscope: --max-redirects needs --location"]),
            (["--cookie", "x", "ws://h/"], ["wscope: --cookie: not NAME=VALUE", "wscope: hint: --cookie @FILE reads a file of cookies"]),
            (["--auth", "a", "ws://localhost:1/"], [re.compile("^wscope: can't ask for the password of a at localhost:1: "), "wscope: hint: --auth USER:PASS gives it, --auth USER: sends an empty one"]),
        ):  # fmt: skip
            with self.subTest(words):
                self.fails(*words, status=2, lines=lines)


class Reaching(Errors):
    def test_refused(self):
        holder, port = unused_port()
        with holder:
            self.fails(
                f"ws://127.0.0.1:{port}/", status=3,
                lines=[f"wscope: can't connect to 127.0.0.1:{port}: connection refused", re.compile("^wscope: hint: ")],
            )  # fmt: skip

    def test_name_unknown(self):
        self.fails(
            "ws://no-such-name.invalid/", status=3,
            lines=[re.compile(r"^wscope: can't resolve no-such-name\.invalid: (name or service not known|temporary failure in name resolution)$")],
        )  # fmt: skip

    def test_no_address_of_the_family(self):
        self.fails("-6", "ws://127.0.0.1:1/", status=2, lines=["wscope: 127.0.0.1:1 has no IPv6 address, and -6 asks for one"])

    def test_unreachable(self):
        """A TCP connection to the broadcast address: the kernel refuses, nothing is sent."""
        self.fails(
            "ws://255.255.255.255:9/", status=3,
            lines=["wscope: can't connect to 255.255.255.255:9: network is unreachable", "wscope: hint: there is no route to that address from here"],
        )  # fmt: skip

    def test_all_of_several_addresses(self):
        holder, port = unused_port()
        with holder:
            self.fails(
                "--resolve", f"h.example:{port}:127.0.0.1,255.255.255.255", f"ws://h.example:{port}/", status=3,
                lines=[
                    f"wscope: can't connect to h.example:{port}: 127.0.0.1:{port}: connection refused; 255.255.255.255:{port}: network is unreachable",
                ],
            )  # fmt: skip

    def test_unix_sockets(self):
        with tempfile.TemporaryDirectory() as folder:
            missing, file, dead = (os.path.join(folder, name) for name in ("missing", "file", "dead"))
            Path(file).touch()
            with socket.socket(socket.AF_UNIX) as holder:
                holder.bind(dead)
            for path, why in ((missing, "no such file or directory"), (file, "connection refused"), (dead, "connection refused")):
                with self.subTest(path):
                    ended = run(f"ws+unix:{path}:/")
                    self.expect(ended, status=3, out="")
                    self.assertEqual(self.one_error(ended), f"can't connect to unix:{path}: {why}")

    def test_an_address_that_is_not_ours(self):
        self.fails(
            "--interface", "192.0.2.1", "ws://127.0.0.1:1/", status=3,
            lines=[
                "wscope: can't connect to 127.0.0.1:1: cannot assign requested address",
                "wscope: hint: is --interface an address of this machine?",
            ],
        )  # fmt: skip

    def test_deadlines(self):
        stalls = lambda peer: peer.stall()  # noqa: E731
        later = "wscope: hint: --connect-timeout waits longer"
        self.served(
            stalls, "--connect-timeout", "0.3", status=7,
            lines=["wscope: {at} did not answer the upgrade within 0.3 s", later],
        )  # fmt: skip
        self.served(
            answers("HTTP/1.1 101 Sw", then="wait"), "--connect-timeout", "0.3", status=7,
            lines=["wscope: {at} did not finish its answer to the upgrade within 0.3 s", later],
        )  # fmt: skip
        self.served(
            stalls, "--timeout", "0.3", status=7,
            lines=["wscope: out of time: ws://{at}/ did not end within 0.3 s", "wscope: hint: --timeout bounds the whole run"],
        )  # fmt: skip
        with Server(stalls) as server:
            self.fails(
                "--connect-timeout", "0.3", f"wss://{server.authority}/", status=7,
                lines=[f"wscope: TLS handshake with {server.authority}: no success within 0.3 s", later],
            )  # fmt: skip


def says(*turns):
    """A SOCKS proxy: (bytes to read, answer) one after the other, then the end."""

    def script(peer):
        with contextlib.suppress(OSError, PeerGone):
            for size, answer in turns:
                peer.read_exactly(size)
                peer.send(answer)
            peer.end()

    return script


class Proxies(Errors):
    """{at} is where the proxy is; behind it is far.example."""

    def proxied(self, script, scheme, status, *lines, user="", tls=None, url="ws://far.example/"):
        with Server(script, tls=tls) as server:
            at = server.authority
            lines = [line.replace("{at}", at) if isinstance(line, str) else line for line in lines]
            self.fails("--proxy", f"{scheme}://{user}{at}", url, status=status, lines=lines)

    def test_not_reached(self):
        holder, port = unused_port()
        with holder:
            self.fails(
                "--proxy", f"127.0.0.1:{port}", "ws://far.example/", status=3,
                lines=[
                    f"wscope: can't connect to proxy 127.0.0.1:{port}: connection refused",
                    "wscope: hint: nothing listens there: is the proxy running, and is this its port?",
                ],
            )  # fmt: skip
        unknown = r"(name or service not known|temporary failure in name resolution)$"
        self.fails("--proxy", "no.invalid", "ws://far.example/", status=3, lines=[re.compile(r"^wscope: can't resolve proxy no\.invalid: " + unknown)])
        self.fails(
            "--proxy", "socks5://127.0.0.1:1", "ws://no.invalid/", status=3,
            lines=[re.compile(r"^wscope: can't resolve no\.invalid: " + unknown), "wscope: hint: socks5h:// lets the proxy resolve it"],
        )  # fmt: skip

    def test_what_was_typed(self):
        form = "wscope: hint: [http|https|socks4|socks4a|socks5|socks5h://][USER:PASS@]HOST[:PORT]"
        for proxy, why in (
            ("ftp://h", "unknown scheme"), ("http://", "no host in it"), ("h:0", "its port is not a number from 1 to 65535"),
            ("http://u:%zz@h", "a '%' in the user info needs two hex digits"), ("a b", "not a host"),
            ("http://a%3Ab:c@h", "a user name can't contain ':'"),
        ):  # fmt: skip
            with self.subTest(proxy):
                self.fails("--proxy", proxy, "ws://h/", status=2, lines=[f"wscope: bad proxy in --proxy: {why}", form])
        self.fails("--proxy", "h", "--unix-socket", "/s", "ws://h/", status=2, lines=["wscope: --unix-socket and --proxy exclude each other"])
        self.fails(
            "--proxy", "socks4://127.0.0.1:1", "ws://[::1]/", status=3,
            lines=["wscope: can't reach [::1]:80 through proxy 127.0.0.1:1: it has no IPv4 address, and SOCKS4 knows no others", "wscope: hint: socks5:// knows IPv6, too"],
        )  # fmt: skip
        long = "x" * 256
        self.fails(
            "--proxy", f"socks5h://{long}@127.0.0.1:1", "ws://h/", status=3,
            lines=["wscope: can't connect to proxy 127.0.0.1:1: connection refused", re.compile("hint")],
        )  # fmt: skip

    def test_refusals(self):
        wants = "--proxy http://USER:PASSWORD@HOST:PORT"
        only_basic = "wscope speaks only Basic to proxies, and this one wants another scheme"
        for status, headers, user, hint in (
            ("407 Proxy Authentication Required", ['Proxy-Authenticate: Basic realm="r"'], "", wants),
            ("407 Proxy Authentication Required", ['Proxy-Authenticate: Basic realm="r"'], "u:p@", "the proxy doesn't accept this user and password"),
            ("407 No", ['Proxy-Authenticate: Digest realm="r", nonce="n"'], "u:p@", only_basic),
            ("407 No", ["Proxy-Authenticate: Negotiate"], "", only_basic),
            ("403 Forbidden", ["Server: s", "Via: 1.1 v"], "", "the proxy doesn't allow this destination"),
            ("404 Not Found", [], "", "is it a proxy at all? a web server answers so"),
            ("405 Method Not Allowed", [], "", "is it a proxy at all? a web server answers so"),
            ("502 Bad Gateway", [], "", "the proxy can't reach the destination"),
            ("503 Service Unavailable", ["Retry-After: 9"], "", "the proxy can't reach the destination"),
            ("500 Oops", [], "", None),
        ):  # fmt: skip
            with self.subTest(status):
                self.proxied(
                    refusal(status, *headers, body="no\ngrüße\t\x1b[2J"), "http", 3,
                    f"HTTP/1.1 {status}", *headers, "", "no", "grüße\t\\x1b[2J",
                    f"wscope: proxy {{at}} refused the tunnel to far.example:80: {status}",
                    *([f"wscope: hint: {hint}"] if hint else []), user=user,
                )  # fmt: skip

    def test_no_answer_of_a_proxy(self):
        cannot = "wscope: can't get a tunnel to far.example:80 from proxy {at}: "
        for data, *lines in (
            (b"SSH-2.0-OpenSSH\r\n", cannot + 'its answer is not HTTP: "SSH-2"', "wscope: hint: for a SOCKS proxy: --proxy socks5h://HOST:PORT"),
            (b"\x15\x03\x03\x00\x02\x02\x46", cannot + "it speaks TLS, not plain HTTP", "wscope: hint: --proxy https://HOST:PORT"),
            (b"", cannot + "it closed the connection without an answer"),
            (b"HTTP/1.1 200 O", "HTTP/1.1 200 O", cannot + "it closed the connection within its answer's head"),
            (b"HTTP/1.1 huh\r\n\r\n", cannot + 'its status line can\'t be read: "HTTP/1.1 huh"'),
            (b"HTTP/1.1 200 OK\r\nX: " + b"x" * 70000, cannot + "its answer's head is larger than 64 KiB"),
            (b"HTTP/1.1 100 Continue\r\n\r\n" * 4000, cannot + "its answer's head is larger than 64 KiB"),
        ):  # fmt: skip
            with self.subTest(data[:20]):
                self.proxied(answers(data), "http", 3, *lines)

    def test_socks5(self):
        cannot = "wscope: can't reach far.example:80 through proxy {at}: "
        needs = "wscope: hint: --proxy socks5h://USER:PASSWORD@HOST:PORT"
        for turns, user, *lines in (
            ([(3, b"\x05\xff")], "", cannot + "it wants a user and password", needs),
            ([(4, b"\x05\x02"), (5, b"\x01\x01")], "u:p@", cannot + "it doesn't accept this user and password", needs),
            ([(4, b"\x05\xff")], "u:p@", cannot + "it accepts neither a user with password nor none", needs),
            ([(3, b"\x05\x01")], "", cannot + "it chose authentication method 1, which was not offered"),
            ([(3, b"HT")], "", cannot + 'it doesn\'t speak SOCKS5, its answer begins with "HT"', "wscope: hint: for an HTTP proxy: --proxy http://HOST:PORT"),
            ([(3, b"")], "", cannot + "it closed the connection"),
            ([(3, b"\x05\x00"), (18, b"\x05\x02\x00\x01" + bytes(6))], "", cannot + "its rules forbid it", "wscope: hint: the proxy doesn't allow this destination"),
            *(
                ([(3, b"\x05\x00"), (18, bytes([5, code, 0, 1]) + bytes(6))], "", cannot + why)
                for code, why in ((1, "general failure"), (3, "network unreachable"), (4, "host unreachable"), (5, "connection refused"),
                                  (6, "TTL expired"), (7, "command not supported"), (8, "address type not supported"), (77, "reply 77"))
            ),
        ):  # fmt: skip
            with self.subTest(lines[0]):
                self.proxied(says(*turns), "socks5h", 3, *lines, user=user)

    def test_socks4a(self):
        cannot = "wscope: can't reach far.example:80 through proxy {at}: "
        for reply, why in ((b"\x00\x5b", "rejected or failed"), (b"\x00\x5d", "rejected, for want of an identd that confirms the user"), (b"\x00\x01", "reply 1")):
            with self.subTest(why):
                self.proxied(says((21, reply + bytes(6))), "socks4a", 3, cannot + why)

    def test_tls_to_it(self):
        self.proxied(
            answers_at_once, "https", 4,
            'wscope: TLS handshake with proxy {at} failed: the server answered in plain text: "HTTP/1.1 400 Bad Request"',
            "wscope: hint: is it a plain HTTP proxy? --proxy http://HOST:PORT",
        )  # fmt: skip
        certificates = Certificates.shared()
        self.proxied(
            echo, "https", 4,
            re.compile(r"^wscope: can't verify proxy 127\.0\.0\.1:\d+: its certificate \(CN=localhost\) is issued by \"CN=wscope test CA\", which is not among the system's trusted ones$"),
            re.compile("^wscope: hint: --proxy-ca FILE with the issuer's certificate trusts it .*, --proxy-insecure connects without checking$"),
            tls=certificates.server_context(),
        )  # fmt: skip


def answers_at_once(peer):
    with contextlib.suppress(OSError):  # a client that understood has gone
        peer.send(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        peer.half_close()
        peer.read_to_end()


class Refused(Errors):
    def refused(self, status, headers, hint, body="", words=(), path=""):
        lines = [f"HTTP/1.1 {status}", *headers]
        if body:
            lines += ["", *body.splitlines()]
        lines += [f"wscope: server refused the upgrade: HTTP/1.1 {status}"]
        if hint:
            lines += [f"wscope: hint: {hint}"]
        self.served(refusal(status, *headers, body=body), *words, status=5, lines=lines, path=path)

    def test_each_status(self):
        for case in (
            ("401 Unauthorized", ['WWW-Authenticate: Basic realm="r"'], "send a name and password with --auth USER:PASS"),
            ("401 Unauthorized", ["WWW-Authenticate: Bearer"], "send a token with --bearer TOKEN"),
            ("401 Unauthorized", [], "send credentials with --auth USER:PASS or --bearer TOKEN"),
            ("403 Forbidden", [], "the server may want an origin (-o ORIGIN) or credentials (--auth, --bearer)", "no\n"),
            ("451 Nein", [], None, "Für Unbefugte 世界 \u2026\tverboten\n"),
            ("404 Not Found", ["Server: nginx"], 'the server knows no "/": check the path of the URL'),
            ("426 Upgrade Required", ["Sec-WebSocket-Version: 8, 7"], "the server speaks version 8, 7 of the protocol: try -p 8"),
            ("429 Too Many Requests", ["Retry-After: 120"], "the server asks to try again in 120 s"),
            ("503 Service Unavailable", ["Retry-After: Wed, 21 Oct 2065 07:28:00 GMT"], "the server asks to try again after Wed, 21 Oct 2065 07:28:00 GMT"),
            ("503 Service Unavailable", [], "the server is busy or limits requests: try again later"),
            ("502 Bad Gateway", [], "a gateway answered: the server behind it can't be reached"),
            ("302 Found", ["Location: /x"], "-L follows the redirect to /x"),
            ("200 OK", ["Content-Type: text/html"], '"/" answers plain HTTP requests: check the path of the URL', "<p>hi</p>"),
            ("400 Bad Request", [], "this port speaks TLS: use wss://", "The plain HTTP request was sent to HTTPS port"),
            ("500 Oops", [], None),
        ):  # fmt: skip
            with self.subTest(case):
                self.refused(*case)

    def test_credentials_that_are_not_taken(self):
        self.refused(
            "401 Unauthorized", ["WWW-Authenticate: Basic"], "the server did not take these credentials",
            words=["--auth", "u:p"],
        )  # fmt: skip


class NoHttp(Errors):
    def test_what_comes_instead(self):
        for data, message, hint in (
            (b"SSH-2.0-OpenSSH_9.2\r\n", 'the server does not speak HTTP: it sent "SSH-2.0-OpenSSH_9.2\\r\\n"', "check host and port: this is no WebSocket server"),
            (b"\x15\x03\x01\x00\x02\x02\x46", 'the server speaks TLS, not plain HTTP: it sent "\\x15\\x03\\x01\\x00\\x02\\x02F"', "use wss://"),
            (b"", "the server sent no answer to the upgrade: the server ended the connection", "does it speak TLS there? try wss://"),
            (b"HTTP/1.1 101 Swi", "the server's answer ends inside its head: the server ended the connection, after \"HTTP/1.1 101 Swi\"", None),
            (b"HTTP/1.1 101 S\r\n\r\n", "the server's handshake is not valid: it has no Upgrade", "a proxy on the way may not let upgrades through"),
        ):  # fmt: skip
            with self.subTest(data):
                ended = None
                with Server(answers(data)) as server:
                    ended = run(server.url)
                self.expect(ended, status=5, out="")
                self.assertEqual(self.one_error(ended), message)
                hints = [line for line in ended.errors.splitlines() if line.startswith("wscope: hint: ")]
                self.assertEqual(hints, [f"wscope: hint: {hint}"] if hint else [])

    def test_wrong_accept(self):
        def script(peer):
            with contextlib.suppress(OSError, PeerGone):
                peer.read_request()
                peer.send(peer.response(accept="AAAA"))
                peer.read_to_end()

        with Server(script) as server:
            ended = run(server.url)
            self.expect(ended, status=5, out="")
            self.one_error(ended, r'^the server\'s handshake is not valid: Sec-WebSocket-Accept is "AAAA", expected "[A-Za-z0-9+/]{27}="$')


class Open(Errors):
    def test_close_codes_and_losses(self):
        def closes(code, reason):
            def script(peer):
                peer.accept()
                peer.finish(code, reason)

            return script

        def drops(peer):
            peer.accept()
            peer.drop()

        for script, message in (
            (closes(1011, "out of cheese"), r'^server closed the connection: 1011 \(internal error\) "out of cheese"'),
            (closes(4000, b""), r"^server closed the connection: 4000 \(private use\)"),
            (drops, r"connection .*without a Close.*"),
        ):
            with self.subTest(message), Server(script) as server:
                ended = run("-w", "-1", server.url)
                self.expect(ended, status=6, out="")
                self.one_error(ended, message)

    def test_expectations(self):
        with Server(echo) as server:
            self.fails(
                "--count", "3", "-w", "0.1", server.url, status=8,
                lines=["wscope: 0 of 3 messages came (--count)", "wscope: hint: nothing came for 0.1 s (-w): -w 10 waits longer, -w -1 until the server closes"],
            )  # fmt: skip


if __name__ == "__main__":
    unittest.main()
