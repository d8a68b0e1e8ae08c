//! Fuzz targets: readers of files from untrusted sources, and code that handles text while the user types.
//!
//! `cargo xtask fuzz` runs them; `tests/replay.rs` runs the inputs that they have found. A target panics if a promise
//! is broken.

pub mod completion;
pub mod document;
mod fields;
pub mod gguf;
pub mod pickle;
pub mod safetensors;
mod weights;

use std::path::Path;

/// A fuzz target.
#[derive(Clone, Copy)]
pub struct Target {
    /// Its name: that of its program without `fuzz-`, and of its folder of cases.
    pub name: &'static str,
    /// Runs it on one input. Returns whether the input passed all checks for malformed data.
    ///
    /// # Panics
    /// If a promise is broken.
    pub run: fn(&[u8]) -> bool,
    /// Returns inputs that pass those checks, to start from.
    pub seeds: fn() -> Vec<Vec<u8>>,
}

/// All targets.
pub const TARGETS: [Target; 5] =
    [gguf::TARGET, pickle::TARGET, safetensors::TARGET, document::TARGET, completion::TARGET];

/// The variable that names the folder for a target's seeds.
pub const SEEDS: &str = "CODEGEN_FUZZ_SEEDS";

/// Writes the target's seeds into the folder that [`SEEDS`] names, if it is set, before libFuzzer reads the folder.
///
/// # Panics
/// If they cannot be written.
pub fn plant(target: &Target) {
    let Some(folder) = std::env::var_os(SEEDS) else { return };
    for (number, seed) in (target.seeds)().iter().enumerate() {
        let path = Path::new(&folder).join(format!("seed-{number}"));
        if let Err(error) = std::fs::write(&path, seed) {
            panic!("cannot write {}: {error}", path.display());
        }
    }
}
