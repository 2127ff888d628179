"""Liveness: pings of our own, their deadline, heartbeats, and connecting again."""

import json
import re
import time
import unittest

from support import frames
from support.certificates import Certificates
from support.dialogue import Dialogue
from support.program import TIME_FACTOR, Running, run, settled
from support.server import PeerGone, Server, echo, unused_port


class Pings(Dialogue):
    def test_what_a_timer_sends_has_the_time_when_it_was_sent(self):
        with Server(echo) as server:
            words = ("--json", "--ping-interval", "0.4", "--heartbeat", "beat", "--heartbeat-interval", "0.7")
            ended = self.dialogue(*words, "-x", "hi", "--count", "2", "-w", "-1", server.url)
        events = [json.loads(line) for line in ended.out.splitlines()]
        opened = next(event["t"] for event in events if event["event"] == "open")
        ping = next(event["t"] for event in events if event["event"] == "ping")
        beat = next(event["t"] for event in events if event.get("data") == "beat")
        self.assertGreater(ping - opened, 0.35)
        self.assertGreater(beat - opened, 0.65)

    def test_what_a_timer_sends_is_told_when_it_is_sent(self):
        """Nothing else happens that would bring it to stdout."""

        def deaf(peer):
            peer.accept()
            peer.stall()

        for words, told in (
            (("--ping-interval", "0.1"), b'"event":"ping"'),
            (("--heartbeat", "beat", "--heartbeat-interval", "0.1"), b'"data":"beat"'),
        ):
            with self.subTest(words), Server(deaf) as server:
                with Running("--json", *words, "-w", "-1", server.url) as running:
                    running.wait_out(told)
                    self.assertIsNone(running.process.poll())
                    running.process.terminate()

    def test_heartbeats_nobody_reads_are_not_kept(self):
        def deaf(peer):
            peer.accept()
            peer.stall()

        words = ("--json", "--heartbeat", "b" * 20_000, "--heartbeat-interval", "0.002", "-w", "-1")
        with Server(deaf) as server, Running(*words, server.url) as running:
            told = settled(lambda: running.out.count(b'"dir":"send"'))
            self.assertLess(told * 20_000, 16 << 20)
            running.process.terminate()

    def test_ping_interval(self):
        def script(peer):
            peer.accept()
            payloads = []
            for _ in range(3):
                frame = peer.read_frame()
                assert frame.opcode == frames.PING, frame
                payloads.append(frame.payload)
                peer.pong(frame.payload)
            peer.finish()
            return payloads

        with Server(script) as server:
            words = ["--ping-interval", "0.1", "--pong-timeout", "5", "-w", "-1", server.url]
            self.dialogue(*words, out="", err="")
            self.assertEqual(len(server.result()), 3)

    def test_a_pong_that_never_comes_is_status_7(self):
        def deaf(peer):
            peer.accept()
            peer.stall()

        with Server(deaf) as server:
            words = ["--ping-interval", "0.1", "--pong-timeout", "0.3", "--close-timeout", "0.2"]
            words += ["-w", "-1", server.url]
            ended = self.soon(3, lambda: self.dialogue(*words, status=7, out=""))
            self.one_error(ended, "pong")

    def test_the_wait_for_a_pong_is_as_long_as_it_says(self):
        """The ping's own way to the peer's system, which acknowledges late, is no reason to wait
        twice."""

        def deaf(peer):
            peer.accept()
            peer.stall()

        timeout = 0.5 * TIME_FACTOR
        words = ("--trace", "--ping-interval", 2 * timeout, "--pong-timeout", timeout, "-w", "-1")
        with Server(deaf) as server:
            ended = self.dialogue(*words, server.url, status=7)
        times = re.search(r"\[ *([\d.]+)\] > PING .*?\[ *([\d.]+)\] \* end", ended.errors, re.S)
        self.assertLess(float(times[2]) - float(times[1]), 1.6 * timeout)

    def test_after_our_close_nobody_waits_for_a_pong(self):
        """The server takes its time for its Close: three --pong-timeouts. Our Close comes at once,
        or behind a ping of ours that is not answered."""
        timeout = 0.5 * TIME_FACTOR

        def slow(peer):
            peer.accept()
            if pinged:
                self.assertEqual(peer.read_frame().opcode, frames.PING)
                peer.text("enough")
            while (frame := peer.read_frame()).opcode != frames.CLOSE:
                pass
            time.sleep(3 * timeout)
            peer.frame(frames.CLOSE, frame.payload)
            peer.end()

        words = ["--ping-interval", "0.1", "--pong-timeout", timeout, "--close-timeout", 20 * timeout]
        for pinged in (False, True):
            more = ["-w", "-1", "--count", "1"] if pinged else ["-w", "0"]
            with self.subTest(pinged=pinged), Server(slow) as server:
                out = "enough\n" if pinged else ""
                self.dialogue(*words, *more, server.url, out=out, err="")

    def test_heartbeat(self):
        def script(peer):
            peer.accept()
            got = [peer.read_message() for _ in range(4)]
            peer.finish()
            return got

        with Server(script) as server:
            words = ["--heartbeat", "tick", "--heartbeat-interval", "0.1", "-w", "-1", server.url]
            self.dialogue(*words, out="")
            self.assertEqual(server.result(), ["tick"] * 4)


