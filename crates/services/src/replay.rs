//! Replay: every account's facts from the journal, account by account, decided and judged again.

mod again;
mod among;
pub(crate) mod capped;
mod causes;
mod gather;
mod holders;
mod naming;
mod outside;
mod record;
mod standing;
mod swapping;
mod verdicts;

use std::collections::{HashMap, HashSet};
use std::num::NonZero;
use std::sync::{Arc, Mutex, PoisonError};

use domain::fact::Fact;
use domain::id::VendorId;
use domain::stream::Stream;
use domain::time::Instant;
use ports::{Journal, Position};
use views::cases::stands;
use wire::answers::{Difference, FindingRow, ReplayAnswer, RulingRow, StorySummary, digest_of_lines};

use crate::book::Book;
use crate::elsewhere::{self, Elsewhere};
use crate::horizon::{Horizon, Input, WhatIf};
use crate::queries::{Moment, cases};
use crate::sentinel;
use crate::world::World;
use causes::differing;
pub(crate) use gather::Gathered;
pub use gather::{Gathering, map_accounts};
pub use holders::holders;
use record::{Findings, OnRecord};
use standing::{Asks, Stood};
pub(crate) use swapping::Under;
use swapping::{Inputs, Swapping};

/// What a replay keeps in memory of the facts it gathered, in bytes: 256 MiB, a journal of a million events. The
/// facts of a longer one stand in a file meanwhile.
const GATHERED_BYTES: u64 = 256 * 1024 * 1024;
/// Threads that fold and judge, at most: what is gathered on each costs memory.
const THREADS_MAX: usize = 4;

/// Hands over every account's facts up to the position `upto`, each account once.
///
/// It blocks: call it from a blocking thread.
///
/// # Errors
/// The journal cannot be read, holds something that is not ours, or `each` failed.
pub fn each_account(
    journal: &dyn Journal,
    upto: Position,
    each: &mut dyn FnMut(&Stream, Vec<Fact>) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let gathering =
        Gathering { upto, wanted: &|_| true, apart: None, threads: 1, memory_bytes: GATHERED_BYTES };
    let facts = |stream, facts| Ok((stream, facts));
    map_accounts(journal, &gathering, facts, &mut |(stream, facts)| each(&stream, facts))
}

/// How many threads work on accounts here: one per core, up to a few.
pub(crate) fn threads() -> u32 {
    let cores = std::thread::available_parallelism().map_or(1, NonZero::get);
    u32::try_from(cores.min(THREADS_MAX)).unwrap_or(1)
}

/// What a replay is asked.
#[derive(Debug, Clone)]
pub struct Question {
    pub moment: Moment,
    /// The recorded time up to which the story is known.
    pub until: Instant,
    /// A policy that takes the place of all published ones.
    pub what_if: Option<WhatIf>,
    pub record: Record,
    /// How many threads work; the answer is the same on any number.
    pub threads: Option<u32>,
}

/// Whether a replay is compared with what is on record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Record {
    LeftAlone,
    Compared,
}

/// A replay's answer and the lines of its verdict log, sorted.
#[derive(Debug, Default)]
pub struct Replayed {
    pub answer: ReplayAnswer,
    pub log: Vec<String>,
}

/// Decides and judges every account again, from what was asked, observed and ruled by the moment, and keeps
/// nothing but what is found.
///
/// What the rules derive from recorded facts is derived anew; what they decided about a command when it was
/// given stands, since the command was answered with it. `until` is the recorded time up to which
/// the story is known. It blocks.
///
/// # Errors
/// The journal cannot be read, or holds something that is not ours.
pub fn judge_all(book: &Book, moment: Moment, until: Instant) -> anyhow::Result<StorySummary> {
    let started = book.clock.now_ms();
    let mut summary = StorySummary { events: moment.known.lo(), ..StorySummary::default() };
    let folded = FoldedWorlds::new(book, None);
    let inputs = inputs(moment, until, Under::Published, Asks::AsAnswered);
    let (gathered, elsewhere) = gathered(book, moment, None)?;
    let elsewhere = among::added(book, (&folded, elsewhere), &gathered, (moment, inputs))?;
    let judge = |stream: Stream, facts: Vec<Fact>| {
        let stood = stood(&stream, facts, moment.as_of, inputs, (&folded, &elsewhere));
        Ok(stood.map(|stood| rows(&stream, &stood)).unwrap_or_default())
    };
    gathered.map(&|_| true, judge, &mut |findings| {
        summary.accounts += 1;
        summary.findings.extend(findings);
        Ok(())
    })?;
    summary.findings.sort();
    summary.elapsed_ms = elapsed_ms(book, started);
    Ok(summary)
}

