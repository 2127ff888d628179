"""The table of TLS: each server configuration with its exit status and its whole message."""

import base64
import contextlib
import hashlib
import os
import re
import ssl
import subprocess
import tempfile
import unittest

from servers import CERTIFICATES, OpensslServer, chain_pair, ocsp_staple, weak_pair
from support.dialogue import Dialogue
from support.program import environment, run
from support.server import PeerGone, Server, echo

CA = CERTIFICATES.ca
BLIND = "-k connects without checking"
DATE = r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC"


def public_key_pin(pem):
    spki = subprocess.run(
        f"openssl x509 -in {pem} -noout -pubkey | openssl pkey -pubin -outform DER",
        shell=True, capture_output=True, check=True,
    ).stdout  # fmt: skip
    return "sha256//" + base64.b64encode(hashlib.sha256(spki).digest()).decode()


def tolerant(peer):
    """An echo server to whom a client may say nothing at all."""
    with contextlib.suppress(OSError, PeerGone):
        echo(peer)


class Table(Dialogue):
    """`says` and `hint` are the whole lines, as regular expressions; {at} is host and port."""

    def check(self, port, words, status, says=None, hint=None, host="localhost", **how):
        ended = run("-w", "0", *words, f"wss://{host}:{port}/", **how)
        self.expect(ended, status=status, out="")
        if status == 0:
            self.assertEqual(ended.errors, "", str(ended))
            return ended
        text = self.one_error(ended)
        self.assertRegex(text, "^" + says.replace("{at}", f"{host}:{port}") + "$")
        hints = [line for line in ended.errors.splitlines() if line.startswith("wscope: hint: ")]
        if hint is None:
            self.assertEqual(hints, [])
        else:
            self.assertEqual(len(hints), 1, str(ended))
            self.assertRegex(hints[0], re.escape(hint))
        return ended

    def serve(self, context, words, status, says=None, hint=None, script=tolerant, **how):
        with Server(script, tls=context) as server:
            return self.check(server.port, words, status, says, hint, **how)

    def pair(self, name, words, status, says=None, hint=None, **how):
        return self.serve(CERTIFICATES.server_context(name), words, status, says, hint, **how)


