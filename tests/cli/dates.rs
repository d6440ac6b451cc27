//! Snapshots by date: the last one at or before the end of what is named.

use jiff::{Span, Timestamp, tz::TimeZone};

use crate::support::World;

/// Two snapshots, and their times.
fn two() -> (World, [Timestamp; 2]) {
    let world = World::with_snapshot();
    world.write("src/second", b"2");
    world.run(&["backup", "src"]).ends(0);
    let listed = world.run(&["snapshots", "--json"]).ends(0).json();
    let time = |i: usize| listed["snapshots"][i]["time"].as_str().unwrap().parse().unwrap();
    (world, [time(0), time(1)])
}

fn has_second(world: &World, date: &str) -> bool {
    let listed = world.run(&["ls", &format!("{date}:{}", world.text("src"))]).ends(0).out;
    listed.contains("src/second")
}

#[test]
fn at_or_before_a_moment() {
    let (world, [first, second]) = two();
    let just_before = second - Span::new().nanoseconds(1);
    assert!(!has_second(&world, &first.to_string()), "at its very moment");
    assert!(!has_second(&world, &format!("{just_before:.9}")));
    assert!(has_second(&world, &second.to_string()));
    world.run(&["ls", &format!("{:.9}", first - Span::new().nanoseconds(1))]).ends(1).says("no snapshot at or before");
}

#[test]
fn a_day_and_a_second_as_the_list_shows_them() {
    let (world, [_, second]) = two();
    // The same zone as the program's, in whose time people write.
    let local = second.to_zoned(TimeZone::get("Europe/Zurich").unwrap());
    for format in ["%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S"] {
        assert!(has_second(&world, &local.strftime(format).to_string()), "{format}");
    }
    let shown = world.run(&["snapshots"]).ends(0).out;
    assert!(shown.contains(&local.strftime("%Y-%m-%d %H:%M:%S").to_string()), "{shown}");
    let yesterday = local.checked_sub(Span::new().days(1)).unwrap().strftime("%Y-%m-%d").to_string();
    let none = world.run(&["restore", &yesterday, "--target", "out"]).ends(1).says("no snapshot at or before");
    assert!(none.err.contains("the first snapshot is of"), "{}", none.err);
    assert!(has_second(&world, "2999-12-31"));
}

#[test]
fn an_empty_repository_has_no_latest() {
    let world = World::with_repository();
    world.run(&["ls", "latest"]).ends(1).says("no snapshot in this repository yet");
    world.run(&["restore", "2024-12-31", "--target", "out"]).ends(1).says("no snapshot in this repository yet");
    assert!(!world.path("out").exists());
}
