"""A WebSocket server that does what a script says, byte by byte.

    def script(peer):
        peer.accept()
        peer.text("hello")
        return peer.read_message()

    with Server(script) as server:
        ended = run(server.url, "-w", "0")
    server.result()         # what the script returned, or the exception it ended with

One thread per connection. Every read has a deadline, so a broken client fails the test instead of
hanging it. A script that ended with an exception fails the `with` block.
"""

import contextlib
import queue
import socket
import ssl
import struct
import threading
import time

from . import frames
from .frames import BINARY, CLOSE, CONT, PING, PONG, TEXT
from .program import TIME_FACTOR

DEADLINE = 20 * TIME_FACTOR


class PeerGone(Exception):
    """The client ended the connection while the script expected more."""


class Request:
    """The head of an HTTP request as it was on the wire."""

    def __init__(self, head: bytes):
        self.head = head
        lines = head.decode("latin-1").split("\r\n")
        self.line = lines[0]
        self.headers = []  # (name as sent, value), in order, duplicates kept
        for line in lines[1:]:
            if line:
                name, _, value = line.partition(":")
                self.headers.append((name, value.strip()))

    @property
    def target(self):
        return self.line.split(" ")[1]

    def all(self, name):
        return [value for key, value in self.headers if key.lower() == name.lower()]

    def get(self, name):
        """The first value, None when the header is not there."""
        return next(iter(self.all(name)), None)


class Peer:
    """One connection, from the server's side."""

    def __init__(self, sock, server):
        self.sock = sock
        self.server = server
        self.request = None
        self._buffer = bytearray()
        sock.settimeout(DEADLINE)

    # --- bytes ---------------------------------------------------------------------------------
    def send(self, data: bytes):
        self.sock.sendall(data)

    def send_pieces(self, data: bytes, size=1, pause=0.0):
        """Sends in pieces of `size` bytes, each in a TCP segment of its own."""
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for begin in range(0, len(data), size):
            self.send(data[begin : begin + size])
            if pause:
                self.server.stopping.wait(pause)

    def _fill(self):
        try:
            data = self.sock.recv(1 << 16)
        except (ConnectionError, ssl.SSLEOFError) as error:
            raise PeerGone(str(error)) from error
        if not data:
            raise PeerGone("end of stream")
        self._buffer += data

    def read_exactly(self, size) -> bytes:
        while len(self._buffer) < size:
            self._fill()
        data = bytes(self._buffer[:size])
        del self._buffer[:size]
        return data

    def read_until(self, end: bytes) -> bytes:
        while end not in self._buffer:
            self._fill()
        return self.read_exactly(self._buffer.index(end) + len(end))

    def read_to_end(self) -> bytes:
        """Everything until the client ends the connection, by FIN or by RST."""
        with contextlib.suppress(PeerGone):
            while True:
                self._fill()
        data = bytes(self._buffer)
        self._buffer.clear()
        return data

    # --- handshake -----------------------------------------------------------------------------
    def read_request(self) -> Request:
        self.request = Request(self.read_until(b"\r\n\r\n"))
        return self.request

    def response(self, *headers, status="101 Switching Protocols", accept=None):
        """The head of an answer that is right unless told otherwise; `headers` are whole lines."""
        if accept is None:
            accept = frames.accept_for(self.request.get("Sec-WebSocket-Key").encode()).decode()
        lines = [
            f"HTTP/1.1 {status}",
            "Upgrade: websocket",
            "Connection: Upgrade",
            f"Sec-WebSocket-Accept: {accept}",
            *headers,
        ]
        return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")

    def accept(self, *headers, then=b""):
        """Reads the request and accepts the upgrade; `then` goes out in the same write."""
        if self.request is None:
            self.read_request()
        self.send(self.response(*headers) + then)
        return self

    # --- frames --------------------------------------------------------------------------------
    def frame(self, opcode, payload=b"", **how):
        self.send(frames.frame(opcode, payload, **how))

    def text(self, payload):
        self.frame(TEXT, payload)

    def binary(self, payload):
        self.frame(BINARY, payload)

    def ping(self, payload=b""):
        self.frame(PING, payload)

    def pong(self, payload=b""):
        self.frame(PONG, payload)

    def close(self, code=None, reason=b""):
        """Sends a Close frame; the socket stays open."""
        self.frame(CLOSE, frames.close_payload(code, reason))

    def read_frame(self) -> frames.Frame:
        return frames.read_frame(self.read_exactly)

    def read_message(self):
        """The next data message, whole: str for text, bytes for binary; None for a Close, which
        stays readable as `last_close`. Pings are answered, pongs passed over."""
        payload, opcode = b"", None
        while True:
            one = self.read_frame()
            if one.opcode == CLOSE:
                self.last_close = one
                return None
            if one.opcode == PING:
                self.pong(one.payload)
            elif one.opcode != PONG:
                opcode = opcode if one.opcode == CONT else one.opcode
                payload += one.payload
                if one.fin:
                    return payload.decode() if opcode == TEXT else payload

    def messages(self):
        """All messages until the client's Close."""
        got = []
        while (message := self.read_message()) is not None:
            got.append(message)
        return got

    def finish(self, code=1000, reason=b""):
        """The server's part of a clean end: sends a Close, reads up to the client's, ends."""
        self.close(code, reason)
        got = self.messages()
        self.end()
        return got

    def answer_close(self):
        """Reads up to the client's Close, echoes it and ends; the messages before it."""
        got = self.messages()
        self.frame(CLOSE, self.last_close.payload)
        self.end()
        return got

    # --- ways to go ----------------------------------------------------------------------------
    def half_close(self):
        self.sock.shutdown(socket.SHUT_WR)

    def end(self):
        """Ends like a well-behaved server: FIN behind what was sent, then waits for the client's
        FIN, so that unread bytes can't turn into an RST."""
        with contextlib.suppress(OSError):
            if isinstance(self.sock, ssl.SSLSocket):
                self.sock = self.sock.unwrap()
            self.sock.shutdown(socket.SHUT_WR)
            self.read_to_end()
        self.sock.close()

    def drop(self):
        """FIN without a TLS close_notify, at once."""
        with contextlib.suppress(OSError):
            socket.socket.shutdown(self.sock, socket.SHUT_RDWR)
        self.sock.close()

    def reset(self):
        """RST (SO_LINGER with no time)."""
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        if isinstance(self.sock, ssl.SSLSocket):
            socket.socket.close(self.sock)
        else:
            self.sock.close()

    def stall(self, seconds=DEADLINE):
        """Does nothing, reads nothing, until the test is done with the server."""
        self.server.stopping.wait(seconds)


