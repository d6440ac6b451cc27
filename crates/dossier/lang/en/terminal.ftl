# What a person is asked, and told once.
ask-password = Password for { $place }:
ask-password-again = Wrong password, try again:
ask-new-password = New password for { $place }:
ask-same = The same again:
ask-recovery-key = Make a recovery key too, to print and keep in a safe place?
ask-yes-or-no = [Y/n]
keep-password = Keep the password: without it or another key nobody can read the backups.
repository-made = made the repository { $place }
recovery-key-shown = Recovery key, shown only now:
recovery-key-keep = Print it or write it down, and keep it where the password is not. It is typed instead of the password.
recovery-key-later = A recovery key, to print and keep in a safe place, is made with: liasse key add --recovery-key

# Why a command fails.
error-interrupted = interrupted
error-no-repository = there is no repository at { $place }
error-no-repository-file = { $place } is a file and no repository
error-gone = the repository is gone: { $error }
error-full = { $error }
error-read-only = { $error }
error-denied = { $error }
error-disk = { $error }
error-damaged = { $error }
error-wrong-password = wrong password for the repository at { $place }
error-wrong-credential = the credential does not belong to the repository at { $place }
error-no-snapshot = there is no snapshot in this repository yet
error-no-password = no password is given, and there is no terminal to ask for one
error-password-not-typed = no password was typed
error-not-the-same = the two passwords are not the same
error-no-dossiers = the settings name no dossiers

# What to do about it.
remedy-run-again = run the command again
remedy-connect = connect the disk again and run the command again
remedy-no-repository = if it is on a disk or a server, connect that; or choose its folder with -r FOLDER. Only for a new repository: liasse init
remedy-full = free some space there and run the command again; every snapshot so far is whole
remedy-full-new = free some space there and run the command again
remedy-disk = check the disk or the connection, then run the command again; every snapshot so far is whole
remedy-disk-new = check the disk or the connection, then run the command again
remedy-read-only = connect it so that it can be written; listing and restoring work as it is
remedy-denied = check who owns the repository's folder, or run as that user
remedy-check = see what is touched with: liasse check
remedy-put-back = put it back from a copy of the repository with: liasse repair from FOLDER; nothing can be opened without it
remedy-wrong-password = try again; capital letters and the keyboard's language matter
remedy-wrong-credential = use the credential file that was made for this repository
remedy-other-key = use another password or credential; liasse key list shows who may do what
remedy-no-snapshot = make the first one with: liasse backup FOLDER
remedy-no-password = use --password-file, --password-command, --credential or the variable LIASSE_PASSWORD
remedy-config-init = write them with: liasse config init
remedy-config-check = see all mistakes with: liasse config check
remedy-go-on = what was restored so far is whole; to go on, run the same command with --overwrite if-changed
