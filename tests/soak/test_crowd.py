"""The crowd of crowd.py, in small; scripts/crowd has the thousand."""

import unittest

from crowd import ROUNDS, measure


class SmallCrowd(unittest.TestCase):
    def test_every_message_reaches_everybody_once(self):
        figures = measure(clients=200, messages=50)
        # The typed line, and each of the talker's messages, also to the talker.
        self.assertEqual(figures["delivered"], 200 * (1 + ROUNDS + 50))
        self.assertLess(figures["memory"], 128 << 10)
        self.assertLess(figures["peak"], 64 << 20)


if __name__ == "__main__":
    unittest.main()
