//! Reminders: what is about to be due, or was, is recorded once for people to see, however many clocks run.

use domain::case::Case;
use domain::event::Event;
use domain::event::case::CaseEvent;
use domain::event::notice::{About, NoticeEvent, Reminded};
use domain::fact::{Actor, Class, Context, Origin, Producer};
use domain::program::Program;
use domain::reminder::{self, Leads};
use domain::stream::Stream;
use domain::time::Instant;
use ports::AppendError;
use wire::shape::Words as _;

use super::endings::Endings;
use crate::book::Book;
use crate::intake::own_source;
use crate::pen::{Entry, Line};

/// Records of what people are to be reminded now, and of what nobody was yet.
pub(super) async fn remind(book: &Book, endings: &mut Endings) -> anyhow::Result<()> {
    let now = book.now();
    for vendor in endings.vendors() {
        let world = book.world(&vendor);
        let leads = Leads::at(&world.program, now);
        for stream in endings.due(&vendor, &leads, now) {
            if let Some(revision) = remind_of_account(book, &stream, (&world.program, &leads), now).await? {
                endings.settle(&stream, revision, &leads, now);
            }
        }
    }
    let cases: Vec<(Stream, Case)> =
        book.shelf().cases.with_clock().map(|(stream, case)| (stream.clone(), case)).collect();
    for (stream, case) in cases {
        let world = book.world(stream.vendor());
        for reminded in reminder::of_case(&case, &world.program, now) {
            let (step, nearness) = (reminded.step.word(), reminded.nearness.word());
            let key = format!("{step}:{nearness}:{}", reminded.due_at.unix_ms());
            record(book, &stream, key, Event::Case(CaseEvent::Reminded(reminded))).await?;
        }
    }
    Ok(())
}

/// Records what is due on one account. The revision at which it stood when that was found out; nothing where somebody
/// else wrote at the same moment, and it has to be found out anew.
async fn remind_of_account(
    book: &Book,
    stream: &Stream,
    (program, leads): (&Program, &Leads<'_>),
    now: Instant,
) -> anyhow::Result<Option<u64>> {
    let loaded = book.load(stream).await?;
    for reminded in reminder::of_account(&loaded.account, program, now) {
        let Some(since) = leads.since(&reminded.about, reminded.due_at, now) else { continue };
        let key = key(&reminded, since);
        if record(book, stream, key, Event::Notice(NoticeEvent::Reminded(reminded))).await? == Record::Lost {
            return Ok(None);
        }
    }
    Ok(loaded.version.map(|version| version.revision))
}

/// One reminder for one thing, one end and one lead before it, whoever writes it down.
fn key(reminded: &Reminded, since: Instant) -> String {
    let (due_ms, since_ms) = (reminded.due_at.unix_ms(), since.unix_ms());
    let about = match &reminded.about {
        About::Change(change) => format!("change:{change}"),
        About::Handoff(handoff) | About::Forfeiture(handoff) => format!("handoff:{handoff}"),
        About::Override(event) => format!("override:{event}"),
        About::Commitment(commitment) => format!("commitment:{commitment}"),
        About::Token(token) => format!("token:{token}"),
        About::Registration(deal) => format!("registration:{deal}"),
    };
    format!("{about}:{due_ms}:{since_ms}")
}

/// Whether a reminder stands in the journal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Record {
    Stands,
    /// Somebody wrote at the same moment: the next look decides again.
    Lost,
}

async fn record(book: &Book, stream: &Stream, key: String, event: Event) -> anyhow::Result<Record> {
    let id = format!("remind:{stream}:{key}");
    let entry = Entry {
        stream: stream.clone(),
        digest: wire::ids::digest(id.as_bytes()),
        producer: Producer {
            source: own_source(),
            id: id.parse().expect("ids and a number are an input id"),
        },
        actor: Actor::system(),
        origin: Origin::Live,
        lines: vec![Line {
            class: Class::Derived,
            valid_at: book.now(),
            // It follows from the time and from no fact: a replay neither drops it nor makes it again.
            causation: None,
            policy: None,
            context: Context::default(),
            event,
        }],
    };
    let loaded = book.load(stream).await?;
    match book.write(entry, loaded).await {
        // Where another clock was faster, it stands already.
        Ok(_) => Ok(Record::Stands),
        Err(AppendError::Conflict { .. } | AppendError::KeyMismatch { .. }) => Ok(Record::Lost),
        Err(error) => Err(error.into()),
    }
}
