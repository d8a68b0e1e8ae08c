use proptest::prelude::*;

use super::*;

/// A machine and a model, as far as they decide what a token costs.
#[derive(Debug, Clone, Copy)]
struct World {
    cores: usize,
    /// Microseconds that one thread takes for a token.
    work: u64,
    /// Microseconds that the barriers of a batch take for each further thread.
    barriers: u64,
    /// How many times longer a token takes where a thread must wait for a core.
    collapse: u64,
}

/// The built-in model on two cores, as measured.
const SMALL: World = World { cores: 2, work: 2000, barriers: 200, collapse: 14 };

impl World {
    /// Microseconds of a batch of so many tokens.
    fn cost(&self, tokens: usize, threads: usize, others: usize) -> u64 {
        let work = self.work * tokens as u64;
        match (threads + others).saturating_sub(self.cores) {
            0 => work / threads as u64 + self.barriers * (threads as u64 - 1),
            _ if threads > 1 => work * self.collapse,
            crowded => work + work * crowded as u64 / self.cores as u64,
        }
    }

    fn best(&self, tokens: usize, governor: &Governor, others: usize) -> u64 {
        governor.rungs.iter().map(|&threads| self.cost(tokens, threads, others)).min().unwrap()
    }
}

/// A governor at work in a world.
struct Play {
    world: World,
    governor: Governor,
    /// Whether the machine tells how many threads want to run.
    hint: bool,
    /// Tokens of each batch.
    tokens: usize,
    /// What has been spent, and what the best number of threads would have spent.
    spent: u64,
    best: u64,
    /// A source of noise, and how much of it, in per cent.
    seed: u64,
    noise: u64,
}

impl Play {
    fn new(world: World, most: usize, hint: bool) -> Self {
        let governor = Governor::new(most, world.cores);
        Self { world, governor, hint, tokens: 1, spent: 0, best: 0, seed: 1, noise: 0 }
    }

    fn random(&mut self, below: u64) -> u64 {
        self.seed = self.seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.seed >> 33) % below.max(1)
    }

    /// One batch, with so many other threads running; returns its number of threads.
    fn batch(&mut self, others: usize) -> usize {
        let threads = self.governor.choose(self.tokens, self.hint.then_some(others));
        let cost = self.world.cost(self.tokens, threads, others);
        let cost = cost + cost * self.random(self.noise + 1) / 100;
        let limit = self.governor.limit(self.tokens, threads).map(|limit| limit.as_micros() as u64);
        if let Some(limit) = limit.filter(|&limit| cost > limit) {
            let alone = self.world.cost(self.tokens, 1, others);
            self.spent += limit + alone;
            self.best += self.world.best(self.tokens, &self.governor, others);
            self.governor.give_up(self.tokens, threads, Duration::from_micros(limit));
            self.governor.learn(self.tokens, 1, Duration::from_micros(alone));
            return threads;
        }
        self.spent += cost;
        self.best += self.world.best(self.tokens, &self.governor, others);
        self.governor.learn(self.tokens, threads, Duration::from_micros(cost));
        threads
    }

    fn batches(&mut self, count: usize, others: usize) -> Vec<usize> {
        (0..count).map(|_| self.batch(others)).collect()
    }
}

/// How many of the batches were not computed with so many threads.
fn apart(threads: &[usize], from: usize) -> usize {
    threads.iter().filter(|&&n| n != from).count()
}

#[test]
fn a_quiet_machine_gets_the_best_number_within_a_few_tokens() {
    let world = |cores, work, barriers| World { cores, work, barriers, collapse: 14 };
    let worlds = [
        ("the built-in model", SMALL, 2, 2, 6),
        ("barriers dominate", world(2, 300, 400), 2, 1, 6),
        ("a large model on many cores", world(16, 400_000, 100), 16, 16, 30),
        ("a middling one, which eight serve best", world(16, 2000, 40), 16, 8, 30),
        ("cores that are no power of two", world(6, 60_000, 100), 6, 6, 20),
        ("one core", world(1, 2000, 200), 1, 1, 0),
    ];
    for (name, world, most, best, within) in worlds {
        for hint in [true, false] {
            let mut play = Play::new(world, most, hint);
            let begun = play.batches(within, 0);
            let after = play.batches(200, 0);
            assert!(apart(&after, best) <= 20, "{name}, hint {hint}: {begun:?} then {after:?}");
        }
    }
}

