//! The fields of a line's object, each with a sentence on what is wrong with it.

use serde_json::{Map, Value};

/// The fields of a line.
pub(super) struct Fields {
    object: Map<String, Value>,
}

impl Fields {
    /// Reads `line`, which must be one object.
    pub(super) fn parse(line: &str) -> Result<Self, String> {
        match serde_json::from_str(line) {
            Ok(Value::Object(object)) => Ok(Self { object }),
            Ok(other) => Err(format!("it is {}, not an object", kind(&other))),
            Err(error) => {
                // The line's own number is reported already; `serde_json` counts it as line 1.
                let said = error.to_string();
                let what = said.split(" at line ").next().unwrap_or(&said);
                Err(format!("it is not JSON: {what} (column {})", error.column()))
            }
        }
    }

    /// Returns a required field; `null` counts as missing.
    pub(super) fn need(&self, name: &str) -> Result<&Value, String> {
        self.maybe(name).ok_or_else(|| format!("there is no `{name}`"))
    }

    /// Returns a field that may be missing.
    pub(super) fn maybe(&self, name: &str) -> Option<&Value> {
        self.object.get(name).filter(|value| !value.is_null())
    }

    /// Returns a text.
    pub(super) fn text(&self, name: &str) -> Result<String, String> {
        let value = self.need(name)?;
        value.as_str().map(str::to_owned).ok_or_else(|| wrong(name, value, "a text"))
    }

    /// Returns a text that is not empty.
    pub(super) fn full_text(&self, name: &str) -> Result<String, String> {
        let text = self.text(name)?;
        if text.trim().is_empty() { Err(format!("`{name}` is empty")) } else { Ok(text) }
    }

    /// Returns a text or a whole number, as text.
    pub(super) fn id(&self, name: &str) -> Result<String, String> {
        match self.need(name)? {
            Value::Number(number) if number.is_i64() || number.is_u64() => Ok(number.to_string()),
            Value::String(_) => self.full_text(name),
            other => Err(wrong(name, other, "a text or a whole number")),
        }
    }

    /// Returns a list that is not empty.
    pub(super) fn list(&self, name: &str) -> Result<&[Value], String> {
        let value = self.need(name)?;
        match value.as_array() {
            Some(values) if values.is_empty() => Err(format!("`{name}` is empty")),
            Some(values) => Ok(values),
            None => Err(wrong(name, value, "a list")),
        }
    }
}

/// Returns the message for `what`, which should be `expected`.
pub(super) fn wrong(what: &str, value: &Value, expected: &str) -> String {
    format!("`{what}` is {}, not {expected}", kind(value))
}

fn kind(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(_) => "a truth value".to_owned(),
        Value::Number(number) => format!("the number {number}"),
        Value::String(_) => "a text".to_owned(),
        Value::Array(_) => "a list".to_owned(),
        Value::Object(_) => "an object".to_owned(),
    }
}
