//! Written by `python -m train gate`; see `engine/train/gate`.

/// The weight of each number, by its name.
pub(super) const WEIGHTS: [(&str, f32); super::NAMES.len()] = [
    ("one", 1.0),
    ("sum", 0.6),
    ("mean", 0.5),
    ("least", 0.2),
    ("first", 0.2),
    ("last", 0.1),
    ("tokens", -0.2),
    ("letters", -0.2),
    ("lines", -0.5),
    ("whole", 0.0),
    ("ends_line", 0.0),
    ("strange", -2.0),
    ("repeats", -0.5),
    ("typed", 0.3),
    ("above", 0.0),
    ("word", 0.0),
    ("dot", 0.0),
    ("opener", 0.0),
    ("space", 0.0),
    ("line", 0.0),
    ("body", 0.0),
    ("string", 0.0),
];
