//! The stored forms of an event: a JSON text to audit, and a compact form from which views are rebuilt.
//!
//! The text is the CloudEvent as we publish it, less its place in the journal, which [`render`] adds.

use bytes::{Bytes, BytesMut};
use domain::event::Event;
use domain::fact::{Actor, Class, Context, Fact, Meta, Origin, Producer};
use domain::id::{Digest, EventId, PartnerId};
use domain::stream::Stream;
use domain::time::Instant;
use serde::Serialize;

use crate::envelope::{self, Envelope};
use crate::event;
use crate::json;
use crate::problem::Problem;
use crate::shape::compact::{self, Compact, Damaged, Reader, fields};
use crate::shape::{Around, Words, words};

/// The source under which everything we record is published.
pub const SOURCE: &str = "chaperone";

words! {
    Class { Asked = "asked", Observed = "observed", Ruled = "ruled", Derived = "derived" }
    Origin { Live = "live", Imported = "imported" }
}

/// An event about to be recorded, complete but for its place.
#[derive(Debug, Clone, PartialEq)]
pub struct Draft {
    /// The event's id.
    pub id: EventId,
    /// The stream it is written to.
    pub stream: Stream,
    /// What kind of claim it is.
    pub class: Class,
    /// Whether it was asked here or told later.
    pub origin: Origin,
    /// Who told it, under which id.
    pub producer: Producer,
    /// Who acted.
    pub actor: Actor,
    /// When it was so.
    pub valid_at: Instant,
    /// The event it follows from.
    pub causation: Option<EventId>,
    /// The policy it was decided under.
    pub policy: Option<Digest>,
    /// What else was read to decide it.
    pub context: Context,
    /// The fact.
    pub event: Event,
}

/// Where the journal put an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// The event's id.
    pub id: EventId,
    /// Its place in the journal.
    pub position: u64,
    /// Its place in its stream, from 0.
    pub revision: u64,
    /// When it was recorded, UTC unix milliseconds.
    pub recorded_ms: i64,
}

/// The stored text and the compact form of an event.
pub fn write(draft: &Draft) -> (Bytes, Bytes) {
    Sheet::default().write(draft)
}

/// Room that the forms of many events share: they are written together, and together they go.
#[derive(Debug, Default)]
pub struct Sheet {
    block: BytesMut,
    draft: Vec<u8>,
}

impl Sheet {
    /// Makes room for so many bytes of texts and compact forms. What was written here before is taken back
    /// once nobody holds it.
    pub fn make_room(&mut self, bytes: usize) {
        self.block.reserve(bytes);
        self.draft.reserve(TEXT_BYTES);
    }

    /// The stored text and the compact form of an event.
    pub fn write(&mut self, draft: &Draft) -> (Bytes, Bytes) {
        self.draft.clear();
        text(draft, &mut self.draft);
        let text_bytes = self.draft.len();
        let &Draft { valid_at, class, origin, causation, policy, .. } = draft;
        let Draft { producer, actor, context, event, .. } = draft;
        let told = Told { valid_at, class, origin, producer, actor, causation, policy, context, event };
        told.put(&mut self.draft);
        self.block.extend_from_slice(&self.draft);
        let mut text = self.block.split().freeze();
        let fact = text.split_off(text_bytes);
        (text, fact)
    }
}

#[derive(Serialize)]
struct Stored<'a> {
    specversion: &'static str,
    id: String,
    source: &'static str,
    #[serde(rename = "type")]
    kind: &'static str,
    subject: String,
    time: String,
    datacontenttype: &'static str,
    dataschema: String,
    producersource: &'a str,
    producerid: &'a str,
    class: &'static str,
    origin: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    authtype: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    authid: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    actorpartner: Option<&'a str>,
    actorrole: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    actornetwork: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    actorsession: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    actoremaildomain: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    causationid: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    policydigest: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    identityrevision: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    partnerrevisions: Option<String>,
    data: event::Data<'a>,
}

/// Room for the text of most events, in bytes, so that it is not moved while it grows.
const TEXT_BYTES: usize = 1_024;

