"""The table: what the server sends, and what wscope must say, print and leave with.

`data` goes out after the 101 in every split of runner.py. A case without a failure ends with the
server's Close 1000 (added here unless `data` has a Close of its own), which wscope answers.
"""

import zlib
from dataclasses import dataclass

from support.frames import BINARY, CLOSE, CONT, PING, PONG, RSV1, RSV2, RSV3, TEXT
from support.frames import close_payload, frame

DEFLATE = "Sec-WebSocket-Extensions: permessage-deflate"


@dataclass
class Case:
    section: str  # of RFC 6455, or 7692 with that prefix
    name: str
    data: bytes
    out: bytes = b""  # stdout
    answers: tuple = ()  # (opcode, payload) of every frame of wscope before its Close
    code: object = 1000  # of wscope's Close; None: without a code; a set: any of these
    status: int = 0
    headers: tuple = ()  # further lines of the 101
    words: tuple = ()  # further words on the command line

    @property
    def title(self):
        return f"{self.section} {self.name}"


CASES: list[Case] = []


def good(section, name, data, out=b"", *, close=True, **how):
    if close:
        data += frame(CLOSE, close_payload(1000))
    CASES.append(Case(section, name, data, out, **how))


def bad(section, name, data, code, out=b"", **how):
    """A violation: wscope says `code` and leaves with 6; what follows must not be looked at."""
    data += frame(TEXT, "after the violation")
    CASES.append(Case(section, name, data, out, code=code, status=6, **how))


def hanging(section, name, data, code, out=b"", **how):
    """The same, decided before the frame has ended: nothing follows."""
    CASES.append(Case(section, name, data, out, code=code, status=6, **how))


NAMES = {CONT: "CONT", TEXT: "TEXT", BINARY: "BINARY", CLOSE: "CLOSE", PING: "PING", PONG: "PONG"}


