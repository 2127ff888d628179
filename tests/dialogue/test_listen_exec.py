"""--listen with --exec: one command a client (wscope(1), COMMANDS)."""

import contextlib
import json
import os
import resource
import signal
import socket
import struct
import unittest
from pathlib import Path

from dialogue.test_exec import WithFolder, alive
from dialogue.test_listen import Listening, RawClient
from support import frames
from support.program import SANITIZED, Running, eventually, run, settled, waiting


class OneEach(WithFolder):
    def client(self, server, **how):
        client = RawClient(server).open(**how)
        self.addCleanup(client.sock.close)
        return client

    def test_each_client_has_a_process_of_its_own(self):
        with Listening("--exec", "echo $$; exec cat") as server:
            one, two = self.client(server), self.client(server)
            pids = {one.read_message(), two.read_message()}
            self.assertEqual(len(pids), 2)
            one.say(frames.TEXT, b"for one")
            two.say(frames.TEXT, b"for two")
            self.assertEqual((one.read_message(), two.read_message()), ("for one", "for two"))
            server.signal(signal.SIGTERM)
            self.expect(server.wait(), status=143, out="")
            self.assertFalse(any(alive(int(pid)) for pid in pids))

    def test_what_a_command_may_not_ask_for_is_told(self):
        with Listening("--slash", "--exec", "echo /to 7 secret; echo /info; echo said; exec cat") as server:
            client = self.client(server)
            self.assertEqual(client.read_message(), "said")
            told = server.wait_err("not done\n").decode()
            told += server.wait_err("not done\n").decode()
            self.assertEqual(server.err.decode().count("has no use for that slash command"), 2)

    def test_a_record_knows_both_sides(self):
        path = Path(self.folder) / "session"
        command = 'while read -r word; do echo "got $word"; done'
        with Listening("--record", path, "--exec", command) as server:
            client = self.client(server)
            for word in ("a", "b"):
                client.say(frames.TEXT, word.encode())
                self.assertEqual(client.read_message(), "got " + word)
            client.sock.close()
            server.wait_err("client 1 left")
            server.signal(signal.SIGTERM)
            self.expect(server.wait(), status=143, out="")
        events = [json.loads(line) for line in path.read_text().splitlines()]
        said = [(e["dir"], e["data"], e["client"]) for e in events if e["event"] == "message"]
        expected = [("recv", "a", 1), ("send", "got a", 1), ("recv", "b", 1), ("send", "got b", 1)]
        self.assertEqual(said, expected)

    def test_what_a_command_sends_is_told_at_once(self):
        """Also its pings and pongs; with --exec stdout has nothing, but the record and stderr do."""
        path = Path(self.folder) / "session"
        command = "echo /ping one; echo /pong two; echo three; exec sleep 1000"
        with Listening("--slash", "--trace", "-P", "--record", path, "--exec", command) as server:
            client = self.client(server)
            self.assertEqual([client.read_frame().payload for _ in range(3)], [b"one", b"two", b"three"])
            server.wait_err('> client 1 ping "one"\n')
            server.wait_err('> client 1 pong "two"\n')
            server.wait_err('> client 1 TEXT fin len=5 "three"\n')
            server.signal(signal.SIGTERM)
            client.say(frames.CLOSE, frames.close_payload(1000))
            self.expect(server.wait(), status=143, out="")
        events = [json.loads(line) for line in path.read_text().splitlines()]
        sent = [(e["event"], e["client"], e["data"]) for e in events if e.get("dir") == "send"]
        self.assertEqual(sent, [("ping", 1, "one"), ("pong", 1, "two"), ("message", 1, "three")])

    def test_the_request_is_in_the_environment(self):
        with Listening("-s", "v1", "--exec", "env | grep ^WSCOPE_ | sort") as server:
            more = "X-Tenant: blue\r\nx-tenant: green\r\nX_Tenant: forged\r\n"
            more += "Sec-WebSocket-Protocol: v1\r\n"
            client = self.client(server, target="/room/a%20b?x=1&y=2", more=more)
            lines = []
            while (line := client.read_message()) is not None:
                lines.append(line)
            told = dict(line.split("=", 1) for line in lines)
        self.assertEqual(client.last_close.payload[:2], b"\x03\xe8")
        self.assertEqual(told["WSCOPE_CLIENT"], "1")
        self.assertEqual(told["WSCOPE_PATH"], "/room/a%20b")
        self.assertEqual(told["WSCOPE_QUERY"], "x=1&y=2")
        self.assertEqual(told["WSCOPE_URL"], server.url + "room/a%20b?x=1&y=2")
        self.assertEqual(told["WSCOPE_SUBPROTOCOL"], "v1")
        self.assertEqual(told["WSCOPE_HEADER_X_TENANT"], "blue, green")
        self.assertEqual(told["WSCOPE_HEADER_HOST"], "localhost")
        self.assertRegex(told["WSCOPE_PEER_ADDRESS"], r"^127\.0\.0\.1:\d+$")
        self.assertTrue(told["WSCOPE_LOCAL_ADDRESS"].endswith(f":{server.port}"))

    def test_a_target_in_absolute_form_is_its_path_and_query(self):
        words = ("--path", "/chat", "--exec", "env | grep -E '^WSCOPE_(URL|PATH|QUERY)=' | sort")
        with Listening(*words) as server:
            client = self.client(server, target="http://a.example:80/chat?x=1")
            told = [client.read_message() for _ in range(3)]
            wanted = ["WSCOPE_PATH=/chat", "WSCOPE_QUERY=x=1", f"WSCOPE_URL={server.url}chat?x=1"]
            self.assertEqual(told, wanted)

    def test_a_target_in_absolute_form_is_told_as_what_was_asked_for(self):
        with Listening("--json") as server:
            self.client(server, target="http://a.example?x=1")
            server.wait_out(f'"url":"{server.url}?x=1"')

    def test_nothing_but_three_descriptors_reaches_any_of_them(self):
        command = (
            "exec /usr/bin/python3 -c \"import os; print(sorted(os.listdir('/proc/self/fd')))\""
        )
        with Listening("--exec", command) as server:
            clients = [self.client(server) for _ in range(5)]
            for client in clients:
                self.assertEqual(client.read_message(), "['0', '1', '2', '3']")

    def test_the_descriptor_limit_is_the_one_we_were_started_with(self):
        usual, most = resource.getrlimit(resource.RLIMIT_NOFILE)
        self.assertGreater(most, 600)
        resource.setrlimit(resource.RLIMIT_NOFILE, (600, most))
        try:
            with Listening("--exec", "ulimit -Sn") as server:
                self.assertEqual(self.client(server).read_message(), "600")
        finally:
            resource.setrlimit(resource.RLIMIT_NOFILE, (usual, most))

    def test_formats(self):
        with Listening("--exec", "cat", "--input", "hex", "--output", "hex", "-b") as server:
            client = self.client(server)
            client.say(frames.BINARY, b"\x00\n\xff")
            self.assertEqual(client.read_message(), b"\x00\n\xff")

    def test_standard_input_and_output_of_the_server_are_left_alone(self):
        with Listening("--exec", "cat") as server:
            server.send("typed\n")
            self.expect(run("-x", "hi", "--count", "1", server.url), out="hi\n")
            server.signal(signal.SIGINT)
            self.expect(server.wait(), status=130, out="")

    def test_bulk_both_ways(self):
        with Listening("--exec", "cat") as server:
            lines = b"".join(b"%d %s\n" % (n, b"x" * 100) for n in range(50000))
            self.dialogue(server.url, "--count", "50000", stdin=lines, out=lines, timeout=60)

    def test_what_the_client_sent_last_reaches_the_command(self):
        with Listening(
            "--exec",
            f"while ! test -e {self.path('go')}; do sleep 0.02; done;"
            f" cat > {self.path('got')}; echo >> {self.path('got')}",
        ) as s:
            self.dialogue(s.url, "-w", "0", stdin="a\nb\n", err="")
            Path(self.path("go")).touch()
            eventually(lambda: os.path.exists(self.path("got")) and self.read("got") == b"a\nb\n\n")


