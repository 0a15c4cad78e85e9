//! What we publish is what the files in `schemas/` say.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

fn folder() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../schemas"))
}

#[test]
fn the_files_in_schemas_are_what_is_read_and_written() {
    for schema in wire::schemas::all() {
        // A released file is never edited: what has to change gets a new version of its type.
        expect_test::expect_file![folder().join(&schema.name)].assert_eq(&schema.text);
    }
}

#[test]
fn no_file_in_schemas_lacks_its_type() {
    let known: BTreeSet<String> = wire::schemas::all().into_iter().map(|schema| schema.name).collect();
    for entry in fs::read_dir(folder()).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        assert!(!name.ends_with(".json") || known.contains(&name), "schemas/{name} describes nothing");
    }
}
