//! What can be set about the journal, and the limits that cannot.

use ports::RETENTION_DAYS;
use uuid::Uuid;

/// The most events in one group commit: above it the fsync is less than a hundredth of the group's cost, and
/// a group stays below 25 MB of log.
pub const GROUP_EVENTS_MAX: usize = 32_768;

/// When an append counts as recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Durability {
    /// After fsync: survives a power cut. The only honest setting.
    Full,
    /// Without fsync: loses acknowledged appends at a power cut. Exists so that the test which must notice
    /// can be seen to notice.
    Off,
}

/// How the journal is opened.
#[derive(Clone, Debug)]
pub struct Options {
    /// When an append counts as recorded.
    pub durability: Durability,
    /// The writer's page cache in KiB, filled as it is used. 8 MiB hold the pages of a group of some thousand
    /// events and the inner pages of all tables; of a larger group the first pages go to the log early.
    pub cache_kib: u32,
    /// Appends that may wait for the writer; the next one is answered `Overloaded`. At the 20 µs an append
    /// costs here, 8,192 are 160 ms of work.
    pub queue_max: usize,
    /// A checkpoint starts when the log has this many pages of 4 KiB: 32 MiB, half of what the log is cut
    /// back to, so that pages written many times are moved once.
    pub log_pages_max: u32,
    /// Entries an index gathers in memory before they are written as a run: 65,536 are 3 MB of memory and
    /// 1 MB of log, and the next start reads at most so many rows, some 50 ms.
    pub run_entries: usize,
    /// How long quarantined input is kept, in days.
    pub retention_days: u32,
    /// What a second process is told about the owner.
    pub command: String,
    /// The id of a journal that is made now because another is copied into it; else it gets one of its own.
    pub id: Option<Uuid>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            durability: Durability::Full,
            cache_kib: 8 * 1024,
            queue_max: 8_192,
            log_pages_max: 8_192,
            run_entries: 64 * 1024,
            retention_days: RETENTION_DAYS,
            command: std::env::args().collect::<Vec<_>>().join(" "),
            id: None,
        }
    }
}
