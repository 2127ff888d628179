"""Progress of long transfers on a terminal's stderr, and only there (wscope(1))."""

import os
import tempfile
import threading
import time
import unittest

from support.dialogue import Dialogue
from support.program import TIME_FACTOR, environment, eventually
from support.server import Server
from support.terminal import PIPE, Terminal


class Slow:
    """A server that reads nothing until released, and sends now and then if it is to."""

    def __init__(self, sends=False):
        self.release, self.sends = threading.Event(), sends

    def __call__(self, peer):
        peer.accept()
        while self.sends and not self.release.wait(0.02):
            peer.text("x" * 1000)
        self.release.wait(30 * TIME_FACTOR)
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
        terminal.input = file
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
        terminal, _ = self.upload("--timeout", 2.5 * TIME_FACTOR, "--close-timeout", "0.1")
        terminal.wait_for("ETA")
        self.assertEqual(terminal.wait(), 7)
        text = terminal.text().strip()
        self.assertTrue(text.startswith("wscope: out of time: "), text)
        self.assertNotIn("ETA", text)

    def test_a_download(self):
        slow = Slow(sends=True)
        with Server(slow) as server, open(os.devnull, "rb") as nothing:
            words = ("-w", "1", server.url)
            with Terminal(*words, stdin=nothing, stdout=PIPE) as terminal:
                line = terminal.wait_until(lambda screen: screen.current_line(), "a line")
                self.assertRegex(line, r"^\S+ KiB/s  < [\d.]+ KiB  \d+ messages$")
                slow.release.set()
                self.assertEqual(terminal.wait(), 0)
                self.assertEqual(terminal.text().strip(), "")

    def test_where_it_would_disturb_there_is_none(self):
        cases = (
            (["-q"], {}),
            ([], {"stderr": PIPE}),
            ([], {"env": environment(TERM="dumb")}),
        )
        running = [self.upload(*words, **how) for words, how in cases]
        for terminal, _ in running:
            eventually(lambda t=terminal: os.lseek(t.input.fileno(), 0, os.SEEK_CUR) > 0)
        control, _ = self.upload()
        control.wait_for("ETA")  # it began last, and shows its line by now
        time.sleep(0.5 * TIME_FACTOR)
        for (terminal, slow), (words, how) in zip(running, cases):
            with self.subTest(words=words, **{name: str(value) for name, value in how.items()}):
                slow.release.set()
                self.assertEqual(terminal.wait(), 0)
                self.assertNotIn(b"ETA", bytes(terminal.raw))
                self.assertEqual(bytes(terminal.err), b"")

    def test_messages_on_the_same_terminal_are_not_torn(self):
        slow = Slow(sends=True)
        with Server(slow) as server, open(os.devnull, "rb") as nothing:
            with Terminal("-w", "1", server.url, stdin=nothing) as terminal:
                terminal.wait_for("xxx")
                time.sleep(2.5 * TIME_FACTOR)
                slow.release.set()
                self.assertEqual(terminal.wait(), 0)
                self.assertNotIn(b"/s", bytes(terminal.raw))

    def test_a_short_run_shows_nothing(self):
        terminal, slow = self.upload()
        slow.release.set()
        self.assertEqual(terminal.wait(), 0)
        self.assertEqual(bytes(terminal.raw), b"")


if __name__ == "__main__":
    unittest.main()
