//! How much speed it costs that the program runs on any processor: compared with a build for this machine's own.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};

use super::{Options, build, make};
use crate::run;
use crate::workspace::Workspace;

/// Pairs of runs, unless `--rounds` says otherwise.
const ROUNDS: usize = 15;

/// Tokens per second: of a prompt that is read, and of an answer.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Speed {
    prompt: f64,
    answer: f64,
}

/// Builds both programs, runs them in turns, and prints the medians. `more`: `--rounds N`, and flags for `doctor`.
pub fn bench(workspace: &Workspace, more: &[String]) -> Result<()> {
    let (rounds, flags) = rounds(more)?;
    let made = make(workspace, &Options::default())?;
    // Beside the builds for tests, whose profile is another one.
    run::step("build codegen-lsp for this processor", || workspace.build_release())?;
    let programs = [workspace.release_server(), made.folder.join("codegen-lsp")];
    let mut speeds: [Vec<Speed>; 2] = Default::default();
    run::say(&format!("load before: {}", load()));
    for round in 0..rounds {
        // Each is first as often as the other, since the machine may get slower or faster meanwhile.
        let order = if round % 2 == 0 { [0, 1] } else { [1, 0] };
        for index in order {
            speeds[index].push(measure(workspace, &programs[index], &flags)?);
        }
    }
    run::say(&format!("load after: {}", load()));
    run::say(&table(&build::triple(workspace)?, &speeds));
    Ok(())
}

fn rounds(more: &[String]) -> Result<(usize, Vec<String>)> {
    let mut flags = more.to_vec();
    let Some(at) = flags.iter().position(|flag| flag == "--rounds") else { return Ok((ROUNDS, flags)) };
    let value = flags.get(at + 1).and_then(|value| value.parse().ok()).filter(|&rounds| rounds > 0);
    let rounds = value.context("--rounds takes a number")?;
    flags.drain(at..at + 2);
    Ok((rounds, flags))
}

fn measure(workspace: &Workspace, program: &Path, flags: &[String]) -> Result<Speed> {
    let said = run::output(Command::new(program).arg("doctor").args(flags).current_dir(&workspace.root))?;
    read(&said).with_context(|| format!("{} does not tell its speed: {said}", program.display()))
}

/// Reads `speed         prompt 900 tokens/s, answer 90 tokens/s`.
fn read(said: &str) -> Option<Speed> {
    let line = said.lines().find_map(|line| line.strip_prefix("speed"))?;
    let number = |name: &str| line.split_once(name)?.1.split_whitespace().next()?.parse().ok();
    Some(Speed { prompt: number("prompt")?, answer: number("answer")? })
}

fn load() -> String {
    std::fs::read_to_string(Path::new("/proc/loadavg"))
        .map_or_else(|_| "not known".into(), |load| load.trim().to_owned())
}

/// The medians of both programs, and what share of the first one's speed the second one has.
fn table(triple: &str, speeds: &[Vec<Speed>; 2]) -> String {
    let medians = |of: fn(&Speed) -> f64| speeds.each_ref().map(|all| median(all.iter().map(of).collect()));
    let mut lines = vec![
        format!("tokens per second, medians of {} runs each, in turns; {triple}", speeds[0].len()),
        format!("{:<8}{:>12}{:>12}{:>10}", "", "this CPU", "any CPU", "share"),
    ];
    for (name, [own, any]) in [("prompt", medians(|speed| speed.prompt)), ("answer", medians(|speed| speed.answer))] {
        lines.push(format!("{name:<8}{own:>12.0}{any:>12.0}{:>9.1}%", 100.0 * any / own));
    }
    lines.join("\n")
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    let half = values.len() / 2;
    match values.len() {
        0 => f64::NAN,
        count if count % 2 == 1 => values[half],
        _ => f64::midpoint(values[half - 1], values[half]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn doctor_tells_the_speed() {
        let said =
            "layers        all on the CPU\nspeed         prompt 912 tokens/s, answer 87 tokens/s\nthreads       1\n";
        assert_eq!(read(said), Some(Speed { prompt: 912.0, answer: 87.0 }));
        assert_eq!(read("speed         prompt not measured, answer not measured\n"), None);
    }

    #[test]
    fn rounds_are_told_from_doctors_flags() {
        let words = |words: &[&str]| words.iter().map(|&word| word.to_owned()).collect::<Vec<_>>();
        assert_eq!(rounds(&[]).unwrap(), (ROUNDS, vec![]));
        assert_eq!(rounds(&words(&["--threads", "1", "--rounds", "3"])).unwrap(), (3, words(&["--threads", "1"])));
        for wrong in [&["--rounds"][..], &["--rounds", "0"], &["--rounds", "x"]] {
            assert!(rounds(&words(wrong)).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn the_table_has_medians() {
        let speeds = |answers: &[f64]| answers.iter().map(|&answer| Speed { prompt: 2.0 * answer, answer }).collect();
        let table = table("x", &[speeds(&[100.0, 300.0, 200.0]), speeds(&[190.0, 192.0])]);
        assert!(table.contains("answer           200         191     95.5%"), "{table}");
        assert!(table.contains("prompt           400         382     95.5%"), "{table}");
    }
}
