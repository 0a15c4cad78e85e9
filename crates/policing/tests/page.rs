//! The page of patterns for partner managers is written from the very table the code goes through.

use std::fmt::Write as _;

use domain::event::case::CaseKind;
use policing::patterns::{PATTERNS, Row};

const OPENING: &str = "\
# Patterns

What Chaperone looks for in the events of an account, written from the table in `src/patterns.rs`
(`UPDATE_EXPECT=1 cargo test -p policing --test page`). A finding is a possible breach of program terms: it says which
events prove it and what would clear it, and a person decides.

A *takeover* asks something of the guest's family, a *procedure* of whoever executed, *host abuse* of the host. A
customer's own verified choice clears every takeover and no breach of procedure.
";

#[test]
fn the_page_of_patterns_says_what_the_table_says() {
    let mut page = OPENING.to_owned();
    for row in PATTERNS {
        let story = format!("../../tests/stories/{}.jsonl", row.example);
        let file = concat!(env!("CARGO_MANIFEST_DIR"), "/").to_owned() + &story;
        assert!(std::path::Path::new(&file).exists(), "{} has no story at {story}", row.pattern);
        let written = write!(
            page,
            "\n## {}: {}\n\n{}, {}. {}\n\n**Cleared by:** {}\n\n**A story in which it is found:** [{}]({story}); \
             `chaperone demo --exit --events tests/stories/{}.jsonl` tells it.\n",
            row.pattern,
            row.name,
            kind(row),
            version(row),
            row.what,
            row.clears,
            row.example,
            row.example,
        );
        written.expect("a String takes all that is written to it");
    }
    expect_test::expect_file!["../PATTERNS.md"].assert_eq(&page);
}

fn kind(row: &Row) -> &'static str {
    match row.kind {
        CaseKind::Takeover => "Takeover",
        CaseKind::Procedure => "Procedure",
        CaseKind::HostAbuse => "Host abuse",
        CaseKind::Statistical => "Statistical",
        CaseKind::Registration => "Registration",
    }
}

fn version(row: &Row) -> String {
    format!("rule version {}", row.rule_version)
}
