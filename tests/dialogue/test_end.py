"""How a run ends: lingering, -w, -x, --count, --until, the closing handshake (wscope(1), INPUT)."""

import contextlib
import os
import shlex
import signal
import subprocess
import threading
import time
import unittest

from support import frames
from support.dialogue import Dialogue
from support.program import TIME_FACTOR, WSCOPE, Running, environment, eventually, until_full
from support.server import DEADLINE, PeerGone, Server, echo, sink


def says(*messages, code=1000):
    """A server that sends the messages at once, then closes."""

    def script(peer):
        peer.accept()
        for message in messages:
            peer.text(message)
        return peer.finish(code)

    return script


def talks(*messages):
    """A server that sends the messages at once and leaves the closing to the client; returns the
    Close it got."""

    def script(peer):
        peer.accept()
        for message in messages:
            peer.text(message)
        peer.answer_close()
        return peer.last_close

    return script


class Lingering(Dialogue):
    def test_prints_until_no_message_has_come_for_a_second(self):
        def slow(peer):
            peer.accept()
            for number in range(3):
                peer.server.stopping.wait(0.6)
                peer.text(f"answer {number}")
            last = time.monotonic()
            peer.answer_close()
            return time.monotonic() - last, peer.last_close.code

        with Server(slow) as server:
            self.dialogue(server.url, stdin="q\n", out="answer 0\nanswer 1\nanswer 2\n", err="")
            waited, code = server.result()
            self.assertEqual(code, 1000)
            self.assertGreaterEqual(waited, 0.95)
            self.assertLess(waited, 4 * TIME_FACTOR)

    def test_w_sets_the_seconds(self):
        with Server(echo) as server:
            words = ["-w", "0.2", server.url]
            self.soon(0.9, lambda: self.dialogue(*words, stdin="x\n", out="x\n"))
            ended = self.dialogue("--wait", "1.5", server.url, stdin="x\n", out="x\n")
            self.assertGreaterEqual(ended.seconds, 1.45)

    def test_w_0_closes_at_once(self):
        with Server(talks()) as server:
            words = ["-w", "0", server.url]
            self.soon(0.9, lambda: self.dialogue(*words, stdin="x\n", out="", err=""))
            self.assertEqual(server.result().code, 1000)

    def test_w_minus_1_waits_until_the_server_closes(self):
        def slow(peer):
            peer.accept()
            peer.server.stopping.wait(1.6)  # longer than the default
            peer.text("at last")
            peer.finish()

        for words in (["-w", "-1"], ["-w-1"], ["--wait=-1"]):
            with self.subTest(words), Server(slow) as server:
                self.dialogue(*words, server.url, stdin="q\n", out="at last\n", err="")

    def test_messages_after_our_close_and_before_the_servers_are_printed(self):
        def late(peer):
            peer.accept()
            peer.messages()
            peer.text("late")
            peer.binary(b"\x00\x01")
            peer.frame(frames.TEXT, "in ", fin=False)
            peer.ping(b"still there?")
            peer.frame(frames.CONT, "pieces")
            pong = peer.read_frame()
            peer.close(1000)
            peer.end()
            return pong.opcode, pong.payload

        with Server(late) as server:
            self.dialogue("-w", "0", server.url, stdin="x\n", out=b"late\n\x00\x01in pieces\n")
            self.assertEqual(server.result(), (frames.PONG, b"still there?"))

    def test_a_message_is_on_stdout_before_the_end(self):
        with Server(echo) as server, Running(server.url) as client:
            client.send("one\n")
            client.wait_out("one\n")
            self.assertTrue(client.running())
            client.end_input()
            self.expect(client.wait())


class Execute(Dialogue):
    def test_x_sends_and_leaves(self):
        with Server(echo) as server:
            self.dialogue("-w", "0.2", "-x", "hello", server.url, out="hello\n", err="")

    def test_x_repeats_in_order(self):
        with Server(echo) as server:
            words = ["-x", "one", "--execute", "two", "--execute=three", "-xfour"]
            self.dialogue("-w", "0.2", *words, server.url, out="one\ntwo\nthree\nfour\n", err="")

    def test_x_does_not_wait_for_stdin(self):
        with Server(echo) as server, Running("-w", "0.2", "-x", "a", server.url) as client:
            self.expect(client.wait(5), out="a\n", err="")

    def test_x_may_be_empty_or_many_lines(self):
        with Server(sink) as server:
            self.dialogue("-w", "0", "-x", "", "-x", "a\nb", server.url)
            self.assertEqual(server.result(), ["", "a\nb"])