class Failing(WithFolder):
    def test_the_end_of_a_command_closes_its_client_only(self):
        command = "read -r x; case $x in ok) exit 0;; crash) kill -SEGV $$;; *) exit 3;; esac"
        with Listening("--exec", command) as server:
            with Running("-w", "-1", server.url) as other:
                other_at = server.wait_err("client 1 connected")
                self.expect(run(server.url, stdin=b"ok\n"), err="")
                self.expect(run(server.url, stdin=b"crash\n"), status=6, err="1011")
                self.expect(run(server.url, stdin=b"fail\n"), status=6, err="1011")
                self.assertIn(
                    b"client 3: the command was ended by SIGSEGV\n", server.wait_err("SEGV\n")
                )
                server.wait_err("client 4: the command ended with status 3\n")
                self.assertTrue(other.running(), other_at)

    def test_a_command_that_is_not_there(self):
        with Listening("--exec", "no-such-program") as server:
            self.expect(run("-w", "-1", server.url), status=6, err="1011")
            server.wait_err("the command ended with status 127\n")
            self.assertTrue(server.running())

    def test_a_command_that_does_not_read_stops_its_own_client_only(self):
        command = "read -r x; test $x = sleep && exec sleep 1000; echo $x"
        with Listening("--exec", command, "--close-timeout", "0.1") as server:
            with Running("-w", "-1", "--no-deflate", server.url) as slow:
                slow.send("sleep\n")
                os.set_blocking(slow.process.stdin.fileno(), False)
                poured = 0

                def pour():
                    nonlocal poured
                    for _ in range(100):
                        poured += slow.process.stdin.write(b"x" * 65535 + b"\n") or 0
                    return poured

                settled(pour)
                for _ in range(3):
                    self.expect(run(server.url, stdin=b"quick\n", timeout=10), out="quick\n")
                self.memory_at_most(server, 96 << 20)

    def test_a_client_that_does_not_read_stops_its_own_command_only(self):
        command = "read -r x; test $x = flood && exec yes; echo $x"
        with Listening("--exec", command, "--close-timeout", "0.1") as server:
            lazy = RawClient(server).open()
            self.addCleanup(lazy.sock.close)
            lazy.say(frames.TEXT, b"flood")
            settled(lambda: waiting(lazy.sock.fileno()))
            settled(server.peak_memory)
            for _ in range(3):
                self.expect(run(server.url, stdin=b"quick\n", timeout=10), out="quick\n")
            self.memory_at_most(server, 96 << 20)

    @unittest.skipIf(SANITIZED, "UBSan looks at objects through a pipe, and here is none left for it")
    def test_a_command_that_answers_all_it_reads_is_ended_where_its_client_reads_nothing(self):
        wire = frames.frame(frames.TEXT, b"x" * 50000, mask=b"\x01\x02\x03\x04")
        for end in ("reset", "shutdown"):
            with Listening("--exec", "cat", "--close-timeout", "2") as server, self.subTest(end):
                client = RawClient(server).open()
                self.addCleanup(client.sock.close)
                client.sock.settimeout(1)
                with contextlib.suppress(OSError):
                    for _ in range(1000):
                        client.sock.sendall(wire)
                if end == "reset":
                    client.sock.setsockopt(
                        socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0)
                    )
                    client.sock.close()
                    server.wait_err("client 1 left")
                server.signal(signal.SIGTERM)
                self.expect(server.wait(), status=143, out="")

    def test_no_descriptor_is_left_for_another_command(self):
        # Whichever of its descriptors is the one that is not to be had.
        for limit in range(20, 28):
            with self.subTest(limit):
                self.no_descriptor_is_left(limit)

    def no_descriptor_is_left(self, limit):
        with Listening("--exec", "exec cat") as server:
            resource.prlimit(server.process.pid, resource.RLIMIT_NOFILE, (limit, limit))
            clients = []
            for _ in range(8):
                client = RawClient(server)
                self.addCleanup(client.sock.close)
                clients.append(client)
                try:
                    client.open()
                except Exception:  # pylint: disable=broad-except  (not even accepted)
                    break
                if " 503 " in client.answer.split("\r\n")[0]:
                    break
            self.assertGreater(len(clients), 1)
            for client in clients:
                if " 101 " in client.answer.split("\r\n")[0]:
                    client.say(frames.TEXT, b"all there")
                    self.assertEqual(client.read_message(), "all there")
            for client in clients:
                client.sock.close()
            # Those that left have made place.
            eventually(lambda: run("-x", "hi", "--count", "1", server.url).status == 0)


