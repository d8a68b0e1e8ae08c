//! The model that ships inside the program: a small CodeGen, so that everything works without a download.
//!
//! llama.cpp maps files, so it is unpacked once into the user's cache folder.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use crate::gguf::{ModelError, digest, output};

/// Names a folder to use instead of the user's cache folder.
pub const CACHE_VARIABLE: &str = "CODEGEN_LSP_CACHE";

/// The model, as made by the commands in `fixtures/models/README.md`.
static MODEL: &[u8] = include_bytes!("../../../fixtures/models/builtin.gguf");

/// Its hash. A test compares the two.
pub const SHA256: &str = "de4edfaf50e8ded48296409851c87869a5a39c0326c65b345c4d5cbffb5b53b1";

/// The built-in model's file, unpacked if it is not there yet or damaged.
///
/// # Errors
/// If there is no cache folder, or if it cannot be written.
pub fn unpacked() -> Result<PathBuf, ModelError> {
    unpack(&cache_folder()?.join("models"), MODEL, SHA256)
}

/// The folder for files that can be made again: `$CODEGEN_LSP_CACHE`, or the platform's cache folder for this program.
///
/// # Errors
/// If neither is known, as where there is no home folder.
pub fn cache_folder() -> Result<PathBuf, ModelError> {
    if let Some(folder) = std::env::var_os(CACHE_VARIABLE).filter(|value| !value.is_empty()) {
        return Ok(PathBuf::from(folder));
    }
    let folders = directories::ProjectDirs::from("", "", "codegen-lsp");
    folders.map(|folders| folders.cache_dir().to_owned()).ok_or_else(|| {
        ModelError::Usage(format!(
            "there is no home folder to keep the built-in model in; set {CACHE_VARIABLE} to a folder that can be written"
        ))
    })
}

fn unpack(folder: &Path, model: &[u8], sha256: &str) -> Result<PathBuf, ModelError> {
    let start = sha256.get(..16).unwrap_or(sha256);
    let path = folder.join(format!("builtin-{start}.gguf"));
    let stamp = path.with_extension("stamp");
    if is_intact(&path, &stamp, model.len() as u64, sha256) {
        return Ok(path);
    }
    fs::create_dir_all(folder).map_err(unusable(folder))?;
    let written = write(&path, model);
    // Another process may have been faster and, on some systems, may keep the file from being replaced.
    if let Err(error) = written
        && !is_intact(&path, &stamp, model.len() as u64, sha256)
    {
        return Err(match error {
            ModelError::Io { cause, .. } => unusable(folder)(cause),
            other => other,
        });
    }
    set_stamp(&path, &stamp);
    Ok(path)
}

fn write(path: &Path, model: &[u8]) -> Result<(), ModelError> {
    let mut file = output::create(path)?;
    file.write_all(model).map_err(output::unwritten(path))?;
    output::commit(path, file)
}

/// Returns the error for a cache folder that does not work, with what the user can do about it.
fn unusable(folder: &Path) -> impl FnOnce(io::Error) -> ModelError {
    let path = folder.to_owned();
    move |error| ModelError::Io {
        path,
        cause: io::Error::new(
            error.kind(),
            format!(
                "the built-in model cannot be unpacked here ({error}); set {CACHE_VARIABLE} to a folder that can be \
                 written, or name another model"
            ),
        ),
    }
}

/// Whether the file is the model. Hashing it takes a tenth of a second, too long for every start: the stamp says that a
/// file of this length and time has been hashed before.
fn is_intact(path: &Path, stamp: &Path, length: u64, sha256: &str) -> bool {
    let Some(now) = stamp_of(path) else { return false };
    if fs::metadata(path).is_ok_and(|about| about.len() != length) {
        return false;
    }
    if fs::read_to_string(stamp).is_ok_and(|then| then == now) {
        return true;
    }
    let intact = digest::of_file(path).is_ok_and(|hash| hash == sha256);
    if intact {
        set_stamp(path, stamp);
    }
    intact
}

fn stamp_of(path: &Path) -> Option<String> {
    let about = fs::metadata(path).ok().filter(fs::Metadata::is_file)?;
    let modified = about.modified().ok()?.duration_since(UNIX_EPOCH).ok()?;
    Some(format!("{} {}\n", about.len(), modified.as_nanos()))
}

