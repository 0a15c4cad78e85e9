//! What a quarantine promises.

use std::sync::Arc;

use bytes::Bytes;
use sha2::{Digest, Sha256};

use super::Subject;
use super::sample::NOON_MS;
use crate::quarantine::{
    Held, KEPT_BYTES_MAX, Listing, Put, QuarantineError, QuarantineId, Quarantined, TurnedAway, Whereabouts,
};

const REACHABLE: &str = "the quarantine can be reached";
const DAY_MS: i64 = 24 * 60 * 60 * 1000;

fn turned_away(received: &'static str, origin: &str) -> TurnedAway {
    TurnedAway {
        source: Arc::from("crm.example"),
        received: Bytes::from_static(received.as_bytes()),
        reason: "the amount has no currency".to_owned(),
        whereabouts: Whereabouts::Pointer("/data/amount".to_owned()),
        origin: origin.to_owned(),
    }
}

async fn list(subject: &Subject, listing: Listing, after: u64, max: usize) -> Vec<Quarantined> {
    subject.quarantine.list(listing, after, max).await.expect(REACHABLE)
}

pub(super) async fn turned_away_input_is_kept_with_what_is_needed_to_mend_it(subject: Subject) {
    let mut inputs = [turned_away("{1", "file row 17"), turned_away("{2", "HTTP"), turned_away("{3", "HTTP")];
    inputs[1].whereabouts = Whereabouts::ByteOffset(1);
    inputs[2].whereabouts = Whereabouts::Whole;
    for input in &inputs {
        let put = subject.quarantine.put(input.clone()).await.expect(REACHABLE);
        assert!(matches!(put, Put::Kept(_)));
        let kept = subject.quarantine.get(put.id()).await.expect(REACHABLE).expect("it was put there");
        assert_eq!(kept.id, *put.id());
        assert_eq!((&kept.source, &kept.kept, &kept.reason), (&input.source, &input.received, &input.reason));
        assert_eq!((&kept.whereabouts, &kept.origin), (&input.whereabouts, &input.origin));
        assert_eq!((kept.put_ms, kept.held), (NOON_MS, Held::Waiting));
        assert_eq!((kept.digest, kept.received_bytes), (Sha256::digest(&input.received).into(), 2));
    }
    let first = list(&subject, Listing::Waiting, 0, 2).await;
    let rest = list(&subject, Listing::Waiting, first[1].number, 2).await;
    let kept: Vec<&Bytes> = first.iter().chain(&rest).map(|entry| &entry.kept).collect();
    assert_eq!(kept, inputs.iter().map(|input| &input.received).collect::<Vec<_>>());
}

pub(super) async fn the_same_bytes_from_the_same_origin_are_kept_once(subject: Subject) {
    let first = subject.quarantine.put(turned_away("{", "file row 17")).await.expect(REACHABLE);
    subject.clock.advance(5);
    let mut reworded = turned_away("{", "file row 17");
    reworded.reason = "not JSON".to_owned();
    let again = subject.quarantine.put(reworded).await.expect(REACHABLE);
    assert_eq!(again, Put::Known(first.id().clone()));
    assert_eq!(list(&subject, Listing::All, 0, 9).await.len(), 1);
}

pub(super) async fn the_same_bytes_from_another_origin_get_another_id(subject: Subject) {
    let first = subject.quarantine.put(turned_away("{", "file row 17")).await.expect(REACHABLE);
    let second = subject.quarantine.put(turned_away("{", "file row 18")).await.expect(REACHABLE);
    let (stem, ordinal) = first.id().as_str().rsplit_once('-').expect("ids end in a counter");
    assert_eq!(ordinal, "1");
    assert_eq!(second.id().as_str(), format!("{stem}-2"));
}

pub(super) async fn a_long_input_is_kept_in_part_and_digested_in_full(subject: Subject) {
    let received = Bytes::from(vec![b'x'; KEPT_BYTES_MAX + 10]);
    let input = TurnedAway { received: received.clone(), ..turned_away("", "HTTP") };
    let put = subject.quarantine.put(input).await.expect(REACHABLE);
    let kept = subject.quarantine.get(put.id()).await.expect(REACHABLE).expect("it was put there");
    assert_eq!(kept.kept.len(), KEPT_BYTES_MAX);
    assert_eq!(kept.received_bytes, received.len() as u64);
    assert_eq!(kept.digest, <[u8; 32]>::from(Sha256::digest(&received)));
}

