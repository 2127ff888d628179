"""WebSocket frames as bytes (RFC 6455 section 5.2), also those no honest peer would send."""

import base64
import hashlib
import os
import struct
from dataclasses import dataclass

CONT, TEXT, BINARY, CLOSE, PING, PONG = 0x0, 0x1, 0x2, 0x8, 0x9, 0xA
FIN = 0x80
RSV1, RSV2, RSV3 = 0x40, 0x20, 0x10
GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


def accept_for(key: bytes) -> bytes:
    """Sec-WebSocket-Accept for a Sec-WebSocket-Key (RFC 6455 4.2.2)."""
    return base64.b64encode(hashlib.sha1(key + GUID).digest())


def masked(payload: bytes, mask: bytes) -> bytes:
    """Masks or unmasks; one big XOR, so 64 MiB take a moment and not a minute."""
    size = len(payload)
    if not size:
        return b""
    key = (mask * (size // 4 + 1))[:size]
    return (int.from_bytes(payload, "little") ^ int.from_bytes(key, "little")).to_bytes(
        size, "little"
    )


def frame(opcode, payload=b"", *, fin=True, rsv=0, mask=None, length_bytes=None, length=None):
    """One frame. `mask`: 4 bytes, True for random ones, None for an unmasked frame.

    `length_bytes` 0, 2 or 8 forces the form of the length; `length` lies about it.
    """
    if isinstance(payload, str):
        payload = payload.encode()
    told = len(payload) if length is None else length
    if length_bytes is None:
        length_bytes = 0 if told < 126 else 2 if told < 65536 else 8
    first = (FIN if fin else 0) | rsv | opcode
    masked_bit = 0x80 if mask else 0
    if length_bytes == 0:
        head = struct.pack("!BB", first, masked_bit | told)
    elif length_bytes == 2:
        head = struct.pack("!BBH", first, masked_bit | 126, told)
    else:
        head = struct.pack("!BBQ", first, masked_bit | 127, told)
    if not mask:
        return head + payload
    key = os.urandom(4) if mask is True else mask
    return head + key + masked(payload, key)


def close_payload(code=None, reason=b""):
    if isinstance(reason, str):
        reason = reason.encode()
    return b"" if code is None else struct.pack("!H", code) + reason


@dataclass
class Frame:
    """A frame as it was read: `mask` is None when it came unmasked; `payload` is unmasked."""

    opcode: int
    payload: bytes
    fin: bool = True
    rsv: int = 0
    mask: bytes | None = None
    length_bytes: int = 0

    @property
    def code(self):
        """The code of a CLOSE; None when it has none."""
        return struct.unpack("!H", self.payload[:2])[0] if len(self.payload) >= 2 else None

    @property
    def reason(self):
        return self.payload[2:]


def read_frame(read_exactly) -> Frame:
    """Reads one frame with `read_exactly(n)`, which raises when the peer has ended."""
    first, second = read_exactly(2)
    size = second & 0x7F
    length_bytes = {126: 2, 127: 8}.get(size, 0)
    if length_bytes:
        size = int.from_bytes(read_exactly(length_bytes), "big")
    mask = bytes(read_exactly(4)) if second & 0x80 else None
    payload = bytes(read_exactly(size)) if size else b""
    if mask:
        payload = masked(payload, mask)
    return Frame(first & 0x0F, payload, bool(first & FIN), first & 0x70, mask, length_bytes)
