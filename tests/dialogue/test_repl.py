"""The REPL in a terminal: prompt, editing, messages above the line being typed, ways to leave."""

import contextlib
import os
import shlex
import signal
import subprocess
import termios
import threading
import unittest
from pathlib import Path

from support import frames
from support.program import WSCOPE, environment, eventually, waiting
from support.server import PeerGone, Server, echo, unused_port
from support.terminal import CTRL_C, CTRL_D, LEFT, PIPE, UP, Terminal
from support.tmux import TmuxScreen

CTRL_Q, CTRL_S = "\x11", "\x13"
ECHO = termios.ECHO | termios.ICANON


class Prompting:
    """A server whose test says when it sends: `say` puts a frame on the connection."""

    def __init__(self):
        self.peer = None
        self.open = threading.Event()
        self.got = []
        self.closed_with = "nothing"
        self.ended = threading.Event()

    def __call__(self, peer):
        peer.accept()
        self.peer = peer
        self.open.set()
        try:
            while True:
                frame = peer.read_frame()
                if frame.opcode == frames.CLOSE:
                    self.closed_with = frame.code
                    peer.frame(frames.CLOSE, frame.payload)
                    peer.end()
                    break
                self.got.append((frame.opcode, frame.payload))
        except (PeerGone, OSError):
            pass
        self.ended.set()

    def say(self, opcode, payload=b"", **how):
        assert self.open.wait(10)
        self.peer.frame(opcode, payload, **how)


class Repl(unittest.TestCase):
    maxDiff = 4000

    def start(self, *words, script=None, **how):
        script = script or Prompting()
        server = Server(script)
        server.__enter__()
        self.addCleanup(lambda: server.__exit__(None, None, None))
        terminal = Terminal(*words, server.url, **how)
        self.addCleanup(lambda: terminal.__exit__(None, None, None))
        return terminal, script

    def at_prompt(self, *words, **how):
        terminal, script = self.start(*words, **how)
        self.assertTrue(script.open.wait(10))
        terminal.wait_for("connected to ")  # who leaves before says no Close
        self.prompt(terminal)
        return terminal, script

    def prompt(self, terminal):
        terminal.wait_line(">")

    def got(self, script, *expected):
        eventually(lambda: len(script.got) >= len(expected), 10, f"{expected} at the server")
        self.assertEqual(script.got, list(expected))


class Talking(Repl):
    def test_a_line_is_sent_and_the_answer_shown(self):
        terminal, _ = self.start(script=echo)
        terminal.wait_for("connected to ")
        self.prompt(terminal)
        terminal.type("hello\r")
        terminal.wait_for("< hello")
        self.prompt(terminal)
        self.assertRegex(terminal.text(), r"(?m)^> hello\n< hello\n>")
        terminal.type(CTRL_D)
        self.assertEqual(terminal.wait(), 0)

    def test_editing_and_history(self):
        terminal, script = self.at_prompt()
        terminal.type("helo" + LEFT + "l\r")
        self.got(script, (frames.TEXT, b"hello"))
        terminal.type(UP)
        terminal.wait_line("> hello")
        terminal.type("!\r")
        self.got(script, (frames.TEXT, b"hello"), (frames.TEXT, b"hello!"))

    def test_utf8(self):
        terminal, script = self.at_prompt()
        terminal.type("grüß 漢字\r")
        self.got(script, (frames.TEXT, "grüß 漢字".encode()))

    def test_what_is_typed_before_the_connection_is_open_waits_for_it(self):
        go = threading.Event()

        class Late(Prompting):
            def __call__(self, peer):
                peer.read_request()
                go.wait(10)
                super().__call__(peer)

        terminal, script = self.start(script=Late())
        terminal.type("early\r")
        terminal.wait_for("early")
        go.set()
        self.got(script, (frames.TEXT, b"early"))

    def test_a_line_taller_than_the_screen_stays_whole_when_it_is_sent(self):
        terminal, script = self.at_prompt(rows=8, columns=30)
        line = " ".join(f"w{number:03}" for number in range(70))
        terminal.type(line)
        terminal.wait_until(lambda s: s.current_line().endswith("w069"), "its end")
        self.assertTrue(terminal.text().endswith("\n<" + terminal.screen.current_line()[1:]))
        terminal.type("\r")
        self.got(script, (frames.TEXT, line.encode()))
        self.prompt(terminal)
        rows = ["> " + line[:28]] + [line[at : at + 30].rstrip() for at in range(28, len(line), 30)]
        self.assertEqual(terminal.text().split("\n")[-len(rows) - 1 :], [*rows, ">"])

    def test_x_with_i_stays(self):
        terminal, script = self.at_prompt("-i", "-x", "first")
        self.got(script, (frames.TEXT, b"first"))
        terminal.type("second\r")
        self.got(script, (frames.TEXT, b"first"), (frames.TEXT, b"second"))
        self.assertTrue(terminal.running())


