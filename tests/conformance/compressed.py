"""Scenes of permessage-deflate from wscope to the server (RFC 7692 7): every parameter, both ways.

The server inflates with exactly the window that was agreed: a distance that reaches further back is
an error of zlib, and so is a context that should have been dropped. In small pieces: what zlib wrote
in the same call counts as window, however far back.
"""

import random
import zlib

from scenes import scene, want
from support.frames import BINARY, CLOSE, RSV1, TEXT, frame

DEFLATE = "permessage-deflate"
NOISE = random.Random(7692).randbytes(20_000).hex()  # text of 40,000 bytes, 2:1 at best


class Inflater:
    def __init__(self, bits=15, takeover=True):
        self.bits, self.takeover = bits, takeover
        self.stream = zlib.decompressobj(-bits)

    def __call__(self, data):
        if not self.takeover:
            self.stream = zlib.decompressobj(-self.bits)
        rest = data + b"\x00\x00\xff\xff"
        pieces = []
        while rest:
            pieces.append(self.stream.decompress(rest, 8))
            rest = self.stream.unconsumed_tail
            if len(pieces[-1]) < 8:
                break
        return b"".join(pieces)


def read_all(peer, inflate):
    """(opcode, compressed?, payload, bytes on the wire) of each message until the Close."""
    got = []
    while (one := peer.read_frame()).opcode != CLOSE:
        want(one.mask is not None and one.fin, True)
        if one.rsv not in (0, RSV1):
            raise AssertionError(f"reserved bits {one.rsv:#x}")
        payload = inflate(one.payload) if one.rsv else one.payload
        got.append((one.opcode, bool(one.rsv), payload, len(one.payload)))
    peer.frame(CLOSE, one.payload)
    peer.end()
    return got


def offered(peer, expected):
    peer.read_request()
    want(peer.request.all("Sec-WebSocket-Extensions"), [expected] if expected else [])


def sends(section, name, messages, *, words=(), offer=None, answer=DEFLATE, bits=15, takeover=True,
          compressed=True, kind=TEXT):  # fmt: skip
    """`messages` go out one a line; `compressed`: of all of them, or a list."""

    @scene(f"7692 {section}", name, words=("-w", "0", *words), stdin=b"".join(m + b"\n" for m in messages))
    def _(peer):
        if offer is not None:
            offered(peer, offer)
        peer.accept(*([f"Sec-WebSocket-Extensions: {answer}"] if answer else []))
        got = read_all(peer, Inflater(bits, takeover))
        want([(opcode, payload) for opcode, _, payload, _ in got], [(kind, m) for m in messages])
        if compressed is not None:
            flags = [compressed] * len(messages) if isinstance(compressed, bool) else compressed
            want([flag for _, flag, _, _ in got], flags)


TEXTS = [NOISE[:20_000].encode(), NOISE[:20_000].encode(), b"again and " * 2000, NOISE[:20_000].encode()]

sends("7", "the usual offer", TEXTS, offer=f"{DEFLATE}; client_max_window_bits")
sends("7", "the server does not want it", TEXTS, answer=None, compressed=False)
sends("7", "--no-deflate", TEXTS, words=("--no-deflate",), offer="", answer=None, compressed=False)
sends("7", "binary messages", TEXTS, words=("-b",), kind=BINARY)
sends("7.2.1", "empty and small messages", [b"", b"x", b"", b"y" * 63], compressed=False)
sends("7.2.1", "empty and small messages, all compressed", [b"", b"x", b"", b"y" * 63], words=("--deflate", "threshold=0"), compressed=None)
sends("7.2.1", "the threshold", [b"x" * 99, b"x" * 100, b"x" * 101], words=("--deflate", "threshold=100"), compressed=[False, True, True])
sends("7.2.1", "a megabyte", [b"megabyte" * 131_072])
sends("7.2.1", "many messages", [b"message %d of many, with some text to compress in it: %d" % (n, n * n) + b"." * 64 for n in range(2000)])
sends("7.1.1.2", "client_no_context_takeover", TEXTS, answer=f"{DEFLATE}; client_no_context_takeover", takeover=False)
sends("7.1.1.2", "client_no_context_takeover that we asked for", TEXTS, words=("--deflate", "client_no_context_takeover"), offer=f"{DEFLATE}; client_no_context_takeover; client_max_window_bits", takeover=False)
sends("7.1.1.1", "server_no_context_takeover that we asked for", TEXTS, words=("--deflate", "server_no_context_takeover"), offer=f"{DEFLATE}; server_no_context_takeover; client_max_window_bits", answer=f"{DEFLATE}; server_no_context_takeover")
for bits in range(9, 16):
    sends("7.1.2.2", f"client_max_window_bits={bits}", TEXTS, answer=f"{DEFLATE}; client_max_window_bits={bits}", bits=bits)
    sends("7.1.2.2", f"client_max_window_bits={bits}, no context", TEXTS, answer=f"{DEFLATE}; client_max_window_bits={bits}; client_no_context_takeover", bits=bits, takeover=False)
    sends("7.1.2.2", f"client_max_window_bits={bits} that we offered", TEXTS, words=("--deflate", f"client_max_window_bits={bits}"), offer=f"{DEFLATE}; client_max_window_bits={bits}", answer=f"{DEFLATE}; client_max_window_bits={bits}", bits=bits)
    sends("7.1.2.1", f"server_max_window_bits={bits} that we asked for", TEXTS, words=("--deflate", f"server_max_window_bits={bits}"), offer=f"{DEFLATE}; server_max_window_bits={bits}; client_max_window_bits", answer=f"{DEFLATE}; server_max_window_bits={bits}")
