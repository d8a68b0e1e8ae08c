//! `cargo xtask fuzz`: runs the fuzz targets, and keeps the inputs that they find.
//!
//! The target `messages` is another one: a test of the server (`lsp/tests/wire/messages`) that is run for longer.
//!
//! The Rust that builds the product builds them, too, because the flags that count coverage are stable. They are passed
//! for the target alone, so that build scripts and macros are unaffected.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result, bail};
use clap::{Args, ValueEnum};

use crate::workspace::{self, Workspace};
use crate::{run, setup};

/// The flags that cargo-fuzz passes for libFuzzer, without sanitizers, and the machine's own instructions, as for any
/// other build.
const COVERAGE: &str = "-Ctarget-cpu=native -Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
                        -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
                        -Cllvm-args=-sanitizer-coverage-trace-compares";

/// Seconds after which an input counts as hanging.
const HANGS: u32 = 10;
/// Memory that a target may use, in total and in one allocation, in MiB.
const MEMORY: u32 = 1024;
const PIECE: u32 = 64;
/// The test that is the target `messages`.
const MESSAGES_TEST: &str = "messages::random_messages_are_answered_once_and_leave_documents_equal";
/// libFuzzer's exit codes when it has found an input.
const FOUND: [i32; 3] = [70, 71, 77];

#[derive(Args)]
pub struct Options {
    /// Run only this target (may be given more than once)
    #[arg(long, value_name = "TARGET")]
    target: Vec<Target>,
    /// How long each target but `messages` runs
    #[arg(long, default_value_t = 60)]
    seconds: u32,
    /// How many messages the target `messages` sends
    #[arg(long, default_value_t = 100_000)]
    messages: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Target {
    /// The reader of GGUF files
    Gguf,
    /// The reader of the pickle in PyTorch's files
    Pickle,
    /// The reader of safetensors files
    Safetensors,
    /// Edits of a document
    Document,
    /// What is suggested of a model's text
    Completion,
    /// Sessions of valid and invalid messages between an editor and the server
    Messages,
}

impl Target {
    fn name(self) -> String {
        self.to_possible_value().map_or_else(String::new, |value| value.get_name().to_owned())
    }

    /// Bytes of its largest input: a fault that needs a larger one is not found in minutes.
    fn max_length(self) -> u32 {
        if self.reads_python() { 1024 } else { 4096 }
    }

