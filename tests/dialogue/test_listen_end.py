"""What ends --listen but a signal: --timeout, --count, --until; and -H in its 101 (wscope(1))."""

import os
import select
import signal
import socket
import tempfile
import time
import unittest

from dialogue.test_listen import Listening, RawClient
from support import frames
from support.dialogue import Dialogue
from support.program import TIME_FACTOR, environment, run

# Long enough for clients to come in, on a busy machine, too.
SECONDS = str(2 * TIME_FACTOR)


class Ending(Dialogue):
    def client(self, server, **how):
        client = RawClient(server).open(**how)
        self.addCleanup(client.sock.close)
        return client

    def closed(self, client, code):
        """The next frame is the server's Close, and TCP ends when it is answered."""
        frame = client.read_frame()
        self.assertEqual((frame.opcode, frame.code), (frames.CLOSE, code))
        client.say(frames.CLOSE, frame.payload)
        self.assertEqual(client.read_to_end(), b"")


class Keepalive(Ending):
    def test_no_pong_is_waited_for_after_our_close(self):
        wait = 1 * TIME_FACTOR
        words = ("--ping-interval", "0.1", "--pong-timeout", wait, "--close-timeout", "1000")
        with Listening(*words) as server:
            client = self.client(server)
            self.assertEqual(client.read_frame().opcode, frames.PING)
            server.signal(signal.SIGTERM)
            while (frame := client.read_frame()).opcode == frames.PING:
                pass
            self.assertEqual((frame.opcode, frame.code), (frames.CLOSE, 1001))
            self.assertEqual(select.select([client.sock], [], [], 1.5 * wait)[0], [])
            client.say(frames.CLOSE, frame.payload)
            self.assertEqual(client.read_to_end(), b"")
            self.expect(server.wait(), status=143, err="client 1 left: 1001$")


class Timeout(Ending):
    def test_every_connection_is_closed(self):
        with Listening("--echo", "--timeout", SECONDS) as server:
            clients = [self.client(server), self.client(server)]
            for client in clients:
                self.closed(client, 1001)
            ended = server.wait()
        told = ["client 1 left: 1001$", "client 2 left: 1001$", "^wscope: hint: --timeout bounds the"]
        self.expect(ended, status=7, out="", err=told)
        self.one_error(ended, rf"^out of time: {server.url} did not end within [0-9.]+ s$")

    def test_nobody_came(self):
        ended = run("--listen", "0", "--json", "--timeout", "0.1")
        self.expect(ended, status=7)
        self.one_error(ended, "^out of time: ")
        self.assertRegex(ended.out, rb'"event":"end".*"status":7')

    def test_a_client_that_does_not_answer(self):
        with Listening("--timeout", SECONDS, "--close-timeout", "0.1") as server:
            mute = self.client(server)
            self.expect(server.wait(), status=7)
            self.assertEqual(mute.read_frame().code, 1001)

    def test_commands_end_with_it(self):
        with Listening("--exec", "exec sleep 1000", "--timeout", SECONDS) as server:
            self.closed(self.client(server), 1001)
            self.expect(server.wait(), status=7)

    def test_it_bounds_the_wait_for_clients(self):
        with Listening("--count", "1", "--timeout", SECONDS, "--close-timeout", "1000") as server:
            mute = self.client(server)
            mute.say(frames.TEXT, "enough")
            self.assertEqual(mute.read_frame().code, 1000)
            self.expect(server.wait(), status=7, out="enough\n")

    def test_it_bounds_the_wait_for_the_reader_of_stdout(self):
        """Which lasts until the client's Close was read, and with less to write after it, too."""
        for size in (8_000_000, 300_000):
            reader, writer = socket.socketpair()
            with reader, self.subTest(size):
                with Listening("--count", "1", "--timeout", SECONDS, stdout=writer) as server:
                    writer.close()
                    talker = self.client(server)
                    talker.say(frames.TEXT, "x" * size)
                    self.closed(talker, 1000)
                    self.expect(server.wait(), status=7, err="^wscope: out of time")

    def test_a_slow_reader_of_stdout_gets_everything(self):
        """And nobody is in a hurry: --close-timeout stands still meanwhile."""
        text = "x" * 8_000_000
        words = ("--count", "1", "--close-timeout", "0.2")
        reader, writer = socket.socketpair()
        with reader, Listening(*words, stdout=writer) as server:
            writer.close()
            talker = self.client(server)
            talker.say(frames.TEXT, text)
            frame = talker.read_frame()
            self.assertEqual((frame.opcode, frame.code), (frames.CLOSE, 1000))
            talker.say(frames.CLOSE, frame.payload)
            time.sleep(0.6)
            self.assertTrue(server.running())
            out = b"".join(iter(lambda: reader.recv(1 << 20), b""))
            self.assertEqual(out, text.encode() + b"\n")
            self.expect(server.wait(), err="client 1 left: 1000$")


