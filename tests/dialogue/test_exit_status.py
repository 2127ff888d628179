"""EXIT STATUS of wscope(1): each row of the table, and the one error line that goes with it."""

import unittest

from support import frames
from support.dialogue import Dialogue
from support.program import Running, run
from support.server import Server, unused_port


def closes(code=None, reason=b""):
    def script(peer):
        peer.accept()
        peer.finish(code, reason)

    return script


class ClosedNormally(Dialogue):
    def test_normal_going_away_and_no_code_are_0(self):
        for code in (1000, 1001, None):
            with self.subTest(code), Server(closes(code)) as server:
                self.dialogue(server.url, out="", err="")


class EndedAbnormally(Dialogue):
    def ends(self, script, *patterns, out=""):
        with Server(script) as server:
            ended = self.dialogue("-w", "-1", server.url, stdin="x\n", status=6, out=out)
            self.one_error(ended, *patterns)
            return server.result()

    def test_another_close_code_is_told_with_name_and_reason(self):
        self.ends(closes(1011, "out of cheese"), r"\b1011\b", "out of cheese")
        self.ends(closes(1008, "go away"), r"\b1008\b", "policy", "go away")
        self.ends(closes(4001), r"\b4001\b")

    def test_lost_without_close(self):
        def dies(peer):
            peer.accept()
            peer.text("last words")
            peer.read_message()
            peer.drop()

        self.ends(dies, "[Cc]lose", out="last words\n")

    def test_reset(self):
        def resets(peer):
            peer.accept()
            peer.read_message()
            peer.reset()

        self.ends(resets, "(?i)reset")

    def test_lost_in_the_middle_of_a_frame(self):
        def cut(peer):
            peer.accept()
            peer.read_message()
            peer.frame(frames.TEXT, "half", length=100)
            peer.drop()

        self.ends(cut)

    def violation(self, data, code):
        def script(peer):
            peer.accept(then=data)
            peer.messages()
            peer.end()
            return peer.last_close.code

        self.assertEqual(self.ends(script), code)

    def test_protocol_violations_are_answered_with_their_code(self):
        frame = frames.frame
        for name, data, code in (
            ("masked frame", frame(frames.TEXT, "x", mask=b"abcd"), 1002),
            ("reserved opcode", frame(0x3, "x"), 1002),
            ("RSV2", frame(frames.TEXT, "x", rsv=frames.RSV2), 1002),
            ("fragmented ping", frame(frames.PING, "x", fin=False), 1002),
            ("continuation of nothing", frame(frames.CONT, "x"), 1002),
            ("invalid UTF-8", frame(frames.TEXT, b"\xff"), 1007),
            ("close with one byte", frame(frames.CLOSE, b"\x03"), 1002),
            ("close code 1005", frame(frames.CLOSE, frames.close_payload(1005)), 1002),
        ):
            with self.subTest(name):
                self.violation(data, code)

    def test_a_message_over_max_size(self):
        def script(peer):
            peer.accept(then=frames.frame(frames.TEXT, "x" * 1001))
            peer.messages()
            peer.end()
            return peer.last_close.code

        with Server(script) as server:
            words = ["--max-size", "1000", "-w", "-1", server.url]
            self.one_error(self.dialogue(*words, status=6, out=""), "1000|max-size")
            self.assertEqual(server.result(), 1009)

    def test_max_size_takes_suffixes(self):
        def script(peer):
            peer.accept()
            peer.text("x" * 2048)
            peer.finish()

        with Server(script) as server:
            for size in ("2K", "2048", "1M", "1G", "2k"):
                self.dialogue("--max-size", size, "-w", "-1", server.url, out="x" * 2048 + "\n")