class Receiving(Repl):
    def test_messages_appear_above_the_half_typed_line(self):
        terminal, script = self.at_prompt()
        terminal.type("half typ")
        terminal.wait_line("> half typ")
        for number in range(3):
            script.say(frames.TEXT, f"message {number}")
        terminal.wait_for("< message 2")
        terminal.wait_line("> half typ")
        terminal.type("ed\r")
        self.got(script, (frames.TEXT, b"half typed"))
        self.assertRegex(
            terminal.text(), r"(?m)^< message 0\n< message 1\n< message 2\n> half typed$"
        )

    def test_above_a_line_of_several_rows(self):
        terminal, script = self.at_prompt(columns=40, rows=12)
        line = "".join(chr(ord("a") + n % 26) for n in range(100))
        terminal.type(line)
        terminal.wait_until(lambda s: s.text().replace("\n", "").endswith(line), "the line")
        script.say(frames.TEXT, "above")
        terminal.wait_for("< above")
        terminal.wait_until(
            lambda s: s.text().replace("\n", "").endswith("< above> " + line), "the line below"
        )

    def test_control_characters_are_escaped(self):
        terminal, script = self.at_prompt()
        script.say(frames.TEXT, "evil \x1b[2J\x1b]0;owned\x07 \r \x00 \x7f \u0085 \u202e end")
        terminal.wait_for("end")
        raw = bytes(terminal.raw)
        self.assertNotIn(b"\x1b[2J", raw)
        self.assertNotIn(b"owned\x07", raw)
        self.assertNotIn("\u202e".encode(), raw)
        self.assertNotIn("\u0085".encode(), raw)
        self.assertIsNone(terminal.screen.title)

    def test_control_characters_are_escaped_wherever_they_come_from(self):
        """The reason of a Close, a refusal's body, a header."""
        evil = b"\x1b]0;owned\x07"

        def closes(peer):
            peer.accept()
            peer.finish(4000, evil)

        def refuses(peer):
            peer.read_request()
            peer.send(b"HTTP/1.1 403 No" + evil + b"\r\nWWW-Authenticate: " + evil)
            peer.send(b"\r\nContent-Length: %d\r\n\r\n" % len(evil) + evil)
            peer.end()

        for script in (closes, refuses):
            for words in ([], ["--trace"]):
                with self.subTest(script=script.__name__, words=words):
                    terminal, _ = self.start("-w", "-1", "-x", "a", *words, script=script)
                    terminal.wait()
                    self.assertNotIn(evil, bytes(terminal.raw))
                    self.assertIsNone(terminal.screen.title)

    def test_binary_is_a_hexdump(self):
        terminal, script = self.at_prompt()
        script.say(frames.BINARY, bytes(range(32)) + b"ASCII")
        terminal.wait_for("ASCII")
        text = terminal.text()
        self.assertRegex(text, r"(?m)^ *00000000 +00 01 02 03 04 05 06 07 ")
        self.assertRegex(text, r"41 53 43 49 49")

    def test_a_flood_leaves_the_line_alone(self):
        terminal, script = self.at_prompt()
        terminal.type("precious")
        terminal.wait_line("> precious")
        for number in range(2000):
            script.say(frames.TEXT, f"flood {number}")
        terminal.wait_for("< flood 1999", 20)
        terminal.wait_line("> precious")
        shown = [line for line in terminal.text().split("\n") if line.startswith("< flood ")]
        self.assertEqual(shown, [f"< flood {number}" for number in range(2000)])

    def test_resize(self):
        terminal, script = self.at_prompt()
        terminal.resize(24, 50)
        terminal.type("x" * 60)
        terminal.wait_until(lambda s: "x" * 10 in s.current_line(), "the wrapped line")
        script.say(frames.TEXT, "after the resize")
        terminal.wait_for("< after the resize")
        terminal.type("\r")
        self.got(script, (frames.TEXT, b"x" * 60))


