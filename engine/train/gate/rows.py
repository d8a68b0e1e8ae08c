"""Reads what `codegen-lsp bench gate` writes: a row for each part of each suggestion."""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np

SOURCE = Path(__file__).parents[3] / "lsp" / "text" / "src" / "completion" / "confidence.rs"


def names(source: Path = SOURCE) -> list[str]:
    """The names of the numbers, as the product has them."""
    found = re.search(r"pub const NAMES: \[&str; (\d+)\] = \[(.*?)\];", source.read_text(), re.DOTALL)
    listed = re.findall(r'"(\w+)"', found.group(2)) if found else []
    if not found or len(listed) != int(found.group(1)):
        raise ValueError(f"{source}: the list NAMES was not found")
    return listed


@dataclass
class Rows:
    """Parts of suggestions, those of one place beside each other and the longest first; an array each, of one length."""

    # Parts by numbers.
    numbers: np.ndarray
    # Whether the file has the part there, word for word.
    right: np.ndarray
    # Whether something defines every name that it reads, and whether the file parses with it.
    known: np.ndarray
    parses: np.ndarray
    # Its length in characters.
    length: np.ndarray
    # The number of its place, from 0.
    place: np.ndarray
    # The kind of the place, and the package of the file.
    kind: np.ndarray
    package: np.ndarray

    def __len__(self) -> int:
        return len(self.right)

    def only(self, mask: np.ndarray) -> "Rows":
        """The rows under the mask; places are counted anew."""
        kept = Rows(**{field.name: getattr(self, field.name)[mask] for field in fields(self)})
        kept.place = np.unique(kept.place, return_inverse=True)[1]
        return kept

    @property
    def can_show(self) -> np.ndarray:
        """Whether each row is shown if it is probable enough."""
        return self.known & self.parses

    def weights(self, mask: np.ndarray | None = None) -> np.ndarray:
        """A weight for each row, by which each place counts once: the parts of one suggestion are right or wrong together.

        Rows that are not under the mask have the weight 0.
        """
        kept = np.ones(len(self)) if mask is None else mask.astype(np.float64)
        return kept / np.maximum(np.bincount(self.place, kept)[self.place], 1.0)


def read(paths: Iterable[Path], listed: list[str]) -> Rows:
    """The rows of the files; a place that occurs twice counts once."""
    found: dict[tuple[str, int], list[dict]] = {}
    for path in paths:
        here: dict[tuple[str, int], list[dict]] = {}
        for number, line in enumerate(path.read_text().splitlines(), 1):
            row = json.loads(line)
            if len(row["numbers"]) != len(listed):
                raise ValueError(f"{path}, line {number}: {len(row['numbers'])} numbers, but the product has {len(listed)}")
            here.setdefault((row["file"], row["offset"]), []).append(row)
        found = here | found
    places = [sorted(rows, key=lambda row: row["part"]) for rows in found.values()]
    every = [(number, row) for number, rows in enumerate(places) for row in rows]
    if not every:
        raise ValueError("there are no rows")
    numbers = np.array([row["numbers"] for _, row in every], dtype=np.float64)
    return Rows(
        numbers=numbers,
        right=np.array([row["right"] for _, row in every], dtype=bool),
        known=numbers[:, listed.index("strange")] == 0,
        parses=np.array([row["shown"] for _, row in every], dtype=bool),
        length=np.array([len(row["text"]) for _, row in every]),
        place=np.array([number for number, _ in every]),
        kind=np.array([row["place"] for _, row in every]),
        package=np.array([Path(row["file"]).parent.name for _, row in every]),
    )
