//! What editors make of a menu's entry: each puts it into a buffer by the rules of its own source code.

use ropey::Rope;
use tower_lsp::ls_types as lsp;

use crate::protocol::capabilities::{ClientCapabilities, MenuCapabilities};
use crate::protocol::positions::{self, Encoding};

/// An editor, or a plugin of one that has the menu.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Editor {
    /// `vim.lsp.completion` of Neovim 0.11.
    Neovim011,
    /// That of Neovim 0.12.
    Neovim012,
    /// nvim-cmp and blink.cmp, which apply plain text as an edit.
    NvimCmp,
    VsCode,
    /// Emacs's eglot, which inserts plain text without a look at it.
    Eglot,
    /// Sublime Text's LSP.
    Sublime,
}

impl Editor {
    pub const ALL: [Self; 6] =
        [Self::Neovim011, Self::Neovim012, Self::NvimCmp, Self::VsCode, Self::Eglot, Self::Sublime];

    /// What it says of itself, as far as the menu is concerned.
    pub fn capabilities(self) -> MenuCapabilities {
        let (name, completion) = match self {
            Self::Neovim011 => (
                "Neovim",
                r#"{"completionItem": {"snippetSupport": true,
                "documentationFormat": ["markdown", "plaintext"],
                "resolveSupport": {"properties": ["additionalTextEdits", "command"]}}}"#,
            ),
            Self::Neovim012 => (
                "Neovim",
                r#"{"completionItem": {"snippetSupport": true, "insertReplaceSupport": true,
                "documentationFormat": ["markdown", "plaintext"], "labelDetailsSupport": true,
                "resolveSupport": {"properties": ["additionalTextEdits", "command", "documentation"]}}}"#,
            ),
            Self::NvimCmp => (
                "Neovim",
                r#"{"insertTextMode": 1, "completionItem": {"snippetSupport": true,
                "insertReplaceSupport": true, "insertTextModeSupport": {"valueSet": [1, 2]},
                "labelDetailsSupport": true}}"#,
            ),
            Self::VsCode => (
                "Visual Studio Code",
                r#"{"insertTextMode": 2, "completionItem": {"snippetSupport": true,
                "insertReplaceSupport": true, "insertTextModeSupport": {"valueSet": [1, 2]},
                "labelDetailsSupport": true}}"#,
            ),
            Self::Eglot => ("Eglot", r#"{"completionItem": {"snippetSupport": true}}"#),
            Self::Sublime => (
                "Sublime Text LSP",
                r#"{"insertTextMode": 2, "completionItem": {"snippetSupport": true,
                "insertReplaceSupport": true, "insertTextModeSupport": {"valueSet": [2]}}}"#,
            ),
        };
        let client = format!(r#"{{"textDocument": {{"completion": {completion}}}}}"#);
        ClientCapabilities::of(&serde_json::from_str(&client).unwrap(), Some(name)).menu
    }

    /// Whether its buffers have line feeds only, whatever the file has.
    pub fn has_line_feeds(self) -> bool {
        !matches!(self, Self::VsCode | Self::Sublime)
    }

    /// The text of the buffer with the entry in it. `text` is what the server was told, and the cursor is at the end of the
    /// entry's range.
    pub fn accept(self, text: &str, item: &lsp::CompletionItem, encoding: Encoding) -> String {
        let Some(lsp::CompletionTextEdit::Edit(edit)) = &item.text_edit else { panic!("no edit: {item:?}") };
        let range = positions::range(&Rope::from_str(text), edit.range, encoding).unwrap();
        let (before, after) = (&text[..range.start], &text[range.end..]);
        let left = &before[before.rfind('\n').map_or(0, |end| end + 1)..];
        let snippet = item.insert_text_format == Some(lsp::InsertTextFormat::SNIPPET);
        let new = edit.new_text.as_str();
        let put = match self {
            Self::Neovim011 | Self::Neovim012 if snippet => {
                // The label stands in the buffer at first, and is taken out again. `vim.snippet.expand` takes the whole
                // line's indentation, and knows line feeds only. (With `expandtab` it writes tabs as spaces; here they are tabs.)
                let typed = &text[range.clone()];
                assert!(item.filter_text.as_ref().unwrap().starts_with(typed), "{item:?}");
                assert!(item.label.starts_with(typed), "{item:?}");
                assert!(!item.label.contains('\n'), "{item:?}");
                let line = format!("{left}{}", after.lines().next().unwrap_or_default());
                indented(&expanded(new), &white(&line))
            }
            Self::Neovim011 => new.split(char::is_whitespace).next().unwrap_or_default().to_owned(),
            Self::Neovim012 => new.lines().next().unwrap_or_default().to_owned(),
            Self::NvimCmp => {
                assert!(!snippet, "{item:?}");
                new.replace("\r\n", "\n")
            }
            Self::VsCode => {
                // It declares both modes, and takes a text as it is only if it is told so.
                let as_is = item.insert_text_mode == Some(lsp::InsertTextMode::AS_IS);
                let new = if snippet { expanded(new) } else { new.to_owned() };
                if as_is { new } else { indented(&new, &white(left)) }
            }
            Self::Eglot => {
                assert!(!snippet, "{item:?}");
                new.to_owned()
            }
            Self::Sublime => {
                assert!(snippet, "plain text is typed, and indented while it is: {item:?}");
                indented(&expanded(&new.replace('\r', "")), &white(left))
            }
        };
        let whole = format!("{before}{put}{after}");
        if self.has_line_feeds() {
            return whole.replace("\r\n", "\n");
        }
        // The others bring line ends into the form of the document.
        let ending = if text.contains("\r\n") { "\r\n" } else { "\n" };
        whole.replace("\r\n", "\n").replace('\n', ending)
    }
}

/// The text that a snippet without placeholders stands for.
fn expanded(snippet: &str) -> String {
    let (mut text, mut signs) = (String::new(), snippet.chars());
    while let Some(sign) = signs.next() {
        match sign {
            '\\' => match signs.next() {
                Some(escaped @ ('$' | '\\' | '}')) => text.push(escaped),
                other => text.extend(['\\'].into_iter().chain(other)),
            },
            '$' => panic!("a placeholder: {snippet}"),
            sign => text.push(sign),
        }
    }
    text
}

/// The text with the indentation before its lines but the first, blank ones too.
fn indented(text: &str, indent: &str) -> String {
    text.replace('\n', &format!("\n{indent}"))
}

fn white(line: &str) -> String {
    line.chars().take_while(|sign| matches!(sign, ' ' | '\t')).collect()
}

#[test]
fn plain_text_would_lose_its_lines_in_neovim() {
    let edit = lsp::TextEdit { range: lsp::Range::default(), new_text: "x = 1\ny = 2".to_owned() };
    let item = lsp::CompletionItem { text_edit: Some(edit.into()), ..lsp::CompletionItem::default() };
    assert_eq!(Editor::Neovim011.accept("", &item, Encoding::Utf8), "x");
    assert_eq!(Editor::Neovim012.accept("", &item, Encoding::Utf8), "x = 1");
}
