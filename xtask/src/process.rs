//! Child processes: each runs in a process group of its own, and none outlives this program.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::io::{BufRead, BufReader};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, ExitCode, ExitStatus, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use nix::sys::signal::{Signal, killpg};
use nix::sys::wait::{WaitPidFlag, WaitStatus, waitpid};
use nix::unistd::Pid;

use crate::{address, project};

/// How long a group may take to end before it is killed.
const GRACE: Duration = Duration::from_secs(5);
/// What a shell reports for a program that Ctrl-C ended.
const INTERRUPTED_EXIT: i32 = 130;

const PATH: &str = "PATH";

static GROUPS: Mutex<BTreeSet<i32>> = Mutex::new(BTreeSet::new());
static INTERRUPTED: AtomicBool = AtomicBool::new(false);

/// On Ctrl-C, SIGTERM or SIGHUP, ends every child and what it started, then this program.
pub fn end_children_on_interrupt() -> Result<()> {
    ctrlc::set_handler(|| {
        INTERRUPTED.store(true, Ordering::SeqCst);
        let groups: Vec<i32> = groups().iter().copied().collect();
        groups.into_iter().for_each(end_group);
        std::process::exit(INTERRUPTED_EXIT);
    })
    .context("Ctrl-C cannot be handled")
}

/// A child with everything that it started; dropping it ends them all.
pub struct Running {
    child: Child,
    group: i32,
}

impl Running {
    /// Starts a command in a process group of its own, without standard input. For this machine it asks no proxy.
    pub fn start(command: &mut Command) -> Result<Self> {
        adopt_orphans();
        npm_tools_first(command);
        address::without_proxy(command);
        let program = command.get_program().to_string_lossy().into_owned();
        let child = command.stdin(Stdio::null()).process_group(0).spawn();
        let child = child.with_context(|| format!("{program} cannot be started"))?;
        let group = i32::try_from(child.id())?;
        groups().insert(group);
        Ok(Self { child, group })
    }

    /// Its process id.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// How it ended, if it has.
    pub fn ended(&mut self) -> Result<Option<ExitStatus>> {
        let status = self.child.try_wait();
        wait_out_interrupt();
        Ok(status?)
    }

    /// Waits for its end.
    pub fn wait(&mut self) -> Result<ExitStatus> {
        let status = self.child.wait();
        wait_out_interrupt();
        Ok(status?)
    }

    /// Waits for its end, but no longer than `limit`.
    pub fn wait_at_most(&mut self, limit: Duration) -> Result<Option<ExitStatus>> {
        let deadline = Instant::now() + limit;
        while Instant::now() < deadline {
            if let Some(status) = self.ended()? {
                return Ok(Some(status));
            }
            thread::sleep(Duration::from_millis(20));
        }
        Ok(None)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        end_group(self.group);
        groups().remove(&self.group);
    }
}

/// A command that leaves the processor to whatever else wants it.
pub fn at_low_priority(program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new("nice");
    command.args(["-n", "5"]).arg(program);
    command
}

/// Runs a command to its end.
pub fn status(command: &mut Command) -> Result<ExitStatus> {
    Running::start(command)?.wait()
}

/// The program of a package of the workspace, to be given arguments.
pub fn package(name: &str) -> Command {
    let mut cargo = Command::new("cargo");
    cargo.args(["run", "--quiet", "--package", name, "--"]);
    cargo
}

/// Runs a command to its end, and ends as it does.
pub fn exit_code(command: &mut Command) -> Result<ExitCode> {
    let code = status(command)?.code().and_then(|code| u8::try_from(code).ok());
    Ok(code.map_or(ExitCode::FAILURE, ExitCode::from))
}

/// Runs a command that has to succeed.
pub fn run(command: &mut Command) -> Result<()> {
    let status = status(command)?;
    if !status.success() {
        bail!("{} failed: {status}", command.get_program().to_string_lossy());
    }
    Ok(())
}

