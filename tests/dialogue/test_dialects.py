"""Dialects on a bad line: signs of life both ways, and what --reconnect says again."""

import json
import os
import re
import socket
import tempfile
import unittest
import zlib

from support.dialogue import Dialogue
from support.frames import CLOSE, TEXT
from support.program import TIME_FACTOR, settled, waiting
from support.server import Server
from support.terminal import CTRL_D, Terminal

OPEN = '0{"sid":"a","pingInterval":%d,"pingTimeout":%d}'


def socketio(peer, interval=25000, timeout=20000):
    """Engine.IO's and Socket.IO's handshakes."""
    peer.accept()
    peer.text(OPEN % (interval, timeout))
    assert peer.read_message() == "40"
    peer.text('40{"sid":"b"}')


def stomp(peer, heart_beat):
    """CONNECT and CONNECTED; what the client offered."""
    peer.accept("Sec-WebSocket-Protocol: v12.stomp")
    connect = peer.read_message()
    peer.text(f"CONNECTED\nversion:1.2\nheart-beat:{heart_beat}\n\n\0")
    return re.search(r"^heart-beat:(.*)$", connect, re.M)[1]


class SignsOfLife(Dialogue):
    def test_a_socketio_server_without_pings_is_lost(self):
        def silent(peer):
            socketio(peer, 100, 200)
            peer.text('42["still","here"]')
            return peer.read_to_end()

        with Server(silent) as server:
            ended = self.dialogue("--socketio", "-w", "-1", server.url, status=7)
            self.assertEqual(ended.out, b'still "here"\n')
            self.one_error(ended, r"connection lost: no ping of Socket\.IO within 0\.3 s")

    def test_a_socketio_server_that_pings_is_not(self):
        def pings(peer):
            socketio(peer, 100, int(400 * TIME_FACTOR))
            for _ in range(12):
                peer.server.stopping.wait(0.1)
                peer.text("2")
                assert peer.read_message() == "3"
            peer.text('42["done"]')
            return peer.read_to_end()

        with Server(pings) as server:
            words = ("--socketio", "-w", "-1", "--count", "1", server.url)
            self.dialogue(*words, out="done\n", err="")

    def test_with_reconnect_a_silent_server_is_called_again(self):
        def silent_first(peer):
            if peer.server.connections == 1:
                socketio(peer, 50, 50)
                return peer.read_to_end()
            socketio(peer)
            said = [peer.read_message()]
            peer.text('42["again"]')
            return said

        with Server(silent_first) as server:
            words = ("--socketio", "--reconnect", "-w", "-1", "--count", "1", "-x", "subscribe x")
            ended = self.dialogue(*words, server.url, out="again\n", timeout=40)
            self.assertRegex(ended.errors, "no ping of Socket.IO within 0.1 s.*; connecting again")
            server.result()
            self.assertEqual(server.result(), ['42["subscribe","x"]'])

    def test_stomp_heart_beats_of_ours(self):
        def wants(peer):
            offered = stomp(peer, "0,100")
            beats = [peer.read_message() for _ in range(5)]
            peer.text("MESSAGE\ndestination:/q\n\nenough\0")
            return offered, beats

        with Server(wants) as server:
            words = ("--stomp", "--heartbeat-interval", "0.05", "-w", "-1", "--count", "1")
            self.dialogue(*words, server.url, out="MESSAGE /q enough\n", err="")
            self.assertEqual(server.result(), ("50,50", ["\n"] * 5))

    def test_stomp_heart_beats_of_theirs(self):
        def promises(peer):
            stomp(peer, "300,0")
            for _ in range(16):
                peer.server.stopping.wait(0.05)
                peer.text("\n")
            return peer.read_to_end()

        with Server(promises) as server:
            words = ("--stomp", "--heartbeat-interval", "0.05", "-w", "-1", server.url)
            ended = self.dialogue(*words, status=7, out="")
            self.one_error(ended, r"connection lost: no STOMP heart-beat within 0\.6 s")
            self.assertGreater(ended.seconds, 0.8)

    def test_stomp_without_an_agreement(self):
        def neither(peer):
            offered = stomp(peer, "0,0")
            peer.server.stopping.wait(0.3 * TIME_FACTOR)
            peer.text("MESSAGE\ndestination:/q\n\nall well\0")
            message = peer.read_message()
            return offered, message

        with Server(neither) as server:
            words = ("--stomp", "--heartbeat-interval", "0.05", "-w", "-1", "--count", "1")
            self.dialogue(*words, server.url, out="MESSAGE /q all well\n", err="")
            self.assertEqual(server.result(), ("50,50", "DISCONNECT\n\n\0"))


