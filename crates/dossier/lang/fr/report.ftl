# Ce que dit le rapport d'une exécution, en plus des causes.
date = { $weekday } { $day ->
    [1] 1er
   *[other] { $day }
} { $month } { $year } à { $time }
date-weekday = { $number ->
    [1] lundi
    [2] mardi
    [3] mercredi
    [4] jeudi
    [5] vendredi
    [6] samedi
   *[7] dimanche
}
date-month = { $number ->
    [1] janvier
    [2] février
    [3] mars
    [4] avril
    [5] mai
    [6] juin
    [7] juillet
    [8] août
    [9] septembre
    [10] octobre
    [11] novembre
   *[12] décembre
}

outcome-stored = sauvegardé
outcome-unchanged = inchangé
outcome-incomplete = incomplet
outcome-in-use = en cours d'utilisation
outcome-failed = échec
outcome-missing = introuvable
outcome-not-asked = non demandé

report-title = Sauvegarde de { $host }, { $date }
report-repository = Dépôt
report-reason = Motif
report-duration = Durée
report-snapshot = Instantané
report-stored = Ajouté au dépôt
report-free = Espace libre restant
report-none = aucun
report-failure = La sauvegarde a échoué : { $failure }
report-alarms = Alertes : à regarder en premier
report-dossiers = Dossiers
report-remarks = Remarques
report-summary = Résultat
report-dossier = Dossier
report-outcome = Résultat
report-size = Taille
report-added = Nouveau
report-cause = Cause
report-remedy = Que faire
report-kept = L'état du { $since } est conservé.
report-never = Il n'a jamais été sauvegardé.
report-left-out = Laissé de côté volontairement : { $parts }.
report-as-before = Pas encore à échéance, comme avant : { $parts }.
report-more = Il y a { $number } autres causes ; le rapport JSON les contient toutes.
report-passed-over = Exclus par les réglages
report-passed-marker = { $path } : exclu par son marqueur { $marker } (règle { $rule }).
report-passed-name = { $path } : exclu par son nom (règle { $rule }).
report-passed-unwanted = { $path } : plus aucune règle des réglages ne le trouve.
report-passed-saved = Il était sauvegardé auparavant ; cet état reste.
report-no-dossiers = Cette sauvegarde ne contient aucun dossier.
report-good = Tout va bien.
report-bad = Quelque chose demande votre attention.

summary = { $number ->
    [one] { $saved } sur { $total } dossier sauvegardé, { $errors } en erreur
   *[other] { $saved } sur { $total } dossiers sauvegardés, { $errors } en erreur
}
summary-nothing = rien n'a été sauvegardé
summary-failed = La sauvegarde a échoué : { $failure } Rien n'a été sauvegardé.
summary-list = { $said } : { $list }
summary-more = et { $number } de plus
summary-also = { $first } ; { $said }
summary-problems = { $number ->
    [1] 1 autre chose à regarder
   *[other] { $count } autres choses à regarder
}
summary-alarms = { $number ->
    [one] { $count } alerte
   *[other] { $count } alertes
}

alarm-missing = Son répertoire n'existe plus.
alarm-missing-remedy = S'il a été déplacé ou supprimé volontairement, ajoutez son nom à exclude dans les réglages : ce qui est enregistré reste. Sinon, restaurez-le.
alarm-way-back = L'état d'avant : liasse restore { $code } --at { $date } --target RÉPERTOIRE
alarm-empty = Il est vide ; il contenait { $files } fichiers.
alarm-empty-remedy = S'il a été vidé volontairement, ajoutez son nom à exclude dans les réglages : ce qui est enregistré reste. Sinon, restaurez-le.
alarm-vanished = L'essentiel a disparu : { $files } fichiers sur { $before }, { $bytes } sur { $whole }.
alarm-vanished-remedy = Si personne n'a supprimé cela volontairement, restaurez le dossier : l'état précédent est conservé.
alarm-most-changed = La plus grande partie a changé d'un coup : { $percent } % de ses données sont nouvelles.
alarm-most-changed-remedy = Demandez qui y a travaillé. Si c'est personne, débranchez l'ordinateur du réseau et demandez de l'aide : l'état précédent est conservé.
alarm-noise = { $number ->
    [1] Le fichier modifié { $example } semble chiffré.
   *[other] { $files } fichiers modifiés semblent chiffrés, dont { $example }.
}
alarm-noise-remedy = Si personne ne les a chiffrés volontairement, c'est peut-être une attaque : débranchez l'ordinateur du réseau et demandez de l'aide. L'état précédent est conservé.
alarm-shrunk = Le journal { $file } a raccourci, de { $before } à { $now } ; il ne devrait que grandir.
alarm-shrunk-remedy = Demandez à qui s'occupe du logiciel. L'état précédent est conservé.
alarm-archive-changed = L'archive signée { $file } a été modifiée ou supprimée ; cela ne devrait jamais arriver.
alarm-archive-changed-remedy = Restaurez-la depuis l'instantané précédent et cherchez qui l'a modifiée.

short-cause-lock-file = ouvert
short-cause-lock-file-by = ouvert sur { $by }
short-cause-open = ouvert dans { $program }
short-cause-locked = ouvert
short-cause-locked-by = ouvert
short-cause-changing = modifié pendant la lecture
short-cause-unreadable = illisible
short-cause-missing = introuvable
short-cause-no-folder = pas un répertoire
short-cause-no-marker = { $file } absent
short-cause-no-code = pas de code dans { $file }
short-cause-bad-code = code impossible
short-cause-recoded = a le code { $code }
short-cause-two-folders = plusieurs répertoires
short-cause-within = dans { $outer }
short-cause-unclaimed = pris par aucune règle
short-cause-root-missing = { $root } introuvable
short-cause-empty = vide
short-cause-hook = échec de « { $hook } »
short-cause-interrupted = pas encore traité
short-cause-no-snapshot = échec de la sauvegarde
