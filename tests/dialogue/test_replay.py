"""--replay: a recording is sent again, at its pace, and compared with --verify; and as a server."""

import base64
import json
import os
import select
import signal
import tempfile
import time
import unittest

from support import frames
from support.dialogue import Dialogue
from support.program import TIME_FACTOR, Running, run, settled
from support.server import Server, echo


def event(t, kind, **fields):
    return {"t": t, "time": "2026-01-01T00:00:00.000Z", "event": kind, **fields}


def opened(t=0, subprotocol=""):
    return event(t, "open", url="ws://h/", subprotocol=subprotocol, extensions="")


def said(t, way, data):
    if isinstance(data, bytes):
        encoded = base64.b64encode(data).decode()
        return event(t, "message", dir=way, type="binary", base64=encoded)
    return event(t, "message", dir=way, type="text", data=data)


def closed(t, first, code=1000, reason=""):
    return event(t, "close", first=first, code=code, name="", reason=reason, clean=True)


class Replaying(Dialogue):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.path = os.path.join(folder.name, "r.jsonl")

    def write(self, *events, end="\n"):
        text = "\n".join(one if isinstance(one, str) else json.dumps(one) for one in events)
        with open(self.path, "w", encoding="utf-8") as file:
            file.write(text + end)
        return self.path

    def read(self, path=None):
        with open(path or self.path, encoding="utf-8") as file:
            return [json.loads(line) for line in file]

    def replay(self, url, *words, **expected):
        return self.dialogue("--replay", self.path, *words, url, **expected)


class Sending(Replaying):
    def test_what_was_recorded_is_sent_again(self):
        """Recorded by wscope itself: the two servers get the same, frame by frame."""

        def script(peer):
            peer.accept()
            got = []
            while True:
                frame = peer.read_frame()
                got.append((frame.opcode, bytes(frame.payload)))
                if frame.opcode == frames.CLOSE:
                    break
                if frame.opcode == frames.PING:
                    peer.pong(frame.payload)
            peer.frame(frames.CLOSE, frames.close_payload(4001, "seen"))
            peer.end()
            return got

        stdin = "hello\n/binary 00ff0a\n/ping p\n/pong q\n{\"ü\":\"\\u0000\"}\n/close 4001 seen\n"
        with Server(script) as server:
            words = ["--slash", "--no-deflate", "--record", self.path, server.url]
            run(*words, stdin=stdin.encode())
            recorded = server.result()
        with Server(script) as server:
            again = self.path + ".again"
            ended = run("--no-deflate", "--replay", self.path, "--record", again, server.url)
            self.assertEqual(server.result(), recorded, str(ended))
        self.assertEqual(len(recorded), 6)
        strip = lambda events: [  # noqa: E731
            {key: value for key, value in one.items() if key in ("event", "dir", "data", "base64")}
            for one in events
            if one["event"] in ("message", "ping", "pong", "close")
        ]
        self.assertEqual(
            sorted(map(str, strip(self.read()))), sorted(map(str, strip(self.read(again))))
        )

    def test_the_pace(self):
        self.write(opened(5), said(5, "send", "a"), said(5.6, "send", "b"), closed(5.6, "send"))
        with Server(echo) as server:
            ended = self.replay(server.url, out="a\nb\n", err="")
            self.assertGreaterEqual(ended.seconds, 0.6)
            ended = self.replay(server.url, "--speed", "0.5x", out="a\nb\n", err="")
            self.assertGreaterEqual(ended.seconds, 1.2)
            self.soon(0.55, lambda: self.replay(server.url, "--speed", "2x", out="a\nb\n", err=""))
            self.soon(0.3, lambda: self.replay(server.url, "--speed", "max", out="a\nb\n", err=""))

    def test_without_a_recorded_close_it_ends_as_after_eof(self):
        self.write(opened(), said(0, "send", "a"), end="")

        def script(peer):
            peer.accept()
            peer.read_message()
            peer.server.stopping.wait(0.2)
            peer.text("late")
            return peer.answer_close()

        with Server(script) as server:
            self.replay(server.url, "-w", "1", out="late\n", err="")

    def test_pings_are_answered_once(self):
        """The recorded pong was an answer: the one who answers now is not doubled."""

        def script(peer):
            peer.accept()
            peer.ping(b"now")
            got = []
            while (frame := peer.read_frame()).opcode != frames.CLOSE:
                got.append((frame.opcode, bytes(frame.payload)))
            peer.frame(frames.CLOSE, frame.payload)
            peer.end()
            return got

        self.write(
            opened(),
            event(0.1, "ping", dir="recv", data="then"),
            event(0.1, "pong", dir="send", data="then"),
            closed(0.3, "send"),
        )
        with Server(script) as server:
            self.replay(server.url, err="")
            self.assertEqual(server.result(), [(frames.PONG, b"now")])

    def test_count_json_and_a_pipe(self):
        self.write(opened(), said(0, "send", "a"), said(0, "send", "b"), closed(9, "send"))
        with Server(echo) as server:
            self.replay(server.url, "--count", "1", out="a\n", err="")
            ended = run("--replay", self.path, "--json", "--speed", "max", server.url)
            events = [json.loads(line) for line in ended.out.splitlines()]
            self.assertEqual(
                [(e["dir"], e["data"]) for e in events if e["event"] == "message"],
                [("send", "a"), ("send", "b"), ("recv", "a"), ("recv", "b")],
            )
            with open(self.path, "rb") as file:
                self.dialogue("--replay", "-", "--speed", "max", server.url, stdin=file, out="a\nb\n")

    def test_onto_itself(self):
        """The file that is replayed grows while it is; what is played is what stood there."""
        self.write(opened(), said(0, "send", "a"), closed(0.1, "send"))
        with Server(echo) as server:
            self.replay(server.url, "--record", self.path, out="a\n", err="")
            self.replay(server.url, "--record", self.path, out="a\n", err="2 connections")
            self.replay(server.url, "--verify", out="a\n", err="3 connections")

    def test_ctrl_c(self):
        self.write(opened(), said(0, "send", "a"), said(60, "send", "b"))
        with Server(lambda peer: peer.accept() and peer.answer_close()) as server:
            with Running("--replay", self.path, "--verify", "--json", server.url) as client:
                client.wait_out('"data":"a"')
                client.signal(signal.SIGINT)
                self.expect(client.wait(), status=130, err="")
            self.assertEqual(server.result(), ["a"])

    def test_a_server_that_leaves_early(self):
        self.write(opened(), said(0, "send", "a"), said(0.2, "send", "b"))

        def script(peer):
            peer.accept()
            peer.read_message()
            peer.finish()

        with Server(script) as server:
            self.replay(server.url, status=6, err="1 message not delivered")


