"""Somebody stands still: the peer, or who reads our stdout or stderr. Nothing holds wscope up for
ever, and nobody is blamed for what another one does."""

import contextlib
import fcntl
import json
import os
import re
import signal
import socket
import subprocess
import tempfile
import threading
import time
import unittest

from support import frames
from support.dialogue import Dialogue
from support.program import TIME_FACTOR, Running, eventually, run, settled, until_full
from support.server import PeerGone, Server

MIB = 1 << 20
PERIOD = 1.0 * TIME_FACTOR


def few_bytes(peer, count=4096):
    """So that the kernel takes little of what is sent to it. Before the handshake."""
    peer.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, count)


def until_gone(peer):
    with contextlib.suppress(OSError, PeerGone):
        peer.read_to_end()


class OurClose(Dialogue):
    def unanswered(self, after_close):
        """The seconds that a client waits for the answer to its Close."""

        def script(peer):
            peer.accept()
            peer.messages()
            with contextlib.suppress(OSError, PeerGone):
                after_close(peer)

        with Server(script) as server:
            ended = run("-w", "0", "--close-timeout", PERIOD, server.url, stdin=b"hi\n")
            self.expect(ended, status=6, err="without an answer to our Close within")
            return ended.seconds

    def test_it_is_waited_for_once(self):
        self.assertLess(self.unanswered(until_gone), 1.7 * PERIOD)

    def test_pings_buy_no_time(self):
        def pinging(peer):
            while True:
                peer.ping(b"still here")
                time.sleep(PERIOD / 5)

        self.assertLess(self.unanswered(pinging), 1.7 * PERIOD)


class DeafPeer(Dialogue):
    line = b"x" * (24 * MIB) + b"\n"

    def deaf(self, say):
        def script(peer):
            few_bytes(peer)
            peer.accept()
            peer.read_exactly(100)
            say(peer)
            peer.server.stopping.wait(30)

        return Server(script)

    def test_it_has_sent_its_close(self):
        with self.deaf(lambda peer: peer.close(1000)) as server:
            ended = run("-w", "0", "--close-timeout", "1", server.url, stdin=self.line)
            server.stopping.set()
        self.expect(ended, status=6, err="^wscope: connection lost: server sent its Close, and read nothing for 1 s; 1 message not delivered$")

    def test_it_has_ended_its_side(self):
        with self.deaf(lambda peer: peer.half_close()) as server:
            ended = run("-w", "-1", "--close-timeout", "1", server.url, stdin=self.line)
            server.stopping.set()
        self.expect(ended, status=6, err="^wscope: connection lost: server ended its side, and read nothing for 1 s; ", no_err="our Close")

    def test_a_client_of_ours_has_sent_its_close(self):
        """--listen is left by SIGTERM in its own time."""
        with Running("--listen", "0", "--echo", "--close-timeout", "1", "--no-deflate", stdout=subprocess.DEVNULL) as listening:
            listening.wait_err("listening on ")
            port = int(re.search(rb":(\d+)", bytes(listening.err))[1])
            with socket.create_connection(("127.0.0.1", port)) as client:
                client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
                client.sendall(b"GET / HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                               b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n")  # fmt: skip
                client.sendall(frames.frame(frames.BINARY, bytes(12 * MIB), mask=True)
                               + frames.frame(frames.CLOSE, frames.close_payload(1000), mask=True))  # fmt: skip
                listening.wait_err("left: connection lost: client sent its Close, and read nothing for 1 s")
            listening.signal(signal.SIGTERM)
            self.expect(listening.wait(), status=143)


def sends(count, size=1000, close=True):
    def script(peer):
        peer.accept()
        peer.sock.settimeout(60)
        with contextlib.suppress(OSError, PeerGone):
            for number in range(count):
                peer.text("x" * size)
                peer.server.sent = number + 1
            peer.server.ready.set()
            if close:
                peer.close(1000)
            until_gone(peer)

    return script


def full_pipe():
    """A pipe that has room for one page more, and does not become larger (src/base/pipe_size.h)."""
    reader, writer = os.pipe()
    size = fcntl.fcntl(writer, fcntl.F_SETPIPE_SZ, MIB)
    os.write(writer, b"." * (size - 4096))
    return reader, writer


# More than such a pipe takes; what is left does not keep wscope from reading on.
SOME = 100


