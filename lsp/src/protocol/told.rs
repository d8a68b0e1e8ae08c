//! What clients say of inline suggestions and of the user's focus, in the notifications that GitHub's Copilot language server
//! has for it.

use serde_json::Value;
use tower_lsp::ls_types::Uri;

/// The user sees a suggestion.
pub const SHOWN: &str = "textDocument/didShowCompletion";
/// A suggestion was taken as a whole.
pub const ACCEPTED: &str = "textDocument/didAcceptCompletion";
/// A part of a suggestion is in the buffer now.
pub const PARTLY_ACCEPTED: &str = "textDocument/didPartiallyAcceptCompletion";

/// The user has turned to a document, or to none.
pub const FOCUSED: &str = "textDocument/didFocus";

/// The document that the user has turned to; `None` for none, or what cannot be read.
#[must_use]
pub fn focus(params: &Value) -> Option<Uri> {
    params.pointer("/textDocument/uri")?.as_str()?.parse().ok()
}

/// The number of the suggestion: the first of the arguments that its item's command has.
///
/// # Errors
/// There is none, in words.
pub fn number(params: &Value) -> Result<u64, String> {
    let number = params.pointer("/item/command/arguments/0");
    number
        .and_then(Value::as_u64)
        .ok_or_else(|| "expected the item as it was sent, {item: {command: {arguments: [its number, …]}}}".to_owned())
}

/// The number of the suggestion, and how much of its `insertText`, from the beginning on, is in the buffer, in UTF-16 code
/// units.
///
/// # Errors
/// One of them is missing, in words.
pub fn part(params: &Value) -> Result<(u64, usize), String> {
    let number = number(params)?;
    let length = params.get("acceptedLength").and_then(Value::as_u64).and_then(|length| usize::try_from(length).ok());
    length.map(|length| (number, length)).ok_or_else(|| "expected acceptedLength, in UTF-16 code units".to_owned())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_there_is_read_and_what_is_not_is_named() {
        let item = json!({"insertText": "x", "command": {"title": "", "command": "c", "arguments": [7, {"more": 1}]}});
        assert_eq!(number(&json!({ "item": item })), Ok(7));
        assert_eq!(part(&json!({"item": item, "acceptedLength": 3})), Ok((7, 3)));
        for params in [
            json!(null),
            json!([]),
            json!({"item": {}}),
            json!({"item": {"command": {"arguments": []}}}),
            json!({"item": {"command": {"arguments": ["7"]}}, "acceptedLength": 3}),
            json!({"item": {"command": {"arguments": [-7]}}, "acceptedLength": 3}),
        ] {
            assert!(number(&params).is_err_and(|problem| problem.starts_with("expected the item")), "{params}");
            assert!(part(&params).is_err(), "{params}");
        }
        for length in [json!(null), json!("3"), json!(-3), json!(0.5)] {
            let problem = part(&json!({"item": item, "acceptedLength": length})).unwrap_err();
            assert!(problem.starts_with("expected acceptedLength"), "{problem}");
        }
    }
}