class ReaderLeaves(Ending):
    """`wscope --listen … | head -1` is over when head is."""

    def test_with_the_line_it_wanted(self):
        reading, writing = os.pipe()
        with Listening(stdout=writing) as server:
            os.close(writing)
            client = self.client(server)
            client.say(frames.TEXT, "line")
            self.assertEqual(os.read(reading, 100), b"line\n")
            os.close(reading)
            self.closed(client, 1001)
            self.expect(server.wait(), status=0)

    def test_who_wants_nothing_lets_clients_be_served(self):
        reading, writing = os.pipe()
        os.close(reading)
        with Listening("-x", "for all", stdout=writing) as server:
            os.close(writing)
            client = self.client(server)
            self.assertEqual(client.read_message(), "for all")
            client.say(frames.TEXT, "line")
            self.closed(client, 1001)
            self.expect(server.wait(), status=0)


class Enough(Ending):
    def test_messages_of_all_clients_count(self):
        with Listening("--count", "3") as server:
            one, two = self.client(server), self.client(server)
            one.say(frames.TEXT, "a")
            server.wait_out("a\n")
            two.say(frames.BINARY, "b")
            server.wait_out("b")
            one.send(b"".join(frames.frame(frames.TEXT, text, mask=True) for text in ("c", "d")))
            self.closed(one, 1000)
            self.closed(two, 1000)
            self.expect(server.wait(), out="a\nbc\n", no_err="^wscope: ")

    def test_until_any_client_says_it(self):
        with Listening("--until", "do+ne") as server:
            one, two = self.client(server), self.client(server)
            one.say(frames.TEXT, "dne")
            server.wait_out("dne\n")
            two.say(frames.TEXT, "all dooone")
            self.closed(one, 1000)
            self.closed(two, 1000)
            self.expect(server.wait(), out="dne\nall dooone\n")

    def test_the_last_message_is_answered(self):
        with Listening("--echo", "--count", "1") as server:
            self.dialogue("-w", "-1", server.url, stdin="hello\n", out="hello\n", err="")
            self.expect(server.wait(), out="hello\n")

    def test_what_is_queued_for_others_is_sent(self):
        texts = [letter * 1_000_000 for letter in "abc"]
        with Listening("--broadcast=others", "--count", "3") as server:
            slow, talker = self.client(server), self.client(server)
            for text in texts:
                talker.say(frames.TEXT, text)
            self.closed(talker, 1000)
            self.assertEqual([slow.read_message() for _ in texts], texts)
            self.closed(slow, 1000)
            self.expect(server.wait())

    def test_a_client_that_does_not_answer(self):
        with Listening("--count", "1", "--close-timeout", "0.1") as server:
            mute, begun = self.client(server), RawClient(server)
            self.addCleanup(begun.sock.close)
            begun.send(b"GET / HTTP/1.1\r\nHost:")
            mute.say(frames.TEXT, "enough")
            self.expect(server.wait(), out="enough\n", no_err="^wscope: ")
            self.assertEqual(mute.read_frame().code, 1000)

    def test_a_signal_that_comes_before(self):
        for number, status in ((signal.SIGINT, 130), (signal.SIGTERM, 143)):
            with self.subTest(number), Listening("--count", "2") as server:
                client = self.client(server)
                client.say(frames.TEXT, "a")
                server.wait_out("a\n")
                server.signal(number)
                self.closed(client, 1001)
                self.expect(server.wait(), status=status, out="a\n", no_err="^wscope: ")

    def test_a_signal_ends_the_wait_for_clients(self):
        with Listening("--count", "1", "--close-timeout", "1000") as server:
            mute = self.client(server)
            mute.say(frames.TEXT, "a")
            self.assertEqual(mute.read_frame().code, 1000)
            server.signal(signal.SIGINT)
            self.expect(server.wait(), status=130, out="a\n")

    def test_who_leaves_before_is_told(self):
        with Listening("--slash", "--count", "2") as server:
            client = self.client(server)
            client.say(frames.TEXT, "a")
            server.wait_out("a\n")
            server.send("/quit\n")
            self.closed(client, 1001)
            ended = server.wait()
        self.expect(ended, status=8, out="a\n")
        self.one_error(ended, r"^1 of 2 messages came \(--count\)$")

    def test_what_makes_no_sense_is_refused(self):
        for end in ("--count", "--until"):
            ended = run("--listen", "0", "--exec", "cat", end, "1")
            self.expect(ended, status=2, out="", err=f"--listen with --exec takes no {end}")
        self.expect(run("--listen", "0", "--until", "("), status=2, out="", err="--until '\\('")


