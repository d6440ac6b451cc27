# L'état des choses : la commande status.
status-title = État de { $host }, { $date }
status-last-run = Dernière sauvegarde
status-next-run = Prochaine sauvegarde
status-not-scheduled = pas d'elle-même ; pour cela : liasse schedule install
status-last-check = Dernière vérification
status-room = Place restante
status-copies = Copies
status-last-good = Sauvegardé le
status-age = Âge
status-outcome = Dernier résultat
status-never = jamais
status-not-run = pas encore
status-copies-here = { $number ->
    [one] 1, ici
   *[other] { $number }
}
status-check-references = { $date }, sans lire les données
status-check-data = { $date }, toutes les données lues
status-check-structure = { $date }, noms et structure seulement
status-check-drill = { $date }, un essai de restauration
status-check-share = { $date }, une part des données lue
status-verified = Données lues et intactes
status-verified-share = { $percent } % ces 12 derniers mois
status-room-ends = { $free } ; à { $pace } par jour, elle sera épuisée le { $date }
status-room-lasts = { $free } ; à { $pace } par jour, elle ne s'épuise pas
status-age-minutes = { $number } min
status-age-hours = { $number ->
    [one] { $number } heure
   *[other] { $number } heures
}
status-age-days = { $number ->
    [one] { $number } jour
   *[other] { $number } jours
}
status-overdue = En retard.
status-more = et { $number } autres qui vont bien ; -v les montre
status-unsound = La dernière vérification a trouvé des dégâts : lancez liasse check --read-data, et n'effacez rien.
status-damaged = { $number ->
    [one] 1 instantané est illisible : lancez liasse check.
   *[other] { $number } instantanés sont illisibles : lancez liasse check.
}
status-check-overdue = Le dépôt n'a pas été vérifié depuis trop longtemps : lancez liasse check --read-data.
status-room-low = La place sera bientôt épuisée : faites de la place, ou prenez un disque plus grand.
status-dossiers = { $number ->
    [one] { $count } dossier
   *[other] { $count } dossiers
}
status-no-dossiers = aucun dossier
status-good = Tout va bien : { $dossiers }.
status-good-so-far = Rien d'anormal jusqu'ici : { $dossiers }, { $never }.
status-never-saved = { $number ->
    [one] dont { $count } pas encore sauvegardé
   *[other] dont { $count } pas encore sauvegardés
}
status-bad = Quelque chose demande votre attention : { $dossiers }, { $list }.
status-overdue-count = { $number ->
    [one] { $count } en retard
   *[other] { $count } en retard
}
status-error-count = { $number ->
    [one] { $count } en erreur
   *[other] { $count } en erreur
}
status-problem-count = { $number ->
    [one] { $count } autre point à voir
   *[other] { $count } autres points à voir
}
# Pourquoi un dossier n'a pas été sauvegardé, quand il n'y a plus de rapport.
status-why-lock-file = Quelqu'un y travaillait.
status-why-open = Il était ouvert.
status-why-locked = Il était utilisé.
status-why-changing = Il a changé pendant la lecture.
status-why-unreadable = Il n'a pas pu être lu.
status-why-missing = Son répertoire n'était pas là.
status-why-no-folder = À la place de son répertoire se trouvait autre chose.
status-why-no-marker = Son marqueur était absent.
status-why-no-code = Son marqueur n'indiquait pas son code.
status-why-bad-code = Son code ne pouvait pas en être un.
status-why-recoded = Son répertoire avait un autre code.
status-why-two-folders = Plusieurs répertoires avaient son code.
status-why-within = Il se trouvait dans un autre dossier.
status-why-unclaimed = Aucune règle ne le prenait.
status-why-root-missing = Le répertoire de sa règle n'était pas là.
status-why-empty = Son répertoire était vide.
status-why-hook = Sa préparation a échoué.
status-why-interrupted = La sauvegarde a été arrêtée avant d'y arriver.
status-why-no-snapshot = La sauvegarde a échoué dans son ensemble.