class Leaving(Repl):
    def test_ctrl_c_and_ctrl_d_leave_with_0_after_a_clean_close(self):
        for key in (CTRL_C, CTRL_D):
            with self.subTest(key):
                terminal, script = self.at_prompt()
                terminal.type(key)
                self.assertEqual(terminal.wait(), 0)
                self.assertTrue(script.ended.wait(5))
                self.assertEqual(script.closed_with, 1000)

    def test_before_there_is_a_connection_too(self):
        holder, port = unused_port()
        with holder, Server(lambda peer: peer.stall()) as silent:
            nobody = ("--reconnect", f"ws://127.0.0.1:{port}/")
            for words in ((silent.url,), nobody):
                for leaving in (CTRL_C, CTRL_D, "/quit\r", "typed\r/quit\r"):
                    with self.subTest(words=words, leaving=leaving), Terminal("--connect-timeout", "100", *words) as terminal:
                        self.prompt(terminal)
                        if words == nobody:
                            terminal.wait_for("connecting again")
                        terminal.type(leaving)
                        self.assertEqual(terminal.wait(), 0)

    def test_ctrl_c_leaves_from_a_half_typed_line_too(self):
        terminal, script = self.at_prompt()
        terminal.type("half")
        terminal.wait_line("> half")
        terminal.type(CTRL_C)
        if terminal.running():  # a first Ctrl-C may drop the line, as a shell does
            try:
                terminal.wait(2)
            except AssertionError:
                terminal.type(CTRL_C)
        self.assertEqual(terminal.wait(), 0)
        self.assertEqual(script.got, [])

    def test_the_terminal_is_put_back(self):
        terminal, _ = self.at_prompt()
        before = terminal.first_modes
        terminal.type("/quit\r")
        self.assertEqual(terminal.wait(), 0)
        self.assertEqual(terminal.modes(), before)
        self.assertFalse(terminal.screen.bracketed_paste)
        self.assertEqual(terminal.screen.column, 0, str(terminal))

    def test_the_terminal_is_put_back_after_the_servers_close_and_signals(self):
        for signal_number in (None, 15):
            with self.subTest(signal_number):
                terminal, script = self.at_prompt("--exit-on-close")
                if signal_number:
                    terminal.process.send_signal(signal_number)
                    self.assertEqual(terminal.wait(), 143)
                else:
                    script.say(frames.CLOSE, frames.close_payload(1000, "bye"))
                    self.assertEqual(terminal.wait(), 0)
                self.assertEqual(terminal.modes()[3] & ECHO, ECHO)
                self.assertFalse(terminal.screen.bracketed_paste)

    def test_the_servers_close_is_told(self):
        terminal, script = self.at_prompt("--exit-on-close")
        script.say(frames.CLOSE, frames.close_payload(4001, "had enough"))
        self.assertEqual(terminal.wait(), 6)
        self.assertIn("4001", terminal.text())
        self.assertIn("had enough", terminal.text())

    def test_a_server_that_can_not_be_reached(self):
        terminal = Terminal("ws://127.0.0.1:1/")
        self.addCleanup(lambda: terminal.__exit__(None, None, None))
        self.assertEqual(terminal.wait(), 3)
        self.assertIn("wscope: ", terminal.text())
        self.assertEqual(terminal.modes()[3] & ECHO, ECHO)

    def test_the_terminal_goes_away(self):
        terminal, script = self.at_prompt()
        terminal._stop_reading()
        os.close(terminal._slave)
        os.close(terminal.master)
        terminal.master, terminal._slave = os.pipe()  # something for __exit__ to close
        terminal.process.wait(10)
        self.assertTrue(script.ended.wait(5))


