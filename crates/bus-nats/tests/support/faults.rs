//! Everything that may befall one server, its stream, the cable to it and the relays.

use async_nats::jetstream::{self, stream::Stream};
use tests::nats::{Cutter, NatsServer, copy_folder};
use tests::random::Random;

use crate::reading;
use crate::world::{Looks, Relaying, Story, Watch, settled};

/// What befalls the bus, while events are being recorded.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Fault {
    Nothing,
    Purged,
    PurgedButForTheEnd,
    EndRemoved,
    MiddleRemoved,
    StreamRemoved,
    ServerKilled,
    ServerPaused,
    StoreEmptied,
    StoreSetBack,
    CableCut,
    SecondRelay,
    RelayKilled,
}

impl Fault {
    pub(crate) const ALL: [Self; 13] = [
        Self::Nothing,
        Self::Purged,
        Self::PurgedButForTheEnd,
        Self::EndRemoved,
        Self::MiddleRemoved,
        Self::StreamRemoved,
        Self::ServerKilled,
        Self::ServerPaused,
        Self::StoreEmptied,
        Self::StoreSetBack,
        Self::CableCut,
        Self::SecondRelay,
        Self::RelayKilled,
    ];

    /// Whether the bus may have holes until the relay sees them; what was the end a moment ago may be the middle.
    fn makes_holes(self) -> bool {
        matches!(self, Self::PurgedButForTheEnd | Self::EndRemoved | Self::MiddleRemoved)
    }
}

/// One server, the cable to it, a relay at the other end, and somebody who watches.
pub(crate) struct World {
    server: NatsServer,
    cable: Cutter,
    story: Story,
    relay: Relaying,
    watch: Watch,
}

impl World {
    /// A world in which the bus has some events, or `None` after saying aloud that the test is skipped.
    pub(crate) async fn start() -> Option<Self> {
        let server = NatsServer::start()?;
        let cable = Cutter::to(server.port());
        let story = Story::saying("same");
        let mut relay = Relaying::start(&story, &cable.url(), 1);
        story.record(20).await;
        relay.reaches(20).await;
        let watch = Watch::over(&server.url());
        Some(Self { server, cable, story, relay, watch })
    }

    /// Lets the fault befall at a moment that the seed chooses, and returns when the bus is whole again.
    pub(crate) async fn befall(&mut self, fault: Fault, random: &mut Random) {
        if fault.makes_holes() {
            self.watch.looks(Looks::Away);
        }
        let before = self.story.len().await;
        let count = 1 + random.below(1_500);
        let story = self.story.clone();
        let recording = tokio::spawn(async move { story.record(count).await });
        self.relay.reaches(before + random.below(count)).await;
        let kept = self.strike(fault, random).await;
        recording.await.unwrap();
        self.relay.is_calm().await;
        self.mend(fault);
        self.relay.is_calm().await;
        settled(&self.story, &self.server.url()).await;
        self.relay.is_calm().await;
        self.watch.looks(Looks::On);
        drop(kept);
    }

    /// Ends the world; fails if the bus was ever seen to be no prefix of the journal.
    pub(crate) async fn end(self) {
        self.watch.saw_nothing().await;
    }

    async fn strike(&mut self, fault: Fault, random: &mut Random) -> Option<Relaying> {
        let url = self.cable.url();
        match fault {
            Fault::Nothing => {}
            Fault::Purged => {
                self.stream().await.purge().await.unwrap();
            }
            Fault::PurgedButForTheEnd => {
                let keep = 1 + random.below(10);
                self.stream().await.purge().keep(keep).await.unwrap();
            }
            Fault::EndRemoved => self.remove_last(1 + random.below(5)).await,
            Fault::MiddleRemoved => self.remove_at(random).await,
            Fault::StreamRemoved => self.remove_stream().await,
            Fault::ServerKilled => self.server.kill(),
            Fault::ServerPaused => self.server.pause(),
            Fault::StoreEmptied => {
                self.server.kill();
                self.server.empty_store();
            }
            Fault::StoreSetBack => self.set_back(random).await,
            Fault::CableCut => self.cable.cut(),
            Fault::SecondRelay => return Some(Relaying::start(&self.story, &url, 1)),
            Fault::RelayKilled => self.relay = Relaying::start(&self.story, &url, 1),
        }
        None
    }

    fn mend(&mut self, fault: Fault) {
        match fault {
            Fault::ServerKilled | Fault::StoreEmptied | Fault::StoreSetBack => self.server.restart(),
            Fault::ServerPaused => self.server.resume(),
            Fault::CableCut => self.cable.mend(),
            Fault::Nothing
            | Fault::Purged
            | Fault::PurgedButForTheEnd
            | Fault::EndRemoved
            | Fault::MiddleRemoved
            | Fault::StreamRemoved
            | Fault::SecondRelay
            | Fault::RelayKilled => {}
        }
    }

    /// As a backup of the store does that is older than what was published since.
    async fn set_back(&mut self, random: &mut Random) {
        let aside = tempfile::tempdir().unwrap();
        let published = self.relay.published();
        self.server.kill();
        copy_folder(&self.server.store(), aside.path());
        self.server.restart();
        let some_of_the_rest = random.below(200);
        self.relay.reaches(self.story.len().await.min(published + some_of_the_rest)).await;
        self.server.kill();
        self.server.empty_store();
        copy_folder(aside.path(), &self.server.store());
    }

    async fn remove_last(&self, count: u64) {
        let stream = self.stream().await;
        let last = stream.cached_info().state.last_sequence;
        for sequence in last.saturating_sub(count - 1).max(1)..=last {
            // The relay may have emptied it since.
            drop(stream.delete_message(sequence).await);
        }
    }

    async fn remove_at(&self, random: &mut Random) {
        let stream = self.stream().await;
        let state = &stream.cached_info().state;
        let sequence = state.first_sequence + random.below(state.messages.saturating_sub(1));
        drop(stream.delete_message(sequence).await);
    }

    async fn remove_stream(&self) {
        let jetstream = jetstream::new(reading::client(&self.server.url()).await);
        jetstream.delete_stream("CHAPERONE").await.unwrap();
    }

    async fn stream(&self) -> Stream {
        let jetstream = jetstream::new(reading::client(&self.server.url()).await);
        jetstream.get_stream("CHAPERONE").await.unwrap()
    }
}
