# What a run's report says, beside the causes.
date = { $weekday } { $day } { $month } { $year }, { $time }
date-weekday = { $number ->
    [1] Monday
    [2] Tuesday
    [3] Wednesday
    [4] Thursday
    [5] Friday
    [6] Saturday
   *[7] Sunday
}
date-month = { $number ->
    [1] January
    [2] February
    [3] March
    [4] April
    [5] May
    [6] June
    [7] July
    [8] August
    [9] September
    [10] October
    [11] November
   *[12] December
}

outcome-stored = saved
outcome-unchanged = unchanged
outcome-incomplete = incomplete
outcome-in-use = in use
outcome-failed = failed
outcome-missing = missing
outcome-not-asked = not asked for

report-title = Backup of { $host }, { $date }
report-repository = Repository
report-reason = Reason
report-duration = Duration
report-snapshot = Snapshot
report-stored = Added to the repository
report-free = Free space left
report-none = none
report-failure = The run failed: { $failure }
report-alarms = Alarms: look at these first
report-dossiers = Dossiers
report-remarks = Remarks
report-summary = Result
report-dossier = Dossier
report-outcome = Outcome
report-size = Size
report-added = New
report-cause = Cause
report-remedy = What to do
report-kept = The state of { $since } is kept.
report-never = It was never saved.
report-left-out = Left out on purpose: { $parts }.
report-as-before = Not due, as before: { $parts }.
report-more = There are { $number } more causes; the JSON report has all of them.
report-passed-over = Left out by the settings
report-passed-marker = { $path }: left out by its marker { $marker } (rule { $rule }).
report-passed-name = { $path }: left out by its name (rule { $rule }).
report-passed-unwanted = { $path }: no rule of the settings finds it any more.
report-passed-saved = It was saved before; that state stays.
report-no-dossiers = There are no dossiers in this run.
report-good = All is well.
report-bad = Something needs your attention.

summary = { $number ->
    [one] { $saved } of { $total } dossier saved, { $errors } in error
   *[other] { $saved } of { $total } dossiers saved, { $errors } in error
}
summary-nothing = nothing was saved
summary-failed = The run failed: { $failure } Nothing was saved.
summary-list = { $said }: { $list }
summary-more = and { $number } more
summary-also = { $first }; { $said }
summary-problems = { $number ->
    [1] 1 other thing to look at
   *[other] { $count } other things to look at
}
summary-alarms = { $number ->
    [one] { $count } alarm
   *[other] { $count } alarms
}

alarm-missing = Its folder is not there any more.
alarm-missing-remedy = If it was moved or deleted on purpose, add its name to exclude in the settings: what is stored stays. Otherwise restore it.
alarm-way-back = The state before: liasse restore { $code } --at { $date } --target FOLDER
alarm-empty = It is empty; it had { $files } files before.
alarm-empty-remedy = If it was emptied on purpose, add its name to exclude in the settings: what is stored stays. Otherwise restore it.
alarm-vanished = Most of it is gone: { $files } of { $before } files, { $bytes } of { $whole }.
alarm-vanished-remedy = If nobody deleted that on purpose, restore the dossier: the state before is kept.
alarm-most-changed = Most of it changed at once: { $percent } % of its bytes are new.
alarm-most-changed-remedy = Ask who worked in it. If nobody did, disconnect the computer from the network and call for help: the state before is kept.
alarm-noise = { $number ->
    [1] The changed file { $example } looks encrypted.
   *[other] { $files } changed files look encrypted, { $example } among them.
}
alarm-noise-remedy = If nobody encrypted them on purpose, this may be an attack: disconnect the computer from the network and call for help. The state before is kept.
alarm-shrunk = The journal { $file } became shorter, from { $before } to { $now }; it should only grow.
alarm-shrunk-remedy = Ask who maintains the program. The state before is kept.
alarm-archive-changed = The signed archive { $file } was changed or removed; that should never happen.
alarm-archive-changed-remedy = Restore it from the snapshot before, and find out who changed it.

short-cause-lock-file = open
short-cause-lock-file-by = open at { $by }
short-cause-open = open in { $program }
short-cause-locked = open
short-cause-locked-by = open
short-cause-changing = changed while it was read
short-cause-unreadable = cannot be read
short-cause-missing = not there
short-cause-no-folder = no folder
short-cause-no-marker = { $file } not there
short-cause-no-code = no code in { $file }
short-cause-bad-code = code that cannot be one
short-cause-recoded = has the code { $code }
short-cause-two-folders = several folders
short-cause-within = within { $outer }
short-cause-unclaimed = taken by no rule
short-cause-root-missing = { $root } not there
short-cause-empty = empty
short-cause-hook = "{ $hook }" failed
short-cause-interrupted = not reached
short-cause-no-snapshot = the run failed
