"""TLS: verified by default, and each failure says which check failed and what would change it."""

import base64
import hashlib
import os
import signal
import ssl
import subprocess
import tempfile
import time
import unittest
from pathlib import Path

from support import frames
from support.certificates import Certificates
from support.dialogue import Dialogue
from support.program import TIME_FACTOR, environment, run
from support.server import PeerGone, Server, echo, unused_port
from support.terminal import PIPE, Terminal

CERTIFICATES = Certificates.shared()


class Verification(Dialogue):
    def secure(self, name, *words, host="localhost", script=echo, **expected):
        with Server(script, tls=CERTIFICATES.server_context(name)) as server:
            url = f"wss://{host}:{server.port}/"
            expected.setdefault("out", "hello\n" if expected.get("status", 0) == 0 else "")
            ended = self.dialogue("-w", "0.2", "-x", "hello", *words, url, **expected)
            if ended.status == 4:
                self.assertEqual(server._results.qsize(), 0, "the request went out all the same")
            return ended

    def test_a_good_certificate(self):
        for host in ("localhost", "127.0.0.1"):
            with self.subTest(host):
                self.secure("good", "--ca", CERTIFICATES.ca, host=host, err="")

    def test_each_failure_says_which_check_failed_and_which_option_helps(self):
        for name, says, hint in (
            ("wrong_host", ["localhost", r"other\.example"], "--servername|--insecure|-k"),
            ("expired", ["expired", "2021"], "-k|--insecure"),
            ("not_yet", ["not (yet )?valid", "2090"], "-k|--insecure"),
            ("unknown_ca", ["some other CA|issuer|authority"], "--ca"),
            ("self_signed", ["self.signed"], "--ca"),
            ("wrong_usage", ["purpose|usage|TLS server"], "-k|--insecure"),
        ):
            with self.subTest(name):
                ended = self.secure(name, "--ca", CERTIFICATES.ca, status=4)
                text = self.one_error(ended)
                for pattern in says:
                    self.assertRegex(ended.errors, pattern)
                self.assertIn("localhost", text)
                self.assertRegex(ended.errors, rf"(?m)^wscope: hint: .*({hint})")

    def test_without_ca_the_systems_store_decides(self):
        ended = self.secure("good", status=4)
        self.assertRegex(ended.errors, "(?m)^wscope: hint: .*--ca")

    def test_an_address_needs_a_certificate_for_it(self):
        ended = self.secure("name_only", "--ca", CERTIFICATES.ca, host="127.0.0.1", status=4)
        self.one_error(ended, r"127\.0\.0\.1")

    def test_insecure_takes_anything(self):
        for option in ("-k", "--insecure", "-n", "--no-check"):
            for name in ("wrong_host", "expired", "self_signed"):
                with self.subTest(option=option, name=name):
                    self.secure(name, option, err="")

    def test_insecure_says_so_in_the_trace(self):
        ended = self.secure("self_signed", "-k", "-v")
        self.assertRegex(ended.errors, r"(?i)not verified|unverified|verification (is )?off")

    def test_a_self_signed_certificate_can_be_its_own_authority(self):
        self.secure("self_signed", "--ca", CERTIFICATES.pair("self_signed")[0], err="")

    def test_servername_is_what_is_asked_for_and_verified(self):
        words = ["--ca", CERTIFICATES.ca, "--servername", "other.example"]
        self.secure("wrong_host", *words, err="")
        self.secure("good", *words, status=4, err=r"other\.example")

    def test_ssl_cert_file_replaces_the_systems_store(self):
        self.secure("good", env=environment(SSL_CERT_FILE=str(CERTIFICATES.ca)), err="")

    def test_a_ca_file_without_certificates(self):
        with tempfile.NamedTemporaryFile("w", suffix=".pem") as file:
            file.write("nothing of use\n")
            file.flush()
            ended = run("--ca", file.name, "wss://localhost:1/")
            self.expect(ended, status=2, out="")
            self.one_error(ended, file.name)


