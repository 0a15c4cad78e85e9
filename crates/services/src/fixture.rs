//! Facts for the tests beside the code.

use domain::event::Event;
use domain::fact::{Actor, Class, Context, Fact, Meta, Origin, Producer};
use domain::id::EventId;
use domain::time::Instant;

/// The id of the fact with this number.
pub(crate) fn id(number: u64) -> EventId {
    EventId(uuid::Uuid::from_u128(u128::from(number)))
}

/// A fact told at this position, which is its revision and its instant in milliseconds too.
pub(crate) fn fact(number: u64, event: Event) -> Fact {
    let at = Instant::from_unix_ms(i64::try_from(number).expect("small")).expect("in range");
    let producer = Producer {
        source: "crm".parse().expect("a source"),
        id: number.to_string().parse().expect("an input id"),
    };
    let meta = Meta {
        id: id(number),
        position: number,
        revision: number,
        valid_at: at,
        recorded_at: at,
        class: Class::Observed,
        origin: Origin::Imported,
        producer,
        actor: Actor::system(),
        causation: None,
        policy: None,
        context: Context::default(),
    };
    Fact { meta, event }
}
