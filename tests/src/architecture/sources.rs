//! What a Rust file must and must not look like, as functions over its path and text.

/// Longest Rust file, in lines: past this a reader scrolls instead of reading.
pub const LINES_MAX: usize = 500;

const EMPTY_NAMES: &[&str] = &["utils", "util", "common", "types", "helpers", "helper", "misc"];

/// Crates whose code may not reach outside itself, so that replay gives the same answer.
const PURE_CRATES: &[&str] = &["domain", "policing", "views"];

const REACHES_OUTSIDE: &[(&str, &str)] = &[
    ("SystemTime", "take the instant as an argument"),
    ("Timestamp::now", "take the instant as an argument"),
    ("Zoned::now", "take the instant as an argument"),
    ("std::fs", "let the role read the file and pass its content"),
    ("std::net", "let an adapter speak to the network"),
    ("async fn", "return the decision and let the role wait"),
];

/// What the independent checker may not name: it asks again with code of its own what these answered.
const NOT_INDEPENDENT: &[&str] = &[
    "domain::account",
    "domain::calendar",
    "domain::commission",
    "domain::decide",
    "domain::family",
    "domain::freeze",
    "domain::identity",
    "domain::letter",
    "domain::program",
    "domain::protection",
    "domain::rank",
    "domain::scope::Region",
    "domain::settle",
    "policing::",
];

/// Every rule that one Rust file breaks, as one sentence each; `path` is relative to the root, with `/`.
pub fn broken_rules(path: &str, text: &str) -> Vec<String> {
    [too_long(path, text), unopened(path, text), emptily_named(path)]
        .into_iter()
        .flatten()
        .chain(empty_modules(path, text))
        .chain(silenced_lints(path, text))
        .chain(impurities(path, text))
        .chain(shared_judgements(path, text))
        .collect()
}

fn too_long(path: &str, text: &str) -> Option<String> {
    let lines = text.lines().count();
    (lines > LINES_MAX).then(|| {
        format!(
            "{path} has {lines} lines, at most {LINES_MAX} are allowed: split it by what it talks about \
             (foo.rs beside foo/)"
        )
    })
}

fn unopened(path: &str, text: &str) -> Option<String> {
    let opening = text.lines().next().unwrap_or_default();
    let sentence = opening.strip_prefix("//!").unwrap_or_default().trim();
    sentence.is_empty().then(|| {
        format!("{path} does not open with //!: say in its first line, in one sentence, what it is for")
    })
}

fn shared_judgements(path: &str, text: &str) -> Vec<String> {
    if !path.starts_with("crates/verify/src/") {
        return Vec::new();
    }
    let named = |line: &str| NOT_INDEPENDENT.iter().find(|module| line.contains(*module)).copied();
    let shared = code_lines(text).filter_map(|(number, line)| Some((number, named(line)?)));
    shared
        .map(|(number, module)| {
            format!("{path}:{number} names {module}: the checker shares no judgement with what it checks")
        })
        .collect()
}

fn emptily_named(path: &str) -> Option<String> {
    let name = path.rsplit('/').next().unwrap_or(path);
    if name == "mod.rs" {
        return Some(format!(
            "{path} is a mod.rs: name the file after its module and put it beside the folder"
        ));
    }
    let stem = name.strip_suffix(".rs").unwrap_or(name);
    let empty = std::iter::once(stem).chain(path.split('/')).find(|part| EMPTY_NAMES.contains(part))?;
    Some(format!("{path} is called {empty}, which says nothing: name it after the thing it is about"))
}

fn empty_modules(path: &str, text: &str) -> Vec<String> {
    code_lines(text)
        .filter_map(|(number, line)| {
            let rest = line.split_whitespace().skip_while(|word| word.starts_with("pub")).collect::<Vec<_>>();
            let ["mod", name, ..] = rest.as_slice() else { return None };
            let name = name.trim_end_matches([';', '{']);
            EMPTY_NAMES.contains(&name).then(|| {
                format!("{path}:{number} has a module {name}, which says nothing: name it after its subject")
            })
        })
        .collect()
}

