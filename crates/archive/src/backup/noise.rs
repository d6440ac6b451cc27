//! Whether bytes look like noise, as encrypted ones do. A hint for people, nothing rests on it.

/// Bytes that are looked at.
const SAMPLE_BYTES: usize = 64 << 10;
/// Below so many bytes nothing can be told.
const LEAST_BYTES: usize = 4 << 10;
/// How formats begin that are compressed by nature, and so look like noise in good health.
const PACKED: [&[u8]; 14] = [
    b"PK\x03\x04",
    b"PK\x05\x06",
    b"\xff\xd8\xff",
    b"\x89PNG",
    b"GIF8",
    b"%PDF",
    b"\x1f\x8b",
    b"BZh",
    b"\xfd7zXZ",
    b"7z\xbc\xaf",
    b"Rar!",
    b"\x28\xb5\x2f\xfd",
    b"RIFF",
    b"OggS",
];
/// Where the type of a file of the ISO base media format stands (photos and films of telephones).
const MEDIA: (usize, &[u8]) = (4, b"ftyp");

/// Whether a file that begins so is compressed by nature.
pub(super) fn is_packed(head: &[u8]) -> bool {
    PACKED.iter().any(|magic| head.starts_with(magic)) || head.get(MEDIA.0..).is_some_and(|rest| rest.starts_with(MEDIA.1))
}

/// Whether bytes are spread evenly: by Pearson's test over their values, with 255 degrees of freedom, noise stays below 400 except once in
/// many millions of times. Text, tables and programs exceed it a hundredfold.
pub(super) fn is_noise(bytes: &[u8]) -> bool {
    let sample = bytes.get(..SAMPLE_BYTES).unwrap_or(bytes);
    if sample.len() < LEAST_BYTES {
        return false;
    }
    let mut counts = [0_u64; 256];
    for byte in sample {
        if let Some(count) = counts.get_mut(usize::from(*byte)) {
            *count += 1;
        }
    }
    // Σ (count - expected)² / expected, times the sample's length.
    let length = sample.len() as u64;
    let squares: u64 = counts.iter().map(|count| count * count).sum();
    squares * 256 < length * (length + 400)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::indexing_slicing)]
    use super::*;

    #[test]
    fn noise_is_told_from_text_and_tables() {
        let mut noise = vec![0; 100_000];
        blake3::Hasher::new().finalize_xof().fill(&mut noise);
        assert!(is_noise(&noise));
        assert!(is_noise(&noise[..LEAST_BYTES]));
        assert!(!is_noise(&noise[..LEAST_BYTES - 1]));
        let text: Vec<u8> = noise.iter().map(|byte| b'a' + byte % 26).collect();
        assert!(!is_noise(&text));
        let halves: Vec<u8> = noise.iter().enumerate().map(|(at, byte)| if at % 2 == 0 { 0 } else { *byte }).collect();
        assert!(!is_noise(&halves));
        assert!(!is_noise(&[7; 5000]));
    }

    #[test]
    fn what_is_compressed_by_nature_is_known() {
        assert!(is_packed(b"PK\x03\x04rest") && is_packed(b"\0\0\0\x18ftypheic") && is_packed(b"%PDF-1.7"));
        assert!(!is_packed(b"SQLite format 3\0") && !is_packed(b"") && !is_packed(b"ftyp"));
    }
}
