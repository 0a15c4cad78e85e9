//! A history with takeovers in it: everyday traffic, and between its lines simulated worlds whose agents mean something.

use std::fs::File;
use std::io::{self, BufReader, BufWriter, PipeReader, Write};
use std::path::{Path, PathBuf};

use channel_world::{Mix, Noise, Parameters, Wanted, simulate};
use tests::generator::{Plan, write_history};

/// What the history is like; printed with every figure.
pub(crate) const DESCRIPTION: &str = "nine lines of ten are traffic (20 lines an account, every fifth account with a \
     live handoff), one is of simulated worlds (27 lines an account, each with a handoff; mix and noise as in life, \
     1 % of handoffs predatory, 27.5 % lawful changes)";

/// Of so many lines one tells of a simulated world.
const WORLD_LINE_EVERY: u64 = 10;
/// A world has that many closed handoffs at most, spread over two vendors; the next lines tell of other vendors.
const HANDOFFS_MAX: u64 = 2_000;
/// Lines that a world has for each of them.
const LINES_PER_HANDOFF: u64 = 28;
/// What the vendors of a world are called, before their numbers.
const VENDORS: &str = "meridian-";
/// Lines of one slice, in lines: some 150 MB, so that no history has to stand on the disk whole.
const SLICE_LINES: u64 = 250_000;

/// Writes so many lines, the same ones every time.
pub(crate) fn write(events: u64, out: &mut impl Write) -> io::Result<()> {
    let traffic = events - events / WORLD_LINE_EVERY;
    let plan = Plan { events: traffic, accounts: (traffic / 20).max(1), seed: 7 };
    let mut mixing = Mixing { out, worlds: Worlds::new(events / WORLD_LINE_EVERY), lines: 0, due: 0 };
    write_history(&plan, &mut mixing)
}

/// The lines as they are written by a thread.
pub(crate) fn lines(events: u64) -> BufReader<PipeReader> {
    let (reader, writer) = io::pipe().unwrap();
    std::thread::spawn(move || {
        let mut out = BufWriter::with_capacity(1 << 16, writer);
        write(events, &mut out).unwrap();
        out.flush().unwrap();
    });
    BufReader::with_capacity(1 << 20, reader)
}

/// Hands over the lines in files, each of which is gone when the next comes.
pub(crate) fn in_slices(events: u64, folder: &Path, each: &mut dyn FnMut(&Path)) {
    let file = folder.join("slice.ndjson");
    let mut slices = Slices { file, out: None, lines: 0, each };
    write(events, &mut slices).unwrap();
    slices.hand_over().unwrap();
}

/// Passes traffic on and writes a world's line behind every ninth of it.
struct Mixing<'a, W> {
    out: &'a mut W,
    worlds: Worlds,
    lines: u64,
    /// Lines of worlds written so far.
    due: u64,
}

impl<W: Write> Write for Mixing<'_, W> {
    fn write(&mut self, traffic: &[u8]) -> io::Result<usize> {
        self.out.write_all(traffic)?;
        self.lines += line_breaks(traffic);
        while self.due < self.lines / (WORLD_LINE_EVERY - 1) {
            self.due += 1;
            self.out.write_all(self.worlds.next_line().as_bytes())?;
        }
        Ok(traffic.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// One world told again and again, each time of other vendors.
struct Worlds {
    told: Vec<String>,
    next: usize,
    number: u64,
}

impl Worlds {
    fn new(lines: u64) -> Self {
        let handoffs = (lines / LINES_PER_HANDOFF).clamp(1, HANDOFFS_MAX);
        let handoffs = u32::try_from(handoffs).unwrap();
        let wanted = Wanted { seed: 1, handoffs, mix: Mix::Default, noise: Noise::Default };
        let told = simulate(&Parameters::default(), wanted).events;
        assert!(told.iter().all(|line| line.contains(VENDORS)), "a vendor of another name");
        Self { told, next: 0, number: 0 }
    }

    fn next_line(&mut self) -> String {
        let line = self.told[self.next].replace(VENDORS, &format!("{VENDORS}{}-", self.number));
        self.next += 1;
        if self.next == self.told.len() {
            (self.next, self.number) = (0, self.number + 1);
        }
        line + "\n"
    }
}

/// Lines into one file after the other.
struct Slices<'a> {
    file: PathBuf,
    out: Option<BufWriter<File>>,
    lines: u64,
    each: &'a mut dyn FnMut(&Path),
}

impl Slices<'_> {
    fn hand_over(&mut self) -> io::Result<()> {
        let Some(mut out) = self.out.take() else { return Ok(()) };
        out.flush()?;
        (self.each)(&self.file);
        std::fs::remove_file(&self.file)
    }
}

impl Write for Slices<'_> {
    /// What comes ends with a line.
    fn write(&mut self, lines: &[u8]) -> io::Result<usize> {
        let out = match &mut self.out {
            Some(out) => out,
            None => self.out.insert(BufWriter::with_capacity(1 << 20, File::create(&self.file)?)),
        };
        out.write_all(lines)?;
        self.lines += line_breaks(lines);
        if self.lines >= SLICE_LINES {
            self.lines = 0;
            self.hand_over()?;
        }
        Ok(lines.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn line_breaks(bytes: &[u8]) -> u64 {
    bytes.iter().map(|byte| u64::from(*byte == b'\n')).sum()
}
