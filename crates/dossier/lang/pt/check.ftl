# A verificação do repositório, e o que ela encontra.
rollback = O repositório mostra um estado mais antigo do que já foi visto deste computador: { $number ->
    [one] um instantâneo de { $date } não está mais lá.
   *[other] { $count } instantâneos não estão mais lá, o mais recente de { $date }.
}
rollback-config = O repositório mostra chaves e configurações mais antigas do que já foram vistas deste computador (número { $there }, e havia o { $seen }): quem foi excluído desde então pode entrar de novo.
rollback-remedy = Se alguém repôs de propósito uma cópia mais antiga, aceite-a com: liasse check --accept-rollback. Se não, descubra quem pode gravar nesse lugar, e se há uma cópia mais nova, antes de confiar nesta.
rollback-accepted = A partir de agora, este estado vale como o mais recente.
check-snapshots = { $number ->
    [one] 1 instantâneo
   *[other] { $count } instantâneos
}
check-entries = { $number ->
    [one] 1 arquivo ou pasta
   *[other] { $count } arquivos e pastas
}
check-chunks = { $number ->
    [one] 1 pedaço
   *[other] { $count } pedaços
}
check-packs = { $number ->
    [one] 1 pacote
   *[other] { $count } pacotes
}
check-note = nota: { $object }: { $what }
check-forks = nota: { $number ->
    [one] 1 backup foi feito ao mesmo tempo que outro com a mesma chave: isso é permitido
   *[other] { $count } backups foram feitos ao mesmo tempo que outro com a mesma chave: isso é permitido
}
check-unlisted = nota: { $number ->
    [one] 1 pacote é de um backup que foi interrompido ou ainda está em andamento: o próximo aproveita o que precisar
   *[other] { $count } pacotes são de um backup que foi interrompido ou ainda está em andamento: o próximo aproveita o que precisar
}
check-damaged = danificado: { $object }: { $what }
check-affected = instantâneo { $snapshot }  { $path }
check-dossier = dossiê { $code }
check-more = e mais { $count }
check-more-errors = e mais { $number ->
    [one] 1 erro
   *[other] { $count } erros
}
check-touched = O que isso atinge, o pior primeiro:
check-touched-snapshot = instantâneo { $snapshot }  { $date }  { $entries }
check-touched-dossier = dossiê { $code }  { $entries } em todos os instantâneos
check-more-snapshots = e mais { $number ->
    [one] 1 instantâneo
   *[other] { $count } instantâneos
}
check-more-dossiers = e mais { $number ->
    [one] 1 dossiê
   *[other] { $count } dossiês
}
check-all-of-it = Para ver cada arquivo: o mesmo comando com -v, ou com --json.
check-no-reader = não verificado: conteúdos e pastas, porque esta chave não os lê
check-read = lidos { $size } de dados
check-read-share = lidos { $size } de { $total } de dados, em { $number ->
    [one] 1 pacote
   *[other] { $count } pacotes
}
check-verified = nos últimos 12 meses, { $percent } % dos dados foram lidos daqui e estavam íntegros
check-not-read = os dados em si não foram lidos; --read-data faz isso
check-only-structure = as referências não foram seguidas, e os dados não foram lidos
check-sound = nenhum erro encontrado
check-found = { $number ->
    [one] 1 erro encontrado
   *[other] { $count } erros encontrados
}
drill-empty = não há arquivos para restaurar
drill-done = { $number ->
    [one] restaurado 1 arquivo, { $size }: ele é o que foi salvo
   *[other] restaurados { $count } arquivos, { $size }: eles são o que foi salvo
}
drill-proven = { $number ->
    [one] 1 deles também é provado pelo registro assinado
   *[other] { $count } deles também são provados pelo registro assinado
}
drill-failed = falhou: instantâneo { $snapshot }  { $path }: { $what }
drill-found = { $number ->
    [one] 1 falha
   *[other] { $count } falhas
}

# O que fazer com o que uma verificação encontra, conforme a parte do repositório.
remedy-first = Não apague nada no repositório, e faça uma cópia dele antes de tentar qualquer coisa. O que nenhum erro cita está íntegro e pode ser restaurado. Os comandos citados aqui mostram o que fariam, e não mudam nada sem --apply.
remedy-in-the-way = Onde algo que não é um arquivo ocupa o lugar de um arquivo do repositório, tire-o do repositório e verifique de novo: nenhum reparo o move, pois pode ser seu.
remedy-pack = packs/: liasse repair parity, se o repositório tiver paridade; ou liasse repair from PASTA, se houver outra cópia do repositório; ou liasse repair from-source, enquanto os arquivos ainda estiverem onde estavam. Se nada disso ajudar, restaure o que é citado aqui de um instantâneo mais antigo.
remedy-segment = index/: são listas que podem ser refeitas, e nada se perde com elas: liasse repair index.
remedy-snapshot = snapshots/: liasse repair parity, ou liasse repair from PASTA com outra cópia do repositório. Os outros instantâneos não precisam dele.
remedy-key = keys/: liasse repair parity, ou liasse repair from PASTA com outra cópia do repositório. Até lá, essa senha não abre nada; outra chave ou um arquivo de acesso abre.
remedy-key-came-back = { $key }: o dono removeu esta chave, e ela está lá de novo: a remoção foi interrompida, ou alguém repôs arquivos antigos. Ela não abre nada neste programa. Livre-se dela com: liasse key remove { $id }; depois descubra quem pode gravar nesse lugar.
remedy-config = config/: liasse repair parity, ou liasse repair from PASTA com outra cópia do repositório. Até lá vale o número anterior: veja com liasse key list quem tem acesso por ele.
remedy-work = intents/ e plans/: são notas de um trabalho em andamento ou interrompido. Quando nenhum backup estiver em andamento, leve o arquivo para outro lugar.
remedy-chunk = chunk: nenhum arquivo do repositório tem esta parte: liasse repair from PASTA, se houver outra cópia do repositório, ou liasse repair parity; ou liasse repair from-source, enquanto os arquivos ainda estiverem onde estavam.
remedy-storage = O disco não deu o que lhe foi pedido: cuide primeiro do disco ou da conexão, e verifique de novo.
remedy-drill = liasse check --read-data encontra tudo o que está danificado, e diz o que fazer.
