"""A WebSocket server with nothing but the standard library: each message goes to all clients.

What many people write once to see how it works: threads, short text messages, no fragments.
"""

import base64
import hashlib
import socketserver
import struct

GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
TEXT, CLOSE = 1, 8


def accept_key(key):
    return base64.b64encode(hashlib.sha1(key + GUID).digest()).decode()


def frame(opcode, payload):
    size = len(payload)
    length = bytes([size]) if size < 126 else struct.pack("!BH", 126, size)
    return bytes([0x80 | opcode]) + length + payload


class Client(socketserver.StreamRequestHandler):
    everybody = []

    def handle(self):
        key = None
        while line := self.rfile.readline().strip():
            name, _, value = line.partition(b":")
            if name.lower() == b"sec-websocket-key":
                key = value.strip()
        self.wfile.write(
            b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            + f"Sec-WebSocket-Accept: {accept_key(key)}\r\n\r\n".encode()
        )
        self.everybody.append(self)
        print("connected", flush=True)
        try:
            while True:
                opcode, payload = self.read_frame()
                if opcode == CLOSE:
                    self.wfile.write(frame(CLOSE, payload))
                    return
                if opcode == TEXT:
                    for client in list(self.everybody):
                        client.wfile.write(frame(TEXT, payload))
        finally:
            self.everybody.remove(self)
            print("gone", flush=True)

    def read_frame(self):
        first, size = self.rfile.read(2)
        size &= 0x7F
        if size == 126:
            (size,) = struct.unpack("!H", self.rfile.read(2))
        mask = self.rfile.read(4)
        payload = bytes(byte ^ mask[i % 4] for i, byte in enumerate(self.rfile.read(size)))
        return first & 0x0F, payload


class SmallServer(socketserver.ThreadingTCPServer):
    daemon_threads = True


with SmallServer(("127.0.0.1", 0), Client) as server:
    print("listening on", server.server_address[1], flush=True)
    server.serve_forever()
