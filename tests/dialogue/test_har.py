"""--har: HTTP Archives as browsers' tools write and import them, checked by a schema and by readers
that are not ours (node-har-validator of Debian; the importer of a Chromium, where there is one)."""

import base64
import json
import os
import resource
import signal
import stat
import subprocess
import tempfile
import time
import unittest

import jsonschema

from support.certificates import Certificates
from support.dialogue import Dialogue
from support.program import SANITIZED, TOP, Running, run, run_measured
from support.server import Server, echo, unused_port

SCHEMA = json.loads((TOP / "tests/support/har.schema.json").read_text())
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)
HAR_VALIDATOR = """
const har = JSON.parse(require("fs").readFileSync(0, "utf8"));
require("har-validator").har(har).then(
  (valid) => console.log("valid", valid.log.entries.length),
  (error) => { console.log(JSON.stringify(error.errors || String(error))); process.exit(1); });
"""


def refusal(status, *headers, body=b""):
    def script(peer):
        peer.read_request()
        lines = [f"HTTP/1.1 {status}", *headers, f"Content-Length: {len(body)}", "Connection: close"]
        peer.send(("\r\n".join(lines) + "\r\n\r\n").encode() + body)
        peer.end()

    return script


class Har(Dialogue):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        self.path = os.path.join(folder.name, "session.har")

    def entries(self, count=1):
        """What is in the file; both validators have looked at it, and nothing else was left."""
        self.assertEqual(os.listdir(self.folder), ["session.har"])
        with open(self.path, encoding="utf-8") as file:
            text = file.read()
        har = json.loads(text)
        wrong = list(VALIDATOR.iter_errors(har))
        self.assertFalse(wrong, f"{text}: {wrong and wrong[0]}")
        node = subprocess.run(
            ["node", "-e", HAR_VALIDATOR],
            input=text,
            capture_output=True,
            text=True,
            env={**os.environ, "NODE_PATH": "/usr/share/nodejs"},
            check=False,
        )
        self.assertEqual(node.stdout, f"valid {count}\n", node.stderr)
        entries = har["log"]["entries"]
        self.assertEqual(len(entries), count, text)
        for entry in entries:
            steps = entry["timings"]
            names = ("blocked", "dns", "connect", "send", "wait", "receive")
            total = sum(max(0, steps[name]) for name in names)
            self.assertAlmostEqual(entry["time"], total, delta=0.01)
            self.assertLessEqual(steps["ssl"], steps["connect"])
        return entries

    def entry(self):
        return self.entries()[0]

    @staticmethod
    def header(side, name):
        return [one["value"] for one in side["headers"] if one["name"].lower() == name.lower()]


