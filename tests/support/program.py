"""Running wscope as a user would: in a pipe, with its stdout, stderr and exit status at hand."""

import contextlib
import fcntl
import os
import select
import signal
import struct
import subprocess
import tempfile
import termios
import threading
import time
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
WSCOPE = os.environ.get("WSCOPE") or str(TOP / "build/release/wscope")
# Sanitizers and valgrind are slower and bigger; set by CMake for such builds.
SANITIZED = bool(os.environ.get("WSCOPE_SANITIZED"))
TIME_FACTOR = float(os.environ.get("WSCOPE_TIME_FACTOR") or (4 if SANITIZED else 1))

# What a shell's `&` or nohup has us ignore, the programs we start would ignore, too.
for _number in (signal.SIGHUP, signal.SIGINT, signal.SIGQUIT):
    if signal.getsignal(_number) is signal.SIG_IGN:
        signal.signal(_number, signal.SIG_DFL)

_home = tempfile.TemporaryDirectory(prefix="wscope-home-")


def environment(**changes):
    """A small environment with an empty home, no proxies and no colours; None removes a name."""
    env = {
        "PATH": os.environ.get("PATH", "/usr/bin:/bin"),
        "HOME": _home.name,
        "LANG": "C.UTF-8",
        "TZ": "UTC",
        "TERM": "xterm",
    }
    for name, value in os.environ.items():
        if name.endswith("SAN_OPTIONS"):
            env[name] = value
    env.update(changes)
    return {name: value for name, value in env.items() if value is not None}


class Ended:
    """How a run ended: status (128+n is never made up: a signal death is -n), out, err, seconds."""

    def __init__(self, words, status, out, err, seconds):
        self.words, self.status, self.out, self.err, self.seconds = words, status, out, err, seconds

    @property
    def errors(self):
        """stderr as text."""
        return self.err.decode("utf-8", "replace")

    def __str__(self):
        def short(data):
            return data if len(data) < 4000 else data[:2000] + b" ... " + data[-1000:]

        return (
            f"wscope {' '.join(map(repr, self.words))}\n"
            f"status {self.status} after {self.seconds:.2f} s\n"
            f"stdout {short(self.out)!r}\nstderr {short(self.err).decode('utf-8', 'replace')}"
        )


def run(
    *words, stdin=b"", stdout=subprocess.PIPE, timeout=20, env=None, cwd=None, launcher=()
) -> Ended:
    """Runs wscope to its end. `stdin`: bytes to pipe in, or a file object or descriptor; `stdout`: a
    file that takes it; `launcher`: words before the program's own."""
    words = [str(word) for word in words]
    begun = time.monotonic()
    piped = isinstance(stdin, bytes)
    process = subprocess.Popen(
        [*launcher, WSCOPE, *words],
        stdin=subprocess.PIPE if piped else stdin,
        stdout=stdout,
        stderr=subprocess.PIPE,
        env=env or environment(),
        cwd=cwd,
    )
    try:
        out, err = process.communicate(stdin if piped else None, timeout=timeout * TIME_FACTOR)
    except subprocess.TimeoutExpired as late:
        process.kill()
        out, err = process.communicate()
        ended = Ended(words, process.returncode, out, err, time.monotonic() - begun)
        raise AssertionError(f"did not end in {timeout} s: {ended}") from late
    return Ended(words, process.returncode, out or b"", err, time.monotonic() - begun)


