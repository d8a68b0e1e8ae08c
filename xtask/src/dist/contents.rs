//! Which files of a build are given away.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::run;

/// The variants of llama.cpp's CPU code for x86, as xtask/native.cmake has them built: none with AMX, whose first quantized
/// matrix product crashes (llama.cpp issue 20824).
const VARIANTS: &[&str] =
    &["x64", "sse42", "sandybridge", "haswell", "alderlake", "skylakex", "cascadelake", "icelake", "zen4"];

/// The environment variable that names fewer variants, for a trial.
const TRIAL: &str = "CODEGEN_CPU_VARIANTS";

/// What a file is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Program,
    /// What every machine needs.
    Library,
    /// The CPU code for some processors.
    Variant,
    /// Code for GPUs, which needs a driver.
    Gpu,
}

impl Kind {
    /// What files of the kind are called.
    pub fn name(self) -> &'static str {
        match self {
            Self::Program => "program, with the built-in model",
            Self::Library => "libraries",
            Self::Variant => "variants of the CPU code",
            Self::Gpu => "backend for GPUs",
        }
    }
}

/// A file that is given away.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    pub name: String,
    pub kind: Kind,
}

/// Copies the program and its libraries, which were built in the target folder, into `folder`, without what only a debugger
/// needs.
pub fn copy(program: &Path, llama: &Path, target: &Path, folder: &Path) -> Result<Vec<File>> {
    let mut found = vec![program.to_owned()];
    // `lib64` on some systems, `bin` on Windows.
    for part in ["lib", "lib64", "bin", "backends"] {
        found.extend(list(&llama.join(part)));
    }
    let mut files = Vec::new();
    for path in found {
        let name = path.file_name().context("a file without a name")?.to_string_lossy().into_owned();
        let kind = if path == program { Some(Kind::Program) } else { kind(&name) };
        let Some(kind) = kind else { continue };
        let to = folder.join(&name);
        std::fs::copy(&path, &to).with_context(|| format!("cannot copy {}", path.display()))?;
        if kind != Kind::Program {
            strip(&to)?;
        }
        files.push(File { name, kind });
    }
    check(&files)?;
    if cfg!(target_arch = "x86_64") {
        match (missing(&files).as_slice(), std::env::var_os(TRIAL).is_some()) {
            ([], _) => {}
            (missing, true) => run::say(&format!("a trial, without the variants {}", missing.join(", "))),
            (missing, false) => bail!(
                "the build lacks the variants {}, perhaps because it was made for a trial. Build llama.cpp anew, after \
                 cargo clean --release --package llama-cpp-sys-2 --target-dir {}",
                missing.join(", "),
                target.display()
            ),
        }
    }
    Ok(files)
}

/// The variants that are not among the files.
fn missing(files: &[File]) -> Vec<&'static str> {
    let has = |variant: &str| files.iter().any(|file| file.name.contains(&format!("ggml-cpu-{variant}.")));
    VARIANTS.iter().copied().filter(|variant| !has(variant)).collect()
}

/// What a file of llama.cpp's build is for; `None` if it is not given away.
fn kind(name: &str) -> Option<Kind> {
    let stem = [".so", ".dylib", ".dll"].iter().find_map(|end| name.strip_suffix(end))?;
    match stem.strip_prefix("lib").unwrap_or(stem) {
        "llama" | "ggml" | "ggml-base" => Some(Kind::Library),
        "ggml-cpu" => Some(Kind::Variant),
        "ggml-vulkan" | "ggml-cuda" | "ggml-metal" => Some(Kind::Gpu),
        other => {
            let variant = other.strip_prefix("ggml-cpu-")?;
            (!cfg!(target_arch = "x86_64") || VARIANTS.contains(&variant)).then_some(Kind::Variant)
        }
    }
}

/// Refuses a build in which something is missing.
fn check(files: &[File]) -> Result<()> {
    let count = |kind| files.iter().filter(|file| file.kind == kind).count();
    let (libraries, variants) = (count(Kind::Library), count(Kind::Variant));
    if libraries != 3 || variants == 0 {
        let names: Vec<&str> = files.iter().map(|file| file.name.as_str()).collect();
        bail!("the build should have 3 libraries and some variants of the CPU code, and has {}", names.join(", "));
    }
    Ok(())
}

fn list(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).filter(|path| path.is_file()).collect();
    paths.sort();
    paths
}

/// The names of a folder's files, in order.
pub fn names(folder: &Path) -> Result<Vec<String>> {
    let name = |path: &PathBuf| path.file_name().map(|name| name.to_string_lossy().into_owned());
    list(folder).iter().map(|path| name(path).context("a file without a name")).collect()
}

/// Removes what only a debugger needs.
fn strip(library: &Path) -> Result<()> {
    // On macOS it would break the signature without which nothing runs there.
    if !cfg!(target_os = "linux") {
        return Ok(());
    }
    run::output(Command::new("strip").arg("--strip-unneeded").arg(library)).map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn libraries_are_told_from_what_else_a_build_leaves() {
        for (name, expected) in [
            ("libllama.so", Some(Kind::Library)),
            ("libggml.dylib", Some(Kind::Library)),
            ("ggml-base.dll", Some(Kind::Library)),
            ("libggml-cpu-x64.so", Some(Kind::Variant)),
            ("libggml-cpu-zen4.so", Some(Kind::Variant)),
            ("libggml-cpu.so", Some(Kind::Variant)),
            ("libggml-vulkan.so", Some(Kind::Gpu)),
            ("libllama.so.0", None),
            ("llama.pc", None),
            ("libmtmd.so", None),
        ] {
            assert_eq!(kind(name), expected, "{name}");
        }
    }

    #[test]
    fn the_variants_are_those_that_are_built() {
        let cmake = include_str!("../../native.cmake");
        assert!(cmake.contains(&format!("set(CODEGEN_CPU_VARIANTS \"{}\")", VARIANTS.join(";"))));
        assert!(cmake.contains(&format!("ENV{{{TRIAL}}}")));
        let file = |name: &str| File { name: name.into(), kind: Kind::Variant };
        let all: Vec<File> = VARIANTS.iter().map(|name| file(&format!("libggml-cpu-{name}.so"))).collect();
        assert_eq!(missing(&all), [""; 0]);
        assert_eq!(missing(&all[1..]), ["x64"]);
    }

    #[test]
    fn an_incomplete_build_is_refused() {
        let file = |name: &str| File { name: name.into(), kind: kind(name).unwrap_or(Kind::Program) };
        let mut files: Vec<File> = ["codegen-lsp", "libllama.so", "libggml.so", "libggml-base.so"].map(file).to_vec();
        let error = check(&files).unwrap_err().to_string();
        assert!(error.ends_with("and has codegen-lsp, libllama.so, libggml.so, libggml-base.so"), "{error}");
        files.push(file("libggml-cpu-x64.so"));
        assert!(check(&files).is_ok());
        files.remove(1);
        assert!(check(&files).is_err());
    }
}
