# Dossiers that are brought back.
restore-list-none = No snapshot has dossiers.
restore-list-title = Dossiers as they can be restored from the snapshot of { $date }
restore-list-since = State of
restore-list-files = Files
restore-list-never = It was never saved.
restore-list-left-out = Left out of it: { $parts }.
restore-list-unknown = What was left out of it is not known any more.
restore-list-damaged = Its state is damaged: { $error }.
restore-list-sum = { $number ->
    [one] { $shown } dossier can be restored: { $files } files, { $size }.
   *[other] { $shown } dossiers can be restored: { $files } files, { $size }.
}

restore-refused = { $code }: { $why }
restore-room = { $needed } are needed beside it, and { $free } are free.
restore-room-remedy = Make room on that disk, or restore with --target onto another one. Nothing was changed.
restore-in-use-remedy = Close it on every station, then run the command again.
restore-no-place = nobody knows where it belongs on this machine; it was in { $path }.
restore-no-parent = the folder { $path }, in which it belongs, is not there.
restore-no-parent-remedy = Connect the disk that holds it, or make the folder, and run the command again. Nothing was changed.
restore-two-folders = its code belongs to several folders.
restore-two-folders-remedy = See the folders with: liasse config check. Or restore it with --target into a folder of your choice.
restore-other-dossier = the dossier { $other } lies where it belongs.
restore-mounted = its folder is a disk of its own (a mount point), which cannot be replaced.
restore-mounted-within = another disk is mounted in it, at { $path }.
restore-link = its folder is a symbolic link, or is reached by one.
restore-not-a-folder = something that is no folder has its name.
restore-too-long = its name is too long for the names that are needed beside it.
restore-holds-repository = the repository or its cache lies in its folder.
restore-busy = another restore is at work on it.
restore-unknown-gaps = what its state lacks is not known, so nobody can say which of the present files must stay.
restore-unknown-part = its state lacks the part { $part }, and the settings do not say any more what belongs to that.
restore-unknown-part-remedy = Name the part in the settings again, or restore with --target into a folder of your choice.
restore-in-the-way = { $path } is to stay as it is, and the state has something else there.
restore-no-state = it has no state in the repository, so it would be lost.
restore-no-state-remedy = Save it first with: liasse run. Nothing was changed.
restore-unsaved = { $path } is not stored as it is now, so it would be lost.
restore-unsaved-remedy = Save it first with: liasse run. It is left as it is.
restore-moved = it came, went or was moved while its state was restored.
restore-lost = { $number ->
    [one] 1 of its files cannot be restored ({ $files }). The dossier is as it was.
   *[other] { $number } of its files cannot be restored ({ $files }). The dossier is as it was.
}
restore-lost-remedy = With --target FOLDER you get everything that is still there; or take an older state with --at. See what is damaged with: liasse check --read-data.
restore-failed = { $error }.
restore-stopped = it was stopped before its turn.
restore-stopped-remedy = Run the command again.
restore-target-remedy = Restore it with --target into a folder of your choice, and put it in its place by hand.
restore-done = { $code }: as it was at { $since }, in { $path }: { $files } files restored ({ $size }), { $kept } left as they were, { $gone } removed that it did not have.
restore-would = { $code }: would be as it was at { $since }, in { $path }: { $files } files would be written ({ $size }), { $same } are the same, { $kept } would stay as they are, { $gone } would be removed.
restore-unsaved-kept = { $number ->
    [one] { $code }: { $shown } file ({ $size }) is in no other place as it was: { $first }. So all that was replaced is kept.
   *[other] { $code }: { $shown } files ({ $size }) are in no other place as they were, first { $first }. So all that was replaced is kept.
}
restore-would-unsaved = { $number ->
    [one] { $code }: { $shown } file ({ $size }) is in no other place as it is: { $first }. So all that is replaced would be kept beside it.
   *[other] { $code }: { $shown } files ({ $size }) are in no other place as they are, first { $first }. So all that is replaced would be kept beside it.
}
restore-kept = What was replaced is in { $path }. Delete it when nobody needs it.
restore-found = An earlier restore was cut off; what it had replaced is in { $path }. Delete it when nobody needs it.
restore-removed = { $code }: deleted, because it was not chosen ({ $path }).
restore-would-remove = { $code }: would be deleted, because it is not chosen ({ $path }).
restore-not-removed = { $code }: what was replaced could not be removed: { $error }
restore-name-written = would write { $path }
restore-name-kept = stays { $path }
restore-name-gone = removed { $path }