#[test]
fn load_sends_it_back_within_a_few_tokens_and_quiet_brings_it_forward() {
    for (others, hint, back, forward) in [(1, true, 3, 80), (2, true, 3, 80), (2, false, 3, 600)] {
        let mut play = Play::new(SMALL, 2, hint);
        play.batches(100, 0);
        let busy = play.batches(20, others);
        assert!(apart(&busy, 1) <= back, "{others} others, hint {hint}: {busy:?}");
        let (spent, best) = (play.spent, play.best);
        let busy = play.batches(180, others);
        let (spent, best) = (play.spent - spent, play.best - best);
        assert!(spent * 20 <= best * 21, "{others} others, hint {hint}: {spent} instead of {best} with {busy:?}");
        let quiet = play.batches(forward, 0);
        let after = play.batches(100, 0);
        assert!(apart(&after, 2) <= 6, "{others} others, hint {hint}: {quiet:?} then {after:?}");
    }
}

#[test]
fn many_cores_are_left_to_others_in_part() {
    let world = World { cores: 16, work: 100_000, barriers: 100, collapse: 14 };
    let mut play = Play::new(world, 16, true);
    play.batches(100, 0);
    for (others, threads) in [(1, 8), (10, 4), (15, 1), (0, 16)] {
        play.batches(120, others);
        let settled = play.batches(60, others);
        assert!(apart(&settled, threads) <= 6, "{others} others: {settled:?}");
    }
}

#[test]
fn a_single_slow_token_changes_nothing() {
    for hint in [Some(0), None] {
        let threads = |slow: u64| {
            let mut governor = Governor::new(2, 2);
            let token = |at| {
                let threads = governor.choose(1, hint);
                let factor = if at == 15 { slow } else { 1 };
                governor.learn(1, threads, Duration::from_micros(SMALL.cost(1, threads, 0) * factor));
                threads
            };
            (0..100).map(token).collect::<Vec<usize>>()
        };
        assert_eq!(threads(1)[15..30], [2; 15]);
        assert_eq!(threads(5)[15..30], [2; 15]);
    }
}

#[test]
fn a_number_that_the_hint_speaks_against_is_used_if_it_pays() {
    // What runs besides has the lowest priority, so that it is counted and takes nothing.
    for tokens in [1, 200] {
        let mut governor = Governor::new(2, 2);
        let mut threads = Vec::new();
        for _ in 0..4000 {
            let used = governor.choose(tokens, Some(1));
            governor.learn(tokens, used, Duration::from_micros(SMALL.cost(tokens, used, 0)));
            threads.push(used);
        }
        assert_eq!(apart(&threads[..200], 1), 0);
        assert!(apart(&threads, 2) < 1000, "{} of 4000", apart(&threads, 2));
    }
}

#[test]
fn large_batches_begin_with_all_threads_and_keep_them_without_a_reason() {
    let world = World { cores: 4, work: 500, barriers: 2, collapse: 14 };
    let mut play = Play::new(world, 4, true);
    play.tokens = 200;
    assert_eq!(apart(&play.batches(500, 0), 4), 0);
    let busy = play.batches(100, 3);
    assert!(apart(&busy[3..], 1) == 0, "{busy:?}");
    play.batches(100, 0);
    let quiet = play.batches(50, 0);
    assert!(apart(&quiet, 4) <= 3, "{quiet:?}");
}

#[test]
fn sizes_are_judged_apart() {
    // Single tokens are best with one thread, eight tokens with two.
    let mut governor = Governor::new(2, 2);
    let cost = |tokens: usize, threads: usize| match (tokens, threads) {
        (1, 1) => 1000,
        (1, _) => 1500,
        (_, 1) => 6000,
        (..) => 3500,
    };
    let mut threads = [Vec::new(), Vec::new()];
    for _ in 0..200 {
        for (index, tokens) in [(0, 1), (1, 8)] {
            let used = governor.choose(tokens, Some(0));
            governor.learn(tokens, used, Duration::from_micros(cost(tokens, used)));
            threads[index].push(used);
        }
    }
    assert!(apart(&threads[0], 1) <= 16, "{:?}", threads[0]);
    assert!(apart(&threads[1], 2) <= 16, "{:?}", threads[1]);
}

