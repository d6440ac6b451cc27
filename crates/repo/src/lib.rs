//! The repository: sessions, packs, index, snapshots, check.
