"""-v, --trace, --trace-hex, --trace-file: columns, and everything exactly as on the wire."""

import json
import os
import re
import socket
import subprocess
import tempfile
import unittest
from pathlib import Path

from support import frames
from support.certificates import Certificates
from support.dialogue import Dialogue
from support.program import SANITIZED, WSCOPE, Running, run
from support.server import Server, echo, unused_port

LINE = re.compile(r"^\[ *(\d+\.\d{3})\] ([*<>]) ?(.*)$")
HEX = re.compile(r"^ {4,}[0-9a-f]{8}  ([0-9a-f]{2} +)+\|.*\|$")  # of --trace-hex


def after_offset(row):
    """The hex columns of a dump's row, the wide gap in the middle made narrow."""
    columns = row.strip().split("  ", 1)[1].split("|", 1)[0]
    return re.sub(" +", " ", columns).strip()


def conversation(peer):
    """One of everything."""
    peer.read_request()
    peer.send(peer.response("X-Order: b", "x-ORDER: a", "X-Order: b", "Set-Cookie: secret=1"))
    peer.read_message()
    peer.frame(frames.TEXT, "Hel", fin=False)
    peer.ping("pi")
    peer.frame(frames.CONT, "lo")
    peer.binary(b"\x00\xff")
    peer.finish(1000, "bye")
    return peer.request.head


