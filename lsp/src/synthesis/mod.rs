//! A command as a state machine: pure. It knows text, records, prepared turns and answers; it does not know the
//! responder, the client, the engine or the clock.
//!
//! What happens is recorded by a verb of [`Operation`] or [`PendingEdit`]. [`Operation::next`] and
//! [`PendingEdit::next`] then return what is to be done, one action after the other, until the only one left is to
//! wait.

pub mod answer;
pub mod operation;
pub mod pending_edit;
pub mod plan;
pub mod purpose;
pub mod step;
#[cfg(test)]
mod tests;

pub use answer::{Outcome, Written, empty_answer};
pub use operation::{Model, Next, Now, Operation, Progress, Shown};
pub use pending_edit::PendingEdit;
pub use plan::{Nothing, Plan};
pub use purpose::{Purpose, Which};
pub use step::{Generating, Part, Phase, Selected, Step, Verifying};