class Certificate(Table):
    def test_good(self):
        self.pair("good", ["--ca", CA], 0)
        self.pair("good", ["--ca", CA], 0, host="127.0.0.1")

    def test_expired(self):
        self.pair(
            "expired", ["--ca", CA], 4,
            r"can't verify {at}: its certificate \(CN=localhost\) expired on 2021-01-01 00:00:00 UTC, \d+ days ago",
            "is this machine's clock right? " + BLIND,
        )  # fmt: skip

    def test_not_yet_valid(self):
        self.pair(
            "not_yet", ["--ca", CA], 4,
            r"can't verify {at}: its certificate \(CN=localhost\) is not valid before 2090-01-01 00:00:00 UTC, in \d+ days",
            "is this machine's clock right? " + BLIND,
        )  # fmt: skip

    def test_wrong_host(self):
        self.pair(
            "wrong_host", ["--ca", CA], 4,
            r"can't verify {at}: its certificate \(CN=other\.example\) is for other\.example, not for localhost",
            "--servername NAME asks for, and expects, another name; " + BLIND,
        )  # fmt: skip

    def test_wrong_address(self):
        self.pair(
            "name_only", ["--ca", CA], 4,
            r"can't verify {at}: its certificate \(CN=localhost\) is for localhost, not for the address 127\.0\.0\.1",
            "--servername NAME asks for, and expects, another name; " + BLIND, host="127.0.0.1",
        )  # fmt: skip

    def test_self_signed(self):
        self.pair(
            "self_signed", ["--ca", CA], 4,
            rf"can't verify {{at}}: its certificate \(CN=localhost\) is self-signed and not in {CA}",
            "--ca FILE with that certificate trusts it, " + BLIND,
        )  # fmt: skip
        self.pair("self_signed", ["--ca", CERTIFICATES.pair("self_signed")[0]], 0)

    def test_unknown_authority(self):
        self.pair(
            "unknown_ca", ["--ca", CA], 4,
            rf"can't verify {{at}}: its certificate \(CN=localhost\) is issued by \"CN=some other CA\", which is not in {CA}",
            "--ca FILE with the issuer's certificate trusts it",
        )  # fmt: skip
        self.pair(
            "unknown_ca", [], 4,
            r"can't verify {at}: its certificate .* is not among the system's trusted ones",
            "--ca FILE",
        )  # fmt: skip

    def test_intermediate_missing_and_sent(self):
        pem, key, chain = chain_pair()
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(pem, key)
        self.serve(
            context, ["--ca", CA], 4,
            rf"can't verify {{at}}: its certificate \(CN=localhost\) is issued by \"CN=the middle CA\", which is not in {CA}",
            "(or the server doesn't send its intermediate ones)",
        )  # fmt: skip
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(chain, key)
        self.serve(context, ["--ca", CA], 0)
        self.serve(context, ["--ca", CERTIFICATES.path("middle.pem")], 0)

    def test_expired_intermediate(self):
        _, key, chain = chain_pair(days=-1)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(chain, key)
        self.serve(
            context, ["--ca", CA], 4,
            rf"can't verify {{at}}: its issuer's certificate \(CN=the middle CA, link 1 of the chain\) expired on {DATE}, 1 day ago",
            "is this machine's clock right? " + BLIND,
        )  # fmt: skip

    def test_wrong_purpose(self):
        self.pair(
            "wrong_usage", ["--ca", CA], 4,
            r"can't verify {at}: its certificate \(CN=localhost\) is not one for a TLS server",
            BLIND,
        )  # fmt: skip

    def test_weak_key(self):
        with OpensslServer(weak_pair("short_key"), "-cipher", "DEFAULT@SECLEVEL=0") as server:
            self.check(server.port, ["--ca", CA], 4, r"can't verify {at}: its certificate \(CN=localhost\): EE certificate key too weak", BLIND)

    def test_weak_signature(self):
        with OpensslServer(weak_pair("sha1"), "-cipher", "DEFAULT@SECLEVEL=0") as server:
            self.check(server.port, ["--ca", CA], 4, r"can't verify {at}: its certificate \(CN=localhost\): CA signature digest algorithm too weak", BLIND)

    def test_staples(self):
        for state, status in (("good", 0), ("revoked", 4)):
            with self.subTest(state):
                pair, response = ocsp_staple(state)
                with OpensslServer(pair, "-status_file", response) as server:
                    self.check(
                        server.port, ["--ca", CA], status,
                        rf"can't verify {{at}}: its certificate \(CN=localhost\): the stapled OCSP response says that it was revoked on {DATE} \(keyCompromise\)",
                        BLIND,
                    )  # fmt: skip

    def test_insecure_takes_them_all(self):
        for name in ("expired", "not_yet", "wrong_host", "self_signed", "unknown_ca", "wrong_usage"):
            with self.subTest(name):
                self.pair(name, ["-k"], 0)

    def test_pins(self):
        pin = public_key_pin(CERTIFICATES.pair("good")[0])
        other = "sha256//" + base64.b64encode(b"x" * 32).decode()
        self.pair("good", ["--ca", CA, "--pin", pin], 0)
        self.pair("good", ["--ca", CA, "--pin", f"{other};{pin}"], 0)
        for words in (["--ca", CA], ["-k"]):
            self.pair(
                "good", [*words, "--pin", other], 4,
                rf"the public key of {{at}} is not the pinned one: it is {re.escape(pin)}",
                "--pin takes this value, where the new key is the right one",
            )  # fmt: skip


