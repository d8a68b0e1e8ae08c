//! The GGUF file format: metadata and the table of tensors. Data is streamed elsewhere.
//!
//! Numbers are little-endian. A file is a header, key-value pairs, the tensors' names, shapes, types and offsets,
//! padding, and the tensors' data, each tensor starting at a multiple of the alignment.

pub mod digest;
mod error;
pub(crate) mod input;
pub(crate) mod output;
mod read;
mod tensor_type;
mod write;

#[cfg(test)]
mod tests;

use std::path::PathBuf;

pub use error::ModelError;
pub use tensor_type::TensorType;
pub use write::Writer;

/// The first four bytes of every GGUF file.
pub const MAGIC: [u8; 4] = *b"GGUF";
/// The version that is written; 2 is read, too (it differs in nothing that matters here).
pub const VERSION: u32 = 3;
/// What tensors are aligned to unless `general.alignment` says otherwise, in bytes.
pub const DEFAULT_ALIGNMENT: u64 = 32;
/// Dimensions a tensor has at most.
pub const MAX_DIMENSIONS: usize = 4;
/// Bytes of a tensor's name at most, as llama.cpp has it (GGML_MAX_NAME, less the final zero).
pub const MAX_NAME: usize = 63;

/// The type of a metadata value or of an array's elements.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
#[allow(missing_docs)]
pub enum ValueType {
    U8 = 0,
    I8 = 1,
    U16 = 2,
    I16 = 3,
    U32 = 4,
    I32 = 5,
    F32 = 6,
    Bool = 7,
    String = 8,
    Array = 9,
    U64 = 10,
    I64 = 11,
    F64 = 12,
}

impl ValueType {
    const ALL: [Self; 13] = [
        Self::U8,
        Self::I8,
        Self::U16,
        Self::I16,
        Self::U32,
        Self::I32,
        Self::F32,
        Self::Bool,
        Self::String,
        Self::Array,
        Self::U64,
        Self::I64,
        Self::F64,
    ];

    fn from_id(id: u32) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| *kind as u32 == id)
    }

    /// Bytes of one value; `None` for strings and arrays.
    fn size(self) -> Option<usize> {
        match self {
            Self::U8 | Self::I8 | Self::Bool => Some(1),
            Self::U16 | Self::I16 => Some(2),
            Self::U32 | Self::I32 | Self::F32 => Some(4),
            Self::U64 | Self::I64 | Self::F64 => Some(8),
            Self::String | Self::Array => None,
        }
    }
}

/// A metadata value. Strings are bytes, because nothing in the format makes them UTF-8.
#[derive(Debug, Clone, PartialEq)]
#[allow(missing_docs)]
pub enum Value {
    U8(u8),
    I8(i8),
    U16(u16),
    I16(i16),
    U32(u32),
    I32(i32),
    F32(f32),
    Bool(bool),
    U64(u64),
    I64(i64),
    F64(f64),
    String(Vec<u8>),
    /// An array of strings.
    Strings(Vec<Vec<u8>>),
    /// An array of numbers or booleans as they lie in the file: a vocabulary has a hundred thousand of them, a hostile
    /// file any number, and boxing each would multiply the memory.
    Numbers(ValueType, Vec<u8>),
}

impl Value {
    /// An array of 32-bit integers.
    #[must_use]
    pub fn i32s(values: impl IntoIterator<Item = i32>) -> Self {
        Self::Numbers(ValueType::I32, values.into_iter().flat_map(i32::to_le_bytes).collect())
    }

    /// An array of strings.
    #[must_use]
    pub fn strings<S: AsRef<str>>(values: impl IntoIterator<Item = S>) -> Self {
        Self::Strings(values.into_iter().map(|text| text.as_ref().as_bytes().to_vec()).collect())
    }

