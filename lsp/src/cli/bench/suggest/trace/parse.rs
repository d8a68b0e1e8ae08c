//! Reads a trace. Every error names the file and the line.

use std::path::Path;

use anyhow::{Context, bail, ensure};

use super::steps::{Event, steps};
use super::{Buffers, Trace, seeds};

/// Reads the trace in `text`, which stands in the file `path`.
pub(in crate::cli::bench::suggest) fn parse(path: &Path, text: &str) -> anyhow::Result<Trace> {
    let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let mut reader = Reader { lines: text.lines().enumerate().peekable(), number: 0 };
    let mut read = Read::default();
    while let Some(line) = reader.line() {
        if line.trim().is_empty() || line.starts_with('#') {
            continue;
        }
        let number = reader.number;
        let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
        let block = reader.block();
        read.line(number, word, rest.trim(), block).with_context(|| format!("{}:{number}", path.display()))?;
    }
    ensure!(!read.files.is_empty(), "{}: it has no file", path.display());
    let seed = name.bytes().fold(0u64, |seed, byte| seed.wrapping_mul(31).wrapping_add(byte.into()));
    let (steps, rest) = steps(&read.events, seed);
    ensure!(!steps.is_empty(), "{}: nothing is typed", path.display());
    let mut buffers = Buffers::new(&read.files);
    for step in &steps {
        buffers.apply(&step.key).map_err(|error| anyhow::anyhow!("{}:{}: {error}", path.display(), step.line))?;
    }
    Ok(Trace { name, about: read.about, files: read.files, steps, rest })
}

struct Reader<'t> {
    lines: std::iter::Peekable<std::iter::Enumerate<std::str::Lines<'t>>>,
    /// The number of the last line that was read, from 1.
    number: usize,
}

impl<'t> Reader<'t> {
    fn line(&mut self) -> Option<&'t str> {
        let (index, line) = self.lines.next()?;
        self.number = index + 1;
        Some(line)
    }

    /// The text of the lines with a bar that follow; none if there is no such line.
    fn block(&mut self) -> Option<Vec<&'t str>> {
        let mut all = Vec::new();
        while let Some((_, line)) = self.lines.next_if(|(_, line)| line.trim_start().starts_with('|')) {
            let line = line.trim_start().trim_start_matches('|');
            all.push(line.strip_prefix(' ').unwrap_or(line));
        }
        (!all.is_empty()).then_some(all)
    }
}

/// What has been read.
#[derive(Default)]
struct Read {
    about: String,
    files: Vec<(String, String)>,
    events: Vec<(usize, Event)>,
}

impl Read {
    fn line(&mut self, number: usize, word: &str, rest: &str, block: Option<Vec<&str>>) -> anyhow::Result<()> {
        if word == "file" {
            ensure!(self.events.is_empty(), "files stand before what is typed");
            let (name, text) = file(rest, block)?;
            ensure!(self.files.iter().all(|(other, _)| *other != name), "there is a file {name} already");
            self.files.push((name, text));
            return Ok(());
        }
        let event = match word {
            "type" => Event::Type(text(rest, block)?),
            "paste" | "accept" => Event::Put(text(rest, block)?),
            _ => {
                ensure!(block.is_none(), "{word} has no text below it");
                match word {
                    "about" => {
                        rest.clone_into(&mut self.about);
                        return Ok(());
                    }
                    "back" => Event::Back(whole(rest)?),
                    "wait" => Event::Wait(whole(rest)? as u64),
                    "pace" => Event::Pace(whole(rest)? as u64),
                    "open" => Event::Open(rest.to_owned()),
                    "move" => {
                        let (line, column) = rest.split_once(':').context("a place is LINE:COLUMN or LINE:end")?;
                        let column = if column == "end" { None } else { Some(whole(column)?) };
                        Event::Move { line: whole(line)?, column }
                    }
                    _ => bail!("{word} is none of about, file, open, move, pace, type, paste, accept, back and wait"),
                }
            }
        };
        self.events.push((number, event));
        Ok(())
    }
}

/// A file's name and text: lines below it, or generated ones.
fn file(rest: &str, block: Option<Vec<&str>>) -> anyhow::Result<(String, String)> {
    let words: Vec<&str> = rest.split_whitespace().collect();
    let (name, text) = match (&words[..], block) {
        ([name], Some(lines)) => (name, lines.iter().map(|line| format!("{line}\n")).collect()),
        ([name], None) => (name, String::new()),
        ([name, "generated", lines, seed], None) => (name, seeds::program(whole(lines)?, whole(seed)? as u64)),
        _ => bail!("it must be `file NAME`, with lines below it, or `file NAME generated LINES SEED`"),
    };
    ensure!(name.chars().all(|c| c.is_ascii_alphanumeric() || "._-".contains(c)), "{name} is no plain file name");
    Ok(((*name).to_owned(), text))
}

