//! Reading certificates, and what they are checked against, from a journal.

mod reading;

use std::collections::{BTreeMap, BTreeSet};
use std::str::FromStr as _;

use domain::event::Event;
use domain::event::account::{AccountEvent, HoldingBasis};
use domain::event::case::{CaseEvent, Finding, Opened, Verdict, VerdictChanged};
use domain::event::change::ChangeEvent;
use domain::event::handoff::HandoffEvent;
use domain::event::identity::IdentityEvent;
use domain::fact::{Class, Fact};
use domain::id::{AccountId, BatchId, CaseId, EventId, HandoffId, Key, PartnerId, VendorId};
use domain::stream::Stream;
use domain::time::Instant;
use ports::{Journal, KindSet, ReadError};
use reading::{stream_of, visit};

use crate::{Apart, Certificate, Closing, Fault, Record, check, check_change};

/// The installation's own policy holds for every vendor that has published none.
const HOUSE: &str = "default";

/// Why certificates cannot be checked at all.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    /// The journal cannot be read now.
    #[error("reading the journal")]
    Journal(#[from] ReadError),
    /// The journal holds something that is not ours.
    #[error("event {0} is none of ours")]
    NotOurs(EventId),
}

/// One certificate, checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checked {
    /// The case it stands in.
    pub case: CaseId,
    /// The account it is about.
    pub account: AccountId,
    /// The pattern it names.
    pub pattern: String,
    /// The act it is about.
    pub act: EventId,
    /// What it states.
    pub states: States,
    /// What keeps it from being accepted; nothing when it is.
    pub faults: Vec<Fault>,
}

/// What a certificate states.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum States {
    /// That something was found.
    Finding,
    /// That the verdict on it changed.
    Verdict,
}

impl States {
    /// In one word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Finding => "finding",
            Self::Verdict => "verdict",
        }
    }
}

/// The streams of one case's account and of those tied to it.
#[derive(Clone, Copy)]
struct Streams<'a> {
    vendor: &'a VendorId,
    opened: &'a Opened,
    own: &'a [Fact],
    others: &'a [(AccountId, Fact)],
}

/// What is kept of every handoff.
#[derive(Debug, Default)]
struct Handoff {
    guest: Option<PartnerId>,
    is_accepted: bool,
    /// What says that it is over.
    closed: Vec<Closed>,
}

/// One word that a handoff is over.
#[derive(Debug)]
struct Closed {
    /// When it was so, and where that stands in the journal: the last of several counts.
    place: (Instant, u64),
    at: Instant,
    event: EventId,
}

/// Everything of a journal that more than one certificate is checked against, and the cases themselves.
#[derive(Debug, Default)]
pub struct Archive {
    streams: BTreeMap<Stream, Vec<Fact>>,
    /// Which accounts a uniform act covers, with the position that says so.
    covered: Vec<(u64, VendorId, BatchId, AccountId)>,
    /// Handoffs by vendor, account and id: who was invited, and the events that accepted and closed it.
    handoffs: BTreeMap<(VendorId, AccountId, HandoffId), Handoff>,
    /// Events that some correction is about.
    corrected: BTreeSet<EventId>,
    /// Accounts whose holder changed, by vendor.
    moved: BTreeSet<(VendorId, AccountId)>,
    /// Accounts that were merged into another one.
    absorbed: BTreeSet<AccountId>,
    /// Accounts by the keys that were linked to another one.
    opened_under: BTreeMap<(VendorId, Key), AccountId>,
}

impl Archive {
    /// Reads the journal once, twice where keys of accounts were linked. It blocks.
    ///
    /// # Errors
    /// The journal cannot be read, or holds something that is not ours.
    pub fn read(journal: &dyn Journal) -> Result<Self, ArchiveError> {
        let mut archive = Self::default();
        let families = ["case", "partner", "program", "identity", "fact"];
        let kinds = wire::event::kinds(|name| {
            let named = ["account.holder_recorded", "change.executed"];
            let of_handoffs = ["handoff.invited", "handoff.accepted", "handoff.closed"];
            named.contains(&name)
                || of_handoffs.contains(&name)
                || name.split('.').next().is_some_and(|family| families.contains(&family))
        });
        visit(journal, &KindSet::only(kinds), &mut |stream, fact| archive.take(stream, fact))?;
        let linked = archive.linked_keys();
        if !linked.is_empty() {
            let kinds = wire::event::kinds(|name| name == "account.opened");
            visit(journal, &KindSet::only(kinds), &mut |stream, fact| {
                archive.take_opened(&linked, stream, &fact);
            })?;
        }
        Ok(archive)
    }

