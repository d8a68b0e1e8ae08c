//! Whether a folder holds an adapter.

use std::path::Path;

use crate::checkpoint::{folder, is_there};

/// The file that makes a folder an adapter's.
pub const FILE: &str = "adapter_config.json";

/// Whether a folder holds an adapter as peft saves it, and no whole model. Merged models are saved into folders with
/// the adapter's files; such a folder counts as the model.
#[must_use]
pub fn is_adapter(folder: &Path) -> bool {
    has_adapter(folder) && !folder::is_model(folder)
}

/// Whether a folder holds an adapter as peft saves it, even beside a whole model.
#[must_use]
pub fn has_adapter(folder: &Path) -> bool {
    is_there(&folder.join(FILE))
}