class Content(Har):
    def test_messages_both_ways(self):
        text = 'tést "quoted" \u2028 \u0000 \U0001f600'
        begun = time.time()

        def script(peer):
            peer.accept("Sec-WebSocket-Protocol: chat", "X-Twice: a", "x-twice: b")
            peer.read_message()
            peer.text(text)
            peer.binary(b"\x00\xff\n")
            peer.ping(b"not a message")
            peer.text("")
            peer.finish(4000, "bye")

        with Server(script) as server:
            url = f"ws://localhost:{server.port}/path?a=1&b=%20x&c"
            words = ["--har", self.path, "-s", "chat", "-H", "X-Own: ü", "-w", "-1", url]
            run("-b", *words, stdin=b"\x01\x02")
        entry = self.entry()
        messages = entry["_webSocketMessages"]
        self.assertEqual(
            [(one["type"], one["opcode"], one["data"]) for one in messages],
            [
                ("send", 2, base64.b64encode(b"\x01\x02").decode()),
                ("receive", 1, text),
                ("receive", 2, base64.b64encode(b"\x00\xff\n").decode()),
                ("receive", 1, ""),
            ],
        )
        times = [one["time"] for one in messages]
        self.assertEqual(times, sorted(times))
        self.assertTrue(begun - 1 < times[0] <= times[-1] < time.time() + 1)
        request, response = entry["request"], entry["response"]
        self.assertEqual(request["url"], url)
        self.assertEqual(
            [(one["name"], one["value"]) for one in request["queryString"]],
            [("a", "1"), ("b", "%20x"), ("c", "")],
        )
        self.assertEqual(self.header(request, "X-Own"), ["ü"])
        self.assertEqual((response["status"], response["statusText"]), (101, "Switching Protocols"))
        names = [(one["name"], one["value"]) for one in response["headers"]]
        self.assertEqual(names[-2:], [("X-Twice", "a"), ("x-twice", "b")])
        self.assertEqual(entry["serverIPAddress"], "127.0.0.1")
        self.assertEqual(
            entry["_webSocketClose"], {"type": "receive", "code": 4000, "reason": "bye"}
        )
        self.assertEqual(response["_error"], 'server closed the connection: 4000 (private use) "bye"')
        self.assertGreaterEqual(entry["timings"]["dns"], 0)

    def test_the_heads_are_those_on_the_wire(self):
        def script(peer):
            request = peer.read_request()
            peer.accept()
            peer.finish()
            return request

        with Server(script) as server:
            run("--har", self.path, "-H", "X-a: 1", "-H", "x-A: 2", server.url)
            request = server.result()
        entry = self.entry()
        self.assertEqual(
            [(one["name"], one["value"]) for one in entry["request"]["headers"]], request.headers
        )
        self.assertEqual(entry["request"]["headersSize"], len(request.head))

    def test_tls(self):
        with Server(echo, tls=Certificates.shared().server_context()) as server:
            ca = Certificates.shared().ca
            url = f"wss://localhost:{server.port}/"
            run("--har", self.path, "--ca", ca, "-x", "a", "--count", "1", url)
        entry = self.entry()
        details = entry["_securityDetails"]
        self.assertEqual(details["protocol"], "TLS 1.3")
        self.assertEqual(details["subjectName"], "CN=localhost")
        self.assertTrue(details["verified"])
        self.assertTrue(details["validFrom"] <= time.time() < details["validTo"])
        self.assertGreater(entry["timings"]["ssl"], 0)

    def test_credentials_stay_out(self):
        def script(peer):
            peer.accept("Set-Cookie: session=S3CRET; Path=/; HttpOnly; Secure; Domain=h")
            peer.finish()

        with Server(script) as server:
            url = server.url.replace("ws://", "ws://ann:pa55@")
            words = ["--har", self.path, "--cookie", "id=C00KIE; b=2", "-H", "X-Kept: yes", url]
            run(*words)
            with open(self.path, encoding="utf-8") as file:
                text = file.read()
            for secret in ("S3CRET", "C00KIE", "pa55", "YW5uOnBhNTU", "uthorization", "ookie:"):
                self.assertNotIn(secret, text)
            entry = self.entry()
            self.assertEqual(entry["request"]["cookies"] + entry["response"]["cookies"], [])
            self.assertEqual(self.header(entry["request"], "X-Kept"), ["yes"])
            run(*words, "--trace-secrets")
        entry = self.entry()
        self.assertEqual(self.header(entry["request"], "Authorization"), ["Basic YW5uOnBhNTU="])
        self.assertEqual(
            entry["request"]["cookies"],
            [{"name": "id", "value": "C00KIE"}, {"name": "b", "value": "2"}],
        )
        self.assertEqual(
            entry["response"]["cookies"],
            [
                {
                    "name": "session", "value": "S3CRET", "path": "/", "httpOnly": True,
                    "secure": True, "domain": "h",
                }  # fmt: skip
            ],
        )
        self.assertNotIn("ann", entry["request"]["url"])