def run_measured(*words, **how):
    """run(), and wscope's highest resident size in bytes."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "peak"
        launcher = ("/usr/bin/python3", "-S", "-E", str(Path(__file__).parent / "peak.py"), str(path))
        ended = run(*words, launcher=launcher, **how)
        return ended, int(path.read_text())


class Running:
    """wscope while it runs, its stdin ours to feed, its outputs read by threads.

    `stdout=None` leaves stdout to the caller (a file, a pipe nobody reads) as given in `popen`.
    """

    def __init__(self, *words, env=None, **popen):
        self.words = [str(word) for word in words]
        self._begun = time.monotonic()
        self._changed = threading.Condition()
        self.out, self.err = bytearray(), bytearray()
        popen.setdefault("stdin", subprocess.PIPE)
        popen.setdefault("stdout", subprocess.PIPE)
        popen.setdefault("stderr", subprocess.PIPE)
        self.process = subprocess.Popen(
            [WSCOPE, *self.words], env=env or environment(), bufsize=0, **popen
        )
        self._readers = []
        for stream, sink in ((self.process.stdout, self.out), (self.process.stderr, self.err)):
            if stream is not None:
                reader = threading.Thread(target=self._read, args=(stream, sink), daemon=True)
                reader.start()
                self._readers.append(reader)

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        for reader in self._readers:
            reader.join(5)
        for stream in (self.process.stdin, self.process.stdout, self.process.stderr):
            if stream is not None:
                with contextlib.suppress(OSError):
                    stream.close()
        return False

    def _read(self, stream, sink):
        while True:
            try:
                data = stream.read(1 << 16)
            except (OSError, ValueError):
                data = b""
            with self._changed:
                sink += data
                self._changed.notify_all()
            if not data:
                return

    def send(self, data):
        """Writes to stdin, whole."""
        view = memoryview(data.encode() if isinstance(data, str) else data)
        while view:
            view = view[self.process.stdin.write(view) :]

    def end_input(self):
        self.process.stdin.close()

    def _wait_for(self, sink, wanted, name, seconds):
        if isinstance(wanted, str):
            wanted = wanted.encode()
        end = time.monotonic() + seconds * TIME_FACTOR
        with self._changed:
            while wanted not in sink:
                if not self._changed.wait(end - time.monotonic()) and time.monotonic() >= end:
                    raise AssertionError(f"no {wanted!r} on {name}: {self._so_far()}")
        return bytes(sink)

    def wait_out(self, wanted, seconds=10):
        """Waits until `wanted` is on stdout."""
        return self._wait_for(self.out, wanted, "stdout", seconds)

    def wait_err(self, wanted, seconds=10):
        return self._wait_for(self.err, wanted, "stderr", seconds)

    def signal_until_gone(self, number=signal.SIGINT):
        """Signal after signal, with time between them: none is to meet a process that is leaving."""
        for _ in range(20):
            if not self.running():
                break
            self.signal(number)
            with contextlib.suppress(AssertionError):
                eventually(lambda: not self.running(), 0.5)

    def signal(self, number=signal.SIGINT):
        self.process.send_signal(number)

    def running(self):
        return self.process.poll() is None

    def wait(self, seconds=20) -> Ended:
        try:
            self.process.wait(seconds * TIME_FACTOR)
        except subprocess.TimeoutExpired as late:
            raise AssertionError(f"did not end in {seconds} s: {self._so_far()}") from late
        for reader in self._readers:
            reader.join(5)
        return self._so_far()

    def _so_far(self):
        return Ended(
            self.words,
            self.process.poll(),
            bytes(self.out),
            bytes(self.err),
            time.monotonic() - self._begun,
        )

    def peak_memory(self):
        """The highest resident size so far, in bytes."""
        for line in Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
        raise AssertionError("no VmHWM: the process has ended")


def eventually(condition, seconds=10, what="the condition"):
    """Waits until `condition()` is true and returns its value."""
    end = time.monotonic() + seconds * TIME_FACTOR
    while not (value := condition()):
        if time.monotonic() > end:
            raise AssertionError(f"{what} did not come about in {seconds} s")
        time.sleep(0.01)
    return value


def settled(counter, seconds=0.7):
    """Waits until the counter has begun to move and stands still; its value."""
    last, since = -1, time.monotonic()

    def still():
        nonlocal last, since
        value = counter()
        if value != last:
            last, since = value, time.monotonic()
        return value > 0 and time.monotonic() - since > seconds * TIME_FACTOR

    eventually(still, 60, "standing still")
    return last


def waiting(fd):
    """The bytes that can be read from it now."""
    return struct.unpack("i", fcntl.ioctl(fd, termios.FIONREAD, b"\0" * 4))[0]


def until_full(reader, seconds=0.7):
    """Waits until the pipe has no room left, and has stood so for a while."""
    writer = os.open(f"/proc/self/fd/{reader}", os.O_WRONLY | os.O_NONBLOCK)
    try:
        settled(lambda: 0 if select.select([], [writer], [], 0)[1] else waiting(reader), seconds)
    finally:
        os.close(writer)
