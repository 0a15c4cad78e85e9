//! One of three servers is cut off its peers, killed, paused or robbed of its store while relays on both sides publish,
//! and comes back.

use tests::nats::{CutOff, NatsCluster};
use tests::random::Random;

use crate::cluster::leader;
use crate::reading;
use crate::world::{Relaying, Story, Watch, settled};

/// The loss of one server of three.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Loss {
    who: Who,
    how: How,
}

/// Which server is lost.
#[derive(Clone, Copy, Debug)]
enum Who {
    /// The one that decides what is on the stream.
    Leader,
    /// One that follows it.
    Follower,
}

/// How it is lost.
#[derive(Clone, Copy, Debug)]
enum How {
    /// It runs, and its clients reach it, but not its peers.
    CutOff(CutOff),
    Killed,
    Paused,
    /// Killed, and its store with it.
    Emptied,
}

impl Loss {
    /// A loss the seed chooses; every other one is that of a cable.
    pub(crate) fn any(random: &mut Random) -> Self {
        let who = *random.pick(&[Who::Leader, Who::Follower]);
        let cut = How::CutOff(*random.pick(&[CutOff::Told, CutOff::Silent]));
        Self { who, how: *random.pick(&[How::Killed, cut, How::Paused, cut, How::Emptied, cut]) }
    }

    /// The leader is cut off and not told, so that it leads on for a while beside its successor.
    pub(crate) const SILENT_LEADER: Self = Self { who: Who::Leader, how: How::CutOff(CutOff::Silent) };
}

/// Three servers and what they are to have.
pub(crate) struct Divided {
    cluster: NatsCluster,
    story: Story,
}

impl Divided {
    /// A cluster that has some events, or `None` after saying aloud that the test is skipped.
    pub(crate) async fn start() -> Option<Self> {
        let cluster = NatsCluster::start()?;
        let story = Story::saying("same");
        story.record(20).await;
        Relaying::start(&story, &cluster.url(), 3).reaches(20).await;
        Some(Self { cluster, story })
    }

    /// Loses a server at a moment the seed chooses, and returns when it is back and all three have everything.
    pub(crate) async fn lose(&mut self, Loss { who, how }: Loss, random: &mut Random) {
        let lost = self.choose(who, random).await;
        let (many, one) = (self.cluster.url_without(&lost), self.cluster.url_of(&lost));
        let before = self.story.len().await;
        let mut inside = Relaying::start(&self.story, &many, 3);
        let mut outside = Relaying::start(&self.story, &one, 3);
        inside.reaches(before).await;
        outside.reaches(before).await;
        let watches = [Watch::over(&many), Watch::over(&one)];

        let count = 1 + random.below(1_500);
        let story = self.story.clone();
        let recording = tokio::spawn(async move { story.record(count).await });
        inside.reaches(before + random.below(count)).await;
        self.strike(&lost, how);
        recording.await.unwrap();
        // Two of three go on without the third.
        settled(&self.story, &many).await;
        self.story.record(1 + random.below(300)).await;
        inside.reaches(self.story.len().await).await;
        inside.is_calm().await;
        outside.is_calm().await;

        self.mend(&lost, how);
        // Both relays go on, and neither repeats what the other did.
        self.story.record(1 + random.below(300)).await;
        outside.reaches(self.story.len().await).await;
        for url in [&many, &one] {
            settled(&self.story, url).await;
        }
        self.lead(&lost).await;
        settled(&self.story, &one).await;
        inside.is_calm().await;
        outside.is_calm().await;
        for watch in watches {
            watch.saw_nothing().await;
        }
    }

    async fn choose(&self, who: Who, random: &mut Random) -> String {
        let leader = leader(&self.cluster.url()).await;
        match who {
            Who::Leader => leader,
            Who::Follower => {
                let followers: Vec<String> =
                    NatsCluster::names().into_iter().filter(|name| *name != leader).collect();
                random.pick(&followers).clone()
            }
        }
    }

    fn strike(&mut self, lost: &str, how: How) {
        match how {
            How::CutOff(how) => self.cluster.cut_off(lost, how),
            How::Killed => self.cluster.node(lost).kill(),
            How::Paused => self.cluster.node(lost).pause(),
            How::Emptied => {
                self.cluster.node(lost).kill();
                self.cluster.node(lost).empty_store();
            }
        }
    }

    fn mend(&mut self, lost: &str, how: How) {
        match how {
            How::CutOff(_) => self.cluster.reunite(),
            How::Killed | How::Emptied => self.cluster.node(lost).restart(),
            How::Paused => self.cluster.node(lost).resume(),
        }
    }

    /// Makes the server lead that was lost: from then on what it has is what the stream is.
    async fn lead(&self, name: &str) {
        let url = self.cluster.url();
        let client = reading::client(&url).await;
        let wish = format!(r#"{{"placement": {{"preferred": "{name}"}}}}"#);
        while leader(&url).await != name {
            // A leader that was just lost answers nothing; then it is asked again.
            drop(client.request("$JS.API.STREAM.LEADER.STEPDOWN.CHAPERONE", wish.clone().into()).await);
        }
    }
}
