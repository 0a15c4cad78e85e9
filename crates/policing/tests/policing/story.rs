//! Tells a story of one account in a few words, and asks what is found in it.

use std::collections::BTreeMap;
use std::str::FromStr;

use domain::account::Account;
use domain::account::history::fold;
use domain::event::Event;
use domain::event::case::Verdict;
use domain::event::identity::IdentityEvent;
use domain::fact::{Actor, Class, Context, Fact, Meta, Origin, Producer, Role};
use domain::family::Families;
use domain::id::{AccountId, EventId, Key, PartnerId};
use domain::identity::Identities;
use domain::program::Program;
use domain::protection::Known;
use domain::rank::fold_key;
use domain::time::{DAY_MS, Instant};
use policing::tied::{Tied, joined};
use policing::{Judged, OfAccount, Watermark};
use uuid::Uuid;

/// Thursday 1 January 2026, noon.
const START_MS: i64 = 1_767_268_800_000;

pub(crate) fn day(day: i64) -> Instant {
    Instant::from_unix_ms(START_MS + day * DAY_MS).expect("a day of the story")
}

/// Which day of the story it is.
pub(crate) fn day_of(at: Instant) -> i64 {
    (at.unix_ms() - START_MS).div_euclid(DAY_MS)
}

pub(crate) fn id<T: FromStr>(text: &str) -> T
where
    T::Err: std::fmt::Debug,
{
    text.parse().expect("an id of the story")
}

pub(crate) fn event_id(index: usize) -> EventId {
    EventId(Uuid::new_v5(&Uuid::NAMESPACE_OID, &index.to_be_bytes()))
}

#[derive(Clone, Default)]
pub(crate) struct Story {
    pub(crate) facts: Vec<Fact>,
    pub(crate) partners: Vec<(PartnerId, Fact)>,
    pub(crate) program: Program,
    /// What was published of it.
    pub(crate) published: Vec<Fact>,
    /// What stands on the streams of other accounts.
    pub(crate) others: Vec<(AccountId, Fact)>,
    pub(crate) identity: Vec<Fact>,
    told: usize,
}

impl Story {
    /// A story whose events are other ones than those of the first `told`, for it is told beside others.
    pub(crate) fn after(told: usize) -> Self {
        Self { told, ..Self::default() }
    }

    /// `event` was so on `at`, and nobody in particular told it then.
    pub(crate) fn tell(&mut self, at: i64, event: impl Into<Told>) -> EventId {
        self.tell_late(at, at, None, event)
    }

    /// `partner` told `event` as of `at`.
    pub(crate) fn tell_by(&mut self, at: i64, partner: &str, event: impl Into<Told>) -> EventId {
        self.tell_late(at, at, Some(partner), event)
    }

    /// It was so on `at` and recorded on `recorded`.
    pub(crate) fn tell_late(
        &mut self,
        at: i64,
        recorded: i64,
        by: Option<&str>,
        event: impl Into<Told>,
    ) -> EventId {
        let fact = self.fact(at, recorded, by, event.into().0);
        let told = fact.meta.id;
        self.facts.push(fact);
        told
    }

    /// On the stream of another account, told by `partner` if one is named.
    pub(crate) fn tell_at(
        &mut self,
        account: &str,
        at: i64,
        by: Option<&str>,
        event: impl Into<Told>,
    ) -> EventId {
        let fact = self.fact(at, at, by, event.into().0);
        let told = fact.meta.id;
        self.others.push((id(account), fact));
        told
    }

    /// On the vendor's identity stream.
    pub(crate) fn decide(&mut self, at: i64, event: IdentityEvent) -> EventId {
        let fact = self.fact(at, at, None, Event::Identity(event));
        let told = fact.meta.id;
        self.identity.push(fact);
        told
    }

    /// Says more about who acted in a fact that was told.
    pub(crate) fn acted(&mut self, event: EventId, say: impl FnOnce(&mut Actor)) {
        let fact = self.facts.iter_mut().find(|fact| fact.meta.id == event).expect("a fact of the story");
        say(&mut fact.meta.actor);
    }

    /// A uniform act of the vendor covers these accounts too, as their own streams say.
    pub(crate) fn cover(&mut self, batch: &str, accounts: &[&str]) {
        for account in accounts {
            self.program = std::mem::take(&mut self.program).covering(id(batch), id(account));
        }
    }

