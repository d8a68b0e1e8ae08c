//! Counts the machine's cores, and how many of them other programs want.

use std::collections::HashSet;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;

/// The physical cores this process may use. Matrix products gain nothing from a core's second hardware thread.
pub(super) fn physical_cores() -> usize {
    let logical = std::thread::available_parallelism().map_or(1, usize::from);
    let physical = count_cores(Path::new("/sys/devices/system/cpu")).unwrap_or(logical);
    physical.clamp(1, logical)
}

/// Counts the cores that Linux lists, a core being a set of hardware threads. `None` where there is no such list.
fn count_cores(folder: &Path) -> Option<usize> {
    let cores: HashSet<String> = std::fs::read_dir(folder)
        .ok()?
        .filter_map(|entry| std::fs::read_to_string(entry.ok()?.path().join("topology/thread_siblings_list")).ok())
        .collect();
    (!cores.is_empty()).then_some(cores.len())
}

/// The hardware threads of the machine, which may be more than this process may use.
pub(super) fn hardware_threads() -> usize {
    let online = std::fs::read_to_string("/sys/devices/system/cpu/online").ok();
    online
        .and_then(|list| count_list(&list))
        .unwrap_or_else(|| std::thread::available_parallelism().map_or(1, usize::from))
}

/// How many numbers a list such as `0-3,8` holds. `None` if it is none.
fn count_list(list: &str) -> Option<usize> {
    let count = |range: &str| {
        let (first, last) = range.split_once('-').unwrap_or((range, range));
        let (first, last): (usize, usize) = (first.parse().ok()?, last.parse().ok()?);
        Some((last + 1).saturating_sub(first))
    };
    list.trim().split(',').map(count).sum()
}

/// How many threads of the machine want to run, as Linux tells in `/proc/loadavg`. Reading it takes a few microseconds.
pub(super) struct RunQueue(Option<File>);

impl RunQueue {
    pub fn open() -> Self {
        Self(File::open("/proc/loadavg").ok())
    }

    /// Threads that run or wait for a core at the moment, besides `own`. `None` where nothing tells.
    pub fn others(&mut self, own: usize) -> Option<usize> {
        let file = self.0.as_mut()?;
        let mut text = [0; 128];
        file.seek(SeekFrom::Start(0)).ok()?;
        let length = file.read(&mut text).ok()?;
        running(std::str::from_utf8(&text[..length]).ok()?).map(|running| running.saturating_sub(own))
    }
}

/// Returns the number of threads that want to run from a line such as `0.20 0.18 0.12 1/80 11206`. The reader is one of
/// them, so a zero means that the system does not really count, as in some sandboxes.
fn running(line: &str) -> Option<usize> {
    let (running, _) = line.split_whitespace().nth(3)?.split_once('/')?;
    running.parse().ok().filter(|&running| running > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_of_numbers_are_counted() {
        for (list, count) in [("0-1\n", Some(2)), ("0-3,8", Some(5)), ("5", Some(1)), ("", None), ("x-2", None)] {
            assert_eq!(count_list(list), count, "{list:?}");
        }
        assert!(hardware_threads() >= 1);
    }

    #[test]
    fn threads_that_want_to_run_are_counted() {
        let lines = [
            ("0.20 0.18 0.12 1/80 11206\n", Some(1)),
            ("9.81 4.78 2.87 13/412 7", Some(13)),
            ("0.00 0.00 0.00 0/0 0", None),
            ("0.00 0.00", None),
            ("", None),
        ];
        for (line, count) in lines {
            assert_eq!(running(line), count, "{line:?}");
        }
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_thread_that_computes_is_seen() {
        let mut queue = RunQueue::open();
        assert!(queue.others(0).unwrap() >= 1, "the test itself runs");
        assert_eq!(queue.others(usize::MAX), Some(0));
    }

    #[test]
    fn hardware_threads_of_one_core_count_once() {
        let folder = tempfile::tempdir().unwrap();
        for (cpu, siblings) in [("cpu0", "0,2\n"), ("cpu1", "1,3\n"), ("cpu2", "0,2\n"), ("cpu3", "1,3\n")] {
            let topology = folder.path().join(cpu).join("topology");
            std::fs::create_dir_all(&topology).unwrap();
            std::fs::write(topology.join("thread_siblings_list"), siblings).unwrap();
        }
        std::fs::create_dir(folder.path().join("cpuidle")).unwrap();
        assert_eq!(count_cores(folder.path()), Some(2));
        assert_eq!(count_cores(&folder.path().join("missing")), None);
        assert!(physical_cores() >= 1);
    }
}
