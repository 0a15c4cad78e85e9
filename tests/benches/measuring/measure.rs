//! Rounds taken in turn, their medians, and what they used of the processors.

use std::time::Instant;

/// One round of one contender.
#[derive(Clone, Copy)]
pub(crate) struct Round {
    /// Seconds it took.
    pub(crate) seconds: f64,
    /// Seconds of processor time it used.
    pub(crate) cpu: f64,
}

/// Runs `work` and measures it.
pub(crate) fn round(work: impl FnOnce()) -> Round {
    let (started, used) = (Instant::now(), cpu_seconds());
    work();
    Round { seconds: started.elapsed().as_secs_f64(), cpu: cpu_seconds() - used }
}

/// Prints one contender: events a second at the median round, the slowest and fastest, and processor time.
pub(crate) fn print(name: &str, events: u64, rounds: &[Round]) {
    let rates = sorted(rounds.iter().map(|round| events as f64 / round.seconds));
    let cpu = sorted(rounds.iter().map(|round| round.cpu * 1e6 / events as f64));
    println!(
        "{name:<44} {:>9.0} events/s ({:.0} to {:.0}), {:.2} us of processor time an event",
        middle(&rates),
        rates[0],
        rates[rates.len() - 1],
        middle(&cpu),
    );
}

/// Prints how many times faster `a` was than `b` in the same round.
pub(crate) fn print_ratio(name: &str, a: &[Round], b: &[Round]) {
    let ratios = sorted(a.iter().zip(b).map(|(a, b)| b.seconds / a.seconds));
    let (least, most) = (ratios[0], ratios[ratios.len() - 1]);
    println!("{name:<44} {:>9.2} times ({least:.2} to {most:.2})", middle(&ratios));
}

fn sorted(numbers: impl Iterator<Item = f64>) -> Vec<f64> {
    let mut numbers: Vec<f64> = numbers.collect();
    numbers.sort_by(f64::total_cmp);
    numbers
}

fn middle(sorted: &[f64]) -> f64 {
    let half = sorted.len() / 2;
    if sorted.len() % 2 == 1 { sorted[half] } else { (sorted[half - 1] + sorted[half]) / 2.0 }
}

/// Processor time of this process so far, in seconds; 0 where there is no /proc.
fn cpu_seconds() -> f64 {
    const TICK_SECONDS: f64 = 0.01;
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let after_name = stat.rsplit(')').next().unwrap_or_default();
    let ticks = after_name.split_whitespace().skip(11).take(2).filter_map(|field| field.parse::<f64>().ok());
    ticks.sum::<f64>() * TICK_SECONDS
}
