#!/usr/bin/python3
"""Counts instructions per message of the micro benchmarks and compares them with the record.

    check_instructions.py FOLDER RECORD [--update]

FOLDER holds the micro_* programs, RECORD is instructions.json. Each case runs under callgrind with
two iteration counts; the difference is what a message costs, start and preparation left out. Fails
when a case is more than 10 % above its figure, or has none. Figures belong to a compiler and a kind
of processor, the one that valgrind shows (`valgrind micro_X --key`); where there are none for this
one, the check is skipped (exit 77).
"""

import argparse
import json
import re
import subprocess
import sys
from pathlib import Path

PROGRAMS = ("micro_messages", "micro_tap", "micro_escape", "micro_utf8", "micro_lines")
ALLOWED = 1.10
SKIPPED = 77
PREPARED = 320 << 10  # bytes of messages that are made before the first iteration
MORE = 2 << 20  # bytes of messages that the longer run has more


def iterations(case: str) -> tuple[int, int]:
    """The shorter run uses all that is prepared, so that the difference is iterations alone."""
    size = int(case.rsplit("-", 1)[1])
    few = max(PREPARED // size, 16)
    return few, few + min(max(MORE // size, 50), 20_000)


def count(program: Path, case: str, number: int) -> int:
    command = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", str(program), case,
               str(number)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    found = re.search(r"Collected : (\d+)", done.stderr)
    if done.returncode != 0 or found is None:
        sys.exit(f"{program.name} {case}: {done.stderr[-400:]}")
    return int(found.group(1))


def measure(program: Path, case: str) -> float:
    few, more = iterations(case)
    return (count(program, case, more) - count(program, case, few)) / (more - few)


def ask(program: Path, what: str, *before: str) -> list[str]:
    done = subprocess.run([*before, program, what], capture_output=True, text=True, check=True)
    return done.stdout.split("\n")[:-1]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("record", type=Path)
    parser.add_argument("--update", action="store_true", help="write what was measured")
    options = parser.parse_args()

    everything = json.loads(options.record.read_text()) if options.record.exists() else {}
    key = ask(options.folder / PROGRAMS[0], "--key", "valgrind", "--tool=none", "-q")[0]
    recorded = everything.get(key, {})
    if not recorded and not options.update:
        print(f"no figures for {key}; write them with --update")
        return SKIPPED

    print(f"instructions per message ({key})")
    print(f"{'':32} {'recorded':>10} {'now':>10}")
    measured = {}
    worse = []
    for name in PROGRAMS:
        for case in ask(options.folder / name, "--list"):
            label = f"{name.removeprefix('micro_')} {case}"
            measured[label] = round(measure(options.folder / name, case), 1)
            figure = recorded.get(label)
            too_many = figure is None or measured[label] > figure * ALLOWED
            worse += [label] * (too_many and not options.update)
            change = "new" if figure is None else f"{measured[label] / figure - 1:+.1%}"
            print(f"{label:32} {'–' if figure is None else figure:>10} {measured[label]:>10} "
                  f"{change}{'  WORSE' if too_many and not options.update else ''}", flush=True)
    if options.update:
        everything[key] = measured
        options.record.write_text(json.dumps(everything, indent=2) + "\n")
    if worse:
        print(f"more than {ALLOWED - 1:.0%} above the record, or not in it: {', '.join(worse)}")
    return 1 if worse else 0


if __name__ == "__main__":
    sys.exit(main())
