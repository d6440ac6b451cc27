# What liasse watch says.
watch-begun = { $number ->
    [one] Watching 1 dossier.
   *[other] Watching { $number } dossiers.
}
watch-line = { $date }  { $codes }: { $said }
watch-looking = { $number ->
    [one] 1 dossier cannot be watched and is looked at from time to time instead: { $why }
   *[other] { $number } dossiers cannot be watched and are looked at from time to time instead: { $why }
}
watch-lost = More changed at once than could be told: all dossiers were looked at.
watch-still = No run is possible yet; it is tried again.
