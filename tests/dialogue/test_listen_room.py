"""--listen with several clients: admission, broadcast, typed lines, slow readers (wscope(1))."""

import contextlib
import email.utils
import os
import re
import socket
import stat
import tempfile
import threading
import time
import unittest
from pathlib import Path

from dialogue.test_listen import Listening, RawClient
from support import frames
from support.certificates import Certificates
from support.dialogue import Dialogue
from support.program import SANITIZED, Running, eventually, run, settled


class Admission(Dialogue):
    def test_credentials(self):
        with Listening("--echo", "--auth", "ann:secret") as server:
            self.dialogue(
                "--auth", "ann:secret", "-x", "in", "-w", "0.1", server.url, out="in\n", err=""
            )
            ended = run("--auth", "ann:wrong", server.url)
            self.expect(ended, status=5, out="", err="401")
            self.expect(run(server.url), status=5, err="WWW-Authenticate: Basic")
        with Listening("--echo", "--bearer", "t0ken") as server:
            self.dialogue(
                "--bearer", "t0ken", "-x", "in", "-w", "0.1", server.url, out="in\n", err=""
            )
            self.expect(run("--bearer", "t0ke", server.url), status=5, err="401")
            refused = run("-v", server.url)
            self.expect(refused, status=5, err="< HTTP/1.1 401", no_err="< Sec-WebSocket-Extensions")

    def test_path_origin_and_places(self):
        with Listening(
            "--echo", "--path", "/chat", "--allow-origin", "https://ok.example"
        ) as server:
            url = server.url.rstrip("/")
            ok = ("-o", "https://ok.example", "-x", "in", "-w", "0.1")
            self.dialogue(*ok, url + "/chat?x=1", out="in\n", err="")
            self.expect(run(*ok, url + "/other"), status=5, err="404")
            self.expect(run("-x", "in", url + "/chat"), status=5, err="403")
        with Listening("--echo", "--max-clients", "1") as server:
            with Running("-w", "-1", server.url) as first:
                first.send("here\n")
                first.wait_out("here\n")
                self.expect(run(server.url), status=5, err="503")

    def test_subprotocol(self):
        with Listening("--echo", "-s", "v2", "-s", "v1") as server:
            ended = run("-v", "-s", "v1", "-s", "v2", "-w", "0", server.url, stdin=b"")
            self.expect(ended, err="subprotocol v1")
            # A client that insists goes: whoever looks at the server learns why.
            run("-s", "v3", "-s", "v4", "-w", "0", server.url, stdin=b"")
            server.wait_err("client 2 asked for subprotocol v3, v4 and gets none (-s)\n")
            # RFC 9110 5.6.1.2: empty elements of a list are nothing.
            client = RawClient(server).open(more="Sec-WebSocket-Protocol: , v1,\r\n")
            self.assertIn("Sec-WebSocket-Protocol: v1\r\n", client.answer)
            client.sock.close()

    def test_compression_as_the_server_wants_it(self):
        text = "the same again and again " * 200
        for words, agreed in (
            ((), "permessage-deflate"),
            (("--no-deflate",), None),
            (("--deflate", "server_no_context_takeover; server_max_window_bits=10"),
             "permessage-deflate; .*server_no_context_takeover.*server_max_window_bits=10"),
            (("--deflate", "client_no_context_takeover"), "client_no_context_takeover"),
        ):  # fmt: skip
            with self.subTest(words), Listening("--echo", *words) as server:
                ended = run("--trace", "--count", "1", server.url, stdin=text.encode() + b"\n")
                self.expect(ended, out=text + "\n")
                if agreed is None:
                    self.assertNotIn("< Sec-WebSocket-Extensions", ended.errors)
                    self.assertNotIn("rsv1", ended.errors)
                else:
                    self.assertRegex(ended.errors, f"< Sec-WebSocket-Extensions: .*{agreed}")
                    self.assertIn("< TEXT fin rsv1", ended.errors)

    def test_port_file_and_page(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "port")
            with Listening("--port-file", path) as server:
                with open(path) as file:
                    self.assertEqual(int(file.read()), server.port)
                with socket.create_connection(("127.0.0.1", server.port)) as browser:
                    browser.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
                    answer = b""
                    while piece := browser.recv(65536):
                        answer += piece
                self.assertIn(b"200 OK", answer.split(b"\r\n")[0])
                self.assertIn(b"new WebSocket", answer)
                date = re.search(rb"\r\nDate: ([^\r]*)\r\n", answer)[1].decode()
                told = email.utils.parsedate_to_datetime(date)
                self.assertLess(abs(told.timestamp() - time.time()), 3600)
        ended = run("--listen", "0", "--port-file", "/no/such/folder/port")
        self.expect(ended, status=2, out="", err="--port-file: can't open /no/such/folder/port for writing: no such file or directory")

    def test_a_port_file_that_is_no_regular_file_is_written_into(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "fifo")
            os.mkfifo(path)
            reader = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
            with Listening("--port-file", path) as server:
                self.assertEqual(int(os.read(reader, 100)), server.port)
            os.close(reader)
            self.assertTrue(stat.S_ISFIFO(os.stat(path).st_mode))
            target, link = os.path.join(folder, "real"), os.path.join(folder, "link")
            open(target, "w").close()
            os.symlink("real", link)
            with Listening("--port-file", link) as server:
                with open(target) as file:
                    self.assertEqual(int(file.read()), server.port)
            self.assertTrue(os.path.islink(link))

    def test_a_port_file_may_be_read_unless_it_was_private(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "port")
            for mode in (0o644, 0o600):
                with Listening("--port-file", path):
                    self.assertEqual(stat.S_IMODE(os.stat(path).st_mode), mode)
                os.chmod(path, 0o600)

    def test_one_client_of_many_is_for_listeners_to_choose(self):
        with Listening("--echo") as server:
            ended = run("--slash", server.url, stdin=b"a\n/to 1 secret\n")
            self.expect(ended, status=1, out="a\n", err="/to is for a listening wscope: nothing was sent")

    def test_pings_of_clients_are_shown(self):
        with Listening("-P") as server:
            with Running(server.url, "--slash") as client:
                client.send("/ping hi\n/pong\n")
                told = server.wait_err("< client 1 pong\n")
        self.assertIn('< client 1 ping "hi"\n> client 1 pong "hi"\n< client 1 pong\n', told.decode())

    def test_unix_socket(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "ws.sock")
            with Running("--listen", f"unix:{path}", "--echo") as server:
                server.wait_err("listening on")
                self.dialogue("-x", "in", "-w", "0.1", f"ws+unix:{path}:/", out="in\n", err="")

    def test_a_file_that_is_no_socket_stays(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "notes")
            with open(path, "w", encoding="ascii") as file:
                file.write("mine")
            ended = run("--listen", f"unix:{path}")
            self.expect(ended, status=3, err="hint: a file that is no socket stands there")
            with open(path, encoding="ascii") as file:
                self.assertEqual(file.read(), "mine")


