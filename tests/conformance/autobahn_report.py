"""What the Autobahn suite said of its cases → figures on stdout, and a page (scripts/autobahn).

autobahn_report.py INDEX.JSON --cases N --seconds S --tested WORDS --suite WORDS [--page FILE]
Fails unless all N cases were reported and each is OK or INFORMATIONAL, also in how it closed.
"""

import argparse
import collections
import datetime
import json
import sys
from pathlib import Path

SECTIONS = {
    "1": "framing",
    "2": "pings and pongs",
    "3": "reserved bits",
    "4": "opcodes",
    "5": "fragmentation",
    "6": "UTF-8",
    "7": "closing",
    "9": "limits and performance",
    "10": "auto-fragmentation",
    "12": "permessage-deflate, its payloads",
    "13": "permessage-deflate, its parameters",
}
GOOD = {"OK", "INFORMATIONAL"}


def in_order(name):
    return [int(part) for part in name.split(".")]


def failures(cases, expected):
    """Words for every case that is not as it must be."""
    bad = [
        f"{name}: {cases[name]['behavior']}, closing {cases[name]['behaviorClose']}"
        for name in sorted(cases, key=in_order)
        if not {cases[name]["behavior"], cases[name]["behaviorClose"]} <= GOOD
    ]
    if len(cases) != expected:
        bad.append(f"{len(cases)} of {expected} cases were reported")
    return bad


def told(cases, what):
    """"514 OK, 3 INFORMATIONAL" of `what` of the cases."""
    counts = collections.Counter(case[what] for case in cases.values())
    return ", ".join(f"{count} {name}" for name, count in counts.most_common())


def page(cases, *, tested, suite, seconds, date):
    lines = [
        "# The client cases of the Autobahn test suite",
        "",
        "Written by `scripts/autobahn`; run it to see this anew.",
        "",
        f"* Tested: {tested}, on {date} in {seconds} s.",
        f"* Suite: {suite}.",
        f"* Behaviour: {told(cases, 'behavior')}.",
        f"* Closing: {told(cases, 'behaviorClose')}.",
        "",
        "| section | what | cases | behaviour | closing |",
        "|---|---|---|---|---|",
    ]
    sections = collections.defaultdict(dict)
    for name, case in cases.items():
        sections[name.split(".")[0]][name] = case
    for number in sorted(sections, key=int):
        part = sections[number]
        lines.append(
            f"| {number} | {SECTIONS.get(number, '')} | {len(part)} "
            f"| {told(part, 'behavior')} | {told(part, 'behaviorClose')} |"
        )
    informational = [
        name
        for name in sorted(cases, key=in_order)
        if "INFORMATIONAL" in (cases[name]["behavior"], cases[name]["behaviorClose"])
    ]
    if informational:
        lines += ["", "Informational, where the suite has no right or wrong: " + ", ".join(informational) + "."]
    return "\n".join(lines) + "\n"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("index", type=Path)
    parser.add_argument("--cases", type=int, required=True)
    parser.add_argument("--seconds", type=int, required=True)
    parser.add_argument("--tested", required=True)
    parser.add_argument("--suite", required=True)
    parser.add_argument("--page", type=Path)
    given = parser.parse_args()
    cases = json.loads(given.index.read_text())["wscope"]
    print("behaviour:", told(cases, "behavior"))
    print("closing:", told(cases, "behaviorClose"))
    if given.page:
        today = datetime.datetime.now(datetime.timezone.utc).date()
        given.page.write_text(
            page(cases, tested=given.tested, suite=given.suite, seconds=given.seconds, date=today)
        )
    bad = failures(cases, given.cases)
    for words in bad:
        print("not OK:", words)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
