"""Judges one program of a benchmark. This part is common to the benchmarks.

There are two processes. The program runs in the second one. The first one, the judge, knows what is expected, asks the second
for values, compares them itself, and tells the verdict; nothing of the program's runs in it. The second process is forked before
the judge has read what is expected, so that its memory does not hold it; it has no file descriptor but those it is asked
questions by, and the judge's memory and descriptors are closed to it. So a program can only answer: whatever it does to its own
interpreter, a right verdict takes right values.

Both processes speak in lines of JSON, whose values stand for Python's (see `encode`).
"""

import builtins
import json
import os
import select
import signal
import sys
import time

# The program may change the built-in names; this module keeps the original ones.
BUILTINS = builtins.__dict__
__builtins__ = dict(BUILTINS)

# Number of characters of an answer or an exception's message that are kept.
SHOWN = 200
# Seconds that a program has, after its time is up, to end by the exception that says so. Then it is killed.
GRACE = 1.0
# Seconds to examine an answer or an exception with methods that the program may have written.
LOOKING = 5.0
# Integers up to this size are numbers in JSON; larger ones are in hexadecimal, whose conversion is not quadratic.
PLAIN_INTEGER = 1 << 64


class OutOfTime(Exception):
    """Raised in the program when its time is up. A program that catches it, too, is killed soon after."""


class Gone(BaseException):
    """The program's process has ended, or had to be."""

    def __init__(self, status, detail=""):
        self.status, self.detail = status, detail


# Values on their way


def encode(value, keep):
    """What stands for a value. Of exact built-in types it is the value itself; anything else stays where it is, and `keep`
    gives it a number."""
    kind = type(value)
    if value is None or kind is bool or kind is str or kind is float:
        return value
    if kind is int:
        return value if -PLAIN_INTEGER < value < PLAIN_INTEGER else {"int": "%x" % value}
    if kind is list:
        return [encode(element, keep) for element in value]
    if kind is tuple or kind is set or kind is frozenset:
        return {kind.__name__: [encode(element, keep) for element in value]}
    if kind is dict:
        return {"dict": [[encode(key, keep), encode(element, keep)] for key, element in value.items()]}
    if kind is bytes:
        return {"bytes": value.hex()}
    if kind is complex:
        return {"complex": [value.real, value.imag]}
    return keep(value)


def decode(data, found):
    """Returns the value that `data` stands for; `found` returns the values that stay where they are."""
    if isinstance(data, list):
        return [decode(element, found) for element in data]
    if not isinstance(data, dict):
        return data
    ((kind, content),) = data.items()
    if kind == "int":
        return int(content, 16)
    if kind in ("tuple", "set", "frozenset"):
        return {"tuple": tuple, "set": set, "frozenset": frozenset}[kind](decode(element, found) for element in content)
    if kind == "dict":
        return {decode(key, found): decode(element, found) for key, element in content}
    if kind == "bytes":
        return bytes.fromhex(content)
    if kind == "complex":
        return complex(*content)
    return found(kind, content)


# What is said of an exception


def describe(error):
    """Returns the exception as in a traceback's last line."""
    name = type(error).__name__
    try:
        message = str(error)
    except BaseException:
        message = ""
    return name + ": " + message if message else name


def ending(error):
    """Returns the verdict on a program that this exception has ended."""
    if isinstance(error, OutOfTime):
        return "timed-out"
    if isinstance(error, MemoryError):
        return "out-of-memory"
    return "exited" if isinstance(error, SystemExit) else "raised"


def compiled(source):
    """Compiles text or a tree. Invalid code raises `SyntaxError`, even for a null byte, unlike in older versions."""
    try:
        return compile(source, "<string>", "exec", dont_inherit=True)
    except ValueError as error:
        raise SyntaxError(str(error)) from None


def shortened(text):
    short = text if len(text) <= SHOWN else text[: SHOWN - 1] + "\u2026"
    # A lone surrogate cannot be encoded outside of Python.
    return short.encode("utf-8", "backslashreplace").decode()


# The program's process. Everything that is needed after the program has run is looked up before.


