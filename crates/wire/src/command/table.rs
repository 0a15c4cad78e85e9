//! Every command there is, by name.

use domain::command::{
    AccountCommand, ChangeCommand, Command, ConsentCommand, CorrectionCommand, DealCommand, HandoffCommand,
    PartnerCommand, ProgramCommand,
};
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::de::DeserializeOwned;

use crate::command::{Asking, Reading, account, case, change, consent, deal, handoff, identity};
use crate::json;
use crate::problem::Problem;
use crate::shape::{Around, Beside, Shape};

/// One type of command.
#[derive(Debug, Clone, Copy)]
pub struct Type {
    /// Such as `chaperone.deal.submit.v1`.
    pub name: &'static str,
    pub(crate) schema: fn(&mut SchemaGenerator) -> Schema,
}

/// The published shape of a command that is no fact.
pub(crate) trait Order: DeserializeOwned + JsonSchema {
    fn command(self, asking: &Asking<'_>) -> Command;

    /// What the command says beside itself.
    fn beside(&self, _around: &Around<'_>) -> Beside {
        Beside::default()
    }
}

/// Declares the shapes of commands whose members are exactly the fields of a variant of the domain.
macro_rules! orders {
    ($family:ident; $($(#[$doc:meta])* $name:ident for $inner:ident :: $variant:ident {
        $($(#[$note:meta])* $field:ident : $type:ty),* $(,)?
    })*) => {$(
        $crate::shape::published! { $(#[$doc])* $name { $($(#[$note])* $field : $type),* } }

        impl $crate::command::table::Order for $name {
            fn command(self, asking: &$crate::command::Asking<'_>) -> domain::command::Command {
                domain::command::Command::$family($inner::$variant {
                    $($field: $crate::shape::Shape::from_json(self.$field, &asking.around)),*
                })
            }
        }
    )*};
}

pub(crate) use orders;

fn read_order<O: Order>(text: &str, offset: u64, asking: &Asking<'_>) -> Result<Reading, Problem> {
    let order: O = json::parse(text, "/data", offset)?;
    let beside = order.beside(&asking.around);
    Ok(Reading { command: order.command(asking), beside })
}

fn read_fact<T: Shape, F>(
    variant: fn(T) -> F,
    family: fn(F) -> Command,
    text: &str,
    offset: u64,
    asking: &Asking<'_>,
) -> Result<Reading, Problem> {
    let shape: T::Json = json::parse(text, "/data", offset)?;
    let beside = T::beside(&shape, &asking.around);
    Ok(Reading { command: family(variant(T::from_json(shape, &asking.around))), beside })
}

fn schema_of_fact<T: Shape, F>(_variant: fn(T) -> F, generator: &mut SchemaGenerator) -> Schema {
    generator.root_schema_for::<T::Json>()
}

/// The table: commands with a shape of their own, and commands that carry the fact they ask for.
macro_rules! commands {
    (
        orders { $($order_name:literal $order:ty,)* }
        facts { $($fact_name:literal $family:ident $inner:ident :: $variant:ident,)* }
    ) => {
        /// Every type of command.
        pub const TYPES: &[Type] = &[
            $(Type { name: $order_name, schema: |generator| generator.root_schema_for::<$order>() },)*
            $(Type { name: $fact_name, schema: |generator| schema_of_fact($inner::$variant, generator) },)*
        ];

        /// Reads the payload of a command; `text` starts at `offset` of the record.
        pub(crate) fn read(name: &str, text: &str, offset: u64, asking: &Asking<'_>) -> Result<Reading, Problem> {
            match name {
                $($order_name => read_order::<$order>(text, offset, asking),)*
                $($fact_name => read_fact($inner::$variant, Command::$family, text, offset, asking),)*
                _ => Err(Problem::at_pointer("/type", format!("expected a type of command, found {name:?}"))),
            }
        }
    };
}

commands! {
    orders {
        "chaperone.deal.withdraw.v1" deal::Withdraw,
        "chaperone.deal.report_activity.v1" deal::ReportActivity,
        "chaperone.deal.approve.v1" deal::Approve,
        "chaperone.deal.reject.v1" deal::Reject,
        "chaperone.deal.return.v1" deal::Return,
        "chaperone.deal.extend.v1" deal::Extend,
        "chaperone.deal.cancel.v1" deal::Cancel,
        "chaperone.account.record_holder.v1" account::RecordHolder,
        "chaperone.account.place_freeze.v1" account::PlaceFreeze,
        "chaperone.account.lift_freeze.v1" account::OneLift,
        "chaperone.account.start_stewardship.v1" account::StartStewardship,
        "chaperone.account.dispute_refusal.v1" account::DisputeRefusal,
        "chaperone.handoff.invite.v1" handoff::Invite,
        "chaperone.handoff.accept.v1" handoff::Accept,
        "chaperone.handoff.decline.v1" handoff::Decline,
        "chaperone.handoff.revoke.v1" handoff::Revoke,
        "chaperone.handoff.release.v1" handoff::Release,
        "chaperone.handoff.claim_forfeiture.v1" handoff::ClaimForfeiture,
        "chaperone.handoff.close.v1" handoff::Close,
        "chaperone.change.notify.v1" change::Notify,
        "chaperone.change.remind.v1" change::Remind,
        "chaperone.change.object.v1" change::Object,
        "chaperone.change.decide_objection.v1" change::DecideObjection,
        "chaperone.change.waive.v1" change::Waive,
        "chaperone.change.execute.v1" change::Execute,
        "chaperone.change.rescind.v1" change::Rescind,
        "chaperone.change.reverse.v1" change::Reverse,
        "chaperone.change.report_error.v1" change::ReportError,
        "chaperone.change.answer_error.v1" change::AnswerError,
        "chaperone.consent.issue_token.v1" consent::IssueToken,
        "chaperone.consent.redeem_token.v1" consent::RedeemToken,
        "chaperone.consent.void_token.v1" consent::VoidToken,
        "chaperone.case.assign.v1" case::Assign,
        "chaperone.case.snooze.v1" case::Snooze,
        "chaperone.case.file.v1" case::File,
        "chaperone.case.decide_stay.v1" case::DecideStay,
        "chaperone.case.state.v1" case::State,
        "chaperone.case.attach_evidence.v1" case::AttachEvidence,
        "chaperone.case.decide.v1" case::Decide,
        "chaperone.case.order_remedy.v1" case::OrderRemedy,
        "chaperone.case.appeal.v1" case::Appeal,
        "chaperone.case.decide_appeal.v1" case::DecideAppeal,
        "chaperone.identity.link.v1" identity::Link,
        "chaperone.identity.merge.v1" identity::Merge,
        "chaperone.identity.part.v1" identity::Part,
        "chaperone.identity.decide.v1" identity::Decide,
    }
    facts {
        "chaperone.deal.submit.v1" Deal DealCommand::Submit,
        "chaperone.account.override.v1" Account AccountCommand::Override,
        "chaperone.handoff.request.v1" Handoff HandoffCommand::Request,
        "chaperone.handoff.amend.v1" Handoff HandoffCommand::Amend,
        "chaperone.handoff.progress.v1" Handoff HandoffCommand::Progress,
        "chaperone.change.request.v1" Change ChangeCommand::Request,
        "chaperone.change.verify.v1" Change ChangeCommand::Verify,
        "chaperone.consent.record_letter.v1" Consent ConsentCommand::RecordLetter,
        "chaperone.consent.rescind_letter.v1" Consent ConsentCommand::RescindLetter,
        "chaperone.partner.enroll.v1" Partner PartnerCommand::Enroll,
        "chaperone.partner.affiliate.v1" Partner PartnerCommand::Affiliate,
        "chaperone.partner.end_affiliation.v1" Partner PartnerCommand::EndAffiliation,
        "chaperone.partner.merge.v1" Partner PartnerCommand::Merge,
        "chaperone.partner.deauthorise.v1" Partner PartnerCommand::Deauthorise,
        "chaperone.program.publish_policy.v1" Program ProgramCommand::PublishPolicy,
        "chaperone.program.publish_calendar.v1" Program ProgramCommand::PublishCalendar,
        "chaperone.fact.correct.v1" Correction CorrectionCommand::Correct,
        "chaperone.fact.retract.v1" Correction CorrectionCommand::Retract,
        "chaperone.fact.commit.v1" Correction CorrectionCommand::Commit,
    }
}
