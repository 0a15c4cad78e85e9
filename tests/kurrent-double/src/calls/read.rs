//! Reading a stream, and subscribing to everything.

use std::collections::HashMap;
use std::pin::Pin;
use std::sync::Arc;

use futures::{Stream, StreamExt as _, stream};
use ports::{Position, Tailed};
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::Status;

use super::text_id;
use crate::Double;
use crate::log::{Held, position_of};
use crate::wire::StreamIdentifier;
use crate::wire::streams::read_req::Options;
use crate::wire::streams::read_req::options::all_options::AllOption;
use crate::wire::streams::read_req::options::filter_options::Filter;
use crate::wire::streams::read_req::options::stream_options::RevisionOption;
use crate::wire::streams::read_req::options::{
    AllOptions, CountOption, FilterOption, ReadDirection, StreamOption, StreamOptions,
};
use crate::wire::streams::read_resp::read_event::{Position as EventPosition, RecordedEvent};
use crate::wire::streams::read_resp::{
    CaughtUp, Checkpoint, Content, ReadEvent, StreamNotFound, SubscriptionConfirmation,
};
use crate::wire::streams::{ReadReq, ReadResp};

pub(crate) type Answer = Pin<Box<dyn Stream<Item = Result<ReadResp, Status>> + Send>>;

/// Answers under way to one subscriber.
const ANSWERS_AHEAD: usize = 256;
/// A place is told after so many events that the filter leaves out.
const CHECKPOINT_EVENTS: u32 = 32;
/// .NET counts ticks of 100 ns.
const TICKS_PER_MS: i64 = 10_000;

pub(super) async fn read(double: &Double, request: ReadReq) -> Result<Answer, Status> {
    let options = request.options.ok_or_else(|| Status::invalid_argument("expected options"))?;
    let is_backwards = options.read_direction() == ReadDirection::Backwards;
    match (options.stream_option.clone(), options.count_option) {
        (Some(StreamOption::Stream(stream)), Some(CountOption::Count(count))) => {
            let contents = of_stream(double, stream, count, is_backwards).await?;
            Ok(Box::pin(stream::iter(contents.into_iter().map(answer))))
        }
        (Some(StreamOption::All(all)), Some(CountOption::Subscription(_))) if !is_backwards => {
            subscribe(double, &all, &options)
        }
        _ => Err(Status::unimplemented("the adapter does not ask this")),
    }
}

async fn of_stream(
    double: &Double,
    options: StreamOptions,
    count: u64,
    is_backwards: bool,
) -> Result<Vec<Content>, Status> {
    let identifier = options.stream_identifier.unwrap_or_default();
    let name = std::str::from_utf8(&identifier.stream_name)
        .map_err(|_| Status::invalid_argument("a stream has a name"))?;
    let log = &double.log;
    let max = usize::try_from(count).unwrap_or(usize::MAX);
    let found = match (options.revision_option, is_backwards) {
        (Some(RevisionOption::Start(_)), false) => log.stream(name, 0, max).await,
        (Some(RevisionOption::Revision(from)), false) => log.stream(name, from, max).await,
        (Some(RevisionOption::End(_)), true) => log.stream_backwards(name, count).await,
        _ => return Err(Status::unimplemented("the adapter does not ask this")),
    };
    Ok(match found.map_err(|error| Status::internal(error.to_string()))? {
        Some(events) => events.into_iter().map(content).collect(),
        None => vec![Content::StreamNotFound(StreamNotFound { stream_identifier: Some(identifier) })],
    })
}

fn subscribe(double: &Double, all: &AllOptions, options: &Options) -> Result<Answer, Status> {
    let after = match &all.all_option {
        Some(AllOption::Start(_)) | None => Position::START,
        Some(AllOption::Position(at)) if at.commit_position == at.prepare_position => {
            position_of(at.commit_position)
                .ok_or_else(|| Status::invalid_argument("no record begins there"))?
        }
        Some(AllOption::Position(_) | AllOption::End(_)) => {
            return Err(Status::unimplemented("the adapter does not ask this"));
        }
    };
    let prefixes = prefixes(options)?;
    let (send, receive) = mpsc::channel(ANSWERS_AHEAD);
    let (mut tail, mut ended) = (double.log.tail(after), double.orders.subscribed());
    let orders = Arc::clone(&double.orders);
    tokio::spawn(async move {
        let confirmation = SubscriptionConfirmation { subscription_id: "double".to_owned() };
        let mut subscription = Subscription { send, prefixes, left_out: 0, caught_up: false };
        if !subscription.tell(Content::Confirmation(confirmation)).await {
            return;
        }
        loop {
            let next = tokio::select! {
                _ = ended.changed() => return,
                next = tail.next() => next,
            };
            orders.may_speak().await;
            let goes_on = match next {
                Some(Ok(tailed)) => subscription.pass_on(tailed).await,
                Some(Err(_)) | None => false,
            };
            if !goes_on {
                return;
            }
        }
    });
    Ok(Box::pin(ReceiverStream::new(receive)))
}

/// An empty list lets everything through.
fn prefixes(options: &Options) -> Result<Vec<String>, Status> {
    match &options.filter_option {
        Some(FilterOption::NoFilter(_)) | None => Ok(Vec::new()),
        Some(FilterOption::Filter(filter)) => match &filter.filter {
            Some(Filter::EventType(expression)) if expression.regex.is_empty() => {
                Ok(expression.prefix.clone())
            }
            _ => Err(Status::unimplemented("the adapter does not ask this")),
        },
    }
}

struct Subscription {
    send: mpsc::Sender<Result<ReadResp, Status>>,
    prefixes: Vec<String>,
    left_out: u32,
    caught_up: bool,
}

impl Subscription {
    /// Says whether somebody still listens.
    async fn pass_on(&mut self, tailed: Tailed) -> bool {
        let event = match tailed {
            Tailed::CaughtUp(_) if self.caught_up => return true,
            Tailed::CaughtUp(_) => {
                self.caught_up = true;
                return self.tell(Content::CaughtUp(CaughtUp {})).await;
            }
            Tailed::Event(event) => event,
        };
        let Ok(held) = Held::read(event) else { return false };
        let name = &held.event.name;
        if self.prefixes.is_empty() || self.prefixes.iter().any(|prefix| name.starts_with(prefix)) {
            return self.tell(content(held)).await;
        }
        self.left_out += 1;
        if !self.left_out.is_multiple_of(CHECKPOINT_EVENTS) {
            return true;
        }
        let checkpoint = Checkpoint { commit_position: held.place, prepare_position: held.place };
        self.tell(Content::Checkpoint(checkpoint)).await
    }

    async fn tell(&self, content: Content) -> bool {
        self.send.send(answer(content)).await.is_ok()
    }
}

fn answer(content: Content) -> Result<ReadResp, Status> {
    Ok(ReadResp { content: Some(content) })
}

fn content(held: Held) -> Content {
    let created = held.created_ms * TICKS_PER_MS;
    let metadata = HashMap::from([
        ("type".to_owned(), held.event.name),
        ("content-type".to_owned(), held.event.content_type),
        ("created".to_owned(), created.to_string()),
    ]);
    let event = RecordedEvent {
        id: Some(text_id(&held.event.id)),
        stream_identifier: Some(StreamIdentifier { stream_name: held.stream.to_string().into() }),
        stream_revision: held.revision,
        prepare_position: held.place,
        commit_position: held.place,
        metadata,
        custom_metadata: held.event.custom_metadata,
        data: held.event.data,
    };
    let position = Some(EventPosition::CommitPosition(held.place));
    Content::Event(ReadEvent { event: Some(event), link: None, position })
}
