//! The sources of options, from the weakest to the strongest: defaults, the user's own file, the command line,
//! `initializationOptions`; then the client's settings, as far as [`super::scope`] admits them.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::Value;
use tower_lsp::ls_types::Uri;

use super::{Config, scope, user_file};

/// The options before the client sends any: defaults, the user's own file, the command line.
#[derive(Clone)]
pub struct Base {
    file: Option<PathBuf>,
    flags: Arc<dyn Fn(&mut Config) + Send + Sync>,
}

impl Base {
    /// The options of the user's own file, if there is a place for one, and of the command line, which wins.
    #[must_use]
    pub fn new(file: Option<PathBuf>, flags: impl Fn(&mut Config) + Send + Sync + 'static) -> Self {
        Self { file, flags: Arc::new(flags) }
    }

    /// The file in which the user can set options.
    #[must_use]
    pub fn file(&self) -> Option<&Path> {
        self.file.as_deref()
    }

    /// The options as they are now, and the problems in the file. Reads the file.
    #[must_use]
    pub fn read(&self) -> (Config, Vec<String>) {
        let mut config = Config::default();
        let problems = self.file.as_deref().map_or_else(Vec::new, |file| user_file::read(file, &mut config));
        (self.flags)(&mut config);
        (config, problems)
    }
}

impl From<Config> for Base {
    fn from(config: Config) -> Self {
        Self::new(None, move |base| base.clone_from(&config))
    }
}

/// The client's settings: for the whole of it, and for single workspace folders.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Settings {
    /// Settings without a scope.
    pub global: Value,
    /// Settings of workspace folders that have their own; there they replace `global`.
    pub by_root: Vec<(Uri, Value)>,
}

/// The options in force.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct InForce {
    /// Options outside of the workspace folders in `by_root`. Options that only the user may set are the same
    /// everywhere.
    pub global: Config,
    /// Options in workspace folders with settings of their own.
    pub by_root: Vec<(Uri, Config)>,
}

impl InForce {
    /// Combines the layers; also returns the problems in them, and what was ignored.
    #[must_use]
    pub fn of(base: &Base, initialization: &Value, settings: &Settings) -> (Self, Vec<String>) {
        let (mut user, mut problems) = base.read();
        problems.extend(user.read(initialization));
        let mut over = |settings: &Value| {
            let (admitted, refused) = scope::admit(&user, settings, base.file());
            let mut config = user.clone();
            problems.extend(refused);
            problems.extend(config.read(&admitted));
            config
        };
        let global = over(&settings.global);
        let by_root = settings.by_root.iter().map(|(root, settings)| (root.clone(), over(settings))).collect();
        (Self { global, by_root }, problems)
    }

    /// The values of `maxFileBytes`, with the workspace folder of each, `None` for the global one.
    pub fn sizes(&self) -> impl Iterator<Item = (Option<&Uri>, usize)> {
        let by_root = self.by_root.iter().map(|(root, config)| (Some(root), config.max_file_bytes));
        std::iter::once((None, self.global.max_file_bytes)).chain(by_root)
    }

    /// The options for a document: those of the innermost workspace folder that it is in.
    #[must_use]
    pub fn at(&self, document: &Uri) -> &Config {
        let inside = self.by_root.iter().filter_map(|(root, config)| Some((depth(root, document)?, config)));
        inside.max_by_key(|(depth, _)| *depth).map_or(&self.global, |(_, config)| config)
    }
}

/// The length of a folder's path if the folder contains the document, otherwise `None`. Only the paths are compared,
/// not the schemes: a notebook's cells have a scheme of their own.
fn depth(folder: &Uri, document: &Uri) -> Option<usize> {
    let host = |uri: &Uri| uri.authority().map(|authority| authority.as_str().to_ascii_lowercase()).unwrap_or_default();
    let (folder_path, document_path) = (path(folder)?, path(document)?);
    let inside = document_path.strip_prefix(folder_path.trim_end_matches('/'))?.starts_with('/');
    (inside && host(folder) == host(document)).then_some(folder_path.len())
}

/// The decoded path of a URI, with its drive letter in lower case, since clients differ in that.
fn path(uri: &Uri) -> Option<String> {
    let mut path = uri.path().decode().to_string().ok()?.into_owned();
    let drive = path
        .get(1..3)
        .is_some_and(|drive| drive.ends_with(':') && drive.starts_with(|c: char| c.is_ascii_alphabetic()));
    if path.starts_with('/')
        && drive
        && let Some(letter) = path.get_mut(1..2)
    {
        letter.make_ascii_lowercase();
    }
    Some(path)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn uri(text: &str) -> Uri {
        text.parse().unwrap()
    }

    #[test]
    fn later_layers_win_and_a_workspace_gets_what_it_may() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("config.json");
        std::fs::write(&file, r##"{"model": "of-the-file", "threads": 2, "batch": 3, "prompt": {"marker": "#f"}}"##)
            .unwrap();
        let base = Base::new(Some(file), |config| config.engine.options.threads = Some(5));
        let initialization = json!({"model": "of-the-client", "synthesis": {"candidates": 2}});
        let settings = Settings {
            global: json!({"model": "of-the-workspace", "synthesis": {"candidates": 3}}),
            by_root: vec![(uri("file:///a"), json!({"inline": {"enabled": false}, "trusted": true}))],
        };
        let (in_force, problems) = InForce::of(&base, &initialization, &settings);
        let global = &in_force.global;
        assert_eq!((global.engine.model.as_str(), global.engine.options.batch), ("of-the-client", 3));
        assert_eq!((global.engine.options.threads, global.synthesis.candidates), (Some(5), 3));
        let root = in_force.at(&uri("file:///a/b.py"));
        assert_eq!((root.inline.enabled, root.synthesis.candidates), (false, 2));
        assert_eq!((&root.engine, &root.trust), (&global.engine, &global.trust));
        assert_eq!(root.turns.marker.as_deref(), Some("#f"));
        let ignored: Vec<_> = problems.iter().map(|problem| problem.split(" is ignored").next().unwrap()).collect();
        assert_eq!(ignored, ["codegen.model = \"of-the-workspace\"", "codegen.trusted = true"]);
        assert!(problems.iter().all(|problem| problem.ends_with("config.json")), "{problems:?}");
    }

    #[test]
    fn a_document_belongs_to_the_innermost_folder() {
        let roots = ["file:///a", "file:///a/b", "file:///c%20d/", "file:///C:/x", "vscode-remote://ssh/a"];
        let config = |index: usize| Config {
            engine: super::super::EngineConfig { model: index.to_string(), ..Default::default() },
            ..Config::default()
        };
        let by_root = roots.iter().enumerate().map(|(index, root)| (uri(root), config(index))).collect();
        let in_force = InForce { global: config(9), by_root };
        for (document, expected) in [
            ("file:///a/x.py", "0"),
            ("file:///a/b/x.py", "1"),
            ("file:///a/bc/x.py", "0"),
            ("file:///ab/x.py", "9"),
            ("file:///a", "9"),
            ("file:///c%20d/x.py", "2"),
            ("file:///c%3A/x/y.py", "3"),
            ("file:///C:/x/y.py", "3"),
            ("vscode-notebook-cell:///a/n.ipynb#X1", "0"),
            ("vscode-remote://ssh/a/x.py", "4"),
            ("vscode-remote://other/a/x.py", "9"),
            ("untitled:Untitled-1", "9"),
        ] {
            assert_eq!(in_force.at(&uri(document)).engine.model, expected, "{document}");
        }
    }
}
