//! Why there was a suggestion at a place, or none: what is remembered of the last requests, and how it is said. Pure.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use codegen_text::edit::{self, Assoc, Edit};
use codegen_text::prompt::related::Shown;
use ropey::Rope;
use serde_json::{Value, json};

/// Requests that are remembered in a buffer.
const REMEMBERED: usize = 64;
/// Bytes of a raw text that are remembered.
const RAW: usize = 4096;
/// Characters of a raw text that are quoted in a sentence.
const QUOTED: usize = 60;

/// What is known of one request.
#[derive(Debug, Clone, PartialEq)]
pub struct Request {
    /// The cursor, in bytes.
    pub cursor: usize,
    pub when: Instant,
    /// What was wanted: "line", "block" or "turn"; `None` if it was not decided.
    pub kind: Option<&'static str>,
    /// Where the answer came from, by the name that statistics have for it; `None` if there was no generation.
    pub source: Option<&'static str>,
    pub outcome: Outcome,
    /// What the model wrote.
    pub raw: Option<Raw>,
    /// What the model saw of other files when it was last asked in this one.
    pub shown: Vec<Shown>,
    /// The probability that the answer is exactly what comes next, if that was worked out, and the least that is shown.
    pub probability: Option<f32>,
    pub least: Option<f32>,
}

/// What came of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// This text was suggested.
    Suggested(String),
    /// Nothing was, for the reason of that name, in a sentence.
    Refused { name: &'static str, words: String },
}

/// A model's text.
#[derive(Debug, Clone, PartialEq)]
pub struct Raw {
    pub text: String,
    /// The mean natural-log probability of its tokens.
    pub mean_logprob: f32,
}

/// The last requests of one buffer.
#[derive(Debug, Default)]
pub struct Asked(VecDeque<Request>);

impl Asked {
    /// Remembers a request.
    pub fn record(&mut self, mut request: Request) {
        if let Some(raw) = &mut request.raw {
            raw.text.truncate(raw.text.floor_char_boundary(RAW));
        }
        if let Outcome::Suggested(text) = &mut request.outcome {
            text.truncate(text.floor_char_boundary(RAW));
        }
        if self.0.len() == REMEMBERED {
            self.0.pop_front();
        }
        self.0.push_back(request);
    }

    /// Follows a change of the document.
    pub fn changed(&mut self, change: &Edit) {
        for request in &mut self.0 {
            request.cursor = edit::map(request.cursor, change, Assoc::Before).unwrap_or(change.range.start);
        }
    }

    /// The latest request on the line nearest to the cursor, and its line, both lines counted from zero.
    #[must_use]
    pub fn nearest(&self, text: &Rope, cursor: usize) -> Option<(&Request, usize)> {
        let line_of = |offset: usize| text.byte_to_line(offset.min(text.len_bytes()));
        let line = line_of(cursor);
        let at = |request: &Request| line_of(request.cursor);
        // Of several that are as near, the first by this order is the last that was recorded.
        let nearest = self.0.iter().rev().min_by_key(|request| at(request).abs_diff(line))?;
        Some((nearest, at(nearest)))
    }
}

/// The answer to the command, and the sentence for the user.
#[must_use]
pub fn answer(request: &Request, line: usize, now: Instant) -> (Value, String) {
    let Request { when, kind, source, outcome, raw, shown, probability, least, .. } = request;
    let ago = now.saturating_duration_since(*when);
    let (suggested, refusal) = match outcome {
        Outcome::Suggested(text) => (Some(text), Value::Null),
        Outcome::Refused { name, words } => (None, json!({ "name": name, "words": words })),
    };
    let sentence = sentence(request, line, ago);
    let answer = json!({
        "line": line,
        "secondsAgo": (ago.as_secs_f64() * 10.0).round() / 10.0,
        "kind": kind,
        "source": source,
        "suggested": suggested,
        "refusal": refusal,
        "raw": raw.as_ref().map(|raw| &raw.text),
        "meanLogprob": raw.as_ref().map(|raw| raw.mean_logprob),
        "probability": probability,
        "least": least,
        "context": shown.iter().map(in_context).collect::<Value>(),
        "message": sentence,
    });
    (answer, sentence)
}