    /// On the stream of `partner`.
    pub(crate) fn tell_of(&mut self, partner: &str, at: i64, event: impl Into<Told>) -> EventId {
        let fact = self.fact(at, at, None, event.into().0);
        let told = fact.meta.id;
        self.partners.push((id(partner), fact));
        told
    }

    fn fact(&mut self, at: i64, recorded: i64, by: Option<&str>, event: Event) -> Fact {
        self.told += 1;
        let position = u64::try_from(self.told).expect("a short story");
        let role = if by == Some("customer") { Role::Customer } else { Role::System };
        let partner = by.filter(|by| *by != "customer").map(id);
        let meta = Meta {
            id: event_id(self.told),
            position,
            revision: position,
            valid_at: day(at),
            recorded_at: day(recorded),
            class: Class::Observed,
            origin: Origin::Live,
            producer: Producer { source: id("test"), id: id(&format!("{position}")) },
            actor: Actor { partner, role, ..Actor::system() },
            causation: None,
            policy: None,
            context: Context::default(),
        };
        Fact { meta, event }
    }

    pub(crate) fn account(&self) -> Account {
        self.tied(|ties| fold(&joined(&self.facts, ties).unwrap_or_else(|| self.facts.clone())))
    }

    /// What `ask` answers when it knows the accounts tied to this one.
    fn tied<R>(&self, ask: impl FnOnce(&[Tied<'_>]) -> R) -> R {
        let mut decided: Vec<&Fact> = self.identity.iter().collect();
        decided.sort_by_key(|fact| fold_key(fact));
        let identities = decided.into_iter().fold(Identities::default(), Identities::evolve);
        let mut others: BTreeMap<AccountId, Vec<Fact>> = BTreeMap::new();
        for (account, fact) in &self.others {
            others.entry(account.clone()).or_default().push(fact.clone());
        }
        let folded: BTreeMap<&AccountId, Account> =
            others.iter().map(|(account, facts)| (account, fold(facts))).collect();
        let opened_under = |key: &Key| {
            let has = |account: &Account| account.keys.iter().any(|known| known.key == *key);
            folded.iter().find(|(_, account)| has(account)).map(|(id, _)| (*id).clone())
        };
        let bonds = identities.bonds(&account_id(), opened_under);
        let ties = bonds.iter().filter_map(|bond| {
            let (account_id, facts) = others.get_key_value(&bond.other)?;
            Some(Tied { account_id, account: &folded[account_id], facts, bond })
        });
        ask(&ties.collect::<Vec<_>>())
    }

    /// Whether what protects this account forbids acts on `other` beforehand.
    pub(crate) fn holds(&self, other: &str) -> bool {
        self.tied(|ties| ties.iter().any(|tie| tie.account_id.as_str() == other && tie.is_held()))
    }

    pub(crate) fn families(&self) -> Families {
        let mut facts: Vec<&(PartnerId, Fact)> = self.partners.iter().collect();
        facts.sort_by_key(|(_, fact)| fold_key(fact));
        facts
            .into_iter()
            .fold(Families::default(), |families, (partner, fact)| families.evolve(partner, fact, 5_000))
    }

    pub(crate) fn head(&self) -> EventId {
        event_id(self.told)
    }

    /// What is found when everybody has told everything up to `until`.
    pub(crate) fn judged_by(&self, until: Instant) -> Vec<Judged> {
        let watermark = Watermark { until, head: self.head() };
        let (account, families) = (self.account(), self.families());
        self.tied(|ties| policing::judge(&account_id(), &account, &families, &self.program, ties, watermark))
    }

    pub(crate) fn judged(&self) -> Vec<Judged> {
        self.judged_by(Instant::LATEST)
    }

    /// What was looked at, found and cleared.
    pub(crate) fn reviewed(&self, until: Instant) -> Vec<Judged> {
        let watermark = Watermark { until, head: self.head() };
        let (account, families) = (self.account(), self.families());
        self.tied(|ties| policing::review(&account_id(), &account, &families, &self.program, ties, watermark))
    }

    /// What the account adds to what others are judged by.
    pub(crate) fn adds(&self) -> OfAccount {
        let watermark = Watermark { until: Instant::LATEST, head: self.head() };
        let (account, families, account_id) = (self.account(), self.families(), account_id());
        let (account, families, program) = (&account, &families, &self.program);
        let known = Known { account, account_id: &account_id, families, program };
        self.tied(|ties| policing::adds(known, ties, watermark))
    }

    /// The findings, one word each: `T01 S4`, with a verdict where it is not confirmed.
    pub(crate) fn found(&self) -> Vec<String> {
        let mut found: Vec<String> = self.judged().iter().map(word).collect();
        found.sort();
        found
    }

    /// The story without one event.
    pub(crate) fn without(&self, event: EventId) -> Self {
        let mut story = self.clone();
        story.facts.retain(|fact| fact.meta.id != event);
        story.partners.retain(|(_, fact)| fact.meta.id != event);
        story.others.retain(|(_, fact)| fact.meta.id != event);
        story.identity.retain(|fact| fact.meta.id != event);
        story
    }

    /// The story of nothing but these events.
    pub(crate) fn only(&self, events: &[EventId]) -> Self {
        let mut story = self.clone();
        story.facts.retain(|fact| events.contains(&fact.meta.id));
        story.partners.retain(|(_, fact)| events.contains(&fact.meta.id));
        story.others.retain(|(_, fact)| events.contains(&fact.meta.id));
        story.identity.retain(|fact| events.contains(&fact.meta.id));
        story
    }

    /// Everything that is recorded, on whatever stream.
    pub(crate) fn recorded(&self) -> impl Iterator<Item = &Fact> {
        let elsewhere =
            self.partners.iter().map(|(_, fact)| fact).chain(self.others.iter().map(|(_, fact)| fact));
        self.facts.iter().chain(&self.identity).chain(elsewhere)
    }

    /// The story as far as it was recorded up to a position, known up to the last event of the account's own stream.
    pub(crate) fn upto(&self, position: u64) -> Self {
        let mut story = self.clone();
        story.facts.retain(|fact| fact.meta.position <= position);
        story.partners.retain(|(_, fact)| fact.meta.position <= position);
        story.others.retain(|(_, fact)| fact.meta.position <= position);
        story.identity.retain(|fact| fact.meta.position <= position);
        let last = story.facts.iter().map(|fact| fact.meta.position).max().unwrap_or_default();
        story.told = usize::try_from(last).expect("a short story");
        story
    }

    /// The same facts, recorded in another order.
    pub(crate) fn recorded_in(&self, order: &[usize]) -> Self {
        let mut story = self.clone();
        for (fact, place) in story.facts.iter_mut().zip(order) {
            fact.meta.position = u64::try_from(*place).expect("a short story");
        }
        story.facts.sort_by_key(|fact| fact.meta.position);
        story.partners.reverse();
        story
    }
}

impl std::fmt::Debug for Story {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for fact in self.facts.iter().chain(self.partners.iter().map(|(_, fact)| fact)) {
            writeln!(f, "{} {} {:?}", fact.meta.position, fact.meta.valid_at, fact.event)?;
        }
        Ok(())
    }
}

fn word(judged: &Judged) -> String {
    let finding = &judged.finding;
    let verdict = match &finding.verdict {
        Verdict::Confirmed => String::new(),
        Verdict::Pending => " pending".to_owned(),
        Verdict::Indeterminate(unknown) => format!(" {unknown:?}"),
        Verdict::Cleared(by) => format!(" cleared {by:?}"),
        Verdict::Superseded(by) => format!(" superseded {by:?}"),
    };
    format!("{} {:?}{verdict}", finding.pattern, finding.severity)
}

pub(crate) fn account_id() -> AccountId {
    id("acme")
}

/// Anything that is an event.
pub(crate) struct Told(pub Event);

macro_rules! told {
    ($($family:ident: $event:path;)*) => {$(
        impl From<$event> for Told {
            fn from(event: $event) -> Self {
                Self(Event::$family(event))
            }
        }
    )*};
}

told! {
    Account: domain::event::account::AccountEvent;
    Deal: domain::event::deal::DealEvent;
    Handoff: domain::event::handoff::HandoffEvent;
    Change: domain::event::change::ChangeEvent;
    Consent: domain::event::consent::ConsentEvent;
    Notice: domain::event::notice::NoticeEvent;
    Trade: domain::event::trade::TradeEvent;
    Commission: domain::event::commission::CommissionEvent;
    Partner: domain::event::partner::PartnerEvent;
    Correction: domain::event::correction::CorrectionEvent;
}
