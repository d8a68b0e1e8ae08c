//! The files whose programs may be run at all. Only the user can set this (`config/scope.rs`), never a workspace's
//! settings.

use std::io::ErrorKind;
use std::path::{Component, Path, PathBuf};

use tower_lsp::ls_types::Uri;

use crate::uri;

/// The files that the user trusts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Trust {
    #[default]
    Nothing,
    /// Every file, and buffers that have no file yet.
    Everything,
    /// The files in these folders, which are absolute.
    Folders(Vec<PathBuf>),
}

impl Trust {
    /// Whether the program in this file or buffer may be run. Asks the file system where links lead.
    #[must_use]
    pub fn covers(&self, uri: &Uri) -> bool {
        self.covers_where(uri, &real)
    }

    /// Decides [`Trust::covers`] with `real`, which resolves a path; `None` if it cannot be resolved.
    fn covers_where(&self, uri: &Uri, real: &dyn Fn(&Path) -> Option<PathBuf>) -> bool {
        match self {
            Self::Nothing => false,
            Self::Everything => has_scheme(uri, "untitled") || path(uri).is_some(),
            Self::Folders(folders) => path(uri).and_then(|path| real(&path)).is_some_and(|file| {
                let holds = |folder: PathBuf| file != folder && file.starts_with(&folder);
                folders.iter().filter_map(|folder| real(folder)).any(holds)
            }),
        }
    }
}

/// A folder as the client wrote it: an absolute path or a `file:` URI. `None` if it is neither.
#[must_use]
pub fn folder(text: &str) -> Option<PathBuf> {
    let written = Path::new(text);
    if written.is_absolute() { Some(written.to_path_buf()) } else { path(&uri::canonical(text)?) }
}

fn has_scheme(uri: &Uri, wanted: &str) -> bool {
    uri.scheme().as_str().eq_ignore_ascii_case(wanted)
}

/// The path of a `file:` URI of this machine; `None` for another one.
#[must_use]
pub fn path(uri: &Uri) -> Option<PathBuf> {
    let host = uri.authority().map(|authority| authority.host().to_owned()).unwrap_or_default();
    // A path that is not UTF-8 would be read as another path.
    let readable = uri.path().decode().to_string().is_ok();
    let here = host.is_empty() || host.eq_ignore_ascii_case("localhost");
    if !has_scheme(uri, "file") || !here || !readable {
        return None;
    }
    uri.to_file_path().map(|path| path.into_owned()).filter(|path| path.is_absolute())
}

