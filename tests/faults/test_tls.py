"""Faults at every operation of a session over TLS."""

import unittest

from sessions import Faults
from support.certificates import Certificates

class OverTls(Faults):
    @classmethod
    def setUpClass(cls):
        cls.tls = Certificates.shared().server_context()


del Faults

if __name__ == "__main__":
    unittest.main()
