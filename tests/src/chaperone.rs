//! The built `chaperone` binary with a data directory of its own: run a subcommand, or serve and stop.

use std::ffi::OsStr;
use std::io::{BufRead as _, BufReader, Read, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::{OnceLock, mpsc};
use std::thread;
use std::time::{Duration, SystemTime};

use serde_json::Value;
use tempfile::TempDir;

use crate::repository_root;

/// Makes `serve` listen on a port that the system chooses.
const FREE_PORT: [&str; 2] = ["--listen", "127.0.0.1:0"];
/// How long `serve` may take until it says where it listens; generous, since the machine may be busy.
const START_MAX: Duration = Duration::from_secs(60);

/// The binary and the directory it keeps its journal in; the directory goes when this does.
pub struct Chaperone {
    program: PathBuf,
    data: TempDir,
    /// The certificates it trusts, where they are not the system's.
    authorities: Option<PathBuf>,
}

/// How a run ended.
#[derive(Debug)]
pub struct Finished {
    /// The exit code; -1 if a signal ended it.
    pub status: i32,
    pub stdout: String,
    pub stderr: String,
}

/// A running `serve`; it is killed when this goes.
pub struct Server {
    child: Child,
    /// Where it listens, such as `http://127.0.0.1:40123`.
    pub url: String,
    /// The same without the scheme.
    pub authority: String,
}

impl Chaperone {
    /// The binary over an empty data directory.
    pub fn new() -> Self {
        Self::over(program().to_owned())
    }

    fn over(program: PathBuf) -> Self {
        let data = tempfile::Builder::new().prefix("chaperone-test-").tempdir();
        let data = data.expect("the temporary directory can be written");
        Self { program, data, authorities: None }
    }

    /// The same, on a machine that trusts the authorities in a PEM file and no others.
    pub fn trusting(self, authorities: &Path) -> Self {
        Self { authorities: Some(authorities.to_owned()), ..self }
    }

    /// The data directory.
    pub fn data(&self) -> &Path {
        self.data.path()
    }

    /// Runs one subcommand to its end, with nothing on stdin.
    pub fn run<S: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = S>) -> Finished {
        self.run_with_input(arguments, b"")
    }

    /// Runs one subcommand to its end, with `input` on stdin.
    pub fn run_with_input<S: AsRef<OsStr>>(
        &self,
        arguments: impl IntoIterator<Item = S>,
        input: &[u8],
    ) -> Finished {
        let mut child = self.command(arguments).stdin(Stdio::piped()).spawn().expect("the binary starts");
        let mut stdin = child.stdin.take().expect("stdin was piped");
        let output = thread::scope(|scope| {
            // Fed beside the wait: a program that answers early fills its stdout before it has read all.
            // One that stops reading closes the pipe, which is its right.
            scope.spawn(move || drop(stdin.write_all(input)));
            child.wait_with_output().expect("a started program can be waited for")
        });
        Finished::from(output)
    }

    /// Runs the binary as told and in an environment that holds nothing but `PATH`: no data directory is
    /// added to the arguments.
    pub fn run_bare<S: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = S>) -> Finished {
        let mut command = Command::new(&self.program);
        command.args(arguments).env_clear().stdin(Stdio::null());
        if let Some(path) = std::env::var_os("PATH") {
            command.env("PATH", path);
        }
        Finished::from(command.output().expect("the binary starts"))
    }

    /// Starts `serve` on a free port and returns when it has printed its address.
    pub fn serve<S: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = S>) -> Server {
        let mut child = self
            .command(["serve"].iter().chain(&FREE_PORT))
            .args(arguments)
            .stdin(Stdio::null())
            .spawn()
            .expect("the binary starts");
        let (sender, lines) = mpsc::channel();
        pass_on_lines(child.stdout.take().expect("stdout was piped"), sender.clone());
        pass_on_lines(child.stderr.take().expect("stderr was piped"), sender);
        let mut said = Vec::new();
        loop {
            match lines.recv_timeout(START_MAX) {
                Ok(line) => {
                    if let Some(url) = address_in(&line) {
                        let authority = url["http://".len()..].to_owned();
                        return Server { child, url, authority };
                    }
                    said.push(line);
                }
                Err(error) => {
                    drop(child.kill());
                    drop(child.wait());
                    panic!("serve printed no address ({error}); it said:\n{}", said.join("\n"));
                }
            }
        }
    }

    fn command<S: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = S>) -> Command {
        let mut command = Command::new(&self.program);
        command
            .arg("--data")
            .arg(self.data())
            .args(arguments)
            .env("NO_COLOR", "1")
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        if let Some(authorities) = &self.authorities {
            command.env("SSL_CERT_FILE", authorities);
        }
        command
    }
}

