//! Does several jobs at once, in threads.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

/// Does the jobs in their order, up to `width` at once. After one that `failed` says has failed no other is begun.
///
/// Returns the results in the order of the jobs, of those that were begun.
pub fn each<J: Sync, R: Send>(
    jobs: &[J],
    width: usize,
    work: impl Fn(&J) -> R + Sync,
    failed: impl Fn(&R) -> bool + Sync,
) -> Vec<R> {
    let next = AtomicUsize::new(0);
    let stop = AtomicBool::new(false);
    let results: Mutex<Vec<(usize, R)>> = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..width.clamp(1, jobs.len().max(1)) {
            scope.spawn(|| {
                while !stop.load(Ordering::Acquire) {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    let Some(job) = jobs.get(index) else { break };
                    let result = work(job);
                    if failed(&result) {
                        stop.store(true, Ordering::Release);
                    }
                    results.lock().unwrap_or_else(PoisonError::into_inner).push((index, result));
                }
            });
        }
    });
    let mut results = results.into_inner().unwrap_or_else(PoisonError::into_inner);
    results.sort_by_key(|(index, _)| *index);
    results.into_iter().map(|(_, result)| result).collect()
}

#[cfg(test)]
mod tests {
    use std::sync::Barrier;

    use super::each;

    #[test]
    fn two_jobs_run_at_once_and_results_keep_their_order() {
        // Each pair meets here, or the test hangs.
        let barrier = Barrier::new(2);
        let work = |job: &u32| {
            barrier.wait();
            job * 10
        };
        assert_eq!(each(&[1, 2, 3, 4], 2, work, |_| false), [10, 20, 30, 40]);
    }

    #[test]
    fn nothing_is_begun_after_a_failure() {
        assert_eq!(each(&[1, 2, 3, 4], 1, |job| *job, |result| *result == 2), [1, 2]);
    }

    #[test]
    fn a_job_beside_the_one_that_fails_comes_to_its_end() {
        let barrier = Barrier::new(2);
        let work = |job: &u32| {
            barrier.wait();
            *job
        };
        let done = each(&[1, 2], 2, work, |result| *result == 1);
        assert_eq!(done, [1, 2]);
    }

    #[test]
    fn no_jobs_are_done_at_once() {
        assert!(each(&[] as &[u32], 2, |job| *job, |_| false).is_empty());
    }
}