class Verifying(Replaying):
    def verify(self, script, *words, **expected):
        with Server(script) as server:
            return self.replay(server.url, "--verify", *words, **expected)

    def talk(self, *answers, code=1000):
        def script(peer):
            peer.accept()
            peer.read_message()
            for answer in answers:
                (peer.text if isinstance(answer, str) else peer.binary)(answer)
            peer.finish(code)

        return script

    def recorded(self, *answers, code=1000):
        answers = [said(0.01, "recv", answer) for answer in answers]
        return self.write(opened(), said(0, "send", "q"), *answers, closed(0.02, "recv", code))

    def test_as_recorded(self):
        self.recorded("a", b"\x00\xff", "")
        self.verify(self.talk("a", b"\x00\xff", ""), err="")

    def test_a_changed_message(self):
        self.recorded("a", "b")
        ended = self.verify(self.talk("a", "x"), status=8, out="a\nx\n")
        self.assertEqual(
            ended.errors,
            f'{self.path}:4: expected text "b", came text "x"\n'
            f"wscope: {self.path}:4: what came is not what was recorded: 1 difference\n",
        )

    def test_json(self):
        self.recorded('{"user":{"name":"ann","age":7}}')
        ended = self.verify(self.talk('{"user":{"name":"bob","tags":[]}}'), status=8)
        self.assertIn(
            "the JSON differs in 3 places\n"
            '  /user/age\n    - 7\n    + (missing)\n'
            '  /user/name\n    - "ann"\n    + "bob"\n'
            "  /user/tags\n    - (nothing)\n    + []\n",
            ended.errors,
        )

    def test_fewer_and_more(self):
        self.recorded("a", "b")
        self.verify(self.talk("a"), status=8, err=':4: expected text "b", it did not come')
        self.verify(self.talk("a", "b", "c"), status=8, err='came text "c" besides')

    def test_who_does_not_wait_long_enough_is_told(self):
        def late(peer):
            peer.accept()
            peer.read_message()
            peer.text("a")
            peer.messages()
            peer.frame(frames.CLOSE, frames.close_payload(1000))
            peer.end()

        self.recorded("a", "b")
        self.verify(late, "-w", "0.2", status=8, err="hint: what comes after 0.2 s of silence .-w. is missed")

    def test_type_and_close(self):
        self.recorded("a")
        self.verify(self.talk(b"a"), status=8, err='expected text "a", came binary 61')
        self.verify(self.talk("a", code=1001), status=8, err=":4: expected Close 1000 .*came Close 1001")

    def test_an_abnormal_end_that_was_recorded_is_none(self):
        self.recorded("a", code=1011)
        self.verify(self.talk("a", code=1011), err="")
        self.verify(self.talk("a"), status=8, err="expected Close 1011")

    def test_a_lost_connection(self):
        def script(peer):
            peer.accept()
            peer.read_message()
            peer.drop()

        self.recorded("a")
        self.verify(script, status=8, err=["it did not come", "the connection is lost"])
        lost = event(0.1, "error", stage="connection", message="connection lost")
        self.write(opened(), said(0, "send", "q"), lost)
        self.verify(script, err="")

    def test_a_message_too_many_at_full_speed(self):
        def script(peer):
            peer.accept()
            peer.text(peer.read_message())
            peer.server.stopping.wait(0.2)
            peer.text("besides")
            peer.answer_close()

        self.write(opened(), said(0, "send", "q"), said(0, "recv", "q"), closed(0, "send"))
        self.verify(script, "--speed", "max", status=8, err="besides, after that one")

    def test_full_speed_waits_for_answers(self):
        """A server that takes its time: each question waits for the answer that it followed."""

        def script(peer):
            peer.accept()
            while (question := peer.read_message()) is not None:
                self.assertFalse(peer._buffer)  # no second one was sent before the answer
                peer.server.stopping.wait(0.1 * TIME_FACTOR)
                self.assertFalse(select.select([peer.sock], [], [], 0)[0])
                peer.text(question)
            peer.frame(frames.CLOSE, peer.last_close.payload)
            peer.end()

        talk = [said(0, way, str(n)) for n in range(4) for way in ("send", "recv")]
        self.write(opened(), *talk, closed(0, "send"))
        self.verify(script, "--speed", "max", "-w", "0.5", out="0\n1\n2\n3\n", err="")

    def test_a_failure_to_connect_is_what_it_is(self):
        self.recorded("a")
        self.replay("ws://127.0.0.1:1", "--verify", status=3)


