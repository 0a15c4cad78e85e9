//! Notifications of AWS Partner Central as EventBridge delivers them: ids of deals and invitations, no content.
//!
//! Reads one event, a JSON array of events, or JSON lines. Producer: `aws.partnercentral-selling/<account>`
//! and the event's own id; two ids for one change are two inputs, and the fold does not mind.
//!
//! | their field | ours | remark |
//! |---|---|---|
//! | `id` | producer id | |
//! | `source`, `account` | producer source | `source` must be `aws.partnercentral-selling` |
//! | `time` | valid time | |
//! | `detail-type` | event and notification | see [`DETAIL_TYPES`]; others are turned away by name |
//! | `detail.opportunity.identifier` | deal `aws:<id>` | in the provisional account `deal:aws:<id>` |
//! | `detail.resourceSnapshot.resourceId` | deal `aws:<id>` | `resourceType` must be `Opportunity` |
//! | `detail.resourceSnapshot.arn` | snapshot revision | the number after `/snapshot/` |
//! | `detail.engagementInvitation.id` | handoff `aws:<id>` | |
//! | `detail.engagementInvitation.engagementId` | account `deal:aws:<engagement>` | the invitation's id without one |
//! | `detail.engagementInvitation.senderAccountId`, `receiverAccountId` | partners `aws-account:<id>` | enrolled as seen in data |
//! | `detail.engagementInvitation.senderCompanyName` | the sender's name | |
//! | `detail.engagementInvitation.payloadType` | need | the only word about it |
//! | `version`, `region`, `resources`, `detail.schemaVersion`, `detail.catalog` | dropped | transport; the snapshot's own arn says the same |
//! | `detail.engagementInvitation.expirationDate`, `participantType`, `arn`; `resourceSnapshot.createdBy`, `engagementId` | dropped | no terms of ours hang on them |

use domain::event::Event;
use domain::event::deal::{DealEvent, Notification, Reported};
use domain::event::handoff::InvitationStatus;
use domain::fact::{Actor, Producer};
use domain::id::SourceId;
use domain::stream::Stream;
use domain::time::Instant;

use crate::foreign::customer::{Customer, foreign_key};
use crate::foreign::document::Shape;
use crate::foreign::facts::{Partner, Run, Told, is_foreign_id, reference};
use crate::foreign::imported_deal::{Invitation, invitation_inputs};
use crate::foreign::tree::At;
use crate::ids;
use crate::input::Input;
use crate::problem::Problem;

pub(super) const SHAPE: Shape = Shape { lists: &[], recognise, inputs };

/// The service whose events these are.
const SERVICE: &str = "aws.partnercentral-selling";

/// What an event says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Detail {
    Opportunity(Notification),
    Snapshot,
    Invitation(InvitationStatus),
}

/// Every `detail-type` that is read.
pub const DETAIL_TYPES: [&str; 7] = [
    "Opportunity Created",
    "Opportunity Updated",
    "Engagement Resource Snapshot Created",
    "Engagement Invitation Created",
    "Engagement Invitation Accepted",
    "Engagement Invitation Rejected",
    "Engagement Invitation Expired",
];

const DETAILS: [Detail; 7] = [
    Detail::Opportunity(Notification::Created),
    Detail::Opportunity(Notification::Updated),
    Detail::Snapshot,
    Detail::Invitation(InvitationStatus::Pending),
    Detail::Invitation(InvitationStatus::Accepted),
    Detail::Invitation(InvitationStatus::Rejected),
    Detail::Invitation(InvitationStatus::Expired),
];

fn recognise(event: &At<'_>) -> Result<(), Problem> {
    event.required("detail-type")?;
    event.required("detail").map(|_| ())
}