class ClientCertificate(Table):
    def demanding(self, words, status, says=None, hint=None, version=None):
        context = CERTIFICATES.server_context("good", client_ca=CA, maximum=version)
        self.serve(context, ["--ca", CA, *words], status, says, hint)

    def test_missing(self):
        self.demanding(
            [], 4,
            r"TLS with .* failed: the peer sent the TLS alert \"certificate required\"",
            "the server asks for a client certificate: --cert FILE --key FILE",
        )  # fmt: skip
        self.demanding(
            [], 4,
            r"TLS handshake with {at} failed: the peer sent the TLS alert \"handshake failure\"",
            "it asks for a client certificate", version=ssl.TLSVersion.TLSv1_2,
        )  # fmt: skip

    def test_of_another_authority(self):
        pem, key = CERTIFICATES.pair("foreign_client")
        self.demanding(
            ["--cert", pem, "--key", key], 4,
            r"TLS with .* failed: the peer sent the TLS alert \"unknown CA\"",
            "the server doesn't accept the client certificate",
        )  # fmt: skip

    def test_given(self):
        pem, key = CERTIFICATES.pair("client")
        self.demanding(["--cert", pem, "--key", key], 0)

    def test_encrypted_key(self):
        pem, key = CERTIFICATES.pair("client")[0], CERTIFICATES.encrypted_key("client", "open")
        self.demanding(["--cert", pem, "--key", key, "--passphrase", "open"], 0)
        ended = run("--cert", pem, "--key", key, "--passphrase", "shut", "wss://localhost:1/")
        self.expect(ended, status=2, out="")
        self.one_error(ended, rf"passphrase.*{key}|{key}.*passphrase")

    def test_pkcs12(self):
        path = CERTIFICATES.pkcs12("client", "open")
        self.demanding(["--cert", path, "--passphrase", "open"], 0)
        ended = run("--cert", path, "--passphrase", "shut", "wss://localhost:1/")
        self.expect(ended, status=2, out="")
        self.one_error(ended, str(path))


class Protocol(Table):
    def test_tls_1_1_only(self):
        with OpensslServer(CERTIFICATES.pair("good"), "-tls1_1", "-cipher", "ALL@SECLEVEL=0") as server:
            self.check(
                server.port, ["--ca", CA], 4,
                r"TLS handshake with {at} failed: the peer sent the TLS alert \"protocol version\"",
                "no TLS version in common: see --tls-min and --tls-max",
            )  # fmt: skip

    def test_versions_in_common_or_not(self):
        low, high = ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3
        no_common = (
            4, r"TLS handshake with {at} failed: the peer sent the TLS alert \"protocol version\"",
            "no TLS version in common: see --tls-min and --tls-max",
        )  # fmt: skip
        for minimum, maximum, words, outcome in (
            (low, low, ["--tls-min", "1.3"], no_common),
            (high, high, ["--tls-max", "1.2"], no_common),
            (low, low, ["--tls-max", "1.2"], (0,)),
            (high, high, ["--tls-min", "1.3"], (0,)),
        ):
            with self.subTest(words=words, outcome=outcome[0]):
                context = CERTIFICATES.server_context(minimum=minimum, maximum=maximum)
                self.serve(context, ["--ca", CA, *words], *outcome)

    def test_ciphers(self):
        context = CERTIFICATES.server_context(maximum=ssl.TLSVersion.TLSv1_2)
        context.set_ciphers("ECDHE-ECDSA-AES256-GCM-SHA384")
        self.serve(
            context, ["--ca", CA, "--ciphers", "ECDHE-ECDSA-CHACHA20-POLY1305"], 4,
            r"TLS handshake with {at} failed: the peer sent the TLS alert \"handshake failure\"",
            "no cipher or key in common",
        )  # fmt: skip
        self.serve(context, ["--ca", CA, "--ciphers", "ECDHE-ECDSA-AES256-GCM-SHA384"], 0)
        ended = run("--ciphers", "NONSENSE", "wss://localhost:1/")
        self.expect(ended, status=2, out="")
        self.assertEqual(self.one_error(ended), "--ciphers NONSENSE: no such cipher")

    def test_alpn(self):
        context = CERTIFICATES.server_context()
        context.set_alpn_protocols(["http/1.1"])
        with Server(echo, tls=context) as server:
            ended = run("-v", "-k", "-w", "0", f"wss://localhost:{server.port}/")
            self.expect(ended, err=r"\* ALPN http/1\.1$")
        with OpensslServer(CERTIFICATES.pair("good"), "-alpn", "h2") as server:
            self.check(
                server.port, ["--ca", CA], 4,
                r"TLS handshake with {at} failed: the peer sent the TLS alert \"no application protocol\"",
                "the server doesn't speak HTTP/1.1 on this port",
            )  # fmt: skip

    def test_server_name_required(self):
        context = CERTIFICATES.server_context()

        def demand(sock, name, context):
            return None if name == "localhost" else ssl.ALERT_DESCRIPTION_UNRECOGNIZED_NAME

        context.sni_callback = demand
        self.serve(context, ["--ca", CA], 0)
        self.serve(context, ["--ca", CA, "--servername", "localhost"], 0, host="127.0.0.1")
        self.serve(
            context, ["--ca", CA], 4,
            r"TLS handshake with {at} failed: the peer sent the TLS alert \"unrecognized name\"",
            "the server doesn't know this name: --servername NAME", host="127.0.0.1",
        )  # fmt: skip


