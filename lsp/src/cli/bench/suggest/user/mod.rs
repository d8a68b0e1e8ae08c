//! A user who types files and accepts of each suggestion what is right: how many keys that saves.

mod accept;
mod report;

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context;
use serde::Serialize;

use self::accept::{Choice, Part, choose, keys, next_key};
pub(super) use self::report::{json, text};
use super::target::{Target, milliseconds};

/// What a user has done and seen.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Typed {
    pub files: usize,
    /// The keys that typing everything takes.
    pub all: usize,
    /// The keys that were pressed, accepting included.
    pub pressed: usize,
    /// Acceptances of the whole, of the first line, and of words.
    pub whole: usize,
    pub line: usize,
    pub words: usize,
    /// Requests, the suggestions that were seen, and those of which not a word was right.
    pub asked: usize,
    pub shown: usize,
    pub wrong: usize,
    #[serde(skip)]
    pub times: Vec<f64>,
    /// The times of the requests that followed an acceptance.
    #[serde(skip)]
    pub after: Vec<f64>,
}

/// How the user types.
#[derive(Debug, Clone, Copy)]
pub(super) struct Manner {
    /// How many keys' worth of each file is typed at most.
    pub keys: usize,
    /// A suggestion that takes longer is not seen. None: every one is waited for.
    pub within: Option<Duration>,
    /// How long a suggestion is looked at.
    pub look: Duration,
}

/// The Python files that are named, and those of the folders that are named, in the order of their names.
pub(super) fn files(named: &[PathBuf]) -> anyhow::Result<Vec<PathBuf>> {
    let mut all = Vec::new();
    for path in named {
        if !path.is_dir() {
            all.push(path.clone());
            continue;
        }
        let read = std::fs::read_dir(path).with_context(|| format!("cannot read {}", path.display()))?;
        let mut inside = read.map(|entry| Ok(entry?.path())).collect::<anyhow::Result<Vec<_>>>()?;
        inside.retain(|file| file.extension().is_some_and(|ending| ending == "py"));
        anyhow::ensure!(!inside.is_empty(), "{} has no Python file", path.display());
        inside.sort();
        all.extend(inside);
    }
    Ok(all)
}

/// Types one file from its first character to its last.
pub(super) fn type_file(path: &Path, manner: Manner, target: &mut Target, typed: &mut Typed) -> anyhow::Result<()> {
    let goal = std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    let goal = goal.replace("\r\n", "\n");
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    target.open(&[(name, String::new())])?;
    typed.files += 1;
    let (mut at, mut reached, mut accepted) = (0, 0, false);
    while at < goal.len() && reached < manner.keys {
        target.ask(&goal[..at], at)?;
        let answer = target.wait(None)?.context("no answer to a request")?;
        typed.asked += 1;
        typed.times.push(milliseconds(answer.time));
        if std::mem::take(&mut accepted) {
            typed.after.push(milliseconds(answer.time));
        }
        let seen = manner.within.is_none_or(|within| answer.time <= within);
        let choice = answer.suggestion.as_ref().filter(|_| seen).map(|suggestion| choose(&goal, at, suggestion));
        typed.shown += usize::from(choice.is_some());
        if choice.is_some() {
            std::thread::sleep(manner.look);
        }
        let from = at;
        match choice {
            Some(Choice::Take { part, to, keys }) => {
                *match part {
                    Part::Whole => &mut typed.whole,
                    Part::Line => &mut typed.line,
                    Part::Words => &mut typed.words,
                } += 1;
                typed.pressed += keys;
                at = to;
                target.accepted(&answer)?;
                accepted = true;
            }
            other => {
                typed.wrong += usize::from(other == Some(Choice::Wrong));
                typed.pressed += 1;
                at = next_key(&goal, at);
            }
        }
        reached += keys(&goal, from, at);
    }
    typed.all += reached;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_stand_for_their_python_files() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["b.py", "a.py", "c.txt"] {
            std::fs::write(folder.path().join(name), "").unwrap();
        }
        let single = PathBuf::from("x/y.txt");
        let all = files(&[single.clone(), folder.path().to_owned()]).unwrap();
        assert_eq!(all, [single, folder.path().join("a.py"), folder.path().join("b.py")]);
        let empty = tempfile::tempdir().unwrap();
        assert!(files(&[empty.path().to_owned()]).is_err());
    }
}
