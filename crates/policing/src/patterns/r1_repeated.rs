//! R1: again and again a partner keeps the accounts it is invited into.
//!
//! What counts is what closed handoffs came to, never what somebody complained about: one after the other, as they
//! were closed, whether the guest's family had gained the account by then without a basis. It is found when that
//! is more than the baseline of the policy explains, asked after every handoff (see `chance`), and not before there
//! are ten: fewer cannot be judged. It is found on the account of the last handoff that counted against the family. It
//! opens an audit and convicts nobody (S2): a statistic creates no S3 or S4 and clears none.

use std::collections::{BTreeMap, BTreeSet};

use domain::event::case::{Clearing, Ground, Severity};
use domain::event::handoff::HandoffOutcome;
use domain::family::Families;
use domain::id::{AccountId, EventId, PartnerId};
use domain::policy::PolicingPolicy;
use domain::program::Program;
use domain::protection::words;
use domain::time::Instant;

use crate::across::{Among, Closing, Gains, Handed, Wide};
use crate::chance::{Happened, evidence, exceeded_after, stands_out_from};
use crate::judged::{About, Breach, Seen, Sighting};
use crate::scene::Scene;

pub(super) fn look<'a>(scene: &Scene<'a>) -> Vec<Sighting<'a>> {
    let wide = scene.wide();
    let repeated = |handed: &Handed| {
        let closed = handed.closed.filter(|_| happened(handed) == Happened::Yes)?;
        let repeated = Repeated::of(wide, &handed.guest, closed.at)?;
        (repeated.last.handoff == handed.handoff).then(|| sighting(&repeated, closed))
    };
    scene.among.own.handed.iter().filter_map(|handed| repeated(handed)).collect()
}

/// The accounts on which it may be found because of `handed`.
pub(crate) fn accounts(wide: Wide<'_>, handed: &Handed) -> BTreeSet<AccountId> {
    let Some(closed) = handed.closed else { return BTreeSet::new() };
    let family = wide.family(&handed.guest, closed.at);
    let counts = family.iter().flat_map(|member| wide.among.closed_by(member));
    let counts = counts.filter(|handed| happened(handed) == Happened::Yes);
    // A family is what it was when a handoff was closed: where it never changed, one question is enough.
    let mut asked: BTreeSet<BTreeSet<PartnerId>> = BTreeSet::new();
    let mut accounts = BTreeSet::new();
    for one in counts.chain([handed]) {
        let at = one.closed.map_or(closed.at, |closed| closed.at);
        if asked.insert(wide.family(&one.guest, at)) {
            let repeated = Repeated::of(wide, &one.guest, at);
            accounts.extend(repeated.map(|repeated| repeated.last.account.clone()));
        }
    }
    accounts
}

/// What the closed handoffs of a guest's family say so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tally {
    pub closed: usize,
    /// How many of them ended with the account at the family and without a basis.
    pub kept: usize,
    pub chance: Chance,
}

/// Whether chance explains how many were kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Chance {
    /// There are too few to say so.
    TooFew,
    Explains,
    /// It does not by itself: the family was named. Among all families, one like it may be chance.
    Exceeded,
    /// It does not, though all families were looked at.
    ExceededAmongAll,
}

/// The tallies of the families of these partners as they are at `at`, in their order.
pub fn tallies(
    gains: &Gains,
    families: &Families,
    program: &Program,
    partners: &[PartnerId],
    at: Instant,
) -> Vec<Tally> {
    let among = Among::all(gains);
    let wide = Wide { among: &among, families, program };
    let policy = &program.policy_at(at).policy.policing;
    let mut of_families: BTreeMap<BTreeSet<PartnerId>, (Tally, u128)> = BTreeMap::new();
    for partner in partners {
        let family = wide.family(partner, at);
        of_families.entry(family).or_insert_with_key(|family| by_itself(policy, &counted(wide, family)));
    }
    let judged = of_families.values().filter(|(tally, _)| tally.chance != Chance::TooFew);
    let stands_out = stands_out_from(policy, judged.map(|(_, evidence)| *evidence).collect());
    let tally = |partner: &PartnerId| {
        let (tally, evidence) = of_families[&wide.family(partner, at)];
        let is_out = tally.chance == Chance::Exceeded && stands_out.is_some_and(|from| evidence >= from);
        Tally { chance: if is_out { Chance::ExceededAmongAll } else { tally.chance }, ..tally }
    };
    partners.iter().map(tally).collect()
}