/// The path with links and `..` resolved. A file that does not exist yet is resolved by its folder.
fn real(path: &Path) -> Option<PathBuf> {
    match path.canonicalize() {
        Ok(real) => Some(real),
        Err(error) if error.kind() == ErrorKind::NotFound => {
            let Some(Component::Normal(name)) = path.components().next_back() else { return None };
            // A dangling link may lead anywhere by the time it is followed.
            let missing = path.symlink_metadata().is_err_and(|error| error.kind() == ErrorKind::NotFound);
            missing.then(|| path.parent()).flatten().and_then(real).map(|parent| parent.join(name))
        }
        Err(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn uri(text: &str) -> Uri {
        text.parse().unwrap()
    }

    #[test]
    fn folders_hold_files_by_their_path() {
        // Paths are taken as they are, except for one link and `..`.
        let real = |path: &Path| {
            let mut real = PathBuf::new();
            for part in path.components() {
                match part {
                    Component::ParentDir => drop(real.pop()),
                    Component::Normal(name) if name == "link" => real = PathBuf::from("/elsewhere"),
                    part => real.push(part),
                }
            }
            Some(real)
        };
        let table = [
            ("/a/b", "file:///a/b/c.py", true),
            ("/a/b/", "file:///a/b/c/d.py", true),
            ("/", "file:///a.py", true),
            ("/a/b", "file://localhost/a/b/c.py", true),
            ("/a/b", "FILE:///a/b/c.py", true),
            ("/a/b", "file:///a/b", false),
            ("/a/b", "file:///a/bc/d.py", false),
            ("/a/b", "file:///a/b.py", false),
            ("/a/b", "file:///a/c.py", false),
            ("/a/b", "file:///A/B/c.py", false),
            ("/a/b", "file:///x/../a/b/c.py", true),
            ("/a/b", "file:///a/b/../c.py", false),
            ("/a/b", "file:///a/b/%2E%2E/c.py", false),
            ("/a/b", "file:///a/b%2Fc.py", true),
            ("/a/b c", "file:///a/b%20c/d.py", true),
            ("/a/b%20c", "file:///a/b%20c/d.py", false),
            ("/a/\u{e9}", "file:///a/%C3%A9/d.py", true),
            ("/a/\u{fffd}", "file:///a/%E9/d.py", false),
            ("/a/b", "file:///a/b/link/c.py", false),
            ("/elsewhere", "file:///a/b/link/c.py", true),
            ("/link", "file:///elsewhere/c.py", true),
            ("/a/b", "file://host/a/b/c.py", false),
            ("/a/b", "http://localhost/a/b/c.py", false),
            ("/a/b", "vscode-vfs:///a/b/c.py", false),
            ("/a/b", "untitled:/a/b/c.py", false),
            ("/a/b", "untitled:Untitled-1", false),
        ];
        for (folder, file, expected) in table {
            let trust = Trust::Folders(vec![PathBuf::from(folder)]);
            assert_eq!(trust.covers_where(&uri(file), &real), expected, "{folder} {file}");
            assert!(!Trust::Nothing.covers_where(&uri(file), &real));
        }
    }

    #[test]
    fn everything_is_files_of_this_machine_and_new_buffers() {
        let table = [
            ("file:///a.py", true),
            ("untitled:Untitled-1", true),
            ("file://host/a.py", false),
            ("http://host/a.py", false),
            ("git:/a.py", false),
        ];
        for (file, expected) in table {
            assert_eq!(Trust::Everything.covers(&uri(file)), expected, "{file}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn links_and_missing_files_are_followed_on_a_real_file_system() {
        let root = tempfile::tempdir().unwrap();
        let at = |path: &str| root.path().join(path);
        std::fs::create_dir_all(at("trusted/inner")).unwrap();
        std::fs::create_dir_all(at("other")).unwrap();
        for file in ["trusted/a.py", "other/a.py"] {
            std::fs::write(at(file), "").unwrap();
        }
        std::os::unix::fs::symlink(at("other"), at("trusted/out")).unwrap();
        std::os::unix::fs::symlink(at("trusted"), at("in")).unwrap();
        std::os::unix::fs::symlink(at("nowhere.py"), at("trusted/dangling.py")).unwrap();
        let table = [
            ("trusted", "trusted/a.py", true),
            ("trusted", "trusted/new.py", true),
            ("trusted", "trusted/new/folder/new.py", true),
            ("trusted", "trusted/inner/../a.py", true),
            ("trusted", "in/a.py", true),
            ("in", "trusted/a.py", true),
            ("in", "in/new.py", true),
            ("trusted", "trusted/out/a.py", false),
            ("trusted", "trusted/out/new.py", false),
            ("trusted", "trusted/../other/a.py", false),
            ("trusted", "trusted/new/../../other/a.py", false),
            ("trusted", "trusted/dangling.py", false),
            ("trusted", "trusted/a.py/b.py", false),
            ("trusted", "other/a.py", false),
            ("missing", "trusted/a.py", false),
            ("missing", "missing/a.py", true),
        ];
        for (folder, file, expected) in table {
            let trust = Trust::Folders(vec![at(folder)]);
            let file_uri = uri(&format!("file://{}", at(file).display()));
            assert_eq!(trust.covers(&file_uri), expected, "{folder} {file}");
        }
    }
}
