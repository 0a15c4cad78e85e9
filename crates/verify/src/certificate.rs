//! Checking one certificate, part by part.

use std::collections::BTreeSet;
use std::fmt;

use domain::event::case::{CaseKind, Finding, Ground, Severity, Unknown, Verdict};
use domain::fact::Fact;
use domain::id::EventId;
use domain::policy::PatternPolicy;

use crate::known::{Known, Recorded};
use crate::patterns::{CHECKS, Check, Claim, Evidence, Shown, at_most};
use crate::scene::Scene;
use crate::ties::Bond;
use crate::{Certificate, Record};

/// Why a certificate is not accepted: the part that fails, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Which part of the certificate fails.
    pub part: Part,
    /// How, in words that go on from the part's name.
    pub why: String,
}

/// A part of a certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part {
    /// The pattern, its rule version and its kind.
    Pattern,
    /// The case: its handoff, host and guest.
    Case,
    /// The events said to prove it.
    Proof,
    /// The events said to help reading it.
    Context,
    /// The formula, part by part.
    Grounds,
    /// That nothing speaks against it, and where that was looked for.
    Absence,
    /// When it happened and until when it was provisional.
    Time,
    /// Who acted and who has to answer.
    Parties,
    /// How grave it is, and whether it can be judged.
    Severity,
    /// The policy it was judged by.
    Policy,
    /// What would clear it.
    Clearing,
    /// How its verdict changed.
    Verdict,
}

impl Part {
    /// Its name in lower case.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pattern => "pattern",
            Self::Case => "case",
            Self::Proof => "proof",
            Self::Context => "context",
            Self::Grounds => "grounds",
            Self::Absence => "absence",
            Self::Time => "time",
            Self::Parties => "parties",
            Self::Severity => "severity",
            Self::Policy => "policy",
            Self::Clearing => "clearing",
            Self::Verdict => "verdict",
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.part.as_str(), self.why)
    }
}

pub(crate) fn fault(part: Part, why: impl Into<String>) -> Fault {
    Fault { part, why: why.into() }
}

/// Everything that keeps a certificate from being accepted; nothing when it is as it says.
pub fn check(certificate: &Certificate<'_>, record: &Record) -> Vec<Fault> {
    let finding = certificate.finding;
    let found = CHECKS.iter().find(|(pattern, ..)| *pattern == finding.pattern);
    let Some((_, version, check)) = found else {
        return vec![fault(Part::Pattern, format!("nothing is known of a pattern {}", finding.pattern))];
    };
    let mut faults = Vec::new();
    if *version != finding.rule_version {
        faults.push(fault(Part::Pattern, format!("its rule version {} is unknown", finding.rule_version)));
    }
    if kind_of(&finding.pattern) != finding.kind {
        faults.push(fault(Part::Pattern, "it is of another kind"));
    }
    faults.extend(missing_events(finding, record));
    let recorded = Recorded::of(record);
    let whole = Known::of(&recorded);
    let scene = Scene::of(&whole);
    faults.extend(case(certificate, &scene));
    faults.extend(proof(certificate, &recorded, (&whole, &scene), *check));
    faults.extend(absence(certificate, &whole, &scene, *check));
    faults.extend(searched(certificate, record, &whole));
    faults.extend(grounds(finding, &scene, certificate));
    faults.extend(time_and_policy(certificate, &scene));
    if finding.clearing.is_empty() {
        faults.push(fault(Part::Clearing, "it names nothing that would clear it"));
    }
    faults
}

/// The name of a finding that speaks of a decision and not of a breach.
pub(crate) const REGISTRATION: &str = "registration";

fn kind_of(pattern: &str) -> CaseKind {
    match pattern {
        "T15" | "T19" | "T20" | "T25" | "procedure_unknown" | "contested_holder" => CaseKind::Procedure,
        "T24" => CaseKind::HostAbuse,
        "T23" | "R1" => CaseKind::Statistical,
        REGISTRATION => CaseKind::Registration,
        _ => CaseKind::Takeover,
    }
}

