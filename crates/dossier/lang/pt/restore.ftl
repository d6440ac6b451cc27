# Os dossiês que são restaurados.
restore-list-none = Nenhuma cópia contém dossiês.
restore-list-title = Dossiês que podem ser restaurados da cópia de { $date }
restore-list-since = Estado de
restore-list-files = Arquivos
restore-list-never = Nunca foi salvo.
restore-list-left-out = Ficou de fora: { $parts }.
restore-list-unknown = Não se sabe mais o que ficou de fora.
restore-list-damaged = O estado dele está danificado: { $error }.
restore-list-sum = { $number ->
    [one] { $shown } dossiê pode ser restaurado: { $files } arquivos, { $size }.
   *[other] { $shown } dossiês podem ser restaurados: { $files } arquivos, { $size }.
}

restore-refused = { $code }: { $why }
restore-room = são necessários { $needed } ao lado dele, e há { $free } livres.
restore-room-remedy = Libere espaço nesse disco, ou restaure com --target em outro. Nada foi alterado.
restore-in-use-remedy = Feche-o em todas as estações e execute o comando de novo.
restore-no-place = não se sabe onde é o lugar dele nesta máquina; ele ficava em { $path }.
restore-no-parent = a pasta { $path }, onde é o lugar dele, não existe.
restore-no-parent-remedy = Conecte o disco em que ela fica, ou crie a pasta, e execute o comando de novo. Nada foi mudado.
restore-two-folders = o código dele pertence a várias pastas.
restore-two-folders-remedy = Veja as pastas com: liasse config check. Ou restaure-o com --target em uma pasta à sua escolha.
restore-other-dossier = o dossiê { $other } está no lugar dele.
restore-mounted = a pasta dele é um disco à parte (um ponto de montagem), que não pode ser substituído.
restore-mounted-within = outro disco está montado dentro dele, em { $path }.
restore-link = a pasta dele é um link simbólico, ou se chega a ela por um.
restore-not-a-folder = algo que não é uma pasta tem o nome dele.
restore-too-long = o nome dele é longo demais para os nomes necessários ao lado dele.
restore-holds-repository = o repositório ou o cache dele está nessa pasta.
restore-busy = outra restauração está trabalhando nele.
restore-unknown-gaps = não se sabe o que falta no estado dele, então ninguém pode dizer quais dos arquivos atuais devem ficar.
restore-unknown-part = falta no estado dele a parte { $part }, e as configurações não dizem mais o que pertence a ela.
restore-unknown-part-remedy = Defina a parte de novo nas configurações, ou restaure com --target em uma pasta à sua escolha.
restore-in-the-way = { $path } deve ficar como está, e o estado tem outra coisa nesse lugar.
restore-no-state = ele não tem nenhum estado no repositório e se perderia.
restore-no-state-remedy = Salve-o primeiro com: liasse run. Nada foi alterado.
restore-unsaved = { $path } não está salvo como está agora e se perderia.
restore-unsaved-remedy = Salve-o primeiro com: liasse run. Ele fica como está.
restore-moved = ele apareceu, sumiu ou foi movido enquanto o estado era restaurado.
restore-lost = { $number ->
    [one] { $number } dos arquivos dele não pode ser restaurado ({ $files }). O dossiê está como estava.
   *[other] { $number } dos arquivos dele não podem ser restaurados ({ $files }). O dossiê está como estava.
}
restore-lost-remedy = Com --target PASTA você obtém tudo o que ainda existe; ou use um estado mais antigo com --at. Veja o que está danificado com: liasse check --read-data.
restore-failed = { $error }.
restore-stopped = a parada foi pedida antes da vez dele.
restore-stopped-remedy = Execute o comando de novo.
restore-target-remedy = Restaure-o com --target em uma pasta à sua escolha e coloque-o no lugar à mão.
restore-done = { $code }: como estava em { $since }, em { $path }: { $files } arquivos restaurados ({ $size }), { $kept } deixados como estavam, { $gone } removidos que ele não tinha.
restore-would = { $code }: ficaria como estava em { $since }, em { $path }: { $files } arquivos seriam gravados ({ $size }), { $same } são iguais, { $kept } ficariam como estão, { $gone } seriam removidos.
restore-unsaved-kept = { $number ->
    [one] { $code }: { $shown } arquivo ({ $size }) não existe em nenhum outro lugar como estava: { $first }. Por isso, tudo o que foi substituído é guardado.
   *[other] { $code }: { $shown } arquivos ({ $size }) não existem em nenhum outro lugar como estavam, o primeiro: { $first }. Por isso, tudo o que foi substituído é guardado.
}
restore-would-unsaved = { $number ->
    [one] { $code }: { $shown } arquivo ({ $size }) não existe em nenhum outro lugar como está: { $first }. Por isso, tudo o que é substituído seria guardado ao lado.
   *[other] { $code }: { $shown } arquivos ({ $size }) não existem em nenhum outro lugar como estão, o primeiro: { $first }. Por isso, tudo o que é substituído seria guardado ao lado.
}
restore-kept = O que foi substituído está em { $path }. Apague quando ninguém mais precisar.
restore-found = Uma restauração anterior foi interrompida; o que ela tinha substituído está em { $path }. Apague quando ninguém mais precisar.
restore-removed = { $code }: apagado, porque não foi escolhido ({ $path }).
restore-would-remove = { $code }: seria apagado, porque não foi escolhido ({ $path }).
restore-not-removed = { $code }: o que foi substituído não pôde ser removido: { $error }
restore-name-written = seria gravado { $path }
restore-name-kept = fica { $path }
restore-name-gone = removido { $path }

