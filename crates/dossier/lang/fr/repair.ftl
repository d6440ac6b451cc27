# Réparer un dépôt abîmé.
repair-same-place = { $place } est le dépôt lui-même
repair-another = { $place } est un autre dépôt, et non une copie de celui-ci
repair-choose-copy = nommez le dossier d'une autre copie de ce dépôt, faite par un programme qui copie des fichiers
repair-no-sources = aucun instantané de ce poste ne dit de quels fichiers il vient
repair-name-sources = nommez les fichiers et dossiers à lire
repair-nothing = Rien n'est abîmé : il n'y a rien à faire.
repair-plan = Voici ce qui serait fait :
repair-done = Voici ce qui a été fait :
repair-copy = copier { $object } ({ $size }), qui manque ici
repair-replace = mettre un { $object } sain ({ $size }) à la place de celui qui est abîmé, gardé dans damaged/
repair-reclaim = remettre { $object } ({ $size }) à sa place : son contenu est intact, et se trouve sous un autre nom
repair-list = { $number ->
    [one] inscrire de nouveau un paquet dans l'index
   *[other] inscrire de nouveau { $number } paquets dans l'index
}
repair-set-aside = retirer de l'index { $object }, abîmé ; il est gardé dans damaged/
repair-mark = marquer { $object } : plus rien de nouveau ne s'y réfère, les sauvegardes gardent donc à nouveau ce qu'il contenait
repair-unmark = ôter la marque de { $object }, qui est entier
repair-read = lire { $path } en entier, dans une nouvelle sauvegarde, et garder à nouveau ce qui est abîmé
repair-failed = pas fait : { $step } : { $error }
repair-stored = Le nouvel instantané { $snapshot } contient les fichiers tels qu'ils sont ; les plus anciens y trouvent ce qui leur manquait.
repair-left = { $number ->
    [one] Un dégât n'est pas réparé ainsi :
   *[other] { $number } dégâts ne sont pas réparés ainsi :
}
repair-found = { $number ->
    [one] Un dégât a été trouvé ; ce que les fichiers en ont encore redevient entier :
   *[other] { $number } dégâts ont été trouvés ; ce que les fichiers en ont encore redevient entier :
}
repair-other-ways = Autres moyens : une autre copie du dépôt (liasse repair from DOSSIER), les fichiers eux-mêmes (liasse repair from-source). Ce qu'aucun ne ramène reste perdu ; tout le reste peut être restauré.
repair-only-there = { $number ->
    [one] Un instantané n'est que dans l'autre copie ; --all le prend aussi.
   *[other] { $number } instantanés ne sont que dans l'autre copie ; --all les prend aussi.
}
repair-newer-there = L'autre copie est plus récente que ce dépôt : { $number ->
    [one] elle a un instantané du { $date } qui n'est pas ici.
   *[other] elle a { $count } instantanés qui ne sont pas ici, le plus récent du { $date }.
}
repair-newer-config = L'autre copie a des clés et des réglages plus récents (numéro { $there }, ici { $here }) : qui en a été exclu depuis peut entrer ici.
repair-newer-remedy = Si ce dépôt n'est pas une simple copie en retard, il a été ramené à un état plus ancien : cherchez qui peut écrire à cet endroit. Avec --all, il reçoit ce qui lui manque.
repair-apply = Rien n'a été changé. Pour le faire, donnez la même commande avec --apply.
repair-whole = Vérifié de nouveau : plus rien n'est abîmé.
