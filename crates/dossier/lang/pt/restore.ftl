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