class FullOutput(Dialogue):
    """stdout or stderr is a pipe that nobody reads."""

    @contextlib.contextmanager
    def unread(self, script, *words, which="stdout"):
        reader, writer = full_pipe()
        try:
            with Server(script) as server, Running(*words, server.url, **{which: writer}) as client:
                os.close(writer)
                yield server, client, reader
                server.stopping.set()
        finally:
            os.close(reader)

    def test_a_signal_while_stdout_takes_nothing_more(self):
        for number, status in ((signal.SIGINT, 130), (signal.SIGTERM, 143)):
            with self.unread(sends(SOME), "-w", "-1", "-v") as (server, client, _):
                client.wait_err("* closed by ")  # only the writing is left
                client.signal(number)
                self.expect(client.wait(), status=status)

    def test_a_signal_does_not_wait_for_a_close_behind_what_nobody_takes(self):
        patient = ("--close-timeout", "600")
        with self.unread(sends(100_000), "-w", "-1", *patient) as (_, client, reader):
            until_full(reader)
            client.signal(signal.SIGTERM)
            self.expect(client.wait(), status=143)
        with self.unread_script(self.SCRIPTS["goes on"], 100_000, *patient) as (client, reader):
            until_full(reader)
            client.signal(signal.SIGTERM)
            self.expect(client.wait(), status=143)

    def test_the_timeout_while_stdout_takes_nothing_more(self):
        for count in (SOME, 100_000):  # the server has closed; it sends on and on
            with self.unread(sends(count), "-w", "-1", "--timeout", PERIOD) as (_, client, _):
                self.expect(client.wait(), status=7, err="^wscope: out of time: ")

    SCRIPTS = {"is over": f"repeat {SOME}\nexpect any\nend\nexpect close 1000\n", "goes on": 'await "never" within 600\n'}

    @contextlib.contextmanager
    def unread_script(self, text, count, *words):
        with tempfile.NamedTemporaryFile("w", suffix=".wscope") as script:
            script.write(text)
            script.flush()
            with self.unread(sends(count), "--script", script.name, *words) as (_, client, reader):
                yield client, reader

    def test_the_timeout_of_a_script_while_stdout_takes_nothing_more(self):
        for name, text in self.SCRIPTS.items():
            with self.subTest(name), self.unread_script(text, SOME if name == "is over" else 100_000, "--timeout", PERIOD) as (client, _):
                self.expect(client.wait(), status=7, err="^wscope: out of time: the script did not end within ")

    def test_a_signal_to_a_script_while_stdout_takes_nothing_more(self):
        for number, status in ((signal.SIGINT, 130), (signal.SIGTERM, 143)):
            with self.unread_script(self.SCRIPTS["is over"], SOME, "-v") as (client, _):
                client.wait_err("* closed by ")  # only the writing is left
                client.signal(number)
                self.expect(client.wait(), status=status)

    def test_a_script_whose_stdout_is_read_late_loses_nothing(self):
        with self.unread_script(self.SCRIPTS["is over"], SOME, "-v") as (client, reader):
            client.wait_err("* closed by ")
            lines = 0
            while data := os.read(reader, 1 << 16):
                lines += data.count(b"\n")
            self.expect(client.wait(), status=0)
            self.assertEqual(lines, SOME)

    def test_a_server_with_a_full_stdout_can_be_ended(self):
        reader, writer = full_pipe()
        self.addCleanup(os.close, reader)
        with Running("--listen", "0", "--close-timeout", "600", stdout=writer) as listening:
            os.close(writer)
            listening.wait_err("listening on ")
            url = "ws://127.0.0.1:" + re.search(rb":(\d+)", bytes(listening.err))[1].decode()
            lines = (b"y" * 1000 + b"\n") * 20 * SOME
            with Running("-w", "-1", "--close-timeout", "1", url) as client:
                client.send(lines)
                until_full(reader)
                listening.signal(signal.SIGINT)
                self.expect(listening.wait(), status=130)
                client.wait()

    def test_nor_does_a_client_that_was_lost_meanwhile_hold_it_up(self):
        """Nothing can be written to it, what it sent still waits for stdout."""
        reader, writer = full_pipe()
        self.addCleanup(os.close, reader)
        words = ("--listen", "0", "--ping-interval", "0.1", "--close-timeout", "1")
        with Running(*words, stdout=writer) as listening:
            os.close(writer)
            listening.wait_err("listening on ")
            url = "ws://127.0.0.1:" + re.search(rb":(\d+)", bytes(listening.err))[1].decode()
            with Running("-w", "-1", url) as client:
                client.send((b"y" * 1000 + b"\n") * 3000)
                until_full(reader)
                client.signal(signal.SIGKILL)
                client.wait()
            # A ping is answered by a reset: from then on nothing can be written.
            port = f":{int(url.rsplit(':', 1)[1]):04X} "
            with open("/proc/net/tcp", encoding="ascii") as table:

                def gone():
                    table.seek(0)
                    return not any(port in line[:25] and line[34:36] != "0A" for line in table)

                eventually(gone, what="the reset")
            listening.signal(signal.SIGTERM)
            self.expect(listening.wait(), status=143)

    def test_a_trace_that_nobody_reads(self):
        """Reading stops, memory stays flat, signals and --timeout work."""
        with self.unread(sends(100_000), "-w", "-1", "--trace", "--timeout", PERIOD, which="stderr") as (_, client, _):
            self.assertEqual(client.wait().status, 7)
        with self.unread(sends(100_000), "-w", "-1", "--trace-hex", which="stderr") as (server, client, reader):
            until_full(reader)
            settled(lambda: server.sent + client.peak_memory())
            self.assertFalse(server.ready.is_set(), "all was read")
            self.memory_at_most(client, 32 * MIB)
            client.signal()
            self.expect(client.wait(), status=130)

    @contextlib.contextmanager
    def unread_file(self, option, script, *words):
        reader, writer = full_pipe()
        try:
            path = f"/dev/fd/{writer}"
            with Server(script) as server, Running(option, path, *words, server.url, pass_fds=(writer,), stdout=subprocess.DEVNULL) as client:
                os.close(writer)
                yield server, client, reader
                server.stopping.set()
        finally:
            os.close(reader)

    def test_files_that_nobody_reads(self):
        """The same of a record and of a trace in a pipe."""
        for option in ("--record", "--trace-file"):
            with self.subTest(option):
                with self.unread_file(option, sends(100_000), "-w", "-1", "--timeout", PERIOD) as (_, client, _):
                    self.expect(client.wait(), status=7, err="^wscope: out of time: ")
                with self.unread_file(option, sends(100_000), "-w", "-1", "--close-timeout", "0.5") as (server, client, reader):
                    until_full(reader)
                    settled(lambda: server.sent + client.peak_memory())
                    self.assertFalse(server.ready.is_set(), "all was read")
                    self.memory_at_most(client, 32 * MIB)
                    client.signal(signal.SIGTERM)
                    self.expect(client.wait(), status=143)

    def test_files_of_a_run_that_is_over(self):
        """Their reader is waited for until --timeout or a signal."""
        for option in ("--record", "--trace-file", "--har"):
            with self.subTest(option):
                with self.unread_file(option, sends(SOME), "-w", "-1", "--timeout", PERIOD) as (_, client, _):
                    self.expect(client.wait(), status=7, err="^wscope: out of time: ")
                with self.unread_file(option, sends(SOME), "-w", "-1", "-v") as (_, client, _):
                    client.wait_err("* closed by ")  # only the writing is left
                    client.signal(signal.SIGTERM)
                    self.expect(client.wait(), status=143)

    def test_a_trace_of_what_is_sent_that_nobody_reads(self):
        with self.unread(lambda peer: (peer.accept(), until_gone(peer)), "-w", "0", "--trace", "--close-timeout", "0.5", which="stderr") as (_, client, reader):
            poured, stop = [0], threading.Event()

            def pour():
                with contextlib.suppress(OSError):
                    while not stop.is_set():
                        poured[0] += client.process.stdin.write(b"z" * 200 + b"\n")

            pourer = threading.Thread(target=pour, daemon=True)
            pourer.start()
            until_full(reader)
            settled(lambda: poured[0] + client.peak_memory())
            self.memory_at_most(client, 32 * MIB)
            client.signal(signal.SIGTERM)
            self.assertEqual(client.wait().status, 143)
            stop.set()
            pourer.join(10)

    def test_both_to_one_pipe_keep_their_lines_whole_and_in_order(self):
        count = 6000  # more than the pipe takes
        reader, writer = os.pipe()
        with Server(sends(count, 300)) as server, Running("-w", "-1", "--trace", server.url, stdout=writer, stderr=writer) as client:
            os.close(writer)
            until_full(reader)
            got = b""
            while data := os.read(reader, 50_000):
                got += data
            os.close(reader)
            client.wait()
        lines = got.decode().splitlines()
        frames_told = messages = 0
        for line in lines:
            frames_told += "] < TEXT fin len=300 " in line
            messages += line == "x" * 300
            self.assertLessEqual(messages, frames_told, "a frame's line stands before its message")
            self.assertTrue(line == "x" * 300 or re.match(r"\[ +\d+\.\d{3}\] ", line), line)
        self.assertEqual((messages, frames_told), (count, count))


