"""Foreign: a server of somebody else's making as a child process.

It is ready when it has printed a line `listening on <port or path>`. Its output is kept for the
report; it is ended by its pid, and dies with the test should that be killed.
"""

import ctypes
import re
import signal
import subprocess
import threading

from .program import TIME_FACTOR, environment

_libc = ctypes.CDLL(None)
_PR_SET_PDEATHSIG = 1


def die_with_parent():
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


class Foreign:
    def __init__(self, *command, ready=r"listening on (\S+)", env=None, cwd=None, pass_fds=()):
        self.command = [str(word) for word in command]
        self.output = ""
        self._ready = re.compile(ready)
        self._changed = threading.Condition()
        self._ended = False
        self.process = subprocess.Popen(
            self.command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            env=environment(PYTHONUNBUFFERED="1", PYTHONDONTWRITEBYTECODE="1", **(env or {})),
            cwd=cwd,
            pass_fds=pass_fds,
            preexec_fn=die_with_parent,
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        try:
            found = self.wait_for(self._ready, 30)
            self.where = found[1] if found.groups() else ""
        except BaseException:
            self.stop()
            raise

    def _read(self):
        for line in self.process.stdout:
            with self._changed:
                self.output += line
                self._changed.notify_all()
        with self._changed:
            self._ended = True
            self._changed.notify_all()

    def wait_for(self, pattern, seconds=10):
        """Waits for a line that matches; the match."""
        pattern = re.compile(pattern)
        with self._changed:
            found = self._changed.wait_for(
                lambda: pattern.search(self.output) or self._ended, seconds * TIME_FACTOR
            )
            match = pattern.search(self.output)
        if not match:
            why = "ended" if found else "said nothing of the kind"
            raise AssertionError(
                f"{self.command}: {why}; expected {pattern.pattern!r}\n{self.output}"
            )
        return match

    @property
    def port(self):
        return int(self.where.rsplit(":", 1)[-1])

    @property
    def url(self):
        return f"ws://127.0.0.1:{self.port}"

    def kill(self):
        """As if the machine had lost power: no Close, no FIN from the program itself."""
        self.process.kill()
        self.process.wait()

    def stop(self):
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(5 * TIME_FACTOR)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self._reader.join(5)
        self.process.stdout.close()

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        self.stop()
        return False
