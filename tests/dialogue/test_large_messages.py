"""A message of more than 1 MiB is written while it comes, where nobody needs it whole (wscope(1),
OUTPUT); one that is not larger is never seen in part."""

import os
import random
import re
import subprocess
import tempfile
import threading
import unittest
import zlib
from pathlib import Path

from support import frames
from support.dialogue import Dialogue
from support.program import SANITIZED, Running, run, run_measured
from support.server import Server

MIB = 1 << 20
CUT = "the last message on stdout is incomplete"
TEXT = "".join(f"größer als ein Mebibyte, {n} " for n in range(50000)).encode()  # 1.6 MB
HALF = TEXT.index("ö".encode(), MIB + 7) + 1  # in the middle of a character


class Halves:
    """A server that sends the first half of a message, waits to be told, and goes on. In fragments
    a ping between them is answered when the client has taken the first."""

    def __init__(self, opcode=frames.TEXT, data=TEXT, half=HALF, then=None, **how):
        self.opcode, self.data, self.half, self.then = opcode, data, half, then
        self.fragments = how.get("fragments", False)
        self.compressed = how.get("compressed", False)  # in fragments, too
        self.go_on = threading.Event()
        self.taken = threading.Event()

    def __call__(self, peer):
        deflate = None
        if self.compressed:
            deflate = zlib.compressobj(wbits=-15)
            peer.accept("Sec-WebSocket-Extensions: permessage-deflate")
        else:
            peer.accept()
        if self.fragments or self.compressed:
            parts = [self.data[: self.half], self.data[self.half :]]
            if deflate:
                parts = [deflate.compress(part) + deflate.flush(zlib.Z_SYNC_FLUSH) for part in parts]
                parts[1] = parts[1][:-4]
            peer.frame(self.opcode, parts[0], fin=False, rsv=0x40 if deflate else 0)
            peer.ping(b"taken?")
            assert peer.read_frame().opcode == frames.PONG
            self.taken.set()
            rest = frames.frame(frames.CONT, parts[1])
        else:
            whole = frames.frame(self.opcode, self.data)
            header = len(whole) - len(self.data)
            peer.send(whole[: header + self.half])
            rest = whole[header + self.half :]
        assert self.go_on.wait(60)
        if self.then:
            return self.then(peer)
        peer.send(rest)
        return peer.finish()


