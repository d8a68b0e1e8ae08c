//! What the supervisor is told: entries of a name, a length and that many bytes.

use super::{Job, Limits};

/// Entries, written out.
#[derive(Debug, Clone, Default)]
pub(super) struct Entries(Vec<u8>);

impl Entries {
    /// Adds one. Names may occur again.
    pub(super) fn add(&mut self, name: &str, data: &[u8]) {
        self.0.extend_from_slice(format!("{name} {}\n", data.len()).as_bytes());
        self.0.extend_from_slice(data);
    }

    /// Asks for a folder that another supervisor has left to be removed.
    pub(super) fn to_clean(folder: &std::path::Path) -> Self {
        let mut entries = Self::default();
        entries.add("mode", b"clean");
        entries.add("folder", folder.as_os_str().as_encoded_bytes());
        entries
    }

    fn add_number(&mut self, name: &str, number: u64) {
        // Nothing here needs more, and Python would take a larger number for an error.
        self.add(name, number.min(i64::MAX as u64).to_string().as_bytes());
    }

    /// The whole message: twenty digits that say how long the rest is, and the rest.
    pub(super) fn message(&self) -> Vec<u8> {
        let mut message = format!("{:020}", self.0.len()).into_bytes();
        message.extend_from_slice(&self.0);
        message
    }

    /// What a job says, beside what it says of the interpreter.
    pub(super) fn of(view: &Entries, job: &Job, limits: &Limits) -> Self {
        let mut entries = view.clone();
        entries.add_number("cpu", whole_seconds(limits));
        entries.add_number("memory", limits.memory);
        entries.add_number("file_size", limits.file_size);
        entries.add_number("processes", limits.processes);
        entries.add_number("disk", limits.file_size.saturating_mul(super::DISK_FILES));
        entries.add_number("files", super::DISK_ENTRIES);
        entries.add("program", job.program.as_bytes());
        for (name, data) in &job.files {
            entries.add("file", &[name.as_bytes(), b"\0", data].concat());
        }
        entries
    }
}

/// The processor time allowed, in the unit that the kernel counts in.
pub(super) fn whole_seconds(limits: &Limits) -> u64 {
    (limits.cpu.as_secs() + u64::from(limits.cpu.subsec_nanos() > 0)).max(1)
}
