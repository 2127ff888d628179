"""Leaving, interrupting, several lines, and keys that send."""

import os
import signal
import termios
import unittest

from repl_driver import CTRL_C, CTRL_D, ESCAPE, HOME, LEFT, Repl


class LeavingTest(unittest.TestCase):
    def check_left(self, repl, rows):
        self.assertEqual(repl.wait_end(), 0)
        self.assertEqual(repl.rows(), [*rows, "[driver ended]"])
        self.assertEqual(repl.modes(), repl.modes_before)
        self.assertFalse(repl.screen.bracketed_paste)

    def test_while_the_prompt_is_there_the_terminal_is_the_editors(self):
        with Repl() as repl:
            repl.wait_until(lambda: repl.screen.bracketed_paste, "bracketed paste on")
            flags = repl.modes()[3]
            self.assertFalse(flags & (termios.ICANON | termios.ECHO | termios.ISIG))

    def test_ctrl_d_on_an_empty_line_leaves(self):
        with Repl() as repl:
            repl.type("a" + "\x08" + CTRL_D)
            repl.wait_actions(["quit"])
            self.check_left(repl, [])

    def test_ctrl_d_in_a_line_deletes(self):
        with Repl() as repl:
            repl.type("abc\x01" + CTRL_D + "\r")
            repl.wait_actions(["text bc"])

    def test_ctrl_c_drops_the_line_and_leaves_on_an_empty_one(self):
        with Repl() as repl:
            repl.type("dropped" + CTRL_C)
            repl.wait_rows(["> dropped^C", ">"])
            repl.type("kept\r")
            repl.wait_actions(["text kept"])
            repl.type(CTRL_C)
            repl.wait_actions(["text kept", "quit"])
            self.check_left(repl, ["> dropped^C", "> kept"])

    def test_ctrl_c_right_behind_a_line(self):
        with Repl() as repl:
            repl.type("kept\r" + CTRL_C)
            repl.wait_actions(["text kept", "quit"])
            self.check_left(repl, ["> kept"])

    def test_ctrl_c_in_a_search_or_behind_escape_gives_only_that_up(self):
        with Repl() as repl:
            repl.type("\x12x")
            repl.wait_for("search")
            repl.type(CTRL_C)
            repl.wait_line("> ")
            repl.type(ESCAPE + CTRL_C)
            repl.type("x\r")
            repl.wait_actions(["text x"])
            repl.type(CTRL_C)
            repl.wait_actions(["text x", "quit"])

    def test_quit_command(self):
        with Repl() as repl:
            repl.type("/quit\rnot sent\r")
            repl.wait_actions(["quit"])
            self.check_left(repl, ["> /quit"])

    def test_the_end_of_the_session_leaves_a_half_typed_line_to_be_seen(self):
        with Repl() as repl:
            repl.type("half")
            repl.wait_line("> half")
            os.close(repl.lines)  # the driver stops its source then
            self.check_left(repl, ["> half"])

    def test_ctrl_backslash_kills_and_the_modes_come_back(self):
        with Repl() as repl:
            repl.type("x\x1c")
            self.assertEqual(repl.process.wait(10), -signal.SIGQUIT)
            self.assertEqual(repl.modes(), repl.modes_before)

    def test_hang_up_ends_it(self):
        with Repl() as repl:
            repl.process.send_signal(signal.SIGHUP)
            self.assertNotEqual(repl.process.wait(10), None)