class CountAndUntil(Dialogue):
    def test_count_ends_after_n_messages(self):
        with Server(talks("a", "b", "c")) as server:
            words = ["--count", "2", "-w", "-1", server.url]
            self.dialogue(*words, out="a\nb\n", err="")
            self.assertEqual(server.result().code, 1000)

    def test_count_does_not_wait_for_the_end_of_input(self):
        with Server(echo) as server, Running("--count", "1", server.url) as client:
            client.send("one\n")
            self.expect(client.wait(5), out="one\n", err="")

    def test_count_not_reached_is_status_8(self):
        with Server(says("a")) as server:
            ended = self.dialogue("--count", "2", "-w", "-1", server.url, status=8, out="a\n")
            self.assertEqual(ended.errors, "wscope: 1 of 2 messages came (--count)\n")

    def test_count_not_reached_after_lingering(self):
        with Server(talks("a")) as server:
            ended = self.dialogue("--count", "2", "-w", "0.2", server.url, status=8, out="a\n")
        self.assertEqual(
            ended.errors,
            "wscope: 1 of 2 messages came (--count)\n"
            "wscope: hint: nothing came for 0.2 s (-w): -w 10 waits longer, -w -1 until the server closes\n",
        )

    def test_until_not_reached_after_lingering(self):
        with Server(talks("a")) as server:
            ended = self.dialogue("--until", "b", "-w", "0", server.url, status=8)
        self.assertRegex(ended.errors, r"\(?--until 'b'\n.*hint: -w 0 waits for nothing: -w 10 ")

    def test_after_a_signal_the_silence_is_no_reason(self):
        with Server(talks("a")) as server, Running("--count", "2", server.url) as client:
            client.end_input()
            client.wait_out("a\n")
            client.signal(signal.SIGINT)
            self.expect(client.wait(5), status=130, out="a\n", err="")

    def test_until_ends_on_the_first_match(self):
        with Server(talks("one", "two 42", "three")) as server:
            words = ["--until", r"\b\d+$", "-w", "-1", server.url]
            self.dialogue(*words, out="one\ntwo 42\n", err="")
            self.assertEqual(server.result().code, 1000)

    def test_until_not_reached_is_status_8(self):
        with Server(says("one", "two")) as server:
            words = ["--until", "three", "-w", "-1", server.url]
            self.one_error(self.dialogue(*words, status=8, out="one\ntwo\n"), "three")

    def test_a_wrong_expression_is_a_usage_error(self):
        self.one_error(self.dialogue("--until", "(", "ws://localhost:1", status=2, out=""), "until")


class ServerCloses(Dialogue):
    def test_the_servers_close_ends_always(self):
        with Server(says("bye")) as server, Running(server.url) as client:
            self.expect(client.wait(5), out="bye\n", err="")

    def test_our_answer_has_the_servers_code(self):
        def script(peer):
            peer.accept()
            peer.close(1001, "going")
            peer.messages()
            peer.end()
            return peer.last_close.code

        with Server(script) as server:
            self.dialogue(server.url, stdin="", status=0)
            self.assertEqual(server.result(), 1001)

    def test_a_server_that_goes_without_answering_our_close(self):
        def drops(peer):
            peer.accept()
            peer.messages()
            peer.drop()

        with Server(drops) as server:
            self.dialogue("-w", "0", server.url, stdin="x\n", status=6, err=r"^wscope: .*[Cc]lose")

    def test_count_with_timeout_waits_for_an_answer_as_long_as_that(self):
        def thinks(peer):
            peer.accept()
            peer.read_message()
            peer.server.stopping.wait(1.5)
            peer.text("late")
            peer.finish()

        for bound in (["--count", "1"], ["--until", "late"]):
            with self.subTest(bound), Server(thinks) as server:
                words = [*bound, "--timeout", str(15 * TIME_FACTOR), "-x", "hi", server.url]
                self.dialogue(*words, out="late\n", err="")
        with Server(lambda peer: peer.accept().stall()) as server:  # who says otherwise is heard
            words = ["--count", "1", "-w", "0.3", "--close-timeout", "0.3", "--timeout", "15"]
            ended = self.dialogue(*words, "-x", "hi", server.url, status=6, out="")
            self.one_error(ended, "without an answer to our Close")

    def test_who_has_enough_does_not_wait_for_a_server_that_never_looks_up(self):
        def busy(peer):
            peer.accept()
            peer.text("one")
            peer.text("two")
            peer.stall()

        with Server(busy) as server:
            words = ["-w", "-1", "--close-timeout", "1000", server.url]
            self.dialogue("--count", "1", *words, out="one\n", err="")
            self.dialogue("--until", "one", *words, out="one\n", err="")
            pipeline = [f'"$WSCOPE" {shlex.join(words)} </dev/null | head -1']
            ended = subprocess.run(
                ["bash", "-o", "pipefail", "-c", *pipeline], capture_output=True, timeout=DEADLINE,
                env=environment(WSCOPE=WSCOPE),
            )
            self.assertEqual((ended.stdout, ended.stderr, ended.returncode), (b"one\n", b"", 0))

    def test_a_server_that_never_answers_our_close(self):
        def never(peer):
            peer.accept()
            peer.messages()
            peer.stall()

        with Server(never) as server:
            words = ["-w", "0", "--close-timeout", "0.3", server.url]
            ended = self.soon(2, lambda: self.dialogue(*words, stdin="x\n", status=6, out=""))
            self.one_error(ended, "Close")
            self.assertRegex(ended.errors, "(?m)^wscope: hint: .*--close-timeout")


