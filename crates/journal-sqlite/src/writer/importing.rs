//! Appends of another journal, recorded as they stand there.

use ports::{Append, ImportError, Outcome, PastAppend, Receipt};

use super::Imported;
use super::group::Group;

impl Group<'_> {
    /// Records them in their order up to the first that does not follow.
    pub(super) fn import_all(&mut self, past: Vec<PastAppend>) -> rusqlite::Result<Imported> {
        let mut receipts = Vec::with_capacity(past.len());
        for append in past {
            match self.import(append)? {
                Ok(receipt) => receipts.push(receipt),
                Err(error) => return Ok(Err(error)),
            }
        }
        Ok(Ok(receipts))
    }

    fn import(&mut self, past: PastAppend) -> rusqlite::Result<Result<Receipt, ImportError>> {
        let PastAppend { number, key, digest, stream, recorded_ms, events } = past;
        let diverged = Ok(Err(ImportError::Diverged { number }));
        let (stream_number, actual) = self.standing(&stream)?;
        let append = Append { key, digest, stream, expect: actual.into(), events };
        if let Err(too_large) = append.check_limits() {
            return Ok(Err(too_large.into()));
        }
        let known = self.find(key)?;
        let (recorded, head_ms) = self.recorded_upto();
        if number <= recorded {
            // Copied before; whether really as this number is for the check by hash at the end.
            let same = known.filter(|first| first.digest == digest && first.stream == append.stream);
            let repeated = same.map(|first| Receipt { outcome: Outcome::Repeated, ..first });
            return repeated.map_or(diverged, |receipt| Ok(Ok(receipt)));
        }
        if number != recorded + 1 || known.is_some() || recorded_ms < head_ms {
            return diverged;
        }
        self.write_at(&append, stream_number, actual, recorded_ms).map(Ok)
    }
}
