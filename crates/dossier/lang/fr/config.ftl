# Les erreurs dans les réglages : ce qui ne va pas, et ce qu'il faut écrire.
config-unreadable = Le fichier ne peut pas être lu : { $error }.
config-syntax = Cette ligne est incompréhensible : { $error }.
config-unknown = La clé { $key } n'existe pas ; voyez-les toutes avec : liasse config explain
config-unknown-near = La clé { $key } n'existe pas ; s'agit-il de { $nearest } ?
config-plain = { $key } contiendrait un secret lisible par quiconque voit le fichier ou la commande. Mettez le secret dans un fichier à part et indiquez ce fichier, ou une commande qui l'affiche.
config-shape = { $key } attend { $wanted }, et non { $found }.
config-pattern = { $key } : le motif { $pattern } est incompréhensible : { $error }.
config-value = { $key } est incompréhensible : { $error }.
config-missing = { $key } manque.
config-twice = Deux [[{ $section }]] portent le nom { $name } ; la première se trouve à { $first }. Donnez un autre nom à celle-ci.
config-two-secrets = { $first } et { $second } indiquent toutes deux où se trouve le secret ; n'en gardez qu'une.
config-no-part = La règle { $rule } exclut la partie { $part }, qu'elle n'a pas.
config-no-part-near = La règle { $rule } exclut la partie { $part }, qu'elle n'a pas ; s'agit-il de { $nearest } ?
config-no-marker = La règle { $rule } a code-key sans marker : indiquez avec marker le fichier qui contient cette clé.
config-no-year = La partie { $part } de la règle { $rule } a since-year, mais aucun de ses motifs ne contient {"{"}year{"}"}.
config-no-rule = Aucune règle ne trouve de dossiers : rien ne serait sauvegardé. Ajoutez une [[rule]] avec name et root.
config-no-root = Le répertoire { $root } de la règle { $rule } est introuvable : le disque est-il branché, le nom est-il exact ?
config-root = Le répertoire { $root } de la règle { $rule } ne peut pas être lu : { $error }.
config-secret = Le fichier { $path }, qui contient le secret, ne peut pas être lu : { $error }.
config-open = Le fichier { $path } contient un secret, et tout le monde sur cette machine peut le lire : chmod 600 { $path }
config-set = --set { $text } n'a pas la forme CLÉ=VALEUR.

# Ce qui est attendu.
shape-text = un texte entre guillemets
shape-path = un chemin complet, par exemple "/srv/compta"
shape-folders = un motif par niveau de répertoires, par exemple "D*" ou "*/D*"
shape-patterns = une liste de motifs, par exemple ["photos/", "*.tmp"]
shape-texts = une liste de textes, par exemple ["un", "deux"]
shape-file-name = un nom de fichier, sans répertoire
shape-file-names = une liste de noms de fichiers, sans répertoire
shape-truth = true (oui) ou false (non)
shape-number = un nombre entier à partir de 0
shape-fraction = un nombre
shape-period = une durée, en anglais : "5 min", "2 days" (jours) ou "1 week" (semaine)
shape-word = l'un de ces mots : { $words }
shape-section = une section à part, entre [ et ]
shape-named = une section à part, entre [[ et ]], avec un nom (name)

# Ce que signifie chaque clé.
key-language = Langue des rapports, des courriels et des messages : en, fr ou pt. Sans elle : celle du système.
key-common = Un fichier de réglages que plusieurs postes partagent, par exemple sur un lecteur réseau. Ce qui est écrit ici l'emporte.
key-repository = Répertoire du dépôt, où tout est conservé.
key-credential = Fichier qui permet d'ajouter des sauvegardes au dépôt, sans pouvoir lire les anciennes. Créé par : liasse key add --role writer --out FICHIER
key-password-file = Fichier qui contient le mot de passe du dépôt, et rien d'autre.
key-password-command = Commande qui affiche le mot de passe du dépôt.
key-rule = Où sont les dossiers et ce qui en est sauvegardé ; une [[rule]] par sorte de dossiers.
key-rule-name = Nom de la règle, à votre choix. Un fichier plus proche modifie la règle du même nom.
key-rule-root = Répertoire où se trouvent les dossiers.
key-rule-pattern = Noms des répertoires qui sont des dossiers, sous root : "D*" pour ceux qui commencent par D, "*/D*" un niveau plus bas.
key-rule-kind = "original" si l'on travaille dans ces dossiers ; "copy" si ce sont des copies : leurs codes se terminent alors par .copy
key-rule-marker = Nom d'un fichier que possède chaque dossier ; un répertoire sans ce fichier n'est pas un dossier.
key-rule-code-key = Clé du fichier marker, comme dans "Code=D1234", dont la valeur est le code du dossier. Sans elle, le code est le nom du répertoire.
key-rule-exclude = Noms de répertoires à ne pas sauvegarder, comme les étalons et les essais.
key-rule-exclude-marker = Noms de fichiers ; un dossier qui en contient un n'est pas sauvegardé.
key-rule-without = Noms des parties à ne pas sauvegarder. Le rapport le dit.
key-rule-off = true désactive la règle, par exemple sur un poste qui n'a pas ces dossiers.
key-rule-part = Une partie de chaque dossier (photos, index, exercices clos) que l'on peut exclure ou sauvegarder moins souvent.
key-rule-part-name = Nom de la partie, à votre choix.
key-rule-part-patterns = Ce qui appartient à la partie, sous le répertoire du dossier, comme dans .gitignore : "photos/", "*.idx", "archives/{"{"}year{"}"}/".
key-rule-part-every = La partie n'est reprise que si ce temps s'est écoulé depuis la dernière fois, par exemple "7 days" (7 jours).
key-rule-part-since-year = Les années antérieures ne sont pas sauvegardées ; {"{"}year{"}"} dans les motifs dit où se trouve l'année.
