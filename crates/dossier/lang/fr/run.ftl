# Pourquoi une sauvegarde ne commence pas, ou ne produit pas d'instantané.
run-no-dossier = Il n'y a pas de dossier { $code }.
run-no-dossier-nearest = Il n'y a pas de dossier { $code }. Vouliez-vous dire : { $nearest } ?
run-no-part = Aucune règle n'a de partie { $part }, ou elle est à la fois demandée et exclue.
run-no-part-nearest = Aucune règle n'a de partie { $part }. Vouliez-vous dire : { $nearest } ?
run-nothing-found = Aucun dossier n'a été trouvé.
run-room = Cette sauvegarde peut demander { $needed }, et { $free } sont libres. Libérez de la place ou prenez un disque plus grand. Rien n'a été écrit.
run-interrupted = La sauvegarde a été arrêtée. Ce qui est déjà enregistré ne le sera pas une seconde fois.
run-full = Aucune sauvegarde n'a été produite : le disque du dépôt est plein. Libérez de la place ou prenez un disque plus grand, puis relancez la sauvegarde. Les sauvegardes précédentes sont intactes.
run-failed = Aucune sauvegarde n'a été produite : { $error }. Les sauvegardes précédentes sont intactes.
run-revoked = Aucune sauvegarde n'a été produite : le dépôt n'accepte plus rien de ce qui est sauvegardé avec l'accès de cet ordinateur. Demandez-en un nouveau à la personne qui s'occupe des sauvegardes (liasse key add --role writer --out FICHIER) et nommez-le dans les réglages. Les sauvegardes précédentes sont intactes.
run-known-damage = La dernière vérification a trouvé des dégâts dans le dépôt, et ce que cette sauvegarde a enregistré peut avoir besoin de ce qui est abîmé. Lancez liasse check --read-data, qui dit quoi faire, et n'effacez rien.
run-parity-failed = Ce que cette sauvegarde a enregistré n'est pas encore protégé contre un support qui s'abîme : { $error }. Tout est enregistré ; la prochaine sauvegarde essaiera de nouveau, ou bien : liasse parity add.
run-parity-damaged = { $number ->
    [one] Un élément du dépôt est abîmé et n'a pas pu être protégé. Vérifiez avec : liasse check --read-data.
   *[other] { $number } éléments du dépôt sont abîmés et n'ont pas pu être protégés. Vérifiez avec : liasse check --read-data.
}
run-busy = Une autre sauvegarde est en cours (processus { $process }). Attendez qu'elle se termine, ou utilisez --wait.
run-busy-unknown = Une autre sauvegarde est en cours. Attendez qu'elle se termine, ou utilisez --wait.
run-no-repository = Le dépôt n'est pas à l'endroit { $place }. S'il est sur un disque ou un serveur, branchez-le, puis lancez une sauvegarde avec : liasse run.
run-locked = Le dépôt { $place } ne peut pas être ouvert : { $error }. Demandez à la personne qui a installé la sauvegarde ; sans le bon mot de passe ou le bon fichier d'accès, aucune sauvegarde n'est possible.
run-not-begun = La sauvegarde n'a pas pu commencer : { $error }. Les sauvegardes précédentes sont intactes.