fn silenced_lints(path: &str, text: &str) -> Vec<String> {
    code_lines(text)
        .filter(|(_, line)| line.starts_with("#[allow(") || line.starts_with("#![allow("))
        .map(|(number, _)| {
            format!(
                "{path}:{number} silences a lint with allow: mend what it says, or write expect with a reason"
            )
        })
        .collect()
}

fn impurities(path: &str, text: &str) -> Vec<String> {
    let Some(name) = PURE_CRATES.iter().find(|name| path.starts_with(&format!("crates/{name}/src/"))) else {
        return Vec::new();
    };
    code_lines(text)
        .flat_map(|(number, line)| {
            REACHES_OUTSIDE.iter().filter(move |(word, _)| line.contains(word)).map(move |(word, instead)| {
                format!("{path}:{number} says {word}, but {name} does no I/O and reads no clock: {instead}")
            })
        })
        .collect()
}

/// The lines that are not comments, trimmed, with their numbers from 1.
fn code_lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.lines()
        .enumerate()
        .map(|(index, line)| (index + 1, line.trim()))
        .filter(|(_, line)| !line.starts_with("//"))
}

#[cfg(test)]
mod tests {
    use super::{LINES_MAX, broken_rules};

    const OPENED: &str = "//! One sentence.\n";

    fn check(path: &str, body: &str, expected: &[&str]) {
        let broken = broken_rules(path, &format!("{OPENED}{body}"));
        assert_eq!(broken.len(), expected.len(), "{broken:#?}");
        for (sentence, part) in broken.iter().zip(expected) {
            assert!(sentence.contains(part), "{sentence}");
        }
    }

    #[test]
    fn a_tidy_file_is_quiet() {
        check("crates/domain/src/deal.rs", "// an async fn would be refused\npub mod typesetting;\n", &[]);
    }

    #[test]
    fn a_file_one_line_too_long_is_named() {
        check("crates/wire/src/event.rs", &"\n".repeat(LINES_MAX - 1), &[]);
        check("crates/wire/src/event.rs", &"\n".repeat(LINES_MAX), &["split it by what it talks about"]);
    }

    #[test]
    fn a_file_without_an_opening_sentence_is_named() {
        for text in ["", "//!\n", "use std::fmt;\n", "\n//! Late.\n"] {
            let broken = broken_rules("crates/ports/src/lib.rs", text);
            assert_eq!(broken.len(), 1, "{broken:?}");
            assert!(broken[0].contains("does not open with //!"), "{broken:?}");
        }
    }

    #[test]
    fn names_that_say_nothing_are_named() {
        check("crates/wire/src/utils.rs", "", &["is called utils"]);
        check("crates/wire/src/common/money.rs", "", &["is called common"]);
        check("crates/wire/src/deal/mod.rs", "", &["is a mod.rs"]);
        check("crates/wire/src/lib.rs", "pub(crate) mod helpers;\n", &["a module helpers"]);
        check("crates/wire/src/lib.rs", "mod types {\n}\n", &["a module types"]);
    }

    #[test]
    fn a_silenced_lint_is_named() {
        check("tests/src/lib.rs", "    #[allow(dead_code)]\n", &["tests/src/lib.rs:2 silences a lint"]);
        check("tests/src/lib.rs", "#![allow(dead_code)]\n", &["silences a lint"]);
    }

    #[test]
    fn a_clock_a_file_or_a_wait_in_a_pure_crate_is_named() {
        let body = "let now = Timestamp::now();\nuse std::fs;\nasync fn wait() {}\n";
        check("crates/policing/src/lib.rs", body, &["Timestamp::now", "std::fs", "async fn"]);
        check("crates/services/src/lib.rs", body, &[]);
    }
}
