//! The program on systems that have nothing but what Debian cannot do without: no compiler, no network, and the archive.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use super::program::Program;
use super::session;
use crate::installation::{Temporary, put};
use crate::setup::{self, Need};
use crate::workspace::{self, Workspace};
use crate::{debian, run};

/// The releases of Debian, by their names.
const SUITES: &[&str] = &["bookworm", "trixie"];

/// Where the archive is unpacked.
const PLACE: &str = "opt/codegen-lsp";

/// Returns the requirements of making such systems and of entering them.
pub fn needs() -> Vec<Need> {
    vec![
        setup::need("debootstrap (makes Debian systems in a folder)", "debootstrap", || {
            run::on_path("debootstrap").is_some() || Path::new("/usr/sbin/debootstrap").exists()
        }),
        setup::need("unshare (enters them)", "util-linux", || run::on_path("unshare").is_some()),
    ]
}

/// Completes a file and serves a session in each system.
pub fn test(workspace: &Workspace, unpacked: &Path) -> Result<()> {
    for suite in SUITES {
        let system = ensure(workspace, suite)?;
        bare(&system)?;
        let place = system.join(PLACE);
        fill(unpacked, &place)?;
        let tested = in_system(&system, suite);
        // A system in the cache folder is bare again for the next run.
        let _ = std::fs::remove_dir_all(&place);
        let _ = std::fs::remove_dir_all(system.join("srv/home"));
        tested?;
    }
    Ok(())
}

fn in_system(system: &Path, suite: &str) -> Result<()> {
    let home = PathBuf::from("/srv/home");
    workspace::create(&system.join("srv/home"))?;
    let place = Path::new("/").join(PLACE);
    let program = Program::new(&place, &home).within(Path::new("/")).through(enter(system)?);
    let variant = program.complete().with_context(|| format!("on Debian {suite}"))?;
    run::say(&format!("Debian {suite}: completes a file with the CPU code for {variant}"));
    session::serve(&program.command(), &format!("Debian {suite}"))
}

/// What starts a program in the system: without a network, and with a /proc of its own.
fn enter(system: &Path) -> Result<Vec<OsString>> {
    let unshare = run::on_path("unshare").context("unshare is missing")?;
    let mut proc = OsString::from("--mount-proc=");
    proc.push(system.join("proc"));
    let chroot = ["/usr/sbin/chroot", "/usr/bin/chroot"].into_iter().find(|path| Path::new(path).exists());
    let chroot = chroot.context("chroot is missing")?;
    let flags = ["--mount", "--pid", "--fork", "--net", "--kill-child"].map(OsString::from);
    Ok([unshare.into()].into_iter().chain(flags).chain([proc, chroot.into(), system.into()]).collect())
}

/// Refuses a system that has what a user may not have.
fn bare(system: &Path) -> Result<()> {
    for program in ["cc", "gcc", "c++", "cmake", "cargo", "python3", "ld"] {
        if system.join("usr/bin").join(program).exists() {
            bail!("{} has {program}: remove that folder, and it is made anew", system.display());
        }
    }
    Ok(())
}

fn fill(unpacked: &Path, place: &Path) -> Result<()> {
    if place.exists() {
        std::fs::remove_dir_all(place).with_context(|| format!("cannot empty {}", place.display()))?;
    }
    run::output(Command::new("cp").arg("-a").arg(unpacked).arg(place)).map(drop)
}

/// Returns a minimal system, made by debootstrap in the cache folder if it is not there.
fn ensure(workspace: &Workspace, suite: &str) -> Result<PathBuf> {
    let place = workspace.cache.join(format!("debian-{suite}"));
    // Written by debootstrap itself when it is through; it is removed with the folder.
    if !place.join("etc/debian_version").exists() {
        run::step(&format!("make a Debian {suite}, by this machine's apt sources"), || make(workspace, suite, &place))?;
    }
    place.canonicalize().with_context(|| format!("{} is gone", place.display()))
}

fn make(workspace: &Workspace, suite: &str, place: &Path) -> Result<()> {
    let work = Temporary::new(workspace, &format!("debian-{suite}"))?;
    let mut tried = String::new();
    for repository in debian::repositories()? {
        let tree = work.0.join("tree");
        if tree.exists() {
            std::fs::remove_dir_all(&tree).with_context(|| format!("cannot empty {}", tree.display()))?;
        }
        let mut command = Command::new("debootstrap");
        command.arg("--variant=minbase").arg(suite).arg(&tree).arg(&repository);
        // debootstrap lies where only root's PATH leads.
        let path = std::env::var_os("PATH").unwrap_or_default();
        let paths = std::env::split_paths(&path).chain(["/usr/sbin".into(), "/sbin".into()]);
        command.env("PATH", std::env::join_paths(paths)?);
        match run::output(&mut command) {
            Ok(_) => return put(&tree, place),
            Err(error) => tried.push_str(&format!("\n  {repository}: {error:#}")),
        }
    }
    bail!(
        "no archive in this machine's apt sources gave a Debian {suite}, for which debootstrap must be run by root:{tried}"
    )
}