fn in_context(shown: &Shown) -> Value {
    json!({ "file": shown.file, "why": shown.why.name(), "lines": shown.lines })
}

fn sentence(request: &Request, line: usize, ago: Duration) -> String {
    let Request { outcome, raw, shown, probability, least, .. } = request;
    let what = match outcome {
        Outcome::Suggested(text) => format!("{} was suggested", quoted(text)),
        Outcome::Refused { words, .. } => words.clone(),
    };
    let mut more = Vec::new();
    if let (Some(raw), Outcome::Refused { .. }) = (raw, outcome) {
        more.push(format!("the model wrote {}", quoted(&raw.text)));
    }
    if let Some(raw) = raw {
        more.push(format!("its mean log-probability is {:.2}", raw.mean_logprob));
    }
    match (probability, least) {
        (Some(probability), Some(least)) => more.push(format!(
            "that it is right has a probability of {:.0} %, and {:.0} % are asked for",
            probability * 100.0,
            least * 100.0
        )),
        (Some(probability), None) => {
            more.push(format!("that it is right has a probability of {:.0} %", probability * 100.0));
        }
        _ => {}
    }
    if !shown.is_empty() {
        let files: Vec<_> = shown.iter().map(|shown| format!("{} of {}", lines(shown.lines), shown.file)).collect();
        more.push(format!("the model saw {}", files.join(", ")));
    }
    let more = if more.is_empty() { String::new() } else { format!(" ({})", more.join("; ")) };
    format!("line {}, {} ago: {what}{more}", line + 1, duration(ago))
}

fn lines(count: usize) -> String {
    if count == 1 { "1 line".to_owned() } else { format!("{count} lines") }
}

/// The first line of a text, shortened.
fn quoted(text: &str) -> String {
    let text = text.trim_start_matches(['\n', '\r']);
    let line = text.lines().next().unwrap_or_default();
    let short: String = line.chars().take(QUOTED).collect();
    let rest = if short.len() < text.trim_end().len() { "\u{2026}" } else { "" };
    format!("`{short}{rest}`")
}

fn duration(ago: Duration) -> String {
    match ago.as_secs() {
        seconds @ 0..120 => format!("{seconds} s"),
        seconds => format!("{} min", seconds / 60),
    }
}

#[cfg(test)]
mod tests {
    use codegen_text::prompt::related::Why;

    use super::*;

    fn request(cursor: usize, when: Instant, outcome: Outcome) -> Request {
        let kind = Some("line");
        Request {
            cursor,
            when,
            kind,
            source: None,
            outcome,
            raw: None,
            shown: Vec::new(),
            probability: None,
            least: None,
        }
    }

    fn refused(words: &str) -> Outcome {
        Outcome::Refused { name: "name", words: words.to_owned() }
    }

    #[test]
    fn the_nearest_line_s_latest_is_found() {
        let text = Rope::from_str("a\nb\nc\nd\ne\n");
        let now = Instant::now();
        let mut asked = Asked::default();
        assert_eq!(asked.nearest(&text, 0), None);
        for (cursor, words) in [(0, "first"), (6, "second"), (6, "third"), (1, "fourth")] {
            asked.record(request(cursor, now, refused(words)));
        }
        for (cursor, line, words) in
            [(0, 0, "fourth"), (2, 0, "fourth"), (4, 3, "third"), (7, 3, "third"), (9, 3, "third"), (99, 3, "third")]
        {
            let (found, at) = asked.nearest(&text, cursor).unwrap();
            assert_eq!((&found.outcome, at), (&refused(words), line), "at {cursor}");
        }
    }

    #[test]
    fn places_move_with_the_text() {
        let now = Instant::now();
        for (range, put, expected) in [
            (0..0, "x\n", 6),
            (0..2, "", 2),
            (4..4, "typed", 4),
            (5..5, "behind", 4),
            // What stood there is another text now, at the same place.
            (2..6, "new", 2),
        ] {
            let mut asked = Asked::default();
            asked.record(request(4, now, refused("")));
            asked.changed(&Edit { range: range.clone(), text: put.to_owned() });
            assert_eq!(asked.0[0].cursor, expected, "{range:?} {put:?}");
        }
        // A place past the end of what is left is the end.
        let mut asked = Asked::default();
        asked.record(request(400, now, refused("")));
        assert_eq!(asked.nearest(&Rope::from_str("a\nb"), 0).unwrap().1, 1);
    }