impl Default for Chaperone {
    fn default() -> Self {
        Self::new()
    }
}

impl From<Output> for Finished {
    fn from(output: Output) -> Self {
        Self {
            status: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8(output.stdout).expect("stdout is UTF-8"),
            stderr: String::from_utf8(output.stderr).expect("stderr is UTF-8"),
        }
    }
}

impl Finished {
    /// Stdout as one JSON value.
    ///
    /// # Panics
    /// If it is not JSON; the message shows both outputs.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.stdout)
            .unwrap_or_else(|error| panic!("{error} in the output of {self:#?}"))
    }

    /// Stdout as one JSON value per line.
    ///
    /// # Panics
    /// If a line is not JSON.
    pub fn ndjson(&self) -> Vec<Value> {
        let parse =
            |line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error} in line {line}"));
        self.stdout.lines().filter(|line| !line.is_empty()).map(parse).collect()
    }

    /// The same, after checking the exit code.
    ///
    /// # Panics
    /// If it ended otherwise; the message shows both outputs.
    pub fn ended_with(self, status: i32) -> Self {
        assert_eq!(self.status, status, "stdout: {}\nstderr: {}", self.stdout, self.stderr);
        self
    }
}

impl Server {
    /// The process id, for tests that stop, pause or kill it from outside.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Ends it without warning, as a power cut would, and waits until it is gone.
    pub fn kill(mut self) {
        self.end();
    }

    fn end(&mut self) {
        // It may have ended by itself, which is what is wanted.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.end();
    }
}

/// Passes every line on, and reads to the end even when nobody listens, so that the program never blocks.
fn pass_on_lines(from: impl Read + Send + 'static, to: mpsc::Sender<String>) {
    thread::spawn(move || {
        for line in BufReader::new(from).lines() {
            let Ok(line) = line else { return };
            drop(to.send(line));
        }
    });
}

/// `http://host:port` in a line of talk, without a path behind it.
fn address_in(line: &str) -> Option<String> {
    let start = line.find("http://")?;
    let rest = &line[start + "http://".len()..];
    let end = rest.find(|c: char| c == '/' || c == '"' || c.is_whitespace()).unwrap_or(rest.len());
    let authority = rest[..end].trim_end_matches(['.', ',', ')', ';']);
    let (_, port) = authority.rsplit_once(':')?;
    port.parse::<u16>().ok().filter(|port| *port != 0)?;
    Some(format!("http://{authority}"))
}

/// Names the binary to test, when it is not the one beside the tests: a release build, an installed one.
pub const PROGRAM_VARIABLE: &str = "CHAPERONE_PROGRAM";

/// The binary beside the running test, built first when it is missing or older than its sources; or the one
/// that [`PROGRAM_VARIABLE`] names.
///
/// # Panics
/// If it cannot be built.
pub fn program() -> &'static Path {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| {
        if let Some(named) = std::env::var_os(PROGRAM_VARIABLE) {
            return PathBuf::from(named);
        }
        let test = std::env::current_exe().expect("a running test knows its own file");
        let folder = test
            .ancestors()
            .skip(1)
            .find(|folder| folder.file_name() != Some(OsStr::new("deps")))
            .expect("a test lies in a folder");
        let program = folder.join(format!("chaperone{}", std::env::consts::EXE_SUFFIX));
        let built = modified(&program);
        if built.is_none() || built < newest(&repository_root().join("crates")) {
            build(folder);
        }
        assert!(program.exists(), "cargo built chaperone, but not at {}", program.display());
        program
    })
}

