"""Reads windows of tokens from shards in an order that depends only on seed and position, so that a run can stop and go on anywhere."""

import queue
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from .data.pack import END_OF_TEXT
from .vocabulary import Vocabulary


@dataclass
class Group:
    """Shards that are drawn from with one weight; `windows` counts those drawn so far."""

    paths: list[Path]
    weight: float
    windows: int = 0


def groups_of(specifications: list[str]) -> list[Group]:
    """Groups from `GLOB=WEIGHT` texts; a glob is of `.tokens` files."""
    found = []
    for text in specifications:
        pattern, _, weight = text.rpartition("=")
        pattern = pattern if pattern.endswith(".tokens") else pattern + ".tokens"
        paths = [p for p in sorted(Path(pattern).parent.glob(Path(pattern).name)) if not p.stem.endswith("heldout")]
        if not paths:
            raise FileNotFoundError(f"no shard matches {pattern}")
        found.append(Group(paths, float(weight)))
    return found


class Windows:
    """Draws batches. The groups' shards are looked at as one stream each, whose windows come in a random order, anew in every epoch.

    A share `whole` of the windows begins where a document does, if one does soon. In a share `spell` of them rare tokens are replaced by their pieces.
    Of `world` processes each takes every `world`th window, and all stand at the same position after each batch.
    """

    def __init__(
        self,
        groups: list[Group],
        vocabulary: Vocabulary | None,
        length: int,
        seed: int,
        spell: float = 0.9,
        whole: float = 0.5,
        rank: int = 0,
        world: int = 1,
    ) -> None:
        self.groups, self.vocabulary, self.length, self.seed = groups, vocabulary, length, seed
        self.spell, self.whole = spell, whole
        self.rank, self.world = rank, world
        self.drawn = 0
        self.data, self.masks, self.ends = [], [], []
        self.orders: dict[int, tuple[int, np.ndarray]] = {}
        for group in groups:
            self.data.append([np.memmap(p, dtype=np.uint16, mode="r") for p in group.paths])
            masks = [p.with_suffix(".mask") for p in group.paths]
            self.masks.append([np.unpackbits(np.fromfile(m, dtype=np.uint8)) if m.exists() else None for m in masks])
            self.ends.append(np.cumsum([len(d) // length for d in self.data[-1]]))

    def state(self) -> dict:
        """The position: windows drawn, in all and of each group."""
        return {"drawn": self.drawn, "windows": [g.windows for g in self.groups]}

    def restore(self, state: dict) -> None:
        """Goes on at a position; groups that were added since start at their beginning."""
        self.drawn = state["drawn"]
        for group, windows in zip(self.groups, state["windows"]):
            group.windows = windows

    def _order(self, number: int, epoch: int) -> np.ndarray:
        if self.orders.get(number, (-1, None))[0] != epoch:
            self.orders[number] = (epoch, np.random.default_rng([self.seed, number, epoch]).permutation(int(self.ends[number][-1])))
        return self.orders[number][1]

    def _next(self) -> tuple[np.random.Generator, int, int]:
        """The group that is drawn from next, and how many windows were drawn from it before."""
        rng = np.random.default_rng([self.seed, 7, self.drawn])
        weights = np.array([g.weight for g in self.groups])
        number = int(rng.choice(len(self.groups), p=weights / weights.sum()))
        self.drawn += 1
        self.groups[number].windows += 1
        return rng, number, self.groups[number].windows - 1

    def window(self) -> tuple[np.ndarray, np.ndarray]:
        """The next window: `length` tokens, and the head's row that is the target after each, -1 where none is to be learnt."""
        drawn = [self._next() for _ in range(self.world)]
        rng, number, count = drawn[self.rank]
        total = int(self.ends[number][-1])
        index = int(self._order(number, count // total)[count % total])
        shard = int(np.searchsorted(self.ends[number], index, side="right"))
        data, mask = self.data[number][shard], self.masks[number][shard]
        # An epoch's windows are shifted against the last one's, so that they do not always begin at the same places.
        begin = (index - (int(self.ends[number][shard - 1]) if shard else 0)) * self.length
        shift = int(rng.integers(self.length))
        last = max(0, len(data) - self.length - 1)
        begin = min(begin + shift, last)
        starts = begin == 0
        if rng.random() < self.whole and len(stops := np.flatnonzero(data[begin : begin + self.length] == END_OF_TEXT)) and begin + stops[0] < last:
            # What an editor shows begins where the file does, and nothing stands before it.
            begin, starts = begin + int(stops[0]) + 1, True
        tokens = np.asarray(data[begin : begin + self.length + 1]).astype(np.int64)
        learnt = np.ones(len(tokens), dtype=bool) if mask is None else mask[begin : begin + len(tokens)].astype(bool)
        if mask is not None and not starts and len(stops := np.flatnonzero(tokens == END_OF_TEXT)):
            # Programs are short: what is left of the first one lacks the definitions it goes by.
            learnt[: stops[0] + 1] = False
        if self.vocabulary is not None:
            if rng.random() < self.spell:
                learnt = np.repeat(learnt, self.vocabulary.repeats(tokens))[: self.length + 1]
                tokens = self.vocabulary.spelled(tokens)[: self.length + 1]
            targets = self.vocabulary.target[tokens]
        else:
            targets = tokens
        targets = np.where(learnt, targets, -1)
        if len(tokens) < self.length + 1:
            short = self.length + 1 - len(tokens)
            tokens, targets = np.pad(tokens, (0, short)), np.pad(targets, (0, short), constant_values=-1)
        return tokens[:-1], targets[1:]

    def batch(self, size: int) -> tuple[np.ndarray, np.ndarray]:
        """The next `size` windows."""
        drawn = [self.window() for _ in range(size)]
        return np.stack([t for t, _ in drawn]), np.stack([t for _, t in drawn])

    def ahead(self, size: int, count: int = 4) -> Iterator[tuple[np.ndarray, np.ndarray, dict]]:
        """Batches drawn ahead of time in a thread, each with the position after it: a GPU is not to wait for them."""
        ready: queue.Queue = queue.Queue(count)
        ended = threading.Event()

        def draw() -> None:
            while not ended.is_set():
                try:
                    made = (*self.batch(size), self.state())
                except Exception as error:
                    made = error
                while not ended.is_set():
                    try:
                        ready.put(made, timeout=0.5)
                        break
                    except queue.Full:
                        continue

        threading.Thread(target=draw, daemon=True).start()
        try:
            while True:
                made = ready.get()
                if isinstance(made, Exception):
                    raise made
                yield made
        finally:
            ended.set()
