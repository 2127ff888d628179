"""--har, opened by the importer of Chromium's developer tools: its own code, in a headless Chromium.

Skipped where there is none.
"""

import asyncio
import json
import os
import shutil
import tempfile
import unittest
import urllib.request

import websockets

from support.certificates import Certificates
from support.foreign import Foreign
from support.program import eventually, run
from support.server import Server, echo

CHROMIUM = shutil.which("chromium-headless-shell")

IMPORT = """
(async (text) => {
  const har = await import("/devtools/models/har/har.js");
  const log = new har.HARFormat.HARRoot(JSON.parse(text)).log;
  const requests = har.Importer.Importer.requestsFromHARLog(log);
  const exported = await har.Log.Log.build(requests, {sanitize: false});
  return JSON.stringify({
    exported,
    requests: requests.map((one) => ({
      url: one.url(), type: one.resourceType().name(), status: one.statusCode,
      seconds: one.duration, remote: one.remoteAddress(), frames: one.frames(),
    })),
  });
})(%s)
"""


def fetch(url, method="GET"):
    with urllib.request.urlopen(urllib.request.Request(url, method=method), timeout=20) as answer:
        return json.load(answer)


async def call(where, method, **parameters):
    """One command of the debugging protocol and its result."""
    async with websockets.connect(where, max_size=None) as socket:
        await socket.send(json.dumps({"id": 1, "method": method, "params": parameters}))
        while (answer := json.loads(await asyncio.wait_for(socket.recv(), 60))).get("id") != 1:
            pass
        return answer["result"]


@unittest.skipUnless(CHROMIUM, "no chromium-headless-shell")
class DevTools(unittest.TestCase):
    def evaluate(self, page, script):
        words = {"expression": script, "awaitPromise": True, "returnByValue": True}
        result = asyncio.run(call(page, "Runtime.evaluate", **words))
        self.assertNotIn("exceptionDetails", result, result)
        return result["result"]["value"]

    def import_har(self, path):
        with tempfile.TemporaryDirectory() as profile:
            chromium = Foreign(
                CHROMIUM, "--no-sandbox", "--disable-gpu", "--remote-debugging-port=0",
                "--remote-allow-origins=*", f"--user-data-dir={profile}", "about:blank",
                ready=r"DevTools listening on ws://(127\.0\.0\.1:\d+)/",
            )  # fmt: skip
            origin = f"http://{chromium.where}"
            try:
                # Any document of the same origin: the importer needs no page of its own.
                page = fetch(f"{origin}/json/new?{origin}/json/version", "PUT")
                with open(path, encoding="utf-8") as file:
                    script = IMPORT % json.dumps(file.read())
                where = page["webSocketDebuggerUrl"]
                eventually(lambda: self.evaluate(where, "location.origin") == origin)
                return json.loads(self.evaluate(where, script))
            finally:
                # What was started is a shell script that waits for the browser: this ends both.
                browser = fetch(f"{origin}/json/version")["webSocketDebuggerUrl"]
                asyncio.run(call(browser, "Browser.close"))
                chromium.stop()

    def test_it_shows_what_was_said_and_exports_the_same(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "x.har")
            with Server(echo, tls=Certificates.shared().server_context()) as server:
                url = f"wss://localhost:{server.port}/chat?room=1"
                words = ["--har", path, "-k", "--slash", "--count", "2", url]
                ended = run(*words, stdin="/binary 00ff\ntést 😀\n".encode())
                self.assertEqual(ended.status, 0, str(ended))
            shown = self.import_har(path)
            with open(path, encoding="utf-8") as file:
                ours = json.load(file)["log"]["entries"][0]
        (request,) = shown["requests"]
        self.assertEqual(
            (request["url"], request["type"], request["status"]), (url, "websocket", 101)
        )
        self.assertIn("127.0.0.1", request["remote"])
        self.assertAlmostEqual(request["seconds"] * 1000, ours["time"], delta=0.01)
        self.assertEqual(
            sorted((one["type"], one["opCode"], one["text"]) for one in request["frames"]),
            sorted((way, *said) for way in ("send", "receive") for said in ((2, "AP8="), (1, "tést 😀"))),
        )
        (theirs,) = shown["exported"]["entries"]
        self.assertEqual(theirs["_webSocketMessages"], ours["_webSocketMessages"])
        self.assertEqual(theirs["startedDateTime"], ours["startedDateTime"])
        # Its export counts the name's lookup into "connect" as well.
        for step in ("dns", "ssl", "send", "wait", "receive"):
            self.assertAlmostEqual(theirs["timings"][step], ours["timings"][step], delta=0.01)
        for side in ("request", "response"):
            pairs = [[(h["name"], h["value"]) for h in one[side]["headers"]] for one in (theirs, ours)]
            self.assertEqual(pairs[0], pairs[1])


if __name__ == "__main__":
    unittest.main()
