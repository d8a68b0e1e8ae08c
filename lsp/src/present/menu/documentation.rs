//! The documentation of a menu's entry: the code as it will stand in the document.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use tower_lsp::ls_types as lsp;

use super::insertion::{self, Line};
use crate::protocol::capabilities::{Insertion, MenuCapabilities};

/// What an entry carries along (`data`), so that its documentation can be made of it without remembering the suggestion.
#[derive(Debug, Serialize, Deserialize)]
struct Kept {
    /// The text before the entry's range.
    left: String,
    /// The white space that the client puts before its lines but the first.
    indent: String,
}

/// What the entry of a suggestion on that line carries along.
pub(super) fn data(line: &Line, insertion: Insertion) -> Value {
    serde_json::json!(Kept { left: line.left.clone(), indent: line.added(insertion).to_owned() })
}

/// An entry with its documentation. One that was not made here stays as it is.
#[must_use]
pub fn resolved(mut item: lsp::CompletionItem, client: MenuCapabilities) -> lsp::CompletionItem {
    if let Some(code) = code(&item) {
        item.documentation = Some(if client.markdown {
            lsp::Documentation::MarkupContent(lsp::MarkupContent {
                kind: lsp::MarkupKind::Markdown,
                value: fenced(&code),
            })
        } else {
            lsp::Documentation::String(code)
        });
    }
    item
}

/// The lines that the document will have with the entry, without the indentation that they share.
fn code(item: &lsp::CompletionItem) -> Option<String> {
    let Kept { left, indent } = Kept::deserialize(item.data.as_ref()?).ok()?;
    let text = match item.text_edit.as_ref()? {
        lsp::CompletionTextEdit::Edit(edit) => &edit.new_text,
        lsp::CompletionTextEdit::InsertAndReplace(edit) => &edit.new_text,
    };
    let snippet = item.insert_text_format == Some(lsp::InsertTextFormat::SNIPPET);
    let text = if snippet { insertion::unescaped(text) } else { text.clone() };
    let whole = left + &insertion::with(&text, &indent);
    let lines: Vec<&str> = whole.lines().map(str::trim_end).skip_while(|line| line.is_empty()).collect();
    let shared = lines.iter().filter(|line| !line.is_empty()).map(|line| indented(line)).reduce(common)?.len();
    let lines = lines.iter().map(|line| line.get(shared..).unwrap_or_default());
    Some(lines.collect::<Vec<_>>().join("\n"))
}

/// The white space that a line begins with.
fn indented(line: &str) -> &str {
    &line[..line.len() - line.trim_start_matches([' ', '\t']).len()]
}

/// What two indentations begin with alike.
fn common<'i>(one: &'i str, other: &str) -> &'i str {
    let alike = one.bytes().zip(other.bytes()).take_while(|(one, other)| one == other).count();
    &one[..alike]
}

/// The code as a block of Markdown, between fences longer than any row of backticks in it.
fn fenced(code: &str) -> String {
    let longest = code.split(|sign| sign != '`').map(str::len).max().unwrap_or_default();
    let fence = "`".repeat(longest.max(2) + 1);
    format!("{fence}python\n{code}\n{fence}")
}
