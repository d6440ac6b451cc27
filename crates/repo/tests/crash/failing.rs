//! Repairs on a disk that fails: at any one operation, at all from one on, or at a sync. An error is told or nothing is wrong, no byte is
//! lost, and the next repair ends well.

use liasse_repo::store::{Failure, Trouble};

use super::harm::cases;
use super::repairs::Goal;
use super::seeds::{say, setting};

/// What may go wrong at one of the operations of a repair.
const TROUBLES: [fn(&mut Trouble, u64); 4] = [
    |trouble, number| trouble.failures = vec![(number, Failure::Io)],
    |trouble, number| trouble.failures = vec![(number, Failure::Full)],
    |trouble, number| trouble.gone_from = Some(number),
    |trouble, number| trouble.failed_sync = Some(number),
];

/// How often something goes wrong in the repair of a case, in each way: in a long run, at every operation.
fn times() -> u64 {
    (setting("LIASSE_SIM_IMAGES").unwrap_or(200_000) / 33_000).max(1)
}

#[test]
fn any_operation_of_a_repair_may_fail() {
    let (mut runs, mut told) = (0, 0);
    for case in cases() {
        let (goal, world, refused) = Goal::of(&case, &Trouble::default()).unwrap();
        assert_eq!(refused, None, "{}", case.what);
        let operations = world.sim.operations();
        let step = operations.div_ceil(times()).max(1);
        for (way, change) in TROUBLES.iter().enumerate() {
            let mut number = 1 + (way as u64 + case.what.len() as u64) % step;
            while number <= operations {
                let failed = goal.struck(|trouble| change(trouble, number));
                told += u32::from(failed.unwrap_or_else(|what| panic!("{}, way {way}, operation {number}: {what}", case.what)));
                runs += 1;
                number += step;
            }
        }
    }
    say(&format!("any_operation_of_a_repair_may_fail: {runs} repairs, of which {told} told an error"));
    assert!(told * 4 > runs, "{told} {runs}");
}