class Held(Repl):
    """Ctrl-S, and a terminal that nobody reads: the session goes on, and there are ways out."""

    FLOOD = b"x" * 50_000

    def held(self, *words, unread=False, flood=1):
        """The terminal takes nothing, though there is something to show; the loop still answers."""
        if "-x" in words:
            terminal, script = self.start(*words)
            self.assertTrue(script.open.wait(10))
            terminal.wait_for("> hi")
        else:
            terminal, script = self.at_prompt(*words)
        self.script = script
        if unread:
            terminal.hold()
        else:
            terminal.type(CTRL_S + "x")
        looks = [-1]

        def stands_still():
            looks.append(waiting(terminal.master))
            return looks[-1] == looks[-2] > 0

        for _ in range(flood):
            script.say(frames.TEXT, self.FLOOD)
        script.say(frames.PING, b"still there?")
        eventually(lambda: (frames.PONG, b"still there?") in script.got, 10, "the pong")
        if unread:
            eventually(stands_still, 10, "a full terminal")
        return terminal

    def put_back(self, terminal):
        self.assertEqual(terminal.modes(), terminal.first_modes)

    def test_ctrl_c_after_ctrl_s_drops_the_line_and_leaves(self):
        terminal = self.held()
        terminal.type(CTRL_C)
        terminal.wait_for("^C")
        terminal.wait_line(">")
        terminal.type(CTRL_S + CTRL_C)
        self.assertEqual(terminal.wait(), 0)
        self.put_back(terminal)

    def test_ctrl_q_goes_on_with_what_was_typed(self):
        terminal = self.held()
        terminal.type("y" + CTRL_Q)
        flood = self.FLOOD.decode()
        terminal.wait_until(lambda s: flood in s.text().replace("\n", ""), "the message")
        terminal.wait_line("> xy")

    def test_ctrl_c_once_more_leaves_a_terminal_that_nobody_reads(self):
        terminal = self.held(unread=True, flood=4)

        def left():
            terminal.type(CTRL_C)
            with contextlib.suppress(subprocess.TimeoutExpired):
                terminal.process.wait(0.7)
            return not terminal.running()

        eventually(left, what="the end")
        self.assertEqual(terminal.wait(), 0)
        self.put_back(terminal)

    def test_two_ctrl_c_while_a_terminal_lags_are_two_keys(self):
        terminal = self.held(unread=True, flood=4)
        path = Path(f"/proc/{terminal.process.pid}/io")
        ever_read = lambda: int(path.read_text(encoding="ascii").split()[1])  # noqa: E731
        before = ever_read()
        keys = "line one\rabc" + CTRL_C + "line two\rabc" + CTRL_C
        terminal.type(keys)
        eventually(lambda: ever_read() >= before + len(keys), what="the reading of the keys")
        terminal.let_go()
        lines = lambda: [one for _, one in self.script.got if one[:4] == b"line"]  # noqa: E731
        eventually(lambda: lines() == [b"line one", b"line two"], what="the messages")

    def ends_all_the_same(self, status, *words, send=None):
        """At the prompt and without one, stopped and full."""
        for rest in ([], ["-x", "hi", "-w", "-1"]):
            for unread in (False, True):
                with self.subTest(rest=rest, unread=unread):
                    terminal = self.held(*words, *rest, unread=unread, flood=4)
                    if send:
                        terminal.process.send_signal(send)
                    terminal.process.wait(20)
                    self.assertEqual(terminal.wait(), status)
                    self.put_back(terminal)

    def test_a_signal_ends_it_all_the_same(self):
        self.ends_all_the_same(143, send=signal.SIGTERM)

    def test_the_timeout_ends_it_all_the_same(self):
        self.ends_all_the_same(7, "--timeout", "1.5")


class Jobs(Repl):
    # The shell hears a moment later that the job goes on; until then it would not wait.
    KILL = "kill %1; while jobs | grep -q Stopped; do sleep 0.1; done; wait; jobs; echo over"

    @contextlib.contextmanager
    def stopped(self, *words):
        with TmuxScreen("PS1='$ ' exec bash --norc") as tmux:
            tmux.wait_last("$")
            tmux.type(shlex.join([WSCOPE, *words]) + "\r")
            tmux.wait_last(">")
            tmux.type("\x1a")
            tmux.wait(lambda rows: "Stopped" in " ".join(rows) and rows[-1] == "$", "stopped")
            yield tmux

    def test_a_stopped_job_that_is_killed_ends_in_the_background(self):
        script = Prompting()
        with Server(script) as server, self.stopped(server.url) as tmux:
            tmux.type(self.KILL + "; stty -a | grep -o -w -e -icanon -e icanon\r")
            self.assertTrue(script.ended.wait(10))
            self.assertEqual(script.closed_with, 1000)
            tmux.wait(lambda rows: rows[-3:] == ["over", "icanon", "$"] and "Exit 143" in " ".join(rows), "its status, the modes")

    def test_a_server_that_takes_its_time_does_not_stop_it_again(self):
        def mute(peer):
            peer.accept()
            peer.server.stopping.wait(30)

        with Server(mute) as server, self.stopped("--close-timeout", "2", server.url) as tmux:
            tmux.type(self.KILL + "\r")
            tmux.wait(lambda rows: rows[-2:] == ["over", "$"] and "Exit 143" in " ".join(rows), "its status")
            server.stopping.set()


