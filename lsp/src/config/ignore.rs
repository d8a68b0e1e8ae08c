//! Files that the model never sees (`inline.ignore`): globs, read as a line of `.gitignore` is, but in any case of letters
//! and without a negation, so that no mistake shows more than it should.
//!
//! A glob without a slash holds for a file or folder of that name wherever it is; one with a slash, other than at its end,
//! for a path from the workspace folder on; one that begins with a slash or a drive for an absolute path as well. What is in
//! a folder that a glob holds for is ignored, too. A slash at the end leaves folders only. Pure.

use std::sync::{Arc, OnceLock};

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};
use tower_lsp::ls_types::Uri;

use super::{Config, SECTION};

/// Names of files and folders that usually hold secrets: those that Zed and Continue keep from their models by default, but for
/// those that ordinary code has, such as `config.json` and a package `private`.
pub const SECRETS: [&str; 36] = [
    ".env",
    ".env.*",
    "*.env",
    ".envrc",
    ".dev.vars",
    "*.pem",
    "*.key",
    "*.p12",
    "*.pfx",
    "*.jks",
    "*.keystore",
    "*.kdbx",
    "*.ppk",
    "*.gpg",
    "id_rsa",
    "id_dsa",
    "id_ecdsa",
    "id_ed25519",
    ".netrc",
    "_netrc",
    ".pgpass",
    ".git-credentials",
    ".npmrc",
    ".pypirc",
    ".htpasswd",
    "*.secret",
    "*.secrets",
    "*.token",
    "*.tfvars",
    "secrets.{yml,yaml,json,toml}",
    ".aws/",
    ".azure/",
    ".gnupg/",
    ".kube/",
    ".secrets/",
    ".ssh/",
];

/// The largest size of a glob in bytes: longer ones can become regular expressions that take any amount of memory.
const MOST: usize = 256;

/// A list of globs. Those that [`mistake`] says something of hold for nothing.
#[derive(Debug, Clone)]
pub struct Globs {
    written: Vec<String>,
    /// Made when they are first needed, once for all copies.
    rules: Arc<OnceLock<Vec<Option<Rule>>>>,
}

impl PartialEq for Globs {
    fn eq(&self, other: &Self) -> bool {
        self.written == other.written
    }
}

impl Default for Globs {
    fn default() -> Self {
        Self::new(SECRETS.map(str::to_owned).to_vec())
    }
}

/// A glob that can be matched.
#[derive(Debug)]
struct Rule {
    glob: GlobSet,
    place: Place,
    folders_only: bool,
}

/// What a glob is compared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// The name of the file or of a folder that it is in.
    Anywhere,
    /// The path from the workspace folder on, or the beginning of it.
    Relative,
    /// That, or the absolute path.
    Absolute,
}

impl Globs {
    #[must_use]
    pub fn new(globs: Vec<String>) -> Self {
        Self { written: globs, rules: Arc::default() }
    }

    /// The globs as the user wrote them.
    #[must_use]
    pub fn written(&self) -> &[String] {
        &self.written
    }

    /// The first glob that holds for a file, given by its absolute path; `root` is the workspace folder that it is in.
    #[must_use]
    pub fn covering(&self, root: Option<&str>, path: &str) -> Option<&str> {
        let file = File::new(root, path);
        let rules = self.rules.get_or_init(|| self.written.iter().map(|glob| Rule::new(glob).ok()).collect());
        let mut both = self.written.iter().zip(rules);
        both.find(|(_, rule)| rule.as_ref().is_some_and(|rule| rule.covers(&file))).map(|(glob, _)| glob.as_str())
    }
}

impl Rule {
    fn new(glob: &str) -> Result<Self, String> {
        let drive = matches!(glob.as_bytes(), [letter, b':', b'/', ..] if letter.is_ascii_alphabetic());
        if glob.is_empty() {
            return Err("it is empty".to_owned());
        }
        if glob.len() > MOST {
            return Err(format!("it is longer than {MOST} bytes"));
        }
        if glob.starts_with('!') {
            return Err("no glob can take back what another ignores".to_owned());
        }
        if glob.contains('\\') {
            return Err("folders are divided by / on every system".to_owned());
        }
        if glob.starts_with("~/") {
            return Err("~ is not replaced; absolute paths begin with / or a drive".to_owned());
        }
        let folders_only = glob.ends_with('/');
        let inner = glob.strip_prefix("./").unwrap_or(glob).trim_end_matches('/');
        if inner.split('/').any(|part| part == "." || part == "..") {
            return Err("no path has . or .. in it".to_owned());
        }
        let place = match inner {
            _ if inner.starts_with('/') || drive => Place::Absolute,
            _ if inner.contains('/') || glob.starts_with("./") => Place::Relative,
            _ => Place::Anywhere,
        };
        // What is matched has single slashes.
        let inner = plain(inner);
        if inner.is_empty() {
            return Err("it names nothing".to_owned());
        }
        // The library's own way without case knows ASCII only.
        let built = GlobBuilder::new(&inner.to_lowercase()).literal_separator(true).build();
        // Unlike a matcher of one glob, a set says so if it cannot be made.
        let set = built.and_then(|glob| GlobSetBuilder::new().add(glob).build());
        let glob = set.map_err(|error| error.kind().to_string())?;
        Ok(Self { glob, place, folders_only })
    }

