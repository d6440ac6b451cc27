//! Dossiers that are worked on, closed, made, removed, and more of them than can be watched.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::fs;
use std::io::Write as _;
use std::process::{Command, Stdio};

use notify::EventHandler as _;

use super::*;
use crate::Period;

/// Far more than any of this takes.
const SOON: Duration = Duration::from_mins(1);
/// Less than it takes for something to be reported that should not be; a test that waits for it can only fail to see a mistake.
const A_WHILE: Duration = Duration::from_millis(700);

struct World {
    folder: tempfile::TempDir,
    stop: Stop,
}

impl World {
    fn new() -> Self {
        let world = Self { folder: tempfile::tempdir().unwrap(), stop: Stop::new() };
        for code in ["D1", "D2"] {
            fs::create_dir_all(world.path(code).join("deep/er")).unwrap();
            fs::write(world.path(code).join("deep/er/books.db"), "1").unwrap();
        }
        world
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn watch(&self, most_folders: usize) -> Watch {
        let short = Period::from(Duration::from_millis(100));
        let settings = Settings { quiet: short, look_every: short, most_folders };
        let dossiers = ["D1", "D2"].map(|code| (code.parse().unwrap(), self.path(code)));
        Watch::new(dossiers.into(), settings, in_use::Settings::default())
    }

    fn next(&self, watch: &mut Watch) -> Option<Word> {
        watch.next(&self.stop, Some(Instant::now() + SOON))
    }

    fn nothing_more(&self, watch: &mut Watch) {
        assert_eq!(watch.next(&self.stop, Some(Instant::now() + A_WHILE)), None);
    }
}

#[expect(clippy::unnecessary_wraps, reason = "compared with what may be nothing")]
fn closed(code: &str) -> Option<Word> {
    Some(Word::Closed(code.parse().unwrap()))
}

#[test]
fn a_dossier_that_was_changed_and_closed_is_told_once() {
    let world = World::new();
    let mut watch = world.watch(100);
    fs::read(world.path("D1/deep/er/books.db")).unwrap();
    world.nothing_more(&mut watch);
    fs::write(world.path("D2/deep/er/books.db"), "22").unwrap();
    assert_eq!(world.next(&mut watch), closed("D2"));
    world.nothing_more(&mut watch);
    fs::create_dir(world.path("D1/new")).unwrap();
    fs::remove_dir(world.path("D1/new")).unwrap();
    assert_eq!(world.next(&mut watch), closed("D1"));
    fs::remove_file(world.path("D1/deep/er/books.db")).unwrap();
    assert_eq!(world.next(&mut watch), closed("D1"));
}

#[test]
fn folders_that_come_later_are_watched_too() {
    let world = World::new();
    let mut watch = world.watch(100);
    fs::create_dir_all(world.path("D1/2027/january")).unwrap();
    assert_eq!(world.next(&mut watch), closed("D1"));
    fs::write(world.path("D1/2027/january/first"), "1").unwrap();
    assert_eq!(world.next(&mut watch), closed("D1"));
    let elsewhere = world.path("elsewhere");
    fs::create_dir_all(elsewhere.join("below")).unwrap();
    fs::rename(&elsewhere, world.path("D2/moved")).unwrap();
    assert_eq!(world.next(&mut watch), closed("D2"));
    fs::write(world.path("D2/moved/below/first"), "1").unwrap();
    assert_eq!(world.next(&mut watch), closed("D2"));
}

#[test]
fn a_dossier_that_is_still_open_is_told_when_it_is_closed() {
    let world = World::new();
    let mut watch = world.watch(100);
    let script = "import sys; f = open(sys.argv[1], 'a'); f.write('more'); f.flush(); sys.stdin.read()";
    let mut program = Command::new("python3");
    let mut child = program.args(["-c", script]).arg(world.path("D1/deep/er/books.db")).stdin(Stdio::piped()).spawn().unwrap();
    fs::write(world.path("D2/other"), "1").unwrap();
    assert_eq!(world.next(&mut watch), closed("D2"));
    world.nothing_more(&mut watch);
    child.stdin.take().unwrap().write_all(b"bye").unwrap();
    child.wait().unwrap();
    assert_eq!(world.next(&mut watch), closed("D1"));
}

#[test]
fn more_folders_than_may_be_watched_are_looked_at() {
    let world = World::new();
    let mut watch = world.watch(4);
    let Some(Word::Looking { dossiers: 1, why }) = world.next(&mut watch) else { panic!() };
    assert!(why.contains("4 folders"), "{why}");
    world.nothing_more(&mut watch);
    fs::write(world.path("D2/deep/er/books.db"), "22").unwrap();
    assert_eq!(world.next(&mut watch), closed("D2"));
    world.nothing_more(&mut watch);
    fs::write(world.path("D1/deep/er/books.db"), "22").unwrap();
    assert_eq!(world.next(&mut watch), closed("D1"));
    let mut none = world.watch(0);
    assert!(matches!(world.next(&mut none), Some(Word::Looking { dossiers: 2, .. })));
}

#[test]
fn changes_that_the_system_lost_are_found() {
    let world = World::new();
    let mut watch = world.watch(100);
    // Changed in a way that nobody tells of, and told instead that something was lost.
    let (mut slot, inbox) = Inbox::new();
    (watch.folders, watch.inbox) = (Folders::new(Inbox::new().0, 100), inbox);
    fs::write(world.path("D2/deep/er/books.db"), "22").unwrap();
    slot.handle_event(Ok(Event::new(EventKind::Other).set_flag(notify::event::Flag::Rescan)));
    assert_eq!(world.next(&mut watch), Some(Word::Lost));
    assert_eq!(world.next(&mut watch), closed("D2"));
}

#[test]
fn more_changes_than_may_wait_are_as_good_as_lost() {
    let world = World::new();
    let mut watch = world.watch(100);
    let (mut slot, inbox) = Inbox::new();
    (watch.folders, watch.inbox) = (Folders::new(Inbox::new().0, 100), inbox);
    fs::write(world.path("D1/deep/er/books.db"), "22").unwrap();
    for _ in 0..=MOST_CHANGES {
        let elsewhere = Event::new(EventKind::Create(notify::event::CreateKind::File)).add_path("/elsewhere".into());
        slot.handle_event(Ok(elsewhere));
    }
    assert_eq!(world.next(&mut watch), Some(Word::Lost));
    assert_eq!(world.next(&mut watch), closed("D1"));
    world.nothing_more(&mut watch);
}

#[test]
fn dossiers_come_and_go() {
    let world = World::new();
    let mut watch = world.watch(100);
    let follow = |watch: &mut Watch, codes: &[&str]| {
        watch.follow(codes.iter().map(|code| (code.parse().unwrap(), world.path(code))).collect());
    };
    follow(&mut watch, &["D1", "D2"]);
    world.nothing_more(&mut watch);
    // A new one is saved, and watched.
    fs::create_dir_all(world.path("D3")).unwrap();
    follow(&mut watch, &["D1", "D2", "D3"]);
    assert_eq!(world.next(&mut watch), closed("D3"));
    fs::write(world.path("D3/first"), "1").unwrap();
    assert_eq!(world.next(&mut watch), closed("D3"));
    // One that is none any more is of no interest.
    follow(&mut watch, &["D1", "D3"]);
    fs::write(world.path("D2/deep/er/books.db"), "22").unwrap();
    world.nothing_more(&mut watch);
    assert_eq!((watch.dossiers.len(), watch.by_code.len()), (2, 2));
    assert!(watch.folders.owner(&world.path("D2/deep")).is_none());
    // Its folder was put away, and another came by its name: nobody told of that.
    fs::rename(world.path("D1"), world.path("old")).unwrap();
    assert_eq!(world.next(&mut watch), closed("D1"));
    fs::create_dir_all(world.path("D1")).unwrap();
    follow(&mut watch, &["D1", "D3"]);
    assert_eq!(world.next(&mut watch), closed("D1"));
    fs::write(world.path("D1/first"), "1").unwrap();
    assert_eq!(world.next(&mut watch), closed("D1"));
    fs::write(world.path("old/deep/er/books.db"), "22").unwrap();
    world.nothing_more(&mut watch);
}

#[test]
fn what_a_run_did_itself_is_not_told() {
    let world = World::new();
    let mut watch = world.watch(100);
    fs::write(world.path("D1/dump"), "1").unwrap();
    fs::write(world.path("D2/dump"), "1").unwrap();
    watch.pass_over(|code| code.as_str() == "D1");
    assert_eq!(world.next(&mut watch), closed("D2"));
    world.nothing_more(&mut watch);
    world.stop.stop();
    assert_eq!(watch.next(&world.stop, None), None);
}