class Files(Replaying):
    def test_a_line_that_a_crash_cut_off(self):
        self.write(opened(), said(0, "send", "a"), '{"t":1,"event":"mess', end="")
        with Server(echo) as server:
            self.replay(server.url, "-w", "0.1", out="a\n", err=r"r\.jsonl:3: cut off in the middle")

    def test_bad_lines_are_usage_errors_with_their_place(self):
        self.write(opened(), "nonsense", said(0, "send", "a"))
        ended = self.replay("ws://127.0.0.1:1", status=2)
        self.assertEqual(ended.errors, f"wscope: {self.path}:2: no JSON object\n")
        self.write(opened(), {"t": 0, "event": "message", "dir": "send", "type": "text"})
        self.replay("ws://127.0.0.1:1", status=2, err=":2: neither")

    def test_no_file_and_nothing_in_it(self):
        self.replay("ws://127.0.0.1:1", status=2, err="can't read the recording .*no such file")
        self.write("", end="")
        self.replay("ws://127.0.0.1:1", status=2, err="no connection is recorded")

    def test_one_of_several(self):
        end = event(9, "end", status=0)
        first = [opened(), said(0, "send", "first"), end]
        self.write(*first, opened(), said(0, "send", "second"), end)
        with Server(echo) as server:
            self.replay(server.url, "-w", "0.1", out="second\n", err="holds 2 connections")
            self.dialogue("--replay", self.path + "#1", "-w", "0.1", server.url, out="first\n", err="")

    def test_options_that_do_not_go_with_it(self):
        for words in (["-x", "m"], ["-i"], ["--input", "raw"], ["-b"], ["--socketio"], ["--echo"]):
            ended = self.replay("ws://127.0.0.1:1", *words, status=2)
            self.one_error(ended, "--replay")
        self.expect(run("--replay", self.path), status=2, err="--replay needs a URL")
        self.expect(run("--verify", "ws://h/"), status=2, err="--verify needs --replay")
        ended = self.replay("ws://127.0.0.1:1", "--speed", "fast", status=2)
        self.one_error(ended, "--speed 'fast'")


