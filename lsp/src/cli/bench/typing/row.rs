//! One place where a suggestion was asked for, as a line of JSON.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::place::Kind;
use super::verdict::Match;

/// A place, and what was suggested there.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Row {
    pub session: String,
    /// The settings of the run, as they were given.
    #[serde(default)]
    pub settings: Vec<String>,
    /// Whether a key was typed every time, without a pause.
    pub every_key: bool,
    /// The cursor in the whole buffer, in bytes.
    pub offset: usize,
    pub kind: Kind,
    /// The text before the cursor on its line.
    pub line: String,
    /// What is typed next, up to the second line end.
    pub next: String,
    /// The text drawn behind the cursor; none if nothing was suggested.
    pub shown: Option<String>,
    /// What the server says is the probability that the suggestion is right.
    pub confidence: Option<f64>,
    /// All that the server says of the suggestion.
    pub why: Option<Value>,
    #[serde(flatten)]
    pub verdict: Match,
    /// Names that the suggestion reads and nothing defines.
    #[serde(default)]
    pub unknown: Vec<String>,
    /// Whether the completed word exists nowhere; none if no word was completed.
    pub nonsense: Option<bool>,
    /// Whether the buffer parsed before.
    #[serde(default)]
    pub parsed: bool,
    #[serde(default)]
    pub breaks_parse: bool,
    #[serde(default)]
    pub breaks_compile: bool,
    /// The time until the answer, in milliseconds.
    pub latency: f64,
}
