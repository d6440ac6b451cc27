# O primeiro arquivo de configurações, e o que se pergunta para ele.
config-file = Configurações do Liasse. Uma linha que começa com # é um comentário; tire o # para que a configuração valha. Depois verifique com: liasse config check
config-ask-root = Em que pasta ficam os dossiês?
config-ask-pattern = Como se chamam as pastas dos dossiês? (* vale por qualquer coisa)
config-ask-repository = Onde guardar as cópias de segurança? (de preferência em outro disco)
config-ask-language = Em que idioma devem ser os relatórios? (en, fr, pt)
config-ask-schedule = Quando deve ser feita a cópia de segurança?
config-written = Arquivo gravado: { $path }
config-next = A seguir: liasse init; liasse key add --role writer --out { $credential }; liasse config check; liasse run; liasse schedule install
config-answer-again = nada foi gravado; execute o comando de novo com outra resposta
# O que check e explain dizem além disso.
config-good = { $dossiers ->
    [one] As configurações estão certas: { $dossiers } dossiê encontrado.
   *[other] As configurações estão certas: { $dossiers } dossiês encontrados.
}
config-bad = { $mistakes ->
    [one] { $mistakes } erro.
   *[other] { $mistakes } erros.
}
config-default = padrão
config-unset = sem valor
config-from = definido em
config-others = em outros lugares
