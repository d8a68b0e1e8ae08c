//! Whether a folder holds an adapter.

use std::path::Path;

use crate::checkpoint::{folder, is_there};

/// The file that makes a folder an adapter's.
pub const FILE: &str = "adapter_config.json";

/// Whether a folder holds an adapter as peft saves it, and no whole model: merged models are saved into folders with the
/// adapter's files, and are then what is meant.
#[must_use]
pub fn is_adapter(folder: &Path) -> bool {
    has_adapter(folder) && !folder::is_model(folder)
}

/// Whether a folder holds an adapter as peft saves it, be it beside a whole model.
#[must_use]
pub fn has_adapter(folder: &Path) -> bool {
    is_there(&folder.join(FILE))
}
