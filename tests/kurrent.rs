//! The binary over a journal on KurrentDB, here a double of it, and copies between journals of both kinds.

use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;

use kurrent_double::{Double, Serving};
use ports::SystemClock;
use ports::memory::MemoryJournal;
use tests::chaperone::{Chaperone, program};
use tests::generator::{Plan, write_history};
use tokio::runtime::Runtime;

/// Enough for several pages of a copy.
const HISTORY: Plan = Plan { events: 1_200, accounts: 80, seed: 11 };

#[test]
fn every_command_works_on_a_server_as_on_a_folder() {
    let server = Server::start();
    let (remote, local) = (Chaperone::new(), Chaperone::new());
    let missing = remote.run(server.on(["journal", "head"])).ended_with(3);
    assert!(missing.stderr.contains("holds no journal"), "{}", missing.stderr);
    remote.run(server.on(["init"])).ended_with(0);
    local.run(["init"]).ended_with(0);
    let file = history(&local, &Plan { events: 400, accounts: 30, ..HISTORY });
    let ingest = ["--output", "json", "ingest", &file];
    let there = remote.run(server.on(ingest)).json();
    let here = local.run(ingest).json();
    for count in ["read", "accepted", "repeated", "quarantined", "cases"] {
        assert_eq!(there[count], here[count], "{count} in {there} and {here}");
    }
    for question in [
        &["--output", "json", "account", "list"][..],
        &["--output", "json", "case", "list", "--all"],
        &["--output", "json", "partner", "list"],
    ] {
        let there = remote.run(server.on(question.iter().copied())).ended_with(0).json();
        assert_eq!(there, local.run(question).ended_with(0).json(), "{question:?}");
    }
    remote.run(server.on(["journal", "verify"])).ended_with(0);
    remote.run(server.on(["doctor"])).ended_with(0);
    let again = remote.run(server.on(ingest)).json();
    assert_eq!(again["accepted"], 0, "{again}");
}

#[test]
fn a_command_beside_a_running_server_reads_what_that_server_keeps_at_hand() {
    let server = Server::start();
    let chaperone = Chaperone::new();
    let running = chaperone.serve(["--journal", &server.url()]);
    let head = chaperone.run(server.on(["--output", "json", "journal", "head"])).ended_with(0).json();
    assert_eq!(head["position"], "1", "the default policy was published: {head}");
    let busy = chaperone.run(server.on(["submit", "-"])).ended_with(7);
    assert!(busy.stderr.contains("serve"), "it names who holds it: {}", busy.stderr);
    drop(running);
}

#[test]
fn a_password_in_an_address_is_never_shown() {
    let server = Server::start();
    server.double.set_credentials("writer", "right");
    let chaperone = Chaperone::new();
    let address = format!("esdb://writer:wr0ng@{}?tls=false", server.serving.address());
    let finished = chaperone.run(["--journal", &address, "init"]).ended_with(7);
    assert!(finished.stderr.contains("user writer"), "{}", finished.stderr);
    assert!(!finished.stderr.contains("wr0ng"), "{}", finished.stderr);
    let nonsense = chaperone.run(["--journal", "postgres://writer:wr0ng@db", "init"]).ended_with(2);
    assert!(nonsense.stderr.contains("esdb://"), "{}", nonsense.stderr);
    assert!(!nonsense.stderr.contains("wr0ng"), "{}", nonsense.stderr);
}

#[test]
fn a_book_moves_to_a_server_and_back_and_stays_the_same_to_the_byte() {
    let server = Server::start();
    let original = ingested(&Plan { events: 600, accounts: 40, ..HISTORY });
    let folder = original.data().display().to_string();
    let copied = copy(&original, &folder, &server.url());
    assert_eq!(copied["events"], head(original.data()), "{copied}");
    let back = Chaperone::new();
    let target = back.data().join("copy").display().to_string();
    let returned = copy(&back, &server.url(), &target);
    assert_eq!(returned["sha256"], copied["sha256"]);
    assert_eq!(export(Path::new(&target)), export(original.data()));
    assert_eq!(journal(Path::new(&target)), journal(original.data()), "it is the same journal to a bus");
    let again = copy(&back, &server.url(), &target);
    assert_eq!(again["appends"], 0, "what was copied is not copied again: {again}");

    // The keys went along: the same file adds nothing.
    let file = history(&original, &Plan { events: 600, accounts: 40, ..HISTORY });
    let fed: serde_json::Value =
        serde_json::from_str(&at(Path::new(&target), &["--output", "json", "ingest", &file])).expect("JSON");
    assert_eq!(fed["accepted"], 0, "{fed}");
}

#[test]
fn what_was_turned_away_moves_along_with_the_book() {
    let server = Server::start();
    let original = Chaperone::new();
    let file = original.data().join("odd.jsonl");
    std::fs::write(&file, "{\"specversion\":\n[]\n").expect("the folder can be written");
    original.run(["ingest", &file.display().to_string()]);
    let list = ["--output", "json", "quarantine", "list", "--all"];
    let before = original.run(list).ended_with(0).json();
    assert_eq!(before.as_array().map(Vec::len), Some(2), "{before}");
    let folder = original.data().display().to_string();
    let copied = copy(&original, &folder, &server.url());
    assert_eq!(copied["quarantined"], 2, "{copied}");
    assert_eq!(original.run(server.on(list)).ended_with(0).json(), before);
    let target = original.data().join("copy").display().to_string();
    for _ in 0..2 {
        assert_eq!(copy(&original, &server.url(), &target)["quarantined"], 2);
    }
    let after: serde_json::Value = serde_json::from_str(&at(Path::new(&target), &list)).expect("JSON");
    assert_eq!(after, before);
}

