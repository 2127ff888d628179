"""The completion scripts in real shells: bash with readline on a pty, zsh and fish where installed."""

import os
import pty
import re
import select
import shutil
import signal
import subprocess
import tempfile
import time
import unittest

WSCOPE = os.environ["WSCOPE"]
PROMPT = "ready> "
PATIENCE = 20  # seconds until a shell that says nothing counts as broken


def script_of(shell):
    return subprocess.run([WSCOPE, "--completion", shell], check=True, capture_output=True, text=True).stdout


class Terminal:
    """A shell on a pty: what is typed, and what it shows until the prompt or a pattern comes."""

    def __init__(self, words, environment):
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.execve(words[0], words, environment)
        self.shown = ""

    def type(self, text):
        os.write(self.fd, text.encode())

    def until(self, pattern):
        deadline = time.monotonic() + PATIENCE
        while not (match := re.search(pattern, self.shown)):
            ready, _, _ = select.select([self.fd], [], [], max(0, deadline - time.monotonic()))
            if not ready:
                raise AssertionError(f"{pattern!r} did not come, but {self.shown!r}")
            self.shown += os.read(self.fd, 4096).decode(errors="replace")
        shown, self.shown = self.shown[: match.end()], self.shown[match.end() :]
        return shown

    def close(self):
        os.close(self.fd)
        try:
            os.kill(self.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        os.waitpid(self.pid, 0)


class Bash(unittest.TestCase):
    """Tab in an interactive bash: only readline splits words at '=', ':' and '@' as it does."""

    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        for name in ("token.txt", "two words.pem"):
            open(os.path.join(self.folder.name, name), "w", encoding="ascii").close()
        script = os.path.join(self.folder.name, "script.bash")
        with open(script, "w", encoding="utf-8") as file:
            file.write(script_of("bash"))
        hosts = os.path.join(self.folder.name, "hosts")
        with open(hosts, "w", encoding="ascii") as file:
            file.write("192.0.2.1 quince.example\n")
        environment = {
            "PATH": os.environ["PATH"], "TERM": "dumb", "INPUTRC": "/dev/null", "PS1": PROMPT,
            "HOME": self.folder.name, "HOSTFILE": hosts, "COLUMNS": "200", "LC_ALL": "C.UTF-8",
        }  # fmt: skip
        self.bash = Terminal(["/bin/bash", "--norc", "--noprofile", "-i"], environment)
        self.addCleanup(self.bash.close)
        self.bash.until(re.escape(PROMPT))
        # What is completed is shown as words, nothing is run.
        self.run_line(f"cd {self.folder.name}; source script.bash; wscope() {{ printf '[%s]' \"$@\"; echo; }}")
        self.run_line("bind 'set bell-style none' 'set enable-bracketed-paste off'")

    def run_line(self, line):
        self.bash.type(line + "\n")
        return self.bash.until(re.escape(PROMPT))

    def completed(self, typed):
        """The words that the command gets after Tab at the end of the line."""
        shown = self.run_line(typed + "\t")
        return re.findall(r"\[([^\]]*)\]", shown.splitlines()[-2])

    def test_options(self):
        self.assertEqual(self.completed("wscope --subp"), ["--subprotocol"])
        self.assertEqual(self.completed("wscope -v --trace-f"), ["-v", "--trace-file"])

    def test_choices_as_next_word_and_behind_the_equals_sign(self):
        self.assertEqual(self.completed("wscope --input b"), ["--input", "base64"])
        self.assertEqual(self.completed("wscope --input=b"), ["--input=base64"])
        self.assertEqual(self.completed("wscope --help="), ["--help=all"])

    def test_files(self):
        self.assertEqual(self.completed("wscope --ca tok"), ["--ca", "token.txt"])
        self.assertEqual(self.completed("wscope --ca=tok"), ["--ca=token.txt"])
        self.assertEqual(self.completed("wscope --cert two"), ["--cert", "two words.pem"])

    def test_files_behind_an_at_sign(self):
        self.assertEqual(self.completed("wscope --bearer @tok"), ["--bearer", "@token.txt"])
        self.assertEqual(self.completed("wscope --header=@tok"), ["--header=@token.txt"])

    def test_hosts(self):
        self.assertEqual(self.completed("wscope quin"), ["quince.example"])
        self.assertEqual(self.completed("wscope --servername quin"), ["--servername", "quince.example"])

    def test_profiles(self):
        os.makedirs(os.path.join(self.folder.name, ".config", "wscope"))
        config = os.path.join(self.folder.name, ".config", "wscope", "config.toml")
        with open(config, "w", encoding="ascii") as file:
            file.write("[profile.quiet-room]\n[profile.loud]\n")
        self.run_line(f"wscope() {{ [[ $1 == --completion ]] && {WSCOPE} \"$@\" || printf '[%s]' \"$@\"; echo; }}")
        self.assertEqual(self.completed("wscope -v @qu"), ["-v", "@quiet-room"])

    def test_free_values_get_nothing(self):
        self.assertEqual(self.completed("wscope -x tok"), ["-x", "tok"])
        self.assertEqual(self.completed("wscope --origin quin"), ["--origin", "quin"])


@unittest.skipUnless(shutil.which("fish"), "no fish here")
class Fish(unittest.TestCase):
    def completed(self, typed):
        program = script_of("fish") + f"complete -C '{typed}'\n"
        done = subprocess.run(
            ["fish", "--no-config"], input=program, capture_output=True, text=True, check=True, timeout=PATIENCE
        )
        self.assertEqual(done.stderr, "")
        return [line.split("\t")[0] for line in done.stdout.splitlines()]

    def test_options_choices_files(self):
        self.assertEqual(self.completed("wscope --subp"), ["--subprotocol"])
        self.assertEqual(self.completed("wscope --color a"), ["always", "auto"])
        self.assertEqual(self.completed("wscope --input=b"), ["--input=base64"])
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "token.txt")
            open(path, "w", encoding="ascii").close()
            self.assertEqual(self.completed(f"wscope --ca {path[:-3]}"), [path])
            self.assertEqual(self.completed(f"wscope --bearer @{path[:-3]}"), ["@" + path])
            self.assertEqual(self.completed(f"wscope -x {path[:-3]}"), [])


