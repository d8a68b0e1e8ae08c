"""Writes the weights where the product has them."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

TARGET = Path(__file__).parents[3] / "lsp" / "text" / "src" / "completion" / "confidence" / "weights.rs"
HEAD = """//! Written by `python -m train gate`; see `engine/train/gate`.

/// The weight of each number, by its name.
pub(super) const WEIGHTS: [(&str, f32); super::NAMES.len()] = [
"""


def source(listed: Sequence[str], weights: np.ndarray) -> str:
    """The Rust file, as rustfmt leaves it."""
    if len(listed) != len(weights) or not np.isfinite(weights).all():
        raise ValueError(f"{len(listed)} names, and the weights {weights}")
    # Four decimals: no number is larger than twelve, so that no probability changes by more than a thousandth.
    lines = [f'    ("{name}", {weight:.4f}),\n'.replace("-0.0000", "0.0000") for name, weight in zip(listed, weights)]
    return HEAD + "".join(lines) + "];\n"


def read(text: str) -> dict[str, float]:
    """The weights of such a file."""
    pairs = (line.strip().strip("(),").split(", ") for line in text.removeprefix(HEAD).splitlines() if line.startswith("    ("))
    return {name.strip('"'): float(weight) for name, weight in pairs}
