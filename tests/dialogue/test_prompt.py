"""What the prompt does besides talking: commands, keys that send, state, reading aids."""

import json
import re
import stat
import tempfile
import threading
import unittest
from pathlib import Path
from types import SimpleNamespace

from dialogue.test_listen import RawClient
from support import frames
from support.certificates import Certificates
from support.program import environment, eventually
from support.server import PeerGone, Server, unused_port
from support.terminal import CTRL_C, CTRL_D, PIPE, UP, Terminal
from test_repl import Prompting, Repl

CTRL_R = "\x12"


class Echoing(Prompting):
    """Gives each message back; the Close of `says_bye` when asked to."""

    def __call__(self, peer):
        peer.accept(*self.headers)
        self.peer = peer
        self.open.set()
        try:
            while True:
                frame = peer.read_frame()
                if frame.opcode == frames.CLOSE:
                    peer.frame(frames.CLOSE, frame.payload)
                    return peer.end()
                if frame.opcode == frames.PING:
                    peer.frame(frames.PONG, frame.payload)
                    self.pings += 1
                elif frame.payload == b"bye":
                    peer.frame(frames.CLOSE, frames.close_payload(4001, "had enough"))
                    return peer.end()
                elif frame.payload == b"cut":
                    return peer.sock.close()
                else:
                    self.got.append((frame.opcode, frame.payload))
                    peer.frame(frame.opcode, frame.payload)
        except (PeerGone, OSError):
            return None

    headers = ()
    pings = 0


class Silent(Prompting):
    """Agrees to the headers it was given, and answers nothing."""

    def __call__(self, peer):
        peer.accept(*self.headers)
        try:
            while True:
                self.got.append(peer.read_frame().opcode)
        except (PeerGone, OSError):
            return None


class Keys(Repl):
    def test_a_key_sends_and_delta_shows_the_time_to_the_answer(self):
        terminal, script = self.at_prompt("--on-key", "space=buzz", "-t", "delta")
        terminal.type(" ")
        self.got(script, (frames.TEXT, b"buzz"))
        terminal.wait_for("> buzz")
        script.ended.wait(0.3)  # the other player thinks
        script.say(frames.TEXT, "late")
        terminal.wait_for("< late")
        waited = float(re.search(r"\+([\d.]+) < late", terminal.text())[1])
        self.assertGreaterEqual(waited, 0.3)
        self.assertLess(waited, 3)
        self.assertRegex(terminal.text(), r"(?m)^ +\+[\d.]+ > buzz\n +\+[\d.]+ < late\n>$")

    def test_a_line_that_is_begun_takes_the_key_as_it_is(self):
        terminal, script = self.at_prompt("--on-key", "space=buzz")
        terminal.type("a b\r")
        self.got(script, (frames.TEXT, b"a b"))

    def test_what_keys_send_is_not_in_the_history(self):
        terminal, script = self.at_prompt("--on-key", "space=buzz")
        terminal.type("typed\r ")
        self.got(script, (frames.TEXT, b"typed"), (frames.TEXT, b"buzz"))
        terminal.type(UP)
        terminal.wait_line("> typed")


class ShownWhenSent(Repl):
    def test_what_nobody_typed(self):
        terminal, script = self.at_prompt("-i", "-x", "from the command line", "--echo")
        terminal.wait_for("> from the command line")
        script.say(frames.TEXT, "to be echoed")
        terminal.wait_for("> to be echoed")
        terminal.type("typed once\r")
        self.got(
            script,
            (frames.TEXT, b"from the command line"),
            (frames.TEXT, b"to be echoed"),
            (frames.TEXT, b"typed once"),
        )
        script.say(frames.TEXT, "the last")  # behind it, so all of the rest has been shown
        terminal.wait_for("> the last")
        self.assertEqual(terminal.text().count("typed once"), 1)

    def test_what_an_editor_made(self):
        with tempfile.TemporaryDirectory() as folder:
            editor = Path(folder) / "editor"
            editor.write_text("#!/bin/sh\nprintf 'one\\ntwo\\n' > \"$1\"\n")
            editor.chmod(0o755)
            terminal, script = self.at_prompt(
                env=environment(VISUAL=None, EDITOR=str(editor))
            )
            terminal.type("/edit\r")
            self.got(script, (frames.TEXT, b"one\ntwo"))
            terminal.wait_for("> one\n  two")
            self.prompt(terminal)


