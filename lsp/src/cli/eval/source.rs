//! The problems' file, read as the flags say.

use anyhow::{Context, bail};
use codegen_engine::gguf::digest;
use codegen_eval::problems::{HumanEvalProblem, LeftOut, MtpbProblem, Problems, humaneval, mtpb};

use super::arguments::Common;
use crate::cli::output;

/// The largest number of lines that are named when a file is refused.
const SHOWN: usize = 20;

/// The problems of a run.
pub(super) struct Source<P> {
    pub problems: Vec<P>,
    /// A sentence for every line that was left out.
    pub left_out: Vec<String>,
    /// The file's hash.
    pub sha256: String,
}

pub(super) fn mtpb(arguments: &Common) -> anyhow::Result<Source<MtpbProblem>> {
    read(arguments, mtpb::read, |bytes| {
        is(humaneval::read(bytes)).then_some("HumanEval's problems; see `codegen-lsp eval humaneval`")
    })
}

pub(super) fn humaneval(arguments: &Common) -> anyhow::Result<Source<HumanEvalProblem>> {
    read(arguments, humaneval::read, |bytes| {
        is(mtpb::read(bytes)).then_some("MTPB's problems; see `codegen-lsp eval mtpb`")
    })
}

/// Whether a file has been read as what it is.
fn is<P>(read: Problems<P>) -> bool {
    !read.problems.is_empty()
}

/// Reads the problems. `other` says whose they are where they are none of this benchmark's.
fn read<P>(
    arguments: &Common,
    parse: impl Fn(&[u8]) -> Problems<P>,
    other: impl Fn(&[u8]) -> Option<&'static str>,
) -> anyhow::Result<Source<P>> {
    let path = arguments.problems.display();
    let bytes = std::fs::read(&arguments.problems).with_context(|| format!("cannot read {path}"))?;
    let Problems { mut problems, left_out } = parse(&bytes);
    if let Some(whose) = if problems.is_empty() { other(&bytes) } else { None } {
        bail!("{path} has {whose}");
    }
    if !left_out.is_empty() && !arguments.skip_invalid {
        bail!("{path} has lines that are no valid problems (--skip-invalid leaves them out):\n{}", list(&left_out));
    }
    for line in &left_out {
        output::warning(&format!("left out: {line}"));
    }
    if problems.is_empty() {
        bail!("{path} holds no problems");
    }
    problems.truncate(arguments.limit.unwrap_or(usize::MAX));
    let left_out = left_out.iter().map(ToString::to_string).collect();
    Ok(Source { problems, left_out, sha256: digest::of_bytes(&bytes) })
}

/// The reasons, a line each, up to [`SHOWN`].
fn list(left_out: &[LeftOut]) -> String {
    let mut lines: Vec<String> = left_out.iter().take(SHOWN).map(|line| format!("  {line}")).collect();
    if left_out.len() > SHOWN {
        lines.push(format!("  and {} more", left_out.len() - SHOWN));
    }
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_list_ends() {
        let left_out = |count: usize| -> Vec<LeftOut> {
            (1..=count).map(|line| LeftOut { line, reason: "no JSON".to_owned() }).collect()
        };
        assert_eq!(list(&left_out(2)), "  line 1: no JSON\n  line 2: no JSON");
        assert!(list(&left_out(20)).ends_with("line 20: no JSON"));
        assert!(list(&left_out(23)).ends_with("line 20: no JSON\n  and 3 more"));
    }
}
