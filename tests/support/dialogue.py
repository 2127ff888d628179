"""Dialogue: the unittest base of whole-binary tests: what went in, what came out, how it ended."""

import re
import unittest

from .program import SANITIZED, TIME_FACTOR, run


def difference(got, wanted):
    """Where stdout and what it should be part, in words; both may be large."""
    same = next((n for n, (a, b) in enumerate(zip(got, wanted)) if a != b), None)
    at = min(len(got), len(wanted)) if same is None else same
    return (
        f"stdout: {len(got)} bytes, not {len(wanted)}; from byte {at}: "
        f"{got[at : at + 200]!r}, not {wanted[at : at + 200]!r}"
    )


class Dialogue(unittest.TestCase):
    maxDiff = 4000

    def memory_at_most(self, process, size):
        """The peak of a Running; a sanitizer's own memory says nothing."""
        if not SANITIZED:
            self.assertLess(process.peak_memory(), size)

    def expect(self, ended, *, status=0, out=None, err=None, no_err=None):
        """Compares an Ended. `out`: the exact bytes (or str) of stdout. `err`: a regular expression
        that stderr must match somewhere, or a list of them; `""` means nothing at all on stderr.
        `no_err`: expressions that must not match."""
        if isinstance(out, str):
            out = out.encode()
        self.assertEqual(ended.status, status, f"exit status\n{ended}")
        if out is not None:
            self.assertTrue(ended.out == out, f"{difference(ended.out, out)}\n{ended}")
        if err == "":
            self.assertEqual(ended.errors, "", f"stderr is not empty\n{ended}")
        elif err is not None:
            for pattern in [err] if isinstance(err, str) else err:
                self.assertRegex(ended.errors, re.compile(pattern, re.M), str(ended))
        for pattern in [no_err] if isinstance(no_err, str) else no_err or []:
            self.assertNotRegex(ended.errors, re.compile(pattern, re.M), str(ended))
        return ended

    def dialogue(self, *words, stdin=b"", timeout=20, env=None, cwd=None, **expected):
        """Runs wscope to its end and compares: `self.dialogue(url, stdin=b"hi\\n", out="hi\\n")`."""
        if isinstance(stdin, str):
            stdin = stdin.encode()
        return self.expect(run(*words, stdin=stdin, timeout=timeout, env=env, cwd=cwd), **expected)

    def soon(self, seconds, action):
        """Runs `action`, which returns an Ended, until one took less than that: a busy machine may
        delay any single run, but not each of three."""
        for _ in range(3):
            ended = action()
            if ended.seconds < seconds * TIME_FACTOR:
                return ended
        return self.fail(f"not within {seconds} s\n{ended}")

    def one_error(self, ended, *patterns):
        """stderr ends with exactly one `wscope: …` error (lower case, one line), perhaps a hint."""
        lines = [line for line in ended.errors.splitlines() if line.startswith("wscope: ")]
        errors = [line for line in lines if not line.startswith("wscope: hint: ")]
        self.assertEqual(len(errors), 1, f"not one error line\n{ended}")
        text = errors[0].removeprefix("wscope: ")
        self.assertFalse(text.endswith("."), f"an error ends without a full stop\n{ended}")
        for pattern in patterns:
            self.assertRegex(text, pattern, str(ended))
        return text
