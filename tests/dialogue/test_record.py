"""--record: the session as JSON Lines in a file, beside whatever stdout gets (wscope(1))."""

import contextlib
import json
import os
import resource
import signal
import subprocess
import tempfile
import unittest

from support.dialogue import Dialogue
from support.program import WSCOPE, Running, environment, run
from support.server import PeerGone, Server, echo


class Record(Dialogue):
    def record(self, *words, stdin=""):
        with tempfile.TemporaryDirectory() as folder, Server(echo) as server:
            path = os.path.join(folder, "session.jsonl")
            for _ in range(2):
                self.dialogue(
                    "--record",
                    path,
                    "-w",
                    "0.1",
                    *words,
                    server.url,
                    stdin=stdin,
                    out=stdin,
                    err=""
                )
            with open(path, encoding="utf-8") as file:
                return [json.loads(line) for line in file]

    def test_both_directions_and_a_second_run_appended(self):
        events = self.record(stdin="one\ntwo ü\n")
        said = [(e["dir"], e["data"]) for e in events if e["event"] == "message"]
        self.assertEqual(
            sorted(said),
            sorted([(way, text) for way in ("send", "recv") for text in ("one", "two ü")] * 2),
        )
        self.assertEqual([e["event"] for e in events].count("end"), 2)
        self.assertTrue(all(e["t"] >= 0 and e["time"].endswith("Z") for e in events))

    def test_credentials_stay_out(self):
        text = json.dumps(self.record("--auth", "ann:secret"))
        self.assertNotIn("YW5uOnNlY3JldA==", text)
        self.assertIn(
            "YW5uOnNlY3JldA==", json.dumps(self.record("--auth", "ann:secret", "--trace-secrets"))
        )

    def test_api_keys_stay_out_as_of_archives(self):
        for name in ("X-Api-Key", "x-auth-token"):
            text = json.dumps(self.record("-H", f"{name}: s3cret", "-H", "X-Other: kept"))
            self.assertNotIn("s3cret", text)
            self.assertIn("X-Other: kept", text)
            kept = json.dumps(self.record("-H", f"{name}: s3cret", "--trace-secrets"))
            self.assertIn("s3cret", kept)

    def test_a_new_file_is_for_its_owner_and_an_old_one_keeps_its_mode(self):
        with tempfile.TemporaryDirectory() as folder, Server(echo) as server:
            path = os.path.join(folder, "r")
            words = ["--record", path, "-w", "0", server.url]
            self.dialogue(*words, err="")
            self.assertEqual(os.stat(path).st_mode & 0o777, 0o600)
            os.chmod(path, 0o644)
            self.dialogue(*words, err="")
            self.assertEqual(os.stat(path).st_mode & 0o777, 0o644)

    def test_a_crash_costs_no_whole_line(self):
        def script(peer):
            with contextlib.suppress(PeerGone):
                echo(peer)

        with tempfile.TemporaryDirectory() as folder, Server(script) as server:
            path = os.path.join(folder, "r")
            with Running("--record", path, server.url) as client:
                client.send("".join(f"{n}\n" for n in range(1000)))
                client.wait_out("\n999\n")
                client.signal(signal.SIGKILL)
                client.wait()
            with open(path, encoding="utf-8") as file:
                lines = file.read().split("\n")
            self.assertEqual(lines.pop(), "")
            events = [json.loads(line) for line in lines]
            self.assertEqual(sum(e.get("dir") == "recv" for e in events), 1000)

    def test_each_line_is_one_write(self):
        with tempfile.TemporaryDirectory() as folder, Server(echo) as server:
            path, log = os.path.join(folder, "r"), os.path.join(folder, "log")
            trace = ["strace", "-f", "-qq", "-e", "trace=write,writev", "-y", "-s", "9", "-o", log]
            traced = subprocess.run(
                [*trace, WSCOPE, "--record", path, "--count", "50", server.url],
                input=b"".join(b"%d\n" % n for n in range(50)),
                capture_output=True,
                env=environment(),
                check=False,
            )
            if b"ptrace" in traced.stderr:
                self.skipTest("strace may not trace here")
            with open(log, encoding="utf-8") as file:
                writes = [line for line in file if f"<{path}>" in line]
            with open(path, encoding="utf-8") as file:
                lines = file.read().splitlines()
        self.assertGreater(len(lines), 100)
        self.assertEqual(len(writes), len(lines))

    def test_a_line_that_was_cut_off_stays_one_line(self):
        with tempfile.TemporaryDirectory() as folder, Server(echo) as server:
            path = os.path.join(folder, "r")
            with open(path, "w", encoding="utf-8") as file:
                file.write('{"t":1,"eve')
            self.dialogue("--record", path, "-w", "0", server.url, err="")
            with open(path, encoding="utf-8") as file:
                first, *lines = file.read().splitlines()
            self.assertEqual(first, '{"t":1,"eve')
            self.assertEqual([json.loads(line)["event"] for line in lines][-1], "end")
            self.dialogue("--replay", path, server.url, err="r:1: cut off")

    def test_a_full_disk_is_told_at_once_and_leaves_whole_lines(self):
        def limit():
            resource.setrlimit(resource.RLIMIT_FSIZE, (3000, 3000))
            signal.signal(signal.SIGXFSZ, signal.SIG_DFL)  # which would kill it

        with tempfile.TemporaryDirectory() as folder, Server(echo) as server:
            path = os.path.join(folder, "r")
            words = ["--record", path, "-w", "0.2", server.url]
            with Running(*words, preexec_fn=limit, restore_signals=False) as client:
                client.send("x" * 200 + "\n")
                client.wait_out("x\n")
                client.send(("y" * 200 + "\n") * 20)
                client.wait_err("can't write to .*; the recording ends there".split(".*")[1])
                client.send("still here\n")
                client.wait_out("still here\n")
                client.end_input()
                ended = client.wait()
            self.expect(ended, status=1, err=f"^wscope: can't write to {path}: file too large$")
            with open(path, encoding="utf-8") as file:
                text = file.read()
            self.assertGreater(len(text), 2000)
            self.assertTrue(text.endswith("}\n"))
            for line in text.splitlines():
                json.loads(line)

    def test_a_reader_who_goes_is_told_of(self):
        for option in ("record", "trace-file", "har"):
            with self.subTest(option), Server(echo) as server:
                words = f'"$0" --{option} >(true) -x one -i -w 0.1 "$1" < <(sleep 0.5; echo two); echo "$?"'
                ended = subprocess.run(
                    ["bash", "-c", words, WSCOPE, server.url], capture_output=True, check=False, text=True
                )
                self.assertEqual(ended.stdout, "one\ntwo\n1\n")
                self.assertRegex(ended.stderr, r"\A(wscope: can't write to /dev/fd/\d+: broken pipe.*\n)+\Z")

    def test_where_stdout_goes_its_reader_may_go(self):
        with Server(echo) as server:
            words = '"$0" --record /dev/stdout -w -1 "$1" < <(echo one; sleep 1; echo two) | head -n 1; echo "${PIPESTATUS[0]}"'
            ended = subprocess.run(
                ["bash", "-c", words, WSCOPE, server.url], capture_output=True, check=False, text=True
            )
            self.assertEqual((ended.stdout.splitlines()[1], ended.stderr), ("0", ""))

    def test_a_file_that_can_not_be_written(self):
        self.expect(
            run("--record", "/no/such/dir/r", "ws://127.0.0.1:1"),
            status=2,
            out="",
            err="/no/such/dir/r",
        )


class LostInBetween(Dialogue):
    def test_a_connection_that_reconnect_makes_anew_ends_in_an_error(self):
        def says_and_breaks(peer):
            peer.accept()
            peer.text(f"message {min(peer.server.connections, 2)}")
            if peer.server.connections == 1:
                peer.read_message()
                peer.reset()
                return
            peer.answer_close()

        def breaks_as_well(peer):
            peer.accept()
            peer.text("message 1")
            peer.read_message()
            peer.reset()

        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "session")
            words = ("--reconnect", "-w", "-1", "--count", "2", "-x", "hi", "--record", path)
            with Server(says_and_breaks) as server:
                ended = self.dialogue(*words, server.url, out="message 1\nmessage 2\n", timeout=40)
                self.assertEqual(ended.errors.count("connection lost"), 1)
            with open(path, encoding="utf-8") as file:
                told = [json.loads(line)["event"] for line in file]
            first = told[told.index("open") : told.index("request", told.index("open"))]
            self.assertEqual([event for event in first if event != "connect"], ["open", "message", "message", "error"])
            with Server(breaks_as_well) as server:
                self.dialogue("--replay", path + "#1", "--verify", "--speed", "max", server.url)


if __name__ == "__main__":
    unittest.main()