fn build(folder: &Path) {
    let folder_name = folder.file_name().unwrap_or_default().to_string_lossy();
    let profile = if folder_name == "debug" { "dev" } else { &folder_name };
    // The whole workspace is named so that features are chosen as in `cargo test --workspace`: the same
    // libraries are then used again instead of being built twice.
    let status = Command::new(env!("CARGO"))
        .args(["build", "--quiet", "--workspace", "--bin", "chaperone", "--profile", profile])
        .current_dir(repository_root())
        .status();
    assert!(status.expect("cargo runs, since it built this test").success(), "chaperone does not build");
}

/// When the newest file below a folder was written.
fn newest(folder: &Path) -> Option<SystemTime> {
    let entries = std::fs::read_dir(folder).ok()?;
    let times = entries
        .flatten()
        .map(|entry| entry.path())
        .map(|path| if path.is_dir() { newest(&path) } else { modified(&path) });
    times.max().flatten()
}

fn modified(file: &Path) -> Option<SystemTime> {
    file.metadata().ok()?.modified().ok()
}

#[cfg(all(test, unix))]
mod tests {
    use std::net::{TcpListener, TcpStream};
    use std::os::unix::fs::PermissionsExt as _;

    use super::{Chaperone, address_in};

    #[test]
    fn the_address_is_found_in_what_serve_says() {
        let check = |line: &str, expected: Option<&str>| {
            assert_eq!(address_in(line).as_deref(), expected, "{line}");
        };
        check("listening on http://127.0.0.1:40123", Some("http://127.0.0.1:40123"));
        check("Dashboard: http://127.0.0.1:40123/accounts (Ctrl-C ends)", Some("http://127.0.0.1:40123"));
        check("the dashboard is at http://[::1]:8080.", Some("http://[::1]:8080"));
        check("see http://localhost for more", None);
        check("will listen on http://127.0.0.1:0", None);
        check("opened the journal", None);
    }

    /// Answers as the real binary would: the harness is tested before there is anything to serve.
    const STAND_IN: &str = r#"#!/bin/sh
[ "$1" = --data ] && [ -d "$2" ] || exit 2
shift 2
case "$1" in
    serve) echo "opened" >&2; echo "listening on http://PEER/" >&2; exec cat FIFO ;;
    *) echo "{\"arguments\": $#}"; wc -c; echo talk >&2; exit 6 ;;
esac
"#;

    #[test]
    fn a_program_is_run_fed_served_and_killed() {
        let folder = tempfile::tempdir().unwrap();
        let peer = TcpListener::bind("127.0.0.1:0").unwrap();
        let fifo = folder.path().join("fifo");
        assert!(std::process::Command::new("mkfifo").arg(&fifo).status().unwrap().success());
        let script = STAND_IN
            .replace("PEER", &peer.local_addr().unwrap().to_string())
            .replace("FIFO", &fifo.to_string_lossy());
        let program = folder.path().join("chaperone");
        std::fs::write(&program, script).unwrap();
        std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
        let chaperone = Chaperone::over(program);

        let finished = chaperone.run(["deal", "list"]).ended_with(6);
        assert_eq!(finished.ndjson(), [serde_json::json!({"arguments": 2}), 0.into()]);
        assert_eq!(finished.stderr, "talk\n");
        let fed = chaperone.run_with_input(["ingest", "-"], &[b'x'; 1_000_000]);
        assert!(fed.stdout.contains("1000000"), "{fed:?}");

        let server = chaperone.serve::<&str>([]);
        assert_eq!(server.authority, peer.local_addr().unwrap().to_string());
        assert!(TcpStream::connect(&server.authority).is_ok());
        let id = server.id().to_string();
        let alive =
            || std::process::Command::new("kill").args(["-0", &id]).output().unwrap().status.success();
        assert!(alive());
        server.kill();
        assert!(!alive());
    }
}
