"""Pings at an interval, heartbeats, and connecting again (wscope(1), Liveness)."""

import random
import socket
import threading
import time
import unittest

from support.dialogue import Dialogue
from support.program import Running, run
from support.server import PeerGone, Server, echo


def echo_until_gone(peer):
    try:
        echo(peer)
    except (PeerGone, OSError):
        pass


class Keepalive(Dialogue):
    def test_a_ping_at_an_interval(self):
        def counts(peer):
            peer.accept()
            seen = [peer.read_frame() for _ in range(3)]
            for frame in seen:
                peer.pong(frame.payload)
            peer.finish()
            return [(frame.opcode, bytes(frame.payload)) for frame in seen]

        with Server(counts) as server:
            self.dialogue("--ping-interval", "0.05", "-w", "-1", server.url, err="")
            self.assertEqual(
                server.result(), [(9, b"keepalive-1"), (9, b"keepalive-2"), (9, b"keepalive-3")]
            )

    def test_a_server_that_does_not_answer_is_given_up(self):
        def deaf(peer):
            peer.accept()
            peer.stall()

        with Server(deaf) as server:
            ended = run(
                "--ping-interval", "0.05", "--pong-timeout", "0.2", "-w", "-1", server.url
            )
            self.expect(ended, status=7, out="", err="no pong within 0.2 s")

    def test_heartbeats_are_text_messages(self):
        def two_beats(peer):
            peer.accept()
            beats = [peer.read_message() for _ in range(4)]
            peer.finish()
            return beats

        with Server(two_beats) as server:
            self.dialogue(
                *("--heartbeat", "a", "--heartbeat", "b", "--heartbeat-interval", "0.05"),
                *("-w", "-1", server.url),
                err="",
            )
            self.assertEqual(server.result(), ["a", "b", "a", "b"])

    def test_no_pong(self):
        def pings(peer):
            peer.accept()
            peer.ping(b"anybody?")
            peer.close(1000)
            return [peer.read_frame().opcode]

        with Server(pings) as server:
            self.dialogue("--no-pong", "-w", "-1", server.url, err="")
            self.assertEqual(server.result(), [8])


class FrontDoor:
    """A TCP relay in front of a server; its connections can be cut at will."""

    def __init__(self, port):
        self.target = port
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"ws://127.0.0.1:{self.listener.getsockname()[1]}/"
        self.pairs = []
        self.lock = threading.Lock()
        self.accepted = 0
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        while True:
            try:
                near, _ = self.listener.accept()
            except OSError:
                return
            far = socket.create_connection(("127.0.0.1", self.target))
            with self.lock:
                self.accepted += 1
                self.pairs.append((near, far))
            for source, sink in ((near, far), (far, near)):
                threading.Thread(target=self._pump, args=(source, sink), daemon=True).start()

    @staticmethod
    def _pump(source, sink):
        try:
            while data := source.recv(4096):
                sink.sendall(data)
            sink.shutdown(socket.SHUT_WR)
        except OSError:
            pass

    def cut(self):
        with self.lock:
            pairs, self.pairs = self.pairs, []
        for pair in pairs:
            for end in pair:
                try:
                    end.shutdown(socket.SHUT_RDWR)
                except OSError:
                    pass
                end.close()

    def close(self):
        self.listener.close()
        self.cut()


class Reconnecting(Dialogue):
    def test_lost_and_found(self):
        with Server(echo_until_gone) as server:
            door = FrontDoor(server.port)
            with Running("--reconnect", "-w", "0.5", door.url) as client:
                client.send("one\n")
                client.wait_out("one\n")
                door.cut()
                client.wait_err("connecting again in")
                client.send("two\n")
                client.wait_out("one\ntwo\n")
                client.end_input()
                self.expect(client.wait(), status=0, out="one\ntwo\n", err="connection lost: .*attempt 1")
            door.close()

    def test_execute_is_said_on_each_connection(self):
        def once(peer):
            peer.accept()
            said = peer.read_message()
            if len(said_by) == 2:
                said_by.append(said)
                return peer.finish()
            said_by.append(said)
            return peer.drop()

        said_by = []
        with Server(once) as server:
            self.expect(run("--reconnect", "-x", "subscribe", "-w", "-1", server.url), status=0, out="")
        self.assertEqual(said_by, ["subscribe"] * 3)

    def test_close_1000_and_a_refusal_end_it(self):
        def finishes(peer):
            peer.accept()
            peer.finish(1000)

        def forbids(peer):
            peer.read_request()
            peer.send(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")

        with Server(finishes) as server:
            self.dialogue("--reconnect", "-w", "-1", server.url, err="")
        with Server(forbids) as server:
            self.expect(run("--reconnect", server.url), status=5, out="", err="403 Forbidden")

    def test_retry_after_is_the_least_wait(self):
        def busy(peer):
            peer.read_request()
            times.append(time.monotonic())
            if len(times) == 1:
                peer.send(b"HTTP/1.1 503 Busy\r\nRetry-After: 2\r\nContent-Length: 0\r\n\r\n")
                return
            peer.send(peer.response())
            peer.finish()

        times = []
        with Server(busy) as server:
            run("--reconnect", "-w", "-1", server.url)
        if len(times) == 2:
            self.assertGreaterEqual(times[1] - times[0], 2)

    def test_attempts_in_a_row_are_limited(self):
        unused = socket.create_server(("127.0.0.1", 0))
        port = unused.getsockname()[1]
        unused.close()
        ended = run("--reconnect", "--reconnect-max", "2", f"ws://127.0.0.1:{port}/")
        self.expect(ended, status=3, out="", err="attempt 2")

    def test_ctrl_c_while_waiting(self):
        unused = socket.create_server(("127.0.0.1", 0))
        port = unused.getsockname()[1]
        unused.close()
        with Running("--reconnect", "-w", "-1", f"ws://127.0.0.1:{port}/") as client:
            client.wait_err("attempt 3")
            client.signal(2)
            self.expect(client.wait(), status=130)

    def test_chaos_loses_and_doubles_nothing_silently(self):
        got = []

        def keeps(peer):
            peer.accept()
            try:
                while (message := peer.read_message()) is not None:
                    got.append(message)
                peer.close(1000)
                peer.end()
            except (PeerGone, OSError):
                pass

        count = 400
        chance = random.Random(6455)
        with Server(keeps) as server:
            door = FrontDoor(server.port)
            with Running("--reconnect", "-w", "1", door.url) as client:
                for number in range(count):
                    client.send(f"{number}\n")
                    time.sleep(0.005)
                    if chance.random() < 0.02:
                        door.cut()
                client.end_input()
                ended = client.wait()
            door.close()
        self.expect(ended, status=0, out="")
        numbers = [int(message) for message in got]
        self.assertEqual(len(numbers), len(set(numbers)), "a message came twice")
        lost = set(range(count)) - set(numbers)
        told = sum(
            int(line.split(" message")[0].split()[-1])
            for line in ended.errors.splitlines()
            if "in flight" in line
        )
        self.assertLessEqual(len(lost), told, f"lost without a word: {sorted(lost)}")
        self.assertGreaterEqual(door.accepted, 2)


if __name__ == "__main__":
    unittest.main()
