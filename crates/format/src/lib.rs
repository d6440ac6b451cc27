//! Bytes and values of every object of a Liasse repository.
