//! The rules for scoring MTPB's answers.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The rules by which a program's answer is found and compared. `docs/EVALUATION.md` lists how they differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Scoring {
    /// The published rules of the paper's code (`mtpb_exec.py`), including its oddities.
    #[default]
    Reference,
    /// The same rules without those that make right programs fail and wrong ones pass: an assignment is not an answer;
    /// dictionaries, null, every tuple in a list, and texts in a Series can be compared.
    Corrected,
}

impl Scoring {
    /// Both, the default first.
    pub const ALL: [Self; 2] = [Self::Reference, Self::Corrected];

    /// Its name in flags, in the run's file, and for the programs' harness.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Reference => "reference",
            Self::Corrected => "corrected",
        }
    }
}

impl fmt::Display for Scoring {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Scoring {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        let found = Self::ALL.into_iter().find(|scoring| scoring.name() == name);
        found.ok_or_else(|| format!("`{name}` is no scoring; there are {}", Self::ALL.map(Self::name).join(", ")))
    }
}
