//! Measures the server's own work for a key, by the size of the file and the place of an error. No model takes part.

use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use clap::Args;
use codegen_text::completion::confidence::TokenScore;
use codegen_text::completion::raw::RawCompletion;
use codegen_text::completion::{Plan, Threshold};
use codegen_text::document::{Budget, Document, Limits};
use codegen_text::prompt::cursor;
use codegen_text::prompt::related::Block;
use codegen_text::prompt::view::View;
use codegen_text::python::Identifiers;
use codegen_text::turns::TurnOptions;
use serde_json::{Value, json};
use tower_lsp::ls_types as lsp;

use super::median;
use crate::cli::output;
use crate::generate::prepare;
use crate::protocol::positions::{self, Encoding};

/// Arguments of this measurement.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  codegen-lsp bench growth --sizes 10000,100000 --only middle")]
pub struct GrowthArguments {
    /// Sizes of the files in bytes
    #[arg(long, value_name = "BYTES", value_delimiter = ',', default_values_t = [10_000, 100_000, 1_000_000], value_parser = crate::cli::number::at_least(1usize))]
    sizes: Vec<usize>,
    /// Only this place of the error
    #[arg(long, value_name = "PLACE")]
    only: Option<Place>,
    /// Seconds after which no more keys are typed into a file
    #[arg(long, value_name = "SECONDS", default_value_t = 20, value_parser = crate::cli::number::at_least(1u64))]
    seconds: u64,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// The text that is typed, key by key.
const TYPED: &str = "total = sum(";
/// The text that stands for the model's answer each time.
const SAID: &str = "values)\nprint(total)\n";
/// The token budget of a prompt; a token is counted as three bytes.
const BUDGET: usize = 1900;

/// Where in a file the error is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Place {
    /// Nowhere.
    None,
    /// On the first lines; the cursor is in the middle.
    Start,
    /// Right above the cursor, in the middle.
    Middle,
    /// On the last line; the cursor is in the middle.
    End,
    /// The cursor is in a call over several lines, in the middle.
    Call,
    /// In every function.
    Functions,
    /// No error, but one line; the cursor is below.
    Line,
    /// Nothing but opening brackets.
    Brackets,
    /// No error, but nothing except comments.
    Comments,
}

const PLACES: [Place; 9] = [
    Place::None,
    Place::Start,
    Place::Middle,
    Place::End,
    Place::Call,
    Place::Functions,
    Place::Line,
    Place::Brackets,
    Place::Comments,
];

/// An error from which tree-sitter recovers slowly.
const ERROR: &str = "def broken(:\n    x = [\n\n";

impl Place {
    fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Start => "start",
            Self::Middle => "middle",
            Self::End => "end",
            Self::Call => "call",
            Self::Functions => "functions",
            Self::Line => "line",
            Self::Brackets => "brackets",
            Self::Comments => "comments",
        }
    }

    /// A file of about `size` bytes, and the cursor's byte offset in it.
    fn file(self, size: usize) -> (String, usize) {
        let half = || repeated(size / 2, function);
        match self {
            Self::None => joined(&half(), "\n\n"),
            Self::Start => joined(&format!("{ERROR}{}", half()), "\n\n"),
            Self::Middle => joined(&format!("{}{ERROR}", half()), "\n\n"),
            Self::End => joined(&half(), &format!("\n\n{}x = [\n", half())),
            Self::Call => joined(&format!("{}result = call(\n    a,\n    ", half()), "\n\n"),
            Self::Functions => {
                let broken =
                    |index| format!("def f{index}(a, b:\n    c = a + b * {index}\n    return [c, '{index}'\n\n\n");
                ended(repeated(size, broken))
            }
            Self::Line => {
                let line = repeated(size, |index| format!("\"k{index}\": [{index}, \"v{index}\"], "));
                ended(format!("DATA = {{{line}}}\n"))
            }
            Self::Brackets => ended("(".repeat(size)),
            Self::Comments => ended(repeated(size, |_| "# one two\n".to_owned())),
        }
        .filled(size)
    }
}

trait Filled {
    fn filled(self, size: usize) -> (String, usize);
}

impl Filled for (String, usize) {
    /// The file with functions below, up to the size.
    fn filled(self, size: usize) -> (String, usize) {
        let (mut text, cursor) = self;
        if cursor < text.len() {
            text.push_str(&repeated(size.saturating_sub(text.len()), function));
        }
        (text, cursor)
    }
}

fn function(index: usize) -> String {
    format!("def f{index}(a, b):\n    c = a + b * {index}\n    return [c, 'text {index}']\n\n\n")
}

fn repeated(size: usize, piece: impl Fn(usize) -> String) -> String {
    let mut text = String::new();
    for index in 0.. {
        if text.len() >= size {
            break;
        }
        text.push_str(&piece(index));
    }
    text
}

fn joined(above: &str, below: &str) -> (String, usize) {
    (format!("{above}{below}"), above.len())
}

fn ended(text: String) -> (String, usize) {
    let cursor = text.len();
    (text, cursor)
}

/// The measurements of one file, in milliseconds.
struct Row {
    place: Place,
    bytes: usize,
    lines: usize,
    open: f64,
    /// The time of the parse away from the main loop.
    parse: f64,
    change: (f64, f64),
    key: (f64, f64),
    keys: usize,
}

