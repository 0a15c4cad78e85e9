//! What projections are made of: the record, to be read and nothing else.

use std::sync::Arc;

use domain::fact::Fact;
use domain::stream::Stream;
use ports::{Journal, Position, ReadError, Select, StreamNumber, TailStream};

use crate::accounts;
use crate::book::Book;

/// The record of a book. Nothing can be appended through it, and no clock, quarantine or bus is reached from it: a
/// projection made anew from the first event on can have no effect but its values.
///
/// ```
/// async fn replays(past: services::projector::Past) {
///     past.head().await.expect("it can be read");
/// }
/// ```
/// ```compile_fail,E0599
/// async fn acts(past: services::projector::Past, append: ports::Append) {
///     past.append(append).await.expect("nobody gets here");
/// }
/// ```
#[derive(Clone)]
pub struct Past(Arc<dyn Journal>);

impl Past {
    /// The record of this book.
    pub fn of(book: &Book) -> Self {
        Self(Arc::clone(&book.journal))
    }

    /// How far it goes.
    ///
    /// # Errors
    /// The journal cannot be read.
    pub async fn head(&self) -> Result<Position, ReadError> {
        Ok(self.0.head().await?.position)
    }

    /// What follows a position, for ever.
    pub(super) fn tail(&self, after: Position) -> TailStream {
        self.0.tail(after, Select::Facts)
    }

    /// Every stream there is, in the order of their names.
    pub(super) fn streams(&self) -> Vec<Stream> {
        let name = |number| self.0.stream_name(StreamNumber(number));
        // Streams are numbered in order of first use, by some journals from 0 and by others from 1.
        let names = name(0).into_iter().chain((1..).map_while(name));
        let mut streams: Vec<Stream> = names.filter_map(|name| name.parse().ok()).collect();
        streams.sort();
        streams
    }

    /// What a stream says.
    ///
    /// # Errors
    /// The journal cannot be read, or holds something that is not ours.
    pub(super) async fn facts(&self, stream: &Stream) -> anyhow::Result<Vec<Fact>> {
        Ok(accounts::facts(self.0.as_ref(), stream).await?.0)
    }
}
