//! `cat`: the bytes of one file, verified, and nothing else.

use std::fs::{self, File};
use std::io::Read as _;
use std::os::unix::fs::FileExt;
use std::process::{Output, Stdio};

use crate::support::{World, noise, ran};

fn cat(world: &World, args: &[&str]) -> Output {
    world.command(&[&["cat"], args].concat()).output().unwrap()
}

/// Settings over `books`, with one dossier.
pub(crate) fn with_dossier(world: &World, ledger: &[u8]) {
    world.write("books/D1/in/ledger", ledger);
    let rule = format!("[[rule]]\nname = 'books'\nroot = '{}'\n[report]\nfolder = '{}'\n", world.text("books"), world.text("logs"));
    world.write("set.toml", rule.as_bytes());
    world.run(&["run", "--config", "set.toml"]).ends(0);
}

#[test]
fn the_bytes_of_a_file_are_all_that_is_written() {
    let world = World::with_repository();
    let large = noise(50 << 20, 3);
    world.write("src/large", &large);
    world.write("src/old name", b"one\0two\nno end");
    let sparse = File::create(world.path("src/sparse")).unwrap();
    sparse.write_all_at(b"begin", 0).unwrap();
    sparse.write_all_at(&noise(300_000, 4), 5 << 20).unwrap();
    sparse.set_len(9 << 20).unwrap();
    world.run(&["backup", "src"]).ends(0);
    for name in ["large", "old name", "sparse", "deep/empty", "deep/er/numbers.csv"] {
        let shown = cat(&world, &[&format!("latest:{}", world.text(&format!("src/{name}")))]);
        assert!(shown.status.success() && shown.stderr.is_empty(), "{name}: {shown:?}");
        assert!(shown.stdout == fs::read(world.path("src").join(name)).unwrap(), "{name}");
    }
}

#[test]
fn a_file_of_a_dossier_as_it_is_and_as_it_was() {
    let world = World::with_repository();
    with_dossier(&world, b"first");
    let then = world.run(&["snapshots", "--json"]).ends(0).json()["snapshots"][0]["time"].as_str().unwrap().to_owned();
    world.write("books/D1/in/ledger", b"second, longer");
    world.run(&["run", "--config", "set.toml"]).ends(0);
    assert_eq!(cat(&world, &["--dossier", "D1", "in/ledger"]).stdout, b"second, longer");
    assert_eq!(cat(&world, &["--dossier", "D1", "/in/ledger", "--at", &then]).stdout, b"first");
    world.run(&["cat", "--dossier", "D2", "in/ledger"]).ends(1).says("no snapshot has the dossier D2");
    world.run(&["cat", "--dossier", "D1", "../D1/in/ledger"]).ends(2).says("goes up");
    world.run(&["cat", "--at", "2024-12-31", "latest:/a"]).ends(2);
}

#[test]
fn what_is_no_file_is_refused() {
    let world = World::with_snapshot();
    world.run(&["cat", "latest"]).ends(2).says("no path is given");
    world.run(&["cat", &format!("latest:{}", world.text("src/none"))]).ends(1).says("is not in the snapshot");
    for name in ["src/deep", "src/link", ""] {
        world.run(&["cat", &format!("latest:{}", world.text(name))]).ends(1).says("is not a file in the snapshot");
    }
    world.run(&["cat", "latest:/"]).ends(1).says("is not a file in the snapshot");
    world.run(&["key", "add", "--role", "writer", "--out", "credential"]).ends(0);
    let what = format!("latest:{}", world.text("src/letter.txt"));
    let mut command = world.command(&["cat", &what, "--credential", "credential"]);
    ran(command.env_remove("LIASSE_PASSWORD").output().unwrap()).ends(11).says("reading content");
}

#[test]
fn damage_ends_it_before_a_wrong_byte() {
    let world = World::with_repository();
    let large = noise(60 << 20, 5);
    world.write("src/large", &large);
    world.run(&["backup", "src"]).ends(0);
    // The second of the packs' blocks, and all after it.
    let packs = world.objects("packs");
    for pack in packs.iter().filter(|pack| fs::metadata(pack).unwrap().len() > 20 << 20) {
        let mut bytes = fs::read(pack).unwrap();
        let end = bytes.len() - (1 << 20);
        bytes[10 << 20..end].iter_mut().step_by(100_000).for_each(|byte| *byte ^= 1);
        fs::write(pack, bytes).unwrap();
    }
    let shown = cat(&world, &[&format!("latest:{}", world.text("src/large"))]);
    assert_eq!(shown.status.code(), Some(12));
    let said = String::from_utf8_lossy(&shown.stderr);
    assert!(said.contains(&world.text("src/large")) && said.contains("hint: "), "{said}");
    assert!(shown.stdout.len() < large.len() && large.starts_with(&shown.stdout), "{} bytes", shown.stdout.len());
}

#[test]
fn who_reads_no_further_has_had_enough() {
    let world = World::with_repository();
    world.write_noise("src/large", 8 << 20, 6);
    world.run(&["backup", "src"]).ends(0);
    let mut command = world.command(&["cat", &format!("latest:{}", world.text("src/large"))]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut first = [0; 10];
    child.stdout.take().unwrap().read_exact(&mut first).unwrap();
    let ended = child.wait_with_output().unwrap();
    assert_eq!((ended.status.code(), ended.stderr.as_slice(), first.as_slice()), (Some(0), &b""[..], &noise(10, 6)[..]));
    let full = File::options().write(true).open("/dev/full").unwrap();
    let ended = ran(world.command(&["cat", &format!("latest:{}", world.text("src/letter.txt"))]).stdout(full).output().unwrap());
    ended.ends(1).says("cannot write the output");
}
