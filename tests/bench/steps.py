#!/usr/bin/python3
"""What each step towards speed is worth: takes one out at a time and measures with and without.

    tests/bench/steps.py [--rounds N] [--only WORD[,…]] [--build DIR] [--write]

Works on a copy of the sources in DIR (default build/steps), so the tree stays as it is. Per step:
instructions per message of the micro benchmarks (callgrind; repeatable), CPU per message of whole
runs (medians, with and without in turn), and where the time goes (perf, when there is one). --write
puts what was measured into tests/bench/STEPS.md, above the part that is written by hand; of steps that
--only leaves out, what stands there stays.
"""

import argparse
import filecmp
import os
import re
import shutil
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "tests/bench"))
sys.dont_write_bytecode = True

import check_instructions  # noqa: E402
from runner import network, peers, report, runs, tools  # noqa: E402

PAGE = ROOT / "tests/bench/STEPS.md"
BY_HAND = "## What did not help"
COUNTS = {16: 6_000_000, 125: 3_000_000, 1024: 600_000, 65536: 12_000, 64 << 20: 1}
ECHOES = 20_000


@dataclass
class Step:
    title: str
    why: str
    edits: list[tuple[str, str, str]]  # file, text that stands there, text of a tree without it
    micro: list[str] = field(default_factory=list)  # "messages receive-16"
    whole: list[tuple[str, int]] = field(default_factory=list)  # way, size


