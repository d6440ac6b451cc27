# Ce qui est demandé à une personne, et ce qui lui est dit une seule fois.
ask-password = Mot de passe pour { $place } :
ask-password-again = Mot de passe incorrect, réessayez :
ask-new-password = Nouveau mot de passe pour { $place } :
ask-same = Le même encore une fois :
ask-recovery-key = Créer aussi une clé de secours, à imprimer et à garder en lieu sûr ?
ask-yes-or-no = [O/n]
keep-password = Gardez le mot de passe : sans lui ou une autre clé, personne ne peut lire les sauvegardes.
repository-made = dépôt créé : { $place }
recovery-key-shown = Clé de secours, affichée cette seule fois :
recovery-key-keep = Imprimez-la ou notez-la, et gardez-la ailleurs que le mot de passe. Elle se tape à la place du mot de passe.
recovery-key-later = Une clé de secours, à imprimer et à garder en lieu sûr, se crée avec : liasse key add --recovery-key

# Pourquoi une commande échoue.
error-interrupted = interrompu
error-no-repository = il n'y a pas de dépôt à l'emplacement { $place }
error-no-repository-file = { $place } est un fichier, et non un dépôt
error-gone = le dépôt a disparu : { $error }
error-full = le disque du dépôt est plein ({ $error })
error-read-only = le disque du dépôt est en lecture seule ({ $error })
error-denied = l'accès au dépôt est refusé ({ $error })
error-disk = le disque du dépôt a un problème ({ $error })
error-damaged = le dépôt est endommagé ({ $error })
error-wrong-password = mot de passe incorrect pour le dépôt { $place }
error-wrong-credential = le fichier d'accès n'est pas celui du dépôt { $place }
error-no-snapshot = il n'y a pas encore d'instantané dans ce dépôt
error-no-password = aucun mot de passe n'est donné, et il n'y a pas de terminal pour le demander
error-password-not-typed = aucun mot de passe n'a été tapé
error-not-the-same = les deux mots de passe sont différents
error-no-dossiers = les réglages ne désignent aucun dossier

# Que faire.
remedy-run-again = relancez la commande
remedy-connect = rebranchez le disque et relancez la commande
remedy-no-repository = s'il est sur un disque ou un serveur, connectez-le ; ou indiquez son répertoire avec -r RÉPERTOIRE. Seulement pour un nouveau dépôt : liasse init
remedy-full = libérez de la place et relancez la commande ; tous les instantanés faits jusqu'ici sont intacts
remedy-full-new = libérez de la place et relancez la commande
remedy-disk = vérifiez le disque ou la connexion, puis relancez la commande ; tous les instantanés faits jusqu'ici sont intacts
remedy-disk-new = vérifiez le disque ou la connexion, puis relancez la commande
remedy-read-only = connectez-le de façon à pouvoir y écrire ; lister et restaurer fonctionnent tel quel
remedy-denied = vérifiez à qui appartient le répertoire du dépôt, ou lancez la commande au nom de cet utilisateur
remedy-check = voyez ce qui est touché avec : liasse check
remedy-put-back = remettez-le à partir d'une copie du dépôt avec : liasse repair from DOSSIER ; rien ne s'ouvre sans lui
remedy-wrong-password = réessayez ; les majuscules et la langue du clavier comptent
remedy-wrong-credential = utilisez le fichier d'accès qui a été créé pour ce dépôt
remedy-other-key = utilisez un autre mot de passe ou fichier d'accès ; liasse key list montre qui peut faire quoi
remedy-no-snapshot = faites le premier avec : liasse backup RÉPERTOIRE
remedy-no-password = utilisez --password-file, --password-command, --credential ou la variable LIASSE_PASSWORD
remedy-config-init = écrivez-les avec : liasse config init
remedy-config-check = voyez toutes les erreurs avec : liasse config check
remedy-go-on = ce qui a été restauré est entier ; pour continuer, relancez la commande avec --overwrite if-changed
