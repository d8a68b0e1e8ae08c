//! The commands that synthesize: comment to code, each turn as one edit.
//!
//! A command is an [`Operation`](crate::synthesis::Operation): a plan of turns, of which one at a time is at work. The turn is
//! looked up when its time comes, in the buffer as it then is; it is prepared, generated, selected and sent to the client as an
//! edit, and the next one's time comes when the client has reported that edit. Typing elsewhere moves what is at work and what
//! is planned; typing in the turn at work drops its result.
//!
//! A turn at work belongs to the engine that began it: settings that ask for another one take effect with the next turn,
//! which waits until that engine is loaded.
//!
//! Handlers record what happens, here and elsewhere; [`settle`] alone moves commands and edits on.

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
