//! Reading a message of a producer: who speaks, and what is told or asked.

use bytes::Bytes;
use domain::id::{SourceId, VendorId};
use domain::stream::Stream;
use wire::cloudevents;
use wire::cloudevents::received::{Form, form, is_command, structured};
use wire::command;
use wire::input::{Defaults, Record};
use wire::problem::Problem;

use crate::book::Book;
use crate::roles::commands::Received;
use crate::world;

/// Who published a message, by the subject it was published on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Sender {
    vendor: String,
    producer: String,
}

impl Sender {
    /// Of `chaperone.<vendor>.intake.<producer>` or `chaperone.<vendor>.submit.<producer>`.
    pub(super) fn of(subject: &str) -> Self {
        let mut tokens = subject.split('.');
        let (vendor, producer) = (tokens.nth(1).unwrap_or_default(), tokens.nth(1).unwrap_or_default());
        Self { vendor: vendor.to_owned(), producer: producer.to_owned() }
    }

    /// Where something is said to this producer.
    pub(super) fn subject(&self, what: &str) -> String {
        format!("chaperone.{}.{what}.{}", self.vendor, self.producer)
    }

    /// Under which source something unreadable is kept.
    pub(super) fn source(&self) -> String {
        if self.producer.is_empty() { "bus".to_owned() } else { self.producer.clone() }
    }

    fn defaults(&self, book: &Book) -> Defaults {
        let source: Option<SourceId> = self.producer.parse().ok();
        let vendor: Option<VendorId> = self.vendor.parse().ok();
        Defaults {
            vendor: vendor.unwrap_or_else(world::house),
            source: source.unwrap_or_else(|| "bus".parse().expect("a plain word is a source")),
            now: book.now(),
        }
    }

    /// A producer speaks for itself and to its own vendor.
    fn check(&self, source: &SourceId, stream: &Stream) -> Result<(), Problem> {
        if token(source.as_str()) != self.producer {
            let expected = format!(
                "expected a source that reads {} as a token of a subject, found {source}",
                self.producer
            );
            return Err(Problem::at_pointer("/source", expected));
        }
        if stream.vendor().as_str() != self.vendor {
            let expected = format!("expected a stream of vendor {}, found {stream}", self.vendor);
            return Err(Problem::at_pointer("/subject", expected));
        }
        Ok(())
    }
}

/// A source as one token of a subject: what a token may not hold becomes `-`.
fn token(source: &str) -> String {
    let fits = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_');
    source.chars().map(|letter| if fits(letter) { letter } else { '-' }).collect()
}

/// One event or command of a message.
pub(super) enum Said {
    /// An event, or something that cannot be read.
    Told(Box<Record>),
    Asked(Box<Received>),
}

impl Said {
    /// The streams it is about.
    pub(super) fn streams(&self) -> impl Iterator<Item = &Stream> {
        let (told, asked) = match self {
            Self::Told(record) => (Some(record.reading.iter().flatten().map(|input| &input.stream)), None),
            Self::Asked(received) => (None, Some(&received.input.stream)),
        };
        told.into_iter().flatten().chain(asked)
    }

    /// The source and id it is known by.
    pub(super) fn key(&self) -> (Option<String>, Option<String>) {
        let producer = match self {
            Self::Told(record) => record.reading.iter().flatten().next().map(|input| &input.producer),
            Self::Asked(received) => Some(&received.input.producer),
        };
        producer.map(|known| (known.source.to_string(), known.id.to_string())).unzip()
    }
}

/// Everything a message says; what cannot be read is told too, with its problem.
pub(super) fn read(book: &Book, sender: &Sender, headers: &[(String, String)], body: &Bytes) -> Vec<Said> {
    let place = sender.subject("intake");
    let unreadable = |problem: Problem| {
        vec![Said::Told(Box::new(Record {
            place: place.clone(),
            received: body.to_vec(),
            reading: Err(problem),
        }))]
    };
    let text = match structured(headers, body) {
        Ok(text) => text,
        Err(problem) => return unreadable(problem),
    };
    let defaults = sender.defaults(book);
    if form(&text) == Form::Batch {
        return match cloudevents::read_batch(&text, &defaults) {
            Ok(records) => records.into_iter().map(|record| told(sender, record)).collect(),
            Err(problem) => unreadable(problem),
        };
    }
    if is_command(&text) {
        let read = command::read(&text, &defaults)
            .and_then(|input| sender.check(&input.producer.source, &input.stream).map(|()| input));
        return match read {
            Ok(input) => {
                vec![Said::Asked(Box::new(Received { input, text: text.into_owned().into(), known: None }))]
            }
            Err(problem) => unreadable(problem),
        };
    }
    let reading = cloudevents::read(&text, &defaults);
    let received = text.into_owned();
    vec![told(sender, Record { place: place.clone(), received, reading })]
}

fn told(sender: &Sender, record: Record) -> Said {
    let reading = record.reading.and_then(|inputs| {
        let mut checked = inputs.iter().map(|input| sender.check(&input.producer.source, &input.stream));
        checked.try_for_each(|checked| checked).map(|()| inputs)
    });
    Said::Told(Box::new(Record { reading, ..record }))
}
