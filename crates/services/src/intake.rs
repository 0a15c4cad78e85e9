//! Intake: what producers say is recorded, whatever the rules think of it; the rules answer afterwards.

use std::sync::Arc;

use bytes::Bytes;
use domain::event::Event;
use domain::event::account::AccountEvent;
use domain::event::consent::{ConsentEvent, TokenFault};
use domain::event::partner::{Enrolled, Origin as PartnerOrigin, PartnerEvent};
use domain::event::program::ProgramEvent;
use domain::fact::{Actor, Class, Context, Origin, Producer};
use domain::id::{EventId, PartnerId, VendorId};
use domain::stream::Stream;
use domain::time::Instant;
use ports::{AppendError, Outcome, Receipt, TurnedAway, Whereabouts};
use wire::input::{Input, Record};
use wire::problem::{Place, Problem};

use crate::book::{Book, CONFLICT_TRIES_MAX};
use crate::pen::{Entry, Line, OWN_SOURCE};

/// How far ahead of the clock an observation may claim to be, in milliseconds: 5 minutes (time rule 2).
const AHEAD_MS_MAX: i64 = 5 * 60 * 1_000;

/// What became of one record.
#[derive(Debug)]
pub enum Answer {
    Accepted {
        receipt: Receipt,
        events: Vec<EventId>,
    },
    Repeated {
        receipt: Receipt,
        events: Vec<EventId>,
    },
    /// Recorded as an ask, which the rules refused as an attempt on a protected account.
    Refused {
        receipt: Receipt,
        events: Vec<EventId>,
        rule: String,
        clearing: String,
    },
    Quarantined {
        id: String,
        problem: Problem,
    },
}

/// Takes one record in: every input it consists of is recorded in order, or the record is quarantined.
///
/// # Errors
/// The journal or the quarantine cannot be written now; nothing was lost, the record may be sent again.
pub async fn take(book: &Book, source: &str, record: Record) -> anyhow::Result<Answer> {
    let inputs = match record.reading {
        Ok(inputs) => inputs,
        Err(problem) => return turn_away(book, source, &record.place, record.received.into(), problem).await,
    };
    let mut answers = Vec::with_capacity(inputs.len());
    for input in inputs {
        match take_input(book, input).await? {
            Ok(taken) => answers.push(taken),
            Err(problem) => {
                return turn_away(book, source, &record.place, record.received.into(), problem).await;
            }
        }
    }
    Ok(together(answers))
}

/// One input as recorded, and what the rules answered to it.
struct Taken {
    receipt: Receipt,
    events: Vec<EventId>,
    refused: Option<(String, String)>,
}

async fn take_input(book: &Book, input: Input) -> anyhow::Result<Result<Taken, Problem>> {
    if let Err(problem) = check(&input, book.now()) {
        return Ok(Err(problem));
    }
    for partner in unknown_partners(book, &input) {
        enroll_as_seen(book, input.stream.vendor(), &partner, book.now()).await?;
    }
    let stream = input.stream.clone();
    for _ in 0..CONFLICT_TRIES_MAX {
        let loaded = book.load(&stream).await?;
        if let Some(into) = &loaded.account.into {
            return Ok(Err(Problem::at_pointer(
                "/subject",
                format!("the account was merged: write to account {into}"),
            )));
        }
        let entry = entry(input.clone());
        match book.write(entry, loaded).await {
            Ok(written) => {
                let events = events(&written.receipt, &input);
                let refused = follow_up(book, &stream, &events, &written.receipt).await?;
                return Ok(Ok(Taken { receipt: written.receipt, events, refused }));
            }
            Err(AppendError::Conflict { .. }) => {}
            Err(AppendError::KeyMismatch { receipt }) => return Ok(Err(conflict(&input.producer, &receipt))),
            Err(AppendError::TooLarge { what, limit, actual }) => {
                let expected = format!("{what} of at most {limit}, found {actual}");
                return Ok(Err(Problem::at_pointer("/data", expected)));
            }
            Err(error) => return Err(error.into()),
        }
    }
    Err(AppendError::Overloaded { retry_after_ms: 10 }.into())
}

