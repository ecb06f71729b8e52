//! What the operating system says of this process: Linux alone, from `/proc/self`; elsewhere nothing is said.

use std::fs;

/// Memory that is in RAM now, in bytes.
#[must_use]
pub fn resident_memory() -> Option<u64> {
    resident(&fs::read_to_string("/proc/self/status").ok()?)
}

/// How many files, sockets and pipes are open.
#[must_use]
pub fn open_files() -> Option<usize> {
    // Reading the directory opens it, and so counts itself.
    Some(fs::read_dir("/proc/self/fd").ok()?.count().saturating_sub(1))
}

/// From `VmRSS:   12345 kB`; see proc_pid_status(5).
fn resident(status: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kibibytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kibibytes * 1_024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_read_from_the_status_page() {
        assert_eq!(resident("Name:\tserver\nVmRSS:\t   20480 kB\nThreads:\t4\n"), Some(20_971_520));
        assert_eq!(resident("Name:\tserver\n"), None);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn this_process_has_memory_and_open_files() {
        assert!(resident_memory().unwrap() > 1_000_000);
        let before = open_files().unwrap();
        let file = fs::File::open("/proc/self/status").unwrap();
        assert!(open_files().unwrap() > 0 && before > 0);
        drop(file);
    }
}