class Player:
    """The program's side: runs it, and answers questions about its results."""

    def __init__(self, reading, writing):
        self.reading, self.writing = reading, writing
        self.unread = bytearray()
        self.objects = []
        self.busy = False
        self.own = os.getpid()
        self.getpid, self.read, self.write, self.leave = os.getpid, os.read, os.write, os._exit
        self.dumps, self.loads = json.JSONEncoder().encode, json.JSONDecoder().decode
        self.setitimer, self.real, self.monotonic = signal.setitimer, signal.ITIMER_REAL, time.monotonic
        self.deadline = None
        signal.signal(signal.SIGALRM, self.strike)

    def strike(self, *_):
        if self.busy:
            raise OutOfTime("the time is up")

    def receive(self):
        searched = 0
        while True:
            end = self.unread.find(b"\n", searched)
            if end >= 0:
                line = bytes(self.unread[:end])
                del self.unread[: end + 1]
                return self.loads(line.decode())
            searched = len(self.unread)
            part = self.read(self.reading, 1 << 16)
            if not part:
                self.leave(0)
            self.unread.extend(part)

    def send(self, reply):
        # A child that the program has forked gets here, too.
        if self.getpid() != self.own:
            self.leave(0)
        line = memoryview((self.dumps(reply) + "\n").encode())
        try:
            while line:
                line = line[self.write(self.writing, line):]
        except OSError:
            # The program has closed a descriptor that it did not open.
            self.leave(0)

    def keep(self, value):
        self.objects.append(value)
        return {"object": [len(self.objects) - 1, type(value).__name__]}

    def encoded(self, value):
        try:
            return encode(value, self.keep)
        except (RecursionError, RuntimeError):
            # The value contains itself, is too deep, or is being changed by a thread.
            return self.keep(value)

    def decoded(self, data):
        return decode(data, lambda kind, content: self.objects[content])

    def start_clock(self, seconds):
        self.deadline = self.monotonic() + seconds
        self.setitimer(self.real, seconds)

    def outcome(self, action):
        """Returns what the program's code returns, and the exception that ended it, if any."""
        try:
            try:
                self.busy = True
                return action(), None
            finally:
                self.busy = False
        except BaseException as error:
            return None, error

    def told(self, error):
        """Returns the description of an exception. Its message is made by the program, and may never end."""
        left = 0 if self.deadline is None else self.deadline - self.monotonic()
        self.setitimer(self.real, GRACE / 2)
        detail, trouble = self.outcome(lambda: shortened(describe(error)))
        # The program's remaining time goes on, if it was not up.
        self.setitimer(self.real, max(left, 0))
        if trouble is not None:
            detail = type(error).__name__
        known = [kind.__name__ for kind in type(error).__mro__ if BUILTINS.get(kind.__name__) is kind]
        return {"status": ending(error), "detail": detail, "kinds": known}


# The judge


