"""Terminal: wscope in a pseudo-terminal of its own, typed at and read like a person would.

    with Terminal(server.url) as terminal:
        terminal.wait_for("> ")
        terminal.type("hello\\r")
        terminal.wait_for("< hello")

Each of stdin, stdout and stderr is the terminal unless given as something else; with
`stdout=PIPE` it is collected in `out` as in Running.
"""

import contextlib
import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import termios
import threading
import time

from .program import TIME_FACTOR, WSCOPE, environment
from .screen import Screen

CTRL_C, CTRL_D, ESCAPE = "\x03", "\x04", "\x1b"
UP, DOWN, RIGHT, LEFT = "\x1b[A", "\x1b[B", "\x1b[C", "\x1b[D"
PASTE_BEGIN, PASTE_END = "\x1b[200~", "\x1b[201~"
PIPE = subprocess.PIPE


class Terminal:
    def __init__(
        self,
        *words,
        rows=24,
        columns=80,
        env=None,
        stdin=None,
        stdout=None,
        stderr=None,
        emulate=True,  # False: only `raw` is kept, which costs the test no time
    ):
        self._emulate = emulate
        self.words = [str(word) for word in words]
        self.screen = Screen(rows, columns)
        self.raw = bytearray()  # every byte that came to the terminal
        self.out, self.err = bytearray(), bytearray()
        self._changed = threading.Condition()
        self._reads = threading.Event()
        self._reads.set()
        self.master, slave = pty.openpty()
        self._set_size(rows, columns)
        self.first_modes = termios.tcgetattr(slave)

        def lead_session():
            os.setsid()
            fcntl.ioctl(slave, termios.TIOCSCTTY, 0)

        self.process = subprocess.Popen(
            [WSCOPE, *self.words],
            stdin=slave if stdin is None else stdin,
            stdout=slave if stdout is None else stdout,
            stderr=slave if stderr is None else stderr,
            env=env or environment(),
            preexec_fn=lead_session,
            bufsize=0,
        )
        self._slave = slave  # kept open: what was written last stays readable after the end
        self._stop_read, self._stop_write = os.pipe()
        self._readers = [threading.Thread(target=self._read_terminal, daemon=True)]
        for stream, sink in ((self.process.stdout, self.out), (self.process.stderr, self.err)):
            if stream is not None:
                reader = threading.Thread(target=self._read_pipe, args=(stream, sink), daemon=True)
                self._readers.append(reader)
        for reader in self._readers:
            reader.start()

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self._stop_reading()
        for fd in (self._slave, self.master, self._stop_read, self._stop_write):
            with contextlib.suppress(OSError):
                os.close(fd)
        for stream in (self.process.stdin, self.process.stdout, self.process.stderr):
            if stream is not None:
                stream.close()
        return False

    def _stop_reading(self):
        self.let_go()
        with contextlib.suppress(OSError):
            os.write(self._stop_write, b".")
        for reader in self._readers:
            reader.join(5)

    def _read_terminal(self):
        while True:
            self._reads.wait()
            ready, _, _ = select.select([self.master, self._stop_read], [], [])
            if self.master not in ready:
                return  # told to stop, and nothing is left to read
            try:
                data = os.read(self.master, 1 << 16)
            except OSError:
                return
            with self._changed:
                self.raw += data
                if self._emulate:
                    self.screen.feed(data)
                self._changed.notify_all()

    def _read_pipe(self, stream, sink):
        while data := stream.read(1 << 16):
            with self._changed:
                sink += data
                self._changed.notify_all()

    def _set_size(self, rows, columns):
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    # --- what a person does ----------------------------------------------------------------------
    def type(self, text):
        data = text.encode() if isinstance(text, str) else text
        while data:
            data = data[os.write(self.master, data) :]

    def paste(self, text):
        self.type(PASTE_BEGIN + text.replace("\n", "\r") + PASTE_END)

    def resize(self, rows, columns):
        with self._changed:
            self.screen.resize(rows, columns)
        self._set_size(rows, columns)
        self.process.send_signal(signal.SIGWINCH)

    def hold(self):
        """Reads no more of what the terminal gets, as a window that hangs."""
        self._reads.clear()

    def let_go(self):
        self._reads.set()

    # --- what a person sees ----------------------------------------------------------------------
    def wait_until(self, condition, what, seconds=10):
        """Waits until `condition(screen)` is true; returns its value."""
        end = time.monotonic() + seconds * TIME_FACTOR
        with self._changed:
            while not (value := condition(self.screen)):
                left = end - time.monotonic()
                if left <= 0:
                    raise AssertionError(f"not seen: {what}\n{self}")
                self._changed.wait(left)
            return value

    def wait_for(self, text, seconds=10):
        """Waits until `text` stands anywhere on the screen or above it."""
        return self.wait_until(lambda screen: text in screen.text(), repr(text), seconds)

    def wait_line(self, line, seconds=10):
        """Waits until the row with the cursor reads `line`."""
        return self.wait_until(
            lambda screen: screen.current_line() == line, f"current line {line!r}", seconds
        )

    def wait_out(self, wanted, seconds=10):
        """Waits for bytes on a stdout that is a pipe."""
        wanted = wanted.encode() if isinstance(wanted, str) else wanted
        return self.wait_until(lambda _: wanted in self.out, repr(wanted), seconds)

    def wait_err(self, wanted, seconds=10):
        wanted = wanted.encode() if isinstance(wanted, str) else wanted
        return self.wait_until(lambda _: wanted in self.err, repr(wanted), seconds)

    def text(self):
        with self._changed:
            return self.screen.text()

    def running(self):
        return self.process.poll() is None

    def wait(self, seconds=20):
        """Waits for the end; the exit status."""
        try:
            self.process.wait(seconds * TIME_FACTOR)
        except subprocess.TimeoutExpired as late:
            raise AssertionError(f"did not end in {seconds} s\n{self}") from late
        self._stop_reading()
        return self.process.returncode

    def modes(self):
        """The terminal's settings as termios tells them, to see that they are put back."""
        return termios.tcgetattr(self._slave)

    def __str__(self):
        shown = "\n".join(f"    |{line}" for line in self.screen.text().split("\n"))
        return (
            f"wscope {' '.join(map(repr, self.words))} (status {self.process.poll()})\n{shown}\n"
            f"stdout {bytes(self.out[:2000])!r}\nstderr {bytes(self.err[:2000])!r}"
        )