#[test]
fn a_copy_killed_in_the_middle_is_taken_up_where_it_was_cut_off() {
    let server = Server::start();
    let original = ingested(&HISTORY);
    let folder = original.data().display().to_string();
    for kill in 1..=3 {
        let mut copying = Command::new(program())
            .args(["--data", &folder, "journal", "copy", "--from", &folder, "--to", &server.url()])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("the binary starts");
        while server.recorded() < kill * 300 {
            assert!(copying.try_wait().expect("it can be asked").is_none(), "it ended before kill {kill}");
            std::thread::yield_now();
        }
        copying.kill().expect("it runs");
        copying.wait().expect("it was started here");
    }
    let copied = copy(&original, &folder, &server.url());
    assert_eq!(copied["events"], head(original.data()), "{copied}");
    let events = copied["events"].as_u64().expect("a count");
    assert_eq!(server.recorded(), events + 1, "nothing is there twice, beside the founding event");
}

#[test]
fn a_journal_that_is_no_copy_is_not_added_to() {
    let (one, other) = (Chaperone::new(), Chaperone::new());
    one.run(["demo", "--exit"]);
    other.run(["init"]).ended_with(0);
    let (from, to) = (one.data().display().to_string(), other.data().display().to_string());
    let refused = one.run(["journal", "copy", "--from", &from, "--to", &to]).ended_with(4);
    assert!(refused.stderr.contains("no copy"), "{}", refused.stderr);
    one.run(["journal", "copy", "--from", &from, "--to", &from]).ended_with(2);
    let server = Server::start();
    one.run(server.on(["init"])).ended_with(0);
    let to = server.url().replace("esdb://", "esdb://writer:s3cret@");
    let refused = one.run(["journal", "copy", "--from", &from, "--to", &to]).ended_with(4);
    assert!(refused.stderr.contains("no copy") && !refused.stderr.contains("s3cret"), "{}", refused.stderr);
}

/// A double of KurrentDB at a port of its own.
struct Server {
    double: Double,
    serving: Serving,
    /// To ask the double with.
    runtime: Runtime,
}

impl Server {
    fn start() -> Self {
        let double = Double::over(Arc::new(MemoryJournal::new(Arc::new(SystemClock))));
        let serving = double.serve().expect("a port can be had");
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime can be made");
        Self { double, serving, runtime }
    }

    fn url(&self) -> String {
        self.serving.url()
    }

    fn on<'a>(&self, arguments: impl IntoIterator<Item = &'a str>) -> Vec<String> {
        let journal = ["--journal".to_owned(), self.url()];
        journal.into_iter().chain(arguments.into_iter().map(str::to_owned)).collect()
    }

    fn recorded(&self) -> u64 {
        self.runtime.block_on(self.double.recorded())
    }
}

fn ingested(plan: &Plan) -> Chaperone {
    let chaperone = Chaperone::new();
    let file = history(&chaperone, plan);
    let finished = chaperone.run(["ingest", &file]);
    assert!(matches!(finished.status, 0 | 6), "{finished:?}");
    chaperone
}

/// A file with a history, beside the data.
fn history(chaperone: &Chaperone, plan: &Plan) -> String {
    let mut lines = Vec::new();
    write_history(plan, &mut lines).expect("memory can be written");
    let file = chaperone.data().join("history.jsonl");
    std::fs::write(&file, lines).expect("the folder can be written");
    file.display().to_string()
}

fn copy(chaperone: &Chaperone, from: &str, to: &str) -> serde_json::Value {
    let arguments = ["--output", "json", "journal", "copy", "--from", from, "--to", to];
    chaperone.run(arguments).ended_with(0).json()
}

/// How far the journal in a folder is recorded.
fn journal_head(folder: &Path) -> serde_json::Value {
    serde_json::from_str(&at(folder, &["--output", "json", "journal", "head"])).expect("JSON")
}

/// The id of the journal in a folder.
fn journal(folder: &Path) -> String {
    journal_head(folder)["journal"].as_str().expect("a journal has an id").to_owned()
}

/// The last position of the journal in a folder.
fn head(folder: &Path) -> u64 {
    let head = journal_head(folder);
    head["position"].as_str().and_then(|position| position.parse().ok()).expect("a position")
}

fn export(folder: &Path) -> String {
    at(folder, &["journal", "export"])
}

/// What a subcommand over this folder writes to its standard output.
fn at(folder: &Path, arguments: &[&str]) -> String {
    let output = Command::new(program()).arg("--data").arg(folder).args(arguments).output();
    let output = output.expect("the binary starts");
    assert!(matches!(output.status.code(), Some(0 | 6)), "{output:?}");
    String::from_utf8(output.stdout).expect("stdout is UTF-8")
}
