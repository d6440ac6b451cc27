# La vérification du dépôt, et ce qu'elle trouve.
rollback = Le dépôt montre un état plus ancien que celui déjà vu depuis cet ordinateur : { $number ->
    [one] un instantané du { $date } n'y est plus.
   *[other] { $count } instantanés n'y sont plus, le plus récent du { $date }.
}
rollback-config = Le dépôt montre des clés et des réglages plus anciens que ceux déjà vus depuis cet ordinateur (numéro { $there }, alors qu'il y avait le { $seen }) : qui en a été exclu depuis pourrait y entrer de nouveau.
rollback-remedy = Si quelqu'un a remis exprès une copie plus ancienne, acceptez-la avec : liasse check --accept-rollback. Sinon, cherchez qui peut écrire à cet endroit, et s'il existe une copie plus récente, avant de vous fier à celle-ci.
rollback-accepted = Désormais, cet état compte comme le plus récent.
check-snapshots = { $number ->
    [one] 1 instantané
   *[other] { $count } instantanés
}
check-entries = { $number ->
    [one] 1 fichier ou répertoire
   *[other] { $count } fichiers et répertoires
}
check-chunks = { $number ->
    [one] 1 morceau
   *[other] { $count } morceaux
}
check-packs = { $number ->
    [one] 1 paquet
   *[other] { $count } paquets
}
check-note = note : { $object } : { $what }
check-forks = note : { $number ->
    [one] 1 sauvegarde a eu lieu en même temps qu'une autre avec la même clé : c'est permis
   *[other] { $count } sauvegardes ont eu lieu en même temps qu'une autre avec la même clé : c'est permis
}
check-unlisted = note : { $number ->
    [one] 1 paquet vient d'une sauvegarde interrompue ou en cours : la prochaine en reprend ce qu'il lui faut
   *[other] { $count } paquets viennent d'une sauvegarde interrompue ou en cours : la prochaine en reprend ce qu'il lui faut
}
check-damaged = endommagé : { $object } : { $what }
check-affected = instantané { $snapshot }  { $path }
check-dossier = dossier { $code }
check-more = et { $count } autres
check-more-errors = et { $number ->
    [one] 1 autre erreur
   *[other] { $count } autres erreurs
}
check-touched = Ce qui est atteint, le pire d'abord :
check-touched-snapshot = instantané { $snapshot }  { $date }  { $entries }
check-touched-dossier = dossier { $code }  { $entries } dans tous les instantanés
check-more-snapshots = et { $number ->
    [one] 1 autre instantané
   *[other] { $count } autres instantanés
}
check-more-dossiers = et { $number ->
    [one] 1 autre dossier
   *[other] { $count } autres dossiers
}
check-all-of-it = Pour voir chaque fichier : la même commande avec -v, ou avec --json.
check-no-reader = non vérifié : les contenus et les répertoires, car cette clé ne les lit pas
check-read = { $size } de données lus
check-read-share = { $size } de données lus sur { $total }, dans { $number ->
    [one] 1 paquet
   *[other] { $count } paquets
}
check-verified = ces 12 derniers mois, { $percent } % des données ont été lues d'ici et trouvées intactes
check-not-read = les données elles-mêmes n'ont pas été lues ; --read-data le fait
check-only-structure = les renvois n'ont pas été suivis, et les données n'ont pas été lues
check-sound = aucune erreur trouvée
check-found = { $number ->
    [one] 1 erreur trouvée
   *[other] { $count } erreurs trouvées
}
drill-empty = il n'y a aucun fichier à restaurer
drill-done = { $number ->
    [one] 1 fichier restauré, { $size } : il est tel qu'il a été sauvegardé
   *[other] { $count } fichiers restaurés, { $size } : ils sont tels qu'ils ont été sauvegardés
}
drill-proven = { $number ->
    [one] 1 d'entre eux est aussi prouvé par l'enregistrement signé
   *[other] { $count } d'entre eux sont aussi prouvés par l'enregistrement signé
}
drill-failed = échec : instantané { $snapshot }  { $path } : { $what }
drill-found = { $number ->
    [one] 1 échec
   *[other] { $count } échecs
}

# Que faire de ce qu'une vérification trouve, selon la partie du dépôt concernée.
remedy-first = N'effacez rien dans le dépôt, et faites-en une copie avant d'essayer quoi que ce soit. Ce qu'aucune erreur ne nomme est intact et se restaure. Les commandes nommées ici montrent ce qu'elles feraient, et ne changent rien sans --apply.
remedy-in-the-way = Là où quelque chose qui n'est pas un fichier occupe la place d'un fichier du dépôt, sortez-le du dépôt, puis vérifiez de nouveau : aucune réparation ne le déplace, car il est peut-être à vous.
remedy-pack = packs/ : liasse repair parity, si le dépôt a de la parité ; ou liasse repair from DOSSIER, s'il existe une autre copie du dépôt ; ou liasse repair from-source, tant que les fichiers sont encore là où ils étaient. Si rien de cela n'aide, restaurez ce qui est nommé ici d'un instantané plus ancien.
remedy-segment = index/ : ce sont des listes qui peuvent être refaites, et rien n'est perdu avec elles : liasse repair index.
remedy-snapshot = snapshots/ : liasse repair parity, ou liasse repair from DOSSIER avec une autre copie du dépôt. Les autres instantanés n'en ont pas besoin.
remedy-key = keys/ : liasse repair parity, ou liasse repair from DOSSIER avec une autre copie du dépôt. D'ici là, ce mot de passe n'ouvre rien ; une autre clé ou un fichier d'accès, si.
remedy-key-came-back = { $key } : le propriétaire a retiré cette clé, et elle est de nouveau là : son retrait a été interrompu, ou quelqu'un a remis d'anciens fichiers. Elle n'ouvre rien dans ce programme. Défaites-vous-en avec : liasse key remove { $id } ; cherchez ensuite qui peut écrire à cet endroit.
remedy-config = config/ : liasse repair parity, ou liasse repair from DOSSIER avec une autre copie du dépôt. D'ici là, le numéro précédent compte : voyez avec liasse key list qui a accès d'après lui.
remedy-work = intents/ et plans/ : ce sont des notes d'un travail en cours ou interrompu. Quand aucune sauvegarde n'a lieu, mettez le fichier ailleurs.
remedy-chunk = chunk : aucun fichier du dépôt n'a cette partie : liasse repair from DOSSIER, s'il existe une autre copie du dépôt, ou liasse repair parity ; ou liasse repair from-source, tant que les fichiers sont encore là où ils étaient.
remedy-storage = Le disque n'a pas donné ce qui lui était demandé : occupez-vous d'abord du disque ou de la connexion, puis vérifiez de nouveau.
remedy-drill = liasse check --read-data trouve tout ce qui est endommagé, et dit que faire.
