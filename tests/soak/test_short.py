"""The soak of scripts/soak, for a few seconds."""

import unittest

from soak import soak


class Short(unittest.TestCase):
    def test_every_message_comes_back_and_the_counters_are_equal(self):
        sent, _, opened, faults, _ = soak(100_000, 5)
        self.assertEqual(faults, [])
        self.assertGreaterEqual(sent, 100_000)
        self.assertGreaterEqual(opened, 7)  # one of the five runs connects again


if __name__ == "__main__":
    unittest.main()
