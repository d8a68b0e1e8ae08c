//! What is read while the user rests: the text before the place where they are likely to type next, so that the first
//! suggestion there waits for few tokens. Nothing is generated. It gives way to all other work, and is not begun beside any.

use std::time::Duration;

use codegen_core::{Event as Produced, Request};
use ropey::Rope;
use tower_lsp::ls_types::Uri;

use super::gathered::Gathered;
use super::generation;
use crate::config::language::Service;
use crate::generate::prepare;
use crate::server::event::{Event, Job};
use crate::server::session::Session;

/// The time without a key, an opened document or a change of focus after which the user rests.
const REST: Duration = Duration::from_millis(400);

/// The user has done something in a document: its text is read if they rest now.
pub fn begins(session: &mut Session, uri: &Uri) {
    if !session.state.config_for(uri).inline.prepare_next {
        return;
    }
    session.state.rest += 1;
    session.after(REST, Event::RestDue(uri.clone(), session.state.rest));
}

/// The user has turned to a document, as clients of Copilot's server say it.
pub fn focused(session: &mut Session, uri: &Uri) {
    if session.state.buffers.contains_key(uri) {
        session.state.touched = Some(uri.clone());
        begins(session, uri);
    }
}

/// The documents' texts can be read from now on: an engine is there.
pub fn possible(session: &mut Session) {
    if let Some(uri) = session.state.touched.clone() {
        begins(session, &uri);
    }
}

/// Prepares the reading if the user still rests, and nothing else is being done.
pub fn due(session: &mut Session, uri: &Uri, stamp: u64) {
    let now = session.now();
    let state = &mut session.state;
    let Some(engine) = state.engine().cloned() else { return };
    if stamp != state.rest
        || !session.running.is_idle()
        || state.kept(uri).is_some()
        || state.pace.snoozed(now).is_some()
    {
        return;
    }
    if !state.config_for(uri).inline.enabled || matches!(state.service(uri), Service::Nothing(_)) {
        return;
    }
    let Some(buffer) = state.buffers.get(uri).filter(|buffer| buffer.synced) else { return };
    let (document, place) = (buffer.document.clone(), buffer.place);
    // A generation has read it.
    if buffer.read.as_ref().is_some_and(|read| read.is_instance(document.rope())) {
        return;
    }
    let Some(gathered) = Gathered::of(state, uri) else { return };
    let uri = uri.clone();
    session.offload(
        move || {
            let parts = gathered.parts(&document);
            let at = gathered.at(place.unwrap_or(document.len()), &parts);
            prepare::reading(&document, &at, place.is_some(), &engine)
        },
        move |reading| Event::ReadingPrepared(uri, stamp, reading.flatten().map(Box::new)),
    );
}

/// Submits the reading, if the user still rests. The window stays where it was read.
pub fn prepared(session: &mut Session, uri: Uri, stamp: u64, reading: Option<Box<(Request, usize)>>) {
    let id = session.state.next_id();
    let (Some(reading), Some(engine)) = (reading, session.state.engine().cloned()) else { return };
    let (request, start) = *reading;
    let rests = stamp == session.state.rest && session.running.is_idle();
    let Some(buffer) = session.state.buffers.get_mut(&uri).filter(|_| rests) else { return };
    buffer.window_start = Some(start);
    let text = buffer.document.rope().clone();
    session.running.add(Job::Reading { uri, id, text }, engine.submit(request));
}

/// Takes in what the engine says of a reading.
pub fn produced(session: &mut Session, uri: &Uri, text: Rope, event: &Produced) {
    match event {
        Produced::Token { .. } => {}
        Produced::Done(done) => {
            if let Some(buffer) = session.state.buffers.get_mut(uri) {
                buffer.read = Some(text);
            }
            generation::count(session, done);
        }
        Produced::Failed(error) => generation::report(session, error),
    }
}