class Unfinished(Dialogue):
    """What is not whole at the end of the connection is told: it may be what mattered."""

    def test_stomp(self):
        frame = "MESSAGE\ndestination:/a\n"
        for sent, told in (
            (frame + "content-length:900\n\nimportant 1\0", r"a STOMP frame \(MESSAGE\) came only in part: 12 of 900 bytes"),
            (frame + "\nimportant", r"a STOMP frame \(MESSAGE\) came only in part, without the NUL"),
            (frame, "a STOMP frame came only in part"),
        ):  # fmt: skip

            def partly(peer):
                stomp(peer, "0,0")
                peer.text("MESSAGE\ndestination:/q\n\nwhole\0\n")
                peer.text(sent)
                peer.finish()

            with self.subTest(told), Server(partly) as server:
                words = ("--stomp", "-w", "-1", server.url)
                ended = self.dialogue(*words, status=6, out="MESSAGE /q whole\n")
                self.one_error(ended, f"server closed the connection; {told}")

    def test_what_is_no_frame_is_nothing(self):
        def sloppy(peer):
            stomp(peer, "0,0")
            peer.text("MESSAGE\ndestination:/q\n\nwhole\0\n\0")
            peer.finish()

        with Server(sloppy) as server:
            self.dialogue("--stomp", "-w", "-1", server.url, out="MESSAGE /q whole\n", err="")

    def test_socketio(self):
        def partly(peer):
            socketio(peer)
            peer.text('452-["photo",{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}]')
            peer.binary(b"one")
            peer.finish()

        with Server(partly) as server:
            ended = self.dialogue("--socketio", "-w", "-1", server.url, status=6, out="")
            self.one_error(ended, "a Socket.IO packet came only in part: 1 of 2 attachments")


