//! A repository in the making: after a cut it is there whole, or it is not there and can be made again.

use liasse_repo::store::{Chance, ErrorKind, Moves, Sim};
use liasse_repo::{Error, Repository};

use super::seeds::say;
use super::support::{SHALLOW, check, open};
use super::world::{create, made};

/// Of how many disks one is made into a repository again: deriving a key from a password takes long on purpose.
const AGAIN: usize = 12;

#[test]
fn making_a_repository_survives_a_cut() {
    let (sim, credential) = made();
    let recording = sim.recording();
    let (mut images, mut chance, mut made_again) = (std::collections::HashSet::new(), Chance::new(9), 0);
    recording.cuts(|steps, cut| {
        let mut choices = cut.choices(Moves::Whole, 128, &mut chance);
        choices.extend(cut.choices(Moves::Torn, 128, &mut chance));
        for choice in choices {
            let image = cut.image(&choice);
            if !images.insert(image.digest()) {
                continue;
            }
            let sim = Sim::of(&image);
            let opened = match sim.open() {
                Ok(store) => open(store, credential),
                Err(error) => Err(Error::from(error)),
            };
            match opened {
                Ok(repository) => assert!(check(&repository, SHALLOW).unwrap().is_sound(), "after {steps} steps"),
                Err(error) => {
                    let none = match &error {
                        Error::Store(error) => matches!(error.kind(), ErrorKind::NotARepository | ErrorKind::NotFound),
                        error => matches!(error, Error::NoRepository { .. } | Error::Unfinished { .. }),
                    };
                    assert!(none && steps < recording.len(), "after {steps} steps: {error:?}");
                    Repository::refuse_to_replace(&sim.create().unwrap()).unwrap_or_else(|error| panic!("after {steps} steps: {error}"));
                    if chance.once_in(images.len() / 4 + 1) && made_again < AGAIN {
                        made_again += 1;
                        let repository = create(&sim).unwrap_or_else(|error| panic!("after {steps} steps: {error}"));
                        assert!(check(&repository, SHALLOW).unwrap().is_sound(), "after {steps} steps");
                    }
                }
            }
        }
    });
    say(&format!("making_a_repository_survives_a_cut: {} distinct crash images, {made_again} of them made again", images.len()));
    assert!(images.len() > 100 && made_again > 2, "{} {made_again}", images.len());
}
