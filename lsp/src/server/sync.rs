//! Messages that ls-types cannot read as they are, and the handlers that can: `didOpen` and `didChange` as clients really send
//! them (without a version, with null or a string for one, without a language, all of which ls-types requires; and a
//! change that is not read puts a buffer out of step), and what is new in LSP 3.18. Pure.

use serde::{Deserialize, Deserializer};
use serde_json::{Value, json};
use tower_lsp::ls_types::{TextDocumentContentChangeEvent, Uri};

use super::repair::Repair;
use crate::protocol::actions;

/// The method under which `didOpen` reaches its handler, past tower-lsp's own, which parses it with ls-types.
pub const OPEN: &str = "codegen/internal/didOpen";
/// The method under which `didChange` reaches its handler; see [`OPEN`].
pub const CHANGE: &str = "codegen/internal/didChange";

/// The parameter in which the message's [`Repair`] is passed.
const REPAIR: &str = "codegenRepair";

/// A document that the client has opened.
#[derive(Debug, Clone, PartialEq)]
pub struct Opened {
    pub uri: Uri,
    /// The client's language id; empty if it sends none.
    pub language: String,
    /// The client's version, if it sends any.
    pub version: Option<i32>,
    pub text: String,
    /// The replacements in the text.
    pub repair: Repair,
}

/// A document that the client has changed.
#[derive(Debug, Clone, PartialEq)]
pub struct Changed {
    pub uri: Uri,
    /// The client's new version, if it sends any.
    pub version: Option<i32>,
    /// The changes, in order.
    pub changes: Vec<TextDocumentContentChangeEvent>,
    /// The replacements in the changes.
    pub repair: Repair,
}

/// A message whose parameters are not those of its method.
#[derive(Debug, Clone, PartialEq)]
pub struct Unreadable {
    /// The document whose text it would have changed.
    pub uri: Option<Uri>,
    /// The problem, in words.
    pub problem: String,
}

/// The method under which a message reaches its handler, with the parameter that its handler needs.
#[must_use]
pub fn routed(method: &str, params: Option<Value>, repair: Repair) -> (Option<&'static str>, Option<Value>) {
    let name = match method {
        "initialize" => {
            let kept = params.map(|mut params| {
                actions::keep_support(&mut params);
                params
            });
            return (None, kept);
        }
        "textDocument/codeAction" => return (Some(actions::METHOD), params),
        "textDocument/didOpen" => OPEN,
        "textDocument/didChange" => CHANGE,
        _ => return (None, params),
    };
    let mut params = params.unwrap_or_default();
    if let Some(object) = params.as_object_mut() {
        object.insert(REPAIR.to_owned(), json!(repair));
    }
    (Some(name), Some(params))
}

impl Opened {
    /// Reads the parameters of `didOpen`.
    ///
    /// # Errors
    ///
    /// The URI or the text is missing or not a string.
    pub fn read(params: Value) -> Result<Self, Unreadable> {
        let uri = uri(&params);
        let params: OpenParams = serde_json::from_value(params).map_err(|error| unreadable(uri, "didOpen", &error))?;
        let OpenParams { text_document: Item { uri, language_id, version, text }, repair } = params;
        Ok(Self { uri, language: language_id.unwrap_or_default(), version, text, repair })
    }
}

impl Changed {
    /// Reads the parameters of `didChange`.
    ///
    /// # Errors
    ///
    /// The URI is missing, or a change is invalid.
    pub fn read(params: Value) -> Result<Self, Unreadable> {
        let uri = uri(&params);
        let params: ChangeParams =
            serde_json::from_value(params).map_err(|error| unreadable(uri, "didChange", &error))?;
        let ChangeParams { text_document: Identifier { uri, version }, content_changes, repair } = params;
        Ok(Self { uri, version, changes: content_changes, repair })
    }
}

fn uri(params: &Value) -> Option<Uri> {
    params.pointer("/textDocument/uri")?.as_str()?.parse().ok()
}

