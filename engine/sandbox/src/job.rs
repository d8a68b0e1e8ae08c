//! The message to the supervisor: entries of a name, a length and that many bytes.

use super::{Job, Limits};

/// The encoded entries.
#[derive(Debug, Clone, Default)]
pub(super) struct Entries(Vec<u8>);

impl Entries {
    /// Adds an entry. A name may occur more than once.
    pub(super) fn add(&mut self, name: &str, data: &[u8]) {
        self.0.extend_from_slice(format!("{name} {}\n", data.len()).as_bytes());
        self.0.extend_from_slice(data);
    }

    /// Returns a job that removes a folder that another supervisor has left behind.
    pub(super) fn to_clean(folder: &std::path::Path) -> Self {
        let mut entries = Self::default();
        entries.add("mode", b"clean");
        entries.add("folder", folder.as_os_str().as_encoded_bytes());
        entries
    }

    fn add_number(&mut self, name: &str, number: u64) {
        // No limit needs a larger number, and Python would fail on one.
        self.add(name, number.min(i64::MAX as u64).to_string().as_bytes());
    }

    /// Returns the whole message: twenty digits for the length of the rest, then the rest.
    pub(super) fn message(&self) -> Vec<u8> {
        let mut message = format!("{:020}", self.0.len()).into_bytes();
        message.extend_from_slice(&self.0);
        message
    }

    /// Returns the entries of a job, in addition to the interpreter's.
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

/// Returns the processor time allowed, in whole seconds, the kernel's unit.
pub(super) fn whole_seconds(limits: &Limits) -> u64 {
    (limits.cpu.as_secs() + u64::from(limits.cpu.subsec_nanos() > 0)).max(1)
}