fn text(draft: &Draft, out: &mut Vec<u8>) {
    let name = event::name(&draft.event);
    let actor = &draft.actor;
    let context = &draft.context;
    let revision = |(partner, revision): &(PartnerId, u64)| format!("{partner}={revision}");
    let revisions: Vec<String> = context.partner_revisions.iter().map(revision).collect();
    let stored = Stored {
        specversion: "1.0",
        id: draft.id.to_string(),
        source: SOURCE,
        kind: name,
        subject: draft.stream.to_string(),
        time: draft.valid_at.to_string(),
        datacontenttype: "application/json",
        dataschema: crate::schemas::uri(name),
        producersource: draft.producer.source.as_str(),
        producerid: draft.producer.id.as_str(),
        class: draft.class.word(),
        origin: draft.origin.word(),
        authtype: actor.principal.as_ref().map(|_| "user"),
        authid: actor.principal.as_ref().map(|principal| principal.as_str()),
        actorpartner: actor.partner.as_ref().map(PartnerId::as_str),
        actorrole: actor.role.word(),
        actornetwork: actor.network.map(|digest| digest.to_string()),
        actorsession: actor.session.map(|digest| digest.to_string()),
        actoremaildomain: actor.email_domain.as_deref(),
        causationid: draft.causation.map(|id| id.to_string()),
        policydigest: draft.policy.map(|digest| digest.to_string()),
        identityrevision: context.identity_revision.map(|revision| revision.to_string()),
        partnerrevisions: (!revisions.is_empty()).then(|| revisions.join(" ")),
        data: event::Data(&draft.event),
    };
    serde_json::to_writer(out, &stored).expect("every member is named by text, so it can be written");
}

/// Version, valid time and number come first, at fixed places, so that they can be read alone.
const HEADER_BYTES: usize = 1 + 8 + 2;

fields! { Producer { source, id } }
fields! { Actor { principal, partner, role, network, session, email_domain } }
fields! { Context { identity_revision, partner_revisions } }

impl Compact for (PartnerId, u64) {
    fn put(&self, out: &mut Vec<u8>) {
        self.0.put(out);
        self.1.put(out);
    }

    fn take(from: &mut Reader<'_>) -> Result<Self, Damaged> {
        Ok((Compact::take(from)?, Compact::take(from)?))
    }
}

/// What the compact form holds: all of a fact but its place.
struct Told<'a> {
    valid_at: Instant,
    class: Class,
    origin: Origin,
    producer: &'a Producer,
    actor: &'a Actor,
    causation: Option<EventId>,
    policy: Option<Digest>,
    context: &'a Context,
    event: &'a Event,
}

impl Told<'_> {
    fn put(&self, out: &mut Vec<u8>) {
        out.push(compact::VERSION);
        out.extend_from_slice(&self.valid_at.unix_ms().to_le_bytes());
        out.extend_from_slice(&event::kind(self.event).to_le_bytes());
        self.class.put(out);
        self.origin.put(out);
        self.producer.put(out);
        self.actor.put(out);
        self.causation.put(out);
        self.policy.put(out);
        self.context.put(out);
        event::put(self.event, out);
    }
}

/// Appends the compact form of a recorded fact to `out`; [`read_fact`] gives it back.
pub fn pack(fact: &Fact, out: &mut Vec<u8>) {
    let Fact { meta, event } = fact;
    let &Meta { valid_at, class, origin, causation, policy, .. } = meta;
    let Meta { producer, actor, context, .. } = meta;
    Told { valid_at, class, origin, producer, actor, causation, policy, context, event }.put(out);
}

fn header(bytes: &[u8]) -> Result<(Instant, u16), Damaged> {
    let mut header = Reader::new(bytes.get(..HEADER_BYTES).ok_or(Damaged)?);
    if header.byte()? != compact::VERSION {
        return Err(Damaged);
    }
    let valid_at = Instant::from_unix_ms(i64::from_le_bytes(header.array()?)).ok_or(Damaged)?;
    Ok((valid_at, u16::from_le_bytes(header.array()?)))
}

/// When the fact in a compact form was so, without reading the rest.
///
/// # Errors
/// [`Damaged`] when it is no compact form of this version.
pub fn peek_valid_at(bytes: &[u8]) -> Result<Instant, Damaged> {
    header(bytes).map(|(valid_at, _)| valid_at)
}

/// The fact a compact form holds.
///
/// # Errors
/// [`Damaged`] when it is no compact form of this version; the text still says it.
pub fn read_fact(bytes: &[u8], place: Place) -> Result<Fact, Damaged> {
    let (valid_at, kind) = header(bytes)?;
    let mut from = Reader::new(&bytes[HEADER_BYTES..]);
    let class = Compact::take(&mut from)?;
    let origin = Compact::take(&mut from)?;
    let producer = Compact::take(&mut from)?;
    let actor = Compact::take(&mut from)?;
    let causation = Compact::take(&mut from)?;
    let policy = Compact::take(&mut from)?;
    let context = Compact::take(&mut from)?;
    let event = event::take(kind, &mut from)?;
    from.end()?;
    let recorded_at = Instant::from_unix_ms(place.recorded_ms).ok_or(Damaged)?;
    let Place { id, position, revision, .. } = place;
    let meta = Meta {
        id,
        position,
        revision,
        valid_at,
        recorded_at,
        class,
        origin,
        producer,
        actor,
        causation,
        policy,
        context,
    };
    Ok(Fact { meta, event })
}