    fn covers(&self, file: &File) -> bool {
        let names = || file.names().any(|(name, folder)| self.fits(name, folder));
        let path = |path: &str| beginnings(path).any(|(beginning, folder)| self.fits(beginning, folder));
        match self.place {
            Place::Anywhere => names(),
            Place::Relative => path(&file.relative),
            Place::Absolute => path(&file.relative) || path(&file.absolute),
        }
    }

    fn fits(&self, text: &str, folder: bool) -> bool {
        (folder || !self.folders_only) && self.glob.is_match(text)
    }
}

/// A file's path in lower case, divided by slashes and without one at its beginning.
struct File {
    absolute: String,
    /// The path in its workspace folder; all of it outside of one.
    relative: String,
}

impl File {
    fn new(root: Option<&str>, path: &str) -> Self {
        let absolute = plain(path);
        let root = root.map(plain);
        let relative = root.as_deref().and_then(|root| within(root, &absolute)).unwrap_or(&absolute);
        Self { relative: relative.to_lowercase(), absolute: absolute.to_lowercase() }
    }

    /// The names in its path in the workspace folder, and whether each is a folder's.
    fn names(&self) -> impl Iterator<Item = (&str, bool)> {
        beginnings(&self.relative).map(|(beginning, folder)| {
            let name = beginning.rsplit('/').next().unwrap_or(beginning);
            (name, folder)
        })
    }
}

/// The path with slashes only, single ones and none at its ends.
fn plain(path: &str) -> String {
    let parts: Vec<_> = path.split(['/', '\\']).filter(|part| !part.is_empty()).collect();
    parts.join("/")
}

/// The part of a path behind a folder, if it is in it. Drives are told in both cases of letters.
fn within<'p>(folder: &str, path: &'p str) -> Option<&'p str> {
    if folder.is_empty() {
        return Some(path);
    }
    let (start, rest) = path.split_at_checked(folder.len())?;
    let drive = |text: &str| matches!(text.as_bytes(), [_, b':', ..]);
    let same = start == folder
        || (drive(start)
            && drive(folder)
            && start[..1].eq_ignore_ascii_case(&folder[..1])
            && start[1..] == folder[1..]);
    if same { rest.strip_prefix('/') } else { None }
}

/// The path of each folder that a path goes through, and the path itself; and whether it is a folder's.
fn beginnings(path: &str) -> impl Iterator<Item = (&str, bool)> {
    let folders = path.match_indices('/').map(|(end, _)| (&path[..end], true));
    folders.chain(std::iter::once((path, false)))
}

/// What is wrong with a glob, as the end of a sentence; `None` if it is right.
#[must_use]
pub fn mistake(glob: &str) -> Option<String> {
    Rule::new(glob).err()
}

/// The glob for which a file is kept from the model; `None` if it is not. `path` is the file's absolute path, and `root` that of
/// the workspace folder that it is in.
#[must_use]
pub fn ignored<'c>(config: &'c Config, root: Option<&str>, path: &str) -> Option<&'c str> {
    config.inline.ignore.covering(root, path)
}

/// The reason why a document is kept from the model; `None` if it is not. `roots` are the workspace's folders, of which the
/// innermost counts.
#[must_use]
pub fn kept(config: &Config, roots: &[Uri], document: &Uri) -> Option<String> {
    let path = decoded(document);
    let file = plain(&path);
    let around = roots.iter().map(decoded).filter(|root| within(&plain(root), &file).is_some());
    let root = around.max_by_key(|root| plain(root).len());
    let glob = ignored(config, root.as_deref(), &path)?;
    Some(format!(
        "{} is kept from the model by the glob {glob:?} (the option {SECTION}.inline.ignore)",
        document.as_str()
    ))
}