/// Events it cites that the journal did not hold when it was recorded.
fn missing_events(finding: &Finding, record: &Record) -> Vec<Fault> {
    let known: BTreeSet<EventId> = recorded_facts(record).map(|fact| fact.meta.id).collect();
    let missing = |part: Part, events: &[EventId]| -> Vec<Fault> {
        let unknown = events.iter().filter(|event| !known.contains(event));
        unknown.map(|event| fault(part, format!("event {event} was not in the journal"))).collect()
    };
    let mut faults = missing(Part::Proof, &finding.proof);
    faults.extend(missing(Part::Context, &finding.context));
    for ground in &finding.grounds {
        faults.extend(missing(Part::Grounds, &ground.events));
    }
    let mut seen = BTreeSet::new();
    let twice = finding.proof.iter().filter(|event| !seen.insert(**event));
    faults.extend(twice.map(|event| fault(Part::Proof, format!("event {event} is named twice"))));
    if !finding.proof.contains(&finding.act) {
        faults.push(fault(Part::Proof, "the act itself is not among its events"));
    }
    faults
}

/// Everything the journal held.
pub(crate) fn recorded_facts(record: &Record) -> impl Iterator<Item = &Fact> {
    let own = record.facts.iter().chain(&record.identity).chain(&record.program);
    let elsewhere = record.partners.iter().map(|(_, fact)| fact);
    let others = record.others.iter().map(|(_, fact)| fact);
    let apart = record
        .apart
        .iter()
        .flat_map(|apart| apart.facts.iter().chain(apart.others.iter().map(|(_, fact)| fact)));
    own.chain(elsewhere).chain(others).chain(apart)
}

fn case(certificate: &Certificate<'_>, scene: &Scene<'_>) -> Vec<Fault> {
    let opened = certificate.opened;
    let Some(handoff) = &opened.handoff else { return Vec::new() };
    let Some(invited) = scene.told.invited.iter().rfind(|on| on.said.handoff == *handoff) else {
        return vec![fault(Part::Case, format!("handoff {handoff} is not on record"))];
    };
    let same = opened.host.as_ref() == Some(&invited.said.host)
        && opened.guest.as_ref() == Some(&invited.said.guest);
    if same { Vec::new() } else { vec![fault(Part::Case, "host and guest are not those of its handoff")] }
}

