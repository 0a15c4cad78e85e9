//! Reminders: what is about to be due, or was, is recorded once for people to see, however many clocks run.

use domain::case::Case;
use domain::event::Event;
use domain::event::case::CaseEvent;
use domain::event::notice::{About, NoticeEvent, Reminded};
use domain::fact::{Actor, Class, Context, Origin, Producer};
use domain::reminder;
use domain::stream::Stream;
use ports::AppendError;
use wire::shape::Words as _;

use super::endings::Endings;
use crate::book::Book;
use crate::intake::own_source;
use crate::pen::{Entry, Line};

/// Records of what people are to be reminded now, and of what nobody was yet.
pub(super) async fn remind(book: &Book, endings: &Endings) -> anyhow::Result<()> {
    let now = book.now();
    for vendor in endings.vendors() {
        let world = book.world(&vendor);
        let policy = &world.program.policy_at(now).policy;
        let days = policy.handoff.reminder_days.max(policy.change.reminder_days);
        let zone = domain::calendar::zone_or_utc(&policy.zone);
        for stream in endings.near(&vendor, now, now.plus_civil_days(i64::from(days), &zone)) {
            let account = book.load(&stream).await?;
            for reminded in reminder::of_account(&account.account, &world.program, now) {
                record(book, &stream, key(&reminded), Event::Notice(NoticeEvent::Reminded(reminded))).await?;
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

/// One reminder for one thing and one end, whoever writes it down.
fn key(reminded: &Reminded) -> String {
    let due_ms = reminded.due_at.unix_ms();
    match &reminded.about {
        About::Change(change) => format!("change:{change}:{due_ms}"),
        About::Handoff(handoff) | About::Forfeiture(handoff) => format!("handoff:{handoff}:{due_ms}"),
        About::Override(event) => format!("override:{event}:{due_ms}"),
        About::Commitment(commitment) => format!("commitment:{commitment}:{due_ms}"),
        About::Token(token) => format!("token:{token}:{due_ms}"),
    }
}

async fn record(book: &Book, stream: &Stream, key: String, event: Event) -> anyhow::Result<()> {
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
        // Another clock was faster, or somebody wrote at the same moment: the next look decides again.
        Ok(_) | Err(AppendError::Conflict { .. } | AppendError::KeyMismatch { .. }) => Ok(()),
        Err(error) => Err(error.into()),
    }
}