    fn take(&mut self, stream: &Stream, fact: Fact) {
        if let (Stream::Account(vendor, account), Event::Account(AccountEvent::HolderRecorded(held))) =
            (stream, &fact.event)
        {
            let batch = held.batch.clone();
            let covers = batch.map(|batch| (fact.meta.position, vendor.clone(), batch, account.clone()));
            self.covered.extend(covers);
        }
        if let (Stream::Account(vendor, account), true) = (stream, is_move(&fact.event)) {
            self.moved.insert((vendor.clone(), account.clone()));
        }
        if let (Stream::Account(vendor, account), Event::Handoff(event)) = (stream, &fact.event) {
            let known = (vendor.clone(), account.clone(), event.handoff().clone());
            self.handoffs.entry(known).or_default().take(&fact, event);
        }
        self.corrected.extend(fact.corrects());
        if let Event::Identity(IdentityEvent::Merged(merged)) = &fact.event {
            self.absorbed.insert(merged.absorbed.clone());
        }
        if stream.account().is_none() {
            self.streams.entry(stream.clone()).or_default().push(fact);
        }
    }

    fn take_opened(&mut self, linked: &BTreeSet<Key>, stream: &Stream, fact: &Fact) {
        let Stream::Account(vendor, account) = stream else { return };
        let Event::Account(AccountEvent::Opened(opened)) = &fact.event else { return };
        for known in opened.keys.iter().filter(|known| linked.contains(&known.key)) {
            let place = (vendor.clone(), known.key.clone());
            self.opened_under.entry(place).or_insert_with(|| account.clone());
        }
    }

    fn linked_keys(&self) -> BTreeSet<Key> {
        let facts = self.streams.values().flatten();
        let linked = facts.filter_map(|fact| {
            let Event::Identity(IdentityEvent::Linked(linked)) = &fact.event else { return None };
            linked.account.is_none().then(|| linked.key.clone())
        });
        linked.collect()
    }

    /// The cases there are.
    pub fn cases(&self) -> impl Iterator<Item = &CaseId> {
        self.streams.keys().filter_map(|stream| {
            let Stream::Case(_, case) = stream else { return None };
            Some(case)
        })
    }

    /// Checks every certificate of one case; `None` when there is no such case.
    ///
    /// # Errors
    /// The journal cannot be read, or holds something that is not ours.
    pub async fn check(
        &self,
        journal: &dyn Journal,
        case: &CaseId,
    ) -> Result<Option<Vec<Checked>>, ArchiveError> {
        let is_case = |stream: &&Stream| matches!(stream, Stream::Case(_, id) if id == case);
        let Some(stream) = self.streams.keys().find(is_case) else { return Ok(None) };
        let facts = &self.streams[stream];
        let opened = facts.iter().find_map(|fact| {
            let Event::Case(CaseEvent::Opened(opened)) = &fact.event else { return None };
            Some(opened)
        });
        let Some(opened) = opened else { return Ok(Some(Vec::new())) };
        let vendor = stream.vendor();
        let own = stream_of(journal, vendor, &opened.account).await?;
        let others = self.others(journal, vendor, &opened.account).await?;
        let streams = Streams { vendor, opened, own: &own, others: &others };
        let mut checked = Vec::new();
        for fact in facts {
            let Event::Case(event) = &fact.event else { continue };
            let Some((finding, changed)) = stated(facts, event) else { continue };
            let faults = self.faults(journal, &streams, (fact, finding, changed), facts).await?;
            checked.push(Checked {
                case: case.clone(),
                account: opened.account.clone(),
                pattern: finding.pattern.clone(),
                act: finding.act,
                states: if changed.is_some() { States::Verdict } else { States::Finding },
                faults,
            });
        }
        Ok(Some(checked))
    }

    /// What keeps one certificate, of a finding or of a change of its verdict, from being accepted.
    async fn faults(
        &self,
        journal: &dyn Journal,
        streams: &Streams<'_>,
        (told, finding, changed): (&Fact, &Finding, Option<&VerdictChanged>),
        case: &[Fact],
    ) -> Result<Vec<Fault>, ArchiveError> {
        let Streams { vendor, opened, .. } = *streams;
        let known = changed.map_or(finding.known, |changed| changed.known);
        let mut record = self.record(streams, (told, known));
        // A count that was taken while others were still being judged: the journal itself says so.
        let is_withdrawn = changed.is_none() && is_withdrawn(case, finding);
        if is_withdrawn {
            record.closings.retain(|closing| finding.proof.contains(&closing.event));
        }
        let counted = if is_withdrawn { BTreeSet::new() } else { self.counted(vendor, opened, finding) };
        record.apart = self.apart(journal, vendor, (told, finding), (&record, counted)).await?;
        let certificate = Certificate { opened, finding, known_until: told.meta.valid_at };
        Ok(match changed {
            None => check(&certificate, &record),
            Some(changed) => check_change(&certificate, changed, &record),
        })
    }

