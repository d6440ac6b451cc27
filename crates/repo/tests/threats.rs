//! Who holds what can do what, and no more: a writer's credential in the hands of a thief, a storage that shows what is old, a record
//! that another key signed. What is refused is named.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::needless_for_each)]

mod support;

use liasse_repo::format::config::{self, Config};
use liasse_repo::format::envelope::{self, HEADER_SIZE, Header, Kind};
use liasse_repo::format::ids::{Hash, PublicKey, SessionId};
use liasse_repo::format::keys::Role;
use liasse_repo::format::session::Tombstone;
use liasse_repo::format::snapshot::{SIGNATURE_CONTEXT, Snapshot as Record};
use liasse_repo::format::wire;
use liasse_repo::store::{Area, Key, Memory};
use liasse_repo::{CheckOptions, Error, Handover, Repository, Snapshot, Whoami};
use liasse_seal::{BoxKey, RepositoryKeys, SigningKey};
use support::{SHALLOW, bundle, check, copy, draft, empty, entry, open, put_directory, small, time};

/// A repository with a snapshot of its owner's, and what a thief has who stole a writer's credential.
struct Stolen {
    store: Memory,
    owner: Vec<u8>,
    writer: Vec<u8>,
    snapshot: Snapshot,
}

impl Stolen {
    fn new() -> Self {
        let (store, owner) = empty();
        let mut repository = open(store.clone(), &owner).unwrap();
        let writer = repository.add_key(Role::Writer, "stolen", &Handover::Credential).unwrap().credential.unwrap().to_vec();
        let snapshot = commit(&repository, 10);
        Self { store, owner, writer, snapshot }
    }

    fn owner(&self, store: &Memory) -> Repository {
        open(store.clone(), &self.owner).unwrap()
    }

    fn keys(&self) -> RepositoryKeys {
        RepositoryKeys::derive(&bundle(&self.writer).repository_secret)
    }

    fn thief(&self) -> SigningKey {
        SigningKey::from_seed(&bundle(&self.writer).writer_seed.unwrap())
    }

    /// Puts a snapshot in its place, sealed as the thief can, and signed by a key.
    fn put_snapshot(&self, store: &Memory, id: SessionId, record: &Record, by: &SigningKey) -> Key {
        let header = Header::new(Kind::Snapshot, self.owner(&self.store).id(), id);
        let mut plain = wire::encode(record);
        plain.extend_from_slice(&by.sign(&[SIGNATURE_CONTEXT, &header.to_bytes(), &plain]));
        self.put(store, Area::Snapshots, BoxKey::Snapshot, &header, &plain, &id.to_string())
    }

    fn put(&self, store: &Memory, area: Area, purpose: BoxKey, header: &Header, plain: &[u8], name: &str) -> Key {
        let body = self.keys().seal_box(purpose, &header.to_bytes(), &[], plain).unwrap();
        let key = Key::new(area, name).unwrap();
        store.replace(key.clone(), envelope::wrap(header, &body));
        key
    }
}

fn commit(repository: &Repository, seconds: i64) -> Snapshot {
    let session = repository.begin(Whoami::default()).unwrap();
    let empty = liasse_repo::format::content::Content::empty();
    let file = liasse_repo::format::tree::Node::File(empty);
    let (tree, evidence) = put_directory(&session, &[entry(&format!("file{seconds}"), file)]);
    session.commit(draft(tree, evidence, seconds)).unwrap().0
}

/// What a check names, and that nothing else is wrong.
fn is_named(stolen: &Stolen, store: &Memory, key: &Key) {
    let report = check(&stolen.owner(store), SHALLOW).unwrap();
    assert!(report.findings.iter().all(|finding| finding.object == key.to_string()), "{:?}", report.findings);
    assert!(!report.is_sound(), "{key}");
}

