//! The client's capabilities, as far as the server uses them.

use tower_lsp::ls_types as lsp;

use crate::protocol::actions;

/// The client's capabilities that the server uses (LSP 3.17, `ClientCapabilities`).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ClientCapabilities {
    /// `workspace/applyEdit`: the client does not say that it cannot. Kate's says nothing, and applies edits.
    pub apply_edit: bool,
    /// Edits that name the version of their document (`workspaceEdit.documentChanges`).
    pub document_changes: bool,
    /// `window/workDoneProgress/create`.
    pub progress: bool,
    /// `workspace/configuration`.
    pub configuration: bool,
    /// Registration for `workspace/didChangeConfiguration` at run time.
    pub register_configuration: bool,
    /// `workspace/codeLens/refresh`.
    pub lens_refresh: bool,
    /// Code actions that are more than commands (`codeActionLiteralSupport`).
    pub code_action_literals: bool,
    /// Code actions that are disabled, with a reason (`disabledSupport`).
    pub disabled_actions: bool,
    /// Code actions with the tag of what a language model writes (LSP 3.18, `tagSupport`).
    pub tagged_actions: bool,
    /// The client loses an edit that begins behind the last line end.
    pub loses_edits_at_end: bool,
    /// The client reports no change of a document while it waits for a command's answer.
    pub waits_for_commands: bool,
    /// `textDocument/inlineCompletion` (LSP 3.18).
    pub inline_completion: bool,
    /// The entries of completion menus.
    pub menu: MenuCapabilities,
    /// `experimental.codegenStatus`: `codegen/status` for every suggestion and every percent.
    pub status_detail: bool,
}

/// The client's capabilities for entries of its completion menu (`textDocument.completion`).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct MenuCapabilities {
    /// What stands beside an entry (`labelDetailsSupport`).
    pub label_details: bool,
    /// Fetching an entry's documentation when it is looked at (`resolveSupport` for `documentation`).
    pub resolves_documentation: bool,
    /// Documentation in Markdown, and the client does not like plain text better (`documentationFormat`).
    pub markdown: bool,
    /// The form in which a text of several lines arrives as it is meant.
    pub insertion: Insertion,
}

/// The form in which a client inserts a text of several lines as it is meant. What clients do with the white space of lines
/// differs, and so does what they make of plain text.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Insertion {
    /// Plain text, taken as it is because nothing else is declared.
    #[default]
    Plain,
    /// Plain text, with the word that it is to be taken as it is (`insertTextMode` 1).
    AsIs,
    /// Plain text whose lines but the first get the indentation of the line that they are put in (`insertTextMode` 2).
    Indented,
    /// A snippet whose lines but the first get that indentation.
    Snippet,
}

impl ClientCapabilities {
    /// The capabilities of a client, and of the one with that name (`clientInfo`) where they do not tell the whole of it.
    #[must_use]
    pub fn of(client: &lsp::ClientCapabilities, name: Option<&str>) -> Self {
        let workspace = client.workspace.as_ref();
        let window = client.window.as_ref();
        let action = client.text_document.as_ref().and_then(|t| t.code_action.as_ref());
        Self {
            apply_edit: workspace.and_then(|w| w.apply_edit) != Some(false),
            document_changes: workspace.and_then(|w| w.workspace_edit.as_ref()).and_then(|e| e.document_changes)
                == Some(true),
            progress: window.and_then(|w| w.work_done_progress) == Some(true),
            configuration: workspace.and_then(|w| w.configuration) == Some(true),
            register_configuration: workspace
                .and_then(|w| w.did_change_configuration.as_ref())
                .and_then(|c| c.dynamic_registration)
                == Some(true),
            lens_refresh: workspace.and_then(|w| w.code_lens.as_ref()).and_then(|c| c.refresh_support) == Some(true),
            code_action_literals: action.is_some_and(|a| a.code_action_literal_support.is_some()),
            disabled_actions: action
                .is_some_and(|a| a.code_action_literal_support.is_some() && a.disabled_support == Some(true)),
            tagged_actions: actions::supported(client),
            loses_edits_at_end: name == Some(VIM),
            waits_for_commands: name == Some(EGLOT),
            inline_completion: client.text_document.as_ref().is_some_and(|t| t.inline_completion.is_some()),
            menu: client
                .text_document
                .as_ref()
                .and_then(|t| t.completion.as_ref())
                .map(|completion| MenuCapabilities::of(completion, name))
                .unwrap_or_default(),
            status_detail: client
                .experimental
                .as_ref()
                .and_then(|e| e.get("codegenStatus"))
                .and_then(|on| on.as_bool())
                == Some(true),
        }
    }
}

impl MenuCapabilities {
    fn of(completion: &lsp::CompletionClientCapabilities, name: Option<&str>) -> Self {
        let item = completion.completion_item.as_ref();
        let format = item.and_then(|i| i.documentation_format.as_ref()).and_then(|formats| formats.first());
        Self {
            label_details: item.and_then(|i| i.label_details_support) == Some(true),
            resolves_documentation: item
                .and_then(|i| i.resolve_support.as_ref())
                .is_some_and(|resolve| resolve.properties.iter().any(|property| property == "documentation")),
            markdown: format == Some(&lsp::MarkupKind::Markdown),
            insertion: Insertion::of(completion, name),
        }
    }
}

