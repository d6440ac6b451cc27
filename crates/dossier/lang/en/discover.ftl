# What is wrong with the dossiers that were looked for.
discover-no-root = The folder { $root } of the rule { $rule } is not there: check that the disk is plugged in or the server is reachable.
discover-nothing = The rule { $rule } finds no dossier in { $root }: check its pattern and its marker, and that the right disk is plugged in.
discover-bad-rule = The rule { $rule } cannot be followed: { $error }.
discover-unreadable = The folder { $path } cannot be read: { $error }. Dossiers in it are not saved.
discover-two-rules = The rules { $taken } and { $other } both take { $path }; it is saved by { $taken }. Exclude it from one of them.
discover-two-folders = Several folders have the code { $code }: { $paths }. None of them is saved until each has a code of its own.
discover-within = The dossier { $path } lies in the dossier { $outer } and is saved with it, not by itself. Exclude it, or move it.
discover-marker = { $path } cannot be read: { $error }. The dossier is not saved.
discover-no-code = { $path } has no line { $key }=… with the code. The dossier is not saved.
discover-bad-code = "{ $code }" cannot be the code of the dossier { $path }, which is not saved: one line without / of at most 200 bytes, not starting with -.
discover-not-text = The name of the folder { $path } has characters that cannot be read. Rename it; until then it is not saved.
discover-link = { $path } is a link to a folder elsewhere and is not saved: name that folder in a rule, or exclude the link.
