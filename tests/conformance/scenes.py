"""Scenes: conversations that a table of bytes can't tell: how connections end, what wscope sends.

A scene's script is the server's side and asserts what it sees; the rest is what the user sees.
"""

import contextlib
import os
import socket
from collections.abc import Callable
from dataclasses import dataclass

from support.frames import BINARY, CLOSE, CONT, PING, PONG, TEXT
from support.frames import close_payload, frame
from support.server import PeerGone


@dataclass
class Scene:
    section: str
    name: str
    script: Callable
    words: tuple = ()
    stdin: bytes = b""
    out: bytes = b""
    status: int = 0
    err: str = ""  # a regular expression; empty: nothing on stderr
    errors: int = 1  # lines of errors, of which `err` matches the first
    least: float = 0.0  # seconds
    most: float = 3.0
    memory: int = 0  # the highest resident size allowed; 0: not looked at
    over: str = "both"  # plain, tls, both

    @property
    def title(self):
        return f"{self.section} {self.name}"


SCENES: list[Scene] = []


def scene(section, name, **how):
    def add(script):
        SCENES.append(Scene(section, name, script, **how))
        return script

    return add


def want(got, expected):
    if got != expected:
        raise AssertionError(f"{got!r}, not {expected!r}")


def gone(peer):
    """Nothing more may come from wscope."""
    try:
        one = peer.read_frame()
    except PeerGone:
        return
    raise AssertionError(f"one frame more: {one}")


NO_ANSWER = r"connection closed without an answer to our Close within 0\.5 s"
SHORT = ("-w", "0", "--close-timeout", "0.5")

# --- 7.1 our Close first ---------------------------------------------------------------------------


@scene("7.1.2", "after our Close the server's messages are still taken and its pings answered",
       words=("-w", "0"), out=b"late\n\x01\x02in pieces\n")  # fmt: skip
def _(peer):
    peer.accept()
    want(peer.messages(), [])
    want(peer.last_close.code, 1000)
    peer.text("late")
    peer.binary(b"\x01\x02")
    peer.frame(TEXT, "in ", fin=False)
    peer.ping(b"there?")
    one = peer.read_frame()
    want((one.opcode, one.payload), (PONG, b"there?"))
    peer.frame(CONT, "pieces")
    peer.close(1000)
    gone(peer)
    peer.end()


@scene("7.1.7", "a violation after our Close: one Close is enough", words=("-w", "0"), status=6,
       err="continuation")  # fmt: skip
def _(peer):
    peer.accept()
    peer.messages()
    peer.frame(CONT, "of nothing")
    gone(peer)
    peer.end()


@scene("8.1", "text that is not UTF-8 after our Close", words=("-w", "0"), status=6, err="UTF-8")
def _(peer):
    peer.accept()
    peer.messages()
    peer.frame(TEXT, b"\xff")
    gone(peer)
    peer.end()


@scene("7.1.2", "the server never answers our Close", words=SHORT, status=6, err=NO_ANSWER, least=0.5)
def _(peer):
    peer.accept()
    peer.read_to_end()


@scene("7.1.2", "the server talks on and never answers our Close", words=SHORT, status=6,
       err=NO_ANSWER, least=0.5, out=b"on and on\n" * 30)  # fmt: skip
def _(peer):
    peer.accept()
    peer.messages()
    for _ in range(30):
        peer.text("on and on")
        peer.server.stopping.wait(0.01)
    peer.read_to_end()


@scene("7.1.2", "a flood after our Close, never an answer", words=(*SHORT, "--no-pong"), status=6,
       err=NO_ANSWER, least=0.5, most=4)  # fmt: skip
def _(peer):
    peer.accept()
    peer.messages()
    flood = frame(PING, "x" * 100) * 500
    try:
        while True:
            peer.send(flood)
    except OSError:
        pass


@scene("7.1.2", "TCP ends instead of an answer to our Close", words=("-w", "0"), status=6,
       err="connection closed without an answer to our Close: the peer ended it", over="plain")  # fmt: skip
def _(peer):
    peer.accept()
    peer.messages()
    peer.end()


@scene("7.1.2", "TLS ends properly instead of an answer to our Close", words=("-w", "0"), status=6,
       err="connection closed without an answer to our Close: ", over="tls")  # fmt: skip
def _(peer):
    peer.accept()
    peer.messages()
    peer.end()