class OnTheWire(Dialogue):
    """Lines are for people; traces, records and archives tell what went over the wire."""

    def told(self, *words, server=None, **how):
        """stdout, and by name what the record, the archive and the traces have."""
        with tempfile.TemporaryDirectory() as folder:
            files = {name: os.path.join(folder, name) for name in ("record", "har", "trace")}
            options = [word for name, path in files.items() for word in ("--" + name, path)]
            options[options.index("--trace")] = "--trace-file"
            ended = self.dialogue("--trace-hex", *options, *words, **how)
            content = {}
            for name, path in files.items():
                with open(path, encoding="utf-8") as file:
                    content[name] = file.read()
        return ended, content

    def test_messages_not_lines(self):
        def add(peer):
            peer.accept("Sec-WebSocket-Extensions: permessage-deflate")
            assert peer.read_message()
            deflate = zlib.compressobj(wbits=-15)
            payload = deflate.compress(answer.encode()) + deflate.flush(zlib.Z_SYNC_FLUSH)
            peer.frame(TEXT, payload[:-4], rsv=0x40)
            return peer.answer_close()

        answer = r'{"jsonrpc":"2.0","id":1,"result":5}'
        call = r'{"jsonrpc":"2.0","method":"add","params":[2,3],"id":1}'
        for json_lines in ((), ("--json",)):
            with self.subTest(json_lines), Server(add) as server:
                words = ("--jsonrpc", "--count", "1", "-x", "add 2 3", *json_lines, server.url)
                ended, content = self.told(*words)
                if not json_lines:
                    self.assertEqual(ended.out, b"1 5\n")
                events = [json.loads(line) for line in content["record"].splitlines()]
                messages = [event["data"] for event in events if event["event"] == "message"]
                self.assertEqual(messages, [call, answer])
                entry = json.loads(content["har"])["log"]["entries"][0]
                self.assertEqual([m["data"] for m in entry["_webSocketMessages"]], [call, answer])
                self.assertRegex(content["trace"], r"< TEXT fin rsv1 len=\d+ " + re.escape(f'"{answer}"'))

    def test_credentials_are_in_none(self):
        def lets_in(ready, *headers, first=None):
            """A server that greets with `first`, is told who we are, and answers `ready`."""

            def script(peer):
                peer.accept(*headers)
                if first:
                    peer.text(first)
                login = peer.read_message()
                peer.text(ready)
                peer.answer_close()
                return login

            return script

        stomp_server = lets_in("CONNECTED\nversion:1.2\n\n\0", "Sec-WebSocket-Protocol: v12.stomp")
        socketio_server = lets_in('40{"sid":"b"}', first=OPEN % (25000, 20000))
        graphql_server = lets_in(
            '{"type":"connection_ack"}', "Sec-WebSocket-Protocol: graphql-transport-ws"
        )
        for server_script, words in (
            (graphql_server, ("--graphql", "--graphql-init", '{"token":"SECRET"}')),
            (stomp_server, ("--stomp", "--stomp-header", "Authorization: Bearer SECRET")),
            (stomp_server, ("--stomp", "--auth", "joe:SECRET")),
            (socketio_server, ("--socketio", "--socketio-auth", '{"token":"SECRET"}')),
        ):
            for more in (("--json",), (), ("--trace-secrets",)):
                with self.subTest((words[0], *more)), Server(server_script) as server:
                    ended, content = self.told(*words, *more, "-w", "0", server.url, stdin=b"")
                    self.assertIn("SECRET", server.result())
                    for text in (ended.out.decode(), ended.errors, *content.values()):
                        shown = "SECRET" in text or "53 45 43 52 45 54" in text
                        self.assertFalse(shown and not more == ("--trace-secrets",), text)
                    if more == ("--trace-secrets",):
                        self.assertTrue(all("SECRET" in text for text in content.values()))


class SaidAgain(Dialogue):
    def test_what_was_not_sent_goes_out_on_the_next_connection_once(self):
        lines = [f"message {number} " + "x" * 5000 for number in range(4000)]

        def cut_first(peer):
            if peer.server.connections == 1:
                peer.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
                socketio(peer)
                first = peer.read_message()
                settled(lambda: waiting(peer.sock.fileno()))  # what fits is in the socket's buffers
                peer.reset()
                return [first]
            socketio(peer)
            said = []
            while (message := peer.read_message()) is not None:
                said.append(message)
                if message.startswith(f'42["message","{len(lines) - 1} '):
                    peer.text('42["enough"]')
            peer.frame(CLOSE)
            return said

        with Server(cut_first) as server:
            ended = self.dialogue(
                "--socketio", "--reconnect", "-w", "-1", "-x", "login", "-i", "--count", "1",
                server.url, stdin="\n".join(lines) + "\n", out="enough\n", timeout=60,
            )  # fmt: skip
            self.assertEqual(server.result(), ['42["login"]'])
            said = server.result()
        self.assertEqual(said[0], '42["login"]')  # on each connection, before the rest
        numbers = [int(message.split('"')[3].split()[0]) for message in said[1:-1]]
        self.assertEqual(numbers, list(range(numbers[0], len(lines))))
        self.assertGreater(numbers[0], 0)
        flying = re.search(r"; (\d+) messages? in flight", ended.errors)
        self.assertEqual(int(flying[1]), numbers[0], ended.errors)


