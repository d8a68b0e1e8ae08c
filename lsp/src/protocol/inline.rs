//! The parameters of `textDocument/inlineCompletion`, with what clients send beside the specification. Pure.

use codegen_text::document::indentation::Unit;
use serde::{Deserialize, Deserializer};
use serde_json::Value;
use tower_lsp::ls_types::{self as lsp, InlineCompletionTriggerKind, Position, Uri};

/// The parameters of `textDocument/inlineCompletion` (LSP 3.18, `InlineCompletionParams`). Copilot's clients send the document's
/// version and the editor's formatting options as well.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct InlineParams {
    pub text_document: Asked,
    pub position: Position,
    #[serde(default)]
    pub context: Context,
    #[serde(default, deserialize_with = "lenient")]
    formatting_options: Option<FormattingOptions>,
}

/// The document that is asked about.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Asked {
    pub uri: Uri,
    /// The version that the position is in, if the client says.
    #[serde(default, deserialize_with = "lenient")]
    pub version: Option<i32>,
}

/// How a suggestion is asked for.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Context {
    #[serde(default, deserialize_with = "lenient")]
    trigger_kind: Option<InlineCompletionTriggerKind>,
    /// The entry that is selected in the client's menu.
    #[serde(default)]
    pub selected_completion_info: Option<lsp::SelectedCompletionInfo>,
}

impl Context {
    /// Whether the user asked by a gesture of their own, rather than by typing. A client that does not say is taken to ask
    /// while the user types.
    #[must_use]
    pub fn is_invoked(&self) -> bool {
        self.trigger_kind == Some(InlineCompletionTriggerKind::INVOKED)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
struct FormattingOptions {
    tab_size: u32,
    insert_spaces: bool,
}

impl InlineParams {
    /// The client's unit of indentation, if it names a usable one.
    #[must_use]
    pub fn unit(&self) -> Option<Unit> {
        self.formatting_options.and_then(|options| Unit::of_options(options.tab_size, options.insert_spaces))
    }
}

/// A value that the specification has not, or not in this place: what cannot be read is as if it were missing.
fn lenient<'de, D: Deserializer<'de>, T: for<'v> Deserialize<'v>>(deserializer: D) -> Result<Option<T>, D::Error> {
    let value = Value::deserialize(deserializer)?;
    Ok(T::deserialize(value).ok())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(mut more: Value) -> Option<InlineParams> {
        more["position"] = json!({"line": 1, "character": 2});
        serde_json::from_value(more).ok()
    }

    #[test]
    fn what_clients_send_beside_the_specification_is_read_where_it_can_be() {
        let uri = "file:///a.py";
        for (sent, version, invoked, unit) in [
            (json!({"textDocument": {"uri": uri}}), None, false, None),
            (json!({"textDocument": {"uri": uri}, "context": {"triggerKind": 1}}), None, true, None),
            (json!({"textDocument": {"uri": uri}, "context": {"triggerKind": 2}}), None, false, None),
            (json!({"textDocument": {"uri": uri}, "context": {"triggerKind": "x"}}), None, false, None),
            (json!({"textDocument": {"uri": uri, "version": 3}, "context": {}}), Some(3), false, None),
            (json!({"textDocument": {"uri": uri, "version": null}, "context": {}}), None, false, None),
            (json!({"textDocument": {"uri": uri, "version": "3"}, "context": {}}), None, false, None),
            (
                json!({"textDocument": {"uri": uri}, "formattingOptions": {"tabSize": 2, "insertSpaces": true}}),
                None,
                false,
                Some(Unit::Spaces(2)),
            ),
            (
                json!({"textDocument": {"uri": uri}, "formattingOptions": {"tabSize": 4, "insertSpaces": false, "x": 1}}),
                None,
                false,
                Some(Unit::Tabs),
            ),
            (
                json!({"textDocument": {"uri": uri}, "formattingOptions": {"tabSize": 0, "insertSpaces": true}}),
                None,
                false,
                None,
            ),
            (json!({"textDocument": {"uri": uri}, "formattingOptions": {"tabSize": -4}}), None, false, None),
            (json!({"textDocument": {"uri": uri}, "formattingOptions": []}), None, false, None),
        ] {
            let params = read(sent.clone()).unwrap_or_else(|| panic!("{sent} is not read"));
            let found = (params.text_document.version, params.context.is_invoked(), params.unit());
            assert_eq!(found, (version, invoked, unit), "{sent}");
        }
        assert_eq!(
            read(json!({"textDocument": {"uri": uri}, "context": {"selectedCompletionInfo": {"text": 1}}})),
            None
        );
        assert_eq!(read(json!({"textDocument": {}})), None);
    }
}
