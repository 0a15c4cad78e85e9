//! Facts told by others, as CloudEvents 1.0 in structured mode (JSON), one or a batch.
//!
//! `subject` names the stream, `time` is when it was so, `id` and `source` make a repeat a repeat.
//! Extension attributes we do not publish are passed over knowingly: they are not part of the digest and
//! are not kept. An attribute whose name CloudEvents does not allow is refused.

pub mod binary;
pub mod received;

use domain::event::Event;
use domain::event::account::AccountEvent;
use domain::fact::{Class, Origin, Producer};
use domain::id::Digest;
use domain::stream::Stream;
use serde_json::value::RawValue;

use crate::envelope::{self, Envelope};
use crate::event::{self, Reading};
use crate::input::{Defaults, Input, Record, Said};
use crate::json;
use crate::problem::{Place, Problem};
use crate::shape::Around;

/// The largest text of one event, in bytes: a transparency-log entry holds 65,535, and CloudEvents asks
/// every intermediary to carry 64 KiB. The journal's limit is the same.
pub const EVENT_TEXT_BYTES_MAX: usize = 48 * 1024;
/// The largest record of one event that is read, in bytes: what we add around it still fits the text.
pub const RECORD_BYTES_MAX: usize = EVENT_TEXT_BYTES_MAX - 4 * 1024;

/// Reads one event. Its valid time is `defaults.now` where it has none of its own.
///
/// # Errors
/// Where it is not JSON, not a CloudEvent, not a type of ours, or not what its type asks for.
pub fn read(bytes: &[u8], defaults: &Defaults) -> Result<Vec<Input>, Problem> {
    within_limit(bytes.len())?;
    let text = json::utf8(bytes)?;
    let envelope: Envelope<'_> = json::parse(text, "", 0)?;
    check_form(&envelope)?;
    let source = envelope::required("source", envelope.source.as_deref())?;
    let id = envelope::required("id", envelope.id.as_deref())?;
    let (stream, subject) = envelope.stream()?;
    let around = Around { vendor: stream.vendor() };
    let actor = envelope.actor(&around)?;
    let name = envelope.kind.as_deref().ok_or_else(|| envelope::missing("type"))?;
    let valid_at = envelope.time()?.unwrap_or(defaults.now);
    let recorded_at = envelope::optional("recordedtime", envelope.recordedtime.as_deref())?;
    let (data, start) = envelope.payload(text)?;
    let Reading { event, beside } = event::read(name, data, start, &around)?;
    check_stream(name, &stream)?;
    if let (Some(named), Stream::Partner(_, partner)) = (&beside.partner, &stream)
        && named != partner
    {
        let expected = format!("expected {partner}, the partner of the stream, found {named}");
        return Err(Problem::at_pointer("/data/partner", expected));
    }
    let actor = if envelope.names_actor() { actor } else { beside.actor.unwrap_or(actor) };
    let class =
        event::class_claimed(&event, &actor).map_err(|expected| Problem::at_pointer("/type", expected))?;
    let mut said = vec![Said { class, valid_at, event }];
    said.extend(beside.opened.map(|opened| Said {
        class: Class::Observed,
        valid_at,
        event: Event::Account(AccountEvent::Opened(opened)),
    }));
    let digest = digest(name, envelope.time.as_deref(), subject, data)?;
    let producer = Producer { source, id };
    Ok(vec![Input { stream, producer, digest, actor, origin: Origin::Imported, said, recorded_at }])
}

/// Reads a batch (`application/cloudevents-batch+json`); every event stands or falls by itself.
///
/// # Errors
/// The whole is no JSON list.
pub fn read_batch(bytes: &[u8], defaults: &Defaults) -> Result<Vec<Record>, Problem> {
    let text = json::utf8(bytes)?;
    let events: Vec<&RawValue> = json::parse(text, "", 0)?;
    let record = |(index, event): (usize, &&RawValue)| {
        let place = format!("/{index}");
        let received = event.get().as_bytes();
        let reading = read(received, defaults).map_err(|problem| problem_inside(&place, problem));
        Record { place, received: received.to_vec(), reading }
    };
    Ok(events.iter().enumerate().map(record).collect())
}

/// SHA-256 of the RFC 8785 form of `{type, time, subject, data}` as they were received.
pub(crate) fn digest(name: &str, time: Option<&str>, subject: &str, data: &str) -> Result<Digest, Problem> {
    let unfit = |error: serde_json::Error| Problem::at_pointer("/data", error.to_string());
    let mut form = Vec::with_capacity(data.len() + 160);
    form.extend_from_slice(b"{\"data\":");
    json::append_canonical(data, &mut form).map_err(unfit)?;
    for (member, value) in [("subject", Some(subject)), ("time", time), ("type", Some(name))] {
        if let Some(value) = value {
            form.extend_from_slice(b",\"");
            form.extend_from_slice(member.as_bytes());
            form.extend_from_slice(b"\":");
            serde_json::to_writer(&mut form, value).map_err(unfit)?;
        }
    }
    form.push(b'}');
    Ok(json::sha256(&form))
}

/// Refuses a fact on a stream that does not tell of such facts.
pub(crate) fn check_stream(name: &str, stream: &Stream) -> Result<(), Problem> {
    if event::belongs_on(name, stream) {
        return Ok(());
    }
    let family = event::family(name);
    Err(Problem::at_pointer("/subject", format!("expected a stream for facts of {family}, found {stream}")))
}

pub(crate) fn within_limit(length: usize) -> Result<(), Problem> {
    if length <= RECORD_BYTES_MAX {
        return Ok(());
    }
    Err(Problem::at_byte(
        json::offset(RECORD_BYTES_MAX),
        format!("expected at most {RECORD_BYTES_MAX} bytes, found {length}"),
    ))
}

fn check_form(envelope: &Envelope<'_>) -> Result<(), Problem> {
    match envelope.specversion.as_deref() {
        None => return Err(envelope::missing("specversion")),
        Some("1.0") => {}
        Some(other) => return Err(envelope::misread("specversion", &"expected 1.0", other)),
    }
    check_content_type(envelope)
}

pub(crate) fn check_content_type(envelope: &Envelope<'_>) -> Result<(), Problem> {
    let Some(given) = envelope.datacontenttype.as_deref() else { return Ok(()) };
    let media_type = given.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    if media_type == "application/json" || media_type.ends_with("+json") {
        return Ok(());
    }
    Err(envelope::misread("datacontenttype", &"expected application/json", given))
}

fn problem_inside(place: &str, problem: Problem) -> Problem {
    match problem.place {
        Place::Pointer(pointer) => Problem::at_pointer(format!("{place}{pointer}"), problem.expected),
        Place::Byte(_) | Place::Column(_) => problem,
    }
}
