//! Opens weights in a separate folder, as those of an adapter: without a configuration.

use std::path::Path;

use codegen_engine::checkpoint::{SourceType, Weights};

/// Tensors and rows of each that are read.
const TENSORS: usize = 32;
const ROWS: usize = 3;

/// Opens a file of weights by its name in a folder, and reads rows of its tensors. Returns whether it could be opened.
pub fn open(name: &str, bytes: &[u8]) -> bool {
    let folder = match tempfile::tempdir() {
        Ok(folder) => folder,
        Err(error) => panic!("there is no folder for the weights: {error}"),
    };
    if let Err(error) = std::fs::write(folder.path().join(name), bytes) {
        panic!("the weights cannot be written: {error}");
    }
    let opened = Weights::of_adapter(folder.path());
    if let Ok(weights) = &opened {
        read(weights);
    }
    opened.is_ok()
}

fn read(weights: &Weights) {
    let mut rows = Vec::new();
    for tensor in weights.tensors().iter().take(TENSORS) {
        let (count, inner) = tensor.shape.split_first().map_or((1, &[][..]), |(count, inner)| (*count, inner));
        let some = count.min(ROWS);
        let read = weights.read_rows(&tensor.name, count - some..count, &mut rows);
        if read.is_ok() {
            // No overflow, because the file has as many elements.
            let columns: usize = inner.iter().product();
            assert_eq!(rows.len(), some * columns, "{tensor:?}");
            assert_ne!(tensor.dtype, SourceType::Other, "{tensor:?}");
        }
        assert!(weights.read_rows(&tensor.name, count..count.saturating_add(1), &mut rows).is_err(), "{tensor:?}");
    }
}

/// Returns the bytes of a fixture, by its path from the repository's root; `None` without the repository.
pub fn fixture(path: &str) -> Option<Vec<u8>> {
    std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path)).ok()
}
