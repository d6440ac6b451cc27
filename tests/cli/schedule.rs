//! `schedule`: what is written is what systemd and cron take, what others wrote stays.

use std::fs;
use std::process::Command;

use crate::support::{Ran, World, finish};

const EVERY: &str = "schedule.every=['day 12:30 21:00', 'month last 9:00']";

/// Of a user, with systemd.
fn schedule(world: &World, args: &[&str]) -> Ran {
    let set = ["--set", EVERY, "--set", "schedule.system='systemd'", "--set", "schedule.scope='user'"];
    world.run(&[&["schedule"], args, &set].concat())
}

const UNITS: [&str; 2] = ["home/.config/systemd/user/liasse.service", "home/.config/systemd/user/liasse.timer"];

fn verify(world: &World) {
    let mut verify = world.prepare(Command::new("systemd-analyze"), &["verify", "--man=no", "--user"]);
    let ran = finish(verify.env("XDG_RUNTIME_DIR", world.path("home")).args(UNITS.map(|unit| world.path(unit)))).ends(0);
    assert!(!ran.err.contains("liasse"), "{}", ran.err);
}

#[test]
fn a_timer_is_shown_written_and_taken_away() {
    let world = World::new();
    let told = schedule(&world, &["install", "--dry-run"]).ends(0).out;
    assert!(told.contains("    OnCalendar=*-*-* 21:00:00") && told.ends_with("nothing was changed\n"), "{told}");
    assert!(!world.path("home/.config").exists());
    let shown = schedule(&world, &["show"]).ends(0).out;
    assert!(shown.contains("no schedule is installed"), "{shown}");

    let ran = schedule(&world, &["install"]).ends(0);
    verify(&world);
    let units = UNITS.map(|unit| fs::read_to_string(world.path(unit)).unwrap());
    // What was shown before is what was written.
    for line in units.iter().flat_map(|text| text.lines()) {
        assert!(told.contains(&format!("    {line}\n")) && ran.out.contains(&format!("    {line}\n")), "{line}");
    }
    assert!(ran.out.contains("when it does, type: systemctl --user enable --now liasse.timer"), "{}", ran.out);
    assert!(ran.err.contains("cannot ask for the password") && ran.err.contains("enable-linger"), "{}", ran.err);
    let shown = schedule(&world, &["show"]).ends(0).out;
    assert_eq!((shown.matches("as the settings have it").count(), shown.matches("next run").count()), (2, 3), "{shown}");
    schedule(&world, &["install"]).ends(0);
    let shown = world.run(&["schedule", "show", "--set", "schedule.scope='user'", "--set", "schedule.every='hour'"]).ends(0).out;
    assert!(shown.contains("liasse.timer (differs from the settings"), "{shown}");

    let told = schedule(&world, &["remove", "--dry-run"]).ends(0).out;
    assert!(told.contains("would remove") && UNITS.iter().all(|unit| world.path(unit).exists()), "{told}");
    schedule(&world, &["remove"]).ends(0);
    assert!(fs::read_dir(world.path("home/.config/systemd/user")).unwrap().next().is_none());
    assert!(schedule(&world, &["remove"]).ends(0).out.contains("no schedule is installed"));
}

#[test]
fn the_timer_starts_runs_with_what_install_was_given() {
    let world = World::new();
    world.write("set/my books.toml", b"[schedule]\nevery = '7 days 21:00'\nscope = 'user'\nsystem = 'systemd'\n");
    world.write("set/credential", b"");
    let args = [
        "schedule",
        "install",
        "--config",
        "set/my books.toml",
        "-r",
        "vault",
        "--credential",
        "set/credential",
        "--set",
        "room.keep-free=5",
    ];
    let ran = world.run(&args).ends(0);
    assert!(!ran.err.contains("password"), "{}", ran.err);
    let text = fs::read_to_string(world.path(UNITS[0])).unwrap();
    let [config, credential] = ["set/my books.toml", "set/credential"].map(|name| world.text(name));
    let tail = format!(
        " --config \"{config}\" --repository {} --credential {credential} --set room.keep-free=5 run --if-due\n",
        world.text("vault")
    );
    assert!(text.contains(&tail), "{text}");
    verify(&world);
}

#[test]
fn what_others_wrote_is_neither_replaced_nor_removed() {
    let world = World::new();
    world.write(UNITS[1], b"[Timer]\nOnCalendar=daily\n");
    schedule(&world, &["install"]).ends(1).says("did not write it");
    assert!(!world.path(UNITS[0]).exists());
    assert!(schedule(&world, &["remove"]).ends(0).out.contains("no schedule is installed"));
    assert_eq!(fs::read(world.path(UNITS[1])).unwrap(), b"[Timer]\nOnCalendar=daily\n");
}

#[test]
fn without_times_or_a_system_there_is_nothing_to_install() {
    let world = World::new();
    world.run(&["schedule", "install"]).ends(2).says("the settings say no times");
    let mut command = world.command(&["schedule", "install", "--set", "schedule.every='hour'"]);
    if !std::path::Path::new("/run/systemd/system").is_dir() {
        finish(command.env("PATH", "/nowhere")).ends(1).says("neither systemd nor cron");
    }
}

/// A user's table of cron: the real program, with a folder of tables of its own.
#[test]
fn lines_of_cron_go_beside_those_of_others() {
    let world = World::new();
    world.write("mine", b"0 1 * * * mine\n");
    let script = format!(
        "mount -t tmpfs -o mode=1730 none /var/spool/cron/crontabs
        chgrp crontab /var/spool/cron/crontabs
        set -- --set \"{EVERY}\" --set \"schedule.system='cron'\" --set \"schedule.scope='user'\"
        \"$LIASSE\" schedule install -q \"$@\"
        crontab -l > first
        \"$LIASSE\" schedule remove \"$@\"
        crontab -l > empty
        crontab mine
        \"$LIASSE\" schedule install \"$@\" > shown
        crontab -l > second
        \"$LIASSE\" schedule install -q \"$@\"
        crontab -l | cmp - second
        \"$LIASSE\" schedule show \"$@\" > told
        ! \"$LIASSE\" schedule install \"$@\" --set \"schedule.system='systemd'\" 2> refused
        \"$LIASSE\" schedule remove -q \"$@\"
        crontab -l | cmp - mine"
    );
    if !std::path::Path::new("/var/spool/cron/crontabs").is_dir() {
        eprintln!("there is no cron: not tested here");
        return;
    }
    let Some(ran) = world.run_with_mounts(&script) else { return };
    ran.ends(0);
    let read = |name: &str| fs::read_to_string(world.path(name)).unwrap();
    assert!(read("first").contains("30 12 * * * ") && read("first").contains(" run --if-due\n"), "{}", read("first"));
    assert_eq!(read("empty"), "");
    assert_eq!(read("second"), format!("0 1 * * * mine\n{}", read("first")));
    assert!(read("shown").contains("the table of cron:\n    # liasse: begin") && read("shown").contains("next run"), "{}", read("shown"));
    assert!(read("told").contains("installed the table of cron (as the settings have it)"), "{}", read("told"));
    assert!(read("refused").contains("another schedule is installed, with cron"), "{}", read("refused"));
}
