//! Tests the program as it is given away: from the archive alone, on this machine, on emulated processors, and on systems
//! that have nothing else.

mod emulated;
mod installed;
mod native;
mod program;
mod root;
mod session;

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use super::{Made, Options, make};
use crate::run;
use crate::setup::Need;
use crate::workspace::Workspace;
use program::Program;

/// Returns the requirements of the tests, beyond those of the build.
pub fn needs() -> Vec<Need> {
    [emulated::needs(), root::needs(), installed::needs()].into_iter().flatten().collect()
}

/// Makes the archive, and tests what comes out of it.
pub fn test(workspace: &Workspace) -> Result<()> {
    let made = make(workspace, &Options::default())?;
    let folder = unpack(workspace, &made)?;
    let program = Program::new(&folder, &workspace.scratch("dist-home")?);
    run::step("the program on this machine", || native::test(workspace, &program))?;
    run::step("the program by pip and npm", || installed::test(workspace, &made, &program))?;
    run::step("the program on other processors", || emulated::test(&program))?;
    run::step("the program on other systems", || root::test(workspace, &folder))
}

/// Unpacks the archive as a user would, into a folder whose name has what names can have, and checks all sums.
fn unpack(workspace: &Workspace, made: &Made) -> Result<PathBuf> {
    let place = workspace.scratch("dist-unpacked")?.join("a place für it");
    crate::workspace::create(&place)?;
    let archive = made.archive.canonicalize().context("the archive is gone")?;
    check_sums(archive.parent().context("the archive lies in no folder")?, &format!("{}.tar.gz.sha256", made.name))?;
    run::shown(Command::new("tar").arg("-xzf").arg(&archive).current_dir(&place))?;
    let folder = place.join(&made.name);
    check_sums(&folder, "SHA256SUMS")?;
    for name in ["LICENSE", "LICENSES.txt", "README.md", "SBOM.cdx.json", "BUILTIN-MODEL.md"] {
        if std::fs::metadata(folder.join(name)).map_or(0, |file| file.len()) == 0 {
            bail!("the archive has no {name}");
        }
    }
    Ok(folder)
}

fn check_sums(folder: &Path, sums: &str) -> Result<()> {
    run::output(Command::new("sha256sum").args(["--check", "--quiet", "--strict", sums]).current_dir(folder)).map(drop)
}
