# Mistakes in the settings: what is wrong, and what to write.
config-unreadable = The file cannot be read: { $error }.
config-syntax = This line cannot be understood: { $error }.
config-unknown = There is no key { $key }; see all of them with: liasse config explain
config-unknown-near = There is no key { $key }; is { $nearest } meant?
config-plain = { $key } would hold a secret that everybody who sees the file or the command can read. Put the secret into a file of its own and name that file, or name a command that prints it.
config-shape = { $key } wants { $wanted }, not { $found }.
config-pattern = { $key }: the pattern { $pattern } cannot be understood: { $error }.
config-value = { $key } cannot be understood: { $error }.
config-missing = { $key } is missing.
config-twice = There are two [[{ $section }]] with the name { $name }; the first is at { $first }. Give this one another name.
config-two-secrets = { $first } and { $second } both say where the secret is; keep one of them.
config-no-part = The rule { $rule } leaves out the part { $part }, which it does not have.
config-no-part-near = The rule { $rule } leaves out the part { $part }, which it does not have; is { $nearest } meant?
config-no-marker = The rule { $rule } has code-key and no marker: name the file that has this key with marker.
config-no-year = The part { $part } of the rule { $rule } has since-year, but none of its patterns has {"{"}year{"}"}.
config-no-rule = There is no rule that finds dossiers, so nothing would be saved. Add a [[rule]] with name and root.
config-no-root = The folder { $root } of the rule { $rule } is not there: is the disk plugged in, is the name right?
config-root = The folder { $root } of the rule { $rule } cannot be read: { $error }.
config-secret = The file { $path } with the secret cannot be read: { $error }.
config-open = The file { $path } holds a secret, and everybody on this machine can read it: chmod 600 { $path }
config-set = --set { $text } is not of the form KEY=VALUE.

# What is wanted.
shape-text = a text in quotes
shape-path = a path from the root, such as "/srv/books"
shape-folders = a pattern for each level of folders, such as "D*" or "*/D*"
shape-patterns = a list of patterns, such as ["photos/", "*.tmp"]
shape-texts = a list of texts, such as ["one", "two"]
shape-file-name = the name of a file, without folders
shape-file-names = a list of names of files, without folders
shape-truth = true or false
shape-number = a whole number from 0 on
shape-fraction = a number
shape-period = a length of time, such as "5 min", "2 days" or "1 week"
shape-word = one of { $words }
shape-section = a section of its own, between [ and ]
shape-named = a section of its own between [[ and ]], with a name

# What each key means.
key-language = Language of reports, mails and messages: en, fr or pt. Without it: that of the system.
key-common = A file with settings that several machines share, for instance on a network drive. What is written here prevails over it.
key-repository = Folder of the repository, in which everything is stored.
key-credential = File that opens the repository for adding backups, and cannot read old ones. Made with: liasse key add --role writer --out FILE
key-password-file = File that holds the password of the repository, and nothing else.
key-password-command = Command that prints the password of the repository.
key-rule = Where dossiers are and what of them is saved; one [[rule]] for each kind of dossier.
key-rule-name = Name of the rule, as you like. A nearer file changes the rule of the same name.
key-rule-root = Folder in which the dossiers lie.
key-rule-pattern = Names of the folders that are dossiers, below root: "D*" for those that begin with D, "*/D*" for those one level deeper.
key-rule-kind = "original" if people work in these dossiers; "copy" if they are copies of others: their codes then end in .copy
key-rule-marker = Name of a file that every dossier has; a folder without it is no dossier.
key-rule-code-key = Key in the marker, as in "Code=D1234", whose value is the dossier's code. Without it the code is the folder's name.
key-rule-exclude = Names of folders that are not saved, such as templates and tests.
key-rule-exclude-marker = Names of files; a dossier that has one of them is not saved.
key-rule-without = Names of parts that are not saved. A report says so.
key-rule-off = true switches the rule off, for instance on a machine that does not have these dossiers.
key-rule-part = A piece of every dossier, such as photos, indexes or closed years, that can be left out or saved less often.
key-rule-part-name = Name of the part, as you like.
key-rule-part-patterns = What belongs to the part, below the dossier's folder, as in .gitignore: "photos/", "*.idx", "archives/{"{"}year{"}"}/".
key-rule-part-every = The part is saved again only when that much time has gone by since the last time, such as "7 days".
key-rule-part-since-year = Years before this one are not saved; {"{"}year{"}"} in the patterns says where the year stands.
