//! Stopped in the middle, and run beside another. The program is halted while the test looks, so that nothing depends on luck.

use std::fs;
use std::process::{Child, Stdio};

use rustix::process::{Pid, Signal, WaitOptions, kill_process, waitpid};

use crate::support::{PASSWORD, Ran, World, finish, ran, wait_until};

/// Three packs of new data.
const LENGTH: usize = 96 << 20;

fn send(child: &Child, signal: Signal) {
    kill_process(Pid::from_child(child), signal).unwrap();
}

/// A backup that has published its first pack, and is halted.
fn halted(world: &World) -> Child {
    let before = world.objects("packs").len();
    // Whoever runs the tests may ignore signals.
    let program = ["--default-signal", env!("CARGO_BIN_EXE_liasse"), "backup", "src", "--json"];
    let mut command = world.prepare(std::process::Command::new("env"), &program);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    wait_until(&mut child, || world.objects("packs").len() > before);
    send(&child, Signal::STOP);
    let (_, status) = waitpid(Some(Pid::from_child(&child)), WaitOptions::UNTRACED).unwrap().unwrap();
    assert!(status.stopped(), "it had ended before it could be halted");
    child
}

fn end(child: Child) -> Ran {
    ran(child.wait_with_output().unwrap())
}

#[test]
fn an_interrupted_backup_commits_nothing_and_the_next_goes_on() {
    for signal in [Signal::INT, Signal::TERM] {
        let world = World::with_repository();
        world.write_noise("src/noise", LENGTH, 7);
        let child = halted(&world);
        send(&child, signal);
        send(&child, Signal::CONT);
        let stopped = end(child).ends(130);
        assert!(stopped.err.contains("interrupted") && stopped.out.is_empty(), "{}{}", stopped.out, stopped.err);
        assert!(world.snapshots().is_empty());
        assert!(world.objects("intents").is_empty(), "its intent is gone");
        let next = world.run(&["backup", "src", "--json"]).ends(0).json();
        let added = next["statistics"]["added_bytes"].as_u64().unwrap();
        assert!(added < (LENGTH - (16 << 20)) as u64, "what was stored is not stored again: {added}");
        world.run(&["check", "--read-data"]).ends(0);
    }
}

/// A process that is killed has no time to tidy up.
#[test]
fn a_killed_backup_loses_nothing() {
    let world = World::with_snapshot();
    let before = world.snapshots();
    world.write_noise("src/noise", LENGTH, 8);
    let mut child = halted(&world);
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(world.snapshots(), before);
    world.run(&["check", "--read-data"]).ends(0);
    let next = world.run(&["backup", "src", "--json"]).ends(0).json();
    let added = next["statistics"]["added_bytes"].as_u64().unwrap();
    assert!(added < (LENGTH - (16 << 20)) as u64, "what was stored is not stored again: {added}");
    let back = world.run(&["restore", &format!("latest:{}", world.text("src")), "--target", "out", "--json"]).ends(0).json();
    assert_eq!((&back["snapshot"], &back["files"]), (&next["snapshot"], &next["statistics"]["files"]), "{back}\n{next}");
    assert!(fs::read(world.path("src/noise")).unwrap() == fs::read(world.path("out/noise")).unwrap());
}

#[test]
fn two_at_once_under_one_key_are_allowed_and_counted() {
    let world = World::with_snapshot();
    world.write_noise("src/noise", LENGTH, 10);
    let child = halted(&world);
    world.write("other/file", b"x");
    world.run(&["backup", "other"]).ends(0);
    let beside = world.run(&["check"]).ends(0).out;
    assert!(beside.contains(" left by a backup that was interrupted or still runs"), "{beside}");
    send(&child, Signal::CONT);
    end(child).ends(0);
    let checked = world.run(&["check"]).ends(0).out;
    if world.run(&["check", "-v"]).ends(0).out.contains("a fork: ") {
        assert!(checked.contains("note: 2 backups ran at the same time") && !checked.contains("fork"), "{checked}");
    }
}

#[test]
fn others_list_and_restore_while_one_backs_up() {
    let world = World::with_snapshot();
    let old = world.snapshots();
    let picture = world.picture("src");
    world.write_noise("src/noise", LENGTH, 9);
    let child = halted(&world);
    assert_eq!(world.snapshots(), old);
    world.run(&["ls", "-R", "latest"]).ends(0);
    world.run(&["restore", &format!("latest:{}", world.text("src")), "--target", "out"]).ends(0);
    assert!(world.path("out/letter.txt").exists() && !world.path("out/noise").exists());
    assert_eq!(picture.lines().count(), world.picture("out").lines().count());
    world.run(&["check", "--read-data"]).ends(0);
    world.run(&["stats"]).ends(0);
    // Two may even write at once.
    world.run(&["backup", "src/deep"]).ends(0);
    send(&child, Signal::CONT);
    end(child).ends(0);
    assert_eq!(world.snapshots().len(), 3);
    world.run(&["check", "--read-data"]).ends(0);
}

/// Even when what it waits for never comes.
#[test]
fn a_second_signal_ends_it_at_once() {
    let world = World::with_repository();
    let fifo = world.path("fifo");
    rustix::fs::mknodat(rustix::fs::CWD, &fifo, rustix::fs::FileType::Fifo, rustix::fs::Mode::RWXU, 0).unwrap();
    let program = ["--default-signal", env!("CARGO_BIN_EXE_liasse"), "snapshots", "--password-command", "echo begun >&2; exec cat fifo"];
    let mut command = world.prepare(std::process::Command::new("env"), &program);
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let mut begun = [0; 6];
    std::io::Read::read_exact(child.stderr.as_mut().unwrap(), &mut begun).unwrap();
    let mut code = None;
    wait_for_end(&mut child, &mut code);
    assert_eq!(code, Some(130));
    // Lets the password command go.
    drop(fs::File::options().read(true).write(true).open(&fifo).unwrap());
}

/// Signals again and again: two that come too close together are one.
fn wait_for_end(child: &mut Child, code: &mut Option<i32>) {
    let deadline = std::time::Instant::now() + std::time::Duration::from_mins(1);
    loop {
        if let Some(status) = child.try_wait().unwrap() {
            *code = status.code();
            return;
        }
        assert!(std::time::Instant::now() < deadline, "it does not end");
        send(child, Signal::TERM);
        std::thread::yield_now();
    }
}

/// `nohup` ignores the hang-up for whom it starts; that must stay so.
#[test]
fn a_signal_that_was_ignored_stays_ignored() {
    let world = World::with_repository();
    // Pending before the password is there, so it is noticed before the repository is open.
    let hang_up = "kill -HUP $PPID; echo \"$SECRET\"";
    for (way, code) in [("--ignore-signal=HUP", 0), ("--default-signal=HUP", 130)] {
        let program = [way, env!("CARGO_BIN_EXE_liasse"), "snapshots", "--password-command", hang_up];
        let mut command = world.prepare(std::process::Command::new("env"), &program);
        finish(command.env("SECRET", PASSWORD)).ends(code);
    }
}

#[test]
fn keys_do_not_get_into_core_dumps() {
    let world = World::with_repository();
    let limits = "cat /proc/$PPID/limits >&2; echo wrong";
    let ran = world.run(&["snapshots", "--password-command", limits]).ends(11);
    let core = ran.err.lines().find(|line| line.starts_with("Max core file size")).unwrap();
    let numbers: Vec<&str> = core.split_whitespace().skip(4).take(2).collect();
    assert_eq!(numbers, ["0", "0"], "{core}");
}
