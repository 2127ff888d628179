"""What a person sees: whole screens of a session in tmux, at several widths, compared as text."""

import re
import shlex
import unittest

from support import frames
from support.program import WSCOPE
from support.server import PeerGone, Server
from support.tmux import TmuxScreen

# What a server says to a word; anything else comes back as it was.
ANSWERS = {
    "json": '{"price": 12345678901234567890.10, "z": [1e5, null], "a": "\\u00e9"}',
    "lines": "line one\nline two\n",
    "evil": "evil \x1b[2J\x1b]0;title\x07\u202e bidi",
    "wide": "漢字かな交じり文 " * 3 + "e\u0301nd",
}


class Conversation:
    """A server that answers, and sends what the test says."""

    def __init__(self):
        self.peer = None

    def __call__(self, peer):
        peer.accept()
        self.peer = peer
        try:
            while True:
                frame = peer.read_frame()
                word = frame.payload.decode("latin-1")
                if frame.opcode == frames.CLOSE:
                    peer.frame(frames.CLOSE, frame.payload)
                    return peer.end()
                if frame.opcode == frames.PING:
                    peer.frame(frames.PONG, frame.payload)
                elif word == "bytes":
                    peer.binary(bytes(range(256)) * 4)
                elif word == "bye":
                    peer.frame(frames.CLOSE, frames.close_payload(1001, "going for lunch"))
                    return peer.end()
                else:
                    peer.frame(frame.opcode, ANSWERS.get(word, frame.payload))
        except (PeerGone, OSError):
            return None


class ScreenTest(unittest.TestCase):
    maxDiff = 8000

    def start(self, *words, columns=80, rows=50):
        server = Server(conversation := Conversation())
        server.__enter__()
        self.addCleanup(lambda: server.__exit__(None, None, None))
        command = shlex.join([WSCOPE, "--no-history", *words, server.url])
        tmux = TmuxScreen(command, rows=rows, columns=columns)
        self.addCleanup(tmux.__exit__)
        self.wait_connected(tmux, 1)
        return tmux, conversation

    def wait_connected(self, tmux, times):
        tmux.wait(
            lambda rows: rows[-1] == ">"
            and sum(row.startswith("connected to") for row in rows) == times,
            f"connected {times} times",
        )

    def say(self, tmux, line, answer):
        tmux.type(line + "\r")
        tmux.wait(lambda rows: answer in "".join(rows) and rows[-1] == ">", answer)

    def seen(self, tmux):
        """The screen without what differs from run to run, of the same length."""
        text = "\n".join(tmux.screen())
        text = re.sub(r"127\.0\.0\.1:\d{5}", "127.0.0.1:PPPPP", text)
        return re.sub(r"\(\d+\.\d ms\)", "(N.N ms)", text)

    def check(self, tmux, expected):
        self.assertEqual(self.seen(tmux), expected.strip("\n"))


class ConversationTest(ScreenTest):
    def converse(self, columns):
        tmux, _ = self.start("-P", columns=columns)
        self.say(tmux, "json", "u00e9")
        self.say(tmux, "lines", "two\\n")
        self.say(tmux, "evil", "bidi")
        self.say(tmux, "wide", "e\u0301nd")
        self.say(tmux, "/ping x", " ms)")
        self.say(tmux, "/binary 00 1b5b324a", "|..[2J|" if columns > 40 else "|J|")
        self.say(tmux, "/close 1006", "no Close came")
        tmux.type("half typed")
        tmux.wait_last("> half typed")
        return tmux

    def test_80_and_120_columns(self):
        """Nothing here is wider than 80 columns, so more of them change nothing."""
        wanted = r"""
connected to ws://127.0.0.1:PPPPP/
> json
< {"price": 12345678901234567890.10, "z": [1e5, null], "a": "\u00e9"}
> lines
< line one
  line two\n
> evil
< evil \x1b[2J\x1b]0;title\x07\u{202e} bidi
> wide
< 漢字かな交じり文 漢字かな交じり文 漢字かな交じり文 énd
> /ping x
> ping "x"
< pong "x" (N.N ms)
> /binary 00 1b5b324a
< binary, 5 bytes
  00000000  00 1b 5b 32 4a                                    |..[2J|
> /close 1006
wscope: can't close with that code: 1006 is reserved: it says that no Close came
> half typed
""".replace("é", "e\u0301")
        for columns in (80, 120):
            with self.subTest(columns):
                self.check(self.converse(columns), wanted)

    def test_40_columns(self):
        self.check(
            self.converse(40),
            r"""
connected to ws://127.0.0.1:PPPPP/
> json
< {"price": 12345678901234567890.10, "z"
: [1e5, null], "a": "\u00e9"}
> lines
< line one
  line two\n
> evil
< evil \x1b[2J\x1b]0;title\x07\u{202e} b
idi
> wide
< 漢字かな交じり文 漢字かな交じり文 漢字
かな交じり文 énd
> /ping x
> ping "x"
< pong "x" (N.N ms)
> /binary 00 1b5b324a
< binary, 5 bytes
  00000000  00 1b 5b 32  |..[2|
  00000004  4a           |J|
> /close 1006
wscope: can't close with that code: 1006
 is reserved: it says that no Close came
> half typed
""".replace("é", "e\u0301"),
        )

    def test_pretty_json_keeps_digits_and_order(self):
        tmux, _ = self.start("--pretty", columns=40)
        self.say(tmux, "json", "u00e9")
        self.check(
            tmux,
            r"""
connected to ws://127.0.0.1:PPPPP/
> json
< {
    "price": 12345678901234567890.10,
    "z": [
      1e5,
      null
    ],
    "a": "\u00e9"
  }
>
""".rstrip("\n"),
        )

    def test_a_long_dump_is_elided_and_last_shows_it_whole(self):
        tmux, _ = self.start(columns=80)
        tmux.type("/last\r")
        tmux.wait(lambda rows: "nothing was elided yet" in rows, "nothing elided")
        self.say(tmux, "bytes", "000003f0")
        rows = tmux.screen()
        self.assertEqual(rows[4], "< binary, 1024 bytes")
        note = "  … 768 bytes left out of 1024 … /last shows all"
        dump = [
            f"  {at:08x}  "
            + "  ".join(" ".join(f"{(at + i) % 256:02x}" for i in range(h, h + 8)) for h in (0, 8))
            + "  |"
            + "".join(chr((at + i) % 256) if 32 <= (at + i) % 256 < 127 else "." for i in range(16))
            + "|"
            for at in range(0, 1024, 16)
        ]
        self.assertEqual(rows[5:-1], [*dump[:12], note, *dump[-4:]])
        tmux.type("/last\r")
        tmux.wait(lambda screen: screen[-65:-1] == dump, "all of the dump")


