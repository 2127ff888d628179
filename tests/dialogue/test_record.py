"""--record: the session as JSON Lines in a file, beside whatever stdout gets (wscope(1))."""

import json
import os
import tempfile
import unittest

from support.dialogue import Dialogue
from support.program import run
from support.server import Server, echo


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

    def test_a_file_that_can_not_be_written(self):
        self.expect(
            run("--record", "/no/such/dir/r", "ws://127.0.0.1:1"),
            status=2,
            out="",
            err="/no/such/dir/r",
        )


if __name__ == "__main__":
    unittest.main()
