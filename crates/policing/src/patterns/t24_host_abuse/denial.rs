//! Handoffs and registrations of which the customer, asked on its contact on file, knows nothing.
//!
//! An answer counts when the contact was on file as long as the policy asks (30 days) and neither the verifier nor
//! whoever told it is of the family of a guest or of another claimant. What the customer says last counts.

use domain::account::guest::Asked;
use domain::calendar::zone_or_utc;
use domain::event::case::{ClearedBy, Severity};
use domain::event::change::{Basis, VerificationOutcome, Verifier};
use domain::event::consent::AskedAbout;
use domain::id::PartnerId;
use domain::protection::words;

use super::{breach, subject};
use crate::judged::{About, Seen, Sighting};
use crate::patterns::of_change::{clearing, kin_of};
use crate::scene::Scene;

pub(super) fn look<'a>(scene: &Scene<'a>) -> Vec<Sighting<'a>> {
    let account = scene.known.account;
    let mut asked: Vec<&Asked> = account.asked.iter().filter(|asked| counts(scene, asked)).collect();
    asked.sort_by_key(|asked| (asked.at, asked.event));
    let mut things: Vec<&AskedAbout> = Vec::new();
    for known in &asked {
        if !things.contains(&&known.asked.about) {
            things.push(&known.asked.about);
        }
    }
    things.into_iter().filter_map(|thing| denied(scene, &asked, thing)).collect()
}

fn counts(scene: &Scene<'_>, known: &Asked) -> bool {
    let account = scene.known.account;
    let policy = &scene.policy_at(known.at).policy;
    let days = i64::from(policy.consent.contact_on_file_days);
    let since = known.asked.contact_on_file_since;
    let on_file = since.plus_civil_days(days, &zone_or_utc(&policy.zone)) <= known.at;
    let guests = account.handoffs.iter().filter_map(|handoff| handoff.guest.as_ref());
    let claimants = account.deals.iter().filter_map(|deal| deal.partner.as_ref());
    let interested: Vec<&PartnerId> = guests.chain(claimants).collect();
    let verifier = match &known.asked.verifier {
        Verifier::Vendor => None,
        Verifier::Partner(partner) => Some(partner),
    };
    let is_biased = |partner: &PartnerId| {
        interested.iter().any(|other| kin_of(scene, other, partner, known.at).is_some())
    };
    let independent = !verifier.into_iter().chain(&known.reported_by).any(is_biased);
    on_file && independent && known.asked.outcome != VerificationOutcome::Unreachable
}

/// The first denial about one thing, unless the customer said otherwise since.
fn denied<'a>(scene: &Scene<'a>, asked: &[&'a Asked], thing: &AskedAbout) -> Option<Sighting<'a>> {
    let account = scene.known.account;
    let of_thing = || asked.iter().filter(|known| known.asked.about == *thing);
    let denial = of_thing().find(|known| known.asked.outcome == VerificationOutcome::Denied)?;
    let last = of_thing().next_back()?;
    let (by, shown_by, about, named) = match thing {
        AskedAbout::Handoff(id) => {
            let handoff = account.handoff(id)?;
            (&handoff.host, handoff.invited?, About::Handoff(handoff), format!("handoff {id}"))
        }
        AskedAbout::Deal(id) => {
            let deal = account.deal(id)?;
            let by = deal.partner.as_ref()?;
            (by, deal.submission?, subject(id.to_string(), by), format!("registration {id}"))
        }
    };
    let sentence = format!(
        "asked on {}, the customer knows nothing of {named}, which {by} put on record",
        words::day(denial.at)
    );
    let open = vec![
        clearing("V1", format!("the customer's confirmation of {named} on another call")),
        clearing("correction", format!("the withdrawal of {named} as an error")),
    ];
    let seen = if last.asked.outcome == VerificationOutcome::Confirmed {
        Seen::Cleared { by: ClearedBy::Basis(Basis::CustomerLetter), because: vec![last.event] }
    } else {
        Seen::Breach(breach("denied", sentence, vec![denial.event, shown_by], open))
    };
    Some(Sighting {
        act: denial.event,
        at: denial.at,
        actor: by.clone(),
        respondent: by.to_string(),
        severity: Severity::S3,
        about,
        seen,
    })
}
