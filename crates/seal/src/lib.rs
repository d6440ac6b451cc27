//! Keys, ids, compression, encryption and signatures.