restore-no-code = { $word } is no code of a dossier
restore-no-code-remedy = see the codes with: liasse restore --list; a folder of a snapshot is restored alone, as SNAPSHOT:PATH
restore-at = --at takes a date, such as 2024-12-31 or 2024-12-31T21:00
restore-passed-over = { $object } cannot be read and is passed over: { $error }
restore-none-has = no snapshot has the dossier { $code }
restore-none-has-at = no snapshot has the dossier { $code } at or before { $date }
restore-neither = there is neither a dossier nor a snapshot { $word }
restore-see-list = see what there is with: liasse restore --list
restore-is-meant = is this meant: { $names }?
restore-all-not-this-machine = no snapshot of this machine has dossiers
restore-all-hosts = these machines have dossiers here: { $hosts }
restore-all-hosts-remedy = say which one with --host NAME, and restore each into a folder of its own
restore-all-none = no snapshot has dossiers
restore-all-none-remedy = look with --at at another date, or with --host at another machine; a snapshot without dossiers is restored as: liasse restore latest --target FOLDER
restore-all-without = { $code } was never saved: there is nothing to restore of it.
restore-not-this-machine = no snapshot of this machine has the dossier { $code }
restore-other-machine = that of { $host } is meant? Then add --host { $host }
restore-no-rule = the settings have no rule for the dossier { $code }, so nobody knows its parts
restore-no-rule-remedy = restore it without --parts, or name its rule in the settings; see them with: liasse config explain rule
restore-no-part = the settings know no part { $part }
restore-no-part-remedy = see the parts with: liasse config explain rule
restore-run-remedy = wait until it is done, then run the command again
restore-nothing-changed = nothing was changed
restore-gaps = { $code }: { $said }
restore-gap-as-before = Not looked at by the run that saved it: { $parts }.
restore-gap-saved = { $part } (last saved { $since })
restore-gap-never = { $part } (never saved before)
restore-gap-unread = { $number ->
    [one] { $shown } file could not be read when it was saved: { $files }.
   *[other] { $shown } files could not be read when it was saved: { $files }.
}
restore-gap-unread-more = Not all files that could not be read then are known: it may lack more.
restore-to-done = { $code }: as it was at { $since }, in { $path }: { $files } files restored ({ $size }).
restore-to-would = { $code }: would be as it was at { $since }, in { $path }: { $files } files would be written ({ $size }).
restore-to-resumed = A restore that was cut off went on.
restore-to-reused = { $size } were taken from the files that were there.
restore-same-name = { $code } is not restored: where { $path } would be made, another folder answers to that name, because that disk does not tell capital letters from small ones. Restore it into another folder with --target.
restore-to-left = { $number ->
    [one] { $shown } file that was there was left.
   *[other] { $shown } files that were there were left.
}
restore-to-deleted = { $number ->
    [one] { $shown } entry that the dossier did not have was deleted.
   *[other] { $shown } entries that the dossier did not have were deleted.
}
restore-to-would-delete = { $number ->
    [one] { $shown } entry that the dossier did not have would be deleted.
   *[other] { $shown } entries that the dossier did not have would be deleted.
}
restore-to-spared = { $number ->
    [one] { $shown } entry that the snapshot does not have stays: what was left out of it is not deleted.
   *[other] { $shown } entries that the snapshot does not have stay: what was left out of it is not deleted.
}
