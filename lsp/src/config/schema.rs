//! The options as a JSON schema, and as the settings of a VS Code extension.

use serde_json::{Map, Value, json};

use super::form;
use super::option::{OptionSpec, Scope};
use super::read::CLIENT_KEYS;
use super::{SECTION, options};

/// A JSON schema (draft-07) of `initializationOptions`, of the user's own file, and of the client's section of
/// settings. It accepts exactly what the server reads without a problem, and some globs that the server refuses.
#[must_use]
pub fn json_schema() -> Value {
    let mut schema = Map::new();
    schema.insert("$schema".to_owned(), json!("http://json-schema.org/draft-07/schema#"));
    schema.insert("title".to_owned(), json!("Options of codegen-lsp"));
    schema.append(&mut section(""));
    schema.insert("patternProperties".to_owned(), json!({client_keys(): {}}));
    Value::Object(schema)
}

/// A pattern for the client's keys, as [`is_client_key`](super::read::is_client_key) defines them.
fn client_keys() -> String {
    let keys = CLIENT_KEYS.map(|key| key.replace('$', r"\$"));
    format!(r"^({SECTION}\.)?({})(\.|$)", keys.join("|"))
}

fn section(name: &str) -> Map<String, Value> {
    let properties = options::children(name).into_iter().map(|(key, name, option)| {
        let schema = option.map_or_else(|| section(&name), of_option);
        (key.to_owned(), Value::Object(schema))
    });
    let properties: Map<_, _> = properties.collect();
    let mut schema = Map::new();
    schema.insert("type".to_owned(), if name.is_empty() { json!("object") } else { json!(["object", "null"]) });
    schema.insert("properties".to_owned(), Value::Object(properties));
    schema.insert("additionalProperties".to_owned(), json!(false));
    schema
}

fn of_option(option: &OptionSpec) -> Map<String, Value> {
    let mut schema = Map::new();
    schema.insert("description".to_owned(), json!(about(option)));
    // `null` means for every option that it is not set.
    schema.append(&mut form::schema(option.forms, true));
    if !option.default().is_null() {
        schema.insert("default".to_owned(), option.default());
    }
    schema.insert("x-since".to_owned(), json!(option.since));
    schema
}

/// The `properties` of `contributes.configuration` in the manifest of a VS Code extension. Options that a workspace may
/// not set have the scope `machine`: VS Code then takes them from the user's settings only.
#[must_use]
pub fn vscode() -> Value {
    let properties = options::ALL.iter().enumerate().map(|(order, option)| {
        // VS Code gives a setting without a default that of its type, such as 0.
        let mut schema = form::schema(option.forms, option.default().is_null());
        schema.insert("default".to_owned(), option.default());
        schema.insert("markdownDescription".to_owned(), json!(about(option)));
        let scope = if matches!(option.scope, Scope::User) { "machine" } else { "resource" };
        schema.insert("scope".to_owned(), json!(scope));
        schema.insert("order".to_owned(), json!(order));
        (format!("{SECTION}.{}", option.name), Value::Object(schema))
    });
    Value::Object(properties.collect())
}

/// The purpose of an option, and its default in words.
fn about(option: &OptionSpec) -> String {
    let default = option.default_in_words.filter(|_| option.default().is_null());
    let default = default.map(|words| format!(" If it is not set: {words}.")).unwrap_or_default();
    let scope = match option.scope {
        Scope::WorkspaceMayNarrow(narrowing) => format!(" {}.", capital(&narrowing.in_markdown())),
        Scope::WorkspaceMayAdd => format!(" {}.", capital(&option.scope.in_markdown())),
        Scope::User | Scope::Anyone => String::new(),
    };
    format!("{}{default}{scope}", option.in_markdown())
}

/// The text with a capital first letter.
fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests;
