# Ce qui ne va pas avec les dossiers recherchés.
discover-no-root = Le répertoire { $root } de la règle { $rule } est introuvable : vérifiez que le disque est branché ou que le serveur répond.
discover-nothing = La règle { $rule } ne trouve aucun dossier dans { $root } : vérifiez son motif et son marqueur, et que le bon disque est branché.
discover-bad-rule = La règle { $rule } ne peut pas être suivie : { $error }.
discover-unreadable = Le répertoire { $path } ne peut pas être lu : { $error }. Les dossiers qu'il contient ne sont pas sauvegardés.
discover-two-rules = Les règles { $taken } et { $other } prennent toutes deux { $path } ; il est sauvegardé par { $taken }. Excluez-le de l'une d'elles.
discover-two-folders = Plusieurs répertoires ont le code { $code } : { $paths }. Aucun n'est sauvegardé tant que chacun n'a pas son propre code.
discover-within = Le dossier { $path } se trouve dans le dossier { $outer } et est sauvegardé avec lui, non à part. Excluez-le ou déplacez-le.
discover-marker = { $path } ne peut pas être lu : { $error }. Le dossier n'est pas sauvegardé.
discover-no-code = { $path } n'a pas de ligne { $key }=… avec le code. Le dossier n'est pas sauvegardé.
discover-bad-code = « { $code } » ne peut pas être le code du dossier { $path }, qui n'est pas sauvegardé : une seule ligne sans /, 200 octets au plus, ne commençant pas par -.
discover-not-text = Le nom du répertoire { $path } contient des caractères illisibles. Renommez-le ; d'ici là il n'est pas sauvegardé.
discover-link = { $path } est un lien vers un répertoire situé ailleurs et n'est pas sauvegardé : indiquez ce répertoire dans une règle, ou excluez le lien.
