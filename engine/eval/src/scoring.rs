//! By which rules an answer in MTPB counts.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// By which rules a program's answer is found and compared. `docs/EVALUATION.md` lists where they differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Scoring {
    /// The published ones of the paper's code (`mtpb_exec.py`), its oddities included.
    #[default]
    Reference,
    /// The same without what makes right programs fail and wrong ones pass: an assignment is no answer, dictionaries and null
    /// can be compared, and so can every tuple in a list and texts in a Series.
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