class State(Repl):
    def talk(self, *words, **how):
        terminal, script = self.start(*words, script=Echoing(), **how)
        terminal.wait_for("connected to ")
        self.prompt(terminal)
        return terminal, script

    def table(self, terminal):
        told = terminal.text().count("round trip  ") + 1
        terminal.type("/info\r")
        terminal.wait_until(lambda s: s.text().count("round trip  ") == told, "/info")
        self.prompt(terminal)
        rows = terminal.text().split("/info\n")[-1].split("\n")[:-1]
        return {row[2:13].strip() or f"+{i}": row[15:] for i, row in enumerate(rows)}

    def test_info(self):
        terminal, _ = self.talk()
        terminal.type("hello\r")
        terminal.wait_for("< hello")
        table = self.table(terminal)
        self.assertRegex(table["url"], r"^ws://127\.0\.0\.1:\d+/$")
        self.assertRegex(table["local"], r"^127\.0\.0\.1:\d+$")
        self.assertEqual("ws://" + table["peer"] + "/", table["url"])
        self.assertEqual(table["TLS"], "none: not encrypted")
        self.assertEqual(table["sent"], "1 message, 5 bytes (11 on the wire)")
        self.assertEqual(table["received"], "1 message, 5 bytes (7 on the wire)")
        self.assertRegex(table["open for"], r"^\d+\.\d s$")
        self.assertEqual(table["round trip"], "not measured: /ping does it")
        terminal.type("/ping\r")
        terminal.wait_for("pong (")
        terminal.type("/ping again\r")
        terminal.wait_for("pong again (")
        self.assertRegex(
            self.table(terminal)["round trip"], r"^[\d.]+ ms \(of 2: least .* ms, average .* most"
        )

    def test_info_is_told_with_q_too(self):
        terminal, script = self.start("-q", script=Echoing())
        self.assertTrue(script.open.wait(10))
        self.prompt(terminal)
        self.assertIn("peer", self.table(terminal))

    def test_info_of_tls_compression_and_subprotocol(self):
        certificates = Certificates.shared()
        script = Silent()
        script.headers = (
            "Sec-WebSocket-Protocol: chat",
            "Sec-WebSocket-Extensions: permessage-deflate; client_no_context_takeover",
        )
        server = Server(script, tls=certificates.server_context("good"))
        server.__enter__()
        self.addCleanup(lambda: server.__exit__(None, None, None))
        terminal = Terminal("--ca", certificates.ca, "-s", "chat", server.url)
        self.addCleanup(lambda: terminal.__exit__(None, None, None))
        terminal.wait_for("connected to ")
        terminal.type("x" * 500 + "\r")
        eventually(lambda: script.got, 10, "the message")
        table = self.table(terminal)
        self.assertRegex(table["TLS"], r"^TLSv1\.[23], \w+")
        self.assertIn("CN=", table["certificate"])
        text = terminal.text()
        self.assertRegex(text, r"(?m)^ +issued by CN=")
        self.assertRegex(text, r"(?m)^ +valid from 20\d\d-.*Z to 20\d\d-.*Z$")
        self.assertRegex(text, r"(?m)^ +verified$")
        self.assertEqual(table["subprotocol"], "chat")
        self.assertEqual(
            table["extensions"], "permessage-deflate; client_no_context_takeover"
        )
        self.assertRegex(table["compression"], r"^sent 500 bytes as \d+ \(\d\.\d %\)$")

    def test_trace_on_and_off_while_connected(self):
        terminal, _ = self.talk()
        terminal.type("one\r")
        terminal.wait_for("< one")
        self.assertNotIn("TEXT", terminal.text())
        terminal.type("/trace on\r")
        terminal.type("two\r")
        terminal.wait_for("< two")
        self.assertRegex(terminal.text(), r'> TEXT fin len=3 mask=[0-9a-f]{8} "two"')
        self.assertRegex(terminal.text(), r'< TEXT fin len=3 "two"')
        terminal.type("/trace off\r")
        terminal.type("three\r")
        terminal.wait_for("< three")
        self.assertNotIn('"three"', terminal.text())

    def test_the_close_tells_code_name_reason_and_who_was_first(self):
        terminal, _ = self.talk()
        terminal.type("bye\r")
        terminal.wait_for('closed by the server: 4001 (private use) "had enough"')
        terminal.wait_for("not connected: /reconnect or /quit")
        self.prompt(terminal)
        terminal.type("/reconnect\r")
        terminal.wait_until(lambda s: s.text().count("connected to ws") == 2, "connected again")
        terminal.type("/close going-away so long\r")
        terminal.wait_for('closed by wscope: 1001 (going away) "so long"')
        terminal.type("/quit\r")
        self.assertEqual(terminal.wait(), 0)

    def test_a_lost_connection_is_told_and_the_prompt_stays(self):
        terminal, _ = self.talk()
        terminal.type("cut\r")
        terminal.wait_for("connection lost")
        terminal.type("nobody hears this\r")
        terminal.wait_for("not connected, nothing was sent")
        terminal.type("/info\r/reconnect\r")
        terminal.wait_until(lambda s: s.text().count("connected to ws") == 2, "connected again")
        terminal.type("heard\r")
        terminal.wait_for("< heard")
        self.assertTrue(terminal.running())

    def test_a_reconnect_that_fails_leaves_the_prompt(self):
        visits = []

        class Away(Echoing):
            def __call__(self, peer):
                visits.append(peer)
                if len(visits) == 2:
                    peer.read_request()
                    return peer.send(b"HTTP/1.1 503 Away\r\nContent-Length: 0\r\n\r\n")
                return super().__call__(peer)

        terminal, _ = self.start(script=Away())
        terminal.wait_for("connected to ")
        self.prompt(terminal)
        terminal.type("cut\r")
        terminal.wait_for("not connected: /reconnect or /quit")
        terminal.type("/reconnect\r")
        terminal.wait_for("503 Away")
        terminal.wait_until(
            lambda s: s.text().count("not connected: /reconnect or /quit") == 2, "what to do"
        )
        terminal.type("/reconnect\r")
        terminal.wait_until(lambda s: s.text().count("connected to ws") == 2, "connected again")
        terminal.type("heard\r")
        terminal.wait_for("< heard")
        terminal.type("/quit\r")
        self.assertEqual(terminal.wait(), 0)

    def test_the_first_connection_that_fails_ends_it(self):
        def away(peer):
            peer.read_request()
            peer.send(b"HTTP/1.1 503 Away\r\nContent-Length: 0\r\n\r\n")

        terminal, _ = self.start(script=away)
        self.assertEqual(terminal.wait(), 5)
        self.assertNotIn("/reconnect", terminal.text())

    def test_what_waited_for_a_connection_and_was_not_sent_is_told(self):
        terminal, _ = self.start(script=lambda peer: peer.stall())
        terminal.type("one\r/info\rtwo\r")
        terminal.wait_for("still connecting to ws://127.0.0.1:")
        self.prompt(terminal)
        terminal.type(CTRL_D)
        self.assertEqual(terminal.wait(), 0)
        self.assertIn("2 messages not sent", terminal.text())

    def test_what_waited_for_the_next_connection_is_told_too(self):
        visits = []

        def once(peer):
            visits.append(peer)
            peer.read_request()
            if len(visits) > 1:
                return peer.stall()
            peer.accept()
            return peer.drop()

        terminal, _ = self.start("--reconnect", script=once)
        terminal.wait_for("connecting again in")
        terminal.type("lost\r")
        terminal.wait_line(">")
        terminal.type(CTRL_D)
        self.assertEqual(terminal.wait(), 0)
        self.assertIn("1 message not sent", terminal.text())

    def test_who_has_left_need_not_wait_for_the_servers_close(self):
        def deaf(peer):
            peer.accept()
            peer.stall()

        for leaving in (CTRL_D, CTRL_C, "/quit\r"):
            with self.subTest(leaving):
                terminal, _ = self.start("--close-timeout", "1000", script=deaf)
                terminal.wait_for("connected to ")
                terminal.type(leaving)
                terminal.wait_for("still waiting for the server's Close: Ctrl-C leaves at once")
                terminal.type(CTRL_C)
                self.assertEqual(terminal.wait(), 0)

    def test_what_a_server_did_not_read_is_told(self):
        def stops(peer):
            peer.accept()
            peer.stall()

        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "big"
            file.write_bytes(b"x" * (32 << 20))
            terminal, _ = self.start("--close-timeout", "0.3", script=stops)
            terminal.wait_for("connected to ")
            terminal.type(f"/file {file}\r/quit\r")
            self.assertEqual(terminal.wait(), 0)
            self.assertIn("1 message not sent", terminal.text())

    def test_who_has_much_that_waits_can_leave(self):
        with tempfile.NamedTemporaryFile() as file:
            file.write(b"a" * 2_000_000)
            file.flush()
            holder, port = unused_port()
            self.addCleanup(holder.close)
            for keys in (CTRL_C, CTRL_D, "/quit\r", "a line\r" + CTRL_C + CTRL_C, "a" + CTRL_C + "/quit\r"):
                words = ("--reconnect", f"ws://127.0.0.1:{port}/")
                with self.subTest(keys), Terminal(*words) as terminal:
                    terminal.wait_for("connecting again in")
                    terminal.type(f"/file {file.name}\r")
                    terminal.wait_line(">")
                    terminal.type(keys)
                    self.assertEqual(terminal.wait(), 0)
                    self.assertIn("1 message not sent", terminal.text())

    def test_what_is_typed_behind_much_that_waits_goes_out_in_its_order(self):
        read_now = threading.Event()

        def late(peer):
            peer.accept()
            read_now.wait(60)
            return peer.answer_close()

        with tempfile.NamedTemporaryFile() as file, Server(late) as server:
            file.write(b"a" * 9_000_000)
            file.flush()
            with Terminal(server.url) as terminal:
                terminal.wait_for("connected to")
                terminal.type(f"/file {file.name}\r" * 2)
                terminal.type("behind")
                terminal.wait_line("> behind")
                terminal.type("\r")
                terminal.wait_for("much waits to be sent")
                terminal.type("dropped" + CTRL_C + "one\rtwo\rthree")
                terminal.wait_line("> one")
                read_now.set()
                terminal.wait_line("> three")
                terminal.type("\r/quit\r")
                self.assertEqual(terminal.wait(), 0)
            got = server.result()
        self.assertEqual([len(one) for one in got[:2]], [9_000_000] * 2)
        self.assertEqual(got[2:], ["one", "two", "three"])

    def test_what_was_queued_when_the_connection_was_lost_is_told(self):
        def cuts(peer):
            peer.accept()
            peer.read_exactly(1 << 20)
            peer.reset()

        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "big"
            file.write_bytes(b"x" * (32 << 20))
            terminal, _ = self.start(script=cuts)
            terminal.wait_for("connected to ")
            terminal.type(f"/file {file}\r")
            terminal.wait_for("not connected: /reconnect or /quit")
            self.assertIn("1 message not sent", terminal.text())

    def test_the_close_of_the_server_is_told_once(self):
        terminal, _ = self.talk()
        terminal.type("bye\r")
        terminal.wait_for("not connected: /reconnect or /quit")
        self.assertEqual(terminal.text().count("4001"), 1, terminal.text())

    def test_a_close_of_ours_is_told_once(self):
        terminal, _ = self.talk()
        terminal.type("/close 4002 ours\r")
        terminal.wait_for("not connected: /reconnect or /quit")
        text = terminal.text().split("/close", 1)[1].split("\n", 1)[1]
        self.assertEqual(text.count("4002"), 1, text)

    def test_exit_on_close(self):
        for word, status in (("bye", 6), ("cut", 6)):
            with self.subTest(word):
                terminal, _ = self.talk("--exit-on-close")
                terminal.type(word + "\r")
                self.assertEqual(terminal.wait(), status)
                self.assertNotIn("/reconnect", terminal.text())

    def test_pings_and_pongs_with_their_round_trip(self):
        terminal, script = self.talk("-P")
        terminal.type("/ping mine\r")
        terminal.wait_for('> ping "mine"')
        terminal.wait_until(lambda s: re.search(r'< pong "mine" \([\d.]+ ms\)', s.text()), "pong")
        script.say(frames.PING, b"theirs")
        terminal.wait_for('< ping "theirs"')
        terminal.wait_for('> pong "theirs"')


