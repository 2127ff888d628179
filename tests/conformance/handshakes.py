"""Handshake enemies: the answers to an upgrade that no server should give (RFC 6455 4, RFC 9110/9112).

`answer(peer)` gives the bytes of the answer. Each comes whole, split in the middle and byte by byte;
`then` goes on after it (or stalls).
"""

import contextlib
from collections.abc import Callable
from dataclasses import dataclass

from support.frames import TEXT, accept_for, close_payload, frame
from support.frames import CLOSE

DEFLATE = "permessage-deflate"


@dataclass
class Enemy:
    section: str
    name: str
    answer: Callable  # of the peer, after the request was read → bytes
    status: int = 5
    err: str = ""
    errors: int = 1
    out: bytes = b""
    words: tuple = ()
    then: Callable | None = None  # what the server does behind the answer; default: ends
    least: float = 0.0
    most: float = 3.0
    memory: int = 30 << 20
    splits: tuple = ("whole", "middle", "bytes")

    @property
    def title(self):
        return f"{self.section} {self.name}"


ENEMIES: list[Enemy] = []


def enemy(section, name, answer, err, **how):
    if isinstance(answer, bytes):
        constant = answer
        answer = lambda peer: constant  # noqa: E731
    ENEMIES.append(Enemy(section, name, answer, err=err, **how))


HELLO = frame(TEXT, "hello") + frame(CLOSE, close_payload(1000))


def lines(*, status="HTTP/1.1 101 Switching Protocols", without=(), more=(), end="\r\n", accept=None):
    """An answer with lines left out, changed or added; a message and a Close follow."""

    def make(peer):
        key = peer.request.get("Sec-WebSocket-Key").encode()
        given = {
            "Upgrade": "websocket",
            "Connection": "Upgrade",
            "Sec-WebSocket-Accept": accept or accept_for(key).decode(),
        }
        head = [status] + [f"{name}: {value}" for name, value in given.items() if name not in without]
        head += [line.replace("{accept}", given["Sec-WebSocket-Accept"]) for line in more]
        return (end.join(head) + end * 2).encode("latin-1") + HELLO

    return make


def fine(section, name, answer, **how):
    enemy(section, name, answer, "", status=0, out=b"hello\n", **how)


def refused(name, head, body, err, **how):
    enemy("RFC 9110", name, ("\r\n".join(head) + "\r\n\r\n").encode() + body, err, **how)


