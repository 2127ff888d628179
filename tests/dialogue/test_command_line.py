"""--help, --version, --completion: on stdout, with status 0, whole and in step with each other."""

import os
import re
import shutil
import subprocess
import tempfile
import unittest

from support.dialogue import Dialogue
from support.program import WSCOPE, environment, run

# The contract's options; more may be there.
OPTIONS = """
--execute --interactive --wait --count --until --binary --null --input --output --json --pretty
--timestamps --echo --on-key --show-ping-pong --slash --max-size
--header --host --origin --subprotocol --auth --bearer --cookie --user-agent --protocol --location
--max-redirects --deflate --no-deflate
--resolve --connect-to --unix-socket --interface --proxy --noproxy --connect-timeout --timeout
--close-timeout
--insecure --no-check --ca --cert --key --passphrase --servername --tls-min --tls-max --ciphers
--pin --keylog
--ping-interval --pong-timeout --no-pong --heartbeat --heartbeat-interval --reconnect
--reconnect-max
--verbose --trace --trace-hex --trace-file --timing --quiet
--script --record --replay --har --exec --socketio
--listen --broadcast
--help --version --completion --config --color --no-color --connect
""".split()


def present():
    """Those that this version has: the others say so themselves."""
    with tempfile.TemporaryDirectory() as folder:  # some write the file they are given
        return [
            option
            for option in OPTIONS
            if f"{option} is not available" not in run(option, "x", "y", cwd=folder).errors
        ]


class Help(Dialogue):
    def test_help_is_on_stdout_and_fits_a_screen_or_two(self):
        for option in ("-h", "--help"):
            with self.subTest(option):
                ended = self.dialogue(option, err="")
                lines = ended.out.decode().splitlines()
                self.assertLessEqual(len(lines), 60)
                self.assertLessEqual(max(map(len, lines)), 80)
                self.assertRegex(ended.out.decode(), r"(?im)^usage: +wscope \[options\] ")

    def test_help_names_every_option_of_the_contract(self):
        text = self.dialogue("--help=all", err="").out.decode()
        missing = [o for o in present() if not re.search(rf"{o}(?![\w-])", text)]
        self.assertEqual(missing, [])
        self.assertLessEqual(max(map(len, text.splitlines())), 80)

    def test_help_wins_over_everything_else(self):
        for words in (
            ["--help", "ws://localhost:1"],
            ["ws://localhost:1", "-h"],
            ["-x", "a", "-h"],
        ):
            with self.subTest(words):
                self.assertIn(b"wscope [options]", self.dialogue(*words, err="").out)

    def test_version(self):
        for option in ("-V", "--version"):
            ended = self.dialogue(option, err="")
            self.assertRegex(ended.out.decode(), r"^wscope \d+\.\d+\.\d+\b.*\n")


class Completion(Dialogue):
    def test_completions_know_every_option_of_the_contract(self):
        for shell in ("bash", "zsh", "fish"):
            with self.subTest(shell):
                text = self.dialogue("--completion", shell, err="").out.decode()
                missing = [o for o in present() if not re.search(rf"{o[2:]}(?![\w-])", text)]
                self.assertEqual(missing, [])

    def test_an_unknown_shell(self):
        self.one_error(self.dialogue("--completion", "tcsh", status=2, out=""), "tcsh|completion")

    def completed(self, *words):
        script = run("--completion", "bash").out.decode()
        quoted = " ".join(f"'{word}'" for word in ["wscope", *words])
        program = (
            f"{script}\n"
            f"COMP_WORDS=({quoted}); COMP_CWORD={len(words)}\n"
            'COMP_LINE="${COMP_WORDS[*]}"; COMP_POINT=${#COMP_LINE}\n'
            "spec=$(complete -p wscope); function=${spec#*-F }; function=${function%% *}\n"
            '"$function" wscope "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD-1]}"\n'
            "printf '%s\\n' \"${COMPREPLY[@]}\"\n"
        )
        done = subprocess.run(
            ["bash", "--norc", "-c", program], capture_output=True, text=True, check=False,
            env=environment(PATH=f"{os.path.dirname(WSCOPE)}:{os.environ['PATH']}"),
        )  # fmt: skip
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        return [word.strip() for word in done.stdout.split("\n") if word.strip()]

    def test_bash_completes(self):
        self.assertEqual(
            sorted(self.completed("--trace-")), ["--trace-file", "--trace-hex", "--trace-secrets"]
        )
        self.assertIn("--subprotocol", self.completed("--sub"))
        self.assertEqual(sorted(self.completed("--color", "")), ["always", "auto", "never"])
        self.assertIn("base64", self.completed("--input", "b"))

    def test_bash_completes_profiles_of_the_file_that_is_named(self):
        with tempfile.NamedTemporaryFile("w", suffix=".toml") as file:
            file.write("[profile.one]\n[profile.two]\n")
            file.flush()
            self.assertEqual(sorted(self.completed("--config", file.name, "@")), ["@one", "@two"])
            self.assertEqual(self.completed(f"--config={file.name}", "@t"), ["@two"])

    @unittest.skipUnless(shutil.which("zsh"), "no zsh here")
    def test_zsh_accepts_its_script(self):
        script = run("--completion", "zsh").out
        done = subprocess.run(["zsh", "-n"], input=script, capture_output=True, check=False)
        self.assertEqual((done.returncode, done.stderr), (0, b""))

    @unittest.skipUnless(shutil.which("fish"), "no fish here")
    def test_fish_accepts_its_script(self):
        script = run("--completion", "fish").out
        done = subprocess.run(["fish", "-n"], input=script, capture_output=True, check=False)
        self.assertEqual((done.returncode, done.stderr), (0, b""))


if __name__ == "__main__":
    unittest.main()
