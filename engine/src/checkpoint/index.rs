//! The index of a sharded checkpoint: which file holds which tensor.

use std::collections::BTreeMap;
use std::path::{Component, Path};

use serde::Deserialize;

use super::file;
use crate::gguf::ModelError;

/// The index of the largest CodeGen has some forty kilobytes.
const MAX_BYTES: u64 = 64 << 20;

#[derive(Deserialize)]
struct Index {
    weight_map: BTreeMap<String, String>,
}

/// Returns the shards that hold the tensors, by tensor name.
///
/// A shard must be a plain file name: the index comes with the checkpoint and must not refer to files outside its
/// folder.
pub(super) fn read(path: &Path) -> Result<BTreeMap<String, String>, ModelError> {
    let text = file::read_to_string(path, MAX_BYTES)?;
    let index: Index = serde_json::from_str(&text)
        .map_err(|error| ModelError::invalid(path, format!("is not an index of shards: {error}")))?;
    if index.weight_map.is_empty() {
        return Err(ModelError::invalid(path, "lists no tensors"));
    }
    for (tensor, shard) in &index.weight_map {
        let mut components = Path::new(shard).components();
        let plain = matches!((components.next(), components.next()), (Some(Component::Normal(_)), None));
        if !plain || shard.contains(['/', '\\']) {
            return Err(ModelError::invalid(
                path,
                format!("puts the tensor {tensor} into {shard:?}; a shard has to be a file beside the index"),
            ));
        }
    }
    Ok(index.weight_map)
}
