# Mending a damaged repository.
repair-same-place = { $place } is the repository itself
repair-another = { $place } is another repository, and no copy of this one
repair-choose-copy = name the folder of another copy of this repository: one that a program which copies files has made
repair-no-sources = no snapshot of this machine says which files it was made of
repair-name-sources = name the files and folders to read
repair-nothing = Nothing is damaged: there is nothing to do.
repair-plan = This would be done:
repair-done = This was done:
repair-copy = copy { $object } ({ $size }), which is missing here
repair-replace = put a sound { $object } ({ $size }) into the place of the damaged one, which is kept in damaged/
repair-reclaim = give { $object } ({ $size }) its place again: its bytes are whole, and lie under another name
repair-list = { $number ->
    [one] list one pack in the index again
   *[other] list { $number } packs in the index again
}
repair-set-aside = take the damaged { $object } out of the index; it is kept in damaged/
repair-mark = mark { $object }: nothing new refers to it, so backups store again what it held
repair-unmark = take the mark from { $object }, which is whole
repair-read = read { $path } whole, in a new backup, and store again what is damaged
repair-failed = not done: { $step }: { $error }
repair-stored = The new snapshot { $snapshot } holds the files as they are now; older snapshots find in it what they lacked.
repair-left = { $number ->
    [one] One damage is not mended by this:
   *[other] { $number } damages are not mended by this:
}
repair-found = { $number ->
    [one] One damage was found; what the files still have of it becomes whole:
   *[other] { $number } damages were found; what the files still have of them becomes whole:
}
repair-other-ways = Other ways: another copy of the repository (liasse repair from FOLDER), the files themselves (liasse repair from-source). What none brings back stays lost; everything else can be restored.
repair-only-there = { $number ->
    [one] One snapshot is only in the other copy; --all takes it too.
   *[other] { $number } snapshots are only in the other copy; --all takes them too.
}
repair-newer-there = The other copy is newer than this repository: { $number ->
    [one] it has a snapshot of { $date } that is not here.
   *[other] it has { $count } snapshots that are not here, the newest of { $date }.
}
repair-newer-config = The other copy has newer keys and settings (number { $there }, here { $here }): who was shut out since may get in here.
repair-newer-remedy = If this repository is not just a copy that lags behind, it was set back to an older state: find out who can write to the storage. With --all it gets what it lacks.
repair-apply = Nothing was changed. To do it, give the same command with --apply.
repair-whole = Looked at again: nothing is damaged any more.
