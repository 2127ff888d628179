"""Medians, ratios and goals as text: for the terminal and for RESULTS.md."""

import os
import platform
import time
from dataclasses import dataclass

from . import network
from .peers import Peer
from .rows import MIB, MINIMAL, PUMP, SIZES, ZLIB, Results

WE = "wscope"


def size_name(size: int) -> str:
    return f"{size // 1024} KiB" if size >= 1024 else f"{size} B"


def rate(value: float | None) -> str:
    if value is None:
        return "–"
    if value >= 1e6:
        return f"{value / 1e6:.2f} M/s"
    return f"{value / 1e3:.1f} k/s" if value >= 1e3 else f"{value:.0f} /s"


def duration(value: float | None) -> str:
    if value is None:
        return "–"
    for unit, factor in (("s", 1), ("ms", 1e3), ("µs", 1e6)):
        if value * factor >= 1:
            return f"{value * factor:.2f} {unit}"
    return f"{value * 1e9:.0f} ns"


def memory(value: float | None) -> str:
    return "–" if value is None else f"{value / MIB:.1f} MiB"


@dataclass
class Goal:
    what: str
    wanted: str
    measured: str
    met: bool | None  # None: could not be measured
    beyond: bool = False  # missed, and the plain pump misses it, too


class Report:
    def __init__(self, results: Results, peers: list[Peer], rounds: int, load: tuple[float, float]):
        self.results = results
        self.peers = peers
        self.names = [peer.name for peer in peers]
        self.rounds = rounds
        self.load = load

    # --- tables -----------------------------------------------------------------------------------
    def _table(self, title: str, cases: list[tuple[str, str]], value: str, show) -> list[str]:
        """One row a peer, one column a case; nothing where no case was run."""
        have = [(key, head) for key, head in cases if key in self.results.samples]
        if not have:
            return []
        lines = [f"## {title}", "", "| | " + " | ".join(head for _, head in have) + " |",
                 "|---|" + "---|" * len(have)]
        found = {name for key, _ in have for name in (*self.results.samples[key],
                                                     *self.results.failures.get(key, {}))}
        order = [WE] + [n for n in (PUMP, MINIMAL, "OpenSSL loop", ZLIB) if n in found]
        order += [name for name in self.names if name != WE]
        for name in order:
            if name not in found:
                continue
            cells = []
            for key, _ in have:
                median = self.results.median(key, name, value)
                failed = name in self.results.failures.get(key, {})
                cells.append("fails" if failed else show(median))
            lines.append(f"| {name} | " + " | ".join(cells) + " |")
        return [*lines, ""]

    def tables(self) -> list[str]:
        sizes = [(str(size), size_name(size)) for size in SIZES]
        receive = [(f"receive-null-{s}", name) for s, name in sizes]
        pipe = [(f"receive-pipe-{s}", name) for s, name in sizes]
        send = [(f"send-{s}", name) for s, name in sizes]
        deflate = [(f"{word}-{size}", f"{word} {size_name(size)}")
                   for word in ("inflate", "deflate") for size in (125, 1024, 65536)]
        pressure = [(f"{kind}-{size}", f"{kind.replace('-', ' ')}, {size_name(size)}")
                    for kind in ("stalled-output", "late-server") for size in (16, 65536)]
        big = [("big-receive", "received, to /dev/null"), ("big-receive-pipe", "into a pipe"),
               ("big-send", "sent")]
        return [
            *self._table("Messages received, to /dev/null", receive, "rate", rate),
            *self._table("Messages received, into a pipe", pipe, "rate", rate),
            *self._table("Messages sent, a line each", send, "rate", rate),
            *self._table("CPU per message received (to /dev/null)", receive, "cpu", duration),
            *self._table("CPU per message sent", send, "cpu", duration),
            *self._table("Echo round trip on one core, 16 B: p50", [("echo-16", "p50")], "p50",
                         duration),
            *self._table("Echo round trip on one core, 16 B: p99", [("echo-16", "p99")], "p99",
                         duration),
            *self._table("Start and one visit (connect, one message, its echo, close)",
                         [("start", "`--version`"), ("one-shot", "one visit")], "p50", duration),
            *self._table("The same: CPU", [("start", "`--version`"), ("one-shot", "one visit")],
                         "cpu", duration),
            *self._table("Memory: connected and idle (RSS)", [("idle", "RSS")], "rss", memory),
            *self._table("Memory: greatest RSS under back-pressure (all of it arrives in the end)",
                         pressure, "rss", memory),
            *self._table("Memory: greatest RSS for one message of 1 GiB to a file",
                         [("gib-to-file", "RSS")], "rss", memory),
            *self._table("One message of 64 MiB", big, "seconds", duration),
            *self._table("One message of 64 MiB: CPU", big, "cpu", duration),
            *self._table("TLS, 64 KiB messages", [("tls-65536", "received")], "rate", rate),
            *self._table("permessage-deflate: messages a second", deflate, "rate", rate),
            *self._table("permessage-deflate: CPU per message", deflate, "cpu", duration),
        ]

    # --- goals ------------------------------------------------------------------------------------
    def _ratio(self, what: str, case: str, value: str, other: str, limit: float,
               at_least: bool = True) -> Goal:
        ours = self.results.median(case, WE, value)
        theirs = self.results.median(case, other, value)
        wanted = f"{'≥' if at_least else '≤'} {limit:.3g} × {other}"
        if ours is None or theirs is None:
            return Goal(what, wanted, "not measured", None)
        ratio = ours / theirs if theirs else float("inf")
        show = rate if value == "rate" else duration
        best = self.results.best(case, WE, value), self.results.best(case, other, value)
        text = f"{ratio:.2f} × ({show(ours)} : {show(theirs)})"
        if self.rounds > 1 and best[1]:
            text += f"; best runs {best[0] / best[1]:.2f} ×"
        met = ratio >= limit if at_least else ratio <= limit
        # What moves the same bytes without looking at them bounds what can be reached.
        pump = self.results.median(case, PUMP, value)
        beyond = False
        if pump and theirs and other != PUMP and (value == "cpu" or not met):
            text += f"; the pump alone: {show(pump)}"
            beyond = not met and not (pump / theirs >= limit if at_least else pump / theirs <= limit)
        return Goal(what, wanted, text, met, beyond)

    def _limit(self, what: str, case: str, limit: float) -> Goal:
        ours = self.results.median(case, WE, "rss")
        return Goal(what, f"≤ {memory(limit)}", memory(ours), None if ours is None else ours <= limit)

    def _best_peer(self, case: str, value: str, lowest: bool) -> str:
        medians = {name: self.results.median(case, name, value) for name in self.names if name != WE}
        there = {name: median for name, median in medians.items() if median}
        if not there:
            return ""
        return (min if lowest else max)(there, key=there.get)

    def goals(self) -> list[Goal]:
        goals = []
        for size, other, limit in ((16, "curl", 2), (125, "curl", 2), (1024, "curl", 1.3),
                                   (65536, PUMP, 0.8)):
            goals.append(self._ratio(f"receive {size_name(size)}, to /dev/null",
                                     f"receive-null-{size}", "rate", other, limit))
        for size in SIZES:
            goals.append(self._ratio(f"receive {size_name(size)}, into a pipe",
                                     f"receive-pipe-{size}", "rate", "curl", 2))
        for size, other, limit in ((16, "go", 10), (125, "go", 10), (1024, PUMP, 0.7),
                                   (65536, PUMP, 0.7)):
            goals.append(self._ratio(f"send {size_name(size)}", f"send-{size}", "rate", other, limit))
        for key, word in (("receive-null", "receive"), ("send", "send")):
            for size in SIZES:
                case = f"{key}-{size}"
                best = self._best_peer(case, "cpu", lowest=True)
                goals.append(self._ratio(f"CPU, {word} {size_name(size)}", case, "cpu", best, 1 / 3,
                                         at_least=False))
        goals.append(self._ratio("echo round trip, p50", "echo-16", "p50", PUMP, 1.3, False))
        goals.append(self._ratio("echo round trip, p99", "echo-16", "p99", PUMP, 1.3, False))
        goals.append(self._ratio("start, `--version`", "start", "p50", MINIMAL, 1.6, False))
        goals.append(self._ratio("one visit", "one-shot", "p50", PUMP, 1.8, False))
        goals.append(self._limit("RSS, connected and idle", "idle", 7 * MIB))
        for kind in ("stalled-output", "late-server"):
            for size in (16, 65536):
                goals.append(self._limit(f"RSS, {kind.replace('-', ' ')}, {size_name(size)}",
                                         f"{kind}-{size}", 12 * MIB))
        goals.append(self._limit("RSS, 1 GiB message to a file", "gib-to-file", (1024 + 16) * MIB))
        goals.append(self._ratio("one 64 MiB message, time", "big-receive", "seconds", PUMP, 1 / 0.8,
                                 False))
        goals.append(self._ratio("TLS, 64 KiB", "tls-65536", "rate", "OpenSSL loop", 0.85))
        for word in ("inflate", "deflate"):
            for size in (125, 1024, 65536):
                goals.append(self._ratio(f"permessage-deflate, CPU, {word} {size_name(size)}",
                                         f"{word}-{size}", "cpu", ZLIB, 1.15, False))
        return [goal for goal in goals if goal.met is not None]

    def goal_table(self) -> list[str]:
        lines = ["## Goals", "", "| | wanted | measured | |", "|---|---|---|---|"]
        for goal in self.goals():
            verdict = "met" if goal.met else "**missed**"
            if goal.beyond:
                verdict += ", by the pump, too"
            lines.append(f"| {goal.what} | {goal.wanted} | {goal.measured} | {verdict} |")
        return [*lines, ""]

    def summary(self) -> str:
        """The README's table: the rows people ask about, wscope beside each peer that has them."""
        rows = [(f"received, {size_name(size)}", f"receive-null-{size}", "rate", rate)
                for size in (125, 1024, 65536)]
        rows += [(f"sent, {size_name(size)}", f"send-{size}", "rate", rate)
                 for size in (125, 1024, 65536)]
        rows += [("one visit", "one-shot", "p50", duration), ("idle", "idle", "rss", memory)]
        names = [name for name in self.names
                 if self.results.median("receive-null-125", name, "rate") is not None]
        lines = ["| | " + " | ".join(names) + " |", "|---|" + "---|" * len(names)]
        for head, key, value, show in rows:
            cells = [show(self.results.median(key, name, value)) for name in names]
            lines.append(f"| {head} | " + " | ".join(cells) + " |")
        where_and_when = f"{machine()}, {time.strftime('%Y-%m-%d')}"
        return "\n".join([*lines, "", f"Medians of {self.rounds} rounds on one machine ({where_and_when}), "
                          "over loopback."]) + "\n"

    def failures(self) -> list[str]:
        lines = [f"* {case}, {peer}: {why.splitlines()[0] if why else '?'}"
                 for case, peers in self.results.failures.items() for peer, why in peers.items()]
        return ["## What did not work", "", *lines, ""] if lines else []

    # --- the whole --------------------------------------------------------------------------------
    def markdown(self) -> str:
        head = [
            "# Results of the benchmark",
            "",
            "Written by `scripts/bench`; not edited by hand. Medians of "
            f"{self.rounds} rounds; in a round all take turns. Text, about 30 % of its bytes outside"
            " ASCII. Everything is on one machine over loopback. A run counts only when its output was"
            " right and complete: every byte of a pipe is compared with what must stand there, every"
            " message a server receives with the one that was to come. Rates are taken by the server's"
            " clock from the end of the handshake to the last message or the answer to its Close; CPU"
            " time is user + system of the client, start-up subtracted for the peers and wscope alike."
            " Peers for which a full run would take long get fewer messages.",
            "",
            "![Messages received and sent per second](results.svg)",
            "",
            f"* machine: {machine()}, Linux {kernel()}; load before and"
            f" after: {self.load[0]:.1f}, {self.load[1]:.1f}",
            f"* network: {network.describe()}, the servers' reno",
            f"* day: {time.strftime('%Y-%m-%d')}",
            *[f"* {peer.name}: {peer.version}" for peer in self.peers],
            "",
        ]
        return "\n".join([*head, *self.goal_table(), *self.tables(), *self.failures()])


def machine() -> str:
    return f"{_cpu_model()}, {os.cpu_count()} cores"


def _cpu_model() -> str:
    with open("/proc/cpuinfo") as info:
        for line in info:
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    return platform.machine()


def kernel() -> str:
    return ".".join(platform.release().split("-")[0].split(".")[:2])