class SlowReader(Dialogue):
    def late(self, script, *words, pause):
        """Everything that came to a stdout which is read only after it has been full for a while."""
        reader, writer = os.pipe()
        with Server(script) as server, Running(*words, server.url, stdout=writer) as client:
            os.close(writer)
            client.end_input()
            until_full(reader, pause)
            lines = 0
            while data := os.read(reader, 1 << 16):
                lines += data.count(b"\n")
            os.close(reader)
            return lines, client.wait()

    def test_silence_is_the_servers(self):
        """What waits in our own socket has come, for -w and for the answer to our Close."""
        for wait in (0.2 * TIME_FACTOR, 0):
            with self.subTest(wait):
                def script(peer):
                    peer.accept()
                    peer.sock.settimeout(60)
                    for _ in range(3000):
                        peer.text("x" * 1000)
                    peer.answer_close()

                lines, ended = self.late(script, "-w", wait, "--close-timeout", 0.4 * TIME_FACTOR, pause=2)
                self.expect(ended, status=0, err="")
                if wait:
                    self.assertEqual(lines, 3000)

    def flooded(self, *arguments):
        """The answer would be behind at most what the sockets hold: who sends on has none."""
        gone = threading.Event()

        def script(peer):
            peer.accept()
            peer.sock.settimeout(60)
            with contextlib.suppress(OSError, PeerGone):
                while True:
                    peer.binary(bytes(65000))
            gone.set()

        reader, writer = os.pipe()
        with Server(script) as server, Running(*arguments, "--output", "raw", server.url, stdout=writer) as client:
            os.close(writer)
            client.end_input()
            while os.read(reader, 1 << 16):
                time.sleep(0.001)  # slower than the server, and never still
            os.close(reader)
            ended = client.wait()
            self.assertTrue(gone.wait(30))
            return ended

    def test_a_server_that_sends_on_does_not_answer_our_close(self):
        ended = self.flooded("-w", "0", "--close-timeout", "0.5")
        self.expect(ended, status=6, err="without an answer to our Close within")

    def test_a_server_that_sends_on_does_not_answer_our_ping(self):
        ended = self.flooded("-w", "-1", "--ping-interval", "0.2", "--pong-timeout", "0.5")
        self.expect(ended, status=7, err="no pong within 0.5 s")

    def test_a_pong_behind_it_is_no_missing_pong(self):
        def script(peer):
            peer.accept()
            peer.sock.settimeout(60)
            stop = threading.Event()

            def flood():
                for _ in range(3000):
                    peer.text("x" * 1000)
                stop.set()

            flooding = threading.Thread(target=flood)
            flooding.start()
            pings = []
            while (one := peer.read_frame()).opcode != frames.CLOSE:
                if one.opcode == frames.PING:
                    pings.append(one.payload)
                while stop.is_set() and pings:
                    peer.pong(pings.pop(0))
            flooding.join()
            peer.close(1000)
            peer.end()

        interval = 0.2 * TIME_FACTOR
        lines, ended = self.late(script, "-w", 2 * TIME_FACTOR, "--ping-interval", interval, "--pong-timeout", 3 * interval, pause=2)
        self.expect(ended, status=0, err="")
        self.assertEqual(lines, 3000)


