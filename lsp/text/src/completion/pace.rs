//! Whether a request that the client makes by itself may ask the model, and how long after the last key. Pure: the caller
//! gives the time, in milliseconds of a clock that only goes forward.
//!
//! The numbers are those of other clients, as they are published: Tabby's debouncer for the delay, Copilot's client for what
//! follows dismissals, Continue's for what counts as one.

mod dismissals;
mod rhythm;
mod spot;
#[cfg(test)]
mod tests;
mod watch;

use std::fmt;

use dismissals::Dismissals;
use rhythm::Rhythm;
pub use spot::Spot;
pub use watch::{Fate, Watch};

/// The least and the most milliseconds of an adaptive delay (Tabby's): below, a model is started for nearly every key.
const DELAYS: (u64, u64) = (100, 1000);
/// The pause behind the last key that [`Eagerness::Calm`] waits for, in milliseconds. Copilot's medium eagerness shows nothing
/// earlier than that, its low one nothing before 1500.
const CALM_PAUSE: u64 = 700;
/// The most milliseconds that a delay is raised to by dismissals (Copilot's): whoever waits that long wants a suggestion.
const MOST_RAISED: u64 = 3000;

/// How readily suggestions come by themselves; the later, the less.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Eagerness {
    /// While the user types.
    #[default]
    Eager,
    /// After a pause, at the end of a line, and whole lines only.
    Calm,
    /// Only where the user asks for one.
    OnDemand,
}

impl Eagerness {
    /// All of them, the readiest first.
    pub const ALL: [Self; 3] = [Self::Eager, Self::Calm, Self::OnDemand];

    /// The value in settings.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Eager => "eager",
            Self::Calm => "calm",
            Self::OnDemand => "onDemand",
        }
    }
}

/// The delay between the last key and the start of a generation.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Debounce {
    /// By how fast the user types, how fast the model answers, and where the cursor is.
    #[default]
    Auto,
    /// This many milliseconds.
    Fixed(u64),
}

/// What the options say of a document.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Manner {
    /// How readily suggestions come.
    pub eagerness: Eagerness,
    /// The delay before one is made.
    pub debounce: Debounce,
}

/// A request for a suggestion.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ask {
    /// Whether the user asked for it, rather than the client by itself.
    pub invoked: bool,
    /// Whether the answer is known or being generated already, so that no generation has to be started.
    pub known: bool,
    /// Where the cursor is.
    pub spot: Spot,
}

/// What is done about a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// It is answered: at once with 0, otherwise a generation starts after this many milliseconds, unless a key comes first.
    After(u64),
    /// It is answered with nothing.
    Refused(Refusal),
}

/// Why an automatic request is answered with nothing. Its text is the end of a sentence: "no suggestion, because …".
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// The user has put suggestions off.
    Snoozed {
        /// Milliseconds that are left of that.
        left: u64,
    },
    /// Suggestions come on demand only.
    OnDemand,
    /// Suggestions come at the ends of lines only, and the cursor is elsewhere.
    InsideLine,
}

impl fmt::Display for Refusal {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Snoozed { left } => write!(out, "suggestions are put off for another {} s", left.div_ceil(1000)),
            Self::OnDemand => out.write_str("suggestions come on demand only"),
            Self::InsideLine => out.write_str("suggestions come at the ends of lines only"),
        }
    }
}

/// What is known of how the user types and takes suggestions. One for all buffers: it is the user's, not a text's.
#[derive(Debug, Clone, Default)]
pub struct Pace {
    rhythm: Rhythm,
    dismissals: Dismissals,
    /// When the user last did something to a text or a cursor.
    active: Option<u64>,
    /// When the suggestion that stands was first shown.
    shown: Option<u64>,
    /// When suggestions that are put off come again.
    snoozed: Option<u64>,
}

impl Pace {
    /// The user changed a text with this many keys: the characters that were put in, and one for a deletion. Changes of no
    /// key, such as formatting, and of more than anybody types at once end a pause, and say nothing about typing.
    pub fn typed(&mut self, now: u64, keys: usize) {
        self.rhythm.typed(now, keys);
        self.active = Some(now);
    }

    /// The user moved the cursor without changing the text.
    pub fn moved(&mut self, now: u64) {
        self.active = Some(now);
    }

    /// The model was done this many milliseconds after a generation was started. What was cancelled is not counted.
    pub fn responded(&mut self, took: u64) {
        self.rhythm.responded(took);
    }

    /// A suggestion was shown, or what is left of the one that stands was shown again.
    pub fn shown(&mut self, now: u64) {
        self.shown.get_or_insert(now);
    }

    /// Takes in what a [`Watch`] tells.
    pub fn ended(&mut self, fate: Fate, now: u64) {
        match fate {
            Fate::Taken => self.accepted(),
            Fate::Dismissed => self.dismissed(now),
        }
    }

    /// The suggestion that stood was accepted, or typed to its end: it was what the user wanted.
    pub fn accepted(&mut self) {
        self.shown = None;
        self.dismissals.clear();
    }

    /// The suggestion that stood was not accepted: the user typed something else or went away, or another one came in its
    /// place. Without one, nothing happens.
    pub fn dismissed(&mut self, now: u64) {
        if let Some(shown) = self.shown.take() {
            self.dismissals.add(now, now.saturating_sub(shown));
        }
    }

    /// Puts automatic suggestions off until then.
    pub fn snooze(&mut self, until: u64) {
        self.snoozed = Some(until);
    }

    /// Ends what [`Pace::snooze`] began.
    pub fn wake(&mut self) {
        self.snoozed = None;
    }

    /// Milliseconds for which automatic suggestions are put off; `None` if they are not.
    #[must_use]
    pub fn snoozed(&self, now: u64) -> Option<u64> {
        self.snoozed?.checked_sub(now).filter(|left| *left > 0)
    }

    /// Decides about a request that is made now.
    #[must_use]
    pub fn decide(&self, ask: &Ask, manner: Manner, now: u64) -> Decision {
        if ask.invoked {
            return Decision::After(0);
        }
        if let Some(left) = self.snoozed(now) {
            return Decision::Refused(Refusal::Snoozed { left });
        }
        // What stands stays while it is typed, whoever asked for it first.
        if ask.known {
            return Decision::After(0);
        }
        match manner.eagerness {
            Eagerness::OnDemand => Decision::Refused(Refusal::OnDemand),
            Eagerness::Calm if !ask.spot.ends_line => Decision::Refused(Refusal::InsideLine),
            Eagerness::Eager | Eagerness::Calm => {
                // A client that waits by itself has waited for some of it.
                let passed = self.active.map_or(u64::MAX, |active| now.saturating_sub(active));
                Decision::After(self.delay(&ask.spot, manner, now).saturating_sub(passed))
            }
        }
    }

    /// Milliseconds from the last key to the start of a generation.
    fn delay(&self, spot: &Spot, manner: Manner, now: u64) -> u64 {
        let pause = if manner.eagerness == Eagerness::Calm { CALM_PAUSE } else { 0 };
        let delay = match manner.debounce {
            Debounce::Fixed(delay) => delay,
            Debounce::Auto => self.rhythm.delay(spot.promise()).clamp(DELAYS.0, DELAYS.1).max(pause),
        };
        let factor = self.dismissals.factor(now);
        if factor > 1.0 {
            // A delay of nothing has to grow as well.
            let raised = (delay.max(DELAYS.0) as f64 * factor).round() as u64;
            raised.min(MOST_RAISED.max(delay))
        } else {
            delay
        }
    }
}
