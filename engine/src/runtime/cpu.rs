//! How many threads are worth using.

use std::collections::HashSet;
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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

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
