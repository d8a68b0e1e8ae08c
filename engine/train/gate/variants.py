"""Further numbers that the product could weigh, to see whether they pay."""

from collections.abc import Sequence

import numpy as np

from .fit import FOLDS, folds, out_of_fold
from .measure import policy, quality
from .rows import Rows

PLACES = ("word", "dot", "opener", "space", "line", "body", "string")


def columns(rows: Rows, listed: list[str], variant: str) -> np.ndarray:
    """The numbers of the rows, and those that the variant adds, or without those that it leaves out."""
    column = {name: rows.numbers[:, at] for at, name in enumerate(listed)}
    if variant.startswith("without "):
        left_out = variant.removeprefix("without ").split(" and ")
        return np.column_stack([values for name, values in column.items() if name not in left_out])
    added: list[np.ndarray] = []
    for part in variant.split(" and "):
        if part.startswith("places x "):
            added += [column[place] * column[part.removeprefix("places x ")] for place in PLACES]
        elif part.startswith("square of "):
            added.append(column[part.removeprefix("square of ")] ** 2)
        elif " x " in part:
            one, other = part.split(" x ")
            added.append(column[one] * column[other])
    return np.column_stack([rows.numbers, *added])


def every(listed: list[str]) -> list[str]:
    """The variants that are compared."""
    squares = ["square of sum", "square of mean", "square of least", "square of first"]
    return [
        "all numbers",
        "places x sum",
        "places x first",
        "places x sum and places x first",
        *squares,
        " and ".join(squares),
        "sum x lines",
        "sum x whole",
        "sum x typed",
        "places x sum and square of sum and square of first",
        *(f"without {name}" for name in listed if name not in ("one", *PLACES)),
        "without " + " and ".join(PLACES),
    ]


def compare(rows: Rows, row_weights: np.ndarray, listed: list[str], l2: float, least: Sequence[float]) -> list[dict]:
    """Each variant's measures by weights from other packages, and what is shown at the thresholds."""

    def measured(variant: str, said: np.ndarray, count: int) -> dict:
        found = quality(rows, said)
        found.pop("bins")
        return {"variant": variant, "numbers": count, **found, "policy": [policy(rows, said, at) for at in least]}

    results = []
    for variant in every(listed):
        numbers = columns(rows, listed, variant)
        said = out_of_fold(numbers, rows.right, row_weights, rows.package, l2)
        results.append(measured(variant, said, numbers.shape[1]))
    said = out_of_fold(rows.numbers, rows.right, row_weights, rows.package, l2)
    fold, bent = folds(rows.package, FOLDS), np.zeros(len(rows))
    for number in range(FOLDS):
        here = fold == number
        bent[here] = isotonic(rows.right[~here], said[~here], row_weights[~here], said[here])
    results.append(measured("all numbers, made monotonous", bent, rows.numbers.shape[1]))
    return results


def isotonic(right: np.ndarray, found: np.ndarray, row_weights: np.ndarray, to: np.ndarray) -> np.ndarray:
    """The values `to` as the best monotonous function of the probabilities has them (pool adjacent violators)."""
    order = np.argsort(found, kind="stable")
    order = order[row_weights[order] > 0]
    blocks: list[list[float]] = []
    for value, good, weight in zip(found[order], right[order].astype(float), row_weights[order]):
        blocks.append([good * weight, weight, value])
        while len(blocks) > 1 and blocks[-2][0] / blocks[-2][1] >= blocks[-1][0] / blocks[-1][1]:
            good_, weight_, value_ = blocks.pop()
            blocks[-1] = [blocks[-1][0] + good_, blocks[-1][1] + weight_, value_]
    ends, levels = np.array([block[2] for block in blocks]), np.array([block[0] / block[1] for block in blocks])
    return levels[np.minimum(np.searchsorted(ends, to), len(levels) - 1)]