#[test]
fn what_was_computed_otherwise_is_not_learned() {
    let mut governor = Governor::new(2, 2);
    let first = governor.choose(1, Some(0));
    for _ in 0..50 {
        governor.learn(1, 2, Duration::from_secs(1));
        governor.learn(1, 7, Duration::from_secs(1));
    }
    assert_eq!(governor.choose(1, Some(0)), first);
    assert!(governor.classes[0].costs.iter().all(|costs| costs.0.is_empty()));
}

#[test]
fn a_day_with_builds_costs_little_more_than_the_best_choice_at_every_moment() {
    // Quiet, a build that comes and goes, a long one on all cores, quiet again.
    for (hint, noise, most) in [(true, 0, 115), (true, 30, 120), (false, 0, 160), (false, 30, 170)] {
        let mut play = Play::new(SMALL, 2, hint);
        play.noise = noise;
        for _ in 0..10 {
            play.batches(400, 0);
            for _ in 0..20 {
                play.batches(15, 2);
                play.batches(15, 0);
            }
            play.batches(400, 3);
            play.batches(10, 0);
        }
        // Noise adds half of itself to whatever is chosen.
        let best = play.best + play.best * noise / 200;
        let per_cent = play.spent * 100 / best;
        assert!(per_cent <= most, "hint {hint}, noise {noise}: {per_cent} % of the best");
    }
}

#[test]
fn medians_have_no_outliers() {
    let typical = |costs: &[u64]| {
        let mut all = Costs::default();
        costs.iter().for_each(|&cost| all.push(cost));
        all.typical()
    };
    assert_eq!(typical(&[]), None);
    assert_eq!(typical(&[7]), Some(7));
    assert_eq!(typical(&[1, 2, 3, 900]), Some(2));
    assert_eq!(typical(&[900, 1, 1, 1, 3, 3, 3, 3, 0]), Some(2), "the oldest is forgotten");
}

proptest! {
    /// Whatever the model costs, what is lost by trying stays small where nothing changes.
    #[test]
    fn trying_costs_little(
        work in 100u64..1_000_000,
        barriers in 0u64..2000,
        collapse in 2u64..40,
        cores in 1usize..33,
        others in 0usize..40,
        hint: bool,
        noise in 0u64..20,
        tokens in prop::sample::select(vec![1usize, 4, 20, 100, 256]),
    ) {
        // Where nothing hints at the load, all numbers but one may cost the same, and on many cores the one is found late.
        let cores = if hint { cores } else { cores.min(4) };
        let mut play = Play::new(World { cores, work, barriers, collapse }, cores, hint);
        (play.noise, play.tokens) = (noise, tokens);
        // Finding the best takes a while where nothing hints at it, and is paid once.
        play.batches(1000, others);
        (play.spent, play.best) = (0, 0);
        let count = play.governor.rungs.len();
        let used = play.batches(3000, others);
        prop_assert!(used.iter().all(|&n| (1..=cores).contains(&n)));
        let per_cent = play.spent * 100 / play.best;
        prop_assert!(per_cent <= 135 + noise, "{} % of the best with {} rungs: {:?}", per_cent, count, &used[..100]);
    }
}

#[test]
fn a_batch_is_given_up_where_one_thread_would_have_done_it_long_ago() {
    let mut play = Play::new(SMALL, 2, false);
    play.batches(60, 0);
    assert_eq!(play.governor.choose(1, None), 2, "on a quiet machine two threads pay");
    let quiet = Duration::from_micros(SMALL.cost(1, 2, 0));
    let alone = Duration::from_micros(SMALL.cost(1, 1, 0));
    let limit = play.governor.limit(1, 2).unwrap();
    assert!(limit > quiet && limit >= alone && limit <= alone * 2, "{limit:?}");
    assert_eq!(play.governor.limit(1, 1), None, "nothing is better than one thread then");
    let spent = play.spent;
    assert_eq!(play.batch(2), 2, "the load comes as a surprise");
    let cost = Duration::from_micros(play.spent - spent);
    assert!(cost <= limit + 3 * alone, "{cost:?}: not the time of a batch that waits at every barrier");
    assert_eq!(apart(&play.batches(10, 2), 1), 0, "and is one once");
}
