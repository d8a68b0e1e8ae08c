//! Whether and when to ask once more.

use std::time::Duration;

use super::environment::Environment;
use super::exchange::{Failure, Head, Outcome};
use super::refusal::{Asked, refusal};
use crate::error::HubError;

/// Tries without a new byte after which it is given up.
pub(super) const TRIES: u32 = 5;
/// The longest that a server may ask to wait, in seconds, all its requests together.
const MOST: u64 = 300;

/// The tries of one file.
#[derive(Debug, Default)]
pub(super) struct Retry {
    /// Tries in a row that brought nothing.
    tries: u32,
    /// Seconds that the server has asked to wait.
    waited: u64,
    /// Whether it was begun again from the first byte.
    restarted: bool,
}

/// How far a file is.
#[derive(Debug, Clone, Copy)]
pub(super) struct State {
    /// Bytes that are there.
    pub done: u64,
    /// Bytes of the whole.
    pub size: u64,
    /// Whether the last try brought some.
    pub more: bool,
}

impl Retry {
    /// After a try that failed: how long to wait before the next, and why, or the error.
    ///
    /// # Errors
    /// The next would end alike, or there were enough.
    pub fn after(
        &mut self,
        outcome: &Outcome,
        state: State,
        asked: &Asked<'_>,
        environment: &Environment,
    ) -> Result<(Duration, String), HubError> {
        self.tries = if state.more { 1 } else { self.tries + 1 };
        let wait = Duration::from_secs(1 << (self.tries - 1).min(5));
        match outcome {
            Outcome::Refused(head) if head.status == 429 => self.limited(head),
            // The range lies behind the end: what is there is not what it was taken for, and is thrown away.
            Outcome::Refused(head) if head.status == 416 => match std::mem::replace(&mut self.restarted, true) {
                false => Ok((Duration::ZERO, "what was here does not fit".to_owned())),
                true => Err(fewer(&head.host, asked)),
            },
            Outcome::Refused(head) if head.status == 408 || head.status >= 500 => match self.tries < TRIES {
                true => Ok((wait, format!("{} failed with status {}", head.host, head.status))),
                false => Err(HubError::Failing {
                    host: head.host.clone(),
                    status: head.status,
                    said: head.said.clone(),
                    tries: self.tries,
                }),
            },
            Outcome::Refused(head) => Err(refusal(head, asked, environment)),
            Outcome::Broken(Failure::Certificate(cause), host) => {
                Err(HubError::Certificate { host: host.clone(), cause: cause.clone() })
            }
            Outcome::Broken(Failure::Nonsense(problem), host) => {
                Err(HubError::Answer { host: host.clone(), what: asked.words(), problem: problem.clone() })
            }
            Outcome::Broken(Failure::Unreachable(cause), host) if state.done == 0 => {
                Err(HubError::Unreachable { host: host.clone(), cause: cause.clone() })
            }
            Outcome::Broken(Failure::Unreachable(cause) | Failure::Cut(cause), host) => match self.tries < TRIES {
                true => Ok((wait, format!("the connection to {host} ended ({cause})"))),
                false if state.done == 0 => {
                    Err(HubError::Unreachable { host: host.clone(), cause: format!("{cause}, {} times", self.tries) })
                }
                false => Err(HubError::Cut {
                    file: asked.file.to_owned(),
                    host: host.clone(),
                    cause: cause.clone(),
                    tries: self.tries,
                    done: state.done,
                    size: state.size,
                }),
            },
            Outcome::Whole if self.tries < TRIES => Ok((wait, "less came than was announced".to_owned())),
            Outcome::Whole => Err(fewer(&environment.endpoint, asked)),
        }
    }

    /// After what was asked to wait too often or too long.
    fn limited(&mut self, head: &Head) -> Result<(Duration, String), HubError> {
        let seconds = head.retry_after.unwrap_or(10 << self.tries.min(5));
        self.waited = self.waited.saturating_add(seconds.max(1));
        match self.waited <= MOST {
            true => Ok((
                Duration::from_secs(seconds),
                format!("{} gets too many requests from this address and asks to wait {seconds} s", head.host),
            )),
            false => Err(HubError::Limited { host: head.host.clone(), seconds, token: head.token }),
        }
    }
}

/// The error for a server that has less of a file than the Hub says.
fn fewer(host: &str, asked: &Asked<'_>) -> HubError {
    let problem = "it has fewer bytes than the Hub says".to_owned();
    HubError::Answer { host: host.to_owned(), what: asked.words(), problem }
}