class Trace(Dialogue):
    def traced(self, *words, script=conversation, url=None, status=0, tls=None):
        """The parsed trace lines (seconds, direction, what), the Ended and the script's result."""
        with Server(script, tls=tls) as server:
            self.port = server.port
            address = url.format(port=server.port) if url else server.url
            ended = run("-w", "-1", *words, address, stdin=b"hello\n")
            self.assertEqual(ended.status, status, str(ended))
            rows = []
            for line in ended.errors.splitlines():
                if HEX.match(line) and "--trace-hex" in words:
                    continue
                self.assertRegex(line, LINE, str(ended))
                seconds, direction, what = LINE.match(line).groups()
                rows.append((float(seconds), direction, what))
            return rows, ended, server.result()

    def in_order(self, rows, *patterns):
        """Each pattern ("> TEXT") matches a row, in this order."""
        lines = [f"{direction} {what}" for _, direction, what in rows]
        at = 0
        for pattern in patterns:
            while at < len(lines) and not re.search(pattern, lines[at]):
                at += 1
            if at == len(lines):
                self.fail(f"no {pattern!r} (in that place) in\n" + "\n".join(lines))
            at += 1

    def test_the_steps_in_order_with_their_times(self):
        rows, ended, _ = self.traced("--trace", url="ws://localhost:{port}/chat?x=1")
        self.assertEqual(ended.out, b"Hello\n\x00\xff")
        self.in_order(
            rows,
            r"^\* resolve localhost: .*127\.0\.0\.1.* \(\d+\.\d ms\)$",
            rf"^\* connect 127\.0\.0\.1:{self.port} \(\d+\.\d ms\)$",
            r"^> GET /chat\?x=1 HTTP/1\.1$",
            rf"^> Host: localhost:{self.port}$",
            r"^< HTTP/1\.1 101 Switching Protocols$",
            r"^\* open",
            r"^> TEXT fin (rsv1 )?len=\d+ mask=[0-9a-f]{8} ",
            r'^< TEXT len=3 "Hel"$',
            r'^< PING len=2 "pi"$',
            r'^< CONT fin len=2 "lo"$',
            r"^< BINARY fin len=2 ",
            r'^< CLOSE len=5 1000 \(normal\) "bye"$',
            r"^> CLOSE len=\d+ mask=[0-9a-f]{8} 1000 \(normal\)",
        )
        self.in_order(
            rows,
            r'^< PING len=2 "pi"$',
            r'^> PONG len=2 mask=[0-9a-f]{8} "pi"$',
            r"^> CLOSE len=",
        )
        times = [seconds for seconds, _, _ in rows]
        self.assertEqual(times, sorted(times))

    def test_heads_are_as_on_the_wire(self):
        rows, _, head = self.traced("--trace", "-H", "X-b: 1", "-H", "x-A: 2", "-H", "X-b: 3")
        sent = [what for _, direction, what in rows if direction == ">"]
        lines = head.decode().split("\r\n")[:-2]
        self.assertEqual(sent[: len(lines)], lines)
        got = [what for _, direction, what in rows if direction == "<"]
        order = [line for line in got if line.lower().startswith("x-order")]
        self.assertEqual(order, ["X-Order: b", "x-ORDER: a", "X-Order: b"])

    def test_v_shows_no_frames(self):
        rows, _, _ = self.traced("-v")
        text = "\n".join(what for _, _, what in rows)
        self.assertNotRegex(text, r"TEXT|PING|len=")
        self.in_order(rows, r"^\* connect ", "^> GET / ", "^< HTTP/1.1 101", r"^\* open", "1000")

    def test_trace_hex_shows_every_payload_byte(self):
        def sends(peer):
            peer.accept()
            peer.read_message()
            peer.binary(bytes(range(64)))
            peer.finish()

        _, ended, _ = self.traced("--trace-hex", script=sends)
        rows = [line for line in ended.errors.splitlines() if HEX.match(line)]
        octets = " ".join(map(after_offset, rows))
        self.assertIn(b"hello".hex(" "), octets)
        self.assertIn(bytes(range(64)).hex(" "), octets)

    def test_long_payloads_are_cut_and_their_size_told(self):
        def sends(peer):
            peer.accept()
            peer.read_message()
            peer.text("x" * 100_000)
            peer.finish()

        rows, ended, _ = self.traced("--trace", script=sends)
        self.in_order(rows, r'^< TEXT fin len=100000 "x+')
        self.assertLess(len(ended.err), 5000)

    def test_payloads_are_escaped(self):
        def sends(peer):
            peer.accept()
            peer.read_message()
            peer.text('a"b\nc\x1b[31m\r\x00')
            peer.finish()

        _, ended, _ = self.traced("--trace", script=sends)
        self.assertNotIn("\x1b", ended.errors)
        self.assertEqual(len([line for line in ended.errors.splitlines() if "TEXT" in line]), 2)

    def test_credentials_are_masked(self):
        words = ["-H", "Cookie: id=hidden1", "-H", "Proxy-Authorization: hidden2", "--trace"]
        url = "ws://joe:hidden3@127.0.0.1:{port}/"
        rows, ended, head = self.traced(*words, url=url)
        self.assertIn(b"hidden1", head)
        self.assertNotIn("hidden", ended.errors)
        self.assertNotIn("am9lOmhpZGRlbjM", ended.errors)  # Base64 of joe:hidden3
        self.in_order(rows, "^> Host: 127")
        for name in ("Authorization", "Cookie", "Proxy-Authorization"):
            self.assertIn((">", f"{name}: …"), [row[1:] for row in rows])
        self.assertIn(("<", "Set-Cookie: secret=…"), [row[1:] for row in rows])

    def test_trace_secrets_shows_them(self):
        rows, _, _ = self.traced("--trace", "--trace-secrets", "-H", "Cookie: id=shown")
        self.assertIn((">", "Cookie: id=shown"), [row[1:] for row in rows])
        self.assertIn(("<", "Set-Cookie: secret=1"), [row[1:] for row in rows])

    def test_trace_file(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "trace")
            with Server(conversation) as server:
                words = ["--trace-file", path, "-w", "-1", server.url]
                ended = self.dialogue(*words, stdin="hello\n", out=b"Hello\n\x00\xff", err="")
                del ended
            with open(path, encoding="utf-8") as file:
                lines = file.read().splitlines()
            for line in lines:
                self.assertRegex(line, LINE)
            self.assertTrue(any("GET / HTTP/1.1" in line for line in lines))
            self.assertTrue(any("TEXT" in line for line in lines))

    def test_a_log_that_stderr_leads_to_is_not_cut(self):
        with Server(echo) as server, tempfile.TemporaryDirectory() as folder:
            log = Path(folder, "log")
            log.write_text("old\n")
            command = f"exec 2>>{log}; {WSCOPE} --trace-file /dev/stderr -x hi --count 1 {server.url}; echo new >&2"
            subprocess.run(["sh", "-c", command], check=True, stdout=subprocess.DEVNULL, timeout=20)
            lines = log.read_text().splitlines()
            self.assertEqual((lines[0], lines[-1]), ("old", "new"))
            self.assertIn("GET / HTTP/1.1", log.read_text())

    def test_what_goes_to_stdout_and_its_file_keeps_its_order(self):
        with Server(echo) as server, tempfile.TemporaryDirectory() as folder:
            out = Path(folder, "out")
            command = f"{WSCOPE} --record /dev/stdout -x hi --count 1 {server.url} >{out}"
            subprocess.run(["sh", "-c", command], check=True, timeout=20)
            lines = out.read_text().splitlines()
            self.assertEqual(lines.count("hi"), 1)
            events = [json.loads(line)["event"] for line in lines if line != "hi"]
            self.assertEqual((events[0], events[-1], events.count("message")), ("connect", "end", 2))

    def test_a_trace_file_that_can_not_be_written(self):
        ended = run("--trace-file", "/no/such/folder/trace", "ws://localhost:1/")
        self.expect(ended, status=2, out="")
        self.one_error(ended, "/no/such/folder/trace")

    def test_tls(self):
        certificates = Certificates.shared()
        rows, _, _ = self.traced(
            "--trace",
            "--ca",
            str(certificates.ca),
            url="wss://localhost:{port}/",
            tls=certificates.server_context(),
        )
        self.in_order(
            rows,
            r"^\* connect ",
            r"^\* TLSv1\.3 TLS_\w+, certificate .*CN=localhost.*verified.* \(\d+\.\d ms\)$",
            "^> GET / ",
        )
        text = "\n".join(what for _, _, what in rows)
        self.assertIn("CN=wscope test CA", text)  # the issuer
        self.assertRegex(text, r"20\d\d-\d\d-\d\d")  # the expiry

    def test_a_failure_is_traced_too(self):
        holder, port = unused_port()
        with holder:
            ended = run("-v", f"ws://127.0.0.1:{port}/")
        self.expect(ended, status=3, err=rf"\] \* connect 127\.0\.0\.1:{port}.*refused")

    def test_a_refusal_is_traced_too(self):
        def refuses(peer):
            peer.read_request()
            peer.send(b"HTTP/1.1 403 Forbidden\r\nX-why: 1\r\nContent-Length: 3\r\n\r\nno\n")
            peer.end()

        with Server(refuses) as server:
            ended = run("--trace", server.url)
            self.expect(ended, status=5, err=[r"\] < HTTP/1\.1 403 Forbidden$", r"\] < X-why: 1$"])

    def test_heads_that_are_not_the_answer(self):
        def script(peer):
            peer.read_request()
            peer.send(b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n")
            peer.send(b"HTTP/1.1 101 Fine\r\nUpgrade: websocket\r\n folded\r\n\r\n")
            peer.end()

        with Server(script) as server:
            ended = run("-v", server.url)
        self.expect(ended, status=5)
        shown = [line[12:] for line in ended.errors.splitlines() if "] < " in line]
        heads = ["HTTP/1.1 103 Early Hints", "Link: </x>", "HTTP/1.1 100 Continue", "HTTP/1.1 101 Fine", "Upgrade: websocket", " folded"]
        self.assertEqual(shown, heads)

    def test_a_frame_that_the_end_cuts(self):
        def script(peer):
            peer.accept()
            peer.send(b"\x81\x7e\x01\x00" + b"x" * 56)
            peer.end()

        with Server(script) as server:
            ended = run("--trace", "-w", "-1", server.url)
            self.expect(ended, status=6, out="", err=r'\] < TEXT fin len=256 missing=200 "x+…"$')

    def test_trace_on_from_a_pipe(self):
        with Server(echo) as server:
            ended = run("--slash", "-w", "0.2", server.url, stdin=b"one\n/trace on\ntwo\n")
            self.expect(ended, out="one\ntwo\n", err=r'\] > TEXT fin len=3 mask=[0-9a-f]{8} "two"$')

    def test_what_a_listener_sees(self):
        with Running("--listen", "0", "--echo", "--trace") as server:
            port = re.search(rb":(\d+)/", server.wait_err("\n"))[1].decode()
            first = b"\x81\x82\0\0\0\0hi"
            with socket.create_connection(("127.0.0.1", int(port))) as client:
                client.sendall(  # a frame and a half in one piece with the request
                    b"GET /a HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                    b"Authorization: Basic c2VjcmV0\r\n"
                    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
                    + first + first[:4]
                )
                server.wait_err('> client 1 TEXT fin len=2 "hi"')
                client.sendall(first[4:] + b"\x82\x84\0\0\0\0x")
                server.wait_out("hi\nhi\n")
            server.wait_err("missing=3")
            server.wait_err("client 1 left")
            told = server.err.decode()
        shown = [line[12:] for line in told.splitlines() if line.startswith("[")]
        self.assertEqual(shown[0], "client 1 GET /a HTTP/1.1")
        self.assertIn("client 1 HTTP/1.1 101 Switching Protocols", shown)
        self.assertNotIn("c2VjcmV0", told)
        self.assertEqual(
            [line for line in shown if "len=" in line],
            [
                'client 1 TEXT fin len=2 mask=00000000 "hi"',
                'client 1 TEXT fin len=2 "hi"',
                'client 1 TEXT fin len=2 mask=00000000 "hi"',
                'client 1 TEXT fin len=2 "hi"',
                "client 1 BINARY fin len=4 missing=3 mask=00000000 78 …",
            ],
        )

    def test_what_a_listener_sees_of_compressed_messages(self):
        text = "so long and so long again " * 20
        with Running("--listen", "0", "--echo", "--trace") as server:
            port = re.search(rb":(\d+)/", server.wait_err("\n"))[1].decode()
            self.dialogue("--count", "1", "-x", text, f"ws://127.0.0.1:{port}/", out=text + "\n")
            server.wait_err("client 1 left")
        shown = [line[10:] for line in server.err.decode().splitlines() if line.startswith("[")]
        told = [line for line in shown if " client 1 open" in line or "TEXT" in line or "closed" in line]
        self.assertEqual(len(told), 4, told)
        self.assertRegex(told[0], r"^\* client 1 open: permessage-deflate")
        for mark, line in zip("<>", told[1:3], strict=True):
            self.assertRegex(line, rf'^{mark} client 1 TEXT fin rsv1 len=\d+ .*"so long and so')
        self.assertEqual(told[3], "* client 1 closed by the client: 1000 (normal)")

    def test_quiet(self):
        with Server(echo) as server:
            self.dialogue("-q", "-w", "0.2", server.url, stdin="x\n", out="x\n", err="")


class Off(Dialogue):
    """Without a trace nobody looks at frames (seen by callgrind: which functions were entered)."""

    def entered(self, *words):
        def script(peer):
            peer.accept()
            for _ in range(100):
                peer.text("a message")
            peer.finish()

        with tempfile.TemporaryDirectory() as folder, Server(script) as server:
            profile = Path(folder, "callgrind.out")
            launcher = ["valgrind", "--tool=callgrind", f"--callgrind-out-file={profile}"]
            ended = run(*words, "-w", "-1", server.url, launcher=launcher, timeout=60)
            self.expect(ended, out=b"a message\n" * 100)
            return set(re.findall(r"FrameTap::feed|MessageLane::take\b", profile.read_text()))

    @unittest.skipIf(SANITIZED, "valgrind can't run what is built with sanitizers")
    def test_no_work_for_frames_that_nobody_asked_for(self):
        for words in ([], ["-v"], ["--timing"]):
            with self.subTest(words):
                self.assertEqual(self.entered(*words), {"MessageLane::take"})
        for words in (["--trace"], ["--trace-file", os.devnull]):
            with self.subTest(words):
                self.assertIn("FrameTap::feed", self.entered(*words))


if __name__ == "__main__":
    unittest.main()
