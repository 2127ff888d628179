"""Peers that say so many bytes and then nothing more, and what must become of the client then."""

import contextlib
import signal
import socket
import threading
from concurrent.futures import ThreadPoolExecutor

from .dialogue import Dialogue
from .program import SANITIZED, TIME_FACTOR, Running, run
from .server import PeerGone, Server

DEADLINE = 0.6 * TIME_FACTOR
LATEST = DEADLINE + 4 * TIME_FACTOR
AT_ONCE = 8 if SANITIZED else 24  # clients; nearly all of their time is waiting


def stall(peer):
    """Holds the connection open until the client has gone; `server.ready` tells that it began."""
    peer.server.ready.set()
    with contextlib.suppress(OSError, PeerGone):
        peer.read_to_end()


def stops_after(answer, count):
    """A server that reads a head, sends `count` bytes of its answer and then nothing more."""

    def script(peer):
        with contextlib.suppress(OSError, PeerGone):
            if peer.request is None:
                peer.read_request()
            peer.send(answer(peer)[:count])
            stall(peer)

    return script


def stops_within(turns, count):
    """`turns`: (bytes to read, answer to them) one after the other; `count` bytes of the answers
    are sent in all."""

    def script(peer):
        left = count
        with contextlib.suppress(OSError, PeerGone):
            for size, answer in turns:
                peer.read_exactly(size)
                peer.send(answer[:left])
                if left <= len(answer):
                    break
                left -= len(answer)
            stall(peer)

    return script


class CutTls:
    """A server of TLS whose first `count` bytes arrive, and no more."""

    def __init__(self, count, context):
        self.count, self.inner = count, Server(stall, tls=context)

    def __call__(self, peer):
        with contextlib.suppress(OSError, PeerGone), socket.create_connection(("127.0.0.1", self.inner.port)) as far:
            def forward():
                with contextlib.suppress(OSError):
                    while data := peer.sock.recv(65536):
                        far.sendall(data)

            thread = threading.Thread(target=forward, daemon=True)
            thread.start()
            left = self.count
            far.settimeout(5)
            while left > 0 and (data := far.recv(left)):
                peer.send(data)
                left -= len(data)
            peer.server.ready.set()
            thread.join(LATEST + 5)

    def __enter__(self):
        self.inner.__enter__()
        return self

    def __exit__(self, *how):
        self.inner.stopping.set()
        return self.inner.__exit__(*how)


class Stalls(Dialogue):
    """`at`: where the stalling server stands, as words for the client: {at} is its host and port."""

    at = ("ws://{at}/",)

    def parallel(self, check, cases):
        with ThreadPoolExecutor(AT_ONCE) as pool:
            for _ in pool.map(check, cases):
                pass

    def words(self, server, words):
        return [str(word).replace("{at}", server.authority) for word in (*self.at, *words)]

    def out_of_time(self, script, *words, says, status=7, earliest=DEADLINE):
        with Server(script) as server:
            ended = run("--connect-timeout", DEADLINE, *self.words(server, words), stdin=b"never sent\n")
            self.expect(ended, status=status, out="")
            self.one_error(ended, says.replace("{at}", server.authority))
            self.assertGreaterEqual(ended.seconds, earliest * 0.9, str(ended))
            self.assertLess(ended.seconds, LATEST, str(ended))
            return ended

    def interrupted(self, script, *words, number=signal.SIGINT, status=130):
        """A signal while it stalls; the deadline is far off."""
        with Server(script) as server:
            with Running("--connect-timeout", "60", *self.words(server, words)) as running:
                self.assertTrue(server.ready.wait(10 * TIME_FACTOR), "the stall did not begin")
                running.signal(number)
                ended = running.wait(10)
            self.expect(ended, status=status, out="")
            self.assertLess(ended.seconds, 8 * TIME_FACTOR, str(ended))

    def stalls_at(self, counts, script, says, *words, status=7, earliest=DEADLINE):
        """At each count: the deadline, with its words; Ctrl-C; SIGTERM now and then."""

        def check(count):
            with self.subTest(count):
                said = says(count) if callable(says) else says
                self.out_of_time(script(count), *words, says=said, status=status, earliest=earliest)
                self.interrupted(script(count), *words)
                if count % 16 == 0:
                    self.interrupted(script(count), *words, number=signal.SIGTERM, status=143)

        self.parallel(check, counts)