class Unreachable(Dialogue):
    def test_nobody_listens(self):
        holder, port = unused_port()
        with holder:
            ended = self.dialogue(f"ws://127.0.0.1:{port}/", status=3, out="")
            self.one_error(ended, rf"127\.0\.0\.1:{port}", "(?i)refused")

    def test_every_address_tried_is_told(self):
        holder, port = unused_port()
        with holder:
            ended = self.dialogue(f"ws://localhost:{port}/", status=3, out="")
            self.assertRegex(ended.errors, rf"127\.0\.0\.1(:{port})?")

    def test_an_unknown_name(self):
        ended = self.dialogue("ws://no-such-host.invalid/", status=3, out="")
        self.one_error(ended, r"no-such-host\.invalid")

    def test_lines_that_never_left_are_counted(self):
        holder, port = unused_port()
        with holder:
            ended = run(f"ws://127.0.0.1:{port}/", stdin=b"a\nb\n")
            self.expect(ended, status=3, out="")


class Usage(Dialogue):
    def usage(self, *words, says=()):
        ended = self.dialogue(*words, status=2, out="")
        self.one_error(ended, *([says] if isinstance(says, str) else says))
        return ended

    def test_wrong_urls(self):
        for url, says in {
            "ws://localhost/#fragment": "fragment",
            "ftp://localhost/": "ftp",
            "ws://localhost:99999/": "99999",
            "ws://localhost:port/": "port",
            "ws://": "host",
            "ws://[::1/": r"\[::1",
            "ws://[::zz]/": "::zz",
            "": "URL",
            "ws://ho st/": "ho st",
        }.items():
            with self.subTest(url):
                self.usage(url, says=says)

    def test_a_wrong_url_does_not_show_its_password(self):
        ended = self.usage("ws://joe:secret@localhost:99999/")
        self.assertNotIn("secret", ended.errors)

    def test_misspelt_options_get_a_suggestion(self):
        for wrong, right in {
            "--cuont": "--count",
            "--trase": "--trace",
            "--insecur": "--insecure",
            "--subprotocl": "--subprotocol",
        }.items():
            with self.subTest(wrong):
                ended = self.usage(wrong, "ws://localhost:1", says=wrong)
                self.assertRegex(ended.errors, rf"hint: .*{right}\b")

    def test_values_that_make_no_sense(self):
        for words in (
            ["--count", "x"],
            ["--count", "-1"],
            ["-w", "soon"],
            ["--connect-timeout", "-3"],
            ["--max-size", "10Q"],
            ["--input", "xml"],
            ["--output", "xml"],
            ["--color", "maybe"],
            ["-p", "x"],
            ["--tls-min", "0.9"],
            ["--deflate", "nonsense=1"],
        ):
            with self.subTest(words):
                self.usage(*words, "ws://localhost:1")

    def test_two_urls(self):
        self.usage("ws://localhost:1", "ws://localhost:2", says="localhost:2")

    def test_files_that_can_not_be_read(self):
        for words in (
            ["--ca", "/no/such/file"],
            ["--cert", "/no/such/file"],
            ["--cert", "/no/such/file", "--key", "/no/such/file"],
            ["--passphrase", "@/no/such/file"],
            ["-H", "@/no/such/file"],
            ["--bearer", "@/no/such/file"],
        ):
            with self.subTest(words):
                self.usage(*words, "wss://localhost:1", says="/no/such/file")

    def test_headers_that_would_break_the_request(self):
        for header in ("X: a\r\nY: b", "X: a\nY: b", "no colon", "sp ace: x", ": x"):
            with self.subTest(header), Server() as server:
                self.usage("-H", header, server.url)
                self.assertEqual(server.connections, 0)


class OtherFailures(Dialogue):
    def test_a_full_disk_is_1(self):
        def script(peer):
            peer.accept()
            peer.text("does not fit")
            peer.answer_close()

        with Server(script) as server, open("/dev/full", "wb") as full:
            with Running("-w", "-1", server.url, stdout=full) as client:
                ended = client.wait(10)
        self.expect(ended, status=1)
        self.one_error(ended, "(?i)no space left")


if __name__ == "__main__":
    unittest.main()