class NoTls(Table):
    def talk(self, reply):
        def script(peer):
            with contextlib.suppress(OSError, PeerGone):
                peer._fill()
                if reply is None:
                    return peer.drop()
                peer.send(reply)
                peer.read_to_end()

        return script

    def test_plain_http_on_the_tls_port(self):
        self.serve(
            None, [], 4,
            r"TLS handshake with {at} failed: the server answered in plain text: \"HTTP/1\.1 400 Bad Request\"",
            "try ws:// instead of wss://", script=self.talk(b"HTTP/1.1 400 Bad Request\r\n\r\n"),
        )  # fmt: skip

    def test_hangs_up_in_the_hello(self):
        self.serve(
            None, [], 4,
            r"TLS handshake with {at} failed: the peer closed the connection during the TLS handshake",
            "does this port speak TLS?", script=self.talk(None),
        )  # fmt: skip

    def test_garbage(self):
        self.serve(None, [], 4, r"TLS handshake with {at} failed: TLS: unexpected message", script=self.talk(b"\x16\x03\x03\x00\x04abcd"))

    def test_tls_on_the_plain_port(self):
        with Server(echo, tls=CERTIFICATES.server_context()) as server:
            ended = run(f"ws://localhost:{server.port}/")
            self.expect(ended, status=5, out="", err="^wscope: hint: .*wss://")
            self.one_error(ended)


class KeyLog(Dialogue):
    """What stands in the file decrypts the connection: its secrets are those the server has."""

    def test_lines_match_the_servers(self):
        for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
            for how in ("--keylog", "SSLKEYLOGFILE"):
                with self.subTest(version=version, how=how), tempfile.TemporaryDirectory() as folder:
                    ours, theirs = os.path.join(folder, "client"), os.path.join(folder, "server")
                    context = CERTIFICATES.server_context(minimum=version, maximum=version)
                    context.keylog_filename = theirs
                    with Server(echo, tls=context) as server:
                        words = [how, ours] if how == "--keylog" else []
                        env = environment(SSLKEYLOGFILE=ours) if not words else None
                        self.dialogue("-k", "-w", "0", *words, f"wss://localhost:{server.port}/", env=env)

                    def secrets(path):
                        with open(path, encoding="ascii") as file:
                            return {line.strip() for line in file if line.strip() and line[0] != "#"}

                    wanted = "CLIENT_RANDOM" if version == ssl.TLSVersion.TLSv1_2 else "SERVER_TRAFFIC_SECRET_0"
                    self.assertTrue(any(line.startswith(wanted) for line in secrets(ours)))
                    self.assertEqual(secrets(ours) - secrets(theirs), set())


if __name__ == "__main__":
    unittest.main()
