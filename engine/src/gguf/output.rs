//! Model files on their way to the disk: see [`crate::output`].

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::Path;

use super::{MAGIC, ModelError};
pub use crate::output::OutputFile;
use crate::output::{self, folder};

/// Creates a file beside `path`.
pub fn create(path: &Path) -> Result<OutputFile, ModelError> {
    output::create(path).map_err(ModelError::io(folder(path)))
}

/// Puts the file in its place once all its bytes are on the disk.
pub fn commit(path: &Path, file: OutputFile) -> Result<(), ModelError> {
    output::commit(path, file).map_err(unwritten(path))
}

/// Returns the error of a failed write to `path`; the previous file, if any, is unchanged.
pub fn unwritten(path: &Path) -> impl Fn(io::Error) -> ModelError {
    move |error| ModelError::Io {
        path: path.to_owned(),
        cause: io::Error::new(error.kind(), format!("cannot be written, and nothing was left behind: {error}")),
    }
}

/// Refuses to put a GGUF where something else is: a folder, one of the inputs, a file of another kind.
pub fn check_target(output: &Path, input: &Path) -> Result<(), ModelError> {
    let usage = |problem: &str| Err(ModelError::Usage(format!("{}: {problem}", output.display())));
    if !folder(output).is_dir() {
        return usage("the folder to write to does not exist");
    }
    if output.is_dir() || output.file_name().is_none() {
        return usage("this is a folder; name the file to write");
    }
    // Opening a pipe would wait for its other end, and renaming over a device would take it from the whole system.
    if fs::metadata(output).is_ok_and(|about| !about.is_file()) {
        return usage("this is a device or a pipe; name a file to write");
    }
    let Ok(mut there) = File::open(output) else {
        return Ok(());
    };
    if fs::canonicalize(output).ok() == fs::canonicalize(input).ok() {
        return usage("this is the input; name another file to write");
    }
    let mut magic = Vec::new();
    let read = there.by_ref().take(4).read_to_end(&mut magic);
    if read.is_err() || !(magic.is_empty() || magic == MAGIC) {
        return usage("there is a file already that is not a GGUF; it will not be overwritten");
    }
    Ok(())
}

/// The folder's own name, whichever way the user took to it.
pub fn folder_name(folder: &Path) -> Option<String> {
    let folder = fs::canonicalize(folder).ok()?;
    Some(folder.file_name()?.to_string_lossy().into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_that_would_destroy_something_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::write(at("in.gguf"), "GGUF").unwrap();
        fs::write(at("other.gguf"), "GGUF").unwrap();
        fs::write(at("notes.txt"), "precious").unwrap();
        fs::hard_link(at("in.gguf"), at("link.gguf")).unwrap();
        let problem = |output: &str| check_target(&at(output), &at("in.gguf")).unwrap_err().to_string();
        assert!(problem("in.gguf").contains("is the input"));
        assert!(problem("notes.txt").contains("not a GGUF"));
        assert!(problem("").contains("is a folder"));
        assert!(problem("none/out.gguf").contains("does not exist"));
        #[cfg(unix)]
        {
            std::os::unix::fs::symlink("/dev/null", at("null.gguf")).unwrap();
            assert!(problem("null.gguf").contains("a device"));
        }
        assert!(check_target(&at("other.gguf"), &at("in.gguf")).is_ok());
        // Renaming over a link replaces the link, not the file that the input also is.
        assert!(check_target(&at("link.gguf"), &at("in.gguf")).is_ok());
        assert!(check_target(&at("new.gguf"), &at("in.gguf")).is_ok());
    }
}
