//! The suite every adapter passes: what the rest of the program relies on, each rule once.

mod appending;
mod bulk;
mod copying;
mod following;
pub mod publishing;
mod quarantining;
mod reading;
mod sample;

use std::any::Any;
use std::sync::Arc;

use async_trait::async_trait;
use futures::future::BoxFuture;

use crate::clock::{Clock, ManualClock};
use crate::journal::Journal;
use crate::quarantine::Quarantine;

/// Opens an adapter for one check.
#[async_trait]
pub trait Adapter: Send + Sync {
    /// A fresh, empty journal and quarantine over the clock.
    async fn open(&self, clock: Arc<dyn Clock>) -> Opened;
}

/// An open adapter.
pub struct Opened {
    /// The journal.
    pub journal: Arc<dyn Journal>,
    /// The quarantine.
    pub quarantine: Arc<dyn Quarantine>,
    /// Whatever must live as long, such as a temporary directory.
    pub keep: Box<dyn Any + Send + Sync>,
}

/// What a check works with.
struct Subject {
    clock: Arc<ManualClock>,
    journal: Arc<dyn Journal>,
    quarantine: Arc<dyn Quarantine>,
    _keep: Box<dyn Any + Send + Sync>,
}

struct Check {
    name: &'static str,
    run: fn(Subject) -> BoxFuture<'static, ()>,
}

/// Lists checks under the names of their functions.
macro_rules! checks {
    ($($module:ident :: $check:ident),* $(,)?) => {
        &[$(Check { name: stringify!($check), run: |subject| Box::pin($module::$check(subject)) }),*]
    };
}

const CHECKS: &[Check] = checks![
    appending::a_repeated_key_gets_the_first_receipt,
    appending::a_key_with_other_content_is_a_mismatch,
    appending::an_append_to_a_moved_stream_conflicts_and_leaves_its_key_free,
    appending::a_version_with_a_foreign_token_conflicts,
    appending::an_append_without_events_consumes_its_key,
    appending::what_is_too_large_is_refused_and_not_recorded,
    appending::of_concurrent_appends_to_one_version_one_wins,
    appending::of_concurrent_appends_with_one_key_one_is_recorded,
    appending::recorded_time_never_goes_back_and_a_broken_clock_stops_recording,
    reading::an_acknowledged_append_is_seen_by_every_read,
    reading::revisions_are_dense_and_positions_grow,
    reading::pages_give_the_asked_range_and_say_whether_there_is_more,
    reading::a_select_fetches_only_what_it_names,
    reading::unknown_things_are_absent_and_not_errors,
    reading::what_was_known_at_a_time_is_a_prefix,
    following::a_tail_has_no_gap_under_concurrent_appends,
    following::a_tail_starts_after_its_position_and_says_when_it_has_caught_up,
    following::the_head_never_runs_ahead_of_what_can_be_read,
    bulk::many_appends_are_recorded_in_the_order_given,
    bulk::a_key_twice_among_many_appends_is_recorded_once,
    bulk::after_a_conflict_the_later_appends_to_that_stream_conflict_too,
    bulk::one_append_that_is_too_large_does_not_stop_the_others,
    bulk::a_scan_gives_what_reading_gives,
    bulk::a_scan_filters_kinds_and_stops_when_told,
    bulk::scans_of_every_share_of_the_streams_give_each_row_once,
    copying::a_copy_keeps_ids_revisions_times_and_keys,
    copying::what_was_recorded_here_can_be_copied_elsewhere,
    copying::a_copy_that_was_cut_off_is_taken_up_again,
    copying::what_is_no_copy_is_not_added_to,
    quarantining::turned_away_input_is_kept_with_what_is_needed_to_mend_it,
    quarantining::the_same_bytes_from_the_same_origin_are_kept_once,
    quarantining::the_same_bytes_from_another_origin_get_another_id,
    quarantining::a_long_input_is_kept_in_part_and_digested_in_full,
    quarantining::a_released_input_leaves_the_waiting_list_and_keeps_its_first_time,
    quarantining::an_entry_expires_after_its_retention,
    quarantining::an_entry_taken_over_keeps_its_id_times_and_release,
    quarantining::an_entry_taken_over_gets_another_id_where_its_own_is_taken,
];

/// Runs every check against a fresh adapter, naming each on stderr.
///
/// # Panics
/// At the first check that fails.
pub async fn run(adapter: &dyn Adapter) {
    for check in CHECKS {
        eprintln!("conformance: {}", check.name);
        let clock = Arc::new(ManualClock::at(sample::NOON_MS));
        let Opened { journal, quarantine, keep } = adapter.open(clock.clone()).await;
        (check.run)(Subject { clock, journal, quarantine, _keep: keep }).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::memory::{MemoryJournal, MemoryQuarantine};

    struct InMemory;

    #[async_trait]
    impl Adapter for InMemory {
        async fn open(&self, clock: Arc<dyn Clock>) -> Opened {
            Opened {
                journal: Arc::new(MemoryJournal::new(clock.clone())),
                quarantine: Arc::new(MemoryQuarantine::new(clock)),
                keep: Box::new(()),
            }
        }
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn the_journal_and_quarantine_in_memory_conform() {
        run(&InMemory).await;
    }
}
