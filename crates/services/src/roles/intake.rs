//! Intake from the bus: what producers publish is recorded, then acknowledged, and a receipt says what became of it.
//!
//! A producer speaks on a subject of its own, and only for itself: the source of what it publishes has to be the
//! producer the subject names, which the bus lets nobody else publish on.

mod reading;

use std::sync::Arc;

use bytes::Bytes;
use ports::inbox::{Announcement, Delivery, Inbox, Settlement};
use ports::{Answering, AskError, Endpoint, Exchange, Question};
use wire::answers::{BusReceipt, ReceiptAnswer};
use wire::forwarded::Outcome;

use super::commands::Commands;
use super::standing::Standing;
use super::supervisor::Stopped;
use crate::abreast::{About, abreast};
use crate::book::Book;
use crate::{intake, receipts};
use reading::{Said, Sender, read};

/// The subjects on which a receipt can be asked for.
pub const SUBMIT_SUBJECTS: &str = "chaperone.*.submit.*";

/// What the role works with; a copy works with the same.
#[derive(Clone)]
pub struct Desk {
    pub book: Arc<Book>,
    pub commands: Arc<Commands>,
}

/// Takes in what producers publish, until the bus fails.
///
/// # Errors
/// The bus cannot be reached; what is not settled is delivered again.
pub async fn keep(desk: Desk, inbox: Arc<dyn Inbox>, standing: Standing) -> Result<(), Stopped> {
    loop {
        let deliveries = inbox.take().await.map_err(anyhow::Error::from)?;
        standing.runs();
        if deliveries.is_empty() {
            continue;
        }
        let work = deliveries.into_iter().map(|delivery| prepared(&desk, delivery)).collect();
        let taken = abreast(work, |prepared| take(&desk, prepared)).await?;
        let said = taken.iter().flat_map(|taken| taken.said.clone()).collect();
        inbox.announce(said).await.map_err(anyhow::Error::from)?;
        let settled = taken.into_iter().map(|taken| (taken.delivery.ticket, taken.settlement)).collect();
        inbox.settle(settled).await.map_err(anyhow::Error::from)?;
    }
}

/// Answers whoever asks for the receipt at once, until what is returned is dropped.
///
/// # Errors
/// The bus cannot be reached.
pub async fn answer(desk: Desk, exchange: &dyn Exchange) -> Result<Answering, AskError> {
    let handler = move |question: Question| -> futures::future::BoxFuture<'static, Bytes> {
        let desk = desk.clone();
        Box::pin(async move {
            let sender = Sender::of(&question.subject);
            let said = read(&desk.book, &sender, &[], &question.body);
            let receipts = outcomes(&desk, &sender, said).await.unwrap_or_else(|error| {
                tracing::warn!("something asked for on the bus could not be answered: {error:#}");
                vec![unanswered(&error)]
            });
            let body = match receipts.as_slice() {
                [one] => serde_json::to_vec(one),
                many => serde_json::to_vec(many),
            };
            body.expect("texts are JSON").into()
        })
    };
    exchange.answer(Endpoint { name: "submit", subject: SUBMIT_SUBJECTS }, Arc::new(handler)).await
}

struct Prepared {
    delivery: Delivery,
    sender: Sender,
    said: Vec<Said>,
}

fn prepared(desk: &Desk, delivery: Delivery) -> (About, Prepared) {
    let sender = Sender::of(&delivery.subject);
    let said = read(&desk.book, &sender, &delivery.headers, &delivery.body);
    let about = About::streams(said.iter().flat_map(Said::streams));
    (about, Prepared { delivery, sender, said })
}

/// One delivery as it was dealt with.
struct Taken {
    delivery: Delivery,
    settlement: Settlement,
    said: Vec<Announcement>,
}

async fn take(desk: &Desk, prepared: Prepared) -> anyhow::Result<Taken> {
    let Prepared { delivery, sender, said } = prepared;
    let receipts = match outcomes(desk, &sender, said).await {
        Ok(receipts) => receipts,
        Err(error) => {
            // Nothing acknowledged, nothing lost: it is delivered again.
            tracing::warn!(subject = delivery.subject, "a message could not be recorded now: {error:#}");
            return Ok(Taken { delivery, settlement: Settlement::Later, said: Vec::new() });
        }
    };
    let turned_away = |receipt: &BusReceipt| receipt.receipt.status == "quarantined";
    let settlement = match receipts.iter().all(turned_away) {
        true => Settlement::TurnedAway,
        false => Settlement::Recorded,
    };
    let said = receipts.iter().flat_map(|told| {
        let body = Bytes::from(serde_json::to_vec(told).expect("texts are JSON"));
        let receipt = Announcement { subject: sender.subject("receipt"), body: body.clone() };
        let quarantined = Announcement { subject: sender.subject("quarantine"), body };
        [Some(receipt), turned_away(told).then_some(quarantined)].into_iter().flatten()
    });
    Ok(Taken { settlement, said: said.collect(), delivery })
}

/// What became of each event or command.
async fn outcomes(desk: &Desk, sender: &Sender, said: Vec<Said>) -> anyhow::Result<Vec<BusReceipt>> {
    let mut outcomes = Vec::with_capacity(said.len());
    for one in said {
        outcomes.push(outcome(desk, sender, one).await?);
    }
    Ok(outcomes)
}

async fn outcome(desk: &Desk, sender: &Sender, said: Said) -> anyhow::Result<BusReceipt> {
    let (source, id) = said.key();
    let receipt = match said {
        Said::Told(record) => receipts::of_answer(intake::take(&desk.book, &sender.source(), *record).await?),
        Said::Asked(received) => {
            let answer = desk.commands.answer(*received).await?;
            match answer.outcome {
                Outcome::Unavailable => anyhow::bail!("{}", answer.receipt.message.unwrap_or_default()),
                Outcome::Accepted
                | Outcome::Repeated
                | Outcome::Prevented
                | Outcome::Refused
                | Outcome::Hidden
                | Outcome::Conflict
                | Outcome::Stale
                | Outcome::Malformed => answer.receipt,
            }
        }
    };
    Ok(BusReceipt { source, id, receipt })
}

fn unanswered(error: &anyhow::Error) -> BusReceipt {
    let receipt = ReceiptAnswer {
        status: "unavailable".to_owned(),
        stream: String::new(),
        events: Vec::new(),
        position: None,
        recorded_at: None,
        code: Some("unavailable".to_owned()),
        message: Some(format!("the book cannot answer now; ask again: {error:#}")),
    };
    BusReceipt { source: None, id: None, receipt }
}
