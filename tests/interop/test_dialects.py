"""--jsonrpc, --graphql and --stomp from the shell."""

import sys
import unittest
from pathlib import Path

from support.dialogue import Dialogue
from support.foreign import Foreign

SERVER = Path(__file__).parent / "servers/dialects.py"


class Dialects(Dialogue):
    def test_a_line_in_a_line_out(self):
        server = Foreign(sys.executable, SERVER)
        self.addCleanup(server.stop)
        for option, typed, shown in (
            ("jsonrpc", "subtract 42 23\nsubtract 1 2\n", "1 19\n2 -1\n"),
            ("graphql", "{ hello }\n", '1 {"data": {"query": "{ hello }"}}\n1 complete\n'),
            ("stomp", "SEND /queue/a good day\n", "MESSAGE /queue/a good day\n"),
        ):
            with self.subTest(option):
                path = "rpc" if option == "jsonrpc" else option
                url = f"{server.url}/{path}"
                self.dialogue(f"--{option}", "-w", "0.5", url, stdin=typed, out=shown, err="")


if __name__ == "__main__":
    unittest.main()
