"""Progress of long transfers on a terminal's stderr, and only there (wscope(1))."""

import os
import tempfile
import threading
import time
import unittest

from support.dialogue import Dialogue
from support.program import environment
from support.server import Server
from support.terminal import PIPE, Terminal


class Slow:
    """A server that reads nothing until released, or that sends for so many seconds."""

    def __init__(self, seconds=0):
        self.release, self.seconds = threading.Event(), seconds

    def __call__(self, peer):
        peer.accept()
        end = time.monotonic() + self.seconds
        while time.monotonic() < end:
            peer.text("x" * 1000)
            time.sleep(0.02)
        if not self.seconds:
            self.release.wait(30)
        peer.answer_close()


class Progress(Dialogue):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.path = os.path.join(folder.name, "lines")
        with open(self.path, "wb") as file:
            file.write((b"y" * 999 + b"\n") * 12000)

    def upload(self, *words, **how):
        """A terminal on whose stderr an upload of the file is shown, and its slow server."""
        slow = Slow()
        server = Server(slow)
        server.__enter__()
        self.addCleanup(server.__exit__, None, None, None)
        file = open(self.path, "rb")  # pylint: disable=consider-using-with
        self.addCleanup(file.close)
        how.setdefault("stdout", PIPE)
        terminal = Terminal("-w", "0", *words, server.url, stdin=file, **how)
        self.addCleanup(terminal.__exit__, None, None, None)
        self.addCleanup(slow.release.set)
        return terminal, slow

    def test_an_upload_shows_how_far_it_is_and_leaves_nothing(self):
        terminal, slow = self.upload()
        line = terminal.wait_until(lambda screen: screen.current_line(), "a line")
        self.assertRegex(line, r"^ *\d+%  ETA \S+  \S+ (B|.iB)/s  > [\d.]+ .?i?B  \d+ messages$")
        self.assertNotIn("\n", terminal.raw.decode())
        terminal.resize(24, 40)
        terminal.wait_until(
            lambda screen: 0 < len(screen.current_line()) < 40
            and "message" not in screen.current_line(),
            "a narrow line",
        )
        slow.release.set()
        self.assertEqual(terminal.wait(), 0)
        self.assertEqual(terminal.text().strip(), "")
        self.assertNotIn("\n", terminal.raw.decode())

    def test_an_error_stands_alone_at_the_end(self):
        terminal, _ = self.upload("--timeout", "2.5", "--close-timeout", "0.1")
        terminal.wait_for("ETA")
        self.assertEqual(terminal.wait(), 7)
        text = terminal.text().strip()
        self.assertTrue(text.startswith("wscope: out of time: "), text)
        self.assertNotIn("ETA", text)

    def test_a_download(self):
        with Server(Slow(seconds=2.5)) as server, open(os.devnull, "rb") as nothing:
            words = ("-w", "1", server.url)
            with Terminal(*words, stdin=nothing, stdout=PIPE) as terminal:
                line = terminal.wait_until(lambda screen: screen.current_line(), "a line")
                self.assertRegex(line, r"^\S+ KiB/s  < [\d.]+ KiB  \d+ messages$")
                self.assertEqual(terminal.wait(), 0)
                self.assertEqual(terminal.text().strip(), "")

    def test_where_it_would_disturb_there_is_none(self):
        cases = (
            (["-q"], {}),
            ([], {"stderr": PIPE}),
            ([], {"env": environment(TERM="dumb")}),
        )
        running = [self.upload(*words, **how) for words, how in cases]
        time.sleep(2.2)
        for (terminal, slow), (words, how) in zip(running, cases):
            with self.subTest(words=words, **{name: str(value) for name, value in how.items()}):
                slow.release.set()
                self.assertEqual(terminal.wait(), 0)
                self.assertNotIn(b"ETA", bytes(terminal.raw))
                self.assertEqual(bytes(terminal.err), b"")

    def test_messages_on_the_same_terminal_are_not_torn(self):
        with Server(Slow(seconds=2.5)) as server, open(os.devnull, "rb") as nothing:
            with Terminal("-w", "1", server.url, stdin=nothing) as terminal:
                self.assertEqual(terminal.wait(), 0)
                self.assertNotIn(b"/s", bytes(terminal.raw))

    def test_a_short_run_shows_nothing(self):
        terminal, slow = self.upload()
        slow.release.set()
        self.assertEqual(terminal.wait(), 0)
        self.assertEqual(bytes(terminal.raw), b"")


if __name__ == "__main__":
    unittest.main()
