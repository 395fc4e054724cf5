//! The machine: what it is, what a process has used of it, and which cores belong to whom.

use std::fs;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result};

use xtask::process;

/// Processor time comes in these.
const TICK: Duration = Duration::from_millis(10);

/// The time of the measurement, and a description of the machine.
pub fn description() -> String {
    let first = |text: String| text.lines().next().unwrap_or_default().to_owned();
    let date = process::output(Command::new("date").args(["-u", "+%Y-%m-%d"])).unwrap_or_default();
    let os = fs::read_to_string("/etc/os-release").unwrap_or_default();
    let os =
        os.lines().find_map(|line| line.strip_prefix("PRETTY_NAME=")).unwrap_or("an unknown system").trim_matches('"');
    let load = first(fs::read_to_string("/proc/loadavg").unwrap_or_default());
    let load = load.split(' ').next().unwrap_or("?");
    format!("{date}, {} cores, {os}, load average {load} at the end", cores())
}

/// How many cores the machine has, whichever of them we keep to.
fn cores() -> usize {
    last_core().map_or(1, |last| last.saturating_add(1))
}

fn last_core() -> Option<usize> {
    let cores = fs::read_dir("/sys/devices/system/cpu").ok()?.flatten().map(|entry| entry.file_name());
    cores.filter_map(|name| name.to_str()?.strip_prefix("cpu")?.parse().ok()).max()
}

/// A command that runs on the first core alone; where there is but one core, on that.
pub fn on_first_core(program: impl AsRef<std::ffi::OsStr>) -> Command {
    let mut command = Command::new("taskset");
    command.args(["-c", "0"]).arg(program);
    command
}

/// Reserves the first core for what is measured: this thread, and what it starts from now on, use the others.
pub fn leave_first_core() -> Result<()> {
    let Some(last) = last_core().filter(|last| *last > 0) else { return Ok(()) };
    let pid = std::process::id().to_string();
    process::output(Command::new("taskset").args(["-p", "-c", &format!("1-{last}"), &pid])).map(|_| ())
}

/// The processor time that a process has used, in all its threads.
pub fn cpu(pid: u32) -> Result<Duration> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).context("the process has ended")?;
    let ticks = ticks(&stat).context("no times in /proc/<pid>/stat")?;
    Ok(TICK * u32::try_from(ticks)?)
}

/// utime and stime: fields 14 and 15, counted behind the name, which may hold anything.
fn ticks(stat: &str) -> Option<u64> {
    let (_, fields) = stat.rsplit_once(") ")?;
    let mut times = fields.split(' ').skip(11).map(str::parse::<u64>);
    Some(times.next()?.ok()? + times.next()?.ok()?)
}

/// Like [`cpu`], in nanoseconds, for what takes less than a tick; time of threads that have ended is not in it.
pub fn fine_cpu(pid: u32) -> Result<Duration> {
    let mut total = 0;
    for thread in fs::read_dir(format!("/proc/{pid}/task"))?.flatten() {
        let text = fs::read_to_string(thread.path().join("schedstat")).unwrap_or_default();
        total += text.split(' ').next().and_then(|number| number.parse::<u64>().ok()).unwrap_or_default();
    }
    Ok(Duration::from_nanos(total))
}

/// The memory that a process occupies now, in bytes.
pub fn resident(pid: u32) -> Result<u64> {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).context("the process has ended")?;
    let kilobytes =
        status.lines().find_map(|line| line.strip_prefix("VmRSS:")?.trim().strip_suffix(" kB")?.parse().ok());
    Ok(kilobytes.map_or(0, |kilobytes: u64| kilobytes * 1024))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_found_behind_any_name() {
        let stat = "7 (a) b (c) S 1 7 7 0 -1 4194560 100 0 0 0 30 12 0 0 20 0 1 0 5";
        assert_eq!(ticks(stat), Some(42));
    }

    #[test]
    fn this_process_has_memory_and_time() {
        assert!(resident(std::process::id()).unwrap() > 100_000);
        assert!(fine_cpu(std::process::id()).unwrap() > Duration::ZERO);
    }
}
