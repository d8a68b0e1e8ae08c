//! The imports of a module, found by its lines: they hold while other lines are broken, and cost no tree.

/// What a module imports from another one.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Import {
    /// The dots before the module's name: none for `from a import b`, one for `from .a import b`.
    pub level: usize,
    /// The module's name with its dots; empty for `from . import b`.
    pub module: String,
    /// What of it.
    pub names: Wanted,
}

/// The names that an import makes known.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Wanted {
    /// The whole module (`import a`), or all that it offers (`from a import *`).
    All,
    /// These of its names.
    Names(Vec<String>),
}

/// Lines from the top that are read, and imports that are taken.
const LINES: usize = 400;
const IMPORTS: usize = 64;
/// Lines of one import whose names stand in brackets.
const LONGEST: usize = 60;

/// The imports of a text, in its order. Those in blocks count, as under `if TYPE_CHECKING:`.
#[must_use]
pub fn imports(text: &str) -> Vec<Import> {
    let mut lines = text.lines().take(LINES).map(code);
    let mut found = Vec::new();
    while let Some(line) = lines.next() {
        let line = line.trim();
        if !line.starts_with("import ") && !line.starts_with("from ") {
            continue;
        }
        let mut statement = line.to_owned();
        for _ in 0..LONGEST {
            let open = statement.contains('(') && !statement.contains(')');
            if !open && !statement.ends_with('\\') {
                break;
            }
            let Some(next) = lines.next() else { break };
            if statement.ends_with('\\') {
                statement.pop();
            }
            statement.push(' ');
            statement.push_str(next.trim());
        }
        found.extend(of_statement(&statement));
        if found.len() >= IMPORTS {
            found.truncate(IMPORTS);
            break;
        }
    }
    found
}

/// A line without its comment. No import has a string in it.
fn code(line: &str) -> &str {
    line.split('#').next().unwrap_or_default()
}

fn of_statement(statement: &str) -> Vec<Import> {
    let statement = statement.split(';').next().unwrap_or_default();
    if let Some(modules) = statement.strip_prefix("import ") {
        let modules = modules.split(',').map(unnamed).filter(|module| is_module(module));
        return modules.map(|module| Import { level: 0, module: module.to_owned(), names: Wanted::All }).collect();
    }
    let import = || {
        let (module, names) = statement.strip_prefix("from ")?.split_once(" import")?;
        let module = module.trim();
        let level = module.len() - module.trim_start_matches('.').len();
        let module = module[level..].trim();
        if !(is_module(module) || (module.is_empty() && level > 0)) {
            return None;
        }
        let names = names.trim().trim_start_matches('(').trim_end_matches(')').trim();
        let names = match names {
            "*" => Wanted::All,
            names => {
                let names = names.split(',').map(unnamed).filter(|name| is_word(name));
                let mut names: Vec<String> = names.map(str::to_owned).collect();
                names.dedup();
                Wanted::Names(names)
            }
        };
        Some(Import { level, module: module.to_owned(), names })
    };
    import().into_iter().filter(|import| import.names != Wanted::Names(Vec::new())).collect()
}

/// A name without what it is called here.
fn unnamed(name: &str) -> &str {
    name.split_whitespace().next().unwrap_or_default()
}

fn is_module(module: &str) -> bool {
    module.split('.').all(is_word)
}

fn is_word(word: &str) -> bool {
    !word.starts_with(|first: char| first.is_ascii_digit())
        && !word.is_empty()
        && word.chars().all(|char| char.is_alphanumeric() || char == '_')
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
    fn all_forms_of_imports() {
        for (text, expected) in [
            ("import os", vec![import(0, "os", &["*"])]),
            ("import a.b as c, d", vec![import(0, "a.b", &["*"]), import(0, "d", &["*"])]),
            ("from a.b import c", vec![import(0, "a.b", &["c"])]),
            ("from a import b as c, d  # why", vec![import(0, "a", &["b", "d"])]),
            ("from a import *", vec![import(0, "a", &["*"])]),
            ("from . import a", vec![import(1, "", &["a"])]),
            ("from .. a import b", vec![import(2, "a", &["b"])]),
            ("from ...a.b import c", vec![import(3, "a.b", &["c"])]),
            ("from a import (b, c)", vec![import(0, "a", &["b", "c"])]),
            ("from a import (  # why\n    b,\n    # c,\n    d as e,\n)\nx = (", vec![import(0, "a", &["b", "d"])]),
            ("from a import b, \\\n    c\n", vec![import(0, "a", &["b", "c"])]),
            ("from a import(b)", vec![import(0, "a", &["b"])]),
            ("if TYPE_CHECKING:\n    from a import b", vec![import(0, "a", &["b"])]),
            ("import a; b = 1", vec![import(0, "a", &["*"])]),
            ("import caf\u{e9}", vec![import(0, "caf\u{e9}", &["*"])]),
            // While they are typed.
            ("from a import ", vec![]),
            ("from a import (\n", vec![]),
            ("from a import b,", vec![import(0, "a", &["b"])]),
            ("from a imp", vec![]),
            ("import ", vec![]),
            ("import a.", vec![]),
            ("from . import", vec![]),
            // What is no import.
            ("from here on, import what you like", vec![]),
            ("importing = 1", vec![]),
            (">>> from a import b", vec![]),
            ("from a-b import c", vec![]),
            ("yield from a", vec![]),
        ] {
            assert_eq!(imports(text), expected, "{text:?}");
        }
    }

    #[test]
    fn the_work_is_bounded() {
        let far = format!("{}import a\n", "\n".repeat(LINES));
        assert_eq!(imports(&far), []);
        let many: String = (0..LINES).map(|n| format!("import a{n}, b{n}\n")).collect();
        assert_eq!(imports(&many).len(), IMPORTS);
        // A bracket that is never closed takes what follows, but not for ever.
        let open = format!("from a import (\n{}import b\n", "x = 1\n".repeat(LONGEST));
        assert_eq!(imports(&open).last(), Some(&import(0, "b", &["*"])));
    }
}
