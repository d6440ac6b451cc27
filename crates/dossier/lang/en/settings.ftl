# The first file of settings, and what is asked for it.
config-file = Settings of Liasse. A line that begins with # is a comment; take the # away to make a setting hold. Check what you wrote with: liasse config check
config-ask-root = In which folder are the dossiers?
config-ask-pattern = What are the folders of the dossiers called? (* stands for anything)
config-ask-repository = Where shall the backups be stored? (best on another disk)
config-ask-language = In which language shall the reports be? (en, fr, pt)
config-ask-schedule = When shall the backup run?
config-written = Written: { $path }
config-next = Next: liasse init; liasse key add --role writer --out { $credential }; liasse config check; liasse run; liasse schedule install
config-answer-again = nothing was written; run the command again with another answer
# What check and explain say besides.
config-good = { $dossiers ->
    [one] The settings are good: 1 dossier found.
   *[other] The settings are good: { $dossiers } dossiers found.
}
config-bad = { $mistakes ->
    [one] 1 mistake.
   *[other] { $mistakes } mistakes.
}
config-default = by default
config-unset = not set
config-from = from
config-others = others say