class ServerName(Dialogue):
    def asked_for(self, *words, host):
        seen = []
        context = CERTIFICATES.server_context("good")
        context.sni_callback = lambda sock, name, context: seen.append(name)
        with Server(echo, tls=context) as server:
            self.dialogue("-k", "-w", "0", *words, f"wss://{host}:{server.port}/", err="")
        return seen[0]

    def test_sni_is_for_names_only(self):
        self.assertEqual(self.asked_for(host="localhost"), "localhost")
        self.assertIsNone(self.asked_for(host="127.0.0.1"))
        self.assertEqual(self.asked_for("--servername", "a.example", host="127.0.0.1"), "a.example")
        self.assertEqual(self.asked_for("--servername", "B\u00fccher.example", host="127.0.0.1"), "xn--bcher-kva.example")

    def test_what_is_no_name_is_refused(self):
        for name in ("a\nb", "a b", "a\x01", "x." * 130 + "example", "a" * 64, ".", "a:b"):
            with self.subTest(name):
                ended = run("-k", "--servername", name, "wss://127.0.0.1:1/")
                self.expect(ended, status=2, out="")
                self.one_error(ended, "bad --servername")
        for name in ("::1", "[::1]", "127.0.0.1", "a_b.example."):
            self.expect(run("-k", "--servername", name, "wss://127.0.0.1:1/"), status=3)


