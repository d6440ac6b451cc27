# A dossier for who has neither this program nor the repository.
export-title = Dossier { $code } as of { $date }
export-what = The folder “files” holds this dossier as it was saved then. MANIFEST.tsv lists all of it, with sizes, dates and two kinds of sums; nothing else is part of the dossier.
export-files = Files
export-snapshot = Snapshot
export-root = Evidence root
export-made = Saved
export-host = By the machine
export-key = Signed with the key
export-lacks = { $number ->
    [one] { $shown } entry of the dossier is not here, or not just as it was:
   *[other] { $shown } entries of the dossier are not here, or not just as they were:
}
export-how = How to check it
export-how-sums = That no file has changed since: open a terminal in this folder and type one of these lines. Each file must be “OK”.
export-how-all = Everything at once, with Liasse. Neither a password nor the repository is needed.
export-how-signature = The signature alone, with OpenSSL 3:
export-proves = What that proves
export-proves-sums = The sums prove that the files are those that this folder was made with. Who changes a file could also change the sums: so ask the firm for the SHA-256 of the file SHA256SUMS, which was shown when the folder was made.
export-proves-key = Liasse also computes the evidence root again from the manifest, finds it in the signed record, and checks the signature. So names, sizes, permissions, dates and bytes are those that the machine with this key saved. That it is the firm's key must be known by another way: ask the firm, by telephone or on paper, for its key as “liasse key list --json” shows it, and compare.
export-proves-not = The times in the record are those of the machine's clock. This page is not signed.
export-proves-nothing = No signed record is here: that the firm saved these files cannot be proved with this folder alone. The firm can compare the evidence root with its repository.

export-done = Dossier { $code } as of { $since }: { $files } files ({ $size }) in { $path }
export-sums = SHA-256 of SHA256SUMS: { $sums }
export-signer = Signed with the key: { $key }
export-send = Tell the recipient the last two lines by another way than the files: they are what to compare with.
export-names = { $number ->
    [one] The signed record names { $shown } other dossier of that run. Leave it out with --no-record if the recipient must not see that.
   *[other] The signed record names { $shown } other dossiers of that run. Leave it out with --no-record if the recipient must not see that.
}
export-lost = not in the export: { $path }: { $cause }
export-left-out = the zip cannot hold { $what }: { $path }
export-more = { $shown } more; see them with -v or --json
export-no-place = { $path } is there already
export-no-place-remedy = Choose another place with --to: a new name, or an empty folder.
export-in-repository = { $path } is in the repository itself
export-is-code = an export is of one dossier, and { $word } is no code
export-none = { $path } is no export
export-none-remedy = Name the folder or the zip that “liasse export” made.
export-bad-key = --signer takes 64 hexadecimal digits
export-bad-key-remedy = It is the id of the machine's signature, as “liasse key list --json” shows it.

verify-of = Dossier { $code } as of { $since }
verify-files = { $files } files ({ $size }) and { $others } folders and others are as the manifest says
verify-wrong-missing = missing: { $path }
verify-wrong-extra = not part of it: { $path }
verify-wrong-changed = changed: { $path }
verify-wrong-unreadable = cannot be read: { $path }
verify-absent = { $number ->
    [one] { $shown } entry was not exported: it was damaged, or the form cannot hold it
   *[other] { $shown } entries were not exported: they were damaged, or the form cannot hold them
}
verify-touched = { $number ->
    [one] The date of { $shown } file is no longer that of the manifest: it was copied without. Its bytes are right.
   *[other] The dates of { $shown } files are no longer those of the manifest: they were copied without. Their bytes are right.
}
verify-evident = The manifest is what the evidence root { $root } stands for
verify-not-evident = The manifest is NOT what the evidence root { $root } stands for
verify-signed = The record of { $time } by the machine { $host } has this root, and is signed with the key { $key }
verify-key-right = This is the key that you gave: the machine that holds it saved this dossier just so
verify-key-wrong = This is NOT the key that you gave
verify-key-unknown = Whose key that is, is not proved: ask the firm by another way, and give it with --signer
verify-no-record = No signed record is there: nothing proves who saved this
verify-bad-record = The record is NOT signed by the key that it names, or is damaged
verify-foreign-record = The record is signed, but of something else than this state
verify-good = The export is whole.
verify-good-but = What is there is right; see what is missing above.
verify-bad = The export is NOT as it was made.