/// Runs a command, handing on each line that it prints to standard output.
pub fn each_line(command: &mut Command, mut line: impl FnMut(&str)) -> Result<ExitStatus> {
    let mut running = Running::start(command.stdout(Stdio::piped()))?;
    let stdout = running.child.stdout.take().context("no standard output")?;
    for bytes in BufReader::new(stdout).split(b'\n') {
        line(&String::from_utf8_lossy(&bytes?));
    }
    running.wait()
}

/// What a command that has to succeed prints, for questions answered at once (`--version`).
pub fn output(command: &mut Command) -> Result<String> {
    let program = command.get_program().to_string_lossy().into_owned();
    let output = npm_tools_first(command)
        .stdin(Stdio::null())
        .output()
        .with_context(|| format!("{program} cannot be started"))?;
    if !output.status.success() {
        bail!("{program} failed: {}", String::from_utf8_lossy(&output.stderr).trim());
    }
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// Puts the commands of the npm packages, among them the project's own Node.js, first on the command's PATH, unless the
/// command has a PATH of its own. What this module runs has it so.
pub fn npm_tools_first(command: &mut Command) -> &mut Command {
    if command.get_envs().any(|(name, _)| name == PATH) {
        return command;
    }
    let inherited = std::env::var_os(PATH).unwrap_or_default();
    let directories = std::iter::once(project::npm_tools()).chain(std::env::split_paths(&inherited));
    match std::env::join_paths(directories) {
        Ok(path) => command.env(PATH, path),
        Err(_) => command, // the project's path contains a colon, which no PATH can express
    }
}

/// Once interrupted, the handler ends this program; nobody else reports the children that it ended.
fn wait_out_interrupt() {
    while INTERRUPTED.load(Ordering::SeqCst) {
        thread::park();
    }
}

fn end_group(group: i32) {
    let deadline = Instant::now() + GRACE;
    let _ = killpg(Pid::from_raw(group), Signal::SIGTERM);
    while is_alive(group) && Instant::now() < deadline {
        thread::sleep(Duration::from_millis(20));
    }
    let _ = killpg(Pid::from_raw(group), Signal::SIGKILL);
    while is_alive(group) && Instant::now() < deadline + GRACE {
        thread::sleep(Duration::from_millis(20));
    }
}

/// On Linux, makes the grandchildren that lose their parent ours to reap: the machine's init may not do it, and a group
/// of unreaped dead looks alive.
fn adopt_orphans() {
    #[cfg(target_os = "linux")]
    let _ = nix::sys::prctl::set_child_subreaper(true);
}

/// Whether the group has members, once those that ended have been reaped.
fn is_alive(group: i32) -> bool {
    let any = Pid::from_raw(-group);
    while matches!(waitpid(any, Some(WaitPidFlag::WNOHANG)), Ok(status) if status != WaitStatus::StillAlive) {}
    killpg(Pid::from_raw(group), None).is_ok()
}

fn groups() -> MutexGuard<'static, BTreeSet<i32>> {
    GROUPS.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dropping_a_child_ends_what_it_started() {
        let mut shell = Command::new("bash");
        let running = Running::start(shell.args(["-c", "sleep 600 & sleep 600"])).unwrap();
        let group = running.group;
        assert!(is_alive(group));
        drop(running);
        assert!(!is_alive(group));
    }

    #[test]
    fn npm_tools_come_first_unless_the_command_has_a_path() {
        let mut print = Command::new("bash");
        let path = output(print.args(["-c", "echo $PATH"])).unwrap();
        let inherited = std::env::var("PATH").unwrap();
        assert_eq!(path, format!("{}:{inherited}", project::npm_tools().display()));
        assert_eq!(output(print.env("PATH", &inherited)).unwrap(), inherited);
    }

    #[test]
    fn lines_arrive_and_the_status_too() {
        let mut lines = Vec::new();
        let status =
            each_line(Command::new("bash").args(["-c", "echo a; echo b; exit 3"]), |l| lines.push(l.to_owned()));
        assert_eq!(status.unwrap().code(), Some(3));
        assert_eq!(lines, ["a", "b"]);
    }
}
