//! Inputs made from corpus files by changes of chance, each the same for ever: from a seed and a number.

const BYTES: [u8; 8] = [0, 1, 2, 0x10, 0x7f, 0x80, 0xfe, 0xff];
const LENGTHS: [u32; 6] = [0, 1, 255, 65_536, 1 << 31, u32::MAX];
/// Most changes of one input: a finding should be small, and some need two.
const MOST: u64 = 4;
/// Longer inputs only take longer.
const LONGEST: usize = 1 << 16;

/// Numbers by chance: `splitmix64` by Sebastiano Vigna.
pub(crate) struct Chance(u64);

impl Chance {
    /// The chance of one input.
    pub(crate) fn new(seed: u64, run: u64) -> Self {
        let mut chance = Self(seed);
        Self(chance.next() ^ run.wrapping_mul(0xd134_2543_de82_ef95))
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `end`; 0 where there is none.
    fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % u64::try_from(end).unwrap().max(1)).unwrap()
    }

    fn of<T: Copy>(&mut self, values: &[T]) -> T {
        values[self.below(values.len())]
    }

    /// One of the seeds, changed.
    pub(crate) fn changed(&mut self, seeds: &[Vec<u8>]) -> Vec<u8> {
        let mut input = seeds[self.below(seeds.len())].clone();
        for _ in 0..=self.next() % MOST {
            self.change(&mut input, seeds);
            input.truncate(LONGEST);
        }
        input
    }

    fn change(&mut self, input: &mut Vec<u8>, seeds: &[Vec<u8>]) {
        let at = self.below(input.len());
        let end = at + self.below(16).min(input.len() - at);
        match self.next() % 9 {
            0 => input.truncate(at),
            1 => drop(input.drain(at..end)),
            2 => input.insert(at, self.of(&BYTES)),
            3 => drop(input.splice(at..at, input[at..end].to_vec())),
            4 => {
                let other = &seeds[self.below(seeds.len())];
                let from = self.below(other.len());
                drop(input.splice(at.., other[from..].iter().copied()));
            }
            5 => {
                let length = self.of(&LENGTHS).to_le_bytes();
                drop(input.splice(at..(at + 4).min(input.len()), length));
            }
            kind => {
                if let Some(byte) = input.get_mut(at) {
                    *byte = match kind {
                        6 => self.of(&BYTES),
                        7 => *byte ^ (1 << (self.next() % 8)),
                        _ => byte.wrapping_add(1),
                    };
                }
            }
        }
    }
}
