//! JSON's values as Python's `json` reads them, and as its `str` and `repr` show them.

use std::fmt::Write as _;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

/// A value of a problem's input, with nothing lost that Python would show: whole numbers keep all their digits.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// `None`
    None,
    /// `True` or `False`
    Bool(bool),
    /// A whole number of any size, in Python's digits.
    Int(String),
    /// A number with a fraction or an exponent; infinite where its exponent is too large, as in Python.
    Float(f64),
    /// A text.
    Str(String),
    /// A list.
    List(Vec<Value>),
    /// A dictionary, in the order in which its keys first occur.
    Dict(Vec<(String, Value)>),
}

impl Value {
    /// Returns the text that Python's `str` gives.
    #[must_use]
    pub fn str(&self) -> String {
        match self {
            Self::Str(text) => text.clone(),
            _ => self.repr(),
        }
    }

    /// Returns the text that Python's `repr` gives.
    #[must_use]
    pub fn repr(&self) -> String {
        let mut shown = String::new();
        self.show(&mut shown);
        shown
    }

    /// Whether a whole number occurs in it that neither fits an `i64` nor a `u64`.
    #[must_use]
    pub fn has_huge_integer(&self) -> bool {
        match self {
            Self::Int(digits) => digits.parse::<i64>().is_err() && digits.parse::<u64>().is_err(),
            Self::List(values) => values.iter().any(Self::has_huge_integer),
            Self::Dict(pairs) => pairs.iter().any(|(_, value)| value.has_huge_integer()),
            _ => false,
        }
    }

    fn show(&self, shown: &mut String) {
        match self {
            Self::None => shown.push_str("None"),
            Self::Bool(true) => shown.push_str("True"),
            Self::Bool(false) => shown.push_str("False"),
            Self::Int(digits) => shown.push_str(digits),
            Self::Float(number) => shown.push_str(&float(*number)),
            Self::Str(text) => quote(text, shown),
            Self::List(values) => {
                shown.push('[');
                for (index, value) in values.iter().enumerate() {
                    shown.push_str(if index > 0 { ", " } else { "" });
                    value.show(shown);
                }
                shown.push(']');
            }
            Self::Dict(pairs) => {
                shown.push('{');
                for (index, (key, value)) in pairs.iter().enumerate() {
                    shown.push_str(if index > 0 { ", " } else { "" });
                    quote(key, shown);
                    shown.push_str(": ");
                    value.show(shown);
                }
                shown.push('}');
            }
        }
    }
}

/// Python's `repr` of a float: the fewest digits that read back as the same number, with an exponent from 1e16 up and below
/// 1e-4.
fn float(number: f64) -> String {
    if number.is_nan() {
        return "nan".to_owned();
    }
    if number.is_infinite() {
        return if number > 0.0 { "inf" } else { "-inf" }.to_owned();
    }
    let (sign, magnitude) = (if number.is_sign_negative() { "-" } else { "" }, number.abs());
    let mut scientific = format!("{magnitude:e}");
    // Of two shortest texts that are equally near, Python takes the even one, as does Rust when it is told the digits.
    let digits = scientific.split('e').next().map_or(0, |digits| digits.replace('.', "").len());
    let even = format!("{magnitude:.*e}", digits.saturating_sub(1));
    if even.parse() == Ok(magnitude) {
        scientific = even;
    }
    let (digits, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or_default();
    if !(-4..16).contains(&exponent) {
        let direction = if exponent < 0 { '-' } else { '+' };
        return format!("{sign}{digits}e{direction}{:02}", exponent.unsigned_abs());
    }
    let digits = digits.replace('.', "");
    match usize::try_from(exponent) {
        Ok(exponent) => {
            let digits = format!("{digits:0<width$}", width = exponent + 2);
            let (whole, fraction) = digits.split_at(exponent + 1);
            format!("{sign}{whole}.{fraction}")
        }
        Err(_) => {
            let zeros = "0".repeat(exponent.unsigned_abs() as usize - 1);
            format!("{sign}0.{zeros}{digits}")
        }
    }
}

/// Python's `repr` of a text.
fn quote(text: &str, shown: &mut String) {
    let quote = if text.contains('\'') && !text.contains('"') { '"' } else { '\'' };
    shown.push(quote);
    for c in text.chars() {
        // Writing to a string cannot fail.
        let _ = match c {
            '\n' => shown.write_str("\\n"),
            '\r' => shown.write_str("\\r"),
            '\t' => shown.write_str("\\t"),
            '\\' => shown.write_str("\\\\"),
            c if c == quote => write!(shown, "\\{c}"),
            c if printable(c) => shown.write_char(c),
            c if u32::from(c) < 0x100 => write!(shown, "\\x{:02x}", u32::from(c)),
            c if u32::from(c) < 0x10000 => write!(shown, "\\u{:04x}", u32::from(c)),
            c => write!(shown, "\\U{:08x}", u32::from(c)),
        };
    }
    shown.push(quote);
}

/// Whether Python shows a character unescaped. Rust's own escaping uses the same categories of Unicode, except that at
/// the start of a text it also escapes marks that combine with the character before. (A character that a version of
/// Unicode has not assigned is not printable, so the newest characters depend on the version of either.)
fn printable(c: char) -> bool {
    if c.is_ascii() {
        return !c.is_ascii_control();
    }
    let after_another = ['a', c].iter().collect::<String>();
    after_another.escape_debug().nth(1) == Some(c)
}

impl<'de> Deserialize<'de> for Value {
    /// Reads JSON's own text, because `serde_json` would make a float of a whole number of more than 64 bits. Does not
    /// limit how deep values are nested: the caller must have checked the text before.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = Box::<RawValue>::deserialize(deserializer)?;
        parse(raw.get()).map_err(serde::de::Error::custom)
    }
}

fn parse(text: &str) -> serde_json::Result<Value> {
    Ok(match text.as_bytes().first() {
        Some(b'n') => Value::None,
        Some(b't') => Value::Bool(true),
        Some(b'f') => Value::Bool(false),
        Some(b'"') => Value::Str(serde_json::from_str(text)?),
        Some(b'[') => Value::List(serde_json::from_str(text)?),
        Some(b'{') => Value::Dict(serde_json::from_str::<Pairs>(text)?.0),
        _ if text.contains(['.', 'e', 'E']) => {
            // Every number of JSON is one of Rust's.
            Value::Float(text.parse().map_err(serde::de::Error::custom)?)
        }
        _ => Value::Int(if text == "-0" { "0" } else { text }.to_owned()),
    })
}

/// An object's fields, in order. Of several with the same name the last is kept, in the place of the first.
#[derive(Debug, Default)]
pub(super) struct Pairs(pub(super) Vec<(String, Value)>);

impl<'de> Deserialize<'de> for Pairs {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Fields;
        impl<'de> Visitor<'de> for Fields {
            type Value = Pairs;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Pairs, A::Error> {
                let mut places = std::collections::HashMap::new();
                let mut pairs: Vec<(String, Value)> = Vec::new();
                while let Some((key, value)) = map.next_entry::<String, Value>()? {
                    match places.get(&key).and_then(|&place: &usize| pairs.get_mut(place)) {
                        Some(pair) => pair.1 = value,
                        None => {
                            places.insert(key.clone(), pairs.len());
                            pairs.push((key, value));
                        }
                    }
                }
                Ok(Pairs(pairs))
            }
        }
        deserializer.deserialize_map(Fields)
    }
}
