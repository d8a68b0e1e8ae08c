//! `cargo xtask test`: every check that must pass before a change lands.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Result, anyhow, bail};
use clap::ValueEnum;

use crate::neovim::{Neovim, Neovims, isolate};
use crate::workspace::Workspace;
use crate::{
    dist, editors, eval_python, light, lint, report, run, setup, side_by_side, stylua, tidy, tmux, trainer, vscode,
};

/// How many of the steps that do not compile run at once: each of them uses about one core.
const WIDTH: usize = 2;

/// The steps, in the order they run: quick ones first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Step {
    /// rustfmt finds nothing to change
    Fmt,
    /// `cargo xtask tidy` finds nothing: imports, `unsafe`, file lengths, commands and documents
    Tidy,
    /// luacheck finds nothing in the Neovim plugin
    Luacheck,
    /// StyLua finds nothing to change in the Neovim plugin
    Stylua,
    /// typos finds no misspelt word
    Typos,
    /// The workflows, issue forms and the like are valid, and zizmor finds nothing unsafe in them
    Workflows,
    /// The dependencies' licences, sources and versions are as deny.toml allows; only with --all, or by name
    Deny,
    /// clippy finds nothing
    Clippy,
    /// The crates without llama.cpp: built and tested where there is no cmake and no libclang
    Light,
    /// All Rust tests
    Rust,
    /// The server for the steps below
    Build,
    /// The program as it is given away: on older processors, and on bare systems; only with --all, or by name
    Dist,
    /// Evaluations of the built-in model, the real HumanEval among them, and their reports in a browser
    Report,
    /// The plugin's tests in Neovim 0.10
    #[value(name = "nvim-0.10")]
    Nvim010,
    /// The plugin's tests in Neovim 0.11.4
    #[value(name = "nvim-0.11")]
    Nvim011,
    /// The plugin's tests in Neovim 0.12 or later
    #[value(name = "nvim-0.12")]
    Nvim012,
    /// A person at a terminal: both Neovims in tmux
    Tmux,
    /// Other editors with the configurations of `editors/`: Helix, Emacs, Vim; with --all Kakoune, too
    Editors,
    /// The extension for VS Code: lints, unit tests, and the packed extension in real VS Codes; only with --all, or by name
    Vscode,
    /// The trainer's tests and lints; those that are slow only with --all
    Trainer,
}

impl Step {
    fn name(self) -> String {
        self.to_possible_value().map_or_else(String::new, |value| value.get_name().to_owned())
    }

    fn runs_neovim(self) -> bool {
        matches!(self, Self::Nvim010 | Self::Nvim011 | Self::Nvim012 | Self::Tmux)
    }

    /// Whether it is of use only with the server that [`Step::Build`] makes.
    fn needs_server(self) -> bool {
        matches!(self, Self::Report | Self::Editors | Self::Vscode) || self.runs_neovim()
    }

    fn needs_browser(self) -> bool {
        matches!(self, Self::Report | Self::Vscode)
    }

    fn needs_terminal(self) -> bool {
        matches!(self, Self::Tmux | Self::Editors)
    }

    fn is_slow(self) -> bool {
        matches!(self, Self::Deny | Self::Dist | Self::Vscode)
    }

    fn runs_linters(self) -> bool {
        matches!(self, Self::Typos | Self::Workflows | Self::Trainer)
    }

    /// Whether it may run beside others: it compiles nothing, and leaves a core to them.
    fn may_share(self) -> bool {
        self.needs_server() || self == Self::Trainer
    }

    fn compiles(self) -> bool {
        matches!(self, Self::Clippy | Self::Rust | Self::Build | Self::Dist) || self.needs_server()
    }
}

pub fn test(workspace: &Workspace, only: &[Step], all: bool) -> Result<()> {
    let steps = chosen(only, all);
    let tools = run::step("set up", || set_up(workspace, &steps, all))?;
    let (shared, alone): (Vec<Step>, Vec<Step>) = steps.iter().partition(|step| step.may_share());
    let run = |step: Step| {
        let start = Instant::now();
        let result = run::step(&step.name(), || run_step(workspace, step, &tools, all));
        Done { step, result, time: start.elapsed() }
    };
    let mut results = side_by_side::each(&alone, 1, |step| run(*step), Done::failed);
    if !results.iter().any(Done::failed) {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let width = WIDTH.min(cores).min(shared.len());
        results.extend(side_by_side::each(&shared, width, |step| beside(*step, width, run), Done::failed));
    }
    summarise(&steps, results)
}

