//! What this process takes, as Linux tells it.

use std::time::{Duration, Instant as Clock};

/// Bytes of memory that this process holds; 0 where Linux does not tell.
pub(crate) fn resident() -> usize {
    let pages = std::fs::read_to_string("/proc/self/statm").ok();
    let pages = pages.and_then(|line| line.split(' ').nth(1)?.parse::<usize>().ok());
    pages.unwrap_or_default() * 4096
}

/// The processor time of this process, so that a busy machine makes no difference; where Linux does not tell, the time
/// since `begin`.
pub(crate) fn spent(begin: Clock) -> Duration {
    let stat = std::fs::read_to_string("/proc/self/stat").ok();
    let ticks = stat.and_then(|line| {
        // After the process ID and the name, which may hold spaces: the 14th and 15th field in all, hundredths of a second.
        let fields: Vec<&str> = line.rsplit(") ").next()?.split(' ').collect();
        Some(fields.get(11)?.parse::<u64>().ok()? + fields.get(12)?.parse::<u64>().ok()?)
    });
    ticks.map_or_else(|| begin.elapsed(), |ticks| Duration::from_millis(10 * ticks))
}
