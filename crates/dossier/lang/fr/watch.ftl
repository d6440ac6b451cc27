# Ce que dit liasse watch.
watch-begun = { $number ->
    [one] { $number } dossier est surveillé.
   *[other] { $number } dossiers sont surveillés.
}
watch-line = { $date }  { $codes } : { $said }
watch-looking = { $number ->
    [one] { $number } dossier ne peut pas être surveillé ; il est regardé de temps en temps : { $why }
   *[other] { $number } dossiers ne peuvent pas être surveillés ; ils sont regardés de temps en temps : { $why }
}
watch-lost = Trop de changements à la fois pour être tous signalés : tous les dossiers ont été regardés.
watch-still = Aucune sauvegarde n'est encore possible ; un nouvel essai suivra.
