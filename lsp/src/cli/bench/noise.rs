//! Loads that keep the machine busy: processes that are started and ended here.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;

use anyhow::Context;

/// The number of functions in the crate that is built: enough for a few seconds of work.
const FUNCTIONS: usize = 1500;

/// A load that lasts until it is ended.
pub(super) struct Noise {
    loops: Vec<Loop>,
    build: Option<Build>,
}

impl Noise {
    /// Keeps `count` cores busy.
    pub fn loops(count: usize) -> anyhow::Result<Self> {
        Ok(Self { loops: (0..count).map(|_| Loop::start()).collect::<anyhow::Result<_>>()?, build: None })
    }

    /// Builds a crate again and again.
    pub fn build() -> anyhow::Result<Self> {
        Ok(Self { loops: Vec::new(), build: Some(Build::start()?) })
    }

    /// Ends the load.
    ///
    /// # Errors
    /// A build has failed, so that the load was missing.
    pub fn end(mut self) -> anyhow::Result<()> {
        self.loops.clear();
        self.build.take().map_or(Ok(()), Build::end)
    }
}

/// A process that computes and never waits.
struct Loop(Child);

impl Loop {
    fn start() -> anyhow::Result<Self> {
        let program = std::env::current_exe().context("cannot tell which program this is")?;
        let mut command = Command::new(program);
        // The process also ends with the pipe, in case this process is killed.
        command.args(["bench", "load-spin"]).stdin(Stdio::piped()).stdout(Stdio::null());
        Ok(Self(command.spawn().context("cannot start a busy loop")?))
    }
}

impl Drop for Loop {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Computes until standard input is closed.
pub fn spin() {
    std::thread::spawn(|| {
        let _ = std::io::copy(&mut std::io::stdin(), &mut std::io::sink());
        std::process::exit(0);
    });
    let mut state = 1u64;
    loop {
        state = std::hint::black_box(state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1));
    }
}

/// A thread that builds a crate over and over.
struct Build {
    stop: Arc<AtomicBool>,
    thread: JoinHandle<anyhow::Result<()>>,
}

impl Build {
    fn start() -> anyhow::Result<Self> {
        let folder = tempfile::tempdir().context("cannot make a folder for the build")?;
        write_crate(folder.path())?;
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = Arc::clone(&stop);
        let thread = std::thread::spawn(move || {
            while !stopped.load(Ordering::Relaxed) {
                build(folder.path())?;
            }
            Ok(())
        });
        Ok(Self { stop, thread })
    }

    fn end(self) -> anyhow::Result<()> {
        self.stop.store(true, Ordering::Relaxed);
        self.thread.join().map_err(|_| anyhow::anyhow!("the builds panicked"))?
    }
}

/// Writes a crate without dependencies that the compiler works on for a few seconds.
fn write_crate(folder: &Path) -> anyhow::Result<()> {
    let functions = (0..FUNCTIONS).map(|n| {
        format!(
            "pub fn f{n}(values: &[u64]) -> Vec<String> {{\n    values.iter().filter(|v| **v > {n}).map(|v| v * {n})\
             .map(|v| format!(\"{{v}} {n}\")).collect()\n}}\n"
        )
    });
    std::fs::create_dir(folder.join("src"))?;
    std::fs::write(folder.join("src/lib.rs"), functions.collect::<String>())?;
    let manifest = "[package]\nname = \"busy\"\nversion = \"0.1.0\"\nedition = \"2021\"\n\n[workspace]\n";
    Ok(std::fs::write(folder.join("Cargo.toml"), manifest)?)
}

fn build(folder: &Path) -> anyhow::Result<()> {
    let target = folder.join("target");
    if target.exists() {
        std::fs::remove_dir_all(&target)?;
    }
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.args(["build", "--offline", "--quiet"]).current_dir(folder).env("CARGO_TARGET_DIR", &target);
    let output = command.stdin(Stdio::null()).output().context("cannot run cargo")?;
    anyhow::ensure!(output.status.success(), "cargo build failed: {}", String::from_utf8_lossy(&output.stderr));
    Ok(())
}
