//! T24: the host's side abuses what protects it. Respondent is whoever does so, never the guest.
//!
//! Three triggers, each with a key of its own: an objection to a change, without a ground the program knows or
//! without having asked (see `objections`), and as many rejected ones of one partner on one account as the
//! policy lets pass (3); a handoff or registration of which the customer, called back, knows nothing (see
//! `denial`); and as many registrations of one partner on one account as the policy lets pass (3) that ran out
//! without any activity (see `idle`). A missing paper is no abuse, nor is an objection in good faith that is
//! rejected once. S3.

mod denial;
mod idle;
mod objections;

use domain::event::case::{Clearing, Ground};
use domain::id::{EventId, PartnerId};
pub(crate) use idle::{due_after, may_be_idle};

use crate::judged::{About, Breach, Sighting};
use crate::scene::Scene;

pub(super) fn look<'a>(scene: &Scene<'a>) -> Vec<Sighting<'a>> {
    let mut seen = objections::look(scene);
    seen.extend(denial::look(scene));
    seen.extend(idle::look(scene));
    seen
}

/// A registration of `by` is nobody's handoff: its case is its own.
fn subject<'a>(subject: String, by: &PartnerId) -> About<'a> {
    About::Subject { subject, losing: by.clone(), gaining: by.clone() }
}

fn breach(part: &str, sentence: String, proof: Vec<EventId>, clearing: Vec<Clearing>) -> Breach {
    let grounds = vec![Ground::new(part, sentence.clone(), proof.clone())];
    Breach { unknown: None, proof, context: Vec::new(), grounds, clearing, sentence }
}