fn unreadable(uri: Option<Uri>, method: &str, error: &serde_json::Error) -> Unreadable {
    Unreadable { uri, problem: format!("textDocument/{method} cannot be read: {error}") }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct OpenParams {
    text_document: Item,
    #[serde(default, rename = "codegenRepair")]
    repair: Repair,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Item {
    uri: Uri,
    #[serde(default)]
    language_id: Option<String>,
    #[serde(default, deserialize_with = "usable")]
    version: Option<i32>,
    text: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ChangeParams {
    text_document: Identifier,
    content_changes: Vec<TextDocumentContentChangeEvent>,
    #[serde(default, rename = "codegenRepair")]
    repair: Repair,
}

#[derive(Deserialize)]
struct Identifier {
    uri: Uri,
    #[serde(default, deserialize_with = "usable")]
    version: Option<i32>,
}

/// A version, if it is a whole number. A float is accepted, since some languages have only floats.
fn usable<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<i32>, D::Error> {
    let value = Value::deserialize(deserializer)?;
    let whole =
        value.as_i64().or_else(|| value.as_f64().filter(|float| float.fract() == 0.0).map(|float| float as i64));
    Ok(whole.and_then(|version| i32::try_from(version).ok()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_taken_where_they_are_numbers() {
        for (version, expected) in [
            (json!(7), Some(7)),
            (json!(-1), Some(-1)),
            (json!(7.0), Some(7)),
            (json!(7.5), None),
            (json!(1_u64 << 40), None),
            (json!("7"), None),
            (json!(null), None),
            (json!({}), None),
        ] {
            let params = json!({"textDocument": {"uri": "file:///a", "version": version}, "contentChanges": []});
            assert_eq!(Changed::read(params).unwrap().version, expected, "{version}");
            let params = json!({"textDocument": {"uri": "file:///a", "version": version, "text": ""}});
            assert_eq!(Opened::read(params).unwrap().version, expected, "{version}");
        }
        let params = json!({"textDocument": {"uri": "file:///a"}, "contentChanges": [{"range": null, "text": "x"}]});
        let changed = Changed::read(params).unwrap();
        assert_eq!((changed.version, changed.changes.len(), changed.repair), (None, 1, Repair::Nothing));
    }

    #[test]
    fn languages_may_be_missing() {
        for (language, expected) in [(json!("python"), "python"), (json!(null), "")] {
            let params = json!({"textDocument": {"uri": "file:///a", "languageId": language, "text": "x"}});
            assert_eq!(Opened::read(params).unwrap().language, expected);
        }
    }

    #[test]
    fn what_cannot_be_read_names_its_document() {
        let named: Option<Uri> = Some("file:///a".parse().unwrap());
        for (params, uri) in [
            (json!({"textDocument": {"uri": "file:///a"}}), named.clone()),
            (json!({"textDocument": {"uri": "file:///a"}, "contentChanges": [{"text": 3}]}), named.clone()),
            (json!({"textDocument": {"uri": 3}, "contentChanges": []}), None),
            (json!([]), None),
            (json!(null), None),
        ] {
            let unreadable = Changed::read(params.clone()).unwrap_err();
            assert_eq!(unreadable.uri, uri, "{params}");
            assert!(unreadable.problem.starts_with("textDocument/didChange cannot be read: "), "{unreadable:?}");
        }
        assert_eq!(Opened::read(json!({"textDocument": {"uri": "file:///a"}})).unwrap_err().uri, named);
    }

    #[test]
    fn repairs_come_along() {
        let params = || Some(json!({"textDocument": {"uri": "file:///a"}, "contentChanges": []}));
        let (name, params) = routed("textDocument/didChange", params(), Repair::Bytes);
        assert_eq!(name, Some(CHANGE));
        assert_eq!(Changed::read(params.unwrap()).unwrap().repair, Repair::Bytes);
        assert_eq!(routed("textDocument/didOpen", None, Repair::Bytes), (Some(OPEN), Some(Value::Null)));
        assert_eq!(routed("exit", None, Repair::Bytes), (None, None));
        assert_eq!(routed("initialize", None, Repair::Nothing), (None, None));
        let params = Some(json!({"range": 1}));
        assert_eq!(routed("textDocument/codeAction", params.clone(), Repair::Bytes), (Some(actions::METHOD), params));
    }
}
