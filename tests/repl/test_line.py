"""The line being typed is never torn by what comes in."""

import threading
import unittest

from repl_driver import CTRL_R, HOME, LEFT, Repl, Tmux

TYPED = "half typed: äöü 漢字かな e\u0301e\u0301 and on and on until it takes rows"


def wrapped(text, columns):
    """The rows that a terminal makes of `text`, wide characters whole."""
    rows, row, used = [], "", 0
    for char in text:
        size = 0 if char == "\u0301" else 2 if ord(char) >= 0x3000 else 1
        if used + size > columns:
            rows.append(row)
            row, used = "", 0
        row, used = row + char, used + size
    return [row.rstrip() for row in [*rows, row]]


class LineTest(unittest.TestCase):
    def test_line_survives_incoming_messages_at_each_width(self):
        for columns in (17, 20, 40, 41, 80):
            with self.subTest(columns=columns), Repl(columns=columns) as repl:
                repl.type(TYPED)
                expected = wrapped("> " + TYPED, columns)
                repl.wait_rows(expected)
                shown = []
                for number in range(5):
                    line = f"< message {number} " + "m" * (number * 13)
                    repl.incoming(line + "\n")
                    shown += wrapped(line, columns)
                    repl.wait_rows(shown + expected)
                repl.type("!" + LEFT * 3 + "X\r")
                repl.wait_actions(["text " + TYPED[:-2] + "X" + TYPED[-2:] + "!"])

    def test_lines_that_end_at_the_edge(self):
        with Repl(columns=20) as repl:
            expected = []
            for size in (17, 18, 19, 37, 38, 39):
                text = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"[:size]
                repl.type(text)
                rows = ("> " + text + " ")[: len(text) + 3]
                rows = [rows[i : i + 20].rstrip() for i in range(0, len(rows), 20)]
                # A full row has the cursor in the next one.
                repl.wait_until(lambda: repl.screen.column == (size + 2) % 20, "the cursor")
                repl.incoming(f"< {size}\n")
                expected.append(f"< {size}")
                full = "".join(rows)
                repl.wait_until(
                    lambda: repl.rows()[: len(expected)] == expected
                    and "".join(repl.rows()[len(expected) :]) == full,
                    f"{expected} and {full}",
                )
                repl.type("\x15")
                repl.wait_line("> ")

    def test_cursor_stays_where_it_was(self):
        with Repl(columns=30) as repl:
            repl.type("one two three four five six seven eight" + HOME)
            repl.incoming("< x\n")
            repl.wait_for("< x")
            repl.wait_line("> one two three four five six")
            repl.type("zero ")
            repl.incoming("< y\n")
            repl.wait_for("< y")
            repl.type("\r")
            repl.wait_actions(["text zero one two three four five six seven eight"])

    def test_tab_and_control_characters_in_the_line(self):
        with Repl(columns=40) as repl:
            repl.type("a\x16\tb\x16\x01c")
            repl.wait_for("b^Ac")
            before = repl.rows()
            repl.incoming("< in\n")
            repl.wait_rows(["< in", *before])
            repl.type("\r")
            repl.wait_actions(["text a\tb\x01c"])

    def test_incremental_search_survives(self):
        with Repl(columns=40) as repl:
            repl.type("find the needle in this rather long line of hay\r")
            repl.wait_for("hay\n>")
            repl.type("漢字" + CTRL_R + "need")
            search = "(reverse-i-search)`need': find the needle in this rather long line of hay"
            before = wrapped("> find the needle in this rather long line of hay", 40)
            repl.wait_rows(before + wrapped(search, 40))
            repl.incoming("< in\n")
            repl.wait_rows(before + ["< in"] + wrapped(search, 40))
            repl.type("\r")
            repl.wait_actions(["text find the needle in this rather long line of hay"] * 2)

    def test_flood_is_whole_and_in_order(self):
        with Repl() as repl:
            repl.type("typing")
            lines = [f"< {number}" for number in range(20000)]
            repl.incoming("\n".join(lines) + "\n")
            repl.wait_until(
                lambda: repl.rows()[-2:] == ["< 19999", "> typing"], "the last line and the prompt", 30
            )
            self.assertEqual(repl.rows(), [*lines, "> typing"])

    def test_a_key_goes_before_what_waits_for_the_screen(self):
        """The terminal is held while much is to be printed; a key typed then shows after a piece."""
        flood = b"".join(b"< message %d\n" % number for number in range(60000))
        with Repl(emulate=False) as repl:
            feeding = threading.Thread(target=repl.incoming, args=(flood,))
            feeding.start()
            before_the_key = []
            for key in (b"A", b"B", b"C", b"D", b"E"):
                repl.hold()
                repl.wait_until_stuck()
                repl.type_until_read(key)
                seen = len(repl.raw)
                repl.let_go()
                repl.wait_until(lambda: key in repl.raw[seen:], "the typed key")
                between = repl.raw[seen : repl.raw.index(key, seen)]
                before_the_key.append((len(between), between.count(b"\r\x1b[K")))
            # The rest of a piece, and what the terminal itself held: up to 64 KiB. Most of the time:
            # a busy machine may hand the key over late.
            size, redraws = sorted(before_the_key)[2]
            self.assertLess(size, 100000, before_the_key)
            self.assertLessEqual(redraws, 6, before_the_key)
            feeding.join()
            repl.wait_until(lambda: b"< message 59999\r\n" in repl.raw[-100000:], "the last", 20)

    def test_a_line_taller_than_the_screen_stays_editable(self):
        with Repl(rows=6, columns=20) as repl:
            text = "".join(chr(ord("a") + i % 26) for i in range(300))
            repl.type(text)
            repl.wait_until(lambda: repl.screen.current_line().rstrip("<>").endswith(text[-8:]), "end")
            repl.incoming("< in\n")
            repl.wait_for("< in")
            repl.type(LEFT + "X\r")
            repl.wait_actions(["text " + text[:-1] + "X" + text[-1]])
            repl.type("short")
            repl.wait_line("> short")

    def test_dumb_terminal(self):
        with Repl(columns=40, TERM="dumb") as repl:
            repl.type("hello")
            repl.wait_line("> hello")
            repl.incoming("< in\n")
            repl.wait_rows(["< in", "> hello"])
            repl.type(" again\r")
            repl.wait_actions(["text hello again"])
            self.assertNotIn(b"\x1b", repl.raw)


