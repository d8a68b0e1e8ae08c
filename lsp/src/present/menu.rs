//! Suggestions as entries of the client's completion menu. Pure.
//!
//! An entry replaces the word before the cursor and nothing else, so that it stands at the same place as the entries of other
//! servers: Neovim inserts all of them at the place of one.

mod documentation;
mod insertion;
#[cfg(test)]
mod tests;

use codegen_text::completion::Suggestion;
use ropey::Rope;
use serde_json::json;
use tower_lsp::ls_types as lsp;

use crate::protocol::capabilities::MenuCapabilities;
use crate::protocol::commands;
use crate::protocol::positions::{self, Encoding};
pub use documentation::resolved;
use insertion::Line;

/// Characters after which a client asks by itself; it does after letters in any case. Those that a value, an attribute, an
/// argument or a key is about to follow; and the space, since most of what is worth suggesting begins a word: `return `,
/// `x = `, `import `. Not the line end and not the colon, which people press Enter at or after, and Enter accepts the entry in
/// many menus.
pub const TRIGGERS: [&str; 6] = [" ", ".", "(", "[", ",", "="];

/// From which probability on an entry stands above those of other servers.
const CONFIDENT: f32 = 0.5;
/// Columns of a label.
const LABEL: usize = 60;

/// A suggestion that is offered in the menu.
#[derive(Debug, Clone)]
pub struct Offer {
    /// Its number, by which it is counted when it is accepted.
    pub id: u64,
    pub suggestion: Suggestion,
    /// How probably it is exactly what comes next, from 0 to 1; `None` where that is not known.
    pub confidence: Option<f32>,
}

/// What the server says of its menu to a client.
#[must_use]
pub fn provider(client: MenuCapabilities) -> lsp::CompletionOptions {
    lsp::CompletionOptions {
        resolve_provider: Some(client.resolves_documentation),
        trigger_characters: Some(TRIGGERS.map(str::to_owned).to_vec()),
        ..lsp::CompletionOptions::default()
    }
}

/// The menu without any entry, where the next key may bring one: nothing was sure enough, or another request has come. Where
/// there is never one (another language, no model, a comment), a request is answered by null, and the client need not ask
/// again.
#[must_use]
pub fn nothing() -> lsp::CompletionList {
    lsp::CompletionList { is_incomplete: true, items: Vec::new() }
}

/// The menu for suggestions that were made for `text`, the best first. It is incomplete even with the best entry: what is
/// typed may be something else, and the client would only leave the entry out.
#[must_use]
pub fn menu(text: &Rope, offers: Vec<Offer>, encoding: Encoding, client: MenuCapabilities) -> lsp::CompletionList {
    let entries = offers.into_iter().enumerate();
    let items = entries.filter_map(|(place, offer)| entry(text, place, offer, encoding, client)).collect();
    lsp::CompletionList { is_incomplete: true, items }
}

/// The entry of a suggestion, the one at that `place` among several; `None` if the client can insert nothing of it.
fn entry(
    text: &Rope,
    place: usize,
    offer: Offer,
    encoding: Encoding,
    client: MenuCapabilities,
) -> Option<lsp::CompletionItem> {
    let Offer { id, suggestion: Suggestion { range, text: said }, confidence } = offer;
    let line = Line::around(text, range.clone());
    let whole = format!("{}{said}", line.word);
    let whole = line.insertable(&whole, client.insertion)?;
    let label = whole.lines().find(|line| !line.trim().is_empty())?.trim();
    let more = whole.trim().lines().skip(1).filter(|line| !line.trim().is_empty()).count();
    let by = by(more);
    let (label_details, detail) = if client.label_details {
        (Some(lsp::CompletionItemLabelDetails { detail: None, description: Some(by) }), None)
    } else {
        (None, Some(by))
    };
    let (new_text, insert_text_format, insert_text_mode) = line.inserted(whole, client.insertion);
    let item = lsp::CompletionItem {
        // In a menu of Neovim's own the label stands in the buffer while the entry is selected.
        label: if insert_text_format == lsp::InsertTextFormat::SNIPPET { label.to_owned() } else { short(label) },
        label_details,
        // Not a snippet: menus put these last, or leave them out, as their users wish.
        kind: Some(lsp::CompletionItemKind::TEXT),
        detail,
        sort_text: Some(format!("{}{place:02}", rank(confidence))),
        filter_text: Some(filter(whole, label).to_owned()),
        insert_text_format: Some(insert_text_format),
        insert_text_mode,
        text_edit: Some(lsp::CompletionTextEdit::Edit(lsp::TextEdit {
            range: positions::lsp_range(text, range.start - line.word.len()..range.end, encoding),
            new_text,
        })),
        command: Some(lsp::Command {
            title: "Count an accepted suggestion".to_owned(),
            command: commands::ACCEPTED.to_owned(),
            // No more than the number: Neovim cannot send back a fraction that has been in its menu.
            arguments: Some(vec![json!(id)]),
        }),
        data: Some(documentation::data(&line, client.insertion)),
        ..lsp::CompletionItem::default()
    };
    Some(if client.resolves_documentation { item } else { resolved(item, client) })
}

/// Whose the entry is, and how many lines it has beside the one that its label shows.
fn by(more: usize) -> String {
    match more {
        0 => "codegen".to_owned(),
        1 => "codegen, +1 line".to_owned(),
        more => format!("codegen, +{more} lines"),
    }
}

/// What the entry is sorted by: before all of Pyright's, which begin with digits, if it is probably right, and else behind all
/// names.
fn rank(confidence: Option<f32>) -> char {
    if confidence.is_some_and(|confidence| confidence >= CONFIDENT) { '!' } else { '~' }
}

/// What clients compare with what has been typed since the range's start: the first line, with its indentation.
fn filter<'t>(text: &'t str, label: &'t str) -> &'t str {
    text.lines().next().filter(|line| !line.trim().is_empty()).unwrap_or(label)
}

/// The label, cut to the columns that menus have room for.
fn short(label: &str) -> String {
    match label.char_indices().nth(LABEL - 1) {
        Some((cut, last)) if cut + last.len_utf8() < label.len() => format!("{}…", label[..cut].trim_end()),
        _ => label.to_owned(),
    }
}
