"""The part of CodeGen's vocabulary that a small model learns to write.

The tokens that occur often are *active*. A rare one is still read as one token, but it is written as several active ones: undoing its merges until
only active tokens are left gives its pieces. Most windows (`--spell`) hold the pieces in its place, as the engine reads it where a model never writes it,
so that what is copied out of a prompt is written as it was read. In the others it stays whole, as it stands in what a bigger model hands its draft
model; the target before it is its first piece.
"""

import json
from pathlib import Path

import numpy as np
from tokenizers import Tokenizer

# Tokens that the tokenizer knows; a checkpoint's vocabulary is padded to 51,200.
SIZE, PADDED = 50295, 51200


def counts(shards: list[Path], sample: int = 40_000_000) -> np.ndarray:
    """How often each token occurs in the shards' first `sample` tokens."""
    found = np.zeros(SIZE, dtype=np.int64)
    for path in shards:
        found += np.bincount(np.fromfile(path, dtype=np.uint16, count=sample // len(shards)), minlength=SIZE)[:SIZE]
    return found


def merge_table(tokenizer: Tokenizer) -> dict[int, tuple[int, int]]:
    """The two tokens that each merged token was made of."""
    model = json.loads(tokenizer.to_str())["model"]
    ids, table = model["vocab"], {}
    for merge in model["merges"]:
        left, right = merge if isinstance(merge, list) else merge.split(" ")
        table.setdefault(ids[left + right], (ids[left], ids[right]))
    return table


class Vocabulary:
    """The active tokens, and what the others are written as. Every token must have pieces, unless it `may_stay` as it is where it has none: a model
    trained elsewhere may not even write every byte.
    """

    def __init__(self, active: np.ndarray, tokenizer: Tokenizer, may_stay: bool = False) -> None:
        self.active = np.asarray(active, dtype=np.int64)
        self.row = np.full(SIZE, -1, dtype=np.int64)
        self.row[self.active] = np.arange(len(self.active))
        table = merge_table(tokenizer)
        self.pieces: list[list[int]] = []
        for token in range(SIZE):
            pieces = self._pieces(token, table)
            if pieces is None and not may_stay:
                raise ValueError(f"token {token} is not active, nor are its pieces")
            self.pieces.append(pieces or [token])
        self.length = np.array([len(p) for p in self.pieces])
        self.start = np.concatenate([[0], np.cumsum(self.length)[:-1]])
        self.flat = np.array([piece for pieces in self.pieces for piece in pieces])
        self.target = self.row[self.flat[self.start]]

    def _pieces(self, token: int, table: dict[int, tuple[int, int]]) -> list[int] | None:
        if self.row[token] >= 0:
            return [token]
        halves = [self._pieces(half, table) for half in table.get(token, ())]
        return None if not halves or None in halves else halves[0] + halves[1]

    def spelled(self, tokens: np.ndarray) -> np.ndarray:
        """The tokens with every rare one replaced by its pieces."""
        lengths = self.length[tokens]
        first = np.repeat(self.start[tokens] - np.concatenate([[0], np.cumsum(lengths)[:-1]]), lengths)
        return self.flat[first + np.arange(len(first))]

    def repeats(self, tokens: np.ndarray) -> np.ndarray:
        """How many pieces each token is replaced by, to stretch what goes along with the tokens."""
        return self.length[tokens]


def choose_active(found: np.ndarray, size: int, tokenizer: Tokenizer, always: np.ndarray | None = None) -> np.ndarray:
    """The ids of the `size` most frequent tokens, sorted; single bytes, runs of white space and end-of-text are always among them."""
    table = merge_table(tokenizer)
    required = [token for token in range(SIZE) if token not in table]
    if always is not None:
        required += [int(token) for token in always if token < SIZE]
    kept = dict.fromkeys(required)
    for token in np.argsort(-found, kind="stable"):
        if len(kept) >= size:
            break
        kept[int(token)] = None
    return np.array(sorted(kept), dtype=np.int64)
