//! Where to cut a stream into chunks: keyed, content-defined, pure.
//!
//! The same bytes under the same [`Params`] and [`Gear`] are cut at the same places on every machine and in every
//! release, for ever: the cuts decide what deduplicates. This crate must never read a file, a clock or a random number,
//! and never decide a cut from anything but the bytes.
//!
//! # The algorithm
//!
//! `FastCDC` as Wen Xia et al. give it in "The Design of Fast Content-Defined Chunking for Data Deduplication Based
//! Storage Systems" (IEEE TPDS 31(9), 2020), with normalised chunking of level 2, a gear table of our own, and one
//! quirk of the crate `fastcdc` (point 5). To implement it again, one needs only this:
//!
//! 1. Given are even numbers `min < avg < max`, `avg = 2^k`, 256 secret words `G[0..256]` of 64 bits, and two masks:
//!    `mask_s = MASKS[k + 2]` and `mask_l = MASKS[k - 2]` of the table below. `MASKS[n]` has `n` bits set.
//! 2. To cut the chunk at the start of the `r` bytes `B[0..r]` that are left of the stream (`r > 0`):
//!    if `r <= min` the chunk is all `r` bytes.
//! 3. Otherwise let `n = min(r, max)`, and `e = n` when `n` is even, `n - 1` when it is odd.
//! 4. Let `h = 0`. For `i = min, min + 1, ..., e - 1`: `h = 2h + G[B[i]] mod 2^64`; when `h & mask = 0` the chunk is
//!    `B[0..i]`: its length is `i`, and the byte `B[i]` that completed the pattern is the *first of the next chunk*.
//!    `mask` is `mask_s` while `i < avg` and `mask_l` from `i = avg` on.
//! 5. When no `i` fits, the chunk is all `n` bytes. When `n` is odd (only at the end of a stream, since `max` is even)
//!    its last byte is not tried, so a cut before the very last byte of a stream of odd rest never happens.
//!
//! The hash starts anew in each chunk and skips its first `min` bytes, so `B[0..min]` never influences a cut. Since every
//! step doubles `h` and no mask has a bit above 47, only the last 48 bytes tried influence a decision.
//!
//! | n | `MASKS[n]` | n | `MASKS[n]` | n | `MASKS[n]` |
//! |---|---|---|---|---|---|
//! | 6 | `0000000001803110` | 13 | `0000d90303530000` | 20 | `0000d91747537000` |
//! | 7 | `0000000018035100` | 14 | `0000d90313530000` | 21 | `0000d91767537000` |
//! | 8 | `0000001800035300` | 15 | `0000d90f03530000` | 22 | `0000d93767537000` |
//! | 9 | `0000019000353000` | 16 | `0000d90303537000` | 23 | `0000d93777537000` |
//! | 10 | `0000590003530000` | 17 | `0000d90703537000` | 24 | `0000d93777577000` |
//! | 11 | `0000d90003530000` | 18 | `0000d90707537000` | | |
//! | 12 | `0000d90103530000` | 19 | `0000d91707537000` | | |
//!
//! `tests/algorithm.rs` holds an implementation written from this text alone, table included, and compares; golden cut
//! points in `tests/golden.rs` notice a release of `fastcdc` that moves a cut.
#![forbid(unsafe_code)]

mod chunker;
mod cutter;
mod gear;
mod params;

pub use chunker::Chunker;
pub use cutter::Cutter;
pub use gear::Gear;
pub use params::{Params, ParamsError};