    /// What was known, up to the event `head` of the account's stream, when something was told of it.
    fn record(&self, streams: &Streams<'_>, (told, head): (&Fact, EventId)) -> Record {
        let Streams { vendor, opened, own, others } = *streams;
        let by = told.meta.position;
        let of_vendor = |stream: &Stream| stream.vendor() == vendor;
        let streams = || self.streams.iter().filter(|(stream, _)| of_vendor(stream));
        let known = |facts: &[Fact]| -> Vec<Fact> {
            facts.iter().filter(|fact| fact.meta.position < by).cloned().collect()
        };
        let house = HOUSE.parse().ok().filter(|house| house != vendor).map(Stream::Program);
        let of_house = house.and_then(|house| self.streams.get(&house));
        let mut record = Record {
            account: opened.account.clone(),
            facts: Vec::new(),
            partners: Vec::new(),
            identity: Vec::new(),
            program: of_house.map(|facts| known(facts)).unwrap_or_default(),
            others: others.iter().filter(|(_, fact)| fact.meta.position < by).cloned().collect(),
            batches: Vec::new(),
            apart: Vec::new(),
            closings: self.closings(vendor, by),
        };
        for (stream, facts) in streams() {
            match stream {
                Stream::Partner(_, partner) => {
                    record.partners.extend(known(facts).into_iter().map(|fact| (partner.clone(), fact)));
                }
                Stream::Identity(_) => record.identity.extend(known(facts)),
                Stream::Program(_) => record.program.extend(known(facts)),
                Stream::Account(..) | Stream::Case(..) | Stream::Partnership(..) => {}
            }
        }
        let head = own.iter().find(|fact| fact.meta.id == head).map(|fact| fact.meta.position);
        let until = head.unwrap_or(by);
        record.facts = own.iter().filter(|fact| fact.meta.position <= until).cloned().collect();
        let covered = self.covered.iter().filter(|(at, of, ..)| *at < by && of == vendor);
        record.batches = covered.map(|(_, _, batch, account)| (batch.clone(), account.clone())).collect();
        record
    }

    /// The accepted handoffs of a vendor that were closed before a position, but for those of accounts that live on
    /// in another one and for what was corrected: whether that counts is not asked here.
    fn closings(&self, vendor: &VendorId, by: u64) -> Vec<Closing> {
        let of_vendor = self.handoffs.iter().filter(|((of, account, _), handoff)| {
            of == vendor && handoff.is_accepted && !self.absorbed.contains(account)
        });
        let closings = of_vendor.filter_map(|(_, handoff)| {
            let known = handoff.closed.iter().filter(|closed| closed.place.1 < by);
            let last = known.max_by_key(|closed| closed.place)?;
            let (guest, at, event) = (handoff.guest.clone()?, last.at, last.event);
            (!self.corrected.contains(&event)).then_some(Closing { guest, at, event })
        });
        closings.collect()
    }

    /// The other accounts a count has to take in, cited or not: those that may have followed a person.
    fn counted(&self, vendor: &VendorId, opened: &Opened, finding: &Finding) -> BTreeSet<AccountId> {
        if finding.pattern != "T23" {
            return BTreeSet::new();
        }
        let of_vendor = self.moved.iter().filter(|(of, _)| of == vendor).map(|(_, account)| account);
        let others = of_vendor.filter(|other| **other != opened.account && !self.absorbed.contains(*other));
        others.cloned().collect()
    }

    /// The other accounts that are counted, and those on whose streams events stand that a finding cites.
    async fn apart(
        &self,
        journal: &dyn Journal,
        vendor: &VendorId,
        (told, finding): (&Fact, &Finding),
        (record, counted): (&Record, BTreeSet<AccountId>),
    ) -> Result<Vec<Apart>, ArchiveError> {
        let by = told.meta.position;
        let own = record.facts.iter().chain(record.others.iter().map(|(_, fact)| fact));
        let of_vendor = record.partners.iter().map(|(_, fact)| fact).chain(&record.identity);
        let known: BTreeSet<EventId> = own.chain(of_vendor).map(|fact| fact.meta.id).collect();
        let mut accounts = counted;
        let of_grounds = finding.grounds.iter().flat_map(|ground| &ground.events);
        for event in finding.proof.iter().chain(&finding.context).chain(of_grounds) {
            if known.contains(event) {
                continue;
            }
            let Some(recorded) = journal.event(event.0).await? else { continue };
            let stream = Stream::from_str(&recorded.stream).ok();
            let Some(Stream::Account(_, account)) = stream.filter(|stream| stream.vendor() == vendor) else {
                continue;
            };
            accounts.extend((account != record.account).then_some(account));
        }
        let mut apart: Vec<Apart> = Vec::new();
        for account in accounts {
            let mut facts = stream_of(journal, vendor, &account).await?;
            facts.retain(|fact| fact.meta.position < by);
            let mut others = self.others(journal, vendor, &account).await?;
            others.retain(|(_, fact)| fact.meta.position < by);
            apart.push(Apart { account, facts, others });
        }
        Ok(apart)
    }

