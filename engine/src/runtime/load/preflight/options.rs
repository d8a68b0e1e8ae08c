//! Checks before llama.cpp is called: options for which it would end the process, and paths that are not files.

use std::path::Path;

use codegen_core::EngineError;

use crate::runtime::load::options::EngineOptions;

/// llama.cpp's own limits (`LLAMA_MAX_SEQ`, `GGML_MAX_N_THREADS`), which it enforces by ending the process.
const MAX_SLOTS: usize = 256;
const MAX_THREADS: usize = 512;

/// Refuses every option for which llama.cpp would end the process.
pub(in crate::runtime) fn check(options: &EngineOptions) -> Result<(), EngineError> {
    let within = |option, value: usize, most: usize| {
        if (1..=most).contains(&value) {
            Ok(())
        } else {
            Err(EngineError::bad_option(option, value, format!("a number from 1 to {most}")))
        }
    };
    within("threads", options.threads.unwrap_or(1), MAX_THREADS)?;
    within("context", options.context.unwrap_or(1), 1 << 24)?;
    within("batch", options.batch, 1 << 16)?;
    within("slots", options.slots.unwrap_or(1), MAX_SLOTS)?;
    within("most slots", options.slots_within.most, MAX_SLOTS)
}

/// Returns the operating system's reason why there is no readable file, apart from faults that llama.cpp finds in it.
pub(in crate::runtime) fn file(path: &Path) -> Result<(), String> {
    let metadata = std::fs::metadata(path).map_err(|error| error.to_string())?;
    if metadata.is_dir() {
        return Err("it is a folder, not a GGUF file".into());
    }
    if !metadata.is_file() {
        return Err("it is a device or a pipe, not a GGUF file".into());
    }
    std::fs::File::open(path).map(drop).map_err(|error| error.to_string())
}