#[test]
fn a_stolen_credential_has_no_secret_that_reads_or_rules() {
    let stolen = Stolen::new();
    let (owner, writer) = (bundle(&stolen.owner), bundle(&stolen.writer));
    assert!(writer.readers.is_empty() && writer.owner_seed.is_none());
    let secrets = owner.readers.iter().chain(owner.owner_seed.iter()).chain(owner.writer_seed.iter());
    for secret in secrets {
        assert!(!stolen.writer.windows(32).any(|window| window == secret));
    }
    let thief = open(stolen.store.clone(), &stolen.writer).unwrap();
    assert!(matches!(thief.reader().err(), Some(Error::NotAllowed { .. })));
    // Not the keys that are there either: only who owns the repository lets others in or shuts them out.
    let mut thief = thief;
    assert!(matches!(thief.add_key(Role::Writer, "another", &Handover::Credential).err(), Some(Error::NotAllowed { .. })));
    assert!(matches!(thief.remove_key("").err(), Some(Error::NotAllowed { .. })));
    let before = stolen.store.objects();
    check(&thief, CheckOptions::ALL_DATA).unwrap();
    assert_eq!(stolen.store.objects(), before);
}

#[test]
fn a_record_that_another_key_signed_is_refused_and_named() {
    let stolen = Stolen::new();
    let genuine = &stolen.snapshot.record;
    let stranger = SigningKey::from_seed(&[5; 32]);
    let thief = stolen.thief();
    let forged: [(&str, Record, &SigningKey); 3] = [
        ("the owner's name under the thief's signature", Record { tags: vec!["forged".to_owned()], ..genuine.clone() }, &thief),
        ("the same words, signed again", genuine.clone(), &thief),
        ("a key that the owner never accepted", Record { writer: stranger.public(), ..genuine.clone() }, &stranger),
    ];
    for (what, record, by) in forged {
        // In the place of the genuine one, and beside it.
        for id in [stolen.snapshot.id, SessionId([0x77; 16])] {
            let store = copy(&stolen.store);
            let key = stolen.put_snapshot(&store, id, &record, by);
            let found = stolen.owner(&store).snapshots().unwrap();
            assert!(found.bad.len() == 1 && found.bad[0].0 == key.to_string(), "{what}: {:?}", found.bad);
            assert!(found.good.iter().all(|good| *good == stolen.snapshot), "{what}");
            is_named(&stolen, &store, &key);
        }
    }
    // What the thief signs as himself is his own, until he is shut out; the trick of the test is sound.
    let store = copy(&stolen.store);
    let own = Record { writer: thief.public(), sequence: 1, previous: Hash::NONE, ..genuine.clone() };
    stolen.put_snapshot(&store, SessionId([0x78; 16]), &own, &thief);
    assert_eq!(stolen.owner(&store).snapshots().unwrap().good.len(), 2);
}

#[test]
fn a_config_that_the_owner_did_not_sign_rules_nothing() {
    let stolen = Stolen::new();
    let owner = stolen.owner(&stolen.store);
    let genuine = owner.config().clone();
    let thief = stolen.thief();
    let store = copy(&stolen.store);
    let forged = Config { number: genuine.number + 1, name: "mine".to_owned(), ..genuine.clone() };
    let header = Header::new(Kind::Config, owner.id(), SessionId::NONE);
    let mut plain = wire::encode(&forged);
    plain.extend_from_slice(&thief.sign(&[config::SIGNATURE_CONTEXT, &header.to_bytes(), &plain]));
    let key = stolen.put(&store, Area::Config, BoxKey::Config, &header, &plain, &forged.number.to_string());
    let opened = stolen.owner(&store);
    assert_eq!(opened.config(), &genuine);
    assert!(opened.refused_configs().iter().any(|(object, _)| *object == key.to_string()));
    is_named(&stolen, &store, &key);
}

