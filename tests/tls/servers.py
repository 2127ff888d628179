"""openssl s_server as a WebSocket server, for what Python's ssl can't do: stapled OCSP responses,
old protocol versions, weak keys. Its stdin and stdout are the plain side of the connection."""

import contextlib
import subprocess
import threading

from support import frames
from support.certificates import Certificates, _openssl
from support.server import unused_port

CERTIFICATES = Certificates.shared()


def free_port():
    holder, port = unused_port()
    holder.close()
    return port


class OpensslServer:
    """One `openssl s_server`; its plain side answers each request with an upgrade and a Close."""

    def __init__(self, pair, *words):
        self.port = free_port()
        pem, key = pair
        self.process = subprocess.Popen(
            ["openssl", "s_server", "-accept", f"127.0.0.1:{self.port}", "-cert", pem, "-key", key,
             "-quiet", *map(str, words)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, bufsize=0,
        )  # fmt: skip
        self._talk = threading.Thread(target=self._answer, daemon=True)
        self._talk.start()
        self._wait_until_it_listens()

    def _wait_until_it_listens(self):
        wanted = f"0100007F:{self.port:04X}"
        for _ in range(1000):
            with open("/proc/net/tcp", encoding="ascii") as table:
                if any(wanted in line and " 0A " in line for line in table):
                    return
            threading.Event().wait(0.01)
        raise AssertionError("openssl s_server does not listen")

    def _answer(self):
        got = b""
        with contextlib.suppress(OSError, ValueError):
            while data := self.process.stdout.read(4096):
                got += data
                while b"\r\n\r\n" in got:
                    head, got = got.split(b"\r\n\r\n", 1)
                    key = [line.split(b": ")[1] for line in head.split(b"\r\n") if b"-Key:" in line][0]
                    self.process.stdin.write(
                        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
                        b"Connection: Upgrade\r\nSec-WebSocket-Accept: " + frames.accept_for(key)
                        + b"\r\n\r\n" + frames.frame(frames.CLOSE, b"\x03\xe8")
                    )  # fmt: skip

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        self.process.kill()
        self.process.wait()
        self._talk.join(5)
        self.process.stdin.close()
        self.process.stdout.close()
        return False


def ocsp_staple(state):
    """A certificate's pair and a DER file with what its authority says of it."""
    folder = CERTIFICATES.folder
    pem, key = CERTIFICATES.pair("good")
    serial = subprocess.run(
        ["openssl", "x509", "-in", pem, "-noout", "-serial"], capture_output=True, check=True, text=True
    ).stdout.strip().split("=")[1]  # fmt: skip
    index, response = folder / f"{state}.index", folder / f"{state}.ocsp"
    letter, when = ("R", "240101000000Z,keyCompromise") if state == "revoked" else ("V", "")
    index.write_text(f"{letter}\t991231235959Z\t{when}\t{serial}\tunknown\t/CN=localhost\n")
    request = folder / f"{state}.req"
    _openssl("ocsp", "-issuer", CERTIFICATES.ca, "-cert", pem, "-reqout", request)
    dates = ["-ndays", "1"]
    _openssl(
        "ocsp", "-index", index, "-CA", CERTIFICATES.ca, "-rsigner", CERTIFICATES.ca,
        "-rkey", CERTIFICATES.path("ca.key"), "-reqin", request, "-respout", response, *dates,
    )  # fmt: skip
    return (pem, key), response


def weak_pair(kind):
    """A certificate of the test authority with a 1024 bit key, or signed with SHA-1."""
    pem, key = CERTIFICATES.path(f"{kind}.pem"), CERTIFICATES.path(f"{kind}.key")
    request, extensions = CERTIFICATES.path(f"{kind}.csr"), CERTIFICATES.path(f"{kind}.ext")
    size = "1024" if kind == "short_key" else "2048"
    _openssl("req", "-new", "-newkey", f"rsa:{size}", "-nodes", "-keyout", key, "-out", request,
             "-subj", "/CN=localhost")  # fmt: skip
    extensions.write_text("subjectAltName=DNS:localhost,IP:127.0.0.1\nextendedKeyUsage=serverAuth\n")
    digest = "-sha1" if kind == "sha1" else "-sha256"
    _openssl("x509", "-req", "-in", request, "-CA", CERTIFICATES.ca, "-CAkey",
             CERTIFICATES.path("ca.key"), "-days", "30", digest, "-extfile", extensions, "-out", pem)  # fmt: skip
    return pem, key


def chain_pair(days=30):
    """A certificate issued by an intermediate authority, which is valid for so many days; the third
    path is the whole chain."""
    path = CERTIFICATES.path
    _openssl("req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
             "-keyout", path("middle.key"), "-out", path("middle.csr"), "-subj", "/CN=the middle CA")  # fmt: skip
    path("middle.ext").write_text("basicConstraints=critical,CA:TRUE\nkeyUsage=keyCertSign\n")
    _openssl("x509", "-req", "-in", path("middle.csr"), "-CA", CERTIFICATES.ca, "-CAkey", path("ca.key"),
             "-days", str(days), "-extfile", path("middle.ext"), "-out", path("middle.pem"))  # fmt: skip
    _openssl("req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
             "-keyout", path("below.key"), "-out", path("below.csr"), "-subj", "/CN=localhost")  # fmt: skip
    path("below.ext").write_text("subjectAltName=DNS:localhost\nextendedKeyUsage=serverAuth\n")
    _openssl("x509", "-req", "-in", path("below.csr"), "-CA", path("middle.pem"), "-CAkey",
             path("middle.key"), "-days", "30", "-extfile", path("below.ext"), "-out", path("below.pem"))  # fmt: skip
    path("chain.pem").write_text(path("below.pem").read_text() + path("middle.pem").read_text())
    return path("below.pem"), path("below.key"), path("chain.pem")


__all__ = ["CERTIFICATES", "OpensslServer", "chain_pair", "ocsp_staple", "weak_pair"]
