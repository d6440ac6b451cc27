//! Content-defined cuts: any bytes, read in any lengths and with reads that fail, are cut where the description of the algorithm says.

use liasse_chunk::{Chunker, Cutter, Gear, Params};

use crate::described::described_all;

/// Reads before they begin anew, a byte for the length of each.
const READS: usize = 8;
/// Most bytes of a stream.
const LONGEST: usize = 1 << 16;

/// Four bytes for lengths and table, eight for how much each read gives, one for how often the bytes behind them are repeated.
pub fn cuts(data: &[u8]) {
    let Some((&[avg, min, max, gear], rest)) = data.split_first_chunk() else { return };
    let Some((reads, rest)) = rest.split_first_chunk::<READS>() else { return };
    let Some((repeats, bytes)) = rest.split_first() else { return };
    let avg = 256_u32 << (avg % 3);
    let min = 64 + 2 * (u32::from(min) % ((avg - 64) / 2));
    let params = Params::new(min, avg, avg + 2 + 2 * u32::from(max)).expect("lengths that rise");
    let words = table(gear);
    let mut stream = bytes.repeat(1 + usize::from(repeats % 16));
    stream.truncate(LONGEST);

    let chunker = Chunker::new(params, Gear::new(words));
    let expected = described_all(params, &words, &stream);
    assert_eq!(whole(&chunker, &stream), expected, "not as described");
    let inner = expected.len().saturating_sub(1);
    assert!(
        expected.iter().take(inner).all(|length| (params.min() as usize..=params.max() as usize).contains(length)),
        "out of its limits"
    );

    let mut cutter = Cutter::new(chunker);
    for turn in 0..2 {
        assert_eq!(by_reads(&mut cutter, &stream, &reads[turn..]), expected, "depends on the reads");
        cutter.reset();
    }
}

/// 256 words from one byte; for 0 all are equal, which cuts badly and must harm nothing else.
fn table(gear: u8) -> [u64; 256] {
    let mut bytes = [0; Gear::BYTES];
    if gear > 0 {
        blake3::Hasher::new().update(&[gear]).finalize_xof().fill(&mut bytes);
    }
    let (parts, _) = bytes.as_chunks::<8>();
    std::array::from_fn(|at| u64::from_le_bytes(parts[at]))
}

/// The lengths of all chunks of a stream that is at hand as a whole. One that goes on is cut alike, once enough is there to tell.
fn whole(chunker: &Chunker, stream: &[u8]) -> Vec<usize> {
    let (mut lengths, mut rest, max) = (Vec::new(), stream, chunker.params().max() as usize);
    while let Some(length) = chunker.cut(rest, true) {
        let enough = rest.get(..max);
        assert_eq!(chunker.cut(enough.unwrap_or(rest), false), enough.map(|_| length), "depends on what follows");
        lengths.push(length);
        rest = &rest[length..];
    }
    lengths
}

/// The lengths of all chunks of a stream that is read: a read of length 0 is one that fails, and the one after it does not.
fn by_reads(cutter: &mut Cutter, stream: &[u8], reads: &[u8]) -> Vec<usize> {
    let (mut lengths, mut given, mut seen, mut turn, mut failed) = (Vec::new(), 0, 0, 0, false);
    loop {
        let next = cutter.next_chunk(|room| {
            let most = usize::from(reads[turn % reads.len()]);
            turn += 1;
            failed = most == 0 && !failed;
            if failed {
                return Err(());
            }
            let count = room.len().min(1 + most * most).min(stream.len() - given);
            room[..count].copy_from_slice(&stream[given..given + count]);
            given += count;
            Ok(count)
        });
        match next {
            Ok(Some(chunk)) => {
                assert!(stream.get(seen..seen + chunk.len()) == Some(chunk), "bytes that the source did not give");
                seen += chunk.len();
                lengths.push(chunk.len());
            }
            Ok(None) => break,
            Err(()) => {}
        }
    }
    assert_eq!((seen, cutter.offset()), (stream.len(), stream.len() as u64), "not all of it");
    lengths
}
