"""--script: dialogues with an exit status, several connections, reports for CI."""

import asyncio
import contextlib
import json
import re
import signal
import subprocess
import tempfile
import threading
import unittest
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import websockets

from support.dialogue import Dialogue
from support.program import TIME_FACTOR, WSCOPE, Running, environment, run
from support.server import Server, unused_port


class Chat:
    """A chat room of python3-websockets on a thread of its own: what one says, all others hear."""

    def __enter__(self):
        self._ready = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()), daemon=True)
        self._thread.start()
        self._ready.wait(10)
        return self

    def __exit__(self, kind, error, trace):
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(10)
        return False

    async def _serve(self):
        self._loop, self._stop, self._members = asyncio.get_running_loop(), asyncio.Event(), set()
        async with websockets.serve(self._member, "127.0.0.1", 0) as server:
            self.url = f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
            self._ready.set()
            await self._stop.wait()

    async def _member(self, member, *_):
        self._members.add(member)
        name = "nobody"
        with contextlib.suppress(websockets.ConnectionClosed):
            name = await member.recv()
            await self._tell(None, f'{{"event": "joined", "who": "{name}"}}')
            async for said in member:
                await self._tell(member, f"{name}: {said}")
        self._members.remove(member)
        await self._tell(None, f"{name} left")

    async def _tell(self, but, text):
        for member in self._members - {but}:
            with contextlib.suppress(websockets.ConnectionClosed):
                await member.send(text)


class Script(Dialogue):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def script(self, text, *words, name="a.wscope", env=None):
        (self.folder / name).write_text(text)
        return run("--script", name, *words, cwd=self.folder, env=env and environment(**env))

    def echo(self, text, *words, **how):
        with Server() as server:
            return self.script(text, *words, server.url, **how)