class Signals(Dialogue):
    """The scripts tell when the client is where the signal is to meet it."""

    @staticmethod
    def listens(peer):
        peer.accept()
        peer.read_message()
        peer.server.ready.set()
        peer.answer_close()
        return peer.last_close

    @staticmethod
    def never_closes(peer):
        peer.accept()
        peer.read_message()
        peer.server.ready.set()
        peer.messages()
        peer.server.closing.set()
        peer.stall()

    @staticmethod
    def never_opens(peer):
        peer.read_request()
        peer.server.ready.set()
        peer.stall()

    def met(self, script, number, *words, again=False):
        """How the client ends that is met by the signal (again, once its Close has come)."""
        with Server(script) as server:
            server.closing = threading.Event()
            with Running(*words, server.url) as client:
                client.send("x\n")
                self.assertTrue(server.ready.wait(10))
                client.signal(number)
                if again:
                    self.assertTrue(server.closing.wait(10))
                    client.signal(number)
                return client.wait(4), server

    def test_a_clean_close(self):
        for number, status in ((signal.SIGINT, 130), (signal.SIGTERM, 143)):
            with self.subTest(number):
                ended, server = self.met(self.listens, number)
                self.expect(ended, status=status, out="")
                self.assertIn(server.result().code, (1000, 1001))

    def test_a_signal_does_not_wait_for_who_reads_nothing(self):
        def flood(peer):
            peer.accept()
            with contextlib.suppress(OSError):
                for _ in range(20000):
                    peer.text("x" * 1000)
            peer.drop()

        reader, writer = os.pipe()
        self.addCleanup(os.close, reader)
        with Server(flood) as server:
            words = ("-w", "-1", "--close-timeout", "0.2", server.url)
            with Running(*words, stdout=writer) as running:
                os.close(writer)
                until_full(reader)  # it fills the pipe and what it gathers
                running.signal(signal.SIGTERM)
                self.expect(running.wait(10), status=143)

    def test_what_was_ignored_is_ignored(self):
        """nohup, and the background of a shell without job control."""
        def ignores_some():
            signal.signal(signal.SIGHUP, signal.SIG_IGN)
            signal.signal(signal.SIGINT, signal.SIG_IGN)

        with Server(echo) as server:
            with Running("-w", "-1", server.url, preexec_fn=ignores_some) as client:
                client.send("one\n")
                client.wait_out("one\n")
                client.signal(signal.SIGHUP)
                client.signal(signal.SIGINT)
                client.send("two\n")
                client.wait_out("two\n")
                client.signal(signal.SIGTERM)
                self.expect(client.wait(), status=143, out="one\ntwo\n", err="")

    def test_a_second_signal_ends_at_once(self):
        for number, status in ((signal.SIGINT, 130), (signal.SIGTERM, 143)):
            with self.subTest(number):
                ended, _ = self.met(self.never_closes, number, again=True)
                self.expect(ended, status=status, out="")

    def test_while_the_handshake_hangs(self):
        for number, status in ((signal.SIGINT, 130), (signal.SIGTERM, 143)):
            with self.subTest(number):
                ended, _ = self.met(self.never_opens, number)
                self.expect(ended, status=status, out="")

    def test_while_lingering(self):
        ended, server = self.met(self.listens, signal.SIGINT, "-w", "-1", "-x", "a")
        self.expect(ended, status=130, out="")
        self.assertIn(server.result().code, (1000, 1001))

    def test_while_the_server_reads_nothing(self):
        def deaf(peer):
            peer.accept()
            peer.server.ready.set()
            peer.stall()

        with Server(deaf) as server, Running("--close-timeout", "0.5", server.url) as client:
            poured = [0]

            def pour():
                try:
                    while True:
                        client.send(b"x" * 999 + b"\n")
                        poured[0] += 1
                except (OSError, ValueError):
                    pass

            threading.Thread(target=pour, daemon=True).start()
            self.assertTrue(server.ready.wait(DEADLINE))
            eventually(lambda: poured[0] > 200, what="wscope's reading")  # more than a pipe holds
            client.signal(signal.SIGINT)
            self.assertEqual(client.wait(4).status, 130)


