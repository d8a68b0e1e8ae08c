//! The commands that synthesize: comment to code, each turn as one edit.
//!
//! A command is an [`Operation`]: a plan of turns, of which one at a time is at work. The turn is looked up when its time
//! comes, in the buffer as it then is; it is prepared, generated, judged and sent to the client as an edit, and the next
//! one's time comes when the client has reported that edit. Typing elsewhere moves what is at work and what is planned;
//! typing in the turn at work drops its result.
//!
//! A turn at work belongs to the engine that began it: settings that ask for another one take effect with the next turn,
//! which waits until that engine is loaded.

mod apply;
mod begin;
mod end;
mod judge;
mod plan;
mod step;
mod stream;

use codegen_text::document::Unparsed;
use codegen_text::edit::Edit;
use tower_lsp::ls_types::Uri;

use crate::operation::Phase;
use crate::server::main_loop::MainLoop;
pub use apply::{applied, overdue};
pub use begin::{engine_settled, progress_ready};
pub use end::{abandon, abandon_all, cancel, cancelled, progress_cancelled};
pub use judge::Judged;
pub use plan::{all, one};
pub use step::{judged, prepared, produced};
pub use stream::Partial;

/// A document's syntax is known, or will not be: commands may have waited for that.
pub fn parsed(main: &mut MainLoop, uri: &Uri) {
    apply::parsed(main, uri);
    begin::wake(main, uri);
}

/// Why nothing is synthesized in a document without a syntax tree.
fn not_parsed(reason: Unparsed) -> String {
    format!("this document is not parsed, since {reason}, so nothing can be synthesized in it")
}

/// Follows the changes of a document, of one `didChange`. What they bring may be a program text that was on its way; a
/// turn at work that they touched gets none.
pub fn document_changed(main: &mut MainLoop, uri: &Uri, changes: &[Edit]) {
    let mut touched = Vec::new();
    for (id, operation) in main.state.operations.iter_mut().filter(|(_, operation)| operation.uri == *uri) {
        changes.iter().for_each(|change| operation.follow(change));
        // While the client applies our own edit, that very edit comes back as a change.
        let at_work = operation.step.as_ref().filter(|step| !matches!(step.phase, Phase::Landing));
        if at_work.is_some_and(|step| step.is_touched()) {
            touched.push(*id);
        }
    }
    for landing in main.state.landings.values_mut().filter(|landing| landing.uri == *uri) {
        changes.iter().for_each(|change| landing.follow(change));
    }
    for id in touched {
        step::drop_turn(main, id);
    }
    apply::look(main, uri);
    // Planned turns may be gone.
    begin::wake(main, uri);
}
