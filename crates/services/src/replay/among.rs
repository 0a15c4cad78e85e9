//! What every account adds to what others are judged by, found in a pass of its own before they are.

use std::collections::HashSet;

use domain::fact::Fact;
use domain::id::VendorId;
use domain::stream::Stream;

use super::{FoldedWorlds, Gathered, Inputs, on_ground, standing};
use crate::book::Book;
use crate::elsewhere::Elsewhere;
use crate::elsewhere::ledger::{Ledger, candidates};
use crate::queries::Moment;

/// The names of the accounts that may add something under any rules.
pub(super) fn ever_asked(book: &Book) -> HashSet<String> {
    let shelf = book.shelf();
    shelf.guarded.iter().chain(&shelf.moved).map(Stream::to_string).collect()
}

/// `elsewhere` with what every account adds by these inputs. It blocks.
///
/// # Errors
/// What was gathered cannot be read, or holds something that is not ours.
pub(super) fn added(
    book: &Book,
    (folded, elsewhere): (&FoldedWorlds<'_>, Elsewhere),
    gathered: &Gathered<'_>,
    (moment, inputs): (Moment, Inputs),
) -> anyhow::Result<Elsewhere> {
    let world = |vendor: &VendorId| folded.of(vendor, inputs.horizon, inputs.under);
    let wanted: HashSet<String> = candidates(book, &world).iter().map(Stream::to_string).collect();
    let mut ledger = Ledger::default();
    if !wanted.is_empty() {
        let is_wanted = |name: &str| wanted.contains(name);
        let work = |stream: Stream, facts: Vec<Fact>| {
            let adds = policing::may_add(&facts, &world(stream.vendor()).program).then(|| {
                on_ground(&stream, moment.as_of, inputs, (folded, &elsewhere), |ground| {
                    standing::adds(ground, facts)
                })
            });
            Ok((stream, adds.flatten().unwrap_or_default()))
        };
        gathered.map_apart(&is_wanted, work, &mut |(stream, adds)| {
            ledger.keep(&stream, adds);
            Ok(())
        })?;
    }
    Ok(elsewhere.with(inputs.under, ledger))
}