class LifeTest(ScreenTest):
    def test_the_server_goes_away_the_prompt_stays_and_reconnect(self):
        tmux, _ = self.start(columns=80)
        self.say(tmux, "bye", "/quit")
        self.say(tmux, "lost words", "nothing was sent")
        tmux.type("/reconnect\r")
        self.wait_connected(tmux, 2)
        self.say(tmux, "back", "< back")
        self.check(
            tmux,
            """
connected to ws://127.0.0.1:PPPPP/
> bye
closed by the server: 1001 (going away) "going for lunch"
not connected: /reconnect or /quit
> lost words
not connected, nothing was sent: /reconnect or /quit
> /reconnect
connecting to ws://127.0.0.1:PPPPP/
connected to ws://127.0.0.1:PPPPP/
> back
< back
>
""",
        )

    def test_info_at_each_width(self):
        for columns, expected in (
            (
                80,
                """
  url          ws://127.0.0.1:PPPPP/
  local        127.0.0.1:PPPPP
  peer         127.0.0.1:PPPPP
  TLS          none: not encrypted
  subprotocol  none
  extensions   none
  open for     N s
  sent         1 message, 5 bytes (17 on the wire)
  received     1 message, 5 bytes (9 on the wire)
  round trip   N.N ms
""",
            ),
            (
                40,
                """
  url          ws://127.0.0.1:PPPPP/
  local        127.0.0.1:PPPPP
  peer         127.0.0.1:PPPPP
  TLS          none: not encrypted
  subprotocol  none
  extensions   none
  open for     N s
  sent         1 message, 5 bytes (17 on
               the wire)
  received     1 message, 5 bytes (9 on
               the wire)
  round trip   N.N ms
""",
            ),
        ):
            with self.subTest(columns):
                tmux, _ = self.start(columns=columns)
                self.say(tmux, "hello", "< hello")
                self.say(tmux, "/ping", "pong (")
                self.say(tmux, "/info", "round trip")
                seen = re.sub(r"[\d.]+ s$", "N s", self.seen(tmux), flags=re.M)
                seen = re.sub(r"\d+\.\d ms$", "N.N ms", seen, flags=re.M)
                table = seen[seen.index("> /info\n") + 8 :]
                self.assertEqual(table, expected.lstrip("\n") + ">")

    def test_resize_while_typing(self):
        """The line is whole and in its place after each resize, and messages go above it."""
        typed = "half typed: äöü 漢字かな and on and on until it takes some rows of a narrow screen"
        tmux, conversation = self.start(columns=80, rows=20)
        for number in range(25):  # a full screen, as a session soon has it
            conversation.peer.text(f"message {number}")
        tmux.wait(lambda rows: "< message 24" in rows, "the last message")
        tmux.type(typed)
        said = 0
        for columns in (40, 120, 60, 80, 40):
            tmux.resize(20, columns)
            conversation.peer.text(f"after {columns} {said}")
            said += 1
            tmux.wait(
                lambda rows: any(row.startswith(f"< after {columns} {said - 1}") for row in rows)
                and "".join(rows).endswith("> " + typed),
                f"the line at {columns}",
            )
        rows = tmux.screen()
        joined = "".join(rows)
        self.assertEqual(joined.count("half typed"), 1, rows)
        self.assertEqual([row for row in rows if row.startswith("< message")],
                         [f"< message {number}" for number in range(25)])
        tmux.type("!\r")
        tmux.wait(lambda rows: "".join(rows).count("screen!") == 2, "the line sent, and its echo")


if __name__ == "__main__":
    unittest.main()