@scene("7.1.2", "a reset instead of an answer to our Close", words=("-w", "0"), status=6,
       err="connection closed without an answer to our Close: connection reset")  # fmt: skip
def _(peer):
    peer.accept()
    peer.messages()
    peer.reset()


@scene("7.1.1", "the server answers our Close and keeps TCP open", words=("-w", "0"), most=2.5)
def _(peer):
    peer.accept()
    peer.messages()
    peer.close(1000)
    peer.read_to_end()  # wscope must end it


@scene("7.1.1", "the server closes and keeps TCP open", out=b"hi\n", words=("-w", "-1"), most=2.5)
def _(peer):
    peer.accept()
    peer.text("hi")
    peer.close(1000)
    want(peer.read_frame().code, 1000)
    peer.read_to_end()


@scene("7.1.1", "the server closes and sends without end", words=("-w", "-1"), out=b"hi\n", most=3)
def _(peer):
    peer.accept()
    peer.text("hi")
    peer.close(1000)
    flood = frame(TEXT, "x" * 1000) * 100
    try:
        while True:
            peer.send(flood)
    except OSError:
        pass


@scene("7.1.1", "the server answers our Close and sends without end", words=("-w", "0"), most=3)
def _(peer):
    peer.accept()
    peer.messages()
    peer.close(1000)
    flood = frame(TEXT, "x" * 1000) * 100
    try:
        while True:
            peer.send(flood)
    except OSError:
        pass


# --- 7.1 both at once ------------------------------------------------------------------------------
for code, status, err in ((1000, 0, ""), (1001, 0, ""), (None, 0, ""), (4000, 6, "4000"),
                          (1011, 6, "1011 .*oh")):  # fmt: skip

    @scene("7.1.5", f"Closes cross, the server's has {code}", words=("-w", "0"), status=status,
           err=err and f"connection closed: {err}")  # fmt: skip
    def _(peer, code=code):
        peer.accept()
        one = peer.read_frame()
        want((one.opcode, one.code), (CLOSE, 1000))
        peer.close(code, b"oh" if code else b"")
        gone(peer)
        peer.end()


# --- 7.4 the codes we send -------------------------------------------------------------------------
for word, code in (("", 1000), ("1000", 1000), ("1001", 1001), ("going-away", 1001), ("1002", 1002),
                   ("1003", 1003), ("1007", 1007), ("1008", 1008), ("1009", 1009), ("1010", 1010),
                   ("1011", 1011), ("1012", 1012), ("1013", 1013), ("1014", 1014), ("3000", 3000),
                   ("3999", 3999), ("4000", 4000), ("4999", 4999)):  # fmt: skip
    for reason in ("", "bye", "ü" * 61) if word else ("",):

        @scene("7.4", f"/close {word} {reason[:4]}", words=("--slash",), over="plain",
               stdin=f"/close {word} {reason}\n".encode(), status=0 if code < 1002 else 6,
               err="" if code < 1002 else f"connection closed: {code} ")  # fmt: skip
        def _(peer, code=code, reason=reason):
            peer.accept()
            want(peer.messages(), [])
            want((peer.last_close.code, peer.last_close.reason.decode()), (code, reason))
            peer.frame(CLOSE, peer.last_close.payload)
            peer.end()


for word in ("0", "1", "999", "1004", "1005", "1006", "1015", "1016", "2000", "2999", "5000",
             "65535", "65536", "4294968296", "-1", "1e3", "sometime", "1000 " + "x" * 124):  # fmt: skip

    @scene("7.4", f"/close {word[:12]} is refused", words=("--slash", "-w", "0"), over="plain",
           stdin=f"/close {word}\nstill open\n".encode(), status=1, err="line 1: .*[Cc]lose", errors=2)  # fmt: skip
    def _(peer):
        peer.accept()
        want(peer.answer_close(), ["still open"])
        want(peer.last_close.code, 1000)


# --- 7.1.4 lost ------------------------------------------------------------------------------------
LOST = "connection lost: the peer ended it without a Close"


@scene("7.1.4", "a half-close without a Close", words=("-w", "-1"), out=b"hi\n", status=6, err=LOST,
       over="plain")  # fmt: skip
def _(peer):
    peer.accept()
    peer.text("hi")
    peer.half_close()
    peer.read_to_end()