class XtermTest(unittest.TestCase):
    """A terminal that does not wrap its rows anew when its width changes."""

    def test_resize_redraws_the_line_and_loses_nothing_above(self):
        with Repl(rows=24, columns=80, XTERM_VERSION="XTerm(379)") as repl:
            repl.incoming("< one\n< two\n< three\n")
            text = "0123456789" * 12 + "abc"
            repl.type(text)
            repl.wait_rows(["< one", "< two", "< three", *wrapped("> " + text, 80)])
            for columns in (50, 100, 30, 80):
                with self.subTest(columns):
                    repl.resize(24, columns)
                    repl.wait_rows(["< one", "< two", "< three", *wrapped("> " + text, columns)])
            repl.incoming("< four\n")
            repl.wait_rows(["< one", "< two", "< three", "< four", *wrapped("> " + text, 80)])
            repl.type("\r")
            repl.wait_actions(["text " + text])


class TmuxTest(unittest.TestCase):
    def test_resize_redraws_the_line_and_loses_nothing_above(self):
        # A full screen, as a session soon has it. (On a nearly empty one, tmux moves rows that are
        # wrapped anew above the screen, where no program can reach them.)
        lines = [f"< {number}" for number in range(25)]
        with Tmux(rows=20, columns=40) as tmux:
            tmux.incoming("\n".join(lines) + "\n")
            tmux.type(TYPED)
            tmux.wait_screen([*lines, *wrapped("> " + TYPED, 40)])
            for columns in (25, 60, 16, 100, 40):
                with self.subTest(columns=columns):
                    tmux.resize(20, columns)
                    tmux.wait_screen([*lines, *wrapped("> " + TYPED, columns)])
            tmux.incoming("< after\n")
            tmux.wait_screen([*lines, "< after", *wrapped("> " + TYPED, 40)])
            tmux.type("\r")
            tmux.wait_actions(["text " + TYPED])

    def goes_on_in_the_foreground(self, tmux):
        tmux.type("stty -a | grep -o -w -e -echo -e echo -e -isig -e isig | xargs\r")
        tmux.wait(lambda rows: "isig echo" in rows, "cooked modes", 10)
        tmux.type("fg\r")
        tmux.wait_last("> half")
        tmux.type(" line\r")
        tmux.wait_actions(["text half line"])

    def test_suspend_and_resume(self):
        with Tmux(columns=60, shell=True) as tmux:
            tmux.type("half")
            tmux.wait_last("> half")
            tmux.type("\x1a")
            tmux.wait(lambda rows: "Stopped" in " ".join(rows) and rows[-1] == "$", "stopped", 10)
            self.goes_on_in_the_foreground(tmux)

    def test_in_the_background_it_stops_and_leaves_the_terminal_alone(self):
        with Tmux(columns=60, shell=True) as tmux:

            def wait_stopped(times):
                tmux.wait(
                    lambda rows: " ".join(rows).count("Stopped") == times and rows[-1] == "$",
                    f"stopped {times} times",
                    10,
                )

            tmux.type("half")
            tmux.wait_last("> half")
            tmux.type("\x1a")
            wait_stopped(1)
            for times in (2, 3):
                tmux.type("bg; wait\r")
                wait_stopped(times)
            self.goes_on_in_the_foreground(tmux)


if __name__ == "__main__":
    unittest.main()