/// Runs the step; if others run at the same time, its output is shown when it has ended.
fn beside(step: Step, width: usize, run: impl Fn(Step) -> Done) -> Done {
    if width < 2 {
        return run(step);
    }
    run::say(&format!("== {} has begun; what it says follows when it ends", step.name()));
    run::keeping_output(|| run(step)).unwrap_or_else(|error| Done { step, result: Err(error), time: Duration::ZERO })
}

/// A step that has run.
struct Done {
    step: Step,
    result: Result<()>,
    time: Duration,
}

impl Done {
    fn failed(&self) -> bool {
        self.result.is_err()
    }
}

/// Returns the steps to run, in order, with those that they need. Without names, slow steps run only if `all` is set.
fn chosen(only: &[Step], all: bool) -> Vec<Step> {
    let needs_server = only.iter().any(|step| step.needs_server());
    let wanted = |step: &Step| match only {
        [] => all || !step.is_slow(),
        named => named.contains(step) || (*step == Step::Build && needs_server),
    };
    Step::value_variants().iter().copied().filter(wanted).collect()
}

/// The tools that were set up for the steps.
struct Tools {
    neovims: Option<Neovims>,
    /// Runs benchmarks' programs in the Rust tests.
    eval_python: Option<PathBuf>,
}

fn set_up(workspace: &Workspace, steps: &[Step], all: bool) -> Result<Tools> {
    let mut needs = Vec::new();
    let neovim = steps.iter().any(|step| step.runs_neovim());
    if steps.iter().any(|step| step.compiles()) {
        needs.extend(setup::for_build());
    }
    if steps.iter().any(|step| step.needs_browser()) {
        needs.extend(setup::for_browser());
    }
    if steps.contains(&Step::Rust) || steps.contains(&Step::Report) || steps.contains(&Step::Light) {
        needs.extend(setup::for_rust());
    }
    let python = steps.contains(&Step::Rust) || steps.contains(&Step::Report);
    if python && !eval_python::installed(workspace) {
        needs.extend(setup::for_eval_python());
    }
    if steps.contains(&Step::Luacheck) {
        needs.extend(setup::for_luacheck());
    }
    if steps.contains(&Step::Stylua) && !stylua::installed(workspace) {
        needs.extend(setup::for_stylua());
    }
    if steps.iter().any(|step| step.needs_terminal()) {
        needs.extend(setup::for_tmux());
    }
    if steps.contains(&Step::Editors) && !editors::installed(workspace) {
        needs.extend(setup::for_editors());
    }
    if neovim && !Neovims::installed(workspace) {
        needs.extend(setup::for_neovim());
    }
    if steps.contains(&Step::Vscode) && !vscode::installed(workspace) {
        needs.extend(setup::for_vscode());
    }
    if steps.contains(&Step::Dist) {
        needs.extend(dist::check::needs());
    }
    let linters = steps.iter().any(|step| step.runs_linters());
    if linters && !lint::TOOLS.installed(workspace) {
        needs.extend(setup::for_linters());
    }
    if steps.contains(&Step::Trainer) {
        needs.extend(setup::for_trainer());
    }
    setup::ensure(&needs)?;
    if steps.contains(&Step::Fmt) {
        setup::ensure_component(workspace, "fmt", "rustfmt")?;
    }
    if steps.contains(&Step::Clippy) {
        setup::ensure_component(workspace, "clippy", "clippy")?;
    }
    if linters {
        lint::TOOLS.ensure(workspace)?;
    }
    if steps.contains(&Step::Stylua) {
        stylua::ensure(workspace)?;
    }
    if steps.contains(&Step::Trainer) {
        trainer::PYTHON.ensure(workspace)?;
    }
    if steps.contains(&Step::Editors) {
        editors::ensure(workspace, all)?;
    }
    if steps.contains(&Step::Vscode) {
        vscode::ensure(workspace)?;
    }
    let eval_python = python.then(|| eval_python::ensure(workspace)).transpose()?;
    let neovims = neovim.then(|| Neovims::ensure(workspace)).transpose()?;
    Ok(Tools { neovims, eval_python })
}

