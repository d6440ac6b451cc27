//! Repairs and parity, as people run them on a simulated disk.

use std::sync::Arc;

use liasse_repo::format::parity::What;
use liasse_repo::parity::{self, AddOptions};
use liasse_repo::store::{Area, Image, Key, Sim, Store};
use liasse_repo::{RepairPlan, Repaired, Repository, Result, Silent, Stop};

use super::support::open;
use super::world::World;

/// What is done about a repository.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mend {
    /// `repair index`.
    Index,
    /// `repair from` another copy.
    From { all: bool },
    /// `repair from-source`: marks, and then a backup of the files as they are.
    Source,
    /// `repair parity`.
    Parity,
    /// `parity add`.
    Protect,
}

impl Mend {
    /// Whether it stores a snapshot.
    pub fn stores(self) -> bool {
        self == Self::Source
    }
}

impl World {
    /// Plans and does it; `other` is the copy to repair from. Gives what could not be done.
    pub fn mend(&mut self, mend: Mend, other: &Image) -> Result<Vec<String>> {
        match mend {
            Mend::Index => {
                let repository = self.repository()?;
                let plan = repository.plan_index(&Stop::new())?;
                done(&repository, plan, None)
            }
            Mend::From { all } => {
                let (repository, sim) = self.beside(other)?;
                let there: Arc<dyn Store> = Arc::new(sim.open()?);
                let plan = repository.plan_from(&there, all, &Silent, &Stop::new())?;
                let failed = done(&repository, plan, Some(&there));
                assert_eq!(sim.steps(), 0, "the other copy is only read");
                failed
            }
            Mend::Source => {
                let repository = self.repository()?;
                let plan = repository.plan_source(&Silent, &Stop::new())?;
                let failed = done(&repository, plan, None)?;
                self.backup_with(&repository)?;
                Ok(failed)
            }
            Mend::Parity => {
                let store = self.store()?;
                let plan = parity::plan(&store, &Silent, &Stop::new())?;
                Ok(parity::apply(&store, &plan, &Silent, &Stop::new())?.failed)
            }
            Mend::Protect => Ok(parity::add(&self.store()?, &AddOptions::default(), &Silent, &Stop::new())?.damaged),
        }
    }

    /// Loses a part of the index, and has it made again.
    pub fn lose_and_mend(&mut self) -> Result<()> {
        let store = self.store()?;
        let segments = store.list(Area::Index)?;
        if let Some(segment) = self.chance.of(&segments) {
            store.remove(&Key::new(Area::Index, &segment.name)?)?;
        }
        let mend = if self.chance.once_in(2) { Mend::Index } else { Mend::Parity };
        self.mend(mend, &Image::default()).map(drop)
    }

    /// Whether nothing is left to be done.
    pub fn is_mended(&self, mend: Mend, other: &Image) -> Result<bool> {
        Ok(match mend {
            Mend::Index => self.repository()?.plan_index(&Stop::new())?.is_empty(),
            Mend::From { all } => {
                let (repository, sim) = self.beside(other)?;
                let there: Arc<dyn Store> = Arc::new(sim.open()?);
                repository.plan_from(&there, all, &Silent, &Stop::new())?.is_empty()
            }
            Mend::Source => self.repository()?.plan_source(&Silent, &Stop::new())?.is_empty(),
            Mend::Parity => parity::plan(&self.store()?, &Silent, &Stop::new())?.is_idle(),
            // What is damaged is not protected, and is no reason to write anything.
            Mend::Protect => parity::add(&self.store()?, &AddOptions::default(), &Silent, &Stop::new())?.objects.is_empty(),
        })
    }

    /// This repository, with the keys of another copy where its own do not open it; and that copy's machine.
    fn beside(&self, other: &Image) -> Result<(Repository, Sim)> {
        let sim = Sim::of(other);
        let store: Arc<dyn Store> = Arc::new(self.store()?);
        let repository = match open(Arc::clone(&store), &self.credential) {
            Err(error) if error.is_damage() => Repository::open_like(store, &open(sim.open()?, &self.credential)?)?,
            opened => opened?,
        };
        Ok((repository, sim))
    }

    /// The members of all parity objects, set aside or not.
    pub fn protected(image: &Image) -> Vec<What> {
        let is_parity = |path: &str| path.starts_with(&Sim::path("parity/")) || path.starts_with(&Sim::path("damaged/parityz"));
        let objects = image.files().filter(|(path, _)| is_parity(path));
        let heads = objects.filter_map(|(_, bytes)| parity::inspect(bytes).unwrap());
        heads.flat_map(|found| found.head.members).map(|member| member.what).collect()
    }
}

fn done(repository: &Repository, plan: RepairPlan, other: Option<&Arc<dyn Store>>) -> Result<Vec<String>> {
    let Repaired { failed, .. } = repository.repair(plan, other, &Silent, &Stop::new())?;
    Ok(failed.iter().map(|(step, error)| format!("{step:?}: {error:?}")).collect())
}
