# Ce que disent les pages web des sauvegardes.
web-language = Français
web-languages = Langue
web-skip = Aller au contenu
web-places = Rubriques
web-home = Calendrier
web-latest = Dernier état
web-by-date = Par date
web-dossiers = Dossiers
web-snapshots = Sauvegardes
web-way = Vous êtes ici
web-read-only = Tout peut être lu ici, et rien ne peut être modifié.
web-title = États sauvegardés
web-nothing-yet = Rien n’a encore été sauvegardé.
web-range = { $number ->
    [one] Un état a été sauvegardé, le { $from }.
   *[other] { $number } états ont été sauvegardés, du { $from } au { $until }.
}
web-month = { $month } { $year }
web-months = Mois
web-before = Avant : { $month }
web-after = Après : { $month }
web-choose-month = Mois
web-show = Afficher
web-states = Tous les états de ce mois
web-content = Contenu
web-name = Nom
web-size = Taille
web-changed = Dernière modification
web-empty = Il n’y a rien ici.
web-more = Suite
web-zip = Tout télécharger en zip
web-tar = Tout télécharger en tar
web-download = Télécharger
web-versions = Toutes les versions
web-versions-of = Versions de { $name }
web-version-count = { $number ->
    [one] Il y a une version.
   *[other] Il y a { $number } versions.
}
web-newest-first = Versions, la plus récente d’abord
web-from = Dans les états du
web-until = au
web-file = Fichier
web-lost-states = { $number ->
    [one] Un état est endommagé et n’a pas pu être examiné.
   *[other] { $number } états sont endommagés et n’ont pas pu être examinés.
}
web-lost-folders = { $number ->
    [one] Un répertoire est endommagé et n’a pas pu être examiné.
   *[other] { $number } répertoires sont endommagés et n’ont pas pu être examinés.
}
web-hash = BLAKE3
web-leads-to = Mène à
web-kind = Nature
web-special = un tube ou un périphérique
web-preview = Aperçu
web-beginning = Ceci est le début. Téléchargez le fichier pour le voir en entier.
web-no-preview = Ce type de fichier ne peut pas être affiché ici. Téléchargez-le pour l’ouvrir.
web-search = Chercher
web-filter = N’afficher que les noms avec
web-search-latest = Chercher un nom dans le dernier état
web-search-below = Chercher un nom ici
web-search-title = Recherche
web-search-help = Tapez une partie du nom d’un fichier ou d’un répertoire. Une étoile remplace des lettres quelconques, comme dans *.pdf.
web-results = Trouvé
web-found = { $number ->
    [0] Rien ne porte un tel nom.
    [one] Un nom a été trouvé.
   *[other] { $number } noms ont été trouvés.
}
web-found-cut = La recherche s’est arrêtée avant la fin ; { $number } noms sont affichés. Précisez le nom, ou cherchez dans un répertoire plus petit.
web-compare = Comparer
web-compare-title = Ce qui est différent
web-compare-link = Ce qui a changé depuis l’état précédent
web-compare-day = Comparer l’état du
web-compare-and-day = avec celui du
web-compare-before = Avant
web-compare-after = Après
web-compare-first = Il n’y a pas d’état avant celui-ci. Choisissez un autre jour.
web-compare-none = Rien n’était sauvegardé au { $day }. Le premier état est du { $first }.
web-compare-same = Rien n’est différent.
web-compare-unread = Des fichiers n’ont pas pu être lus quand l’un des deux états a été sauvegardé. Ce qui semble ajouté ou supprimé peut en faire partie.
web-compare-cut = La comparaison a duré trop longtemps et s’est arrêtée avant la fin : il y a d’autres différences. Choisissez un dossier plus petit.
web-compare-sums = En tout
web-compare-list = Une par une
web-compare-change = Changement
web-compare-number = Nombre
web-compare-size-before = Taille avant
web-compare-size-after = Taille après
web-change-added = Ajouté
web-change-removed = Supprimé
web-change-content = Modifié
web-change-metadata = Détails seulement
web-change-type = Devenu autre chose
web-detail-mode = droits d’accès
web-detail-owner = propriétaire
web-detail-time = date de dernière modification
web-detail-xattrs = autres attributs
web-detail-links = autres noms
web-detail-windows = attributs de Windows
web-not-found = Introuvable
web-no-place = Il n’y a rien à cette adresse.
web-damaged = Endommagé
web-is-damaged = Le dépôt ne rend pas ceci tel qu’il a été sauvegardé. Tout le reste peut encore être lu. Prévenez la personne qui s’occupe des sauvegardes.
web-away = Indisponible
web-is-away = Le dépôt ne peut pas être lu pour le moment. Réessayez dans un instant.
web-busy = Occupé
web-is-busy = Trop de choses sont en cours. Réessayez dans un instant.
web-refused = Accès refusé
web-other-name = Ouvrez cette page par l’adresse que le programme a affichée.
web-no-password = Le mot de passe est nécessaire.
