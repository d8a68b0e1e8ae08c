//! A run: sampling and execution side by side, both recorded in the run's file, then the summary.

use std::collections::HashMap;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::{Mutex, MutexGuard, PoisonError};

use anyhow::{Context, bail};
use codegen_engine::Engine;
use codegen_engine::gguf::digest;
use codegen_eval::dialogue::{Check, Task};
use codegen_eval::execution::{self, Allowance, Executor, Verdicts};
use codegen_eval::record::{Benchmark, Header, Key, Problem, Sample};
use codegen_eval::results::{self, FORMAT, Results};
use codegen_eval::sampling::{self, Plan};
use codegen_eval::scoring::Scoring;
use codegen_sandbox::Isolation;

use super::arguments::Common;
use super::progress::Progress;
use super::{reference, report};
use crate::cli::interrupt::Stop;
use crate::cli::output;
use crate::config::EngineConfig;

/// The settings of a run.
pub(super) struct Setup<'a> {
    pub benchmark: Benchmark,
    /// The arms, or the temperatures, that are compared.
    pub conditions: Vec<String>,
    /// The number of samples of each task.
    pub samples: usize,
    pub temperature: Option<f32>,
    pub tasks: Vec<Task>,
    /// The rules by which MTPB's answers count.
    pub scoring: Option<Scoring>,
    /// Facts about the problems, for the report.
    pub facts: Vec<Problem>,
    pub problems_sha256: String,
    /// A sentence for every line of the problems' file that is left out.
    pub left_out: Vec<String>,
    /// The values of k in pass@k.
    pub ks: Vec<usize>,
    /// Whether the reference package grades the programs as well.
    pub verify: bool,
    pub common: &'a Common,
}

impl Setup<'_> {
    fn plan(&self) -> Plan {
        let Common { top_p, seed, no_perplexity, reproducible, .. } = *self.common;
        Plan { samples: self.samples, top_p, seed, perplexity: !no_perplexity, reproducible }
    }

    fn header(&self, engine: &Engine, config: &EngineConfig, isolation: Isolation) -> anyhow::Result<Header> {
        let path = crate::models::locate(&config.model)?;
        let hash = |path: &PathBuf| digest::of_file(path).with_context(|| format!("cannot read {}", path.display()));
        let plan = self.plan();
        Ok(Header {
            format: FORMAT,
            benchmark: self.benchmark,
            model: engine.info().title(),
            model_sha256: hash(&path)?,
            adapter_sha256: config.options.lora.as_ref().map(hash).transpose()?,
            problems_sha256: self.problems_sha256.clone(),
            conditions: self.conditions.clone(),
            samples: self.samples,
            temperature: self.temperature,
            top_p: plan.top_p,
            seed: plan.seed,
            max_tokens: self.common.max_tokens,
            context: engine.info().context,
            perplexity: plan.perplexity,
            scoring: self.scoring,
            reproducible: plan.reproducible.then(|| decoding(engine, config)),
            isolation: Some(format!("{}: {isolation}", isolation.level())),
            ks: self.ks.clone(),
            problems: self.facts.clone(),
            left_out: self.left_out.clone(),
        })
    }
}

/// The options of the engine that affect rounding, as a text.
fn decoding(engine: &Engine, config: &EngineConfig) -> String {
    let info = engine.info();
    let place = if info.gpu_devices.is_empty() { "CPU".to_owned() } else { info.gpu_devices.join(" and ") };
    format!(
        "{} threads, batches of {}, {} of {} layers on {place}, flash attention {:?}, {}",
        info.threads,
        config.options.batch,
        if info.gpu_layers == 0 { info.layers } else { info.gpu_layers },
        info.layers,
        config.options.flash_attention,
        Engine::build_info().lines().collect::<Vec<_>>().join(", "),
    )
}

/// The engine's options: many slots, unless each sample is generated alone.
fn config(common: &Common) -> EngineConfig {
    let mut config = common.engine.evaluation();
    if common.reproducible {
        config.options.slots = Some(1);
    }
    config
}

/// Does the work that is missing in the run's file, and prints the summary.
pub(super) fn run(setup: Setup<'_>) -> anyhow::Result<ExitCode> {
    let common = setup.common;
    if let Some(path) = &common.report {
        check_folder(path)?;
    }
    let allowance = Allowance { isolation: common.isolation, ..Allowance::of(setup.benchmark) };
    if setup.verify {
        reference::check(&common.python, &allowance)?;
    }
    let sandbox = execution::sandbox(&common.python, setup.benchmark, &allowance)?;
    let isolation = sandbox.support()?.isolation;
    output::note(&crate::generate::run::isolation(isolation));
    let (executor, verdicts) = Executor::with(&sandbox, common.workers(), &allowance);
    let config = config(common);
    let engine = crate::generate::prepare::load_engine(&config)?;
    let header = setup.header(&engine, &config, isolation)?;
    let stop = Stop::new(executor.cancelled());
    stop.on_signals();
    let (file, found) = Results::open(&common.out, &header)?;
    let work = Work {
        setup: &setup,
        progress: Progress::new(&found),
        store: Mutex::new(file),
        stop: stop.clone(),
        failure: Mutex::default(),
    };
    work.work(&engine, executor, &verdicts, &found);
    drop((engine, found));
    work.end()?;
    let run = results::outline(&common.out)?;
    if let Some(signal) = stop.signal() {
        return Ok(interrupted(signal, &common.out, &run));
    }
    report::publish(&run, &setup.ks, common.report.as_deref(), common.json)?;
    let verified = if setup.verify { reference::verify(&setup.tasks, common, &stop)? } else { Some(ExitCode::SUCCESS) };
    Ok(verified.unwrap_or_else(|| interrupted(stop.signal().unwrap_or_default(), &common.out, &run)))
}