class Statements(Script):
    def test_a_whole_dialogue_with_an_echo_server(self):
        (self.folder / "data.bin").write_bytes(b"\xff\x00data")
        ended = self.echo(
            """#!/usr/bin/env -S wscope --script
            # greets
            send hello
            expect hello
            send json {"id": 7,
                       "who": "$WHO"}
            expect json {"id": 7} as m
            send "${m/who}\\n${m/id}"
            expect /^(?P<first>.*)\\n7$/
            send $first
            expect any
            send hex 00 ff
            expect binary 00ff within 2
            send file data.bin
            expect file data.bin
            ping hi
            expect pong hi
            repeat 3 as i
              send $i
              expect "$i"
            end
            not-expect any for 0.1
            close 4001 bye
            expect close 4001 bye
            """,
            env={"WHO": 'a"b'},
        )
        self.expect(ended, status=0, err="")
        self.assertTrue(ended.out.startswith(b'hello\n{"id": 7,\n'), str(ended))

    def test_a_mismatch_is_told_with_file_and_line(self):
        ended = self.echo("send a\n\nexpect b\n")
        self.expect(ended, status=8, out="a\n")
        self.assertEqual(
            ended.errors, 'wscope: a.wscope:3: expected text "b", came text "a"\n', str(ended)
        )

    def test_texts_that_differ_are_displayed_differently(self):
        ended = self.echo('send "a\\\\nb"\nexpect "a\\nb"\n')
        self.expect(
            ended, status=8, err=r'expected text "a\\nb", came text "a\\\\nb"$'
        )  # fmt: skip

    def test_errors_are_short(self):
        junk = "x" * 500_000
        for text in (junk, f"expect /({junk}/\n", f"send hex {junk}\n", f"expect {junk}\n"):
            ended = self.echo("send a\n" + text)
            self.assertIn(ended.status, (2, 8), text[:10])
            self.assertLess(len(ended.err), 1500, text[:10])
        self.assertLess(len(self.echo(f"send file {junk}\n").err), 5000)

    def test_a_difference_of_json_is_shown(self):
        ended = self.echo(
            'send json {"user": "alice", "roles": ["x"]}\n'
            'expect json {"user": "bob", "roles": ["x", "y"]}\n'
        )
        self.expect(
            ended,
            status=8,
            err=[r'^  /user$', r'^    - "bob"$', r'^    \+ "alice"$', r"^  /roles/1$",
                 r"^wscope: a\.wscope:2: "],
        )  # fmt: skip

    def test_what_the_server_sends_can_not_drive_the_terminal(self):
        ended = self.echo(
            'send "{\\"a\\": 1, \\"b\\": \\"\\u009b\\u001b[2J\\"}"\nexpect json {"a": 2}\n'
        )
        self.expect(ended, status=8)
        self.assertNotIn(b"\x1b", ended.err)
        self.assertNotIn(b"\xc2\x9b", ended.err)

    def test_unordered_finds_a_message_for_each_where_there_is_one(self):
        ended = self.echo(
            'send json {"id": 1}\nsend json {"id": 2}\n'
            'unordered\nexpect json {} as any_id\nexpect json {"id": 1} as first\nend\n'
            "send ${any_id/id}${first/id}\nexpect 21\n"
        )
        self.expect(ended, status=0, err="")

    def test_values_stand_in_close_codes(self):
        ended = self.echo("set C 4001\nclose $C bye\nexpect close $C bye\n")
        self.expect(ended, status=0, err="")
        ended = self.echo("set C never\nclose $C\n")
        self.expect(ended, status=2, err=r"a\.wscope:2: 'never' is no close code$")

    def test_a_binary_message_that_was_kept_is_sent_back(self):
        ended = self.echo("send hex 0001ff\nexpect any as q\nsend hex $q\nexpect hex 0001ff\n")
        self.expect(ended, status=0, err="")

    def test_silence(self):
        ended = self.echo('expect "a" within 0.2\n')
        self.expect(
            ended, status=8, err=r"a\.wscope:1: expected text \"a\", nothing came within 0\.2 s$"
        )
        self.assertLess(ended.seconds, 3 * TIME_FACTOR)

    def test_within_bounds_a_block(self):
        ended = self.echo("within 0.3\n sleep 20\nend\n")
        self.expect(
            ended, status=8, err=r"a\.wscope:1: not done within 0\.3 s: still at line 2: sleep 20$"
        )

    def test_a_close_or_a_loss_instead_of_a_message(self):
        def closes(peer):
            peer.accept()
            peer.read_message()
            peer.finish(1011, "boom")

        def drops(peer):
            peer.accept()
            peer.read_message()
            peer.drop()

        for serve, words in (
            (closes, r'came Close 1011 \(.*\) "boom"'),
            (drops, "came connection lost"),
        ):
            with Server(serve) as server:
                ended = self.script("send a\nexpect b\n", server.url)
            self.expect(ended, status=8, err=rf"a\.wscope:2: expected text \"b\", {words}")
        with Server(closes) as server:
            self.expect(
                self.script("send a\nexpect close 1011 boom\n", server.url), status=0, err=""
            )
        with Server(drops) as server:
            self.expect(self.script("send a\nexpect close 1006\n", server.url), status=0, err="")

    def test_a_server_that_reads_nothing_is_not_waited_for_without_end(self):
        def deaf(peer):
            peer.accept()
            peer.server.stopping.wait(60)

        def slow(peer):
            peer.accept()
            for _ in range(12):
                for _ in range(16):
                    peer.read_message()
                peer.server.stopping.wait(0.3)
            return len(peer.answer_close())

        text = f"timeout 2\nset x {'x' * (64 << 10)}\nrepeat 300\nsend $x\nend\n"
        with Server(deaf) as server:
            told = r"^wscope: a\.wscope:4: can't send: the peer reads nothing for 2 s, \d+ bytes wait"
            self.expect(self.script(text, server.url), status=7, out="", err=told)
        with Server(slow) as server:
            self.expect(self.script(text, server.url), status=0, err="")
            self.assertEqual(server.result(), 300 - 12 * 16)

    def test_sending_on_a_connection_that_ended(self):
        ended = self.echo("close\nexpect close 1000\nsend a\n")
        self.expect(ended, status=6, err=r"a\.wscope:3: can't send: it ended with Close 1000")

    def test_pings_of_the_server(self):
        def pings(peer):
            peer.accept()
            peer.ping(b"are you there")
            peer.answer_close()

        with Server(pings) as server:
            self.expect(self.script('expect ping "are you there"\n', server.url), status=0, err="")

    def test_a_flood_is_held_back_until_it_is_wanted(self):
        def floods(peer):
            peer.accept()
            for number in range(2000):
                peer.text(f"{number} " + "x" * 30000)
            peer.text("last")
            peer.answer_close()

        with Server(floods) as server:
            with Running("--script", "-", server.url) as client:
                client.send("timeout 60\nsleep 1\nawait last\n")
                client.end_input()
                ended = client.wait(80)
                self.expect(ended, status=0)

    def test_what_a_full_line_hides_is_no_silence(self):
        def floods(peer):
            peer.accept()
            with contextlib.suppress(OSError):
                for _ in range(40):
                    peer.text("x" * (1 << 20))
                peer.text("bad")
                peer.answer_close()

        told = "messages of 16 MiB wait in line, and no more is read"
        for text, first in (
            ('not-expect "bad" for 60\n', 'can\'t tell whether text "bad" comes'),
            ("sleep 0.5\nping x\nexpect pong x within 1\n", 'expected a pong "x", nothing came'),
        ):
            with self.subTest(text), Server(floods) as server:
                self.expect(self.script(text, server.url), status=8, err=[first, told])
        with Server(floods) as server:
            self.expect(self.script('await "bad" within 60\n', server.url), status=0, err="")

    def test_a_pointer_in_a_regular_expression(self):
        text = 'send json {"id": "a.b"}\nexpect json {} as w\nset d x\nsend %s\nexpect /%s/\n'
        for said, pattern, status in (
            ("a.b y", "^${w/id} y$", 0),
            ("acb y", "^${w/id} y$", 8),
            ("a/b", "^${nothing:-a/b}$", 0),
            ("$", "^$${2}$", 8),
        ):
            with self.subTest(pattern):
                self.expect(self.echo(text % (said, pattern)), status=status)

    def test_a_close_without_a_code(self):
        for code, status in (("1005", 0), ("1000", 8), ("", 0)):
            with self.subTest(code), Server(lambda peer: (peer.accept(), peer.finish(None))) as server:
                self.expect(self.script(f"expect close {code}\n", server.url), status=status)

    def test_what_a_pointer_leads_to_is_sent_as_it_stood(self):
        value = '{"b":1.0,"a":100000000000000000001}'
        text = f'send json {{"v":{value}}}\nexpect any as o\nsend ${{o/v}}\nexpect "{{}}"\n'
        ended = self.echo(text)
        self.expect(ended, status=8)
        self.assertIn("100000000000000000001", ended.errors)
        self.assertIn("1.0", ended.errors)

    def test_a_hundred_thousand_messages(self):
        with Server(lambda peer: (peer.accept(), len(peer.answer_close()))[1]) as server:
            ended = self.script("repeat 100000\nsend hello\nend\n", server.url)
            self.expect(ended, status=0, err="")
            self.assertEqual(server.result(), 100000)


