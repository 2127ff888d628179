"""/edit and Ctrl-X Ctrl-E: a message written in the user's editor."""

import contextlib
import os
import stat
import tempfile
import termios
import threading
import time
import unittest
from pathlib import Path

from repl_driver import CTRL_C, CTRL_Z, Repl, Tmux

COOKED = termios.ICANON | termios.ECHO | termios.ISIG


class Editor:
    """A script as $EDITOR: tells in `log` what it was given, waits until it is let go, then does
    `does` with the file "$1"."""

    def __init__(self, case, does="cat new > \"$1\"", waits=False):
        folder = tempfile.TemporaryDirectory(prefix="wscope-editor-")
        case.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.path = self.folder / "editor"
        self.new = self.folder / "new"
        os.mkfifo(self.folder / "go")
        self.path.write_text(
            "#!/bin/sh\n"
            f"cd {self.folder}\n"
            'for file; do :; done; echo "$@" > arguments; cp -p "$file" given; set -- "$file"; echo $$ > pid.new; mv pid.new pid\n'
            + ("echo editing; read word < go\n" if waits else "")
            + does
            + "\n"
        )
        self.path.chmod(0o755)

    def gives(self, text):
        self.new.write_text(text)
        return self

    def let_go(self):
        with open(self.folder / "go", "w") as fifo:
            fifo.write("go\n")

    @property
    def pid(self):
        return int((self.folder / "pid").read_text())

    @property
    def file(self):
        """The last word of the editor's command line."""
        return Path((self.folder / "arguments").read_text().split()[-1])

    @property
    def given(self):
        return (self.folder / "given").read_text()


