//! What a person at a terminal is asked, and that what is typed is not shown.

use std::fs::File;
use std::io::{Read, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use rustix::termios::{LocalModes, tcgetattr};

use crate::support::{World, wait_until};

/// The program on a terminal of its own.
struct Talk {
    child: Child,
    to: ChildStdin,
    from: ChildStdout,
    terminal: File,
    said: String,
    /// Its number.
    program: String,
}

impl Talk {
    fn begin(world: &World, args: &str) -> Self {
        Self::begin_on(world, args, 80)
    }

    fn begin_on(world: &World, args: &str, columns: u16) -> Self {
        let script = format!("stty cols {columns}; tty; echo $$; exec {} {args}", env!("CARGO_BIN_EXE_liasse"));
        let mut command = world.prepare(Command::new("script"), &["-qefc", &script, "/dev/null"]);
        let mut child =
            command.env("TERM", "xterm").env_remove("LIASSE_PASSWORD").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let (to, mut from) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
        let tty = read_until(&mut from, |said| said.ends_with('\n'));
        let terminal = File::options().read(true).write(true).open(tty.trim()).unwrap();
        let program = read_until(&mut from, |said| said.ends_with('\n'));
        Self { child, to, from, terminal, said: String::new(), program }
    }

    /// Waits for a question, and answers it.
    fn answer(&mut self, question: &str, answer: &str) {
        self.press(question, &format!("{answer}\r"));
    }

    /// The same, with keys only.
    fn press(&mut self, question: &str, keys: &str) {
        self.said += &read_until(&mut self.from, |said| said.contains(question));
        self.to.write_all(keys.as_bytes()).unwrap();
    }

    /// The same, once what is typed is no longer shown.
    fn answer_in_secret(&mut self, question: &str, answer: &str) {
        self.said += &read_until(&mut self.from, |said| said.contains(question));
        while tcgetattr(&self.terminal).unwrap().local_modes.contains(LocalModes::ECHO) {
            std::thread::yield_now();
        }
        self.to.write_all(format!("{answer}\r").as_bytes()).unwrap();
    }

    /// How it ends, and all it said.
    fn end(mut self) -> (i32, String) {
        drop(self.terminal);
        let mut rest = Vec::new();
        self.from.read_to_end(&mut rest).unwrap();
        (self.child.wait().unwrap().code().unwrap(), self.said + &String::from_utf8(rest).unwrap())
    }
}

fn read_until(from: &mut ChildStdout, enough: impl Fn(&str) -> bool) -> String {
    let mut said = Vec::new();
    while !enough(&String::from_utf8_lossy(&said)) {
        let mut byte = [0];
        assert_eq!(from.read(&mut byte).unwrap(), 1, "it ended: {}", String::from_utf8_lossy(&said));
        said.push(byte[0]);
    }
    String::from_utf8(said).unwrap()
}

#[test]
fn a_new_password_is_asked_for_twice_and_not_shown() {
    let world = World::new();
    let mut talk = Talk::begin(&world, "init");
    talk.answer_in_secret("New password", "typed");
    talk.answer_in_secret("again", "mistyped");
    let (code, said) = talk.end();
    assert!(code == 1 && said.contains("not the same") && !world.repository().exists(), "{code}: {said}");
    let mut talk = Talk::begin(&world, "init");
    talk.answer_in_secret("New password", "typed");
    talk.answer_in_secret("again", "typed");
    talk.answer("recovery key", "n");
    let (code, said) = talk.end();
    assert!(code == 0 && !said.contains("typed") && !said.contains("Recovery key"), "{code}: {said}");
}

#[test]
fn a_person_may_try_again() {
    let world = World::with_repository();
    let mut talk = Talk::begin(&world, "snapshots");
    talk.answer_in_secret("Password", "oops");
    talk.answer_in_secret("try again", crate::support::PASSWORD);
    let (code, said) = talk.end();
    assert!(code == 0 && said.contains("no snapshots"), "{code}: {said}");
    let mut talk = Talk::begin(&world, "snapshots");
    for question in ["Password", "try again", "try again"] {
        talk.answer_in_secret(question, "oops");
    }
    let (code, said) = talk.end();
    assert!(code == 11 && said.contains("wrong password"), "{code}: {said}");
}

/// Typed at the question, it is a signal like everywhere.
#[test]
fn control_c_at_the_question_stops_it() {
    let world = World::with_repository();
    let mut talk = Talk::begin(&world, "snapshots");
    talk.answer_in_secret("Password", "half a pass\u{3}");
    let (code, said) = talk.end();
    assert_eq!(code, 130, "{said}");
}

#[test]
fn a_recovery_key_is_offered_and_shown_once() {
    let world = World::new();
    let mut talk = Talk::begin(&world, "init");
    talk.answer_in_secret("New password", "typed");
    talk.answer_in_secret("again", "typed");
    talk.answer("recovery key", "");
    let (code, said) = talk.end();
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("Recovery key, shown only now"), "{said}");
}

