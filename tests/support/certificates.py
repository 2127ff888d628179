"""Certificates for the tests, made by the openssl command, once per process, in their own folder.

    certificates = Certificates.shared()
    context = certificates.server_context("good")
    run("--ca", certificates.ca, url)
"""

import atexit
import shutil
import ssl
import subprocess
import tempfile
from pathlib import Path


def _openssl(*words):
    done = subprocess.run(["openssl", *map(str, words)], capture_output=True, check=False)
    if done.returncode != 0:
        raise AssertionError(f"openssl {' '.join(map(str, words))}: {done.stderr.decode()}")


class Certificates:
    _shared = None

    @classmethod
    def shared(cls):
        if cls._shared is None:
            cls._shared = cls()
        return cls._shared

    def __init__(self):
        self.folder = Path(tempfile.mkdtemp(prefix="wscope-certificates-"))
        atexit.register(shutil.rmtree, self.folder, ignore_errors=True)
        self._made = set()

    def path(self, name) -> Path:
        return self.folder / name

    # --- authorities -----------------------------------------------------------------------------
    @property
    def ca(self):
        return self._authority("ca", "wscope test CA")

    @property
    def other_ca(self):
        """An authority that signed nothing the client is told to trust."""
        return self._authority("other_ca", "some other CA")

    def _authority(self, name, common_name):
        if name not in self._made:
            _openssl(
                "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                "-keyout", self.path(f"{name}.key"), "-out", self.path(f"{name}.pem"),
                "-subj", f"/CN={common_name}", "-days", "30",
                "-addext", "basicConstraints=critical,CA:TRUE",
                "-addext", "keyUsage=critical,keyCertSign,cRLSign",
            )  # fmt: skip
            self._made.add(name)
        return self.path(f"{name}.pem")

    # --- leaves ----------------------------------------------------------------------------------
    _LEAVES = {
        # name: (subject, alternative names, authority, validity arguments, extended usage)
        "good": ("localhost", "DNS:localhost,IP:127.0.0.1,IP:::1", "ca", None, "serverAuth"),
        "name_only": ("localhost", "DNS:localhost", "ca", None, "serverAuth"),
        "wrong_host": ("other.example", "DNS:other.example", "ca", None, "serverAuth"),
        "expired": (
            "localhost", "DNS:localhost,IP:127.0.0.1", "ca",
            ("20200101000000Z", "20210101000000Z"), "serverAuth",
        ),
        "not_yet": (
            "localhost", "DNS:localhost,IP:127.0.0.1", "ca",
            ("20900101000000Z", "20910101000000Z"), "serverAuth",
        ),
        "unknown_ca": ("localhost", "DNS:localhost,IP:127.0.0.1", "other_ca", None, "serverAuth"),
        "wrong_usage": ("localhost", "DNS:localhost,IP:127.0.0.1", "ca", None, "clientAuth"),
        "client": ("a client", "DNS:client.example", "ca", None, "clientAuth"),
        "foreign_client": ("a stranger", "DNS:client.example", "other_ca", None, "clientAuth"),
    }  # fmt: skip

    def pair(self, name):
        """Paths of certificate and key."""
        pem, key = self.path(f"{name}.pem"), self.path(f"{name}.key")
        if name not in self._made:
            if name == "self_signed":
                self._self_signed(pem, key)
            else:
                self._leaf(name, pem, key)
            self._made.add(name)
        return pem, key

    def _self_signed(self, pem, key):
        _openssl(
            "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
            "-keyout", key, "-out", pem, "-subj", "/CN=localhost", "-days", "30",
            "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1",
        )  # fmt: skip

    def _leaf(self, name, pem, key):
        subject, names, authority, validity, usage = self._LEAVES[name]
        issuer = getattr(self, authority)
        request = self.path(f"{name}.csr")
        _openssl(
            "req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
            "-keyout", key, "-out", request, "-subj", f"/CN={subject}",
        )  # fmt: skip
        # `openssl x509` of OpenSSL 3.0 can't set dates; `openssl ca` can, and asks for a little
        # administration in return.
        office = self.path(f"{name}.office")
        office.mkdir()
        (office / "index").touch()
        (office / "config").write_text(
            "[ca]\ndefault_ca=office\n"
            f"[office]\ndatabase={office}/index\nnew_certs_dir={office}\nrand_serial=yes\n"
            "default_md=sha256\npolicy=any\nunique_subject=no\nx509_extensions=leaf\n"
            "[any]\ncommonName=supplied\n"
            "[leaf]\nbasicConstraints=CA:FALSE\n"
            f"subjectAltName={names}\nextendedKeyUsage={usage}\n"
        )
        dates = (
            ["-startdate", validity[0], "-enddate", validity[1]] if validity else ["-days", "30"]
        )
        _openssl(
            "ca", "-batch", "-notext", "-config", office / "config", "-in", request, "-out", pem,
            "-cert", issuer, "-keyfile", self.path(f"{authority}.key"), *dates,
        )  # fmt: skip

    def encrypted_key(self, name, passphrase, traditional=False):
        """The key of a pair, encrypted; `traditional` as OpenSSL did before PKCS#8."""
        path = self.path(f"{name}.encrypted{'.old' if traditional else ''}.key")
        if path.name not in self._made:
            form = ["-traditional"] if traditional else []
            _openssl(
                "pkey", *form, "-in", self.pair(name)[1], "-aes256", "-passout",
                f"pass:{passphrase}", "-out", path,
            )  # fmt: skip
            self._made.add(path.name)
        return path

    def pkcs12(self, name, passphrase):
        path = self.path(f"{name}.p12")
        if path.name not in self._made:
            pem, key = self.pair(name)
            _openssl(
                "pkcs12", "-export", "-in", pem, "-inkey", key, "-out", path,
                "-passout", f"pass:{passphrase}",
            )  # fmt: skip
            self._made.add(path.name)
        return path

    # --- contexts for Server(tls=…) --------------------------------------------------------------
    def server_context(self, name="good", *, client_ca=None, minimum=None, maximum=None):
        """A server's context; with `client_ca` it demands a certificate of that authority."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*self.pair(name))
        if client_ca:
            context.verify_mode = ssl.CERT_REQUIRED
            context.load_verify_locations(client_ca)
        if minimum:
            context.minimum_version = minimum
        if maximum:
            context.maximum_version = maximum
        return context
