//! `cargo xtask demo`: from nothing to a model that completes Python.

use std::process::Command;
use std::time::Instant;

use anyhow::{Context, Result};

use crate::workspace::Workspace;
use crate::{run, setup};

/// Where completions are shown: a file, and the text that the cursor stands behind.
const CURSORS: [(&str, &str); 3] = [
    ("fixtures/demo/completion.py", "def count_words(text):\n"),
    ("fixtures/demo/completion.py", "    for number in numbers:\n        if"),
    ("fixtures/demo/completion.py", "# Return the largest number in a list.\n"),
];

/// Comment prompts, turn by turn.
const TURNS: &str = "fixtures/demo/turns.py";

pub fn demo(workspace: &Workspace) -> Result<()> {
    run::step("set up", || setup::ensure(&setup::for_build()))?;
    run::step("build codegen-lsp (llama.cpp takes minutes the first time)", || workspace.build())?;
    let start = Instant::now();
    run::step("completions by the built-in model", || CURSORS.iter().try_for_each(|at| complete(workspace, at)))?;
    run::step("comments into code, turn by turn", || synthesize(workspace))?;
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
    // Relative paths, so that what is printed can be typed.
    command.current_dir(&workspace.root);
    command
}

fn complete(workspace: &Workspace, (file, before): &(&str, &str)) -> Result<()> {
    let text = std::fs::read_to_string(workspace.root.join(file)).with_context(|| format!("cannot read {file}"))?;
    let (line, column) = place(&text, before).with_context(|| format!("{file} does not hold {before:?}"))?;
    let shown: Vec<&str> = text.lines().take(line).collect();
    run::say("");
    for line in shown.iter().skip(shown.len().saturating_sub(6)) {
        run::say(&format!("    | {line}"));
    }
    let start = Instant::now();
    run::shown(codegen(workspace).arg("complete").arg(format!("{file}:{line}:{column}")))?;
    run::say(&format!("  ({:.2} s, loading the model included)", start.elapsed().as_secs_f64()));
    Ok(())
}

fn synthesize(workspace: &Workspace) -> Result<()> {
    let start = Instant::now();
    run::shown(codegen(workspace).args(["synthesize", TURNS]))?;
    run::say(&format!("  ({:.2} s, loading the model included)", start.elapsed().as_secs_f64()));
    Ok(())
}

/// Line and column, both from 1, of the place behind the first `before`.
fn place(text: &str, before: &str) -> Option<(usize, usize)> {
    let offset = text.find(before)? + before.len();
    let above = text.get(..offset)?;
    let line_start = above.rfind('\n').map_or(0, |end| end + 1);
    Some((above.matches('\n').count() + 1, above.get(line_start..)?.chars().count() + 1))
}

#[cfg(test)]
mod tests {
    use super::place;

    #[test]
    fn places_count_from_one() {
        assert_eq!(place("abc", ""), Some((1, 1)));
        assert_eq!(place("a\nbé = 1\n", "bé"), Some((2, 3)));
        assert_eq!(place("a\nb\n", "b\n"), Some((3, 1)));
        assert_eq!(place("a", "x"), None);
    }
}
