//! One account decided and judged again, under given rules and as far as its facts are known.

use std::borrow::Cow;

use domain::account::{Account, history};
use domain::fact::Fact;
use domain::id::AccountId;
use domain::stream::Stream;
use domain::time::Instant;
use policing::{Judged, OfAccount, Watermark};

use super::again::{self, Others};
use super::capped::Refused;
use super::naming::Naming;
use crate::elsewhere::ledger::Ledger;
use crate::elsewhere::{self, Elsewhere, Reviewed, Subject};
use crate::horizon::Horizon;
use crate::sentinel::registration;
use crate::world::World;
use crate::{rules, settling};

/// What becomes of the answers that live commands got.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Asks {
    /// They stand: the commands were answered with them.
    AsAnswered,
    /// They are given again, by all that is known.
    Again,
}

/// Under what an account is decided and judged.
#[derive(Clone, Copy)]
pub(crate) struct Ground<'a> {
    pub(crate) stream: &'a Stream,
    pub(crate) account: &'a AccountId,
    pub(crate) world: &'a World,
    /// What happened later is left out.
    pub(crate) as_of: Instant,
    /// The recorded time up to which the story is known.
    pub(crate) until: Instant,
    pub(crate) asks: Asks,
    /// What stands on the streams of accounts tied to this one, and how far it is known.
    pub(crate) elsewhere: &'a Elsewhere,
    /// What all accounts add to what this one is judged by.
    pub(crate) ledger: &'a Ledger,
    pub(crate) horizon: Horizon,
    /// What a cap on open registrations refuses; `None` where nothing is capped anew.
    pub(super) refused: Option<&'a Refused>,
}

/// An account as it then stands.
pub(crate) struct Stood {
    pub(crate) account: Account,
    /// What was found, cleared or not.
    pub(crate) judged: Vec<Judged>,
    facts: Vec<Fact>,
}

impl Stood {
    /// What its events are called.
    pub(crate) fn naming(&self) -> Naming {
        Naming::of(&self.facts)
    }
}

/// Decides and judges an account again from its recorded facts. What the rules derived from recorded facts is
/// derived anew; where the record is asked for as it was at one position and says the same, it is kept, so that
/// what is found cites events one can look up.
pub(crate) fn stand(ground: Ground<'_>, recorded: Vec<Fact>) -> Option<Stood> {
    let watermark = Watermark { head: recorded.last()?.meta.id, until: ground.until };
    let (facts, others) = decided(ground, recorded);
    let (so_far, account) = folded(ground, &facts);
    let judged = judged((ground, &others), &account, so_far, watermark);
    Some(Stood { account, judged, facts })
}

/// What an account that stands like this adds to what others are judged by.
pub(super) fn adds(ground: Ground<'_>, recorded: Vec<Fact>) -> Option<OfAccount> {
    let watermark = Watermark { head: recorded.last()?.meta.id, until: ground.until };
    let (facts, others) = decided(ground, recorded);
    let (so_far, account) = folded(ground, &facts);
    let is_tied = ground.world.identities.concern(ground.account);
    let facts = if is_tied { owned(so_far) } else { Vec::new() };
    let vendor = ground.stream.vendor();
    let subject = Subject { vendor, account_id: ground.account, account: &account, facts: &facts };
    let told = |stream: &Stream, facts: &[Fact]| elsewhere_told(ground, &others, stream, facts);
    Some(elsewhere::adds(&subject, ground.world, ground.elsewhere, &told, watermark))
}

/// The facts with what is derived from them, and what is decided again on other accounts of the customer with them.
fn decided(ground: Ground<'_>, recorded: Vec<Fact>) -> (Vec<Fact>, Others) {
    let is_kept = ground.asks == Asks::AsAnswered && ground.horizon.is_prefix();
    let told: Vec<Fact> = recorded.into_iter().filter(|fact| is_kept || !fact.is_settled()).collect();
    let told = match ground.refused {
        Some(refused) => refused.kept(ground.stream, told),
        None => told,
    };
    let (told, others) = match ground.asks {
        Asks::AsAnswered => (told, Others::new()),
        Asks::Again => again::decided(ground, told),
    };
    (with_derived(ground.stream, told, ground.world), others)
}

