//! `pytorch_model.bin`: a zip archive of a pickle and of one uncompressed entry for every storage.

use std::collections::HashMap;
use std::io::BufReader;
use std::sync::Arc;

use zip::{CompressionMethod, ZipArchive};

use super::Stored;
use super::file::SourceFile;
use super::pickle::{self, PickledTensor};
use crate::gguf::ModelError;

/// The pickle of the largest CodeGen has some hundred kilobytes.
const MAX_PICKLE: u64 = 4 << 20;
/// The largest CodeGen has under a thousand storages.
const MAX_ENTRIES: usize = 1 << 20;

/// An entry's bytes: where they start, and how many there are.
type Extent = (u64, u64);

/// Lists the file's tensors, with every offset checked against the file.
pub(super) fn read(file: &Arc<SourceFile>) -> Result<Vec<(String, Stored)>, ModelError> {
    let mut magic = [0; 4];
    if file.length < 4 {
        return Err(file.error(format!("is truncated: it has {} bytes", file.length)));
    }
    file.read_at(0, &mut magic)?;
    if &magic != b"PK\x03\x04" {
        let hint = "load it in Python with torch.load and save it again with torch.save, or as model.safetensors";
        // Old files start with a pickle, whose first opcode is PROTO.
        return Err(file.error(if magic[0] == 0x80 {
            format!("has PyTorch's format of before version 1.6, which is not a zip archive; {hint}")
        } else {
            "is not a PyTorch file: it is no zip archive".to_owned()
        }));
    }

    let entries = entries(file)?;
    let pickle_name = entries
        .keys()
        .find(|name| *name == "data.pkl" || name.ends_with("/data.pkl"))
        .ok_or_else(|| file.error("is not a PyTorch file: the archive has no data.pkl"))?;
    let prefix = pickle_name.strip_suffix("data.pkl").unwrap_or_default();
    if let Some(extent) = entries.get(&format!("{prefix}byteorder")) {
        let order = read_entry(file, "byteorder", *extent, 64)?;
        if order != b"little" {
            return Err(file.error("was written on a big-endian machine; save it again as model.safetensors"));
        }
    }
    let extent = entries.get(pickle_name).copied().unwrap_or_default();
    let bytes = read_entry(file, "data.pkl", extent, MAX_PICKLE)?;
    let tensors = pickle::read_state_dict(&bytes).map_err(|problem| file.error(problem))?;
    tensors
        .into_iter()
        .map(|(name, tensor)| {
            let extent = entries.get(&format!("{prefix}data/{}", tensor.key)).copied();
            let stored =
                locate(file, tensor, extent).map_err(|problem| file.error(format!("tensor {name}: {problem}")))?;
            Ok((name, stored))
        })
        .collect()
}

/// Every entry's place in the file.
fn entries(file: &SourceFile) -> Result<HashMap<String, Extent>, ModelError> {
    let corrupt = |error: &dyn std::fmt::Display| {
        file.error(format!("is truncated or corrupt: its zip directory cannot be read ({error})"))
    };
    let mut archive = ZipArchive::new(BufReader::new(file.handle())).map_err(|error| corrupt(&error))?;
    if archive.len() > MAX_ENTRIES {
        return Err(file.error(format!("is not a PyTorch file: its archive has {} entries", archive.len())));
    }
    let mut entries = HashMap::with_capacity(archive.len());
    for index in 0..archive.len() {
        let entry = archive.by_index_raw(index).map_err(|error| corrupt(&error))?;
        let name = entry.name().map_err(|error| corrupt(&error))?.into_owned();
        if entry.is_dir() {
            continue;
        }
        if entry.compression() != CompressionMethod::Stored || entry.encrypted() {
            return Err(
                file.error(format!("has a compressed or encrypted entry, {name}; torch.save stores them plain"))
            );
        }
        let (Some(start), size) = (entry.data_start(), entry.compressed_size()) else {
            return Err(file.error(format!("is corrupt: its entry {name} has no place")));
        };
        if start.checked_add(size).is_none_or(|end| end > file.length) {
            return Err(file.error(format!("is truncated: its entry {name} ends after the file")));
        }
        if entries.insert(name.clone(), (start, size)).is_some() {
            return Err(file.error(format!("is corrupt: its entry {name} appears twice")));
        }
    }
    Ok(entries)
}

fn read_entry(file: &SourceFile, name: &str, (start, size): Extent, max: u64) -> Result<Vec<u8>, ModelError> {
    if size > max {
        return Err(file.error(format!("is not a PyTorch file: its {name} has {size} bytes")));
    }
    #[allow(clippy::cast_possible_truncation)] // at most `max`, which is small
    file.read_vec(start, size as usize)
}

/// Turns what the pickle says into a place in the file, if every element of the tensor lies inside its storage.
fn locate(file: &Arc<SourceFile>, tensor: PickledTensor, extent: Option<Extent>) -> Result<Stored, String> {
    let PickledTensor { key, dtype, size, elements, offset, shape, strides } = tensor;
    let Some((start, available)) = extent else {
        return Err(format!("its storage {key:?} is not in the archive"));
    };
    if elements.checked_mul(size).is_none_or(|bytes| bytes > available) {
        return Err(format!(
            "its storage {key:?} should hold {elements} elements of {size} bytes, but has {available} bytes"
        ));
    }
    let count = shape.iter().try_fold(1, |product: usize, n| product.checked_mul(*n));
    let end = if count == Some(0) {
        Some(offset)
    } else {
        shape
            .iter()
            .zip(&strides)
            .try_fold(offset.checked_add(1), |end, (n, stride)| {
                Some(end.and_then(|end| end.checked_add((*n as u64).saturating_sub(1).checked_mul(*stride as u64)?)))
            })
            .flatten()
    };
    if count.is_none() || end.is_none_or(|end| end > elements) {
        return Err(format!(
            "its shape {shape:?} and strides {strides:?} do not fit its storage of {elements} elements"
        ));
    }
    Ok(Stored { file: Arc::clone(file), dtype, shape, strides, start: start + offset * size })
}
