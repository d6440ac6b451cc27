//! A repository that somebody has changed who means harm, opened with the right credential, read, checked, mended and written to: what
//! comes out are the bytes that were stored, or it is told what is damaged.

use std::collections::BTreeMap;

use liasse_format::ids::SessionId;
use liasse_format::pack::ChunkKind;
use liasse_format::tree::Node;
use liasse_repo::store::Area;
use liasse_repo::{Error, Repository, Result, Silent, Snapshot, Stop, Whoami};

use crate::script::Script;
use crate::sound::{Tree, read, sound, store_of};
use crate::support::{DEEP, check, content, directory, draft, entry, noise, open};

const AREAS: [Area; 9] =
    [Area::Packs, Area::Index, Area::Snapshots, Area::Config, Area::Intents, Area::Plans, Area::Keys, Area::Parity, Area::Damaged];

/// A list of changes (`script.rs`) to the objects of a small repository.
pub fn hostile(data: &[u8]) {
    let script = Script::run(data, &AREAS);
    let store = store_of(&script.objects);
    let repository = match open(store.clone(), &sound().credential) {
        Ok(repository) => repository,
        Err(error) => return refused(&error),
    };
    let before = states(&repository, script.signed);
    let report = check(&repository, DEEP).unwrap_or_else(|error| panic!("the check gives up: {error:?}"));
    assert!(report.findings.iter().all(|finding| !finding.object.is_empty() && !finding.what.is_empty()), "a finding without a name");
    if report.is_sound() {
        assert!(before.values().all(Result::is_ok), "called sound: {before:?}");
    }
    mend(&repository);
    let repository = open(store, &sound().credential).unwrap_or_else(|error| panic!("does not open once mended: {error:?}"));
    let after = states(&repository, script.signed);
    for (id, state) in before.iter().filter(|(_, state)| state.is_ok()) {
        assert!(after.get(id).is_some_and(Result::is_ok), "snapshot {id} was lost by mending: {state:?}, {after:?}");
    }
    if let Some((id, tree)) = write(&repository) {
        let repository = open(repository.store().clone(), &sound().credential).expect("it did");
        let found = repository.snapshots().expect("it did").good.into_iter().find(|snapshot| snapshot.id == id);
        let root = found.unwrap_or_else(|| panic!("a new snapshot is not there")).record.root;
        let back = repository.reader().and_then(|reader| read(&reader, &root));
        let sealed_away = script.owned && matches!(&back, Err(error) if error.is_damage());
        assert!(sealed_away || matches!(&back, Ok(Some(back)) if *back == tree), "a new snapshot does not come back: {back:?}");
    }
}

/// Reads every snapshot that is believed.
fn states(repository: &Repository, signed: bool) -> BTreeMap<SessionId, Result<()>> {
    let found = match repository.snapshots() {
        Ok(found) => found,
        Err(error) => {
            refused(&error);
            return BTreeMap::new();
        }
    };
    assert!(found.bad.iter().all(|(place, error)| !place.is_empty() && error.is_damage()), "{:?}", found.bad);
    let reader = match repository.reader() {
        Ok(reader) => reader,
        Err(error) => {
            refused(&error);
            return BTreeMap::new();
        }
    };
    found.good.iter().map(|snapshot| (snapshot.id, state(snapshot, read(&reader, &snapshot.record.root), signed))).collect()
}

/// Whether a snapshot was read, all of it or as much as is read of a large one.
fn state(snapshot: &Snapshot, read: Result<Option<Tree>>, signed: bool) -> Result<()> {
    let known = sound().snapshots.get(&snapshot.id).filter(|(known, _)| known.record == snapshot.record);
    assert!(known.is_some() || signed, "a snapshot that nobody made: {}", snapshot.id);
    let tree = read.inspect_err(refused)?;
    assert!(known.is_none_or(|(_, stored)| tree.as_ref() == Some(stored)), "other bytes than were stored");
    Ok(())
}

/// What may be said of a repository that is damaged, or of one of which nothing is left.
fn refused(error: &Error) {
    let gone = matches!(error, Error::NoRepository { .. } | Error::Unfinished { .. } | Error::WrongCredential { .. });
    assert!(gone || error.is_damage(), "no word of damage: {error:?}");
}

/// Mends what can be mended from the repository itself.
fn mend(repository: &Repository) {
    let stop = Stop::new();
    let done = repository.plan_index(&stop).and_then(|plan| repository.repair(plan, None, &Silent, &stop));
    if let Err(error) = done {
        refused(&error);
    }
}

/// Stores something new, as a backup does the day after. Gives what a snapshot must hold, if one was committed.
fn write(repository: &Repository) -> Option<(SessionId, Tree)> {
    let bytes = noise(77, 900);
    let committed = repository.begin(Whoami::default()).and_then(|session| {
        let file = content(&[(session.put(ChunkKind::Data, &bytes)?.chunk, &bytes)]);
        let (stream, evidence) = directory(&[entry("new", Node::File(file))]);
        let root = content(&[(session.put(ChunkKind::Tree, &stream)?.chunk, &stream)]);
        session.commit(draft(root, evidence, 5000))
    });
    match committed {
        Ok((snapshot, _)) => Some((snapshot.id, Tree::from([(b"new".to_vec(), bytes)]))),
        // A config that was forged may revoke who writes.
        Err(Error::Revoked | Error::NotAllowed { .. }) => None,
        Err(error) => {
            refused(&error);
            None
        }
    }
}