def pattern(size):
    return (b"0123456789abcdefghijklmnopqrstuvwxyz" * (size // 36 + 1))[:size]


# --- 5.2 base framing ----------------------------------------------------------------------------
for size in (0, 1, 2, 124, 125, 126, 127, 128, 255, 256, 4096, 65535, 65536, 65537, 200_000):
    good("5.2", f"text of {size} bytes", frame(TEXT, pattern(size)), pattern(size) + b"\n")
    good("5.2", f"binary of {size} bytes", frame(BINARY, pattern(size)), pattern(size))
for opcode in (0x3, 0x4, 0x5, 0x6, 0x7, 0xB, 0xC, 0xD, 0xE, 0xF):
    bad("5.2", f"reserved opcode {opcode:#x}", frame(opcode, "x"), 1002)
    bad("5.2", f"reserved opcode {opcode:#x}, empty", frame(opcode), 1002)
    bad(
        "5.2",
        f"reserved opcode {opcode:#x} after a message",
        frame(TEXT, "fine") + frame(opcode, "x"),
        1002,
        b"fine\n",
    )
for rsv in (RSV1, RSV2, RSV3, RSV1 | RSV2, RSV1 | RSV3, RSV2 | RSV3, RSV1 | RSV2 | RSV3):
    for opcode in (TEXT, BINARY, PING, PONG):
        bad("5.2", f"reserved bits {rsv:#x} on {NAMES[opcode]}", frame(opcode, "x", rsv=rsv), 1002)
    bad("5.2", f"reserved bits {rsv:#x} on CLOSE", frame(CLOSE, close_payload(1000), rsv=rsv), 1002)
    bad(
        "5.2",
        f"reserved bits {rsv:#x} on CONT",
        frame(TEXT, "a", fin=False) + frame(CONT, "b", rsv=rsv),
        1002,
    )
for opcode in (TEXT, BINARY, PING, PONG):
    bad("5.1", f"masked {NAMES[opcode]}", frame(opcode, "x", mask=b"\1\2\3\4"), 1002)
    bad(
        "5.1",
        f"masked {NAMES[opcode]} with a mask of zeros",
        frame(opcode, "x", mask=bytes(4)),
        1002,
    )
bad("5.1", "masked CLOSE", frame(CLOSE, close_payload(1000), mask=b"\1\2\3\4"), 1002)
for size, length_bytes in ((0, 2), (5, 2), (125, 2), (0, 8), (125, 8), (126, 8), (65535, 8)):
    bad(
        "5.2",
        f"{size} bytes told in {length_bytes} bytes, not the fewest",
        frame(BINARY, pattern(size), length_bytes=length_bytes),
        1002,
    )
hanging("5.2", "length with the highest bit", frame(BINARY, "x", length=1 << 63), {1002, 1009})
hanging("5.2", "length of 2^63-1", frame(BINARY, "x", length=(1 << 63) - 1), 1009)

# --- 5.4 fragmentation ---------------------------------------------------------------------------
for kind, end in ((TEXT, b"\n"), (BINARY, b"")):
    name = NAMES[kind]
    good("5.4", f"{name} in two", frame(kind, "a", fin=False) + frame(CONT, "b"), b"ab" + end)
    good(
        "5.4",
        f"{name} in many",
        frame(kind, "0", fin=False)
        + b"".join(frame(CONT, str(n), fin=False) for n in range(1, 9))
        + frame(CONT, "9"),
        b"0123456789" + end,
    )
    good("5.4", f"{name}, first empty", frame(kind, fin=False) + frame(CONT, "b"), b"b" + end)
    good("5.4", f"{name}, last empty", frame(kind, "a", fin=False) + frame(CONT), b"a" + end)
    good("5.4", f"{name}, all empty", frame(kind, fin=False) + frame(CONT), end)
    good(
        "5.4",
        f"{name}, empty ones between",
        frame(kind, "a", fin=False) + frame(CONT, fin=False) * 5 + frame(CONT, "b"),
        b"ab" + end,
    )
    good(
        "5.4",
        f"PING between the fragments of {name}",
        frame(kind, "a", fin=False) + frame(PING, "pi") + frame(CONT, "b"),
        b"ab" + end,
        answers=((PONG, b"pi"),),
    )
    good(
        "5.4",
        f"many control frames between the fragments of {name}",
        frame(kind, "a", fin=False)
        + b"".join(frame(PING, f"{n}") + frame(PONG, "unasked") for n in range(10))
        + frame(CONT, "b"),
        b"ab" + end,
        answers=tuple((PONG, b"%d" % n) for n in range(10)),
    )
    for other in (TEXT, BINARY):
        bad(
            "5.4",
            f"{NAMES[other]} within a fragmented {name}",
            frame(kind, "a", fin=False) + frame(other, "b"),
            1002,
        )
        bad(
            "5.4",
            f"unfinished {NAMES[other]} within a fragmented {name}",
            frame(kind, "a", fin=False) + frame(other, "b", fin=False),
            1002,
        )
    good(
        "5.4",
        f"Close within a fragmented {name}",
        frame(kind, "never whole", fin=False) + frame(CLOSE, close_payload(1000)),
        close=False,
    )
    good(
        "5.4",
        f"two fragmented messages, {name} second",
        frame(BINARY, "1", fin=False)
        + frame(CONT, "2")
        + frame(kind, "3", fin=False)
        + frame(CONT, "4"),
        b"1234" + end,
    )
for fin in (True, False):
    bad("5.4", f"continuation of nothing, fin={fin}", frame(CONT, "x", fin=fin), 1002)
    bad(
        "5.4",
        f"continuation after a whole message, fin={fin}",
        frame(TEXT, "whole") + frame(CONT, "x", fin=fin),
        1002,
        b"whole\n",
    )
    bad(
        "5.4",
        f"continuation after the last fragment, fin={fin}",
        frame(TEXT, "a", fin=False) + frame(CONT, "b") + frame(CONT, "x", fin=fin),
        1002,
        b"ab\n",
    )
good(
    "5.4",
    "64 KiB in fragments of 1000",
    frame(BINARY, pattern(65536)[:1000], fin=False)
    + b"".join(
        frame(CONT, pattern(65536)[n : n + 1000], fin=n + 1000 >= 65536)
        for n in range(1000, 65536, 1000)
    ),
    pattern(65536),
)

# --- 5.5 control frames --------------------------------------------------------------------------
for size in (0, 1, 2, 124, 125):
    good(
        "5.5.2",
        f"PING of {size} bytes",
        frame(PING, pattern(size)),
        answers=((PONG, pattern(size)),),
    )
    good("5.5.3", f"unasked PONG of {size} bytes", frame(PONG, pattern(size)))
good(
    "5.5.2",
    "PING with binary data",
    frame(PING, b"\x00\xff\xfe"),
    answers=((PONG, b"\x00\xff\xfe"),),
)
good(
    "5.5.2",
    "ten PINGs",
    b"".join(frame(PING, f"{n}") for n in range(10)),
    answers=tuple((PONG, b"%d" % n) for n in range(10)),
)
good(
    "5.5.2",
    "PING before and after a message",
    frame(PING, "1") + frame(TEXT, "x") + frame(PING, "2"),
    b"x\n",
    answers=((PONG, b"1"), (PONG, b"2")),
)
good("5.5.2", "--no-pong", frame(PING, "x"), words=("--no-pong",))
for opcode in (PING, PONG, CLOSE):
    payload = close_payload(1000, "x" * 124) if opcode == CLOSE else "x" * 126
    hanging("5.5", f"{NAMES[opcode]} of 126 bytes", frame(opcode, payload), 1002)
    payload = close_payload(1000, "x" * 64_000) if opcode == CLOSE else "x" * 70_000
    hanging("5.5", f"{NAMES[opcode]} of 70000 bytes", frame(opcode, payload)[:20], 1002)
    payload = close_payload(1000) if opcode == CLOSE else "x"
    bad("5.5", f"fragmented {NAMES[opcode]}", frame(opcode, payload, fin=False), 1002)
    bad(
        "5.5",
        f"fragmented {NAMES[opcode]} within a message",
        frame(TEXT, "a", fin=False) + frame(opcode, payload, fin=False),
        1002,
    )

# --- 5.5.1 and 7.4 closing -----------------------------------------------------------------------
good("5.5.1", "Close without a payload", frame(CLOSE), close=False, code=None)
hanging("5.5.1", "Close of one byte", frame(CLOSE, b"\x03"), 1002)
good("5.5.1", "a reason", frame(CLOSE, close_payload(1000, "bye")), close=False)
good("5.5.1", "a reason of 123 bytes", frame(CLOSE, close_payload(1000, "x" * 123)), close=False)
good(
    "5.5.1",
    "a reason beyond ASCII",
    frame(CLOSE, close_payload(1001, "tschüß 😀")),
    close=False,
    code=1001,
)
for reason in (b"\xff", b"ok until \xc3", b"\xed\xa0\x80", b"\xf4\x90\x80\x80"):
    hanging(
        "5.5.1",
        f"a reason that is not UTF-8: {reason!r}",
        frame(CLOSE, close_payload(1000, reason)),
        {1002, 1007},
    )
for code in (1000, 1001):
    good("7.4", f"code {code}", frame(CLOSE, close_payload(code)), close=False, code=code)
for code in (1002, 1003, *range(1007, 1015), 3000, 3999, 4000, 4999):
    good("7.4", f"code {code}", frame(CLOSE, close_payload(code)), close=False, code=code, status=6)
for code in (0, 1, 999, 1004, 1005, 1006, 1015, 1016, 1100, 1999, 2000, 2999, 5000, 9999, 65535):
    hanging("7.4", f"code {code} is not for the wire", frame(CLOSE, close_payload(code)), 1002)
for name, data in (
    ("a message", frame(TEXT, "too late")),
    ("a PING", frame(PING, "too late")),
    ("another Close", frame(CLOSE, close_payload(1011))),
    ("nonsense", b"\xff" * 20),
):
    good(
        "5.5.1",
        f"{name} after the Close is not looked at",
        frame(TEXT, "before") + frame(CLOSE, close_payload(1000)) + data,
        b"before\n",
        close=False,
    )

# --- 8.1 UTF-8 -----------------------------------------------------------------------------------
VALID = {
    "two bytes": "\u0080\u07ff",
    "three bytes": "\u0800\uffff",
    "four bytes": "\U00010000\U0010ffff",
    "around the surrogates": "\ud7ff\ue000",
    "noncharacters": "\ufffe\uffff\U0001fffe\U0010ffff",
    "Greek": "κόσμε",
    "a mixture": "aß漢😀b",
    "a byte order mark": "\ufeffx",
    "NUL": "a\0b",
}
for name, text in VALID.items():
    data = text.encode()
    good("8.1", f"valid: {name}", frame(TEXT, data), data + b"\n")
    for cut in range(1, len(data)):
        good(
            "8.1",
            f"valid: {name}, fragmented after {cut} bytes",
            frame(TEXT, data[:cut], fin=False) + frame(CONT, data[cut:]),
            data + b"\n",
        )
    good(
        "8.1",
        f"valid: {name}, a byte a fragment",
        frame(TEXT, data[:1], fin=False)
        + b"".join(frame(CONT, data[n : n + 1], fin=False) for n in range(1, len(data)))
        + frame(CONT),
        data + b"\n",
    )
INVALID = {
    "a lone continuation": b"\x80",
    "two of them": b"\xbf\xbf",
    "overlong /, two bytes": b"\xc0\xaf",
    "overlong /, three bytes": b"\xe0\x80\xaf",
    "overlong /, four bytes": b"\xf0\x80\x80\xaf",
    "overlong /, five bytes": b"\xf8\x80\x80\x80\xaf",
    "overlong /, six bytes": b"\xfc\x80\x80\x80\x80\xaf",
    "overlong 127": b"\xc1\xbf",
    "overlong 2047": b"\xe0\x9f\xbf",
    "overlong 65535": b"\xf0\x8f\xbf\xbf",
    "the first surrogate": b"\xed\xa0\x80",
    "the last surrogate": b"\xed\xbf\xbf",
    "a surrogate pair": b"\xed\xa0\x80\xed\xb0\x80",
    "beyond U+10FFFF": b"\xf4\x90\x80\x80",
    "F5": b"\xf5\x80\x80\x80",
    "FE": b"\xfe",
    "FF": b"\xff",
    "two bytes cut by ASCII": b"\xc3(",
    "three bytes cut by ASCII": b"\xe2\x82(",
    "four bytes cut by ASCII": b"\xf0\x9f\x98(",
    "a lead byte after a lead byte": b"\xc3\xc3\xa9",
}
for name, data in INVALID.items():
    bad("8.1", f"invalid: {name}", frame(TEXT, data), 1007)
    bad("8.1", f"invalid: {name}, within a text", frame(TEXT, b"fine " + data + b" fine"), 1007)
    bad(
        "8.1",
        f"invalid: {name}, fragmented",
        frame(TEXT, b"fine " + data[:1], fin=False) + frame(CONT, data[1:] + b" fine"),
        1007,
    )
    # Also within a frame that has not ended: it fails at the byte that decides.
    hanging(
        "8.1",
        f"invalid: {name}, in a frame that has not ended",
        frame(TEXT, b"fine " + data, length=5000),
        1007,
    )
    good("8.1", f"invalid: {name}, but binary", frame(BINARY, data), data)
for name, data in (("two", b"\xc3"), ("three", b"\xe2\x82"), ("four", b"\xf0\x9f\x98")):
    bad("8.1", f"cut short: {name} bytes", frame(TEXT, b"fine " + data), 1007)
    bad(
        "8.1",
        f"cut short: {name} bytes, fragmented",
        frame(TEXT, "fine ", fin=False) + frame(CONT, data),
        1007,
    )
    bad(
        "8.1",
        f"cut short: {name} bytes, last fragment empty",
        frame(TEXT, data, fin=False) + frame(CONT),
        1007,
    )
hanging(
    "8.1",
    "an invalid first fragment fails before the second",
    frame(TEXT, b"\xff", fin=False),
    1007,
)

# --- sizes (7.4.1, code 1009) --------------------------------------------------------------------
SMALL = ("--max-size", "1000")
good(
    "7.4.1",
    "a message of the greatest size",
    frame(TEXT, pattern(1000)),
    pattern(1000) + b"\n",
    words=SMALL,
)
bad("7.4.1", "a byte more", frame(TEXT, pattern(1001)), 1009, words=SMALL)
hanging("7.4.1", "a byte more is told before it comes", frame(TEXT, length=1001), 1009, words=SMALL)
hanging(
    "7.4.1",
    "fragments that are too much together",
    frame(BINARY, pattern(600), fin=False) + frame(CONT, pattern(600), fin=False),
    1009,
    words=SMALL,
)
good(
    "7.4.1",
    "each message counts for itself",
    frame(BINARY, pattern(900)) * 3,
    pattern(900) * 3,
    words=SMALL,
)


# --- RFC 7692 permessage-deflate -----------------------------------------------------------------
class Deflater:
    """Compresses messages as section 7.2.1 has it; one context unless `takeover` is False."""

    def __init__(self, bits=15, takeover=True, level=9):
        self.settings = (level, zlib.DEFLATED, -bits)
        self.takeover = takeover
        self.stream = zlib.compressobj(*self.settings)

    def __call__(self, payload):
        if not self.takeover:
            self.stream = zlib.compressobj(*self.settings)
        data = self.stream.compress(payload) + self.stream.flush(zlib.Z_SYNC_FLUSH)
        return data.removesuffix(b"\x00\x00\xff\xff")


def z(opcode, data, **how):
    return frame(opcode, data, rsv=RSV1, **how)


def deflated(section, name, data, out=b"", headers=(DEFLATE,), **how):
    good(f"7692 {section}", name, data, out, headers=headers, **how)


for size in (0, 1, 5, 125, 126, 1000, 65536, 200_000):
    for kind, end in ((TEXT, b"\n"), (BINARY, b"")):
        deflated(
            "7.2.2",
            f"{NAMES[kind]} of {size} bytes",
            z(kind, Deflater()(pattern(size))),
            pattern(size) + end,
        )
deflated("7.2.3.1", "the RFC's Hello", z(TEXT, bytes.fromhex("f248cdc9c90700")), b"Hello\n")
deflated(
    "7.2.3.1",
    "the RFC's Hello in two fragments",
    z(TEXT, bytes.fromhex("f248cd"), fin=False) + frame(CONT, bytes.fromhex("c9c90700")),
    b"Hello\n",
)
deflated(
    "7.2.3.2",
    "the RFC's Hello twice, sharing the window",
    z(TEXT, bytes.fromhex("f248cdc9c90700")) + z(TEXT, bytes.fromhex("f200110000")),
    b"Hello\nHello\n",
)
deflated(
    "7.2.3.3",
    "a block without compression",
    z(TEXT, bytes.fromhex("000500faff48656c6c6f00")),
    b"Hello\n",
)
deflated("7.2.3.4", "a block with BFINAL", z(TEXT, bytes.fromhex("f348cdc9c9070000")), b"Hello\n")
deflated(
    "7.2.3.4",
    "messages after a block with BFINAL",
    z(TEXT, bytes.fromhex("f348cdc9c9070000")) * 3 + z(TEXT, Deflater()(b"end")),
    b"Hello\nHello\nHello\nend\n",
)
deflated(
    "7.2.3.5",
    "two blocks in one message",
    z(TEXT, bytes.fromhex("f248050000 00ffffcac9c90700".replace(" ", ""))),
    b"Hello\n",
)
deflated("7.2.3.6", "an empty message", z(TEXT, b"\x00"), b"\n")
deflated(
    "6.1",
    "uncompressed messages between compressed ones",
    frame(TEXT, "a") + z(TEXT, Deflater()(b"b")) + frame(TEXT, "c"),
    b"a\nb\nc\n",
)
deflated(
    "6.1",
    "a PING between the fragments of a compressed message",
    z(TEXT, bytes.fromhex("f248cd"), fin=False)
    + frame(PING, "pi")
    + frame(CONT, bytes.fromhex("c9c90700")),
    b"Hello\n",
    answers=((PONG, b"pi"),),
)
deflated(
    "6.1",
    "a byte a fragment",
    z(TEXT, bytes.fromhex("f2"), fin=False)
    + b"".join(frame(CONT, bytes([byte]), fin=False) for byte in bytes.fromhex("48cdc9c90700"))
    + frame(CONT),
    b"Hello\n",
)
for bits in range(9, 16):
    deflater = Deflater(bits)
    text = pattern(3000)
    deflated(
        "7.1.2.1",
        f"a window of {bits} bits",
        z(TEXT, deflater(text)) + z(TEXT, deflater(text)),
        (text + b"\n") * 2,
        headers=(f"{DEFLATE}; server_max_window_bits={bits}",),
        words=("--deflate", f"server_max_window_bits={bits}"),
    )
shared = Deflater()
deflated(
    "7.1.1.1",
    "many messages sharing the window",
    b"".join(z(TEXT, shared(b"the same again %d" % n)) for n in range(50)),
    b"".join(b"the same again %d\n" % n for n in range(50)),
)
alone = Deflater(takeover=False)
deflated(
    "7.1.1.1",
    "many messages each for itself",
    b"".join(z(TEXT, alone(b"the same again %d" % n)) for n in range(50)),
    b"".join(b"the same again %d\n" % n for n in range(50)),
    headers=(f"{DEFLATE}; server_no_context_takeover",),
)
for parameter in ("client_no_context_takeover", "client_max_window_bits=10"):
    deflated(
        "7.1",
        f"{parameter} is agreed to",
        z(TEXT, Deflater()(b"x")),
        b"x\n",
        headers=(f"{DEFLATE}; {parameter}",),
    )


def broken(section, name, data, code, out=b"", **how):
    bad(f"7692 {section}", name, data, code, out, headers=(DEFLATE,), **how)


broken(
    "6.2",
    "reserved bit 1 on a continuation",
    z(TEXT, bytes.fromhex("f248cd"), fin=False) + z(CONT, bytes.fromhex("c9c90700")),
    1002,
)
broken(
    "6.2",
    "reserved bit 1 on the continuation of an uncompressed message",
    frame(TEXT, "a", fin=False) + z(CONT, "b"),
    1002,
)
for opcode in (PING, PONG):
    broken("6", f"reserved bit 1 on {NAMES[opcode]}", z(opcode, "x"), 1002)
broken("6", "reserved bit 1 on CLOSE", z(CLOSE, close_payload(1000)), 1002)
broken("6", "reserved bit 2", frame(TEXT, "x", rsv=RSV2), 1002)
broken("7.2.2", "data that no deflate has made", z(TEXT, b"\xff\xff\xff\xff"), {1002, 1007})
broken(
    "7.2.2", "a distance beyond the beginning", z(TEXT, bytes.fromhex("f200110000")), {1002, 1007}
)
broken("7.2.2", "inflated text that is not UTF-8", z(TEXT, Deflater()(b"fine \xff")), 1007)
broken("7.2.2", "inflated text that is cut short", z(TEXT, Deflater()(b"fine \xc3")), 1007)
broken(
    "7.2.2",
    "more than --max-size when inflated",
    z(BINARY, Deflater()(bytes(1001))),
    1009,
    words=SMALL,
)
broken("7.2.2", "a bomb", z(BINARY, Deflater()(bytes(64 << 20))), 1009, words=("--max-size", "1M"))
deflated(
    "7.2.2",
    "the greatest size when inflated",
    z(BINARY, Deflater()(bytes(1000))),
    bytes(1000),
    words=SMALL,
)
