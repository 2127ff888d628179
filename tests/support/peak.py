"""The exact peak of a program's resident memory: peak.py FILE PROGRAM [WORDS...]

Runs the program with our own stdin, stdout and stderr, writes its highest resident size in bytes
into FILE and leaves as it left. The kernel counts what a child had before it became the program, so
the parent must be small: this one is (some 10 MB), the test suite is not.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def main():
    child = os.fork()
    if child == 0:
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)  # what ends us ends it, too
        os.execv(sys.argv[2], sys.argv[2:])
    _, status, usage = os.wait4(child, 0)
    with open(sys.argv[1], "w") as file:
        file.write(str(usage.ru_maxrss * 1024))
    if os.WIFSIGNALED(status):
        os.kill(os.getpid(), os.WTERMSIG(status))
    os._exit(os.waitstatus_to_exitcode(status))


main()