/// The tally of one family and the evidence against it.
fn by_itself(policy: &PolicingPolicy, counted: &[&Handed]) -> (Tally, u128) {
    let all = || counted.iter().map(|handed| happened(handed));
    let chance = match exceeded_after(policy, all()) {
        _ if counted.len() < usize::from(policy.chance_trials_min) => Chance::TooFew,
        None => Chance::Explains,
        Some(_) => Chance::Exceeded,
    };
    let kept = all().filter(|happened| *happened == Happened::Yes).count();
    (Tally { closed: counted.len(), kept, chance }, evidence(policy, all()))
}

/// The closed handoffs to a family, in the order they were closed.
fn counted<'w>(wide: Wide<'w>, family: &BTreeSet<PartnerId>) -> Vec<&'w Handed> {
    let mut counted: Vec<&Handed> = family.iter().flat_map(|member| wide.among.closed_by(member)).collect();
    counted.sort_by_key(|handed| handed.closed.map(|closed| (closed.at, closed.event)));
    counted
}

/// Whether the family had gained the account without a basis when the handoff was closed.
fn happened(handed: &Handed) -> Happened {
    let Some(closed) = handed.closed else { return Happened::No };
    let kept = match &handed.taking {
        Some(taking) => taking.allowed.is_none() && taking.at <= closed.at,
        None => closed.outcome == HandoffOutcome::MovedWithoutBasis,
    };
    if kept { Happened::Yes } else { Happened::No }
}

/// Closed handoffs of one family that are more than chance explains.
struct Repeated<'w> {
    family: BTreeSet<PartnerId>,
    /// Those that were counted, in the order they were closed.
    counted: Vec<&'w Handed>,
    /// The last of them that counted against the family.
    last: &'w Handed,
}

impl<'w> Repeated<'w> {
    /// Asked of the guest's family as it was at `at`; `None` while chance explains it.
    fn of(wide: Wide<'w>, guest: &PartnerId, at: Instant) -> Option<Self> {
        let policy = &wide.program.policy_at(at).policy.policing;
        let family = wide.family(guest, at);
        let mut counted = counted(wide, &family);
        let after = exceeded_after(policy, counted.iter().map(|handed| happened(handed)))?;
        counted.truncate(after);
        let last = *counted.iter().rev().find(|handed| happened(handed) == Happened::Yes)?;
        Some(Self { family, counted, last })
    }
}

fn sighting<'a>(repeated: &Repeated<'_>, closed: Closing) -> Sighting<'a> {
    let Repeated { family, last, .. } = repeated;
    let family = family.first().unwrap_or(&last.guest);
    Sighting {
        act: closed.event,
        at: closed.at,
        actor: last.guest.clone(),
        respondent: last.guest.to_string(),
        severity: Severity::S2,
        about: About::Subject {
            subject: format!("{family} {}", last.handoff),
            losing: last.host.clone(),
            gaining: last.guest.clone(),
        },
        seen: Seen::Breach(breach(repeated)),
    }
}

fn breach(repeated: &Repeated<'_>) -> Breach {
    let Repeated { counted, last, .. } = repeated;
    let against = || counted.iter().filter(|handed| happened(handed) == Happened::Yes);
    let closings = |handed: &&Handed| {
        let closed = handed.closed.map(|closed| closed.event);
        handed.bound_by.iter().copied().chain(closed).collect::<Vec<_>>()
    };
    let gains: Vec<EventId> = against()
        .filter_map(|handed| handed.taking.as_ref())
        .flat_map(|taking| taking.proof.clone())
        .collect();
    let all: Vec<EventId> = counted.iter().flat_map(closings).collect();
    let sentence = format!(
        "of {} handoffs to the family of {} that were closed by {}, {} ended with the account at the family and \
         without a basis, more than chance explains",
        counted.len(),
        last.guest,
        counted
            .last()
            .and_then(|handed| handed.closed)
            .map(|closed| words::day(closed.at))
            .unwrap_or_default(),
        against().count(),
    );
    let mut proof = all.clone();
    proof.extend(gains.iter().copied());
    let mut met = BTreeSet::new();
    proof.retain(|event| met.insert(*event));
    Breach {
        unknown: None,
        proof,
        context: Vec::new(),
        grounds: vec![
            Ground::new("closed", format!("{} handoffs were closed", counted.len()), all),
            Ground::new("kept", format!("{} were kept without a basis", against().count()), gains),
        ],
        clearing: vec![Clearing {
            basis: "V1".to_owned(),
            missing: "what allows enough of these gains, such as the customers' own letters".to_owned(),
        }],
        sentence,
    }
}
