//! On which accounts a registration was asked for here: those are looked at again when more is known of the customer.

use std::collections::BTreeSet;
use std::ops::ControlFlow;
use std::sync::{Mutex, PoisonError};

use anyhow::Context as _;
use domain::stream::Stream;
use ports::{KindSet, Position, Scan, StreamShare};

use crate::book::{Book, kind_of};
use crate::pen;
use crate::sentinel::registration::may_be_reviewed;

/// The account streams with a live submission, read from the journal when somebody first asks.
#[derive(Debug, Default)]
pub(crate) struct Asked {
    kept: Mutex<Kept>,
}

#[derive(Debug, Default)]
struct Kept {
    upto: Position,
    streams: BTreeSet<Stream>,
}

impl Asked {
    /// Those of `streams` on which a registration was asked for here, by all that is recorded.
    ///
    /// # Errors
    /// The journal cannot be read.
    pub(crate) fn of(&self, book: &Book, streams: BTreeSet<Stream>) -> anyhow::Result<BTreeSet<Stream>> {
        if streams.is_empty() {
            return Ok(streams);
        }
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.read_on(book).context("reading where registrations were asked for")?;
        Ok(streams.into_iter().filter(|stream| kept.streams.contains(stream)).collect())
    }
}

impl Kept {
    fn read_on(&mut self, book: &Book) -> anyhow::Result<()> {
        let kinds = KindSet::only([kind_of("deal.submitted")]);
        let scan = Scan { after: self.upto, upto: Position::END, kinds: &kinds, streams: StreamShare::ALL };
        let mut failed = None;
        let upto = book.journal.scan_facts(scan, &mut |row| {
            let mut take = || {
                if may_be_reviewed(&pen::scanned(&row)?) {
                    let name = book.journal.stream_name(row.stream).context("a scanned stream has a name")?;
                    self.streams.insert(name.parse()?);
                }
                anyhow::Ok(())
            };
            match take() {
                Ok(()) => ControlFlow::Continue(()),
                Err(error) => {
                    failed = Some(error);
                    ControlFlow::Break(())
                }
            }
        })?;
        failed.map_or(Ok(()), Err)?;
        self.upto = upto;
        Ok(())
    }
}
