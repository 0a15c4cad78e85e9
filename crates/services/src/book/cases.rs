//! The cases as they stand, kept in their compact form: findings are long, and few of them are read at a time.

use std::collections::BTreeMap;

use domain::event::Event;
use domain::event::case::{CaseEvent, Verdict};
use domain::fact::Fact;
use domain::stream::Stream;
use domain::time::Instant;
use views::cases::Case;
use wire::record::{self, Place};

/// Every case by its stream, unpacked when it is asked for.
#[derive(Debug, Default)]
pub struct Cases {
    packed: BTreeMap<Stream, Packed>,
    /// The cases of each account.
    of_account: BTreeMap<Stream, Vec<Stream>>,
}

/// One case, with what lists ask of all of them at hand.
#[derive(Debug, Default)]
struct Packed {
    account: Option<Stream>,
    is_open: bool,
    /// Whether somebody is to be reminded of something in it, by and by.
    has_clock: bool,
    /// Whether people were reminded of something in it.
    has_reminders: bool,
    /// Whether a person ruled on it.
    is_ruled: bool,
    events: u64,
    /// When the first of what is pending may be judged for good.
    ripe_at: Option<Instant>,
    /// Its facts in their order, each in its compact form.
    facts: Vec<(Place, Box<[u8]>)>,
}

impl Cases {
    /// How many there are.
    pub fn len(&self) -> usize {
        self.packed.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.packed.is_empty()
    }

    /// How many wait for somebody to look at them.
    pub fn open_len(&self) -> usize {
        self.packed.values().filter(|packed| packed.is_open).count()
    }

    /// One case.
    pub fn get(&self, stream: &Stream) -> Option<Case> {
        self.packed.get(stream).map(Packed::unpacked)
    }

    /// How many events a case has that was opened about another account, 0 if there is none.
    pub(crate) fn events_beside(&self, case: &Stream, account: &Stream) -> u64 {
        let beside = self.packed.get(case).filter(|packed| packed.account.as_ref() != Some(account));
        beside.map_or(0, |packed| packed.events)
    }

    /// Every case in the order of their streams.
    pub fn iter(&self) -> impl Iterator<Item = (&Stream, Case)> {
        self.packed.iter().map(|(stream, packed)| (stream, packed.unpacked()))
    }

    /// Those that wait for somebody to look at them.
    pub fn open(&self) -> impl Iterator<Item = (&Stream, Case)> {
        self.those(|packed| packed.is_open)
    }

    /// Those in which something is due, or was and nobody was told.
    pub(crate) fn with_clock(&self) -> impl Iterator<Item = (&Stream, Case)> {
        self.those(|packed| packed.has_clock)
    }

    /// Those in which people were reminded of something.
    pub(crate) fn with_reminders(&self) -> impl Iterator<Item = (&Stream, Case)> {
        self.those(|packed| packed.has_reminders)
    }

    /// Those a person ruled on.
    pub(crate) fn ruled(&self) -> impl Iterator<Item = (&Stream, Case)> {
        self.those(|packed| packed.is_ruled)
    }

    fn those(&self, wanted: fn(&Packed) -> bool) -> impl Iterator<Item = (&Stream, Case)> {
        let wanted = self.packed.iter().filter(move |(_, packed)| wanted(packed));
        wanted.map(|(stream, packed)| (stream, packed.unpacked()))
    }

    /// The streams of all.
    pub fn streams(&self) -> impl Iterator<Item = &Stream> {
        self.packed.keys()
    }

    /// The stream of the case with this id.
    pub fn stream(&self, id: &str) -> Option<&Stream> {
        self.packed.keys().find(|stream| stream.case().is_some_and(|case| case.as_str() == id))
    }

    /// Whether there is a case about an account.
    pub fn concern(&self, account: &Stream) -> bool {
        self.of_account.contains_key(account)
    }

    /// The cases about one account.
    pub fn of(&self, account: &Stream) -> impl Iterator<Item = (&Stream, Case)> {
        let streams = self.of_account.get(account).into_iter().flatten();
        streams.filter_map(|stream| Some((stream, self.get(stream)?)))
    }

    /// The accounts of cases in which something pending may be judged for good by `until`.
    pub(crate) fn ripe(&self, until: Instant) -> impl Iterator<Item = &Stream> {
        let ripe = self.packed.values().filter(move |packed| packed.ripe_at.is_some_and(|at| at <= until));
        ripe.filter_map(|packed| packed.account.as_ref())
    }

    pub(super) fn take(&mut self, stream: &Stream, fact: &Fact) {
        let packed = self.packed.entry(stream.clone()).or_default();
        packed.take(fact);
        if let Event::Case(CaseEvent::Opened(opened)) = &fact.event {
            let account = Stream::Account(stream.vendor().clone(), opened.account.clone());
            packed.account = Some(account.clone());
            self.of_account.entry(account).or_default().push(stream.clone());
        }
    }
}

impl Packed {
    fn take(&mut self, fact: &Fact) {
        let meta = &fact.meta;
        let place = Place {
            id: meta.id,
            position: meta.position,
            revision: meta.revision,
            recorded_ms: meta.recorded_at.unix_ms(),
        };
        let mut form = Vec::new();
        record::pack(fact, &mut form);
        // Several tasks may take in one case side by side, each from where it read: what is met later may come before.
        let at = self.facts.partition_point(|(known, _)| known.revision < place.revision);
        self.facts.insert(at, (place, form.into_boxed_slice()));
        let case = self.unpacked();
        self.is_open = case.is_open();
        self.has_reminders = !case.reminders.is_empty();
        self.is_ruled = case.ruling.is_some();
        self.has_clock = domain::reminder::has_clock(&case);
        self.events = case.events;
        let pending = case.findings.iter().filter(|finding| finding.verdict == Verdict::Pending);
        self.ripe_at = pending.map(|finding| finding.provisional_until).min();
    }

    fn unpacked(&self) -> Case {
        let facts = self.facts.iter().map(|(place, form)| {
            record::read_fact(form, *place).expect("what was packed here can be unpacked")
        });
        facts.fold(Case::default(), |case, fact| case.evolve(&fact))
    }
}

#[cfg(test)]
mod tests {
    use domain::event::case::{Assigned, CaseKind, Opened};

    use super::*;
    use crate::fixture::fact;

    fn assigned(to: &str) -> CaseEvent {
        let by = "olaf".parse().expect("a person");
        CaseEvent::Assigned(Assigned { assignee: to.parse().expect("a person"), assigned_by: by })
    }

    #[test]
    fn a_case_stands_the_same_in_whatever_order_its_events_are_taken_in() {
        let (stream, account) = ("case-acme.c1".parse().expect("a stream"), "globex".parse().expect("an id"));
        let opened = Opened { kind: CaseKind::Takeover, account, handoff: None, host: None, guest: None };
        let told = [(0, CaseEvent::Opened(opened)), (1, assigned("ada")), (2, assigned("bea"))]
            .map(|(number, event)| fact(number, Event::Case(event)));
        for order in [[0, 1, 2], [0, 2, 1], [2, 0, 1], [2, 1, 0]] {
            let mut cases = Cases::default();
            order.into_iter().for_each(|place| cases.take(&stream, &told[place]));
            let case = cases.get(&stream).expect("it is there");
            let assignee = case.assignee.map(|assignee| assignee.to_string());
            assert_eq!((assignee.as_deref(), case.events), (Some("bea"), 3), "{order:?}");
            assert!(cases.concern(&"account-acme.globex".parse().expect("a stream")));
        }
    }
}
