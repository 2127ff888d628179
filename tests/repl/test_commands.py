"""Slash commands and completion at the prompt."""

import tempfile
import unittest
from pathlib import Path

from repl_driver import Repl

TAB = "\t"


class CommandTest(unittest.TestCase):
    def test_commands_become_actions(self):
        with Repl() as repl:
            repl.type("/ping a b\r/pong\r/close 4000 bye\r/close going-away\r/info\r/reconnect\r")
            repl.type("/trace on\r//slash\r/binary 41 42\r/quit\r")
            repl.wait_actions(
                [
                    "ping a b",
                    "pong",
                    "close bye code=4000",
                    "close  code=1001",
                    "info",
                    "reconnect",
                    "trace",
                    "text /slash",
                    "binary AB",
                    "quit",
                ]
            )

    def test_a_wrong_one_is_told_and_sends_nothing(self):
        with Repl() as repl:
            repl.type("/nope\r")
            repl.wait_rows(
                [
                    "> /nope",
                    'wscope: unknown command "/nope": not sent',
                    "wscope: hint: /help lists the commands; a second slash sends the line as text",
                    ">",
                ]
            )
            repl.type("/close 1006\r")
            repl.wait_for("1006 is reserved")
            repl.type("x\r")
            repl.wait_actions(["text x"])

    def test_help_lists_them(self):
        with Repl(rows=40) as repl:
            repl.type("/help\r")
            repl.wait_for("//TEXT")
            repl.wait_line("> ")
            rows = repl.rows()
            self.assertEqual(rows[0], "> /help")
            self.assertEqual(rows[1], "  /ping [DATA]             send a ping")
            self.assertIn("  //TEXT                   send /TEXT", rows)
            self.assertEqual(rows[-2:], ["  Ctrl-D                   leave", ">"])

    def test_help_fits_40_columns(self):
        with Repl(rows=70, columns=40) as repl:
            repl.type("/help\r")
            repl.wait_for("Ctrl-D")
            repl.wait_line("> ")
            rows = repl.rows()
            self.assertEqual(rows[1:5], ["  /ping [DATA]", "      send a ping", "  /pong [DATA]",
                                         "      send a pong"])

    def test_json_over_lines(self):
        with Repl() as repl:
            repl.type("/json\r")
            repl.wait_line(". ")
            repl.type('{"a":\r1}\r/json {x}\r')
            repl.wait_for("wscope: not JSON: expected a name in quotes or '}': not sent")
            repl.type("after\r")
            repl.wait_actions(['text {"a":\\n1}', "text after"])

    def test_file(self):
        with tempfile.TemporaryDirectory() as folder, Repl(columns=200) as repl:
            path = Path(folder) / "some file"
            path.write_text("hello\n")
            repl.type(f"/file {path}\r")
            repl.wait_actions(["text hello\\n"])
            repl.type(f"/file {path}.not\r")
            repl.wait_for("no such file or directory: not sent")


class CompletionTest(unittest.TestCase):
    def complete(self, typed, line, incoming=None):
        with Repl() as repl:
            if incoming:
                repl.incoming(incoming + "\n")
                repl.wait_for(incoming)
            repl.type(typed)
            repl.wait_line(line)

    def test_commands_and_arguments(self):
        self.complete("/re" + TAB + "!", "> /reconnect !")
        self.complete("/close goi" + TAB + "bye", "> /close going-away bye")
        self.complete("/trace of" + TAB, "> /trace off")
        self.complete("/close 300" + TAB, "> /close 300")
        self.complete("/close 3008" + TAB + "late", "> /close 3008 late")

    def test_close_codes_are_listed_with_their_names(self):
        for columns in (40, 80, 120):
            with self.subTest(columns), Repl(columns=columns) as repl:
                repl.type("/close " + TAB + TAB)
                repl.wait_for("1014 bad-gateway")
                repl.wait_line("> /close")
                shown = repl.rows()
                words = " ".join(shown[1:-1]).split()
                self.assertEqual(words[:4], ["1000", "normal", *words[2:4]])
                for code, name in (("1001", "going-away"), ("3003", "forbidden")):
                    self.assertEqual(words[words.index(code) + 1], name)
                self.assertNotIn("1006", words)
                self.assertTrue(all(len(row) <= columns for row in shown), shown)
                repl.type("goi" + TAB + "bye\r")
                repl.wait_actions(["close bye code=1001"])

    def test_files(self):
        with tempfile.TemporaryDirectory() as folder:
            (Path(folder) / "only=one").write_text("")
            self.complete(f"/file {folder}/on" + TAB, f"> /file {folder}/only=one")

    def test_words_of_messages(self):
        self.complete('{"subs' + TAB + '"', '> {"subscribe"', '{"subscribe":["ticker.BTC"]}')
        self.complete("tick" + TAB + "!", "> ticker.BTC!", '{"subscribe":["ticker.BTC"]}')

    def test_several_are_listed_below_and_the_line_goes_on(self):
        with Repl() as repl:
            repl.type("/p" + TAB + TAB)
            repl.wait_rows(["> /p", "/ping  /pong", "> /p"])
            repl.incoming("< in\n")
            repl.wait_rows(["> /p", "/ping  /pong", "< in", "> /p"])

    def test_nothing_to_complete_rings(self):
        with Repl() as repl:
            repl.type("zzz" + TAB)
            repl.wait_until(lambda: repl.screen.bells == 1, "the bell")
            repl.wait_line("> zzz")


if __name__ == "__main__":
    unittest.main()
