//! The supervisor's modes: what each requires and promises, and which of them a job may run in.

use super::{Isolation, Level, Means};

/// One of the supervisor's modes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Mode {
    /// The supervisor's name for it.
    pub(super) name: &'static str,
    /// The name that users see.
    pub(super) called: &'static str,
    /// The parts of the system that it uses.
    pub(super) means: Means,
    /// Whether system calls are filtered.
    pub(super) filtered: bool,
}

const fn mode(name: &'static str, called: &'static str, means: Means, filtered: bool) -> Mode {
    Mode { name, called, means, filtered }
}

/// All modes, in the order in which they are tried. Those without a filter come after all that have one and guard
/// files.
pub(super) const MODES: [Mode; 8] = [
    mode("root", "namespaces", Means::All, true),
    mode("user", "user namespaces", Means::UserNamespaces, true),
    mode("landlock", "Landlock", Means::Landlock, true),
    mode("root", "namespaces without a filter", Means::All, false),
    mode("user", "user namespaces without a filter", Means::UserNamespaces, false),
    mode("landlock", "Landlock without a filter", Means::Landlock, false),
    mode("limits", "a filter alone", Means::Limits, true),
    mode("limits", "limits alone", Means::Limits, false),
];

impl Mode {
    /// Returns the most isolation that it gives a program; the supervisor reports what it gave.
    pub(super) fn promise(&self) -> Isolation {
        Isolation {
            network: self.filtered,
            files: self.means >= Means::Landlock,
            processes: self.means >= Means::UserNamespaces,
        }
    }

    /// Whether the mode is worth trying: for this user, with at most these means, for this level.
    pub(super) fn fits(&self, root: bool, most: Means, required: Level) -> bool {
        let here = if cfg!(target_os = "linux") {
            self.name != "root" || root
        } else {
            self.means == Means::Limits && !self.filtered
        };
        // Landlock alone lets an ordinary user's program change the attributes of that user's files.
        let guarded = self.name != "landlock" || self.filtered || root;
        here && guarded && self.means <= most && self.promise().level() >= required
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(root: bool, most: Means, required: Level) -> Vec<&'static str> {
        MODES.iter().filter(|mode| mode.fits(root, most, required)).map(|mode| mode.called).collect()
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn no_mode_is_tried_that_promises_less_than_is_required() {
        use Means::{All, Landlock, Limits, UserNamespaces};
        let table: [(bool, Means, Level, &[&str]); 8] = [
            (true, All, Level::FolderNetworkAndProcesses, &["namespaces", "user namespaces"]),
            (true, All, Level::FolderAndNetwork, &["namespaces", "user namespaces", "Landlock"]),
            (false, All, Level::FolderAndNetwork, &["user namespaces", "Landlock"]),
            (false, Landlock, Level::FolderNetworkAndProcesses, &[]),
            (false, Limits, Level::Folder, &[]),
            (false, Limits, Level::Limits, &["a filter alone", "limits alone"]),
            (
                false,
                UserNamespaces,
                Level::Folder,
                &["user namespaces", "Landlock", "user namespaces without a filter"],
            ),
            (true, Landlock, Level::Folder, &["Landlock", "Landlock without a filter"]),
        ];
        for (root, most, required, expected) in table {
            assert_eq!(names(root, most, required), expected, "{root} {most:?} {required}");
        }
    }
}