class ListeningAtAPrompt(Repl):
    def listen(self, *words):
        terminal = Terminal("--listen", "127.0.0.1:0", *words)
        self.addCleanup(lambda: terminal.__exit__(None, None, None))
        terminal.wait_for("listening on ws://127.0.0.1:")
        self.prompt(terminal)
        host, port = re.search(r"ws://([\d.]+):(\d+)/", terminal.text()).groups()
        return terminal, SimpleNamespace(host=host, port=int(port))

    def client(self, server):
        client = RawClient(server).open()
        self.addCleanup(client.sock.close)
        return client

    def test_what_is_typed_reaches_the_clients(self):
        terminal, server = self.listen()
        terminal.wait_for("what is typed waits for the first client")
        terminal.type("early\r")
        first = self.client(server)
        self.assertEqual(first.read_message(), "early")
        terminal.wait_for("client 1 connected")
        terminal.type("/info\r")
        terminal.wait_for("1 open client")
        second = self.client(server)
        terminal.wait_for("client 2 connected")
        terminal.type("/to 1 only you\rall\r/to 7 nobody\r")
        self.assertEqual(first.read_message(), "only you")
        self.assertEqual(first.read_message(), "all")
        self.assertEqual(second.read_message(), "all")
        terminal.wait_for("there is no client 7: nothing was sent")
        terminal.type(CTRL_D)
        for client in (first, second):
            self.assertEqual(client.read_frame().code, 1001)
            client.sock.close()
        self.assertEqual(terminal.wait(), 0)

    def test_who_leaves_waits_for_no_client_that_does_not_read(self):
        terminal, server = self.listen("--close-timeout", "0.3")
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "big"
            file.write_bytes(b"x" * (32 << 20))
            self.client(server)
            terminal.wait_for("client 1 connected")
            terminal.type(f"/file {file}\r/quit\r")
            self.assertEqual(terminal.wait(), 0)


