"""Credentials: Basic, Bearer, Digest (RFC 7616), .netrc, cookies, and the question for a password."""

import base64
import hashlib
import os
import re
import shlex
import signal
import tempfile
import unittest
from pathlib import Path

from support.dialogue import Dialogue
from support.program import WSCOPE, environment, run
from support.server import Server, echo
from support.terminal import Terminal
from support.tmux import TmuxScreen


def basic(user, password):
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


def parameters(value):
    return {name: quoted or plain for name, quoted, plain in re.findall(r'(\w+)=(?:"([^"]*)"|([^,\s]*))', value)}


class DigestServer:
    """Demands Digest; counts requests. `fresh_after`: so many nonces are stale first."""

    def __init__(self, algorithm="SHA-256", qop='qop="auth, auth-int", ', user="u", password="p", stale=0, then=echo):
        self.algorithm, self.qop, self.user, self.password, self.stale = algorithm, qop, user, password, stale
        self.then = then
        self.seen = []

    def hash(self, text):
        kind = {"MD5": "md5", "SHA-256": "sha256", None: "md5"}[self.algorithm]
        return hashlib.new(kind, text.encode()).hexdigest()

    def right(self, request):
        value = request.get("Authorization") or ""
        if not value.startswith("Digest "):
            return False
        got = parameters(value[7:])
        first = self.hash(f"{self.user}:the realm:{self.password}")
        second = self.hash(f"GET:{request.target}")
        between = f"{got['nc']}:{got['cnonce']}:{got['qop']}:" if self.qop else ""
        return got["response"] == self.hash(f"{first}:{got['nonce']}:{between}{second}")

    def __call__(self, peer):
        request = peer.read_request()
        self.seen.append(request)
        right = self.right(request)
        if right and self.stale == 0:
            return self.then(peer)
        note = ""
        if right:
            self.stale -= 1
            note = ", stale=true"
        algorithm = f"algorithm={self.algorithm}, " if self.algorithm else ""
        peer.send(
            "HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic realm=\"old\"\r\n"
            f'WWW-Authenticate: Digest realm="the realm", {self.qop}{algorithm}nonce="n{len(self.seen)}", opaque="o"{note}\r\n'
            "Content-Length: 3\r\n\r\nno\n".encode()
        )
        peer.read_to_end()


class Digest(Dialogue):
    def test_each_algorithm_and_qop(self):
        for algorithm in ("SHA-256", "MD5", None):
            for qop in ('qop="auth, auth-int", ', ""):
                with self.subTest(algorithm=algorithm, qop=qop):
                    demands = DigestServer(algorithm, qop)
                    with Server(demands) as server:
                        url = server.url + "path?q=1"
                        self.dialogue("--auth", "u:p", "-w", "0.1", "-x", "in", url, out="in\n", err="")
                    self.assertEqual(len(demands.seen), 2)

    def test_credentials_of_the_url(self):
        with Server(DigestServer()) as server:
            self.dialogue("-w", "0.1", "-x", "in", f"ws://u:p@{server.authority}/", out="in\n", err="")

    def test_a_stale_nonce_is_renewed_once(self):
        demands = DigestServer(stale=1)
        with Server(demands) as server:
            self.dialogue("--auth", "u:p", "-w", "0.1", "-x", "in", server.url, out="in\n", err="")
            self.assertEqual(len(demands.seen), 3)
        demands = DigestServer(stale=99)
        with Server(demands) as server:
            self.dialogue("--auth", "u:p", server.url, status=5, out="")
            self.assertEqual(len(demands.seen), 3)

    def test_wrong_password_is_tried_once(self):
        demands = DigestServer(password="other")
        with Server(demands) as server:
            ended = self.dialogue("--auth", "u:p", server.url, status=5, out="", err="^no$")
            self.one_error(ended, "401 Unauthorized")
            self.assertRegex(ended.errors, "hint: .*credentials")
            self.assertEqual(len(demands.seen), 2)

    def test_without_credentials_it_is_a_refusal(self):
        demands = DigestServer()
        with Server(demands) as server:
            self.dialogue(server.url, status=5, out="", err="hint: .*--auth")
            self.assertEqual(len(demands.seen), 1)

    def test_a_challenge_that_has_no_answer(self):
        for value, why in (
            ('Digest realm="r", nonce="n", qop="auth-int"', 'its qop is "auth-int"'),
            ('Digest realm="r", nonce="n", algorithm=FOO', 'its algorithm is "FOO"'),
            ('Digest realm="r"', "it has no nonce"),
        ):

            def script(peer, value=value):
                peer.read_request()
                peer.send(f"HTTP/1.1 401 No\r\nWWW-Authenticate: {value}\r\nContent-Length: 0\r\n\r\n".encode())
                peer.read_to_end()

            for words in (["--auth", "u:p"], []):
                with self.subTest(value, words=words), Server(script) as server:
                    hint = f"^wscope: hint: wscope can't answer the server's Digest challenge: {why}$"
                    self.dialogue(*words, server.url, status=5, out="", err=hint, no_err="did not take")

    def test_the_trace_masks_it(self):
        with Server(DigestServer()) as server:
            ended = run("-v", "--auth", "u:p", "-w", "0", "-x", "in", server.url)
            self.expect(ended, err=["Authorization: …"], no_err=["response="])