restore-no-code = { $word } não é um código de dossiê
restore-no-code-remedy = veja os códigos com: liasse restore --list; uma pasta de uma cópia é restaurada sozinha, como CÓPIA:CAMINHO
restore-at = --at espera uma data, como 2024-12-31 ou 2024-12-31T21:00
restore-passed-over = { $object } não pode ser lido e foi ignorado: { $error }
restore-none-has = nenhuma cópia contém o dossiê { $code }
restore-none-has-at = nenhuma cópia contém o dossiê { $code } em { $date } ou antes
restore-neither = não há dossiê nem cópia { $word }
restore-see-list = veja o que existe com: liasse restore --list
restore-is-meant = você quis dizer: { $names }?
restore-all-not-this-machine = nenhuma cópia desta máquina tem dossiês
restore-all-hosts = várias máquinas têm dossiês aqui: { $hosts }
restore-all-hosts-remedy = diga qual com --host NOME, e restaure cada uma em uma pasta própria
restore-all-none = nenhuma cópia tem dossiês
restore-all-none-remedy = tente outra data com --at, ou outra máquina com --host; uma cópia sem dossiês é restaurada assim: liasse restore latest --target PASTA
restore-all-without = { $code } nunca foi salvo: não há nada para restaurar.
restore-not-this-machine = nenhuma cópia desta máquina contém o dossiê { $code }
restore-other-machine = é o de { $host }? Então acrescente --host { $host }
restore-no-rule = as configurações não têm regra para o dossiê { $code }, então não se sabe quais são as partes dele
restore-no-rule-remedy = restaure-o sem --parts, ou acrescente a regra dele às configurações; veja-as com: liasse config explain rule
restore-no-part = as configurações não conhecem a parte { $part }
restore-no-part-remedy = veja as partes com: liasse config explain rule
restore-run-remedy = espere até que termine e execute o comando de novo
restore-nothing-changed = nada foi alterado
restore-gaps = { $code }: { $said }
restore-gap-as-before = Não examinado quando foi salvo: { $parts }.
restore-gap-saved = { $part } (salvo pela última vez em { $since })
restore-gap-never = { $part } (nunca salvo antes)
restore-gap-unread = { $number ->
    [one] { $shown } arquivo não pôde ser lido quando foi salvo: { $files }.
   *[other] { $shown } arquivos não puderam ser lidos quando foi salvo: { $files }.
}
restore-gap-unread-more = Não se conhecem todos os arquivos que não puderam ser lidos: podem faltar outros.
restore-to-done = { $code }: como estava em { $since }, em { $path }: { $files } arquivos restaurados ({ $size }).
restore-to-would = { $code }: ficaria como estava em { $since }, em { $path }: { $files } arquivos seriam gravados ({ $size }).
restore-to-resumed = Uma restauração interrompida continuou.
restore-to-reused = { $size } foram aproveitados dos arquivos existentes.
restore-same-name = { $code } não foi restaurado: no lugar de { $path }, outra pasta responde por esse nome, porque esse disco não distingue maiúsculas de minúsculas. Restaure-o em outra pasta com --target.
restore-to-left = { $number ->
    [one] { $shown } arquivo que já estava lá foi deixado como estava.
   *[other] { $shown } arquivos que já estavam lá foram deixados como estavam.
}
restore-to-deleted = { $number ->
    [one] { $shown } item que o dossiê não tinha foi apagado.
   *[other] { $shown } itens que o dossiê não tinha foram apagados.
}
restore-to-would-delete = { $number ->
    [one] { $shown } item que o dossiê não tinha seria apagado.
   *[other] { $shown } itens que o dossiê não tinha seriam apagados.
}
restore-to-spared = { $number ->
    [one] { $shown } item que a cópia não tem fica: o que ficou de fora dela não é apagado.
   *[other] { $shown } itens que a cópia não tem ficam: o que ficou de fora dela não é apagado.
}
