"""Keeps the benchmarks' problems out of the data, by the n-grams of words that a text has in common with them."""

import gzip
import json
from pathlib import Path
from typing import Any

from .clean import words

# Words in a row; signs and line ends do not count. Fewer would drop texts for common phrases such as `for i in range(len(...))`.
LENGTH = 10


def strings(value: Any) -> list[str]:
    """All strings in a JSON value."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return [text for item in value.values() for text in strings(item)]
    if isinstance(value, list):
        return [text for item in value for text in strings(item)]
    return []


class Benchmarks:
    """The n-grams of benchmark files (JSON lines, gzipped or not)."""

    def __init__(self, paths: list[Path], length: int = LENGTH) -> None:
        self.length, self.grams = length, set()
        self.sources: list[str] = []
        for path in paths:
            opened = gzip.open(path, "rt") if path.suffix == ".gz" else path.open()
            with opened as lines:
                for line in lines:
                    if line.strip():
                        record = json.loads(line)
                        # A problem's fields are looked at one by one, and its prompts also in a row.
                        texts = strings(record) + [" ".join(strings(record.get("prompts", [])))]
                        for text in texts:
                            self.grams.update(self.of(text))
            self.sources.append(path.name)

    def of(self, text: str) -> set[int]:
        found = words(text)
        return {hash(tuple(found[i : i + self.length])) for i in range(len(found) - self.length + 1)}

    def hit(self, text: str) -> bool:
        """Whether the text has an n-gram in common with a benchmark."""
        return bool(self.grams) and not self.grams.isdisjoint(self.of(text))
