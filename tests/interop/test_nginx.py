"""nginx with TLS in front of a WebSocket server: what most of the world's wss:// is."""

import sys
import unittest
from pathlib import Path

from echoes import EchoTalk
from support.certificates import Certificates
from support.foreign import Foreign
from support.nginx import PROXY, Nginx
from support.program import run

SERVER = Path(__file__).parent / "servers/websockets_examples.py"
CERTIFICATES = Certificates.shared()


class BehindNginx(EchoTalk):
    def setUp(self):
        self.backend = Foreign(sys.executable, SERVER)
        self.addCleanup(self.backend.stop)

    def start(self, more="", certificate="good"):
        nginx = Nginx(
            f"""{more}
    location / {{
      proxy_pass http://127.0.0.1:{self.backend.port};
      {PROXY}
    }}
    location /page {{ return 200 "just a page\\n"; }}
    location /moved {{ return 302 /echo; }}
    location /quick {{
      proxy_pass http://127.0.0.1:{self.backend.port}/echo;
      {PROXY}
      proxy_read_timeout 1s;
    }}""",
            CERTIFICATES.pair(certificate),
        )
        self.addCleanup(nginx.stop)
        return nginx

    def test_echo(self):
        url = f"{self.start().url}/echo"
        self.talk(url, "--ca", CERTIFICATES.ca)
        self.many(url, "--ca", CERTIFICATES.ca)
        self.large(url, "--ca", CERTIFICATES.ca)
        text = self.traced(url, "--ca", CERTIFICATES.ca)
        self.assertRegex(text, r"\] \* TLSv1\.[23] \w+.*CN=localhost.*verified")

    def test_an_unknown_authority(self):
        self.one_error(self.dialogue(f"{self.start().url}/echo", status=4, out=""), "certificate")

    def test_a_client_certificate_is_required(self):
        """nginx answers 400 over the finished TLS connection, not an alert."""
        nginx = self.start(f"ssl_client_certificate {CERTIFICATES.ca}; ssl_verify_client on;")
        words = ["--ca", CERTIFICATES.ca, "--count", "1"]
        ended = run(*words, f"{nginx.url}/echo", stdin=b"x\n")
        self.expect(ended, status=5, out="", err="No required SSL certificate was sent")
        pem, key = CERTIFICATES.pair("client")
        words += ["--cert", pem, "--key", key]
        self.dialogue(*words, f"{nginx.url}/echo", stdin="x\n", out="x\n", err="")

    def test_a_page_and_a_redirect(self):
        nginx = self.start()
        words = ["--ca", CERTIFICATES.ca]
        ended = self.dialogue(*words, f"{nginx.url}/page", status=5, out="", err="just a page")
        self.one_error(ended, r"\b200\b")
        ended = self.dialogue(*words, f"{nginx.url}/moved", status=5, out="", err="Location: ")
        self.one_error(ended, r"\b302\b")

    def test_the_backend_is_away(self):
        nginx = self.start()
        self.backend.stop()
        ended = self.dialogue("--ca", CERTIFICATES.ca, f"{nginx.url}/echo", status=5, out="")
        self.one_error(ended, r"\b502\b")

    def test_nginx_loses_patience(self):
        """proxy_read_timeout ends the connection without a Close."""
        nginx = self.start()
        words = ["--ca", CERTIFICATES.ca, "-w", "-1", f"{nginx.url}/quick"]
        self.one_error(self.dialogue(*words, stdin="x\n", status=6, out="x\n"))

    def test_plain_http_on_the_tls_port(self):
        nginx = self.start()
        ended = self.dialogue(f"ws://localhost:{nginx.port}/echo", status=5, out="")
        self.one_error(ended, r"\b400\b")
        self.assertRegex(ended.errors, "wss://")

    def test_tls_versions(self):
        nginx = self.start("ssl_protocols TLSv1.2;")
        words = ["--ca", CERTIFICATES.ca, "-v", "--count", "1"]
        ended = self.dialogue(*words, f"{nginx.url}/echo", stdin="x\n", out="x\n")
        self.assertIn("TLSv1.2 ", ended.errors)


if __name__ == "__main__":
    unittest.main()