pub(super) async fn a_released_input_leaves_the_waiting_list_and_keeps_its_first_time(subject: Subject) {
    let put = subject.quarantine.put(turned_away("{", "HTTP")).await.expect(REACHABLE);
    subject.clock.advance(7);
    let released = subject.quarantine.mark_released(put.id()).await.expect(REACHABLE);
    assert_eq!(released.held, Held::Released { at_ms: NOON_MS + 7 });
    subject.clock.advance(7);
    let again = subject.quarantine.mark_released(put.id()).await.expect(REACHABLE);
    assert_eq!(again.held, Held::Released { at_ms: NOON_MS + 7 });
    assert!(list(&subject, Listing::Waiting, 0, 9).await.is_empty());
    assert_eq!(list(&subject, Listing::All, 0, 9).await.len(), 1);

    let nobody = QuarantineId::from_text("0000000000000000-1");
    assert_eq!(subject.quarantine.get(&nobody).await.expect(REACHABLE), None);
    let unknown = subject.quarantine.mark_released(&nobody).await;
    assert!(matches!(unknown, Err(QuarantineError::Unknown(id)) if id == nobody));
}

pub(super) async fn an_entry_expires_after_its_retention(subject: Subject) {
    subject.quarantine.put(turned_away("{old", "HTTP")).await.expect(REACHABLE);
    subject.clock.advance(DAY_MS);
    subject.quarantine.put(turned_away("{young", "HTTP")).await.expect(REACHABLE);
    subject.clock.set(NOON_MS + i64::from(subject.quarantine.retention_days()) * DAY_MS + 1);
    assert_eq!(subject.quarantine.expire().await.expect(REACHABLE), 1);
    let left = list(&subject, Listing::All, 0, 9).await;
    assert_eq!(left.iter().map(|entry| &*entry.kept).collect::<Vec<_>>(), [b"{young"]);
}

/// An entry of another quarantine, put there long before.
fn elsewhere(received: &'static str, origin: &str) -> Quarantined {
    let turned_away = turned_away(received, origin);
    let digest = turned_away.digest();
    Quarantined {
        id: QuarantineId::derive(&digest, 1),
        number: 41,
        kept: turned_away.kept(),
        digest,
        received_bytes: turned_away.received.len() as u64,
        source: turned_away.source,
        reason: turned_away.reason,
        whereabouts: turned_away.whereabouts,
        origin: turned_away.origin,
        put_ms: NOON_MS - DAY_MS,
        held: Held::Waiting,
    }
}

pub(super) async fn an_entry_taken_over_keeps_its_id_times_and_release(subject: Subject) {
    let waiting = elsewhere("{1", "file row 17");
    let released = Quarantined { held: Held::Released { at_ms: NOON_MS - 5 }, ..elsewhere("{2", "HTTP") };
    for entry in [&waiting, &released] {
        let put = subject.quarantine.adopt(entry.clone()).await.expect(REACHABLE);
        assert_eq!(put, Put::Kept(entry.id.clone()));
    }
    let expected =
        [(1, &waiting), (2, &released)].map(|(number, entry)| Quarantined { number, ..entry.clone() });
    let kept = list(&subject, Listing::All, 0, 9).await;
    assert_eq!(kept.iter().map(|entry| &entry.id).collect::<Vec<_>>(), [&waiting.id, &released.id]);
    for (kept, expected) in kept.into_iter().zip(expected) {
        assert_eq!(Quarantined { number: expected.number, ..kept }, expected);
    }

    let since = Quarantined { held: Held::Released { at_ms: NOON_MS - 3 }, ..waiting.clone() };
    let again = subject.quarantine.adopt(since.clone()).await.expect(REACHABLE);
    assert_eq!(again, Put::Known(waiting.id.clone()));
    let now = subject.quarantine.get(&waiting.id).await.expect(REACHABLE).expect("it was taken over");
    assert_eq!((now.held, now.put_ms), (since.held, waiting.put_ms));
    assert_eq!(list(&subject, Listing::All, 0, 9).await.len(), 2);
}

pub(super) async fn an_entry_taken_over_gets_another_id_where_its_own_is_taken(subject: Subject) {
    let here = subject.quarantine.put(turned_away("{", "HTTP")).await.expect(REACHABLE);
    let entry = elsewhere("{", "file row 17");
    assert_eq!(entry.id, *here.id());
    let put = subject.quarantine.adopt(entry.clone()).await.expect(REACHABLE);
    assert_eq!(put, Put::Kept(QuarantineId::derive(&entry.digest, 2)));
}
