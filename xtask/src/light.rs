//! Shows that the crates that need no llama.cpp can be built and tested without what llama.cpp is built with.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::run;
use crate::workspace::Workspace;

/// The crates whose tests run on any machine with Rust, a C compiler and Python.
const CRATES: [&str; 4] = ["codegen-core", "codegen-text", "codegen-sandbox", "codegen-hub"];

/// Crates that must not be dependencies of theirs, not even indirect ones.
const HEAVY: [&str; 5] = ["llama-cpp-2", "llama-cpp-sys-2", "bindgen", "clang-sys", "cmake"];

/// Builds and tests the crates with a PATH that has neither cmake nor clang. They have a separate target folder, so
/// that no other build's results are used.
pub fn test(workspace: &Workspace) -> Result<()> {
    for package in CRATES {
        check_dependencies(package, &dependencies(workspace, package)?)?;
    }
    let folder = workspace.scratch("light")?;
    let programs = folder.join("bin");
    std::fs::create_dir(&programs).with_context(|| format!("cannot create {}", programs.display()))?;
    let count = link_programs(&programs)?;
    run::say(&format!("PATH is {}, with {count} programs, without cmake and clang", programs.display()));
    run::shown(&mut cargo_test(workspace, &programs, &folder.join("no-libclang")))
}

/// Returns the names of all packages that the tests of `package` are built from, including its own.
fn dependencies(workspace: &Workspace, package: &str) -> Result<Vec<String>> {
    let mut tree = run::cargo(&workspace.root);
    tree.args(["tree", "--locked", "--package", package, "--edges", "normal,build,dev", "--prefix", "none"]);
    let lines = run::output(tree.args(["--format", "{p}"]))?;
    Ok(lines.lines().filter_map(|line| line.split(' ').next()).map(str::to_owned).collect())
}

fn check_dependencies(package: &str, dependencies: &[String]) -> Result<()> {
    match dependencies.iter().find(|name| HEAVY.contains(&name.as_str())) {
        Some(heavy) => bail!("{package} depends on {heavy}: cargo tree --package {package} --invert {heavy} says how"),
        None => Ok(()),
    }
}

fn cargo_test(workspace: &Workspace, programs: &Path, nowhere: &Path) -> Command {
    let mut command = run::cargo(&workspace.root);
    command.args(["test", "--locked"]);
    for package in CRATES {
        command.args(["--package", package]);
    }
    command.env("PATH", programs).env("CARGO_TARGET_DIR", workspace.target.join("light"));
    // If this is set, clang-sys looks nowhere else.
    command.env("LIBCLANG_PATH", nowhere);
    for variable in
        ["CC", "CXX", "CMAKE", "LLVM_CONFIG_PATH", "CMAKE_C_COMPILER_LAUNCHER", "CMAKE_CXX_COMPILER_LAUNCHER"]
    {
        command.env_remove(variable);
    }
    command
}

/// Links every program of PATH into `folder`, as PATH would find it, except for those that build llama.cpp. Returns how
/// many.
fn link_programs(folder: &Path) -> Result<usize> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut linked = 0;
    for (name, program) in programs(&path) {
        if withheld(&name.to_string_lossy()) || folder.join(&name).symlink_metadata().is_ok() {
            continue;
        }
        link(&program, &folder.join(&name)).with_context(|| format!("cannot link {}", program.display()))?;
        linked += 1;
    }
    Ok(linked)
}

/// The files of all folders in PATH, in its order.
fn programs(path: &OsString) -> Vec<(OsString, PathBuf)> {
    let folders = std::env::split_paths(path).filter_map(|folder| std::fs::read_dir(folder).ok());
    folders.flat_map(|entries| entries.flatten()).map(|entry| (entry.file_name(), entry.path())).collect()
}

/// Whether a program is one of those that the crates must not need.
fn withheld(name: &str) -> bool {
    ["cmake", "ccmake", "ctest", "cpack", "clang", "llvm-", "bindgen"].iter().any(|start| name.starts_with(start))
}

/// Links to a program.
#[cfg(unix)]
pub fn link(program: &Path, link: &Path) -> std::io::Result<()> {
    std::os::unix::fs::symlink(program, link)
}

/// Links to a program.
#[cfg(not(unix))]
pub fn link(program: &Path, link: &Path) -> std::io::Result<()> {
    std::fs::hard_link(program, link)
}

#[cfg(test)]
mod tests {
    use super::{check_dependencies, withheld};

    #[test]
    fn what_builds_llama_cpp_is_withheld_and_the_compiler_is_not() {
        for name in ["cmake", "cmake3", "ctest", "clang", "clang++-14", "clang-cpp", "llvm-config-14"] {
            assert!(withheld(name), "{name}");
        }
        for name in ["cargo", "rustc", "cc", "c++", "gcc", "ld", "ar", "python3", "make", "sh"] {
            assert!(!withheld(name), "{name}");
        }
    }

    #[test]
    fn a_dependency_on_llama_cpp_is_named() {
        let names = |all: &[&str]| all.iter().map(|&name| name.to_owned()).collect::<Vec<_>>();
        assert!(check_dependencies("codegen-text", &names(&["codegen-text", "ropey", "cc"])).is_ok());
        let error = check_dependencies("codegen-text", &names(&["codegen-text", "codegen-engine", "llama-cpp-sys-2"]));
        assert!(error.unwrap_err().to_string().starts_with("codegen-text depends on llama-cpp-sys-2"));
    }
}