class ClientCertificates(Dialogue):
    def demanding(self, *words, **expected):
        context = CERTIFICATES.server_context("good", client_ca=CERTIFICATES.ca)
        with Server(echo, tls=context) as server:
            words = ["--ca", CERTIFICATES.ca, "-w", "0.2", "-x", "hello", *words]
            return self.dialogue(*words, f"wss://localhost:{server.port}/", **expected)

    def test_given(self):
        pem, key = CERTIFICATES.pair("client")
        self.demanding("--cert", pem, "--key", key, out="hello\n", err="")

    def test_missing(self):
        ended = self.demanding(status=4, out="")
        self.one_error(ended, "certificate")
        self.assertRegex(ended.errors, "(?m)^wscope: hint: .*--cert")

    def test_of_a_foreign_authority(self):
        pem, key = CERTIFICATES.pair("foreign_client")
        self.demanding("--cert", pem, "--key", key, status=4, out="")

    def test_encrypted_key(self):
        pem = CERTIFICATES.pair("client")[0]
        key = CERTIFICATES.encrypted_key("client", "open sesame")
        words = ["--cert", pem, "--key", key]
        self.demanding(*words, "--passphrase", "open sesame", out="hello\n", err="")
        with tempfile.NamedTemporaryFile("w") as file:
            file.write("open sesame\n")
            file.flush()
            self.demanding(*words, "--passphrase", f"@{file.name}", out="hello\n", err="")

    def test_wrong_passphrase(self):
        pem = CERTIFICATES.pair("client")[0]
        key = CERTIFICATES.encrypted_key("client", "open sesame")
        words = ["--cert", pem, "--key", key, "--passphrase", "swordfish"]
        ended = self.demanding(*words, status=2, out="")
        self.one_error(ended, "passphrase")
        self.assertNotIn("swordfish", ended.errors)

    def test_a_passphrase_is_not_asked_for_without_a_terminal(self):
        pem = CERTIFICATES.pair("client")[0]
        key = CERTIFICATES.encrypted_key("client", "open sesame")
        ended = self.demanding("--cert", pem, "--key", key, status=2, out="")
        self.assertRegex(ended.errors, "passphrase")

    def test_typing_a_passphrase_is_not_the_servers_time(self):
        pem = CERTIFICATES.pair("client")[0]
        key = CERTIFICATES.encrypted_key("client", "open sesame")
        limit = 1 * TIME_FACTOR
        context = CERTIFICATES.server_context("good", client_ca=CERTIFICATES.ca)
        with Server(echo, tls=context) as server:
            words = ["--ca", CERTIFICATES.ca, "--cert", pem, "--key", key, "--connect-timeout", str(limit)]
            words += ["-x", "hello", "--count", "1", f"wss://localhost:{server.port}/"]
            with Terminal(*words) as terminal:
                terminal.wait_for("passphrase of")
                time.sleep(1.2 * limit)
                terminal.type("open sesame\r")
                terminal.wait_for("< hello")
                self.assertEqual(terminal.wait(), 0)

    def test_at_the_prompt_a_passphrase_is_asked_for_once_and_not_shown(self):
        """Typed slowly, as by hand; connected again without another question."""
        pem = CERTIFICATES.pair("client")[0]
        key = CERTIFICATES.encrypted_key("client", "open sesame")
        visits = []

        def leaves_once(peer):
            peer.accept()
            visits.append(peer)
            if len(visits) > 1:
                peer.text("again")
                peer.read_to_end()

        context = CERTIFICATES.server_context("good", client_ca=CERTIFICATES.ca)
        with Server(leaves_once, tls=context) as server:
            words = ["--ca", CERTIFICATES.ca, "--cert", pem, "--key", key, "--reconnect"]
            with Terminal(*words, f"wss://localhost:{server.port}/") as terminal:
                terminal.wait_for("passphrase of")
                for letter in "open sesame\r":
                    terminal.type(letter)
                    time.sleep(0.02)
                terminal.wait_for("< again", seconds=20)
                terminal.type("/quit\r")
                self.assertEqual(terminal.wait(), 0)
                shown = bytes(terminal.raw)
        self.assertEqual(shown.count(b"passphrase of"), 1, shown)
        for part in (b"sesame", b"open s", b"o\x1b", b"> o"):
            self.assertNotIn(part, shown)

    def test_the_first_signal_at_the_question_ends_it(self):
        pem = CERTIFICATES.pair("client")[0]
        for kind in ("pkcs8", "traditional"):
            key = CERTIFICATES.encrypted_key("client", "open sesame", traditional=kind == "traditional")
            for key_or_signal, status in (("\x03", 130), (signal.SIGTERM, 143), ("\x04", 2)):
                words = ["--cert", pem, "--key", key, "wss://127.0.0.1:1/"]
                with self.subTest(kind, by=key_or_signal), Terminal(*words) as terminal:
                    terminal.wait_for("passphrase of")
                    if isinstance(key_or_signal, str):
                        terminal.type(key_or_signal)
                    else:
                        terminal.process.send_signal(key_or_signal)
                    self.assertEqual(terminal.wait(), status, terminal)
                    self.assertEqual(bytes(terminal.raw).count(b".key: "), 1)

    def test_a_script_asks_once_for_all_its_connections(self):
        pem = CERTIFICATES.pair("client")[0]
        key = CERTIFICATES.encrypted_key("client", "open sesame")
        context = CERTIFICATES.server_context("good", client_ca=CERTIFICATES.ca)
        with tempfile.TemporaryDirectory() as folder, Server(echo, tls=context) as server:
            url = f"wss://localhost:{server.port}/"
            script = Path(folder, "two.wscope")
            script.write_text(
                f"connect as one {url}\nconnect as two {url}\n"
                'one: send "a"\ntwo: send "b"\none: expect "a"\ntwo: expect "b"\n'
            )
            words = ["--ca", CERTIFICATES.ca, "--cert", pem, "--key", key, "--script", script]
            with Terminal(*words) as terminal:
                terminal.wait_for("passphrase of")
                terminal.type("open sesame\r")
                self.assertEqual(terminal.wait(), 0, terminal)
                self.assertEqual(bytes(terminal.raw).count(b".key: "), 1)

    def test_a_key_that_belongs_to_another_certificate(self):
        pem, _ = CERTIFICATES.pair("client")
        _, key = CERTIFICATES.pair("good")
        self.one_error(self.demanding("--cert", pem, "--key", key, status=2, out=""), "key|match")