@unittest.skipUnless(shutil.which("zsh"), "no zsh here")
class Zsh(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        with open(os.path.join(self.folder.name, "_wscope"), "w", encoding="utf-8") as file:
            file.write(script_of("zsh"))
        self.token = os.path.join(self.folder.name, "token.txt")
        open(self.token, "w", encoding="ascii").close()
        environment = {
            "PATH": os.environ["PATH"], "TERM": "dumb", "HOME": self.folder.name, "LC_ALL": "C.UTF-8",
        }  # fmt: skip
        self.zsh = Terminal([shutil.which("zsh"), "-f", "-i"], environment)
        self.addCleanup(self.zsh.close)
        self.zsh.type(
            f"fpath=({self.folder.name} $fpath); autoload -Uz compinit; compinit -u -D;"
            " wscope() { printf '[%s]' \"$@\"; echo; }; unsetopt zle_bracketed_paste nomatch;"
            f" PS1='rea''dy> '; unset zle_bracketed_paste\n"
        )
        self.zsh.until(re.escape(PROMPT))

    def completed(self, typed):
        self.zsh.type(typed + "\t\n")
        shown = self.zsh.until(r"\n(?:\[[^\]]*\])+\r?\n")
        self.zsh.until(re.escape(PROMPT))
        return re.findall(r"\[([^\]]*)\]", shown.splitlines()[-1])

    def test_options_choices_files(self):
        self.assertEqual(self.completed("wscope --subp"), ["--subprotocol"])
        self.assertEqual(self.completed("wscope --color al"), ["--color", "always"])
        self.assertEqual(self.completed("wscope --input=b"), ["--input=base64"])
        begun = self.token[:-3]
        self.assertEqual(self.completed(f"wscope --ca {begun}"), ["--ca", self.token])
        self.assertEqual(self.completed(f"wscope --bearer @{begun}"), ["--bearer", "@" + self.token])


if __name__ == "__main__":
    unittest.main()