    #[test]
    fn what_is_remembered_is_bounded() {
        let (mut asked, now) = (Asked::default(), Instant::now());
        let text = "\u{e9}".repeat(RAW);
        for cursor in 0..1000 {
            let raw = Some(Raw { text: text.clone(), mean_logprob: 0.0 });
            asked.record(Request { raw, ..request(cursor, now, Outcome::Suggested(text.clone())) });
        }
        assert_eq!((asked.0.len(), asked.0[0].cursor), (REMEMBERED, 1000 - REMEMBERED));
        assert_eq!(asked.0[0].raw.as_ref().unwrap().text.len(), RAW);
    }

    #[test]
    fn it_is_said_in_a_sentence() {
        let when = Instant::now();
        let raw = Some(Raw { text: "\nfoo(bar)\nbaz".to_owned(), mean_logprob: -1.234 });
        for (request, seconds, expected) in [
            (
                request(0, when, refused("Nothing is suggested in a comment.")),
                3,
                "line 12, 3 s ago: Nothing is suggested in a comment.",
            ),
            (
                Request {
                    raw: raw.clone(),
                    probability: Some(0.214),
                    least: Some(0.5),
                    ..request(0, when, refused("It is too improbable."))
                },
                119,
                "line 12, 119 s ago: It is too improbable. (the model wrote `foo(bar)\u{2026}`; its mean \
                 log-probability is -1.23; that it is right has a probability of 21 %, and 50 % are asked for)",
            ),
            (
                Request {
                    shown: vec![
                        Shown { file: "pkg/util.py".to_owned(), why: Why::Imported, lines: 3 },
                        Shown { file: "main.py".to_owned(), why: Why::Edited, lines: 1 },
                    ],
                    ..request(0, when, Outcome::Suggested("foo".to_owned()))
                },
                1,
                "line 12, 1 s ago: `foo` was suggested (the model saw 3 lines of pkg/util.py, 1 line of main.py)",
            ),
            (
                Request { raw, probability: Some(0.8), ..request(0, when, Outcome::Suggested("foo".to_owned())) },
                7200,
                "line 12, 120 min ago: `foo` was suggested (its mean log-probability is -1.23; that it is right has a \
                 probability of 80 %)",
            ),
        ] {
            let (answer, sentence) = answer(&request, 11, when + Duration::from_secs(seconds));
            assert_eq!(sentence, expected);
            assert_eq!((&answer["message"], &answer["secondsAgo"]), (&json!(expected), &json!(seconds as f64)));
        }
    }

    #[test]
    fn the_answer_has_what_there_is() {
        let when = Instant::now();
        let (refused, _) = answer(&request(0, when, refused("because")), 0, when);
        assert_eq!(
            refused,
            json!({
                "line": 0, "secondsAgo": 0.0, "kind": "line", "source": null, "suggested": null,
                "refusal": {"name": "name", "words": "because"}, "raw": null, "meanLogprob": null, "probability": null,
                "least": null, "context": [], "message": "line 1, 0 s ago: because",
            })
        );
        let raw = Some(Raw { text: "x".to_owned(), mean_logprob: -0.5 });
        let shown = vec![Shown { file: "a.py".to_owned(), why: Why::Edited, lines: 2 }];
        let suggested =
            Request { raw, shown, source: Some("memory"), ..request(0, when, Outcome::Suggested("x".to_owned())) };
        let (answer, _) = answer(&suggested, 0, when);
        assert_eq!(answer["context"], json!([{"file": "a.py", "why": "edited", "lines": 2}]));
        assert_eq!((&answer["suggested"], &answer["refusal"]), (&json!("x"), &Value::Null));
        assert_eq!(
            (&answer["raw"], &answer["meanLogprob"], &answer["source"]),
            (&json!("x"), &json!(-0.5), &json!("memory"))
        );
    }
}