    /// The text, if this is a string of UTF-8.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::String(bytes) => std::str::from_utf8(bytes).ok(),
            _ => None,
        }
    }

    /// The number, if this is an integer of any width that is not negative.
    #[must_use]
    pub fn as_u64(&self) -> Option<u64> {
        match *self {
            Self::U8(value) => Some(value.into()),
            Self::U16(value) => Some(value.into()),
            Self::U32(value) => Some(value.into()),
            Self::U64(value) => Some(value),
            Self::I8(value) => value.try_into().ok(),
            Self::I16(value) => value.try_into().ok(),
            Self::I32(value) => value.try_into().ok(),
            Self::I64(value) => value.try_into().ok(),
            _ => None,
        }
    }

    /// Number of elements, if this is an array.
    #[must_use]
    pub fn array_len(&self) -> Option<usize> {
        match self {
            Self::Strings(items) => Some(items.len()),
            Self::Numbers(kind, bytes) => Some(bytes.len() / kind.size().unwrap_or(1)),
            _ => None,
        }
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::String(text.as_bytes().to_vec())
    }
}

impl From<u32> for Value {
    fn from(number: u32) -> Self {
        Self::U32(number)
    }
}

/// Keys and values in the file's order. Keys are unique.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Metadata(Vec<(String, Value)>);

impl Metadata {
    /// The value of a key.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.0.iter().find(|(name, _)| name == key).map(|(_, value)| value)
    }

    /// The value of a key, if it is text.
    #[must_use]
    pub fn str(&self, key: &str) -> Option<&str> {
        self.get(key).and_then(Value::as_str)
    }

    /// The value of a key, if it is an integer that is not negative.
    #[must_use]
    pub fn u64(&self, key: &str) -> Option<u64> {
        self.get(key).and_then(Value::as_u64)
    }

    /// Replaces a key's value where it stands, or adds the key at the end.
    pub fn set(&mut self, key: impl Into<String>, value: impl Into<Value>) {
        let (key, value) = (key.into(), value.into());
        match self.0.iter_mut().find(|(name, _)| *name == key) {
            Some(entry) => entry.1 = value,
            None => self.0.push((key, value)),
        }
    }

    /// Keys and values in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.0.iter().map(|(key, value)| (key.as_str(), value))
    }

    /// What tensors are aligned to, in bytes. The reader has checked that a given one is a power of two.
    #[must_use]
    pub fn alignment(&self) -> u64 {
        self.u64("general.alignment").unwrap_or(DEFAULT_ALIGNMENT)
    }
}

/// A tensor's entry in the table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TensorInfo {
    /// Its name, unique in the file.
    pub name: String,
    /// One to four lengths, **columns first**, as ggml has them: a matrix of R rows and C columns is `[C, R]`.
    pub shape: Vec<u64>,
    /// How its values are stored.
    pub kind: TensorType,
    /// Where its data starts, in bytes from [`Gguf::data_start`].
    pub offset: u64,
}

impl TensorInfo {
    /// Length of a row.
    #[must_use]
    pub fn columns(&self) -> u64 {
        self.shape.first().copied().unwrap_or(1)
    }

    /// Number of rows, those of all matrices of a higher-dimensional tensor together.
    #[must_use]
    pub fn rows(&self) -> u64 {
        self.shape.iter().skip(1).product()
    }

    /// Number of values.
    #[must_use]
    pub fn elements(&self) -> u64 {
        self.shape.iter().product()
    }

    /// Bytes of its data. Never fails for what the reader accepted.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.kind.bytes(self.elements()).unwrap_or(0)
    }
}

/// A GGUF file's metadata and table of tensors, checked: what it says of its data lies within the file.
#[derive(Debug, Clone, PartialEq)]
pub struct Gguf {
    /// The file.
    pub path: PathBuf,
    /// The format's version, 2 or 3.
    pub version: u32,
    /// Keys and values.
    pub metadata: Metadata,
    /// Tensors, in the order of the table.
    pub tensors: Vec<TensorInfo>,
    /// Where the data of all tensors starts, in bytes from the file's start.
    pub data_start: u64,
    /// The file's length in bytes.
    pub file_bytes: u64,
}