class Ends(Script):
    def test_other_failures_keep_their_status(self):
        holder, port = unused_port()
        with holder:
            ended = self.script(f"connect ws://127.0.0.1:{port}/\n")
            self.expect(ended, status=3, err=r"^wscope: a\.wscope:1: can't connect")
            self.expect(self.script("send a\n", f"ws://127.0.0.1:{port}/"), status=3)

        def refuses(peer):
            peer.read_until(b"\r\n\r\n")
            peer.send(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")
            peer.end()

        with Server(refuses) as server:
            ended = self.script(f"\nconnect as bob {server.url}\n")
            self.expect(ended, status=5, err=r"^wscope: a\.wscope:2: bob: ")

    def test_what_is_wrong_in_the_script_is_told_before_anything_is_sent(self):
        with Server() as server:
            ended = self.script("send a\nsned b\n", server.url)
            self.expect(ended, status=2, out="", err=[r"^wscope: a\.wscope:2: unknown", "hint: "])
            self.assertEqual(server.connections, 0)
        self.expect(run("--script", "/nonexistent"), status=2, err="can't read the script /nonex")
        self.expect(self.script("send a\n"), status=2, err=r"a\.wscope:1: there is no connection")
        self.expect(run("--script", "/", "ws://h"), status=2, err="can't read the script /")
        ended = self.script("\nrepeat 0\nconnect as a ws://127.0.0.1:1/\nend\na: send x\n")
        self.expect(ended, status=2, err=r"^wscope: a\.wscope:2: '0' is no number of repetitions$")

    def test_urls_and_headers_are_judged_before_anything_is_sent(self):
        with Server() as server:
            for bad, told in (
                ("connect as b nonsense://x", 'unknown scheme "nonsense"'),
                ("header Foo Bar: 1", '"Foo Bar" is not a header name'),
                ("header Foo Bar: $NO_SUCH", '"Foo Bar" is not a header name'),
                ("repeat 2\nheader : 1\nend", "a header has a name and a colon"),
            ):
                ended = self.script(f"send a\nexpect a\n{bad}\nconnect as b $U\n", server.url)
                line = 4 if bad.startswith("repeat") else 3
                self.expect(ended, status=2, out="", err=rf"^wscope: a\.wscope:{line}: {told}")
            self.assertEqual(server.connections, 0)

    def test_headers_with_values_are_told_with_their_own_line(self):
        text = 'set v "a\\nb"\nset n "a b"\nheader $N: $V\nconnect as b ws://127.0.0.1:1/\n'
        for names, told in (
            (("v", "n"), r'"a\\nb" is not a header name'),
            (("ok", "v"), r'the value of the header "[^"]*" contains a line break'),
        ):
            filled = text.replace("$N", "$" + names[0]).replace("$V", "$" + names[1])
            ended = self.script(filled, env={"ok": "X"})
            self.expect(ended, status=2, err=rf"^wscope: a\.wscope:3: {told}")

    def test_a_file_that_can_not_be_read(self):
        told = r"^wscope: a\.wscope:1: can't read nosuch: no such file or directory"
        self.expect(self.echo("expect file nosuch\n"), status=2, err=told + "$")
        self.expect(self.echo("send file nosuch\n"), status=2, err=told + ": not sent$")

    def test_a_missing_value(self):
        self.expect(self.echo("send $NO_SUCH\n"), status=2, err=[r"a\.wscope:1: no value is named", r"hint: a dollar sign is \$\$, in a regular"])
        ended = self.echo("send json {}\nexpect any as m\nsend ${m/id}\n")
        self.expect(ended, status=2, err=r"a\.wscope:3: there is no /id in the message kept as m")
        ended = self.echo("send x\nexpect any as m\nsend ${m/id}\n")
        self.expect(ended, status=2, err=r"a\.wscope:3: the message kept as m is no JSON")

    def test_the_end_of_the_script_closes(self):
        with Server(
            lambda peer: (peer.accept(), peer.answer_close(), peer.last_close.payload)[2]
        ) as server:
            self.expect(self.script("", server.url), status=0, out="", err="")
            self.assertEqual(server.result(), b"\x03\xe8")
        self.expect(run("--script", "-", stdin=b""), status=0, out="", err="")

    def test_signals_and_the_timeout_of_the_run(self):
        with Server() as server, Running("-v", "--script", "-", server.url) as client:
            client.send("sleep 60\n")
            client.end_input()
            client.wait_err("open")
            client.signal(signal.SIGINT)
            self.assertEqual(client.wait(5).status, 130)
        ended = self.echo("sleep 60\n", "--timeout", "0.3")
        self.expect(ended, status=7, err="out of time: the script did not end within 0.3 s")

    def test_options_that_do_not_go_with_it(self):
        for words in (["-x", "a"], ["--count", "1"], ["--listen", "0"], ["--reconnect"]):
            self.expect(run("--script", "x", *words), status=2, err="^wscope: .*--script")
        self.expect(run("--script-report", "tap:x", "ws://h"), status=2, err="needs --script")

    def test_as_a_program_of_its_own(self):
        program = self.folder / "greet.wscope"
        program.write_text(f"#!/usr/bin/env -S {WSCOPE} --script\nsend hi\nexpect hi\n")
        program.chmod(0o755)
        with Server() as server:
            ended = subprocess.run([program, server.url], capture_output=True, timeout=20)
        self.assertEqual((ended.returncode, ended.stdout, ended.stderr), (0, b"hi\n", b""))


class Several(Script):
    def test_a_chat_of_two(self):
        with Chat() as chat:
            ended = self.script(
                """
                connect as alice $CHAT
                alice: send alice
                alice: expect json {"event": "joined", "who": "alice"}
                connect as bob $CHAT
                bob: send bob
                unordered within 5
                  alice: expect json {"event": "joined", "who": "bob"}
                  bob: expect json {"event": "joined", "who": "bob"}
                end
                alice: send hello all
                bob: expect "alice: hello all" within 5
                alice: not-expect any for 0.2
                bob: close
                bob: expect close 1000
                alice: await /^bob left$/
                """,
                "--json",
                env={"CHAT": chat.url},
            )
        self.expect(ended, status=0, err="")
        events = [json.loads(line) for line in ended.out.splitlines()]
        heard = [(e["connection"], e["data"]) for e in events
                 if e["event"] == "message" and e["dir"] == "recv"]  # fmt: skip
        self.assertIn(("bob", "alice: hello all"), heard)
        self.assertNotIn("connection", events[-1])

    def test_who_failed_is_told(self):
        with Chat() as chat:
            ended = self.script(
                f"connect as alice {chat.url}\nconnect as bob {chat.url}\n"
                "alice: send alice\nbob: expect hello\n"
            )
        self.expect(
            ended, status=8, err=r"^wscope: a\.wscope:4: bob: expected text \"hello\", came"
        )

    def test_each_connection_has_its_headers(self):
        with Server(
            lambda peer: (peer.accept(), peer.answer_close(), peer.request.headers)[2]
        ) as server:
            ended = self.script(
                f"header X-Who: $WHO\nconnect as a {server.url}\na: close\na: expect close\n"
                f"connect as b {server.url}\n",
                env={"WHO": "alice"},
            )
            self.expect(ended, status=0, err="")
            self.assertIn(("X-Who", "alice"), [tuple(one) for one in server.result()])
            self.assertNotIn("X-Who", [name for name, _ in server.result()])

    def test_its_headers_take_the_place_of_the_command_line_s(self):
        seen = []

        def script(peer):
            seen.append(peer.read_request())
            peer.accept()
            peer.answer_close()

        with Server(script) as server:
            text = (
                f"header authorization:\nheader X-A: 2\nconnect as one {server.url}\n"
                f"connect as two {server.url}\n"
            )
            words = ("-H", "Authorization: Bearer x", "-H", "X-A: 1", "-H", "X-B: 1")
            self.expect(self.script(text, *words), status=0, err="")
        fields = [[one.all(name) for name in ("Authorization", "X-A", "X-B")] for one in seen]
        self.assertEqual(fields, [[[], ["2"], ["1"]], [["Bearer x"], ["1"], ["1"]]])

    def test_a_name_may_connect_again_once_it_ended(self):
        with Server() as server:
            again = (
                f"repeat 3\nconnect as a {server.url}\nsend x\nexpect x\nclose\nexpect close\nend\n"
            )
            self.expect(self.script(again), status=0, out="x\nx\nx\n", err="")
            twice = f"connect as a {server.url}\nconnect as a {server.url}\n"
            self.expect(self.script(twice), status=2, err=r"a\.wscope:2: a: the connection is open")


    def test_a_loss_is_told_of_the_connection_also_where_the_script_goes_on(self):
        def drops(peer):
            peer.accept()
            peer.read_message()
            peer.drop()

        told = "connection lost: the peer ended it without a Close"
        with Server(drops) as server, Server() as other:
            text = (
                f"connect as a {server.url}\nconnect as b {other.url}\na: send x\n"
                "a: expect close 1006\nb: send y\nb: expect y\n"
            )
            words = ["--record", "r.jsonl", "--har", "r.har", "--trace-file", "t"]
            ended = self.script(text, "--json", *words)
        self.expect(ended, status=0, err="")
        record = (self.folder / "r.jsonl").read_bytes()
        for lines in (ended.out, record):
            events = [json.loads(line) for line in lines.splitlines()]
            errors = [e for e in events if e["event"] == "error"]
            self.assertEqual(
                [(e["connection"], e["stage"], e["message"]) for e in errors],
                [("a", "connection", told)],
            )
            self.assertEqual([e["connection"] for e in events if e["event"] == "close"], ["b"])
        self.assertRegex((self.folder / "t").read_text(), r"(?m)^\[.*\] \* a error: connection lost: ")
        entries = json.loads((self.folder / "r.har").read_text())["log"]["entries"]
        self.assertEqual([entry["response"].get("_error") for entry in entries], [told, None])
        with Server(drops) as server, Server() as other:
            text = text.splitlines()[2:4]
            text[:0] = [f"connect as a {server.url}", f"connect as b {other.url}"]
            ended = self.script("\n".join([*text, "a: send z"]), "--har", "s.har")
        self.expect(ended, status=6, err="a.wscope:5: a: can't send: connection lost")
        entries = json.loads((self.folder / "s.har").read_text())["log"]["entries"]
        self.assertEqual([entry["response"].get("_error") for entry in entries], [told, None])

    def test_what_was_not_delivered_is_no_success(self):
        def takes_a_part(close):
            def script(peer):
                peer.accept()
                peer.read_exactly(100_000)
                if close:
                    peer.close(1009)
                    peer.end()
                else:
                    peer.reset()

            return script

        (self.folder / "large").write_bytes(b"x" * 30_000_000)
        with Server(takes_a_part(False)) as server:
            ended = self.script("send file large\n", server.url)
            self.expect(ended, status=6, out="")
            self.one_error(ended, "^connection lost: .*; 1 message not delivered$")
            # Who expects the end knows of it.
            self.expect(self.script("send file large\nexpect close 1006\n", server.url), err="")
        with Server(takes_a_part(True)) as server:
            self.expect(self.script("send file large\nexpect close 1009\n", server.url), err="")

    def test_a_recorded_loss_is_one_when_it_is_played_again(self):
        def drops(peer):
            peer.accept()
            peer.read_message()
            peer.drop()

        text, record = "send x\nexpect close 1006\n", str(self.folder / "r.jsonl")
        with Server(drops) as server:
            self.expect(self.script(text, "--record", record, server.url), status=0, err="")
            self.expect(run("--replay", record, "--verify", server.url), status=0, err="")

    def test_the_trace_tells_them_apart(self):
        with Server() as server:
            text = f"connect as a {server.url}\nconnect as b {server.url}\n"
            text += "a: send to a\na: expect to a\nb: send to b\nb: expect to b\n"
            for words in ([], ["--no-deflate"]):
                ended = self.script(text, "--trace", *words)
                self.expect(
                    ended,
                    status=0,
                    err=[r"\] > a GET / ", r"\] \* b open", r"\] > a TEXT .*\"to a\"$",
                         r"\] < a TEXT .*\"to a\"$", r"\] < b TEXT .*\"to b\"$", r"\] \* end: status 0"],
                )  # fmt: skip


class Reports(Script):
    TEXT = "send a\ntest first\nexpect a\ntest <second> & \\#\nsend b\nexpect c\ntest third\nexpect d\n"

    def test_junit(self):
        ended = self.echo(self.TEXT, "--script-report", "junit:report.xml")
        self.expect(ended, status=8)
        root = ElementTree.parse(self.folder / "report.xml").getroot()
        suite = root.find("testsuite")
        self.assertEqual(
            {k: suite.get(k) for k in ("name", "tests", "failures", "errors", "skipped")},
            {"name": "a.wscope", "tests": "4", "failures": "1", "errors": "0", "skipped": "1"},
        )
        cases = suite.findall("testcase")
        self.assertEqual(
            [c.get("name") for c in cases], ["set-up", "first", "<second> & \\#", "third"]
        )
        self.assertEqual([c.get("line") for c in cases], ["1", "2", "4", "7"])
        self.assertEqual(
            cases[2].find("failure").get("message"),
            'a.wscope:6: expected text "c", came text "b"',
        )
        self.assertIsNotNone(cases[3].find("skipped"))

    def test_tap(self):
        ended = self.echo(self.TEXT, "--script-report", "tap:report.tap")
        self.expect(ended, status=8)
        lines = (self.folder / "report.tap").read_text().splitlines()
        self.assertEqual(lines[:2], ["TAP version 13", "1..4"])
        results = [line for line in lines if re.match(r"(not )?ok ", line)]
        self.assertEqual(
            results,
            ["ok 1 - set-up", "ok 2 - first", "not ok 3 - <second> & \\\\\\#",
             "ok 4 - third # SKIP the script ended before"],
        )  # fmt: skip

    def test_an_error_is_no_failure(self):
        holder, port = unused_port()
        with holder:
            text = f"connect ws://127.0.0.1:{port}/\n"
            self.expect(self.script(text, "--script-report", "junit:r.xml"), status=3)
        suite = ElementTree.parse(self.folder / "r.xml").getroot().find("testsuite")
        self.assertEqual((suite.get("errors"), suite.get("failures")), ("1", "0"))

    def test_an_earlier_report_stays_where_no_run_began(self):
        report = self.folder / "r.tap"
        report.write_text("ok 1 of the last run")
        ended = self.echo("nonsense\n", "--script-report", f"tap:{report}")
        self.expect(ended, status=2, out="")
        self.assertEqual(report.read_text(), "ok 1 of the last run")
        self.expect(self.echo("", "--script-report", f"tap:{report}"), status=0)
        self.assertIn("1..1", report.read_text())
        self.assertEqual(sorted(path.name for path in self.folder.iterdir()), ["a.wscope", "r.tap"])

    def test_the_report_is_not_written_over_the_script(self):
        text = "send a\nexpect a\n"
        with Server() as server:
            ended = self.script(text, "--script-report", "tap:./a.wscope", server.url)
            self.expect(ended, status=2, out="", err="--script and --script-report have one file: ./a.wscope")
            self.assertEqual(server.connections, 0)
        self.assertEqual((self.folder / "a.wscope").read_text(), text)

    def test_a_report_where_stdout_goes(self):
        (self.folder / "a.wscope").write_text("send a\nexpect a\n")
        with Server() as server, open(self.folder / "out", "wb") as out:
            command = [WSCOPE, "--script", "a.wscope", "--script-report", "tap:/dev/stdout"]
            subprocess.run([*command, server.url], cwd=self.folder, stdout=out, timeout=20)
            out.write(b"done\n")
        told = (self.folder / "out").read_text()
        self.assertRegex(told, r"(?s)^a\nTAP version 13\n1\.\.1\nok 1 .*\ndone\n$")

    def test_a_report_that_can_not_be_written(self):
        ended = self.echo("send a\n", "--script-report", "tap:/nonexistent/x")
        self.expect(ended, status=2, out="", err="can't open /nonexistent/x for writing")
        self.expect(
            self.echo("", "--script-report", "tap:/dev/full"),
            status=1,
            err="can't write to /dev/full",
        )
        ended = self.echo("send a\nexpect b\n", "--script-report", "tap:/dev/full")
        self.expect(ended, status=8, err="besides, can't write to /dev/full: no space left")


if __name__ == "__main__":
    unittest.main()
