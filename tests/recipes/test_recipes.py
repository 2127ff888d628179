"""Every command of wscope-recipes(7), as it stands there, against the server it is for.

Only the ports of the page (`localhost:8765`, `--listen 8765`) are replaced by those of the servers,
which are started anew for each recipe.
"""

import json
import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import types
import unittest
from pathlib import Path

from recipes.man_page import recipes
from support.foreign import Foreign
from support.program import TIME_FACTOR, TOP, WSCOPE, Running, environment, run
from support.terminal import CTRL_D, Terminal

SERVERS = TOP / "tests/interop/servers"
PAGE = recipes()
ran = {}  # title → how many of its commands were run


def recipe(title):
    """Marks the test of a recipe."""

    def mark(test):
        test.recipe = title
        return test

    return mark


class Recipe(unittest.TestCase):
    maxDiff = 4000

    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="wscope-recipe-")
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.server = None

    def start(self, script, *arguments):
        self.server = Foreign(sys.executable, SERVERS / script, *arguments)
        self.addCleanup(self.server.stop)

    def start_channels(self):
        self.server = Foreign(
            sys.executable, "-m", "daphne", "-b", "127.0.0.1", "-p", "0",
            "channels_echo:application",
            cwd=SERVERS,
            ready=r"Listening on TCP address 127\.0\.0\.1:(\d+)",
        )  # fmt: skip
        self.addCleanup(self.server.stop)

    def command(self, number=0):
        title = getattr(self, self._testMethodName).recipe
        text = PAGE[title][number]
        ran.setdefault(title, set()).add(number)
        if self.server:
            text, ports = re.subn(r"localhost:[1-9]\d{3}\b", f"127.0.0.1:{self.server.port}", text)
            self.assertGreater(ports, 0, f"{title}: no address of a server in it")
        return text.replace("--listen 8765", "--listen 0")

    def words(self, number=0):
        """A recipe that is one wscope, for a terminal."""
        words = shlex.split(self.command(number))
        self.assertEqual(words[0], "wscope")
        return words[1:]

    def terminal(self, *words):
        terminal = Terminal(*words)
        terminal.__enter__()
        self.addCleanup(terminal.__exit__, None, None, None)
        return terminal

    def shell(self, number=0):
        """The recipe in a shell of its own, in a folder of its own, with this wscope."""
        programs = Path(self.folder, ".programs")
        programs.mkdir(exist_ok=True)
        if not Path(programs, "wscope").exists():
            Path(programs, "wscope").symlink_to(Path(WSCOPE).resolve())
        browser = Path(programs, "chromium")
        # Debian's small Chromium has another name, and as root none of them has a sandbox.
        browser.write_text(f'#!/bin/sh\nexec {chromium()} --no-sandbox "$@"\n')
        browser.chmod(0o755)
        return subprocess.Popen(
            ["/bin/bash", "-c", self.command(number)],
            env=environment(PATH=f"{programs}:/usr/bin:/bin"),
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def run_shell(self, out, number=0, err=None, seconds=60):
        shell = self.shell(number)
        try:
            got, errors = shell.communicate(timeout=seconds * TIME_FACTOR)
        except subprocess.TimeoutExpired:
            os.killpg(shell.pid, signal.SIGKILL)
            got, errors = shell.communicate()
            self.fail(f"did not end\nstdout {got}\nstderr {errors}")
        self.assertEqual(got, out, errors)
        self.assertEqual(shell.returncode, 0, errors)
        for pattern in err or []:
            self.assertRegex(errors, pattern)
        return errors

    def leave(self, *terminals):
        for terminal in terminals:
            terminal.type(CTRL_D)
            self.assertEqual(terminal.wait(), 0)


def chromium():
    return shutil.which("chromium-headless-shell") or shutil.which("chromium") or "/no/chromium"


class WebSockets(Recipe):
    def setUp(self):
        super().setUp()
        self.start("websockets_examples.py")

    @recipe("One message, one reply")
    def test_one_message(self):
        self.run_shell("Hello, Server\n")

    @recipe("Look at the handshake and every frame")
    def test_long_lived_with_trace(self):
        shell = self.shell()
        self.addCleanup(shell.wait)
        self.addCleanup(shell.kill)
        lines = [shell.stdout.readline() for _ in range(5)]
        os.killpg(shell.pid, signal.SIGINT)  # what Ctrl-C does
        rest, errors = shell.communicate(timeout=20 * TIME_FACTOR)
        self.assertEqual(set(lines) | set(rest.splitlines(True)), {"hello world\n"})
        for pattern in (
            r"\] > GET /hello_world HTTP/1\.1\n",
            r"\] > Sec-WebSocket-Key: \S+\n",
            r"\] < HTTP/1\.1 101 Switching Protocols\n",
            r"\] < Sec-WebSocket-Accept: \S+\n",
            r'> TEXT fin len=11 mask=[0-9a-f]{8} "hello there"\n +00000000  68 65 6c 6c 6f 20 74',
            r'> TEXT fin len=11 mask=[0-9a-f]{8} "hello again"\n +00000000  68 65 6c 6c 6f 20 61',
            r'< TEXT fin .*"hello world"\n +00000000 ',
            r"\] > CLOSE .*1000 \(normal\)",
            r"\] < CLOSE .*1000 \(normal\)",
            r"\* end: status 130",
        ):
            self.assertRegex(errors, pattern)
        self.assertGreaterEqual(errors.count('"hello again"'), 4)

    @recipe("Greet a server")
    def test_words(self):
        self.run_shell("Server received: Hello, Server!\n")

    @recipe("Tell a lost connection from a good end")
    def test_how_it_ends(self):
        self.run_shell(
            "shuts: status 0\nI don't feel so\ndies: status 6\nfails: status 6\nnobody: status 3\n",
            err=["connection lost: ", "1011", "(?i)refused"],
        )

    @recipe("Chat in several terminals")
    def test_chat(self):
        words = self.words()
        ann, bob, eve = (self.terminal(*words) for _ in range(3))
        for terminal in (ann, bob, eve):
            terminal.wait_for("connected to")
        ann.type("hello, all\r")
        for terminal in (bob, eve):
            terminal.wait_for("< hello, all")
        self.leave(eve)
        bob.type("eve has gone\r")
        ann.wait_for("< eve has gone")
        self.assertNotIn("< hello, all", ann.text())
        self.leave(ann, bob)

    @recipe("Chat with one script")
    def test_chat_script(self):
        # The script's messages are shown, too.
        self.run_shell("hello, all\nhello, all\neve has gone\n")

    @recipe("Show a token")
    def test_token(self):
        self.run_shell("Welcome\nstatus 5\n", err=[r"\b401\b", "WWW-Authenticate"])

    @recipe("Show a token too late")
    def test_late_token(self):
        self.run_shell("Unauthorized\nstatus 6\n", err=["1008", "wrong token"])

    @recipe("Give a name, get a greeting")
    def test_greeting(self):
        self.run_shell("Hello Ada!\n")
        terminal = self.terminal(*self.words(1))
        terminal.wait_line(">")
        terminal.type("Grüße\r")
        terminal.wait_for("< Hello Grüße!")

    @recipe("Buzz with the space bar")
    def test_buzzer(self):
        words = self.words()
        players = [self.terminal(*words) for _ in range(3)]
        for player in players:
            player.wait_for("connected to")
        players[0].type(" ")
        players[0].wait_for("First place!")
        for player in players[1:]:
            player.type(" ")
            player.wait_for("Response time: ")
        for player in players[1:]:
            self.assertRegex(player.text(), r"< Response time: \d+\.\d+ sec slower\.")
            self.assertNotIn("First place!", player.text())
        self.leave(*players)

    @recipe("Market data that survives a lost connection")
    def test_feed(self):
        shell = self.shell()
        out, errors = shell.communicate(timeout=60 * TIME_FACTOR)
        self.assertEqual(shell.returncode, 0, errors)
        prices = [json.loads(line) for line in out.splitlines()]
        # The server cuts the first connection behind its seventh price.
        seen = [(price["feed"], price["tick"]) for price in prices]
        wanted = [(1, tick) for tick in range(1, 8)] + [(2, tick) for tick in range(1, 14)]
        self.assertEqual(seen, wanted)
        self.assertRegex(errors, "connection lost: .*; connecting again in ")
        self.server.wait_for(r"(?s)subscribed EURUSD.*subscribed EURUSD")
        record = Path(self.folder, "feed.jsonl").read_text().splitlines()
        events = [json.loads(line) for line in record]
        self.assertEqual(sum(event["event"] == "open" for event in events), 2)
        self.assertEqual(
            [event["data"] for event in events if event.get("dir") == "recv"], out.splitlines()
        )
        sent = [event["data"] for event in events if event.get("dir") == "send"]
        self.assertEqual(sent, ['{"subscribe":"EURUSD"}'] * 2)


class Shells(Recipe):
    def setUp(self):
        super().setUp()
        self.start("websockets_examples.py")

    @recipe("Ask once, safely, in a script")
    def test_ask_once(self):
        self.run_shell("ping\n")
        self.server.stop()
        self.run_shell("down: 3\n", err=["(?i)refused"])

    @recipe("In a loop that reads")
    def test_loop(self):
        self.run_shell("/echo: status 0\n/token: status 5\n/ticks: status 0\n")

    @recipe("Measure how long it takes")
    def test_latency(self):
        shell = self.shell()
        out, errors = shell.communicate(timeout=30 * TIME_FACTOR)
        *trips, answer = out.splitlines()
        self.assertEqual((shell.returncode, answer), (0, "ping"), errors)
        self.assertGreaterEqual(len(trips), 1, out)
        self.assertTrue(all(0 < float(trip) < 5 for trip in trips), out)
        self.assertRegex(errors, r"(?m)^  first message +\d+\.\d ms$")
        terminal = self.terminal(*self.words(1))
        terminal.wait_for("connected to")
        terminal.wait_for("pong")
        self.leave(terminal)

    @recipe("Talk to and fro in bash")
    def test_coproc(self):
        self.run_shell("got: Server received: Ada\ngot: Server received: Bob\n")

    @recipe("Keep a stream, compressed")
    def test_gzip(self):
        self.run_shell("1\n2\n3\n4\n5\n")

    @recipe("Send what a log gets")
    def test_log(self):
        log = Path(self.folder, "app.log")
        log.write_text("before\n")
        shell = self.shell()
        try:
            heard = []
            reader = threading.Thread(target=lambda: heard.append(shell.stdout.readline()))
            reader.start()
            # tail may not have looked at the end of the file yet.
            for number in range(200):
                with log.open("a") as file:
                    file.write(f"line {number}\n")
                reader.join(0.1 * TIME_FACTOR)
                if heard:
                    break
            self.assertRegex(heard[0], r"^line \d+\n$")
        finally:
            os.killpg(shell.pid, signal.SIGKILL)
            shell.communicate()

    def run_line(self, line):
        """A line that is not for a shell of ours, with this wscope and nothing on stdin."""
        return subprocess.run(
            ["/bin/sh", "-c", line], stdin=subprocess.DEVNULL, capture_output=True, text=True,
            timeout=30 * TIME_FACTOR, env=environment(),
        )  # fmt: skip

    @recipe("A service of systemd")
    def test_service(self):
        [line] = re.findall(r"(?m)^ExecStart=(.*)$", self.command())
        words = shlex.split(line)
        self.assertEqual(words.pop(0), "/usr/bin/wscope")
        with Running(*words) as service:
            service.wait_out("hello world\n")
            service.signal()
            self.assertEqual(service.wait().status, 130)

    @recipe("A line for cron")
    def test_cron(self):
        fields = self.command().strip().split(" ", 5)
        self.assertEqual(fields[:5], ["*/5", "*", "*", "*", "*"])
        line = re.sub(r"\bwscope\b", shlex.quote(str(WSCOPE)), fields[5], count=1)
        ended = self.run_line(line)
        self.assertEqual((ended.returncode, ended.stdout, ended.stderr), (0, "", ""))
        self.server.stop()
        ended = self.run_line(line)
        self.assertEqual(ended.returncode, 3)
        self.assertRegex(ended.stderr, "(?i)refused")


class Dialects(Recipe):
    def setUp(self):
        super().setUp()
        self.start("dialects.py")

    @recipe("JSON-RPC: call a method, pick its result")
    def test_jsonrpc(self):
        self.run_shell("19\n")
        self.run_shell("done\n", number=1)

    @recipe("GraphQL: a query from a file, with a token")
    def test_graphql(self):
        self.run_shell("world\n")
        self.server.wait_for(r'init \{"Authorization": "Bearer open sesame"\}')
        self.run_shell("0\n1\n2\n", number=1)

    @recipe("STOMP: subscribe, send, and wait for the receipt")
    def test_stomp(self):
        self.run_shell("5\n", err=["UNSUBSCRIBE 0"])
        self.server.wait_for("authorized Bearer open sesame")


class Listening(Recipe):
    @recipe("Be the chat server")
    def test_chat_server(self):
        server = self.terminal(*self.words())
        server.wait_for("listening on")
        port = re.search(r"127\.0\.0\.1:(\d+)", server.text())[1]
        url = f"ws://127.0.0.1:{port}/"
        with Running("-w", "-1", url) as ann:
            server.wait_for("client 1 connected")
            with Running("-w", "-1", url) as bob:
                server.wait_for("client 2 connected")
                self.chat(server, ann, bob)

    def chat(self, server, ann, bob):
        ann.send("hello\n")
        bob.wait_out("hello\n")
        bob.send("hi\n")
        ann.wait_out("hi\n")
        server.type("closing soon\r")
        ann.wait_out("closing soon\n")
        bob.wait_out("closing soon\n")
        server.wait_for("[1] hello")
        server.wait_for("[2] hi")
        server.type("/to 2 psst\r")
        bob.wait_out("psst\n")
        self.leave(server)
        self.assertEqual(ann.wait().out.decode(), "hi\nclosing soon\n")
        self.assertEqual(bob.wait().out.decode(), "hello\nclosing soon\npsst\n")

    @recipe("Ask for a token")
    def test_both_ends_of_a_token(self):
        # The server prints what its clients say, as the client does with the echo.
        self.run_shell("let me in\nlet me in\nstatus 5\n", err=[r"\b401\b"])


    @recipe("TCP over WebSocket")
    def test_tunnel(self):
        with socket.create_server(("127.0.0.1", 0)) as service:
            port = service.getsockname()[1]
            words = [w.replace("localhost:8080", f"127.0.0.1:{port}") for w in self.words()]
            self.assertIn(str(port), words[-1])
            asked = []

            def answer():
                client, _ = service.accept()
                with client:
                    while not asked or not asked[-1].endswith(b"\r\n\r\n"):
                        asked.append(b"".join(asked[-1:]) + client.recv(4096))
                    client.sendall(b"HTTP/1.0 200 OK\r\n\r\nhello\n")

            thread = threading.Thread(target=answer, daemon=True)
            thread.start()
            with Running(*words) as server:
                server.wait_err("/\n")
                told = re.search(rb"127\.0\.0\.1:(\d+)", bytes(server.err))
                self.server = types.SimpleNamespace(port=int(told[1]))
                self.run_shell("HTTP/1.0 200 OK\n\nhello\n", number=1)
            thread.join()
            self.assertEqual(asked[-1], b"GET / HTTP/1.0\r\n\r\n")


class SocketIo(Recipe):
    GREETING = '"my event" {"data":"Connected"}\n'

    @recipe("Flask-SocketIO: events both ways")
    def test_events(self):
        self.start("flask_socketio_events.py")
        shown = (
            'message "hello world"\nmessage {"hello":"world"}\njson {"a":[1,2.5,null]}\n'
            '"my event" {"to":"all"}\n'
        )
        self.run_shell(
            self.GREETING + shown,
            err=[
                r"> GET /socket\.io/\?EIO=4&transport=websocket HTTP/1\.1",
                r"< HTTP/1\.1 101 ",
                r'> TEXT fin .*"40"',
                r"> TEXT fin .*42\[.*hello world",
                r'> TEXT fin .*"41"',
            ],
        )

    @recipe("Flask-SocketIO: a namespace that asks for a token")
    def test_namespace(self):
        self.start("flask_socketio_events.py")
        self.run_shell('welcome "open sesame"\nmessage "hi"\n')

    @recipe("Flask-SocketIO: broadcast")
    def test_broadcast(self):
        self.start("flask_socketio_events.py")
        words = self.words()
        ann, bob = self.terminal(*words), self.terminal(*words)
        for terminal in (ann, bob):
            terminal.wait_for('"my event" {"data":"Connected"}')
        ann.type('"my event" {"from":"ann"}\r')
        for terminal in (ann, bob):
            terminal.wait_for('< "my event" {"from":"ann"}')
        self.leave(ann, bob)

    @recipe("python-socketio: a message for everybody")
    def test_python_socketio(self):
        self.start("python_socketio_echo.py")
        with Running("--socketio", self.server.url) as other:
            self.server.wait_for("connect")
            self.run_shell('message {"hello":"world"}\n')
            other.wait_out('message {"hello":"world"}\n')
            self.server.wait_for(r"message \{'hello': 'world'\}")
            self.server.wait_for("disconnect")


class Frameworks(Recipe):
    @recipe("Tornado")
    def test_tornado(self):
        self.start("tornado_said.py")
        self.run_shell("You said: Hello, World!\n")
        terminal = self.terminal(*self.words(1))
        terminal.wait_line(">")
        terminal.type("Hello from a person\r")
        terminal.wait_for("< You said: Hello from a person")
        self.leave(terminal)

    @recipe("A small server of one's own")
    def test_small_server(self):
        self.start("small_server.py")
        words = self.words()
        clients = [self.terminal(*words) for _ in range(3)]
        for client in clients:
            client.wait_for("connected to")
        self.server.wait_for("(?s)(connected.*){3}")
        clients[1].type("to all of you\r")
        for client in clients:
            client.wait_for("< to all of you")
        self.leave(*clients)
        self.server.wait_for("(?s)(gone.*){3}")

    @recipe("Django channels")
    def test_channels(self):
        self.start_channels()
        self.run_shell("hello\n")
        self.server.wait_for("disconnected 1000")

    @recipe("Autobahn")
    def test_autobahn(self):
        self.start("autobahn_echo.py")
        self.run_shell("hello\n")
        self.server.wait_for("closed True 1000")


class Browser(Recipe):
    @recipe("Chrome's remote debugging")
    def test_chrome(self):
        if not os.path.exists(chromium()):
            self.fail("no Chromium: scripts/install_packages.sh --tests installs it")
        self.run_shell("status 0\n")
        messages = Path(self.folder, "messages").read_text()
        self.assertIn('"value":"of object 42"', messages)


class TheWholePage(unittest.TestCase):
    def test_each_command_has_its_test(self):
        marked = [
            getattr(value, "recipe", None)
            for kind in Recipe.__subclasses__()
            for value in vars(kind).values()
        ]
        self.assertEqual(sorted(filter(None, marked)), sorted(PAGE))

    def test_wscope_is_there(self):
        """Else every shell above fails for a reason that is hard to see."""
        self.assertEqual(run("--version").status, 0)


def tearDownModule():  # noqa: N802
    """What was run: all commands of each recipe that was run at all."""
    for title, numbers in ran.items():
        missed = set(range(len(PAGE[title]))) - numbers
        assert not missed, f"{title}: command {sorted(missed)} was not run"


if __name__ == "__main__":
    unittest.main()