class AsItComes(Dialogue):
    def seen_early(self, *words, end=b"\n", shown=None, **how):
        halves = Halves(**how)
        shown = halves.half if shown is None else shown
        with Server(halves) as server, Running(*words, "-w", "-1", server.url) as client:
            client.end_input()
            client.wait_out(halves.data[shown - 50 : shown])
            self.assertEqual(bytes(client.out), halves.data[:shown])
            halves.go_on.set()
            self.expect(client.wait(), out=halves.data + end)

    def test_text_in_whole_characters(self):
        for how in ({}, {"fragments": True}, {"compressed": True}):
            with self.subTest(how):
                self.seen_early(**how, shown=HALF - 1)

    def test_binary_and_the_other_plain_formats(self):
        for words, end in (([], b""), (["--output", "raw"], b""), (["-0"], b"\0")):
            with self.subTest(words):
                self.seen_early(*words, opcode=frames.BINARY, end=end)

    def test_also_with_count_timing_and_steps(self):
        for words in (["--count", "1"], ["--timing"], ["-v"]):
            with self.subTest(words):
                self.seen_early(*words, shown=HALF - 1)

    def test_any_number_of_them_in_turn_with_small_ones(self):
        large = ["ä" * (MIB + i) for i in range(3)]
        messages = ["small", large[0], "", large[1], large[2], "end"]

        def script(peer):
            peer.accept()
            for message in messages:
                peer.text(message)
            peer.finish()

        with Server(script) as server:
            out = "".join(message + "\n" for message in messages)
            self.dialogue("-w", "-1", server.url, out=out, err="")
            self.dialogue("--count", "2", server.url, out=f"small\n{large[0]}\n", err="")

    def test_it_costs_no_memory_however_slowly_it_is_read(self):
        size = 200 * MIB

        def script(peer):
            peer.accept()
            peer.send(frames.frame(frames.BINARY, b"", length=size))
            for _ in range(size // MIB):
                peer.send(b"x" * MIB)
            peer.finish()

        reading, writing = os.pipe()
        with Server(script) as server:
            words = ["--max-size", "200M", "-w", "-1", server.url]
            with Running(*words, stdout=writing) as client, open(reading, "rb") as pipe:
                os.close(writing)
                client.end_input()
                count = 0
                while count < size - 8 * MIB:  # more than a pipe holds
                    count += len(pipe.read(MIB))
                self.memory_at_most(client, 16 * MIB)
                count += len(pipe.read())
                self.assertEqual(count, size)
                self.expect(client.wait(), err="")

    def test_nor_where_all_output_goes_nowhere(self):
        come, go_on = threading.Event(), threading.Event()

        def script(peer):
            peer.accept()
            peer.send(frames.frame(frames.BINARY, b"", length=40 * MIB))
            for _ in range(40):
                peer.send(b"x" * MIB)
            peer.ping(b"taken?")
            assert peer.read_frame().opcode == frames.PONG
            come.set()
            assert go_on.wait(60)
            peer.finish()

        nowhere = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        with Server(script) as server, Running("-w", "-1", server.url, **nowhere) as client:
            client.end_input()
            self.assertTrue(come.wait(60))
            self.memory_at_most(client, 16 * MIB)
            go_on.set()
            self.expect(client.wait())


class WholeWhereNeeded(Dialogue):
    def unseen(self, *words, size=None, **streams):
        """Nothing is on stdout while only the half of a message has come."""
        halves = Halves(data=TEXT[:size], half=(size or len(TEXT)) - 10, fragments=True)
        with Server(halves) as server, Running(*words, server.url, **streams) as client:
            client.end_input()
            self.assertTrue(halves.taken.wait(20))
            self.assertNotIn("größer".encode(), bytes(client.out))
            halves.go_on.set()
            return client.wait()

    def test_a_mebibyte_is_never_seen_in_part(self):
        ended = self.unseen("-w", "-1", size=MIB)
        self.expect(ended, out=TEXT[:MIB] + b"\n")

    def test_what_looks_at_whole_messages_gets_them(self):
        for words in (
            ["--until", "größer"],
            ["--json"],
            ["--output", "hex"],
            ["--pretty"],
            ["-t"],
            ["--color", "always"],
            ["--reconnect"],
            ["--echo"],
            ["--slash"],
            ["--record", os.devnull],
        ):
            with self.subTest(words):
                self.expect(self.unseen("--count", "1", *words))

    def test_held_whole_a_message_costs_its_size(self):
        size = 100 * MIB

        def script(peer):
            peer.accept()
            peer.send(frames.frame(frames.TEXT, b"", length=size))
            for _ in range(size // MIB - 1):
                peer.send(b"x" * MIB)
            peer.send(b"x" * (MIB - 1) + b"y")
            peer.finish()

        with tempfile.TemporaryFile() as file, Server(script) as server:
            words = ["--max-size", "100M", "--until", "y", server.url]
            ended, peak = run_measured(*words, stdout=file)
            self.expect(ended, err="")
            self.assertEqual(file.seek(0, os.SEEK_END), size + 1)
            if not SANITIZED:
                self.assertLess(peak, size + 16 * MIB)

    def test_lines_that_others_may_write_between(self):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "log")
            with path.open("ab") as log:
                halves = Halves(fragments=True)
                with Server(halves) as server:
                    with Running("-w", "-1", server.url, stdout=log) as client:
                        client.end_input()
                        self.assertTrue(halves.taken.wait(20))
                        self.assertEqual(path.read_bytes(), b"")
                        halves.go_on.set()
                        self.expect(client.wait(), err="")
            self.assertEqual(path.read_bytes(), TEXT + b"\n")

    def test_stdout_and_stderr_in_one_pipe(self):
        reading, writing = os.pipe()
        halves = Halves(fragments=True, then=lambda peer: peer.drop())
        with Server(halves) as server, open(reading, "rb") as pipe:
            with Running("-w", "-1", server.url, stdout=writing, stderr=writing) as client:
                os.close(writing)
                client.end_input()
                self.assertTrue(halves.taken.wait(20))
                halves.go_on.set()
                self.assertRegex(pipe.read(), rb"\Awscope: connection lost")
                self.expect(client.wait(), status=6)


class Cut(Dialogue):
    def cut(self, then, *words, status=6, fragments=False, err=None):
        halves = Halves(fragments=fragments, then=then)
        with Server(halves) as server, Running("-w", "-1", *words, server.url) as client:
            client.end_input()
            client.wait_out(TEXT[HALF - 50 : HALF - 1])
            halves.go_on.set()
            ended = client.wait()
        self.expect(ended, status=status, out=TEXT[: HALF - 1], err=err)
        return ended

    def test_a_lost_connection_leaves_the_line_without_its_end(self):
        for way in ("drop", "reset", "end"):
            with self.subTest(way):
                ended = self.cut(lambda peer, way=way: getattr(peer, way)())
                self.one_error(ended, "connection lost", CUT)

    def test_text_that_turns_out_wrong(self):
        def wrong(peer):
            peer.send(b"\xff")
            return peer.finish()

        ended = self.cut(wrong)
        at = f"text is not UTF-8 at byte {HALF} of the message"
        self.one_error(ended, at, CUT)

    def test_fragments_over_the_limit(self):
        def more(peer):
            peer.frame(frames.CONT, "x" * MIB)
            peer.read_to_end()

        ended = self.cut(more, "--max-size", "2M", fragments=True)
        self.one_error(ended, "message is larger than 2097152 bytes", CUT)

    def test_a_close_between_fragments(self):
        ended = self.cut(lambda peer: peer.finish(), fragments=True)
        self.one_error(ended, f"^server closed the connection; {CUT}$")

    def test_out_of_time(self):
        ended = self.cut(lambda peer: peer.stall(), "--timeout", "2", status=7)
        self.one_error(ended, "out of time", CUT)

    def test_a_signal_says_what_signals_say(self):
        halves = Halves(then=lambda peer: peer.stall())
        with Server(halves) as server:
            words = ["-w", "-1", "--close-timeout", "0.5", server.url]
            with Running(*words) as client:
                client.end_input()
                client.wait_out(TEXT[HALF - 50 : HALF - 1])
                client.signal()
                halves.go_on.set()
                self.expect(client.wait(), status=130, out=TEXT[: HALF - 1])

    def test_a_reader_that_has_enough_is_no_failure(self):
        reading, writing = os.pipe()
        halves = Halves()
        with Server(halves) as server:
            with Running("-w", "-1", server.url, stdout=writing) as client:
                os.close(writing)
                client.end_input()
                os.read(reading, 100)
                os.close(reading)
                halves.go_on.set()
                self.expect(client.wait(), status=0, err="")


class IntoAPipe(Dialogue):
    """Large messages go into a pipe as the pages that the socket holds, others in pages of a pair of
    sockets (src/base/page_loan.h, src/output/pipe_pages.h): nothing of it may be seen outside."""

    def through_slow_reader(self, script):
        """What a reader gets that takes pieces of all sizes."""
        sizes = random.Random(11)
        reading, writing = os.pipe()
        with Server(script) as server:
            with Running("-w", "-1", server.url, stdout=writing) as client:
                os.close(writing)
                client.end_input()
                got = bytearray()
                with open(reading, "rb", buffering=0) as pipe:
                    while piece := pipe.read(sizes.randrange(1, 200_000)):
                        got += piece
                self.expect(client.wait(), err="")
        return bytes(got)

    def test_messages_of_all_sizes_and_kinds_in_all_pieces(self):
        sizes = random.Random(12)
        wire, out = bytearray(), bytearray()
        for n in range(300):
            size = sizes.choice((0, 9, 200, 33_000, 65_536, 90_000, 300_000, 2_000_000 if n % 40 == 0 else 7))
            data = (f"{n} größer 🚀 " * (size // 8 + 1)).encode()[:size].decode(errors="ignore").encode()
            binary = n % 7 == 0
            wire += frames.frame(frames.BINARY if binary else frames.TEXT, data)
            out += data if binary else data + b"\n"
            if n % 5 == 0:
                wire += frames.frame(frames.PING, b"%d" % n)
            if n % 11 == 0:
                wire += frames.frame(frames.TEXT, b"in ", fin=False) + frames.frame(frames.CONT, data)
                out += b"in " + data + b"\n"

        def script(peer):
            pieces = random.Random(13)
            peer.accept()
            at = 0
            while at < len(wire):
                size = pieces.choice((1, 1000, 66_000, 500_000))
                peer.send(bytes(wire[at : at + size]))
                at += size
            peer.finish()

        self.assertTrue(self.through_slow_reader(script) == out)

    def entered(self, size, segments=None):
        def script(peer):
            peer.accept()
            peer.send(frames.frame(frames.TEXT, b"m" * size) * 40)
            peer.finish()

        with tempfile.TemporaryDirectory() as folder, Server(script) as server:
            if segments:
                server.set_segment_size(segments)
            profile = Path(folder, "callgrind.out")
            launcher = ["valgrind", "--tool=callgrind", f"--callgrind-out-file={profile}"]
            ended = run("-w", "-1", server.url, launcher=launcher, timeout=120)
            self.expect(ended, out=(b"m" * size + b"\n") * 40)
            return set(re.findall(r"PageLoan::move\b|splice_bytes\b", profile.read_text()))

    @unittest.skipIf(SANITIZED, "valgrind can't run what is built with sanitizers")
    def test_which_way_they_go(self):
        self.assertEqual(self.entered(100_000), {"PageLoan::move", "splice_bytes"})
        self.assertEqual(self.entered(10_000), {"splice_bytes"})
        self.assertEqual(self.entered(100_000, segments=1448), {"splice_bytes"})
        self.assertEqual(self.entered(50), set())

    def test_what_a_leaving_reader_did_not_take_is_no_failure(self):
        def script(peer):
            peer.accept()
            for _ in range(100):
                peer.text("m" * 100_000)
            peer.finish()

        reading, writing = os.pipe()
        with Server(script) as server:
            with Running("-w", "-1", server.url, stdout=writing) as client:
                os.close(writing)
                client.end_input()
                with open(reading, "rb") as pipe:
                    self.assertEqual(pipe.read(100_002), b"m" * 100_000 + b"\nm")
                self.expect(client.wait(), status=0, err="")


if __name__ == "__main__":
    unittest.main()