class Mock(Replaying):
    """--listen --replay: the recorded server."""

    def listen(self, *words, **popen):
        running = Running("--listen", "0", "--replay", self.path, *words, **popen)
        self.addCleanup(running.__exit__, None, None, None)
        told = running.wait_err("listening on ws://")
        running.wait_err("/\n")
        told = bytes(running.err).decode().split("listening on ")[1]
        running.url = told.split("\n")[0]
        return running

    def end(self, server, status=130, **expected):
        server.signal(signal.SIGINT)
        return self.expect(server.wait(), status=status, **expected)

    def test_each_client_gets_what_the_recorded_server_sent(self):
        """Recorded from a real session; what a client sees of the mock is what it saw then."""

        def script(peer):
            peer.accept("Sec-WebSocket-Protocol: chat")
            peer.text("hello")
            peer.ping(b"p")
            for _ in range(2):
                peer.text("you said " + peer.read_message())
            peer.binary(b"\x00\xff")
            peer.finish(4000, "enough")

        words = ["-s", "chat", "-w", "-1", "-P", "--output", "json"]
        with Server(script) as server:
            run(*words, "--record", self.path, server.url, stdin=b"a\nb\n")
        seen = lambda events: [  # noqa: E731
            {k: v for k, v in one.items() if k not in ("t", "time", "round_trip")}
            for one in events
            if one["event"] in ("message", "ping", "close") and one.get("dir") != "send"
        ]
        server = self.listen()
        for _ in range(2):
            ended = run(*words, server.url, stdin=b"x\ny\n")
            got = [json.loads(line) for line in ended.out.splitlines()]
            self.assertEqual(seen(got), seen(self.read()), str(ended))
            opening = next(one for one in got if one["event"] == "open")
            self.assertEqual(opening["subprotocol"], "chat")
        self.end(server)

    def test_an_answer_waits_for_its_question_and_keeps_its_distance(self):
        self.write(
            opened(),
            said(0.1, "send", "q"),
            said(0.5, "recv", "a"),
            said(0.6, "send", "q2"),
            said(0.6, "recv", "a2"),
            closed(0.7, "send"),
        )
        server = self.listen()
        with Running("-v", "--timestamps", "relative", "-w", "1", server.url) as client:
            client.wait_err("* open")
            time.sleep(1 * TIME_FACTOR)  # long after the recorded question, and its answer
            self.assertFalse(client.out)
            begun = time.monotonic()
            client.send("first\n")
            client.wait_out("a\n")
            self.assertGreaterEqual(time.monotonic() - begun, 0.39)
            client.send("second\n")
            client.wait_out("a2\n")
        fast = self.listen("--speed", "max")
        ended = self.soon(0.3, lambda: run("--count", "2", fast.url, stdin=b"q\nq2\n"))
        self.expect(ended, out="a\na2\n")

    def test_verify(self):
        self.write(opened(), said(0, "send", "q"), said(0, "recv", "a"), closed(0, "send"))
        server = self.listen("--verify")
        self.dialogue("-w", "0.1", "-x", "q", server.url, out="a\n")
        self.end(server, no_err="recorded")
        server = self.listen("--verify", "--json")
        self.dialogue("-w", "0.1", "-x", "other", server.url, out="a\n")
        told = server.wait_err("1 difference\n").decode()
        self.assertIn(f'{self.path}:2: expected text "q", came text "other"', told)
        self.dialogue("-w", "0.1", "-x", "q", server.url, out="a\n")
        ended = self.end(server, status=8)
        self.one_error_last(ended, "1 of 2 clients were not as recorded")
        self.assertEqual(json.loads(ended.out.splitlines()[-1])["status"], 8)

    def test_a_server_that_is_ended_finds_no_fault_with_who_had_not_finished(self):
        self.write(opened(), said(0, "send", "q"), said(0, "send", "q2"), closed(0, "send"))
        server = self.listen("--verify", "--json")
        with Running(server.url) as client:
            client.send("q\n")
            server.wait_out('"data":"q"')
            self.end(server, no_err="recorded")

    def one_error_last(self, ended, text):
        self.assertEqual(ended.errors.splitlines()[-1], "wscope: " + text)

    def test_a_lost_connection_is_lost_again(self):
        lost = event(0.1, "error", stage="connection", message="connection lost")
        self.write(opened(), said(0, "recv", "hello"), lost)
        server = self.listen()
        self.dialogue("-w", "-1", server.url, status=6, out="hello\n", err="connection lost")

    def test_a_trace_shows_what_its_compressed_frames_say(self):
        self.write(opened(), said(0, "recv", "A" * 100), said(0.3, "recv", "B" * 100), closed(9, "recv"))
        server = self.listen("--trace")
        self.dialogue("--count", "2", server.url, out="A" * 100 + "\n" + "B" * 100 + "\n")
        for letter in "AB":
            told = server.wait_err(f'"{letter * 64}').decode()
            self.assertRegex(told, f'> client 1 TEXT fin rsv1 len=[0-9]+ "{letter}')

    def test_a_full_stdout_makes_the_replay_wait(self):
        """Both at full speed and at the recorded one, where a timer plays; and it goes on after."""
        count, text = 20_000, "x" * 1000
        self.write(opened(), *(said(0.01, "recv", text) for _ in range(count)))
        for words in (("--speed", "max"), ("--speed", "0.1")):
            reader, writer = os.pipe()
            with self.subTest(words), open(reader, "rb", buffering=0) as out:
                server = self.listen("--json", *words, stdout=writer)
                os.close(writer)
                with Running("--count", str(count), server.url) as client:
                    got = settled(lambda: len(client.out))
                    self.assertLess(got, count * len(text) // 2)
                    self.memory_at_most(server, 32 << 20)
                    messages = 0
                    for line in open(out.fileno(), "rb", closefd=False):
                        messages += b'"event":"message"' in line
                        if messages == count:
                            break
                    self.assertEqual(client.wait(60).out, (text + "\n").encode() * count)

    def test_a_client_that_goes_at_any_time(self):
        answers = [said(n / 100, "recv", "x" * 1000) for n in range(100)]
        self.write(opened(), *answers)
        server = self.listen()
        for count in range(1, 6):
            self.dialogue("--count", str(count), server.url, out=("x" * 1000 + "\n") * count)
        self.assertTrue(server.running())

    def test_a_recording_of_our_own_server(self):
        """What --listen --record wrote: the server's part is then what was sent."""
        with Running("--listen", "0", "--echo", "--record", self.path) as server:
            server.wait_err("/\n")
            url = bytes(server.err).decode().split("listening on ")[1].split("\n")[0]
            self.dialogue("-w", "0.2", url, stdin="a\nb\n", out="a\nb\n")
            server.signal(signal.SIGINT)
            server.wait()
        said = [(e["client"], e["dir"], e["data"]) for e in self.read() if e["event"] == "message"]
        both = [(1, way, text) for text in "ab" for way in ("recv", "send")]
        self.assertEqual(sorted(said), sorted(both))
        around = [(e["event"], e.get("client"), e.get("code")) for e in self.read() if e["event"] != "message"]
        self.assertEqual(around, [("open", 1, None), ("close", 1, 1000), ("end", None, None)])
        mock = self.listen("--verify")
        self.dialogue("--replay", self.path, "--verify", mock.url, out="a\nb\n")
        self.end(mock)

    def test_a_bad_recording(self):
        self.write("junk", opened())
        self.expect(run("--listen", "0", "--replay", self.path), status=2, err=":1: no JSON")


if __name__ == "__main__":
    unittest.main()
