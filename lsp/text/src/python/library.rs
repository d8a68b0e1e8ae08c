//! The names of Python's own modules and types. The file is made by `fixtures/library/make.py`.

use std::collections::HashMap;
use std::sync::LazyLock;

/// A line for each module: its name, and the names in it. `*` has the attributes of built-in and other common types, `+` the modules.
const LIBRARY: &str = include_str!("library.txt");

static MODULES: LazyLock<HashMap<&str, Vec<&str>>> = LazyLock::new(|| {
    let lines = LIBRARY.lines().filter_map(|line| line.split_once(": "));
    lines.map(|(module, names)| (module, names.split(' ').collect())).collect()
});

fn names(line: &str) -> Option<&'static [&'static str]> {
    MODULES.get(line).map(Vec::as_slice)
}

/// The public names of a module of the standard library, sorted; `None` for one that is not known.
#[must_use]
pub fn members(module: &str) -> Option<&'static [&'static str]> {
    names(module).filter(|_| !matches!(module, "*" | "+"))
}

/// Names that every module has, and the one that an interactive session has.
const EVERYWHERE: [&str; 14] = [
    "_",
    "__all__",
    "__annotations__",
    "__builtins__",
    "__class__",
    "__debug__",
    "__doc__",
    "__file__",
    "__import__",
    "__loader__",
    "__name__",
    "__package__",
    "__path__",
    "__spec__",
];

/// Whether Python itself defines a name.
#[must_use]
pub fn is_builtin(name: &str) -> bool {
    members("builtins").is_some_and(|names| names.binary_search(&name).is_ok()) || EVERYWHERE.contains(&name)
}

/// The names of all modules of the standard library that are in no package, sorted.
#[must_use]
pub fn modules() -> &'static [&'static str] {
    names("+").unwrap_or_default()
}

/// The attributes of strings, lists, files and other types that programs use without naming them, sorted.
#[must_use]
pub fn attributes() -> &'static [&'static str] {
    names("*").unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modules_have_their_names() {
        for (module, name) in
            [("os", "listdir"), ("os.path", "join"), ("os", "path"), ("json", "loads"), ("math", "pi")]
        {
            assert!(members(module).unwrap().contains(&name), "{module}.{name}");
        }
        assert!(is_builtin("len") && is_builtin("__name__") && !is_builtin("total"));
        assert!(MODULES.values().all(|names| names.is_sorted()));
        assert!(members("*").is_none() && members("numpy").is_none());
        assert!(modules().contains(&"json") && attributes().contains(&"append") && attributes().contains(&"groups"));
    }
}
