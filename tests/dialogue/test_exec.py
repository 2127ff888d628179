"""--exec: the connection as a command's standard input and output (wscope(1), COMMANDS)."""

import contextlib
import os
import signal
import tempfile
import threading
import unittest

from support import frames
from support.dialogue import Dialogue
from support.program import Running, environment, eventually, run
from support.server import PeerGone, Server, echo, sink, talks_and_hears


def state_of(pid):
    """The letter of proc(5); Z for one that is not there any more."""
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8") as file:
            return file.read().rsplit(")", 1)[1].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return "Z"


def alive(pid):
    return state_of(pid) != "Z"


class WithFolder(Dialogue):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def path(self, name):
        return os.path.join(self.folder, name)

    def read(self, name):
        with open(self.path(name), "rb") as file:
            return file.read()

    def wait_for_file(self, name):
        """The text of a file, once it has a whole line."""
        path = self.path(name)
        eventually(
            lambda: os.path.exists(path) and self.read(name).endswith(b"\n"), what=f"{name} written"
        )
        return self.read(name).decode()


class Pipes(WithFolder):
    def test_lines_both_ways(self):
        with Server(echo) as server:
            command = 'echo hello; read -r line; echo "got $line" >&2'
            self.dialogue("--exec", command, server.url, out="", err=r"\Agot hello\n\Z")

    def test_standard_input_is_left_alone(self):
        with Server(sink) as server:
            self.dialogue(
                "--exec", "echo from the command", server.url, stdin=b"from stdin\n", err=""
            )
        self.assertEqual(server.result(), ["from the command"])

    def test_a_dialogue_with_the_server(self):
        def calculator(peer):
            peer.accept()
            answers = []
            for question in ("1+1", "6*7"):
                peer.text(question)
                answers.append(peer.read_message())
            peer.finish()
            return answers

        with Server(calculator) as server:
            self.dialogue("--exec", "while read -r x; do echo $(($x)); done", server.url, err="")
        self.assertEqual(server.result(), ["2", "42"])

    def test_other_formats(self):
        def binary(peer):
            peer.accept()
            peer.binary(b"\x00\n\xff")
            return peer.read_message(), peer.answer_close()

        with Server(binary) as server:
            # What came in as a line of base64 goes out as one.
            command = ("--exec", "read -r x; echo $x", "--input", "base64", "--output", "base64")
            self.dialogue(*command, "-b", server.url, err="")
        self.assertEqual(server.result()[0], b"\x00\n\xff")

    def test_events_for_the_command(self):
        with Server(sink) as server:
            self.dialogue("--json", "--exec", "head -n 1", server.url, err="")
        self.assertIn('"event":"resolve"', server.result()[0].replace("connect", "resolve"))

    def test_a_million_lines_both_ways(self):
        with Server(echo) as server:
            command = f"seq 200000 & exec cat > {self.path('got')}"
            self.dialogue("--exec", command, server.url, timeout=60, err="")
        self.assertEqual(self.read("got"), b"".join(b"%d\n" % n for n in range(1, 200001)))

    def test_a_refused_line_is_told_and_the_rest_goes_on(self):
        with Server(sink) as server:
            ended = run("--exec", r"printf '\377\nnext\n'", server.url)
            self.expect(ended, status=1, out="", err="line 1")
        self.assertEqual(server.result(), ["next"])

    def test_a_command_that_begins_with_a_dash(self):
        with Server(sink) as server:
            self.expect(run("--exec", "-nope", server.url), status=2, err="127")

    def test_no_descriptor_of_ours_reaches_it(self):
        with Server(sink) as server:
            command = "for fd in /proc/self/fd/*; do readlink $fd; done | sort"
            self.dialogue("--exec", f"sh -c '{command}' < /dev/null", server.url, err="")
        # stdin, stdout, stderr; the shell's own glob and pipe; nothing like a socket or eventpoll.
        self.assertFalse([link for link in server.result() if "socket" in link or "anon" in link])

    def test_exactly_three_descriptors(self):
        with Server(sink) as server:
            command = (
                "exec /usr/bin/python3 -c \"import os; print(sorted(os.listdir('/proc/self/fd')))\""
            )
            self.dialogue("--exec", command, server.url, err="")
        self.assertEqual(server.result(), ["['0', '1', '2', '3']"])  # 3: the listing itself

    def test_its_sigpipe_is_as_usual(self):
        with Server(sink) as server:
            self.dialogue(
                "--exec", "yes | head -n 1; grep SigIgn /proc/$$/status", server.url, err=""
            )
        first, ignored = server.result()
        self.assertEqual(first, "y")
        self.assertEqual(int(ignored.split()[1], 16) >> (signal.SIGPIPE - 1) & 1, 0)


