//! `account.*`: who holds an account, and what may not move for now.

use domain::event::Party;
use domain::event::account as facts;
use domain::event::account::{
    AccountKey, ContactPurpose, FreezeTarget, HoldingBasis, KeyStrength, Lifted, OverrideAct, OverrideReason,
};
use domain::id::*;
use domain::scope::Scope;
use domain::time::Instant;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::shape::compact::{Compact, Damaged, Reader, fields};
use crate::shape::{Absent, Around, Known, Shape, payload, published, words};

words! {
    KeyStrength {
        Provisional = "provisional", Declared = "declared", Domain = "domain", SystemId = "system_id",
        Lei = "lei", Duns = "duns", RegistryNumber = "registry_number",
    }
    HoldingBasis {
        Initial = "initial", Order = "order", CustomerLetter = "customer_letter", Release = "release",
        Merger = "merger", Correction = "correction", Migration = "migration",
    }
    ContactPurpose {
        Notice = "notice", CustomerAuthority = "customer_authority", Billing = "billing", Deputy = "deputy",
    }
    OverrideAct { Change = "change", Lift = "lift", Waive = "waive" }
    OverrideReason {
        PublicTender = "public_tender", Continuity = "continuity", CourtOrder = "court_order",
        Insolvency = "insolvency", Other = "other",
    }
}

payload! {
    /// A key a customer or partner is known by.
    Named for AccountKey {
        /// `system:foreign id`.
        key: Key,
        /// How strongly it identifies: the strongest agree or disagree first.
        strength: KeyStrength,
    }

    /// A customer account is known from now on.
    Opened for facts::Opened {
        /// The keys the customer is known by.
        keys: Vec<AccountKey>,
        legal_name: String,
        /// ISO 3166 country code.
        country: Option<String>,
        /// Postal code of the seat, as it is written there.
        postcode: Option<String>,
        /// The customer's contact, by reference.
        customer: Option<ContactRef>,
    }

    /// A vendor system reports who holds a scope of the account.
    HolderRecorded for facts::HolderRecorded {
        /// The partner of record.
        holder: PartnerId,
        scope: Scope,
        /// From when it holds.
        from: Instant,
        /// Who held it before, as the source says.
        previous: Option<PartnerId>,
        /// Why the source says so.
        basis_claimed: HoldingBasis,
        /// The change this follows from.
        change: Option<ChangeId>,
        /// The uniform act over many accounts this belongs to.
        batch: Option<BatchId>,
    }

    /// Changes of holder and approvals are stopped for a time.
    FreezePlaced for facts::FreezePlaced {
        freeze: FreezeId,
        scope: Scope,
        /// One partner's family, or all.
        against: FreezeTarget,
        from: Instant,
        until: Instant,
        /// The handoff whose default freeze it is.
        handoff: Option<HandoffId>,
        requested_by: Party,
    }

    /// After a change: no further change for a while.
    Locked for facts::Locked { change: ChangeId, scope: Scope, from: Instant, until: Instant }

    /// Another contact stands for a side from now on.
    ContactReplaced for facts::ContactReplaced {
        party: Party,
        purpose: ContactPurpose,
        previous: Option<ContactRef>,
        contact: ContactRef,
        /// Who confirmed the replacement.
        confirmed_by: Option<Party>,
    }

    /// The vendor steps over the rules: two officers, a reason, an end, and notice to both sides.
    OverrideRecorded for facts::OverrideRecorded {
        scope: Scope,
        holder: Option<PartnerId>,
        act: OverrideAct,
        reason: OverrideReason,
        reason_text: String,
        /// Two different officers, neither of direct sales.
        officers: Vec<domain::event::Officer>,
        until: Instant,
        published_to: Vec<NoticeId>,
    }

    /// Somebody keeps the account for a time; a stewardship is no gain.
    StewardshipStarted for facts::StewardshipStarted {
        steward: PartnerId,
        scope: Scope,
        until: Instant,
        reason: String,
    }

    /// The refused side disagrees.
    RefusalDisputed for facts::RefusalDisputed {
        /// The refusal.
        refused: EventId,
        by: PartnerId,
        text: String,
    }

    /// This account is part of another one now.
    Absorbed for facts::Absorbed { into: AccountId, identity_event: EventId }

    /// This account was split off another one again.
    Restored for facts::Restored { from: AccountId }
}

/// Against whom a freeze stands.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Against {
    /// Everybody.
    All,
    /// A partner and its affiliates.
    FamilyOf(Known<PartnerId>),
}

impl Absent for Against {}

impl Shape for FreezeTarget {
    type Json = Against;

    fn to_json(&self) -> Against {
        match self {
            Self::All => Against::All,
            Self::FamilyOf(partner) => Against::FamilyOf(partner.to_json()),
        }
    }

    fn from_json(json: Against, around: &Around<'_>) -> Self {
        match json {
            Against::All => Self::All,
            Against::FamilyOf(partner) => Self::FamilyOf(Shape::from_json(partner, around)),
        }
    }
}

impl Compact for FreezeTarget {
    fn put(&self, out: &mut Vec<u8>) {
        let partner = match self {
            Self::All => None,
            Self::FamilyOf(partner) => Some(partner.clone()),
        };
        partner.put(out);
    }

    fn take(from: &mut Reader<'_>) -> Result<Self, Damaged> {
        Ok(<Option<PartnerId> as Compact>::take(from)?.map_or(Self::All, Self::FamilyOf))
    }
}

