//! One event as it is published: its subject, its headers, its data.

use anyhow::Context as _;
use domain::stream::Stream;
use ports::Recorded;
use ports::bus::{Checkpoint, Message};
use uuid::Uuid;
use wire::cloudevents::binary;

/// The message of the event that is number `ordinal` in the journal of this id.
///
/// # Errors
/// The event is none of ours: it is not skipped, since whoever reads the bus could not tell.
pub(super) fn of(journal: Uuid, ordinal: u64, event: &Recorded) -> anyhow::Result<Message> {
    let position = event.position;
    let failed = || format!("publishing the event at position {position}");
    let stream: Stream = event.stream.parse().with_context(failed)?;
    let binary = binary::publish(&event.text, position.lo(), event.recorded_ms).with_context(failed)?;
    Ok(Message {
        subject: subject(&stream),
        headers: binary.headers,
        payload: binary.data,
        checkpoint: Checkpoint { journal, position, ordinal, digest: binary.digest },
    })
}

/// What tells the event from every other; the checkpoint of its message has the same.
pub(super) fn digest(event: &Recorded) -> [u8; 32] {
    binary::digest(&event.text, event.position.lo(), event.recorded_ms)
}

/// About how many bytes the message takes on its way.
pub(super) fn size(message: &Message) -> usize {
    let headers = message.headers.iter().map(|(name, value)| name.len() + value.len() + 4);
    message.subject.len() + headers.sum::<usize>() + message.payload.len()
}

/// `chaperone.<vendor>.fact.<category>.<key>`; the key is the id alone, and the vendor's where there is one
/// stream of the kind for each vendor.
fn subject(stream: &Stream) -> String {
    let vendor = stream.vendor();
    let (category, key) = match stream {
        Stream::Account(_, account) => ("account", account.as_str()),
        Stream::Partner(_, partner) => ("partner", partner.as_str()),
        Stream::Program(vendor) => ("program", vendor.as_str()),
        Stream::Identity(vendor) => ("identity", vendor.as_str()),
        Stream::Case(_, case) => ("case", case.as_str()),
        Stream::Partnership(_, partner) => ("partnership", partner.as_str()),
    };
    format!("chaperone.{vendor}.fact.{category}.{key}")
}

#[cfg(test)]
mod tests {
    use super::subject;

    #[test]
    fn a_subject_names_the_vendor_the_category_and_the_id_alone() {
        let check = |stream: &str, expected: &str| assert_eq!(subject(&stream.parse().unwrap()), expected);
        check("account-acme.north-1", "chaperone.acme.fact.account.north-1");
        check("partnership-acme.blue", "chaperone.acme.fact.partnership.blue");
        check("program-acme", "chaperone.acme.fact.program.acme");
        check("identity-acme", "chaperone.acme.fact.identity.acme");
    }
}
