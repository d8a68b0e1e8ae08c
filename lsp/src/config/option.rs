//! The declaration of one option.

use serde_json::Value;

use super::Config;
use super::form::{self, Form, Text};

/// An option: its name, its values, its place in a [`Config`], its scope, and its documentation.
#[derive(Debug, Clone, Copy)]
pub struct OptionSpec {
    /// The name in the documentation, without `codegen.`: the keys that lead to it, joined by dots.
    pub name: &'static str,
    /// The forms that its value may have.
    pub forms: &'static [Form],
    /// Reads the value from a configuration, as settings give it; `null` if it is not set.
    pub get: fn(&Config) -> Value,
    /// Sets a value that has one of the forms in a configuration.
    pub set: fn(&mut Config, &Value),
    /// The default in words, where the value itself is no good description.
    pub default_in_words: Option<&'static str>,
    /// The effect of a wrong value.
    pub mistake: Mistake,
    pub scope: Scope,
    /// The release that introduced it.
    pub since: &'static str,
    /// Its purpose: a sentence in Markdown.
    pub about: &'static str,
}

/// The effect of a wrong value, beside a problem that is reported.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mistake {
    /// The option keeps its value.
    Ignored,
    /// Correct items of a list are taken; an altogether wrong value counts as the default, so that a mistake trusts
    /// nothing.
    Narrowed,
    /// Correct items of a list are taken; without any, the option keeps its value.
    ItemsIgnored,
}

/// Who may set an option.
#[derive(Debug, Clone, Copy)]
pub enum Scope {
    /// The user only: the option names a program, a file or a folder, weakens a protection of the user, or concerns the
    /// one model that all workspaces share.
    User,
    /// A workspace as well, if its value allows no more than the user's.
    WorkspaceMayNarrow(Narrowing),
    /// A workspace as well: the items of its list are added to the user's.
    WorkspaceMayAdd,
    /// A workspace as well: no value does harm.
    Anyone,
}

/// The values that a workspace may give to an option of the user's.
#[derive(Debug, Clone, Copy)]
pub struct Narrowing {
    /// The values in words, behind "a workspace may only set it to".
    pub to: &'static str,
    /// Whether the second configuration, which differs from the user's in this option, allows no more than the user's
    /// does.
    pub holds: fn(user: &Config, workspace: &Config) -> bool,
}

impl OptionSpec {
    #[must_use]
    pub fn fits(&self, value: &Value) -> bool {
        self.forms.iter().any(|form| form.fits(value))
    }

    /// The expected values in words: behind "must be".
    #[must_use]
    pub fn expected(&self) -> String {
        form::expected(self.forms)
    }

    /// The value without settings; `null` if there is none.
    #[must_use]
    pub fn default(&self) -> Value {
        (self.get)(&Config::default())
    }

    /// The kind of the list's items, if the value may be a list.
    #[must_use]
    pub fn items(&self) -> Option<Text> {
        self.forms.iter().find_map(|form| if let Form::List(text) = form { Some(*text) } else { None })
    }

    /// The purpose, and the meaning of each word, in Markdown.
    #[must_use]
    pub fn in_markdown(&self) -> String {
        let words = self.forms.iter().filter_map(|form| form.word());
        let meanings: Vec<_> = words.map(|(word, means)| format!("`\"{word}\"`: {means}")).collect();
        if meanings.is_empty() { self.about.to_owned() } else { format!("{} {}.", self.about, meanings.join("; ")) }
    }

    /// The keys that lead to it, outermost first.
    pub fn keys(&self) -> impl Iterator<Item = &'static str> {
        self.name.split('.')
    }
}

impl Narrowing {
    /// The values that a workspace may set, such as "a workspace may set it to `false`".
    #[must_use]
    pub fn in_markdown(self) -> String {
        let to = if self.to.starts_with("a ") { self.to.to_owned() } else { format!("`{}`", self.to) };
        format!("a workspace may set it to {to}")
    }
}

impl Scope {
    /// Who may set an option.
    #[must_use]
    pub fn in_markdown(self) -> String {
        match self {
            Self::User => "the user".to_owned(),
            Self::WorkspaceMayNarrow(narrowing) => narrowing.in_markdown(),
            Self::WorkspaceMayAdd => "a workspace may add to the user's list".to_owned(),
            Self::Anyone => "anyone".to_owned(),
        }
    }
}
