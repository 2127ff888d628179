"""Browser: a headless Chromium, driven over its remote debugging protocol by wscope itself.

    with Browser() as browser:
        page = browser.open("http://127.0.0.1:8765/")
        page.wait_for("document.readyState === 'complete'")
        page.evaluate("document.title")
"""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

from .program import TIME_FACTOR, Running, environment, eventually

PROGRAM = shutil.which("chromium-headless-shell") or shutil.which("chromium")


class Page:
    def __init__(self, browser, target):
        self._browser = browser
        words = {"targetId": target, "flatten": True}
        self._session = browser.call("Target.attachToTarget", words)["sessionId"]

    def evaluate(self, expression):
        """The value of JavaScript in the page; an exception there is one here."""
        words = {"expression": expression, "returnByValue": True}
        reply = self._browser.call("Runtime.evaluate", words, self._session)
        if "exceptionDetails" in reply:
            raise AssertionError(f"{expression}: {reply['exceptionDetails']}")
        return reply["result"].get("value")

    def wait_for(self, expression, seconds=20):
        """Waits until the expression is true in the page; its value."""
        return eventually(lambda: self.evaluate(expression), seconds, expression)


class Browser:
    def __init__(self):
        if not PROGRAM:
            raise AssertionError("no Chromium: scripts/install_packages.sh --tests installs it")
        self._profile = tempfile.mkdtemp(prefix="wscope-browser-")
        self._calls = 0
        root = ["--no-sandbox"] if os.geteuid() == 0 else []
        self._process = subprocess.Popen(
            [PROGRAM, "--headless", "--remote-debugging-port=0", "--disable-gpu",
             "--ignore-certificate-errors", *root,
             f"--user-data-dir={self._profile}", "about:blank"],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            env=environment(), start_new_session=True,
        )  # fmt: skip
        self._wscope = None
        try:
            # Port and path of its debugging connection.
            told = Path(self._profile, "DevToolsActivePort")
            eventually(lambda: told.exists() and told.read_text().count("\n"), 30, told.name)
            port, path = told.read_text().splitlines()
            url = f"ws://127.0.0.1:{port}{path}"
            self._wscope = Running("--max-size", "64M", "-w", "-1", url)
        except BaseException:
            self.stop()
            raise

    def call(self, method, params=None, session=None, seconds=30):
        """One call of the protocol; its result."""
        self._calls += 1
        call = {"id": self._calls, "method": method, "params": params or {}}
        if session:
            call["sessionId"] = session
        self._wscope.send(json.dumps(call) + "\n")
        end = time.monotonic() + seconds * TIME_FACTOR
        while time.monotonic() < end:
            for line in bytes(self._wscope.out).splitlines():
                with contextlib.suppress(ValueError):  # the last line may not be whole yet
                    reply = json.loads(line)
                    if reply.get("id") == self._calls:
                        if "error" in reply:
                            raise AssertionError(f"{method}: {reply['error']}")
                        return reply["result"]
            time.sleep(0.01)
        raise AssertionError(f"{method}: no reply; {bytes(self._wscope.err).decode()}")

    def open(self, url):
        return Page(self, self.call("Target.createTarget", {"url": url})["targetId"])

    def stop(self):
        if self._wscope:
            self._wscope.__exit__(None, None, None)
        # Its renderers are in the session that we began for it.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        shutil.rmtree(self._profile, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        self.stop()
        return False
