"""Generates programs in parallel, executes every text, and keeps those that run. The same seed and count give the same texts."""

import contextlib
import io
import json
import multiprocessing
import os
import random
import signal
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from .builder import Unsuitable
from .classes import class_turns
from .composed import texts as composed
from .composed.objects import objects
from .counters import loop_state
from .functions import function_pair
from .render import Document, multi_turn
from .verbs import basics

KINDS = {
    "turns": multi_turn,
    "functions": function_pair,
    "classes": class_turns,
    "loops": loop_state,
    "basics": basics,
    "composed": composed.turns,
    "exercises": composed.exercise,
    "objects": objects,
}

# A text that takes more seconds of this process's CPU time is dropped: all are meant to end at once. What else the machine is doing must not decide that.
TIME_LIMIT = 2

# How much longer a text may wait: one that sleeps takes no CPU time.
PATIENCE = 15


class _TooLong(BaseException):
    """No exception that a program, or what composes it, may handle."""


def _alarm(*_: Any) -> None:
    raise _TooLong


@contextlib.contextmanager
def limited(seconds: float = TIME_LIMIT) -> Iterator[None]:
    """Raises `_TooLong` in this process when the body takes more CPU time, or very much longer; what the body prints is dropped."""
    timers = ((signal.SIGPROF, signal.ITIMER_PROF, seconds), (signal.SIGALRM, signal.ITIMER_REAL, PATIENCE * seconds))
    previous = [signal.signal(number, _alarm) for number, _, _ in timers]
    for _, timer, limit in timers:
        signal.setitimer(timer, limit)
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            yield
    finally:
        for (number, timer, _), handler in zip(timers, previous):
            signal.setitimer(timer, 0)
            signal.signal(number, handler)


def runs(text: str) -> str:
    """Executes the text in this process under the time limit. What went wrong, or an empty string."""
    try:
        with limited():
            exec(compile(text, "program", "exec"), {"__name__": "__main__"})
        return ""
    except BaseException as error:
        return f"{type(error).__name__}: {error}"


def one(kind: str, seed: int, index: int) -> Document | None:
    """The document of an index, of kind `failed` if it did not run or could not be composed; nothing where none is suitable."""
    rng = random.Random(f"{seed}:{index}")
    try:
        # Some are executed turn by turn while they are composed.
        with limited(2 * TIME_LIMIT):
            document = KINDS[kind](rng)
    except Unsuitable:
        return None
    except (Exception, _TooLong) as error:
        # One program that cannot be composed must not end a run of hundreds of thousands; it is counted with those that fail.
        if os.environ.get("TRAIN_SHOW_FAILURES"):
            print(f"{kind} {seed}:{index}: {type(error).__name__}: {error}", flush=True)
        return Document("failed", f"{kind} {seed}:{index}")
    failure = runs(document.text + document.check)
    if failure:
        if os.environ.get("TRAIN_SHOW_FAILURES"):
            print(failure, document.text, sep="\n", flush=True)
        document.kind = "failed"
    return document


def _batch(task: tuple[str, int, int, int]) -> list[str]:
    kind, seed, first, last = task
    found = (one(kind, seed, index) for index in range(first, last))
    return [json.dumps(asdict(d), ensure_ascii=False) for d in found if d is not None]


def _start_worker() -> None:
    os.chdir(tempfile.mkdtemp(prefix="programs-"))
    os.nice(5)


def documents(kind: str, seed: int, count: int, workers: int = 2, size: int = 500) -> Iterator[Document]:
    """Documents of `count` indices, in order, each of a text once. Programs run in worker processes, each in a folder of its own."""
    tasks = [(kind, seed, first, min(first + size, count)) for first in range(0, count, size)]
    seen: set[int] = set()
    with multiprocessing.get_context("spawn").Pool(workers, _start_worker) as pool:
        for batch in pool.imap(_batch, tasks):
            for line in batch:
                document = Document(**json.loads(line))
                key = hash(document.text)
                if key not in seen:
                    seen.add(key)
                    yield document


def write(path: str, kind: str, seed: int, count: int, workers: int = 2) -> Counter:
    """Writes the documents that run as JSON lines, and counts them by kind; `failed` counts those that did not."""
    kinds: Counter = Counter()
    with open(path + ".part", "w") as out:
        for document in documents(kind, seed, count, workers):
            kinds[document.kind] += 1
            if document.kind != "failed":
                out.write(json.dumps({"kind": document.kind, "text": document.text, "prompts": document.prompts}, ensure_ascii=False) + "\n")
    os.replace(path + ".part", path)
    return kinds
