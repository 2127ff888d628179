"""What is measured: the cases in their order, who takes part, how many messages; and the rounds."""

import functools
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass

from .peers import Peer
from .runs import Runs
from .tools import Failed, Tools

PUMP = "pump"  # the yardsticks' names among the peers
MINIMAL = "minimal C++"
ZLIB = "zlib alone"
SIZES = (16, 125, 1024, 65536)
MIB = 1 << 20
RECEIVE_COUNTS = {16: 8_000_000, 125: 5_000_000, 1024: 1_500_000, 65536: 40_000}
SEND_COUNTS = {16: 4_000_000, 125: 2_500_000, 1024: 600_000, 65536: 12_000}
DEFLATE_COUNTS = {125: 1_000_000, 1024: 200_000, 65536: 4_000}


@dataclass
class Case:
    key: str
    group: str
    run: Callable[[Peer | None, int], dict]  # peer (None: the yardstick) and count
    count: int  # at most; slow peers get fewer, so that a run takes about a second
    mode: str = ""  # what a peer must be able to do
    yardstick: str = ""  # "": there is none
    yardstick_run: Callable[[int], dict] | None = None
    only: tuple[str, ...] = ()
    scaled: bool = True


def make_cases(runs: Runs, minimal: str) -> list[Case]:
    cases: list[Case] = []
    for size in SIZES:
        for out in ("null", "pipe"):
            run = functools.partial(_receive, runs, size, pipe=out == "pipe")
            cases.append(Case(f"receive-{out}-{size}", "receive", run, RECEIVE_COUNTS[size],
                              "receive", PUMP))
    for size in SIZES:
        cases.append(Case(f"send-{size}", "send", functools.partial(_send, runs, size),
                          SEND_COUNTS[size], "send", PUMP))
    cases.append(Case("echo-16", "echo", lambda peer, n: runs.echo(peer, 16, n, 0), 20_000, "both",
                      PUMP))
    cases.append(Case("start", "start", lambda peer, n: runs.start(_version_of(peer, minimal), n),
                      100, "version", MINIMAL))
    cases.append(Case("one-shot", "start", lambda peer, n: runs.one_shot(peer, n), 100, "one",
                      PUMP))
    cases.append(Case("idle", "memory", lambda peer, n: runs.idle(peer), 1, "both", scaled=False))
    some = ("wscope", "curl", "go", "websocat")
    for size, lines in ((16, 1_000_000), (65536, 2000)):
        cases.append(Case(f"stalled-output-{size}", "memory",
                          functools.partial(_receive, runs, size, pipe=True, stall=1500),
                          3 * lines, "receive", PUMP, only=some, scaled=False))
        cases.append(Case(f"late-server-{size}", "memory",
                          functools.partial(_send, runs, size, late=1500), lines, "send", PUMP,
                          only=some, scaled=False))
    file = str(runs.tools.scratch / "received")
    cases.append(Case("gib-to-file", "memory",
                      lambda peer, n: runs.receive(
                          peer, 1024 * MIB, 1, one=True, file=file,
                          extra=("--max-size", "2G") if peer and peer.name == "wscope" else ()),
                      1, "receive", PUMP, only=("wscope", "go"), scaled=False))
    cases.append(Case("big-receive", "big", lambda peer, n: runs.receive(peer, 64 * MIB, 1, one=True),
                      1, "receive", PUMP, only=some, scaled=False))
    cases.append(Case("big-receive-pipe", "big",
                      lambda peer, n: runs.receive(peer, 64 * MIB, 1, one=True, pipe=True),
                      1, "receive", PUMP, only=some, scaled=False))
    cases.append(Case("big-send", "big", lambda peer, n: runs.send(peer, 64 * MIB, 1, one=True), 1,
                      "send", PUMP, only=("wscope", "curl", "go"), scaled=False))
    cases.append(Case("tls-65536", "tls", functools.partial(_receive, runs, 65536, tls=True), 20_000,
                      "receive", "OpenSSL loop", only=some))
    for size, count in DEFLATE_COUNTS.items():
        for mode, word in (("receive", "inflate"), ("send", "deflate")):
            run = functools.partial(_receive if mode == "receive" else _send, runs, size,
                                    deflate=True)
            alone = functools.partial(runs.zlib_alone, word, size)
            cases.append(Case(f"{word}-{size}", "deflate", run,
                              count // (1 if mode == "receive" else 4), mode, ZLIB, alone,
                              only=("wscope",)))
    return cases


