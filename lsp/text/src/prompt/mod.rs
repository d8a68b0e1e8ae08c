//! What the model is shown: the text before a cursor, or the history of a turn, cut to fit its context.

pub mod cursor;
mod cut;
pub mod history;
pub mod view;

pub use cut::HistoryCut;
