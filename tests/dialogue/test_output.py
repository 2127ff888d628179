"""Where things go: stdout carries messages and nothing else (wscope(1), OUTPUT)."""

import os
import subprocess
import unittest

from support import frames
from support.dialogue import Dialogue
from support.program import WSCOPE, Running, environment
from support.server import PeerGone, Server, echo


def sends(*messages):
    def script(peer):
        peer.accept()
        for message in messages:
            peer.frame(frames.TEXT if isinstance(message, str) else frames.BINARY, message)
        peer.finish()

    return script


class Payloads(Dialogue):
    def printed(self, *messages, words=()):
        with Server(sends(*messages)) as server:
            return self.dialogue(*words, "-w", "-1", server.url, err="").out

    def test_a_text_message_is_written_as_it_is_plus_a_newline(self):
        self.assertEqual(self.printed("a", "", "b\nc", "d\n"), b"a\n\nb\nc\nd\n\n")

    def test_a_payload_is_never_altered_in_a_pipe(self):
        evil = "\x1b[31mred\x1b]0;title\x07\r\x00\x7f\u202e\u0085 end"
        self.assertEqual(self.printed(evil), evil.encode() + b"\n")

    def test_binary_messages_are_raw_bytes(self):
        every = bytes(range(256))
        self.assertEqual(self.printed(every, b"", b"\xff"), every + b"\xff")

    def test_no_colour_in_a_pipe_unless_asked_for(self):
        self.assertNotIn(b"\x1b", self.printed("x"))
        self.assertNotIn(b"\x1b", self.printed("x", words=["--no-color"]))

    def test_nul_after_each_message(self):
        for words in (["-0"], ["--output", "nul"]):
            with self.subTest(words):
                self.assertEqual(self.printed("a\nb", "c", words=words), b"a\nb\0c\0")

    def test_status_and_trace_stay_off_stdout(self):
        for words in (["-v"], ["--trace"], ["--trace-hex"], ["-P"]):
            with self.subTest(words), Server(sends("only me")) as server:
                ended = self.dialogue(*words, "-w", "-1", server.url, out="only me\n")
                if words != ["-P"]:
                    self.assertNotEqual(ended.errors, "")

    def test_fragments_are_one_message_and_pings_between_them_are_answered(self):
        def script(peer):
            peer.accept()
            peer.frame(frames.TEXT, "one ", fin=False)
            peer.ping(b"in between")
            peer.frame(frames.CONT, "mess", fin=False)
            peer.frame(frames.CONT, "age")
            pong = peer.read_frame()
            peer.finish()
            return pong

        with Server(script) as server:
            self.dialogue("-w", "-1", server.url, out="one message\n", err="")
            pong = server.result()
            self.assertEqual((pong.opcode, pong.payload), (frames.PONG, b"in between"))

    def test_echo_sends_each_message_back_with_its_type(self):
        def script(peer):
            peer.accept()
            peer.text("text ü")
            peer.binary(b"\xff\x00")
            peer.text("")
            back = [peer.read_message() for _ in range(3)]
            peer.finish()
            return back

        with Server(script) as server:
            self.dialogue("--echo", "-w", "-1", server.url, out="text ü\n".encode() + b"\xff\x00\n")
            self.assertEqual(server.result(), ["text ü", b"\xff\x00", ""])


def endless(peer):
    """Sends until the client closes or goes; True when it said a proper Close."""
    peer.accept()
    peer.sock.settimeout(10)
    try:
        for number in range(10_000_000):
            peer.text(f"tick {number}")
            if number % 100 == 0:
                peer.sock.setblocking(False)
                try:
                    peer._fill()
                except (BlockingIOError, PeerGone):
                    pass
                finally:
                    peer.sock.settimeout(10)
                if peer._buffer:
                    break
        frame = peer.read_frame()
        peer.close(1000)
        peer.end()
        return frame.opcode == frames.CLOSE and frame.code
    except (OSError, PeerGone) as error:
        return str(error)


class ClosedStdout(Dialogue):
    def test_head_ends_the_run_quietly_with_a_clean_close(self):
        with Server(endless) as server:
            reader, writer = os.pipe()
            with Running("-w", "-1", server.url, stdout=writer) as client:
                os.close(writer)
                first = os.read(reader, 6)
                os.close(reader)
                ended = client.wait(10)
            self.assertEqual(first, b"tick 0")
            self.expect(ended, status=0, err="")
            self.assertEqual(server.result(), 1000)

    def test_head_in_a_shell(self):
        with Server(endless) as server:
            done = subprocess.run(
                ["bash", "-o", "pipefail", "-c", f"'{WSCOPE}' -w -1 '{server.url}' | head -n 1"],
                stdin=subprocess.DEVNULL, capture_output=True, timeout=20, env=environment(),
                check=False,
            )  # fmt: skip
        self.assertEqual((done.stdout, done.stderr, done.returncode), (b"tick 0\n", b"", 0))

    def test_stdout_closed_from_the_start(self):
        with Server(echo) as server:
            done = subprocess.run(
                ["bash", "-c", f"'{WSCOPE}' -w 0.2 -x hello '{server.url}' >&-"],
                stdin=subprocess.DEVNULL, capture_output=True, timeout=20, env=environment(),
                check=False,
            )  # fmt: skip
        self.assertIn(done.returncode, (0, 1), done.stderr)

    def test_stdin_closed_from_the_start(self):
        with Server(sends("hi")) as server:
            done = subprocess.run(
                ["bash", "-c", f"'{WSCOPE}' -w -1 '{server.url}' <&-"],
                capture_output=True, timeout=20, env=environment(), check=False,
            )  # fmt: skip
        self.assertEqual((done.stdout, done.returncode), (b"hi\n", 0), done.stderr)

    def test_a_full_disk_is_told_at_the_end_of_help_too(self):
        with open("/dev/full", "wb") as full:
            done = subprocess.run(
                [WSCOPE, "--help"], stdout=full, stderr=subprocess.PIPE, env=environment(),
                check=False,
            )  # fmt: skip
        self.assertEqual(done.returncode, 1, done.stderr)


if __name__ == "__main__":
    unittest.main()
