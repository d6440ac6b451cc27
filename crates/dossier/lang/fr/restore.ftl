# Les dossiers qui sont restaurés.
restore-list-none = Aucun instantané ne contient de dossiers.
restore-list-title = Dossiers qui peuvent être restaurés à partir de l'instantané du { $date }
restore-list-since = État du
restore-list-files = Fichiers
restore-list-never = Il n'a jamais été sauvegardé.
restore-list-left-out = Sans : { $parts }.
restore-list-unknown = On ne sait plus ce qui n'y a pas été pris.
restore-list-damaged = Son état est endommagé : { $error }.
restore-list-sum = { $number ->
    [one] { $shown } dossier peut être restauré : { $files } fichiers, { $size }.
   *[other] { $shown } dossiers peuvent être restaurés : { $files } fichiers, { $size }.
}