/// Those in force by then, and the account they make.
fn folded<'f>(ground: Ground<'_>, facts: &'f [Fact]) -> (Vec<Cow<'f, Fact>>, Account) {
    let mut so_far = history::effective(facts);
    so_far.retain(|fact| fact.meta.valid_at <= ground.as_of);
    let account = so_far.iter().fold(Account::default(), |account, fact| account.evolve(fact));
    (so_far, account)
}

fn owned(facts: Vec<Cow<'_, Fact>>) -> Vec<Fact> {
    facts.into_iter().map(Cow::into_owned).collect()
}

fn judged(
    (ground, others): (Ground<'_>, &Others),
    account: &Account,
    so_far: Vec<Cow<'_, Fact>>,
    watermark: Watermark,
) -> Vec<Judged> {
    let world = ground.world;
    let is_reviewed = so_far.iter().any(|fact| registration::may_be_reviewed(fact));
    let is_tied = world.identities.concern(ground.account);
    let facts = if is_reviewed || is_tied { owned(so_far) } else { Vec::new() };
    let vendor = ground.stream.vendor();
    let subject = Subject { vendor, account_id: ground.account, account, facts: &facts };
    let told = |stream: &Stream, facts: &[Fact]| elsewhere_told(ground, others, stream, facts);
    let beyond = (ground.elsewhere, ground.ledger, ground.horizon.observed_upto());
    let Reviewed { mut judged, joined, adds: _ } =
        elsewhere::review(&subject, world, beyond, &told, watermark);
    if is_reviewed {
        let surely = || ground.elsewhere.surely_beside(&subject, world, &told);
        judged.extend(registration::review(ground.account, account, (&facts, &surely), world, watermark));
    }
    let account = joined.as_ref().map_or(account, |(_, account)| account);
    rules::guarded(judged, account, &world.program)
}

/// What is known of another account's facts, decided again like the account's own; as in `others`, where it is there.
pub(super) fn elsewhere_told(
    ground: Ground<'_>,
    others: &Others,
    stream: &Stream,
    facts: &[Fact],
) -> Vec<Fact> {
    let known = others.get(stream).cloned().unwrap_or_else(|| known(ground, stream, facts));
    let facts = with_derived(stream, known, ground.world);
    let mut so_far = history::effective(&facts);
    so_far.retain(|fact| fact.meta.valid_at <= ground.as_of);
    owned(so_far)
}

/// What is recorded and known of another account, without what follows from it.
pub(super) fn elsewhere_recorded(ground: Ground<'_>, stream: &Stream) -> Vec<Fact> {
    known(ground, stream, ground.elsewhere.recorded(stream))
}

fn known(ground: Ground<'_>, stream: &Stream, facts: &[Fact]) -> Vec<Fact> {
    let known = facts.iter().filter(|fact| ground.horizon.knows(fact) && !fact.is_settled()).cloned();
    let known: Vec<Fact> = known.collect();
    match ground.refused {
        Some(refused) => refused.kept(stream, known),
        None => known,
    }
}

/// The facts with what the rules derive from them, in the places it would have been recorded at.
pub(super) fn with_derived(stream: &Stream, mut facts: Vec<Fact>, world: &World) -> Vec<Fact> {
    let mut position = facts.last().map_or(0, |fact| fact.meta.position);
    for entry in settling::due(stream, &facts, world) {
        for mut fact in entry.pen().facts {
            position += 1;
            fact.meta.position = position;
            let cause = facts.iter().find(|known| Some(known.meta.id) == fact.meta.causation);
            fact.meta.recorded_at = cause.map_or(fact.meta.valid_at, |cause| cause.meta.recorded_at);
            facts.push(fact);
        }
    }
    facts
}