/// One account as it stands by its facts and the inputs.
fn stood(
    stream: &Stream,
    facts: Vec<Fact>,
    as_of: Instant,
    inputs: Inputs,
    beyond: (&FoldedWorlds<'_>, &Elsewhere),
) -> Option<Stood> {
    on_ground(stream, as_of, inputs, beyond, |ground| standing::stand(ground, facts))
}

/// What `ask` makes of an account by these inputs; `None` when the stream is none of an account.
fn on_ground<T>(
    stream: &Stream,
    as_of: Instant,
    inputs: Inputs,
    (folded, elsewhere): (&FoldedWorlds<'_>, &Elsewhere),
    ask: impl FnOnce(standing::Ground<'_>) -> Option<T>,
) -> Option<T> {
    let world = folded.of(stream.vendor(), inputs.horizon, inputs.under);
    let Inputs { horizon, asks, until, under } = inputs;
    let account = stream.account()?;
    let (ledger, refused) = (elsewhere.ledger(under), elsewhere.refused(under));
    let world = &world;
    ask(standing::Ground { stream, account, world, as_of, until, asks, elsewhere, ledger, horizon, refused })
}

/// Decides and judges every account again and says what came of it: what is found, the digest of the verdict
/// log, and, when asked, what differs from the record and why. It blocks.
///
/// Under another policy, or compared with the record, live commands are answered again by all that is known.
/// The lines of the log are kept until the end, some 250 bytes for each decision and finding.
///
/// # Errors
/// The journal cannot be read, or holds something that is not ours.
pub fn run(book: &Book, question: &Question) -> anyhow::Result<Replayed> {
    let started = book.clock.now_ms();
    let recorded = match question.record {
        Record::LeftAlone => Findings::new(),
        Record::Compared => record::findings(book, question.moment.known)?,
    };
    let folded = FoldedWorlds::new(book, question.what_if.as_ref());
    let (gathered, elsewhere) = gathered(book, question.moment, question.threads)?;
    let replaying = Replaying { question, recorded, folded, elsewhere };
    let replaying = replaying.capped(book, &gathered)?.among_others(book, &gathered)?;
    let mut replayed = Replayed::default();
    let answer = &mut replayed.answer;
    let mut differences = Vec::new();
    let work = |stream: Stream, facts: Vec<Fact>| Ok(replaying.account(&stream, facts).unwrap_or_default());
    gathered.map(&|_| true, work, &mut |one: OfAccount| {
        answer.accounts += 1;
        answer.decisions += one.decisions;
        answer.findings.extend(one.findings);
        answer.ruling_outside_policy.extend(one.rulings);
        differences.extend(one.differences);
        replayed.log.extend(one.lines);
        Ok(())
    })?;
    replayed.log.sort_unstable();
    answer.events = question.moment.known.lo();
    answer.what_if = question.what_if.as_ref().map(|what_if| what_if.digest.to_string());
    answer.findings.sort();
    answer.ruling_outside_policy.sort();
    differences.sort();
    answer.verdict_log = digest_of_lines(replayed.log.iter().map(String::as_str)).to_string();
    answer.differences = (question.record == Record::Compared).then_some(differences);
    answer.elapsed_ms = elapsed_ms(book, started);
    Ok(replayed)
}

/// All accounts, and apart those that matter to others.
fn gathered<'j>(
    book: &'j Book,
    moment: Moment,
    threads_wanted: Option<u32>,
) -> anyhow::Result<(Gathered<'j>, Elsewhere)> {
    let threads = threads_wanted.unwrap_or_else(threads).max(1);
    let wanted = elsewhere::Wanted::of(book);
    let mut apart: HashSet<String> = wanted.names.clone();
    apart.extend(among::ever_asked(book));
    let is_apart = |name: &str| apart.contains(name);
    let gathering = Gathering {
        upto: moment.known,
        wanted: &|_| true,
        apart: Some(&is_apart),
        threads,
        memory_bytes: GATHERED_BYTES,
    };
    let gathered = Gathered::scan(book.journal.as_ref(), &gathering)?;
    let elsewhere = Elsewhere::gather(wanted, &gathered)?;
    Ok((gathered, elsewhere))
}

fn elapsed_ms(book: &Book, started: i64) -> u64 {
    u64::try_from(book.clock.now_ms() - started).unwrap_or_default()
}

fn inputs(moment: Moment, until: Instant, under: Under, asks: Asks) -> Inputs {
    Inputs { horizon: Horizon::at(moment.known), under, asks, until }
}

/// What a replay makes of one account.
#[derive(Default)]
struct OfAccount {
    findings: Vec<FindingRow>,
    lines: Vec<String>,
    decisions: u64,
    differences: Vec<Difference>,
    rulings: Vec<RulingRow>,
}

impl OfAccount {
    fn new(stream: &Stream, stood: &Stood) -> Self {
        let (lines, decisions) = verdicts::lines(stream, stood);
        Self { findings: rows(stream, stood), lines, decisions, ..Self::default() }
    }
}

struct Replaying<'a> {
    question: &'a Question,
    recorded: Findings,
    folded: FoldedWorlds<'a>,
    elsewhere: Elsewhere,
}

impl Replaying<'_> {
    /// The same with what every account adds, under each of the policies that are asked about.
    fn among_others(mut self, book: &Book, gathered: &Gathered<'_>) -> anyhow::Result<Self> {
        let asked = self.asked();
        let published = Inputs { under: Under::Published, ..asked };
        for inputs in [Some(published), (asked != published).then_some(asked)].into_iter().flatten() {
            let elsewhere = std::mem::take(&mut self.elsewhere);
            let how = (self.question.moment, inputs);
            self.elsewhere = among::added(book, (&self.folded, elsewhere), gathered, how)?;
        }
        Ok(self)
    }

    /// The same with what a cap of the policy that is tried refuses.
    fn capped(mut self, book: &Book, gathered: &Gathered<'_>) -> anyhow::Result<Self> {
        let what_if = self.question.what_if.as_ref();
        if let Some(max) = what_if.and_then(|what_if| what_if.policy.registration.open_max) {
            let (beyond, how) = ((&self.folded, &self.elsewhere), (self.question.moment, self.asked()));
            let refused = capped::refused(book, beyond, gathered, how, max)?;
            self.elsewhere = self.elsewhere.refusing(refused);
        }
        Ok(self)
    }

    fn account(&self, stream: &Stream, facts: Vec<Fact>) -> Option<OfAccount> {
        let (asked, as_of) = (self.asked(), self.question.moment.as_of);
        if asked.asks == Asks::AsAnswered {
            let stood = stood(stream, facts, as_of, asked, (&self.folded, &self.elsewhere))?;
            return Some(OfAccount::new(stream, &stood));
        }
        let worlds = |vendor: &VendorId, horizon, under| self.folded.of(vendor, horizon, under);
        let swapping = Swapping::new(stream, stream.account()?, &facts, as_of, (&worlds, &self.elsewhere));
        let stood = swapping.stood(asked)?;
        let differences = match self.question.record {
            Record::LeftAlone => Vec::new(),
            Record::Compared => self.differences(&swapping, &stood),
        };
        let rulings = match asked.under {
            Under::Published => Vec::new(),
            Under::WhatIf => {
                let own = Inputs { under: Under::Published, ..asked };
                swapping.between(own, asked, |own, other| outside::rulings(own, other, &facts))
            }
        };
        Some(OfAccount { differences, rulings, ..OfAccount::new(stream, &stood) })
    }

    /// The inputs of the answer that was asked for.
    fn asked(&self) -> Inputs {
        let Question { moment, until, what_if, record, .. } = self.question;
        let under = if what_if.is_some() { Under::WhatIf } else { Under::Published };
        let asks = match (under, record) {
            (Under::Published, Record::LeftAlone) => Asks::AsAnswered,
            (Under::WhatIf, _) | (_, Record::Compared) => Asks::Again,
        };
        inputs(*moment, *until, under, asks)
    }

    /// What differs between the record and the replay, each with its cause.
    fn differences(&self, swapping: &Swapping<'_>, stood: &Stood) -> Vec<Difference> {
        let known = self.question.moment.known;
        let findings = self.recorded.get(swapping.stream).map(Vec::as_slice).unwrap_or_default();
        let on_record = OnRecord::new(swapping, known, findings, self.question.until);
        let is = swapping.held(stood);
        let differing = differing(&on_record.verdicts, &is);
        // A finding about an answer that later history speaks against ends when the answer is given again.
        let differing =
            differing.into_iter().filter(|(pattern, _)| *pattern != sentinel::registration::PATTERN);
        let row = |about: verdicts::About| {
            let was = on_record.verdicts.get(&about);
            let cause = self.cause(swapping, &on_record, &about, was);
            causes::row(&swapping.stream.to_string(), about.clone(), was, is.get(&about), cause)
        };
        differing.map(row).collect()
    }

    /// Why the replay answers otherwise than the record: the inputs the record was made from are exchanged for
    /// those of the replay, one after the other.
    fn cause(
        &self,
        swapping: &Swapping<'_>,
        on_record: &OnRecord,
        about: &verdicts::About,
        was: Option<&String>,
    ) -> Input {
        let asked = self.asked();
        let now = Inputs { under: Under::Published, ..asked };
        if swapping.verdicts(now).get(about) == was {
            return Input::Policy;
        }
        let given = on_record.given_at(about).map_or(self.question.moment.known, |at| Position::new(0, at));
        let then = Inputs { horizon: Horizon::at(given), ..now };
        let answered = Inputs { asks: Asks::AsAnswered, ..now };
        let is_reproduced =
            [then, answered].iter().any(|inputs| swapping.verdicts(*inputs).get(about) == was);
        if !is_reproduced {
            return Input::Code;
        }
        swapping.cause(about, was, then, asked).unwrap_or(Input::Code)
    }
}

