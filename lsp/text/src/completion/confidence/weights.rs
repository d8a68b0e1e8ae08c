//! Written by `python -m train gate`; see `engine/train/gate`.

/// The weight of each number, by its name.
pub(super) const WEIGHTS: [(&str, f32); super::NAMES.len()] = [
    ("one", 1.0000),
    ("sum", 0.6000),
    ("mean", 0.5000),
    ("least", 0.2000),
    ("first", 0.2000),
    ("last", 0.1000),
    ("tokens", -0.2000),
    ("letters", -0.2000),
    ("lines", -0.5000),
    ("whole", 0.0000),
    ("ends_line", 0.0000),
    ("strange", -2.0000),
    ("repeats", -0.5000),
    ("typed", 0.3000),
    ("above", 0.0000),
    ("word", 0.0000),
    ("dot", 0.0000),
    ("opener", 0.0000),
    ("space", 0.0000),
    ("line", 0.0000),
    ("body", 0.0000),
    ("string", 0.0000),
];
