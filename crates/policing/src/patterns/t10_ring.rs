//! T10: partners take from one another in a ring, so that each ends up with what another had found.
//!
//! Trigger: handoffs of at most as many families as the policy says (4) lead back to the first, each ended with the
//! guest's family gaining the account, all within the months the policy names (18), and at least two of the gains
//! had no basis. It is found in the last of those, on its account. A gain that a customer's letter, a release, a
//! forfeiture or an override allowed is a link of the ring, and none of the two. What the terms grant is no link at
//! all: partners that sign for each other's gains in the terms of their handoffs, as a consortium does, are no ring.
//! Ten partners that all swap with one another have more rings than anybody reads: one is shown.

mod search;

use std::collections::BTreeSet;

use domain::event::case::{Clearing, Ground, Severity};
use domain::id::AccountId;
use domain::protection::words;

use crate::across::{Handed, Taking, Wide};
use crate::judged::{About, Breach, Seen, Sighting};
use crate::scene::Scene;
use search::{Ring, Search};

/// Gains without a basis that make a ring of handoffs one of swaps.
const WITHOUT_BASIS_MIN: usize = 2;

pub(super) fn look<'a>(scene: &Scene<'a>) -> Vec<Sighting<'a>> {
    let wide = scene.wide();
    let sighting = |handed: &Handed| {
        let taking = handed.taking.as_ref()?;
        let ring = Search::ending_in(wide, handed, taking).ring()?;
        sighting(scene, handed, taking, &ring)
    };
    scene.among.own.handed.iter().filter_map(|handed| sighting(handed)).collect()
}

/// Accounts on which a ring may be found that the gain of `handed` is a link of.
pub(crate) fn accounts(wide: Wide<'_>, handed: &Handed) -> BTreeSet<AccountId> {
    handed.taking.as_ref().map(|taking| Search::through(wide, handed, taking).accounts()).unwrap_or_default()
}

fn sighting<'a>(
    scene: &Scene<'a>,
    handed: &Handed,
    taking: &Taking,
    ring: &Ring<'_>,
) -> Option<Sighting<'a>> {
    let bare = ring.links.iter().filter(|link| search::is_bare(link)).count();
    let seen = if taking.allowed.is_none() && bare >= WITHOUT_BASIS_MIN {
        Seen::Breach(breach(handed, ring))
    } else {
        // What allowed a link since it was found clears it.
        let mut links = ring.links.iter().filter_map(|link| link.taking.as_ref()?.allowed);
        let allowed = taking.allowed.or_else(|| links.next())?;
        Seen::Cleared { by: allowed.by, because: allowed.because.into_iter().collect() }
    };
    Some(Sighting {
        act: taking.event,
        at: taking.at,
        actor: taking.by.clone(),
        respondent: taking.by.to_string(),
        severity: if ring.is_guessed { Severity::S2 } else { Severity::S3 },
        about: About::Handoff(scene.known.account.handoff(&handed.handoff)?),
        seen,
    })
}

fn breach(handed: &Handed, ring: &Ring<'_>) -> Breach {
    let mut proof = Vec::new();
    let mut grounds = Vec::new();
    for link in &ring.links {
        let Some(taking) = &link.taking else { continue };
        let basis = if taking.allowed.is_some() { "with a basis" } else { "without a basis" };
        let because = format!(
            "{} gained account {} from {} on {} under handoff {}, {basis}",
            taking.by,
            link.account,
            link.host,
            words::day(taking.at),
            link.handoff,
        );
        grounds.push(Ground::new("link", because, vec![taking.event]));
        proof.extend(taking.proof.iter().copied());
    }
    if !ring.kin.is_empty() {
        let because = "partners of one family stand in for each other in the ring";
        grounds.push(Ground::new("family", because, ring.kin.clone()));
        proof.extend(ring.kin.iter().copied());
    }
    let mut met = BTreeSet::new();
    proof.retain(|event| met.insert(*event));
    let partners: Vec<String> = ring.links.iter().map(|link| link.host.to_string()).collect();
    let sentence = format!(
        "{} gained from one another in a ring within {} days, the last without a basis from {} under handoff {}",
        partners.join(", "),
        ring.days,
        handed.host,
        handed.handoff,
    );
    Breach {
        unknown: None,
        proof,
        context: Vec::new(),
        grounds,
        clearing: vec![
            Clearing {
                basis: "V1".to_owned(),
                missing: "what allows all gains of the ring but one, such as the customers' own letters"
                    .to_owned(),
            },
            Clearing {
                basis: "granted".to_owned(),
                missing: "terms signed before by host and guest of each handoff that grant these gains"
                    .to_owned(),
            },
        ],
        sentence,
    }
}
