//! One nats-server over a store of its own, synced at every write.

use std::collections::VecDeque;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use tempfile::TempDir;

use super::ports;

/// How long a server may take until it is ready; generous, since the machine may be busy.
const START_MAX: Duration = Duration::from_secs(60);
/// How many of its last lines a server that did not start is quoted with.
const QUOTED_LINES_MAX: usize = 30;
/// What a server says when it takes connections.
const READY: &str = "Server is ready";

/// A server; it is killed and its store removed when this goes.
pub struct NatsServer {
    program: PathBuf,
    folder: TempDir,
    port: u16,
    running: Option<Child>,
}

impl NatsServer {
    /// A running server on a free loopback port, or `None` after saying aloud that the test is skipped.
    pub fn start() -> Option<Self> {
        let port = ports::free();
        let mut server = Self::configured(port, "sync_interval: always", "")?;
        server.restart();
        Some(server)
    }

    /// The same behind TLS, with a certificate and its key in PEM files.
    pub fn start_secured(certificate: &Path, key: &Path) -> Option<Self> {
        let (certificate, key) = (certificate.display(), key.display());
        let tls = format!("tls {{ cert_file: \"{certificate}\", key_file: \"{key}\" }}");
        let mut server = Self::configured(ports::free(), "sync_interval: always", &tls)?;
        server.restart();
        Some(server)
    }

    /// The same with the server's own default of writing back every two minutes, for benchmarks.
    pub fn start_with_default_sync() -> Option<Self> {
        let mut server = Self::configured(ports::free(), "", "")?;
        server.restart();
        Some(server)
    }

    /// A server that was not started, with lines of its own in its configuration.
    pub(super) fn configured(port: u16, jetstream: &str, more: &str) -> Option<Self> {
        let program = super::program()?;
        let folder = tempfile::Builder::new().prefix("nats-test-").tempdir();
        let folder = folder.expect("the temporary directory can be written");
        let store = folder.path().join("store").display().to_string();
        let config = format!(
            "listen: 127.0.0.1:{port}\njetstream {{ store_dir: \"{store}\"\n{jetstream} }}\n{more}\n"
        );
        std::fs::write(folder.path().join("nats.conf"), config).expect("the configuration can be written");
        Some(Self { program, folder, port, running: None })
    }

    /// Where it listens, such as `nats://127.0.0.1:12345`.
    pub fn url(&self) -> String {
        format!("nats://127.0.0.1:{}", self.port)
    }

    /// The port it listens on.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Starts it, over what it has stored, and returns when it takes connections.
    ///
    /// # Panics
    /// If it does not start; the message quotes it.
    pub fn restart(&mut self) {
        let lines = self.spawn();
        wait_for(&lines, READY);
    }

    /// Starts it and returns what it says, line by line.
    pub(super) fn spawn(&mut self) -> mpsc::Receiver<String> {
        self.kill();
        let mut child = Command::new(&self.program)
            .arg("--config")
            .arg(self.folder.path().join("nats.conf"))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the installed server starts");
        let said = child.stderr.take().expect("stderr was piped");
        self.running = Some(child);
        let (sender, lines) = mpsc::channel();
        // Read to the end even when nobody listens, so that the server never blocks.
        thread::spawn(move || {
            BufReader::new(said).lines().map_while(Result::ok).for_each(|line| drop(sender.send(line)));
        });
        lines
    }

    /// Ends it without warning, as `kill -9` does, and waits until it is gone.
    pub fn kill(&mut self) {
        if let Some(mut child) = self.running.take() {
            drop(child.kill());
            drop(child.wait());
        }
    }

    /// Stops it in the middle of whatever it does; connections stay open and nobody answers.
    pub fn pause(&self) {
        self.signal("STOP");
    }

    /// Lets a paused server go on.
    pub fn resume(&self) {
        self.signal("CONT");
    }

    /// Whether it runs, paused or not.
    pub fn runs(&self) -> bool {
        self.running.is_some()
    }

    /// Removes everything it has stored.
    ///
    /// # Panics
    /// If it runs.
    pub fn empty_store(&mut self) {
        assert!(self.running.is_none(), "a running server is not robbed of its store");
        // There is nothing to remove where nothing was stored.
        drop(std::fs::remove_dir_all(self.store()));
    }

    /// Where it stores its streams.
    pub fn store(&self) -> PathBuf {
        self.folder.path().join("store")
    }

    fn signal(&self, name: &str) {
        let Some(child) = &self.running else { return };
        let status = Command::new("kill").args(["-s", name, &child.id().to_string()]).status();
        assert!(status.is_ok_and(|status| status.success()), "the server takes signal {name}");
    }
}

impl Drop for NatsServer {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Returns when a line with `sign` was said.
///
/// # Panics
/// If the server ends or is silent instead.
pub(super) fn wait_for(lines: &mpsc::Receiver<String>, sign: &str) {
    let mut said = VecDeque::new();
    loop {
        match lines.recv_timeout(START_MAX) {
            Ok(line) if line.contains(sign) => return,
            Ok(line) => {
                said.push_back(line);
                if said.len() > QUOTED_LINES_MAX {
                    said.pop_front();
                }
            }
            Err(error) => {
                let quoted: Vec<String> = said.into();
                panic!("the server did not say {sign:?} ({error}); it said:\n{}", quoted.join("\n"));
            }
        }
    }
}

/// Copies a store aside, or back.
///
/// # Panics
/// If a file cannot be read or written.
pub fn copy_folder(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a folder can be made");
    for entry in std::fs::read_dir(from).expect("the folder can be read") {
        let path = entry.expect("a listed entry can be read").path();
        let target = to.join(path.file_name().expect("an entry has a name"));
        if path.is_dir() {
            copy_folder(&path, &target);
        } else {
            std::fs::copy(&path, &target).expect("a file can be copied");
        }
    }
}
