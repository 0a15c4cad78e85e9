//! Accounts as they stand: folded from their streams when asked, kept while they are in use.

use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::Context as _;
use domain::account::{Account, history};
use domain::fact::Fact;
use domain::stream::Stream;
use lru::LruCache;
use ports::{Journal, PAGE_EVENTS_MAX, Select, Version};
use rustc_hash::FxBuildHasher;

/// What accounts kept folded in memory may weigh together, in facts: at 1 KB each, about 64 MB.
const KEPT_FACTS_MAX: usize = 65_536;
/// What an account weighs beside its facts, in facts.
const EMPTY_ACCOUNT_FACTS: usize = 2;

/// Streams whose last revision is remembered while they are read, in streams: reading one takes milliseconds, in
/// which others write to far fewer.
const MOVED_STREAMS_MAX: NonZeroUsize = NonZeroUsize::new(16_384).expect("16,384 is not zero");

/// One stream as read: its facts, what they add up to, and where it stands.
#[derive(Debug, Clone)]
pub struct Loaded {
    pub facts: Vec<Fact>,
    pub account: Account,
    pub version: Option<Version>,
}

/// Folded accounts, the least used forgotten first.
#[derive(Debug)]
pub struct Accounts {
    kept: Mutex<Kept>,
    /// The last revision others are known to have written, by stream.
    moved: Mutex<LruCache<Stream, u64>>,
}

impl Default for Accounts {
    fn default() -> Self {
        Self {
            kept: Mutex::new(Kept { streams: LruCache::unbounded_with_hasher(FxBuildHasher), facts: 0 }),
            moved: Mutex::new(LruCache::new(MOVED_STREAMS_MAX)),
        }
    }
}

impl Accounts {
    /// The account as kept, else read from `journal`.
    ///
    /// # Errors
    /// The journal cannot be read, or holds something that is not ours.
    pub async fn load(&self, journal: &dyn Journal, stream: &Stream) -> anyhow::Result<Arc<Loaded>> {
        if let Some(kept) = self.lock().streams.get(stream) {
            return Ok(Arc::clone(kept));
        }
        let loaded = Arc::new(read(journal, stream).await?);
        self.keep(&mut self.lock(), stream, &loaded);
        Ok(loaded)
    }

    /// The account as kept, when that includes `revision`.
    pub(crate) fn kept_since(&self, stream: &Stream, revision: u64) -> Option<Arc<Loaded>> {
        let kept = self.lock();
        let loaded = kept.streams.peek(stream)?;
        (loaded.version.map(|version| version.revision) >= Some(revision)).then(|| Arc::clone(loaded))
    }

    /// Keeps it, unless somebody was seen to write to the stream after it was read.
    fn keep(&self, kept: &mut Kept, stream: &Stream, loaded: &Arc<Loaded>) {
        if self.last_moved(stream) <= loaded.version.map(|version| version.revision) {
            kept.put(stream, Arc::clone(loaded));
        }
    }

    /// Somebody recorded `revision` of `stream`: an older state of it is forgotten.
    pub(crate) fn moved(&self, stream: &Stream, revision: u64) {
        let mut kept = self.lock();
        self.moved.lock().unwrap_or_else(PoisonError::into_inner).put(stream.clone(), revision);
        let is_older = |kept: &Arc<Loaded>| kept.version.map(|version| version.revision) < Some(revision);
        if kept.streams.peek(stream).is_some_and(is_older) {
            kept.pop(stream);
        }
    }

    fn last_moved(&self, stream: &Stream) -> Option<u64> {
        self.moved.lock().unwrap_or_else(PoisonError::into_inner).peek(stream).copied()
    }

    /// Forgets what is kept of `stream`: somebody else wrote to it.
    pub fn forget(&self, stream: &Stream) {
        self.lock().pop(stream);
    }

