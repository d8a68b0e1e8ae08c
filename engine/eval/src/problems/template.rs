//! Prompts with fields, filled in as Python's `str.format` does it with keyword arguments.

use super::python::Value;

/// Maximum length of a filled-in prompt, in bytes.
const LONGEST: usize = 1 << 20;

/// A prompt of a problem: text and `{name}` fields.
///
/// `{{` and `}}` are braces. A field may be followed by `!s` (Python's `str`, which is what is meant without it, too) or `!r`
/// (`repr`), and by `[0]` or `[key]`, an element of a list, a text or a dictionary. Fields without a name, attributes,
/// `!a` and format specifications such as `:.2f` are refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    parts: Vec<Part>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Text(String),
    Field { name: String, path: Vec<String>, repr: bool },
}

impl Template {
    /// Takes a template apart.
    ///
    /// # Errors
    /// A sentence that says what is wrong, or not supported, and where.
    pub fn parse(template: &str) -> Result<Self, String> {
        let mut parts = Vec::new();
        let mut text = String::new();
        let mut rest = template;
        while let Some(brace) = rest.find(['{', '}']) {
            text.push_str(&rest[..brace]);
            let (sign, after) = rest[brace..].split_at(1);
            if after.starts_with(sign) {
                text.push_str(sign);
                rest = &after[1..];
            } else if sign == "}" {
                let column = template.len() - after.len();
                return Err(format!("the `}}` at byte {column} closes nothing (a brace itself is written `}}}}`)"));
            } else {
                let column = template.len() - after.len();
                let (field, remaining) = field(after).map_err(|what| match what {
                    Defect::Open => format!("the `{{` at byte {column} is never closed"),
                    Defect::Other(what) => format!("the field at byte {column}: {what}"),
                })?;
                if !text.is_empty() {
                    parts.push(Part::Text(std::mem::take(&mut text)));
                }
                parts.push(field);
                rest = remaining;
            }
        }
        text.push_str(rest);
        if !text.is_empty() {
            parts.push(Part::Text(text));
        }
        Ok(Self { parts })
    }

    /// Returns the text with the fields of one input.
    ///
    /// # Errors
    /// A sentence that names the field that `input` lacks, or says that the text would be longer than 1 MiB.
    pub fn fill(&self, input: &[(String, Value)]) -> Result<String, String> {
        let mut text = String::new();
        for part in &self.parts {
            match part {
                Part::Text(part) => text.push_str(part),
                Part::Field { name, path, repr } => {
                    let found = input.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone());
                    let mut value = found.ok_or_else(|| format!("has no field `{name}`"))?;
                    for key in path {
                        let what = || {
                            format!("has no `{name}{}`", path.iter().map(|key| format!("[{key}]")).collect::<String>())
                        };
                        value = element(&value, key).ok_or_else(what)?;
                    }
                    text.push_str(&if *repr { value.repr() } else { value.str() });
                }
            }
            if text.len() > LONGEST {
                return Err(format!("makes it longer than {LONGEST} bytes"));
            }
        }
        Ok(text)
    }
}

enum Defect {
    /// The text ends within the field.
    Open,
    Other(String),
}

/// The field at the start of `text`, which follows its opening brace, and what follows its closing one.
fn field(text: &str) -> Result<(Part, &str), Defect> {
    let other = |what: &str| Err(Defect::Other(what.to_owned()));
    let end = text.find(['{', '}', '[', '.', '!', ':']).ok_or(Defect::Open)?;
    let (name, mut rest) = text.split_at(end);
    if rest.starts_with('{') {
        return other("there is a `{` in its name (a brace itself is written `{{`)");
    }
    if name.chars().all(|c| c.is_ascii_digit()) {
        return other("it has no name: inputs are filled in by name, as in `{name}`");
    }
    let mut path = Vec::new();
    while let Some(index) = rest.strip_prefix('[') {
        let (key, after) = index.split_once(']').ok_or(Defect::Open)?;
        if key.is_empty() {
            return other("there is nothing between its `[` and `]`");
        }
        path.push(key.to_owned());
        rest = after;
    }
    let mut repr = false;
    if let Some(conversion) = rest.strip_prefix('!') {
        let kind = conversion.chars().next().ok_or(Defect::Open)?;
        if !matches!(kind, 's' | 'r') {
            return other(&format!("`!{kind}` is not supported; `!s` and `!r` are"));
        }
        repr = kind == 'r';
        rest = &conversion[1..];
    }
    if let Some(specification) = rest.strip_prefix(':') {
        if !specification.starts_with('}') {
            specification.find('}').ok_or(Defect::Open)?;
            return other("format specifications, which follow a `:`, are not supported");
        }
        rest = specification;
    }
    match rest.strip_prefix('}') {
        Some(rest) => Ok((Part::Field { name: name.to_owned(), path, repr }, rest)),
        None if rest.is_empty() => Err(Defect::Open),
        None if rest.starts_with('.') => other("attributes, which follow a `.`, are not supported"),
        None => other(&format!("`{}` does not belong there", rest.chars().take(1).collect::<String>())),
    }
}

/// Returns the result of Python's `value[key]`, where `key` is a number if it has only digits.
fn element(value: &Value, key: &str) -> Option<Value> {
    let index = || key.parse::<usize>().ok().filter(|_| key.chars().all(|c| c.is_ascii_digit()));
    match value {
        Value::List(values) => values.get(index()?).cloned(),
        Value::Str(text) => text.chars().nth(index()?).map(|c| Value::Str(c.to_string())),
        // The keys of JSON are texts, and no text is equal to a number.
        Value::Dict(pairs) if index().is_none() => {
            pairs.iter().find(|(name, _)| name == key).map(|(_, value)| value.clone())
        }
        _ => None,
    }
}
