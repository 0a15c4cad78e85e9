//! What ends by itself on accounts unless somebody acts, by when.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;

use domain::event::Event;
use domain::event::change::ChangeEvent;
use domain::event::correction::CorrectionEvent;
use domain::event::deal::DealEvent;
use domain::event::handoff::HandoffEvent;
use domain::event::notice::About;
use domain::fact::Fact;
use domain::id::{ChangeId, DealId, HandoffId, VendorId};
use domain::reminder::Leads;
use domain::stream::Stream;
use domain::time::Instant;

/// The events that begin or end such a thing, by the short forms of their names.
pub(super) const KINDS: [&str; 12] = [
    "handoff.invited",
    "handoff.accepted",
    "handoff.declined",
    "handoff.revoked",
    "handoff.closed",
    "change.window_opened",
    "change.executed",
    "change.rescinded",
    "change.reversed",
    "deal.approved",
    "deal.extended",
    "fact.corrected",
];

/// When one thing ends: an invitation nobody has answered, the window in which a change may be objected to, or the
/// protection of a registration.
#[derive(Debug, Clone, Copy)]
struct Ending {
    at: Instant,
    /// The last revision of the stream that may have begun it or brought it back.
    revision: u64,
    /// The beginning of the last lead for which nobody needs another word.
    settled: Option<Instant>,
}

/// Everything that ends, by when.
#[derive(Debug, Default)]
pub(super) struct Endings {
    by_end: BTreeMap<Instant, BTreeSet<(Stream, About)>>,
    by_stream: BTreeMap<Stream, BTreeMap<About, Ending>>,
}

/// The stream a fact stands on, its revision of it, and what time it is.
#[derive(Clone, Copy)]
struct Place<'a> {
    stream: &'a Stream,
    revision: u64,
    now: Instant,
}

impl Endings {
    /// Takes in one more fact. A registration that is over at `now` needs nobody.
    pub(super) fn take(&mut self, stream: &Stream, fact: &Fact, now: Instant) {
        let place = Place { stream, revision: fact.meta.revision, now };
        self.take_event(place, &fact.event);
        let Event::Correction(correction) = &fact.event else { return };
        if correction.target().is_none() {
            return;
        }
        // It may bring back what was over.
        for ending in self.by_stream.get_mut(stream).into_iter().flat_map(BTreeMap::values_mut) {
            (ending.revision, ending.settled) = (place.revision, None);
        }
        if let CorrectionEvent::Corrected(corrected) = correction {
            corrected.replaces.iter().for_each(|event| self.take_event(place, event));
        }
    }

