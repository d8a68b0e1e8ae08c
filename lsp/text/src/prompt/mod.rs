//! Prompts for the model: the text before a cursor, or the history of a turn, cut to fit the model's context.

pub mod cursor;
mod cut;
pub mod history;
pub mod related;
pub mod view;

pub use cut::HistoryCut;