fn check_folder(path: &Path) -> anyhow::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    if folder.is_some_and(|folder| !folder.is_dir()) || path.is_dir() {
        bail!("cannot write the report {}: that is no place for a file", path.display());
    }
    Ok(())
}

fn interrupted(signal: i32, out: &Path, run: &results::Run) -> ExitCode {
    let (samples, wanted, verdicts) = (run.samples.len(), run.wanted(), run.verdicts.len());
    output::error(&format!(
        "interrupted; {} has {samples} of {wanted} samples and {verdicts} verdicts, and the same command goes on \
         from there",
        out.display()
    ));
    // The exit code that a shell gives for a program ended by a signal.
    ExitCode::from(u8::try_from(128 + signal).unwrap_or(u8::MAX))
}

/// A run in progress, shared by its threads.
struct Work<'a> {
    setup: &'a Setup<'a>,
    progress: Progress,
    store: Mutex<Results>,
    stop: Stop,
    /// The first error.
    failure: Mutex<Option<anyhow::Error>>,
}

impl Work<'_> {
    /// Samples what is missing, and executes programs without a verdict, until all is done or the run is stopped.
    fn work(&self, engine: &Engine, executor: Executor, verdicts: &Verdicts, found: &results::Run) {
        std::thread::scope(|scope| {
            scope.spawn(move || {
                std::thread::scope(|scope| {
                    // Programs of an earlier run are queued beside the new ones, so that the model need not wait.
                    scope.spawn(|| self.execute_pending(&executor, found));
                    self.sample(engine, &executor, found);
                });
                // The channel of verdicts is closed when the workers have ended.
                if self.stop.is_stopped() { drop(executor) } else { executor.finish() }
            });
            for verdict in verdicts {
                let written = verdict.map_err(anyhow::Error::from).and_then(|verdict| {
                    self.store().verdict(&verdict)?;
                    self.progress.verdict(&verdict);
                    Ok(())
                });
                if let Err(error) = written {
                    self.fail(error);
                }
            }
        });
        self.progress.end();
    }

    fn sample(&self, engine: &Engine, executor: &Executor, found: &results::Run) {
        let checks = self.checks();
        let sink = |sample: Sample| {
            if let Err(error) = self.store().sample(&sample) {
                self.fail(error.into());
                return ControlFlow::Break(());
            }
            self.progress.sample(&sample);
            execute(executor, &checks, sample);
            ControlFlow::Continue(())
        };
        let tasks = &self.setup.tasks;
        let done = found.sampled();
        if let Err(error) = sampling::run(engine, tasks, &self.setup.plan(), &done, &self.stop.sampling, sink) {
            self.fail(error.into());
        }
    }

    fn execute_pending(&self, executor: &Executor, found: &results::Run) {
        let checks = self.checks();
        let judged: std::collections::HashSet<&Key> = found.verdicts.iter().map(|verdict| &verdict.key).collect();
        for sample in found.samples.iter().filter(|sample| !judged.contains(&sample.key)) {
            if self.stop.is_stopped() {
                return;
            }
            execute(executor, &checks, sample.clone());
        }
    }

    /// The check of each problem's programs, by the problem's id and input.
    fn checks(&self) -> HashMap<(&str, usize), &Check> {
        self.setup.tasks.iter().map(|task| ((task.problem.as_str(), task.input), &task.check)).collect()
    }

    /// Ends the run with this error, unless it has one already.
    fn fail(&self, error: anyhow::Error) {
        let mut failure = self.failure.lock().unwrap_or_else(PoisonError::into_inner);
        if !self.stop.is_stopped() {
            *failure = Some(error);
        }
        self.stop.now();
    }

    /// Closes the file, and returns the run's first error.
    fn end(self) -> anyhow::Result<()> {
        let failure = self.failure.into_inner().unwrap_or_else(PoisonError::into_inner);
        let synced = self.store.into_inner().unwrap_or_else(PoisonError::into_inner).sync();
        match failure {
            Some(error) => {
                let out = self.setup.common.out.display();
                Err(error.context(format!("the run has ended early; what was done is in {out}, from where it goes on")))
            }
            None => Ok(synced?),
        }
    }

    fn store(&self) -> MutexGuard<'_, Results> {
        self.store.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Queues a sample's program. Blocks while the queue is full, which slows the sampling.
fn execute(executor: &Executor, checks: &HashMap<(&str, usize), &Check>, sample: Sample) {
    let Sample { key, program, left_out, .. } = sample;
    if let (None, Some(&check)) = (left_out, checks.get(&(key.problem.as_str(), key.input))) {
        executor.grade(key, program, check.clone());
    }
}
