//! When the model is taken out of memory because nobody asks for anything. Pure; times are milliseconds.

/// What is to be told of at some time: the number of the timer, and the time until then.
pub type Timer = (u64, u64);

/// What is done when a timer is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Due {
    /// Nothing: it is not the last timer.
    Nothing,
    /// Another one is set.
    Wait(Timer),
    /// The model is taken out of memory.
    Unload,
}

/// How long the engine has been idle. There is one timer at a time, which is not set anew by every key.
#[derive(Debug, Default)]
pub struct Idle {
    /// The time without work after which the model goes; `None` is never, as where there is none.
    limit: Option<u64>,
    /// When there was work last.
    last: u64,
    /// The number of the last timer.
    timer: u64,
}

impl Idle {
    /// Takes in how things stand after an event. Returns the timer to set, if one is.
    pub fn observe(&mut self, limit: Option<u64>, busy: bool, now: u64) -> Option<Timer> {
        if busy {
            self.last = now;
        }
        if self.limit == limit {
            return None;
        }
        self.limit = limit;
        self.last = now;
        limit.map(|limit| self.set(limit))
    }

    /// A timer is over.
    pub fn due(&mut self, timer: u64, busy: bool, now: u64) -> Due {
        let Some(limit) = self.limit.filter(|_| timer == self.timer) else { return Due::Nothing };
        if busy {
            self.last = now;
        }
        match (self.last + limit).saturating_sub(now) {
            0 => Due::Unload,
            rest => Due::Wait(self.set(rest)),
        }
    }

    fn set(&mut self, wait: u64) -> Timer {
        self.timer += 1;
        (self.timer, wait)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_timer_follows_the_work() {
        let mut idle = Idle::default();
        assert_eq!(idle.observe(None, false, 0), None);
        assert_eq!(idle.observe(Some(100), false, 1000), Some((1, 100)));
        // Keys and their work set no timers.
        assert_eq!(idle.observe(Some(100), true, 1040), None);
        assert_eq!(idle.observe(Some(100), false, 1050), None);
        assert_eq!(idle.due(1, false, 1100), Due::Wait((2, 40)));
        assert_eq!(idle.due(1, false, 1101), Due::Nothing);
        assert_eq!(idle.due(2, true, 1140), Due::Wait((3, 100)));
        assert_eq!(idle.due(3, false, 1239), Due::Wait((4, 1)));
        assert_eq!(idle.due(4, false, 1240), Due::Unload);
    }

    #[test]
    fn a_change_of_the_limit_begins_anew() {
        let mut idle = Idle::default();
        assert_eq!(idle.observe(Some(600), false, 0), Some((1, 600)));
        assert_eq!(idle.observe(Some(10), false, 100), Some((2, 10)));
        assert_eq!(idle.due(1, false, 600), Due::Nothing);
        // Unloaded, or switched off: the timer says nothing.
        assert_eq!(idle.observe(None, false, 105), None);
        assert_eq!(idle.due(2, false, 110), Due::Nothing);
        assert_eq!(idle.observe(Some(10), false, 200), Some((3, 10)));
        assert_eq!(idle.due(3, false, 210), Due::Unload);
    }
}