class RequestSent(Dialogue):
    def request(self, *words, **expected):
        """The request of one visit; None where there was none."""
        seen = []

        def script(peer):
            seen.append(peer.read_request())
            echo(peer)

        with Server(script) as server:
            self.dialogue("-w", "0", *words, server.url, **expected)
        return seen[0] if seen else None


class Bearer(RequestSent):
    def sent(self, *words, **expected):
        request = self.request(*words, **expected)
        return request and request.all("Authorization")

    def test_given_and_from_a_file(self):
        self.assertEqual(self.sent("--bearer", "abc.def", err=""), ["Bearer abc.def"])
        with tempfile.TemporaryDirectory() as folder:
            token = Path(folder, "token")
            for text in ("abc.def\n", "abc.def", "abc.def\r\n", "abc.def\nsecond line\n"):
                token.write_bytes(text.encode())
                with self.subTest(text):
                    self.assertEqual(self.sent("--bearer", f"@{token}", err=""), ["Bearer abc.def"])
            ended = run("--bearer", f"@{token}.missing", "ws://localhost:1/")
            self.expect(ended, status=2, out="")
            self.one_error(ended, r"--bearer .*token\.missing.*: no such file or directory$")

    def test_the_trace_masks_it(self):
        with Server(echo) as server:
            ended = run("--trace-hex", "--bearer", "abc.def", "-w", "0", "-x", "in", server.url)
            self.expect(ended, err="> Authorization: …$", no_err="abc")


class Netrc(Dialogue):
    def authorization(self, text, *words, url="ws://{}/", env=None, **expected):
        with tempfile.TemporaryDirectory() as home:
            if text is not None:
                Path(home, ".netrc").write_text(text)
            seen = []

            def script(peer):
                seen.append(peer.read_request())
                echo(peer)

            with Server(script) as server:
                env = environment(HOME=home, **(env or {}))
                self.dialogue("--netrc", "-w", "0", *words, url.format(server.authority), env=env, **expected)
            return seen[0].get("Authorization") if seen else None

    def test_the_machine_decides(self):
        text = "machine 127.0.0.1 login nora password secret\ndefault login d password e\n"
        self.assertEqual(self.authorization(text, err=""), basic("nora", "secret"))
        self.assertEqual(self.authorization("default login d password e"), basic("d", "e"))
        self.assertIsNone(self.authorization("machine other login x password y"))

    def test_others_win(self):
        text = "machine 127.0.0.1 login nora password secret"
        self.assertEqual(self.authorization(text, "--auth", "a:b"), basic("a", "b"))
        self.assertEqual(self.authorization(text, "--bearer", "t"), "Bearer t")
        self.assertEqual(self.authorization(text, url="ws://x:y@{}/"), basic("x", "y"))

    def test_the_password_of_a_user(self):
        text = "machine 127.0.0.1 login a password 1 machine 127.0.0.1 login b password 2"
        self.assertEqual(self.authorization(text, "--auth", "b"), basic("b", "2"))
        self.assertEqual(self.authorization(text, url="ws://b@{}/"), basic("b", "2"))
        self.assertEqual(self.authorization(text, url="ws://c@{}/"), basic("c", ""))

    def test_a_file_that_is_not_there_or_none(self):
        self.authorization(None, status=2, err=r"can't read .*/\.netrc: no such file")
        ended = run("--netrc", "ws://127.0.0.1:1/", env={**os.environ, "NETRC": "/"})
        self.expect(ended, status=2, out="", err="can't read /: is a directory")
        ended = run("--netrc", "ws://127.0.0.1:1/", env={**os.environ, "NETRC": "/proc/self/mem"})
        self.expect(ended, status=2, out="")
        self.one_error(ended, "^can't read /proc/self/mem: input/output error$")
        self.authorization("machine a\nlogin b with space", status=2, err=r"wscope: /.*/\.netrc, line 2")
        with tempfile.NamedTemporaryFile("w") as file:
            file.write("machine")
            file.flush()
            ended = run("--netrc", "ws://127.0.0.1:1/", env={**os.environ, "NETRC": file.name})
            self.expect(ended, status=2, out="")
            self.one_error(ended, f'^{file.name}, line 1: no name after "machine"$')

    def test_a_digest_challenge(self):
        with tempfile.TemporaryDirectory() as home, Server(DigestServer()) as server:
            Path(home, "elsewhere").write_text("machine 127.0.0.1 login u password p")
            env = environment(NETRC=os.path.join(home, "elsewhere"))
            self.dialogue("--netrc", "-w", "0.1", "-x", "in", server.url, env=env, out="in\n", err="")