    /// The account after facts were appended to `before`; folds on where it can and afresh where it must.
    pub fn grow(
        &self,
        stream: &Stream,
        before: Arc<Loaded>,
        facts: Vec<Fact>,
        version: Option<Version>,
    ) -> Arc<Loaded> {
        self.lock().pop(stream);
        // The cache let go of it, so usually nobody else holds it and nothing is copied.
        let mut loaded = Arc::unwrap_or_clone(before);
        for fact in facts {
            let corrected = loaded.facts.iter().any(|known| known.corrects() == Some(fact.meta.id));
            if !corrected && loaded.account.takes(&fact) {
                loaded.account = std::mem::take(&mut loaded.account).evolve(&fact);
                loaded.facts.push(fact);
            } else {
                loaded.facts.push(fact);
                loaded.account = history::fold(&loaded.facts);
            }
        }
        loaded.version = version;
        let loaded = Arc::new(loaded);
        self.keep(&mut self.lock(), stream, &loaded);
        loaded
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Kept> {
        // A cache is right or empty whatever happened to the thread that held it.
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What is kept, and what it weighs together.
#[derive(Debug)]
struct Kept {
    streams: LruCache<Stream, Arc<Loaded>, FxBuildHasher>,
    facts: usize,
}

impl Kept {
    fn put(&mut self, stream: &Stream, loaded: Arc<Loaded>) {
        self.facts += weight(&loaded);
        if let Some(before) = self.streams.put(stream.clone(), loaded) {
            self.facts -= weight(&before);
        }
        while self.facts > KEPT_FACTS_MAX
            && let Some((_, least_used)) = self.streams.pop_lru()
        {
            self.facts -= weight(&least_used);
        }
    }

    fn pop(&mut self, stream: &Stream) {
        if let Some(before) = self.streams.pop(stream) {
            self.facts -= weight(&before);
        }
    }
}

fn weight(loaded: &Loaded) -> usize {
    loaded.facts.len() + EMPTY_ACCOUNT_FACTS
}

/// Reads a whole stream and folds it.
///
/// # Errors
/// The journal cannot be read, or holds something that is not ours.
pub async fn read(journal: &dyn Journal, stream: &Stream) -> anyhow::Result<Loaded> {
    let (facts, version) = facts(journal, stream).await?;
    Ok(Loaded { account: history::fold(&facts), facts, version })
}

/// Reads the facts of a whole stream.
///
/// # Errors
/// The journal cannot be read, or holds something that is not ours.
pub async fn facts(journal: &dyn Journal, stream: &Stream) -> anyhow::Result<(Vec<Fact>, Option<Version>)> {
    let name = stream.to_string();
    let (mut facts, mut version) = (Vec::new(), None);
    loop {
        let from = u64::try_from(facts.len()).context("a stream has fewer than 2^64 events")?;
        let page = journal.read_stream(&name, from, Select::Facts, PAGE_EVENTS_MAX).await?;
        for recorded in &page.events {
            facts.push(crate::pen::fact(recorded)?);
            version = Some(recorded.version());
        }
        if !page.more {
            return Ok((facts, version));
        }
    }
}

#[cfg(test)]
mod tests {
    use domain::event::Event;
    use domain::event::correction::{CorrectionEvent, CorrectionReason, Retracted};
    use domain::event::deal::{DealEvent, Submitted};

    use super::*;
    use crate::fixture::{fact, id};

    #[test]
    fn a_fact_retracted_before_it_came_does_not_count_when_it_comes() {
        let retracted =
            Retracted { target: id(1), reason: CorrectionReason::Typo, approved_by: None, evidence: None };
        let retraction = fact(0, Event::Correction(CorrectionEvent::Retracted(retracted)));
        let submitted = Submitted {
            deal: "d1".parse().expect("an id"),
            source: None,
            partner: "northwind".parse().expect("an id"),
            scope: domain::scope::Scope::default(),
            need: String::new(),
            expected_value: None,
            expected_close: None,
            missing: Vec::new(),
            customer_confirmation: None,
            tender: None,
            under_handoff: None,
            renews: None,
            related_accounts: Vec::new(),
        };
        let told = fact(1, Event::Deal(DealEvent::Submitted(submitted)));
        let stream: Stream = "account-acme.globex".parse().expect("a stream");
        let nothing = Loaded { facts: Vec::new(), account: Account::default(), version: None };
        let grown = Accounts::default().grow(&stream, Arc::new(nothing), vec![retraction, told], None);
        assert!(grown.account.deals.is_empty());
    }
}
