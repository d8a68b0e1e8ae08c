//! The places that were edited last, in all open documents.

use std::fmt::Debug;

use crate::document::Document;
use crate::document::indentation::Unit;
use crate::edit::{self, Assoc, Edit};
use crate::python;
use crate::turns::shown_text;

/// Places that are remembered, and those of one document among them.
const ALL: usize = 8;
const OF_ONE: usize = 2;
/// Bytes; an edit that is so near to a place is one of the same place.
const NEAR: usize = 400;
/// Bytes of an edit beyond which it is no place: a file that was formatted, or pasted.
const LARGE: usize = 2000;
/// Lines that are shown above a place, and below it; and bytes of a line.
const LINES: usize = 3;
const LONGEST: usize = 120;

/// The places that were edited last, in the order in which each was edited first. A place that is edited again stays where it
/// stands; a new one goes to the end, and takes the room of the one whose last edit is the oldest once there is no other.
#[derive(Debug, Clone)]
pub struct Places<K> {
    places: Vec<Place<K>>,
    /// Edits so far.
    edits: u64,
}

#[derive(Debug, Clone)]
struct Place<K> {
    document: K,
    /// The byte offset.
    at: usize,
    /// The number of its last edit.
    last: u64,
}

impl<K> Default for Places<K> {
    fn default() -> Self {
        Self { places: Vec::new(), edits: 0 }
    }
}

impl<K: Clone + PartialEq + Debug> Places<K> {
    /// Takes in an edit of a document, which moves what is known of places in it.
    pub fn edited(&mut self, document: &K, edit: &Edit) {
        self.edits += 1;
        for place in self.places.iter_mut().filter(|place| place.document == *document) {
            place.at = edit::map(place.at, edit, Assoc::Before).unwrap_or(edit.range.start);
        }
        if edit.text.len().max(edit.range.len()) > LARGE {
            return;
        }
        let at = edit.range.start + edit.text.len();
        let last = self.edits;
        let own = |place: &&mut Place<K>| place.document == *document;
        if let Some(place) = self.places.iter_mut().filter(own).find(|place| place.at.abs_diff(at) <= NEAR) {
            (place.at, place.last) = (at, last);
            return;
        }
        let place = Place { document: document.clone(), at, last };
        let full = |count: usize, most: usize| count >= most;
        let of_one = full(self.places.iter().filter(|place| place.document == *document).count(), OF_ONE);
        if !of_one && !full(self.places.len(), ALL) {
            self.places.push(place);
            return;
        }
        let candidates = self.places.iter_mut().filter(|place| !of_one || place.document == *document);
        if let Some(oldest) = candidates.min_by_key(|place| place.last) {
            *oldest = place;
        }
    }

    /// Forgets the places of a document.
    pub fn forget(&mut self, document: &K) {
        self.places.retain(|place| place.document != *document);
    }

    /// The documents and byte offsets of the places that are not in `document`.
    pub fn outside<'p>(&'p self, document: &'p K) -> impl Iterator<Item = (&'p K, usize)> {
        let others = self.places.iter().filter(move |place| place.document != *document);
        others.map(|place| (&place.document, place.at))
    }
}

/// A few lines around an offset, as models are shown them, without the indentation that all of them have, and without blank
/// lines at both ends.
#[must_use]
pub fn around(document: &Document, offset: usize) -> Vec<String> {
    let at = python::line_at(document, offset).number;
    let unit = Unit::at(document, offset.min(document.len()));
    let numbers = at.saturating_sub(LINES)..=at + LINES;
    let lines = numbers.filter_map(|number| python::line(document, number)).map(|line| {
        let end = python::char_boundary(document, line.end.min(line.start + LONGEST));
        let text = shown_text(document, line.start..end);
        unit.to_model(text.trim_end()).into_owned()
    });
    let mut lines: Vec<String> = lines.collect();
    while lines.last().is_some_and(String::is_empty) {
        lines.pop();
    }
    let blank = lines.iter().take_while(|line| line.is_empty()).count();
    lines.drain(..blank);
    let indent = |line: &String| line.len() - line.trim_start_matches(' ').len();
    let least = lines.iter().filter(|line| !line.is_empty()).map(indent).min().unwrap_or(0);
    lines.iter().map(|line| line.get(least..).unwrap_or_default().to_owned()).collect()
}