/// Measures and prints.
pub(super) fn run(arguments: &GrowthArguments) -> anyhow::Result<()> {
    let places = PLACES.into_iter().filter(|place| arguments.only.is_none_or(|only| only == *place));
    let mut rows = Vec::new();
    for place in places {
        for &size in &arguments.sizes {
            let row = measure(place, size, Duration::from_secs(arguments.seconds))?;
            output::say(&format!("{} {}: {:.1} ms a key", place.name(), row.bytes, row.key.0));
            rows.push(row);
        }
    }
    if arguments.json {
        let rows: Vec<Value> = rows.iter().map(Row::json).collect();
        return output::print(&format!("{:#}\n", json!({ "growth": rows })));
    }
    let mut text = "milliseconds per key, the model's time aside: median (worst)\n\n\
                    | error     |   bytes |  lines | didOpen |   parse |         didChange |      a key's work |\n\
                    | --------- | ------: | -----: | ------: | ------: | ----------------: | ----------------: |\n"
        .to_owned();
    rows.iter().for_each(|row| text.push_str(&row.row()));
    output::print(&text)
}

fn measure(place: Place, size: usize, most: Duration) -> anyhow::Result<Row> {
    let (text, mut cursor) = place.file(size);
    let options = TurnOptions::default();
    let begin = Instant::now();
    let mut document = Document::limited(&text, 0, Limits::of_a_buffer(usize::MAX));
    let open = begin.elapsed();
    let parse = parse(&mut document);
    let begin = Instant::now();
    let (mut changes, mut keys) = (Vec::new(), Vec::new());
    let mut window = None;
    for (key, version) in TYPED.chars().zip(1..) {
        if begin.elapsed() > most {
            break;
        }
        let at = positions::position(document.rope(), cursor, Encoding::Utf16);
        let change = lsp::TextDocumentContentChangeEvent {
            range: Some(lsp::Range::new(at, at)),
            range_length: None,
            text: key.to_string(),
        };
        let start = Instant::now();
        positions::apply_changes(&mut document, version, &[change], Encoding::Utf16)?;
        let changed = start.elapsed();
        cursor += key.len_utf8();
        let start = Instant::now();
        own_work(&document, cursor, &options, &mut window);
        changes.push(changed);
        keys.push(changed + start.elapsed());
    }
    let milliseconds = |times: Vec<Duration>| {
        let worst = times.iter().max().map_or(0.0, Duration::as_secs_f64);
        (median(times) * 1e3, worst * 1e3)
    };
    Ok(Row {
        place,
        bytes: document.len(),
        lines: document.rope().len_lines(),
        open: open.as_secs_f64() * 1e3,
        parse: parse.as_secs_f64() * 1e3,
        keys: keys.len(),
        change: milliseconds(changes),
        key: milliseconds(keys),
    })
}

/// Parses what opening the document did not, as the server does away from its main loop.
fn parse(document: &mut Document) -> Duration {
    let start = Instant::now();
    if let Some(mut parsed) = document.parsed(Budget::UNLIMITED, &AtomicBool::new(false)) {
        document.adopt(&mut parsed);
    }
    start.elapsed()
}

/// The work for a key without the model: the request is prepared, and the answer is filtered.
fn own_work(document: &Document, cursor: usize, options: &TurnOptions, window: &mut Option<usize>) {
    let Some(view) = View::around(document, cursor) else { return };
    let Ok(plan) = Plan::new(view.part(), view.cursor(), options) else { return };
    let held = plan.held(None, || Identifiers::around(document, cursor));
    let end = cursor - held.as_ref().map_or(0, |held| held.text().len());
    let context = cursor::build(document, end, BUDGET, &Block::default(), *window, &|text| text.len().div_ceil(3));
    *window = Some(context.start);
    std::hint::black_box(plan.stop_rule());
    let tokens = vec![TokenScore { solid: usize::MAX, logprob: -0.01 }];
    let raw = RawCompletion { text: SAID.to_owned(), tokens, kind: plan.kind, unfinished: false };
    let _ = std::hint::black_box(prepare::suggestion(
        document,
        &view,
        &raw,
        None,
        Threshold { confidence: 0.01, whole_lines: false },
    ));
}

impl Row {
    fn json(&self) -> Value {
        json!({
            "error": self.place.name(), "bytes": self.bytes, "lines": self.lines, "openMs": self.open, "parseMs": self.parse,
            "changeMs": self.change.0, "worstChangeMs": self.change.1,
            "keyMs": self.key.0, "worstKeyMs": self.key.1, "keys": self.keys,
        })
    }

    fn row(&self) -> String {
        let Self { place, bytes, lines, open, parse, change, key, .. } = self;
        let time = |(median, worst): (f64, f64)| format!("{median:.1} ({worst:.1})");
        format!(
            "| {:9} | {bytes:7} | {lines:6} | {open:7.1} | {parse:7.1} | {:>17} | {:>17} |\n",
            place.name(),
            time(*change),
            time(*key),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_as_large_as_asked_for_and_the_cursor_is_in_them() {
        for place in PLACES {
            for size in [1_000, 50_000] {
                let (text, cursor) = place.file(size);
                assert!((size..size + 200).contains(&text.len()), "{place:?} {size}: {}", text.len());
                assert!(text.is_char_boundary(cursor), "{place:?}");
            }
        }
    }
}