impl Insertion {
    fn of(completion: &lsp::CompletionClientCapabilities, name: Option<&str>) -> Self {
        let item = completion.completion_item.as_ref();
        let modes = item.and_then(|i| i.insert_text_mode_support.as_ref());
        let knows = |mode| modes.is_some_and(|modes| modes.value_set.contains(&mode));
        let snippets = item.and_then(|i| i.snippet_support) == Some(true);
        let adjusts = knows(lsp::InsertTextMode::ADJUST_INDENTATION)
            || completion.insert_text_mode == Some(lsp::InsertTextMode::ADJUST_INDENTATION);
        if knows(lsp::InsertTextMode::AS_IS) {
            Self::AsIs
        } else if adjusts {
            // Sublime Text inserts plain text as if it were typed, so that its own indentation is added to it.
            if snippets { Self::Snippet } else { Self::Indented }
        } else if snippets && name == Some(NEOVIM) && modes.is_none() && completion.insert_text_mode.is_none() {
            // Of plain text Neovim's own menu keeps one line (0.12), or what comes before the first white space (0.11).
            // Menus of plugins declare their modes.
            Self::Snippet
        } else {
            Self::Plain
        }
    }
}

/// Eglot's `clientInfo.name`. It gives a command ten seconds.
const EGLOT: &str = "Eglot";

/// The `clientInfo.name` of yegappan/lsp, which looks for the line that such an edit begins in and has none.
const VIM: &str = "Vim";

/// Neovim's `clientInfo.name`.
const NEOVIM: &str = "Neovim";

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn menu(completion: Value, name: Option<&str>) -> MenuCapabilities {
        let client = json!({"textDocument": {"completion": completion}});
        ClientCapabilities::of(&serde_json::from_value(client).unwrap(), name).menu
    }

    #[test]
    fn inline_completion_is_what_the_client_says() {
        for (text_document, expected) in [
            (json!({}), false),
            (json!({"completion": {}}), false),
            (json!({"inlineCompletion": {}}), true),
            (json!({"inlineCompletion": {"dynamicRegistration": false}}), true),
        ] {
            let client = serde_json::from_value(json!({"textDocument": text_document})).unwrap();
            assert_eq!(ClientCapabilities::of(&client, None).inline_completion, expected, "{text_document}");
        }
        let nothing = ClientCapabilities::of(&lsp::ClientCapabilities::default(), None);
        assert_eq!(nothing, ClientCapabilities { apply_edit: true, ..ClientCapabilities::default() });
    }

    #[test]
    fn only_a_client_that_says_so_applies_no_edits() {
        for (workspace, expected) in
            [(json!({}), true), (json!({"applyEdit": true}), true), (json!({"applyEdit": false}), false)]
        {
            let client = serde_json::from_value(json!({"workspace": workspace})).unwrap();
            assert_eq!(ClientCapabilities::of(&client, None).apply_edit, expected, "{workspace}");
        }
    }

    #[test]
    fn texts_go_in_the_form_that_the_client_inserts_as_it_is_meant() {
        let table = [
            // Nothing is said; nothing but the mode that is meant where an item says nothing.
            (json!({}), None, Insertion::Plain),
            (json!({"completionItem": {"snippetSupport": true}}), Some("eglot"), Insertion::Plain),
            (json!({"insertTextMode": 1}), None, Insertion::Plain),
            // Visual Studio Code, and menus of plugins in Neovim.
            (
                json!({"insertTextMode": 2, "completionItem": {"insertTextModeSupport": {"valueSet": [1, 2]}}}),
                Some("Visual Studio Code"),
                Insertion::AsIs,
            ),
            (
                json!({"completionItem": {"snippetSupport": true, "insertTextModeSupport": {"valueSet": [1]}}}),
                Some("Neovim"),
                Insertion::AsIs,
            ),
            // Clients that always indent.
            (json!({"insertTextMode": 2}), None, Insertion::Indented),
            (json!({"completionItem": {"insertTextModeSupport": {"valueSet": [2]}}}), None, Insertion::Indented),
            (
                json!({"completionItem": {"snippetSupport": true, "insertTextModeSupport": {"valueSet": [2]}}}),
                Some("Sublime Text LSP"),
                Insertion::Snippet,
            ),
            // Neovim's own menu; and without snippets.
            (json!({"completionItem": {"snippetSupport": true}}), Some("Neovim"), Insertion::Snippet),
            (json!({"completionItem": {"snippetSupport": false}}), Some("Neovim"), Insertion::Plain),
            // Modes that are not in the specification.
            (json!({"completionItem": {"insertTextModeSupport": {"valueSet": [7]}}}), None, Insertion::Plain),
        ];
        for (completion, name, expected) in table {
            assert_eq!(menu(completion.clone(), name).insertion, expected, "{completion} {name:?}");
        }
    }

    #[test]
    fn what_an_entry_may_hold_is_what_the_client_says() {
        let table = [
            (json!({}), (false, false, false)),
            (json!({"labelDetailsSupport": true}), (true, false, false)),
            (json!({"labelDetailsSupport": false}), (false, false, false)),
            (json!({"resolveSupport": {"properties": ["additionalTextEdits", "command"]}}), (false, false, false)),
            (json!({"resolveSupport": {"properties": ["detail", "documentation"]}}), (false, true, false)),
            (json!({"documentationFormat": ["markdown", "plaintext"]}), (false, false, true)),
            (json!({"documentationFormat": ["plaintext", "markdown"]}), (false, false, false)),
            (json!({"documentationFormat": []}), (false, false, false)),
        ];
        for (item, expected) in table {
            let found = menu(json!({ "completionItem": item }), None);
            let found = (found.label_details, found.resolves_documentation, found.markdown);
            assert_eq!(found, expected, "{item}");
        }
    }
}
