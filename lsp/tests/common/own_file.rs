//! The user's own configuration file.

use codegen_lsp::config::Config;
use codegen_lsp::config::layers::Base;
use serde_json::{Value, json};

use super::Client;

/// A user's own configuration file.
pub struct OwnFile(tempfile::TempDir);

impl OwnFile {
    pub fn with(settings: &Value) -> Self {
        let file = Self(tempfile::tempdir().unwrap());
        file.write(settings);
        file
    }

    pub fn path(&self) -> std::path::PathBuf {
        self.0.path().join("config.json")
    }

    pub fn write(&self, settings: &Value) {
        std::fs::write(self.path(), settings.to_string()).unwrap();
    }

    /// The base options of a server with this file, over `config`.
    pub fn under(&self, config: impl Fn(&mut Config) + Send + Sync + 'static) -> Base {
        Base::new(Some(self.path()), config)
    }
}

/// Tells the server that settings have changed, without saying which: the server reads the user's own file again.
pub fn settings_changed(client: &Client) {
    client.notify("workspace/didChangeConfiguration", json!({"settings": null}));
}
