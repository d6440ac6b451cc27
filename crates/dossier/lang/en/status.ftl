# How things stand: the command status.
status-title = Status of { $host }, { $date }
status-last-run = Last run
status-next-run = Next run
status-not-scheduled = not by itself; see to it with: liasse schedule install
status-last-check = Last check
status-room = Room left
status-copies = Copies
status-last-good = Last saved
status-age = Age
status-outcome = Last outcome
status-never = never
status-not-run = not yet run
status-copies-here = { $number ->
    [one] 1, here
   *[other] { $number }
}
status-check-references = { $date }, without reading the data
status-check-data = { $date }, all data read
status-check-structure = { $date }, names and structure only
status-check-drill = { $date }, a restore drill
status-check-share = { $date }, a share of the data read
status-verified = Read and found whole
status-verified-share = { $percent } % of the data in the last 12 months
status-room-ends = { $free }; at { $pace } a day it ends on { $date }
status-room-lasts = { $free }; at { $pace } a day it does not end
status-age-minutes = { $number } min
status-age-hours = { $number ->
    [one] 1 hour
   *[other] { $number } hours
}
status-age-days = { $number ->
    [one] 1 day
   *[other] { $number } days
}
status-overdue = Overdue.
status-more = and { $number } more that are well; -v lists them
status-unsound = The last check found damage: run liasse check --read-data, and do not delete anything.
status-damaged = { $number ->
    [one] 1 snapshot cannot be read: run liasse check.
   *[other] { $number } snapshots cannot be read: run liasse check.
}
status-check-overdue = The repository has not been checked for too long: run liasse check --read-data.
status-room-low = The room ends soon: make room, or use a larger disk.
status-dossiers = { $number ->
    [one] { $count } dossier
   *[other] { $count } dossiers
}
status-no-dossiers = no dossiers
status-good = All is well: { $dossiers }.
status-good-so-far = Nothing is wrong so far: { $dossiers }, { $never }.
status-never-saved = { $number ->
    [one] { $count } of them never saved yet
   *[other] { $count } of them never saved yet
}
status-bad = Something needs your attention: { $dossiers }, { $list }.
status-overdue-count = { $number ->
    [one] { $count } overdue
   *[other] { $count } overdue
}
status-error-count = { $number ->
    [one] { $count } in error
   *[other] { $count } in error
}
status-problem-count = { $number ->
    [one] { $count } other thing to look at
   *[other] { $count } other things to look at
}
# Why a dossier was not saved, where no report is left.
status-why-lock-file = Somebody worked in it.
status-why-open = It was open.
status-why-locked = It was in use.
status-why-changing = It changed while it was read.
status-why-unreadable = It could not be read.
status-why-missing = Its folder was not there.
status-why-no-folder = Where its folder was, there was something else.
status-why-no-marker = Its marker was not there.
status-why-no-code = Its marker did not say its code.
status-why-bad-code = Its code could not be one.
status-why-recoded = Its folder had another code.
status-why-two-folders = Several folders had its code.
status-why-within = It lay in another dossier.
status-why-unclaimed = No rule took it.
status-why-root-missing = The folder of its rule was not there.
status-why-empty = Its folder was empty.
status-why-hook = Its preparation failed.
status-why-interrupted = The run was stopped before it came to it.
status-why-no-snapshot = The run failed as a whole.
