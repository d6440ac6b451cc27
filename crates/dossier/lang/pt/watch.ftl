# O que liasse watch diz.
watch-begun = { $number ->
    [one] { $number } dossiê é vigiado.
   *[other] { $number } dossiês são vigiados.
}
watch-line = { $date }  { $codes }: { $said }
watch-looking = { $number ->
    [one] { $number } dossiê não pode ser vigiado e é olhado de tempos em tempos: { $why }
   *[other] { $number } dossiês não podem ser vigiados e são olhados de tempos em tempos: { $why }
}
watch-lost = Houve mais mudanças de uma vez do que se pôde avisar: todos os dossiês foram olhados.
watch-still = Ainda não é possível salvar; uma nova tentativa será feita.
