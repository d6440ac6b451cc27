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