def echo(peer):
    """The usual echo server: text and binary back with their type, until the client's Close."""
    peer.accept()
    while (message := peer.read_message()) is not None:
        peer.frame(TEXT if isinstance(message, str) else BINARY, message)
    peer.frame(CLOSE, peer.last_close.payload)
    peer.end()


def talks_and_hears(text, count):
    """Sends so many messages on a thread of its own while it reads as many; what came."""

    def script(peer):
        peer.accept()
        talking = threading.Thread(target=lambda: [peer.text(text) for _ in range(count)])
        talking.start()
        said = [peer.read_message() for _ in range(count)]
        talking.join()
        peer.finish()
        return said

    return script


def sink(peer):
    """Reads everything, answers nothing; returns the messages."""
    peer.accept()
    return peer.answer_close()


class Server:
    """Listens on a free loopback port (or a Unix socket path); every connection runs the script."""

    def __init__(self, script=echo, *, tls=None, host="127.0.0.1", path=None, bind=True):
        self.script = script
        self.tls = tls  # an ssl.SSLContext
        self.host = host
        self.path = path
        self.stopping = threading.Event()
        self.ready = threading.Event()  # for a script to tell its test how far it is
        self.connections = 0
        self.failures = []
        self.tls_failures = []
        self._results = queue.Queue()
        self._threads = []
        self._open = []
        family = socket.AF_UNIX if path else socket.AF_INET6 if ":" in host else socket.AF_INET
        self._listener = socket.socket(family)
        if not path:
            self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if bind:
            self._listener.bind(path if path else (host, 0))
            self._listener.listen(64)

    def set_segment_size(self, size):
        """Of connections from now on, as if there were an Ethernet between (RFC 9293, MSS)."""
        self._listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, size)

    @property
    def port(self):
        return self._listener.getsockname()[1]

    @property
    def authority(self):
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"

    @property
    def url(self):
        return f"{'wss' if self.tls else 'ws'}://{self.authority}/"

    def __enter__(self):
        self._acceptor = threading.Thread(target=self._accept_all, daemon=True)
        self._acceptor.start()
        return self

    def __exit__(self, kind, error, trace):
        self.stopping.set()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._acceptor.join(DEADLINE)
        for thread in self._threads:
            thread.join(2 * TIME_FACTOR)
        for sock in self._open:
            with contextlib.suppress(OSError):
                sock.close()
        for thread in self._threads:
            thread.join(DEADLINE)
        if self.failures and kind is None:
            raise AssertionError("the server's script failed") from self.failures[0]
        return False

    def result(self, seconds=DEADLINE):
        """What the script of the next connection to end returned."""
        try:
            outcome = self._results.get(timeout=seconds)
        except queue.Empty:
            raise AssertionError("the server's script did not end") from None
        if isinstance(outcome, BaseException):
            raise AssertionError("the server's script failed") from outcome
        return outcome

    def wait_for_connections(self, count, seconds=DEADLINE):
        end = time.monotonic() + seconds
        while self.connections < count:
            if time.monotonic() > end:
                raise AssertionError(f"{self.connections} of {count} connections came")
            time.sleep(0.01)

    def _accept_all(self):
        while not self.stopping.is_set():
            try:
                sock, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            thread = threading.Thread(target=self._serve, args=(sock,), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _serve(self, sock):
        try:
            if self.tls:
                sock.settimeout(DEADLINE)
                try:
                    sock = self.tls.wrap_socket(sock, server_side=True)
                except OSError as error:  # the client did not like us, or we did not like it
                    self.tls_failures.append(error)
                    sock.close()
                    return
            self._open.append(sock)
            peer = Peer(sock, self)
            outcome = self.script(peer)
            if peer.sock.fileno() >= 0:
                peer.sock.close()
        except BaseException as error:  # told to the test by __exit__ and result()
            if not self.stopping.is_set():
                self.failures.append(error)
            outcome = error
            sock.close()
        self._results.put(outcome)


def unused_port(host="127.0.0.1"):
    """A port where nobody listens, held by a bound socket that never listens: connecting to it is
    refused as long as the returned socket lives."""
    holder = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    holder.bind((host, 0))
    return holder, holder.getsockname()[1]