# zlib has no window of 8 bits for raw deflate: then nothing is compressed, which is always allowed.
sends("7.1.2.2", "client_max_window_bits=8", TEXTS, answer=f"{DEFLATE}; client_max_window_bits=8", bits=8 + 1, compressed=False)
for level in range(10):
    sends("7.2.1", f"level {level}", TEXTS[2:3], words=("--deflate", f"level={level}"), compressed=None)
sends("7.1", "everything at once", TEXTS, words=("--deflate", "server_no_context_takeover; client_no_context_takeover; server_max_window_bits=12; client_max_window_bits=11; level=6; threshold=64"), offer=f"{DEFLATE}; server_no_context_takeover; client_no_context_takeover; server_max_window_bits=12; client_max_window_bits=11", answer=f"{DEFLATE}; server_no_context_takeover; client_no_context_takeover; server_max_window_bits=10; client_max_window_bits=9", bits=9, takeover=False)


@scene("7692 7", "compression is worth it", words=("-w", "0"), stdin=b"again and " * 2000 + b"\n")
def _(peer):
    peer.accept(f"Sec-WebSocket-Extensions: {DEFLATE}")
    ((_, _, _, size),) = read_all(peer, Inflater())
    if size > 500:
        raise AssertionError(f"20000 bytes became {size}")


@scene("7692 7.2.2", "compressed messages after our Close", words=("-w", "0"), out=b"Hello\n" * 3)
def _(peer):
    peer.accept(f"Sec-WebSocket-Extensions: {DEFLATE}")
    want(peer.messages(), [])
    peer.frame(TEXT, bytes.fromhex("f248cdc9c90700"), rsv=RSV1)
    peer.frame(TEXT, bytes.fromhex("f200110000"), rsv=RSV1)
    peer.text("Hello")
    peer.close(1000)
    peer.end()


@scene("7692 7", "--echo over two windows", words=("--echo", "-w", "-1"), out=NOISE.encode() + b"\n" + NOISE.encode() + b"\n")
def _(peer):
    peer.accept(f"Sec-WebSocket-Extensions: {DEFLATE}; server_max_window_bits=10; client_max_window_bits=11")
    deflate = zlib.compressobj(9, zlib.DEFLATED, -10)
    inflate = Inflater(11)
    for _ in range(2):
        data = deflate.compress(NOISE.encode()) + deflate.flush(zlib.Z_SYNC_FLUSH)
        peer.frame(TEXT, data[:-4], rsv=RSV1)
        one = peer.read_frame()
        want((one.opcode, one.rsv, inflate(one.payload)), (TEXT, RSV1, NOISE.encode()))
    peer.close(1000)
    want(peer.read_frame().code, 1000)
    peer.end()


# --- bombs -------------------------------------------------------------------------------------------
def zeros(size):
    """Raw deflate of so many zeros, without keeping them: about a thousandth of it."""
    stream = zlib.compressobj(9, zlib.DEFLATED, -15)
    block = bytes(1 << 20)
    data = b"".join(stream.compress(block) for _ in range(size >> 20)) + stream.flush(zlib.Z_SYNC_FLUSH)
    return data[:-4]


BOMB = zeros(1 << 30)

for name, words, fragments in (
    ("a bomb of 1 GiB", (), 1),
    ("a bomb of 1 GiB in 100 fragments", (), 100),
    ("a bomb of 1 GiB, --max-size 1M", ("--max-size", "1M"), 1),
    ("a bomb of 1 GiB, --max-size 16M", ("--max-size", "16M"), 1),
):

    @scene("7692 8", name, words=("-w", "-1", *words), status=6, err="--max-size|larger|bigger|more than", most=5, memory=30 << 20)
    def _(peer, fragments=fragments):
        peer.accept(f"Sec-WebSocket-Extensions: {DEFLATE}")
        size = len(BOMB) // fragments + 1
        pieces = [BOMB[at : at + size] for at in range(0, len(BOMB), size)]
        try:
            for number, piece in enumerate(pieces):
                peer.send(frame(BINARY if number == 0 else 0, piece, fin=number + 1 == len(pieces), rsv=RSV1 if number == 0 else 0))
        except OSError:
            pass  # wscope may have said why and gone
        while (one := peer.read_frame()).opcode != CLOSE:
            pass
        want(one.code, 1009)
        peer.end()


@scene("7.4.1", "64 MiB in fragments of nothing", words=("-w", "-1"), out=b"\n", memory=30 << 20, most=10)
def _(peer):
    peer.accept()
    peer.frame(TEXT, fin=False)
    empty = frame(0, fin=False) * 10_000
    for _ in range(100):
        peer.send(empty)
    peer.frame(0)
    peer.close(1000)
    want(peer.read_frame().code, 1000)
    peer.end()


@scene("7.4.1", "a length that promises much reserves nothing", words=("--until", "y"), status=6, err="connection lost", memory=30 << 20)
@scene("7.4.1", "nor does one that is written as it comes", words=("-w", "-1"), status=6, out=b"x" * 1000, err="connection lost.*incomplete", memory=30 << 20)
def _(peer):
    peer.accept()
    peer.send(frame(BINARY, b"x" * 1000, length=60 << 20))
    peer.end()


@scene("5.5.2", "a flood of PINGs from a server that reads nothing", words=("-w", "-1"), status=6, err="connection lost|without an answer|not delivered", memory=30 << 20, most=20)
def _(peer):
    peer.accept()
    peer.sock.settimeout(2)
    flood = frame(0x9, "x" * 125) * 1000
    try:
        for _ in range(500):  # 64 MB
            peer.send(flood)
    except OSError:
        pass  # it may stop reading, too
    peer.reset()