class Variables(Dialogue):
    def test_the_connection_is_told(self):
        def agree(peer):
            peer.accept("Sec-WebSocket-Protocol: v1")
            return peer.answer_close()

        with Server(agree) as server:
            url = server.url.replace("ws://", "ws://ann:secret@") + "room?x=1"
            env = environment(WSCOPE_CLIENT="outer", WSCOPE_MINE="kept")
            ended = run("-s", "v1", "--exec", "env | grep ^WSCOPE | sort", url, env=env)
            self.expect(ended, err="")
            expected_url, authority = server.url + "room?x=1", server.authority
        told = dict(line.split("=", 1) for line in server.result())
        self.assertEqual(told["WSCOPE_URL"], expected_url)
        self.assertEqual(told["WSCOPE_SUBPROTOCOL"], "v1")
        self.assertEqual(told["WSCOPE_PEER_ADDRESS"], authority)
        self.assertRegex(told["WSCOPE_LOCAL_ADDRESS"], r"^127\.0\.0\.1:\d+$")
        self.assertEqual(told["WSCOPE_MINE"], "kept")
        self.assertNotIn("WSCOPE_CLIENT", told)
        self.assertNotIn("secret", "".join(told.values()))


class Status(WithFolder):
    def test_its_failure_is_ours(self):
        with Server(echo) as server:
            ended = run("--exec", "echo last words; exit 3", server.url)
            self.one_error(self.expect(ended, status=1), "'echo last words; exit 3' .* status 3$")
            ended = run("--exec", "kill -SEGV $$", server.url)
            self.one_error(self.expect(ended, status=1), "was ended by SIGSEGV$")

    def test_what_a_failing_command_said_is_sent(self):
        with Server(sink) as server:
            self.expect(run("--exec", "seq 5; exit 1", server.url), status=1)
        self.assertEqual(server.result(), list("12345"))

    def test_a_command_that_is_not_there(self):
        with Server(echo) as server:
            ended = run("--exec", "no-such-program --flag", server.url)
            self.expect(ended, status=2, err=["^wscope: the command 'no-such", "^wscope: hint: "])
            ended = run("--exec", "/etc/passwd", server.url)
            self.expect(ended, status=2, err="status 126")

    def test_the_end_of_the_command_waits_for_nothing(self):
        with Server(sink) as server:
            self.soon(5, lambda: run("-w", "100", "--exec", "echo hi", server.url))

    def test_a_command_that_reads_on_gets_the_answers(self):
        def late(peer):
            peer.accept()
            self.assertEqual(peer.read_message(), "question")
            peer.text("answer")
            peer.answer_close()

        with Server(late) as server:
            command = f"echo question; exec >&-; cat > {self.path('got')}"
            self.dialogue("-w", "0.5", "--exec", command, server.url, err="")
        self.assertEqual(self.read("got"), b"answer\n")

    def test_a_command_that_stays_gets_all_before_its_input_ends(self):
        def flood(peer):
            peer.accept()
            for number in range(20000):
                peer.text(f"{number:0100}")
            peer.finish()

        with Server(flood) as server:
            command = f"sleep 0.5; cat > {self.path('got')}; echo too late; exit 4"
            ended = run("--exec", command, server.url)
            self.one_error(self.expect(ended, status=1), "status 4")
        self.assertEqual(len(self.read("got")), 20000 * 101)

    def test_a_refused_connection_starts_nothing(self):
        def refuse(peer):
            peer.read_request()
            peer.send(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")

        with Server(refuse) as server:
            ended = run("--exec", f"touch {self.path('ran')}", server.url)
            self.expect(ended, status=5)
        self.assertFalse(os.path.exists(self.path("ran")))

    def test_the_connection_s_failure_stands_before_the_command_s(self):
        def drop(peer):
            peer.accept()
            peer.drop()

        with Server(drop) as server:
            self.expect(run("--exec", "cat; exit 9", server.url), status=6)

    def test_options_that_go_ill_with_it(self):
        for more in (["-x", "a"], ["-i"], ["--echo"]):
            self.expect(run("--exec", "cat", *more, "ws://127.0.0.1:1"), status=2, err="exclude")


class End(WithFolder):
    def begin(self, server, command, *more):
        """wscope with that command, whose process has written its number to a file."""
        words = ("--exec", f"echo $$ > {self.path('pid')}; {command}", *more, server.url)
        running = Running(*words)
        self.addCleanup(running.__exit__, None, None, None)
        return running, int(self.wait_for_file("pid"))

    def test_a_stubborn_command_is_killed(self):
        def leave(peer):
            peer.accept()
            eventually(lambda: os.path.exists(self.path("ready")))
            peer.finish()

        with Server(leave) as server:
            command = f"trap '' TERM; touch {self.path('ready')}; while :; do sleep 1; done"
            running, pid = self.begin(server, command, "--close-timeout", "0.2")
            ended = running.wait()
            self.expect(ended, status=0, err="")
            self.assertFalse(alive(pid))

    def test_a_command_that_heeds_sigterm_ends_first(self):
        def leave(peer):
            peer.accept()
            eventually(lambda: os.path.exists(self.path("ready")))
            peer.finish()

        with Server(leave) as server:
            command = (
                f"trap 'echo bye > {self.path('bye')}; exit 5' TERM; touch {self.path('ready')};"
                " while :; do sleep 0.1; done"
            )
            running, pid = self.begin(server, command, "--close-timeout", "0.2")
            self.expect(running.wait(), status=0, no_err="wscope")
        self.assertEqual(self.read("bye"), b"bye\n")
        self.assertFalse(alive(pid))

    def test_our_signals_reach_all_of_it(self):
        for number, status in ((signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 143)):
            with self.subTest(number), Server(echo) as server:
                for name in ("pid", "child"):
                    if os.path.exists(self.path(name)):
                        os.remove(self.path(name))
                child = f"sh -c 'echo $$ > {self.path('child')}; exec sleep 1000'"
                running, pid = self.begin(server, f"{child}; :")
                inner = int(self.wait_for_file("child"))
                running.signal(number)
                self.expect(running.wait(), status=status, err="")
                self.assertFalse(alive(pid) or alive(inner))

    def test_a_stopped_command_is_ended_too(self):
        with Server(echo) as server:
            running, pid = self.begin(server, "kill -STOP $$; sleep 1000")
            eventually(lambda: state_of(pid) == "T", what="its stop")
            running.signal(signal.SIGTERM)
            self.expect(running.wait(), status=143, err="")
            self.assertFalse(alive(pid))

    def test_a_second_signal_ends_it_at_once(self):
        with Server(echo) as server:
            command = f"trap '' INT; touch {self.path('ready')}; while :; do sleep 1000; done"
            running, pid = self.begin(server, command, "--close-timeout", "1000")
            eventually(lambda: os.path.exists(self.path("ready")))
            running.signal_until_gone()
            self.expect(running.wait(), status=130)
            eventually(lambda: not alive(pid), what="the command's end")

    def test_the_second_signal_is_enough(self):
        def deaf(peer):
            peer.accept()
            assert peer.read_frame().opcode == frames.CLOSE
            with open(self.path("closing"), "w", encoding="ascii"):
                pass
            peer.stall()

        with Server(deaf) as server:
            command = f"trap '' INT; touch {self.path('ready')}; while :; do sleep 1000; done"
            running, pid = self.begin(server, command, "--close-timeout", "1000")
            eventually(lambda: os.path.exists(self.path("ready")))
            running.signal()
            eventually(lambda: os.path.exists(self.path("closing")))
            running.signal()
            self.expect(running.wait(), status=130)
            eventually(lambda: not alive(pid), what="the command's end")

    def test_no_zombie_while_the_connection_lives(self):
        with Server(echo) as server:
            # What it leaves behind holds its output open, and with it the connection.
            command = f"sleep 1000 & echo $! > {self.path('left')}; echo $$ > {self.path('pid')}"
            with Running("--exec", command, server.url) as running:
                left, pid = int(self.wait_for_file("left")), int(self.wait_for_file("pid"))
                eventually(lambda: not os.path.exists(f"/proc/{pid}"), what="its reaping")
                self.assertTrue(running.running() and alive(left))
                os.kill(left, signal.SIGKILL)
                self.expect(running.wait(), status=0, err="")


class BackPressure(WithFolder):
    def test_a_command_that_does_not_read_makes_the_server_wait(self):
        def flood(peer):
            peer.accept()
            peer.sock.settimeout(1)
            sent = 0
            try:
                while sent < 64 << 20:
                    peer.text("x" * 1000)
                    sent += 1000
            except OSError:
                pass
            return sent

        with Server(flood) as server:
            with Running("--exec", "sleep 1000", "--close-timeout", "0.1", server.url) as running:
                self.assertLess(server.result(), 32 << 20)
                self.memory_at_most(running, 64 << 20)
                running.signal(signal.SIGTERM)
                self.expect(running.wait(), status=143)

    def test_a_server_that_does_not_read_makes_the_command_wait(self):
        def stall(peer):
            peer.accept()
            peer.stall()

        with Server(stall) as server:
            count = self.path("count")
            command = f"while echo {'x' * 1000}; do echo >> {count}; done"
            with Running("--exec", command, "--close-timeout", "0.1", server.url) as running:
                sizes = []

                def still():
                    sizes.append(os.path.getsize(count) if os.path.exists(count) else 0)
                    return len(sizes) > 50 and sizes[-1] == sizes[-50] > 0

                eventually(still, seconds=30, what="the command's waiting")
                self.assertLess(sizes[-1], 32 << 10)
                self.memory_at_most(running, 64 << 20)
                running.signal(signal.SIGTERM)
                running.wait()
            server.stopping.set()

    def test_a_command_that_reads_nothing_says_all_it_has(self):
        def talk(peer):
            peer.accept()
            said = [peer.read_message()]
            peer.text("to nobody")
            peer.ping()
            assert peer.read_frame().opcode == frames.PONG  # what the command did not take is past
            with open(self.path("heard"), "w", encoding="ascii"):
                pass
            return said + peer.answer_close()

        with Server(talk) as server:
            wait = f"while [ ! -e {self.path('heard')} ]; do sleep 0.05; done"
            self.dialogue("--exec", f"exec 0</dev/null; echo 1; {wait}; echo 2; echo 3", server.url)
            self.assertEqual(server.result(), ["1", "2", "3"])

    def test_a_command_that_answers_all_it_reads_stops_nothing(self):
        """More than all the pipes and sockets between hold."""
        text = "x" * 50000

        with Server(talks_and_hears(text, 400)) as server:
            self.dialogue("--exec", "cat", server.url, err="")
            self.assertEqual(server.result(), [text] * 400)

    def test_nor_does_it_when_the_connection_ends_meanwhile(self):
        text = "x" * 50000

        def flood(peer):
            peer.accept()
            with contextlib.suppress(OSError):
                for _ in range(80):
                    peer.text(text)

        def closes(peer):
            flood(peer)
            peer.frame(frames.CLOSE, b"\x03\xe8")
            with contextlib.suppress(PeerGone):
                while peer.read_frame().opcode != frames.CLOSE:
                    pass
            peer.end()

        def closes_and_goes(peer):
            flood(peer)
            peer.frame(frames.CLOSE, b"\x03\xe8")
            peer.server.stopping.wait(1)
            peer.drop()

        def drops(peer):
            flood(peer)
            peer.server.stopping.wait(1)
            peer.drop()

        for end in (closes, closes_and_goes, drops):
            with self.subTest(end.__name__), Server(end) as server:
                words = ("--exec", f"tee {self.path('read')}", "--close-timeout", "3")
                # What it answered and could not be sent is not delivered.
                self.dialogue(*words, server.url, status=6)
                self.assertEqual(os.path.getsize(self.path("read")), 80 * 50001)

    def test_nor_does_it_when_we_have_enough(self):
        def pour(peer):
            with contextlib.suppress(OSError):
                for _ in range(400):
                    peer.text("x" * 50000)

        def talk(peer):
            peer.accept()
            talking = threading.Thread(target=pour, args=(peer,))
            talking.start()
            peer.answer_close()
            talking.join()

        with Server(talk) as server:
            self.dialogue("--exec", "cat", "--count", "300", server.url, err="")

    def test_a_command_that_left_closes_the_connection_quietly(self):
        def talk(peer):
            peer.accept()
            peer.text("one")
            peer.text("two")
            return peer.answer_close()

        with Server(talk) as server:
            self.dialogue("--exec", "head -n 1 > /dev/null", server.url, err="")


class Again(WithFolder):
    def test_one_command_serves_all_connections(self):
        seen = []

        def lossy(peer):
            peer.accept()
            seen.append(peer.read_message())
            if len(seen) == 1:
                return peer.drop()
            return peer.answer_close()

        with Server(lossy) as server:
            command = "echo $$ one; sleep 1.5; echo $$ two"
            ended = run("--reconnect", "--exec", command, server.url)
            self.expect(ended, err="connecting again")
        (first, one), (second, two) = (line.split() for line in seen)
        self.assertEqual((one, two), ("one", "two"))
        self.assertEqual(first, second)


if __name__ == "__main__":
    unittest.main()
