//! Kills a process that acknowledges on stdout, and keeps the acknowledgements outside of it.

use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};

/// How a line says that something is durable: the word, then whatever names it.
pub(crate) const ACKNOWLEDGED: &str = "ack ";

/// Starts the command, gives it `input` on stdin, kills it (SIGKILL) after `acknowledged_before` lines and
/// returns everything it acknowledged until it was dead, without the leading word.
pub(crate) fn kill_under_load(mut command: Command, input: &str, acknowledged_before: usize) -> Vec<String> {
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    writeln!(stdin, "{input}").unwrap();
    let mut acknowledged = Vec::new();
    for line in BufReader::new(child.stdout.take().unwrap()).lines() {
        let Some(name) = line.as_ref().ok().and_then(|line| line.strip_prefix(ACKNOWLEDGED)) else {
            continue;
        };
        acknowledged.push(name.to_owned());
        if acknowledged.len() == acknowledged_before {
            child.kill().unwrap();
        }
    }
    child.wait().unwrap();
    assert!(acknowledged.len() >= acknowledged_before, "it ended by itself, see its stderr above");
    acknowledged
}

/// Numbers from a seed that is printed, so that a failing run can be repeated.
pub(crate) struct Seeded(pub(crate) u64);

impl Seeded {
    /// The next number below `end`.
    pub(crate) fn below(&mut self, end: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % end
    }
}
