"""What every Socket.IO server of the field must allow: the same talk for all of them."""

import contextlib

from support.dialogue import Dialogue
from support.program import Running


class SocketIoTalk(Dialogue):
    """Mixed into a test of one server; it sets `server`, `url` and `greeting`, the first line."""

    @contextlib.contextmanager
    def three_clients(self):
        """ada, bob and eve, who have all heard an event of ada's; they must end in order."""
        words = ("--socketio", self.url)
        with Running(*words) as ada, Running(*words) as bob, Running(*words) as eve:
            clients = (ada, bob, eve)
            for client in clients:
                client.wait_out(self.greeting)
            ada.send('"my event" {"from":"ada"}\n')
            for client in clients:
                client.wait_out('"my event" {"from":"ada"}\n')
            yield clients
            for client in clients:
                client.end_input()
                self.expect(client.wait(), err="")

    @contextlib.contextmanager
    def acknowledging(self, told):
        """A client that asked for a sum and was asked for a name; `told` is what the server heard."""
        with Running("--slash", "--socketio", self.url) as client:
            client.send("/call sum 1 2 39\n")
            client.wait_out("ack sum 42\n")
            client.send('"ask me"\n')
            client.wait_out('question "name?"\n')
            client.send('/ack "Ada" 36\n')
            self.server.wait_for(told)
            yield client
            client.end_input()
            self.expect(client.wait(), err=r"question waits for /ack \d+")