class Deadlines(Dialogue):
    def test_a_handshake_that_is_never_answered(self):
        with Server(lambda peer: peer.stall()) as server:
            words = ["--connect-timeout", "0.3", server.url]
            ended = self.soon(2, lambda: self.dialogue(*words, status=7, out=""))
            self.one_error(ended, r"0\.3 s|timed out|time")

    def test_a_byte_at_a_time_does_not_stretch_the_deadline(self):
        def drips(peer):
            peer.read_request()
            try:
                peer.send_pieces(peer.response("X-Filler: " + "x" * 900), 1, 0.05)
            except OSError:
                pass

        with Server(drips) as server:
            words = ["--connect-timeout", "0.5", server.url]
            self.soon(3, lambda: self.dialogue(*words, status=7, out=""))

    def test_the_whole_run(self):
        def chatty(peer):
            peer.accept()
            try:
                while not peer.server.stopping.wait(0.05):
                    peer.text("tick")
            except (OSError, PeerGone):
                pass

        with Server(chatty) as server:
            words = ["--timeout", "0.5", "--close-timeout", "0.3", "-w", "-1", server.url]
            ended = self.soon(3, lambda: self.dialogue(*words, status=7))
            self.assertIn(b"tick\n", ended.out)
            self.one_error(ended, r"0\.5 s")


class ReaderLeaves(Dialogue):
    """`wscope … | head -1`: its end is ours, though no further message would find it out."""

    def ended(self, *words, lines="", read=True):
        """What a server got of a client whose reader leaves after the first answer, if it reads."""

        def answers_once(peer):
            peer.accept()
            got = []
            while (message := peer.read_message()) is not None:
                got.append(message)
                if len(got) == 1 and read:
                    peer.text("answer")
            return got, peer.last_close.code

        reading, writing = os.pipe()
        with Server(answers_once) as server:
            with Running(*words, server.url, stdout=writing) as client:
                os.close(writing)
                client.send(lines)
                if read:
                    self.assertEqual(os.read(reading, 100), b"answer\n")
                os.close(reading)
                self.expect(client.wait(), status=0, err="")
            return server.result()

    def test_while_waiting_for_more(self):
        self.assertEqual(self.ended("-w", "-1", "-x", "a"), (["a"], 1000))

    def test_while_input_goes_on(self):
        self.assertEqual(self.ended(lines="a\n"), (["a"], 1000))

    def test_while_connecting_again(self):
        answered = threading.Event()

        def answers_and_goes(peer):
            peer.accept()
            peer.text("answer")
            peer.drop()
            answered.set()

        reading, writing = os.pipe()
        with Server(answers_and_goes) as server:
            url = server.url
            client = Running("-w", "-1", "--reconnect", "-x", "a", url, stdout=writing)
            os.close(writing)
            self.assertTrue(answered.wait(DEADLINE))
        with client:  # the server is no more
            self.assertTrue(os.read(reading, 100).startswith(b"answer\n"))
            os.close(reading)
            self.expect(client.wait(), status=0)

    def test_who_reads_nothing_has_its_lines_sent_first(self):
        lines = [str(i) for i in range(1000)]
        words = [word for line in lines for word in ("-x", line)]
        self.assertEqual(self.ended("-w", "-1", *words, read=False), (lines, 1000))


if __name__ == "__main__":
    unittest.main()