class Quiet(Repl):
    def test_status_is_quiet_and_never_on_stdout(self):
        terminal, script = self.start("--ping-interval", "0.05", stdout=PIPE, script=Echoing())
        terminal.wait_for("connected to ")
        self.prompt(terminal)
        before = bytes(terminal.raw)
        # Ten pings go to and fro, and nothing is to be seen of them.
        pings = script.pings + 10
        eventually(lambda: script.pings >= pings, 10, "ten pings")
        self.assertEqual(bytes(terminal.raw), before)
        terminal.type("/ping\r/info\r/nope\r/help\rbye\r")
        terminal.wait_for("not connected: /reconnect or /quit")
        terminal.type(CTRL_D)
        self.assertEqual(terminal.wait(), 0)
        self.assertEqual(terminal.out, b"")


class Reading(Repl):
    def test_colour_by_direction_json_and_escapes(self):
        terminal, script = self.at_prompt("-i", "-x", "sent")
        script.say(frames.TEXT, '{"a": 1, "b": "c", "d": null}')
        script.say(frames.TEXT, "x\x1by")
        terminal.wait_for("\\x1b")
        raw = bytes(terminal.raw).decode()
        marks = {mark: re.search(r"((?:\x1b\[[\d;]+m)+)" + mark + " ", raw)[1] for mark in "<>"}
        self.assertNotEqual(marks["<"], marks[">"])
        kinds = [
            re.search(r"(\x1b\[[\d;]+m)" + re.escape(part), raw)[1]
            for part in ('"a"', "1", '"c"', "null")
        ]
        self.assertEqual(len(set(kinds[:3])), 3, kinds)
        self.assertRegex(raw, r"\x1b\[7m\\x1b\x1b\[0m")

    def test_pretty_keeps_digits_and_order(self):
        terminal, script = self.at_prompt("--pretty", "--no-color")
        text = '{"z":1.50,"a":12345678901234567890123,"m":[1e400,-0.0],"a":"twice"}'
        script.say(frames.TEXT, text)
        terminal.wait_for("twice")
        self.prompt(terminal)
        shown = terminal.text().split("< ", 1)[1].rsplit("\n", 1)[0]
        self.assertEqual("".join(shown.split()), text)
        self.assertGreater(len(shown.split("\n")), 6)
        json.loads(shown)

    def test_times(self):
        for kind, form in (
            ("local", r"\d\d:\d\d:\d\d\.\d{3}"),
            ("utc", r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"),
            ("relative", r" +\d+\.\d{3}"),
            ("delta", r" +\+\d+\.\d{3}"),
        ):
            with self.subTest(kind):
                terminal, script = self.at_prompt("--timestamps", kind)
                script.say(frames.TEXT, "timed")
                terminal.wait_for("< timed")
                self.assertRegex(terminal.text(), rf"(?m)^{form} < timed$")


class Pasting(Repl):
    def test_1_mib_of_lines_arrives_as_one_message(self):
        terminal, script = self.at_prompt()
        text = "\n".join(f"line {number} " + "äöü" * 10 for number in range(15000))
        self.assertGreater(len(text.encode()), 1 << 20)
        terminal.paste(text)
        terminal.wait_line("> [paste 1: 1.0 MiB, 15000 lines]", 20)
        script.say(frames.TEXT, "above it")
        terminal.wait_for("< above it")
        terminal.type("\r")
        self.got(script, (frames.TEXT, text.encode()))

    def test_json_over_lines_arrives_as_one_message(self):
        terminal, script = self.at_prompt()
        terminal.type('{"a":\r')
        terminal.wait_line(".")
        terminal.type("\x03")
        self.prompt(terminal)
        terminal.type('{"b": [\r1,\r2]}\rback\\\rslash\r')
        self.got(script, (frames.TEXT, b'{"b": [\n1,\n2]}'), (frames.TEXT, b"back\nslash"))


class History(Repl):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory(prefix="wscope-state-")
        self.addCleanup(self.folder.cleanup)
        self.env = environment(XDG_STATE_HOME=self.folder.name)

    def test_it_is_per_host_and_private(self):
        first, heard_first = self.at_prompt(env=self.env)
        first.type("to the first\r")
        self.got(heard_first, (frames.TEXT, b"to the first"))
        second, heard_second = self.at_prompt(env=self.env)
        second.type("to the second\r")
        self.got(heard_second, (frames.TEXT, b"to the second"))
        # The later line is another host's: this host's is nearer.
        again = Terminal(*first.words, env=self.env)
        self.addCleanup(lambda: again.__exit__(None, None, None))
        again.wait_for("connected to ")  # the prompt is there before, and its server still waits
        self.prompt(again)
        again.type(CTRL_R + "to the")
        again.wait_line("(reverse-i-search)`to the': to the first")
        again.type(CTRL_R)
        again.wait_line("(reverse-i-search)`to the': to the second")
        path = Path(self.folder.name) / "wscope/history"
        self.assertEqual(stat.S_IMODE(path.stat().st_mode), 0o600)
        self.assertEqual(stat.S_IMODE(path.parent.stat().st_mode), 0o700)
        hosts = [line.split("\t")[0] for line in path.read_text().splitlines()]
        self.assertEqual([host.split(":")[0] for host in hosts], ["127.0.0.1"] * 2)
        self.assertNotEqual(*hosts)


class Widths(Repl):
    def test_output_to_a_terminal_with_input_from_a_pipe(self):
        """No prompt, but marks, escapes and colour, at any width."""
        terminal, script = self.start("-w", "0.2", stdin=PIPE, columns=40)
        terminal.process.stdin.write(b"piped\n")
        self.got(script, (frames.TEXT, b"piped"))
        script.say(frames.TEXT, "w" * 60)
        terminal.process.stdin.close()
        self.assertEqual(terminal.wait(), 0)
        self.assertIn("> piped\n< " + "w" * 38 + "\n" + "w" * 22, terminal.text())
        self.assertNotIn(b"\x1b[?2004h", terminal.raw)

    def test_stdout_and_stderr_to_files_while_typing(self):
        """Without a place for a prompt the terminal is read as a pipe is: line by line."""
        terminal, script = self.start("-w", "0.2", stdout=PIPE, stderr=PIPE)
        self.assertTrue(script.open.wait(10))
        terminal.type("typed\r")
        self.got(script, (frames.TEXT, b"typed"))
        script.say(frames.TEXT, "answer")
        terminal.wait_out(b"answer\n")
        terminal.type(CTRL_D)
        self.assertEqual(terminal.wait(), 0)


class SocketIoUnasked(Repl):
    """A server that speaks Socket.IO to who doesn't."""

    NOTICE = "this server speaks Socket.IO: --socketio speaks it, too"
    HANDSHAKE = '0{"sid":"a","upgrades":[],"pingInterval":25000,"pingTimeout":20000}'

    def shown(self, *messages, words=()):
        terminal, script = self.start(*words)
        for message in (*messages, "the last"):
            script.say(frames.TEXT, message)
        terminal.wait_for("the last")
        return terminal.text()

    def test_the_first_message_tells(self):
        self.assertEqual(self.shown(self.HANDSHAKE, self.HANDSHAKE).count(self.NOTICE), 1)

    def test_no_later_one_and_nothing_else(self):
        self.assertNotIn(self.NOTICE, self.shown("welcome", self.HANDSHAKE))
        self.assertNotIn(self.NOTICE, self.shown('{"sid":"a"}'))
        self.assertNotIn(self.NOTICE, self.shown(self.HANDSHAKE, words=("--quiet",)))


if __name__ == "__main__":
    unittest.main()
