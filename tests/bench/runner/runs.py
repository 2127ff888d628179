"""Single runs of one peer, one function a kind; each gives its values or raises Failed."""

import json
import os
import re
import subprocess
import time

from .peers import Peer
from .tools import Failed, Tools, run_json

def _raw(peer: Peer | None) -> list[str]:
    return ["--raw"] if peer is None else []


class Runs:
    """Single runs. `peer` None is the plain pump."""

    def __init__(self, tools: Tools):
        self.tools = tools

    def receive(self, peer: Peer | None, size: int, count: int, *, pipe: bool = False,
                tls: bool = False, deflate: bool = False, one: bool = False, stall: int = 0,
                file: str = "", extra: tuple[str, ...] = ()) -> dict:
        """Server → stdout: into a pipe that is checked, into a file, or to /dev/null."""
        words = [*_raw(peer), *["--tls"] * tls, *["--deflate"] * deflate]
        words += ["--one-message", size] if one else ["--size", size, "--count", count]
        if peer is not None and peer.end_after_close:
            words.append("--end-after-close")
        with self.tools.server("ws_source", *words) as server:
            if peer is None:
                program = self.tools.path("tls_pump" if tls else "pump")
                command = [program, server.port] if tls else [program, "receive", server.port]
            else:
                command = peer.command("receive", server.url(tls), tls) + list(extra)
            if pipe:
                check = self._checker(peer, size, count, one, stall)
                out = check.stdin
            else:
                check = None
                out = open(file or os.devnull, "wb")  # noqa: SIM115
            hold = peer is not None and peer.holds_stdin
            with self.tools.timed(command, stdout=out,
                                  stdin=subprocess.PIPE if hold else subprocess.DEVNULL) as client:
                out.close()
                source = server.result()
                if hold:
                    client.process.stdin.close()
                    client.process.stdin = None
                report = client.finish()
            result = {"begin": source["begin"], "end": source["end"]}
            if check is not None:
                result |= self._checked(check, peer, size, count)
        if not source["sent"] or not source["answered"]:
            raise Failed("left before the end")
        return self._cost(result, report, peer, "receive", count)

    def _checker(self, peer, size, count, one, stall) -> subprocess.Popen:
        words = ["--size", size, "--count", count, *["--one-message"] * one, "--stall", stall]
        if peer is not None and peer.output == "joined":
            words.append("--no-separator")
        return subprocess.Popen([self.tools.path("pipe_check"), *map(str, words)],
                                stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    @staticmethod
    def _checked(check: subprocess.Popen, peer: Peer | None, size: int, count: int) -> dict:
        check.stdin = None
        out, _ = check.communicate(timeout=60)
        result = json.loads(out)
        exact = peer is None or peer.output in ("lines", "joined")
        if exact and not result["whole"]:
            at = result["first_difference"]
            raise Failed(f"wrong output: {result['bytes']} bytes, "
                         + ("too few" if at < 0 else f"differs at byte {at}"))
        if result["bytes"] < count * size:
            raise Failed("output is not complete")
        return {"end": result["end"]}

    @staticmethod
    def _cost(result: dict, report: dict, peer: Peer | None, mode: str, count: int) -> dict:
        if report["status"] != 0 and (peer is None or not peer.holds_stdin):
            raise Failed(f"exit status {report['status']}: {report['stderr'][-160:]}")
        baseline = peer.baseline.get(mode, 0.0) if peer else 0.0
        seconds = max(result["end"] - result["begin"], 1e-9)
        return {"rate": count / seconds, "seconds": seconds, "rss": report["rss"] * 1024,
                "cpu": max(report["cpu"] - baseline, 0.0) / count, "cpu_all": report["cpu"]}

    def send(self, peer: Peer | None, size: int, count: int, *, late: int = 0, tls: bool = False,
             deflate: bool = False, one: bool = False, piped: bool = False) -> dict:
        """Lines of stdin → server, which counts and compares every one. `piped`: by way of cat."""
        hold = peer is not None and peer.holds_stdin
        words = ["--size", size, "--count", count, *_raw(peer), *["--one-message"] * one,
                 *["--tls"] * tls, *["--deflate"] * deflate, *["--close-at-count"] * hold,
                 *["--line-end"] * (peer is not None and peer.sends_line_end),
                 "--late-start", late]
        source = None
        with self.tools.server("ws_sink", *words) as server:
            if peer is None:
                command = [self.tools.path("pump"), "send", server.port]
            else:
                command = peer.command("send", server.url(tls), tls)
            cat = None
            if hold:
                read_end, write_end = os.pipe()
            else:
                stdin = self.tools.lines_file(size, count, one).open("rb")
                if piped:
                    cat = subprocess.Popen(["cat"], stdin=stdin, stdout=subprocess.PIPE)
                    stdin.close()
                    stdin = cat.stdout
                read_end, write_end = stdin.fileno(), -1
            try:
                with self.tools.timed(command, stdin=read_end, stdout=subprocess.DEVNULL) as client:
                    if hold:
                        os.close(read_end)
                        server.wait_open()
                        time.sleep(0.2)  # what comes before its own open event is dropped
                        lines = [self.tools.path("lines"), "--size", str(size), "--count",
                                 str(count), "--hold"]
                        source = subprocess.Popen(lines, stdout=write_end)
                        os.close(write_end)
                    sink = server.result()
                    if source is not None:
                        source.terminate()
                        source.wait()
                    report = client.finish()
            finally:
                if not hold:
                    stdin.close()
                    if cat is not None:
                        cat.wait()
                elif source is not None and source.poll() is None:
                    source.terminate()
                    source.wait()
        if sink["messages"] != count or sink["wrong"]:
            raise Failed(f"{sink['messages']} of {count} arrived, {sink['wrong']} wrong")
        result = {"begin": sink["first"] if hold else sink["begin"], "end": sink["end"]}
        return self._cost(result, report, peer, "send", count)

    def baseline(self, peer: Peer) -> None:
        """CPU seconds of a visit with one message: start-up, to be left out of CPU per message."""
        for mode in ("receive", "send"):
            if peer.can(mode):
                peer.baseline[mode] = 0.0
                run = self.receive if mode == "receive" else self.send
                peer.baseline[mode] = min(run(peer, 16, 1)["cpu_all"] for _ in range(3))

    def content(self, peer: Peer, size: int, count: int) -> None:
        """For peers that decorate: the payloads are looked for in what they wrote."""
        if peer.output in ("lines", "joined"):
            return
        path = self.tools.scratch / "decorated"
        self.receive(peer, size, count, file=str(path))
        found = re.findall(peer.output.encode(), path.read_bytes())
        expected = self.tools.lines_file(size, count).read_bytes().splitlines()
        if found[:count] != expected:
            raise Failed("wrong messages in the output")

    def echo(self, peer: Peer | None, size: int, count: int, core: int) -> dict:
        """A line there and back, everything on one core."""
        with self.tools.server("ws_echo", *_raw(peer), core=core) as server:
            if peer is None:
                client = [self.tools.path("pump"), "both", server.port]
            else:
                client = peer.command("both", server.url())
            exact = peer is None or peer.output == "lines"
            driver = [self.tools.path("round_trips"), "--count", str(count), "--size", str(size),
                      "--after", "300" if exact else "800", *["--decorated"] * (not exact), "--",
                      *client]
            result = run_json(["taskset", "-c", str(core), *driver])
        return {"p50": result["p50"] * 1e-6, "p99": result["p99"] * 1e-6}

    def start(self, command: list[str], times: int) -> dict:
        with self.tools.timed(command, "--times", str(times), stdin=subprocess.DEVNULL,
                              stdout=subprocess.DEVNULL) as client:
            report = client.finish()
        if report["wrong"]:
            raise Failed(f"exit status {report['status']}")
        return {"p50": report["wall"], "cpu": report["cpu"], "rss": report["rss"] * 1024}

    def one_shot(self, peer: Peer | None, times: int) -> dict:
        with self.tools.server("ws_echo", *_raw(peer), "--connections", times) as server:
            command = ([self.tools.path("pump"), "one", server.port] if peer is None
                       else peer.command("one", server.url()))
            with self.tools.timed(command, "--times", str(times), "--expect", "hello",
                                  stdin=subprocess.DEVNULL) as client:
                report = client.finish()
        if report["wrong"]:
            raise Failed(f"{report['wrong']} of {times} went wrong")
        return {"p50": report["wall"], "p99": report["wall_p99"], "cpu": report["cpu"]}

    def idle(self, peer: Peer) -> dict:
        """RSS of a client that is connected and has nothing to do."""
        with self.tools.server("ws_stall") as server:
            command = peer.command("both", server.url())
            client = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL,
                                      stderr=subprocess.DEVNULL)
            try:
                time.sleep(1.0)
                with open(f"/proc/{client.pid}/status") as status:
                    fields = dict(line.split(":", 1) for line in status)
            finally:
                client.kill()
                client.wait()
                client.stdin.close()
        return {"rss": int(fields["VmRSS"].split()[0]) * 1024,
                "anonymous": int(fields["RssAnon"].split()[0]) * 1024}

    def zlib_alone(self, mode: str, size: int, count: int) -> dict:
        result = run_json([self.tools.path("zlib_only"), mode, "--size", str(size), "--count",
                           str(count)])
        return {"cpu": result["cpu"] / count, "rate": count / max(result["cpu"], 1e-9)}