def heard(peer, *events):
    """All that a client of Socket.IO says, until it leaves."""
    socketio(peer)
    for event in events:
        peer.text(event)
    said = []
    while (message := peer.read_message()) != "41":
        said.append(message)
    peer.answer_close()
    return said


class Slips(Dialogue):
    """What was typed wrong is told and not sent as something else."""

    LINES = [
        '{"a":1}',
        "[1,2",
        '"abc',
        "greet {hello: world}",
        'message{"a":1}',
    ]

    def test_in_a_pipe(self):
        lines = ["message fine", *self.LINES, '"my event" {"a":1}']
        with Server(heard) as server:
            ended = self.dialogue(
                "--socketio", "-w", "0", server.url, stdin="\n".join(lines) + "\n", status=1, out=""
            )
            sent = ['42["message","fine"]', '42["my event",{"a":1}]']
            self.assertEqual(server.result(), sent)
        told = [line for line in ended.errors.splitlines() if "hint:" not in line]
        self.assertEqual(
            told,
            [
                'wscope: no event named before {"a":1}: not sent',
                "wscope: no event named before [1,2: not sent",
                'wscope: "abc is not JSON: it ends too early: not sent',
                "wscope: {hello: world} is not JSON: expected a name in quotes or '}': not sent",
                'wscope: message{"a":1} is no name: not sent',
                "wscope: 5 messages could not be sent",
            ],
        )

    def test_at_the_prompt(self):
        def greets(peer):
            return heard(peer, '42["ready"]')

        with Server(greets) as server, Terminal("--socketio", server.url, columns=100) as terminal:
            terminal.wait_for("< ready")
            for line in self.LINES:
                terminal.type("/call " + line + "\r")
            terminal.wait_for('wscope: message{"a":1} is no name: not sent')
            self.assertIn("wscope: /call needs an event: not sent", terminal.text())
            terminal.type("message fine\r" + CTRL_D)
            self.assertEqual(terminal.wait(), 0)
            self.assertEqual(server.result(), ['42["message","fine"]'])


class Unasked(Dialogue):
    """A server that speaks Socket.IO to a pipe that doesn't."""

    HINT = "this server speaks Socket.IO: --socketio speaks it, too"

    def refusing(self, greeting=OPEN % (25000, 20000), code=1008):
        def script(peer):
            peer.accept()
            peer.text(greeting)
            peer.close(code if peer.read_message() else 1000)
            return peer.read_to_end()

        return Server(script)

    def test_the_hint_of_an_error_tells(self):
        with self.refusing() as server:
            ended = self.dialogue(server.url, stdin="hello\n", status=6)
            self.assertTrue(ended.errors.endswith(f"\nwscope: hint: {self.HINT}\n"), str(ended))
        with self.refusing() as server:
            words = ("-w", "0.3", "--count", "2", server.url)
            ended = self.dialogue(*words, status=8)
            self.assertRegex(ended.errors, f"hint: nothing came .*; {self.HINT}\n")

    def test_no_other_end_does(self):
        with self.refusing(code=1000) as server:
            self.dialogue(server.url, stdin="40\n", err="")
        with self.refusing("welcome") as server:
            self.dialogue(server.url, stdin="hello\n", status=6, no_err="Socket.IO")


class StompHeaders(Dialogue):
    def test_words_behind_a_destination_are_headers_or_refused(self):
        def broker(peer):
            stomp(peer, "0,0")
            frames = []
            while not (frame := peer.read_message()).startswith("DISCONNECT"):
                frames.append(frame)
            peer.answer_close()
            return frames

        typed = (
            'SUBSCRIBE /q ack:client selector:"price > 5"\n'
            "SEND /q transaction:t1 receipt:1 -- hi\n"
            "SEND /q 12:30 it is\n"
            "SEND /q receipt:1 hi\n"
            "SUBSCRIBE /my queue\n"
        )
        with Server(broker) as server:
            ended = self.dialogue("--stomp", "-w", "0", server.url, stdin=typed, status=1, out="")
            self.assertEqual(
                server.result(),
                [
                    "SUBSCRIBE\nid:0\ndestination:/q\nack:client\nselector:price > 5\n\n\0",
                    "SEND\ndestination:/q\ntransaction:t1\nreceipt:1\ncontent-type:text/plain\n"
                    "content-length:2\n\nhi\0",
                    "SEND\ndestination:/q\ncontent-type:text/plain\ncontent-length:11\n\n12:30 it is\0",
                ],
            )
        self.assertIn("wscope: receipt:1 may be a header or text: not sent\n", ended.errors)
        self.assertIn("`SEND /q receipt:1 -- TEXT` has it as a header", ended.errors)
        self.assertIn("wscope: queue is no header of SUBSCRIBE: not sent\n", ended.errors)


