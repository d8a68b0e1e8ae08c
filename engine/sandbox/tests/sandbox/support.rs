//! Sandboxes of every kind that this system allows, and short ways to use them.

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use codegen_sandbox::{Level, Limits, Means, Outcome, Report, Sandbox};

/// Limits for programs that end by themselves: the clock is not meant to strike, however busy the machine is.
pub fn limits() -> Limits {
    Limits { wall: Duration::from_secs(120), cpu: Duration::from_secs(60), memory: 512 << 20, ..Limits::default() }
}

/// Limits for programs that only the clock can end.
pub fn short() -> Limits {
    Limits { wall: Duration::from_secs(2), ..limits() }
}

/// A sandbox for each set of means. Where there is less than that, it makes do with less, and says so.
pub fn sandboxes(limits: &Limits) -> Vec<(Means, Sandbox)> {
    static FOUND: OnceLock<Vec<(Means, Sandbox)>> = OnceLock::new();
    let found = FOUND.get_or_init(|| {
        let limits = self::limits();
        let all = Sandbox::new("python3", limits.clone()).expect("there is a Python").requiring(Level::Limits);
        let lesser =
            [Means::UserNamespaces, Means::Landlock, Means::Limits].map(|means| (means, lesser(means, &limits)));
        [(Means::All, all)].into_iter().chain(lesser).collect()
    });
    found.iter().map(|(means, sandbox)| (*means, sandbox.clone().with_limits(limits.clone()))).collect()
}

/// Without root's namespaces, root's programs are run by a user without rights, who may not be able to run root's Python.
pub fn lesser(means: Means, limits: &Limits) -> Sandbox {
    Sandbox::new(python_for_everybody(), limits.clone()).unwrap().at_most(means).requiring(Level::Limits)
}

/// A Python that a user without rights may run.
pub fn python_for_everybody() -> &'static str {
    static FOUND: OnceLock<&str> = OnceLock::new();
    FOUND.get_or_init(find_python)
}

fn find_python() -> &'static str {
    let mut reasons = Vec::new();
    for python in ["python3", "/usr/bin/python3", "/usr/local/bin/python3"] {
        let found =
            Sandbox::new(python, limits()).map(|sandbox| sandbox.at_most(Means::Limits).requiring(Level::Limits));
        let passed = found.and_then(|sandbox| sandbox.run("", &never()));
        match passed {
            Ok(report) if report.outcome == Outcome::Passed => return python,
            other => reasons.push(format!("{python}: {other:?}")),
        }
    }
    panic!("no Python that everybody may run: {reasons:#?}")
}

/// Nobody cancels.
pub fn never() -> Arc<AtomicBool> {
    Arc::default()
}

/// Runs a program, and expects that the sandbox itself works.
pub fn run(sandbox: &Sandbox, program: &str) -> Report {
    sandbox.run(program, &never()).expect("the sandbox works")
}

/// Runs a program in every sandbox.
pub fn everywhere(limits: &Limits, program: &str, check: impl Fn(Means, &Report)) {
    for (means, sandbox) in sandboxes(limits) {
        let report = run(&sandbox, program);
        eprintln!("{means:?}: {report:#?}");
        check(means, &report);
    }
}

/// Runs a program that is expected to end well everywhere, and gives what it printed, with the report.
pub fn printed(limits: &Limits, program: &str, check: impl Fn(&str, &Report)) {
    everywhere(limits, program, |_, report| {
        assert_eq!(report.outcome, Outcome::Passed);
        check(report.stdout.trim_end(), report);
    });
}

/// A name for processes that nobody else uses, short enough for `PR_SET_NAME`.
pub fn marker() -> String {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    format!("sb{}x{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed))
}

/// Python that gives the process, and all it forks, that name.
pub fn named(marker: &str) -> String {
    format!("import ctypes; ctypes.CDLL(None).prctl(15, b'{marker}', 0, 0, 0)\n")
}

/// The processes of that name that are alive.
pub fn alive(marker: &str) -> Vec<u32> {
    let processes = std::fs::read_dir("/proc").expect("there is a /proc").flatten();
    processes
        .filter_map(|entry| {
            let pid: u32 = entry.file_name().to_str()?.parse().ok()?;
            let comm = std::fs::read_to_string(entry.path().join("comm")).ok()?;
            (comm.trim_end() == marker).then_some(pid)
        })
        .collect()
}
