# The check of the repository, and what it finds.
rollback = The repository shows an older state than was seen there from this computer: { $number ->
    [one] a snapshot of { $date } is not there any more.
   *[other] { $count } snapshots are not there any more, the newest of { $date }.
}
rollback-config = The repository shows older keys and settings than were seen there from this computer (number { $there }, and { $seen } was there): who was shut out since may get in again.
rollback-remedy = If somebody put back an older copy on purpose, accept that with: liasse check --accept-rollback. If nobody did, find out who can write to the storage, and look for a newer copy, before you rely on this one.
rollback-accepted = From now on this state counts as the newest.
check-snapshots = { $number ->
    [one] 1 snapshot
   *[other] { $count } snapshots
}
check-entries = { $number ->
    [one] 1 file or folder
   *[other] { $count } files and folders
}
check-chunks = { $number ->
    [one] 1 chunk
   *[other] { $count } chunks
}
check-packs = { $number ->
    [one] 1 pack
   *[other] { $count } packs
}
check-note = note: { $object }: { $what }
check-forks = note: { $number ->
    [one] 1 backup ran at the same time as another under the same key: that is allowed
   *[other] { $count } backups ran at the same time as another under the same key: that is allowed
}
check-unlisted = note: { $number ->
    [one] 1 pack was left by a backup that was interrupted or still runs: the next one uses what it needs of that
   *[other] { $count } packs were left by a backup that was interrupted or still runs: the next one uses what it needs of that
}
check-damaged = damaged: { $object }: { $what }
check-affected = snapshot { $snapshot }  { $path }
check-dossier = dossier { $code }
check-more = and { $count } more
check-more-errors = and { $number ->
    [one] 1 more error
   *[other] { $count } more errors
}
check-touched = What this takes down, the worst first:
check-touched-snapshot = snapshot { $snapshot }  { $date }  { $entries }
check-touched-dossier = dossier { $code }  { $entries } in all snapshots
check-more-snapshots = and { $number ->
    [one] 1 more snapshot
   *[other] { $count } more snapshots
}
check-more-dossiers = and { $number ->
    [one] 1 more dossier
   *[other] { $count } more dossiers
}
check-all-of-it = To see every file: the same command with -v, or with --json.
check-no-reader = not checked: content and trees, because this key does not read them
check-read = read { $size } of data
check-read-share = read { $size } of { $total } of data, in { $number ->
    [one] 1 pack
   *[other] { $count } packs
}
check-verified = in the last 12 months, { $percent } % of the data was read and found whole from here
check-not-read = the data itself was not read; --read-data does that
check-only-structure = what refers to what was not followed, and the data was not read
check-sound = no errors found
check-found = { $number ->
    [one] 1 error found
   *[other] { $count } errors found
}
drill-empty = there are no files to restore
drill-done = { $number ->
    [one] restored 1 file, { $size }: it is what was stored
   *[other] restored { $count } files, { $size }: they are what was stored
}
drill-proven = { $number ->
    [one] 1 of them is proved by the signed record, too
   *[other] { $count } of them are proved by the signed record, too
}
drill-failed = failed: snapshot { $snapshot }  { $path }: { $what }
drill-found = { $number ->
    [one] 1 failure
   *[other] { $count } failures
}

# What to do about what a check finds, by the part of the repository that it is in.
remedy-first = Delete nothing in the repository, and make a copy of it before you try anything. What no error names is whole and restores. The commands named here show what they would do, and change nothing before they get --apply.
remedy-in-the-way = Where something that is no file lies in the place of a file of the repository, move that out of the repository, then check again: no repair moves it, as it may be yours.
remedy-pack = packs/: liasse repair parity, if the repository has parity; or liasse repair from FOLDER, if there is another copy of the repository; or liasse repair from-source, while the files still are where they were. If none of them helps, restore what is named here from an older snapshot.
remedy-segment = index/: these are lists that can be made again, and nothing is lost with them: liasse repair index.
remedy-snapshot = snapshots/: liasse repair parity, or liasse repair from FOLDER with another copy of the repository. The other snapshots do not need it.
remedy-key = keys/: liasse repair parity, or liasse repair from FOLDER with another copy of the repository. Until then that password opens nothing; another key or a credential file does.
remedy-key-came-back = { $key }: the owner has removed this key, and it is there again: removing it was cut off, or somebody has put back older files. It opens nothing in this program. Get rid of it with: liasse key remove { $id }; then find out who can write to the storage.
remedy-config = config/: liasse repair parity, or liasse repair from FOLDER with another copy of the repository. Until then the number before it counts: see with liasse key list who has access by that.
remedy-work = intents/ and plans/: these are notes of work that is under way or was interrupted. When no backup runs, move the file away.
remedy-chunk = chunk: no file of the repository has this part: liasse repair from FOLDER, if there is another copy of the repository, or liasse repair parity; or liasse repair from-source, while the files still are where they were.
remedy-storage = The storage did not give what was asked for: look after the disk or the connection first, and check again.
remedy-drill = liasse check --read-data finds all that is damaged, and says what to do.