fn inputs(run: &mut Run, event: &At<'_>) -> Result<Vec<Input>, Problem> {
    let words: Vec<(&str, Detail)> = DETAIL_TYPES.into_iter().zip(DETAILS).collect();
    let kind = event.required("detail-type")?.one_of(&words)?;
    let service = event.required("source")?;
    if service.text()? != SERVICE {
        return Err(service.expected(SERVICE));
    }
    let account = checked_id(&event.required("account")?)?;
    let told = Notice {
        source: reference(&format!("{SERVICE}/{account}")),
        id: checked_id(&event.required("id")?)?,
        at: event.required("time")?.instant()?,
        content: event.json.content(),
    };
    let detail = event.required("detail")?;
    match kind {
        Detail::Opportunity(notification) => {
            let deal = detail.required("opportunity")?.required("identifier")?;
            reported(run, told, &deal, notification, None)
        }
        Detail::Snapshot => {
            let snapshot = detail.required("resourceSnapshot")?;
            let kind = snapshot.required("resourceType")?;
            if kind.text()? != "Opportunity" {
                return Err(kind.expected("Opportunity"));
            }
            let revision = revision(&snapshot.required("arn")?)?;
            reported(run, told, &snapshot.required("resourceId")?, Notification::Snapshot, Some(revision))
        }
        Detail::Invitation(status) => {
            let invitation = invitation(run, told, &detail.required("engagementInvitation")?, status)?;
            Ok(invitation_inputs(run, &invitation))
        }
    }
}

/// What every event says of itself.
struct Notice {
    source: SourceId,
    id: String,
    at: Instant,
    content: serde_json::Value,
}

fn checked_id(at: &At<'_>) -> Result<String, Problem> {
    let id = at.text()?;
    if is_foreign_id(id) { Ok(id.to_owned()) } else { Err(at.expected("an id of 1 to 160 bytes")) }
}

fn reported(
    run: &mut Run,
    notice: Notice,
    deal: &At<'_>,
    notification: Notification,
    snapshot_revision: Option<u32>,
) -> Result<Vec<Input>, Problem> {
    let key = foreign_key(deal, "aws")?;
    let customer = Customer::of_deal(&key);
    let mut inputs: Vec<Input> = run.opened(&notice.source, &customer, notice.at).into_iter().collect();
    let told = Told {
        stream: Stream::Account(run.vendor.clone(), run.account(&customer)),
        producer: Producer { source: notice.source, id: reference(&notice.id) },
        content: notice.content,
        actor: Actor::system(),
    };
    let deal = ids::deal_id(&run.vendor, &key);
    let reported = Reported { deal, system: key, notification, snapshot_revision };
    inputs.push(told.observed(notice.at, Event::Deal(DealEvent::Reported(reported))));
    Ok(inputs)
}

/// The number after `/snapshot/` in the arn of a snapshot.
fn revision(arn: &At<'_>) -> Result<u32, Problem> {
    let text = arn.text()?;
    let revision = text.rsplit_once("/snapshot/").map(|(_, revision)| revision);
    let number = revision.map(|revision| revision.strip_prefix("snapshot-").unwrap_or(revision));
    number
        .and_then(|number| number.parse().ok())
        .ok_or_else(|| arn.expected("an arn that ends in /snapshot/ and the number of the revision"))
}

fn invitation(
    run: &Run,
    notice: Notice,
    told: &At<'_>,
    status: InvitationStatus,
) -> Result<Invitation, Problem> {
    let id = told.required("id")?;
    let key = foreign_key(&id, "aws")?;
    let engagement = told.field("engagementId")?.map(|at| foreign_key(&at, "aws")).transpose()?;
    let name = told.first_text(&["senderCompanyName"])?;
    let account = |field: &str, name: Option<&str>| -> Result<Option<Partner>, Problem> {
        let Some(at) = told.field(field)? else { return Ok(None) };
        let key = foreign_key(&at, "aws-account")?;
        Ok(Some(run.partner(key, name.unwrap_or(at.text()?))))
    };
    Ok(Invitation {
        source: notice.source,
        id: notice.id,
        customer: Customer::of_deal(engagement.as_ref().unwrap_or(&key)),
        key,
        sender: account("senderAccountId", name)?,
        receiver: account("receiverAccountId", None)?,
        status,
        need: told.first_text(&["payloadType"])?.unwrap_or_default().to_owned(),
        at: notice.at,
    })
}
