//! Settings of the server, as they are given on the command line.

use anyhow::Context;
use serde_json::{Map, Value, json};

/// A setting's dotted name, and its value.
pub(super) type Setting = (String, Value);

/// Reads `KEY=VALUE`, where the value is JSON, or else a string.
pub(super) fn setting(text: &str) -> anyhow::Result<Setting> {
    let (name, value) = text.split_once('=').with_context(|| format!("{text} must be KEY=VALUE"))?;
    let value = serde_json::from_str(value).unwrap_or_else(|_| Value::String(value.to_owned()));
    Ok((name.to_owned(), value))
}

/// Settings with dotted names as an object of objects.
pub(super) fn nested(settings: &[Setting]) -> Value {
    let mut all = Map::new();
    for (name, value) in settings {
        let mut section = &mut all;
        let mut parts = name.split('.').peekable();
        while let Some(part) = parts.next() {
            if parts.peek().is_none() {
                section.insert(part.to_owned(), value.clone());
                break;
            }
            let inner = section.entry(part).or_insert_with(|| json!({}));
            let Value::Object(inner) = inner else { break };
            section = inner;
        }
    }
    Value::Object(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_are_read_and_nested() {
        assert_eq!(setting("a=x").ok(), Some(("a".to_owned(), json!("x"))));
        assert_eq!(setting("a=-0.5").ok(), Some(("a".to_owned(), json!(-0.5))));
        assert!(setting("a").is_err());
        let settings = [("a.b".to_owned(), json!(1)), ("a.c".to_owned(), json!("x"))];
        assert_eq!(nested(&settings), json!({"a": {"b": 1, "c": "x"}}));
    }
}
