//! Runs a real evaluation, and shows its report in a browser.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::workspace::{self, Workspace};
use crate::{eval_python, run, setup};

/// The evaluations whose reports are checked, and their files of problems in the repository.
const RUNS: [(&str, &str); 2] = [("mtpb", "fixtures/eval/mtpb.jsonl"), ("humaneval", "fixtures/eval/humaneval.jsonl")];

/// The size of the browser's window; content below it is cut off.
const WIDTH: u32 = 1100;
const HEIGHT: u32 = 1500;

/// The elements that every report must have.
const SHOWN: [&str; 3] = ["<h1", "<svg", "</table>"];

/// Evaluates the built-in model with one sample of each problem, including those of the real HumanEval, and opens the
/// reports.
pub fn test(workspace: &Workspace) -> Result<()> {
    let folder = workspace.scratch("reports")?;
    let real = eval_python::humaneval(workspace)?;
    for (name, problems) in RUNS {
        let problems = if name == "humaneval" { &real } else { Path::new(problems) };
        // One temperature, and half of the fixture's problems: the report has all its parts with fewer samples, too.
        let less: &[&str] = if name == "humaneval" { &["--temperatures", "0.2"] } else { &["--limit", "6"] };
        let report = evaluate(workspace, &folder, name, problems, 1, less)?;
        let page = browse(&folder, &report, &["--dump-dom"])?;
        if let Some(missing) = SHOWN.iter().find(|part| !page.contains(**part)) {
            bail!("the browser shows no {missing} in {}:\n{page}", report.display());
        }
        let picture = folder.join(name).with_extension("png");
        photograph(&folder, &report, &picture)?;
        run::say(&format!("{} opens and shows its plots", report.display()));
    }
    Ok(())
}

/// Makes the documentation's pictures again: a run with `samples` samples of each problem, and its report.
pub fn pictures(workspace: &Workspace, samples: u32) -> Result<()> {
    let needs = [setup::for_build(), setup::for_rust(), setup::for_eval_python(), setup::for_browser()];
    run::step("set up", || setup::ensure(&needs.into_iter().flatten().collect::<Vec<_>>()))?;
    run::step("build codegen-lsp", || workspace.build())?;
    let folder = workspace.scratch("pictures")?;
    for (name, problems) in RUNS {
        let report = evaluate(workspace, &folder, name, Path::new(problems), samples, &[])?;
        photograph(&folder, &report, &workspace.root.join(format!("docs/{name}.png")))?;
    }
    Ok(())
}

fn evaluate(
    workspace: &Workspace,
    folder: &Path,
    name: &str,
    problems: &Path,
    samples: u32,
    more: &[&str],
) -> Result<PathBuf> {
    let report = folder.join(name).with_extension("html");
    let mut command = Command::new(workspace.server());
    command.current_dir(&workspace.root).args(["eval", name, "-n", &samples.to_string(), "--problems"]).arg(problems);
    command.args(more);
    command.arg("--python").arg(eval_python::ensure(workspace)?);
    command.arg("--out").arg(folder.join(name).with_extension("jsonl")).arg("--report").arg(&report);
    run::shown(&mut command)?;
    Ok(report)
}

/// Has the browser make a picture, and checks that it is one.
fn photograph(folder: &Path, report: &Path, picture: &Path) -> Result<()> {
    if let Some(parent) = picture.parent() {
        workspace::create(parent)?;
    }
    browse(folder, report, &[&format!("--screenshot={}", picture.display())])?;
    let bytes =
        std::fs::read(picture).with_context(|| format!("the browser made no picture of {}", report.display()))?;
    match size(&bytes) {
        Some((WIDTH, HEIGHT)) => Ok(()),
        other => bail!("{} is no picture of {WIDTH} by {HEIGHT}: {other:?}", picture.display()),
    }
}

/// Width and height of a PNG (its specification, section 11.2.1).
fn size(png: &[u8]) -> Option<(u32, u32)> {
    let header = png.strip_prefix(b"\x89PNG\r\n\x1a\n")?.get(8..16)?;
    let number = |bytes: &[u8]| bytes.try_into().ok().map(u32::from_be_bytes);
    Some((number(&header[..4])?, number(&header[4..])?))
}

/// Opens a page without a network, and returns what the browser prints.
fn browse(folder: &Path, page: &Path, more: &[&str]) -> Result<String> {
    let mut command = Command::new(run::browser().context("there is no browser")?);
    // Without the browser's own sandbox, which does not work for root; the page is one that this program made.
    command.args(["--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--no-first-run"]);
    command.args(["--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-quic"]);
    command.arg("--host-resolver-rules=MAP * ~NOTFOUND").arg(format!("--window-size={WIDTH},{HEIGHT}"));
    command.arg(format!("--user-data-dir={}", folder.join("browser").display()));
    command.args(more).arg(format!("file://{}", page.display()));
    run::output(&mut command)
}

#[cfg(test)]
mod tests {
    use super::size;

    #[test]
    fn a_pictures_size_is_read() {
        let mut png = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0\x04\x4c\0\0\x05\xdc\x08\x06".to_vec();
        assert_eq!(size(&png), Some((1100, 1500)));
        png.truncate(20);
        assert_eq!(size(&png), None);
        assert_eq!(size(b"<html>"), None);
    }
}
