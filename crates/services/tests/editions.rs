//! Editions of a view that are no longer served are seen and taken away, and no other is.
#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use bytes::Bytes;
use ports::memory::MemoryProjections;
use ports::projections::{Buckets as _, Projections as _};
use serde_json::json;
use services::projector::editions::{self, PruneError, State};
use services::projector::view::{VIEWS, View};
use services::projector::{DIRECTORY, Edition, build};

/// The view whose editions are told of here.
fn view() -> &'static View {
    &VIEWS[0]
}

const fn edition(version: u32, made: u32) -> Edition {
    Edition { version, made }
}

/// A bus on which these editions have a bucket for each of two vendors, and the directory says this.
async fn bus(on_it: &[Edition], says: &[(&str, Edition)]) -> MemoryProjections {
    let bus = MemoryProjections::default();
    for edition in on_it {
        for vendor in ["acme", "hooli_v2"] {
            bus.open(&edition.bucket(view(), vendor)).await.unwrap();
        }
    }
    bus.open(DIRECTORY).await.unwrap();
    bus.open("SOMEBODY_ELSES_v1").await.unwrap();
    for (key, edition) in says {
        write(&bus, &format!("{}{key}", view().name), &json!(edition).to_string()).await;
    }
    bus
}

async fn write(bus: &MemoryProjections, key: &str, value: &str) {
    bus.write(DIRECTORY, vec![(key.to_owned(), Some(Bytes::from(value.to_owned())))]).await.unwrap();
}

/// How the editions stand, the oldest first.
async fn states(bus: &MemoryProjections) -> Vec<(String, State)> {
    let found = editions::found(bus, bus, view()).await.unwrap();
    for found in &found {
        assert_eq!(found.vendors, ["acme", "hooli_v2"]);
    }
    found.into_iter().map(|found| (found.edition.to_string(), found.state)).collect()
}

fn named(edition: &str, state: State) -> (String, State) {
    (edition.to_owned(), state)
}

#[tokio::test]
async fn all_but_the_edition_that_is_served_and_the_one_being_built_is_taken_away() {
    let on_it = [edition(1, 1), edition(1, 2), edition(2, 1), edition(2, 2), edition(3, 1)];
    let bus = bus(&on_it, &[("", edition(2, 1)), (".building", edition(3, 1))]).await;
    let head = format!("{}.v1.2.head", view().name);
    write(&bus, &head, "7").await;
    let before = editions::found(&bus, &bus, view()).await.unwrap();
    assert_eq!(before[1].written.map(|position| position.to_string()).as_deref(), Some("7"));

    let pruned = editions::prune(&bus, &bus, view()).await.unwrap();
    let pruned: Vec<String> = pruned.iter().map(|found| found.edition.to_string()).collect();
    assert_eq!(pruned, ["v1", "v1_2", "v2_2"]);
    assert_eq!(states(&bus).await, [named("v2", State::Served), named("v3", State::BeingBuilt)]);
    assert_eq!(bus.get(DIRECTORY, &head).await.unwrap(), None, "nor does the directory tell of them");
    let names = bus.names().await.unwrap();
    assert!(names.iter().any(|name| name == "SOMEBODY_ELSES_v1"), "{names:?}");
    assert_eq!(editions::prune(&bus, &bus, view()).await.unwrap(), []);
}

#[tokio::test]
async fn one_edition_is_taken_away_by_its_name_unless_it_is_needed() {
    let on_it = [edition(1, 1), edition(1, 2), edition(2, 1), edition(3, 1)];
    let bus = bus(&on_it, &[("", edition(2, 1)), (".building", edition(3, 1))]).await;
    let served = editions::prune_one(&bus, &bus, view(), "v2").await.unwrap_err();
    assert_eq!(served.to_string(), "edition v2 of accounts is served");
    let built = editions::prune_one(&bus, &bus, view(), "v3").await.unwrap_err();
    assert!(built.to_string().starts_with("edition v3 of accounts is being built"), "{built}");
    let unknown = editions::prune_one(&bus, &bus, view(), "v1_1").await.unwrap_err();
    assert_eq!(unknown.to_string(), "edition v1_1 of accounts is not on the bus");
    assert_eq!(states(&bus).await.len(), 4, "what is refused stays");
    editions::prune_one(&bus, &bus, view(), "v1").await.unwrap();
    let left =
        [named("v1_2", State::NoLongerServed), named("v2", State::Served), named("v3", State::BeingBuilt)];
    assert_eq!(states(&bus).await, left);
}

#[tokio::test]
async fn nothing_is_taken_away_while_nothing_is_served() {
    let bus = bus(&[edition(1, 1)], &[]).await;
    let refused = editions::prune(&bus, &bus, view()).await.unwrap_err();
    assert!(matches!(refused, PruneError::NothingServed { .. }), "{refused}");
    assert_eq!(states(&bus).await.len(), 1);
}

#[tokio::test]
async fn an_edition_that_another_one_began_beside_is_not_switched_to() {
    let bus = bus(&[], &[("", edition(1, 1)), (".building", edition(1, 2))]).await;
    let refused = build::switch(&bus, view(), edition(2, 1)).await.unwrap_err();
    assert_eq!(refused.to_string(), "another edition of accounts began to be made while v2 was");
    build::switch(&bus, view(), edition(1, 2)).await.unwrap();
    assert_eq!(services::projector::served(&bus, view()).await.unwrap(), Some(edition(1, 2)));
    assert_eq!(services::projector::being_built(&bus, view()).await.unwrap(), None);
}
