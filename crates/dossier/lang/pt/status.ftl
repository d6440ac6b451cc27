# Como estão as coisas: o comando status.
status-title = Situação de { $host }, { $date }
status-last-run = Último backup
status-next-run = Próximo backup
status-not-scheduled = não sozinho; para isso: liasse schedule install
status-last-check = Última verificação
status-room = Espaço restante
status-copies = Cópias
status-last-good = Salvo em
status-age = Idade
status-outcome = Último resultado
status-never = nunca
status-not-run = ainda não
status-copies-here = { $number ->
    [one] 1, aqui
   *[other] { $number }
}
status-check-references = { $date }, sem ler os dados
status-check-data = { $date }, todos os dados lidos
status-check-structure = { $date }, só nomes e estrutura
status-check-drill = { $date }, um ensaio de restauração
status-check-share = { $date }, uma parte dos dados lida
status-verified = Dados lidos e íntegros
status-verified-share = { $percent } % nos últimos 12 meses
status-room-ends = { $free }; a { $pace } por dia, acaba em { $date }
status-room-lasts = { $free }; a { $pace } por dia, não acaba
status-age-minutes = { $number } min
status-age-hours = { $number ->
    [one] { $number } hora
   *[other] { $number } horas
}
status-age-days = { $number ->
    [one] { $number } dia
   *[other] { $number } dias
}
status-overdue = Atrasado.
status-more = e mais { $number } que estão bem; -v mostra todos
status-unsound = A última verificação encontrou danos: execute liasse check --read-data e não apague nada.
status-damaged = { $number ->
    [one] 1 instantâneo não pode ser lido: execute liasse check.
   *[other] { $number } instantâneos não podem ser lidos: execute liasse check.
}
status-check-overdue = O repositório não é verificado há tempo demais: execute liasse check --read-data.
status-room-low = O espaço vai acabar logo: libere espaço ou use um disco maior.
status-dossiers = { $number ->
    [one] { $count } dossiê
   *[other] { $count } dossiês
}
status-no-dossiers = nenhum dossiê
status-good = Está tudo bem: { $dossiers }.
status-good-so-far = Nada de errado até aqui: { $dossiers }, { $never }.
status-never-saved = { $number ->
    [one] { $count } ainda nunca salvo
   *[other] { $count } ainda nunca salvos
}
status-bad = Algo precisa da sua atenção: { $dossiers }, { $list }.
status-overdue-count = { $number ->
    [one] { $count } atrasado
   *[other] { $count } atrasados
}
status-error-count = { $number ->
    [one] { $count } com erro
   *[other] { $count } com erro
}
status-problem-count = { $number ->
    [one] { $count } outro ponto a ver
   *[other] { $count } outros pontos a ver
}
# Por que um dossiê não foi salvo, quando não há mais relatório.
status-why-lock-file = Alguém estava trabalhando nele.
status-why-open = Estava aberto.
status-why-locked = Estava em uso.
status-why-changing = Mudou enquanto era lido.
status-why-unreadable = Não pôde ser lido.
status-why-missing = A pasta dele não estava lá.
status-why-no-folder = No lugar da pasta dele havia outra coisa.
status-why-no-marker = O marcador dele não estava lá.
status-why-no-code = O marcador dele não dizia o código.
status-why-bad-code = O código dele não podia ser um.
status-why-recoded = A pasta dele tinha outro código.
status-why-two-folders = Várias pastas tinham o código dele.
status-why-within = Ficava dentro de outro dossiê.
status-why-unclaimed = Nenhuma regra o pegava.
status-why-root-missing = A pasta da regra dele não estava lá.
status-why-empty = A pasta dele estava vazia.
status-why-hook = A preparação dele falhou.
status-why-interrupted = O backup foi parado antes de chegar a ele.
status-why-no-snapshot = A execução falhou como um todo.
