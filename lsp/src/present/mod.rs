//! What a client is shown: of turns, their state, code lenses and actions, and the explanation of one; of suggestions, the
//! entries of its completion menu, and why there was none; and the state of the server.

pub mod actions;
pub mod cuts;
pub mod engine_status;
pub mod explain;
pub mod lenses;
pub mod menu;
pub mod status;
#[cfg(test)]
mod tests;
pub mod why;
