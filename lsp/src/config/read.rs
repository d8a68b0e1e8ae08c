//! Reads settings over a configuration: correct values are taken, and every wrong one is named.

use std::borrow::Cow;

use serde_json::{Map, Value};

use super::nearest;
use super::option::{Mistake, OptionSpec};
use super::{Config, options};

/// Keys at the top that are not the server's. An extension keeps its own settings, and those of its protocol's trace,
/// in the same section, and an editor looks for `$schema` in a file.
pub const CLIENT_KEYS: [&str; 3] = ["server", "trace", "$schema"];
/// The largest number of characters of a value or key that a problem shows.
const TOLD: usize = 80;

/// Where the options stand, which begins their full names in problems: `codegen` in a client's settings, nothing in a file that holds
/// nothing else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Root(pub &'static str);

impl Root {
    /// The full name of an option or section, as the user writes it.
    #[must_use]
    pub fn full(self, name: &str) -> String {
        match (self.0, name) {
            ("", "") => "the file".to_owned(),
            ("", name) => name.to_owned(),
            (root, "") => root.to_owned(),
            (root, name) => format!("{root}.{name}"),
        }
    }
}

/// Reads `settings` over `config`. A problem names an option, its value and the expected one.
pub fn read(config: &mut Config, settings: &Value, root: Root) -> Vec<String> {
    let mut problems = Vec::new();
    read_section((config, root), "", settings, &mut problems);
    problems
}

/// Whether a key at the top belongs to the client: it is one of [`CLIENT_KEYS`], or a dotted key inside one of them.
#[must_use]
pub fn is_client_key(key: &str) -> bool {
    CLIENT_KEYS.contains(&nearest::bare(key).split('.').next().unwrap_or_default())
}

fn read_section((config, root): (&mut Config, Root), section: &str, settings: &Value, problems: &mut Vec<String>) {
    let map = match settings {
        Value::Object(map) => map,
        Value::Null => return,
        other => {
            problems.push(format!(
                "{} is {}, but must be an object of options",
                root.full(section),
                short(&other.to_string())
            ));
            return;
        }
    };
    let children = options::children(section);
    for (key, name, option) in &children {
        let Some(value) = map.get(*key) else { continue };
        match option {
            Some(option) => read_option((config, root), option, value, problems),
            None => read_section((config, root), name, value, problems),
        }
    }
    let known: Vec<_> = children.iter().map(|(key, ..)| *key).collect();
    problems.extend(unknown_keys(section, map, &known).map(|key| unknown(root, section, key, &known)));
}

fn read_option((config, root): (&mut Config, Root), option: &OptionSpec, value: &Value, problems: &mut Vec<String>) {
    if option.fits(value) {
        return (option.set)(config, value);
    }
    // Clients send null for "not set".
    if value.is_null() {
        return;
    }
    let name = root.full(option.name);
    if let (Mistake::Narrowed | Mistake::ItemsIgnored, Value::Array(items), Some(item)) =
        (option.mistake, value, option.items())
    {
        let (right, wrong): (Vec<_>, Vec<_>) = items.iter().enumerate().partition(|(_, value)| item.fits(value));
        let told = wrong.into_iter().map(|(index, value)| {
            let why = item.mistake(value).map(|why| format!(": {why}")).unwrap_or_default();
            format!("{name}[{index}] is {}, but must be {}{why}", short(&value.to_string()), item.noun())
        });
        problems.extend(told);
        if option.mistake == Mistake::ItemsIgnored && right.is_empty() {
            return;
        }
        return (option.set)(config, &right.into_iter().map(|(_, value)| value.clone()).collect());
    }
    problems.push(format!("{name} is {}, but must be {}", short(&value.to_string()), option.expected()));
    if option.mistake == Mistake::Narrowed {
        (option.set)(config, &option.default());
    }
}

fn unknown_keys<'m>(section: &str, map: &'m Map<String, Value>, known: &[&str]) -> impl Iterator<Item = &'m String> {
    map.keys().filter(move |key| !(known.contains(&key.as_str()) || section.is_empty() && is_client_key(key)))
}

/// The problem for a key that is no option: the option that was meant, or the known ones.
fn unknown(root: Root, section: &str, key: &str, known: &[&str]) -> String {
    let name = if section.is_empty() { key.to_owned() } else { format!("{section}.{key}") };
    let told = root.full(&short(&name));
    if let Some(nested) = nearest::written_with_dots(section, key) {
        return format!("{told} is no key; sections are nested: {nested}");
    }
    match nearest::names(section, key).as_slice() {
        [] => format!("{told} is not an option; there are {}", known.join(", ")),
        names => {
            let names: Vec<_> = names.iter().map(|name| root.full(name)).collect();
            format!("{told} is not an option (did you mean {}?)", names.join(" or "))
        }
    }
}

/// A text as problems quote it: shortened, since it may be long.
#[must_use]
pub fn short(text: &str) -> Cow<'_, str> {
    match text.char_indices().nth(TOLD) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()).into(),
        None => text.into(),
    }
}
