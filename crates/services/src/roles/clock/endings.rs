//! What ends by itself on accounts unless somebody acts, by when.

use std::collections::{BTreeMap, BTreeSet};

use domain::event::Event;
use domain::event::change::ChangeEvent;
use domain::event::handoff::HandoffEvent;
use domain::fact::Fact;
use domain::id::{ChangeId, HandoffId, VendorId};
use domain::stream::Stream;
use domain::time::Instant;

/// The events that begin or end such a thing, by the short forms of their names.
pub(super) const KINDS: [&str; 9] = [
    "handoff.invited",
    "handoff.accepted",
    "handoff.declined",
    "handoff.revoked",
    "handoff.closed",
    "change.window_opened",
    "change.executed",
    "change.rescinded",
    "change.reversed",
];

/// One thing that ends.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Ending {
    /// An invitation nobody has answered.
    Invitation(HandoffId),
    /// The window in which a change may be objected to.
    Window(ChangeId),
}

/// Everything that ends, by when.
#[derive(Debug, Default)]
pub(super) struct Endings {
    by_end: BTreeSet<(Instant, Stream, Ending)>,
    ends: BTreeMap<(Stream, Ending), Instant>,
}

impl Endings {
    pub(super) fn take(&mut self, stream: &Stream, fact: &Fact) {
        match &fact.event {
            Event::Handoff(event) => self.take_handoff(stream, event),
            Event::Change(event) => self.take_change(stream, event),
            Event::Account(_)
            | Event::Deal(_)
            | Event::Consent(_)
            | Event::Notice(_)
            | Event::Trade(_)
            | Event::Commission(_)
            | Event::Partner(_)
            | Event::Identity(_)
            | Event::Case(_)
            | Event::Program(_)
            | Event::Correction(_) => {}
        }
    }

    fn take_handoff(&mut self, stream: &Stream, event: &HandoffEvent) {
        match event {
            HandoffEvent::Invited(invited) => {
                self.begin(stream, Ending::Invitation(invited.handoff.clone()), invited.expires_at);
            }
            HandoffEvent::Accepted(accepted) => {
                self.forget(stream, Ending::Invitation(accepted.handoff.clone()))
            }
            HandoffEvent::Declined(declined) => {
                self.forget(stream, Ending::Invitation(declined.handoff.clone()))
            }
            HandoffEvent::Revoked(revoked) => {
                self.forget(stream, Ending::Invitation(revoked.handoff.clone()))
            }
            HandoffEvent::Closed(closed) => self.forget(stream, Ending::Invitation(closed.handoff.clone())),
            HandoffEvent::Reported(_)
            | HandoffEvent::Requested(_)
            | HandoffEvent::Amended(_)
            | HandoffEvent::Progressed(_)
            | HandoffEvent::Released(_)
            | HandoffEvent::ForfeitureClaimed(_) => {}
        }
    }

    fn take_change(&mut self, stream: &Stream, event: &ChangeEvent) {
        match event {
            ChangeEvent::WindowOpened(opened) => {
                self.begin(stream, Ending::Window(opened.change.clone()), opened.window_until);
            }
            ChangeEvent::Executed(executed) => self.forget(stream, Ending::Window(executed.change.clone())),
            ChangeEvent::Rescinded(rescinded) => {
                self.forget(stream, Ending::Window(rescinded.change.clone()))
            }
            ChangeEvent::Reversed(reversed) => self.forget(stream, Ending::Window(reversed.change.clone())),
            ChangeEvent::Requested(_)
            | ChangeEvent::Verified(_)
            | ChangeEvent::Notified(_)
            | ChangeEvent::Objected(_)
            | ChangeEvent::ObjectionDecided(_)
            | ChangeEvent::Waived(_)
            | ChangeEvent::ErrorReported(_)
            | ChangeEvent::ErrorAnswered(_) => {}
        }
    }

    fn begin(&mut self, stream: &Stream, ending: Ending, end: Instant) {
        self.forget(stream, ending.clone());
        self.by_end.insert((end, stream.clone(), ending.clone()));
        self.ends.insert((stream.clone(), ending), end);
    }

    fn forget(&mut self, stream: &Stream, ending: Ending) {
        let place = (stream.clone(), ending);
        if let Some(end) = self.ends.remove(&place) {
            self.by_end.remove(&(end, place.0, place.1));
        }
    }

    /// Invitations that are over by `now`.
    pub(super) fn lapsed(&self, now: Instant) -> Vec<(Stream, HandoffId)> {
        let over = self.by_end.iter().take_while(|(end, ..)| *end <= now);
        let invitations = over.filter_map(|(_, stream, ending)| match ending {
            Ending::Invitation(handoff) => Some((stream.clone(), handoff.clone())),
            Ending::Window(_) => None,
        });
        invitations.collect()
    }

    /// The accounts on which something ends after `now` and by `until`, of the vendor's.
    pub(super) fn near(&self, vendor: &VendorId, now: Instant, until: Instant) -> BTreeSet<Stream> {
        let near =
            self.by_end.iter().skip_while(|(end, ..)| *end <= now).take_while(|(end, ..)| *end <= until);
        near.filter(|(_, stream, _)| stream.vendor() == vendor).map(|(_, stream, _)| stream.clone()).collect()
    }

    /// The vendors on whose accounts anything ends.
    pub(super) fn vendors(&self) -> BTreeSet<VendorId> {
        self.ends.keys().map(|(stream, _)| stream.vendor().clone()).collect()
    }
}
