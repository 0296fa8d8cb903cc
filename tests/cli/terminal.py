#!/usr/bin/env python3
"""terminal.py [--size ROWSxCOLS] -- COMMAND ...

Run COMMAND on a terminal of its own and do the steps read from standard input, one a line:
  wait TEXT     until the output since the last wait contains TEXT
  line TEXT     type TEXT and Enter (\\xNN, \\t and the like are understood)
  send TEXT     type TEXT
  eof           type ^D
  until COMMAND until the shell command succeeds
  hangup        the terminal goes away
  kill          SIGKILL
Then wait for the end.  Prints all output; the exit status is COMMAND's, 128 + N for signal N, 99
when a step did not happen within thirty seconds.
"""
import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import sys
import termios
import time

LIMIT_S = 30.0


class Terminal:
    def __init__(self, command, rows, cols):
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.execvp(command[0], command)
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, cols, 0, 0))
        self.output = b""
        self.seen = 0
        self.status = None

    def read(self, seconds):
        """Take what there is; False at the end of output."""
        if self.fd is None:
            return False
        if not select.select([self.fd], [], [], seconds)[0]:
            return True
        try:
            part = os.read(self.fd, 65536)
        except OSError:
            part = b""
        self.output += part.replace(b"\r", b"")
        return bool(part)

    def reap(self):
        if self.status is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self.status = status
        return self.status is not None

    def wait_for(self, text):
        end = time.monotonic() + LIMIT_S
        while time.monotonic() < end:
            at = self.output.find(text.encode(), self.seen)
            if at >= 0:
                self.seen = at + len(text.encode())
                return
            if not self.read(0.1) and self.reap():
                break
        self.fail("no " + repr(text))

    def wait_end(self):
        end = time.monotonic() + LIMIT_S
        while not self.reap():
            if time.monotonic() > end:
                self.fail("it does not end")
            self.read(0.05)
        while self.read(0.2):
            if time.monotonic() > end:
                break

    def type(self, text):
        data = text.encode().decode("unicode_escape").encode("latin-1")
        while data:
            data = data[os.write(self.fd, data):]
            self.read(0)

    def hang_up(self):
        os.close(self.fd)
        self.fd = None

    def fail(self, why):
        sys.stdout.write(self.output.decode("utf-8", "replace"))
        sys.stdout.write("\nterminal.py: " + why + "\n")
        try:
            os.kill(self.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        sys.exit(99)


def until(terminal, command):
    end = time.monotonic() + LIMIT_S
    while subprocess.call(command, shell=True, stdout=subprocess.DEVNULL) != 0:
        if time.monotonic() > end:
            terminal.fail("never: " + command)
        terminal.read(0.05)


def step(terminal, line):
    word, _, rest = line.partition(" ")
    if word == "wait":
        terminal.wait_for(rest)
    elif word == "line":
        terminal.type(rest + "\n")
    elif word == "send":
        terminal.type(rest)
    elif word == "eof":
        terminal.type("\x04")
    elif word == "until":
        until(terminal, rest)
    elif word == "hangup":
        terminal.hang_up()
    elif word == "kill":
        os.kill(terminal.pid, signal.SIGKILL)
    elif word:
        terminal.fail("unknown step " + word)


def main():
    args = sys.argv[1:]
    rows, cols = 24, 80
    if args[0] == "--size":
        rows, cols = (int(n) for n in args[1].split("x"))
        args = args[2:]
    steps = sys.stdin.read().split("\n")
    terminal = Terminal(args[1:], rows, cols)
    for line in steps:
        step(terminal, line.lstrip())
    terminal.wait_end()
    sys.stdout.write(terminal.output.decode("utf-8", "replace"))
    status = terminal.status
    sys.exit(os.WEXITSTATUS(status) if os.WIFEXITED(status) else 128 + os.WTERMSIG(status))


main()
