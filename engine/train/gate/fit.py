"""Logistic regression by Newton's method."""

import numpy as np

# Parts that the packages are divided into, to judge each by weights from the others.
FOLDS = 5


def probability(numbers: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """The probability of each row."""
    return 1.0 / (1.0 + np.exp(-np.clip(numbers @ weights, -30.0, 30.0)))


def log_loss(right: np.ndarray, found: np.ndarray, row_weights: np.ndarray) -> float:
    """Nats per row."""
    sure = np.clip(np.where(right, found, 1.0 - found), 1e-12, 1.0)
    return float(-(row_weights * np.log(sure)).sum() / row_weights.sum())


def fit(numbers: np.ndarray, right: np.ndarray, row_weights: np.ndarray, l2: float, steps: int = 100) -> np.ndarray:
    """The weights with the least log loss plus `l2` / 2 times the squares of the weights of the standardised numbers.

    The first number must be 1 in every row; its weight is free. A number that never changes gets the weight 0, and a row of weight 0 is not
    learned from.
    """
    if len(np.unique(right[row_weights > 0])) < 2:
        raise ValueError("all rows are right, or all are wrong: nothing can be learned from them")
    total = row_weights.sum()
    mean = row_weights @ numbers / total
    spread = np.sqrt(row_weights @ (numbers - mean) ** 2 / total)
    live = spread > 1e-9
    live[0] = False
    scaled = np.column_stack([np.ones(len(numbers)), (numbers[:, live] - mean[live]) / spread[live]])
    penalty = np.full(scaled.shape[1], float(l2))
    penalty[0] = 0.0
    target = right.astype(np.float64)

    def objective(at: np.ndarray) -> float:
        return log_loss(right, probability(scaled, at), row_weights) * total + 0.5 * float(penalty @ at**2)

    weights = np.zeros(scaled.shape[1])
    before = objective(weights)
    for _ in range(steps):
        found = probability(scaled, weights)
        gradient = scaled.T @ (row_weights * (found - target)) + penalty * weights
        curvature = (scaled * (row_weights * found * (1.0 - found))[:, None]).T @ scaled + np.diag(penalty + 1e-9)
        step, size = np.linalg.solve(curvature, gradient), 1.0
        while objective(weights - size * step) > before and size > 1e-6:
            size /= 2
        weights = weights - size * step
        after = objective(weights)
        if before - after < 1e-9 * max(1.0, before):
            break
        before = after
    folded = np.zeros(numbers.shape[1])
    folded[live] = weights[1:] / spread[live]
    folded[0] = weights[0] - folded[live] @ mean[live]
    return folded


def folds(packages: np.ndarray, count: int) -> np.ndarray:
    """The number of the fold of each row: a package is in one fold, and the folds are about equally large."""
    names, sizes = np.unique(packages, return_counts=True)
    filled, place = np.zeros(count), {}
    for at in np.argsort(-sizes, kind="stable"):
        place[names[at]] = int(filled.argmin())
        filled[place[names[at]]] += sizes[at]
    return np.array([place[name] for name in packages])


def out_of_fold(numbers: np.ndarray, right: np.ndarray, row_weights: np.ndarray, packages: np.ndarray, l2: float, count: int = FOLDS) -> np.ndarray:
    """The probability of each row by weights that were learned from other packages only."""
    fold, found = folds(packages, count), np.zeros(len(right))
    for number in range(count):
        here = fold == number
        if here.any():
            found[here] = probability(numbers[here], fit(numbers[~here], right[~here], row_weights[~here], l2))
    return found
