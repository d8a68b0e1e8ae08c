//! Code actions with the tags of LSP 3.18, which ls-types does not have.

use serde::Serialize;
use serde_json::{Value, json};
use tower_lsp::ls_types as lsp;

/// The method under which `textDocument/codeAction` reaches its handler, past tower-lsp's own, whose answers have no tags.
pub const METHOD: &str = "codegen/internal/codeAction";

/// The client's support for tags, put where ls-types keeps what it does not know, and under a name of our own.
const SUPPORT: &str = "codegenActionTags";

/// `CodeActionTag.LLMGenerated`.
const LLM_GENERATED: u8 = 1;

/// One entry of the answer to `textDocument/codeAction`.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Answer {
    /// For clients that know commands only.
    Command(lsp::Command),
    Action(Box<Tagged>),
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Tagged {
    #[serde(flatten)]
    action: lsp::CodeAction,
    #[serde(skip_serializing_if = "<[u8]>::is_empty")]
    tags: &'static [u8],
}

impl Answer {
    /// An action; `generated` says whether a language model writes what it does, and whether the client wants to be told.
    #[must_use]
    pub fn action(action: lsp::CodeAction, generated: bool) -> Self {
        let tags: &[u8] = if generated { &[LLM_GENERATED] } else { &[] };
        Self::Action(Box::new(Tagged { action, tags }))
    }
}

/// Copies the client's support for tags (`textDocument.codeAction.tagSupport`) to where [`supported`] finds it once
/// ls-types has read the parameters of `initialize`.
pub fn keep_support(initialize: &mut Value) {
    let values = initialize.pointer("/capabilities/textDocument/codeAction/tagSupport/valueSet");
    let supported = values.and_then(Value::as_array).is_some_and(|values| values.contains(&json!(LLM_GENERATED)));
    if !supported {
        return;
    }
    let Some(capabilities) = initialize.get_mut("capabilities").and_then(Value::as_object_mut) else { return };
    let experimental = capabilities.entry("experimental").or_insert(Value::Null);
    if experimental.is_null() {
        *experimental = json!({});
    }
    if let Some(experimental) = experimental.as_object_mut() {
        experimental.insert(SUPPORT.to_owned(), json!(true));
    }
}

/// Whether the client knows the tag of generated actions; see [`keep_support`].
#[must_use]
pub fn supported(client: &lsp::ClientCapabilities) -> bool {
    client.experimental.as_ref().and_then(|experimental| experimental.get(SUPPORT)) == Some(&json!(true))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn support_for_tags_survives_the_types() {
        let tags = |values: Value| json!({"textDocument": {"codeAction": {"tagSupport": {"valueSet": values}}}});
        let with = |experimental: Value| {
            let mut capabilities = tags(json!([1]));
            capabilities["experimental"] = experimental;
            capabilities
        };
        for (capabilities, expected) in [
            (tags(json!([1])), true),
            (tags(json!([2, 1])), true),
            (tags(json!([])), false),
            (tags(json!(null)), false),
            (json!({}), false),
            (json!({"textDocument": null}), false),
            (with(json!(null)), true),
            (with(json!({"codegenStatus": true})), true),
            // Not in the form of the protocol: left as it is.
            (with(json!([])), false),
        ] {
            let mut params = json!({"capabilities": capabilities});
            keep_support(&mut params);
            let read: Result<lsp::ClientCapabilities, _> = serde_json::from_value(params["capabilities"].clone());
            assert_eq!(read.is_ok_and(|read| supported(&read)), expected, "{params}");
        }
        let mut params = json!(null);
        keep_support(&mut params);
        assert_eq!(params, json!(null));
    }

    #[test]
    fn an_action_has_tags_only_where_there_are_any() {
        let action = lsp::CodeAction { title: "Write".to_owned(), ..lsp::CodeAction::default() };
        let json = |generated| serde_json::to_value(Answer::action(action.clone(), generated)).unwrap();
        assert_eq!(json(true), json!({"title": "Write", "tags": [1]}));
        assert_eq!(json(false), json!({"title": "Write"}));
    }
}