@scene("7.1.4", "a half-close, and a PING before it is still answered", words=("-w", "-1"), status=6,
       err=LOST, over="plain")  # fmt: skip
def _(peer):
    peer.accept()
    peer.ping(b"last")
    peer.half_close()
    one = peer.read_frame()
    want((one.opcode, one.payload), (PONG, b"last"))
    gone(peer)


@scene("7.1.1", "a half-close right behind the Close, and our answer comes", words=("-w", "-1"),
       over="plain")  # fmt: skip
def _(peer):
    peer.accept()
    peer.close(1000, b"bye")
    peer.half_close()
    one = peer.read_frame()
    want((one.opcode, one.code, one.reason), (CLOSE, 1000, b"bye"))
    gone(peer)


for name, data, out in (
    ("in a header", frame(TEXT, "hi") + b"\x81", b"hi\n"),
    ("in a long length", frame(TEXT, "hi") + b"\x82\x7f\x00\x00", b"hi\n"),
    ("in a payload", frame(TEXT, "hi") + frame(TEXT, "never whole")[:-1], b"hi\n"),
    ("between fragments", frame(TEXT, "hi") + frame(TEXT, "never whole", fin=False), b"hi\n"),
    ("in a character", frame(TEXT, b"\xc3", fin=False), b""),
    ("in a Close", frame(TEXT, "hi") + frame(CLOSE, close_payload(1000))[:-1], b"hi\n"),
    ("after a million bytes", frame(BINARY, bytes(1_000_000)), bytes(1_000_000)),
):

    @scene("7.1.4", f"the stream ends {name}", words=("-w", "-1"), out=out, status=6,
           err="connection lost: ")  # fmt: skip
    def _(peer, data=data):
        peer.accept()
        peer.send(data)
        peer.end()

    @scene("7.1.4", f"the socket is dropped {name}", words=("-w", "-1"), out=out, status=6,
           err="connection lost: ")  # fmt: skip
    def _(peer, data=data):
        peer.accept()
        peer.send(data)
        peer.drop()

    @scene("7.1.4", f"a reset {name}", words=("-w", "-1"), out=out, status=6,
           err="connection lost: connection reset")  # fmt: skip
    def _(peer, data=data):
        peer.accept()
        peer.send(data)
        peer.server.stopping.wait(0.3)  # a reset overtakes what has not been read
        peer.reset()


@scene("7.1.5", "a reset behind the server's Close does not matter", words=("-w", "-1"), out=b"hi\n")
def _(peer):
    peer.accept()
    peer.text("hi")
    peer.close(1000)
    want(peer.read_frame().code, 1000)
    peer.reset()


@scene("7.1.5", "a dropped socket behind the server's Close does not matter", words=("-w", "-1"),
       out=b"hi\n")  # fmt: skip
def _(peer):
    peer.accept()
    peer.text("hi")
    peer.close(1000)
    peer.drop()


@scene("7.1.5", "TLS cut behind the answer to our Close does not matter", words=("-w", "0"), over="tls")
def _(peer):
    peer.accept()
    peer.messages()
    peer.close(1000)
    peer.drop()


@scene("7.1.4", "TLS cut without a Close", words=("-w", "-1"), out=b"hi\n", status=6,
       err="connection lost: .*close_notify", over="tls")  # fmt: skip
def _(peer):
    peer.accept()
    peer.text("hi")
    peer.drop()


@scene("7.1.4", "TLS ends with close_notify but without a Close", words=("-w", "-1"), out=b"hi\n",
       status=6, err=LOST, over="tls")  # fmt: skip
def _(peer):
    peer.accept()
    peer.text("hi")
    peer.end()


@scene("7.1.4", "rubbish instead of a TLS record", words=("-w", "-1"), out=b"hi\n", status=(4, 6),
       err="connection lost: ", over="tls")  # fmt: skip
def _(peer):
    peer.accept()
    peer.text("hi")
    peer.server.stopping.wait(0.1)
    os.write(peer.sock.fileno(), b"this is no record, and longer than the header of one")
    with contextlib.suppress(OSError):  # an alert comes
        peer.read_to_end()


@scene("5.5.2", "lines that were on their way are counted when the server goes", status=6,
       stdin=b"x" * 4_000_000 + b"\nlast\n", err="not delivered", most=5)  # fmt: skip
def _(peer):
    peer.accept()
    peer.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    peer.read_exactly(100)
    peer.reset()
