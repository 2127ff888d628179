"""The conformance table over TCP."""

import unittest

from runner import Conformance


class Plain(Conformance):
    pass


del Conformance

if __name__ == "__main__":
    unittest.main()
