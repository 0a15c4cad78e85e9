//! One body of evidence: everything that was known of an account when a finding was made, or its proof alone.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use domain::event::Event;
use domain::event::account::AccountEvent;
use domain::event::partner::PartnerEvent;
use domain::fact::Fact;
use domain::id::{AccountId, BatchId, ContactRef, EventId, Key, PartnerId};
use domain::time::Instant;

use crate::family::Families;
use crate::order::{effective, place};
use crate::program::Program;
use crate::terms::Terms;
use crate::ties::{Bond, Decisions, Tie};
use crate::told::Told;
use crate::{Apart, Closing, Record};

/// Another account, and what ties it to the one looked at.
#[derive(Debug)]
pub(crate) struct Other {
    pub(crate) tie: Tie,
    pub(crate) facts: Vec<Fact>,
}

/// A person at a partner, as one event says.
#[derive(Debug)]
pub(crate) struct Person {
    pub(crate) person: ContactRef,
    pub(crate) partner: PartnerId,
    pub(crate) at: Instant,
    pub(crate) event: EventId,
    /// Accounts that were agreed to come with it; nothing where it left.
    pub(crate) carries: Option<Vec<AccountId>>,
}

/// What is known, corrections applied and in order.
#[derive(Debug)]
pub(crate) struct Known {
    pub(crate) account: AccountId,
    /// Of the account and of its duplicates.
    pub(crate) facts: Vec<Fact>,
    pub(crate) others: Vec<Other>,
    /// Whether it had been merged into another one.
    pub(crate) is_absorbed: bool,
    pub(crate) families: Families,
    pub(crate) program: Arc<Program>,
    pub(crate) batches: Arc<BTreeMap<BatchId, BTreeSet<AccountId>>>,
    /// The last revision of each partner's stream.
    pub(crate) revisions: BTreeMap<PartnerId, u64>,
    /// Other accounts of which events are cited.
    pub(crate) apart: Vec<Known>,
    pub(crate) closings: Vec<Closing>,
    pub(crate) people: Vec<Person>,
}

/// What every body of evidence about one record has in common: corrections applied, and in order.
#[derive(Debug)]
pub(crate) struct Recorded<'r> {
    record: &'r Record,
    program: Arc<Program>,
    partners: Vec<(&'r PartnerId, Fact)>,
    identity: Vec<Fact>,
    batches: Arc<BTreeMap<BatchId, BTreeSet<AccountId>>>,
}

impl<'r> Recorded<'r> {
    pub(crate) fn of(record: &'r Record) -> Self {
        let mut streams: BTreeMap<&PartnerId, Vec<&Fact>> = BTreeMap::new();
        for (partner, fact) in &record.partners {
            streams.entry(partner).or_default().push(fact);
        }
        let streams = streams.into_iter();
        let effective_of = |(partner, facts): (&'r PartnerId, Vec<&Fact>)| {
            effective(facts.into_iter()).into_iter().map(move |fact| (partner, fact))
        };
        let mut partners: Vec<(&PartnerId, Fact)> = streams.flat_map(effective_of).collect();
        partners.sort_by_key(|(_, fact)| place(fact));
        let mut batches: BTreeMap<BatchId, BTreeSet<AccountId>> = BTreeMap::new();
        for (batch, account) in &record.batches {
            batches.entry(batch.clone()).or_default().insert(account.clone());
        }
        Self {
            record,
            program: Arc::new(Program::of(&effective(record.program.iter()))),
            partners,
            identity: effective(record.identity.iter()),
            batches: Arc::new(batches),
        }
    }
}

/// One account with the streams of those tied to it.
#[derive(Clone, Copy)]
struct Streams<'s> {
    account: &'s AccountId,
    facts: &'s [Fact],
    others: &'s [(AccountId, Fact)],
}

impl Known {
    /// All of a record.
    pub(crate) fn of(recorded: &Recorded<'_>) -> Self {
        Self::from_kept(recorded, &|_| true)
    }

    /// `events` alone, with the published program.
    pub(crate) fn only(recorded: &Recorded<'_>, events: &BTreeSet<EventId>) -> Self {
        Self::from_kept(recorded, &|event| events.contains(&event))
    }

    fn from_kept(recorded: &Recorded<'_>, keeps: &dyn Fn(EventId) -> bool) -> Self {
        let record = recorded.record;
        let own = Streams { account: &record.account, facts: &record.facts, others: &record.others };
        let apart = record.apart.iter().map(|apart| {
            let Apart { account, facts, others } = apart;
            Self::of_streams(recorded, Streams { account, facts, others }, keeps)
        });
        let apart = apart.collect();
        Self { apart, closings: record.closings.clone(), ..Self::of_streams(recorded, own, keeps) }
    }