    /// The streams of all accounts that identity decisions of any time tie to this one.
    async fn others(
        &self,
        journal: &dyn Journal,
        vendor: &VendorId,
        account: &AccountId,
    ) -> Result<Vec<(AccountId, Fact)>, ArchiveError> {
        let decisions = self.streams.get(&Stream::Identity(vendor.clone()));
        let mut wanted: BTreeSet<AccountId> = BTreeSet::from([account.clone()]);
        loop {
            let before = wanted.len();
            for fact in decisions.into_iter().flatten() {
                self.tied(vendor, account, &mut wanted, fact);
            }
            if wanted.len() == before {
                break;
            }
        }
        wanted.remove(account);
        let mut others = Vec::new();
        for other in wanted {
            let facts = stream_of(journal, vendor, &other).await?;
            others.extend(facts.into_iter().map(|fact| (other.clone(), fact)));
        }
        Ok(others)
    }

    /// Adds whom a decision ties to `account`, directly or by way of what was absorbed.
    fn tied(&self, vendor: &VendorId, account: &AccountId, wanted: &mut BTreeSet<AccountId>, fact: &Fact) {
        let Event::Identity(event) = &fact.event else { return };
        match event {
            IdentityEvent::Merged(merged) => {
                let is_wanted = wanted.contains(&merged.survivor);
                wanted.extend(is_wanted.then(|| merged.absorbed.clone()));
            }
            IdentityEvent::Linked(linked) => {
                let under = self.opened_under.get(&(vendor.clone(), linked.key.clone()));
                let other = linked.account.as_ref().or(under);
                wanted.extend(other.filter(|_| linked.survivor == *account).cloned());
            }
            IdentityEvent::Related(related) => {
                let other = (related.account == *account).then(|| related.other.clone());
                let this = (related.other == *account).then(|| related.account.clone());
                wanted.extend(other.into_iter().chain(this));
            }
            IdentityEvent::Split(split) => {
                // What it moved stands on the stream of the account that stood for both.
                let is_wanted = wanted.contains(&split.restored);
                wanted.extend(is_wanted.then(|| split.survivor.clone()));
            }
            IdentityEvent::Suspected(_) | IdentityEvent::KeptApart(_) => {}
        }
    }
}

/// The finding an event of the case is about, and how its verdict changed if it did.
fn stated<'a>(case: &'a [Fact], event: &'a CaseEvent) -> Option<(&'a Finding, Option<&'a VerdictChanged>)> {
    if let CaseEvent::FindingRecorded(finding) = event {
        return Some((finding, None));
    }
    let CaseEvent::VerdictChanged(changed) = event else { return None };
    Some((found_before(case, changed)?, Some(changed)))
}

/// The finding whose verdict changed.
fn found_before<'a>(case: &'a [Fact], changed: &VerdictChanged) -> Option<&'a Finding> {
    case.iter().find_map(|fact| {
        let Event::Case(CaseEvent::FindingRecorded(finding)) = &fact.event else { return None };
        (finding.pattern == changed.pattern && finding.act == changed.act).then_some(finding)
    })
}

/// Whether the journal says later that something it had not looked at yet speaks against a finding.
fn is_withdrawn(case: &[Fact], finding: &Finding) -> bool {
    case.iter().any(|fact| {
        let Event::Case(CaseEvent::VerdictChanged(changed)) = &fact.event else { return false };
        let same = changed.pattern == finding.pattern && changed.act == finding.act;
        same && matches!(changed.verdict, Verdict::Superseded(_))
    })
}

/// Whether it says that an account went from one partner to another.
fn is_move(event: &Event) -> bool {
    if let Event::Account(AccountEvent::HolderRecorded(held)) = event {
        return held.basis_claimed != HoldingBasis::Initial && held.previous.as_ref() != Some(&held.holder);
    }
    matches!(event, Event::Change(ChangeEvent::Executed(_)))
}

impl Handoff {
    fn take(&mut self, fact: &Fact, event: &HandoffEvent) {
        if let HandoffEvent::Invited(invited) = event {
            self.guest = Some(invited.guest.clone());
        }
        self.is_accepted |= matches!(event, HandoffEvent::Accepted(_));
        // What the clock wrote ends an invitation nobody answered, never what was accepted.
        if let HandoffEvent::Closed(closed) = event
            && fact.meta.class != Class::Derived
        {
            let place = (fact.meta.valid_at, fact.meta.position);
            self.closed.push(Closed { place, at: closed.at, event: fact.meta.id });
        }
    }
}
