//! What the gate is learned from: suggestions at places in files, taken apart as the product does, and whether each part is
//! what the file has there.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::Args;
use codegen_engine::Engine;
use codegen_text::completion::Kind;
use codegen_text::document::Document;
use codegen_text::python;
use codegen_text::turns::TurnOptions;
use serde_json::json;

use super::draw::Draw;
use crate::cli::engine_args::EngineArgs;
use crate::cli::{output, source};
use crate::generate::prepare::{self, At, Generated};

/// Arguments of this measurement.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  codegen-lsp bench gate --out rows.jsonl src/*.py")]
pub struct GateArguments {
    /// Python files
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// Places in each file
    #[arg(long, value_name = "N", default_value_t = 12, value_parser = crate::cli::number::at_least(1usize))]
    places: usize,
    /// The seed of the choice of places
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = crate::cli::number::at_least(0u64))]
    seed: u64,
    /// Where the rows go: a JSON object a line, one for each part of each suggestion
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    #[command(flatten)]
    engine: EngineArgs,
}

/// Asks at every place, and writes the rows.
///
/// # Errors
/// A file or the model is not usable, or the engine fails.
pub fn run(arguments: &GateArguments) -> anyhow::Result<()> {
    let engine = arguments.engine.load()?;
    let out = &arguments.out;
    let file = File::options().create(true).append(true).open(out).with_context(|| out.display().to_string())?;
    let mut rows = BufWriter::new(file);
    let mut count = 0;
    for (number, path) in arguments.files.iter().enumerate() {
        let text = source::read(path)?;
        let mut draw = Draw::new(arguments.seed.wrapping_mul(0x9e37_79b9).wrapping_add(number as u64));
        for place in places(&text, arguments.places, &mut draw) {
            count += ask(&engine, path, &text, &place, &mut rows)?;
        }
    }
    rows.flush()?;
    output::say(&format!("{count} parts of suggestions written to {}", out.display()));
    Ok(())
}

/// A place where the user stops typing.
#[derive(Debug, PartialEq, Eq)]
struct Place {
    offset: usize,
    /// Whether the file's text below the line is there already.
    below: bool,
}

/// Asks at one place. Returns the number of rows.
fn ask(engine: &Engine, path: &Path, text: &str, place: &Place, rows: &mut impl Write) -> anyhow::Result<usize> {
    let offset = place.offset;
    let line_end = text[offset..].find('\n').map_or(text.len(), |end| offset + end);
    let below = if place.below { &text[line_end..] } else { "\n" };
    let document = Document::new(&format!("{}{below}", &text[..offset]), 1);
    let options = TurnOptions::default();
    let Ok(Generated { raw, view, .. }) = prepare::generate(&document, &At::cursor(offset, &options), engine)? else {
        return Ok(0);
    };
    // Code that a comment asks for is not weighed.
    if matches!(raw.kind, Kind::Turn { .. }) {
        return Ok(0);
    }
    let parts = prepare::parts(&document, &view, &raw).unwrap_or_default();
    let count = parts.len();
    for (index, (part, shown)) in parts.iter().enumerate() {
        let row = json!({
            "file": path.display().to_string(),
            "offset": offset,
            "place": format!("{:?}", part.features.place).to_lowercase(),
            "text": part.text,
            "numbers": part.features.numbers(),
            "right": is_next(&part.text, &text[offset..]),
            "part": index,
            "parts": count,
            "shown": shown,
        });
        writeln!(rows, "{row}")?;
    }
    Ok(count)
}

/// Whether a text begins with the part, white space at the ends of lines aside, and does not go on inside its last word.
pub(super) fn is_next(part: &str, text: &str) -> bool {
    let mut rest = text.split('\n');
    let mut lines = part.split('\n').peekable();
    while let Some(line) = lines.next() {
        let line = line.trim_end();
        let Some(there) = rest.next() else { return false };
        let right = match lines.peek() {
            Some(_) => there.trim_end() == line,
            None => there.strip_prefix(line).is_some_and(|behind| {
                let letter = |char: char| char.is_alphanumeric() || char == '_';
                !(line.ends_with(letter) && behind.starts_with(letter))
            }),
        };
        if !right {
            return false;
        }
    }
    true
}

/// Draws places, about as often of each kind as users stop there: where a statement begins, behind spaces, brackets and dots,
/// and inside words. In order, so that the KV cache helps.
fn places(text: &str, count: usize, draw: &mut Draw) -> Vec<Place> {
    let document = Document::new(text, 1);
    let mut kinds: [Vec<usize>; 5] = Default::default();
    let bytes = text.as_bytes();
    let letter = |at: usize| bytes.get(at).is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'_');
    for offset in 1..text.len() {
        if !text.is_char_boundary(offset) || bytes[offset] == b'\n' {
            continue;
        }
        let kind = match bytes[offset - 1] {
            b' ' | b'\t' | b'\n' => {
                let start = text[..offset].rfind('\n').map_or(0, |end| end + 1);
                let blank = text[start..offset].trim().is_empty();
                if bytes[offset].is_ascii_whitespace() {
                    continue;
                }
                usize::from(!blank)
            }
            b'(' | b'[' | b'{' => 2,
            b'.' if !letter(offset.wrapping_sub(2)) || letter(offset) => 3,
            _ if letter(offset - 1) && letter(offset) => 4,
            _ => continue,
        };
        kinds[kind].push(offset);
    }
    let mut chosen = Vec::new();
    while chosen.len() < count && kinds.iter().any(|offsets| !offsets.is_empty()) {
        // Of twelve: three at lines' starts, three behind spaces, two behind brackets, one behind a dot, three in words.
        let kind = [0, 1, 4, 2, 0, 1, 4, 3, 0, 1, 4, 2][chosen.len() % 12];
        let Some(kind) = [kind, 0, 1, 2, 3, 4].into_iter().find(|kind| !kinds[*kind].is_empty()) else { break };
        let offset = {
            let index = draw.below(kinds[kind].len());
            kinds[kind].swap_remove(index)
        };
        if python::place(&document, offset) == python::Place::Comment {
            continue;
        }
        chosen.push(Place { offset, below: draw.below(2) == 0 });
    }
    chosen.sort_by_key(|place| place.offset);
    chosen
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_next() {
        for (part, text, next) in [
            ("total", "total + 1\n", true),
            ("tot", "total + 1\n", false),
            ("total + 1", "total + 1  \nx\n", true),
            ("x = 1\ny", "x = 1 \ny = 2\n", true),
            ("x = 1\ny", "x = 1\nyes = 2\n", false),
            ("x = 1", "x = 12", false),
            ("f(x)", "f(x) + 1", true),
            ("f(x)\ny", "f(x) + 1\ny", false),
            ("x\ny", "x", false),
        ] {
            assert_eq!(is_next(part, text), next, "{part:?} {text:?}");
        }
    }

    #[test]
    fn places_are_drawn_of_every_kind_and_never_in_comments() {
        let text = "import os\n\n# a comment with words\ndef f(x):\n    return os.path.join(x, [1], 'b')\n".repeat(3);
        let found = places(&text, 40, &mut Draw::new(3));
        assert_eq!(found.len(), 40);
        assert!(found.is_sorted_by_key(|place| place.offset));
        let comment = |place: &&Place| {
            let start = text[..place.offset].rfind('\n').map_or(0, |end| end + 1);
            text[start..place.offset].starts_with('#')
        };
        assert_eq!(found.iter().find(comment), None);
        assert_eq!(found, places(&text, 40, &mut Draw::new(3)));
    }
}
