"""What the whole-binary tests stand on: running wscope, terminals, scripted servers, certificates.

Only the standard library of Python 3.11. Run one file by hand with
    PYTHONPATH=tests WSCOPE=build/release/wscope /usr/bin/python3 tests/dialogue/test_pipe.py
"""
