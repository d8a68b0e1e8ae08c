//! The options of a command: defaults, the user's own file, and the project's `pyproject.toml` as far as a workspace may set them.
//! Flags win over all of them.

use std::path::{Path, PathBuf};

use codegen_core::printable;
use serde_json::Value;

use super::output;
use super::source::Source;
use crate::config::form::{Form, Text};
use crate::config::option::OptionSpec;
use crate::config::{Config, options, project_file, user_file};

/// The options for a text, and where they come from.
pub struct Settings {
    /// The options in force.
    pub config: Config,
    /// The options before the project's file was read.
    user: Config,
    /// The user's own file, if there is a place for one.
    pub user_file: Option<PathBuf>,
    /// The project's file, if there is one.
    pub project_file: Option<PathBuf>,
    /// What is wrong with the files, a sentence each; the rest of them counts.
    pub problems: Vec<String>,
}

/// Where an option's value comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    Default,
    User,
    Project,
}

/// A marker of prompts from the command line, which has to begin a comment.
///
/// # Errors
/// It begins none.
pub fn marker(text: &str) -> Result<String, String> {
    let fits = Form::Text(Text::Marker).fits(&text.into());
    fits.then(|| text.to_owned()).ok_or_else(|| "expected the beginning of a comment, such as '#>'".to_owned())
}

impl Settings {
    /// The options for a text.
    #[must_use]
    pub fn of(source: &Source) -> Self {
        Self::in_folder(&source.folder())
    }

    /// The options in the working directory.
    #[must_use]
    pub fn here() -> Self {
        Self::of(&Source::Input)
    }

    fn in_folder(folder: &Path) -> Self {
        let user_file = user_file::path();
        let mut user = Config::default();
        let mut problems = user_file.as_deref().map_or_else(Vec::new, |file| user_file::read(file, &mut user));
        let mut config = user.clone();
        let project_file = match project_file::find(folder) {
            Ok(found) => found.map(|(path, table)| {
                problems.extend(project_file::read(&path, &table, &mut config, user_file.as_deref()));
                path
            }),
            Err(problem) => {
                problems.push(problem);
                None
            }
        };
        Self { config, user, user_file, project_file, problems }
    }

    /// Tells the problems as warnings.
    #[must_use]
    pub fn tell(self) -> Self {
        self.problems.iter().for_each(|problem| output::warning(problem));
        self
    }

    /// The two files, a line for each.
    #[must_use]
    pub fn files(&self) -> String {
        let user = match &self.user_file {
            Some(path) if path.exists() => path.display().to_string(),
            Some(path) => format!("{} (there is none)", path.display()),
            None => "no place for one".to_owned(),
        };
        let project = self.project_file.as_ref().map_or_else(|| "none".to_owned(), |path| path.display().to_string());
        format!("user file     {}\nproject file  {}\n", printable::line(&user), printable::line(&project))
    }

    /// Every option with its value and where that comes from.
    pub fn all(&self) -> impl Iterator<Item = (&'static OptionSpec, Value, Origin)> {
        options::ALL.iter().map(|option| {
            let [default, user, value] =
                [&Config::default(), &self.user, &self.config].map(|config| (option.get)(config));
            let origin = match () {
                () if value != user => Origin::Project,
                () if user != default => Origin::User,
                () => Origin::Default,
            };
            (option, value, origin)
        })
    }
}
