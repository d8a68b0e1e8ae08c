//! The counts of this server: what is not on the disk yet, and when it is to be written there.

use std::time::Duration;

use crate::statistics::accepted::Talks;
use crate::statistics::store::Store;
use crate::statistics::{Event, Statistics, kept};

/// The time after a first count at which the counts are written.
pub const DUE: Duration = Duration::from_secs(300);

/// The counts of this server.
#[derive(Debug)]
pub struct Counting {
    /// Whether anything is counted.
    enabled: bool,
    /// Where the counts are kept; `None` keeps them nowhere.
    store: Option<Store>,
    /// All counts since the server was started.
    session: Statistics,
    /// Those of them that are not on the disk.
    unsaved: Statistics,
    /// Those of them that are being written, and may fail to be.
    saving: Option<Statistics>,
    /// Whether the time at which they are written is set.
    planned: bool,
    /// What the client has been seen to say of suggestions.
    pub talks: Talks,
    /// The time after which a suggestion that was taken is looked for.
    pub keeps_after: Duration,
}

impl Counting {
    /// Counts that are kept in `store`, if that is given.
    #[must_use]
    pub fn new(store: Option<Store>) -> Self {
        Self {
            enabled: true,
            store,
            session: Statistics::default(),
            unsaved: Statistics::default(),
            saving: None,
            planned: false,
            talks: Talks::default(),
            keeps_after: kept::WAIT,
        }
    }

    /// The same counts, with another time after which a suggestion that was taken is looked for.
    #[must_use]
    pub fn keeping_after(self, time: Duration) -> Self {
        Self { keeps_after: time, ..self }
    }

    /// Switches counting on or off. What was counted before stays.
    pub fn enable(&mut self, on: bool) {
        self.enabled = on;
    }

    #[must_use]
    pub fn is_enabled(&self) -> bool {
        self.enabled
    }

    #[must_use]
    pub fn store(&self) -> Option<&Store> {
        self.store.as_ref()
    }

    /// All counts since the server was started.
    #[must_use]
    pub fn session(&self) -> &Statistics {
        &self.session
    }

    /// The counts that are not on the disk for certain: all, where they are kept nowhere.
    #[must_use]
    pub fn unsaved(&self) -> Statistics {
        if self.store.is_none() {
            return self.session.clone();
        }
        let mut unsaved = self.unsaved.clone();
        self.saving.iter().for_each(|saving| unsaved.merge(saving));
        unsaved
    }

    /// Counts an event. Returns true if the time at which the counts are written has to be set: [`DUE`] from now.
    pub fn record(&mut self, event: Event<'_>) -> bool {
        if !self.enabled {
            return false;
        }
        self.session.record(event);
        if self.store.is_none() {
            return false;
        }
        self.unsaved.record(event);
        !std::mem::replace(&mut self.planned, true)
    }

    /// Takes what is to be written now, with its place; `None` if there is nothing, or if something is being written.
    /// [`Counting::saved`] is to be called afterwards.
    pub fn save(&mut self) -> Option<(Store, Statistics)> {
        self.planned = false;
        let store = self.store.clone()?;
        if self.unsaved.is_empty() || self.saving.is_some() {
            return None;
        }
        let counts = std::mem::take(&mut self.unsaved);
        self.saving = Some(counts.clone());
        Some((store, counts))
    }

    /// Takes what is to be written at the end, whatever is being written: the store has them wait for each other.
    pub fn save_last(&mut self) -> Option<(Store, Statistics)> {
        let store = self.store.clone().filter(|_| !self.unsaved.is_empty())?;
        Some((store, std::mem::take(&mut self.unsaved)))
    }

    /// Takes in the end of writing; what was not written is written with what comes later.
    pub fn saved(&mut self, written: bool) {
        if let Some(counts) = self.saving.take().filter(|_| !written) {
            self.unsaved.merge(&counts);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::statistics::Trigger;

    const ASKED: Event<'static> = Event::Asked(Trigger::Automatic);

    fn asked(counts: &Statistics) -> u64 {
        counts.asked.automatic
    }

    #[test]
    fn what_is_not_written_is_written_later() {
        let mut counting = Counting::new(Some(Store::at("nowhere".as_ref())));
        assert!(counting.save().is_none(), "nothing was counted");
        assert_eq!([counting.record(ASKED), counting.record(ASKED)], [true, false], "the time is set once");
        assert_eq!(asked(&counting.save().unwrap().1), 2);
        assert!(counting.record(ASKED));
        assert!(counting.save().is_none(), "one after the other");
        assert_eq!((asked(&counting.unsaved()), asked(counting.session())), (3, 3));
        counting.saved(false);
        assert_eq!(asked(&counting.save().unwrap().1), 3, "the failed ones, too");
        counting.saved(true);
        assert!(counting.save().is_none() && counting.save_last().is_none());
        assert_eq!((asked(&counting.unsaved()), asked(counting.session())), (0, 3));
        counting.record(ASKED);
        assert!(counting.save().is_some());
        counting.record(ASKED);
        assert_eq!(asked(&counting.save_last().unwrap().1), 1, "beside what is being written");
    }

    #[test]
    fn switched_off_or_without_a_place_nothing_is_to_be_written() {
        let mut counting = Counting::new(None);
        assert!(!counting.record(ASKED));
        assert!(counting.save().is_none());
        assert_eq!(asked(counting.session()), 1, "the client may ask for it");
        let mut counting = Counting::new(Some(Store::at("nowhere".as_ref())));
        counting.enable(false);
        assert!(!counting.record(ASKED));
        assert!(counting.save().is_none() && counting.session().is_empty());
        counting.enable(true);
        assert!(counting.record(ASKED));
    }
}
