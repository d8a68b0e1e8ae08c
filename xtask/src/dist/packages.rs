//! The packages that the program is made of, as cargo tells them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde_json::Value;

use crate::run;
use crate::workspace::Workspace;

/// A package whose code is in the program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Package {
    /// Cargo's name for it, which is its own.
    pub id: String,
    pub name: String,
    pub version: String,
    /// Its licence as an SPDX expression; empty if it states none.
    pub licence: String,
    pub authors: Vec<String>,
    pub repository: Option<String>,
    /// The SHA-256 sum of the archive that it was unpacked from; `None` for those of this repository.
    pub checksum: Option<String>,
    pub folder: PathBuf,
}

/// Asks cargo for all packages and who needs whom, with these features and for this platform.
pub fn metadata(workspace: &Workspace, triple: &str, features: &str) -> Result<Value> {
    let mut cargo = run::cargo(&workspace.root);
    cargo.args(["metadata", "--locked", "--format-version", "1", "--filter-platform", triple, "--features", features]);
    serde_json::from_str(&run::output(&mut cargo)?).context("cargo metadata printed no JSON")
}

/// The checksums of Cargo.lock, by name and version.
pub fn checksums(root: &Path) -> Result<BTreeMap<(String, String), String>> {
    let text = std::fs::read_to_string(root.join("Cargo.lock")).context("cannot read Cargo.lock")?;
    let lock: toml::Table = text.parse().context("Cargo.lock is no TOML")?;
    let packages = lock.get("package").and_then(toml::Value::as_array).context("Cargo.lock has no packages")?;
    let text = |package: &toml::Value, key: &str| package.get(key).and_then(toml::Value::as_str).map(str::to_owned);
    let entry = |package| Some(((text(package, "name")?, text(package, "version")?), text(package, "checksum")?));
    Ok(packages.iter().filter_map(entry).collect())
}

/// Returns `codegen-lsp`, and the packages whose code is in it, by name. What only runs while compiling is left out: build
/// scripts, procedural macros and what they need.
pub fn of(metadata: &Value, sums: &BTreeMap<(String, String), String>) -> Result<(Package, Vec<Package>)> {
    let packages: BTreeMap<&str, &Value> =
        list(&metadata["packages"]).filter_map(|package| Some((package["id"].as_str()?, package))).collect();
    let root = packages.iter().find(|(_, package)| package["name"] == "codegen-lsp").context("no codegen-lsp")?.0;
    let edges = edges(metadata);
    let (mut found, mut left) = (BTreeSet::new(), vec![*root]);
    while let Some(id) = left.pop() {
        let runs = packages.get(id).is_some_and(|package| !is_macro(package));
        if runs && found.insert(id) {
            left.extend(edges.get(id).into_iter().flatten().copied());
        }
    }
    let mut all: Vec<Package> = found.iter().map(|&id| package(id, packages[id], sums)).collect();
    all.sort_by(|one, other| (&one.name, &one.version).cmp(&(&other.name, &other.version)));
    let own = all.iter().position(|package| package.id == *root).map(|index| all.remove(index));
    Ok((own.context("codegen-lsp is not among its packages")?, all))
}

/// Which packages each is linked with, by their ids.
pub fn edges(metadata: &Value) -> BTreeMap<&str, Vec<&str>> {
    list(&metadata["resolve"]["nodes"]).filter_map(|node| Some((node["id"].as_str()?, linked(node)))).collect()
}

/// The packages that one is linked with: not those that its build script or its tests need.
fn linked(node: &Value) -> Vec<&str> {
    let runs = |dependency: &&Value| list(&dependency["dep_kinds"]).any(|kind| kind["kind"].is_null());
    list(&node["deps"]).filter(runs).filter_map(|dependency| dependency["pkg"].as_str()).collect()
}

fn is_macro(package: &Value) -> bool {
    list(&package["targets"]).any(|target| list(&target["kind"]).any(|kind| kind == "proc-macro"))
}

fn package(id: &str, package: &Value, sums: &BTreeMap<(String, String), String>) -> Package {
    let text = |key: &str| package[key].as_str().unwrap_or_default().to_owned();
    let (name, version) = (text("name"), text("version"));
    let manifest = PathBuf::from(text("manifest_path"));
    Package {
        id: id.to_owned(),
        checksum: sums.get(&(name.clone(), version.clone())).cloned(),
        name,
        version,
        // The old spelling of "or".
        licence: text("license").replace('/', " OR "),
        authors: list(&package["authors"]).filter_map(Value::as_str).map(str::to_owned).collect(),
        repository: package["repository"].as_str().map(str::to_owned),
        folder: manifest.parent().map(Path::to_owned).unwrap_or_default(),
    }
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

#[cfg(test)]
pub mod tests {
    use serde_json::json;

    use super::*;

    /// The program needs `a`, which needs `b`; `a` is built with `builder` and uses the macro `m`, which needs `syn`.
    pub fn metadata() -> Value {
        let package = |name: &str, kind: &str| {
            json!({ "id": format!("id-{name}"), "name": name, "version": "1.0.0", "license": "MIT/Apache-2.0",
                "authors": ["A. Author"], "repository": null, "manifest_path": format!("/r/{name}/Cargo.toml"),
                "targets": [{ "kind": [kind] }] })
        };
        let needs = |name: &str, kinds: &[Option<&str>]| {
            let kinds: Vec<Value> = kinds.iter().map(|kind| json!({ "kind": kind })).collect();
            json!({ "pkg": format!("id-{name}"), "dep_kinds": kinds })
        };
        json!({
            "packages": [
                package("codegen-lsp", "bin"), package("a", "lib"), package("b", "lib"), package("builder", "lib"),
                package("m", "proc-macro"), package("syn", "lib"), package("tests", "lib")
            ],
            "resolve": { "nodes": [
                { "id": "id-codegen-lsp", "deps": [needs("a", &[None]), needs("tests", &[Some("dev")])] },
                { "id": "id-a", "deps": [needs("b", &[Some("dev"), None]), needs("builder", &[Some("build")]), needs("m", &[None])] },
                { "id": "id-m", "deps": [needs("syn", &[None])] },
            ]}
        })
    }

    #[test]
    fn packages_are_those_whose_code_is_in_the_program() {
        let sums = BTreeMap::from([(("b".into(), "1.0.0".into()), "abc".into())]);
        let (own, others) = of(&metadata(), &sums).unwrap();
        assert_eq!((own.name.as_str(), own.checksum), ("codegen-lsp", None));
        assert_eq!(others.iter().map(|package| package.name.as_str()).collect::<Vec<_>>(), ["a", "b"]);
        assert_eq!(others[1].checksum.as_deref(), Some("abc"));
        assert_eq!((others[0].licence.as_str(), others[0].folder.as_path()), ("MIT OR Apache-2.0", Path::new("/r/a")));
        assert!(of(&json!({}), &sums).is_err());
    }
}