class Ends(WithFolder):
    def test_a_client_that_leaves_ends_its_command(self):
        with Listening("--exec", "echo $$; exec sleep 1000", "--close-timeout", "0.1") as server:
            ended = run("--count", "1", server.url)
            pid = int(ended.out)
            eventually(lambda: not os.path.exists(f"/proc/{pid}"), what="its end")

    def test_after_the_timeout_its_input_ends_first(self):
        command = f"cat; sleep 0.3; echo ended >>{self.path('marks')}"
        with Listening("--timeout", "0.5", "--exec", command) as server:
            self.expect(run("-w", "-1", server.url))
            self.expect(server.wait(), status=7)
        self.assertEqual(self.read("marks"), b"ended\n")

    def test_places_are_counted_with_what_still_runs(self):
        command = f"trap '' TERM; echo $$; while :; do sleep 1; done"
        words = ("--max-clients", "1", "--close-timeout", "0.1")
        with Listening("--exec", command, *words) as server:
            ended = self.expect(run("--count", "1", server.url))
            self.expect(run("-x", "hi", server.url), status=5, err="503")
            eventually(lambda: not alive(int(ended.out)), what="the kill")
            self.expect(run("--count", "1", server.url))
            server.signal(signal.SIGKILL)

    def test_all_are_ended_at_shutdown(self):
        command = f"trap 'exit 0' TERM; echo $$; while :; do sleep 0.1; done"
        with Listening("--exec", command) as server:
            clients = [RawClient(server).open() for _ in range(10)]
            pids = [int(client.read_message()) for client in clients]
            for client in clients[:5]:
                client.sock.close()
            server.signal(signal.SIGTERM)
            for client in clients[5:]:
                client.answer_close()
                client.sock.close()
            self.expect(server.wait(), status=143, out="")
            self.assertFalse([pid for pid in pids if alive(pid)])

    def test_a_second_signal_waits_for_nobody(self):
        command = (
            f"trap '' TERM INT; touch {self.path('ready')}; echo $$; while :; do sleep 1; done"
        )
        with Listening("--exec", command, "--close-timeout", "1000") as server:
            client = RawClient(server).open()
            self.addCleanup(client.sock.close)
            pid = int(client.read_message())
            server.signal_until_gone()
            self.assertFalse(alive(pid))

    def test_many_come_and_go_and_nothing_stays(self):
        with Listening("--exec", "cat") as server:
            folder = f"/proc/{server.process.pid}/fd"
            self.expect(run("-x", "hi", "--count", "1", server.url), out="hi\n")
            eventually(lambda: b"client 1 left" in server.err)
            children = f"/proc/{server.process.pid}/task/{server.process.pid}/children"

            def no_child():
                with open(children, encoding="utf-8") as file:
                    return not file.read()

            eventually(no_child)
            before = len(os.listdir(folder))
            for _ in range(5):
                clients = [RawClient(server).open() for _ in range(20)]
                for number, client in enumerate(clients):
                    client.say(frames.TEXT, b"%d" % number)
                for number, client in enumerate(clients):
                    self.assertEqual(client.read_message(), str(number))
                    client.sock.close()
            eventually(no_child, what="the end of all commands")
            eventually(lambda: len(os.listdir(folder)) == before, what="the closing of all files")


if __name__ == "__main__":
    unittest.main()
