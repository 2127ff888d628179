"""TmuxScreen: a command in tmux: a second opinion on what the bytes make of a screen.

    with TmuxScreen("wscope " + url, columns=40) as tmux:
        tmux.type("hello\\r")
        tmux.wait_last("> ")
        tmux.screen()
"""

import fcntl
import struct
import subprocess
import tempfile
import termios
import time
from pathlib import Path

from .program import TIME_FACTOR, environment


class TmuxScreen:
    def __init__(self, command, rows=24, columns=80, **more):
        self._folder = tempfile.TemporaryDirectory(prefix="wscope-tmux-")
        self.socket = Path(self._folder.name) / "socket"
        self._env = environment(TERM="xterm-256color", **more)
        self._tmux("-f", "/dev/null", "new-session", "-d", "-x", columns, "-y", rows, command)
        self._tmux("set-option", "-g", "status", "off")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._tmux("kill-server")
        self._folder.cleanup()
        return False

    def _tmux(self, *words):
        words = ["tmux", "-S", str(self.socket), *map(str, words)]
        return subprocess.run(
            words, check=True, capture_output=True, env=self._env, text=True, timeout=20
        ).stdout

    def type(self, text):
        for piece in [text[i : i + 100] for i in range(0, len(text), 100)]:
            self._tmux("send-keys", "-H", *(f"{byte:x}" for byte in piece.encode()))

    def resize(self, rows, columns):
        """Returns when the terminal tells the new size: tmux does so some time after the resize."""
        tty = self._tmux("display-message", "-p", "#{pane_tty}").strip()
        self._tmux("resize-window", "-x", columns, "-y", rows)
        with open(tty, "rb", buffering=0) as terminal:
            while True:
                size = fcntl.ioctl(terminal, termios.TIOCGWINSZ, b"\0" * 8)
                if struct.unpack("HHHH", size)[:2] == (rows, columns):
                    return
                time.sleep(0.002)

    def screen(self):
        """All rows, those that have left at the top included."""
        rows = self._tmux("capture-pane", "-p", "-S", "-").rstrip("\n").split("\n")
        return [row.rstrip() for row in rows]

    def wait_screen(self, rows, seconds=10):
        self.wait(lambda screen: screen == rows, rows, seconds)

    def wait_last(self, row, seconds=10):
        self.wait(lambda screen: screen[-1] == row.rstrip(), row, seconds)

    def wait(self, condition, wanted, seconds=10):
        end = time.monotonic() + seconds * TIME_FACTOR
        while not condition(screen := self.screen()):
            if time.monotonic() > end:
                shown = "\n".join(f"    |{row}" for row in screen)
                raise AssertionError(f"not seen in tmux: {wanted!r}\nbut\n{shown}")
            time.sleep(0.02)