class Once(Ending):
    """One client, and the run ends as its connection does."""

    def test_it_leaves_with_the_client(self):
        with Listening("--once") as server:
            client = self.client(server)
            client.say(frames.TEXT, "hello")
            client.say(frames.CLOSE, frames.close_payload(1000))
            self.assertEqual(client.read_frame().code, 1000)
            self.expect(server.wait(), out="hello\n", err="client 1 left: 1000$")

    def test_nobody_else_comes_in(self):
        with Listening("--once", "--echo") as server:
            early = RawClient(server)  # connected, and has asked for nothing yet
            self.addCleanup(early.sock.close)
            client = self.client(server)
            with self.assertRaises(ConnectionRefusedError):
                RawClient(server)
            self.assertRegex(early.open().answer, "^HTTP/1.1 503 ")
            client.say(frames.TEXT, "still served")
            self.assertEqual(client.read_message(), "still served")
            client.say(frames.CLOSE)
            self.expect(server.wait())

    def test_who_does_not_come_in_is_not_the_one(self):
        with Listening("--once", "--bearer", "secret") as server:
            self.assertRegex(self.client(server).answer, "^HTTP/1.1 401 ")
            begun = RawClient(server)
            begun.send(b"GET / HTTP/1.1\r\n")
            begun.sock.close()
            client = self.client(server, more="Authorization: Bearer secret\r\n")
            client.say(frames.CLOSE, frames.close_payload(1001))
            self.expect(server.wait(), no_err="^wscope: ")

    def test_a_client_that_ends_badly(self):
        """As a client's run with such an end does."""
        ends = {
            "close": r"^client closed the connection: 4000 \(private use\) \"enough\"$",
            "drop": "^connection lost: ",
            "reset": "^connection lost: ",
        }
        for how, told in ends.items():
            with self.subTest(how), Listening("--once", "--json") as server:
                client = self.client(server)
                if how == "close":
                    client.say(frames.CLOSE, frames.close_payload(4000, "enough"))
                else:
                    getattr(client, how)()
                ended = server.wait()
                self.expect(ended, status=6, no_err="client 1 left")
                self.one_error(ended, told)
                self.assertRegex(ended.out, rb'"event":"end","status":6')

    def test_what_is_piped_is_its_own(self):
        with Listening("--once") as server:
            server.send("one\ntwo\n")
            server.end_input()
            client = self.client(server)
            self.assertEqual([client.read_message(), client.read_message()], ["one", "two"])
            client.say(frames.CLOSE)
            self.expect(server.wait(), no_err="^wscope: ")

    def test_what_it_did_not_take_is_told(self):
        with Listening("--once") as server:
            client = self.client(server)
            server.send("x" * 8_000_000 + "\n")
            client.read_until(b"xxx")
            client.reset()
            ended = server.wait()
            self.expect(ended, status=6)
            self.one_error(ended, "^connection lost: .*; 1 message not delivered$")

    def test_what_was_not_read_of_the_input_is_told_too(self):
        with tempfile.TemporaryFile() as file:
            file.write((b"x" * 8000 + b"\n") * 3000)
            file.seek(0)
            with Listening("--once", stdin=file) as server:
                client = self.client(server)
                client.read_message()
                client.say(frames.CLOSE)
                client.sock.settimeout(10)
                client.read_to_end()
                ended = server.wait()
                self.expect(ended, status=6)
                self.one_error(ended, r"^client closed the connection first: .*\d messages not delivered$")

    def test_what_it_owes_is_missed(self):
        with Listening("--once", "--count", "2") as server:
            client = self.client(server)
            client.say(frames.TEXT, "a")
            client.say(frames.CLOSE)
            ended = server.wait()
            self.expect(ended, status=8, out="a\n")
            self.one_error(ended, r"^1 of 2 messages came \(--count\)$")

    def test_its_command_ends_first(self):
        with Listening("--once", "--exec", "cat; exec sleep 0.2") as server:
            client = self.client(server)
            client.say(frames.TEXT, "a")
            self.assertEqual(client.read_message(), "a")
            client.say(frames.CLOSE)
            self.expect(server.wait())

    def test_a_signal_comes_before(self):
        with Listening("--once") as server:
            client = self.client(server)
            server.signal(signal.SIGTERM)
            self.closed(client, 1001)
            self.expect(server.wait(), status=143, err="client 1 left: 1001$")


