# Le premier fichier de réglages, et les questions qu'il demande.
config-file = Réglages de Liasse. Une ligne qui commence par # est un commentaire ; ôtez le # pour qu'un réglage s'applique. Vérifiez ensuite avec : liasse config check
config-ask-root = Dans quel répertoire se trouvent les dossiers ?
config-ask-pattern = Comment s'appellent les répertoires des dossiers ? (* remplace n'importe quoi)
config-ask-repository = Où conserver les sauvegardes ? (de préférence sur un autre disque)
config-ask-language = Dans quelle langue rédiger les rapports ? (en, fr, pt)
config-ask-schedule = Quand lancer la sauvegarde ?
config-written = Fichier écrit : { $path }
config-next = Ensuite : liasse init ; liasse key add --role writer --out { $credential } ; liasse config check ; liasse run ; liasse schedule install
config-answer-again = rien n'a été écrit ; relancez la commande avec une autre réponse
# Ce que disent en outre check et explain.
config-good = { $dossiers ->
    [one] Les réglages sont bons : { $dossiers } dossier trouvé.
   *[other] Les réglages sont bons : { $dossiers } dossiers trouvés.
}
config-bad = { $mistakes ->
    [one] { $mistakes } erreur.
   *[other] { $mistakes } erreurs.
}
config-default = par défaut
config-unset = sans valeur
config-from = défini dans
config-others = ailleurs
