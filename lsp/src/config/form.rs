//! The values that an option may have: checked, described in words, and described as a JSON schema, from one
//! declaration.

use std::path::{Component, Path};

use serde_json::{Map, Value, json};

use crate::config::{ignore, trust};

/// One form that an option's value may have. An option lists all of its forms.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Form {
    /// `null`, where that is a value of its own. For other options `null` means that the option is not set.
    Null,
    /// `true` or `false`.
    Bool,
    /// A fixed string.
    Word {
        word: &'static str,
        /// Its meaning, as the end of a sentence.
        means: &'static str,
    },
    Whole {
        /// The noun for what is counted, such as "a number of tokens".
        noun: &'static str,
        least: usize,
        most: usize,
    },
    /// Any number in a range.
    Number {
        /// The exclusive lower bound, if there is one.
        above: Option<f64>,
        /// The inclusive upper bound.
        most: f64,
    },
    Text(Text),
    List(Text),
}

/// The meaning of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Text {
    /// The name of a model, or the path of its file.
    Model,
    Adapter,
    /// A language id, as in `didOpen`.
    Language,
    /// A program's name, which is looked up in `PATH`, or its absolute path. A relative path would mean another program
    /// in every folder that the server is started in.
    Program,
    /// The beginning of a comment.
    Marker,
    /// A folder of this machine.
    Folder,
    /// A pattern for paths; see [`ignore`].
    Glob,
}

impl Form {
    /// Whether a value has this form.
    #[must_use]
    pub fn fits(self, value: &Value) -> bool {
        match self {
            Self::Null => value.is_null(),
            Self::Bool => value.is_boolean(),
            Self::Word { word, .. } => value == word,
            Self::Whole { least, most, .. } => whole(value).is_some_and(|number| (least..=most).contains(&number)),
            Self::Number { above, most } => {
                value.as_f64().is_some_and(|number| number <= most && above.is_none_or(|above| number > above))
            }
            Self::Text(text) => text.fits(value),
            Self::List(text) => value.as_array().is_some_and(|list| list.iter().all(|item| text.fits(item))),
        }
    }

    /// The string and its meaning, if this is a [`Form::Word`].
    #[must_use]
    pub fn word(self) -> Option<(&'static str, &'static str)> {
        if let Self::Word { word, means } = self { Some((word, means)) } else { None }
    }

    /// The form in words; [`Form::Bool`] has two.
    fn words(self) -> Vec<String> {
        match self {
            Self::Null => vec!["null".to_owned()],
            Self::Bool => vec!["true".to_owned(), "false".to_owned()],
            Self::Word { word, .. } => vec![format!("\"{word}\"")],
            // A range from zero to a number that no machine reaches is left out.
            Self::Whole { noun, least: 0, .. } => vec![noun.to_owned()],
            Self::Whole { noun, least, most } => vec![format!("{noun} from {least} to {most}")],
            Self::Number { above: None, most } => vec![format!("a number of at most {most}")],
            Self::Number { above: Some(above), most } => vec![format!("a number above {above} and up to {most}")],
            Self::Text(text) => vec![text.noun().to_owned()],
            Self::List(text) => vec![text.list_noun().to_owned()],
        }
    }
}

impl Text {
    /// Whether a value is a text of this kind.
    #[must_use]
    pub fn fits(self, value: &Value) -> bool {
        let Some(text) = value.as_str() else { return false };
        match self {
            Self::Model | Self::Adapter | Self::Language => !text.is_empty(),
            Self::Program => is_program(Path::new(text)),
            Self::Marker => text.starts_with('#') && !text.contains(['\r', '\n']),
            Self::Folder => trust::folder(text).is_some(),
            Self::Glob => ignore::mistake(text).is_none(),
        }
    }

