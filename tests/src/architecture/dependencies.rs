//! Who may depend on whom: the table of `ARCHITECTURE.md`, checked against `cargo metadata`.

use serde_json::Value;

/// One crate of the workspace and what it may lean on.
struct Place {
    name: &'static str,
    /// Crates of this workspace that it may name; `None` means any.
    may_use: Option<&'static [&'static str]>,
}

/// What the tests of any crate may lean on besides: the harness that starts servers, and no rules of ours.
const HARNESS: &str = "tests";

/// Crates whose own tests go further than they do, and why.
struct Further {
    name: &'static str,
    tests_may_use: &'static [&'static str],
}

/// The promise of the bus, to equal a prefix of the journal whatever fails, is kept by the adapter and the
/// relay together, so it is tested with both.
const FURTHER: &[Further] = &[
    Further { name: "bus-nats", tests_may_use: &["services"] },
    // Every certificate that policing makes is put before the checker that shares nothing with it.
    Further { name: "policing", tests_may_use: &["verify"] },
    // A server is not at hand everywhere, so the adapter is tested against one that speaks the same wire; its
    // benchmark stands beside the embedded journal.
    Further { name: "journal-kurrent", tests_may_use: &["kurrent-double", "journal-sqlite"] },
];

const PLACES: &[Place] = &[
    Place { name: "domain", may_use: Some(&[]) },
    Place { name: "ports", may_use: Some(&[]) },
    Place { name: "wire", may_use: Some(&["domain"]) },
    Place { name: "views", may_use: Some(&["domain"]) },
    Place { name: "policing", may_use: Some(&["domain"]) },
    Place { name: "identity", may_use: Some(&["domain"]) },
    Place { name: "verify", may_use: Some(&["domain", "ports", "wire"]) },
    Place { name: "journal-sqlite", may_use: Some(&["ports"]) },
    Place { name: "journal-kurrent", may_use: Some(&["ports"]) },
    Place { name: "bus-nats", may_use: Some(&["ports"]) },
    Place { name: "services", may_use: Some(&["domain", "ports", "wire", "views", "identity", "policing"]) },
    Place { name: "channel-world", may_use: Some(&["domain", "wire"]) },
    Place { name: "chaperone", may_use: None },
    Place { name: "kurrent-double", may_use: Some(&["ports"]) },
    Place { name: "tests", may_use: None },
];

/// Libraries that only some crates may name, and why.
struct Reserved {
    library: &'static str,
    for_crates: &'static [&'static str],
    why: &'static str,
}

const RESERVED: &[Reserved] = &[
    Reserved {
        library: "async-nats",
        for_crates: &["bus-nats"],
        why: "NATS is the adapter's business: widen the port if something is missing",
    },
    Reserved {
        library: "eventstore",
        for_crates: &["journal-kurrent"],
        why: "KurrentDB is the adapter's business: widen the port if something is missing",
    },
    Reserved {
        library: "serde_json",
        // The journal on KurrentDB labels a text as JSON where it is, and reads nothing of it.
        for_crates: &["wire", "services", "channel-world", "chaperone", "journal-kurrent", "tests"],
        why: "only wire knows JSON: give wire a function that takes or returns typed values",
    },
    Reserved {
        library: "schemars",
        for_crates: &["wire", "chaperone", "tests"],
        why: "schemas describe the wire shapes: derive them there",
    },
    Reserved {
        library: "rusqlite",
        // The judge's baselines are queries over exported events, not over the journal.
        for_crates: &["journal-sqlite", "channel-world", "tests"],
        why: "SQL is the adapter's business: widen the port if something is missing",
    },
    Reserved {
        library: "axum",
        for_crates: &["services", "chaperone", "tests"],
        why: "HTTP belongs to the roles: keep handlers in services",
    },
    Reserved {
        library: "tokio",
        for_crates: &[
            "ports",
            "journal-sqlite",
            "journal-kurrent",
            "kurrent-double",
            "bus-nats",
            "services",
            "channel-world",
            "chaperone",
            "tests",
        ],
        why: "rules, folds and formats are pure: let the role around them wait",
    },
];

/// Libraries that the rules may not name, since `domain` knows neither bytes nor wires.
const NOT_IN_DOMAIN: &[&str] = &["serde", "serde_json", "tokio", "rusqlite", "axum", "schemars"];

