//! Where to cut a stream into chunks.
