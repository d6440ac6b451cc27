# How a command of the user's, before or after a run or a dossier, ended.
hook-well = it did its work
hook-code = it ended with code { $code }
hook-signal = it was ended by signal { $signal }
hook-timed-out = it had not finished after { $time } and was ended
hook-stopped = it was ended because the run was stopped
hook-not-started = it could not be started: { $error }
hook-said = { $how }; its last words: { $said }