class Entries(Har):
    def test_a_refusal(self):
        body = b"no entry"
        script = refusal("403 Forbidden", "Content-Type: text/plain", body=body)
        with Server(script) as server:
            self.expect(run("--har", self.path, server.url), status=5)
        entry = self.entry()
        response = entry["response"]
        self.assertEqual((response["status"], response["statusText"]), (403, "Forbidden"))
        self.assertEqual(response["content"], {"size": 8, "mimeType": "text/plain"})
        self.assertIn("403", response["_error"])
        self.assertEqual(entry["_webSocketMessages"], [])

    def test_nobody_there(self):
        holder, port = unused_port()
        with holder:
            self.expect(run("--har", self.path, f"ws://127.0.0.1:{port}/x"), status=3)
        entry = self.entry()
        self.assertEqual(entry["request"]["url"], f"ws://127.0.0.1:{port}/x")
        self.assertEqual(entry["response"]["status"], 0)
        self.assertIn("refused", entry["response"]["_error"].lower())
        self.assertEqual(entry["request"]["headers"], [])

    def test_a_server_that_does_not_answer(self):
        with Server(lambda peer: (peer.read_request(), peer.stall())) as server:
            self.expect(run("--har", self.path, "--connect-timeout", "0.2", server.url), status=7)
        entry = self.entry()
        self.assertGreater(entry["timings"]["wait"], 150)
        self.assertIn("did not answer", entry["response"]["_error"])

    def test_redirects_have_an_entry_each(self):
        with Server(echo) as goal:
            there = goal.url + "there"
            with Server(refusal("302 Found", f"Location: {there}")) as server:
                run("--har", self.path, "-L", "-x", "a", "--count", "1", server.url)
        first, second = self.entries(2)
        self.assertEqual(first["response"]["status"], 302)
        self.assertEqual(first["response"]["redirectURL"], there)
        self.assertEqual(second["request"]["url"], there)
        self.assertEqual(second["response"]["status"], 101)
        self.assertEqual(len(second["_webSocketMessages"]), 2)
        self.assertLessEqual(first["startedDateTime"], second["startedDateTime"])
        self.assertNotIn("_error", first["response"])

    def test_the_answer_to_a_challenge_has_an_entry(self):
        seen = []

        def script(peer):
            seen.append(peer)
            if len(seen) == 1:
                ask = 'WWW-Authenticate: Digest realm="r", nonce="n", qop="auth"'
                return refusal("401 Unauthorized", ask)(peer)
            return echo(peer)

        with Server(script) as server:
            run("--har", self.path, "--auth", "u:p", "-x", "a", "--count", "1", server.url)
        statuses = [entry["response"]["status"] for entry in self.entries(2)]
        self.assertEqual(statuses, [401, 101])

    def test_reconnects_have_an_entry_each(self):
        connections = []

        def script(peer):
            connections.append(peer)
            peer.accept()
            if len(connections) == 1:
                peer.text("first")
                return peer.drop()
            peer.text("second")
            return peer.finish()

        with Server(script) as server:
            run("--har", self.path, "--reconnect", server.url)
        first, second = self.entries(2)
        self.assertEqual([one["data"] for one in first["_webSocketMessages"]], ["first"])
        self.assertIn("without a Close", first["response"]["_error"])
        self.assertEqual([one["data"] for one in second["_webSocketMessages"]], ["second"])
        self.assertLess(first["time"], 1000 * (len(connections) * 10))

    def test_a_script_with_several_connections(self):
        with Server(echo) as server:
            text = (
                f"connect as a {server.url}/a\nconnect as b {server.url}/b\n"
                "a: send 1\nb: send 2\na: expect 1\nb: expect 2\n"
            )
            ended = run("--har", self.path, "--script", "-", stdin=text.encode())
        self.expect(ended)
        one, two = self.entries(2)
        for entry, data in ((one, "1"), (two, "2")):
            self.assertEqual([m["data"] for m in entry["_webSocketMessages"]], [data, data])


