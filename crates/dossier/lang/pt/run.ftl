# Por que uma execução não começa, ou não produz uma cópia.
run-no-dossier = Não existe o dossiê { $code }.
run-no-dossier-nearest = Não existe o dossiê { $code }. Você quis dizer: { $nearest }?
run-no-part = Nenhuma regra tem a parte { $part }, ou ela foi pedida e excluída ao mesmo tempo.
run-no-part-nearest = Nenhuma regra tem a parte { $part }. Você quis dizer: { $nearest }?
run-nothing-found = Nenhum dossiê foi encontrado.
run-room = Esta execução pode precisar de { $needed }, e há { $free } livres. Libere espaço ou use um disco maior. Nada foi gravado.
run-interrupted = A execução foi interrompida. O que já foi gravado não será gravado de novo.
run-full = Nenhuma cópia foi feita: o disco do repositório está cheio. Libere espaço nele ou use um disco maior e inicie a execução de novo. As cópias anteriores estão intactas.
run-failed = Nenhuma cópia foi feita: { $error }. As cópias anteriores estão intactas.
run-revoked = Nenhuma cópia foi feita: o repositório não aceita mais nada do que é salvo com a credencial deste computador. Peça uma nova a quem cuida dos backups (liasse key add --role writer --out ARQUIVO) e indique-a nas configurações. As cópias anteriores estão intactas.
run-known-damage = A última verificação encontrou danos no repositório, e o que esta execução gravou pode precisar do que está danificado. Execute liasse check --read-data, que diz o que fazer, e não apague nada.
run-parity-failed = O que esta execução gravou ainda não está protegido contra uma mídia que se estraga: { $error }. Tudo foi gravado; a próxima execução tenta de novo, ou: liasse parity add.
run-parity-damaged = { $number ->
    [one] Um objeto do repositório está danificado e não pôde ser protegido. Verifique com: liasse check --read-data.
   *[other] { $number } objetos do repositório estão danificados e não puderam ser protegidos. Verifique com: liasse check --read-data.
}
run-busy = Outra execução está em andamento (processo { $process }). Espere que termine, ou use --wait.
run-busy-unknown = Outra execução está em andamento. Espere que termine, ou use --wait.
run-no-repository = O repositório não está em { $place }. Se ele fica em um disco ou servidor, conecte-o e inicie uma execução com: liasse run.
run-locked = O repositório em { $place } não pode ser aberto: { $error }. Fale com quem configurou o backup; sem a senha ou credencial correta nenhuma execução é possível.
run-not-begun = A execução não pôde começar: { $error }. As cópias anteriores estão intactas.
