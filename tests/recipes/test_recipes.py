"""Every command of wscope-recipes(7), run by a shell against the server it is for."""

import re
import subprocess
import sys
import unittest
from pathlib import Path

from support.foreign import Foreign
from support.program import TOP, WSCOPE, environment

SERVERS = TOP / "tests/interop/servers"
# Recipe: its server, and what the command writes to stdout.
# fmt: off
EXPECTED = {
    'One message, one reply': ('websockets_examples.py', 'Hello, Server\n'),
    'Look at the handshake and every frame': ('websockets_examples.py', 'hello world\n'),
    'Greet a server': ('websockets_examples.py', 'Server received: Hello, Server!\n'),
    'Tell a lost connection from a good end': ('websockets_examples.py', "I don't feel so\nstatus 6\n"),
    'Show a token': ('websockets_examples.py', 'Welcome\n'),
    'Give a name, get a greeting': ('websockets_examples.py', 'Hello Ada!\n'),
    'Socket.IO: JSON to Flask-SocketIO': ('flask_socketio_events.py', '"my event" {"data":"Connected"}\nmessage {"hello":"world"}\n'),
    'Tornado': ('tornado_said.py', 'You said: Hello, World!\n'),
    'Autobahn': ('autobahn_echo.py', 'hello\n'),
    'A feed that survives a lost connection': ('websockets_examples.py', '1\n'),
}
# fmt: on


def recipes():
    """Title and command of each recipe, as the man page shows them."""
    text = (TOP / "man/wscope-recipes.7").read_text()
    found = re.findall(r"^\.Ss (.*)\n\.Bd -literal.*\n((?:.*\n)*?)\.Ed$", text, re.M)
    return {title: body.replace("\\(aq", "'").replace("\\e", "\\") for title, body in found}


class Recipes(unittest.TestCase):
    def test_each_recipe_does_what_it_says(self):
        commands = recipes()
        self.assertEqual(list(commands), list(EXPECTED))
        path = f"{Path(WSCOPE).resolve().parent}:/usr/bin:/bin"
        for title, (script, out) in EXPECTED.items():
            with self.subTest(title), Foreign(sys.executable, SERVERS / script) as server:
                command, ports = re.subn(r"localhost:\d+", f"127.0.0.1:{server.port}", commands[title])
                self.assertEqual(ports, 1)
                ended = subprocess.run(
                    ["/bin/bash", "-c", command], env=environment(PATH=path),
                    stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=30,
                )  # fmt: skip
                self.assertEqual(ended.stdout, out, ended.stderr)
                self.assertEqual(ended.returncode, 0, ended.stderr)


if __name__ == "__main__":
    unittest.main()