class Files(Har):
    def test_after_ctrl_c(self):
        with Server(echo) as server, Running("--har", self.path, server.url) as client:
            client.send("a\n")
            client.wait_out("a\n")
            self.assertFalse(os.path.exists(self.path))
            client.signal(signal.SIGINT)
            self.expect(client.wait(), status=130)
        self.assertEqual(len(self.entry()["_webSocketMessages"]), 2)

    def test_an_old_file_is_replaced_at_the_end_and_keeps_its_mode(self):
        with Server(echo) as server:
            run("--har", self.path, "-x", "a", "--count", "1", server.url)
            self.assertEqual(stat.S_IMODE(os.stat(self.path).st_mode), 0o600)
            os.chmod(self.path, 0o640)
            link = os.path.join(self.folder, "link")
            os.symlink(self.path, link)
            run("--har", link, "-x", "b", "--count", "1", server.url)
            self.assertTrue(os.path.islink(link))
            os.remove(link)
        self.assertEqual(self.entry()["_webSocketMessages"][0]["data"], "b")
        self.assertEqual(stat.S_IMODE(os.stat(self.path).st_mode), 0o640)

    def test_a_place_that_can_not_be_written(self):
        for path in ("/no/such/dir/x.har", "/"):
            ended = run("--har", path, "ws://127.0.0.1:1")
            self.expect(ended, status=2, out="", err=f"can't open {path} for writing")

    def test_a_full_disk_leaves_the_old_file(self):
        def limit():
            resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)

        with open(self.path, "w", encoding="utf-8") as file:
            file.write("old")
        with Server(echo) as server:
            words = ["--har", self.path, "-x", "a" * 2000, "--count", "1", server.url]
            with Running(*words, preexec_fn=limit, restore_signals=False) as client:
                self.expect(client.wait(), status=1, err=f"can't write to {self.path}: file too la")
        self.assertEqual(os.listdir(self.folder), ["session.har"])
        with open(self.path, encoding="utf-8") as file:
            self.assertEqual(file.read(), "old")

    def test_others_that_can_not_be_written_cost_it_nothing(self):
        for words in ((), ("--trace-file", "/dev/full"), ("--record", "/dev/full")):
            with Server(echo) as server, open("/dev/full", "wb") as full:
                how = {} if words else {"stdout": full}
                with Running("--har", self.path, *words, "-x", "a", "-w", "0.2", server.url, **how) as client:
                    self.expect(client.wait(), status=1, err="no space left on device")
            self.assertEqual(self.entry()["_webSocketMessages"][0]["data"], "a")
            os.remove(self.path)

    def test_a_pipe_gets_any_number_of_messages(self):
        """They are kept until the entry is whole; beside a pipe there is no place for a file."""
        count = 20_000
        reader, writer = os.pipe()
        lines = "".join(f"{number} {'x' * 100}\n" for number in range(count))
        with open(reader, "rb") as pipe, Server(echo) as server:
            words = ("--har", f"/dev/fd/{writer}", "--count", str(count), server.url)
            with Running(*words, pass_fds=[writer]) as running:
                os.close(writer)
                running.send(lines)
                running.end_input()
                archive = json.loads(pipe.read())
                self.expect(running.wait(60), out=lines, err="")
        self.assertEqual(len(archive["log"]["entries"][0]["_webSocketMessages"]), 2 * count)

    def test_a_pipe(self):
        with Server(echo) as server:
            ended = run("--har", "/dev/stderr", "-x", "a", "--count", "1", server.url)
        self.assertEqual(json.loads(ended.err)["log"]["version"], "1.2")

    def test_memory_stays_small(self):
        """40 MB of messages: they wait in a file."""
        size, count = 100_000, 400

        def script(peer):
            peer.accept()
            for _ in range(count):
                peer.binary(b"x" * size)
            peer.finish()

        with Server(script) as server, open(os.devnull, "wb") as null:
            words = ["--har", self.path, "--no-deflate", "-w", "-1", server.url]
            ended, peak = run_measured(*words, stdout=null)
            self.expect(ended)
        if not SANITIZED:
            self.assertLess(peak, 30 << 20)
        with open(self.path, encoding="utf-8") as file:
            har = json.load(file)
        messages = har["log"]["entries"][0]["_webSocketMessages"]
        self.assertEqual(len(messages), count)
        self.assertTrue(all(len(one["data"]) == 133336 for one in messages))

    def test_no_url_and_a_listener(self):
        self.expect(run("--listen", "0", "--har", self.path), status=2, err="--har is for connecting")
        run("--har", self.path, "-x", "a", "--count", "1")
        self.entry()


if __name__ == "__main__":
    unittest.main()
