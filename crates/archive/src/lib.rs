//! File trees to and from a repository.