/// Before anything is made, and without waiting for an answer.
#[test]
fn control_c_at_the_offer_makes_nothing() {
    let world = World::new();
    for command in ["init", "backup --init src"] {
        let mut talk = Talk::begin(&world, command);
        talk.answer_in_secret("New password", "typed");
        talk.answer_in_secret("again", "typed");
        talk.press("[Y/n] ", "\u{3}");
        let (code, said) = talk.end();
        assert!(code == 130 && !world.repository().exists(), "{command}: {code}: {said}");
        assert!(said.ends_with('\n') && !said.contains("[Y/n] error"), "{said}");
    }
}

#[test]
fn a_first_backup_offers_a_recovery_key_too() {
    let world = World::new();
    let mut talk = Talk::begin(&world, "backup --init src");
    talk.answer_in_secret("New password", "typed");
    talk.answer_in_secret("again", "typed");
    talk.answer("recovery key", "");
    let (code, said) = talk.end();
    assert!(code == 0 && said.contains("Recovery key, shown only now"), "{code}: {said}");
    let silent = world.run(&["backup", "--init", "-r", "other", "src"]).ends(0).err;
    assert!(silent.contains("key add --recovery-key") && silent.contains("Keep the password"), "{silent}");
}

/// Bars are for terminals and for what takes long, and gone at the end. The program is halted until it has taken long.
#[test]
fn progress_is_shown_on_a_terminal() {
    for columns in [120, 30] {
        let world = World::with_snapshot();
        let mut talk = Talk::begin(&world, "backup src");
        talk.answer_in_secret("Password", crate::support::PASSWORD);
        let (code, said) = talk.end();
        assert!(code == 0 && !said.contains("backing up"), "{said}");
        world.write_noise("src/noise", 96 << 20, 13);
        let packs = world.objects("packs").len();
        let mut talk = Talk::begin_on(&world, "backup src", columns);
        talk.answer_in_secret("Password", crate::support::PASSWORD);
        let program = Pid::from_raw(talk.program.trim().parse().unwrap()).unwrap();
        wait_until(&mut talk.child, || world.objects("packs").len() > packs);
        kill_process(program, Signal::STOP).unwrap();
        let halted = Instant::now();
        wait_until(&mut talk.child, || halted.elapsed() > Duration::from_millis(1100));
        kill_process(program, Signal::CONT).unwrap();
        // It halts together with what it runs.
        kill_process(Pid::from_child(&talk.child), Signal::CONT).unwrap();
        let (code, said) = talk.end();
        assert!(code == 0 && said.contains("backing up"), "{columns}: {code}: {said}");
        assert_eq!(said.contains(" left"), columns > 100, "{said}");
        // Every line that stays is one that was cleared before something else was written.
        let stays: Vec<&str> = said.split('\n').filter_map(|line| line.rsplit("\u{1b}[2K").next()).collect();
        assert!(stays.iter().all(|line| !line.contains("backing up") && !line.contains("finishing")), "{stays:?}");
        let silent = world.run(&["backup", "src", "--force"]).ends(0);
        assert!(!silent.err.contains("backing up") && !silent.out.contains('\r'), "{}", silent.err);
    }
}
