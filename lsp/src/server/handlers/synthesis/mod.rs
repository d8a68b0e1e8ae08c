//! The commands that synthesize: comment to code, each turn as one edit.
//!
//! A command is an [`Operation`](crate::synthesis::Operation): a plan of turns, one of which is current. A turn is
//! looked up when it becomes current, in the buffer as it then is. It is prepared, generated, selected and sent to the
//! client as an edit; the next turn becomes current when the client has reported that edit. Typing elsewhere moves the
//! current and the planned turns; typing in the current turn drops its result.
//!
//! A turn is finished by the engine that started it. Settings that ask for another engine take effect with the next
//! turn, which waits until that engine is loaded.
//!
//! Handlers here and elsewhere only record what happens; [`settle`] alone advances commands and edits.

mod apply;
mod end;
mod select;
mod settle;
mod start;
mod step;
mod stream;

pub use apply::{applied, overdue};
pub use end::{cancelled, progress_cancelled};
pub use settle::settle;
pub use start::{all, one, progress_ready};
pub use step::{prepared, produced, selected};
