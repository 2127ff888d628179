"""History: across runs, private, shared by instances; and what stays out."""

import stat
import tempfile
import unittest
from pathlib import Path

from repl_driver import CTRL_R, UP, Repl


class HistoryTest(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory(prefix="wscope-state-")
        self.addCleanup(self.folder.cleanup)
        self.file = Path(self.folder.name) / "wscope/history"

    def repl(self, options="", **more):
        return Repl(options=options, XDG_STATE_HOME=self.folder.name, **more)

    def send(self, *lines):
        with self.repl() as repl:
            for line in lines:
                repl.type(line + "\r")
            repl.wait_until(lambda: len(repl.list_actions()) == len(lines), "all actions")

    def test_the_next_run_knows_the_lines_of_the_last(self):
        self.send("first", "second", "first")
        with self.repl() as repl:
            repl.type(UP)
            repl.wait_line("> first")
            repl.type(UP)
            repl.wait_line("> second")
            repl.type(UP)  # each once: there is no older one
            repl.type("!\r")
            repl.wait_actions(["text second!"])
            repl.type(CTRL_R + "fir")
            repl.wait_line("(reverse-i-search)`fir': first")

    def test_file_is_private(self):
        self.send("x")
        self.assertEqual(stat.S_IMODE(self.file.stat().st_mode), 0o600)
        self.assertEqual(self.file.read_text(), "driver.example\tx\n")

    def test_what_stays_out(self):
        self.send(" hidden", "shown")
        with self.repl() as repl:
            repl.type("/auth me:secret\r")
            repl.wait_for("unknown command")
        self.assertEqual(self.file.read_text(), "driver.example\tshown\n")

    def test_no_history_neither_reads_nor_writes(self):
        self.send("old")
        with self.repl(options="no-history") as repl:
            repl.type(UP + "new\r")
            repl.wait_actions(["text new"])
            repl.type(UP)  # within the run it is there
            repl.wait_line("> new")
        self.assertEqual(self.file.read_text(), "driver.example\told\n")

    def test_two_instances_keep_each_others_lines(self):
        with self.repl() as one, self.repl() as two:
            for number in range(5):
                for name, repl in (("one", one), ("two", two)):
                    repl.type(f"{name} {number}\r")
                    repl.wait_until(lambda: len(repl.list_actions()) == number + 1, "the action")
        self.assertEqual(len(self.file.read_text().splitlines()), 10)

    def test_several_lines_are_one_entry(self):
        with self.repl() as repl:
            repl.type("a\\\rb\r")
            repl.wait_actions(["text a\\nb"])
        with self.repl() as repl:
            repl.type(UP + "\r")
            repl.wait_actions(["text a\\nb"])

    def test_a_place_that_can_not_be_written_is_told_once(self):
        self.file.parent.mkdir()
        self.file.mkdir()
        with self.repl() as repl:
            repl.wait_for("wscope: can't read the history")
            repl.type("x\r")
            repl.wait_actions(["text x"])

    def test_a_folder_that_can_not_be_made_is_told_once(self):
        with Repl(options="", XDG_STATE_HOME="/proc/self") as repl:  # where root can't write either
            repl.type("x\ry\r")
            repl.wait_actions(["text x", "text y"])
            repl.wait_for("wscope: can't write the history /proc/self/wscope/history")
            self.assertEqual(repl.screen.text().count("can't write the history"), 1)


if __name__ == "__main__":
    unittest.main()
