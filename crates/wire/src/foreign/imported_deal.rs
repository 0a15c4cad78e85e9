//! A deal as another system tells of it, and the inputs it comes down to.

use domain::event::Event;
use domain::event::deal::{DealEvent, Lost, Notification, Progressed, Reported, Submitted, Won};
use domain::event::handoff::{self, HandoffEvent, InvitationStatus};
use domain::fact::{Actor, Producer};
use domain::id::{DealId, Key, SourceId};
use domain::money::Money;
use domain::scope::Scope;
use domain::stream::Stream;
use domain::time::Instant;
use jiff::civil::Date;
use serde_json::json;

use crate::foreign::customer::Customer;
use crate::foreign::facts::{Partner, Run, Told, reference};
use crate::ids;
use crate::input::Input;

/// A deal of another system.
pub(super) struct ImportedDeal {
    pub source: SourceId,
    /// Its id there, and the stem of the ids of its inputs.
    pub id: String,
    pub key: Key,
    pub customer: Customer,
    pub kind: Kind,
    /// When its system first had it.
    pub opened_at: Instant,
    /// When its system last changed it.
    pub changed_at: Option<Instant>,
    pub outcome: Option<Closing>,
}

/// What the record says a partner did about the deal.
pub(super) enum Kind {
    /// A partner asks for it to be recognised.
    Submitted(Box<Asked>),
    /// It exists; whose it is, the record does not say, or nobody has accepted it yet.
    Reported,
}

/// What a partner asks for.
pub(super) struct Asked {
    pub partner: Partner,
    pub scope: Scope,
    pub need: String,
    pub expected_value: Option<Money>,
    pub expected_close: Option<Date>,
    /// The one thing that keeps the submission from being complete over there.
    pub lacks: Option<&'static str>,
    /// Where it stands over there, in that system's words.
    pub standing: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Closed {
    Won,
    Lost,
}

/// What the customer did.
pub(super) struct Closing {
    pub closed: Closed,
    pub value: Option<Money>,
    pub reason: Option<String>,
}

/// An offer of a lead or referral, with terms of another system.
pub(super) struct Invitation {
    pub source: SourceId,
    pub id: String,
    pub key: Key,
    pub customer: Customer,
    pub sender: Option<Partner>,
    pub receiver: Option<Partner>,
    pub status: InvitationStatus,
    pub need: String,
    pub at: Instant,
}

/// The inputs `deal` comes down to: partner, account, submission or report, progress, outcome.
pub(super) fn deal_inputs(run: &mut Run, deal: &ImportedDeal) -> Vec<Input> {
    let mut inputs = Vec::new();
    if let Kind::Submitted(asked) = &deal.kind {
        inputs.extend(run.enrolled(&deal.source, &asked.partner, deal.opened_at));
    }
    inputs.extend(run.opened(&deal.source, &deal.customer, deal.opened_at));
    let told = Teller { run, deal, id: ids::deal_id(&run.vendor, &deal.key) };
    match &deal.kind {
        Kind::Submitted(asked) => {
            inputs.push(told.submitted(asked));
            inputs.extend(told.progressed(asked));
        }
        Kind::Reported => inputs.push(told.reported()),
    }
    inputs.extend(deal.outcome.as_ref().map(|closing| told.outcome(closing)));
    inputs
}

struct Teller<'a> {
    run: &'a Run,
    deal: &'a ImportedDeal,
    id: DealId,
}

