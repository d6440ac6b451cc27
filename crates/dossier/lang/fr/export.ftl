# Un dossier pour qui n'a ni ce programme ni le dépôt.
export-title = Dossier { $code } au { $date }
export-what = Le répertoire « files » contient ce dossier tel qu'il a été sauvegardé alors. MANIFEST.tsv en donne la liste complète, avec tailles, dates et deux sortes d'empreintes ; rien d'autre ne fait partie du dossier.
export-files = Fichiers
export-snapshot = Instantané
export-root = Racine de preuve
export-made = Sauvegardé
export-host = Par la machine
export-key = Signé avec la clé
export-lacks = { $number ->
    [one] { $shown } élément du dossier n'est pas ici, ou pas exactement tel qu'il était :
   *[other] { $shown } éléments du dossier ne sont pas ici, ou pas exactement tels qu'ils étaient :
}
export-how = Comment le vérifier
export-how-sums = Qu'aucun fichier n'a changé depuis : ouvrez un terminal dans ce répertoire et tapez une de ces lignes. Chaque fichier doit être « OK » (ou « Réussi »).
export-how-all = Tout à la fois, avec Liasse. Il ne faut ni mot de passe ni dépôt.
export-how-signature = La signature seule, avec OpenSSL 3 :
export-proves = Ce que cela prouve
export-proves-sums = Les empreintes prouvent que les fichiers sont ceux avec lesquels ce répertoire a été fait. Qui change un fichier pourrait aussi changer les empreintes : demandez donc au cabinet le SHA-256 du fichier SHA256SUMS, qui a été affiché quand le répertoire a été fait.
export-proves-key = Liasse recalcule aussi la racine de preuve à partir du manifeste, la retrouve dans l'enregistrement signé et vérifie la signature. Les noms, tailles, droits, dates et octets sont donc ceux que la machine qui a cette clé a sauvegardés. Que c'est bien la clé du cabinet doit être su par un autre chemin : demandez au cabinet, par téléphone ou sur papier, sa clé telle que « liasse key list --json » la montre, et comparez.
export-proves-not = Les dates de l'enregistrement sont celles de l'horloge de la machine. Cette page n'est pas signée.
export-proves-nothing = Il n'y a pas d'enregistrement signé ici : ce répertoire seul ne prouve pas que le cabinet a sauvegardé ces fichiers. Le cabinet peut comparer la racine de preuve avec son dépôt.

export-done = Dossier { $code } au { $since } : { $files } fichiers ({ $size }) dans { $path }
export-sums = SHA-256 de SHA256SUMS : { $sums }
export-signer = Signé avec la clé : { $key }
export-send = Transmettez les deux dernières lignes au destinataire par un autre chemin que les fichiers : c'est avec elles qu'il compare.
export-names = { $number ->
    [one] L'enregistrement signé nomme { $shown } autre dossier de cette sauvegarde. Laissez-le de côté avec --no-record si le destinataire ne doit pas le voir.
   *[other] L'enregistrement signé nomme { $shown } autres dossiers de cette sauvegarde. Laissez-le de côté avec --no-record si le destinataire ne doit pas les voir.
}
export-lost = absent de l'export : { $path } : { $cause }
export-left-out = le zip ne peut pas contenir { $what } : { $path }
export-more = { $shown } de plus ; voyez-les avec -v ou --json
export-no-place = { $path } existe déjà
export-no-place-remedy = Choisissez un autre endroit avec --to : un nouveau nom, ou un répertoire vide.
export-in-repository = { $path } se trouve dans le dépôt lui-même
export-is-code = un export est celui d'un dossier, et { $word } n'est pas un code
export-none = { $path } n'est pas un export
export-none-remedy = Nommez le répertoire ou le zip que « liasse export » a fait.
export-bad-key = --signer prend 64 chiffres hexadécimaux
export-bad-key-remedy = C'est l'id de la signature de la machine, telle que « liasse key list --json » la montre.

verify-of = Dossier { $code } au { $since }
verify-files = { $files } fichiers ({ $size }) et { $others } répertoires et autres sont tels que le manifeste le dit
verify-wrong-missing = absent : { $path }
verify-wrong-extra = n'en fait pas partie : { $path }
verify-wrong-changed = modifié : { $path }
verify-wrong-unreadable = illisible : { $path }
verify-absent = { $number ->
    [one] { $shown } élément n'a pas été exporté : il était endommagé, ou la forme ne peut pas le contenir
   *[other] { $shown } éléments n'ont pas été exportés : ils étaient endommagés, ou la forme ne peut pas les contenir
}
verify-touched = { $number ->
    [one] La date de { $shown } fichier n'est plus celle du manifeste : il a été copié sans elle. Ses octets sont justes.
   *[other] Les dates de { $shown } fichiers ne sont plus celles du manifeste : ils ont été copiés sans elles. Leurs octets sont justes.
}
verify-evident = Le manifeste est bien ce que représente la racine de preuve { $root }
verify-not-evident = Le manifeste n'est PAS ce que représente la racine de preuve { $root }
verify-signed = L'enregistrement du { $time } par la machine { $host } a cette racine, et est signé avec la clé { $key }
verify-key-right = C'est la clé que vous avez donnée : la machine qui la détient a sauvegardé ce dossier exactement ainsi
verify-key-wrong = Ce n'est PAS la clé que vous avez donnée
verify-key-unknown = De qui est cette clé, cela n'est pas prouvé : demandez-la au cabinet par un autre chemin, et donnez-la avec --signer
verify-no-record = Il n'y a pas d'enregistrement signé : rien ne prouve qui a sauvegardé cela
verify-bad-record = L'enregistrement n'est PAS signé par la clé qu'il nomme, ou il est endommagé
verify-foreign-record = L'enregistrement est signé, mais il parle d'autre chose que de cet état
verify-good = L'export est intact.
verify-good-but = Ce qui est là est juste ; voyez plus haut ce qui manque.
verify-bad = L'export n'est PAS tel qu'il a été fait.