class Reconnect(Dialogue):
    def test_a_lost_connection_is_made_again(self):
        visits = []

        def script(peer):
            peer.accept()
            visits.append(1)
            if len(visits) == 1:
                peer.text("first life")
                peer.server.stopping.wait(0.1 * TIME_FACTOR)
                peer.reset()
                return
            peer.text("second life")
            peer.finish()

        with Server(script) as server:
            ended = run("--reconnect", "-w", "-1", server.url, timeout=30)
            self.expect(ended, status=0, out="first life\nsecond life\n")

    def test_cookies_of_the_connection_that_was_lost_go_along(self):
        """As load balancers need it that send who comes again to the same server."""
        cookies = []

        def script(peer):
            cookies.append(peer.read_request().get("Cookie"))
            if len(cookies) == 3:
                peer.send(peer.response("Set-Cookie: node=; Max-Age=0"))
            elif len(cookies) == 2:
                peer.send(
                    b"HTTP/1.1 503 Busy\r\nSet-Cookie: wait=1\r\nRetry-After: 0\r\n"
                    b"Content-Length: 0\r\n\r\n"
                )
                return peer.end()
            else:
                peer.send(peer.response("Set-Cookie: node=7; HttpOnly"))
            return peer.finish() if len(cookies) == 4 else peer.reset()

        with Server(script) as server:
            self.dialogue("--reconnect", "--cookie", "mine=1", "-w", "-1", server.url, out="")
        self.assertEqual(cookies, ["mine=1", "mine=1; node=7", "mine=1; node=7; wait=1", "mine=1; wait=1"])

    def test_it_gives_up_after_reconnect_max(self):
        holder, port = unused_port()
        with holder:
            words = ["--reconnect", "--reconnect-max", "2", f"ws://127.0.0.1:{port}/"]
            self.dialogue(*words, status=3, out="", timeout=30)

    def test_never_after_a_close_1000(self):
        def script(peer):
            peer.accept()
            peer.finish()

        with Server(script) as server:
            told = "the server closed normally: not connecting again\n"
            self.dialogue("--reconnect", "-w", "-1", server.url, out="", err=told)
            self.assertEqual(server.connections, 1)

    def test_never_after_a_refusal(self):
        def script(peer):
            peer.read_request()
            peer.send(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")
            peer.end()

        with Server(script) as server:
            self.dialogue("--reconnect", server.url, status=5, out="")
            self.assertEqual(server.connections, 1)

    def test_never_after_a_certificate_error(self):
        with Server(tls=Certificates.shared().server_context()) as server:
            self.dialogue("--reconnect", server.url, status=4, out="")
            self.assertEqual(server.connections, 1)

    def test_what_was_asked_for_is_said_on_each_connection(self):
        visits = []

        def script(peer):
            peer.accept()
            visits.append([peer.read_message() for _ in range(3)])
            if len(visits) == 1:
                peer.reset()
            else:
                peer.finish()

        with Server(script) as server:
            words = ["--reconnect", "-x", "subscribe", "--heartbeat", "tick"]
            words += ["--heartbeat-interval", "0.1", "-w", "-1", server.url]
            self.expect(run(*words, timeout=30), status=0, out="")
        self.assertEqual(visits, [["subscribe", "tick", "tick"]] * 2)

    def test_retry_after_is_the_least_wait(self):
        visits = []

        def script(peer):
            visits.append(time.monotonic())
            if len(visits) == 1:
                peer.read_request()
                peer.send(b"HTTP/1.1 503 Busy\r\nRetry-After: 2\r\nContent-Length: 0\r\n\r\n")
                peer.end()
            else:
                peer.accept()
                peer.finish()

        with Server(script) as server:
            ended = run("--reconnect", "-w", "-1", server.url, timeout=30)
            self.expect(ended, status=0, out="", err=["connecting again in", f"^connected to {server.url}$"])
        self.assertGreaterEqual(visits[1] - visits[0], 2)

    def test_retry_after_of_a_proxy_counts_too(self):
        def script(peer):
            peer.read_until(b"\r\n\r\n")
            peer.send(b"HTTP/1.1 503 Busy\r\nRetry-After: 40\r\nContent-Length: 0\r\n\r\n")
            peer.end()

        with Server(script) as server:
            words = ["--reconnect", "--reconnect-max", "1", "--timeout", TIME_FACTOR * 2, "-w", "-1"]
            ended = run(*words, "--proxy", f"http://{server.authority}", "ws://far.example/", timeout=30)
            self.assertRegex(ended.errors, r"connecting again in 40\.\d s", str(ended))

    def test_a_retry_after_without_end_is_an_hour(self):
        for value, wait in (("99999999999999999999", r"3600\.0 s"), ("1e300", r"[01]\.\d s"), ("inf", r"[01]\.\d s")):
            with self.subTest(value):
                def script(peer, value=value):
                    peer.read_request()
                    peer.send(f"HTTP/1.1 503 Busy\r\nRetry-After: {value}\r\nContent-Length: 0\r\n\r\n".encode())
                    peer.end()

                with Server(script) as server:
                    words = ["--reconnect", "--reconnect-max", "1", "--timeout", TIME_FACTOR * 2, "-w", "-1"]
                    ended = run(*words, server.url, timeout=30)
                    self.assertRegex(ended.errors, f"connecting again in {wait}", str(ended))

    def test_lines_wait_for_the_next_connection(self):
        """What had not left yet goes out on the next connection, once."""
        visits = []

        def script(peer):
            peer.accept()
            visits.append(1)
            if len(visits) == 1:
                peer.read_message()
                peer.reset()
                return []
            try:
                return peer.answer_close()
            except PeerGone:
                return []

        with Server(script) as server, Running("--reconnect", "-w", "0", server.url) as client:
            client.send("first\n")
            server.result()
            client.wait_err("", 1)
            server.wait_for_connections(2)
            client.send("second\n")
            client.end_input()
            self.assertEqual(client.wait(30).status, 0)
            self.assertEqual(server.result(), ["second"])


if __name__ == "__main__":
    unittest.main()
