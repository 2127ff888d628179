"""Proxies of other people's making, each a child process on a free port of its own.

    with Tinyproxy(user="me", password="secret") as proxy:
        run("--proxy", f"http://me:secret@{proxy.where}", url)
    proxy.log                     # what the proxy wrote of it

None of them can be told to take any free port and say which: one is looked for and, should
somebody else be quicker, the next. They end by their pid, and with the test should that be killed.
"""

import contextlib
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path

from .foreign import die_with_parent
from .program import TIME_FACTOR, environment

PROGRAMS = "/usr/sbin:/usr/bin:/sbin:/bin"


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as holder:
        return holder.getsockname()[1]


class Proxy:
    """`command(port)` of the heir is what to run; its output is read through `log`."""

    ending = signal.SIGTERM

    def __init__(self):
        self._folder = tempfile.TemporaryDirectory(prefix="wscope-proxy-")
        self.folder = Path(self._folder.name)
        self.folder.chmod(0o777)  # squid and dante leave root behind
        self._log = self.folder / "log"
        for _ in range(5):
            self.port = free_port()
            self.process = self._start()
            if self._listens():
                return
            self._end()
        raise AssertionError(f"{type(self).__name__} does not start: {self.log}")

    def command(self, port):
        raise NotImplementedError

    def program(self, name):
        return shutil.which(name, path=PROGRAMS) or name

    def write(self, name, text):
        path = self.folder / name
        path.write_text(text)
        path.chmod(0o644)
        return path

    def _start(self):
        with open(self._log, "wb") as log:
            return subprocess.Popen(
                [str(word) for word in self.command(self.port)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=environment(),
                cwd=self.folder,
                preexec_fn=die_with_parent,
            )

    def _listens(self):
        end = time.monotonic() + 20 * TIME_FACTOR
        while time.monotonic() < end and self.process.poll() is None:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port)):
                return self.process.poll() is None
            time.sleep(0.01)
        return False

    def _end(self):
        if self.process.poll() is None:
            self.process.send_signal(self.ending)
            try:
                self.process.wait(5 * TIME_FACTOR)
            except subprocess.TimeoutExpired:
                self.process.kill()
        self.process.wait()

    @property
    def where(self):
        return f"127.0.0.1:{self.port}"

    @property
    def log(self):
        return self._log.read_text(errors="replace")

    def wait_for(self, text, seconds=5):
        """Waits until the proxy has written `text`."""
        end = time.monotonic() + seconds * TIME_FACTOR
        while text not in self.log:
            if time.monotonic() > end:
                raise AssertionError(f"no {text!r} in the log of {type(self).__name__}: {self.log}")
            time.sleep(0.01)

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        self._end()
        with contextlib.suppress(OSError):
            self.kept = self.log
        self._folder.cleanup()
        return False


class Tinyproxy(Proxy):
    """CONNECT, plain. `more`: further lines of its configuration."""

    def __init__(self, user=None, password=None, more=""):
        self.more = more + (f"\nBasicAuth {user} {password}" if user else "")
        super().__init__()

    def command(self, port):
        config = self.write(
            "config",
            f"Port {port}\nListen 127.0.0.1\nTimeout 20\nMaxClients 20\nLogLevel Connect\n{self.more}\n",
        )
        return [self.program("tinyproxy"), "-d", "-c", config]


class Squid(Proxy):
    """CONNECT, plain or (with `pair`, certificate and key) over TLS. `rules`: who may do what."""

    ending = signal.SIGKILL  # it would take a second to leave

    def __init__(self, user=None, password=None, pair=None, rules="http_access allow all"):
        self.user, self.password, self.pair, self.rules = user, password, pair, rules
        super().__init__()

    def command(self, port):
        lines = [
            f"http_port 127.0.0.1:{port}",
            "pid_filename none",
            "cache_log stdio:/dev/null",
            f"access_log stdio:{self.folder}/access",
            "cache deny all",
            "pinger_enable off",
            "shutdown_lifetime 0 seconds",
            "max_filedescriptors 256",
            f"coredump_dir {self.folder}",
            "visible_hostname squid.test",
        ]
        if self.pair:
            whole = self.write("pair.pem", "".join(Path(part).read_text() for part in self.pair))
            lines[0] = f"https_port 127.0.0.1:{port} tls-cert={whole} tls-key={whole}"
        if self.user:
            words = ["openssl", "passwd", "-apr1", self.password]
            secret = subprocess.run(words, capture_output=True, text=True, check=True).stdout
            known = self.write("users", f"{self.user}:{secret}")
            lines += [
                f"auth_param basic program /usr/lib/squid/basic_ncsa_auth {known}",
                "auth_param basic children 1",
                "auth_param basic realm the proxy",
                "acl known proxy_auth REQUIRED",
                "http_access deny !known",
            ]
        config = self.write("config", "\n".join([*lines, self.rules, ""]))
        return [self.program("squid"), "-N", "-n", f"wscope{port}", "-f", config]


    def _end(self):
        super()._end()
        for left in Path("/dev/shm").glob(f"wscope{self.port}-*"):
            left.unlink(missing_ok=True)


class Microsocks(Proxy):
    """SOCKS5; its log tells what it was asked for: a name or an address."""

    def __init__(self, user=None, password=None):
        self.words = ["-u", user, "-P", password] if user else []
        super().__init__()

    def command(self, port):
        return [self.program("microsocks"), "-i", "127.0.0.1", "-p", port, *self.words]


class Dante(Proxy):
    """SOCKS4 and SOCKS5, without passwords."""

    def command(self, port):
        user = pwd.getpwuid(os.getuid()).pw_name
        other = "nobody" if os.getuid() == 0 else user
        config = self.write(
            "config",
            f"""logoutput: stderr
internal: 127.0.0.1 port = {port}
external: lo
clientmethod: none
socksmethod: none
user.privileged: {user}
user.unprivileged: {other}
client pass {{ from: 127.0.0.0/8 to: 0.0.0.0/0 }}
socks pass {{ from: 127.0.0.0/8 to: 0.0.0.0/0 log: connect error }}
""",
        )
        return [self.program("danted"), "-f", config]