    /// The kind of text in words, with an article.
    #[must_use]
    pub fn noun(self) -> &'static str {
        match self {
            Self::Model => "a model's name or the path of a GGUF file",
            Self::Adapter => "the path of a GGUF file of an adapter",
            Self::Language => "a language's name",
            Self::Program => "a program's name in PATH or its absolute path",
            Self::Marker => "the text that starts a prompt",
            Self::Folder => "an absolute path or a file: URI",
            Self::Glob => "a glob, such as \"*.env\" or \"src/generated/**\"",
        }
    }

    /// What is wrong with a value of this kind, where that is not clear from the kind.
    #[must_use]
    pub fn mistake(self, value: &Value) -> Option<String> {
        value.as_str().filter(|_| self == Self::Glob).and_then(ignore::mistake)
    }

    fn list_noun(self) -> &'static str {
        match self {
            Self::Language => "a list of languages' names",
            Self::Folder => "a list of folders",
            Self::Glob => "a list of globs",
            Self::Model | Self::Adapter => "a list of files",
            Self::Program => "a list of programs",
            Self::Marker => "a list of texts",
        }
    }

    /// A regular expression for texts of this kind, in the syntax that JavaScript, Python and Rust share; `None` if
    /// every text but the empty one is valid. The globs that a pattern cannot tell from wrong ones are left to the server.
    fn pattern(self) -> Option<&'static str> {
        match self {
            Self::Model | Self::Adapter | Self::Language => None,
            Self::Glob => Some(r"^([^!~\\][^\\]*|~|~[^/\\][^\\]*)$"),
            // An absolute path, or a name that is neither `.` nor `..` and has no folder.
            Self::Program => Some(r"^((/|\\\\|[A-Za-z]:[/\\]).*|[^/\\.][^/\\]*|\.[^/\\.][^/\\]*|\.\.[^/\\]+)$"),
            Self::Marker => Some(r"^#[^\r\n]*$"),
            // An absolute path, or a URI of a file of this machine.
            Self::Folder => {
                Some(r"^(/|\\\\|[A-Za-z]:[/\\]|[Ff][Ii][Ll][Ee]:(//([Ll][Oo][Cc][Aa][Ll][Hh][Oo][Ss][Tt])?)?/([^/]|$))")
            }
        }
    }

    fn schema(self) -> Map<String, Value> {
        let mut schema = object(json!({"type": "string"}));
        match self.pattern() {
            Some(pattern) => schema.insert("pattern".to_owned(), json!(pattern)),
            None => schema.insert("minLength".to_owned(), json!(1)),
        };
        schema
    }
}

fn is_program(name: &Path) -> bool {
    let plain = matches!(name.components().next(), Some(Component::Normal(first)) if first == name.as_os_str());
    plain || name.is_absolute()
}

/// The value as a whole number. Some clients send every number as a float (Lua, for example).
#[must_use]
pub fn whole(value: &Value) -> Option<usize> {
    let float = || value.as_f64().filter(|number| number.fract() == 0.0 && *number >= 0.0).map(|number| number as u64);
    value.as_u64().or_else(float).and_then(|number| usize::try_from(number).ok())
}

/// The forms in words, such as `"auto" or a number from 1 to 512`.
#[must_use]
pub fn expected(forms: &[Form]) -> String {
    let mut words: Vec<String> = forms.iter().flat_map(|form| form.words()).collect();
    let last = words.pop().unwrap_or_default();
    if words.is_empty() { last } else { format!("{} or {last}", words.join(", ")) }
}

/// A JSON schema (draft-07) of values in one of the forms or, with `null`, of `null`.
#[must_use]
pub fn schema(forms: &[Form], null: bool) -> Map<String, Value> {
    let words: Vec<_> = forms.iter().filter_map(|form| form.word()).collect();
    let null = null || forms.contains(&Form::Null);
    let mut choices = Vec::new();
    if !words.is_empty() {
        let (names, meanings): (Vec<_>, Vec<_>) = words.into_iter().unzip();
        choices.push(object(json!({"type": "string", "enum": names, "markdownEnumDescriptions": meanings})));
    }
    choices.extend(forms.iter().filter_map(|form| of_one(*form)));
    match <[_; 1]>::try_from(choices) {
        Ok([only]) => {
            if null {
                or_null(only)
            } else {
                only
            }
        }
        Err(mut choices) => {
            choices.extend(null.then(|| object(json!({"type": "null"}))));
            object(json!({"anyOf": choices}))
        }
    }
}

