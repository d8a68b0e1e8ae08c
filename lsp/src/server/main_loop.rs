//! The only writer of the state. It handles one event after another, from the client, from background work and from the
//! engine, and never waits for any of them. Handlers record what an event says; then [`MainLoop::settle`] advances what
//! has become ready.

use codegen_core as produced;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender};
use tokio::sync::oneshot;

use crate::config::layers::Base;
use crate::server::counting::Counting;
use crate::server::event::{Event, Job};
use crate::server::handlers::{
    actions, command, completion, configuration, download, engine, inline, lens, lifecycle, parsing, statistics,
    status, synthesis, text_sync,
};
use crate::server::outbox::Outbox;
use crate::server::session::{Load, Session};

/// A session, and the loop that drives it.
pub struct MainLoop {
    session: Session,
    orphaned: Option<oneshot::Sender<()>>,
}

impl MainLoop {
    /// A main loop for one client. `orphaned` is notified when the client's process has ended.
    #[must_use]
    pub fn new(
        base: Base,
        load: Load,
        counting: Counting,
        events: UnboundedSender<Event>,
        outbox: Outbox,
        orphaned: oneshot::Sender<()>,
    ) -> Self {
        let mut session = Session::new(base, load, events, outbox);
        session.state.counting = counting;
        Self { session, orphaned: Some(orphaned) }
    }

    /// Handles events until all senders are gone. Events of the client are handled before those of the engine, since a
    /// cancellation must not wait behind tokens.
    pub async fn run(mut self, mut inbox: UnboundedReceiver<Event>) {
        loop {
            tokio::select! {
                biased;
                event = inbox.recv() => match event {
                    Some(event) => self.handle(event),
                    None => return,
                },
                (job, event) = self.session.running.next() => self.produced(job, event),
            }
            if std::mem::take(&mut self.session.state.ready.lenses) {
                lens::refresh(&mut self.session);
            }
            engine::observe(&mut self.session);
            status::refresh(&mut self.session);
        }
    }

    /// Passes an event of the engine to the handler of its job.
    fn produced(&mut self, job: Job, event: produced::Event) {
        if let produced::Event::Done(_) = &event {
            self.session.state.recovery.served();
        }
        match job {
            Job::Inline { uri, id, kind } => inline::generation::produced(&mut self.session, &uri, id, kind, event),
            Job::Choice { uri, id, index, kind } => {
                inline::generation::produced_several(&mut self.session, &uri, id, index, kind, event);
            }
            Job::Reading { uri, text, .. } => inline::rest::produced(&mut self.session, &uri, text, &event),
            Job::Synthesis { at, candidate } => synthesis::produced(&mut self.session, at, candidate, event),
        }
        self.settle();
    }

    /// Handles one event. An event that needs the syntax of a document that is being parsed waits for it.
    fn handle(&mut self, event: Event) {
        let outer = self.session.take_rest();
        if let Some(event) = parsing::gate(&mut self.session, event) {
            self.dispatch(event);
        }
        self.settle();
        self.session.put_back_rest(outer);
    }

    /// Advances what the event has made ready so far, handles the events that waited for that, and continues with the
    /// rest of the event.
    fn settle(&mut self) {
        loop {
            synthesis::settle(&mut self.session);
            if let Some(event) = self.session.resumed() {
                self.handle(event);
                continue;
            }
            let mut rest = self.session.take_rest();
            let Some(next) = rest.pop_front() else { return };
            next(&mut self.session);
            self.session.put_back_rest(rest);
        }
    }

