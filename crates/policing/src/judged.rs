//! A finding with the case it belongs to, made from what a pattern saw.

use domain::account::guest::Handoff;
use domain::event::case::{
    CaseKind, ClearedBy, Clearing, Finding, Ground, Opened, Searched, SearchedPartner, Severity, Unknown,
    Verdict,
};
use domain::id::{EventId, HandoffId, PartnerId};
use domain::time::Instant;

use crate::patterns::Row;
use crate::scene::Scene;
use crate::tied::Tied;

/// What identifies a case beside the vendor: its id is made of these parts.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CaseKey {
    /// All findings about one handoff and its guest, of whatever pattern.
    Handoff { handoff: HandoffId, guest: PartnerId },
    /// Where no handoff is concerned: one pattern about one thing.
    Subject { pattern: &'static str, subject: String },
}

/// A finding, the case it belongs to, and what cleared it.
#[derive(Debug, Clone, PartialEq)]
pub struct Judged {
    pub case: CaseKey,
    /// What the case says of itself when it is opened.
    pub opened: Opened,
    pub finding: Finding,
    /// The event that cleared it, if it is cleared.
    pub because: Option<EventId>,
}

/// What a pattern saw in one act.
pub struct Sighting<'a> {
    pub act: EventId,
    pub at: Instant,
    pub actor: PartnerId,
    /// A partner id, or `vendor`.
    pub respondent: String,
    pub severity: Severity,
    pub about: About<'a>,
    pub seen: Seen,
}

/// Whom and what it is about.
pub enum About<'a> {
    Handoff(&'a Handoff),
    /// No handoff: the thing, who lost and who gained.
    Subject {
        subject: String,
        losing: PartnerId,
        gaining: PartnerId,
    },
}

/// Whether the formula holds.
pub enum Seen {
    Breach(Breach),
    Cleared { by: ClearedBy, because: Vec<EventId> },
}

/// The formula holds, with all that shows it.
pub struct Breach {
    pub unknown: Option<Unknown>,
    pub proof: Vec<EventId>,
    pub context: Vec<EventId>,
    pub grounds: Vec<Ground>,
    pub clearing: Vec<Clearing>,
    /// What happened, continuing "possible breach of program terms: ".
    pub sentence: String,
}

impl Judged {
    /// The finding a pattern's sighting amounts to.
    pub(crate) fn new(scene: &Scene<'_>, row: &Row, sighting: Sighting<'_>) -> Self {
        let sighting = sighting.through_ties(scene);
        let provisional_until = scene.provisional_until(sighting.at);
        let (verdict, because, breach) = match sighting.seen {
            Seen::Cleared { by, because } => (Verdict::Cleared(by), because.last().copied(), Breach::none()),
            Seen::Breach(breach) => {
                let verdict = match breach.unknown {
                    Some(unknown) => Verdict::Indeterminate(unknown),
                    None if scene.watermark.until >= provisional_until => Verdict::Confirmed,
                    None => Verdict::Pending,
                };
                (verdict, None, breach)
            }
        };
        let mut context = breach.context;
        context.retain(|event| !breach.proof.contains(event));
        let mut finding = Finding {
            pattern: row.pattern.to_owned(),
            rule_version: row.rule_version,
            kind: row.kind,
            policy: scene.policy_at(sighting.at).name.digest,
            actor: sighting.actor,
            respondent: sighting.respondent,
            act: sighting.act,
            severity: at_most(sighting.severity, breach.unknown),
            verdict,
            violated_at: sighting.at,
            known: scene.watermark.head,
            proof: breach.proof,
            context,
            sentence: crate::words::sentence(&breach.sentence, breach.unknown),
            grounds: breach.grounds,
            clearing: breach.clearing,
            provisional_until,
        };
        let (case, opened) = case(scene, row, sighting.about);
        cite_search(scene, &opened, &mut finding.grounds);
        Self { case, opened, finding, because }
    }
}

impl Sighting<'_> {
    /// What stands on the stream of another account is an act on this one only by the decisions that tie the two.
    fn through_ties(mut self, scene: &Scene<'_>) -> Self {
        let Seen::Breach(breach) = &mut self.seen else { return self };
        let mut tied: Vec<&Tied<'_>> = Vec::new();
        for tie in breach.proof.iter().filter_map(|event| scene.tie_of(*event)) {
            if !tied.iter().any(|known| known.account_id == tie.account_id) {
                tied.push(tie);
            }
        }
        for tie in tied {
            self.severity = self.severity.min(tie.severity_max());
            let decided: Vec<EventId> = tie.decided().collect();
            breach.proof.extend(
                decided.iter().filter(|event| !breach.proof.contains(event)).copied().collect::<Vec<_>>(),
            );
            breach.grounds.push(Ground::new("identity", tie.words(), decided));
        }
        self
    }
}

impl Breach {
    fn none() -> Self {
        Self {
            unknown: None,
            proof: Vec::new(),
            context: Vec::new(),
            grounds: Vec::new(),
            clearing: Vec::new(),
            sentence: String::new(),
        }
    }
}

/// Says of every part that is an absence where it was looked for: the account up to the last event that was
/// read, and the streams of the partners concerned.
fn cite_search(scene: &Scene<'_>, opened: &Opened, grounds: &mut [Ground]) {
    let absences = grounds.iter_mut().filter(|ground| ground.is_absence());
    for ground in absences {
        let partners = [&opened.host, &opened.guest].into_iter().flatten();
        let partners = partners.filter_map(|partner| {
            let revision = scene.known.families.revision(partner)?;
            Some(SearchedPartner { partner: partner.clone(), revision })
        });
        ground.searched = Some(Searched {
            account: opened.account.clone(),
            until: scene.watermark.head,
            partners: partners.collect(),
        });
    }
}

/// What cannot be judged never holds an account.
fn at_most(severity: Severity, unknown: Option<Unknown>) -> Severity {
    match unknown {
        None => severity,
        Some(Unknown::TooFew) => Severity::S1,
        Some(Unknown::Contested | Unknown::GuardErrored) => severity.min(Severity::S3),
        Some(Unknown::ScopeUnknown | Unknown::IdentityAmbiguous | Unknown::Tender | Unknown::Erased) => {
            severity.min(Severity::S2)
        }
    }
}

fn case(scene: &Scene<'_>, row: &Row, about: About<'_>) -> (CaseKey, Opened) {
    let opened = |kind: CaseKind, handoff: Option<HandoffId>, host: PartnerId, guest: PartnerId| Opened {
        kind,
        account: scene.known.account_id.clone(),
        handoff,
        host: Some(host),
        guest: Some(guest),
    };
    match about {
        About::Handoff(handoff) => {
            let guest = handoff.guest.clone().unwrap_or_else(|| handoff.host.clone());
            let key = CaseKey::Handoff { handoff: handoff.handoff.clone(), guest: guest.clone() };
            (key, opened(row.kind, Some(handoff.handoff.clone()), handoff.host.clone(), guest))
        }
        About::Subject { subject, losing, gaining } => {
            (CaseKey::Subject { pattern: row.pattern, subject }, opened(row.kind, None, losing, gaining))
        }
    }
}
