//! What holds of every simulated world: it follows from its seed, can be read, and gives nothing away.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops where it is")]

use std::collections::{BTreeMap, BTreeSet, HashMap};

use channel_world::{Intent, Link, Mix, Noise, Parameters, VERSION, Wanted, World, simulate};
use domain::time::Instant;
use serde_json::Value;
use sha2::{Digest, Sha256};
use wire::input::Defaults;

fn world(seed: u64, handoffs: u32, mix: Mix, noise: Noise) -> World {
    simulate(&Parameters::default(), Wanted { seed, handoffs, mix, noise })
}

fn balanced(seed: u64) -> World {
    world(seed, 200, Mix::Balanced, Noise::None)
}

fn values(world: &World) -> Vec<Value> {
    world.events.iter().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn digest(world: &World) -> String {
    let mut sha = Sha256::new();
    for line in &world.events {
        sha.update(line.as_bytes());
        sha.update(b"\n");
    }
    for label in &world.labels {
        sha.update(serde_json::to_vec(label).unwrap());
        sha.update(b"\n");
    }
    sha.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn a_world_follows_from_its_seed() {
    let wanted = |seed| world(seed, 40, Mix::Default, Noise::Default);
    assert_eq!(digest(&wanted(1)), digest(&wanted(1)));
    assert_ne!(digest(&wanted(1)), digest(&wanted(2)));
}

#[test]
fn every_event_can_be_read() {
    let defaults = Defaults {
        vendor: "meridian-1".parse().unwrap(),
        source: "test".parse().unwrap(),
        now: "2026-01-01T00:00:00Z".parse::<Instant>().unwrap(),
    };
    for line in balanced(3).events {
        wire::cloudevents::read(line.as_bytes(), &defaults)
            .unwrap_or_else(|problem| panic!("{problem} in {line}"));
    }
}

#[test]
fn every_pattern_and_look_alike_is_acted_out() {
    let plans: BTreeSet<String> = balanced(4).labels.into_iter().flat_map(|label| label.plan).collect();
    for number in 1..=25 {
        assert!(plans.contains(&format!("T{number:02}")), "T{number:02} is missing of {plans:?}");
    }
    for number in 1..=20 {
        assert!(plans.contains(&format!("L{number}")), "L{number} is missing of {plans:?}");
    }
}

#[test]
fn every_labelled_act_is_an_event_of_one_of_its_accounts() {
    let world = balanced(5);
    let mut subjects: HashMap<(String, String), String> = HashMap::new();
    for event in values(&world) {
        let text = |name: &str| event[name].as_str().unwrap().to_owned();
        subjects.insert((text("source"), text("id")), text("subject"));
    }
    for label in &world.labels {
        let quiet = matches!(label.intent, Intent::Benign);
        assert!(quiet || !label.acts.is_empty() || label.plan.starts_with(&["T10".to_owned()]), "{label:?}");
        for act in &label.acts {
            let subject = &subjects[&(act.source.clone(), act.id.clone())];
            let on = label.accounts.iter().any(|account| subject.ends_with(&format!(".{account}")));
            assert!(on, "{subject} is no account of {label:?}");
        }
    }
}

#[test]
fn no_event_says_what_was_meant() {
    let words = [
        "benign",
        "lawful",
        "predat",
        "abuse",
        "innocent",
        "intent",
        "takeover",
        "label",
        "straw",
        "without_basis",
        "\"plan\"",
        "story",
        "grab",
        "captive",
    ];
    for line in balanced(6).events {
        let found = words.iter().find(|word| line.to_lowercase().contains(**word));
        assert_eq!(found, None, "{line}");
    }
}

#[test]
fn events_arrive_in_order_and_never_before_they_happened() {
    for event in values(&world(7, 60, Mix::Default, Noise::None)) {
        assert!(event["recordedtime"].as_str() >= event["time"].as_str(), "{event}");
    }
    let noisy = values(&world(7, 60, Mix::Default, Noise::Default));
    let recorded: Vec<_> = noisy.iter().map(|event| event["recordedtime"].as_str().unwrap()).collect();
    assert!(recorded.is_sorted());
}

#[test]
fn noise_has_its_shares() {
    let quiet = world(8, 300, Mix::Default, Noise::None);
    let noisy = world(8, 300, Mix::Default, Noise::Default);
    // Where a second system forwards everything, nothing can be said of noise.
    let forwarded: BTreeSet<String> = noisy
        .labels
        .iter()
        .filter(|label| label.plan.starts_with(&["L18".to_owned()]))
        .map(|label| format!("account-{}.{}", label.vendor, label.accounts[0]))
        .collect();
    let mut noisy = values(&noisy);
    noisy.retain(|event| !forwarded.contains(event["subject"].as_str().unwrap()));
    let keys: HashMap<_, u32> = noisy.iter().fold(HashMap::new(), |mut keys, event| {
        *keys.entry((event["source"].to_string(), event["id"].to_string())).or_default() += 1;
        keys
    });
    let all = keys.len() as f64;
    let twice = keys.values().filter(|times| **times > 1).count() as f64;
    assert!((0.014..0.030).contains(&(twice / all)), "told twice: {}", twice / all);
    assert!(
        values(&quiet).iter().all(|event| !event["type"].as_str().unwrap().contains("corrected")
            || event["data"]["reason"] != "typo")
    );
    let opened = noisy.iter().filter(|event| event["type"] == "chaperone.account.opened.v1");
    let (with, without): (Vec<_>, Vec<_>) =
        opened.partition(|event| event["data"]["keys"][0]["strength"] == "duns");
    let missing = without.len() as f64 / (with.len() + without.len()) as f64;
    assert!((0.34..0.46).contains(&missing), "without DUNS: {missing}");
}

#[test]
fn the_default_mix_has_its_shares() {
    let mut shares: BTreeMap<Intent, u32> = BTreeMap::new();
    for seed in 1..=4 {
        for label in world(seed, 1_000, Mix::Default, Noise::None).labels {
            *shares.entry(label.intent).or_default() += 1;
        }
    }
    let share = |intent| f64::from(shares.get(&intent).copied().unwrap_or_default()) / 4_000.0;
    assert!((0.67..0.73).contains(&share(Intent::Benign)), "{shares:?}");
    assert!((0.25..0.30).contains(&share(Intent::Lawful)), "{shares:?}");
    assert!((0.005..0.016).contains(&share(Intent::Predatory)), "{shares:?}");
    assert!(share(Intent::HostAbuse) > 0.0 && share(Intent::InnocentError) > 0.0, "{shares:?}");
}

#[test]
fn what_hides_an_affiliation_says_whether_it_is_filed() {
    let noisy = world(9, 400, Mix::Balanced, Noise::Default);
    let of = |link| noisy.labels.iter().any(|label| label.link == link);
    assert!(of(Link::Filed) && of(Link::Unfiled) && of(Link::None));
}

/// The generator is frozen: a change of these bytes is a new version, told beside the figures.
#[test]
fn the_first_seed_gives_the_bytes_it_gave_when_it_was_frozen() {
    assert_eq!(VERSION, 2);
    let default = digest(&world(1, 200, Mix::Default, Noise::Default));
    let balanced = digest(&world(1, 200, Mix::Balanced, Noise::None));
    let frozen = [
        "3382753bd6c7e4398c0381fab53efed3f44e5c670479e302b77f8365b62439dc",
        "3f619cf2758ba55004b50098933ad33ba62f249501052de2f634dbd9fbfb9bdf",
    ];
    assert_eq!([default, balanced], frozen);
}
