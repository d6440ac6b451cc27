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
restore-no-place = não se sabe onde é o lugar dele nesta máquina.
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
restore-kept = O que foi substituído está em { $path }
restore-found = Uma restauração anterior foi interrompida; o que ela tinha substituído está em { $path }. Apague quando ninguém mais precisar.
restore-removed = { $code }: apagado, porque não foi escolhido ({ $path }).
restore-would-remove = { $code }: seria apagado, porque não foi escolhido ({ $path }).
restore-not-removed = { $code }: o que foi substituído não pôde ser removido: { $error }
restore-name-written = seria gravado { $path }
restore-name-kept = fica { $path }
restore-name-gone = removido { $path }
