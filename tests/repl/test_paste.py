"""Pastes: one message, whole, whatever their size, with and without bracketed paste."""

import time
import unittest

from support.program import TIME_FACTOR
from repl_driver import CTRL_C, ESCAPE, PASTE_BEGIN, PASTE_END, UP, Repl

BIG = "".join(chr(ord("a") + i * 7 % 26) for i in range(1 << 20))


class PasteTest(unittest.TestCase):
    def test_several_lines_are_one_message(self):
        with Repl() as repl:
            repl.paste("one\n\ttwo\nthree\n")
            repl.wait_line("three")
            repl.incoming("< in\n")
            repl.wait_rows(["< in", "> one", "        two", "three"])
            repl.type("!\r")
            repl.wait_actions(["text one\\n\ttwo\\nthree!"])

    def test_paste_goes_where_the_cursor_is(self):
        with Repl() as repl:
            repl.type("ad\x1b[D")
            repl.paste("bc")
            repl.wait_line("> abcd")
            repl.type("\r")
            repl.wait_actions(["text abcd"])

    def test_markers_may_come_in_pieces(self):
        with Repl() as repl:
            for byte in PASTE_BEGIN:
                repl.type(byte)
            repl.type("a\rb")
            for byte in PASTE_END:
                repl.type(byte)
            repl.wait_line("b")
            repl.type("\r")
            repl.wait_actions(["text a\\nb"])

    def test_1_mib_arrives_whole(self):
        with Repl() as repl:
            repl.type("<")
            repl.paste(BIG)
            repl.wait_line("> <[paste 1: 1.0 MiB]", 20)
            repl.type(">\r")
            repl.wait_until(lambda: repl.actions.endswith(b"\n"), "the message", 20)
            self.assertEqual(repl.actions.decode(), "text <" + BIG + ">\n")
            # And once more from the history.
            repl.type(UP)
            repl.wait_line("> <[paste 1: 1.0 MiB]>")
            repl.type("\r")
            repl.wait_until(lambda: repl.actions.count(b"\n") == 2, "the message again", 20)
            self.assertEqual(repl.actions.decode(), ("text <" + BIG + ">\n") * 2)

    def test_a_mark_that_was_edited_is_not_sent_and_stays_editable(self):
        big = "\n".join(["line"] * 20)
        with Repl() as repl:
            repl.type("<")
            repl.paste(big)
            repl.wait_line("> <[paste 1: 99 bytes, 20 lines]")
            repl.type("\x7f!\r")
            repl.wait_for("wscope: [paste 1: 99 bytes, 20 lines] is not whole any more: not sent")
            repl.wait_line("> <[paste 1: 99 bytes, 20 lines!")
            repl.type("\x18\x05")  # nor does the editor get it
            repl.wait_until(lambda: repl.screen.text().count("not sent") == 2, "refused again")
            repl.type("\x7f]>\r")
            repl.wait_actions(["text <" + big.replace("\n", "\\n") + ">"])

    def test_1_mib_in_many_lines_is_one_message(self):
        lines = "\n".join(BIG[i : i + 80] for i in range(0, len(BIG), 80))
        with Repl() as repl:
            repl.paste(lines)
            repl.wait_line("> [paste 1: 1.0 MiB, 13108 lines]", 20)
            repl.type("\r")
            repl.wait_until(lambda: repl.actions.endswith(b"\n"), "the message", 20)
            self.assertEqual(repl.actions.decode(), "text " + lines.replace("\n", "\\n") + "\n")

    def test_1_mib_without_bracketed_paste_arrives_whole(self):
        with Repl() as repl:
            repl.type(BIG + "\r")
            repl.wait_until(lambda: repl.actions.endswith(b"\n"), "the message", 30)
            self.assertEqual(repl.actions.decode(), "text " + BIG + "\n")

    def test_many_lines_without_bracketed_paste_are_messages(self):
        lines = [f"line {i} " + "äö" * 30 for i in range(5000)]
        with Repl() as repl:
            repl.type("\r".join(lines) + "\r")
            wanted = "".join(f"text {line}\n" for line in lines).encode()
            repl.wait_until(lambda: len(repl.actions) >= len(wanted), "all messages", 30)
            self.assertEqual(bytes(repl.actions), wanted)

    def test_control_bytes_in_a_paste_do_nothing(self):
        with Repl() as repl:
            repl.paste("a\x03b\x04c\x1b[2Jd")
            repl.type("\r")
            repl.wait_actions(["text a\x03b\x04c\x1b[2Jd"])

    def test_control_bytes_in_a_paste_are_no_keys_in_a_search_or_behind_a_number(self):
        with Repl() as repl:
            repl.type(ESCAPE + "3")
            repl.wait_for("arg: 3")
            repl.paste("x\x0fy\x04")  # Ctrl-O would send the line, Ctrl-D leave
            repl.wait_line("> xxx y")
            repl.type(".\r")
            repl.wait_actions(["text xxx y ."])

    def test_a_character_in_slow_pieces_before_a_long_run(self):
        with Repl() as repl:
            repl.type("a" * 20)
            repl.wait_line("> " + "a" * 20)
            repl.type_until_read(b"\xf0\x9f")
            repl.type(b"\x98\x80" + b"b" * 100 + b"\r")
            repl.wait_actions(["text " + "a" * 20 + "😀" + "b" * 100])

    def test_a_nul_in_a_search_is_no_character_that_more_of_must_follow(self):
        with Repl() as repl:
            repl.type("\x12\x00hello\r")
            repl.wait_actions(["text hello"])

    def test_a_marker_in_slow_pieces_with_keys_that_send(self):
        with Repl(options="no-history on-key=f=fire") as repl:
            repl.type_until_read("\x1b[20")
            repl.type("0~a\rfoo\r" + PASTE_END)
            repl.wait_line("foo")
            repl.type("\r")
            repl.wait_actions(["text a\\nfoo"])

    def test_a_marker_that_is_too_slow_is_keys_and_none_that_wait(self):
        with Repl(options="no-history on-key=f=fire") as repl:
            repl.type_until_read("\x1b[20")
            time.sleep(1)  # beyond what is held back; if not, the marker is one, and x the paste
            repl.type("0~x" + PASTE_END + "\r")
            repl.wait_until(lambda: b"x" in repl.actions, "the message")
            repl.type(CTRL_C + CTRL_C)
            repl.wait_until(lambda: repl.list_actions()[-1] == "quit", "the end")

    def test_ctrl_c_ends_a_paste_whose_end_does_not_come(self):
        with Repl() as repl:
            repl.type_until_read(PASTE_BEGIN + "half")
            end = time.monotonic() + 30 * TIME_FACTOR
            while repl.list_actions() != ["quit"] and time.monotonic() < end:
                time.sleep(1)  # as one who waits does; more of a paste would come sooner
                repl.type(CTRL_C)
            repl.wait_actions(["quit"])

    def test_a_dropped_paste_is_not_sent(self):
        with Repl() as repl:
            repl.paste(BIG)
            repl.wait_line("> [paste 1: 1.0 MiB]", 20)
            repl.type(CTRL_C + "x\r")
            repl.wait_actions(["text x"])


if __name__ == "__main__":
    unittest.main()
