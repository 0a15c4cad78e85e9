//! Orders to the book, as JSON: the attributes of a CloudEvent around what the sender knows.
//!
//! `{"type": "chaperone.deal.submit.v1", "subject": "account-acme.x", "id": "...", "data": {...}}`.
//! Without an `id` the command is known by its content, so that sending it again is a repeat.

pub mod account;
pub mod case;
pub mod change;
pub mod consent;
pub mod deal;
pub mod handoff;
pub mod identity;
mod table;

use domain::command::Command;
use domain::event::account::Opened;
use domain::fact::{Actor, Producer};
use domain::id::Digest;
use domain::stream::Stream;
use domain::time::Instant;

use crate::cloudevents::{check_content_type, check_stream, digest, within_limit};
use crate::envelope::{self, Envelope};
use crate::input::Defaults;
use crate::json;
use crate::problem::Problem;
use crate::shape::{Around, Beside};

pub use table::{TYPES, Type};

/// A command as it was received: who asks what of which stream, under which key.
#[derive(Debug, Clone, PartialEq)]
pub struct CommandInput {
    /// The stream it is about.
    pub stream: Stream,
    /// Source and id: the key, for ever.
    pub producer: Producer,
    /// SHA-256 of the RFC 8785 form of `{type, time, subject, data}`.
    pub digest: Digest,
    /// Who asks.
    pub actor: Actor,
    /// What is asked.
    pub command: Command,
    /// The customer, when the command introduces one that may not be known yet.
    pub opened: Option<Opened>,
}

/// What surrounds a command and is needed to read it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Asking<'a> {
    pub(crate) around: Around<'a>,
    /// Stands for instants the sender may leave out.
    pub(crate) now: Instant,
}

/// A command's payload as it was read.
#[derive(Debug)]
pub(crate) struct Reading {
    pub(crate) command: Command,
    pub(crate) beside: Beside,
}

/// Reads one command; `defaults` say under which source it is known when it does not say so itself.
///
/// # Errors
/// Where it is not JSON, not a command of ours, or not what its type asks for.
pub fn read(bytes: &[u8], defaults: &Defaults) -> Result<CommandInput, Problem> {
    within_limit(bytes.len())?;
    let text = json::utf8(bytes)?;
    let envelope: Envelope<'_> = json::parse(text, "", 0)?;
    if let Some(other) = envelope.specversion.as_deref().filter(|version| *version != "1.0") {
        return Err(envelope::misread("specversion", &"expected 1.0", other));
    }
    check_content_type(&envelope)?;
    let (stream, subject) = envelope.stream()?;
    let asking = Asking { around: Around { vendor: stream.vendor() }, now: defaults.now };
    let actor = envelope.actor(&asking.around)?;
    let name = envelope.kind.as_deref().ok_or_else(|| envelope::missing("type"))?;
    let (data, start) = envelope.payload(text)?;
    let Reading { command, beside } = table::read(name, data, start, &asking)?;
    check_stream(name, &stream)?;
    if let (Some(named), Stream::Partner(_, partner)) = (&beside.partner, &stream)
        && named != partner
    {
        let expected = format!("expected {partner}, the partner of the stream, found {named}");
        return Err(Problem::at_pointer("/data/partner", expected));
    }
    let digest = digest(name, envelope.time.as_deref(), subject, data)?;
    let id = match envelope.id.as_deref() {
        Some(id) => envelope::required("id", Some(id))?,
        None => digest.to_string().parse().expect("a digest is an input id"),
    };
    let source = envelope.source()?.unwrap_or_else(|| defaults.source.clone());
    let producer = Producer { source, id };
    Ok(CommandInput { stream, producer, digest, actor, command, opened: beside.opened })
}
