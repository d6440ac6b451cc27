# Comment s'est terminée une commande de l'utilisateur, avant ou après une exécution ou un dossier.
hook-well = elle a fait son travail
hook-code = elle s'est terminée avec le code { $code }
hook-signal = elle a été interrompue par le signal { $signal }
hook-timed-out = elle n'avait pas fini au bout de { $time } et a été arrêtée
hook-stopped = elle a été arrêtée parce que la sauvegarde a été arrêtée
hook-not-started = elle n'a pas pu être lancée : { $error }
hook-said = { $how } ; ses derniers mots : { $said }
