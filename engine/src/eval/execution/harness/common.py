"""Runs one program of a benchmark, and tells the judge in one line what came of it. This part is common to the benchmarks.

The program runs in this process: what it printed last, or how its test ended, is known nowhere else. So nothing here may
depend on what a program does to modules it imports by accident: what is needed afterwards is looked up before. The verdict
goes out by a file descriptor of its own, marked with a word that the program has never seen; standard output and standard
error lead nowhere, so that a program may write as much as it likes.
"""

import builtins
import json
import os
import signal
import sys
import time

# Characters of an answer or an exception's message that are kept.
SHOWN = 200
# Seconds that a program has, once its time is up, to let the exception that says so end it.
GRACE = 1.0
# Seconds to look at an answer, or at an exception, with methods that the program may have written.
LOOKING = 5.0


class OutOfTime(Exception):
    """Raised in the program when its time is up. One that catches everything catches this as well, and is ended soon after."""


def take(name):
    """What a file of the job holds, which the program does not get to see."""
    with open(name, "rb") as file:
        data = file.read()
    os.unlink(name)
    return data


def silence():
    """Makes standard output and standard error lead nowhere, and returns the one way out that is left."""
    channel = os.dup(1)
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, 1)
    os.dup2(null, 2)
    os.close(null)
    return channel


def speaker(channel, nonce):
    """Makes the function that tells the verdict and ends this process with all its threads."""
    own, getpid, write, dumps, leave = os.getpid(), os.getpid, os.write, json.dumps, os._exit

    def finish(status, detail=""):
        # A child that the program has forked gets here, too.
        if getpid() == own:
            shown = detail if len(detail) <= SHOWN else detail[: SHOWN - 1] + "\u2026"
            # A lone surrogate is no text outside of Python.
            shown = shown.encode("utf-8", "backslashreplace").decode()
            write(channel, ("\n%s %s\n" % (nonce, dumps({"status": status, "detail": shown}))).encode())
        leave(0)

    return finish


def clock(finish):
    """Makes the two functions that need the alarm.

    `limited(seconds, action)` does it and returns the exception that ended it, if any. `patient(status, detail, look)` does
    what may take for ever because it calls the program's own methods, and tells that verdict if it does.
    """
    monotonic, setitimer, handle = time.monotonic, signal.setitimer, signal.signal
    real, alarm = signal.ITIMER_REAL, signal.SIGALRM

    def after(seconds, action):
        handle(alarm, lambda *_: action())
        setitimer(real, seconds)

    def too_late():
        after(GRACE, lambda: finish("timed-out"))
        raise OutOfTime("the time is up")

    def limited(seconds, action):
        begun, error = monotonic(), None
        try:
            try:
                after(seconds, too_late)
                action()
            finally:
                setitimer(real, 0)
        except BaseException as raised:
            error = raised
        setitimer(real, 0)
        if monotonic() - begun > seconds + GRACE:
            # It has switched the alarm off.
            finish("timed-out")
        return error

    def patient(status, detail, look):
        sys.setrecursionlimit(1000)
        after(LOOKING, lambda: finish(status, detail))
        return look()

    return limited, patient


def describe(error):
    """The exception as a traceback's last line would have it."""
    name = type(error).__name__
    try:
        message = str(error)
    except BaseException:
        message = ""
    return name + ": " + message if message else name


def ending(error):
    """What it means that this exception has ended a program."""
    if isinstance(error, OutOfTime):
        return "timed-out"
    if isinstance(error, MemoryError):
        return "out-of-memory"
    return "exited" if isinstance(error, SystemExit) else "raised"


def compiled(source):
    """Compiles text or a tree. What is no Python raises `SyntaxError`: older versions say it otherwise of a null byte."""
    try:
        return compile(source, "<string>", "exec", dont_inherit=True)
    except ValueError as error:
        raise SyntaxError(str(error)) from None


def start():
    task = json.loads(take("task.json"))
    # Decoded here, because reading it as text would turn its line ends into others.
    program = take("program").decode()
    finish = speaker(silence(), task["nonce"])
    # Whoever imports `__main__` finds the program's own module, not this one, which must live on all the same.
    task["here"] = sys.modules["__main__"]
    sys.modules["__main__"] = type(sys)("__main__")
    return task, program, finish