class Sending(Dialogue):
    def test_a_ping_behind_our_own_upload_is_no_missing_pong(self):
        def script(peer):
            few_bytes(peer, 64 << 10)
            peer.accept()
            total, got = int.from_bytes(peer.read_exactly(14)[2:10], "big"), 0
            while got < total:
                got += len(peer.read_exactly(min(total - got, 64 << 10)))
                time.sleep(0.02 * TIME_FACTOR)
            return peer.answer_close()

        interval = 0.2 * TIME_FACTOR
        with Server(script) as server:
            ended = run("-w", "0", "--ping-interval", interval, "--pong-timeout", 2 * interval, server.url, stdin=b"x" * (8 * MIB) + b"\n", timeout=30)
            self.expect(ended, status=0, err="")
            self.assertEqual(server.result(), [])
        self.assertGreater(ended.seconds, 3 * interval)  # else it shows nothing

    def test_a_server_that_reads_nothing_misses_its_pong(self):
        def script(peer):
            few_bytes(peer)
            peer.accept()
            peer.server.stopping.wait(30)

        with Server(script) as server:
            ended = run("--ping-interval", "0.2", "--pong-timeout", "0.5", server.url, stdin=b"x" * (16 * MIB) + b"\n")
            server.stopping.set()
        self.expect(ended, status=7, err="no pong within 0.5 s")

    def test_input_goes_on_after_pings_have_filled_the_queue(self):
        lines = b'{"ping":"' + b"x" * 100 + b'"}\n'
        with Server(lambda peer: (peer.accept(), peer.answer_close())[1]) as server:
            self.dialogue("--input", "events", "-w", "0", server.url, stdin=lines * 6000 + b'{"send":"last"}\n', out="", err="")
            self.assertEqual(server.result(), ["last"])