    fn dispatch(&mut self, event: Event) {
        let session = &mut self.session;
        match event {
            Event::Initialize(params, responder) => lifecycle::initialize(session, *params, responder),
            Event::Initialized => lifecycle::initialized(session),
            Event::Shutdown(responder) => lifecycle::shutdown(session, responder),
            Event::ClientGone => lifecycle::abandon(session),
            Event::Orphaned => {
                lifecycle::abandon(session);
                let orphaned = self.orphaned.take();
                session.then(move |_| {
                    let _ = orphaned.map(|orphaned| orphaned.send(()));
                });
            }
            Event::Left(done) => {
                lifecycle::abandon(session);
                session.then(move |_| {
                    let _ = done.send(());
                });
            }
            Event::Opened(document) => text_sync::opened(session, document),
            Event::Changed(params) => text_sync::changed(session, params),
            Event::Unreadable(unreadable) => text_sync::unreadable(session, unreadable),
            Event::Closed(uri) => text_sync::closed(session, &uri),
            Event::Text(uri, responder) => text_sync::text(session, &uri, responder),
            Event::ConfigurationChanged(settings) => configuration::changed(session, settings),
            Event::UserOptions(options) => configuration::user_options_changed(session, options),
            Event::FoldersChanged(change) => configuration::folders_changed(session, change),
            Event::ConfigurationPulled(stamp, scopes, answers) => {
                configuration::pulled(session, stamp, scopes, answers);
            }
            Event::Loading(stamp, percent) => status::loading(session, stamp, percent),
            Event::EngineLoaded(stamp, result) => engine::loaded(session, stamp, result),
            Event::EngineDied(stamp, error) => engine::died(session, stamp, &error),
            Event::IdleDue(timer) => engine::idle_due(session, timer),
            Event::DownloadAnswered(missing, yes) => download::answered(session, missing, yes),
            Event::DownloadShown(token) => download::shown(session, token),
            Event::Downloading(percent, message) => download::progressed(session, percent, message),
            Event::Downloaded(result) => download::downloaded(session, result),
            Event::InlineCompletion(params, responder) => inline::requested(session, params, responder),
            Event::Completion(params, responder) => completion::requested(session, params, responder),
            Event::ResolveCompletion(item, responder) => completion::resolve(session, *item, responder),
            Event::Suggested(suggested) => inline::show::answer(session, suggested),
            Event::Prepared(uri, id, wanted, prepared) => {
                inline::generation::prepared(session, uri, id, wanted, prepared);
            }
            Event::RestDue(uri, stamp) => inline::rest::due(session, &uri, stamp),
            Event::ReadingPrepared(uri, stamp, reading) => inline::rest::prepared(session, uri, stamp, reading),
            Event::Focused(uri) => inline::rest::focused(session, &uri),
            Event::StartDue(uri, text, id, offset) => inline::start_due(session, &uri, &text, id, offset),
            // The client is told of the state after every event.
            Event::SnoozeOver => {}
            Event::PatienceOver(uri, id) => inline::patience_over(session, &uri, id),
            Event::Told(number, told) => statistics::told(session, number, told),
            Event::Statistics(params, responder) => statistics::requested(session, &params, responder),
            Event::StatisticsDue => statistics::due(session),
            Event::StatisticsSaved(written) => statistics::saved(session, written),
            Event::KeptDue(uri) => statistics::kept_due(session, &uri),
            Event::ParseDue(uri, text) => parsing::due(session, &uri, &text),
            Event::Parsed(uri, text, parsed) => parsing::parsed(session, &uri, &text, parsed),
            Event::CodeLens(params, responder) => lens::requested(session, params, responder),
            Event::LensesFound(uri, found, responder) => lens::found(session, &uri, found, responder),
            Event::LensesRefreshed => lens::refreshed(session),
            Event::CodeAction(params, responder) => actions::requested(session, params, responder),
            Event::Command(params, responder) => command::requested(session, params, responder),
            Event::ProgressReady(id, known) => synthesis::progress_ready(session, id, known),
            Event::TurnPrepared(at, stamp, prepared) => synthesis::prepared(session, at, stamp, prepared),
            Event::TurnSelected(at, selected) => synthesis::selected(session, at, selected),
            Event::Applied(edit, attempt, result) => synthesis::applied(session, edit, attempt, result),
            Event::Overdue { edit, attempt, applied } => synthesis::overdue(session, edit, attempt, applied),
            Event::ProgressCancelled(token) => {
                session.state.download.cancel(Some(&token));
                synthesis::progress_cancelled(session, &token);
            }
            Event::Cancelled(request) => {
                parsing::cancelled(session, request);
                inline::cancelled(session, request);
                synthesis::cancelled(session, request);
            }
        }
    }
}