    fn reads_python(self) -> bool {
        matches!(self, Self::Document | Self::Completion)
    }
}

pub fn fuzz(workspace: &Workspace, options: &Options) -> Result<()> {
    run::step("set up", || setup::ensure(&setup::for_build()))?;
    let targets = if options.target.is_empty() { Target::value_variants() } else { &options.target };
    if targets.contains(&Target::Messages) {
        run::step("messages", || send_messages(workspace, options.messages))?;
    }
    let targets: Vec<Target> = targets.iter().copied().filter(|target| *target != Target::Messages).collect();
    if targets.is_empty() {
        return Ok(());
    }
    let host = host(workspace)?;
    let programs = run::step("build", || build(workspace, &host, &targets))?;
    let mut runs = Vec::new();
    for target in targets {
        let name = target.name();
        runs.push((target, run::step(&name, || fuzz_one(workspace, target, &programs, options.seconds))?));
    }
    summarise(&runs)
}

/// Sends random messages to the server, other ones in every run. A session that fails names its seed.
fn send_messages(workspace: &Workspace, messages: u32) -> Result<()> {
    let seed = SystemTime::now().duration_since(UNIX_EPOCH).context("the clock is before 1970")?.as_secs();
    run::say(&format!("{messages} messages from seed {seed} on"));
    let mut cargo = run::cargo(&workspace.root);
    cargo.args(["test", "--workspace", "--test", "wire", "--", "--exact", MESSAGES_TEST, "--nocapture"]);
    cargo.env("CODEGEN_TEST_SEED", seed.to_string()).env("CODEGEN_TEST_MESSAGES", messages.to_string());
    run::shown(&mut cargo)
}

/// The host platform, as rustc names it.
fn host(workspace: &Workspace) -> Result<String> {
    let told = run::output(Command::new("rustc").arg("-vV").current_dir(&workspace.root))?;
    let host = told.lines().find_map(|line| line.strip_prefix("host: "));
    Ok(host.context("rustc -vV names no host")?.to_owned())
}

/// Builds the targets' programs, and returns their folder.
fn build(workspace: &Workspace, host: &str, targets: &[Target]) -> Result<PathBuf> {
    let folder = workspace.target.join("fuzz");
    let mut cargo = run::cargo(&workspace.root);
    cargo.args(["build", "--package", "codegen-fuzz", "--features", "libfuzzer", "--target", host]);
    for target in targets {
        cargo.args(["--bin", &format!("fuzz-{}", target.name())]);
    }
    run::shown(cargo.arg("--target-dir").arg(&folder).env("RUSTFLAGS", COVERAGE))?;
    Ok(folder.join(host).join("debug"))
}

/// The result of one target's run.
#[derive(Debug, Default, PartialEq, Eq)]
struct Report {
    executions: u64,
    /// Number of places in the code that were reached.
    coverage: u64,
    /// Number of inputs that reached something new, including those of earlier runs.
    corpus: u64,
    /// The input that was found, where it is kept.
    found: Option<PathBuf>,
}

fn fuzz_one(workspace: &Workspace, target: Target, programs: &Path, seconds: u32) -> Result<Report> {
    let name = target.name();
    let cases = workspace.root.join("fuzz/cases").join(&name);
    let corpus = workspace.target.join("fuzz/corpus").join(&name);
    let seeds = workspace.scratch(&format!("fuzz-seeds-{name}"))?;
    for folder in [&cases, &corpus] {
        workspace::create(folder)?;
    }
    let log = workspace.target.join("fuzz").join(format!("{name}.log"));
    let mut program = Command::new(programs.join(format!("fuzz-{name}")));
    for (option, value) in [
        ("max_total_time", seconds),
        ("max_len", target.max_length()),
        ("timeout", HANGS),
        ("rss_limit_mb", MEMORY),
        ("malloc_limit_mb", PIECE),
        ("print_final_stats", 1),
    ] {
        program.arg(format!("-{option}={value}"));
    }
    if target.reads_python() {
        program.arg(format!("-dict={}", workspace.root.join("fuzz/python.dict").display()));
    }
    program.arg(format!("-artifact_prefix={}/", cases.display()));
    program.args([&corpus, &seeds, &cases]).env("CODEGEN_FUZZ_SEEDS", &seeds);
    let file = File::create(&log).with_context(|| format!("cannot create {}", log.display()))?;
    program.stdin(Stdio::null()).stdout(file.try_clone()?).stderr(file);
    let status = program.status().with_context(|| format!("cannot run fuzz-{name}"))?;
    let text = String::from_utf8_lossy(&std::fs::read(&log)?).into_owned();
    let report = read(&text);
    let found = status.code().is_some_and(|code| FOUND.contains(&code)) && report.found.is_some();
    if !status.success() && !found {
        bail!("fuzz-{name} ended with {status}; what it said is in {}", log.display());
    }
    if let Some(case) = &report.found {
        let panic = text.lines().skip_while(|line| !line.contains("panicked at")).take(2).collect::<Vec<_>>();
        run::say(&format!("found {}, see {}\n{}", case.display(), log.display(), panic.join("\n")));
    }
    Ok(report)
}

/// Reads libFuzzer's output.
fn read(log: &str) -> Report {
    let mut report = Report::default();
    for line in log.lines() {
        if let Some(executions) = line.strip_prefix("stat::number_of_executed_units:") {
            report.executions = executions.trim().parse().unwrap_or(0);
        } else if let Some((_, path)) = line.split_once("Test unit written to ") {
            report.found = Some(path.trim().into());
        } else if line.starts_with('#') {
            // `#4096 NEW cov: 12 ft: 34 corp: 5/67b …`
            let words: Vec<_> = line.split_whitespace().collect();
            let after = |name: &str| words.iter().position(|word| *word == name).and_then(|at| words.get(at + 1));
            let number = |word: &&str| word.split('/').next().and_then(|number| number.parse().ok());
            report.coverage = after("cov:").and_then(number).unwrap_or(report.coverage);
            report.corpus = after("corp:").and_then(number).unwrap_or(report.corpus);
        }
    }
    report
}

fn summarise(runs: &[(Target, Report)]) -> Result<()> {
    run::say("\ntarget       executions   coverage   corpus  found");
    for (target, report) in runs {
        let Report { executions, coverage, corpus, found } = report;
        let found = if found.is_some() { "1" } else { "none" };
        run::say(&format!("{:<12}{executions:>11}{coverage:>11}{corpus:>9}  {found}", target.name()));
    }
    if let Some((target, _)) = runs.iter().find(|(_, report)| report.found.is_some()) {
        bail!("something was found: mend it, and keep its case in fuzz/cases/{}", target.name());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_log_is_understood() {
        let log = "INFO: seed corpus: files: 3\n#4\tINITED cov: 12 ft: 13 corp: 3/27b exec/s: 0 rss: 30Mb\n\
                   #4096\tNEW    cov: 14 ft: 34 corp: 5/67b lim: 4 exec/s: 0 rss: 31Mb L: 4/9 MS: 1 CMP-\n\
                   stat::number_of_executed_units: 12345\n";
        assert_eq!(read(log), Report { executions: 12345, coverage: 14, corpus: 5, found: None });
        let log = "artifact_prefix='a/'; Test unit written to a/crash-0f\nBase64: AA==\n";
        assert_eq!(read(log).found, Some("a/crash-0f".into()));
    }

    #[test]
    fn every_target_has_a_program_and_a_folder() {
        let fuzz = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz");
        let name_of_test = MESSAGES_TEST.replace("messages::", "async fn ");
        for target in Target::value_variants() {
            if *target == Target::Messages {
                let test = std::fs::read_to_string(fuzz.join("../lsp/tests/wire/messages/mod.rs")).unwrap();
                assert!(test.contains(&format!("{name_of_test}()")), "cargo would run no test, and succeed");
                continue;
            }
            let name = target.name();
            assert!(fuzz.join(format!("fuzz_targets/{name}.rs")).is_file(), "{name}");
            assert!(fuzz.join(format!("cases/{name}")).is_dir(), "{name}");
        }
    }
}