/// After something was recorded: the rules decide what is due, and policing looks again.
async fn follow_up(
    book: &Book,
    stream: &Stream,
    events: &[EventId],
    receipt: &Receipt,
) -> anyhow::Result<Option<(String, String)>> {
    if receipt.outcome == Outcome::Appended {
        crate::settling::after(book, stream).await?;
    }
    let Stream::Account(..) = stream else { return Ok(None) };
    let loaded = book.load(stream).await?;
    let caused =
        |fact: &&domain::fact::Fact| fact.meta.causation.is_some_and(|cause| events.contains(&cause));
    Ok(loaded.facts.iter().filter(caused).find_map(refusal))
}

/// The rule that refused an attempt and what would have cleared it, when `fact` says so: an attempt on a
/// protected account, or a token that was tried in vain.
pub(crate) fn refusal(fact: &domain::fact::Fact) -> Option<(String, String)> {
    if let Event::Account(AccountEvent::TakeoverRefused(refused)) = &fact.event {
        return Some((refused.rule.clone(), refused.nearest_clearing.clone()));
    }
    let Event::Consent(ConsentEvent::TokenTryFailed(failed)) = &fact.event else { return None };
    let (rule, clearing) = match failed.fault {
        TokenFault::Unknown => ("token_unknown", "a token that was issued for this account"),
        TokenFault::OtherGainer => ("token_other_gainer", "a token issued for the gaining partner"),
        TokenFault::OtherScope => ("token_other_scope", "a token issued for the whole scope of the change"),
        TokenFault::OtherTerms => ("token_other_terms", "a token issued for these terms"),
    };
    Some((rule.to_owned(), clearing.to_owned()))
}

fn together(taken: Vec<Taken>) -> Answer {
    let mut taken = taken.into_iter();
    let Some(mut all) = taken.next() else {
        return Answer::Quarantined {
            id: String::new(),
            problem: Problem::at_pointer("", "at least one fact"),
        };
    };
    for next in taken {
        if next.receipt.outcome == Outcome::Appended {
            all.receipt.outcome = Outcome::Appended;
        }
        if next.receipt.last > all.receipt.last {
            all.receipt = Receipt { outcome: all.receipt.outcome, ..next.receipt };
        }
        all.events.extend(next.events);
        all.refused = all.refused.or(next.refused);
    }
    let Taken { receipt, events, refused } = all;
    match (receipt.outcome, refused) {
        (Outcome::Repeated, _) => Answer::Repeated { receipt, events },
        (Outcome::Appended, Some((rule, clearing))) => Answer::Refused { receipt, events, rule, clearing },
        (Outcome::Appended, None) => Answer::Accepted { receipt, events },
    }
}

/// Puts a record into the quarantine.
///
/// # Errors
/// The quarantine cannot be written now.
pub async fn turn_away(
    book: &Book,
    source: &str,
    origin: &str,
    received: Bytes,
    problem: Problem,
) -> anyhow::Result<Answer> {
    let whereabouts = match &problem.place {
        Place::Pointer(pointer) => Whereabouts::Pointer(pointer.clone()),
        Place::Byte(offset) => Whereabouts::ByteOffset(*offset),
        Place::Column(_) => Whereabouts::Whole,
    };
    let put = book.quarantine.put(TurnedAway {
        source: source.into(),
        received,
        reason: problem.to_string(),
        whereabouts,
        origin: origin.to_owned(),
    });
    Ok(Answer::Quarantined { id: put.await?.id().to_string(), problem })
}

/// What no reading of the input alone can tell: nothing comes from the future, and a published policy is
/// the document its digest names.
pub(crate) fn check(input: &Input, now: Instant) -> Result<(), Problem> {
    let latest = now.plus_ms(AHEAD_MS_MAX);
    if let Some(said) = input.said.iter().find(|said| said.valid_at > latest) {
        let expected = format!("a time at most 5 minutes ahead of {now}, found {}", said.valid_at);
        return Err(Problem::at_pointer("/time", expected));
    }
    input.said.iter().try_for_each(|said| check_policy(&said.event))
}

