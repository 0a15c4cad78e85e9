//! The writer's part of the indexes: what has gathered in memory becomes a run, and runs are merged.

use rusqlite::Connection;

use crate::merging::Merging;
use crate::pending::Pending;
use crate::runs::{self, Index};

/// The indexes by stream, by id and by key, in this order.
#[derive(Debug)]
pub(crate) struct Indexes {
    merging: [(Index, Merging); 3],
    /// Entries that make a run.
    run_entries: usize,
}

impl Indexes {
    pub(crate) fn new(run_entries: usize) -> Self {
        let merging = [Index::Stream, Index::Id, Index::Key].map(|index| (index, Merging::new(index)));
        Self { merging, run_entries }
    }

    /// The part of a group that brings so many new entries; says of each index whether everything pending is
    /// in a run once the group is committed.
    pub(super) fn step(
        &mut self,
        connection: &Connection,
        pending: [&Pending; 3],
        new_entries: [usize; 3],
    ) -> rusqlite::Result<[bool; 3]> {
        let mut in_runs = [false; 3];
        let parts = self.merging.iter_mut().zip(pending).zip(new_entries).zip(&mut in_runs);
        for ((((index, merging), pending), new), in_run) in parts {
            *in_run = pending.len() >= self.run_entries;
            if *in_run {
                runs::write(connection, *index, pending)?;
            }
            merging.step(connection, new)?;
        }
        Ok(in_runs)
    }
}
