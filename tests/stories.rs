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
    Told { story: "t06-subsidiary", found: &["T06 S4 confirmed"] },
    Told { story: "t06-guessed-family", found: &["T06 S2 confirmed"] },
    // A valid letter clears the takeover, never the haste.
    Told { story: "t15-rushed", found: &["T15 S4 confirmed"] },
    // The story of l01 without the customer's lift: the letter clears the takeover and thaws nothing.
    Told { story: "t19-letter-no-lift", found: &["T19 S4 confirmed"] },
    Told { story: "t19-freeze-of-the-customer", found: &["T19 S4 confirmed"] },
    Told { story: "t19-no-letter", found: &["T01 S4 confirmed", "T19 S4 confirmed"] },
    Told { story: "l01-customer-chose", found: &[] },
    Told { story: "l02-released-before", found: &[] },
    Told { story: "l02-ratified-in-time", found: &[] },
    Told { story: "l02-ratified-too-late", found: &["T04 S3 confirmed"] },
    Told { story: "l04-window-and-tail-over", found: &[] },
    Told { story: "l07-typing-error", found: &[] },
    Told { story: "l08-late-letter-anchored", found: &[] },
    // Told late by the side it favours and anchored by nothing: a person decides.
    Told { story: "l08-late-letter-bare", found: &["T01 S4 confirmed"] },
    Told { story: "l09-out-of-scope", found: &[] },
    Told { story: "l10-prior-relationship", found: &[] },
    Told { story: "l15-ended-affiliation", found: &[] },
    Told { story: "l16-agreed-fulfilment", found: &[] },
    Told { story: "l17-stewardship", found: &[] },
    Told { story: "l18-told-twice", found: &["T01 S4 confirmed", "procedure_unknown S2 confirmed"] },
    Told { story: "l19-third-party-wins", found: &[] },
    Told { story: "l20-split-scope", found: &[] },
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
        let expected = usize::from(!told.found.is_empty());
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