/// A state of knowledge: a journal position, and the recorded time it stands for.
#[derive(Debug, Clone, Copy)]
pub struct Known {
    pub position: Position,
    pub until: Instant,
}

/// What changed about one account for the instant `as_of` between two states of knowledge, each change with the
/// one input that made it. `recorded` are the account's facts, `elsewhere` those of accounts tied to it.
pub(crate) fn changed(
    book: &Book,
    stream: &Stream,
    (recorded, elsewhere): (&[Fact], &Elsewhere),
    as_of: Instant,
    [from, to]: [Known; 2],
) -> Vec<Difference> {
    let Some(account) = stream.account() else { return Vec::new() };
    let folded = FoldedWorlds::new(book, None);
    let worlds = |vendor: &VendorId, horizon, under| folded.of(vendor, horizon, under);
    let swapping = Swapping::new(stream, account, recorded, as_of, (&worlds, elsewhere));
    let [from, to] = [from, to].map(|known| Inputs {
        horizon: Horizon::at(known.position),
        under: Under::Published,
        asks: Asks::AsAnswered,
        until: known.until,
    });
    let (was, is) = (swapping.verdicts(from), swapping.verdicts(to));
    let row = |about: verdicts::About| {
        let before = was.get(&about);
        let cause = swapping.cause(&about, before, from, to).unwrap_or(Input::Code);
        causes::row(&stream.to_string(), about.clone(), before, is.get(&about), cause)
    };
    differing(&was, &is).into_iter().map(row).collect()
}

