//! Compares the settings of two runs.

use serde_json::{Map, Value};

use crate::record::{Header, Line};

/// Maximum number of characters of a value that are shown.
const SHOWN: usize = 100;

/// A setting in which two runs differ.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// The field of the header.
    pub field: String,
    /// The file's value.
    pub then: String,
    /// The value that is wanted now.
    pub now: String,
}

/// The fields on which samples do not depend: a run may be continued with another isolation of programs, or for another pass@k.
const MAY_DIFFER: [&str; 2] = ["isolation", "ks"];

/// The fields in which the headers differ.
#[must_use]
pub fn differences(then: &Header, now: &Header) -> Vec<Difference> {
    let (then, now) = (fields(then), fields(now));
    let value = |fields: &Map<String, Value>, name: &str| fields.get(name).cloned().unwrap_or(Value::Null);
    let names = then.keys().chain(now.keys().filter(|name| !then.contains_key(*name)));
    let pairs = names.map(|name| (name, value(&then, name), value(&now, name)));
    pairs
        .filter(|(name, then, now)| !MAY_DIFFER.contains(&name.as_str()) && then != now)
        .map(|(name, then, now)| {
            let (then, now) = shown(name, &then, &now);
            Difference { field: name.replace('_', " "), then, now }
        })
        .collect()
}

/// Returns the header as written to the file, with numbers as they were typed.
fn fields(header: &Header) -> Map<String, Value> {
    let text = serde_json::to_string(&Line::Run(header.clone())).unwrap_or_default();
    serde_json::from_str(&text).unwrap_or_default()
}

/// Returns the values in short form. Of the problems, only what tells them apart.
fn shown(name: &str, then: &Value, now: &Value) -> (String, String) {
    if let ("problems", Value::Array(then), Value::Array(now)) = (name, then, now) {
        if then.len() != now.len() {
            return (then.len().to_string(), now.len().to_string());
        }
        if let Some((then, now)) = then.iter().zip(now).find(|(then, now)| then != now) {
            return (short(then), short(now));
        }
    }
    (short(then), short(now))
}

fn short(value: &Value) -> String {
    let text = match value {
        Value::Null => "none".to_owned(),
        Value::String(text) => text.clone(),
        Value::Array(values) if values.is_empty() => "none".to_owned(),
        Value::Array(values) => values.iter().map(short).collect::<Vec<_>>().join(", "),
        other => other.to_string(),
    };
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{} …", &text[..end]),
        None => text,
    }
}

/// Returns a line for each difference.
pub(super) fn list(differences: &[Difference]) -> String {
    let lines = differences.iter().map(|Difference { field, then, now }| format!("  {field}: {then} then, {now} now"));
    lines.collect::<Vec<_>>().join("\n")
}
