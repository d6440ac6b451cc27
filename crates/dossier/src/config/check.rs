//! What the machine says about good settings: whether the folders and files that they name are there.

use std::fs::{self, File};
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use super::layers::Loaded;
use super::mistake::{Mistake, Wrong};
use super::path::{Place, all_places};
use super::tree::{Layer, Node, Origin};
use super::{Shape, keys};
use crate::spoken;

/// Bits of a mode by which others may read.
const OTHERS_READ: u32 = 0o004;

/// Every mistake: those of the text, and those that only the machine knows. Nothing is changed.
pub fn check(loaded: &Loaded) -> Vec<Mistake> {
    let mut mistakes = loaded.mistakes.clone();
    roots(loaded, &mut mistakes);
    for place in all_places(&loaded.merged).iter().filter(|place| place.key.shape == Shape::SecretFile) {
        mistakes.extend(place.value(&loaded.merged).and_then(secret));
    }
    mistakes.sort_by(|a, b| a.origin.cmp(&b.origin));
    mistakes
}

fn roots(loaded: &Loaded, mistakes: &mut Vec<Mistake>) {
    if loaded.config.rules.iter().all(|rule| rule.off)
        && !mistakes.iter().any(|mistake| mistake.what != Wrong::NoRule && is_of_rule(mistake))
    {
        let nearest = loaded.files.last().map_or_else(String::new, |path| path.display().to_string());
        mistakes.push(Mistake::new(&Origin::of(Layer::Machine, nearest), Wrong::NoRule));
    }
    for rule in loaded.config.rules.iter().filter(|rule| !rule.off) {
        let Some(key) = keys::find("rule.root") else { return };
        let place = Place { words: ["rule", &rule.name, "root"].map(str::to_owned).to_vec(), key };
        let Some(node) = place.value(&loaded.merged) else { continue };
        let [name, root] = [rule.name.clone(), rule.root.display().to_string()];
        let wrong = match fs::read_dir(&rule.root) {
            Ok(_) => continue,
            Err(error) if error.kind() == io::ErrorKind::NotFound => Wrong::NoRoot { rule: name, root },
            Err(error) => Wrong::Root { rule: name, root, error: spoken(&error) },
        };
        mistakes.push(Mistake::new(&node.origin, wrong));
    }
}

fn is_of_rule(mistake: &Mistake) -> bool {
    mistake.is_fatal() || mistake.key().is_some_and(|key| key.starts_with("rule"))
}

/// Whether a file with a secret can be read, and not by everybody.
fn secret(node: &Node) -> Option<Mistake> {
    let path = node.text()?;
    let wrong = match File::open(Path::new(path)).and_then(|file| file.metadata()) {
        Ok(metadata) if metadata.is_dir() => Wrong::Secret { path: path.to_owned(), error: "Is a directory".to_owned() },
        Ok(metadata) if metadata.mode() & OTHERS_READ != 0 && metadata.is_file() => Wrong::Open { path: path.to_owned() },
        Ok(_) => return None,
        Err(error) => Wrong::Secret { path: path.to_owned(), error: spoken(&error) },
    };
    Some(Mistake::new(&node.origin, wrong))
}
