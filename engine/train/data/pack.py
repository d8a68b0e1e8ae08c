"""Token shards: CodeGen's token ids as uint16 files, documents ended by end-of-text, beside a bit per token that says whether it is a target.

A folder of shards has `NAME.tokens` (uint16), where needed `NAME.mask` (packed bits, 1 = learn to predict this token), and `NAME.json`, which says what
is in it. The ids are those of the full vocabulary, so that a shard outlives the choice of a smaller one.
"""

import json
import os
from collections.abc import Iterable
from pathlib import Path

import numpy as np
from tokenizers import Tokenizer

END_OF_TEXT = 50256


def end_of(tokenizer: Tokenizer) -> int:
    """The tokenizer's end-of-text token."""
    found = tokenizer.token_to_id("<|endoftext|>")
    return END_OF_TEXT if found is None else found


def spans_to_mask(offsets: list[tuple[int, int]], spans: list[tuple[int, int]]) -> np.ndarray:
    """1 for the tokens that lie outside all spans."""
    mask = np.ones(len(offsets), dtype=bool)
    starts = np.array([start for start, _ in offsets])
    for begin, end in spans:
        mask[(starts >= begin) & (starts < end)] = False
    return mask


class Writer:
    """Writes one shard; it has its name only when complete."""

    def __init__(self, folder: Path, name: str, tokenizer: Tokenizer, masked: bool = False) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.path, self.tokenizer, self.masked = folder / name, tokenizer, masked
        self.end = end_of(tokenizer)
        self.out = open(str(self.path) + ".part", "wb")
        self.masks: list[np.ndarray] = []
        self.tokens = self.bytes = self.documents = 0

    def add(self, documents: Iterable[tuple[str, list[tuple[int, int]]]], batch: int = 256) -> None:
        """Appends documents: text, and the spans of it that are not targets."""
        pending: list[tuple[str, list[tuple[int, int]]]] = []
        for document in documents:
            pending.append(document)
            if len(pending) == batch:
                self._encode(pending)
                pending = []
        if pending:
            self._encode(pending)

    def _encode(self, pending: list[tuple[str, list[tuple[int, int]]]]) -> None:
        for (text, spans), encoding in zip(pending, self.tokenizer.encode_batch([text for text, _ in pending])):
            ids = np.array([*encoding.ids, self.end], dtype=np.uint16)
            self.out.write(ids.tobytes())
            if self.masked:
                self.masks.append(np.append(spans_to_mask(encoding.offsets, spans), True))
            self.tokens += len(ids)
            self.bytes += len(text.encode())
            self.documents += 1

    def close(self, **about) -> None:
        """Gives the shard its name, and writes what is in it."""
        self.out.flush()
        os.fsync(self.out.fileno())
        self.out.close()
        if self.masked:
            bits = np.packbits(np.concatenate(self.masks)) if self.masks else np.zeros(0, np.uint8)
            bits.tofile(str(self.path) + ".mask")
        about |= {"tokens": self.tokens, "bytes": self.bytes, "documents": self.documents}
        Path(str(self.path) + ".json").write_text(json.dumps(about, indent=1) + "\n")
        os.replace(str(self.path) + ".part", str(self.path) + ".tokens")
