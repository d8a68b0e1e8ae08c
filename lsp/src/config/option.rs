//! The declaration of one option.

use serde_json::Value;

use super::Config;
use super::form::{self, Form, Text};

/// An option: its name, what it may be, where it lies in a [`Config`], who may set it, and what is told of it.
#[derive(Debug, Clone, Copy)]
pub struct OptionSpec {
    /// Its name as the documentation has it, without `codegen.`: the keys that lead to it, with dots between.
    pub name: &'static str,
    /// The forms that its value may have.
    pub forms: &'static [Form],
    /// Its value in a configuration, as settings give it; `null` if it is not set.
    pub get: fn(&Config) -> Value,
    /// Puts a value that has one of the forms into a configuration.
    pub set: fn(&mut Config, &Value),
    /// The default in words, where its value would say too little or too much.
    pub default_in_words: Option<&'static str>,
    /// What a wrong value does.
    pub mistake: Mistake,
    /// Who may set it.
    pub scope: Scope,
    /// The release that brought it.
    pub since: &'static str,
    /// What it is for: a sentence in Markdown.
    pub about: &'static str,
}

/// What a wrong value does, beside being told of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mistake {
    /// The option stays as it was.
    Ignored,
    /// What is right of a list counts; a value that is wrong altogether is as the default. So nobody is trusted by mistake.
    Narrowed,
}

/// Who may set an option.
#[derive(Debug, Clone, Copy)]
pub enum Scope {
    /// The user: it names a program, a file or a folder, weakens what protects the user, or is about the one model that all
    /// workspaces share.
    User,
    /// A workspace, too, if that allows no more than the user does.
    WorkspaceMayNarrow(Narrowing),
    /// A workspace, too: whatever it says does no harm.
    Anyone,
}

/// What a workspace may make of an option that is the user's.
#[derive(Debug, Clone, Copy)]
pub struct Narrowing {
    /// In words, behind "a workspace may only set it to".
    pub to: &'static str,
    /// Whether the second configuration, which differs from the user's in this option, allows no more than the user's does.
    pub holds: fn(user: &Config, workspace: &Config) -> bool,
}

impl OptionSpec {
    /// Whether a value has one of the forms.
    #[must_use]
    pub fn fits(&self, value: &Value) -> bool {
        self.forms.iter().any(|form| form.fits(value))
    }

    /// What it may be, in words: behind "must be".
    #[must_use]
    pub fn expected(&self) -> String {
        form::expected(self.forms)
    }

    /// The value that holds where nobody sets it; `null` if there is none.
    #[must_use]
    pub fn default(&self) -> Value {
        (self.get)(&Config::default())
    }

    /// What the items of its list are, if it may be a list.
    #[must_use]
    pub fn items(&self) -> Option<Text> {
        self.forms.iter().find_map(|form| if let Form::List(text) = form { Some(*text) } else { None })
    }

    /// What it is for, and what each of its words means, in Markdown.
    #[must_use]
    pub fn in_markdown(&self) -> String {
        let words = self.forms.iter().filter_map(|form| form.word());
        let meanings: Vec<_> = words.map(|(word, means)| format!("`\"{word}\"`: {means}")).collect();
        if meanings.is_empty() { self.about.to_owned() } else { format!("{} {}.", self.about, meanings.join("; ")) }
    }

    /// The keys that lead to it.
    pub fn keys(&self) -> impl Iterator<Item = &'static str> {
        self.name.split('.')
    }
}

impl Narrowing {
    /// What a workspace may do, such as "a workspace may set it to `false`".
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
            Self::Anyone => "anyone".to_owned(),
        }
    }
}
