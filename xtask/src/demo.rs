//! `cargo xtask demo`: from a fresh checkout to a model that completes Python.

use std::process::Command;
use std::time::Instant;

use anyhow::{Context, Result};

use crate::workspace::Workspace;
use crate::{run, setup};

/// Files that end at the cursor, and the kind of place that each shows.
const CURSORS: [(&str, &str); 4] = [
    ("fixtures/demo/prompt.py", "under a comment prompt"),
    ("fixtures/demo/docstring.py", "under a docstring"),
    ("fixtures/demo/block.py", "in a block"),
    ("fixtures/demo/line.py", "within a line"),
];

/// Comment prompts, turn by turn.
const TURNS: &str = "fixtures/demo/turns.py";

/// Comment prompts that already have their code.
const WRITTEN: &str = "fixtures/demo/written.py";

pub fn demo(workspace: &Workspace) -> Result<()> {
    run::step("set up", || setup::ensure(&setup::for_build()))?;
    run::step("build codegen-lsp (llama.cpp takes minutes the first time)", || workspace.build())?;
    let start = Instant::now();
    run::step("completions by the built-in model", || CURSORS.iter().try_for_each(|at| complete(workspace, at)))?;
    run::step("comments into code, turn by turn", || synthesize(workspace, &[TURNS]))?;
    run::step("four candidates for a turn that has code, best first", || {
        synthesize(workspace, &[WRITTEN, "--turn", "3", "--replace", "--candidates", "4", "-v"])
    })?;
    run::say(&format!("\nAll of it took the model {:.1} s. Now try", start.elapsed().as_secs_f64()));
    run::say("  cargo install --path lsp                     put codegen-lsp on your PATH");
    run::say("  codegen-lsp complete FILE.py:LINE:COLUMN     complete at a place of your own");
    run::say("  codegen-lsp synthesize FILE.py --in-place    write the code under your own comments");
    run::say("  codegen-lsp doctor                           see devices, model and speed");
    run::say("  editors/nvim/README.md                       ghost text in Neovim");
    Ok(())
}

fn codegen(workspace: &Workspace) -> Command {
    let mut command = Command::new(workspace.server());
    // Relative paths, so that the user can type the commands shown.
    command.current_dir(&workspace.root);
    command
}

fn complete(workspace: &Workspace, (file, kind): &(&str, &str)) -> Result<()> {
    let text = std::fs::read_to_string(workspace.root.join(file)).with_context(|| format!("cannot read {file}"))?;
    let (line, column) = end(&text);
    run::say(&format!("\n{kind}:\n"));
    for line in text.lines() {
        run::say(&format!("    | {line}"));
    }
    let start = Instant::now();
    run::shown(codegen(workspace).arg("complete").arg(format!("{file}:{line}:{column}")))?;
    run::say(&format!("({:.2} s, loading the model included)", start.elapsed().as_secs_f64()));
    Ok(())
}

fn synthesize(workspace: &Workspace, arguments: &[&str]) -> Result<()> {
    let start = Instant::now();
    run::shown(codegen(workspace).arg("synthesize").args(arguments))?;
    run::say(&format!("({:.2} s, loading the model included)", start.elapsed().as_secs_f64()));
    Ok(())
}

/// The position after the text's last character: line and column, both from 1.
fn end(text: &str) -> (usize, usize) {
    let last = text.rsplit('\n').next().unwrap_or_default();
    (text.matches('\n').count() + 1, last.chars().count() + 1)
}

#[cfg(test)]
mod tests {
    use super::end;

    #[test]
    fn places_count_from_one() {
        assert_eq!(end(""), (1, 1));
        assert_eq!(end("a\nbé"), (2, 3));
        assert_eq!(end("a\nb\n"), (3, 1));
    }
}
