//! The element types of GGUF tensors: their numbers, names and block sizes.

use std::fmt;
use std::str::FromStr;

use super::ModelError;

/// How a tensor's values are stored. Covers every type that the bundled ggml knows, because a GGUF of any
/// architecture can be inspected and requantized.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TensorType(u32);

/// (number, name, elements in a block, bytes of a block), in the order of ggml's `enum ggml_type`. A test compares it
/// with ggml itself.
const TABLE: &[(u32, &str, u64, u64)] = &[
    (0, "f32", 1, 4),
    (1, "f16", 1, 2),
    (2, "q4_0", 32, 18),
    (3, "q4_1", 32, 20),
    (6, "q5_0", 32, 22),
    (7, "q5_1", 32, 24),
    (8, "q8_0", 32, 34),
    (9, "q8_1", 32, 36),
    (10, "q2_k", 256, 84),
    (11, "q3_k", 256, 110),
    (12, "q4_k", 256, 144),
    (13, "q5_k", 256, 176),
    (14, "q6_k", 256, 210),
    (15, "q8_k", 256, 292),
    (16, "iq2_xxs", 256, 66),
    (17, "iq2_xs", 256, 74),
    (18, "iq3_xxs", 256, 98),
    (19, "iq1_s", 256, 50),
    (20, "iq4_nl", 32, 18),
    (21, "iq3_s", 256, 110),
    (22, "iq2_s", 256, 82),
    (23, "iq4_xs", 256, 136),
    (24, "i8", 1, 1),
    (25, "i16", 1, 2),
    (26, "i32", 1, 4),
    (27, "i64", 1, 8),
    (28, "f64", 1, 8),
    (29, "iq1_m", 256, 56),
    (30, "bf16", 1, 2),
    (34, "tq1_0", 256, 54),
    (35, "tq2_0", 256, 66),
    (39, "mxfp4", 32, 17),
    (40, "nvfp4", 64, 36),
    (41, "q1_0", 128, 18),
    (42, "q2_0", 64, 18),
];

#[allow(missing_docs)]
impl TensorType {
    pub const F32: Self = Self(0);
    pub const F16: Self = Self(1);
    pub const Q4_0: Self = Self(2);
    pub const Q5_0: Self = Self(6);
    pub const Q5_1: Self = Self(7);
    pub const Q8_0: Self = Self(8);
    pub const Q4_K: Self = Self(12);
    pub const Q5_K: Self = Self(13);
    pub const Q6_K: Self = Self(14);
    pub const BF16: Self = Self(30);
}

impl TensorType {
    /// Types that weights can be encoded to.
    pub const ENCODABLE: [Self; 10] = [
        Self::F32,
        Self::F16,
        Self::BF16,
        Self::Q8_0,
        Self::Q6_K,
        Self::Q5_K,
        Self::Q5_1,
        Self::Q5_0,
        Self::Q4_K,
        Self::Q4_0,
    ];

    /// Every type.
    pub fn all() -> impl Iterator<Item = Self> {
        TABLE.iter().map(|row| Self(row.0))
    }

    /// The type with this number in a GGUF, if there is one.
    #[must_use]
    pub fn from_id(id: u32) -> Option<Self> {
        TABLE.iter().any(|row| row.0 == id).then_some(Self(id))
    }

    /// Its number in a GGUF.
    #[must_use]
    pub fn id(self) -> u32 {
        self.0
    }

    fn row(self) -> (u32, &'static str, u64, u64) {
        // Only `from_id` and the constants make a `TensorType`, so that the row is always there.
        TABLE.iter().copied().find(|row| row.0 == self.0).unwrap_or((self.0, "unknown", 1, 1))
    }

    /// Its name in lower case, as in `q6_k`.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.row().1
    }

    /// The name as llama.cpp shows it: `Q6_K`.
    #[must_use]
    pub fn shown(self) -> String {
        self.name().to_ascii_uppercase()
    }

    /// Elements of one block; a row's length must be a multiple of it.
    #[must_use]
    pub fn block_elements(self) -> u64 {
        self.row().2
    }

    /// Bytes of one block.
    #[must_use]
    pub fn block_bytes(self) -> u64 {
        self.row().3
    }

    /// Bytes of `elements` values, or `None` if they do not fill whole blocks or the number does not fit.
    #[must_use]
    pub fn bytes(self, elements: u64) -> Option<u64> {
        let (_, _, block, bytes) = self.row();
        if !elements.is_multiple_of(block) {
            return None;
        }
        (elements / block).checked_mul(bytes)
    }

    /// Whether values are packed in blocks with a scale each.
    #[must_use]
    pub fn is_quantized(self) -> bool {
        self.block_elements() > 1
    }
}

impl fmt::Display for TensorType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for TensorType {
    type Err = ModelError;

    /// Reads the name of a type that weights can be encoded to.
    fn from_str(text: &str) -> Result<Self, ModelError> {
        let found = Self::ENCODABLE.into_iter().find(|kind| kind.name().eq_ignore_ascii_case(text));
        found.ok_or_else(|| {
            let names: Vec<_> = Self::ENCODABLE.iter().map(|kind| kind.name()).collect();
            ModelError::Usage(format!("there is no tensor type {text}; the types are {}", names.join(", ")))
        })
    }
}

impl serde::Serialize for TensorType {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_in_any_case_and_unknown_ones_are_named() {
        assert_eq!("Q6_K".parse::<TensorType>().unwrap(), TensorType::Q6_K);
        let message = "q7_x".parse::<TensorType>().unwrap_err().to_string();
        assert!(message.contains("q7_x") && message.contains("q6_k"), "{message}");
        // Known to ggml, but needs an importance matrix, which we do not have.
        assert!("iq2_xxs".parse::<TensorType>().is_err());
    }

    #[test]
    fn bytes_of_partial_blocks_and_of_overflows_are_refused() {
        assert_eq!(TensorType::Q6_K.bytes(512), Some(420));
        assert_eq!(TensorType::Q6_K.bytes(500), None);
        assert_eq!(TensorType::F32.bytes(u64::MAX / 2), None);
    }
}
