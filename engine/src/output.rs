//! Writes files that exist whole or not at all: beside their place, synced, then renamed.
//!
//! Whatever ends the program meanwhile, the previous file is still there. After a signal or a power failure, a
//! temporary file may remain beside it.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::Path;

use tempfile::NamedTempFile;

/// A file being written. Dropped before [`commit`], it leaves nothing behind.
pub type OutputFile = BufWriter<NamedTempFile>;

/// Bytes that are written at a time.
const BUFFER: usize = 1 << 20;

/// Creates a file beside `path`, as readable as the user's other files.
///
/// # Errors
/// The folder cannot be written to.
pub fn create(path: &Path) -> io::Result<OutputFile> {
    // The default is a file for its owner alone.
    create_as(path, |builder| {
        #[cfg(unix)]
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
        #[cfg(not(unix))]
        let _ = builder;
    })
}

fn create_as(path: &Path, set: impl FnOnce(&mut tempfile::Builder<'_, '_>)) -> io::Result<OutputFile> {
    let prefix = format!(".{}.", path.file_name().unwrap_or_default().to_string_lossy());
    let mut builder = tempfile::Builder::new();
    builder.prefix(&prefix).suffix(".part");
    set(&mut builder);
    Ok(BufWriter::with_capacity(BUFFER, builder.tempfile_in(folder(path))?))
}

/// Puts the file in its place once all its bytes are on the disk.
///
/// # Errors
/// The system could not write it there, or may not replace what is at `path`, which is then as it was.
pub fn commit(path: &Path, file: OutputFile) -> io::Result<()> {
    let file = file.into_inner().map_err(io::IntoInnerError::into_error)?;
    file.as_file().sync_all()?;
    file.persist(path).map_err(|error| error.error)?;
    // The rename is in the folder; not every file system can sync one, and the file is whole either way.
    if let Ok(folder) = File::open(folder(path)) {
        let _ = folder.sync_all();
    }
    Ok(())
}

/// Writes a file: a new one, or in the place of another. A link is replaced, not what it leads to.
///
/// # Errors
/// The system refuses; what was at `path` is then as it was.
pub fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = create(path)?;
    file.write_all(bytes)?;
    commit(path, file)
}

/// Writes a file in the place of the one that is at `path`, which keeps its permissions. A link stays a link.
///
/// # Errors
/// There is no file, or the system refuses; what was at `path` is then as it was.
pub fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let path = path.canonicalize()?;
    let permissions = fs::metadata(&path)?.permissions();
    let mut file = create_as(&path, |_| ())?;
    // Set before the file has contents that others may not read.
    file.get_ref().as_file().set_permissions(permissions)?;
    file.write_all(bytes)?;
    commit(&path, file)
}

/// The folder that a file is in.
pub(crate) fn folder(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

#[cfg(test)]
mod tests {
    use std::io::{BufRead, BufReader};
    use std::process::{Command, Stdio};

    use super::*;

    /// Names the file to a child that is to be killed.
    const KILLED: &str = "CODEGEN_TEST_OUTPUT";

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).unwrap();
        let mut names: Vec<String> =
            entries.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }

    #[test]
    fn a_dropped_output_leaves_nothing_and_a_committed_one_only_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.txt");
        fs::write(&path, "old").unwrap();
        let mut output = create(&path).unwrap();
        output.write_all(b"half").unwrap();
        output.flush().unwrap();
        assert_eq!(names(folder.path()).len(), 2, "written beside");
        drop(output);
        assert_eq!((fs::read(&path).unwrap(), names(folder.path()).len()), (b"old".to_vec(), 1));
        write(&path, b"new").unwrap();
        assert_eq!((fs::read(&path).unwrap(), names(folder.path()).len()), (b"new".to_vec(), 1));
        replace(&path, b"newer").unwrap();
        assert_eq!((fs::read(&path).unwrap(), names(folder.path()).len()), (b"newer".to_vec(), 1));
    }

    /// Writes half of the file, then waits to be killed.
    fn write_half(path: &Path) {
        let mut output = create(path).unwrap();
        output.write_all(b"half").unwrap();
        output.flush().unwrap();
        let mut out = io::stdout().lock();
        out.write_all(b"\nhalf is written\n").unwrap();
        out.flush().unwrap();
        io::copy(&mut io::stdin().lock(), &mut io::sink()).unwrap();
    }

    #[test]
    fn a_program_that_is_killed_while_it_writes_leaves_the_old_file() {
        if let Some(path) = std::env::var_os(KILLED) {
            return write_half(Path::new(&path));
        }
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.txt");
        fs::write(&path, "old").unwrap();
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args([
                "--exact",
                "output::tests::a_program_that_is_killed_while_it_writes_leaves_the_old_file",
                "--nocapture",
            ])
            .env(KILLED, &path)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let said = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
        let half = said.take_while(|line| line != "half is written").count();
        child.kill().unwrap();
        assert!(!child.wait().unwrap().success(), "killed after {half} lines");
        assert_eq!(fs::read(&path).unwrap(), b"old");
        let left = names(folder.path());
        assert!(left.len() == 2 && left[0].starts_with(".a.txt."), "it was writing: {left:?}");
        // And nothing is in the way of the next.
        write(&path, b"new").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"new");
    }

    #[test]
    fn what_cannot_be_written_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let there = folder.path().join("folder");
        fs::create_dir(&there).unwrap();
        fs::write(there.join("full"), "").unwrap();
        assert!(write(&there, b"a folder is there").is_err());
        assert!(write(&folder.path().join("none/a.txt"), b"no folder is there").is_err());
        assert!(replace(&folder.path().join("a.txt"), b"no file is there").is_err());
        assert_eq!(names(folder.path()), ["folder"]);
    }

    #[cfg(unix)]
    #[test]
    fn a_replaced_file_keeps_its_permissions_and_its_links() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let (path, link) = (folder.path().join("a.py"), folder.path().join("link.py"));
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        fs::write(&path, "old").unwrap();
        std::os::unix::fs::symlink(&path, &link).unwrap();
        for wanted in [0o600, 0o644, 0o755] {
            fs::set_permissions(&path, fs::Permissions::from_mode(wanted)).unwrap();
            replace(&link, b"new").unwrap();
            assert_eq!((mode(&path), fs::read(&path).unwrap()), (wanted, b"new".to_vec()));
            assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        }
        let other = folder.path().join("other");
        File::create(&other).unwrap();
        let new = folder.path().join("new");
        write(&new, b"").unwrap();
        assert_eq!(mode(&new), mode(&other), "as readable as other files");
    }
}