fn set_stamp(path: &Path, stamp: &Path) {
    // Without a stamp, or with a half-written one, the next start only hashes the file again.
    if let Some(text) = stamp_of(path) {
        let _ = fs::write(stamp, text);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gguf::Gguf;

    /// Stands in for the model.
    const SMALL: &[u8] = b"GGUF and so on";

    fn small_hash() -> String {
        digest::of_bytes(SMALL)
    }

    fn entries(folder: &Path) -> usize {
        fs::read_dir(folder).unwrap().count()
    }

    #[test]
    fn the_embedded_model_is_the_documented_one_and_small_enough() {
        assert_eq!(digest::of_bytes(MODEL), SHA256, "put the new model's hash here and into its README");
        assert!(MODEL.len() <= 30_000_000, "{} bytes", MODEL.len());
        let gguf = Gguf::parse(MODEL, MODEL.len() as u64, Path::new("builtin.gguf")).unwrap();
        assert_eq!(gguf.metadata.str("general.architecture"), Some("phi2"));
        assert!(gguf.metadata.get(crate::model::convert::TOKENIZER_JSON).is_some());
        let readme = include_str!("../../../fixtures/models/README.md");
        assert!(readme.contains(SHA256), "the README documents another file");
    }

    #[test]
    fn it_is_unpacked_once() {
        let folder = tempfile::tempdir().unwrap();
        let cache = folder.path().join("not/there/yet");
        let path = unpack(&cache, SMALL, &small_hash()).unwrap();
        assert_eq!(fs::read(&path).unwrap(), SMALL);
        assert_eq!(entries(&cache), 2, "the model and its stamp");
        let before = stamp_of(&path).unwrap();
        assert_eq!(unpack(&cache, SMALL, &small_hash()).unwrap(), path);
        assert_eq!(stamp_of(&path).unwrap(), before, "it was written again");
    }

    #[test]
    fn damage_is_found_and_repaired() {
        let folder = tempfile::tempdir().unwrap();
        let path = unpack(folder.path(), SMALL, &small_hash()).unwrap();
        for damaged in [&b"GGUF and so OFF"[..14], b"GGUF and", b"", b"GGUF and so on and on"] {
            fs::write(&path, damaged).unwrap();
            // Times are coarse on some file systems; what matters is that this one differs from the stamp's.
            let later = std::time::SystemTime::now() + std::time::Duration::from_secs(5);
            fs::File::options().write(true).open(&path).unwrap().set_modified(later).unwrap();
            assert_eq!(unpack(folder.path(), SMALL, &small_hash()).unwrap(), path);
            assert_eq!(fs::read(&path).unwrap(), SMALL);
        }
    }

    #[test]
    fn a_missing_or_broken_stamp_costs_a_hash_and_no_more() {
        let folder = tempfile::tempdir().unwrap();
        let path = unpack(folder.path(), SMALL, &small_hash()).unwrap();
        let before = stamp_of(&path).unwrap();
        for stamp in [None, Some("garbage")] {
            let stamp_path = path.with_extension("stamp");
            match stamp {
                None => fs::remove_file(&stamp_path).unwrap(),
                Some(text) => fs::write(&stamp_path, text).unwrap(),
            }
            unpack(folder.path(), SMALL, &small_hash()).unwrap();
            assert_eq!(stamp_of(&path).unwrap(), before, "the file was written again");
            assert_eq!(fs::read_to_string(&stamp_path).unwrap(), before);
        }
    }

    #[test]
    fn many_at_once_all_succeed() {
        let folder = tempfile::tempdir().unwrap();
        let cache = folder.path().join("cache");
        let large = [SMALL, &[7; 1 << 20]].concat();
        let sha256 = digest::of_bytes(&large);
        std::thread::scope(|scope| {
            let unpacking: Vec<_> = (0..8).map(|_| scope.spawn(|| unpack(&cache, &large, &sha256).unwrap())).collect();
            for thread in unpacking {
                assert_eq!(fs::read(thread.join().unwrap()).unwrap(), large);
            }
        });
        assert_eq!(entries(&cache), 2, "the model and its stamp");
    }

    #[test]
    fn a_cache_that_cannot_be_written_is_named_with_the_way_out() {
        let folder = tempfile::tempdir().unwrap();
        // A file where the folder should be fails for every user, root included.
        let cache = folder.path().join("cache");
        fs::write(&cache, "").unwrap();
        let message = unpack(&cache, SMALL, &small_hash()).unwrap_err().to_string();
        assert!(message.contains(CACHE_VARIABLE) && message.contains("cache:"), "{message}");
    }
}