def _receive(runs: Runs, size: int, peer: Peer | None, count: int, **more) -> dict:
    return runs.receive(peer, size, count, **more)


def _send(runs: Runs, size: int, peer: Peer | None, count: int, **more) -> dict:
    return runs.send(peer, size, count, **more)


def _version_of(peer: Peer | None, minimal: str) -> list[str]:
    return [minimal] if peer is None else peer.command("version", "")


class Results:
    """Samples by case and peer, and why a peer has none."""

    def __init__(self):
        self.samples: dict[str, dict[str, list[dict]]] = {}
        self.failures: dict[str, dict[str, str]] = {}

    def add(self, case: str, peer: str, sample: dict) -> None:
        self.samples.setdefault(case, {}).setdefault(peer, []).append(sample)

    def fail(self, case: str, peer: str, why: str) -> None:
        self.failures.setdefault(case, {})[peer] = why
        self.samples.setdefault(case, {}).pop(peer, None)

    def best(self, case: str, peer: str, value: str) -> float | None:
        """Of the runs the one that was disturbed least."""
        values = [s[value] for s in self.samples.get(case, {}).get(peer, []) if value in s]
        if not values:
            return None
        return max(values) if value == "rate" else min(values)

    def median(self, case: str, peer: str, value: str) -> float | None:
        samples = self.samples.get(case, {}).get(peer, [])
        values = [sample[value] for sample in samples if value in sample]
        return statistics.median(values) if values else None


def run_rounds(cases: list[Case], peers: list[Peer], tools: Tools, runs: Runs, rounds: int,
               fraction: float) -> Results:
    """Every peer in turn, case by case, then again: what disturbs the machine meets all alike."""
    results = Results()
    for peer in list(peers):
        try:
            runs.baseline(peer)
            runs.content(peer, 125, 2000)
        except Failed as error:
            print(f"{peer.name}: left out: {error}", flush=True)
            peers.remove(peer)
    counts: dict[tuple[str, str], int] = {}
    for number in range(1, rounds + 1):
        for case in cases:
            begin = time.monotonic()
            for peer in [None, *peers] if case.yardstick else peers:
                if peer is None or (peer.can(case.mode) and (not case.only or
                                                             peer.name in case.only)):
                    _run_one(case, peer, counts, results, fraction)
            tools.forget_files()
            print(f"round {number}/{rounds}: {case.key}: {time.monotonic() - begin:.1f} s",
                  flush=True)
    return results


def _run_one(case: Case, peer: Peer | None, counts: dict, results: Results,
             fraction: float) -> None:
    name = case.yardstick if peer is None else peer.name
    if name in results.failures.get(case.key, {}):
        return
    full = max(1, int(case.count * fraction)) if case.scaled else case.count

    def run(count: int) -> dict:
        if peer is None and case.yardstick_run is not None:
            return case.yardstick_run(count)
        return case.run(peer, count)

    try:
        key = (case.key, name)
        if key not in counts:
            counts[key] = full
            if case.scaled and peer is not None and peer.name != "wscope":
                counts[key] = _fitting_count(run, full)
        results.add(case.key, name, run(counts[key]))
    except Failed as error:
        print(f"  {case.key}: {name}: {error}", flush=True)
        results.fail(case.key, name, str(error))


def _fitting_count(run: Callable[[int], dict], full: int) -> int:
    """So many that a run takes about a second."""
    probe = max(1, full // 500)
    begin = time.monotonic()
    sample = run(probe)
    rate = sample.get("rate") or probe / (time.monotonic() - begin)
    return max(probe, min(full, int(rate)))