class Graphql(Dialogue):
    QUERY = "query {\n me { name }\n}\n"

    def asked(self, peer):
        """The payloads of all subscribes, until the client leaves."""
        peer.accept("Sec-WebSocket-Protocol: graphql-transport-ws")
        init = json.loads(peer.read_message())
        assert init["type"] == "connection_init"
        peer.text('{"type":"connection_ack"}')
        asked = [init.get("payload")]
        while (frame := peer.read_frame()).opcode != CLOSE:
            asked.append(json.loads(frame.payload)["payload"])
        peer.close(1000)
        return asked

    def test_a_query_of_several_lines_in_a_pipe(self):
        with Server(self.asked) as server:
            words = ("--graphql", "-w", "0", server.url)
            ended = self.dialogue(*words, stdin=self.QUERY, status=1, out="")
            self.assertEqual(server.result(), [None])
        self.assertIn("wscope: query {: its { is not closed: not sent\n", ended.errors)
        self.assertIn("hint: --input whole takes all", ended.errors)
        with Server(self.asked) as server:
            words = ("--graphql", "--input", "whole", "-w", "0", server.url)
            self.dialogue(*words, stdin=self.QUERY, err="")
            [_, payload] = server.result()
            self.assertEqual(payload["query"].strip(), self.QUERY.strip())

    def test_a_query_of_several_lines_at_the_prompt(self):
        with Server(self.asked) as server, Terminal("--graphql", server.url) as terminal:
            terminal.wait_for("connected to")
            terminal.type(self.QUERY.replace("\n", "\r") + "{ a }\r" + CTRL_D)
            self.assertEqual(terminal.wait(), 0)
            asked = [{"query": self.QUERY.strip()}, {"query": "{ a }"}]
            self.assertEqual(server.result(), [None, *asked])

    def test_an_invalid_message_is_answered_with_4400(self):
        def wrong(peer):
            peer.accept("Sec-WebSocket-Protocol: graphql-transport-ws")
            peer.read_message()
            peer.text('{"type":"connection_ack"}')
            peer.text('{"type":"data"}')
            return peer.read_frame()

        with Server(wrong) as server:
            ended = self.dialogue("--graphql", "-w", "-1", server.url, status=6, out="")
            self.one_error(ended, "not a message type of graphql-transport-ws: data")
            self.assertEqual(server.result().code, 4400)

    def test_a_refused_connection_tells_the_servers_code(self):
        def forbidden(peer):
            peer.accept("Sec-WebSocket-Protocol: graphql-transport-ws")
            peer.read_message()
            peer.close(4403, b"Forbidden")
            return peer.read_to_end()

        with Server(forbidden) as server:
            ended = self.dialogue("--graphql", server.url, stdin="{ a }\n", status=6, out="")
            self.one_error(ended, "4403.*Forbidden")
            self.assertIn("hint: --graphql-init JSON gives what it may ask for\n", ended.errors)
        with Server(forbidden) as server:
            words = ("--graphql", "--graphql-init", '{"token":"t"}', "-w", "0", server.url)
            self.dialogue(*words, stdin="", status=6, no_err="--graphql-init")


if __name__ == "__main__":
    unittest.main()
