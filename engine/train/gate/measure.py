"""What probabilities are worth: how well they tell right from wrong, and what is shown at a threshold."""

import numpy as np

from .fit import log_loss
from .rows import Rows

# Likely parts of a suggestion that the product parses at most, as `PARSED` of lsp/text/src/completion/gate.rs.
PARSED = 4


def auc(right: np.ndarray, found: np.ndarray, row_weights: np.ndarray) -> float:
    """The chance that a right row has a higher probability than a wrong one; an equal one counts half."""
    values, at = np.unique(found, return_inverse=True)
    good = np.bincount(at, row_weights * right, len(values))
    bad = np.bincount(at, row_weights * ~right, len(values))
    below = np.cumsum(bad) - bad
    return float((good * (below + bad / 2)).sum() / max(good.sum() * bad.sum(), 1e-12))


def bins(right: np.ndarray, found: np.ndarray, row_weights: np.ndarray, count: int = 10) -> list[dict]:
    """For each tenth of the range of probabilities: the mean that was said, the share that was right, and how many rows there were."""
    at = np.minimum((found * count).astype(int), count - 1)
    rows = []
    for number in range(count):
        here = at == number
        weight = row_weights[here].sum()
        if weight > 0:
            said, was = (float(row_weights[here] @ values[here] / weight) for values in (found, right))
            rows.append({"from": number / count, "said": said, "right": was, "places": float(weight), "rows": int((row_weights[here] > 0).sum())})
    return rows


def quality(rows: Rows, found: np.ndarray) -> dict:
    """Log loss, Brier score, AUC and calibration over the parts that may be shown, each place counted once."""
    weights = rows.weights(rows.can_show)
    calibration = bins(rows.right, found, weights)
    total = sum(row["places"] for row in calibration)
    return {
        "log_loss": log_loss(rows.right, found, weights),
        "brier": float(weights @ (found - rows.right) ** 2 / weights.sum()),
        "auc": auc(rows.right, found, weights),
        "calibration_error": sum(row["places"] * abs(row["said"] - row["right"]) for row in calibration) / total,
        "bins": calibration,
    }


def showing(rows: Rows, found: np.ndarray, least: float) -> np.ndarray:
    """The rows that the product shows: at each place the longest part that is probable enough and may be shown, if there is one."""
    likely = np.flatnonzero((found >= least) & rows.known)
    if not len(likely):
        return likely
    place, at = rows.place[likely], np.arange(len(likely))
    first = np.maximum.accumulate(np.where(np.r_[True, place[1:] != place[:-1]], at, 0))
    shown = likely[rows.parses[likely] & (at - first < PARSED)]
    return shown[np.unique(rows.place[shown], return_index=True)[1]]


def policy(rows: Rows, found: np.ndarray, least: float) -> dict:
    """What is shown at a threshold, of the places that have a suggestion at all.

    `any_kept` is the share of the places with a right part where a right part is shown, and `whole_kept` that of the places whose
    whole suggestion is right where it is shown whole.
    """
    places = int(rows.place.max()) + 1 if len(rows) else 0
    shown = showing(rows, found, least)
    right = shown[rows.right[shown]]
    whole = np.unique(rows.place, return_index=True)[1]
    whole = whole[(rows.right & rows.can_show)[whole]]
    some = np.unique(rows.place[rows.right & rows.can_show])
    return {
        "least": least,
        "places": places,
        "shown": len(shown) / max(places, 1),
        "precision": len(right) / max(len(shown), 1),
        "any_kept": len(right) / max(len(some), 1),
        "whole_kept": len(np.intersect1d(right, whole)) / max(len(whole), 1),
        "characters": float(rows.length[right].mean()) if len(right) else 0.0,
        "characters_per_place": float(rows.length[right].sum()) / max(places, 1),
    }
