//! The program on this machine, put where users put it.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail};

use super::program::Program;
use super::session;
use crate::workspace::{self, Workspace};
use crate::{light, run};

/// Whether a constructor of the library was run is seen by a file that it makes.
const STRANGER: &str = r#"
#include <stdio.h>
__attribute__((constructor)) static void here(void) { FILE *mark = fopen("stranger-was-loaded", "w"); if (mark) fclose(mark); }
int ggml_backend_score(void) { return 1 << 20; }
void *ggml_backend_init(void) { return 0; }
"#;

pub fn test(workspace: &Workspace, program: &Program) -> Result<()> {
    let variant = program.complete()?;
    run::say(&format!("it completes a file with the CPU code for {variant}"));
    let doctor = program.run(&["doctor", "--threads", "1"], "")?;
    if doctor.code != Some(0) || !doctor.output.contains(&format!("cpu-{variant}")) {
        bail!("doctor does not say which CPU code runs: {doctor:?}");
    }
    session::serve(&program.command(), "this machine")?;
    linked(workspace, program)?;
    installed(workspace, program)?;
    strangers(workspace, program)?;
    incomplete(workspace, program)
}

/// A link to the program on `PATH` finds the libraries.
fn linked(workspace: &Workspace, program: &Program) -> Result<()> {
    let link = workspace.scratch("dist-linked")?.join("codegen-lsp");
    light::link(&program.path, &link).context("cannot make a link")?;
    program.at(&link).complete().map(drop)
}

/// So does a program in a `bin` with `lib/codegen-lsp` beside it.
fn installed(workspace: &Workspace, program: &Program) -> Result<()> {
    let prefix = workspace.scratch("dist-installed")?;
    let (bin, lib) = (prefix.join("bin"), prefix.join("lib/codegen-lsp"));
    workspace::create(&bin)?;
    copy_libraries(program, &lib, |_| true)?;
    let copy = bin.join("codegen-lsp");
    std::fs::copy(&program.path, &copy).context("cannot copy the program")?;
    program.at(&copy).complete().map(drop)
}

/// A library in the working directory is not loaded, however good it says it is, nor one of the same name as the program's own
/// where the system is told to look.
fn strangers(workspace: &Workspace, program: &Program) -> Result<()> {
    let work = workspace.scratch("dist-strangers")?;
    std::fs::write(work.join("stranger.c"), STRANGER).context("cannot write a library")?;
    let library = "libggml-cpu-stranger.so";
    run::output(Command::new("cc").args(["-shared", "-fPIC", "-o", library, "stranger.c"]).current_dir(&work))?;
    std::fs::copy(work.join(library), work.join("libllama.so")).context("cannot copy a library")?;
    program.within(&work).complete()?;
    program.within(&work).preferring(&work).complete()?;
    refuse_mark(&work)?;
    // Not even if there is nothing else.
    let said = lonely(workspace, program)?.within(&work).try_to_complete()?;
    if said.code != Some(2) {
        bail!("without its CPU code the program should end with 2: {said:?}");
    }
    refuse_mark(&work)
}

fn refuse_mark(work: &Path) -> Result<()> {
    if work.join("stranger-was-loaded").exists() {
        bail!("a library of the working directory was loaded");
    }
    Ok(())
}

/// Without its CPU code the program says what is missing, and where it looked.
fn incomplete(workspace: &Workspace, program: &Program) -> Result<()> {
    let said = lonely(workspace, program)?.try_to_complete()?;
    let told = said.log.contains("libggml-cpu-*") && said.log.contains("unpack all of it into one folder");
    if said.code != Some(2) || !told {
        bail!("without its CPU code the program should end with 2 and say what to do: {said:?}");
    }
    Ok(())
}

/// A copy of the program without any CPU code.
fn lonely(workspace: &Workspace, program: &Program) -> Result<Program> {
    let folder = workspace.scratch("dist-lonely")?;
    copy_libraries(program, &folder, |name| !name.contains("ggml-cpu"))?;
    let copy = folder.join("codegen-lsp");
    std::fs::copy(&program.path, &copy).context("cannot copy the program")?;
    Ok(program.at(&copy))
}

fn copy_libraries(program: &Program, to: &Path, wanted: impl Fn(&str) -> bool) -> Result<()> {
    workspace::create(to)?;
    let from = program.path.parent().context("the program lies in no folder")?;
    for entry in std::fs::read_dir(from).with_context(|| format!("cannot list {}", from.display()))? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if name.ends_with(".so") && wanted(&name) {
            std::fs::copy(&path, to.join(&name)).with_context(|| format!("cannot copy {name}"))?;
        }
    }
    Ok(())
}
