# Consertar um repositório danificado.
repair-same-place = { $place } é o próprio repositório
repair-another = { $place } é outro repositório, e não uma réplica deste
repair-choose-copy = diga a pasta de uma réplica deste repositório, feita por um programa que copia arquivos
repair-no-sources = nenhuma cópia desta máquina diz de quais arquivos veio
repair-name-sources = diga os arquivos e pastas a ler
repair-nothing = Nada está danificado: não há nada a fazer.
repair-plan = Isto seria feito:
repair-done = Isto foi feito:
repair-copy = copiar { $object } ({ $size }), que falta aqui
repair-replace = pôr um { $object } são ({ $size }) no lugar do danificado, que fica guardado em damaged/
repair-reclaim = pôr { $object } ({ $size }) de volta no lugar: o conteúdo está inteiro, sob outro nome
repair-list = { $number ->
    [one] listar de novo um pacote no índice
   *[other] listar de novo { $number } pacotes no índice
}
repair-set-aside = tirar do índice { $object }, danificado; fica guardado em damaged/
repair-mark = marcar { $object }: nada de novo se refere a ele, e os backups guardam de novo o que ele continha
repair-unmark = tirar a marca de { $object }, que está inteiro
repair-read = ler { $path } por inteiro, em um novo backup, e guardar de novo o que está danificado
repair-failed = não foi feito: { $step }: { $error }
repair-stored = A nova cópia { $snapshot } contém os arquivos como estão agora; as mais antigas encontram nela o que lhes faltava.
repair-left = { $number ->
    [one] Um dano não é consertado assim:
   *[other] { $number } danos não são consertados assim:
}
repair-found = { $number ->
    [one] Um dano foi encontrado; o que os arquivos ainda têm dele volta a ficar inteiro:
   *[other] { $number } danos foram encontrados; o que os arquivos ainda têm deles volta a ficar inteiro:
}
repair-other-ways = Outros meios: uma réplica do repositório (liasse repair from PASTA), os próprios arquivos (liasse repair from-source). O que nenhum traz de volta fica perdido; todo o resto pode ser restaurado.
repair-only-there = { $number ->
    [one] Uma cópia só está na outra réplica do repositório; --all também a leva.
   *[other] { $number } cópias só estão na outra réplica do repositório; --all também as leva.
}
repair-newer-there = A outra cópia é mais nova que este repositório: { $number ->
    [one] ela tem um instantâneo de { $date } que não está aqui.
   *[other] ela tem { $count } instantâneos que não estão aqui, o mais novo de { $date }.
}
repair-newer-config = A outra cópia tem chaves e configurações mais novas (número { $there }, aqui { $here }): quem foi excluído desde então pode entrar aqui.
repair-newer-remedy = Se este repositório não é só uma cópia atrasada, ele voltou a um estado mais antigo: descubra quem pode gravar nesse lugar. Com --all, ele recebe o que lhe falta.
repair-apply = Nada foi mudado. Para fazer isso, dê o mesmo comando com --apply.
repair-whole = Verificado de novo: nada mais está danificado.