/// The fact a stored text says.
///
/// # Errors
/// Where the text is not what [`write()`] writes.
pub fn read_text(bytes: &[u8], place: Place) -> Result<Fact, Problem> {
    let text = json::utf8(bytes)?;
    let envelope: Envelope<'_> = json::parse(text, "", 0)?;
    let (stream, _) = envelope.stream()?;
    let around = Around { vendor: stream.vendor() };
    let name = envelope.kind.as_deref().ok_or_else(|| envelope::missing("type"))?;
    let (data, start) = envelope.payload(text)?;
    let event = event::read(name, data, start, &around)?.event;
    let id: EventId = envelope::required("id", envelope.id.as_deref())?;
    if id != place.id {
        return Err(Problem::at_pointer("/id", format!("expected {}, found {id}", place.id)));
    }
    let class = envelope.class.as_deref().ok_or_else(|| envelope::missing("class"))?;
    let origin = envelope.origin.as_deref().ok_or_else(|| envelope::missing("origin"))?;
    let recorded_at = Instant::from_unix_ms(place.recorded_ms)
        .ok_or_else(|| Problem::at_pointer("", "expected a recorded time within the years 1 to 9999"))?;
    let meta = Meta {
        id,
        position: place.position,
        revision: place.revision,
        valid_at: envelope::required("time", envelope.time.as_deref())?,
        recorded_at,
        class: envelope::known("class", class, "a class of event")?,
        origin: envelope::known("origin", origin, "live or imported")?,
        producer: Producer {
            source: envelope::required("producersource", envelope.producersource.as_deref())?,
            id: envelope::required("producerid", envelope.producerid.as_deref())?,
        },
        actor: envelope.actor(&around)?,
        causation: envelope::optional("causationid", envelope.causationid.as_deref())?,
        policy: envelope::optional("policydigest", envelope.policydigest.as_deref())?,
        context: context(&envelope)?,
    };
    Ok(Fact { meta, event })
}

fn context(envelope: &Envelope<'_>) -> Result<Context, Problem> {
    let unread = |found| envelope::misread("partnerrevisions", &"expected partner=revision", found);
    let pairs = envelope.partnerrevisions.as_deref().unwrap_or_default().split_whitespace();
    let partner_revisions = pairs.map(|pair| {
        let (partner, revision) = pair.split_once('=').ok_or_else(|| unread(pair))?;
        let partner = partner.parse().map_err(|_| unread(pair))?;
        Ok((partner, revision.parse().map_err(|_| unread(pair))?))
    });
    Ok(Context {
        identity_revision: envelope::optional("identityrevision", envelope.identityrevision.as_deref())?,
        partner_revisions: partner_revisions.collect::<Result<_, Problem>>()?,
    })
}

/// The event as it is published: the stored text with its `sequence` and `recordedtime`.
pub fn render(text: &[u8], position: u64, recorded_ms: i64) -> Vec<u8> {
    let recorded_at = Instant::from_unix_ms(recorded_ms).unwrap_or(Instant::EARLIEST);
    let mut full =
        format!("{{\"sequence\":\"{position:020}\",\"recordedtime\":\"{recorded_at}\",").into_bytes();
    full.extend_from_slice(text.strip_prefix(b"{").unwrap_or(text));
    full
}

/// Why the two stored forms of an event do not say the same.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Disagreement {
    /// The text is not what we write.
    #[error("the text cannot be read")]
    Text(#[source] Problem),
    /// The compact form is damaged or of another version: rebuild it from the text.
    #[error("the compact form cannot be read")]
    Compact(#[source] Damaged),
    /// Both can be read and say different things.
    #[error("the text and the compact form say different things")]
    Differ,
}

/// Checks that the compact form says what the text says.
///
/// # Errors
/// [`Disagreement`] says which of the two cannot be read, or that they differ.
pub fn check(text: &[u8], fact: &[u8], place: Place) -> Result<(), Disagreement> {
    let said = read_text(text, place).map_err(Disagreement::Text)?;
    let held = read_fact(fact, place).map_err(Disagreement::Compact)?;
    if said == held { Ok(()) } else { Err(Disagreement::Differ) }
}
