"""The conformance table over TLS, where each piece comes in a record of its own."""

import unittest

from runner import Conformance, tls_context


class Tls(Conformance):
    @classmethod
    def setUpClass(cls):
        cls.tls = tls_context()


del Conformance

if __name__ == "__main__":
    unittest.main()
