//! Where a module's file is in a workspace folder, as Python would look for it.

use std::path::{Path, PathBuf};

use codegen_text::prompt::related::{Import, Wanted};

/// Whether there is a file, and no link to one.
pub(super) fn is_file(path: &Path) -> bool {
    path.symlink_metadata().is_ok_and(|data| data.is_file())
}

/// The files that an import of `from`, a file of the folder `root`, takes something from, and what: the module's own, and those of
/// modules that are imported by name. None for a module that is elsewhere. `known` says which files there are.
pub(super) fn modules(
    import: &Import,
    from: &Path,
    root: &Path,
    known: &dyn Fn(&Path) -> bool,
) -> Vec<(PathBuf, Wanted)> {
    let bases = if import.level > 0 { relative(import.level, from, root) } else { absolute(from, root, known) };
    let parts = import.module.split('.').filter(|part| !part.is_empty());
    let tail: PathBuf = parts.collect();
    let mut found = bases.into_iter().map(|base| in_package(&base.join(&tail), &import.names, known));
    found.find(|found| !found.is_empty()).unwrap_or_default()
}

/// What is taken of the module at `place`, a path without an ending.
fn in_package(place: &Path, names: &Wanted, known: &dyn Fn(&Path) -> bool) -> Vec<(PathBuf, Wanted)> {
    let mut found = Vec::new();
    let own = file(place, known);
    let names = match names {
        Wanted::All => Wanted::All,
        Wanted::Names(names) => {
            let (modules, names): (Vec<_>, Vec<_>) =
                names.iter().partition(|name| file(&place.join(name), known).is_some());
            found.extend(modules.iter().filter_map(|name| Some((file(&place.join(name), known)?, Wanted::All))));
            Wanted::Names(names.into_iter().cloned().collect())
        }
    };
    if names != Wanted::Names(Vec::new()) {
        found.extend(own.map(|own| (own, names)));
    }
    found
}

/// The file of the module at a path without an ending.
fn file(place: &Path, known: &dyn Fn(&Path) -> bool) -> Option<PathBuf> {
    let name = place.file_name()?.to_str()?;
    let package = place.join("__init__.py");
    let module = place.with_file_name(format!("{name}.py"));
    [package, module].into_iter().find(|path| known(path))
}

/// The package that so many dots stand for; none if it is not in the folder.
fn relative(level: usize, from: &Path, root: &Path) -> Vec<PathBuf> {
    let package = from.ancestors().nth(level);
    package.filter(|package| package.starts_with(root)).map(Path::to_owned).into_iter().collect()
}

/// The folders that modules are looked for in, the likeliest first: the one that has the file's outermost package, those around
/// it, and `src`.
fn absolute(from: &Path, root: &Path, known: &dyn Fn(&Path) -> bool) -> Vec<PathBuf> {
    let around = from.ancestors().skip(1).take_while(|folder| folder.starts_with(root));
    let packages = around.skip_while(|folder| known(&folder.join("__init__.py")));
    let mut bases: Vec<PathBuf> = packages.map(Path::to_owned).collect();
    // The folder can be a package itself; its own modules are then imported from above it, which is elsewhere.
    let src = root.join("src");
    if !bases.contains(&src) {
        bases.push(src);
    }
    bases
}

#[cfg(test)]
mod tests {
    use super::*;

    fn import(level: usize, module: &str, names: &[&str]) -> Import {
        let names = match names {
            ["*"] => Wanted::All,
            names => Wanted::Names(names.iter().map(|&name| name.to_owned()).collect()),
        };
        Import { level, module: module.to_owned(), names }
    }

    #[test]
    fn modules_are_where_python_finds_them() {
        let files = [
            "/w/run.py",
            "/w/helper.py",
            "/w/pkg/__init__.py",
            "/w/pkg/util.py",
            "/w/pkg/sub/__init__.py",
            "/w/pkg/sub/deep.py",
            "/w/src/app/__init__.py",
            "/w/src/app/core.py",
            "/w/space/mod.py",
            "/other.py",
        ];
        let known = |path: &Path| files.iter().any(|file| Path::new(file) == path);
        for (from, import, expected) in [
            ("/w/run.py", import(0, "helper", &["f"]), vec!["/w/helper.py f"]),
            ("/w/run.py", import(0, "pkg", &["f", "util"]), vec!["/w/pkg/util.py *", "/w/pkg/__init__.py f"]),
            ("/w/run.py", import(0, "pkg.util", &["*"]), vec!["/w/pkg/util.py *"]),
            ("/w/run.py", import(0, "space.mod", &["f"]), vec!["/w/space/mod.py f"]),
            ("/w/run.py", import(0, "space", &["mod"]), vec!["/w/space/mod.py *"]),
            ("/w/run.py", import(0, "app.core", &["f"]), vec!["/w/src/app/core.py f"]),
            ("/w/src/app/core.py", import(0, "app", &["f"]), vec!["/w/src/app/__init__.py f"]),
            ("/w/pkg/sub/deep.py", import(0, "pkg.util", &["f"]), vec!["/w/pkg/util.py f"]),
            ("/w/pkg/sub/deep.py", import(1, "", &["f"]), vec!["/w/pkg/sub/__init__.py f"]),
            ("/w/pkg/sub/deep.py", import(2, "util", &["f", "g"]), vec!["/w/pkg/util.py f g"]),
            ("/w/pkg/sub/deep.py", import(2, "", &["util"]), vec!["/w/pkg/util.py *"]),
            // Inside of a package its own modules are not at the top.
            ("/w/pkg/sub/deep.py", import(0, "util", &["f"]), vec![]),
            ("/w/run.py", import(0, "os", &["*"]), vec![]),
            ("/w/run.py", import(1, "helper", &["f"]), vec!["/w/helper.py f"]),
            // Outside of the folder.
            ("/w/run.py", import(2, "other", &["f"]), vec![]),
            ("/w/run.py", import(9, "other", &["f"]), vec![]),
        ] {
            let found = modules(&import, Path::new(from), Path::new("/w"), &known);
            let found: Vec<_> = found
                .into_iter()
                .map(|(path, wanted)| match wanted {
                    Wanted::All => format!("{} *", path.display()),
                    Wanted::Names(names) => format!("{} {}", path.display(), names.join(" ")),
                })
                .collect();
            assert_eq!(found, expected, "{from} {import:?}");
        }
    }
}