class NotTls(Dialogue):
    def test_a_plain_server_on_a_tls_port(self):
        def plain(peer):
            try:
                peer._fill()
                peer.send(b"HTTP/1.1 400 Bad Request\r\n\r\n")
                peer.read_to_end()
            except (OSError, PeerGone):
                pass

        with Server(plain) as server:
            ended = self.dialogue(f"wss://localhost:{server.port}/", status=4, out="")
            self.one_error(ended, "localhost", "(?i)TLS")
            self.assertRegex(ended.errors, "ws://")

    def test_a_tls_server_on_a_plain_port(self):
        """It says so with an alert (here unexpected_message), or just hangs up."""

        def alert(peer):
            peer.read_request()
            peer.send(b"\x15\x03\x03\x00\x02\x02\x0a")
            peer.end()

        with Server(alert) as server:
            ended = run(f"ws://localhost:{server.port}/")
            self.expect(ended, status=5, out="", err=["TLS", "wss://"])
        with Server(echo, tls=CERTIFICATES.server_context()) as server:
            self.one_error(self.dialogue(f"ws://localhost:{server.port}/", status=5, out=""))

    def test_a_server_that_hangs_up_within_the_handshake(self):
        def hangs_up(peer):
            peer._fill()
            peer.drop()

        with Server(hangs_up) as server:
            self.one_error(self.dialogue(f"wss://localhost:{server.port}/", status=4, out=""))

    def test_a_handshake_that_never_ends(self):
        with Server(lambda peer: peer.stall()) as server:
            words = ["--connect-timeout", "0.3", f"wss://localhost:{server.port}/"]
            ended = self.soon(2, lambda: self.dialogue(*words, status=7, out=""))
            self.one_error(ended, "TLS")

    def test_no_protocol_version_in_common(self):
        context = CERTIFICATES.server_context(maximum=ssl.TLSVersion.TLSv1_2)
        with Server(echo, tls=context) as server:
            words = ["--ca", CERTIFICATES.ca, "--tls-min", "1.3"]
            ended = self.dialogue(*words, f"wss://localhost:{server.port}/", status=4, out="")
            self.one_error(ended, "(?i)version")

    def test_nobody_listens(self):
        holder, port = unused_port()
        with holder:
            self.dialogue(f"wss://localhost:{port}/", status=3, out="")


class Endings(Dialogue):
    """TLS that ends without close_notify: the WebSocket Close decides."""

    def ends(self, script, status, **how):
        with Server(script, tls=CERTIFICATES.server_context(**how)) as server:
            words = ["-k", "-w", "-1", f"wss://localhost:{server.port}/"]
            return self.dialogue(*words, status=status, out="hi\n")

    def test_truncated_after_a_close(self):
        def script(peer):
            peer.accept()
            peer.text("hi")
            peer.close(1000)
            peer.messages()
            peer.drop()

        for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
            with self.subTest(version):
                self.expect(self.ends(script, 0, maximum=version), err="")

    def test_truncated_without_a_close(self):
        def script(peer):
            peer.accept()
            peer.text("hi")
            peer.drop()

        self.one_error(self.ends(script, 6))

    def test_truncated_before_the_answer(self):
        """As without TLS: a server that restarts is no failure of TLS, and may be called again."""

        def leaves_first(peer):
            if peer.server.connections == 1:
                peer.read_request()
                return peer.drop()
            peer.accept()
            peer.text("hi")
            return peer.finish()

        for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
            context = CERTIFICATES.server_context(maximum=version)
            with self.subTest(version), Server(leaves_first, tls=context) as server:
                url = f"wss://localhost:{server.port}/"
                ended = self.dialogue("-k", "--reconnect", url, out="hi\n", timeout=40)
                self.assertIn("; connecting again in", ended.errors)
            with self.subTest(version, once=True), Server(leaves_first, tls=context) as server:
                ended = run("-k", f"wss://localhost:{server.port}/")
                self.expect(ended, status=5, out="")

    def test_reset_after_a_message(self):
        def script(peer):
            peer.accept()
            peer.text("hi")
            peer.server.stopping.wait(0.2 * TIME_FACTOR)
            peer.reset()

        self.one_error(self.ends(script, 6))

    def test_a_frame_that_comes_with_the_answer(self):
        def script(peer):
            peer.accept(then=frames.frame(frames.TEXT, "hi"))
            peer.finish()

        self.ends(script, 0)


