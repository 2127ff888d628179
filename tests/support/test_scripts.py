"""The scripts, tried on small trees of their own: scripts/run and scripts/check_layers.sh."""

import os
import shutil
import subprocess
import tempfile
import time
import unittest
from pathlib import Path

from support.program import TIME_FACTOR, TOP

CMAKE = """cmake_minimum_required(VERSION 3.25)
project(x CXX)
add_executable(wscope src/main.cpp)
"""
PROGRAM = """#include <cstdio>
int main(int argc, char** argv) {
  for (int i = 1; i < argc; ++i) std::printf("[%s]", argv[i]);
  for (int c; (c = std::getchar()) != EOF;) std::putchar(c);
  return argc - 1;
}
"""


class Tree(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="wscope scripts ")  # a blank on purpose
        self.addCleanup(folder.cleanup)
        self.top = Path(folder.name).resolve()
        (self.top / "src").mkdir()
        (self.top / "scripts").mkdir()

    def take(self, *names):
        for name in names:
            shutil.copy(TOP / name, self.top / name)

    def write(self, path, text):
        (self.top / path).parent.mkdir(parents=True, exist_ok=True)
        (self.top / path).write_text(text)


@unittest.skipUnless(shutil.which("dpkg-query"), "scripts/run asks dpkg for its packages")
class Run(Tree):
    def setUp(self):
        super().setUp()
        self.take("scripts/run", "scripts/build_preset.sh", "scripts/install_packages.sh")
        self.take("CMakePresets.json")
        self.write("CMakeLists.txt", CMAKE)
        self.write("src/main.cpp", PROGRAM)

    def run_it(self, *words, stdin="", path=None):
        begun = time.monotonic()
        done = subprocess.run(
            [self.top / "scripts/run", *words],
            input=stdin,
            capture_output=True,
            text=True,
            cwd="/",
            env={**os.environ, "PATH": path or os.environ["PATH"]},
            check=False,
        )
        return done, time.monotonic() - begun

    def test_builds_runs_and_starts_at_once_the_next_time(self):
        done, _ = self.run_it("a b", "", stdin="hello\n")
        self.assertEqual((done.stdout, done.returncode), ("[a b][]hello\n", 2), done.stderr)
        self.assertIn("Building CXX", done.stderr)

        done, seconds = self.run_it(stdin="again\n")
        self.assertEqual((done.stdout, done.stderr, done.returncode), ("again\n", "", 0))
        self.assertLess(seconds, 0.5 * TIME_FACTOR)

        self.write("src/main.cpp", PROGRAM.replace("[%s]", "<%s>"))
        done, _ = self.run_it("x", stdin="changed\n")
        self.assertEqual(done.stdout, "<x>changed\n", done.stderr)

        self.write("src/main.cpp", "not a program")
        done, _ = self.run_it(stdin="never run\n")
        self.assertEqual(done.stdout, "")
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("error", done.stderr)

        self.write("src/main.cpp", PROGRAM)
        self.assertEqual(self.run_it(stdin="mended\n")[0].stdout, "mended\n")

    def test_a_tree_that_was_moved_builds_anew(self):
        self.run_it()
        moved = self.top.parent / (self.top.name + " moved")
        shutil.copytree(self.top, moved)
        self.addCleanup(shutil.rmtree, moved)
        done = subprocess.run(
            [moved / "scripts/run"], input="moved\n", capture_output=True, text=True, check=False
        )
        self.assertEqual(done.stdout, "moved\n", done.stderr)


class Layers(Tree):
    def setUp(self):
        super().setUp()
        self.take("scripts/check_layers.sh")
        self.write("src/main.cpp", '#include "base/a.h"\n#include "cli/a.h"\n')

    def check(self):
        done = subprocess.run(
            [self.top / "scripts/check_layers.sh"], capture_output=True, text=True, check=False
        )
        return done.returncode, done.stderr

    def test_a_tree_in_order(self):
        self.write("src/net/a.cpp", '#include "base/b.h"\n#include <asio/ip/tcp.hpp>\n')
        self.write("src/session/a.h", '#include "net/b.h"\n#include <asio/steady_timer.hpp>\n')
        self.write("src/ws/engine_codec.cpp", "#include <websocketpp/frame.hpp>\n")
        self.assertEqual(self.check(), (0, ""))

    def test_each_violation(self):
        for path, text, says in (
            ("src/base/a.h", '#include "net/b.h"', "base may not include net"),
            ("src/net/a.h", '#include "ws/b.h"', "net may not include ws"),
            ("src/ws/a.cpp", '#include "session/b.h"', "ws may not include session"),
            ("src/session/a.cpp", '#include "cli/parse_args.h"', "session may not include cli"),
            ("src/cli/a.cpp", '# include "b.h"', "is not spelled"),
            ("src/other/a.h", "", None),
            ("src/other/a.h", "//", "no such room"),
            ("src/ws/a.cpp", "#include <asio/ip/tcp.hpp>", "only net and session use Asio"),
            ("src/session/a.cpp", "#include <asio/ip/tcp.hpp>", "sockets are only in net"),
            ("src/session/a.cpp", "#include <asio/ssl/stream.hpp>", "sockets are only in net"),
            ("src/net/a.cpp", "#include <asio.hpp>", "small headers"),
            ("src/ws/a.cpp", "#include <openssl/sha.h>", "only net uses OpenSSL"),
            ("src/ws/a.cpp", "#include <websocketpp/close.hpp>", "websocketpp lives"),
            ("src/base/a.cpp", "#include <CLI/CLI.hpp>", "only cli uses CLI11"),
            ("src/input/a.cpp", "#include <readline/readline.h>", "readline lives"),
            ("src/input/a.h", "#include <nlohmann/json.hpp>", "JSON is for .cpp"),
            ("src/net/a.cpp", "#include <nlohmann/json.hpp>", "JSON is for .cpp"),
            ("src/net/a.h", "#include <fmt/format.h>", "keep headers light"),
            ("src/net/a.cpp", "//\n" * 600, None),
            ("src/net/a.cpp", "//\n" * 601, "a file may have 600"),
        ):
            with self.subTest(path=path, text=text[:40]):
                self.write(path, text + "\n" if text and not text.endswith("\n") else text)
                status, errors = self.check()
                if says is None:
                    self.assertEqual((status, errors), (0, ""))
                else:
                    self.assertEqual(status, 1)
                    self.assertRegex(errors, rf"(?m)^{path}:.*{says}")
                (self.top / path).unlink()

    def test_main_is_short(self):
        self.write("src/main.cpp", "//\n" * 40)
        self.assertEqual(self.check(), (0, ""))
        self.write("src/main.cpp", "//\n" * 41)
        self.assertEqual(self.check(), (1, "src/main.cpp: 41 lines; main may have 40\n"))


if __name__ == "__main__":
    unittest.main()
