"""A message that takes its time is no silence, and what its sender owes stays behind it (RFC 6455
5.5): neither -w nor a deadline of ours ends the connection while more of it comes."""

import contextlib
import unittest

from dialogue.test_dialects import socketio, stomp
from support import frames
from support.dialogue import Dialogue
from support.program import TIME_FACTOR
from support.server import PeerGone, Server

# What comes in less than STEP; each wait of wscope is a few of those, a whole message more.
STEP = 0.1 * TIME_FACTOR
WAIT = f"{4 * STEP:g}"
STEPS = 12

TEXT = "x" * 6000
LARGE = "y" * (3 << 20)


def one_frame(text):
    return frames.frame(frames.TEXT, text)


def fragments(text):
    size = len(text) // STEPS
    parts = [text[at : at + size] for at in range(0, len(text), size)]
    opcodes = [frames.TEXT] + [frames.CONT] * (len(parts) - 1)
    last = len(parts) - 1
    return b"".join(
        frames.frame(opcode, part, fin=number == last)
        for number, (opcode, part) in enumerate(zip(opcodes, parts))
    )


def drip(peer, data, steps=STEPS):
    size = len(data) // steps + 1
    for at in range(0, len(data), size):
        peer.send(data[at : at + size])
        peer.server.stopping.wait(STEP)


class Silence(Dialogue):
    def test_it_begins_behind_the_message(self):
        def slow(data):
            def script(peer):
                peer.accept()
                peer.read_message()
                drip(peer, data)
                return peer.finish()

            return script

        for text in (TEXT, LARGE):
            for form in (one_frame, fragments):
                for words in ((), ("--count", "1"), ("--json",)):
                    with self.subTest(size=len(text), form=form.__name__, words=words):
                        with Server(slow(form(text))) as server:
                            ended = self.dialogue(
                                "-w", WAIT, "--close-timeout", WAIT, *words, "-x", "get", server.url
                            )
                        self.assertGreater(len(ended.out), len(text))

    def test_a_message_that_stops_is_silence(self):
        """Nothing comes any more, or nothing but pings."""

        def stops(peer):
            peer.send(one_frame(TEXT)[:-1])
            peer.stall()

        def pings(peer):
            peer.frame(frames.TEXT, "begun", fin=False)
            with contextlib.suppress(OSError, PeerGone):
                while not peer.server.stopping.wait(STEP):
                    peer.ping(b"x")

        for begins in (stops, pings):

            def script(peer, begins=begins):
                peer.accept()
                peer.read_message()
                begins(peer)

            with self.subTest(begins.__name__), Server(script) as server:
                words = ("-w", WAIT, "--close-timeout", WAIT, "-x", "get", server.url)
                ended = self.dialogue(*words, status=6, out="")
                self.one_error(ended, "answer to our Close within .*: a message came only in part")


class Closing(Dialogue):
    """The peer may end the message that it is at before it answers our Close (RFC 6455 5.5.1)."""

    def test_the_message_under_way_is_awaited(self):
        for form in (one_frame, fragments):

            def script(peer, form=form):
                peer.accept()
                drip(peer, form(TEXT))
                return peer.finish()

            with self.subTest(form.__name__), Server(script) as server:
                words = ("-w", "0", "--close-timeout", WAIT, "-x", "get", server.url)
                self.dialogue(*words, out=TEXT + "\n")

    def test_and_no_more_than_that_one(self):
        def endless(peer):
            peer.accept()
            whole = one_frame(TEXT)
            data = whole + whole[: len(whole) // 2]
            while not peer.server.stopping.is_set():
                drip(peer, data)
                data = whole

        with Server(endless) as server:
            words = ("--slash", "--close-timeout", WAIT, "-w", "-1", server.url)
            ended = self.dialogue(*words, stdin="/quit\n", status=6, timeout=60)
            self.assertLess(ended.out.count(b"\n"), 4)
        with Server(endless) as server:
            words = ("--close-timeout", WAIT, "--count", "1", server.url)
            self.dialogue(*words, out=TEXT + "\n")


class Deadlines(Dialogue):
    def test_a_pong_stays_behind_the_message(self):
        def slow(form):
            def script(peer):
                peer.accept()
                ping = peer.read_frame()
                assert ping.opcode == frames.PING, ping
                drip(peer, form(TEXT))
                peer.pong(ping.payload)
                return peer.finish()

            return script

        for form in (one_frame, fragments):
            with self.subTest(form.__name__), Server(slow(form)) as server:
                words = ("--ping-interval", WAIT, "--pong-timeout", WAIT, "-w", "-1", "--count", "1")
                self.dialogue(*words, server.url, out=TEXT + "\n")

    def test_who_stops_in_a_message_is_missed(self):
        def stops(peer):
            peer.accept()
            peer.send(one_frame(TEXT)[:-1])
            peer.stall()

        with Server(stops) as server:
            words = ("--ping-interval", WAIT, "--pong-timeout", WAIT, "--close-timeout", WAIT)
            ended = self.dialogue(*words, "-w", "-1", server.url, status=7, out="")
            self.one_error(ended, "^connection lost: no pong within")

    def test_stomp(self):
        message = "MESSAGE\ndestination:/q\n\n" + TEXT + "\0"
        for form in (one_frame, fragments):

            def script(peer, form=form):
                stomp(peer, f"{int(2000 * STEP)},0")
                drip(peer, form(message))
                return peer.read_to_end()

            with self.subTest(form.__name__), Server(script) as server:
                words = ("--stomp", "--heartbeat-interval", "0.05", "-w", "-1", "--count", "1")
                self.dialogue(*words, server.url, out=f"MESSAGE /q {TEXT}\n", err="")

    def test_socketio(self):
        for form in (one_frame, fragments):

            def script(peer, form=form):
                socketio(peer, int(2000 * STEP), int(2000 * STEP))
                drip(peer, form('42["' + TEXT + '"]'))
                return peer.read_to_end()

            with self.subTest(form.__name__), Server(script) as server:
                words = ("--socketio", "-w", "-1", "--count", "1")
                self.dialogue(*words, server.url, out=TEXT + "\n", err="")


if __name__ == "__main__":
    unittest.main()
