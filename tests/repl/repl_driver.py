"""Repl: the REPL of tests/repl/driver.cpp in a pseudo-terminal, and Tmux: the same in tmux.

    with Repl(columns=40) as repl:
        repl.type("hello\\r")
        repl.wait_actions(["text hello"])
        repl.incoming("< one line\\n")
        repl.wait_line("> ")
"""

import contextlib
import fcntl
import os
import pty
import shlex
import struct
import subprocess
import tempfile
import termios
import threading
import time
from pathlib import Path

from support.program import TIME_FACTOR, TOP, environment, eventually, waiting
from support.screen import Screen
from support.tmux import TmuxScreen

DRIVER = os.environ.get("WSCOPE_REPL_DRIVER") or str(TOP / "build/release/tests/repl/repl_driver")
CTRL_C, CTRL_D, CTRL_R, CTRL_Z, ESCAPE = "\x03", "\x04", "\x12", "\x1a", "\x1b"
UP, LEFT, HOME = "\x1b[A", "\x1b[D", "\x01"
PASTE_BEGIN, PASTE_END = "\x1b[200~", "\x1b[201~"


class Repl:
    def __init__(self, rows=24, columns=80, options="no-history", emulate=True, **env):
        self._emulate = emulate  # False: only `raw` is kept, which costs the test no time
        self.screen = Screen(rows, columns)
        self.raw = bytearray()
        self.actions = bytearray()
        self._changed = threading.Condition()
        self._reads = threading.Event()
        self._reads.set()
        self.master, self.slave = pty.openpty()
        self._set_size(rows, columns)
        self.modes_before = termios.tcgetattr(self.slave)
        actions_read, actions_write = os.pipe()
        lines_read, self.lines = os.pipe()

        def lead_session():
            os.setsid()
            fcntl.ioctl(self.slave, termios.TIOCSCTTY, 0)

        self.process = subprocess.Popen(
            [DRIVER, str(actions_write), str(lines_read)],
            stdin=self.slave,
            stdout=self.slave,
            stderr=self.slave,
            env=environment(**{"WSCOPE_DRIVER_OPTIONS": options, **env}),
            preexec_fn=lead_session,
            pass_fds=(actions_write, lines_read),
        )
        os.close(actions_write)
        os.close(lines_read)
        self._readers = [
            threading.Thread(target=self._read, args=(self.master, self._shown), daemon=True),
            threading.Thread(target=self._read, args=(actions_read, self.actions.extend), daemon=True),
        ]
        for reader in self._readers:
            reader.start()

    def __enter__(self):
        self.wait_until(lambda: b"> " in self.raw, "the prompt")
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        for fd in (self.slave, self.lines):
            with contextlib.suppress(OSError):
                os.close(fd)
        self._reads.set()
        for reader in self._readers:
            reader.join(5)
        os.close(self.master)
        return False

    def _read(self, fd, sink):
        while True:
            if fd == self.master:
                self._reads.wait()
            try:
                data = os.read(fd, 1 << 16)
            except OSError:
                return
            if not data:
                return
            with self._changed:
                sink(data)
                self._changed.notify_all()

    def _shown(self, data):
        self.raw += data
        if self._emulate:
            self.screen.feed(data)

    def _set_size(self, rows, columns):
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    # --- what a person and a server do --------------------------------------------------------------
    def type(self, text):
        data = text.encode() if isinstance(text, str) else text
        while data:
            data = data[os.write(self.master, data) :]

    def paste(self, text):
        self.type(PASTE_BEGIN + text.replace("\n", "\r") + PASTE_END)

    def incoming(self, lines):
        data = lines.encode() if isinstance(lines, str) else lines
        while data:
            data = data[os.write(self.lines, data) :]

    def resize(self, rows, columns):
        """As xterm does it: rows stay as they are, but for what is cut off."""
        with self._changed:
            self.screen.resize(rows, columns)
        self._set_size(rows, columns)

    def hold(self):
        """The terminal takes no more output, as after Ctrl-S, but for what it holds itself."""
        self._reads.clear()

    def let_go(self):
        self._reads.set()

    def wait_until_stuck(self):
        """Until the held terminal is full, and nothing more goes into it."""
        before = (-1, -1)
        end = time.monotonic() + 10 * TIME_FACTOR
        while before != (now := (waiting(self.master), len(self.raw))) or now[0] == 0:
            before = now
            if time.monotonic() > end:
                raise AssertionError(f"the terminal is not full: {now}")
            time.sleep(0.05 * TIME_FACTOR)

    def type_until_read(self, text):
        """Types while nothing else comes to be read, and returns once it has been."""
        wanted = self._ever_read() + len(text)
        self.type(text)
        eventually(lambda: self._ever_read() >= wanted, 10, "the reading of what was typed")
        time.sleep(0.05 * TIME_FACTOR)  # and taken

    def _ever_read(self):
        """The bytes that the driver has read in its life. What is typed may still be on its way into
        the terminal when that seems empty."""
        return int(Path(f"/proc/{self.process.pid}/io").read_text().split()[1])

    # --- what is seen --------------------------------------------------------------------------------
    def wait_until(self, condition, what, seconds=10):
        end = time.monotonic() + seconds * TIME_FACTOR
        with self._changed:
            while not (value := condition()):
                left = end - time.monotonic()
                if left <= 0:
                    raise AssertionError(f"not seen: {what}\n{self}")
                self._changed.wait(left)
            return value

    def wait_for(self, text, seconds=10):
        return self.wait_until(lambda: text in self.screen.text(), repr(text), seconds)

    def wait_line(self, line, seconds=10):
        """Until the row with the cursor reads `line`."""
        wanted = line.rstrip()
        return self.wait_until(
            lambda: self.screen.current_line() == wanted, f"current line {line!r}", seconds
        )

    def wait_rows(self, rows, seconds=10):
        """Until these are all the rows there are."""
        return self.wait_until(lambda: self.rows() == rows, f"rows {rows!r}", seconds)

    def rows(self):
        return [row.rstrip() for row in self.screen.text().split("\n")]

    def wait_actions(self, actions, seconds=10):
        """Until exactly these actions have come, each "kind data"."""

        def come():
            return self.list_actions() == actions

        return self.wait_until(come, f"actions {actions!r}", seconds)

    def list_actions(self):
        return [line.rstrip(" ") for line in self.actions.decode("utf-8", "replace").split("\n")[:-1]]

    def wait_end(self, seconds=10):
        status = self.process.wait(seconds * TIME_FACTOR)
        self.wait_for("[driver ended]")
        return status

    def modes(self):
        return termios.tcgetattr(self.slave)

    def __str__(self):
        shown = "\n".join(f"    |{row}" for row in self.screen.text().split("\n")[-60:])
        return f"status {self.process.poll()}\n{shown}\nactions {bytes(self.actions[-2000:])!r}"


