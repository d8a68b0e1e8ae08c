//! The licences of everything in the program, in one text.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use super::packages::Package;

/// The beginnings of the names of files with licences and notices.
const NAMES: &[&str] = &["license", "licence", "copying", "notice", "unlicense", "copyright"];

/// The MIT licence but for its first line, which names who has the copyright.
const MIT: &str = include_str!("mit.txt");

const HEAD: &str = "\
codegen-lsp is under the Apache License 2.0, which is in the file LICENSE. These are the licences of what it contains: of
each package, of llama.cpp, and of Rust's standard library. Where a package may be used under one of several licences, all
that it states are named.
";

/// The standard library's licence is not among cargo's packages.
const STANDARD_LIBRARY: &str = "\
Rust's standard library: MIT OR Apache-2.0. Copyright (c) The Rust Project Contributors. https://www.rust-lang.org/policies/licenses
";

/// Returns the texts, each once, with the packages that it belongs to.
pub fn texts(packages: &[Package], llama_sources: &Path) -> Result<String> {
    let mut shared: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for package in packages.iter().filter(|package| package.checksum.is_some()) {
        let title = format!("{} {}: {}", package.name, package.version, package.licence);
        for text in of(package)? {
            shared.entry(text).or_default().push(title.clone());
        }
    }
    let llama = llama_sources.join("LICENSE");
    let text = std::fs::read_to_string(&llama).with_context(|| format!("cannot read {}", llama.display()))?;
    shared.entry(text).or_default().push("llama.cpp and ggml: MIT".to_owned());
    Ok(join(&shared))
}

/// The texts of one package.
fn of(package: &Package) -> Result<Vec<String>> {
    let mut texts = Vec::new();
    for path in files(&package.folder) {
        let text = std::fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?;
        texts.push(String::from_utf8_lossy(&text).replace('\r', ""));
    }
    if texts.is_empty() { without_text(package).map(|text| vec![text]) } else { Ok(texts) }
}

/// What is said of a package that comes without its licence's text.
fn without_text(package: &Package) -> Result<String> {
    if package.licence.contains("Apache-2.0") {
        return Ok("The text is in the file LICENSE.\n".to_owned());
    }
    if package.licence == "MIT" {
        let authors = if package.authors.is_empty() {
            vec![format!("the authors of {}", package.name)]
        } else {
            package.authors.clone()
        };
        return Ok(format!("MIT License\n\nCopyright (c) {}\n\n{MIT}", authors.join(", ")));
    }
    bail!("{} {} has no file with its licence, {}", package.name, package.version, package.licence)
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let mut files: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).filter(|path| path.is_file()).collect();
    files.retain(|path| path.file_name().is_some_and(|name| is_licence(&name.to_string_lossy())));
    files.sort();
    files
}

fn is_licence(name: &str) -> bool {
    let name = name.to_lowercase();
    let code = [".rs", ".toml", ".html", ".json"].iter().any(|end| name.ends_with(end));
    !code && NAMES.iter().any(|start| name.starts_with(start))
}

fn join(shared: &BTreeMap<String, Vec<String>>) -> String {
    let mut sections: Vec<(&Vec<String>, &String)> = shared.iter().map(|(text, titles)| (titles, text)).collect();
    sections.sort();
    let line = "=".repeat(100);
    let section =
        |(titles, text): (&Vec<String>, &String)| format!("\n{line}\n{}\n\n{}\n", titles.join("\n"), text.trim_end());
    format!("{HEAD}\n{STANDARD_LIBRARY}{}", sections.into_iter().map(section).collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn package(name: &str, licence: &str) -> Package {
        Package {
            id: name.into(),
            name: name.into(),
            version: "1.0.0".into(),
            licence: licence.into(),
            authors: vec!["A. Author".into()],
            repository: None,
            checksum: Some("abc".into()),
            folder: PathBuf::from("/nowhere"),
        }
    }

    #[test]
    fn files_with_licences_go_by_these_names() {
        for name in ["LICENSE", "license.md", "LICENSE-MIT", "COPYING", "NOTICE.txt", "UNLICENSE", "Licence.txt"] {
            assert!(is_licence(name), "{name}");
        }
        for name in ["README.md", "license.rs", "licenses.toml", "src"] {
            assert!(!is_licence(name), "{name}");
        }
    }

    #[test]
    fn a_package_without_a_text_gets_one_or_is_refused() {
        let text = |licence| without_text(&package("a", licence)).map_err(|error| error.to_string());
        assert_eq!(text("MIT OR Apache-2.0"), Ok("The text is in the file LICENSE.\n".into()));
        let mit = text("MIT").unwrap();
        assert!(mit.starts_with("MIT License\n\nCopyright (c) A. Author\n\nPermission is hereby granted"), "{mit}");
        assert_eq!(text("MPL-2.0"), Err("a 1.0.0 has no file with its licence, MPL-2.0".into()));
    }

    #[test]
    fn a_text_of_several_packages_is_there_once() {
        let shared = BTreeMap::from([
            ("Text B.\n\n".to_owned(), vec!["b 1: MIT".to_owned()]),
            ("Text A.".to_owned(), vec!["a 1: MIT".to_owned(), "c 1: MIT".to_owned()]),
        ]);
        let joined = join(&shared);
        let line = "=".repeat(100);
        let expected = format!("\n{line}\na 1: MIT\nc 1: MIT\n\nText A.\n\n{line}\nb 1: MIT\n\nText B.\n");
        assert!(joined.ends_with(&expected), "{joined}");
        assert!(joined.contains("standard library"));
    }
}