/// The findings that stand, as rows.
fn rows(stream: &Stream, stood: &Stood) -> Vec<FindingRow> {
    let standing = stood.judged.iter().filter(|judged| stands(&judged.finding.verdict));
    let row = |judged: &policing::Judged| {
        let case = sentinel::case_id(stream.vendor(), &judged.case);
        cases::finding_row(&case, &judged.opened, &judged.finding)
    };
    standing.map(row).collect()
}

/// Worlds by vendor, horizon and policy, each folded once.
pub(crate) struct FoldedWorlds<'a> {
    book: &'a Book,
    what_if: Option<&'a WhatIf>,
    folded: Mutex<HashMap<(VendorId, Horizon, Under), Arc<World>>>,
}

impl<'a> FoldedWorlds<'a> {
    pub(crate) fn new(book: &'a Book, what_if: Option<&'a WhatIf>) -> Self {
        Self { book, what_if, folded: Mutex::default() }
    }

    pub(crate) fn of(&self, vendor: &VendorId, horizon: Horizon, under: Under) -> Arc<World> {
        let mut folded = self.folded.lock().unwrap_or_else(PoisonError::into_inner);
        let what_if = match under {
            Under::Published => None,
            Under::WhatIf => self.what_if,
        };
        let fold = || Arc::new(self.book.world_by(vendor, horizon, what_if));
        Arc::clone(folded.entry((vendor.clone(), horizon, under)).or_insert_with(fold))
    }
}
