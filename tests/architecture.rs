//! Keeps the crates in their places and the files readable: what `ARCHITECTURE.md` promises, checked.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use tests::architecture::{dependencies::broken_directions, sources::broken_rules};
use tests::repository_root;

#[test]
fn every_crate_depends_only_on_what_its_place_allows() {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--no-deps", "--offline", "--format-version", "1"])
        .current_dir(repository_root())
        .output()
        .expect("cargo runs, since it built this test");
    assert!(output.status.success(), "cargo metadata: {}", String::from_utf8_lossy(&output.stderr));
    let metadata = String::from_utf8(output.stdout).expect("cargo writes UTF-8");
    assert!(metadata.contains(r#""name":"domain""#), "cargo metadata lists the workspace");
    none_broken(broken_directions(&metadata).expect("cargo writes JSON"));
}

#[test]
fn every_rust_file_keeps_the_rules_of_the_house() {
    let root = repository_root();
    let files = rust_files(&root);
    assert!(files.iter().any(|path| path.ends_with("crates/domain/src/lib.rs")), "the walk found the crates");
    none_broken(files.iter().flat_map(|path| {
        let text = fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let relative = path.strip_prefix(&root).expect("the walk started at the root");
        broken_rules(&relative.to_string_lossy().replace('\\', "/"), &text)
    }));
}

fn none_broken(sentences: impl IntoIterator<Item = String>) {
    let sentences: Vec<String> = sentences.into_iter().collect();
    assert!(sentences.is_empty(), "{} broken:\n{}", sentences.len(), sentences.join("\n"));
}

fn rust_files(root: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders: Vec<PathBuf> = ["crates", "tests"].iter().map(|name| root.join(name)).collect();
    while let Some(folder) = folders.pop() {
        let entries = fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
        for entry in entries {
            let path = entry.expect("a listed entry can be read").path();
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            if path.is_dir() {
                if !matches!(name.as_str(), ".tools" | "node_modules" | "target") {
                    folders.push(path);
                }
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}
