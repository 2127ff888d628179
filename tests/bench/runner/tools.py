"""Our own servers and helpers as Python values; every process started here is ended here."""

import json
import os
import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path

TIMEOUT = 120


class Failed(Exception):
    """A run that can't count: what went wrong, for the report."""


class Tools:
    def __init__(self, build: Path):
        self.folder = build / "tests/bench"
        self.scratch = Path(tempfile.mkdtemp(prefix="wscope-bench-"))

    def path(self, name: str) -> str:
        return str(self.folder / name)

    @staticmethod
    def build(build: Path) -> None:
        subprocess.run(["cmake", "--build", str(build), "--target", "bench_tools"], check=True,
                       stdout=subprocess.DEVNULL)

    @contextmanager
    def server(self, name: str, *words: object, core: int | None = None):
        command = pinned([self.path(name), *map(str, words)], core)
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        try:
            yield Server(process)
        finally:
            end(process)

    def lines_file(self, size: int, count: int, one_message: bool = False) -> Path:
        path = self.scratch / f"lines-{size}-{count}-{int(one_message)}"
        if not path.exists():
            words = [self.path("lines"), "--size", str(size), "--count", str(count)]
            with path.open("wb") as file:
                subprocess.run(words + ["--one-message"] * one_message, stdout=file, check=True)
        return path

    def forget_files(self) -> None:
        for path in self.scratch.iterdir():
            path.unlink()

    def close(self) -> None:
        self.forget_files()
        self.scratch.rmdir()

    @contextmanager
    def timed(self, command: list[str], *words: str, **streams):
        """Runs the command under `timed`; the value's finish() gives its report."""
        handle, report = tempfile.mkstemp(dir=self.scratch)
        os.close(handle)
        process = subprocess.Popen(
            [self.path("timed"), "--report", report, *words, "--", *command],
            stderr=subprocess.PIPE, **streams)
        try:
            yield Timed(process, Path(report))
        finally:
            end(process)
            Path(report).unlink()


class Server:
    def __init__(self, process: subprocess.Popen):
        self.process = process
        line = process.stdout.readline().strip()
        if not line.isdigit():
            raise Failed("a server of ours did not start")
        self.port = line

    def url(self, tls: bool = False) -> str:
        return f"{'wss' if tls else 'ws'}://127.0.0.1:{self.port}/"

    def wait_open(self) -> None:
        if self.process.stdout.readline().strip() != "open":
            raise Failed("no connection")

    def result(self, timeout: float = TIMEOUT) -> dict:
        try:
            out, _ = self.process.communicate(timeout=timeout)
        except subprocess.TimeoutExpired as error:
            raise Failed("the server saw no end") from error
        lines = [line for line in out.splitlines() if line.startswith("{")]
        if not lines:
            raise Failed("the server ended without a result")
        return json.loads(lines[-1])


class Timed:
    def __init__(self, process: subprocess.Popen, report: Path):
        self.process = process
        self.report = report

    def finish(self, timeout: float = TIMEOUT) -> dict:
        try:
            _, errors = self.process.communicate(timeout=timeout)
        except subprocess.TimeoutExpired as error:
            raise Failed("the client did not end") from error
        text = self.report.read_text()
        if not text:
            raise Failed("no report: " + errors.decode(errors="replace").strip()[-200:])
        result = json.loads(text)
        result["stderr"] = errors.decode(errors="replace").strip()
        return result


def end(process: subprocess.Popen) -> None:
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(3)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
    for stream in (process.stdin, process.stdout, process.stderr):
        if stream is not None:
            stream.close()


def pinned(command: list[str], core: int | None) -> list[str]:
    return command if core is None else ["taskset", "-c", str(core), *command]


def run_json(command: list[str], timeout: float = TIMEOUT) -> dict:
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=timeout, check=False)
    except subprocess.TimeoutExpired as error:
        raise Failed("out of time") from error
    if done.returncode != 0:
        raise Failed(done.stderr.strip()[-200:])
    return json.loads(done.stdout)