# --- what must be taken ----------------------------------------------------------------------------
fine("4.1", "as it should be", lines())
fine("RFC 9112 4", "no reason phrase", lines(status="HTTP/1.1 101 "))
fine("RFC 9112 4", "no reason phrase and no blank", lines(status="HTTP/1.1 101"))
fine("RFC 9112 2.2", "bare LF", lines(end="\n"))
fine("RFC 9112 2.5", "HTTP/1.2", lines(status="HTTP/1.2 101 Newer"))
fine("4.1", "other case", lines(without=("Upgrade", "Connection"), more=("UPGRADE: WebSocket", "connection: keep-alive, upgrade")))
fine("4.1", "two Connection headers", lines(without=("Connection",), more=("Connection: keep-alive", "Connection: Upgrade")))
fine("RFC 9110 5.5", "blanks around values", lines(without=("Sec-WebSocket-Accept",), more=("Sec-WebSocket-Accept: \t {accept} \t ",)))
fine("RFC 9110 15.2", "interim answers first", lambda peer: b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" + lines()(peer))
fine("4.1", "60 KiB of headers", lines(more=tuple(f"X-{n}: {'x' * 1000}" for n in range(60))))
fine("4.1", "a subprotocol that was asked for", lines(more=("Sec-WebSocket-Protocol: b",)), words=("-s", "a", "-s", "b"))
fine("4.1", "none of the subprotocols", lines(), words=("-q", "-s", "a"))
fine("9.1", "an empty extension header", lines(more=("Sec-WebSocket-Extensions:",)))

# --- RFC 6455 4.1: each check ----------------------------------------------------------------------
enemy("4.1", "no Upgrade", lines(without=("Upgrade",)), "it has no Upgrade")
enemy("4.1", "another Upgrade", lines(without=("Upgrade",), more=("Upgrade: h2c",)), 'Upgrade is "h2c", expected "websocket"')
enemy("4.1", "no Connection", lines(without=("Connection",)), "it has no Connection")
enemy("4.1", "another Connection", lines(without=("Connection",), more=("Connection: close",)), 'Connection is "close"')
enemy("4.1", "no Accept", lines(without=("Sec-WebSocket-Accept",)), "it has no Sec-WebSocket-Accept")
enemy("4.1", "a wrong Accept", lines(accept="s3pPLMBiTxaQ9kYGzzhZRbK+xOo="), "Sec-WebSocket-Accept is .*, expected ")
enemy("4.1", "an Accept in the wrong case", lambda peer: lines(accept=accept_for(peer.request.get("Sec-WebSocket-Key").encode()).decode().swapcase())(peer), "Sec-WebSocket-Accept is ")
enemy("4.1", "the key as Accept", lambda peer: lines(accept=peer.request.get("Sec-WebSocket-Key"))(peer), "Sec-WebSocket-Accept is ")
enemy("4.1", "an empty Accept", lines(without=("Sec-WebSocket-Accept",), more=("Sec-WebSocket-Accept:",)), "Sec-WebSocket-Accept is ")
enemy("4.1", "two Accepts, both right", lines(more=("Sec-WebSocket-Accept: {accept}",)), "Sec-WebSocket-Accept comes 2 times")
enemy("4.1", "two Accepts, one wrong", lines(more=("Sec-WebSocket-Accept: nonsense",)), "Sec-WebSocket-Accept comes 2 times")
enemy("4.1", "a subprotocol nobody asked for", lines(more=("Sec-WebSocket-Protocol: x",)), 'subprotocol "x", which was not asked for')
enemy("4.1", "a subprotocol in another case", lines(more=("Sec-WebSocket-Protocol: CHAT",)), 'subprotocol "CHAT"', words=("-s", "chat"))
enemy("4.1", "two subprotocols", lines(more=("Sec-WebSocket-Protocol: a, b",)), "more than one subprotocol", words=("-s", "a", "-s", "b"))
enemy("4.1", "HTTP/1.0", lines(status="HTTP/1.0 101 Switching Protocols"), "HTTP/1.0")
enemy("4.1", "HTTP/2.0", lines(status="HTTP/2.0 101 Switching Protocols"), "HTTP/2.0")
enemy("RFC 9112 4", "a status of two digits", lines(status="HTTP/1.1 10 x"), "no HTTP status line")
enemy("RFC 9112 4", "a status of four digits", lines(status="HTTP/1.1 1010 x"), "no HTTP status line")
enemy("RFC 9112 4", "no status", lines(status="HTTP/1.1"), "no HTTP status line")
enemy("RFC 9112 4", "two blanks before the status", lines(status="HTTP/1.1  101 x"), "no HTTP status line")
enemy("RFC 9112 4", "a version in small letters", lines(status="http/1.1 101 x"), "does not speak HTTP")
enemy("RFC 9112 5.2", "obs-fold", lines(more=("X: a", " b")), "obs-fold")
enemy("RFC 9112 5.1", "a blank before the colon", lines(more=("X : a",)), "white space before the colon")
enemy("RFC 9112 5", "no colon", lines(more=("nonsense",)), "without a colon")
enemy("RFC 9112 5", "no name", lines(more=(": x",)), "without a name")
enemy("RFC 9110 5.1", "a name that is no token", lines(more=("X(y): z",)), "not a token")
enemy("RFC 9110 5.5", "a NUL in a value", lines(more=("X: a\0b",)), "NUL")
enemy("RFC 9110 5.5", "a NUL in a name", lines(more=("X\0: b",)), "NUL")
enemy("RFC 9112 2.2", "a CR in a value", lines(more=("X: a\rb",)), "CR inside a line")

# --- RFC 7692 7: answers to our offer ---------------------------------------------------------------
for answer, err in (
    ("x-webkit-deflate-frame", "x-webkit-deflate-frame"),
    ("permessage-bzip2", "permessage-bzip2"),
    (f"{DEFLATE}, x-other", "x-other"),
    (f"{DEFLATE}, {DEFLATE}", "twice|more than once|2 times"),
    (f"{DEFLATE}; unknown", "unknown"),
    (f"{DEFLATE}; server_no_context_takeover; server_no_context_takeover", "server_no_context_takeover"),
    (f"{DEFLATE}; server_no_context_takeover=1", "server_no_context_takeover"),
    (f"{DEFLATE}; client_no_context_takeover=x", "client_no_context_takeover"),
    *((f"{DEFLATE}; server_max_window_bits={bits}", "server_max_window_bits") for bits in ("7", "16", "0", "08", "-9", "1e1", "x", '""', "4294967306")),
    (f"{DEFLATE}; server_max_window_bits", "server_max_window_bits"),
    *((f"{DEFLATE}; client_max_window_bits={bits}", "client_max_window_bits") for bits in ("7", "16", "0", "010")),
    (f"{DEFLATE}; client_max_window_bits", "client_max_window_bits"),
    (f"{DEFLATE}; server_max_window_bits=10; server_max_window_bits=10", "server_max_window_bits"),
    (f"{DEFLATE};", "Sec-WebSocket-Extensions|permessage"),
    (f"{DEFLATE}; =1", "Sec-WebSocket-Extensions|permessage"),
    (f'{DEFLATE}; server_max_window_bits="10', "Sec-WebSocket-Extensions|permessage"),
):  # fmt: skip
    enemy("RFC 7692 7.1", f"answer {answer}", lines(more=(f"Sec-WebSocket-Extensions: {answer}",)), err)
for offer, answer in (
    ("server_max_window_bits=10", f"{DEFLATE}"),
    ("server_max_window_bits=10", f"{DEFLATE}; server_max_window_bits=11"),
    ("client_max_window_bits=10", f"{DEFLATE}; client_max_window_bits=11"),
    ("server_no_context_takeover", f"{DEFLATE}"),
):
    enemy("RFC 7692 7.1", f"offered {offer}, answered {answer}", lines(more=(f"Sec-WebSocket-Extensions: {answer}",)), offer.partition("=")[0], words=("--deflate", offer))
enemy("9.1", "permessage-deflate, which --no-deflate did not offer", lines(more=(f"Sec-WebSocket-Extensions: {DEFLATE}",)), DEFLATE, words=("--no-deflate",))
for answer in (f'{DEFLATE}; server_max_window_bits="10"', f"{DEFLATE} ; server_no_context_takeover ;client_max_window_bits = 12", f"{DEFLATE}; server_max_window_bits=8"):  # fmt: skip
    fine("RFC 7692 7.1", f"answer {answer}", lines(more=(f"Sec-WebSocket-Extensions: {answer}",)))

# --- not HTTP ---------------------------------------------------------------------------------------
for name, data, err in (
    ("an SSH banner", b"SSH-2.0-OpenSSH_9.2\r\n", "does not speak HTTP: it sent \"S"),
    ("a mail server", b"220 mail.example ESMTP\r\n", "does not speak HTTP"),
    ("a TLS alert", b"\x15\x03\x01\x00\x02\x02\x28", "speaks TLS, not plain HTTP"),
    ("HTTP/2 settings", b"\x00\x00\x12\x04\x00\x00\x00\x00\x00", "does not speak HTTP"),
    ("blank lines", b"\r\n\r\n", "does not speak HTTP"),
    ("NULs", bytes(100), "does not speak HTTP"),
    ("escape sequences", b"\x1b[2J\x1b]0;title\x07", r"does not speak HTTP: it sent \"\\"),
    ("a WebSocket frame", frame(TEXT, "hello"), "does not speak HTTP"),
    ("nothing", b"", "the server sent no answer to the upgrade"),
    ("HT", b"HT", "does not speak HTTP"),
    ("half a head", b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: webs", "ends inside its head"),
    ("an interim answer only", b"HTTP/1.1 100 Continue\r\n\r\n", "interim response and then no answer"),
):
    enemy("RFC 9112 2.1", name, data, err)

# --- refusals ---------------------------------------------------------------------------------------
for status, more, err in (
    ("200 OK", (), "200 OK"),
    ("204 No Content", (), "204"),
    ("400 Bad Request", (), "400 Bad Request"),
    ("401 Unauthorized", ("WWW-Authenticate: Basic realm=x",), "401 Unauthorized"),
    ("403 Forbidden", (), "403"),
    ("404 Not Found", (), "404"),
    ("426 Upgrade Required", ("Sec-WebSocket-Version: 13, 8",), "426"),
    ("429 Too Many Requests", ("Retry-After: 5",), "429"),
    ("500 Oh", (), "500 Oh"),
    ("503 Busy", ("Retry-After: 5",), "503 Busy"),
    ("999 Own", (), "999 Own"),
    ("301 Moved", ("Location: /",), "301 Moved"),
    ("302 Found", ("Location: ws://127.0.0.1:1/",), "302 Found"),
    ("307 To nowhere", (), "307"),
    ("308 To nonsense", ("Location: http://[",), "308"),
):
    refused(status, [f"HTTP/1.1 {status}", *more, "Content-Length: 3"], b"why", err)
for location in ("/", "", "?", "//{host}/"):
    enemy("RFC 9110 15.4", f"a redirect to itself, Location: {location}",
          lambda peer, to=location: f"HTTP/1.1 302 Found\r\nLocation: {to.format(host=peer.request.get('Host'))}\r\nContent-Length: 0\r\n\r\n".encode(),
          "redirects go round in a loop: back to ", words=("-L",))  # fmt: skip
enemy("RFC 9110 15.4", "a redirect further and further",
      lambda peer: f"HTTP/1.1 307 Go\r\nLocation: {peer.request.target}x\r\nContent-Length: 0\r\n\r\n".encode(),
      "more than 20 redirects", words=("-L",), most=5)  # fmt: skip
refused("an interim answer of the wrong kind", ["HTTP/1.1 199 Hm"], b"HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n", "404 No")
for name, head, body in (
    ("chunks", ["Transfer-Encoding: chunked"], b"3\r\nwhy\r\n3;x=y\r\n me\r\n0\r\nT: t\r\n\r\n"),
    ("a wrong chunk size", ["Transfer-Encoding: chunked"], b"zz\r\nwhy\r\n"),
    ("a chunk size beyond 64 bits", ["Transfer-Encoding: chunked"], b"fffffffffffffffff\r\nwhy\r\n"),
    ("a chunk without end", ["Transfer-Encoding: chunked"], b"ffff\r\nwhy"),
    ("a length and chunks", ["Content-Length: 1", "Transfer-Encoding: chunked"], b"3\r\nwhy\r\n0\r\n\r\n"),
    ("two lengths", ["Content-Length: 3", "Content-Length: 4"], b"why?"),
    ("a negative length", ["Content-Length: -1"], b"why"),
    ("a length beyond 64 bits", ["Content-Length: 99999999999999999999"], b"why"),
    ("a length that is no number", ["Content-Length: three"], b"why"),
    ("a body that is not whole", ["Content-Length: 1000"], b"why"),
    ("bytes that drive a terminal", [], b"\x1b[31mred\x07\xff\xfe"),
):
    refused(f"404 with {name}", ["HTTP/1.1 404 No", *head], body, "404 No")


# --- without end --------------------------------------------------------------------------------------
def forever(piece, pause=0.0):
    def go_on(peer):
        with contextlib.suppress(OSError):
            while not peer.server.stopping.wait(pause) if pause else True:
                peer.send(piece)

    return go_on


def stall(peer):
    peer.read_to_end()


WHOLE = ("whole",)
SOON = ("--connect-timeout", "0.7")
LATE = dict(status=7, words=SOON, least=0.6, most=2.5, splits=WHOLE)
START = b"HTTP/1.1 101 Switching Protocols\r\n"
TOO_LONG = "response head is longer than 64 KiB"

enemy("4.1", "1 MiB in one header", START + b"X: " + b"x" * (1 << 20), TOO_LONG)
enemy("4.1", "1 MiB in many headers", START + b"X: xxxxxxxxxx\r\n" * (1 << 16), TOO_LONG)
enemy("4.1", "1 MiB of reason phrase", b"HTTP/1.1 101 " + b"x" * (1 << 20), TOO_LONG)
enemy("4.1", "1 MiB of interim answers", b"HTTP/1.1 100 Continue\r\n\r\n" * (1 << 16), TOO_LONG)
enemy("4.1", "a head without end", START, TOO_LONG, then=forever(b"X: " + b"x" * 10_000), splits=WHOLE)
enemy("4.1", "interim answers without end", b"", TOO_LONG, then=forever(b"HTTP/1.1 100 Continue\r\n\r\n" * 100), splits=WHOLE)
enemy("4.1", "no answer at all", b"", "did not answer the upgrade within 0.7 s", then=stall, **LATE)
enemy("4.1", "a head that stops", START, "did not finish its answer to the upgrade within 0.7 s", then=stall, **LATE)
enemy("4.1", "a byte now and then", START, "did not finish its answer to the upgrade within 0.7 s", then=forever(b"X", 0.05), **LATE)
enemy("4.1", "an interim answer now and then", b"", "did not finish its answer to the upgrade within 0.7 s", then=forever(b"HTTP/1.1 102 Wait\r\n\r\n", 0.05), **LATE)
for name, head, piece in (
    ("until the end of TCP", b"", b"x" * 10_000),
    ("in chunks", b"Transfer-Encoding: chunked\r\n", b"400\r\n" + b"x" * 1024 + b"\r\n"),
    ("in empty lines", b"", b"\r\n" * 1000),
    ("of a told length", b"Content-Length: 99999999999\r\n", b"x" * 10_000),
):
    enemy("RFC 9110", f"a body without end, {name}", b"HTTP/1.1 500 Oh\r\n" + head + b"\r\n", "500 Oh", then=forever(piece), splits=WHOLE)
enemy("RFC 9110", "a body that stops", b"HTTP/1.1 500 Oh\r\nContent-Length: 100\r\n\r\nwhy", "500 Oh", then=stall, status=5, words=SOON, least=0.6, splits=WHOLE)
enemy("RFC 9110", "a body of a byte now and then", b"HTTP/1.1 500 Oh\r\nContent-Length: 100000\r\n\r\n", "500 Oh", then=forever(b"x", 0.05), status=5, words=SOON, least=0.6, splits=WHOLE)
enemy("RFC 9112 7.1", "chunk headers without end", b"HTTP/1.1 500 Oh\r\nTransfer-Encoding: chunked\r\n\r\n1;", "500 Oh", then=forever(b"x" * 10_000), splits=WHOLE)
enemy("RFC 9112 7.1", "trailers without end", b"HTTP/1.1 500 Oh\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n", "500 Oh", then=forever(b"X: y\r\n" * 1000), splits=WHOLE)
