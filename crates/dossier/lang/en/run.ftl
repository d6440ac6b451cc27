# Why a run is not begun, or makes no snapshot.
run-no-dossier = There is no dossier { $code }.
run-no-dossier-nearest = There is no dossier { $code }. Is this meant: { $nearest }?
run-no-part = No rule has a part { $part }, or it is both wanted and left out.
run-no-part-nearest = No rule has a part { $part }. Is this meant: { $nearest }?
run-nothing-found = No dossier was found.
run-room = This run may need { $needed }, and { $free } are free. Make room, or use a larger disk. Nothing was written.
run-interrupted = The run was stopped. What was stored so far is not stored again by the next run.
run-full = No snapshot was made: the disk of the repository is full. Make room there or use a larger disk, then start the run again. What earlier runs saved is untouched.
run-failed = No snapshot was made: { $error }. What earlier runs saved is untouched.
run-revoked = No snapshot was made: the repository accepts nothing more that is saved with the credential of this computer. Ask who looks after the backups for a new one (liasse key add --role writer --out FILE), and name it in the settings. What earlier runs saved is untouched.
run-known-damage = The last check found damage in the repository, and what this run stored may need what is damaged. Start liasse check --read-data, which says what to do, and do not delete anything.
run-parity-failed = What this run stored is not protected against a rotting medium yet: { $error }. Everything is saved; the next run tries again, or: liasse parity add.
run-parity-damaged = { $number ->
    [one] One object of the repository is damaged and could not be protected. Look with: liasse check --read-data.
   *[other] { $number } objects of the repository are damaged and could not be protected. Look with: liasse check --read-data.
}
run-busy = Another run is at work (process { $process }). Wait until it is done, or use --wait.
run-busy-unknown = Another run is at work. Wait until it is done, or use --wait.
run-no-repository = The repository is not at { $place }. If it is on a disk or a server, connect that and start a run with: liasse run.
run-locked = The repository at { $place } cannot be opened: { $error }. Ask whoever set up the backup; without the right password or credential no run is possible.
run-not-begun = The run could not begin: { $error }. What earlier runs saved is untouched.
