"""Back-pressure both ways: a slow server stops stdin, a slow stdout stops the server; memory stays
flat and nothing is lost."""

import json
import os
import subprocess
import tempfile
import threading
import unittest

from support import frames
from support.certificates import Certificates
from support.dialogue import Dialogue
from support.program import SANITIZED, WSCOPE, Running, eventually, run, settled
from support.server import Server, talks_and_hears

MIB = 1 << 20
LIMIT = 24 * MIB


class BackPressure(Dialogue):
    def memory(self, client):
        peak = client.peak_memory()
        if not SANITIZED:
            self.assertLess(peak, LIMIT, f"{peak / MIB:.1f} MiB at the peak")

    def deaf_server(self, line_size, tls=None):
        """Endless stdin towards a server that reads nothing, then everything."""
        read_now = threading.Event()

        def script(peer):
            peer.accept()
            read_now.wait(60)
            return sum(1 for _ in peer.answer_close())

        trust = ["-k"] if tls else []
        with Server(script, tls=tls) as server, Running(*trust, "-w", "0", server.url) as client:
            poured, stop = [0], threading.Event()
            line = b"x" * (line_size - 1) + b"\n"

            def pour():
                while not stop.is_set():
                    client.send(line)
                    poured[0] += 1
                client.end_input()

            pourer = threading.Thread(target=pour, daemon=True)
            pourer.start()
            lines = settled(lambda: poured[0])
            self.assertLess(lines * line_size, 64 * MIB)  # what kernel buffers and queues take
            self.memory(client)
            stop.set()
            read_now.set()
            self.expect(client.wait(60), status=0, out="", err="")
            pourer.join(10)
            self.assertEqual(server.result(60), poured[0])

    def test_a_server_that_reads_nothing_short_lines(self):
        self.deaf_server(16)

    def test_a_server_that_reads_nothing_long_lines(self):
        self.deaf_server(64 << 10)

    def test_a_server_that_reads_nothing_over_tls(self):
        self.deaf_server(1024, tls=Certificates.shared().server_context())

    def long_message(self, given, expected, *words):
        """A server that reads late: what was typed into a pipe is held, and only once."""
        read_now = threading.Event()

        def script(peer):
            peer.accept()
            read_now.wait(60)
            return peer.answer_close()

        with Server(script) as server, Running("-w", "0", *words, server.url) as client:
            client.send(given)
            client.end_input()
            eventually(lambda: client.peak_memory() > len(given), 60, "the line in memory")
            settled(client.peak_memory)
            if not SANITIZED:
                self.assertLess(client.peak_memory(), len(given) + 16 * MIB)
            read_now.set()
            self.expect(client.wait(60), status=0, out="", err="")
            got = server.result(60)
            self.assertEqual([len(message) for message in got], [len(message) for message in expected])
            self.assertTrue(got == expected, "another text arrived")

    def test_a_long_line_is_held_once(self):
        line = "1 price 42.17 \u20ac, " * 850_000
        self.long_message(f"{line}\r\nafter it\n".encode(), [line, "after it"])

    def test_a_long_line_without_an_end_is_held_once(self):
        line = "1 price 42.17 \u20ac, " * 850_000
        self.long_message(line.encode(), [line])

    def test_the_whole_input_is_held_once(self):
        whole = bytes(n % 251 for n in range(1 << 16)) * 256
        self.long_message(whole, [whole], "--input", "whole", "-b")

    def test_a_long_line_is_told_as_it_was_typed(self):
        """Not as it lies there after it was masked."""
        line = "x\u00e9" * MIB
        with Server(lambda peer: (peer.accept(), peer.answer_close())) as server:
            ended = run("--json", "-w", "0", server.url, stdin=f"begun {line}\n".encode())
            self.expect(ended, status=0, err="")
        told = [event for event in map(json.loads, ended.out.splitlines()) if event["event"] == "message"]
        self.assertEqual([event["dir"] for event in told], ["send"])
        self.assertTrue(told[0]["data"] == f"begun {line}", "another text was told")

    def flood(self, size, words=(), tls=None):
        """A flooding server towards a stdout nobody reads, then somebody does."""
        sent, stop = [0], threading.Event()
        message = bytes(ord("a") + n % 26 for n in range(size))
        frame = frames.frame(frames.TEXT, message)
        batch = max(1, 65536 // len(frame))

        def script(peer):
            peer.accept()
            peer.sock.settimeout(60)
            while not stop.is_set():
                peer.send(frame * batch)
                sent[0] += batch
            peer.finish()

        reader, writer = os.pipe()
        self.addCleanup(os.close, reader)
        trust = ["-k"] if tls else []
        with Server(script, tls=tls) as server:
            with Running(*words, *trust, "-w", "-1", server.url, stdout=writer) as client:
                os.close(writer)
                messages = settled(lambda: sent[0])
                self.assertLess(messages * size, 64 * MIB)
                self.memory(client)
                stop.set()
                got = hash_of = 0
                while data := os.read(reader, 1 << 20):
                    got += len(data)
                    hash_of += data.count(b"\n")
                self.expect(client.wait(60), status=0, err="")
                self.assertEqual((hash_of, got), (sent[0], sent[0] * (size + 1)))
            server.result(60)

    def test_a_stdout_nobody_reads_short_messages(self):
        self.flood(16)

    def test_a_stdout_nobody_reads_long_messages(self):
        self.flood(64 << 10)

    def test_a_stdout_nobody_reads_over_tls(self):
        self.flood(1024, tls=Certificates.shared().server_context())

    def test_a_stdout_nobody_reads_while_pings_come(self):
        """Reading stopped, so the pings wait too; what matters is that all are answered after."""
        pongs, stop = [], threading.Event()

        def script(peer):
            peer.accept()
            for _ in range(200):
                peer.text("x" * 4096)
            peer.ping(b"after the flood")
            stop.wait(60)
            while (frame := peer.read_frame()).opcode != frames.CLOSE:
                pongs.append(frame.payload)
            peer.close(1000)
            peer.end()

        reader, writer = os.pipe()
        self.addCleanup(os.close, reader)
        with Server(script) as server:
            with Running("-w", "1", server.url, stdout=writer) as client:
                os.close(writer)
                client.end_input()
                stop.set()
                while os.read(reader, 1 << 20):
                    pass
                self.expect(client.wait(30), status=0, err="")
            server.result()
        self.assertEqual(pongs, [b"after the flood"])

    def test_a_coprocess_that_answers_all_it_reads(self):
        """Sending goes on while stdout takes nothing: else each waits for the other."""
        text = "x" * 50000

        with tempfile.TemporaryDirectory() as folder, Server(talks_and_hears(text, 400)) as server:
            words = "mkfifo back; timeout 60 \"$0\" -w -1 \"$1\" <back | cat >back"
            ended = subprocess.run(
                ["bash", "-o", "pipefail", "-c", words, WSCOPE, server.url], cwd=folder, check=False
            )
            self.assertEqual(ended.returncode, 0)
            self.assertEqual(server.result(), [text] * 400)

    def test_an_echo_client_between_a_flood_and_a_deaf_server(self):
        """--echo with a server that sends without reading must stop reading as well."""
        sent, stop = [0], threading.Event()
        frame = frames.frame(frames.TEXT, b"y" * 1000) * 64

        def script(peer):
            peer.accept()
            peer.sock.settimeout(1)
            try:
                while not stop.is_set():
                    peer.send(frame)
                    sent[0] += 64
            except OSError:  # it stands still, or the client has been ended
                pass
            stop.wait(60)

        with open(os.devnull, "wb") as nowhere, Server(script) as server:
            with Running("--echo", "-w", "-1", server.url, stdout=nowhere) as client:
                settled(lambda: sent[0])
                self.memory(client)
                stop.set()
                client.process.terminate()
                client.process.terminate()
                client.wait(20)


if __name__ == "__main__":
    unittest.main()