class SeveralLinesTest(unittest.TestCase):
    def test_backslash_goes_on(self):
        with Repl() as repl:
            repl.type("one\\\r")
            repl.wait_rows(["> one\\", "."])
            repl.incoming("< in\n")
            repl.wait_rows(["> one\\", "< in", "."])
            repl.type("two\r")
            repl.wait_rows(["> one\\", "< in", ". two", ">"])
            repl.wait_actions(["text one\\ntwo"])

    def test_json_goes_on_until_it_balances(self):
        with Repl() as repl:
            repl.type('{"a": [1,\r\r2]\r}\rnext\r')
            repl.wait_actions(['text {"a": [1,\\n\\n2]\\n}', "text next"])

    def test_ctrl_c_drops_all_of_it(self):
        with Repl() as repl:
            repl.type("[1,\r")
            repl.wait_line(". ")
            repl.type(CTRL_C)
            repl.wait_rows(["> [1,", ". ^C", ">"])
            repl.type("x\r")
            repl.wait_actions(["text x"])

    def test_recalled_as_one(self):
        with Repl() as repl:
            repl.type("[1,\r2]\r\x1b[A")
            repl.wait_rows(["> [1,", ". 2]", "> [1,", "2]"])
            repl.type("\r")
            repl.wait_actions(["text [1,\\n2]"] * 2)

    def test_no_multiline(self):
        with Repl(options="no-multiline no-history") as repl:
            repl.type("a\\\r[\r")
            repl.wait_actions(["text a\\\\", "text ["])

    def test_empty_lines_send_nothing(self):
        with Repl() as repl:
            repl.type("\r\rx\r")
            repl.wait_actions(["text x"])


class EditingTest(unittest.TestCase):
    def test_vi_mode_of_inputrc(self):
        with open(f"/tmp/wscope-inputrc-{os.getpid()}", "w+") as inputrc:
            inputrc.write("set editing-mode vi\n$if wscope\n\"Z\": \"zz\"\n$endif\n")
            inputrc.flush()
            try:
                with Repl(INPUTRC=inputrc.name) as repl:
                    # Only behind the whole word does the cursor's way back tell that Escape was a
                    # key: it passes the same column on its way there.
                    repl.type("abc")
                    repl.wait_until(lambda: repl.screen.column == 5, "the cursor behind c")
                    repl.type(ESCAPE)
                    repl.wait_until(lambda: repl.screen.column == 4, "the cursor on c")
                    repl.type("xiZ\r")
                    repl.wait_actions(["text azzb"])
                    repl.type("gone")
                    repl.wait_until(lambda: repl.screen.column == 6, "the cursor behind e")
                    repl.type(ESCAPE)
                    repl.wait_until(lambda: repl.screen.column == 5, "the cursor on e")
                    repl.type(CTRL_C + CTRL_C)
                    repl.wait_actions(["text azzb", "quit"])
            finally:
                os.unlink(inputrc.name)

    def test_wide_characters_are_edited_whole(self):
        with Repl(LANG=None) as repl:
            repl.type("a漢字\x7fé\x7f\x7f字\r")
            repl.wait_actions(["text a字"])
            repl.wait_rows(["> a字", ">"])

    def test_utf8_is_edited_whatever_the_locale_says(self):
        for more in ({"LC_ALL": "C"}, {"LC_ALL": "POSIX"}, {"LC_CTYPE": "C"}, {"LANG": "C"}):
            with self.subTest(**more), Repl(**{"LANG": None, "LC_ALL": None, **more}) as repl:
                repl.type("first\r")
                repl.type("żółw\r")  # readline asks for the locale anew with each line
                repl.type("日本x\x7f\x7f字" + LEFT + LEFT + "é" + HOME + "ż\r")
                repl.wait_actions(["text first", "text żółw", "text żé日字"])
                repl.wait_rows(["> first", "> żółw", "> żé日字", ">"])

    def test_bytes_that_are_not_utf8_are_refused(self):
        with Repl() as repl:
            repl.type(b"a\xffb\r")
            repl.wait_for("wscope: the line is not UTF-8 at byte 2: not sent")
            repl.type("x\r")
            repl.wait_actions(["text x"])


class KeysThatSendTest(unittest.TestCase):
    def test_a_key_on_an_empty_line_sends(self):
        with Repl(options="no-history on-key=space=buzz,up=north,p=/ping hi") as repl:
            repl.type("  ")
            repl.wait_actions(["text buzz"] * 2)
            repl.type("\x1b[A")
            repl.wait_actions(["text buzz"] * 2 + ["text north"])
            repl.type("pa b\r")
            repl.wait_actions(["text buzz"] * 2 + ["text north", "ping hi", "text a b"])


if __name__ == "__main__":
    unittest.main()
