//! Written by `python -m train gate`; see `engine/train/gate`.

/// The weight of each number, by its name.
pub(super) const WEIGHTS: [(&str, f32); super::NAMES.len()] = [
    ("one", 0.8776),
    ("sum", 0.2139),
    ("mean", 1.2757),
    ("least", 0.3815),
    ("first", -0.3975),
    ("last", -0.4297),
    ("tokens", -0.9726),
    ("letters", -0.1133),
    ("lines", -1.8198),
    ("whole", -0.0535),
    ("ends_line", -0.1689),
    ("strange", 0.0000),
    ("repeats", 0.2177),
    ("typed", 0.5007),
    ("above", 0.0431),
    ("word", 1.2622),
    ("dot", 0.6346),
    ("opener", 0.3211),
    ("space", 0.6162),
    ("line", 0.6273),
    ("body", 0.1321),
    ("string", 0.1691),
];