class Tmux(TmuxScreen):
    """The driver in tmux, under a shell where that is asked for."""

    def __init__(self, rows=24, columns=80, shell=False, **more):
        self._files = tempfile.TemporaryDirectory(prefix="wscope-tmux-")
        folder = Path(self._files.name)
        self.log = folder / "actions"
        self.fifo = folder / "lines"
        self.log.touch()
        os.mkfifo(self.fifo)
        driver = shlex.join([DRIVER, "8", "9"])
        files = f"8>>{shlex.quote(str(self.log))} 9<>{shlex.quote(str(self.fifo))}"
        command = f"{driver} {files}; sleep 1000" if not shell else "PS1='$ ' exec bash --norc"
        more = {"WSCOPE_DRIVER_OPTIONS": "no-history", "PS1": "$ ", **more}
        super().__init__(command, rows, columns, **more)
        if shell:
            self.type(f" {driver} {files}\r")
        self._writer = open(self.fifo, "wb", buffering=0)
        self.wait_last("> ")

    def __exit__(self, *_):
        self._writer.close()
        super().__exit__()
        self._files.cleanup()
        return False

    def incoming(self, lines):
        self._writer.write(lines.encode())

    def resize(self, rows, columns):
        """Returns when the REPL knows the new size: tmux tells it some time after the resize."""
        super().resize(rows, columns)
        end = time.monotonic() + 10 * TIME_FACTOR
        while self._columns() != f"columns {columns}":
            if time.monotonic() > end:
                raise AssertionError(f"the resize to {columns} columns was not noticed")
            time.sleep(0.02)

    def _columns(self):
        """One question at a time: one that another follows in the same read is a line to print."""
        before = len(self._answers())
        self.incoming("?columns\n")
        eventually(lambda: len(self._answers()) > before, what="an answer")
        return self._answers()[-1]

    def _answers(self):
        return [line for line in self.actions() if line.startswith("columns ")]

    def actions(self):
        return [line.rstrip(" ") for line in self.log.read_text().split("\n")[:-1]]

    def wait_actions(self, actions, seconds=10):
        end = time.monotonic() + seconds * TIME_FACTOR
        while [line for line in self.actions() if not line.startswith("columns")] != actions:
            if time.monotonic() > end:
                raise AssertionError(f"not {actions!r} but {self.actions()!r}")
            time.sleep(0.02)


