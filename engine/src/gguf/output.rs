//! Files that are there whole or not at all: written beside their place, synced, renamed.

use std::fs::{self, File};
use std::io::{self, BufWriter, Read};
use std::path::Path;

use tempfile::NamedTempFile;

use super::{MAGIC, ModelError};

/// A file being written. Dropped before [`commit`], it leaves nothing behind.
pub type OutputFile = BufWriter<NamedTempFile>;

/// Creates a file beside `path`.
pub fn create(path: &Path) -> Result<OutputFile, ModelError> {
    let folder = folder(path);
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let prefix = format!(".{name}.");
    let mut builder = tempfile::Builder::new();
    builder.prefix(&prefix).suffix(".part");
    // The default is a file for its owner alone; models are as readable as the user's other files.
    #[cfg(unix)]
    let builder = builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let file = builder.tempfile_in(folder).map_err(ModelError::io(folder))?;
    Ok(BufWriter::with_capacity(1 << 20, file))
}

/// Puts the file in its place once all its bytes are on the disk.
pub fn commit(path: &Path, file: OutputFile) -> Result<(), ModelError> {
    let file = file.into_inner().map_err(|error| unwritten(path)(error.into_error()))?;
    file.as_file().sync_all().map_err(unwritten(path))?;
    file.persist(path).map_err(|error| unwritten(path)(error.error))?;
    // The rename is in the folder; not every file system can sync one, and the file is whole either way.
    if let Ok(folder) = File::open(folder(path)) {
        let _ = folder.sync_all();
    }
    Ok(())
}

/// Words a failed write for `path`, which is not there or as it was.
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

fn folder(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::io::Write;

    use super::*;

    #[test]
    fn a_dropped_output_leaves_nothing_and_a_committed_one_only_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("model.gguf");
        fs::write(&path, "GGUF old").unwrap();
        let mut output = create(&path).unwrap();
        output.write_all(b"half").unwrap();
        output.flush().unwrap();
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2, "written beside");
        drop(output);
        assert_eq!(fs::read(&path).unwrap(), b"GGUF old");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);

        let mut output = create(&path).unwrap();
        output.write_all(b"GGUF new").unwrap();
        commit(&path, output).unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"GGUF new");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[cfg(unix)]
    #[test]
    fn outputs_are_as_readable_as_other_files() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let (path, other) = (folder.path().join("a.gguf"), folder.path().join("b"));
        commit(&path, create(&path).unwrap()).unwrap();
        File::create(&other).unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode();
        assert_eq!(mode(&path), mode(&other));
    }

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