/// A text in quotes, with JSON's escapes, or the lines below.
fn text(rest: &str, block: Option<Vec<&str>>) -> anyhow::Result<String> {
    match (rest, block) {
        ("", Some(lines)) => Ok(lines.join("\n")),
        ("", None) => bail!("it needs a text: in quotes, or as lines below that start with |"),
        (_, Some(_)) => bail!("its text must stand in quotes or below, and not both"),
        (quoted, None) => serde_json::from_str(quoted).with_context(|| format!("{quoted} must be a text in quotes")),
    }
}

fn whole(text: &str) -> anyhow::Result<usize> {
    let number = text.parse().ok().filter(|number| (1..=1_000_000).contains(number));
    number.with_context(|| format!("{text:?} must be a number from 1 to 1000000"))
}

#[cfg(test)]
mod tests {
    use super::super::Key;
    use super::*;

    fn parsed(text: &str) -> Result<Trace, String> {
        parse(Path::new("a/b.trace"), text).map_err(|error| format!("{error:#}"))
    }

    #[test]
    fn a_trace_is_files_and_keys() {
        let trace = parsed(
            "# one\nabout two files\nfile a.py\n  | import os\n  |\n  |   x\n\nfile b.py generated 60 3\n\nwait 10\n\
             move 1:end\ntype \"a\\n\"\npaste\n  | b\n  |\nback 2\nopen b.py\naccept \"c\"\nwait 7\n",
        )
        .unwrap();
        assert_eq!((trace.name.as_str(), trace.about.as_str(), trace.files.len()), ("b", "two files", 2));
        assert_eq!(trace.files[0], ("a.py".to_owned(), "import os\n\n  x\n".to_owned()));
        assert!(trace.files[1].1.lines().count() >= 60);
        let insert = |text: &str| Key::Insert(text.to_owned());
        let keys: Vec<Key> = trace.steps.iter().map(|step| step.key.clone()).collect();
        let to_the_end = Key::Move { line: 1, column: None };
        let open = Key::Switch("b.py".to_owned());
        let expected = [to_the_end, insert("a"), insert("\n"), insert("b\n"), Key::Back, Key::Back, open, insert("c")];
        assert_eq!(keys, expected);
        assert_eq!((trace.steps[7].line, trace.rest.as_millis()), (18, 7));
    }

    #[test]
    fn errors_name_the_file_and_the_line() {
        let file = "file a.py\n | x\n";
        for (text, expected) in [
            ("", "a/b.trace: it has no file"),
            (file, "a/b.trace: nothing is typed"),
            ("file a.py\nfile a.py\n", "a/b.trace:2: there is a file a.py already"),
            ("file ../a.py\n", "a/b.trace:1: ../a.py is no plain file name"),
            ("file a.py made 3\n", "a/b.trace:1: it must be `file NAME`"),
            (&format!("{file}back x\n"), "a/b.trace:3: \"x\" must be a number"),
            (&format!("{file}back 0\n"), "a/b.trace:3: \"0\" must be a number"),
            (&format!("{file}back 9\n"), "a/b.trace:3: there is nothing before the cursor"),
            (&format!("{file}move 7\n"), "a/b.trace:3: a place is LINE:COLUMN"),
            (&format!("{file}move 7:1\n"), "a/b.trace:3: the file has no line 7"),
            (&format!("{file}open b.py\n"), "a/b.trace:3: no file is called b.py"),
            (&format!("{file}type\n"), "a/b.trace:3: it needs a text"),
            (&format!("{file}type x\n"), "a/b.trace:3: x must be a text in quotes"),
            (&format!("{file}type \"x\"\n | y\n"), "a/b.trace:3: its text must stand in quotes or below"),
            (&format!("{file}wait 3\n | y\n"), "a/b.trace:3: wait has no text below it"),
            (&format!("{file}\ntyp \"x\"\n"), "a/b.trace:4: typ is none of about"),
            (&format!("{file}type \"x\"\nfile b.py\n"), "a/b.trace:4: files stand before"),
        ] {
            let error = parsed(text).unwrap_err();
            assert!(error.starts_with(expected), "{text:?}: {error}");
        }
    }
}
