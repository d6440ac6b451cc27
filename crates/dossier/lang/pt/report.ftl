# O que diz o relatório de uma execução, além das causas.
date = { $weekday }, { $day } de { $month } de { $year }, { $time }
date-weekday = { $number ->
    [1] segunda-feira
    [2] terça-feira
    [3] quarta-feira
    [4] quinta-feira
    [5] sexta-feira
    [6] sábado
   *[7] domingo
}
date-month = { $number ->
    [1] janeiro
    [2] fevereiro
    [3] março
    [4] abril
    [5] maio
    [6] junho
    [7] julho
    [8] agosto
    [9] setembro
    [10] outubro
    [11] novembro
   *[12] dezembro
}

outcome-stored = salvo
outcome-unchanged = sem alteração
outcome-incomplete = incompleto
outcome-in-use = em uso
outcome-failed = falhou
outcome-missing = não encontrado
outcome-not-asked = não solicitado

report-title = Cópia de segurança de { $host }, { $date }
report-repository = Repositório
report-reason = Motivo
report-duration = Duração
report-snapshot = Instantâneo
report-stored = Acrescentado ao repositório
report-free = Espaço livre restante
report-none = nenhum
report-failure = A execução falhou: { $failure }
report-alarms = Alertas: veja estes primeiro
report-dossiers = Dossiês
report-remarks = Observações
report-summary = Resultado
report-dossier = Dossiê
report-outcome = Resultado
report-size = Tamanho
report-added = Novo
report-cause = Causa
report-remedy = O que fazer
report-kept = O estado de { $since } está guardado.
report-never = Ele nunca foi salvo.
report-left-out = Deixado de fora de propósito: { $parts }.
report-as-before = Ainda não é a vez, como antes: { $parts }.
report-more = Há mais { $number } causas; o relatório JSON traz todas.
report-passed-over = Deixados de fora pelas configurações
report-passed-marker = { $path }: deixado de fora pelo marcador { $marker } (regra { $rule }).
report-passed-name = { $path }: deixado de fora pelo nome (regra { $rule }).
report-passed-unwanted = { $path }: nenhuma regra das configurações o encontra mais.
report-passed-saved = Antes era salvo; esse estado permanece.
report-no-dossiers = Não há dossiês nesta execução.
report-good = Está tudo bem.
report-bad = Algo precisa da sua atenção.

summary = { $number ->
    [one] { $saved } de { $total } dossiê salvo, { $errors } com erro
   *[other] { $saved } de { $total } dossiês salvos, { $errors } com erro
}
summary-nothing = nada foi salvo
summary-failed = A execução falhou: { $failure } Nada foi salvo.
summary-list = { $said }: { $list }
summary-more = e mais { $number }
summary-also = { $first }; { $said }
summary-problems = { $number ->
    [1] 1 outra coisa a verificar
   *[other] { $count } outras coisas a verificar
}
summary-alarms = { $number ->
    [one] { $count } alerta
   *[other] { $count } alertas
}

alarm-missing = A pasta dele não existe mais.
alarm-missing-remedy = Se foi movido ou apagado de propósito, acrescente o nome dele a exclude nas configurações: o que está gravado permanece. Caso contrário, restaure-o.
alarm-way-back = O estado anterior: liasse restore { $code } --at { $date } --target PASTA
alarm-empty = Está vazio; antes tinha { $files } arquivos.
alarm-empty-remedy = Se foi esvaziado de propósito, acrescente o nome dele a exclude nas configurações: o que está gravado permanece. Caso contrário, restaure-o.
alarm-vanished = A maior parte sumiu: { $files } de { $before } arquivos, { $bytes } de { $whole }.
alarm-vanished-remedy = Se ninguém apagou isso de propósito, restaure o dossiê: o estado anterior está guardado.
alarm-most-changed = A maior parte mudou de uma vez: { $percent } % dos dados são novos.
alarm-most-changed-remedy = Pergunte quem trabalhou nele. Se ninguém trabalhou, desconecte o computador da rede e peça ajuda: o estado anterior está guardado.
alarm-noise = { $number ->
    [1] O arquivo alterado { $example } parece criptografado.
   *[other] { $files } arquivos alterados parecem criptografados, entre eles { $example }.
}
alarm-noise-remedy = Se ninguém os criptografou de propósito, pode ser um ataque: desconecte o computador da rede e peça ajuda. O estado anterior está guardado.
alarm-shrunk = O diário { $file } ficou menor, de { $before } para { $now }; ele só deveria crescer.
alarm-shrunk-remedy = Pergunte a quem cuida do programa. O estado anterior está guardado.
alarm-archive-changed = O arquivo assinado { $file } foi alterado ou removido; isso nunca deveria acontecer.
alarm-archive-changed-remedy = Restaure-o do instantâneo anterior e descubra quem o alterou.

short-cause-lock-file = aberto
short-cause-lock-file-by = aberto em { $by }
short-cause-open = aberto em { $program }
short-cause-locked = aberto
short-cause-locked-by = aberto
short-cause-changing = alterado durante a leitura
short-cause-unreadable = ilegível
short-cause-missing = não encontrado
short-cause-no-folder = não é uma pasta
short-cause-no-marker = { $file } ausente
short-cause-no-code = sem código em { $file }
short-cause-bad-code = código impossível
short-cause-recoded = tem o código { $code }
short-cause-two-folders = várias pastas
short-cause-within = dentro de { $outer }
short-cause-unclaimed = nenhuma regra o pega
short-cause-root-missing = { $root } não encontrado
short-cause-empty = vazio
short-cause-hook = falha de "{ $hook }"
short-cause-interrupted = não alcançado
short-cause-no-snapshot = falha da execução
