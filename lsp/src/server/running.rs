//! The generations in progress.

use std::future::Future;
use std::pin::pin;
use std::task::Poll;

use codegen_core::{self as engine, EngineError};
use codegen_engine::Generation;

use crate::server::event::Job;

/// The generations in progress. The main loop owns them, rather than tasks, so that dropping one cancels it at once.
#[derive(Default)]
pub struct Running(Vec<(Job, Generation)>);

impl Running {
    pub fn add(&mut self, job: Job, generation: Generation) {
        self.0.push((job, generation));
    }

    /// Drops the generations of the suggestion or step numbered `id`, if they are in progress, which cancels them.
    pub fn remove(&mut self, id: u64) {
        self.0.retain(|(job, _)| job.id() != id);
    }

    /// Drops what is only read ahead, which leaves the engine to other work; what was read of it is kept there.
    pub fn stop_reading(&mut self) {
        self.0.retain(|(job, _)| !matches!(job, Job::Reading { .. }));
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_idle(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether there are generations of turns.
    #[must_use]
    pub fn is_busy_with_turns(&self) -> bool {
        self.0.iter().any(|(job, _)| matches!(job, Job::Synthesis { .. }))
    }

    /// What the generations in progress are for.
    pub fn jobs(&self) -> impl Iterator<Item = &Job> {
        self.0.iter().map(|(job, _)| job)
    }

    /// The next event of any generation; waits without end while there are none. A generation is removed with its last
    /// event.
    pub async fn next(&mut self) -> (Job, engine::Event) {
        std::future::poll_fn(|cx| {
            let mut index = 0;
            while let Some((job, generation)) = self.0.get_mut(index) {
                // `Generation::next` is cancel-safe: a future that is dropped has lost nothing.
                let event = match pin!(generation.next()).poll(cx) {
                    Poll::Ready(Some(event @ engine::Event::Token { .. })) => return Poll::Ready((job.clone(), event)),
                    Poll::Ready(Some(event)) => event,
                    Poll::Ready(None) => {
                        let reason = "it ended without a last word".to_owned();
                        engine::Event::Failed(EngineError::WorkerDied { reason })
                    }
                    Poll::Pending => {
                        index += 1;
                        continue;
                    }
                };
                let (job, _) = self.0.swap_remove(index);
                return Poll::Ready((job, event));
            }
            Poll::Pending
        })
        .await
    }
}