    fn take_event(&mut self, place: Place<'_>, event: &Event) {
        match event {
            Event::Handoff(event) => self.take_handoff(place, event),
            Event::Change(event) => self.take_change(place, event),
            Event::Deal(DealEvent::Approved(approved)) => {
                self.protect(place, &approved.deal, approved.protected_until);
            }
            Event::Deal(DealEvent::Extended(extended)) => {
                self.protect(place, &extended.deal, extended.protected_until);
            }
            // What ends a registration earlier is found out when somebody is about to be reminded.
            Event::Deal(_)
            | Event::Account(_)
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

    fn take_handoff(&mut self, place: Place<'_>, event: &HandoffEvent) {
        let invitation = |handoff: &HandoffId| About::Handoff(handoff.clone());
        match event {
            HandoffEvent::Invited(invited) => {
                self.begin(place, invitation(&invited.handoff), invited.expires_at);
            }
            HandoffEvent::Accepted(accepted) => self.forget(place.stream, &invitation(&accepted.handoff)),
            HandoffEvent::Declined(declined) => self.forget(place.stream, &invitation(&declined.handoff)),
            HandoffEvent::Revoked(revoked) => self.forget(place.stream, &invitation(&revoked.handoff)),
            HandoffEvent::Closed(closed) => self.forget(place.stream, &invitation(&closed.handoff)),
            HandoffEvent::Reported(_)
            | HandoffEvent::Requested(_)
            | HandoffEvent::Amended(_)
            | HandoffEvent::Progressed(_)
            | HandoffEvent::Released(_)
            | HandoffEvent::ForfeitureClaimed(_) => {}
        }
    }

    fn take_change(&mut self, place: Place<'_>, event: &ChangeEvent) {
        let window = |change: &ChangeId| About::Change(change.clone());
        match event {
            ChangeEvent::WindowOpened(opened) => {
                self.begin(place, window(&opened.change), opened.window_until);
            }
            ChangeEvent::Executed(executed) => self.forget(place.stream, &window(&executed.change)),
            ChangeEvent::Rescinded(rescinded) => self.forget(place.stream, &window(&rescinded.change)),
            ChangeEvent::Reversed(reversed) => self.forget(place.stream, &window(&reversed.change)),
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

    fn protect(&mut self, place: Place<'_>, deal: &DealId, until: Instant) {
        let registration = About::Registration(deal.clone());
        if place.now < until {
            self.begin(place, registration, until);
        } else {
            self.forget(place.stream, &registration);
        }
    }

    fn begin(&mut self, place: Place<'_>, about: About, at: Instant) {
        self.forget(place.stream, &about);
        self.by_end.entry(at).or_default().insert((place.stream.clone(), about.clone()));
        let ending = Ending { at, revision: place.revision, settled: None };
        self.by_stream.entry(place.stream.clone()).or_default().insert(about, ending);
    }

    fn forget(&mut self, stream: &Stream, about: &About) {
        let Some(of_stream) = self.by_stream.get_mut(stream) else { return };
        let Some(ending) = of_stream.remove(about) else { return };
        if of_stream.is_empty() {
            self.by_stream.remove(stream);
        }
        let Some(places) = self.by_end.get_mut(&ending.at) else { return };
        places.remove(&(stream.clone(), about.clone()));
        if places.is_empty() {
            self.by_end.remove(&ending.at);
        }
    }

    /// Forgets registrations that are over by `now`, and returns the invitations that are.
    pub(super) fn lapsed(&mut self, now: Instant) -> Vec<(Stream, HandoffId)> {
        let over: Vec<_> = self.by_end.range(..=now).flat_map(|(_, places)| places).cloned().collect();
        let mut invitations = Vec::new();
        for (stream, about) in over {
            match about {
                About::Handoff(handoff) => invitations.push((stream, handoff)),
                About::Registration(_) => self.forget(&stream, &about),
                About::Change(_)
                | About::Forfeiture(_)
                | About::Override(_)
                | About::Commitment(_)
                | About::Token(_) => {}
            }
        }
        invitations
    }

    /// The vendor's accounts on which somebody may have to be reminded at `now` of something that ends.
    pub(super) fn due(&self, vendor: &VendorId, leads: &Leads<'_>, now: Instant) -> BTreeSet<Stream> {
        let near = self.by_end.range((Bound::Excluded(now), Bound::Included(leads.horizon(now))));
        let is_due = |(stream, about): &&(Stream, About)| {
            let ending = self.by_stream.get(stream).and_then(|of_stream| of_stream.get(about));
            ending.is_some_and(|ending| {
                let since = leads.since(about, ending.at, now);
                since.is_some_and(|since| ending.settled.is_none_or(|settled| settled < since))
            })
        };
        let places = near.flat_map(|(_, places)| places).filter(|(stream, _)| stream.vendor() == vendor);
        places.filter(is_due).map(|(stream, _)| stream.clone()).collect()
    }

    /// Nobody needs another word now about what ends on an account, as it stood at a revision.
    pub(super) fn settle(&mut self, stream: &Stream, revision: u64, leads: &Leads<'_>, now: Instant) {
        let of_stream = self.by_stream.get_mut(stream).into_iter().flatten();
        for (about, ending) in of_stream.filter(|(_, ending)| ending.revision <= revision) {
            ending.settled = leads.since(about, ending.at, now);
        }
    }

    /// The vendors on whose accounts anything ends.
    pub(super) fn vendors(&self) -> BTreeSet<VendorId> {
        self.by_stream.keys().map(|stream| stream.vendor().clone()).collect()
    }
}
