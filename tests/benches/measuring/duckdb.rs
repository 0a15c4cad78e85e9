//! A Python process with DuckDB that answers one question for each line it is sent.

use std::ffi::OsStr;
use std::io::{BufRead as _, BufReader, Lines, Write as _};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use crate::measure::Round;

/// The other side of a benchmark.
pub(crate) struct DuckDb {
    child: Child,
    ask: ChildStdin,
    answers: Lines<BufReader<ChildStdout>>,
}

impl DuckDb {
    /// Starts a script of `tests/python` with these arguments and the number of threads; says so where it cannot.
    pub(crate) fn start(script: &str, arguments: &[&OsStr]) -> Option<Self> {
        let root = tests::repository_root();
        let python = std::env::var_os("CHAPERONE_PYTHON")
            .map_or_else(|| root.join("tests/.tools/venv/bin/python"), PathBuf::from);
        let has_duckdb = Command::new(&python).args(["-c", "import duckdb"]).stderr(Stdio::null()).status();
        if !has_duckdb.is_ok_and(|status| status.success()) {
            println!("skipped: DuckDB, since {} cannot import it (tests/run installs it)", python.display());
            return None;
        }
        let threads = std::thread::available_parallelism().unwrap().to_string();
        let mut child = Command::new(python)
            .arg(root.join("tests/python").join(script))
            .args(arguments)
            .arg(threads)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let ask = child.stdin.take().unwrap();
        let mut answers = BufReader::new(child.stdout.take().unwrap()).lines();
        println!("{}", answers.next().unwrap().unwrap());
        Some(Self { child, ask, answers })
    }

    /// One answer, as measured inside Python, and what it says beside.
    pub(crate) fn ask(&mut self, question: &str) -> (Round, Vec<String>) {
        writeln!(self.ask, "{question}").unwrap();
        let answer = self.answers.next().unwrap().unwrap();
        let mut fields = answer.split_whitespace();
        let mut seconds = || fields.next().unwrap().parse::<f64>().unwrap() / 1e3;
        let round = Round { seconds: seconds(), cpu: seconds() };
        (round, fields.map(str::to_owned).collect())
    }
}

impl Drop for DuckDb {
    fn drop(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}
