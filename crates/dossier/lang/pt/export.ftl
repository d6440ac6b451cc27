# Um dossiê para quem não tem nem este programa nem o repositório.
export-title = Dossiê { $code } em { $date }
export-what = A pasta “files” contém este dossiê como foi salvo então. MANIFEST.tsv lista tudo, com tamanhos, datas e dois tipos de somas; nada mais faz parte do dossiê.
export-files = Arquivos
export-snapshot = Cópia
export-root = Raiz de prova
export-made = Salvo
export-host = Pela máquina
export-key = Assinado com a chave
export-lacks = { $number ->
    [one] { $shown } item do dossiê não está aqui, ou não exatamente como era:
   *[other] { $shown } itens do dossiê não estão aqui, ou não exatamente como eram:
}
export-how = Como verificar
export-how-sums = Que nenhum arquivo mudou desde então: abra um terminal nesta pasta e digite uma destas linhas. Cada arquivo deve estar “OK” (ou “SUCESSO”).
export-how-all = Tudo de uma vez, com o Liasse. Não é preciso nem senha nem repositório.
export-how-signature = Só a assinatura, com o OpenSSL 3:
export-proves = O que isso prova
export-proves-sums = As somas provam que os arquivos são aqueles com que esta pasta foi feita. Quem muda um arquivo também poderia mudar as somas: peça ao escritório o SHA-256 do arquivo SHA256SUMS, que foi mostrado quando a pasta foi feita.
export-proves-key = O Liasse também calcula de novo a raiz de prova a partir do manifesto, encontra-a no registro assinado e confere a assinatura. Assim, nomes, tamanhos, permissões, datas e bytes são os que a máquina com esta chave salvou. Que é a chave do escritório deve ser sabido por outro caminho: peça ao escritório, por telefone ou em papel, a chave como “liasse key list --json” a mostra, e compare.
export-proves-not = As datas do registro são as do relógio da máquina. Esta página não é assinada.
export-proves-nothing = Não há registro assinado aqui: só com esta pasta não se prova que o escritório salvou estes arquivos. O escritório pode comparar a raiz de prova com o repositório dele.

export-done = Dossiê { $code } em { $since }: { $files } arquivos ({ $size }) em { $path }
export-sums = SHA-256 de SHA256SUMS: { $sums }
export-signer = Assinado com a chave: { $key }
export-send = Passe as duas últimas linhas ao destinatário por outro caminho que não os arquivos: é com elas que se compara.
export-names = { $number ->
    [one] O registro assinado cita { $shown } outro dossiê dessa execução. Deixe-o de fora com --no-record se o destinatário não pode ver isso.
   *[other] O registro assinado cita { $shown } outros dossiês dessa execução. Deixe-o de fora com --no-record se o destinatário não pode ver isso.
}
export-lost = fora da exportação: { $path }: { $cause }
export-left-out = o zip não pode conter { $what }: { $path }
export-more = mais { $shown }; veja com -v ou --json
export-no-place = { $path } já existe
export-no-place-remedy = Escolha outro lugar com --to: um nome novo, ou uma pasta vazia.
export-in-repository = { $path } está no próprio repositório
export-is-code = uma exportação é de um dossiê, e { $word } não é um código
export-none = { $path } não é uma exportação
export-none-remedy = Indique a pasta ou o zip que “liasse export” fez.
export-bad-key = --signer recebe 64 dígitos hexadecimais
export-bad-key-remedy = É o id da assinatura da máquina, como “liasse key list --json” a mostra.

verify-of = Dossiê { $code } em { $since }
verify-files = { $files } arquivos ({ $size }) e { $others } pastas e outros estão como o manifesto diz
verify-wrong-missing = falta: { $path }
verify-wrong-extra = não faz parte: { $path }
verify-wrong-changed = alterado: { $path }
verify-wrong-unreadable = não pode ser lido: { $path }
verify-absent = { $number ->
    [one] { $shown } item não foi exportado: estava danificado, ou o formato não pode contê-lo
   *[other] { $shown } itens não foram exportados: estavam danificados, ou o formato não pode contê-los
}
verify-touched = { $number ->
    [one] A data de { $shown } arquivo não é mais a do manifesto: foi copiado sem ela. Os bytes estão certos.
   *[other] As datas de { $shown } arquivos não são mais as do manifesto: foram copiados sem elas. Os bytes estão certos.
}
verify-evident = O manifesto é o que a raiz de prova { $root } representa
verify-not-evident = O manifesto NÃO é o que a raiz de prova { $root } representa
verify-signed = O registro de { $time } pela máquina { $host } tem esta raiz, e está assinado com a chave { $key }
verify-key-right = Esta é a chave que você indicou: a máquina que a tem salvou este dossiê exatamente assim
verify-key-wrong = Esta NÃO é a chave que você indicou
verify-key-unknown = De quem é esta chave, não está provado: peça-a ao escritório por outro caminho, e indique-a com --signer
verify-no-record = Não há registro assinado: nada prova quem salvou isto
verify-bad-record = O registro NÃO está assinado pela chave que ele cita, ou está danificado
verify-foreign-record = O registro está assinado, mas é de outra coisa que este estado
verify-good = A exportação está inteira.
verify-good-but = O que está aqui está certo; veja acima o que falta.
verify-bad = A exportação NÃO está como foi feita.