class Program:
    """The program's process, as the judge sees it."""

    def __init__(self, play):
        reading, self.writing = os.pipe()
        self.reading, writing = os.pipe()
        self.pid = os.fork()
        if self.pid == 0:
            os.close(self.writing)
            os.close(self.reading)
            try:
                play(Player(reading, writing))
            finally:
                os._exit(1)
        os.close(reading)
        os.close(writing)
        os.set_blocking(self.writing, False)
        self.unread = bytearray()
        self.waiting = False
        self.until = None

    def start_clock(self, seconds):
        """Starts the program's time; when that and the respite are over, its process is killed."""
        self.until = time.monotonic() + seconds + GRACE

        def strike(*_):
            # Otherwise the exception is raised in the program's process.
            if not self.waiting:
                raise OutOfTime("the time is up")

        signal.signal(signal.SIGALRM, strike)
        signal.setitimer(signal.ITIMER_REAL, seconds)

    def ask(self, request):
        """Returns the answer of the program's process. Raises the exception that the answer reports."""
        self.waiting = True
        try:
            reply = self.exchange(request)
        finally:
            self.waiting = False
        if "raised" in reply:
            raise retold(**reply["raised"])
        return reply

    def exchange(self, request):
        unsent = memoryview((json.dumps(request) + "\n").encode())
        poll = select.poll()
        poll.register(self.reading, select.POLLIN)
        poll.register(self.writing, select.POLLOUT)
        searched = 0
        while True:
            left = self.until - time.monotonic()
            if left <= 0:
                self.kill()
                raise Gone("timed-out")
            ready = [descriptor for descriptor, _ in poll.poll(left * 1000)]
            if self.writing in ready:
                try:
                    unsent = unsent[os.write(self.writing, unsent):]
                except BlockingIOError:
                    pass
                except OSError:
                    raise self.end() from None
                if not unsent:
                    poll.unregister(self.writing)
            if self.reading not in ready:
                continue
            part = os.read(self.reading, 1 << 16)
            if not part:
                raise self.end()
            self.unread += part
            end = self.unread.find(b"\n", searched)
            searched = len(self.unread)
            if end >= 0:
                line = bytes(self.unread[:end])
                del self.unread[: end + 1]
                return self.understood(line)

    def understood(self, line):
        try:
            reply = json.loads(line.decode())
            if isinstance(reply, dict):
                return reply
        except (ValueError, RecursionError):
            pass
        self.kill()
        raise Gone("killed", "its process does not answer as it was asked")

    def end(self):
        """Returns how the process ends; it has until its time is up."""
        while time.monotonic() < self.until:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self.pid = None
                if not os.WIFSIGNALED(status):
                    return Gone("exited", "exit status %d" % os.WEXITSTATUS(status))
                if os.WTERMSIG(status) == signal.SIGXCPU:
                    return Gone("timed-out")
                return Gone("killed", "signal %d" % os.WTERMSIG(status))
            time.sleep(0.002)
        self.kill()
        return Gone("timed-out")

    def kill(self):
        if self.pid is not None:
            os.kill(self.pid, signal.SIGKILL)


class Retold:
    """Marks exceptions that were raised in the program's process."""

    def __init__(self, status, detail):
        self.status, self.detail = status, detail


def retold(status, detail, kinds):
    """Returns an exception like the one in the program's process, of its nearest built-in class."""
    kind = next((BUILTINS[name] for name in kinds if isinstance(BUILTINS.get(name), type)), Exception)
    if not issubclass(kind, BaseException):
        kind = Exception
    error = kind.__new__(kind, detail)
    error.retold = Retold(str(status), str(detail))
    return error


def close_to_others():
    """Protects this process's memory and files from the user's other processes, above all the program's."""
    if sys.platform.startswith("linux"):
        import ctypes

        PR_SET_DUMPABLE = 4
        if ctypes.CDLL(None).prctl(PR_SET_DUMPABLE, ctypes.c_ulong(0), 0, 0, 0) != 0:
            raise OSError("the judge's memory cannot be closed to the program")


def take(name):
    """Returns the contents of a job's file, which the program does not get to see."""
    with open(name, "rb") as file:
        data = file.read()
    os.unlink(name)
    return data


def begin(play):
    """Starts the program's process. Returns it, the task, the program, and the function that reports the verdict."""
    null = os.open(os.devnull, os.O_WRONLY)
    channel = os.dup(1)
    os.dup2(null, 1)
    os.dup2(null, 2)
    os.close(null)

    def play_alone(player):
        os.close(channel)
        # Code that imports `__main__` gets the program's own module instead of this one, which must stay alive.
        player.here = sys.modules["__main__"]
        sys.modules["__main__"] = type(sys)("__main__")
        play(player)

    other = Program(play_alone)
    # Nothing from here on runs in the program's process.
    close_to_others()
    task = json.loads(take("task.json"))
    # Decoded here, because reading it as text would convert its line ends.
    program = take("program").decode()

    def finish(status, detail=""):
        other.kill()
        verdict = json.dumps({"status": status, "detail": shortened(detail)})
        os.write(channel, ("\n%s %s\n" % (task["nonce"], verdict)).encode())
        os._exit(0)

    # The server's own limit counts from here.
    os.write(channel, (task["nonce"] + " begins\n").encode())
    return other, task, program, finish


def conclude(judge, finish):
    """Runs `judge`, and reports the verdict on how the program's process ends."""
    try:
        judge()
    except Gone as gone:
        finish(gone.status, gone.detail)
    except MemoryError:
        # The program's answer takes more memory than the judge has.
        finish("out-of-memory")
    except OutOfTime:
        finish("timed-out")
    except Exception:
        # The reply is not one that this module's other side can give.
        finish("killed", "its process does not answer as it was asked")
