//! One body of evidence: everything that was known of an account when a finding was made, or its proof alone.

use std::collections::{BTreeMap, BTreeSet};

use domain::event::Event;
use domain::event::account::AccountEvent;
use domain::event::consent::ConsentEvent;
use domain::event::handoff::HandoffEvent;
use domain::event::partner::PartnerEvent;
use domain::fact::Fact;
use domain::id::{AccountId, BatchId, ContactRef, EventId, Key, PartnerId};
use domain::time::Instant;

use crate::family::Families;
use crate::order::{effective, place};
use crate::program::Program;
use crate::ties::{Bond, Decisions, Tie};
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
    pub(crate) program: Program,
    pub(crate) batches: BTreeMap<BatchId, BTreeSet<AccountId>>,
    /// The last revision of each partner's stream.
    pub(crate) revisions: BTreeMap<PartnerId, u64>,
    /// Other accounts of which events are cited.
    pub(crate) apart: Vec<Known>,
    pub(crate) closings: Vec<Closing>,
    pub(crate) people: Vec<Person>,
}

impl Known {
    /// All of `record`.
    pub(crate) fn of(record: &Record) -> Self {
        Self::from_kept(record, &|_| true)
    }

    /// `events` alone, with the published program.
    pub(crate) fn only(record: &Record, events: &BTreeSet<EventId>) -> Self {
        Self::from_kept(record, &|event| events.contains(&event))
    }

    fn from_kept(record: &Record, keeps: &dyn Fn(EventId) -> bool) -> Self {
        let kept = |facts: Vec<Fact>| -> Vec<Fact> {
            facts.into_iter().filter(|fact| keeps(fact.meta.id)).collect()
        };
        let program = Program::of(&effective(record.program.iter()));
        let mut partners: Vec<(PartnerId, Fact)> = Vec::new();
        for partner in record.partners.iter().map(|(partner, _)| partner).collect::<BTreeSet<_>>() {
            let own = record.partners.iter().filter(|(of, _)| of == partner).map(|(_, fact)| fact);
            partners.extend(kept(effective(own)).into_iter().map(|fact| (partner.clone(), fact)));
        }
        partners.sort_by_key(|(_, fact)| place(fact));
        let mut revisions: BTreeMap<PartnerId, u64> = BTreeMap::new();
        for (partner, fact) in &partners {
            let last = revisions.entry(partner.clone()).or_default();
            *last = fact.meta.revision.max(*last);
        }
        let people = partners.iter().filter_map(|(partner, fact)| person(partner, fact)).collect();
        let families = Families::of(&partners, &program);
        let decisions = kept(effective(record.identity.iter()));
        let decided = Decisions::of(&decisions);
        let others = others(record, &decided, &kept);
        let joined = others.iter().filter(|other| is_joined(other)).map(|other| &other.tie.other);
        let joined: BTreeSet<&AccountId> = joined.chain([&record.account]).collect();
        let facts = kept(effective(belonging(record, &decided, &joined)));
        let is_absorbed = decided.is_absorbed(&record.account);
        let apart = record.apart.iter().map(|apart| Self::from_kept(&alone(record, apart), keeps)).collect();
        let mut batches: BTreeMap<BatchId, BTreeSet<AccountId>> = BTreeMap::new();
        for (batch, account) in &record.batches {
            batches.entry(batch.clone()).or_default().insert(account.clone());
        }
        Self {
            account: record.account.clone(),
            facts,
            others,
            is_absorbed,
            families,
            program,
            batches,
            revisions,
            apart,
            closings: record.closings.clone(),
            people,
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

/// What was known of another account, as if it were the one looked at.
fn alone(record: &Record, apart: &Apart) -> Record {
    Record {
        account: apart.account.clone(),
        facts: apart.facts.clone(),
        others: apart.others.clone(),
        partners: record.partners.clone(),
        identity: record.identity.clone(),
        program: record.program.clone(),
        batches: record.batches.clone(),
        apart: Vec::new(),
        closings: Vec::new(),
    }
}

/// What belongs to some accounts: what stands on their streams, but for what a split gave away.
fn belonging<'r>(
    record: &'r Record,
    decided: &Decisions<'_>,
    accounts: &BTreeSet<&AccountId>,
) -> impl Iterator<Item = &'r Fact> {
    let own = record.facts.iter().map(|fact| (&record.account, fact));
    let all = own.chain(record.others.iter().map(|(account, fact)| (account, fact)));
    all.filter(|(stream, fact)| accounts.contains(decided.whose(fact.meta.id, stream))).map(|(_, fact)| fact)
}

fn others(record: &Record, decided: &Decisions<'_>, kept: &dyn Fn(Vec<Fact>) -> Vec<Fact>) -> Vec<Other> {
    let facts_of =
        |account: &AccountId| kept(effective(belonging(record, decided, &BTreeSet::from([account]))));
    let accounts: BTreeSet<&AccountId> = record.others.iter().map(|(account, _)| account).collect();
    let mut opened: BTreeMap<Key, AccountId> = BTreeMap::new();
    for key in decided.linked_keys() {
        let under = accounts.iter().find(|account| is_opened_under(&facts_of(account), key));
        if let Some(account) = under {
            opened.insert(key.clone(), (*account).clone());
        }
    }
    let tied = decided.ties(&record.account, &|key| opened.get(key).cloned());
    let tied = tied.into_iter().map(|tie| Other { facts: facts_of(&tie.other), tie });
    tied.filter(|other| !other.facts.is_empty()).collect()
}

fn is_opened_under(facts: &[Fact], key: &Key) -> bool {
    facts.iter().any(|fact| {
        let Event::Account(AccountEvent::Opened(opened)) = &fact.event else { return false };
        opened.keys.iter().any(|known| known.key == *key)
    })
}

/// Whether acts on a duplicate are acts on this account: one that is only linked by a key and has handoffs or changes
/// of its own stays an account of its own.
fn is_joined(other: &Other) -> bool {
    let same = matches!(other.tie.bond, Bond::Same { .. });
    same && !(other.tie.by_key && other.facts.iter().any(is_own_business))
}

fn is_own_business(fact: &Fact) -> bool {
    let accepts = matches!(&fact.event, Event::Handoff(HandoffEvent::Accepted(_)));
    let redeems = matches!(
        &fact.event,
        Event::Consent(ConsentEvent::TokenRedeemed(_) | ConsentEvent::TokenTryFailed(_))
    );
    accepts || redeems || matches!(&fact.event, Event::Change(_))
}
