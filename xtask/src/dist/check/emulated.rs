//! The program on processors that this machine is not, emulated by qemu.

use std::ffi::OsString;
use std::path::PathBuf;

use anyhow::{Context, Result, bail};

use super::program::Program;
use crate::run;
use crate::setup::{self, Need};

/// Processors as qemu knows them, and the variant of the CPU code that each has to get: the best that runs on it. qemu emulates
/// no AVX-512.
const PROCESSORS: &[(&str, &str)] = &[
    // Neither SSE4.2 nor AVX.
    ("qemu64", "x64"),
    ("core2duo", "x64"),
    // No AVX.
    ("Nehalem", "sse42"),
    // No AVX2.
    ("SandyBridge", "sandybridge"),
    ("IvyBridge", "sandybridge"),
    ("Haswell", "haswell"),
];

/// Returns the requirement of emulating processors.
pub fn needs() -> Vec<Need> {
    vec![setup::need("qemu-user (emulates older processors)", "qemu-user", || emulator().is_some())]
}

fn emulator() -> Option<PathBuf> {
    ["qemu-x86_64", "qemu-x86_64-static"].iter().find_map(run::on_path)
}

/// Completes a file on each processor.
pub fn test(program: &Program) -> Result<()> {
    if !cfg!(target_arch = "x86_64") {
        run::say("the processors of this architecture are not emulated");
        return Ok(());
    }
    let emulator = emulator().context("qemu-user is missing")?;
    for (processor, expected) in PROCESSORS {
        let start: Vec<OsString> = vec![emulator.clone().into(), "-cpu".into(), (*processor).into()];
        let variant = program.through(start).complete().with_context(|| format!("on the processor {processor}"))?;
        if variant != *expected {
            bail!("on the processor {processor} the CPU code for {variant} is run, and should be that for {expected}");
        }
        run::say(&format!("{processor}: completes a file with the CPU code for {variant}"));
    }
    Ok(())
}
