"""Runs the table: each case whole, split in the middle and byte by byte; plain or over TLS."""

import concurrent.futures
import contextlib
import socket
import unittest

from cases import CASES
from support.certificates import Certificates
from support.frames import CLOSE
from support.program import run
from support.server import PeerGone, Server

SPLITS = ("whole", "middle", "bytes")
BYTES_AT_MOST = 2000  # of a case; longer ones go in a prime number of pieces


def pieces(data, split):
    if split == "whole":
        return [data]
    if split == "middle":
        return [data[: len(data) // 2], data[len(data) // 2 :]]
    size = 1 if len(data) <= BYTES_AT_MOST else len(data) // 101 + 1
    return [data[begin : begin + size] for begin in range(0, len(data), size)]


def script_for(case, split):
    def script(peer):
        peer.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        peer.accept(*case.headers)
        with contextlib.suppress(OSError):  # wscope may have said why and gone
            for piece in pieces(case.data, split):
                peer.send(piece)
        got, masked = [], True
        try:
            while (frame := peer.read_frame()).opcode != CLOSE:
                masked = masked and frame.mask is not None
                got.append((frame.opcode, frame.payload))
        except PeerGone:
            frame = None
        peer.end()
        return got, frame, masked

    return script


def failures(case, split, tls):
    """What was wrong, in words; empty when nothing was."""
    wrong = []
    with Server(script_for(case, split), tls=tls) as server:
        words = [*case.words, *(["-k"] if tls else []), "-w", "-1", server.url]
        ended = run(*words, timeout=15)
        got, close, masked = server.result()
    if got != list(case.answers):
        wrong.append(f"frames {got!r}, not {list(case.answers)!r}")
    if close is None:
        wrong.append("no Close came")
    else:
        allowed = case.code if isinstance(case.code, set) else {case.code}
        if close.code not in allowed:
            wrong.append(f"Close {close.code} {close.reason!r}, not {case.code}")
        if close.mask is None or not masked:
            wrong.append("an unmasked frame")
    if ended.status != case.status:
        wrong.append(f"status {ended.status}, not {case.status}")
    if ended.out != case.out:
        wrong.append(f"stdout {ended.out[:200]!r}, not {case.out[:200]!r}")
    if case.status == 0 and ended.err:
        wrong.append("words on stderr")
    if case.status != 0 and ended.errors.count("wscope: ") < 1:
        wrong.append("no error line")
    if wrong:
        wrong.append(f"stderr {ended.errors[-300:]!r}")
    return wrong


class Conformance(unittest.TestCase):
    tls = None

    def test_the_table(self):
        jobs = [(case, split) for case in CASES for split in SPLITS]
        with concurrent.futures.ThreadPoolExecutor(2) as pool:

            def one(job):
                try:
                    return failures(*job, self.tls)
                except AssertionError as error:
                    return [str(error)]

            for (case, split), wrong in zip(jobs, pool.map(one, jobs)):
                if wrong:
                    with self.subTest(case.title, split=split):
                        self.fail("; ".join(wrong))

    def test_the_table_is_large_and_its_titles_differ(self):
        titles = [case.title for case in CASES]
        self.assertGreaterEqual(len(titles), 300)
        self.assertEqual(len(titles), len(set(titles)))


def tls_context():
    return Certificates.shared().server_context()