STEPS = [
    Step("Whole frames pass by websocketpp's reader",
         "A data frame that is whole in the buffer needs no state machine: header, one check of "
         "the text, one call. websocketpp reads the rest (fragments, control frames).",
         [("src/ws/message_lane.cpp", "  return (first & (kFin | kRsv2 | kRsv3)) == kFin &&",
           "  return false && (first & (kFin | kRsv2 | kRsv3)) == kFin &&")],
         ["messages receive-16", "messages receive-125", "messages receive-1024",
          "messages receive-65536"], [("receive", 16), ("receive", 1024)]),
    Step("UTF-8 is checked in vectors",
         "Chosen at run time (AVX-512, AVX2, SSE4.1, bytes); text with a third of its bytes outside ASCII.",
         [("src/base/utf8.cpp",
           "  return validator.load(std::memory_order_relaxed)(text);\n",
           "  return valid_by_bytes(text);\n")],
         ["messages receive-125", "messages receive-1024", "messages receive-65536",
          "lines action-1024"], [("receive", 1024), ("send", 1024)]),
    Step("UTF-8 is checked 64 bytes at a time",
         "Where the processor has AVX-512 VBMI2; elsewhere both sides are the same. (Callgrind has no such "
         "processor: no instructions are counted.)",
         [("src/base/utf8.cpp", '  if (__builtin_cpu_supports("avx512vbmi2")',
           '  if (false && __builtin_cpu_supports("avx512vbmi2")')],
         [], [("receive", 1024), ("receive", 65536), ("send", 65536)]),
    Step("Many lines are checked at once",
         "One check of 16 KiB costs less than a hundred of 125 bytes; only where it fails each line is "
         "checked.",
         [("src/input/line_splitter.cpp", "    if (check_utf8_ && cursor_ >= checked_) ",
           "    if (check_utf8_ && line_number_ == ~0ULL) ")],
         ["lines action-16", "lines action-125", "lines action-1024"], [("send", 16)]),
    Step("But not more of them than the first-level cache holds",
         "16 KiB are checked, then split and masked, not the whole block of 256 KiB first.",
         [("src/input/line_splitter.cpp", "kCheckedAtOnce = std::size_t{16} << 10",
           "kCheckedAtOnce = std::size_t{256} << 10")],
         [], [("send", 125), ("send", 1024)]),
    Step("Blocks of stdin have 256 KiB",
         "Of each the begun line at its end is copied: with 128 KiB that is every second line of 64 KiB.",
         [("src/session/ready_source.cpp", "kBlock = std::size_t{256} << 10",
           "kBlock = std::size_t{128} << 10")],
         [], [("send", 125), ("send", 1024), ("send", 65536)]),
    Step("Up to 512 KiB are queued before the socket is asked",
         "With 256 KiB the two processes wait more often for each other.",
         [("src/session/connection.h", "kHighWater = std::size_t{512} << 10",
           "kHighWater = std::size_t{256} << 10")],
         [], [("send", 125), ("send", 1024), ("send", 65536)]),
    Step("Masks come from a pool",
         "4 KiB of the kernel's random bytes a call instead of four bytes a frame.",
         [("src/ws/masking.cpp", "constexpr std::size_t kPoolKeys = 1024;",
           "constexpr std::size_t kPoolKeys = 1;")],
         [], [("send", 16), ("send", 125)]),
    Step("The payload is masked while it is copied, 32 bytes a turn",
         "", [("src/ws/masking.cpp",
               "  for (; at + 32 <= size; at += 32) {  // four words at once: becomes vector "
               "instructions\n",
               "#pragma GCC novector\n  for (; at + 32 <= size && size == 0; at += 32) {\n")],
         ["messages send-1024", "messages send-65536"], [("send", 65536)]),
    Step("Files, pipes and sockets on stdin are read on the loop, not on a thread",
         "A block that goes from thread to thread goes from core to core, and each costs a wake, which "
         "whoever waits for an answer waits for, too.",
         [("src/session/run.cpp",
           "    terminal.source = make_ready_source(loop, options.messages, STDIN_FILENO);\n", "")],
         [], [("echo", 16), ("send", 125), ("send", 1024), ("send", 65536), ("piped", 125),
              ("piped", 65536)]),
    Step("A pipe on stdin that was found full becomes larger",
         "512 KiB, as for stdout: its writer and wscope wait less often for each other.",
         [("src/session/ready_source.cpp",
           "if (kind_ == Kind::kPipe && size_ >= kUsualPipe", "if (false && size_ >= kUsualPipe")],
         [], [("piped", 125), ("piped", 1024), ("piped", 65536)]),
    Step("A long line grows in huge pages",
         "Page faults cost more than the bytes.",
         [("src/base/byte_buffer.cpp", "  if (size >= 2 * kHuge) madvise", "  if (size == 0) madvise")],
         [], [("send", 64 << 20)]),
    Step("A long line is handed on, not copied",
         "It is masked where it lies, its frame's header goes into room that was left in front of it, and "
         "its memory becomes the output. The kernel clears 64 MiB once, not twice.",
         [("src/session/client_dialect.cpp", "if (action.storage != nullptr &&",
           "if (action.storage != nullptr && false &&")],
         [], [("send", 64 << 20)]),
    Step("The receive buffer holds 768 KiB from the start",
         "Behind the first bytes, which come with the response, it had grown to 192 KiB and no more: of "
         "frames of 64 KiB every second one was moved to the front before it was whole.",
         [("src/ws/engine.cpp", "  in_.grow((server ? kServersBuffer : kUsualBuffer) - ByteBuffer::kSlack);\n", "")],
         [], [("receive", 1024), ("receive", 65536)]),
    Step("A message of more than 1 MiB is written while it comes",
         "Held whole it takes as many new pages, which the kernel clears, and all of it leaves the cache "
         "between the reading and the writing.",
         [("src/session/client_session.cpp", "kLargestWhole = std::size_t{1} << 20",
           "kLargestWhole = std::size_t{1} << 40")],
         [], [("receive", 64 << 20), ("pipe", 64 << 20)]),
    Step("A pipe gets large writes in large pages",
         "write(2) puts a new page of 4 KiB into a pipe for each 4 KiB. Through a pair of sockets of our own "
         "they become pieces of up to 32 KiB, which splice(2) passes on.",
         [("src/output/pipe_pages.cpp", "  if (impossible_ || size_of(", "  if (true || size_of(")],
         [], [("pipe", 125), ("pipe", 1024), ("pipe", 64 << 20)]),
    Step("A pipe gets large messages as the pages that the socket holds",
         "What is read next is only looked at (MSG_PEEK), checked, and moved from the socket into the pipe; "
         "the header is thrown away (MSG_TRUNC), the end of the line written.",
         [("src/session/client_session.cpp", "  connection_->lend(presentation_.out().loan());\n", "")],
         [], [("pipe", 65536), ("pipe", 64 << 20)]),
    Step("Messages are gathered before they are written",
         "One write for 64 KiB of them, not one each.",
         [("src/output/output_stream.h",
           "    *end_++ = terminator;\n  }\n", "    *end_++ = terminator;\n    flush();\n  }\n")],
         [], [("receive", 16), ("receive", 125)]),
    Step("A socket that gave less than there was room for is not asked again",
         "It would say EAGAIN: a system call for each round trip.",
         [("src/net/socket_stream.h", "short_read_drains() const override { return true; }",
           "short_read_drains() const override { return false; }")],
         [], [("receive", 1024)]),
]