class Told(Dialogue):
    """What the error line says of such an end is so."""

    def file(self, content):
        file = self.enterContext(tempfile.TemporaryFile())
        file.write(content)
        file.seek(0)
        return file

    def test_a_reset_that_a_write_meets(self):
        def script(peer):
            peer.accept()
            peer.read_exactly(1000)
            peer.reset()

        with Server(script) as server:
            ended = run("-w", "0", "--no-deflate", server.url, stdin=b"x" * (16 * MIB) + b"\nlast\n")
        self.expect(ended, status=6, err="^wscope: connection lost: connection reset by peer; 2 messages not delivered$")

    def test_each_message_is_counted_once(self):
        def script(peer):
            few_bytes(peer)
            peer.accept()
            peer.read_exactly(1000)
            peer.reset()

        lines = 90_000
        with Server(script) as server:
            ended = run("-w", "0", "--no-deflate", server.url, stdin=self.file(b"0123456789\n" * lines))
        sent, lost = map(int, re.search(r"; (\d+) messages sent; (\d+) messages not delivered", ended.errors).groups())
        self.assertEqual(sent + lost, lines, ended.errors)

    def test_what_was_not_counted_is_not_forgotten(self):
        def script(peer):
            few_bytes(peer)
            peer.accept()
            peer.read_exactly(1000)
            peer.reset()

        with Server(script) as server:
            ended = run("-w", "0", server.url, stdin=self.file(b"0123456789\n" * 1_000_000))
        self.expect(ended, status=6, err=r"; at least \d+ messages not delivered$")

    def test_a_violation_after_our_close(self):
        """The Close that went out is told, not one that did not."""

        def script(peer):
            peer.accept()
            peer.messages()
            peer.frame(frames.CONT, b"x")
            until_gone(peer)

        with Server(script) as server:
            ended = run("-w", "0", "--json", server.url, stdin=b"")
        events = [json.loads(line) for line in ended.out.splitlines()]
        (closed,) = [event for event in events if event["event"] == "close"]
        self.assertEqual((closed["first"], closed["code"], closed["reason"]), ("send", 1000, ""))

    def test_a_violation_is_told_with_the_reason_that_went_out(self):
        def script(peer):
            peer.accept()
            peer.frame(frames.CONT, b"x")
            frame = peer.read_frame()
            return frame.code, frame.payload[2:].decode()

        with Server(script) as server:
            ended = run("-w", "-1", "--json", server.url)
            code, reason = server.result()
        events = [json.loads(line) for line in ended.out.splitlines()]
        (closed,) = [event for event in events if event["event"] == "close"]
        self.assertEqual((closed["code"], closed["reason"]), (code, reason))
        self.assertTrue(reason)

    def test_a_reason_forges_no_lines(self):
        def script(peer):
            peer.accept()
            peer.close(4001, "bye\nwscope: hint: run this")
            until_gone(peer)

        with Server(script) as server:
            ended = run("-w", "-1", server.url)
        self.expect(ended, status=6)
        self.assertEqual(ended.errors.count("\n"), 1, ended.errors)
        self.assertIn(r'"bye\nwscope: hint: run this"', ended.errors)


if __name__ == "__main__":
    unittest.main()
