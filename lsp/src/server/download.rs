//! A model that is named and not here: offered once, and fetched if the user says so.

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tower_lsp::ls_types::ProgressToken;

use crate::models::Missing;

/// What the user was offered, and what is being fetched.
#[derive(Debug, Default)]
pub struct Download {
    /// The names that were offered: each once in a session.
    offered: HashSet<String>,
    under_way: Option<UnderWay>,
}

/// A model that is being fetched.
#[derive(Debug, Clone)]
pub struct UnderWay {
    /// Its name.
    pub name: String,
    /// The token of its progress, once the client has accepted it.
    pub token: Option<ProgressToken>,
    /// Ends it.
    pub cancel: Arc<AtomicBool>,
}

impl Download {
    /// Whether a model is to be offered: not twice, and not beside another that is being fetched. It then counts as offered.
    pub fn offers(&mut self, missing: &Missing) -> bool {
        self.under_way.is_none() && self.offered.insert(missing.0.to_string())
    }

    /// Begins to fetch a model.
    pub fn begin(&mut self, name: String) -> UnderWay {
        let under_way = UnderWay { name, token: None, cancel: Arc::default() };
        self.under_way = Some(under_way.clone());
        under_way
    }

    /// What is being fetched.
    #[must_use]
    pub fn under_way(&self) -> Option<&UnderWay> {
        self.under_way.as_ref()
    }

    /// Notes the token under which the client shows it.
    pub fn shown_as(&mut self, token: ProgressToken) {
        if let Some(under_way) = &mut self.under_way {
            under_way.token = Some(token);
        }
    }

    /// Ends what is being fetched, if it is shown under that token, or in any case. What came is kept.
    pub fn cancel(&self, token: Option<&ProgressToken>) {
        let this = |under_way: &&UnderWay| token.is_none() || under_way.token.as_ref() == token;
        if let Some(under_way) = self.under_way.as_ref().filter(this) {
            under_way.cancel.store(true, Ordering::Relaxed);
        }
    }

    /// Forgets what was being fetched, and returns it.
    pub fn end(&mut self) -> Option<UnderWay> {
        self.under_way.take()
    }
}

#[cfg(test)]
mod tests {
    use codegen_hub::Name;
    use tower_lsp::ls_types::NumberOrString;

    use super::*;

    fn missing(name: &str) -> Missing {
        match Name::parse(name) {
            Ok(Some(Name::Hub(hub))) => Missing(hub),
            other => unreachable!("{name}: {other:?}"),
        }
    }

    #[test]
    fn a_model_is_offered_once_and_none_beside_another() {
        let mut download = Download::default();
        assert!(download.offers(&missing("codegen-350M-mono")));
        assert!(!download.offers(&missing("codegen-350M-mono")));
        assert!(download.offers(&missing("hf:a/b")));
        download.begin("hf:a/b".to_owned());
        assert!(!download.offers(&missing("hf:a/c")));
        download.end();
        assert!(download.offers(&missing("hf:a/c")), "it was not offered before");
    }

    #[test]
    fn it_is_ended_by_its_own_token() {
        let mut download = Download::default();
        let begun = download.begin("hf:a/b".to_owned());
        let token = |text: &str| NumberOrString::String(text.to_owned());
        let ended = || begun.cancel.load(Ordering::Relaxed);
        download.cancel(Some(&token("a")));
        assert!(!ended(), "it has no token yet");
        download.shown_as(token("a"));
        download.cancel(Some(&token("b")));
        assert!(!ended());
        download.cancel(Some(&token("a")));
        assert!(ended());
        let again = download.begin("hf:a/b".to_owned());
        download.cancel(None);
        assert!(again.cancel.load(Ordering::Relaxed));
    }
}