    fn of_streams(recorded: &Recorded<'_>, streams: Streams<'_>, keeps: &dyn Fn(EventId) -> bool) -> Self {
        let kept = |facts: Vec<Fact>| -> Vec<Fact> {
            facts.into_iter().filter(|fact| keeps(fact.meta.id)).collect()
        };
        let partners = recorded.partners.iter().filter(|(_, fact)| keeps(fact.meta.id));
        let partners: Vec<(&PartnerId, &Fact)> = partners.map(|(partner, fact)| (*partner, fact)).collect();
        let mut revisions: BTreeMap<PartnerId, u64> = BTreeMap::new();
        for (partner, fact) in &partners {
            let last = revisions.entry((*partner).clone()).or_default();
            *last = fact.meta.revision.max(*last);
        }
        let decisions = recorded.identity.iter().filter(|fact| keeps(fact.meta.id));
        let decided = Decisions::of(decisions);
        let others = others(streams, &decided, &kept);
        let joined = others.iter().filter(|other| is_joined(other)).map(|other| &other.tie.other);
        let joined: BTreeSet<&AccountId> = joined.chain([streams.account]).collect();
        let facts = kept(effective(belonging(streams, &decided, &joined)));
        Self {
            account: streams.account.clone(),
            facts,
            is_absorbed: decided.is_absorbed(streams.account),
            others,
            families: Families::of(&partners, &recorded.program),
            program: Arc::clone(&recorded.program),
            batches: Arc::clone(&recorded.batches),
            revisions,
            apart: Vec::new(),
            closings: Vec::new(),
            people: partners.iter().filter_map(|(partner, fact)| person(partner, fact)).collect(),
        }
    }

    /// The account on whose stream an event stands, when it is another one.
    pub(crate) fn elsewhere(&self, event: EventId) -> Option<&Other> {
        self.others.iter().find(|other| other.facts.iter().any(|fact| fact.meta.id == event))
    }
}

fn person(partner: &PartnerId, fact: &Fact) -> Option<Person> {
    let Event::Partner(event) = &fact.event else { return None };
    let seen = |person: &ContactRef, at, carries| Person {
        person: person.clone(),
        partner: partner.clone(),
        at,
        event: fact.meta.id,
        carries,
    };
    match event {
        PartnerEvent::PersonJoined(on) => Some(seen(&on.person, on.at, Some(on.carry_list.clone()))),
        PartnerEvent::PersonLeft(on) => Some(seen(&on.person, on.at, None)),
        PartnerEvent::Enrolled(_)
        | PartnerEvent::Affiliated(_)
        | PartnerEvent::AffiliationEnded(_)
        | PartnerEvent::Merged(_)
        | PartnerEvent::Deauthorised(_) => None,
    }
}

/// What belongs to some accounts: what stands on their streams, but for what a split gave away.
fn belonging<'r>(
    streams: Streams<'r>,
    decided: &Decisions<'_>,
    accounts: &BTreeSet<&AccountId>,
) -> impl Iterator<Item = &'r Fact> {
    let own = streams.facts.iter().map(move |fact| (streams.account, fact));
    let all = own.chain(streams.others.iter().map(|(account, fact)| (account, fact)));
    all.filter(|(stream, fact)| accounts.contains(decided.whose(fact.meta.id, stream))).map(|(_, fact)| fact)
}

fn others(
    streams: Streams<'_>,
    decided: &Decisions<'_>,
    kept: &dyn Fn(Vec<Fact>) -> Vec<Fact>,
) -> Vec<Other> {
    let facts_of =
        |account: &AccountId| kept(effective(belonging(streams, decided, &BTreeSet::from([account]))));
    let accounts: BTreeSet<&AccountId> = streams.others.iter().map(|(account, _)| account).collect();
    let mut opened: BTreeMap<Key, AccountId> = BTreeMap::new();
    for key in decided.linked_keys() {
        let under = accounts.iter().find(|account| is_opened_under(&facts_of(account), key));
        if let Some(account) = under {
            opened.insert(key.clone(), (*account).clone());
        }
    }
    let tied = decided.ties(streams.account, &|key| opened.get(key).cloned());
    let tied = tied.into_iter().map(|tie| Other { facts: facts_of(&tie.other), tie });
    tied.filter(|other| !other.facts.is_empty()).collect()
}

fn is_opened_under(facts: &[Fact], key: &Key) -> bool {
    facts.iter().any(|fact| {
        let Event::Account(AccountEvent::Opened(opened)) = &fact.event else { return false };
        opened.keys.iter().any(|known| known.key == *key)
    })
}

/// Whether acts on a duplicate are acts on this account: one that is only linked and accepted handoffs of its own
/// stays an account of its own.
fn is_joined(other: &Other) -> bool {
    let same = matches!(other.tie.bond, Bond::Same { .. });
    // An acceptance whose invitation nobody told binds nobody: it says neither whom it protects nor from whom.
    let is_bound = || !Terms::all(&Told::of(&other.facts)).is_empty();
    same && !(other.tie.by_link && is_bound())
}