class EditTest(unittest.TestCase):
    def repl(self, editor, **more):
        return Repl(**{"EDITOR": str(getattr(editor, "path", editor)), "VISUAL": None, **more})

    def test_what_the_editor_leaves_is_sent(self):
        editor = Editor(self).gives("one\n  two\n")
        with self.repl(editor) as repl:
            repl.type("/edit\r")
            repl.wait_actions(["text one\\n  two"])
            self.assertEqual(editor.given, "")
            self.assertFalse(editor.file.exists())
            repl.wait_line("> ")
            # One entry of the history, and it is the message.
            repl.type("\x1b[A")
            repl.wait_line("  two")
            repl.type("!\r")
            repl.wait_actions(["text one\\n  two", "text one\\n  two!"])

    def test_the_file_is_private_and_named_after_its_content(self):
        editor = Editor(self).gives("x")
        with self.repl(editor) as repl:
            for text, suffix in (("plain words", ".txt"), ('{"a": 1}', ".json")):
                repl.type(f"/edit {text}\r")
                repl.wait_until(lambda: "text x" in repl.list_actions(), "the message")
                repl.actions.clear()
                self.assertEqual(editor.given, text + "\n")
                self.assertEqual(editor.file.suffix, suffix)
                mode = os.stat(editor.folder / "given").st_mode
                self.assertEqual(stat.S_IMODE(mode), 0o600)

    def test_visual_goes_first_and_may_have_options(self):
        editor = Editor(self).gives("by visual")
        with self.repl("/nowhere", VISUAL=f"{editor.path} --wait 'a b'") as repl:
            repl.type("/edit x\r")
            repl.wait_actions(["text by visual"])
        self.assertRegex((editor.folder / "arguments").read_text(), r"^--wait a b /.*\.txt\n$")

    def test_a_slash_at_the_beginning_is_text(self):
        with self.repl(Editor(self).gives("/quit\n")) as repl:
            repl.type("/edit\r")
            repl.wait_actions(["text /quit"])

    def test_empty_or_unchanged_sends_nothing(self):
        editor = Editor(self, ": > \"$1\"")
        with self.repl(editor) as repl:
            repl.type("/edit something\r")
            repl.wait_rows(["> /edit something", "wscope: an empty text: nothing was sent", ">"])
            editor.path.write_text("#!/bin/sh\ntouch \"$1\"\n")
            repl.type("/edit same\r")
            repl.wait_for("wscope: the text is unchanged: nothing was sent")
            repl.type("/edit\r")
            repl.wait_until(lambda: repl.screen.text().count("an empty text") == 2, "told again")
            repl.type("after\r")
            repl.wait_actions(["text after"])

    def test_an_editor_that_is_missing(self):
        for name in ("/nowhere/editor", "no-such-editor-at-all"):
            with self.subTest(name), self.repl(name, columns=100) as repl:
                repl.type("/edit x\r")
                repl.wait_rows(
                    [
                        "> /edit x",
                        f"wscope: can't run the editor {name}: no such file or directory: "
                        "nothing was sent",
                        "wscope: hint: VISUAL or EDITOR names another",
                        ">",
                    ]
                )
                repl.type("after\r")
                repl.wait_actions(["text after"])

    def test_an_editor_that_fails_sends_nothing_and_loses_nothing(self):
        editor = Editor(self, 'echo precious > "$1"; exit 3')
        with self.repl(editor, columns=120) as repl:
            repl.type("/edit x\r")
            repl.wait_for(f"the editor {editor.path} ended with status 3: nothing was sent")
            repl.wait_for(f"wscope: hint: the text is in {editor.file}")
            self.assertEqual(editor.file.read_text(), "precious\n")
            editor.file.unlink()
            repl.type("after\r")
            repl.wait_actions(["text after"])

    def test_messages_that_come_meanwhile_are_held(self):
        editor = Editor(self, waits=True).gives("edited")
        with self.repl(editor) as repl:
            repl.type("/edit\r")
            repl.wait_for("editing")
            repl.wait_actions([])
            seen = len(repl.raw)
            # The session goes on meanwhile: it answers.
            repl.incoming("< one\n< two\n?columns\n")
            repl.wait_until(lambda: b"columns 80\n" in repl.actions, "an answer of the session")
            self.assertEqual(bytes(repl.raw[seen:]), b"")
            editor.let_go()
            repl.wait_for("< two")
            repl.wait_line("> ")
            self.assertEqual(repl.rows()[:4], ["> /edit", "editing", "< one", "< two"])

    def test_a_flood_meanwhile_stops_the_session_from_receiving(self):
        editor = Editor(self, waits=True).gives("edited")
        line = b"< " + b"f" * 97 + b"\n"
        lines = 40 * (1 << 20) // len(line)
        with self.repl(editor, emulate=False) as repl:
            repl.type("/edit\r")
            repl.wait_until(lambda: b"editing" in repl.raw, "the editor")
            written = 0

            def flood():
                nonlocal written
                for number in range(0, lines, 1000):
                    batch = min(1000, lines - number)
                    repl.incoming(line * batch)
                    written += batch * len(line)
                repl.incoming("< the last\n")

            flooding = threading.Thread(target=flood)
            flooding.start()
            before = -1
            while written != before:  # until it is stuck
                before = written
                flooding.join(0.5)
            self.assertTrue(flooding.is_alive())
            self.assertGreater(written, 15 << 20)
            self.assertLess(written, 20 << 20)
            editor.let_go()
            flooding.join(60)
            repl.wait_until(lambda: b"< the last" in repl.raw, "the last line", 60)
            self.assertEqual(repl.raw.count(b"< fff"), lines)

    def test_the_editor_finds_the_terminals_own_modes(self):
        editor = Editor(self, waits=True).gives("edited")
        with self.repl(editor) as repl:
            repl.wait_until(lambda: repl.screen.bracketed_paste, "bracketed paste on")
            inside = repl.modes()
            repl.type("/edit\r")
            repl.wait_for("editing")
            self.assertEqual(repl.modes(), repl.modes_before)
            self.assertFalse(repl.screen.bracketed_paste)
            editor.let_go()
            repl.wait_actions(["text edited"])
            self.assertEqual(repl.modes(), inside)
            repl.wait_until(lambda: repl.screen.bracketed_paste, "bracketed paste on again")

    def test_an_editor_that_breaks_the_modes(self):
        editor = Editor(self, 'stty raw -echo; printf "no line end"; echo x > "$1"')
        with self.repl(editor) as repl:
            inside = repl.modes()
            repl.type("/edit\r")
            repl.wait_actions(["text x"])
            repl.wait_rows(["> /edit", ">"])
            self.assertEqual(repl.modes(), inside)
            repl.type("/quit\r")
            repl.wait_end()
            self.assertEqual(repl.modes(), repl.modes_before)

    def test_ctrl_c_in_the_editor_is_the_editors(self):
        editor = Editor(self, waits=True).gives("never")
        with self.repl(editor, columns=120) as repl:
            repl.type("/edit x\r")
            repl.wait_for("editing")
            repl.type(CTRL_C)
            repl.wait_for("was ended by signal 2: nothing was sent")
            repl.wait_line("> ")
            # Ours again.
            repl.type("half" + CTRL_C + "after\r")
            repl.wait_actions(["text after"])
        self.assertFalse(editor.file.exists())

    def test_ctrl_c_that_the_editor_takes_itself(self):
        editor = Editor(self, 'trap "echo caught >> new" INT; echo ready; read word < go; cat new > "$1"')
        with self.repl(editor.gives("text\n")) as repl:
            repl.type("/edit\r")
            repl.wait_for("ready")
            repl.type(CTRL_C)
            end = time.monotonic() + 10
            while "caught" not in editor.new.read_text() and time.monotonic() < end:
                time.sleep(0.01)
            # dash leaves a read that a signal interrupts; one that begins behind it is let go.
            with contextlib.suppress(AssertionError):
                repl.wait_actions(["text text\\ncaught"], 2)
            with contextlib.suppress(OSError):
                os.close(os.open(editor.folder / "go", os.O_WRONLY | os.O_NONBLOCK))
            repl.wait_actions(["text text\\ncaught"])

    def test_keys_behind_the_command_come_after_it(self):
        editor = Editor(self, waits=True).gives("edited")
        with self.repl(editor) as repl:
            repl.type("/edit\rnext\r")
            repl.wait_for("editing")
            editor.let_go()
            repl.wait_actions(["text edited", "text next"])

    def test_resize_meanwhile(self):
        editor = Editor(self, waits=True).gives("edited")
        with self.repl(editor, columns=40) as repl:
            repl.type("/edit\r")
            repl.wait_for("editing")
            repl.resize(24, 20)
            editor.let_go()
            repl.wait_actions(["text edited"])
            repl.type("abcdefghijklmnopqrstuvwxyz")
            repl.wait_until(
                lambda: repl.rows()[-2:] == ["> abcdefghijklmnopqr", "stuvwxyz"], "two rows of 20"
            )

    def test_the_end_of_the_session_ends_the_editor_and_keeps_the_text(self):
        editor = Editor(self, "", waits=True)
        with self.repl(editor, columns=120) as repl:
            repl.type("/edit x\r")
            repl.wait_for("editing")
            editor.file.write_text("half written\n")
            os.close(repl.lines)
            repl.wait_end()
            repl.wait_for(f"the text is in {editor.file}")
            self.assertEqual(editor.file.read_text(), "half written\n")
            self.assertRaises(ProcessLookupError, os.kill, editor.pid, 0)
            self.assertEqual(repl.modes(), repl.modes_before)
            editor.file.unlink()


