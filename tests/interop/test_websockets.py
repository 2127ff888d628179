"""python3-websockets: echo, greeting, token, broadcast, buzzer, and servers that die."""

import signal
import sys
import unittest
from pathlib import Path

from echoes import EchoTalk
from support.foreign import Foreign
from support.program import Running, eventually, run
from support.terminal import CTRL_D, Terminal

SERVER = Path(__file__).parent / "servers/websockets_examples.py"


class Websockets(EchoTalk):
    def setUp(self):
        self.server = Foreign(sys.executable, SERVER)
        self.addCleanup(self.server.stop)
        self.url = self.server.url

    def test_echo(self):
        for words in ([], ["--no-deflate"]):
            with self.subTest(words):
                self.talk(f"{self.url}/echo", *words)
        self.many(f"{self.url}/echo")
        self.large(f"{self.url}/echo")

    def test_deflate_is_agreed_on_and_used(self):
        text = self.traced(f"{self.url}/echo")
        self.assertRegex(text, r"(?i)< Sec-WebSocket-Extensions: permessage-deflate")
        self.assertIn("< TEXT fin rsv1", text)

    def test_one_command_one_line_out(self):
        self.dialogue(
            "--count", "1", "-x", "Hello, Server!", f"{self.url}/received",
            out="Server received: Hello, Server!\n", err="",
        )  # fmt: skip

    def test_a_long_lived_client_until_interrupted(self):
        with Running(
            "--trace", "-x", "hello there", "-w", "-1", f"{self.url}/hello_world"
        ) as client:
            client.wait_out("hello world\n")
            client.signal(signal.SIGINT)
            ended = client.wait(5)
        self.expect(ended, status=130, err=[r"> TEXT fin .*hello there|> TEXT fin rsv1", "> CLOSE"])

    def test_greeting_piped_and_typed(self):
        self.dialogue(f"{self.url}/greeting", stdin="Ada\n", out="Hello Ada!\n", err="")
        with Terminal(f"{self.url}/greeting") as terminal:
            terminal.wait_line(">")
            terminal.type("Grace\r")
            terminal.wait_for("< Hello Grace!")
            terminal.type(CTRL_D)
            self.assertEqual(terminal.wait(), 0)

    def test_token_in_a_header(self):
        url = f"{self.url}/token"
        for words in (["--bearer", "open sesame"], ["-H", "Authorization: Bearer open sesame"]):
            with self.subTest(words):
                self.dialogue("--count", "1", *words, url, out="Welcome\n", err="")
        for words in ([], ["--bearer", "wrong"]):
            with self.subTest(words):
                ended = self.dialogue(*words, url, stdin="x\n", status=5, out="")
                self.one_error(ended, r"\b401\b")
                self.assertIn('Bearer realm="examples"', ended.errors)
                self.assertIn("the token is wrong", ended.errors)
                self.assertNotIn("Bearer wrong", ended.errors)

    def test_token_looked_at_late(self):
        url = f"{self.url}/late_token"
        ended = self.dialogue("-w", "-1", url, status=6, out="Unauthorized\n")
        self.one_error(ended, r"\b1008\b", "wrong token")
        self.dialogue("--count", "1", "--bearer", "open sesame", url, out="Welcome\n")

    def test_unknown_path(self):
        ended = self.dialogue(f"{self.url}/nowhere", status=5, out="", err="no such handler")
        self.one_error(ended, r"\b404\b")

    def test_broadcast_to_several_clients(self):
        url = f"{self.url}/broadcast"
        with Running(url) as ada, Running(url) as bob, Running(url) as eve:
            chatters = {"ada": ada, "bob": bob, "eve": eve}
            # All are in when everybody has heard somebody; who was late hears the next round.
            for name, chatter in chatters.items():
                others = [other for other in chatters.values() if other is not chatter]

                def heard(name=name, chatter=chatter, others=others):
                    chatter.send(f"{name} is here\n")
                    return all(f"{name} is here\n".encode() in other.out for other in others)

                eventually(heard, 10, f"{name} to be heard")
            eve.end_input()
            self.expect(eve.wait(), err="")
            ada.send("has eve left?\n")
            bob.wait_out("has eve left?\n")
            self.assertNotIn(b"has eve left?", eve.out)
            self.assertNotIn(b"ada is here", ada.out)  # not to the sender
            for chatter in (ada, bob):
                chatter.end_input()
                self.expect(chatter.wait(), err="")

    def test_buzzer(self):
        url = f"{self.url}/buzzer"
        with Running(url) as first, Running(url) as second:
            first.send("buzz\n")
            first.wait_out("First place!\n")
            second.send("buzz\n")
            second.wait_out(" sec slower.\n")
            self.assertRegex(second.out.decode(), r"^Response time: \d+\.\d{3} sec slower\.\n$")

    def test_the_connection_dies_in_the_middle(self):
        ended = run("-w", "-1", f"{self.url}/dies", stdin=b"how are you\n")
        self.expect(ended, status=6, out="I don't feel so\n")
        self.one_error(ended)

    def test_the_handler_fails(self):
        ended = run("-w", "-1", f"{self.url}/fails", stdin=b"x\n")
        self.expect(ended, status=6, out="")
        self.one_error(ended, r"\b1011\b")

    def test_the_server_closes_in_good_order(self):
        self.dialogue("-w", "-1", f"{self.url}/shuts", stdin="x\n", out="", err="")

    def test_the_server_is_killed(self):
        with Running(f"{self.url}/echo") as client:
            client.send("alive\n")
            client.wait_out("alive\n")
            self.server.kill()
            ended = client.wait(10)
        self.expect(ended, status=6)
        self.one_error(ended)
        ended = self.dialogue(f"{self.url}/echo", status=3, out="")
        self.one_error(ended, "(?i)refused")

    def test_the_server_shuts_down(self):
        """SIGTERM ends Python at once: a lost connection, told as one."""
        with Running(f"{self.url}/echo") as client:
            client.send("alive\n")
            client.wait_out("alive\n")
            self.server.stop()
            self.assertEqual(client.wait(10).status, 6)

    def test_subprotocol(self):
        url = f"{self.url}/subprotocol"
        self.dialogue("--count", "1", "-s", "superchat", url, out="superchat\n", err="")
        told = "the server agreed to no subprotocol of unknown\n"
        self.dialogue("--count", "1", "-s", "unknown", url, out="None\n", err=told)

    def test_sixteen_clients_at_once(self):
        clients = [Running("--count", "50", f"{self.url}/echo") for _ in range(16)]
        try:
            for number, client in enumerate(clients):
                client.send(f"client {number}\n" * 50)
                client.end_input()
            for number, client in enumerate(clients):
                self.expect(client.wait(), out=f"client {number}\n" * 50, err="")
        finally:
            for client in clients:
                client.__exit__(None, None, None)


if __name__ == "__main__":
    unittest.main()
