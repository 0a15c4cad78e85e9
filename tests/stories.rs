//! One short story for each pattern and each look-alike, told by the real binary, and what stands at its end.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops where it is")]

use serde_json::Value;
use tests::chaperone::Chaperone;
use tests::events::story;
use tests::repository_root;

/// A file of `tests/stories`, and the findings that stand at its end.
struct Told {
    story: &'static str,
    found: &'static [&'static str],
}

const STORIES: &[Told] = &[
    // A holder reported without any step of a change is also a question to the vendor.
    Told { story: "t01-direct-grab", found: &["T01 S4 confirmed", "procedure_unknown S2 confirmed"] },
    Told { story: "t02-registration", found: &["T02 S3 confirmed"] },
    // A refused attempt has a reference; only the second within twelve months is a finding.
    Told { story: "t02-one-attempt", found: &[] },
    Told { story: "t02-second-attempt", found: &["T02 S2 confirmed"] },
    Told { story: "t03-renewal", found: &["T03 S3 confirmed"] },
    Told { story: "t04-outside-the-grant", found: &["T04 S3 confirmed"] },
    Told { story: "t05-role-inversion", found: &["T05 S4 confirmed"] },
    Told { story: "t06-subsidiary", found: &["T06 S4 confirmed"] },
    Told { story: "t06-guessed-family", found: &["T06 S2 confirmed"] },
    // The step to the guest is the relay's, and not once more a direct change.
    Told { story: "t07-relay", found: &["T07 S4 confirmed", "procedure_unknown S2 confirmed"] },
    Told { story: "t11-pounce", found: &["T11 S2 confirmed"] },
    Told { story: "t12-stall", found: &["T12 S3 confirmed"] },
    Told { story: "t13-manufactured-abandonment", found: &["T13 S4 confirmed"] },
    Told { story: "t13-undelivered-notice", found: &["T13 S4 confirmed"] },
    Told {
        story: "t14-backdated-release",
        found: &["T01 S4 confirmed", "T14 S3 confirmed", "procedure_unknown S2 confirmed"],
    },
    // A valid letter clears the takeover, never the haste.
    Told { story: "t15-rushed", found: &["T15 S4 confirmed"] },
    // The desk counted the day of delivery too. That nobody meant ill takes no step back; undone as an error, it is.
    Told { story: "t15-counted-wrongly", found: &["T15 S4 confirmed"] },
    Told { story: "l07-haste-put-right", found: &[] },
    // The story of l01 without the customer's lift: the letter clears the takeover and thaws nothing.
    Told { story: "t19-letter-no-lift", found: &["T19 S4 confirmed"] },
    Told { story: "t19-freeze-of-the-customer", found: &["T19 S4 confirmed"] },
    Told { story: "t19-no-letter", found: &["T01 S4 confirmed", "T19 S4 confirmed"] },
    // The letter clears the takeover; that the host's mail was turned aside before it stands by itself.
    Told { story: "t20-contact-capture", found: &["T20 S3 confirmed"] },
    Told { story: "t20-confirmed-turnover", found: &[] },
    Told { story: "t22-last-touch", found: &["T22 S2 confirmed"] },
    // The same customer under a name the guest gave it; without a hard id it is a question.
    Told { story: "t08-alias", found: &["T08 S4 confirmed"] },
    Told { story: "t08-soft-match", found: &["T08 S2 confirmed"] },
    Told { story: "l14-match-taken-back", found: &[] },
    // A sister with the same contact and need; with one of the two it is a question.
    Told { story: "t09-sister-company", found: &["T09 S3 confirmed"] },
    Told { story: "t09-other-contact", found: &["T09 S2 confirmed"] },
    Told { story: "l09-separate-buying-centre", found: &[] },
    Told { story: "l09-sister-buys-another-line", found: &[] },
    Told { story: "l12-customer-acquired", found: &[] },
    // Three partners, each of which takes what another had found: the last gain closes the ring.
    Told {
        story: "t10-ring",
        found: &[
            "T01 S4 confirmed",
            "T01 S4 confirmed",
            "T01 S4 confirmed",
            "T10 S3 confirmed",
            "procedure_unknown S2 confirmed",
            "procedure_unknown S2 confirmed",
            "procedure_unknown S2 confirmed",
        ],
    },
    // Where the hosts of two of the three let go, there is no ring of takeovers.
    Told { story: "l02-ring-of-releases", found: &["T01 S4 confirmed", "procedure_unknown S2 confirmed"] },
    Told { story: "t16-stale-letter", found: &["T01 S4 confirmed", "T16 S3 confirmed"] },
    Told { story: "t16-induced-letter-claimed", found: &["T16 S3 confirmed"] },
    Told { story: "l01-letter-cured-in-time", found: &[] },
    // The account moved on a letter with a box forgotten; its signer sent a better one, a week or three weeks later.
    Told { story: "l01-letter-mended-after-the-change", found: &[] },
    Told { story: "t16-letter-mended-too-late", found: &["T01 S4 confirmed", "T16 S3 confirmed"] },
    // Who shares the guest's network verifies nothing, unless the guest disclosed that it hosts the customer.
    Told { story: "t17-captive-network", found: &["T17 S4 confirmed"] },
    Told { story: "t17-own-verifier", found: &["T01 S4 confirmed", "T17 S4 confirmed"] },
    Told { story: "l01-hosted-and-disclosed", found: &[] },
    Told { story: "t18-letter-war", found: &["T18 S2 confirmed"] },
    Told { story: "t18-another-signer", found: &["T18 S2 confirmed"] },
    Told { story: "l01-customer-reorganised", found: &[] },
    // Nothing is told of the account any more: that the commission is overdue comes with time alone.
    Told { story: "t21-unpaid", found: &["T21 S3 confirmed"] },
    Told { story: "t21-split", found: &["T21 S3 confirmed"] },
    Told { story: "t21-written-off-by-guest", found: &["T21 S3 confirmed"] },
    Told { story: "l02-commission-waived", found: &[] },
    Told { story: "l16-order-returned", found: &[] },
    Told { story: "l16-below-the-minimum", found: &[] },
    // Two are counted, and with fewer than ten that left nobody can say that it is no chance.
    Told { story: "t23-accounts-follow", found: &["T23 S1 indeterminate(too_few)"] },
    Told { story: "l01-accounts-follow-by-letter", found: &[] },
    Told { story: "t24-objection-off-the-list", found: &["T24 S3 confirmed"] },
    Told { story: "t24-three-objections-in-vain", found: &["T24 S3 confirmed"] },
    Told { story: "t24-objection-rejected-once", found: &[] },
    Told { story: "t24-customer-knows-nothing", found: &["T24 S3 confirmed"] },
    Told { story: "t24-customer-remembers", found: &[] },
    Told { story: "t25-one-officer", found: &["T25 S4 confirmed"] },
    Told { story: "t25-direct-sales", found: &["T25 S4 confirmed"] },
    Told { story: "t25-unpublished", found: &["T25 S4 confirmed"] },
    Told { story: "t25-in-form", found: &[] },
    // Four of ten handoffs to one guest end with the account at the guest.
    Told {
        story: "r1-repeated",
        found: &[
            "R1 S2 confirmed",
            "T01 S4 confirmed",
            "T01 S4 confirmed",
            "T01 S4 confirmed",
            "T01 S4 confirmed",
            "procedure_unknown S2 confirmed",
            "procedure_unknown S2 confirmed",
            "procedure_unknown S2 confirmed",
            "procedure_unknown S2 confirmed",
        ],
    },
    // The same, but for two of the four the host had let go.
    Told {
        story: "l02-released-again-and-again",
        found: &[
            "T01 S4 confirmed",
            "T01 S4 confirmed",
            "procedure_unknown S2 confirmed",
            "procedure_unknown S2 confirmed",
        ],
    },
    Told { story: "l05-host-deauthorised", found: &[] },
    Told { story: "l06-book-moved-by-merger", found: &[] },
    Told { story: "l11-tender-confirmed", found: &[] },
    Told { story: "l13-uniform-action", found: &[] },
    Told { story: "l01-customer-chose", found: &[] },
    Told { story: "l01-customer-names-the-claimant", found: &[] },
    Told { story: "l02-window-waived", found: &[] },
    Told { story: "l02-released-before", found: &[] },
    Told { story: "l02-ratified-in-time", found: &[] },
    Told { story: "l02-ratified-too-late", found: &["T04 S3 confirmed"] },
    Told { story: "l03-host-abandoned", found: &[] },
    Told { story: "l03-host-changed-its-own-address", found: &[] },
    Told { story: "l04-customer-froze-its-budget", found: &[] },
    Told { story: "l04-host-declined-to-extend", found: &[] },
    Told { story: "l04-reported-quote", found: &[] },
    Told { story: "l04-window-and-tail-over", found: &[] },
    Told { story: "l07-typing-error", found: &[] },
    // The guest's own order, granted by the terms, earns its commission whatever the mistake was.
    Told { story: "l07-earlier-order-earned", found: &[] },
    Told { story: "l07-granted-order-earned", found: &[] },
    // Nobody told what the commission was for.
    Told { story: "l07-earned-in-between", found: &["T01 S4 confirmed", "procedure_unknown S2 confirmed"] },
    Told { story: "l08-late-letter-anchored", found: &[] },
    // Told late by the side it favours and anchored by nothing: a person decides.
    Told { story: "l08-late-letter-bare", found: &["T01 S4 confirmed", "T14 S3 confirmed"] },
    Told { story: "l09-out-of-scope", found: &[] },
    Told { story: "l10-prior-relationship", found: &[] },
    Told { story: "l13-bulk-migration", found: &[] },
    Told { story: "l15-ended-affiliation", found: &[] },
    Told { story: "l16-agreed-fulfilment", found: &[] },
    Told { story: "l16-prime-by-both", found: &[] },
    Told { story: "l17-stewardship", found: &[] },
    Told { story: "l18-told-twice", found: &["T01 S4 confirmed", "procedure_unknown S2 confirmed"] },
    Told { story: "l19-host-silent-for-three-weeks", found: &[] },
    Told { story: "l19-third-party-kept-it", found: &[] },
    Told { story: "l19-third-party-wins", found: &[] },
    Told { story: "l20-split-scope", found: &[] },
    Told { story: "contested-holder", found: &["contested_holder S2 indeterminate(contested)"] },
    // Owned by host and guest alike, a joint venture is in neither difference and unites nobody.
    Told { story: "joint-venture-orders", found: &[] },
    Told { story: "joint-venture-unites-nobody", found: &["T04 S3 confirmed"] },
];

