//! The levels of isolation: how far a program must be isolated, and how far it was.

use std::fmt;
use std::str::FromStr;

/// The isolation that held for a program. A part that cannot be verified here is not claimed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Isolation {
    /// It had no network, no sockets of other processes, and no way around that (see [`Level::FolderAndNetwork`]).
    pub network: bool,
    /// It could open, list and change only the files of its empty working folder, and otherwise open only Python's own.
    pub files: bool,
    /// It saw only its own processes, and could signal no others.
    pub processes: bool,
}

impl Isolation {
    /// Returns the highest level that holds.
    #[must_use]
    pub fn level(self) -> Level {
        match (self.files, self.network, self.processes) {
            (false, ..) => Level::Limits,
            (true, false, _) => Level::Folder,
            (true, true, false) => Level::FolderAndNetwork,
            (true, true, true) => Level::FolderNetworkAndProcesses,
        }
    }
}

impl fmt::Display for Isolation {
    /// Writes the three parts, as in `folder: yes, network: yes, processes: no`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = |held| if held { "yes" } else { "no" };
        let Self { network, files, processes } = *self;
        write!(f, "folder: {}, network: {}, processes: {}", word(files), word(network), word(processes))
    }
}

/// The least isolation that programs get. Each level includes those before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Level {
    /// The limits on time, memory, file sizes, processes and output (`setrlimit`, the supervisor's clock), an empty working
    /// folder, and an environment with nothing of the user's. Nothing keeps the program from files, network or processes.
    Limits,
    /// The program opens only Python's own files, to read, and those of its working folder: by its own mount namespace,
    /// or by Landlock (version 3 or later). Landlock does not hide that a file exists, nor its size and dates.
    Folder,
    /// In addition, it has no sockets but connected pairs within itself: neither the network, nor AF_VSOCK, nor other
    /// processes' Unix sockets, by name or abstract. This takes a filter of system calls (seccomp), and a network
    /// namespace where there are namespaces.
    #[default]
    FolderAndNetwork,
    /// In addition, it sees and signals only its own processes: by a process namespace.
    FolderNetworkAndProcesses,
}

impl Level {
    /// All levels, from the least isolated.
    pub const ALL: [Self; 4] = [Self::Limits, Self::Folder, Self::FolderAndNetwork, Self::FolderNetworkAndProcesses];

    /// The level's name in settings and flags.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Limits => "limits",
            Self::Folder => "folder",
            Self::FolderAndNetwork => "folder+network",
            Self::FolderNetworkAndProcesses => "folder+network+processes",
        }
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Level {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let found = Self::ALL.into_iter().find(|level| level.name() == text);
        let [first, second, third, fourth] = Self::ALL.map(Self::name);
        found.ok_or_else(|| format!("expected {first}, {second}, {third} or {fourth}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_level_holds_only_with_all_below_it() {
        let of = |files, network, processes| Isolation { network, files, processes }.level();
        assert_eq!(of(false, true, true), Level::Limits);
        assert_eq!(of(true, false, true), Level::Folder);
        assert_eq!(of(true, true, false), Level::FolderAndNetwork);
        assert_eq!(of(true, true, true), Level::FolderNetworkAndProcesses);
        assert_eq!(Isolation::default().level(), Level::Limits);
        assert!(Level::ALL.is_sorted());
    }

    #[test]
    fn names_are_read_as_they_are_written() {
        for level in Level::ALL {
            assert_eq!(level.to_string().parse::<Level>().unwrap(), level);
        }
        let expected = "expected limits, folder, folder+network or folder+network+processes";
        assert_eq!("none".parse::<Level>().unwrap_err(), expected);
        assert_eq!(Level::default().name(), "folder+network");
    }
}
