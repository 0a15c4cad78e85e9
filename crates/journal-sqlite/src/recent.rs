//! The last events recorded, kept in memory: whoever follows the journal closely is served without reading the file.

use std::collections::VecDeque;

use bytes::Bytes;
use ports::{Page, Recorded, Select};

/// As many as two pages, so that a follower one page behind still finds the next one here.
const EVENTS_MAX: usize = 2 * ports::PAGE_EVENTS_MAX;
/// What their bodies may take together, in bytes.
const BYTES_MAX: usize = 16 * 1024 * 1024;

/// Events with their bodies, without a gap and up to the head; none after a start or a failure.
#[derive(Debug, Default)]
pub(crate) struct Recent {
    events: VecDeque<Recorded>,
    bytes: usize,
}

impl Recent {
    /// Takes in the event after the last one.
    pub(crate) fn add(&mut self, event: Recorded) {
        self.bytes += size(&event);
        self.events.push_back(event);
        while self.events.len() > EVENTS_MAX || self.bytes > BYTES_MAX {
            self.bytes -= self.events.pop_front().as_ref().map_or(0, size);
        }
    }

    /// Events with `after < position <= upto`, at most `max`; none when the first of them is not here any more.
    pub(crate) fn between(&self, after: u64, upto: u64, select: Select, max: usize) -> Option<Page> {
        let before = self.events.front()?.position.lo() - 1;
        let skipped = usize::try_from(after.checked_sub(before)?).ok()?;
        let following = self.events.range(skipped.min(self.events.len())..);
        let wanted = following.take_while(|event| event.position.lo() <= upto).take(max);
        let events: Vec<Recorded> = wanted.map(|event| selected(event, select)).collect();
        let more = events.last().is_some_and(|last| last.position.lo() < upto);
        Some(Page { events, more })
    }
}

fn size(event: &Recorded) -> usize {
    event.text.len() + event.fact.len()
}

fn selected(event: &Recorded, select: Select) -> Recorded {
    let Recorded { position, stream, revision, id, recorded_ms, kind, text, fact } = event;
    let (text, fact) = match select {
        Select::Facts => (Bytes::new(), fact.clone()),
        Select::Text => (text.clone(), Bytes::new()),
        Select::Both => (text.clone(), fact.clone()),
    };
    Recorded {
        position: *position,
        stream: stream.clone(),
        revision: *revision,
        id: *id,
        recorded_ms: *recorded_ms,
        kind: *kind,
        text,
        fact,
    }
}
