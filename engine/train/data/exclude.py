"""Keeps the benchmarks' problems out of the data: by the n-grams of words that a text has in common with them, and, for problems of several
turns, by their prompts with the values masked."""

import gzip
import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

from .clean import words

# Words in a row; signs and line ends do not count. Fewer would drop texts for common phrases such as `for i in range(len(...))`.
LENGTH = 10


# So many prompts of one problem, in one text, make the text that problem. Prompts that only print do not count.
PROMPTS = 2
VALUE = re.compile(r"\[[^\]]*\]+|\{[^}]*\}+|\([^)]*\)|\"[^\"]*\"|'[^']*'|-?\d+(\.\d+)?")


def masked(prompt: str) -> str:
    """The prompt in lower case, every literal and field a `_`, without quotes around names and without its full stop."""
    plain = re.sub(r"[`\"']([A-Za-z_]\w*)[`\"']", r"\1", prompt)
    return re.sub(r"\s+", " ", VALUE.sub("_", plain)).strip().rstrip(".").lower()


def prompts_of(text: str) -> set[str]:
    """The masked comments of a program."""
    return {masked(line.strip()[1:].strip()) for line in text.split("\n") if line.strip().startswith("#")}


class Prompts:
    """The masked prompts of problems of several turns, by number."""

    def __init__(self) -> None:
        self.problems: list[set[str]] = []
        self.numbers: dict[str, list[int]] = {}

    def add(self, prompts: list[str]) -> None:
        """Adds a problem; prompts that only print are left out."""
        wanted = {masked(prompt) for prompt in prompts if not prompt.lower().startswith("print")}
        for prompt in wanted:
            self.numbers.setdefault(prompt, []).append(len(self.problems))
        self.problems.append(wanted)

    def shared(self, text: str) -> Counter:
        """How many prompts the text has in common with each problem that it has any in common with."""
        if not self.numbers:
            return Counter()
        return Counter(number for prompt in prompts_of(text) & self.numbers.keys() for number in self.numbers[prompt])


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
        self.length, self.grams, self.prompts = length, set(), Prompts()
        self.sources: list[str] = []
        for path in paths:
            opened = gzip.open(path, "rt") if path.suffix == ".gz" else path.open()
            with opened as lines:
                for line in lines:
                    if line.strip():
                        record = json.loads(line)
                        # A problem's fields are looked at one by one, and its prompts also in a row.
                        if isinstance(record.get("prompts"), list):
                            self.prompts.add(record["prompts"])
                        texts = strings(record) + [" ".join(strings(record.get("prompts", [])))]
                        for text in texts:
                            self.grams.update(self.of(text))
            self.sources.append(path.name)

    def of(self, text: str) -> set[int]:
        found = words(text)
        return {hash(tuple(found[i : i + self.length])) for i in range(len(found) - self.length + 1)}

    def hit(self, text: str) -> bool:
        """Whether the text has an n-gram in common with a benchmark, or several prompts with one of its problems."""
        return not self.grams.isdisjoint(self.of(text)) or max(self.prompts.shared(text).values(), default=0) >= PROMPTS
