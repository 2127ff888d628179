"""Faults at every operation of a session over TCP."""

import unittest

from sessions import Faults


class OverTcp(Faults):
    pass


del Faults

if __name__ == "__main__":
    unittest.main()