class Room(Dialogue):
    def chat(self, broadcast):
        with Listening(broadcast) as server:
            with Running("-w", "-1", server.url) as one, Running("-w", "-1", server.url) as two:
                server.wait_err("client 1 connected")
                server.wait_err("client 2 connected")
                one.send("hello\n")
                two.wait_out("hello\n")
                two.send("hi\n")
                one.wait_out("hi\n")
                if broadcast == "--broadcast":
                    two.wait_out("hi\n")
                server.wait_out("hello\nhi\n")
                return bytes(one.out), bytes(two.out)

    def test_broadcast_to_all(self):
        one, two = self.chat("--broadcast")
        self.assertEqual((one, two), (b"hello\nhi\n", b"hello\nhi\n"))

    def test_broadcast_to_others(self):
        one, two = self.chat("--broadcast=others")
        self.assertEqual((one, two), (b"hi\n", b"hello\n"))

    def test_typed_lines_go_to_all_and_to_one(self):
        with Listening("--slash") as server:
            with Running("-w", "-1", server.url) as one:
                server.wait_err("client 1 connected")
                with Running("-w", "-1", server.url) as two:
                    server.wait_err("client 2 connected")
                    server.send("all\n/to 2 only you\n/to 7 nobody\n")
                    two.wait_out("all\nonly you\n")
                    server.wait_err("there is no client 7")
                    one.wait_out("all\n")
                    self.assertEqual(bytes(one.out), b"all\n")

    def test_a_line_after_to_is_for_all_again(self):
        with Listening("--slash") as server:
            with Running("-w", "-1", server.url) as one, Running("-w", "-1", server.url) as two:
                server.wait_err("client 1 connected")
                server.wait_err("client 2 connected")
                server.send("/to 2 secret\nhello all\n/reconnect\n/close 4000\n")
                self.assertEqual({one.wait().out, two.wait().out}, {b"hello all\n", b"secret\nhello all\n"})
                self.assertIn("a listening wscope does not connect", server.wait_err("left").decode())

    def test_who_has_not_come_in_sets_no_pace(self):
        """A health check's connection beside the one client, which takes its time."""
        lines = [f"{number:07d}" + "x" * 8000 for number in range(3000)]
        with tempfile.TemporaryFile() as file:
            file.write("\n".join(lines).encode() + b"\n")
            file.seek(0)
            with Listening(stdin=file) as server:
                idle = socket.create_connection((server.host, server.port))
                client = RawClient(server).open()
                self.addCleanup(client.sock.close)
                self.addCleanup(idle.close)
                place = Path(f"/proc/{server.process.pid}/fdinfo/0")
                settled(lambda: int(place.read_text(encoding="ascii").split()[1]))
                self.assertEqual([client.read_message() for _ in lines], lines)

    def test_what_would_not_do_what_it_is_for_is_refused(self):
        for words, told in (
            (("--deflate", "bogus"), "bogus"),
            (("-s", "a,b"), 'hint: give -s once for each subprotocol'),
            (("-s", "a", "-s", "a"), '-s: "a" is given twice'),
            (("--bearer", ""), "--bearer '': must not be empty"),
            (("--bearer=",), "--bearer '': must not be empty"),
            (("--ca", "/no/file"), "--listen with --ca needs --cert"),
            (("--path", "chat"), "--path 'chat': not a path such as /chat"),
            (("--record", "-"), "--record -: standard output is for messages"),
            (("--path", "/chat?x"), "not a path"),
        ):
            self.expect(run("--listen", "0", *words), status=2, out="", err=told)
        for words, told in (
            (("--har", "-"), "--har -: standard output is for messages"),
            (("--pin", ";"), "--pin ; names no key"),
            (("--socketio", "--socketio-auth", "notjson"), "--socketio-auth: its value is no JSON"),
            (("--graphql", "--graphql-init", "[1]"), "--graphql-init: its value is no JSON object"),
            (("--on-key", "nokey=x"), "--on-key nokey: no such key"),
        ):
            self.expect(run(*words, "wss://127.0.0.1:1/"), status=2, out="", err=told)
        self.expect(run("//127.0.0.1:1"), status=2, err="the URL has no scheme")
        self.expect(run("@"), status=2, err="no profile named after '@'")

    def test_requests_that_are_no_clients_leave_nothing(self):
        def ask():
            with socket.create_connection((server.host, server.port)) as client:
                client.sendall(b"GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
                while client.recv(65536):
                    pass

        with Listening() as server:
            for _ in range(300):
                ask()
            before = server.peak_memory()
            for _ in range(1500):
                ask()
            self.memory_at_most(server, before + (1 << 20))

    def test_a_broadcast_keeps_the_type_also_over_tls(self):
        certificates = Certificates.shared()
        pem, key = certificates.pair("good")
        with Listening("--broadcast=others", "--cert", pem, "--key", key) as server:
            words = ("--ca", certificates.ca, "--json", "-w", "-1", "--count", "2")
            url = f"wss://localhost:{server.port}/"
            with Running(*words, url) as hearer:
                server.wait_err("client 1 connected")
                told = run("--ca", certificates.ca, "-b", "-w", "0", url, stdin=b"\xff\x00\n")
                self.assertEqual(told.status, 0)
                told = run("--ca", certificates.ca, "-w", "0", url, stdin="grüß\n".encode())
                self.assertEqual(told.status, 0)
                out = hearer.wait().out
            self.assertRegex(out, rb'"dir":"recv","type":"binary","base64":"/wA="')
            self.assertRegex(out, '"dir":"recv","type":"text","data":"grüß"'.encode())

    def test_a_keepalive_is_told_when_it_is_sent(self):
        with Listening("--json", "--ping-interval", "0.2", "--pong-timeout", "0") as server:
            self.addCleanup(RawClient(server).open().sock.close)
            server.wait_out('"event":"ping","client":1,"dir":"send","data":"keepalive-1"')

    def test_a_heartbeat_is_told_as_what_is_sent(self):
        with Listening("--json", "--heartbeat", "hb", "--heartbeat-interval", "0.2") as server:
            self.addCleanup(RawClient(server).open().sock.close)
            server.wait_out('"event":"message","client":1,"dir":"send","type":"text","data":"hb"')

    def test_a_heartbeat_does_not_take_the_text_of_a_compressed_frame(self):
        words = ("--trace", "--echo", "--heartbeat", "hb", "--heartbeat-interval", "0.2")
        with Listening(*words) as server:
            client = RawClient(server).open(more="Sec-WebSocket-Extensions: permessage-deflate\r\n")
            self.addCleanup(client.sock.close)
            self.assertEqual(client.read_frame().payload, b"hb")
            client.say(frames.TEXT, "A" * 100)
            client.say(frames.TEXT, "B" * 100)
            shown = lambda: re.findall('> client 1 TEXT fin rsv1 .*"(.)', server.err.decode())  # noqa: E731
            eventually(lambda: shown() == ["A", "B"], what="the echoes in the trace")

    def test_ping_interval(self):
        with Listening("--ping-interval", "0.05") as server:
            client = RawClient(server).open()
            self.addCleanup(client.sock.close)
            self.assertEqual(client.read_frame().opcode, frames.PING)

    def test_who_does_not_read_is_let_go_and_slows_nobody(self):
        text = "x" * 65536
        with Listening("--broadcast=others") as server:
            deaf = RawClient(server).open()
            self.addCleanup(deaf.sock.close)
            with Running("--count", "300", server.url) as reader:
                server.wait_err("client 2 connected")
                talker = RawClient(server).open()
                self.addCleanup(talker.sock.close)
                for _ in range(300):
                    talker.say(frames.TEXT, text)
                ended = reader.wait()
                self.assertEqual(ended.status, 0, ended)
                self.assertEqual(len(ended.out), 300 * (len(text) + 1))
            server.wait_err("client 1 does not read: dropped")
            if not SANITIZED:
                self.assertLess(server.peak_memory(), 48 << 20)

    def say_while_reading(self, client, *messages):
        """In a thread of its own; whom the server drops meanwhile has said enough."""

        def say():
            with contextlib.suppress(OSError):
                client.sock.sendall(wire)

        mask = b"\x01\x02\x03\x04"
        wire = b"".join(frames.frame(frames.BINARY, one, mask=mask) for one in messages)
        thread = threading.Thread(target=say)
        thread.start()
        self.addCleanup(thread.join)

    def test_who_reads_a_large_message_is_not_let_go_for_what_comes_behind_it(self):
        large = bytes(12 << 20)
        with Listening("--broadcast=others") as server:
            reader, talker = RawClient(server).open(), RawClient(server).open()
            for client in (reader, talker):
                self.addCleanup(client.sock.close)
            self.say_while_reading(talker, large, b"small", b"and another")
            self.assertEqual(len(reader.read_message()), len(large))
            self.assertEqual(reader.read_message(), b"small")
            self.assertEqual(reader.read_message(), b"and another")
        self.assertNotIn(b"dropped", server.err)

    def test_who_reads_its_own_large_message_is_not_let_go(self):
        large = bytes(5 << 20)
        with Listening("--broadcast") as server:
            client = RawClient(server).open()
            self.addCleanup(client.sock.close)
            self.say_while_reading(client, large, b"small", large, b"and another")
            told = [client.read_message() for _ in range(4)]
            self.assertEqual([len(one) for one in told], [len(large), 5, len(large), 11])
        self.assertNotIn(b"dropped", server.err)

    def test_who_hears_itself_is_read_from_at_its_own_pace(self):
        """It says more than may wait for anybody before it reads anything, and loses nothing."""
        messages = [bytes([number]) * (3 << 20) for number in range(12)]
        with Listening("--broadcast") as server:
            talker = RawClient(server).open()
            self.addCleanup(talker.sock.close)
            self.say_while_reading(talker, *messages)
            settled(server.peak_memory)
            self.memory_at_most(server, 40 << 20)
            self.assertEqual([talker.read_message() for _ in messages], messages)
        self.assertNotIn(b"dropped", server.err)

    def test_who_reads_no_large_message_is_let_go_after_the_next(self):
        large = bytes(8 << 20)
        for broadcast in ("--broadcast=others", "--broadcast"):
            with self.subTest(broadcast), Listening(broadcast) as server:
                deaf = RawClient(server).open()
                self.addCleanup(deaf.sock.close)
                reader, talker = RawClient(server).open(), RawClient(server).open()
                for client in (reader, talker):
                    self.addCleanup(client.sock.close)
                hearers = (reader, talker) if broadcast == "--broadcast" else (reader,)
                for _ in range(8):
                    self.say_while_reading(talker, large)
                    for hearer in hearers:
                        self.assertEqual(len(hearer.read_message()), len(large))
                server.wait_err("client 1 does not read: dropped")
                self.assertEqual(server.err.count(b"dropped"), 1)
                self.memory_at_most(server, 160 << 20)


if __name__ == "__main__":
    unittest.main()
