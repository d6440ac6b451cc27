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

restore-refused = { $code } : { $why }
restore-room = il faut { $needed } à côté de lui, et { $free } sont libres.
restore-room-remedy = Libérez de la place sur ce disque, ou restaurez avec --target sur un autre. Rien n'a été modifié.
restore-in-use-remedy = Fermez-le sur tous les postes, puis relancez la commande.
restore-no-place = on ne sait pas où est sa place sur cette machine ; il se trouvait dans { $path }.
restore-no-parent = le répertoire { $path }, où est sa place, est introuvable.
restore-no-parent-remedy = Branchez le disque où il se trouve, ou créez ce répertoire, puis relancez la commande. Rien n'a été changé.
restore-two-folders = son code appartient à plusieurs répertoires.
restore-two-folders-remedy = Voyez les répertoires avec : liasse config check. Ou restaurez-le avec --target dans un répertoire de votre choix.
restore-other-dossier = le dossier { $other } se trouve à sa place.
restore-mounted = son répertoire est un disque à part (un point de montage), qui ne peut pas être remplacé.
restore-mounted-within = un autre disque y est monté, dans { $path }.
restore-link = son répertoire est un lien symbolique, ou on y arrive par un tel lien.
restore-not-a-folder = quelque chose qui n'est pas un répertoire porte son nom.
restore-too-long = son nom est trop long pour les noms qu'il faut à côté de lui.
restore-holds-repository = le dépôt ou son cache se trouve dans son répertoire.
restore-busy = une autre restauration y travaille.
restore-unknown-gaps = on ne sait pas ce qui manque à son état, donc pas non plus quels fichiers présents doivent rester.
restore-unknown-part = il manque à son état la partie { $part }, et les réglages ne disent plus ce qui en fait partie.
restore-unknown-part-remedy = Nommez de nouveau cette partie dans les réglages, ou restaurez avec --target dans un répertoire de votre choix.
restore-in-the-way = { $path } doit rester tel quel, et l'état a autre chose à cet endroit.
restore-no-state = le dépôt n'en a aucun état : il serait perdu.
restore-no-state-remedy = Sauvegardez-le d'abord avec : liasse run. Rien n'a été modifié.
restore-unsaved = { $path } n'est pas sauvegardé dans son état actuel et serait perdu.
restore-unsaved-remedy = Sauvegardez-le d'abord avec : liasse run. Il reste tel qu'il est.
restore-moved = il est apparu, a disparu ou a été déplacé pendant la restauration de son état.
restore-lost = { $number ->
    [one] { $number } de ses fichiers ne peut pas être restauré ({ $files }). Le dossier est tel qu'il était.
   *[other] { $number } de ses fichiers ne peuvent pas être restaurés ({ $files }). Le dossier est tel qu'il était.
}
restore-lost-remedy = Avec --target RÉPERTOIRE vous obtenez tout ce qui existe encore ; ou prenez un état plus ancien avec --at. Voyez ce qui est endommagé avec : liasse check --read-data.
restore-failed = { $error }.
restore-stopped = l'arrêt a été demandé avant son tour.
restore-stopped-remedy = Relancez la commande.
restore-target-remedy = Restaurez-le avec --target dans un répertoire de votre choix, et mettez-le à sa place à la main.
restore-done = { $code } : comme au { $since }, dans { $path } : { $files } fichiers restaurés ({ $size }), { $kept } laissés tels quels, { $gone } supprimés qu'il n'avait pas.
restore-would = { $code } : serait comme au { $since }, dans { $path } : { $files } fichiers seraient écrits ({ $size }), { $same } sont identiques, { $kept } resteraient tels quels, { $gone } seraient supprimés.
restore-unsaved-kept = { $number ->
    [one] { $code } : { $shown } fichier ({ $size }) n'existe nulle part ailleurs tel qu'il était : { $first }. Tout ce qui a été remplacé est donc conservé.
   *[other] { $code } : { $shown } fichiers ({ $size }) n'existent nulle part ailleurs tels qu'ils étaient, le premier : { $first }. Tout ce qui a été remplacé est donc conservé.
}
restore-would-unsaved = { $number ->
    [one] { $code } : { $shown } fichier ({ $size }) n'existe nulle part ailleurs tel qu'il est : { $first }. Tout ce qui est remplacé serait donc conservé à côté.
   *[other] { $code } : { $shown } fichiers ({ $size }) n'existent nulle part ailleurs tels qu'ils sont, le premier : { $first }. Tout ce qui est remplacé serait donc conservé à côté.
}
restore-kept = Ce qui a été remplacé est dans { $path }. Effacez-le quand plus personne n'en a besoin.
restore-found = Une restauration précédente a été interrompue ; ce qu'elle avait remplacé est dans { $path }. Supprimez-le quand personne n'en a plus besoin.
restore-removed = { $code } : supprimé, car il n'était pas choisi ({ $path }).
restore-would-remove = { $code } : serait supprimé, car il n'est pas choisi ({ $path }).
restore-not-removed = { $code } : ce qui a été remplacé n'a pas pu être supprimé : { $error }
restore-name-written = serait écrit { $path }
restore-name-kept = reste { $path }
restore-name-gone = supprimé { $path }