class Choices(Dialogue):
    def test_tls_max_and_ciphers(self):
        with Server(echo, tls=CERTIFICATES.server_context()) as server:
            url = f"wss://localhost:{server.port}/"
            ended = run("-k", "-v", "-w", "0", "--tls-max", "1.2", url)
            self.expect(ended, err=r"\* TLSv1\.2 ")
            cipher = "ECDHE-ECDSA-AES128-GCM-SHA256"
            ended = run("-k", "-v", "-w", "0", "--tls-max", "1.2", "--ciphers", cipher, url)
            self.expect(ended, err=rf"\* TLSv1\.2 {cipher}")

    def test_pin(self):
        pem, _ = CERTIFICATES.pair("good")
        key = subprocess.run(
            f"openssl x509 -in {pem} -pubkey -noout | openssl pkey -pubin -outform der",
            shell=True, capture_output=True, check=True,
        ).stdout  # fmt: skip
        pin = "sha256//" + base64.b64encode(hashlib.sha256(key).digest()).decode()
        other = "sha256//" + base64.b64encode(bytes(32)).decode()
        with Server(echo, tls=CERTIFICATES.server_context()) as server:
            url = f"wss://localhost:{server.port}/"
            words = ["--ca", CERTIFICATES.ca, "-w", "0"]
            self.dialogue(*words, "--pin", pin, url, err="")
            self.dialogue(*words, "--pin", f"{other};{pin}", url, err="")
        heard = []
        with Server(
            lambda peer: heard.append(peer.read_to_end()), tls=CERTIFICATES.server_context()
        ) as server:
            url = f"wss://localhost:{server.port}/"
            ended = self.dialogue(*words, "--pin", other, url, status=4, out="")
            self.one_error(ended, "pin|public key")
            self.dialogue("-k", "--pin", other, url, status=4, out="")
        told = "--pin: no key is shown by ws://localhost:1/, which has no TLS"
        self.dialogue("--pin", pin, "localhost:1", status=2, out="", err=told)
        self.assertEqual(b"".join(heard), b"", "the request went out all the same")

    def test_a_pin_wants_a_certificate(self):
        """A server without one, to which only --ciphers of one's own opens the door."""
        anonymous = "AECDH-AES128-SHA@SECLEVEL=0"
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.maximum_version = ssl.TLSVersion.TLSv1_2
        context.set_ciphers(anonymous)
        pin = "sha256//" + base64.b64encode(bytes(32)).decode()
        words = ["-k", "--ciphers", anonymous, "--tls-max", "1.2", "-w", "0"]
        with Server(echo, tls=context) as server:
            url = f"wss://localhost:{server.port}/"
            self.dialogue(*words, url)
        with Server(lambda peer: peer.read_to_end(), tls=context) as server:
            url = f"wss://localhost:{server.port}/"
            ended = self.dialogue(*words, "--pin", pin, url, status=4, out="")
            self.one_error(ended, "no certificate")


class AskedFor(unittest.TestCase):
    def test_the_passphrase_is_asked_for_on_the_terminal_without_echo(self):
        pem = CERTIFICATES.pair("client")[0]
        key = CERTIFICATES.encrypted_key("client", "open sesame")
        context = CERTIFICATES.server_context("good", client_ca=CERTIFICATES.ca)
        with Server(echo, tls=context) as server:
            words = ["--ca", CERTIFICATES.ca, "--cert", pem, "--key", key, "-w", "0.2"]
            url = f"wss://localhost:{server.port}/"
            with Terminal(*words, "-x", "hello", url, stdout=PIPE) as terminal:
                terminal.wait_for("assphrase")
                terminal.type("open sesame\r")
                self.assertEqual(terminal.wait(), 0, str(terminal))
                self.assertEqual(terminal.out, b"hello\n")
                self.assertNotIn("sesame", terminal.text())


class KeyLog(Dialogue):
    def test_keylog_file(self):
        for how in ("option", "environment"):
            with self.subTest(how), tempfile.TemporaryDirectory() as folder:
                path = os.path.join(folder, "keys")
                with Server(echo, tls=CERTIFICATES.server_context()) as server:
                    words = ["--keylog", path] if how == "option" else []
                    env = environment(SSLKEYLOGFILE=path) if how == "environment" else None
                    url = f"wss://localhost:{server.port}/"
                    self.dialogue("-k", "-w", "0", *words, url, env=env, err="")
                with open(path, encoding="ascii") as file:
                    self.assertIn("CLIENT_TRAFFIC_SECRET_0 ", file.read())
                self.assertEqual(os.stat(path).st_mode & 0o077, 0)

    def test_keys_that_can_not_be_written(self):
        with Server(lambda peer: peer.stall(), tls=CERTIFICATES.server_context()) as server:
            ended = run("-k", "-w", "0", "--keylog", "/dev/full", f"wss://localhost:{server.port}/")
        self.expect(ended, status=1, out="", err="can't write the keys of --keylog: no space left")


if __name__ == "__main__":
    unittest.main()