class SlashCommands(Repl):
    def test_ping_and_pong(self):
        terminal, script = self.at_prompt()
        terminal.type("/ping are you there\r")
        self.got(script, (frames.PING, b"are you there"))
        terminal.type("/ping\r/pong unasked\r")
        self.got(
            script,
            (frames.PING, b"are you there"),
            (frames.PING, b""),
            (frames.PONG, b"unasked"),
        )

    def test_close(self):
        for typed, code in (
            ("/close", 1000),
            ("/close 4000 because I can", 4000),
            ("/close 1001", 1001),
        ):
            with self.subTest(typed):
                terminal, script = self.at_prompt("--exit-on-close")
                terminal.type(typed + "\r")
                self.assertTrue(script.ended.wait(10))
                self.assertEqual(script.closed_with, code)

    def test_a_code_that_can_not_be_sent_is_explained(self):
        terminal, script = self.at_prompt()
        for code in ("1005", "1006", "1015", "999", "5000", "nonsense"):
            terminal.type(f"/close {code}\r")
            terminal.wait_until(lambda s, code=code: s.text().count(code) >= 2, f"words on {code}")
        self.prompt(terminal)
        self.assertEqual((script.got, script.closed_with), ([], "nothing"))

    def test_quit(self):
        terminal, script = self.at_prompt()
        terminal.type("/quit\r")
        self.assertEqual(terminal.wait(), 0)
        self.assertEqual(script.closed_with, 1000)

    def test_help(self):
        terminal, script = self.at_prompt(rows=40)
        terminal.type("/help\r")
        for command in ("/ping", "/pong", "/close", "/help", "/quit", "//"):
            terminal.wait_for(command)
        self.assertEqual(script.got, [])

    def test_two_slashes_send_one(self):
        terminal, script = self.at_prompt()
        terminal.type("//ping\r")
        self.got(script, (frames.TEXT, b"/ping"))

    def test_an_unknown_command_is_an_error_and_sends_nothing(self):
        terminal, script = self.at_prompt()
        terminal.type("/pnig x\r")
        terminal.wait_for('"/pnig"')
        terminal.wait_for("/help")
        terminal.type("next\r")
        self.got(script, (frames.TEXT, b"next"))

    def test_binary(self):
        terminal, script = self.at_prompt()
        terminal.type("/binary 00ff 10\r")
        self.got(script, (frames.BINARY, b"\x00\xff\x10"))


class Redirected(Repl):
    def test_stdout_in_a_pipe_while_typing(self):
        """The prompt then lives on stderr; stdout carries messages and nothing else."""
        terminal, script = self.start(stdout=PIPE)
        self.assertTrue(script.open.wait(10))
        self.prompt(terminal)
        terminal.type("typed\r")
        self.got(script, (frames.TEXT, b"typed"))
        script.say(frames.TEXT, "a message \x1b[1m")
        terminal.wait_out(b"a message \x1b[1m\n")
        terminal.type(CTRL_D)
        self.assertEqual(terminal.wait(), 0)
        self.assertEqual(terminal.out, b"a message \x1b[1m\n")

    def test_input_formats_without_lines_are_not_for_a_terminal(self):
        for words in (["raw", "ws://x"], ["whole", "ws://x"], ["raw", "--listen", "0"]):
            with self.subTest(words=words), Terminal("--input", *words) as terminal:
                self.assertEqual(terminal.wait(), 2)
                terminal.wait_for(f"wscope: --input {words[0]} is for piped input")

    def test_input_from_a_pipe_output_to_the_terminal(self):
        terminal, script = self.start("-w", "0.2", stdin=PIPE)
        terminal.process.stdin.write(b"piped\n")
        self.got(script, (frames.TEXT, b"piped"))
        script.say(frames.TEXT, "evil \x1b[2J end")
        terminal.wait_for("end")
        self.assertNotIn(b"\x1b[2J", bytes(terminal.raw))
        terminal.process.stdin.close()
        self.assertEqual(terminal.wait(), 0)

    def test_colour_only_where_wanted(self):
        for words, changes, wanted in (
            ([], {}, True),
            (["--no-color"], {}, False),
            (["--color", "never"], {}, False),
            ([], {"NO_COLOR": "1"}, False),
            (["--color", "always"], {"NO_COLOR": "1"}, True),
            ([], {"TERM": "dumb"}, False),
        ):
            with self.subTest(words=words, changes=changes):
                terminal, script = self.start(*words, env=environment(**changes))
                script.say(frames.TEXT, "plain or not")
                terminal.wait_for("plain or not")
                terminal.type(CTRL_D)
                terminal.wait()
                coloured = b"\x1b[3" in terminal.raw or b"\x1b[9" in terminal.raw
                coloured = coloured or b"\x1b[1;3" in terminal.raw or b"\x1b[0;3" in terminal.raw
                coloured = coloured or b"\x1b[2m" in terminal.raw or b"\x1b[1m" in terminal.raw
                self.assertEqual(coloured, wanted, bytes(terminal.raw))


if __name__ == "__main__":
    unittest.main()