class LineInTheEditorTest(unittest.TestCase):
    def test_ctrl_x_ctrl_e_edits_the_line(self):
        editor = Editor(self).gives("better\nlonger\n")
        with Repl(EDITOR=str(editor.path), VISUAL=None) as repl:
            repl.type("the line so far\x18\x05")
            repl.wait_actions(["text better\\nlonger"])
            self.assertEqual(editor.given, "the line so far\n")
            repl.wait_line("> ")
            self.assertEqual(repl.screen.text().count("the line so far"), 0)

    def test_unchanged_gives_the_line_back(self):
        editor = Editor(self, ":")
        with Repl(EDITOR=str(editor.path), VISUAL=None) as repl:
            repl.type("the line so far\x18\x05")
            repl.wait_for("unchanged")
            repl.wait_line("> the line so far")
            repl.type("!\r")
            repl.wait_actions(["text the line so far!"])

    def test_a_command_stays_one(self):
        editor = Editor(self).gives("/ping new")
        with Repl(EDITOR=str(editor.path), VISUAL=None) as repl:
            repl.type("/ping old\x18\x05")
            repl.wait_actions(["ping new"])

    def test_v_in_vi_mode(self):
        editor = Editor(self).gives("better")
        inputrc = editor.folder / "inputrc"
        inputrc.write_text("set editing-mode vi\n")
        with Repl(EDITOR=str(editor.path), VISUAL=None, INPUTRC=str(inputrc)) as repl:
            repl.type("a vow\x1b")
            repl.wait_until(lambda: repl.screen.column == 6, "the cursor on w")
            repl.type("v")
            repl.wait_actions(["text better"])

    def test_the_users_own_binding_goes_first(self):
        editor = Editor(self)
        inputrc = editor.folder / "inputrc"
        inputrc.write_text('"\\C-x\\C-e": "mine"\n')
        with Repl(EDITOR=str(editor.path), INPUTRC=str(inputrc)) as repl:
            repl.type("\x18\x05\r")
            repl.wait_actions(["text mine"])


class SuspendTest(unittest.TestCase):
    def test_ctrl_z_in_the_editor_stops_both_and_fg_goes_on(self):
        editor = Editor(self, waits=True).gives("edited")
        with Tmux(columns=60, shell=True, EDITOR=str(editor.path), VISUAL="") as tmux:
            tmux.type("/edit\r")
            tmux.wait_last("editing")
            tmux.type(CTRL_Z)
            tmux.wait(lambda rows: "Stopped" in " ".join(rows) and rows[-1] == "$", "stopped", 10)
            tmux.type("fg\r")
            tmux.wait(lambda rows: any(row.startswith("$ fg") for row in rows), "fg", 10)
            editor.let_go()
            tmux.wait_actions(["text edited"])
            tmux.wait_last("> ")


if __name__ == "__main__":
    unittest.main()
