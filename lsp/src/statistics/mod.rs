//! What suggestions are worth to the one who types, counted: what was asked for, suggested, taken and kept, how long it
//! took, and what it cost. Numbers only: no text of a buffer is in them. All but [`store`] is pure.

pub mod accepted;
pub mod counts;
pub mod day;
pub mod event;
pub mod kept;
pub mod latencies;
pub mod report;
pub mod store;
mod typing;

pub use counts::Statistics;
pub use event::{Event, Kind, Source, Trigger, Writer};
