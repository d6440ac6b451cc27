//! The program killed by SIGKILL at its system calls, one after the other, by strace. A kill leaves what the kernel was told before, so what is
//! tried here is the order of calls; that what they wrote may be lost besides is what `cuts.rs` tries.

use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use crate::firm::Firm;
use crate::{setting, tell};

/// Calls that touch nothing outside the process.
const INWARD: [&str; 12] = [
    "futex",
    "sched_yield",
    "mprotect",
    "sigaltstack",
    "munmap",
    "mmap",
    "madvise",
    "brk",
    "rseq",
    "set_robust_list",
    "rt_sigprocmask",
    "gettid",
];
/// A process that is killed all too often no longer finds new places; so many tries for each kill are enough.
const TRIES: u64 = 8;

/// A system call, and which of its calls by one thread.
type Site = (String, u64);

/// What a backup calls, and how often.
fn sites(firm: &Firm, desk: &Path) -> Vec<Site> {
    let counts = desk.join("counts");
    let output = firm.backup(&["strace", "-f", "-c", "-U", "calls,name", "-o", counts.to_str().unwrap()]).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = fs::read_to_string(&counts).unwrap();
    let rows = text.lines().filter_map(|line| {
        let (count, name) = line.trim().split_once(char::is_whitespace)?;
        Some((name.trim().to_owned(), count.parse::<u64>().ok()?))
    });
    let outward = rows.filter(|(name, _)| name != "total" && !INWARD.contains(&name.as_str()));
    outward.flat_map(|(name, count)| (1..=count).map(move |nth| (name.clone(), nth))).collect()
}

/// Starts a backup that is killed when it comes to the site. Whether it was.
fn kill(firm: &mut Firm, (call, nth): &Site) -> bool {
    let inject = format!("inject={call}:signal=KILL:when={nth}");
    let trace = format!("trace={call}");
    let output = firm.backup(&["strace", "-f", "-qqq", "-o", "/dev/null", "-e", &trace, "-e", &inject]).output().unwrap();
    let killed = output.status.signal() == Some(9) || output.status.code() == Some(137);
    if !killed {
        assert!(output.status.success(), "{call} {nth}: {} {}", output.status, String::from_utf8_lossy(&output.stderr));
        firm.remember(&output);
    }
    killed
}

#[test]
fn a_program_that_is_killed_at_any_system_call_loses_nothing() {
    assert!(Command::new("strace").arg("--version").output().is_ok(), "strace is missing: apt-get install strace");
    let (wanted, seed) = (setting("LIASSE_KILLS", 300), setting("LIASSE_SEED", 1));
    let (killed, restored, places) = (AtomicU64::new(0), AtomicUsize::new(0), AtomicUsize::new(0));
    let threads = std::thread::available_parallelism().map_or(1, usize::from).min(8) as u64;
    std::thread::scope(|scope| {
        for thread in 0..threads {
            let (killed, restored, places) = (&killed, &restored, &places);
            scope.spawn(move || {
                let desk = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
                let share = wanted / threads + u64::from(thread < wanted % threads);
                let (mut firm, mut done, mut tries) = (Firm::new(desk.path(), desk.path(), seed * 100 + thread, 300_000), 0, 0);
                firm.works();
                let sites = sites(&firm, desk.path());
                firm.looks_after("before");
                places.fetch_max(sites.len(), Ordering::Relaxed);
                // Steps that share no factor with the number of sites come to all of them, each thread to others first.
                let step = (sites.len() as u64 * 382 / 1000).max(1);
                let step = (step..step + sites.len() as u64).find(|step| gcd(*step, sites.len() as u64) == 1).unwrap();
                while done < share && tries < share * TRIES {
                    let at = (thread * sites.len() as u64 / threads + tries * step + seed) % sites.len() as u64;
                    tries += 1;
                    let site = &sites[usize::try_from(at).unwrap()];
                    firm.works();
                    if kill(&mut firm, site) {
                        done += 1;
                        firm.looks_after(&format!("killed at {} {}", site.0, site.1));
                        firm.backs_up();
                    }
                }
                killed.fetch_add(done, Ordering::Relaxed);
                restored.fetch_add(firm.gets_everything_back(desk.path()), Ordering::Relaxed);
            });
        }
    });
    let (killed, restored) = (killed.into_inner(), restored.into_inner());
    tell(&format!(
        "killed at a system call: {killed} of {wanted} (seed {seed}, {} places), {restored} snapshots restored byte for byte",
        places.into_inner()
    ));
    assert!(killed >= wanted, "only {killed} of {wanted} runs were killed");
}

fn gcd(one: u64, other: u64) -> u64 {
    if other == 0 { one } else { gcd(other, one % other) }
}
