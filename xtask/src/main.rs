//! The project's own commands. This crate builds without cmake, libclang or any of the other things that the rest
//! needs, so that it can say what is missing, or install it.

mod bench;
mod beside;
mod context_packages;
mod debian;
mod demo;
mod dist;
mod editors;
mod eval_python;
mod fuzz;
mod generate;
mod installation;
mod light;
mod lint;
mod neovim;
mod python;
mod report;
mod run;
mod setup;
mod side_by_side;
mod stylua;
mod terminal;
mod test;
mod tidy;
mod tmux;
mod trainer;
mod vscode;
mod workspace;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// The project's own commands, set-up included.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Build, and show the built-in model completing Python and turning comments into code
    Demo,
    /// Measure, and print what came of it
    Bench {
        /// What is measured
        subject: bench::Subject,
        /// Flags for `codegen-lsp bench`: --rounds, --model, --threads, --json, …
        #[arg(trailing_var_arg = true, allow_hyphen_values = true, value_name = "FLAGS")]
        more: Vec<String>,
    },
    /// Build the program as it is given away, for any processor of this machine's kind, and pack it
    Dist(dist::Options),
    /// Run the fuzz targets, and keep what they find as cases for the tests
    Fuzz(fuzz::Options),
    /// Write anew what is made from the server's options: tables in the documentation, and what the Neovim plugin checks
    Generate,
    /// Make the pictures in docs anew: evaluate the built-in model on the fixtures, and photograph the reports
    Pictures {
        /// Samples of each input
        #[arg(short = 'n', long, default_value_t = 5)]
        samples: u32,
    },
    /// Run everything that has to pass: formatting, lints, Rust tests, evaluations, and the plugins in real editors
    Test {
        /// Run only this step (may be given more than once)
        #[arg(long, value_name = "STEP")]
        only: Vec<test::Step>,
        /// Also run what takes long: the steps deny, dist and vscode, Kakoune, and the trainer's slow tests
        #[arg(long)]
        all: bool,
    },
    /// Look at what compilers and linters do not: who imports whom, where `unsafe` stands, how long files are
    Tidy(tidy::Options),
    /// Pack the extension for VS Code, with the server inside
    Vscode {
        /// Instead, copy the pictures that the last `cargo xtask test --only vscode` took into the extension's README
        #[arg(long)]
        pictures: bool,
    },
}

fn main() -> ExitCode {
    let done = workspace::Workspace::find().and_then(|workspace| match Arguments::parse().command {
        Command::Bench { subject, more } => bench::bench(&workspace, subject, &more),
        Command::Demo => demo::demo(&workspace),
        Command::Dist(options) => dist::dist(&workspace, &options),
        Command::Fuzz(options) => fuzz::fuzz(&workspace, &options),
        Command::Generate => generate::generate(&workspace),
        Command::Pictures { samples } => report::pictures(&workspace, samples),
        Command::Test { only, all } => test::test(&workspace, &only, all),
        Command::Tidy(options) => tidy::tidy(&workspace.root, &options),
        Command::Vscode { pictures: true } => vscode::pictures(&workspace),
        Command::Vscode { pictures: false } => vscode::vscode(&workspace),
    });
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("\nerror: {error:#}");
            // 2 is the user's turn to do something, as in codegen-lsp itself.
            ExitCode::from(if error.is::<setup::Missing>() { 2 } else { 1 })
        }
    }
}