/// The proof alone has to show it, and without any one of its events it must not.
fn proof(
    certificate: &Certificate<'_>,
    recorded: &Recorded<'_>,
    whole: (&Known, &Scene<'_>),
    check: Check,
) -> Vec<Fault> {
    let finding = certificate.finding;
    let all: BTreeSet<EventId> = finding.proof.iter().copied().collect();
    let is_decision = finding.pattern == REGISTRATION;
    let of_context = finding.context.iter().copied().filter(|_| is_decision);
    let shown = shown_by(certificate, recorded, check, all.iter().copied().chain(of_context).collect());
    let shown = match shown {
        Ok(shown) => shown,
        Err(why) => return vec![fault(Part::Proof, format!("it does not show the finding: {why}"))],
    };
    let mut faults: Vec<Fault> = too_grave(finding, &shown).into_iter().collect();
    // What speaks for whoever is counted makes no count, but all that is known shows that it was left out.
    let counts = finding.kind == CaseKind::Statistical;
    if counts
        && let Ok(known) = known_with(certificate, whole, check, all.clone())
        && known.counted > shown.counted
    {
        let (of, all) = (shown.counted, known.counted);
        faults.push(fault(Part::Proof, format!("it shows {of} of the {all} that count")));
    }
    let is_as_grave = |one: Result<Shown, String>| {
        one.is_ok_and(|one| one.severity >= shown.severity && one.counted >= shown.counted)
    };
    for event in all.iter().filter(|_| !is_decision) {
        let fewer: BTreeSet<EventId> = all.iter().copied().filter(|other| other != event).collect();
        let is_left_out = || counts && !is_as_grave(known_with(certificate, whole, check, fewer.clone()));
        if is_as_grave(shown_by(certificate, recorded, check, fewer.clone())) && !is_left_out() {
            faults.push(fault(Part::Proof, format!("event {event} is not needed")));
        }
    }
    faults
}

fn shown_by(
    certificate: &Certificate<'_>,
    recorded: &Recorded<'_>,
    check: Check,
    events: BTreeSet<EventId>,
) -> Result<Shown, String> {
    let known = Known::only(recorded, &events);
    let scene = Scene::of(&known);
    let mut claim = Claim::of(certificate.finding, certificate.opened, certificate.known_until);
    claim.evidence = Evidence::Proof;
    claim.proof = events;
    let shown = check(&scene, &claim)?;
    Ok(through_ties(&known, &claim, shown))
}

/// What everything that was known shows to whoever cites these events.
pub(crate) fn known_with(
    certificate: &Certificate<'_>,
    (whole, scene): (&Known, &Scene<'_>),
    check: Check,
    events: BTreeSet<EventId>,
) -> Result<Shown, String> {
    let mut claim = Claim::of(certificate.finding, certificate.opened, certificate.known_until);
    claim.proof = events;
    Ok(through_ties(whole, &claim, check(scene, &claim)?))
}

/// What stands on another account holds no account unless a hard id or a filed relation ties the two.
fn through_ties(known: &Known, claim: &Claim<'_>, mut shown: Shown) -> Shown {
    for other in claim.proof.iter().filter_map(|event| known.elsewhere(*event)) {
        let sure = matches!(other.tie.bond, Bond::Same { hard: true } | Bond::Related { guessed: false, .. });
        shown.severity = if sure { shown.severity } else { shown.severity.min(Severity::S2) };
    }
    shown.severity = at_most(shown.severity, shown.unknown);
    shown
}

/// Everything that was known must not speak against it.
fn absence(certificate: &Certificate<'_>, whole: &Known, scene: &Scene<'_>, check: Check) -> Vec<Fault> {
    let claim = Claim::of(certificate.finding, certificate.opened, certificate.known_until);
    if whole.is_absorbed {
        return vec![fault(Part::Absence, "the account had been merged into another one")];
    }
    match check(scene, &claim) {
        Err(why) => vec![fault(Part::Absence, format!("what was known speaks against it: {why}"))],
        Ok(shown) => differences(certificate, &through_ties(whole, &claim, shown)),
    }
}

/// In what the certificate differs from what everything known shows.
fn differences(certificate: &Certificate<'_>, shown: &Shown) -> Vec<Fault> {
    let mut faults = differences_of_verdict(certificate, shown);
    if shown.at != certificate.finding.violated_at {
        faults.push(fault(Part::Time, format!("it happened on {}", shown.at)));
    }
    faults
}

/// The same of who answers for it, how grave it is and whether it can be judged.
pub(crate) fn differences_of_verdict(certificate: &Certificate<'_>, shown: &Shown) -> Vec<Fault> {
    let finding = certificate.finding;
    let mut faults = Vec::new();
    if shown.actor != finding.actor {
        faults.push(fault(Part::Parties, format!("{} acted", shown.actor)));
    }
    if shown.respondent != finding.respondent {
        faults.push(fault(Part::Parties, format!("{} has to answer for it", shown.respondent)));
    }
    let unknown = match &finding.verdict {
        Verdict::Indeterminate(Unknown::GuardErrored) => shown.unknown,
        Verdict::Indeterminate(unknown) => Some(*unknown),
        Verdict::Pending | Verdict::Confirmed | Verdict::Cleared(_) | Verdict::Superseded(_) => None,
    };
    if unknown != shown.unknown {
        faults.push(fault(Part::Severity, "whether it can be judged is stated wrongly"));
    }
    faults.extend(too_grave(finding, shown));
    faults
}

fn too_grave(finding: &Finding, shown: &Shown) -> Option<Fault> {
    let why = || format!("it is no more than {:?}", shown.severity);
    (finding.severity > shown.severity).then(|| fault(Part::Severity, why()))
}

/// Each part that says something is not there names the streams and how far they were read.
fn searched(certificate: &Certificate<'_>, record: &Record, known: &Known) -> Vec<Fault> {
    let absences = certificate.finding.grounds.iter().filter(|ground| ground.is_absence());
    absences
        .filter_map(|ground| Some(fault(Part::Absence, not_searched(certificate, record, known, ground)?)))
        .collect()
}

fn not_searched(
    certificate: &Certificate<'_>,
    record: &Record,
    known: &Known,
    ground: &Ground,
) -> Option<String> {
    let part = &ground.part;
    let Some(searched) = &ground.searched else {
        return Some(format!("{part} does not say where it looked"));
    };
    if searched.account != certificate.opened.account || searched.account != record.account {
        return Some(format!("{part} looked at account {}", searched.account));
    }
    if searched.until != certificate.finding.known {
        return Some(format!("{part} did not look as far as was known"));
    }
    if record.facts.last().map(|fact| fact.meta.id) != Some(searched.until) {
        return Some(format!("{part} ends at an event that is not on the account's stream"));
    }
    let opened = certificate.opened;
    let sides: BTreeSet<_> = [&opened.host, &opened.guest].into_iter().flatten().collect();
    for side in sides {
        let stated = searched.partners.iter().find(|read| read.partner == *side).map(|read| read.revision);
        if known.revisions.get(side).copied() != stated {
            return Some(format!("{part} does not say up to which revision the stream of {side} was read"));
        }
    }
    None
}

/// The parts every takeover has are bound to the events they speak of.
fn grounds(finding: &Finding, scene: &Scene<'_>, certificate: &Certificate<'_>) -> Vec<Fault> {
    if finding.grounds.is_empty() {
        return vec![fault(Part::Grounds, "it has none")];
    }
    let terms = certificate.opened.handoff.as_ref().and_then(|handoff| scene.handoff(handoff));
    let of_terms = terms.map(|terms| [terms.invited.id(), terms.accepted.id()]);
    let is_guests = terms.is_some_and(|terms| *terms.guest() == finding.actor);
    let wrong = finding.grounds.iter().filter(|ground| match ground.part.as_str() {
        "gain" => ground.events.iter().any(|event| finding.pattern != "T14" && *event != finding.act),
        "protected" | "window_over" | "owed" => {
            of_terms.is_some_and(|events| !events.iter().all(|event| ground.events.contains(event)))
        }
        "family" => ground.events.is_empty() && !is_guests && is_of_actor(finding),
        _ => false,
    });
    wrong.map(|ground| fault(Part::Grounds, format!("{} is bound to other events", ground.part))).collect()
}

/// Whether the formula is about whoever acted: a late paper may be told by another than who gained.
fn is_of_actor(finding: &Finding) -> bool {
    !matches!(finding.pattern.as_str(), "T13" | "T14" | "T20")
}

fn time_and_policy(certificate: &Certificate<'_>, scene: &Scene<'_>) -> Vec<Fault> {
    let (finding, mut faults) = (certificate.finding, Vec::new());
    let published = scene.known.program.published_at(finding.violated_at);
    if published.digest != finding.policy {
        faults.push(fault(Part::Policy, format!("policy {} was in force", published.digest)));
    }
    let said = published.policy.pattern(&finding.pattern);
    if said.switch == domain::policy::Switch::Off && finding.pattern != REGISTRATION {
        faults.push(fault(Part::Policy, "the policy does not look for it"));
    }
    if is_above(finding.severity, &said) {
        faults.push(fault(Part::Severity, "the policy caps it lower"));
    }
    if finding.pattern == REGISTRATION {
        return faults;
    }
    let until = scene.papers_until(finding.violated_at);
    if until != finding.provisional_until {
        faults.push(fault(Part::Time, format!("it is provisional until {until}")));
    }
    let wrong = match finding.verdict {
        Verdict::Pending => until <= certificate.known_until,
        Verdict::Confirmed => certificate.known_until < until,
        Verdict::Indeterminate(_) => false,
        Verdict::Cleared(_) | Verdict::Superseded(_) => true,
    };
    if wrong {
        faults.push(fault(Part::Time, "its verdict is not that of when it was recorded"));
    }
    faults
}

pub(crate) fn is_above(severity: Severity, said: &PatternPolicy) -> bool {
    said.severity_max.is_some_and(|most| most < severity)
}