#[test]
fn what_was_seen_and_is_gone_or_burned_is_told() {
    let stolen = Stolen::new();
    let memory = tempfile::tempdir().unwrap();
    let open_with = |store: &Memory| stolen.owner(store).with_memory(memory.path());
    let repository = open_with(&stolen.store);
    assert_eq!(repository.rollback().unwrap(), None, "nothing was seen yet");
    let newer = commit(&repository, 20);
    assert_eq!(repository.snapshots().unwrap().good.len(), 2);
    repository.heads().unwrap();
    let missing = |store: &Memory| open_with(store).rollback().unwrap().map(|rollback| rollback.missing);
    // The storage shows what was before.
    let older = copy(&stolen.store);
    older.delete(&Key::new(Area::Snapshots, &newer.id.to_string()).unwrap());
    assert_eq!(missing(&older), Some(vec![(newer.id, time(20))]));
    // A slot is decided once: who has the repository's keys can burn one that had been decided.
    let burned = copy(&stolen.store);
    let header = Header::new(Kind::Tombstone, repository.id(), newer.id);
    let tombstone = wire::encode(&Tombstone { time: time(1), plan: [0; 16], cause: String::new(), unknown: vec![] });
    stolen.put(&burned, Area::Snapshots, BoxKey::Tombstone, &header, &tombstone, &newer.id.to_string());
    assert_eq!(stolen.owner(&burned).snapshots().unwrap().good.len(), 1);
    assert_eq!(missing(&burned), Some(vec![(newer.id, time(20))]));
    // Damage is told as such, and what is whole is no alarm.
    let rotten = copy(&stolen.store);
    rotten.replace(Key::new(Area::Snapshots, &newer.id.to_string()).unwrap(), b"rubbish".to_vec());
    assert_eq!((missing(&rotten), missing(&stolen.store)), (None, None));
    // Names that nobody signed are not remembered: a storage cannot make false alarms.
    let planted = copy(&stolen.store);
    planted.replace(Key::new(Area::Snapshots, &SessionId([3; 16]).to_string()).unwrap(), b"rubbish".to_vec());
    open_with(&planted).heads().unwrap();
    assert_eq!(missing(&stolen.store), None);
    // A person accepts what is there.
    open_with(&burned).accept_rollback().unwrap();
    assert_eq!((missing(&burned), missing(&older)), (None, None));
}

/// Rubbish under a higher number hides no older config, and a damaged one is told as damage.
#[test]
fn an_older_config_is_told_whatever_lies_above_it() {
    let stolen = Stolen::new();
    let memory = tempfile::tempdir().unwrap();
    let open_with = |store: &Memory| stolen.owner(store).with_memory(memory.path());
    let older = copy(&stolen.store);
    let mut repository = open_with(&stolen.store);
    repository.add_key(Role::Writer, "new", &Handover::Credential).unwrap();
    repository.heads().unwrap();
    let seen = repository.config().number;
    let config = |store: &Memory| open_with(store).rollback().unwrap().and_then(|rollback| rollback.config);
    assert_eq!((config(&stolen.store), config(&older)), (None, Some((seen, seen - 1))));
    older.replace(Key::new(Area::Config, "999").unwrap(), b"rubbish".to_vec());
    assert_eq!(config(&older), Some((seen, seen - 1)));
    let rotten = copy(&stolen.store);
    rotten.replace(Key::new(Area::Config, &seen.to_string()).unwrap(), b"rubbish".to_vec());
    assert_eq!(config(&rotten), None);
}

#[test]
fn nothing_that_is_shown_has_a_secret_in_it() {
    let small = small();
    let repository = open(copy(&small.store), &small.credential).unwrap();
    let bundle = bundle(&small.credential);
    let shown = [
        format!("{repository:?} {repository:#?}"),
        format!("{bundle:?} {bundle:#?}"),
        format!("{:?}", SigningKey::from_seed(&bundle.writer_seed.unwrap())),
        format!("{:?}", open(copy(&small.store), &small.credential[..HEADER_SIZE + 40]).err()),
        format!("{:?}", open(Memory::new(), &small.credential).err()),
    ];
    let secrets = [Some(bundle.repository_secret), bundle.owner_seed, bundle.writer_seed, bundle.readers.first().copied()];
    for secret in secrets.into_iter().flatten() {
        let decimal: Vec<String> = secret.iter().take(4).map(u8::to_string).collect();
        let hex = Hash(secret).to_string()[..8].to_owned();
        for form in [decimal.join(", "), decimal.join(",\n"), hex] {
            assert!(shown.iter().all(|shown| !shown.contains(&form)), "{shown:?}");
        }
    }
    assert!(shown[2].contains(&PublicKey(SigningKey::from_seed(&bundle.writer_seed.unwrap()).public().0).to_string()[..8]), "{}", shown[2]);
}
