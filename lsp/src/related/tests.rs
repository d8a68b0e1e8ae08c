use std::path::Path;

use super::*;

/// A folder with these files.
fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (file, text) in files {
        let path = folder.path().join(file);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    folder
}

fn asked(root: &Path, file: &str, context: Context) -> Asked {
    let mut config = Config::default();
    config.inline.context = context;
    Asked::new(&config, root.to_owned(), root.join(file)).unwrap()
}

/// Each file's name with its lines.
fn parts(related: &Related, text: &str, asked: &Asked) -> Vec<(String, Vec<String>)> {
    let parts = related.parts(&Document::new(text, 1), asked);
    parts.iter().map(|part| (part.file.clone(), part.pieces.concat())).collect()
}

fn lines(file: &str, lines: &[&str]) -> (String, Vec<String>) {
    (file.to_owned(), lines.iter().map(|&line| line.to_owned()).collect())
}

#[test]
fn what_is_imported_is_shown_in_the_order_of_the_imports() {
    let folder = folder(&[
        ("pkg/__init__.py", "from .shapes import Shape\nfrom .passed import *\n"),
        ("pkg/shapes.py", "class Shape:\n    def area(self): ...\n\nclass Other: ...\n"),
        ("pkg/passed.py", "def far(): ...\n"),
        ("pkg/util.py", "LIMIT = 1\n\ndef add(a, b): ...\n\ndef other(): ...\n"),
        ("big.py", &format!("def f(): ...\n{}", "#".repeat(1 << 18))),
        ("bytes.py", "def f(): ...\n"),
    ]);
    std::fs::write(folder.path().join("bytes.py"), b"def f(): ...\n\xff\xfe").unwrap();
    let text = "import os\nfrom pkg.util import add, LIMIT\nfrom pkg import Shape, far\nimport big, bytes\nfrom pkg import util\n";
    let asked = asked(folder.path(), "run.py", Context::Imports);
    assert_eq!(
        parts(&Related::default(), text, &asked),
        [
            lines("pkg/util.py", &["LIMIT = 1", "def add(a, b):", "def other():"]),
            lines("pkg/shapes.py", &["class Shape:", "    def area(self):"]),
            lines("pkg/passed.py", &["def far():"]),
        ]
    );
    // The file itself is not shown, and two that import each other come to an end.
    let text = "from .util import add\nfrom . import util\nfrom .shapes import gone\n";
    let own = Asked { path: folder.path().join("pkg/util.py"), ..asked };
    assert_eq!(parts(&Related::default(), text, &own), []);
}

#[test]
fn names_that_are_passed_round_in_a_circle_end() {
    let folder = folder(&[("a.py", "from b import x\n"), ("b.py", "from a import x\n")]);
    let asked = asked(folder.path(), "run.py", Context::Imports);
    assert_eq!(parts(&Related::default(), "from a import x\n", &asked), []);
}

#[test]
fn a_buffer_counts_in_place_of_its_file_until_it_is_closed() {
    let folder = folder(&[("util.py", "def old(): ...\n")]);
    let related = Related::default();
    let mut asked = asked(folder.path(), "run.py", Context::Imports);
    let path = folder.path().join("util.py");
    assert_eq!(parts(&related, "import util\n", &asked), [lines("util.py", &["def old():"])]);
    for (version, name) in [(1, "new"), (2, "newer")] {
        asked.open.insert(path.clone(), Document::new(&format!("def {name}(): ...\n"), version));
        assert_eq!(parts(&related, "import util\n", &asked), [lines("util.py", &[&format!("def {name}():")])]);
    }
    asked.open.clear();
    related.closed();
    assert_eq!(parts(&related, "import util\n", &asked), [lines("util.py", &["def old():"])]);
    // Opened again at a version that it had before.
    asked.open.insert(path.clone(), Document::new("def third(): ...\n", 2));
    assert_eq!(parts(&related, "import util\n", &asked), [lines("util.py", &["def third():"])]);
}

#[test]
fn edited_places_are_shown_where_that_is_wanted() {
    let folder = folder(&[("util.py", ""), ("b.py", ""), (".gitignore", "b.py\n"), ("c.py", "")]);
    for (context, expected) in [(Context::All, vec![lines("util.py", &["x = 1", "y = 2"])]), (Context::Imports, vec![])]
    {
        let mut asked = asked(folder.path(), "run.py", context);
        for file in ["util.py", "b.py"] {
            asked.open.insert(folder.path().join(file), Document::new("x = 1\ny = 2\n", 1));
            asked.edited.push((folder.path().join(file), 2));
        }
        // A buffer that is not open any more.
        asked.edited.push((folder.path().join("c.py"), 2));
        assert_eq!(parts(&Related::default(), "z = 3\n", &asked), expected);
    }
}

#[test]
fn nothing_is_asked_where_nothing_is_wanted() {
    let mut config = Config::default();
    let asked = |config: &Config, path: &str| Asked::new(config, "/w".into(), path.into()).is_some();
    config.inline.context = Context::Off;
    assert!(!asked(&config, "/w/a.py"));
    config.inline.context = Context::Imports;
    assert!(asked(&config, "/w/a.py") && !asked(&config, "/other/a.py"));
}

#[test]
fn what_changes_on_the_disk_is_read_again() {
    let folder = folder(&[("util.py", "def old(): ...\n")]);
    let asked = asked(folder.path(), "run.py", Context::Imports);
    let mut cache = Cache::default();
    let found = |cache: &mut Cache| imported(cache, &asked, &imports("import util\n"))[0].pieces.concat();
    assert_eq!(found(&mut cache), ["def old():"]);
    std::fs::write(folder.path().join("util.py"), "def newer(): ...\n").unwrap();
    assert_eq!(found(&mut cache), ["def newer():"]);
}