class Again(Dialogue):
    """Credentials are brought anew by each connection of --reconnect."""

    def lost_once(self, server_of, *words, env=None):
        """The server drops the first open connection; the second echoes."""
        lost = []

        def drops(peer):
            peer.accept()
            lost.append(peer)
            peer.drop()

        with Server(server_of(lambda peer: echo(peer) if lost else drops(peer))) as server:
            self.dialogue("--reconnect", *words, "-w", "0.3", "-x", "in", server.url, env=env, out="in\n")
        self.assertEqual(len(lost), 1)

    def test_digest(self):
        demands = []

        def server_of(then):
            demands.append(DigestServer(then=then))
            return demands[0]

        self.lost_once(server_of, "--auth", "u:p")
        # Asked and answered, twice.
        seen = [bool(one.get("Authorization") or "") for one in demands[0].seen]
        self.assertTrue(all(seen[1::2]), seen)

    def test_netrc(self):
        with tempfile.TemporaryDirectory() as home:
            Path(home, ".netrc").write_text("machine 127.0.0.1 login nora password secret")
            seen = []

            def server_of(then):
                def script(peer):
                    seen.append(peer.read_request().get("Authorization"))
                    then(peer)

                return script

            self.lost_once(server_of, "--netrc", env=environment(HOME=home))
            self.assertEqual(seen, [basic("nora", "secret")] * 2)