impl Teller<'_> {
    /// Asked for when its system first had it; incomplete submissions and the complete one are two inputs.
    fn submitted(&self, asked: &Asked) -> Input {
        let deal = self.deal;
        let at =
            if asked.lacks.is_some() { deal.changed_at.unwrap_or(deal.opened_at) } else { deal.opened_at };
        let suffix = asked.lacks.map_or_else(String::new, |lacks| format!("#{lacks}"));
        let scope: Vec<String> = match &asked.scope.product_lines {
            domain::scope::Dimension::Only(lines) => lines.iter().map(ToString::to_string).collect(),
            domain::scope::Dimension::Except(_) => Vec::new(),
        };
        let content = json!({
            "deal": deal.key.as_str(),
            "partner": asked.partner.key.as_str(),
            "account": deal.customer.strongest().key.as_str(),
            "product_lines": scope,
        });
        let submitted = Submitted {
            deal: self.id.clone(),
            source: Some(deal.key.clone()),
            partner: asked.partner.id.clone(),
            scope: asked.scope.clone(),
            need: asked.need.clone(),
            expected_value: asked.expected_value,
            expected_close: asked.expected_close,
            missing: asked.lacks.iter().map(|lacks| (*lacks).to_owned()).collect(),
            customer_confirmation: None,
            tender: None,
            under_handoff: None,
            renews: None,
            related_accounts: Vec::new(),
        };
        let told = self.told(&suffix, content, asked.partner.actor());
        told.asked(at, Event::Deal(DealEvent::Submitted(submitted)))
    }

    /// A later change over there is work reported on the deal.
    fn progressed(&self, asked: &Asked) -> Option<Input> {
        let at = self.deal.changed_at.filter(|at| *at > self.deal.opened_at && asked.lacks.is_none())?;
        let content = json!({ "deal": self.deal.key.as_str(), "standing": asked.standing });
        let progressed = Progressed { deal: self.id.clone(), what: asked.standing.clone(), at };
        let told = self.told(&format!("@{at}"), content, asked.partner.actor());
        Some(told.observed(at, Event::Deal(DealEvent::Progressed(progressed))))
    }

    fn reported(&self) -> Input {
        let deal = self.deal;
        let (suffix, notification, at) = match deal.changed_at {
            Some(at) => (format!("@{at}"), Notification::Updated, at),
            None => (String::new(), Notification::Created, deal.opened_at),
        };
        let content = json!({
            "deal": deal.key.as_str(),
            "account": deal.customer.strongest().key.as_str(),
        });
        let reported = Reported {
            deal: self.id.clone(),
            system: deal.key.clone(),
            notification,
            snapshot_revision: None,
        };
        let told = self.told(&format!("#reported{suffix}"), content, Actor::system());
        told.observed(at, Event::Deal(DealEvent::Reported(reported)))
    }

    fn outcome(&self, closing: &Closing) -> Input {
        let at = self.deal.changed_at.unwrap_or(self.deal.opened_at);
        let (word, event) = outcome_event(&self.id, closing, at);
        let content = json!({
            "deal": self.deal.key.as_str(),
            "outcome": word,
            "value": closing.value.map(|value| value.to_string()),
            "reason": closing.reason,
        });
        self.told("#outcome", content, Actor::system()).observed(at, Event::Deal(event))
    }

    fn told(&self, suffix: &str, content: serde_json::Value, actor: Actor) -> Told {
        Told {
            stream: Stream::Account(self.run.vendor.clone(), self.run.account(&self.deal.customer)),
            producer: Producer {
                source: self.deal.source.clone(),
                id: reference(&format!("{}{suffix}", self.deal.id)),
            },
            content,
            actor,
        }
    }
}

/// The event of an outcome, and its word.
pub(super) fn outcome_event(deal: &DealId, closing: &Closing, at: Instant) -> (&'static str, DealEvent) {
    let (deal, value, reason) = (deal.clone(), closing.value, closing.reason.clone());
    match closing.closed {
        Closed::Won => ("won", DealEvent::Won(Won { deal, at, value, order: None, reason })),
        Closed::Lost => ("lost", DealEvent::Lost(Lost { deal, at, value, order: None, reason })),
    }
}

/// The inputs `invitation` comes down to: partners, account, and the invitation in this status.
pub(super) fn invitation_inputs(run: &mut Run, invitation: &Invitation) -> Vec<Input> {
    let mut inputs = Vec::new();
    for partner in invitation.sender.iter().chain(&invitation.receiver) {
        inputs.extend(run.enrolled(&invitation.source, partner, invitation.at));
    }
    inputs.extend(run.opened(&invitation.source, &invitation.customer, invitation.at));
    let status = match invitation.status {
        InvitationStatus::Pending => "pending",
        InvitationStatus::Accepted => "accepted",
        InvitationStatus::Rejected => "rejected",
        InvitationStatus::Expired => "expired",
        InvitationStatus::Cancelled => "cancelled",
    };
    let id_of = |partner: &Option<Partner>| partner.as_ref().map(|partner| partner.id.clone());
    let key_of = |partner: &Option<Partner>| partner.as_ref().map(|partner| partner.key.as_str().to_owned());
    let reported = handoff::Reported {
        handoff: ids::handoff_id(&run.vendor, &invitation.key),
        system: invitation.key.clone(),
        sender: id_of(&invitation.sender),
        receiver: id_of(&invitation.receiver),
        status: invitation.status,
        need: invitation.need.clone(),
    };
    let told = Told {
        stream: Stream::Account(run.vendor.clone(), run.account(&invitation.customer)),
        // One input per status, so that each step of an invitation is told once.
        producer: Producer {
            source: invitation.source.clone(),
            id: reference(&format!("{}#invitation-{status}", invitation.id)),
        },
        content: json!({
            "invitation": invitation.key.as_str(),
            "status": status,
            "sender": key_of(&invitation.sender),
            "receiver": key_of(&invitation.receiver),
        }),
        actor: Actor::system(),
    };
    inputs.push(told.observed(invitation.at, Event::Handoff(HandoffEvent::Reported(reported))));
    inputs
}
