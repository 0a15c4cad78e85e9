//! T25: an officer of the vendor steps over the rules without what that takes.

use domain::event::account::OverrideRecorded;
use domain::event::case::Severity;
use domain::fact::Role;
use domain::id::PartnerId;

use super::{Claim, Shown};
use crate::bases::was_told;
use crate::holdings::{holdings, left_of};
use crate::parts::meet;
use crate::scene::Scene;
use crate::terms::Terms;
use crate::told::On;

pub(super) fn without_form(scene: &Scene<'_>, claim: &Claim<'_>) -> Result<Shown, String> {
    let known = scene.told.overrides.iter().find(|on| on.id() == claim.act);
    let known = known.ok_or("its act is no override")?;
    let said = known.said;
    let (losing, gaining) = sides(scene, known);
    let first = said.officers.first().map(|officer| &officer.principal);
    let second = said.officers.iter().any(|officer| Some(&officer.principal) != first);
    let sales = said.officers.iter().any(|officer| officer.role == Role::DirectSales);
    let told = [(0, losing), (1, gaining)]
        .into_iter()
        .all(|(side, partner)| partner.is_none_or(|partner| was_told(scene, said, side, partner)));
    let told_by = scene.papers_until(known.at());
    let untold = !told && told_by <= claim.known_until;
    let lacks = !second || sales || said.reason_text.trim().is_empty() || said.until <= known.at() || untold;
    if !lacks {
        return Err("it has two officers, a reason, an end, and both sides were told".to_owned());
    }
    let vendor: PartnerId = "vendor".parse().expect("a lower-case word is a partner id");
    let actor = gaining.or(losing).cloned().unwrap_or(vendor);
    let at = known.at();
    Ok(Shown {
        severity: Severity::S4,
        at,
        actor,
        respondent: "vendor".to_owned(),
        unknown: None,
        counted: 0,
    })
}

/// Host and guest of the handoff it touches, else whoever held the scope and whoever is to get it.
fn sides<'a>(
    scene: &Scene<'a>,
    known: &On<'a, OverrideRecorded>,
) -> (Option<&'a PartnerId>, Option<&'a PartnerId>) {
    let (said, at) = (known.said, known.at());
    let concerns = |terms: &&Terms<'_>| {
        terms.accepted_at() <= at
            && meet(terms.protects(), &said.scope)
            && said
                .holder
                .as_ref()
                .is_none_or(|holder| holder == terms.host() || scene.of_guest(terms, holder, at).is_some())
    };
    let touched = scene.terms.iter().filter(concerns);
    if let Some(terms) = touched.max_by_key(|terms| (terms.accepted_at(), terms.id())) {
        return (Some(terms.host()), Some(terms.guest()));
    }
    let all = holdings(scene);
    let held = all.iter().find(|holding| {
        holding.event != known.id() && holding.from < at && left_of(&all, holding, at).meets(&said.scope)
    });
    (held.map(|holding| holding.holder), said.holder.as_ref())
}
