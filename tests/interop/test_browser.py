"""The page that a listening wscope gives a browser, in headless Chromium; and our own protocol from
a browser's side: echo, compression, subprotocols, origins."""

import unittest

from dialogue.test_listen import Listening
from support.browser import Browser
from support.certificates import Certificates
from support.dialogue import Dialogue

LOG = "document.getElementById('log').innerText"


class InABrowser(Dialogue):
    @classmethod
    def setUpClass(cls):
        cls.browser = Browser()
        cls.addClassCleanup(cls.browser.stop)

    def page(self, server, path="/", begin="http://"):
        page = self.browser.open(f"{begin}127.0.0.1:{server.port}{path}")
        page.wait_for(f"document.readyState === 'complete' && location.port === '{server.port}'")
        return page

    def test_the_page_connects_back_shows_and_sends(self):
        with Listening() as server:
            page = self.page(server)
            page.wait_for(f"{LOG}.includes('connected to ws://127.0.0.1:{server.port}/')")
            server.wait_err("client ")
            server.send("hello, browser <b>& friends</b>\n")
            page.wait_for(f"{LOG}.includes('< hello, browser <b>& friends</b>')")
            page.evaluate(
                "document.getElementById('line').value = 'hello, shell: grüße 😀';"
                "document.getElementById('form').requestSubmit()"
            )
            server.wait_out("hello, shell: grüße 😀\n")
            page.wait_for(f"{LOG}.includes('> hello, shell: grüße 😀')")
            self.assertEqual(page.evaluate("document.getElementById('line').value"), "")
            server.signal(15)
            page.wait_for(f"{LOG}.includes('closed: 1001')")
            self.assertEqual(server.wait(5).status, 143)

    def test_two_pages_chat(self):
        with Listening("--broadcast=others", "--path", "/chat") as server:
            ann, bob = self.page(server, "/chat"), self.page(server, "/chat")
            for page in (ann, bob):
                page.wait_for(f"{LOG}.includes('connected to')")
            ann.evaluate(
                "document.getElementById('line').value = 'hi, bob';"
                "document.getElementById('form').requestSubmit()"
            )
            bob.wait_for(f"{LOG}.includes('< hi, bob')")
            self.assertNotIn("< hi, bob", ann.evaluate(LOG))

    def test_over_tls_and_with_a_password(self):
        pem, key = Certificates.shared().pair("good")
        for scheme, ws, words in (
            ("https://", "wss", ("--cert", pem, "--key", key)),
            ("http://ann:secret@", "ws", ("--auth", "ann:secret")),
        ):
            with self.subTest(scheme), Listening(*words) as server:
                page = self.page(server, begin=scheme)
                page.wait_for(f"{LOG}.includes('connected to {ws}://127.0.0.1:{server.port}/')")
                server.wait_err("connected from")
                server.send("hello\n")
                page.wait_for(f"{LOG}.includes('< hello')")

    def test_a_line_that_cannot_be_sent_stays(self):
        with Listening() as server:
            page = self.page(server)
            page.wait_for(f"{LOG}.includes('connected to')")
            server.signal(15)
            page.wait_for(f"{LOG}.includes('closed: 1001')")
            page.evaluate(
                "document.getElementById('line').value = 'too late';"
                "document.getElementById('form').requestSubmit()"
            )
            self.assertNotIn("> too late", page.evaluate(LOG))
            self.assertEqual(page.evaluate("document.getElementById('line').value"), "too late")

    def test_echo_of_a_browsers_messages(self):
        with Listening("--echo", "-s", "chat") as server:
            page = self.page(server)
            page.evaluate(
                """
                window.got = [];
                window.talk = new WebSocket(location.href.replace('http', 'ws'), ['x', 'chat']);
                talk.binaryType = 'arraybuffer';
                talk.onopen = () => {
                    for (const size of [0, 1, 125, 126, 65535, 65536, 1000000])
                        talk.send('x'.repeat(size));
                    talk.send(new Uint8Array([0, 255, 10]));
                };
                talk.onmessage = e => got.push(typeof e.data === 'string'
                    ? e.data.length : 'bytes ' + new Uint8Array(e.data).join(' '));
                talk.onclose = e => { window.ended = [e.code, e.wasClean]; };
                null
                """
            )
            page.wait_for("got.length === 8")
            sizes = [0, 1, 125, 126, 65535, 65536, 1000000, "bytes 0 255 10"]
            self.assertEqual(page.evaluate("got"), sizes)
            self.assertEqual(page.evaluate("talk.protocol"), "chat")
            self.assertIn("permessage-deflate", page.evaluate("talk.extensions"))
            page.evaluate("talk.close(4001, 'done')")
            page.wait_for("window.ended")
            self.assertEqual(page.evaluate("ended"), [4001, True])
            server.wait_err("4001")

    def test_a_page_of_another_origin_is_kept_out(self):
        with Listening("--echo") as other, Listening("--allow-origin", "https://x.example") as server:
            page = self.page(other)
            page.evaluate(
                f"window.end = null; const s = new WebSocket('ws://127.0.0.1:{server.port}/');"
                "s.onclose = e => { window.end = e.code; }; s.onopen = () => { window.end = 'open'; }"
            )
            self.assertEqual(page.wait_for("end"), 1006)
            server.wait_err("refused: GET / got 403")


if __name__ == "__main__":
    unittest.main()