fn run_step(workspace: &Workspace, step: Step, tools: &Tools, all: bool) -> Result<()> {
    let cargo = |arguments: &[&str]| run::shown(run::cargo(&workspace.root).args(arguments));
    let neovims = || tools.neovims.as_ref().ok_or_else(|| anyhow!("no Neovim was set up"));
    match step {
        Step::Fmt => cargo(&["fmt", "--all", "--check"]),
        Step::Tidy => tidy::tidy(&workspace.root, &tidy::Options::default()),
        Step::Luacheck => {
            let plugin = workspace.root.join("editors/nvim");
            run::shown(Command::new("luacheck").args(["--no-color", "--quiet", "."]).current_dir(plugin))
        }
        Step::Stylua => stylua::check(workspace),
        Step::Typos => lint::typos(workspace),
        Step::Workflows => lint::workflows(workspace),
        Step::Deny => lint::deny(workspace),
        Step::Light => light::test(workspace),
        Step::Clippy => cargo(&["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"]),
        Step::Rust => {
            let python = tools.eval_python.as_ref().ok_or_else(|| anyhow!("no Python was set up"))?;
            run::shown(run::cargo(&workspace.root).args(["test", "--workspace"]).env("CODEGEN_TEST_PYTHON", python))
        }
        Step::Build => workspace.build(),
        Step::Report => report::test(workspace),
        Step::Nvim010 => plugin_tests(workspace, &neovims()?.oldest, &neovims()?.mini_test),
        Step::Nvim011 => plugin_tests(workspace, &neovims()?.old, &neovims()?.mini_test),
        Step::Nvim012 => plugin_tests(workspace, &neovims()?.new, &neovims()?.mini_test),
        Step::Tmux => {
            tmux::test(workspace, &neovims()?.old)?;
            tmux::test(workspace, &neovims()?.new)
        }
        Step::Editors => editors::test(workspace, all),
        Step::Vscode => vscode::test(workspace),
        Step::Dist => dist::check::test(workspace),
        Step::Trainer => trainer::test(workspace, all),
    }
}

fn plugin_tests(workspace: &Workspace, neovim: &Neovim, mini_test: &Path) -> Result<()> {
    run::say(&format!("Neovim {} with {}", neovim.version, workspace.server().display()));
    let mut command = Command::new(&neovim.program);
    command.args(["--clean", "--headless", "-u", "tests/init.lua"]).current_dir(workspace.root.join("editors/nvim"));
    command.env("CODEGEN_LSP", workspace.server()).env("MINI_TEST", mini_test);
    isolate(&mut command, &workspace.scratch(&format!("neovim-{}", neovim.version))?)?;
    let done = run::shown(&mut command);
    // Its last line has no line end.
    run::say("");
    done
}

/// Prints the table and the closing line. Returns an error that names the step that failed.
fn summarise(steps: &[Step], results: Vec<Done>) -> Result<()> {
    run::say("\nstep        result    seconds");
    for Done { step, result, time } in &results {
        let word = if result.is_ok() { "passed" } else { "FAILED" };
        run::say(&format!("{:<12}{word:<8}{:>9.1}", step.name(), time.as_secs_f64()));
    }
    let run_count = results.len();
    for step in steps.iter().filter(|step| results.iter().all(|done| done.step != **step)) {
        run::say(&format!("{:<12}not run", step.name()));
    }
    let failed: Vec<_> =
        results.into_iter().filter_map(|done| done.result.err().map(|error| (done.step, error))).collect();
    run::say(&format!("\n{} passed, {} failed", run_count - failed.len(), failed.len()));
    if let Some((step, error)) = failed.into_iter().next() {
        bail!("the step {} failed: {error:#}", step.name());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{Step, chosen};

    #[test]
    fn all_steps_but_the_slow_ones_run_unless_some_are_named() {
        assert_eq!(chosen(&[], false).first(), Some(&Step::Fmt));
        assert_eq!(chosen(&[], false).last(), Some(&Step::Trainer));
        assert!(!chosen(&[], false).contains(&Step::Deny) && chosen(&[], true).contains(&Step::Deny));
        assert_eq!(chosen(&[Step::Rust, Step::Fmt, Step::Deny], false), [Step::Fmt, Step::Deny, Step::Rust]);
        assert_eq!(chosen(&[Step::Fmt], true), [Step::Fmt]);
    }

    #[test]
    fn steps_that_share_come_after_those_that_compile() {
        let steps = chosen(&[], true);
        assert!(steps.is_sorted_by_key(|step| step.may_share()));
        assert!(!Step::Build.may_share() && Step::Vscode.may_share());
    }

    #[test]
    fn an_editor_brings_the_server_with_it() {
        assert_eq!(chosen(&[Step::Tmux], false), [Step::Build, Step::Tmux]);
        assert_eq!(chosen(&[Step::Editors], false), [Step::Build, Step::Editors]);
        assert_eq!(chosen(&[Step::Report], false), [Step::Build, Step::Report]);
        assert_eq!(chosen(&[Step::Vscode], false), [Step::Build, Step::Vscode]);
    }
}
