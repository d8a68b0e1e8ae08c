//! Which files of a workspace folder may be read.

use std::path::{Component, Path, PathBuf};

use ignore::WalkBuilder;

use super::cache::Cache;
use crate::config::ignore::Globs;

/// The rules of one workspace folder.
pub(super) struct Access<'a> {
    pub root: &'a Path,
    /// Globs of files that the model never sees.
    pub ignore: &'a Globs,
}

impl Access<'_> {
    /// The name of a file that may be read: its path from the folder on, with slashes. `None` for all others.
    pub fn name(&self, path: &Path, cache: &mut Cache) -> Option<String> {
        let name = inside(self.root, path)?;
        let (root, absolute) = (self.root.to_str()?, path.to_str()?);
        if self.ignore.covering(Some(root), absolute).is_some() {
            return None;
        }
        cache.listed(self.root, path, listed).then_some(name)
    }
}

/// The path from the folder on; `None` if it leads out of it.
fn inside(root: &Path, path: &Path) -> Option<String> {
    let mut names = Vec::new();
    for part in path.strip_prefix(root).ok()?.components() {
        let Component::Normal(name) = part else { return None };
        names.push(name.to_str()?);
    }
    (!names.is_empty()).then(|| names.join("/"))
}

/// Whether a file is there for those who search the folder as git does: a file of its own, reached through no link, neither
/// hidden nor ignored. Reads the folders on the way to it.
fn listed(root: &Path, path: &Path) -> bool {
    let Ok(inside) = path.strip_prefix(root) else { return false };
    let target = PathBuf::from(path);
    let mut walk = WalkBuilder::new(root);
    walk.max_depth(Some(inside.components().count())).follow_links(false).require_git(false);
    walk.filter_entry(move |entry| target.starts_with(entry.path()));
    let mut entries = walk.build().filter_map(Result::ok);
    entries.any(|entry| entry.path() == path && entry.file_type().is_some_and(|kind| kind.is_file()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A folder with these files, whose text is their name's.
    fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for (file, text) in files {
            let path = folder.path().join(file);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        folder
    }

    #[test]
    fn what_git_ignores_is_not_read_nor_what_is_hidden_or_kept_from_the_model() {
        let folder = folder(&[
            (".gitignore", "/build/\n*.gen.py\n"),
            ("pkg/.gitignore", "local.py\n!kept.gen.py\n"),
            (".ignore", "quiet.py\n"),
            ("a.py", ""),
            ("pkg/b.py", ""),
            ("pkg/local.py", ""),
            ("pkg/kept.gen.py", ""),
            ("x.gen.py", ""),
            ("quiet.py", ""),
            ("build/c.py", ""),
            ("build/deep/d.py", ""),
            (".venv/lib/e.py", ""),
            (".env", ""),
            ("secret/key.pem", ""),
            ("deploy.env", ""),
            ("own/f.py", ""),
        ]);
        let root = folder.path();
        let mut globs = Globs::default().written().to_vec();
        globs.push("own/".to_owned());
        let ignore = Globs::new(globs);
        let access = Access { root, ignore: &ignore };
        for (file, read) in [
            ("a.py", true),
            ("pkg/b.py", true),
            ("pkg/kept.gen.py", true),
            ("pkg/local.py", false),
            ("x.gen.py", false),
            ("quiet.py", false),
            ("build/c.py", false),
            ("build/deep/d.py", false),
            (".venv/lib/e.py", false),
            (".env", false),
            ("secret/key.pem", false),
            ("deploy.env", false),
            ("own/f.py", false),
            ("none.py", false),
            ("pkg", false),
            ("pkg/../a.py", false),
            ("../a.py", false),
            ("", false),
        ] {
            let name = access.name(&root.join(file), &mut Cache::default());
            assert_eq!(name.as_deref(), read.then_some(file), "{file}");
        }
        assert_eq!(access.name(Path::new("/etc/hostname"), &mut Cache::default()), None);
    }

    #[cfg(unix)]
    #[test]
    fn no_link_is_followed() {
        let outside = folder(&[("secret.py", ""), ("pkg/b.py", "")]);
        let inside = folder(&[("a.py", ""), ("real/c.py", "")]);
        let root = inside.path();
        let link = |to: &Path, from: &str| std::os::unix::fs::symlink(to, root.join(from)).unwrap();
        link(&outside.path().join("secret.py"), "secret.py");
        link(&outside.path().join("pkg"), "pkg");
        link(&root.join("real"), "same");
        let ignore = Globs::default();
        let access = Access { root, ignore: &ignore };
        for (file, read) in
            [("a.py", true), ("real/c.py", true), ("secret.py", false), ("pkg/b.py", false), ("same/c.py", false)]
        {
            assert_eq!(access.name(&root.join(file), &mut Cache::default()).is_some(), read, "{file}");
        }
        // The folder itself may be reached through one.
        let linked = outside.path().join("linked");
        std::os::unix::fs::symlink(root, &linked).unwrap();
        let access = Access { root: &linked, ignore: &ignore };
        assert_eq!(access.name(&linked.join("a.py"), &mut Cache::default()).as_deref(), Some("a.py"));
    }
}
