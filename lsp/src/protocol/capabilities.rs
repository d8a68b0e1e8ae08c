//! The client's capabilities, as far as the server uses them.

use tower_lsp::ls_types as lsp;

/// The client's capabilities that the server uses (LSP 3.17, `ClientCapabilities`).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ClientCapabilities {
    /// `workspace/applyEdit`.
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
    /// `experimental.codegenStatus`: `codegen/status` for every suggestion and every percent.
    pub status_detail: bool,
}

impl ClientCapabilities {
    #[must_use]
    pub fn of(client: &lsp::ClientCapabilities) -> Self {
        let workspace = client.workspace.as_ref();
        let window = client.window.as_ref();
        let actions = client.text_document.as_ref().and_then(|t| t.code_action.as_ref());
        Self {
            apply_edit: workspace.and_then(|w| w.apply_edit) == Some(true),
            document_changes: workspace.and_then(|w| w.workspace_edit.as_ref()).and_then(|e| e.document_changes)
                == Some(true),
            progress: window.and_then(|w| w.work_done_progress) == Some(true),
            configuration: workspace.and_then(|w| w.configuration) == Some(true),
            register_configuration: workspace
                .and_then(|w| w.did_change_configuration.as_ref())
                .and_then(|c| c.dynamic_registration)
                == Some(true),
            lens_refresh: workspace.and_then(|w| w.code_lens.as_ref()).and_then(|c| c.refresh_support) == Some(true),
            code_action_literals: actions.is_some_and(|a| a.code_action_literal_support.is_some()),
            disabled_actions: actions
                .is_some_and(|a| a.code_action_literal_support.is_some() && a.disabled_support == Some(true)),
            status_detail: client
                .experimental
                .as_ref()
                .and_then(|e| e.get("codegenStatus"))
                .and_then(|on| on.as_bool())
                == Some(true),
        }
    }
}