/// The schema of one form; `None` for words, which are described together, and for `null`, which is added to the rest.
fn of_one(form: Form) -> Option<Map<String, Value>> {
    let schema = match form {
        Form::Null | Form::Word { .. } => return None,
        Form::Bool => json!({"type": "boolean"}),
        Form::Whole { least, most, .. } => json!({"type": "integer", "minimum": least, "maximum": most}),
        Form::Number { above: None, most } => json!({"type": "number", "maximum": round(most)}),
        Form::Number { above: Some(above), most } => {
            json!({"type": "number", "exclusiveMinimum": round(above), "maximum": round(most)})
        }
        Form::Text(text) => Value::Object(text.schema()),
        Form::List(text) => json!({"type": "array", "items": text.schema()}),
    };
    Some(object(schema))
}

/// A bound as people write it: without `.0`.
fn round(bound: f64) -> Value {
    if bound.fract() == 0.0 { json!(bound as i64) } else { json!(bound) }
}

fn or_null(mut schema: Map<String, Value>) -> Map<String, Value> {
    if let Some(kind) = schema.get_mut("type") {
        *kind = json!([kind.clone(), "null"]);
    }
    if let Some(Value::Array(words)) = schema.get_mut("enum") {
        words.push(Value::Null);
    }
    if let Some(Value::Array(meanings)) = schema.get_mut("markdownEnumDescriptions") {
        meanings.push(json!("as if the option were not set"));
    }
    schema
}

/// The map of a value that is an object.
fn object(value: Value) -> Map<String, Value> {
    if let Value::Object(map) = value { map } else { Map::new() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_is_a_name_or_an_absolute_path() {
        let pattern = regex::Regex::new(Text::Program.pattern().unwrap_or_default());
        for (name, expected) in [
            ("python3", true),
            ("python3.12", true),
            ("/usr/bin/python3", true),
            (".python", true),
            ("..python", true),
            ("./python3", false),
            ("bin/python3", false),
            ("../python3", false),
            ("python3/", false),
            ("..", false),
            (".", false),
            ("", false),
        ] {
            assert_eq!(Text::Program.fits(&json!(name)), expected, "{name}");
            assert_eq!(pattern.as_ref().map(|pattern| pattern.is_match(name)), Ok(expected), "{name}");
        }
    }

    #[test]
    fn forms_are_told_in_words() {
        let auto = Form::Word { word: "auto", means: "" };
        let whole = |least| Form::Whole { noun: "a number", least, most: 9 };
        for (forms, words) in [
            (&[Form::Bool][..], "true or false"),
            (&[auto, Form::Bool], "\"auto\", true or false"),
            (&[whole(1)], "a number from 1 to 9"),
            (&[auto, whole(0)], "\"auto\" or a number"),
            (&[Form::Null, Form::Number { above: None, most: 0.0 }], "null or a number of at most 0"),
            (&[Form::Number { above: Some(0.0), most: 1.5 }], "a number above 0 and up to 1.5"),
            (&[Form::Bool, Form::List(Text::Folder)], "true, false or a list of folders"),
        ] {
            assert_eq!(expected(forms), words);
        }
    }

    #[test]
    fn schemas_are_as_short_as_they_can_be() {
        let whole = Form::Whole { noun: "", least: 1, most: 9 };
        let word = |word| Form::Word { word, means: "that" };
        let words = |kind: Value, names: Value, means: Value| json!({"type": kind, "enum": names, "markdownEnumDescriptions": means});
        for (forms, null, schema) in [
            (&[whole][..], false, json!({"type": "integer", "minimum": 1, "maximum": 9})),
            (&[whole], true, json!({"type": ["integer", "null"], "minimum": 1, "maximum": 9})),
            (&[word("a"), word("b")], false, words(json!("string"), json!(["a", "b"]), json!(["that", "that"]))),
            (
                &[word("a"), Form::Bool],
                true,
                json!({"anyOf": [words(json!("string"), json!(["a"]), json!(["that"])), {"type": "boolean"}, {"type": "null"}]}),
            ),
            (
                &[Form::Null, Form::Number { above: None, most: 0.0 }],
                false,
                json!({"type": ["number", "null"], "maximum": 0}),
            ),
            (
                &[Form::List(Text::Language)],
                false,
                json!({"type": "array", "items": {"type": "string", "minLength": 1}}),
            ),
        ] {
            assert_eq!(Value::Object(super::schema(forms, null)), schema);
        }
    }
}