/// What stands at the end of a story, told with every line once; the journal must replay to the same.
fn found(name: &str) -> Vec<String> {
    let chaperone = Chaperone::new();
    let file = story(name);
    let arguments = ["demo", "--exit", "--output", "json", "--events"].map(AsRef::as_ref);
    let told = chaperone.run::<&std::ffi::OsStr>(arguments.into_iter().chain([file.as_os_str()]));
    assert!(!told.stderr.contains("turned away"), "{name}: {}", told.stderr);
    let told = told.ended_with(0).json();
    let replayed = chaperone.run(["replay", "--output", "json"]).json();
    assert_eq!(replayed["findings"], told["findings"], "{name} told and replayed");
    let verified = chaperone.run(["case", "verify", "--all"]);
    assert_eq!(verified.status, 0, "{name}: {}", verified.stdout);
    let words = |finding: &Value| {
        let words = ["pattern", "severity", "verdict"].map(|member| finding[member].as_str().unwrap());
        words.join(" ")
    };
    let mut found: Vec<String> = told["findings"].as_array().unwrap().iter().map(words).collect();
    found.sort();
    found
}

#[test]
fn every_story_ends_with_the_findings_it_should() {
    let wrong: Vec<String> = STORIES
        .iter()
        .filter_map(|told| {
            let found = found(told.story);
            (found != told.found).then(|| format!("{}: {found:?} instead of {:?}", told.story, told.found))
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_pattern_has_a_story_in_which_it_is_found() {
    for row in policing::patterns::PATTERNS {
        assert!(
            !row.what.is_empty() && !row.clears.is_empty(),
            "{} says what it is and what clears it",
            row.pattern
        );
        let told = STORIES.iter().find(|told| told.story == row.example);
        let found = told.unwrap_or_else(|| panic!("{} of {} is no story", row.example, row.pattern)).found;
        let named = |found: &&str| found.split(' ').next() == Some(row.pattern);
        assert!(found.iter().any(named), "{} in {}", row.pattern, row.example);
    }
}

#[test]
fn every_story_is_told() {
    let folder = repository_root().join("tests/stories");
    let mut files: Vec<String> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path().file_stem().unwrap().to_string_lossy().into_owned())
        .collect();
    files.sort();
    let mut told: Vec<&str> = STORIES.iter().map(|told| told.story).collect();
    told.sort_unstable();
    assert_eq!(files, told);
}

/// How many cases a story ends with: one about its handoff, and more where it is told of several accounts.
fn cases(told: &Told) -> usize {
    match told.story {
        "t10-ring" => 3,
        // The audit is a case of its own.
        "r1-repeated" => 5,
        "l02-released-again-and-again" => 2,
        _ => usize::from(!told.found.is_empty()),
    }
}

/// What was laid down in time is not shown by a file that arrives all at once: its anchors are as late as the rest.
fn hangs_on_arrival(told: &Told) -> bool {
    told.story.starts_with("l08")
}

#[test]
fn a_story_arriving_in_one_file_of_history_ends_the_same() {
    for told in STORIES.iter().filter(|told| !hangs_on_arrival(told)) {
        let chaperone = Chaperone::new();
        let file = story(told.story);
        let arguments = ["ingest".as_ref(), file.as_os_str(), "--output".as_ref(), "json".as_ref()];
        let finished = chaperone.run(arguments);
        assert_eq!(finished.json()["quarantined"], 0, "{}: {finished:?}", told.story);
        let standing = chaperone.run(["case", "list", "--output", "ndjson"]).ended_with(0).ndjson();
        let expected = cases(told);
        assert_eq!(standing.len(), expected, "{}: {standing:#?}", told.story);
        assert_eq!(finished.status, if expected == 0 { 0 } else { 6 }, "{}: {finished:?}", told.story);
    }
}

#[test]
fn a_change_in_a_file_of_history_shows_until_when_one_could_object() {
    let chaperone = Chaperone::new();
    chaperone.run(["ingest".as_ref(), story("l01-customer-chose").as_os_str()]).ended_with(0);
    let shown = chaperone.run(["account", "show", "brightwater-utilities", "--output", "json"]);
    let change = shown.ended_with(0).json()["changes"][0].clone();
    // Delivered on Thursday 5 March; the fifth business day after it is Thursday 12 March.
    assert_eq!(change["window_until"], "2009-03-13T00:00:00.000Z", "{change}");
}
