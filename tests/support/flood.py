"""Flood: a server in a process of its own that sends short text messages at a steady rate.

    with Flood(50000) as flood:
        ... wscope on flood.url ...
    flood.sent, flood.seconds

Own process: whoever measures times must not share an interpreter with who makes the load. The
messages are "message 00000" to "message 49999", over and over; rate 0: as fast as they are taken.
"""

import socket
import subprocess
import sys
import time

from . import frames

BATCH, KINDS = 250, 50000


def message(number):
    return b"message %05d" % (number % KINDS)


def serve(rate):
    batches = [
        b"".join(frames.frame(frames.TEXT, message(i)) for i in range(begin, begin + BATCH))
        for begin in range(0, KINDS, BATCH)
    ]
    listener = socket.create_server(("127.0.0.1", 0))
    print(listener.getsockname()[1], flush=True)
    peer, _ = listener.accept()
    head = b""
    while b"\r\n\r\n" not in head:
        head += peer.recv(1 << 16)
    fields = dict(line.split(b": ", 1) for line in head.split(b"\r\n")[1:] if b": " in line)
    accept = frames.accept_for(fields[b"Sec-WebSocket-Key"])
    peer.sendall(
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Accept: " + accept + b"\r\n\r\n"
    )
    sent, begin = 0, time.monotonic()
    try:
        while True:
            due = int((time.monotonic() - begin) * rate) if rate else sent + BATCH
            while sent + BATCH <= due:
                peer.sendall(batches[sent // BATCH % len(batches)])
                sent += BATCH
            if rate:
                time.sleep(0.002)
    except OSError:
        print(sent, time.monotonic() - begin, flush=True)


class Flood:
    def __init__(self, rate):
        words = ["-c", f"from support.flood import serve; serve({rate})"]
        self.process = subprocess.Popen([sys.executable, *words], stdout=subprocess.PIPE, text=True)
        self.url = f"ws://127.0.0.1:{self.process.stdout.readline().strip()}/"
        self.sent, self.seconds = 0, 0.0

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        """After the client has gone."""
        if kind is None:
            sent, seconds = self.process.stdout.readline().split()
            self.sent, self.seconds = int(sent), float(seconds)
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()
        return False