published! {
    /// What was attempted, in full, so that it can be decided again under other rules.
    Attempt {
        /// The command or fact that attempted it.
        command: String,
        gaining: PartnerId,
        scope: Scope,
        deal: Option<DealId>,
        change: Option<ChangeId>,
        order: Option<OrderId>,
    }
}

published! {
    /// An attempt to take a protected account was refused.
    TakeoverRefused {
        attempt: AttemptShape,
        /// The pattern or safeguard that refused it, such as `T01` or `freeze`.
        rule: String,
        handoff: HandoffId,
        /// What would have cleared it.
        nearest_clearing: String,
    }
}

/// Carries [`Attempt`] through the table as if it were a thing of the domain.
struct AttemptShape(Attempt);

impl Shape for AttemptShape {
    type Json = Attempt;

    fn to_json(&self) -> Attempt {
        self.0.clone()
    }

    fn from_json(json: Attempt, _around: &Around<'_>) -> Self {
        Self(json)
    }
}

impl Shape for facts::TakeoverRefused {
    type Json = TakeoverRefused;

    fn to_json(&self) -> TakeoverRefused {
        TakeoverRefused {
            attempt: Attempt {
                command: self.command.clone(),
                gaining: self.gaining.to_json(),
                scope: self.scope.to_json(),
                deal: self.deal.to_json(),
                change: self.change.to_json(),
                order: self.order.to_json(),
            },
            rule: self.rule.clone(),
            handoff: self.handoff.to_json(),
            nearest_clearing: self.nearest_clearing.clone(),
        }
    }

    fn from_json(json: TakeoverRefused, around: &Around<'_>) -> Self {
        Self {
            command: json.attempt.command,
            gaining: Shape::from_json(json.attempt.gaining, around),
            scope: Shape::from_json(json.attempt.scope, around),
            deal: Shape::from_json(json.attempt.deal, around),
            change: Shape::from_json(json.attempt.change, around),
            order: Shape::from_json(json.attempt.order, around),
            rule: json.rule,
            handoff: Shape::from_json(json.handoff, around),
            nearest_clearing: json.nearest_clearing,
        }
    }
}

fields! {
    facts::TakeoverRefused { command, gaining, scope, deal, change, order, rule, handoff, nearest_clearing }
}

published! {
    /// A freeze ends for a scope. It names the freeze, or the handoff whose default freeze it lifts.
    FreezeLifted {
        freeze: Option<FreezeId>,
        handoff: Option<HandoffId>,
        scope: Scope,
        from: Instant,
        /// Customer, host or vendor.
        by: Party,
        evidence: Option<domain::event::Evidence>,
        anchor: Option<domain::event::Anchor>,
    }
}

/// A lift that names exactly one of freeze and handoff.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "FreezeLifted", into = "FreezeLifted")]
#[schemars(with = "FreezeLifted")]
pub struct OneLifted(FreezeLifted);

impl Absent for OneLifted {}

impl From<OneLifted> for FreezeLifted {
    fn from(one: OneLifted) -> Self {
        one.0
    }
}

impl TryFrom<FreezeLifted> for OneLifted {
    type Error = &'static str;
    fn try_from(lifted: FreezeLifted) -> Result<Self, Self::Error> {
        if lifted.freeze.is_some() == lifted.handoff.is_some() {
            return Err("expected either a member `freeze` or a member `handoff`");
        }
        Ok(Self(lifted))
    }
}

impl Shape for facts::FreezeLifted {
    type Json = OneLifted;

    fn to_json(&self) -> OneLifted {
        let (freeze, handoff) = match &self.lifted {
            Lifted::Freeze(freeze) => (Some(freeze.to_json()), None),
            Lifted::Handoff(handoff) => (None, Some(handoff.to_json())),
        };
        OneLifted(FreezeLifted {
            freeze,
            handoff,
            scope: self.scope.to_json(),
            from: self.from.to_json(),
            by: self.by.to_json(),
            evidence: self.evidence.to_json(),
            anchor: self.anchor.to_json(),
        })
    }

    fn from_json(OneLifted(json): OneLifted, around: &Around<'_>) -> Self {
        Self {
            lifted: lifted(json.freeze, json.handoff, around),
            scope: Shape::from_json(json.scope, around),
            from: Shape::from_json(json.from, around),
            by: Shape::from_json(json.by, around),
            evidence: Shape::from_json(json.evidence, around),
            anchor: Shape::from_json(json.anchor, around),
        }
    }
}

/// What a lift names, once it is known to name exactly one of the two.
pub(crate) fn lifted(
    freeze: Option<Known<FreezeId>>,
    handoff: Option<Known<HandoffId>>,
    around: &Around<'_>,
) -> Lifted {
    match (freeze, handoff) {
        (Some(freeze), _) => Lifted::Freeze(Shape::from_json(freeze, around)),
        (None, Some(handoff)) => Lifted::Handoff(Shape::from_json(handoff, around)),
        (None, None) => unreachable!("the shape was read, so it names a freeze or a handoff"),
    }
}

impl Compact for Lifted {
    fn put(&self, out: &mut Vec<u8>) {
        match self {
            Self::Freeze(freeze) => {
                out.push(0);
                freeze.put(out);
            }
            Self::Handoff(handoff) => {
                out.push(1);
                handoff.put(out);
            }
        }
    }

    fn take(from: &mut Reader<'_>) -> Result<Self, Damaged> {
        match from.byte()? {
            0 => Compact::take(from).map(Self::Freeze),
            1 => Compact::take(from).map(Self::Handoff),
            _ => Err(Damaged),
        }
    }
}

fields! { facts::FreezeLifted { lifted, scope, from, by, evidence, anchor } }