fn check_policy(event: &Event) -> Result<(), Problem> {
    let Event::Program(ProgramEvent::PolicyPublished(published)) = event else { return Ok(()) };
    let digest = wire::policy::digest(&published.policy);
    if published.digest == digest {
        return Ok(());
    }
    let expected = format!("the digest of the policy, {digest}, found {}", published.digest);
    Err(Problem::at_pointer("/data/document", expected))
}

pub(crate) fn conflict(producer: &Producer, first: &Receipt) -> Problem {
    let Producer { source, id } = producer;
    let told = first.first.map_or_else(|| "earlier".to_owned(), |position| format!("at position {position}"));
    Problem::at_pointer(
        "/id",
        format!("the content recorded for ({source}, {id}) {told}, found other content"),
    )
}

/// An input as an entry for the journal.
pub(crate) fn entry(input: Input) -> Entry {
    let lines = input.said.into_iter().map(|said| Line {
        class: said.class,
        valid_at: said.valid_at,
        causation: None,
        policy: None,
        context: Context::default(),
        event: said.event,
    });
    Entry {
        lines: lines.collect(),
        stream: input.stream,
        producer: input.producer,
        digest: input.digest,
        actor: input.actor,
        origin: input.origin,
    }
}

fn events(receipt: &Receipt, input: &Input) -> Vec<EventId> {
    let vendor = input.stream.vendor();
    let Producer { source, id } = &input.producer;
    let count = if receipt.first.is_some() { input.said.len() } else { 0 };
    (0u32..).take(count).map(|index| wire::ids::event_id(vendor, source, id, index)).collect()
}

/// Partners an input names as actors of the program and that nobody has enrolled.
fn unknown_partners(book: &Book, input: &Input) -> Vec<PartnerId> {
    let vendor = input.stream.vendor();
    let shelf = book.shelf();
    let mut unknown = named_partners(input);
    unknown.retain(|partner| shelf.directory.partner(vendor, partner).is_none());
    unknown
}

/// The partners an account's facts name as doing something.
pub(crate) fn named_partners(input: &Input) -> Vec<PartnerId> {
    let Stream::Account(..) = input.stream else { return Vec::new() };
    let mut named: Vec<PartnerId> =
        input.said.iter().flat_map(|said| crate::settling::partners_of(&said.event)).cloned().collect();
    named.sort();
    named.dedup();
    named
}

/// The entry that makes a partner met in data known, without any right to send commands.
pub(crate) fn seen_in_data(vendor: &VendorId, partner: &PartnerId, now: Instant) -> Entry {
    let id = format!("seen:{partner}").parse().expect("a partner id with a prefix is an input id");
    let enrolled = Enrolled {
        kinds: Vec::new(),
        legal_name: partner.to_string(),
        keys: Vec::new(),
        country: None,
        origin: PartnerOrigin::SeenInData,
    };
    Entry {
        stream: Stream::Partner(vendor.clone(), partner.clone()),
        producer: Producer { source: own_source(), id },
        digest: wire::ids::digest(partner.as_str().as_bytes()),
        actor: Actor::system(),
        origin: Origin::Imported,
        lines: vec![Line {
            class: Class::Observed,
            valid_at: now,
            causation: None,
            policy: None,
            context: Context::default(),
            event: Event::Partner(PartnerEvent::Enrolled(enrolled)),
        }],
    }
}

pub(crate) fn own_source() -> domain::id::SourceId {
    OWN_SOURCE.parse().expect("a plain word is a source")
}

async fn enroll_as_seen(
    book: &Book,
    vendor: &VendorId,
    partner: &PartnerId,
    now: Instant,
) -> anyhow::Result<()> {
    let entry = seen_in_data(vendor, partner, now);
    let loaded = book.load(&entry.stream).await?;
    match book.write(entry, Arc::clone(&loaded)).await {
        // Somebody else enrolled it meanwhile: just as well.
        Ok(_) | Err(AppendError::Conflict { .. } | AppendError::KeyMismatch { .. }) => Ok(()),
        Err(error) => Err(error.into()),
    }
}