restore-no-code = { $word } n'est pas un code de dossier
restore-no-code-remedy = voyez les codes avec : liasse restore --list ; un répertoire d'un instantané se restaure seul : INSTANTANÉ:CHEMIN
restore-at = --at attend une date, par exemple 2024-12-31 ou 2024-12-31T21:00
restore-passed-over = { $object } est illisible et n'est pas pris en compte : { $error }
restore-none-has = aucun instantané ne contient le dossier { $code }
restore-none-has-at = aucun instantané ne contient le dossier { $code } au { $date } ou avant
restore-neither = il n'y a ni dossier ni instantané { $word }
restore-see-list = voyez ce qu'il y a avec : liasse restore --list
restore-is-meant = vouliez-vous dire : { $names } ?
restore-all-not-this-machine = aucun instantané de ce poste ne contient de dossiers
restore-all-hosts = plusieurs postes ont des dossiers ici : { $hosts }
restore-all-hosts-remedy = dites lequel avec --host NOM, et restaurez chacun dans son propre répertoire
restore-all-none = aucun instantané ne contient de dossiers
restore-all-none-remedy = essayez une autre date avec --at, ou un autre poste avec --host ; un instantané sans dossiers se restaure ainsi : liasse restore latest --target RÉPERTOIRE
restore-all-without = { $code } n'a jamais été sauvegardé : il n'y a rien à restaurer.
restore-not-this-machine = aucun instantané de cette machine ne contient le dossier { $code }
restore-other-machine = s'agit-il de celui de { $host } ? Alors ajoutez --host { $host }
restore-no-rule = les réglages n'ont pas de règle pour le dossier { $code } : on ne connaît donc pas ses parties
restore-no-rule-remedy = restaurez-le sans --parts, ou ajoutez sa règle aux réglages ; voyez-les avec : liasse config explain rule
restore-no-part = les réglages ne connaissent pas de partie { $part }
restore-no-part-remedy = voyez les parties avec : liasse config explain rule
restore-run-remedy = attendez qu'elle soit terminée, puis relancez la commande
restore-nothing-changed = rien n'a été modifié
restore-gaps = { $code } : { $said }
restore-gap-as-before = Non examiné lors de sa sauvegarde : { $parts }.
restore-gap-saved = { $part } (dernière sauvegarde : { $since })
restore-gap-never = { $part } (jamais sauvegardé auparavant)
restore-gap-unread = { $number ->
    [one] { $shown } fichier n'a pas pu être lu lors de la sauvegarde : { $files }.
   *[other] { $shown } fichiers n'ont pas pu être lus lors de la sauvegarde : { $files }.
}
restore-gap-unread-more = On ne connaît pas tous les fichiers qui n'ont pas pu être lus : il peut en manquer d'autres.
restore-to-done = { $code } : comme au { $since }, dans { $path } : { $files } fichiers restaurés ({ $size }).
restore-to-would = { $code } : serait comme au { $since }, dans { $path } : { $files } fichiers seraient écrits ({ $size }).
restore-to-resumed = Une restauration interrompue a continué.
restore-to-reused = { $size } ont été repris des fichiers présents.
restore-same-name = { $code } n’est pas restauré : à la place de { $path }, un autre répertoire répond à ce nom, parce que ce disque ne distingue pas les majuscules des minuscules. Restaurez-le dans un autre répertoire avec --target.
restore-to-left = { $number ->
    [one] { $shown } fichier déjà présent a été laissé tel quel.
   *[other] { $shown } fichiers déjà présents ont été laissés tels quels.
}
restore-to-deleted = { $number ->
    [one] { $shown } élément que le dossier n'avait pas a été supprimé.
   *[other] { $shown } éléments que le dossier n'avait pas ont été supprimés.
}
restore-to-would-delete = { $number ->
    [one] { $shown } élément que le dossier n'avait pas serait supprimé.
   *[other] { $shown } éléments que le dossier n'avait pas seraient supprimés.
}
restore-to-spared = { $number ->
    [one] { $shown } élément que l'instantané n'a pas reste en place : ce qui n'y a pas été pris n'est pas supprimé.
   *[other] { $shown } éléments que l'instantané n'a pas restent en place : ce qui n'y a pas été pris n'est pas supprimé.
}
