//! The partners of the program and their families.

use askama::Template;
use axum::extract::State;
use policing::patterns::r1_repeated::{Chance, Tally};
use wire::answers::PartnerRow;

use super::frame::{Around, Section};
use super::{Page, markup, page};
use crate::api::Shared;
use crate::queries::{Asked, partners};

#[derive(Template)]
#[template(path = "partners.html")]
struct PartnersPage {
    around: Around,
    rows: Vec<Line>,
}

/// One partner in the list.
struct Line {
    row: PartnerRow,
    /// What its closed handoffs say, in words.
    handoffs: String,
}

/// `GET /partners`
pub(super) async fn list(State(shared): State<Shared>) -> Page {
    let around = Around::of(&shared, Section::Partners).await?;
    let moment = Asked::default().moment(&shared.book).await?;
    let tallies = partners::tallies(&shared.book).await?;
    let line = |row: PartnerRow| Line {
        handoffs: tallies.get(&row.partner).copied().map(words).unwrap_or_default(),
        row,
    };
    let rows = partners::list(&shared.book, moment).into_iter().map(line).collect();
    page(&PartnersPage { around, rows })
}

/// How many handoffs ended how; nothing where none has ended. Few are no ground to say anything.
fn words(tally: Tally) -> String {
    let Tally { closed, kept, chance } = tally;
    let judged = match chance {
        _ if closed == 0 => return String::new(),
        Chance::TooFew => "too few to judge",
        Chance::Explains => "no more than chance explains",
        Chance::Exceeded => "more than chance explains by itself, not among all partners",
        Chance::ExceededAmongAll => "more than chance explains",
    };
    format!("{closed} closed, {kept} kept without a basis: {judged}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_handoffs_are_not_judged_on_screen() {
        let few = Tally { closed: 9, kept: 4, chance: Chance::TooFew };
        assert_eq!(words(few), "9 closed, 4 kept without a basis: too few to judge");
        assert_eq!(words(Tally { closed: 0, kept: 0, chance: Chance::TooFew }), "");
    }
}
