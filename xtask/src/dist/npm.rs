//! The program as packages of npm: one for each platform, and one without a program that brings the right one of them.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

use super::archive::{self, Entry};
use super::{Made, copy};
use crate::workspace::{self, Workspace};

/// Starts the program of the platform's package.
const START: &str = include_str!("npm.js");

/// The platforms for which there are packages, as Node names them.
const PLATFORMS: &[(&str, &str)] = &[
    ("linux", "x64"),
    ("linux", "arm64"),
    ("darwin", "x64"),
    ("darwin", "arm64"),
    ("win32", "x64"),
    ("win32", "arm64"),
];

/// What npm shows about both.
const SUMMARY: &str = "A language server for private, local, multi-turn code synthesis with CodeGen";

const README: &str = "\
# codegen-lsp

A language server for Python that runs Salesforce CodeGen in its own process, and a command line that does the same. This package
starts the program, which is in the package of your platform; npm installs that by itself, unless it is told to leave out
optional dependencies.

    npx codegen-lsp doctor
";

/// Writes both packages into the folder, and returns their paths: the platform's first.
pub fn make(workspace: &Workspace, made: &Made, out: &Path, time: u64) -> Result<[PathBuf; 2]> {
    let (system, processor) = node_names(std::env::consts::OS, std::env::consts::ARCH)?;
    let stage = workspace.scratch("dist-npm")?;

    let own = stage.join("platform.json");
    write(&own, &format!("{:#}\n", platform_package(&made.version, system, processor)))?;
    let mut entries = Entry::of(&made.folder, "package")?;
    entries.push(Entry { path: "package/package.json".into(), from: own, executable: false });
    let platform = out.join(format!("codegen-lsp-{system}-{processor}-{}.tgz", made.version));
    archive::write(&platform, &entries, time)?;

    let main = stage.join("main");
    workspace::create(&main)?;
    write(&main.join("package.json"), &format!("{:#}\n", main_package(&made.version)))?;
    write(&main.join("codegen-lsp.js"), START)?;
    write(&main.join("README.md"), README)?;
    copy(&made.folder.join("LICENSE"), &main.join("LICENSE"))?;
    let mut entries = Entry::of(&main, "package")?;
    for entry in &mut entries {
        entry.executable = entry.path.ends_with(".js");
    }
    let main = out.join(format!("codegen-lsp-{}.tgz", made.version));
    archive::write(&main, &entries, time)?;
    Ok([platform, main])
}

/// This platform, as Node names it.
fn node_names(system: &str, processor: &str) -> Result<(&'static str, &'static str)> {
    let system = match system {
        "macos" => "darwin",
        "windows" => "win32",
        other => other,
    };
    let processor = match processor {
        "x86_64" => "x64",
        "aarch64" => "arm64",
        other => other,
    };
    let found = PLATFORMS.iter().find(|platform| **platform == (system, processor));
    let Some(found) = found else { bail!("there is no package of npm for {system} with {processor}") };
    Ok(*found)
}

fn platform_package(version: &str, system: &str, processor: &str) -> Value {
    let mut package = json!({
        "name": format!("codegen-lsp-{system}-{processor}"),
        "version": version,
        "description": format!("{SUMMARY}: the program for {system} with {processor}"),
        "license": "Apache-2.0 AND MIT",
        "os": [system],
        "cpu": [processor],
        "preferUnplugged": true,
    });
    if system == "linux" {
        package["libc"] = json!(["glibc"]);
    }
    package
}

fn main_package(version: &str) -> Value {
    let others: serde_json::Map<String, Value> = PLATFORMS
        .iter()
        .map(|(system, processor)| (format!("codegen-lsp-{system}-{processor}"), json!(version)))
        .collect();
    json!({
        "name": "codegen-lsp",
        "version": version,
        "description": SUMMARY,
        "license": "Apache-2.0",
        "bin": { "codegen-lsp": "codegen-lsp.js" },
        "engines": { "node": ">=18" },
        "optionalDependencies": others,
    })
}

fn write(path: &Path, text: &str) -> Result<()> {
    std::fs::write(path, text).with_context(|| format!("cannot write {}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn platforms_have_nodes_names() {
        let names = |system, processor| node_names(system, processor).ok();
        assert_eq!(names("linux", "x86_64"), Some(("linux", "x64")));
        assert_eq!(names("macos", "aarch64"), Some(("darwin", "arm64")));
        assert_eq!(names("windows", "x86_64"), Some(("win32", "x64")));
        assert_eq!(names("freebsd", "x86_64"), None);
    }

    #[test]
    fn the_main_package_brings_the_one_of_the_platform() {
        let main = main_package("1.2.3");
        for (system, processor) in PLATFORMS {
            let platform = platform_package("1.2.3", system, processor);
            let name = platform["name"].as_str().unwrap();
            assert_eq!(main["optionalDependencies"][name], "1.2.3");
            assert!(START.contains("codegen-lsp-${process.platform}-${process.arch}"));
            assert_eq!(platform.get("libc").is_some(), *system == "linux");
        }
    }
}
