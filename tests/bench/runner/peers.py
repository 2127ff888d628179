"""The table of peers: who is there, how each is called; and how to install those that are not."""

import glob
import os
import shutil
import subprocess
import tomllib
from dataclasses import dataclass, field
from pathlib import Path

BENCH = Path(__file__).resolve().parent.parent
GORILLA = "github.com/gorilla/websocket@v1.5.3"


def cache_dir() -> Path:
    base = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    return Path(base) / "wscope-bench"


@dataclass
class Peer:
    name: str
    bin: str
    needs: str
    table: dict
    version: str = ""
    baseline: dict = field(default_factory=dict)  # CPU seconds of a run with one message, by mode

    def can(self, mode: str) -> bool:
        return mode in self.table

    def command(self, mode: str, url: str, tls: bool = False) -> list[str]:
        words = [self._fill(word, url) for word in self.table[mode]]
        return words + (self.table.get("tls", []) if tls else [])

    def _fill(self, word: str, url: str = "") -> str:
        return word.replace("{bin}", self.bin).replace("{needs}", self.needs).replace("{url}", url)

    @property
    def holds_stdin(self) -> bool:
        return self.table.get("stdin") == "hold"

    @property
    def output(self) -> str:
        return self.table["output"]

    @property
    def sends_line_end(self) -> bool:
        return self.table.get("sends_line_end", False)

    @property
    def end_after_close(self) -> bool:
        return self.table.get("end_after_close", False)


def _find(candidates: list[str], places: dict[str, str]) -> str:
    for candidate in candidates:
        if candidate.startswith("$"):
            candidate = os.environ.get(candidate[1:], "")
        for name, value in places.items():
            candidate = candidate.replace("{" + name + "}", value)
        found = shutil.which(candidate) if candidate else None
        if found:
            return os.path.abspath(found)
    return ""


def _version(peer: Peer) -> str:
    command = [peer._fill(word) for word in peer.table["version"]]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False,
                              stdin=subprocess.DEVNULL)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    lines = done.stdout.strip().splitlines()
    return lines[0] if done.returncode == 0 and lines else ""


def load(build: Path, only: list[str]) -> list[Peer]:
    """The peers of the table that are there and run; `only`: names, empty for all."""
    places = {"cache": str(cache_dir()), "build": str(build), "tools": str(build / "tests/bench")}
    peers = []
    for name, table in tomllib.loads((BENCH / "peers.toml").read_text()).items():
        if only and name not in only:
            continue
        needs = ""
        if "needs" in table:
            pattern = table["needs"].replace("{cache}", places["cache"])
            needs = next(iter(sorted(glob.glob(pattern))), "")
        program = _find(table["find"], places)
        if not program or ("needs" in table and not needs):
            print(f"{name}: not here, left out (scripts/bench --install-peers)", flush=True)
            continue
        peer = Peer(name, program, needs, table)
        peer.version = _version(peer)
        if not peer.version:
            print(f"{name}: does not run, left out", flush=True)
            continue
        peers.append(peer)
    return peers


def install() -> None:
    """What can be had from the registries, into the cache; each on its own, a failure is told."""
    cache = cache_dir()
    for folder in ("npm", "go"):
        (cache / folder).mkdir(parents=True, exist_ok=True)
    shutil.copy(BENCH / "peers/go_client.go", cache / "go/go_client.go")
    go = "test -f go.mod || go mod init bench.local/go_client"
    steps = {
        "wscat": (cache / "npm", "npm install --silent --no-audit --no-fund wscat@6.1.0"),
        "wsdump, libcurl": (cache, "python3 -m venv venv && venv/bin/pip install -q"
                                   " websocket-client pycurl"),
        "go": (cache / "go", f"{go} && go get {GORILLA} && go build -o go_client go_client.go"),
        "websocat": (cache, f"nice -n 19 cargo install websocat --locked -j1 --root {cache}/cargo"),
    }
    for name, (folder, command) in steps.items():
        print(f"{name}: {command}")
        done = subprocess.run(["sh", "-c", command], cwd=folder, check=False)
        print(f"{name}: {'installed' if done.returncode == 0 else 'could not be installed'}")
