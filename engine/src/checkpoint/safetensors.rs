//! The safetensors container: eight bytes of length, a JSON header, then the tensors' bytes.

use std::collections::HashSet;
use std::fmt;
use std::sync::Arc;

use safetensors::Dtype;
use safetensors::tensor::TensorInfo;
use serde::Deserialize;
use serde::de::{MapAccess, Visitor};

use super::file::SourceFile;
use super::{SourceType, Stored, contiguous_strides};
use crate::gguf::ModelError;

/// The limit that the format's own library has.
const MAX_HEADER: u64 = 100_000_000;

/// Lists the file's tensors, with every offset checked against the file.
pub(super) fn read(file: &Arc<SourceFile>) -> Result<Vec<(String, Stored)>, ModelError> {
    if file.length < 8 {
        return Err(
            file.error(format!("is truncated: a safetensors file has a header, this has {} bytes", file.length))
        );
    }
    let mut prefix = [0; 8];
    file.read_at(0, &mut prefix)?;
    let header_length = u64::from_le_bytes(prefix);
    if header_length > MAX_HEADER {
        return Err(file.error(format!("is not a safetensors file: its header would have {header_length} bytes")));
    }
    let data_start = 8 + header_length;
    if data_start > file.length {
        return Err(
            file.error(format!("is truncated: its header has {header_length} bytes, the file {} in all", file.length))
        );
    }
    #[allow(clippy::cast_possible_truncation)] // at most MAX_HEADER
    let bytes = file.read_vec(8, header_length as usize)?;
    let header: Header = serde_json::from_slice(&bytes)
        .map_err(|error| file.error(format!("is not a safetensors file, or its header is corrupt: {error}")))?;

    let mut ranges = Vec::with_capacity(header.0.len());
    let mut tensors = Vec::with_capacity(header.0.len());
    for (name, info) in header.0 {
        let (start, end) = info.data_offsets;
        let stored =
            check(info, file, data_start).map_err(|problem| file.error(format!("tensor {name}: {problem}")))?;
        ranges.push((start as u64, end as u64, name.clone()));
        tensors.push((name, stored));
    }
    // The format promises that tensors do not overlap, a header that breaks it being made to be read differently by
    // different programs, and that they leave no bytes out: where some are over, a part of the file is lost or moved.
    ranges.sort();
    for pair in ranges.windows(2) {
        let [(_, end, first), (start, _, second)] = pair else { continue };
        if start < end {
            return Err(file.error(format!("has a corrupt header: the tensors {first} and {second} overlap")));
        }
        if start > end {
            let between = format!("{} bytes between the tensors {first} and {second}", start - end);
            return Err(file.error(format!("is corrupt: {between} belong to none")));
        }
    }
    let first = ranges.first().map_or(0, |(start, _, _)| *start);
    let last = ranges.last().map_or(0, |(_, end, _)| *end);
    let over = file.length - data_start - last;
    if first > 0 || over > 0 {
        return Err(file.error(format!(
            "is corrupt: {first} bytes before its first tensor and {over} after its last belong to none"
        )));
    }
    Ok(tensors)
}

/// The tensor that a header's entry is about, if it is all there.
fn check(info: TensorInfo, file: &Arc<SourceFile>, data_start: u64) -> Result<Stored, String> {
    let TensorInfo { dtype, shape, data_offsets: (start, end) } = info;
    let source = match dtype {
        Dtype::F64 => SourceType::F64,
        Dtype::F32 => SourceType::F32,
        Dtype::F16 => SourceType::F16,
        Dtype::BF16 => SourceType::BF16,
        Dtype::C64 | Dtype::F4 | Dtype::F6_E2M3 | Dtype::F6_E3M2 => {
            return Err(format!("has the type {dtype}, which cannot be read"));
        }
        _ => SourceType::Other,
    };
    let bytes = shape.iter().try_fold(dtype.bitsize() / 8, |product, n| product.checked_mul(*n));
    let bytes = bytes.ok_or_else(|| format!("has the impossible shape {shape:?}"))?;
    if end.checked_sub(start) != Some(bytes) {
        return Err(format!("has the shape {shape:?} of {bytes} bytes, but the data offsets {start} to {end}"));
    }
    let available = file.length - data_start;
    if end as u64 > available {
        return Err(format!("ends at byte {end} of the data, but the file holds only {available}: it is truncated"));
    }
    let (strides, start) = (contiguous_strides(&shape), data_start + start as u64);
    Ok(Stored { file: Arc::clone(file), dtype: source, strides, shape, start })
}

/// The header in file order. Duplicate names, which JSON parsers resolve each in their own way, are errors. safetensors' own
/// `Metadata` keeps the last of them, and of what is wrong with an entry it says neither the numbers nor always the name.
struct Header(Vec<(String, TensorInfo)>);

impl<'de> Deserialize<'de> for Header {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Entries;
        impl<'de> Visitor<'de> for Entries {
            type Value = Header;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("an object of tensors")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Header, A::Error> {
                let mut names = HashSet::new();
                let mut entries = Vec::new();
                while let Some(name) = map.next_key::<String>()? {
                    if !names.insert(name.clone()) {
                        return Err(serde::de::Error::custom(format!("the tensor {name} appears twice")));
                    }
                    if name == "__metadata__" {
                        map.next_value::<serde::de::IgnoredAny>()?;
                    } else {
                        entries.push((name, map.next_value()?));
                    }
                }
                Ok(Header(entries))
            }
        }
        deserializer.deserialize_map(Entries)
    }
}