class Asked(Dialogue):
    def test_auth_without_password_asks_without_echo(self):
        seen = []

        def script(peer):
            seen.append(peer.read_request())
            echo(peer)

        with Server(script) as server:
            with Terminal("--auth", "nora", server.url) as terminal:
                terminal.wait_for(f"password of nora at {server.authority}:")
                terminal.type("sesame\r")
                terminal.wait_for("connected to")
                self.assertNotIn("sesame", terminal.screen.text())
                terminal.type("/quit\r")
                self.assertEqual(terminal.wait(), 0)
        self.assertEqual(seen[0].get("Authorization"), basic("nora", "sesame"))

    def test_a_script_asks_once_before_it_runs(self):
        seen = []

        def script(peer):
            seen.append(peer.read_request())
            echo(peer)

        text = 'send "x"\nexpect "x"\nclose\nexpect close\n'
        with tempfile.TemporaryDirectory() as folder, Server(script) as server:
            of_the_url, of_its_own = Path(folder, "a.wscope"), Path(folder, "b.wscope")
            of_the_url.write_text(text)
            of_its_own.write_text(f"connect {server.url}\n{text}connect {server.url}\n{text}")
            for file, url, asked in ((of_the_url, [server.url], f" at {server.authority}"), (of_its_own, [], "")):
                with self.subTest(file.name), Terminal("--script", file, "--auth", "nora", *url) as terminal:
                    terminal.wait_for(f"password of nora{asked}:")
                    self.assertEqual(len(seen), 0)
                    terminal.type("sesame\r")
                    self.assertEqual(terminal.wait(), 0)
                    self.assertEqual({one.get("Authorization") for one in seen}, {basic("nora", "sesame")})
                    seen.clear()

    def test_a_signal_at_the_question_leaves_the_echo_on(self):
        for number, status in ((signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 143)):
            with self.subTest(number), Terminal("--auth", "nora", "ws://localhost:1/") as terminal:
                terminal.wait_for("password of nora at localhost:1:")
                terminal.process.send_signal(number)
                self.assertEqual(terminal.wait(), status)
                self.assertEqual(terminal.modes(), terminal.first_modes)

    def test_ctrl_z_stops_the_question_and_fg_asks_again(self):
        seen = []

        def script(peer):
            seen.append(peer.read_request())
            echo(peer)

        with Server(script) as server, TmuxScreen("PS1='$ ' exec bash --norc") as tmux:
            tmux.wait_last("$")
            tmux.type(shlex.join([WSCOPE, "--auth", "nora", server.url]) + "\r")
            question = f"password of nora at {server.authority}:"
            tmux.wait_last(question)
            tmux.type("wrong\x1a")
            tmux.wait(lambda rows: "Stopped" in " ".join(rows) and rows[-1] == "$", "stopped")
            tmux.type("stty -a | grep -o -w -e -echo -e echo\r")
            tmux.wait(lambda rows: rows[-2:] == ["echo", "$"], "the echo")
            tmux.type("fg\r")
            tmux.wait_last(question)
            tmux.type("sesame\r")
            tmux.wait(lambda rows: rows[-1] == ">" and "connected to" in " ".join(rows), "the prompt")
            tmux.type("/quit\r")
            tmux.wait_last("$")
            self.assertNotIn("sesame", "\n".join(tmux.screen()))
        self.assertEqual(seen[0].get("Authorization"), basic("nora", "sesame"))

    def test_keys_of_signals_are_no_part_of_a_password(self):
        with Terminal("--auth", "nora", "ws://localhost:1/") as terminal:
            terminal.wait_for("password of nora at localhost:1:")
            terminal.type("secret\x1c")
            self.assertEqual(terminal.wait(), 130)
            self.assertEqual(terminal.modes(), terminal.first_modes)

    def test_an_empty_password_is_said_with_a_colon(self):
        seen = []

        def script(peer):
            seen.append(peer.read_request())
            echo(peer)

        with Server(script) as server:
            self.dialogue("--auth", "nora:", "-w", "0", server.url)
        self.assertEqual(seen[0].get("Authorization"), basic("nora", ""))


class Cookies(RequestSent):
    def sent(self, *words, **expected):
        request = self.request(*words, **expected)
        return request and request.get("Cookie")

    def test_given_and_from_a_file(self):
        with tempfile.NamedTemporaryFile("w") as file:
            file.write(
                "# Netscape HTTP Cookie File\n127.0.0.1\tFALSE\t/\tFALSE\t0\tf\t1\n"
                "127.0.0.1\tFALSE\t/\tTRUE\t0\tsecure\t2\n127.0.0.1\tFALSE\t/\tFALSE\t99\told\t3\n"
                "other.example\tFALSE\t/\tFALSE\t0\to\t4\n"
            )
            file.flush()
            self.assertEqual(self.sent("--cookie", "a=1", "--cookie", "b=2; c=3"), "a=1; b=2; c=3")
            self.assertEqual(self.sent("--cookie", f"@{file.name}"), "f=1")
            self.assertEqual(self.sent("--cookie", "a=1", "--cookie", f"@{file.name}"), "a=1; f=1")

    def test_what_is_no_cookie(self):
        self.sent("--cookie", "novalue", status=2, err="--cookie")
        self.sent("--cookie", "@/no/such", status=2, err="/no/such")
        with tempfile.NamedTemporaryFile("w") as file:
            file.write("a=1\n")
            file.flush()
            self.sent("--cookie", f"@{file.name}", status=2, err="line 1")


if __name__ == "__main__":
    unittest.main()