def mirror(source: Path, to: Path) -> None:
    """Makes `to` what `source` is. What is so already keeps its time, and is not built anew."""
    if source.is_dir():
        to.mkdir(exist_ok=True)
        for name in set(os.listdir(to)) - set(os.listdir(source)):
            gone = to / name
            if gone.is_dir():
                shutil.rmtree(gone)
            else:
                gone.unlink()
        for entry in source.iterdir():
            mirror(entry, to / entry.name)
    elif not to.exists() or not filecmp.cmp(source, to, shallow=False):
        shutil.copyfile(source, to)
        shutil.copymode(source, to)


class Tree:
    """A copy of the sources with its own build directory."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.build = folder / "build/release"
        folder.mkdir(parents=True, exist_ok=True)
        for name in ("src", "tests", "man", "scripts", "CMakeLists.txt", "README.md", "CHANGELOG.md",
                     "LICENSE"):
            mirror(ROOT / name, folder / name)
        subprocess.run(["cmake", "-S", str(folder), "-B", str(self.build), "-G", "Ninja",
                        "-DCMAKE_BUILD_TYPE=Release"], check=True, stdout=subprocess.DEVNULL)

    def make(self, to: Path) -> Path:
        """Builds, and keeps the programs in `to`."""
        subprocess.run(["ninja", "-C", str(self.build), "wscope", "bench_tools", "micro_messages",
                        "micro_lines"], check=True, stdout=subprocess.DEVNULL)
        to.mkdir(parents=True, exist_ok=True)
        for program in ("wscope", "tests/bench/micro_messages", "tests/bench/micro_lines"):
            shutil.copy2(self.build / program, to / Path(program).name)
        return to

    def change(self, step: Step) -> dict[Path, str]:
        before = {}
        for name, old, new in step.edits:
            path = self.folder / name
            text = path.read_text()
            if text.count(old) != 1:
                sys.exit(f"{name}: the text of step \"{step.title}\" stands there "
                         f"{text.count(old)} times")
            before.setdefault(path, text)
            path.write_text(text.replace(old, new))
        return before


def instructions(programs: Path, case: str) -> float:
    program, name = case.split(" ")
    return check_instructions.measure(programs / f"micro_{program}", name)


def run(single: runs.Runs, programs: Path, way: str, size: int) -> dict:
    bin_ = str(programs / "wscope")
    table = dict(peers.tomllib.loads((peers.BENCH / "peers.toml").read_text())["wscope"])
    peer = peers.Peer("wscope", bin_, "", table)
    count = COUNTS[size]
    if way == "echo":
        return single.echo(peer, size, ECHOES, 0)
    if way in ("send", "piped"):
        return single.send(peer, size, count, one=size > 1 << 20, piped=way == "piped")
    return single.receive(peer, size, count, one=size > 1 << 20, pipe=way == "pipe")


def profile(single: runs.Runs, programs: Path, way: str, size: int, scratch: Path) -> str:
    if shutil.which("perf") is None:
        return ""
    data = scratch / "perf.data"
    wrapper = scratch / "profiled"
    wrapper.write_text(f"#!/bin/sh\nexec perf record -q -F 4000 -o {data} {programs}/wscope \"$@\"\n")
    wrapper.chmod(0o755)
    (scratch / "wscope").unlink(missing_ok=True)
    wrapper.rename(scratch / "wscope")
    run(single, scratch, way, size)
    done = subprocess.run(["perf", "report", "-q", "-i", str(data), "--no-children", "--sort", "sym",
                           "-g", "none"], capture_output=True, text=True, check=False)
    found = re.findall(r"^\s*([\d.]+)%\s+\[(.)\]\s+(.*?)\s*$", done.stdout, re.M)
    names = [f"{share} % {_short(name)}{' (kernel)' if place == 'k' else ''}"
             for share, place, name in found[:5]]
    return ", ".join(names)


def _short(name: str) -> str:
    name = re.sub(r"\(anonymous namespace\)::|wscope::|<.*>", "", name)
    return name.split("(")[0]


def number(value: float) -> str:
    return f"{value:,.0f}".replace(",", " ")


def nanoseconds(value: float) -> str:
    ns = value * 1e9
    return f"{ns:.0f} ns" if ns < 10_000 else f"{ns / 1000:.1f} µs" if ns < 1e7 else f"{ns / 1e6:.1f} ms"


def describe(size: int) -> str:
    return f"{size} B" if size < 1024 else f"{size >> 10} KiB" if size < 1 << 20 else f"{size >> 20} MiB"


def measure(step: Step, with_it: Path, without: Path, box: tools.Tools, rounds: int,
            scratch: Path) -> str:
    single = runs.Runs(box)
    lines = [title_line(step), ""]
    if step.why:
        lines += [step.why, ""]
    lines += [f"{report.machine()}, {time.strftime('%Y-%m-%d')}; {rounds} rounds; network: "
              f"{network.describe()}.", ""]
    lines += ["| | without | with | ratio |", "|---|---|---|---|"]
    for case in step.micro:
        before, after = instructions(without, case), instructions(with_it, case)
        lines.append(f"| instructions, {case} | {number(before)} | {number(after)} | "
                     f"{after / before:.2f} |")
    for way, size in step.whole:
        before, after = [], []
        for _ in range(rounds):
            before.append(run(single, without, way, size))
            after.append(run(single, with_it, way, size))
        label = {"pipe": "receive, into a pipe", "piped": "send, from a pipe"}.get(way, way)
        values = (("p50", "half of the round trips within"), ("p99", "99 % of the round trips within"))
        if way != "echo":
            values = (("cpu", "CPU"), ("seconds", "time"))
        for value, what in values:
            per = COUNTS[size] if value == "seconds" else 1
            old, new = (statistics.median(one[value] / per for one in all_of_them)
                        for all_of_them in (before, after))
            lines.append(f"| {what}, {label} {describe(size)} | {nanoseconds(old)} | {nanoseconds(new)} | "
                         f"{new / old:.2f} |")
    way, size = step.whole[0]
    for name, programs in (("without", without), ("with", with_it)):
        if top := profile(single, programs, way, size, scratch):
            lines += ["", f"Profile {name} ({way} {describe(size)}): {top}."]
    return "\n".join(lines) + "\n"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", default="", metavar="WORD[,…]", help="steps with such a word in the title")
    parser.add_argument("--build", type=Path, default=ROOT / "build/steps")
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    network.enter()

    tree = Tree(options.build.resolve())
    with_it = tree.make(options.build.resolve() / "with")
    box = tools.Tools(tree.build)
    pages: dict[str, str] = {}
    try:
        for index, step in enumerate(STEPS):
            if not any(word in step.title for word in options.only.split(",")):
                continue
            before = tree.change(step)
            try:
                without = tree.make(options.build.resolve() / f"without-{index}")
            finally:
                for path, text in before.items():
                    path.write_text(text)
            page = measure(step, with_it, without, box, options.rounds, box.scratch)
            pages[title_line(step)] = page
            print(page, flush=True)
    finally:
        box.forget_files()
        box.close()
    if options.write:
        write_page(pages)
    return 0


def title_line(step: Step) -> str:
    return f"## {step.title}"


def write_page(measured: dict[str, str]) -> None:
    written, by_hand = PAGE.read_text().split(BY_HAND, 1)
    sections = {text.split("\n", 1)[0]: text
                for text in re.findall(r"^## .*?(?=^## |\Z)", written, re.M | re.S)}
    sections.update(measured)
    head = ("# Where the time goes, step by step\n\n"
            "Written by `tests/bench/steps.py --write` down to \"What did not help\": each step is taken "
            "out of the tree of that day alone, and both are measured in turn. CPU is user + system of "
            "wscope per message, time is that of the whole chain (server, wscope, reader), over loopback.")
    pages = [sections[title_line(step)].rstrip() for step in STEPS if title_line(step) in sections]
    PAGE.write_text("\n\n".join([head, *pages, BY_HAND + by_hand]))


if __name__ == "__main__":
    sys.exit(main())