/// The path of a URI. What is not UTF-8 in it can still have a name that a glob holds for.
fn decoded(uri: &Uri) -> String {
    uri.path().decode().to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn globs(globs: &[&str]) -> Globs {
        Globs::new(globs.iter().map(|&glob| glob.to_owned()).collect())
    }

    #[test]
    fn globs_hold_for_names_and_paths() {
        for (glob, path, covered) in [
            // Names, of files and of folders, wherever they are in the workspace folder `/w`, and not above it.
            ("*.env", "/w/a.env", true),
            ("*.env", "/w/.env", true),
            ("*.env", "/w/a/b/c.env", true),
            ("*.env", "/w/a.env.py", false),
            ("*.env", "/w/a.env/b.py", true),
            (".env", "/w/x.env", false),
            (".env.*", "/w/.env.local", true),
            ("w", "/w/a.py", false),
            ("gen", "/w/gen/a.py", true),
            ("gen", "/w/gen", true),
            ("gen", "/w/a/gen/b/c.py", true),
            ("gen", "/w/generated/a.py", false),
            ("gen/", "/w/gen/a.py", true),
            ("gen/", "/w/a/gen/b.py", true),
            ("gen/", "/w/gen", false),
            ("gen//", "/w/gen/a.py", true),
            ("*", "/w/a.py", true),
            ("?.py", "/w/a.py", true),
            ("?.py", "/w/ab.py", false),
            ("[ab].py", "/w/b.py", true),
            ("[!ab].py", "/w/b.py", false),
            ("{a,b}.py", "/w/b.py", true),
            ("{a,b}.py", "/w/c.py", false),
            // Case makes no difference, in the glob or in the path.
            ("*.ENV", "/w/a.env", true),
            ("*.env", "/w/A.Env", true),
            ("caf\u{e9}.py", "/w/CAF\u{c9}.py", true),
            // As for git, `?` stands for one byte.
            ("?.py", "/w/\u{e9}.py", false),
            ("??.py", "/w/\u{e9}.py", true),
            // Paths from the workspace folder on.
            ("src/gen", "/w/src/gen/a.py", true),
            ("src/gen", "/w/src/gen", true),
            ("src/gen", "/w/a/src/gen/b.py", false),
            ("src/gen/", "/w/src/gen", false),
            ("src/gen/", "/w/src/gen/a.py", true),
            ("./gen", "/w/gen/a.py", true),
            ("./gen", "/w/a/gen/b.py", false),
            ("src/*.py", "/w/src/a.py", true),
            ("src/*.py", "/w/src/a/b.py", false),
            ("src/*/b.py", "/w/src/a/b.py", true),
            ("src/**", "/w/src/a/b.py", true),
            ("src/**", "/w/src.py", false),
            ("src/**/b.py", "/w/src/b.py", true),
            ("src/**/b.py", "/w/src/a/a/b.py", true),
            ("**/b.py", "/w/b.py", true),
            ("**/b.py", "/w/a/b.py", true),
            ("**/gen/**", "/w/a/gen/b.py", true),
            ("**", "/w/a.py", true),
            // Absolute paths, and those from the workspace folder on.
            ("/gen", "/w/gen/a.py", true),
            ("/gen", "/w/a/gen/b.py", false),
            ("/w/gen", "/w/gen/a.py", true),
            ("/w", "/w/a.py", true),
            ("/other", "/other/a.py", true),
            ("/other/**", "/other/a/b.py", true),
            ("//other//a", "/other//a/b.py", true),
            ("c:/x/**", "/c:/x/a.py", true),
            // Outside of the workspace folder.
            ("*.env", "/other/a.env", true),
            ("other", "/other/a.py", true),
            ("gen/*.py", "/other/gen/a.py", false),
            ("**/gen/*.py", "/other/gen/a.py", true),
            ("w", "/ww/a.py", false),
        ] {
            let expected = covered.then_some(glob);
            assert_eq!(globs(&[glob]).covering(Some("/w"), path), expected, "{glob} {path}");
        }
    }

    #[test]
    fn paths_of_windows_are_the_same() {
        for root in ["C:\\w", "c:/w", "/c:/w", "/C:/w/"] {
            for path in ["C:\\w\\src\\a.py", "c:/w/src/a.py", "/c:/w/src/a.py", "/c:/w\\src/a.py"] {
                for (glob, covered) in [
                    ("src/*.py", true),
                    ("src/", true),
                    ("a.py", true),
                    ("w", false),
                    ("c:/w/**", true),
                    ("C:/w/src/", true),
                    ("d:/w/**", false),
                    ("w/src/*.py", false),
                ] {
                    let globs = globs(&[glob]);
                    assert_eq!(globs.covering(Some(root), path).is_some(), covered, "{root} {path} {glob}");
                }
            }
        }
        assert_eq!(
            globs(&["src/*.py"]).covering(Some("\\\\host\\share"), "\\\\host\\share\\src\\a.py"),
            Some("src/*.py")
        );
    }

    #[test]
    fn what_is_wrong_with_a_glob_is_told_and_it_holds_for_nothing() {
        for (glob, expected) in [
            ("", "it is empty"),
            ("/", "it names nothing"),
            ("./", "it names nothing"),
            ("!a.py", "no glob can take back what another ignores"),
            ("a\\*.py", "folders are divided by / on every system"),
            ("~/a", "~ is not replaced; absolute paths begin with / or a drive"),
            ("../a", "no path has . or .. in it"),
            ("a/./b", "no path has . or .. in it"),
            ("[a", "unclosed character class; missing ']'"),
            ("a/{b", "unclosed alternate group; missing '}' (maybe escape '{' with '[{]'?)"),
            ("a}", "unopened alternate group; missing '{' (maybe escape '}' with '[}]'?)"),
            ("[z-a]", "invalid range; 'z' > 'a'"),
        ] {
            assert_eq!(mistake(glob).as_deref(), Some(expected), "{glob:?}");
            assert_eq!(globs(&[glob]).covering(Some("/w"), "/w/a.py"), None, "{glob:?}");
            assert_eq!(globs(&[glob, "*.py"]).covering(Some("/w"), "/w/a.py"), Some("*.py"), "{glob:?}");
        }
        assert!(mistake(&"a".repeat(257)).is_some());
        // Each can be made, whatever it is that it repeats.
        for part in ["a", "?", "*", "*/", "**/", "[\u{0}-\u{10ffff}]", "{a,b}", "{", "[", "\u{e9}", "[a-z]"] {
            let glob = part.repeat(MOST / part.len());
            let globs = globs(&[&glob]);
            let covers = globs.covering(None, &format!("/{}", "a".repeat(1000)));
            assert!(mistake(&glob).is_none() || covers.is_none(), "{part}");
        }
    }

    #[test]
    fn secrets_are_ignored_by_default_and_code_is_not() {
        let config = Config::default();
        for (path, expected) in [
            ("/w/.env", true),
            ("/w/.env.production", true),
            ("/w/prod.env", true),
            ("/w/certs/server.PEM", true),
            ("/home/u/.ssh/config", true),
            ("/home/u/.aws/credentials", true),
            ("/w/deploy/id_ed25519", true),
            ("/w/secrets.yaml", true),
            ("/w/secrets.py", false),
            ("/w/env/a.py", false),
            ("/w/environment.py", false),
            ("/w/keys/key.py", false),
            ("/w/config.json", false),
            ("/w/token.py", false),
        ] {
            assert_eq!(ignored(&config, Some("/w"), path).is_some(), expected, "{path}");
        }
        for glob in SECRETS {
            assert_eq!(mistake(glob), None, "{glob}");
            assert!(
                include_str!("../../../docs/OPTIONS.md").contains(&format!("`{glob}`")),
                "{glob} is not in OPTIONS.md"
            );
        }
    }

    #[test]
    fn documents_are_known_by_their_uris() {
        let uri = |text: &str| text.parse::<Uri>().unwrap();
        let roots = ["file:///w", "file:///w/inner", "file:///c:/x"].map(uri);
        let mut config = Config::default();
        config.inline.ignore = globs(&["gen/*.py", "*.env", "a b"]);
        for (document, glob) in [
            ("file:///w/gen/a.py", Some("gen/*.py")),
            ("file:///w/inner/gen/a.py", Some("gen/*.py")),
            ("file:///w/other/gen/a.py", None),
            ("file:///c:/x/gen/a.py", Some("gen/*.py")),
            ("file:///w/%2Eenv", Some("*.env")),
            ("file:///w/a%20b", Some("a b")),
            ("file:///w/%FF/a.env", Some("*.env")),
            ("vscode-notebook-cell:/w/gen/a.py#W0", Some("gen/*.py")),
            ("untitled:x.env", Some("*.env")),
            ("untitled:Untitled-1", None),
            ("file:///elsewhere/a.py", None),
        ] {
            let told = kept(&config, &roots, &uri(document));
            let expected = glob.map(|glob| {
                format!("{document} is kept from the model by the glob {glob:?} (the option codegen.inline.ignore)")
            });
            assert_eq!(told, expected, "{document}");
        }
    }
}