/// Every broken rule in the answer of `cargo metadata --no-deps --format-version 1`, as one sentence each.
///
/// # Errors
/// If the text is not that answer.
pub fn broken_directions(metadata: &str) -> Result<Vec<String>, serde_json::Error> {
    let metadata: Value = serde_json::from_str(metadata)?;
    let packages: Vec<&Value> = metadata["packages"].as_array().into_iter().flatten().collect();
    let ours: Vec<&str> = packages.iter().filter_map(|package| package["name"].as_str()).collect();
    let mut broken = Vec::new();
    for package in &packages {
        let name = package["name"].as_str().unwrap_or_default();
        let Some(place) = PLACES.iter().find(|place| place.name == name) else {
            broken.push(format!(
                "crate {name} has no place: add it to PLACES in tests/src/architecture/dependencies.rs \
                 with what it may depend on, and to the table in ARCHITECTURE.md"
            ));
            continue;
        };
        for dependency in package["dependencies"].as_array().into_iter().flatten() {
            let used = dependency["name"].as_str().unwrap_or_default();
            let in_tests_only = dependency["kind"].as_str() == Some("dev");
            if !(in_tests_only && tests_may_use(name, used)) {
                broken.extend(direction_broken(place, used, &ours));
            }
            if !in_tests_only {
                broken.extend(reservation_broken(name, used));
            }
        }
    }
    Ok(broken)
}

fn tests_may_use(name: &str, used: &str) -> bool {
    let further = FURTHER.iter().filter(|further| further.name == name);
    used == HARNESS || further.flat_map(|further| further.tests_may_use).any(|allowed| *allowed == used)
}

fn direction_broken(place: &Place, used: &str, ours: &[&str]) -> Option<String> {
    let may_use = place.may_use?;
    if !ours.contains(&used) || may_use.contains(&used) {
        return None;
    }
    let allowed = if may_use.is_empty() { "no crate of ours".to_owned() } else { may_use.join(", ") };
    Some(format!(
        "{0} depends on {used}, but may only use {allowed}: move the code that needs {used} up into a crate \
         that may, or pass what it needs to {0} as an argument",
        place.name
    ))
}

fn reservation_broken(name: &str, used: &str) -> Option<String> {
    if name == "domain" && NOT_IN_DOMAIN.contains(&used) {
        return Some(format!(
            "domain depends on {used}, but the rules know neither bytes nor wires: put the conversion into wire"
        ));
    }
    let reserved = RESERVED.iter().find(|reserved| reserved.library == used)?;
    if reserved.for_crates.contains(&name) {
        return None;
    }
    Some(format!("{name} depends on {used}, which is not for it; {}", reserved.why))
}

#[cfg(test)]
mod tests {
    use super::broken_directions;

    fn check(packages: &[(&str, &[(&str, &str)])], expected: &[&str]) {
        let packages: Vec<_> = packages
            .iter()
            .map(|(name, dependencies)| {
                let dependencies: Vec<_> = dependencies
                    .iter()
                    .map(|(name, kind)| serde_json::json!({"name": name, "kind": kind}))
                    .collect();
                serde_json::json!({"name": name, "dependencies": dependencies})
            })
            .collect();
        let metadata = serde_json::json!({ "packages": packages }).to_string();
        let broken = broken_directions(&metadata).unwrap();
        assert_eq!(broken.len(), expected.len(), "{broken:#?}");
        for (sentence, opening) in broken.iter().zip(expected) {
            assert!(sentence.starts_with(opening), "{sentence}");
        }
    }

    #[test]
    fn a_workspace_that_keeps_to_its_places_is_quiet() {
        check(
            &[
                ("domain", &[("jiff", "normal"), ("proptest", "dev")]),
                ("wire", &[("domain", "normal"), ("serde_json", "normal")]),
                ("chaperone", &[("journal-sqlite", "normal")]),
                ("journal-sqlite", &[("ports", "normal"), ("serde_json", "dev")]),
                ("ports", &[]),
            ],
            &[],
        );
    }

    #[test]
    fn rules_that_lean_on_a_format_are_named() {
        check(
            &[("domain", &[("wire", "normal"), ("serde", "normal")]), ("wire", &[])],
            &["domain depends on wire, but may only use no crate", "domain depends on serde, but the rules"],
        );
    }

    #[test]
    fn an_adapter_named_outside_the_binary_is_named_even_in_tests() {
        check(
            &[("services", &[("journal-sqlite", "dev")]), ("journal-sqlite", &[])],
            &["services depends on journal-sqlite, but may only use domain, ports"],
        );
    }

    #[test]
    fn the_harness_is_for_tests_and_the_relay_for_those_of_the_bus() {
        check(
            &[
                ("bus-nats", &[("ports", "normal"), ("tests", "dev"), ("services", "dev")]),
                ("journal-sqlite", &[("tests", "dev"), ("services", "dev")]),
                ("ports", &[("tests", "normal")]),
                ("services", &[]),
                ("tests", &[]),
            ],
            &["journal-sqlite depends on services", "ports depends on tests"],
        );
    }

    #[test]
    fn json_outside_wire_is_named() {
        check(
            &[("views", &[("serde_json", "normal")])],
            &["views depends on serde_json, which is not for it; only wire knows JSON"],
        );
    }

    #[test]
    fn a_simulated_world_that_knows_the_judge_is_named() {
        check(
            &[("channel-world", &[("policing", "normal")]), ("policing", &[])],
            &["channel-world depends on policing"],
        );
    }

    #[test]
    fn a_crate_without_a_place_is_named() {
        check(&[("extras", &[])], &["crate extras has no place"]);
    }
}
