//! Builds the program for any processor of its architecture, apart from the builds for this machine.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::run;
use crate::workspace::Workspace;

/// What cargo has built.
#[derive(Debug)]
pub struct Built {
    pub program: PathBuf,
    /// Where llama.cpp was installed for linking: `lib` and `backends` are in it.
    pub llama: PathBuf,
    /// Where llama.cpp's sources are.
    pub llama_sources: PathBuf,
}

/// The target folder of these builds.
pub fn target(workspace: &Workspace) -> PathBuf {
    workspace.target.join("dist")
}

/// The features of `codegen-lsp` in what is given away.
pub fn features(vulkan: bool) -> String {
    let more = if vulkan { ",codegen-lsp/vulkan" } else { "" };
    format!("codegen-lsp/portable{more}")
}

/// The platform that cargo builds for.
pub fn triple(workspace: &Workspace) -> Result<String> {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let said = run::output(Command::new(rustc).arg("-vV").current_dir(&workspace.root))?;
    let host = said.lines().find_map(|line| line.strip_prefix("host: "));
    Ok(host.context("rustc names no host")?.to_owned())
}

/// Builds the program.
pub fn build(workspace: &Workspace, vulkan: bool) -> Result<Built> {
    let mut cargo = run::cargo(&workspace.root);
    cargo.args(["build", "--release", "--locked", "--package", "codegen-lsp", "--features", &features(vulkan)]);
    cargo.args(["--message-format", "json-render-diagnostics"]);
    cargo.env("CARGO_TARGET_DIR", target(workspace)).env("CARGO_PROFILE_RELEASE_STRIP", "symbols");
    // In the place of `target-cpu=native` in .cargo/config.toml.
    cargo.env_remove("RUSTFLAGS").env("CARGO_ENCODED_RUSTFLAGS", flags(workspace).join(OsStr::new("\x1f")));
    let done = cargo.stdin(Stdio::null()).stderr(Stdio::inherit()).output().context("cannot run cargo")?;
    if !done.status.success() {
        bail!("cargo build ended with {}", done.status);
    }
    read(&String::from_utf8_lossy(&done.stdout))
}

/// rustc's flags: the baseline of the architecture, and where the program finds its libraries. What rustc writes
/// names no folder of this machine.
fn flags(workspace: &Workspace) -> Vec<OsString> {
    let mut flags: Vec<OsString> = Vec::new();
    for link in link_flags(std::env::consts::OS) {
        flags.extend(["-C".into(), format!("link-arg={link}").into()]);
    }
    // Elsewhere the compilers' default is the baseline, and they have other names for it.
    if cfg!(target_arch = "x86_64") {
        flags.extend(["-C".into(), "target-cpu=x86-64".into()]);
    }
    let home = std::env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = home.or_else(|| std::env::home_dir().map(|home| home.join(".cargo")));
    for (from, to) in [(Some(workspace.root.clone()), "codegen-lsp"), (home, "cargo")] {
        let Some(from) = from else { continue };
        let mut flag = OsString::from("--remap-path-prefix=");
        flag.push(from);
        flag.push(format!("={to}"));
        flags.push(flag);
    }
    flags
}

/// The linker's flags with which the program finds its libraries: beside itself, or in `lib/codegen-lsp` if it is installed
/// into a `bin`.
fn link_flags(system: &str) -> &'static [&'static str] {
    match system {
        // The old kind of entry, which also holds for what the libraries need, and which LD_LIBRARY_PATH does not precede:
        // another program's llama.cpp must not get in here.
        "linux" => &["-Wl,--disable-new-dtags", "-Wl,-rpath,$ORIGIN:$ORIGIN/../lib/codegen-lsp"],
        "macos" => &["-Wl,-rpath,@loader_path", "-Wl,-rpath,@loader_path/../lib/codegen-lsp"],
        // Windows looks beside the program by itself.
        _ => &[],
    }
}

/// Reads cargo's messages.
fn read(messages: &str) -> Result<Built> {
    let (mut program, mut llama, mut llama_sources) = (None, None, None);
    for message in messages.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok()) {
        let of_llama = message["package_id"].as_str().is_some_and(|id| id.contains("llama-cpp-sys-2"));
        match message["reason"].as_str() {
            Some("compiler-artifact") if message["target"]["name"] == "codegen-lsp" => {
                program = message["executable"].as_str().map(PathBuf::from).or(program);
            }
            Some("compiler-artifact") if of_llama && llama_sources.is_none() => {
                let manifest = message["manifest_path"].as_str().map(Path::new);
                llama_sources = manifest.and_then(Path::parent).map(|folder| folder.join("llama.cpp"));
            }
            Some("build-script-executed") if of_llama => llama = message["out_dir"].as_str().map(PathBuf::from),
            _ => {}
        }
    }
    Ok(Built {
        program: program.context("cargo names no program")?,
        llama: llama.context("cargo does not say where llama.cpp was built")?,
        llama_sources: llama_sources.context("cargo does not say where llama.cpp's sources are")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cargo_says_where_everything_is() {
        let messages = r#"{"reason":"compiler-artifact","package_id":"x#llama-cpp-sys-2@0.1.161","manifest_path":"/r/sys/Cargo.toml","target":{"name":"build-script-build"},"executable":null}
            {"reason":"build-script-executed","package_id":"x#other@1","out_dir":"/t/other/out"}
            {"reason":"build-script-executed","package_id":"x#llama-cpp-sys-2@0.1.161","out_dir":"/t/sys/out"}
            {"reason":"compiler-artifact","package_id":"x","target":{"name":"codegen-lsp"},"executable":"/t/release/codegen-lsp"}
            {"reason":"build-finished","success":true}
            not a message"#;
        let built = read(messages).unwrap();
        assert_eq!(built.program, Path::new("/t/release/codegen-lsp"));
        assert_eq!(built.llama, Path::new("/t/sys/out"));
        assert_eq!(built.llama_sources, Path::new("/r/sys/llama.cpp"));
        let error = read("{}").unwrap_err().to_string();
        assert_eq!(error, "cargo names no program");
    }

    #[test]
    fn libraries_are_found_beside_the_program_only() {
        let linux = link_flags("linux").concat();
        assert!(linux.contains("--disable-new-dtags") && linux.contains("$ORIGIN:"));
        assert!(link_flags("macos").concat().contains("@loader_path/../lib/codegen-lsp"));
        assert!(link_flags("windows").is_empty());
    }
}
