"""--input events: any program can drive a session, and read it with --json."""

import json
import unittest

from support import frames
from support.dialogue import Dialogue
from support.program import Running
from support.server import Server, echo, sink


def listens(peer):
    """All frames the client sends, up to its Close, which is answered."""
    peer.accept()
    got = []
    while True:
        one = peer.read_frame()
        got.append((one.opcode, bytes(one.payload)))
        if one.opcode == frames.CLOSE:
            peer.frame(frames.CLOSE, one.payload)
            peer.end()
            return got


class InputEvents(Dialogue):
    def frames_of(self, *events, status=0, err=""):
        stdin = "".join(e if isinstance(e, str) else json.dumps(e) + "\n" for e in events)
        with Server(listens) as server:
            self.dialogue(
                "--input", "events", "-w", "0", server.url, stdin=stdin, status=status, err=err
            )
            return server.result()

    def test_everything_that_can_be_said(self):
        got = self.frames_of(
            {"send": "tést\n"},
            {"send": {"a": [1, None]}},
            {"binary": "AP8="},
            {"ping": "pi"},
            {"ping": None},
            {"pong": "po"},
            {"close": 4001, "reason": "bye"},
            status=6,
            err="4001",
        )
        self.assertEqual(
            got,
            [
                (frames.TEXT, "tést\n".encode()),
                (frames.TEXT, b'{"a": [1, null]}'),
                (frames.BINARY, b"\0\xff"),
                (frames.PING, b"pi"),
                (frames.PING, b""),
                (frames.PONG, b"po"),
                (frames.CLOSE, frames.close_payload(4001, "bye")),
            ],
        )

    def test_close_by_name_and_without_a_code(self):
        self.assertEqual(self.frames_of({"close": "going-away"})[-1][1], b"\x03\xe9")
        self.assertEqual(self.frames_of({"close": None})[-1][1], b"")

    def test_what_stands_behind_a_close_could_not_be_sent(self):
        lines = '{"send": "a"}\n{"close": 1000}\n{"send": "b"}\n'
        with Server(echo) as server:
            self.dialogue(
                "--input", "events", server.url, stdin=lines, status=1, out="a\n",
                err="wscope: connection closed: 1 message not delivered\n"
            )

    def test_what_is_no_event_is_refused_with_its_line_and_the_rest_goes_on(self):
        for bad in ("no json\n", '{"send": 1, "ping": "x"}\n', '{"sned": "x"}\n', '{"close": 1005}\n',
                    '{"binary": "%"}\n', '["send"]\n', '{"ping": "%s"}\n' % ("x" * 126)):  # fmt: skip
            with self.subTest(bad):
                got = self.frames_of({"send": "a"}, bad, {"send": "b"}, status=1, err="line 2")
                self.assertEqual(
                    [data for opcode, data in got if opcode == frames.TEXT], [b"a", b"b"]
                )

    def test_a_program_drives_a_session_step_by_step(self):
        with Server() as server:
            with Running("--input", "events", "--json", server.url) as client:
                client.wait_out('"open"')
                for number in range(3):
                    client.send(json.dumps({"send": {"n": number}}) + "\n")
                    client.wait_out(f'"dir":"recv","type":"text","data":"{{\\"n\\": {number}}}"')
                client.send('{"ping": "x"}\n')
                client.wait_out('"round_trip"')
                client.send('{"close": 1000}\n')
                ended = client.wait()
        self.expect(ended, status=0, err="")
        self.assertEqual(json.loads(ended.out.splitlines()[-1])["messages_received"], 3)

    def test_a_huge_message_in_small_pieces(self):
        with Server(sink) as server:
            with Running("--input", "events", server.url) as client:
                line = json.dumps({"send": "x" * 3000000 + "é"}) + "\n"
                for at in range(0, len(line), 500001):
                    client.send(line[at : at + 500001])
                client.end_input()
                self.expect(client.wait(), status=0)
            self.assertEqual(server.result(), ["x" * 3000000 + "é"])

    def test_nothing(self):
        self.assertEqual(self.frames_of("\n", " \n"), [(frames.CLOSE, b"\x03\xe8")])


if __name__ == "__main__":
    unittest.main()
