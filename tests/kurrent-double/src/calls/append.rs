//! Appending to one stream.

use futures::TryStreamExt as _;
use tonic::metadata::MetadataMap;
use tonic::{Code, Status, Streaming};

use crate::Double;
use crate::log::{Appended, Expected, Proposed, Refused};
use crate::orders::Fault;
use crate::wire::streams::append_req::options::ExpectedStreamRevision;
use crate::wire::streams::append_req::{Content, Options, ProposedMessage};
use crate::wire::streams::append_resp::success::{CurrentRevisionOption, PositionOption};
use crate::wire::streams::append_resp::wrong_expected_version::{
    CurrentRevisionOption as Current, ExpectedRevisionOption as Wanted,
};
use crate::wire::streams::append_resp::{Position, Result as Outcome, Success, WrongExpectedVersion};
use crate::wire::streams::{AppendReq, AppendResp};
use crate::wire::{Empty, uuid};

pub(super) async fn append(double: &Double, mut request: Streaming<AppendReq>) -> Result<AppendResp, Status> {
    let mut options: Option<Options> = None;
    let (mut events, mut bytes) = (Vec::new(), 0);
    while let Some(part) = request.try_next().await? {
        match part.content {
            Some(Content::Options(given)) => options = Some(given),
            Some(Content::ProposedMessage(message)) => {
                bytes += message.data.len() + message.custom_metadata.len();
                events.push(proposed(message)?);
            }
            None => {}
        }
    }
    let options = options.ok_or_else(|| Status::invalid_argument("expected options"))?;
    let (leader, bytes_max, fault) = {
        let mut standing = double.orders.standing();
        let fault = if standing.leader.is_some() { None } else { standing.faults.pop_front() };
        (standing.leader.clone(), standing.append_bytes_max, fault)
    };
    if let Some((host, port)) = leader {
        return Err(not_leader(&host, port));
    }
    if bytes > bytes_max {
        return Err(too_large(bytes_max));
    }
    if matches!(fault, Some(Fault::LostUnanswered | Fault::LostUnavailable)) {
        return Err(gone(fault).await);
    }
    let stream = options.stream_identifier.unwrap_or_default().stream_name;
    let stream = std::str::from_utf8(&stream).map_err(|_| Status::invalid_argument("a stream has a name"))?;
    let expected = expected(options.expected_stream_revision)?;
    let result = double.log.append(stream, expected, events).await;
    if fault.is_some() {
        return Err(gone(fault).await);
    }
    let outcome = match result {
        Ok(appended) => Outcome::Success(success(&appended)),
        Err(Refused::WrongVersion(current)) => Outcome::WrongExpectedVersion(wrong(expected, current)),
        Err(Refused::Failed(why)) => return Err(Status::internal(why)),
    };
    Ok(AppendResp { result: Some(outcome) })
}

/// What a client gets to hear of a fault, if anything.
async fn gone(fault: Option<Fault>) -> Status {
    match fault {
        Some(Fault::RecordedUnanswered | Fault::LostUnanswered) => std::future::pending().await,
        Some(Fault::RecordedUnavailable | Fault::LostUnavailable) | None => {
            Status::unavailable("Server Is Not Ready")
        }
    }
}

fn proposed(message: ProposedMessage) -> Result<Proposed, Status> {
    let id = match message.id.and_then(|id| id.value) {
        Some(uuid::Value::String(text)) => text.parse().ok(),
        Some(uuid::Value::Structured(halves)) => Some(::uuid::Uuid::from_u64_pair(
            halves.most_significant_bits.cast_unsigned(),
            halves.least_significant_bits.cast_unsigned(),
        )),
        None => None,
    };
    let named = |name: &str| message.metadata.get(name).cloned().unwrap_or_default();
    Ok(Proposed {
        id: id.ok_or_else(|| Status::invalid_argument("an event has an id"))?,
        name: named("type"),
        content_type: named("content-type"),
        custom_metadata: message.custom_metadata,
        data: message.data,
    })
}

fn expected(option: Option<ExpectedStreamRevision>) -> Result<Expected, Status> {
    Ok(match option.ok_or_else(|| Status::invalid_argument("expected an expected revision"))? {
        ExpectedStreamRevision::Revision(revision) => Expected::Revision(revision),
        ExpectedStreamRevision::NoStream(_) => Expected::NoStream,
        ExpectedStreamRevision::Any(_) => Expected::Any,
        ExpectedStreamRevision::StreamExists(_) => Expected::Exists,
    })
}

fn success(appended: &Appended) -> Success {
    let revision = appended.revision.map_or(CurrentRevisionOption::NoStream(Empty {}), |revision| {
        CurrentRevisionOption::CurrentRevision(revision)
    });
    let position = Position { commit_position: appended.place, prepare_position: appended.place };
    Success {
        current_revision_option: Some(revision),
        position_option: Some(PositionOption::Position(position)),
    }
}

fn wrong(expected: Expected, current: Option<u64>) -> WrongExpectedVersion {
    let wanted = match expected {
        Expected::Revision(revision) => Wanted::ExpectedRevision(revision),
        Expected::NoStream => Wanted::ExpectedNoStream(Empty {}),
        Expected::Any => Wanted::ExpectedAny(Empty {}),
        Expected::Exists => Wanted::ExpectedStreamExists(Empty {}),
    };
    WrongExpectedVersion {
        current_revision_option: Some(
            current.map_or(Current::CurrentNoStream(Empty {}), Current::CurrentRevision),
        ),
        expected_revision_option: Some(wanted),
        ..WrongExpectedVersion::default()
    }
}

/// KurrentDB says who leads in the trailers.
fn not_leader(host: &str, port: u16) -> Status {
    trailed(
        Code::NotFound,
        &format!("Leader info available: {host}:{port}"),
        &[
            ("exception", "not-leader"),
            ("leader-endpoint-host", host),
            ("leader-endpoint-port", &port.to_string()),
        ],
    )
}

fn too_large(bytes_max: usize) -> Status {
    let trailers =
        [("exception", "maximum-append-size-exceeded"), ("maximum-append-size", &bytes_max.to_string())];
    trailed(Code::InvalidArgument, &format!("Maximum Append Size of {bytes_max} Exceeded."), &trailers)
}

fn trailed(code: Code, message: &str, trailers: &[(&'static str, &str)]) -> Status {
    let mut metadata = MetadataMap::new();
    for (name, value) in trailers {
        metadata.insert(*name, value.parse().expect("hosts, ports and sizes are ASCII"));
    }
    Status::with_metadata(code, message, metadata)
}
