//! Runs every file of `spec/vectors` against the Rust crates: the outcome, the class of failure, the value, and the bytes that a value
//! encodes to again. `spec/vectors/README.md` says what the files hold. Must never pass a file by: an unknown type or parameter fails.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]
// All runners have one signature, whether they can fail or not.
#![allow(clippy::needless_pass_by_value, clippy::unnecessary_wraps)]

#[path = "vectors/computations.rs"]
mod computations;
#[path = "vectors/decoders.rs"]
mod decoders;
#[path = "vectors/params.rs"]
mod params;
#[path = "vectors/parity.rs"]
mod parity;
#[path = "vectors/records.rs"]
mod records;
#[path = "vectors/values.rs"]
mod values;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::Value;

use params::Input;

/// What comes out: the value, where the type has one, or the class of failure.
type Outcome = Result<Option<Value>, &'static str>;
/// What is done with an input.
type Runner = fn(&Input) -> Outcome;

/// Every type of `spec/vectors/README.md`, and the parameters that it knows.
const TYPES: [(&str, &[&str], Runner); 30] = [
    ("header", &["kind", "repository"], decoders::header),
    ("object", &["kind", "repository"], decoders::object),
    ("config", &[], decoders::config),
    ("bundle", &[], decoders::bundle),
    ("slot-body", &["password", "header"], decoders::slot_body),
    ("directory", &["kind"], decoders::directory),
    ("footer", &[], decoders::footer),
    ("segment", &[], decoders::segment),
    ("content", &["of"], decoders::content),
    ("list", &[], decoders::list),
    ("entry", &[], decoders::entry),
    ("tree", &[], decoders::tree),
    ("snapshot", &[], decoders::snapshot),
    ("intent", &[], decoders::intent),
    ("plan", &[], decoders::plan),
    ("tombstone", &[], decoders::tombstone),
    ("parity-sector", &[], parity::sector),
    ("parity-head", &[], parity::head),
    ("parity", &[], parity::object),
    ("parity-code", &["shards", "recovery"], parity::code),
    ("derive", &[], computations::derive),
    ("cut", &["secret", "min", "average", "max", "data"], computations::cut),
    ("box", &["key", "header", "extra"], computations::open_box),
    ("pack-key", &["reader", "header"], computations::pack_key),
    ("block", &["pack_key", "header", "ordinal", "codec", "raw"], computations::block),
    ("compressed", &[], computations::compressed),
    ("kdf", &["memory", "passes", "lanes", "salt"], computations::kdf),
    ("evidence", &["of"], computations::evidence),
    ("signature", &["public", "message"], computations::signature),
    ("order", &["now"], computations::order),
];

/// What is wrong with a file, if anything.
fn fault(path: &Path) -> Option<String> {
    let vector: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    let (kind, expect) = (vector["type"].as_str().unwrap(), vector["expect"].as_str().unwrap());
    let name = path.file_name().unwrap().to_str().unwrap();
    if !name.starts_with(&format!("{kind}-")) || !name.ends_with(&format!(".{expect}.json")) {
        return Some(format!("is not named after {kind} and {expect}"));
    }
    let Some((_, known, run)) = TYPES.iter().find(|(name, ..)| *name == kind) else {
        return Some(format!("is of the unknown type {kind}"));
    };
    let input = Input::new(&vector);
    if let Some(unknown) = input.names().find(|name| !known.contains(name)) {
        return Some(format!("has the unknown parameter {unknown}"));
    }
    match run(&input) {
        Err(class) if class == expect => None,
        Err(class) => Some(format!("is {class} instead of {expect}")),
        Ok(_) if expect != "ok" => Some(format!("is accepted instead of {expect}")),
        Ok(Some(value)) => {
            let stated = vector.get("value").unwrap_or(&value);
            (*stated != value).then(|| format!("gives {value} instead of {stated}"))
        }
        Ok(None) => None,
    }
}

fn files() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("spec/vectors");
    let paths = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<_> = paths.filter(|path| path.extension().is_some_and(|extension| extension == "json")).collect();
    files.sort();
    files
}

#[test]
fn every_vector_has_its_outcome() {
    let faults: BTreeMap<_, _> = files().into_iter().filter_map(|path| fault(&path).map(|fault| (path, fault))).collect();
    let told: Vec<_> = faults.iter().map(|(path, fault)| format!("{} {fault}", path.file_name().unwrap().display())).collect();
    assert!(told.is_empty(), "{} vectors fail:\n{}", told.len(), told.join("\n"));
}

/// A folder that was emptied by mistake must not pass.
#[test]
fn every_type_has_vectors() {
    let files = files();
    let starting = |start: &str| files.iter().filter(|path| path.file_name().unwrap().to_str().unwrap().starts_with(start)).count();
    for (kind, ..) in TYPES {
        assert!(starting(&format!("{kind}-")) >= 2, "{kind}");
    }
    assert!(files.len() >= 411, "{} files", files.len());
}