class Headers(Ending):
    def test_they_are_added_to_the_101(self):
        words = ("-H", "Set-Cookie: a=1", "-H", "x-B:2", "-H", "Set-Cookie: c=3", "-H", "Server: me")
        with Listening("-v", *words) as server:
            head = self.client(server).answer
            self.assertTrue(head.startswith("HTTP/1.1 101 "), head)
            self.assertTrue(head.endswith("\r\nSet-Cookie: a=1\r\nx-B: 2\r\nSet-Cookie: c=3\r\n\r\n"), head)
            self.assertEqual(head.lower().count("\r\nserver:"), 1)
            self.assertIn("\r\nServer: me\r\n", head)
            self.dialogue("-w", "0", server.url, out="", err="")
            server.wait_err("> client 2 x-B: 2\n")

    def test_and_to_no_other_answer(self):
        with Listening("-H", "X-Mine: 1", "--auth", "ann:secret") as server:
            for request in ("GET / HTTP/1.1\r\nHost: h\r\n\r\n", "POST / HTTP/1.1\r\nHost: h\r\n\r\n"):
                client = RawClient(server)
                self.addCleanup(client.sock.close)
                client.send(request.encode())
                self.assertNotIn(b"X-Mine", client.read_to_end())
            refused = self.client(server).answer
            self.assertTrue(refused.startswith("HTTP/1.1 401 "), refused)
            self.assertNotIn("X-Mine", refused)

    def test_a_file_of_them(self):
        with tempfile.NamedTemporaryFile("w") as file:
            file.write("X-One: 1\nX-Two: 2\n")
            file.flush()
            with Listening("-H", f"@{file.name}") as server:
                self.assertIn("\r\nX-One: 1\r\nX-Two: 2\r\n", self.client(server).answer)

    def test_what_can_not_be_added_is_refused(self):
        for header, told in (
            ("X-One:", '-H "X-One": no value, and nothing to remove with --listen'),
            ("X-One;", '-H "X-One": no value, and nothing to remove with --listen'),
            ("connection: close", '-H "connection": the handshake sets this header'),
            ("Sec-WebSocket-Protocol: a", '-H "Sec-WebSocket-Protocol": the handshake sets'),
            ("no colon", '-H "no": no colon after the name'),
            ("a b: c", '-H: "a b" is not a header name'),
        ):
            ended = run("--listen", "0", "-H", header)
            self.expect(ended, status=2, out="", err="^wscope: hint: ", no_err="^listening")
            self.assertIn(told, self.one_error(ended))

    def test_the_embedded_server_is_reached_straight(self):
        nowhere = {"http_proxy": "http://127.0.0.1:1", "all_proxy": "socks5://127.0.0.1:1"}
        with tempfile.NamedTemporaryFile("w", suffix=".toml") as config:
            config.write(
                '[defaults]\nproxy = "127.0.0.1:1"\nconnect-to = "127.0.0.1:1"\nipv6 = true\n'
                'interface = "192.0.2.1"\npin = "sha256//AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="\n'
            )
            config.flush()
            for words in ((), ("--config", config.name)):
                self.dialogue(*words, "-x", "hi", "--count", "1", env=environment(**nowhere), out="hi\n")

    def test_the_embedded_server_has_none_of_it(self):
        with tempfile.TemporaryDirectory() as folder:
            config = os.path.join(folder, "config.toml")
            with open(config, "w", encoding="ascii") as file:
                file.write('[defaults]\nheader = ["X-Mine: 1", "User-Agent:"]\ntimeout = 20\n')
            ended = run("-v", "--config", config, "--count", "2", "-x", "hi", "-x", "ho")
        self.expect(ended, out="hi\nho\n", err="> X-Mine: 1", no_err="< X-Mine: 1")


if __name__ == "__main__":
    unittest.main()
