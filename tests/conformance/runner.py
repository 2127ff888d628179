"""Runs the tables, over TCP or over TLS: the cases and the handshake enemies whole, split in the
middle and byte by byte, the scenes as they are."""

import concurrent.futures
import contextlib
import re
import socket
import unittest

import compressed  # noqa: F401: adds its scenes
from cases import CASES
from handshakes import ENEMIES
from scenes import SCENES
from support.certificates import Certificates
from support.frames import CLOSE
from support.program import SANITIZED, TIME_FACTOR, run, run_measured
from support.server import PeerGone, Server

SPLITS = ("whole", "middle", "bytes")
BYTES_AT_MOST = 70_000  # of a case; longer ones, all one ASCII message, go in 101 pieces


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


def words_for(words, server, tls):
    return [*words, *(["-k"] if tls else []), server.url]


def judge(ended, wanted, wrong):
    """Compares how a run ended with a Scene or an Enemy."""
    statuses = wanted.status if isinstance(wanted.status, tuple) else (wanted.status,)
    if ended.status not in statuses:
        wrong.append(f"status {ended.status}, not {wanted.status}")
    if ended.out != wanted.out:
        wrong.append(f"stdout {ended.out[:200]!r}, not {wanted.out[:200]!r}")
    errors = [line for line in ended.errors.splitlines() if line.startswith("wscope: ")]
    errors = [line for line in errors if not line.startswith("wscope: hint: ")]
    if not wanted.err and ended.err:
        wrong.append("words on stderr")
    if wanted.err and (len(errors) != wanted.errors or not re.search(wanted.err, errors[0])):
        wrong.append(f"not an error that says {wanted.err!r}")
    if any(byte < 0x20 and byte != 0x0A for byte in ended.err):
        wrong.append("control characters on stderr")
    if ended.seconds < wanted.least:
        wrong.append(f"ended after {ended.seconds:.2f} s, before {wanted.least} s")
    if ended.seconds > wanted.most * TIME_FACTOR:
        wrong.append(f"ended after {ended.seconds:.2f} s, later than {wanted.most} s")
    if wrong:
        wrong.append(f"stderr {ended.errors[-400:]!r}")
    return wrong


def scene_failures(scene, tls):
    wrong = []
    with Server(scene.script, tls=tls) as server:
        words = words_for(scene.words, server, tls)
        if scene.memory:
            ended = run_watched(words, scene.memory, wrong, stdin=scene.stdin)
        else:
            ended = run(*words, stdin=scene.stdin)
        with contextlib.suppress(AssertionError):  # the `with` tells it
            server.result()
    return judge(ended, scene, wrong)


def run_watched(words, memory, wrong, **how):
    """Runs it and judges the highest resident size."""
    ended, peak = run_measured(*words, **how)
    if peak > memory and not SANITIZED:
        wrong.append(f"{peak >> 10} KiB of memory, not {memory >> 10}")
    return ended


def enemy_failures(enemy, split, tls):
    def script(peer):
        peer.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        peer.read_request()
        answer = enemy.answer(peer)
        with contextlib.suppress(OSError):  # wscope may have said why and gone
            for piece in pieces(answer, split):
                peer.send(piece)
        if enemy.then:
            enemy.then(peer)
        peer.end()
        return len(answer)

    wrong = []
    with Server(script, tls=tls) as server:
        words = words_for(("-w", "-1", *enemy.words), server, tls)
        if split == "whole":
            ended = run_watched(words, enemy.memory, wrong)
        else:
            ended = run(*words)
    return judge(ended, enemy, wrong)


class Conformance(unittest.TestCase):
    tls = None

    def run_all(self, jobs, function, width):
        """Runs `function(*job)` for every job, several at once; each has a title and its words."""

        def one(job):
            try:
                return function(*job, self.tls)
            except AssertionError as error:
                return [f"{error} {error.__cause__ or ''}"]

        with concurrent.futures.ThreadPoolExecutor(width) as pool:
            for job, wrong in zip(jobs, pool.map(one, jobs)):
                if wrong:
                    with self.subTest(job[0].title, split=job[1:]):
                        self.fail("; ".join(wrong))

    def test_the_table(self):
        self.run_all([(case, split) for case in CASES for split in SPLITS], failures, 3)

    def test_scenes(self):
        other = "plain" if self.tls else "tls"
        self.run_all([(one,) for one in SCENES if one.over != other], scene_failures, 8)

    def test_handshake_enemies(self):
        jobs = [(one, split) for one in ENEMIES for split in one.splits]
        self.run_all(jobs, enemy_failures, 4)

    def test_the_tables_are_large_and_their_titles_differ(self):
        titles = [one.title for one in (*CASES, *SCENES, *ENEMIES)]
        self.assertGreaterEqual(len(CASES), 300)
        self.assertEqual([title for title in titles if titles.count(title) > 1], [])


def tls_context():
    return Certificates.shared().server_context()
