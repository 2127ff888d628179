"""Packages of npm that Debian does not have, for tests: fetched once into the user's cache.

Exact versions, without their install scripts, never into the source or build tree.
$WSCOPE_TEST_CACHE names another place. Unavailable tells why a package can't be had.
"""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path


class Unavailable(Exception):
    """No npm, no network, or a registry that does not have it."""


def cache():
    place = os.environ.get("WSCOPE_TEST_CACHE")
    if place:
        return Path(place)
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache", "wscope-tests")


def package(name, version, seconds=120):
    """The folder of modules for NODE_PATH in which that version is."""
    folder = cache() / f"{name}-{version}"
    modules = folder / "node_modules"
    if (modules / name / "package.json").exists():
        return modules
    npm = shutil.which("npm")
    if not npm:
        raise Unavailable("there is no npm here (apt install npm)")
    cache().mkdir(parents=True, exist_ok=True)
    draft = tempfile.mkdtemp(dir=cache())
    try:
        words = ["install", "--no-audit", "--no-fund", "--ignore-scripts", "--omit=dev"]
        ended = subprocess.run(
            [npm, *words, "--prefix", draft, f"{name}@{version}"],
            stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=seconds, cwd=draft,
        )  # fmt: skip
        if ended.returncode != 0:
            told = ended.stderr.strip().splitlines()
            raise Unavailable(f"npm install {name}@{version}: {' / '.join(told[-3:])}")
        try:
            os.rename(draft, folder)
        except OSError:  # another test was quicker
            if not modules.exists():
                raise
    except subprocess.TimeoutExpired:
        raise Unavailable(f"npm install {name}@{version}: not within {seconds} s") from None
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return modules
