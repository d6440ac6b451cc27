# O que dizem as páginas web dos backups.
web-language = Português
web-languages = Idioma
web-skip = Ir para o conteúdo
web-places = Seções
web-home = Calendário
web-latest = Último estado
web-by-date = Por data
web-dossiers = Dossiês
web-snapshots = Backups
web-way = Você está aqui
web-read-only = Tudo aqui pode ser lido, e nada pode ser alterado.
web-title = Estados salvos
web-nothing-yet = Nada foi salvo ainda.
web-range = { $number ->
    [one] Um estado foi salvo, em { $from }.
   *[other] { $number } estados foram salvos, de { $from } a { $until }.
}
web-month = { $month } de { $year }
web-months = Meses
web-before = Antes: { $month }
web-after = Depois: { $month }
web-choose-month = Mês
web-show = Mostrar
web-states = Todos os estados deste mês
web-content = Conteúdo
web-name = Nome
web-size = Tamanho
web-changed = Última alteração
web-empty = Não há nada aqui.
web-more = Mais
web-zip = Baixar tudo em zip
web-tar = Baixar tudo em tar
web-download = Baixar
web-versions = Todas as versões
web-versions-of = Versões de { $name }
web-version-count = { $number ->
    [one] Há uma versão.
   *[other] Há { $number } versões.
}
web-newest-first = Versões, a mais nova primeiro
web-from = Nos estados de
web-until = até
web-file = Arquivo
web-lost-states = { $number ->
    [one] Um estado está danificado e não pôde ser examinado.
   *[other] { $number } estados estão danificados e não puderam ser examinados.
}
web-lost-folders = { $number ->
    [one] Uma pasta está danificada e não pôde ser examinada.
   *[other] { $number } pastas estão danificadas e não puderam ser examinadas.
}
web-hash = BLAKE3
web-leads-to = Leva a
web-kind = Tipo
web-special = um pipe ou dispositivo
web-preview = Prévia
web-beginning = Este é o começo. Baixe o arquivo para ver tudo.
web-no-preview = Este tipo de arquivo não pode ser mostrado aqui. Baixe-o para abri-lo.
web-search = Procurar
web-filter = Mostrar só nomes com
web-search-latest = Procurar um nome no último estado
web-search-below = Procurar um nome aqui
web-search-title = Busca
web-search-help = Digite uma parte do nome de um arquivo ou pasta. Um asterisco vale por quaisquer letras, como em *.pdf.
web-results = Encontrado
web-found = { $number ->
    [0] Nada tem esse nome.
    [one] Um nome foi encontrado.
   *[other] { $number } nomes foram encontrados.
}
web-found-cut = A busca parou antes do fim; { $number } nomes são mostrados. Digite mais do nome, ou procure em uma pasta menor.
web-compare = Comparar
web-compare-title = O que é diferente
web-compare-link = O que mudou desde o estado anterior
web-compare-day = Comparar o estado de
web-compare-and-day = com o de
web-compare-before = Antes
web-compare-after = Depois
web-compare-first = Não há estado antes deste. Escolha outro dia.
web-compare-none = Nada estava salvo em { $day }. O primeiro estado é de { $first }.
web-compare-same = Nada é diferente.
web-compare-unread = Alguns arquivos não puderam ser lidos quando um dos dois estados foi salvo. O que parece adicionado ou removido pode estar entre eles.
web-compare-cut = A comparação demorou demais e parou antes do fim: há outras diferenças. Escolha uma pasta menor.
web-compare-sums = No total
web-compare-list = Uma por uma
web-compare-change = Mudança
web-compare-number = Número
web-compare-size-before = Tamanho antes
web-compare-size-after = Tamanho depois
web-change-added = Adicionado
web-change-removed = Removido
web-change-content = Alterado
web-change-metadata = Só detalhes
web-change-type = Tornou-se outra coisa
web-detail-mode = permissões
web-detail-owner = proprietário
web-detail-time = data da última alteração
web-detail-xattrs = outros atributos
web-detail-links = outros nomes
web-detail-windows = atributos do Windows
web-not-found = Não encontrado
web-no-place = Não há nada neste endereço.
web-damaged = Danificado
web-is-damaged = O repositório não entrega isto como foi salvo. Todo o resto ainda pode ser lido. Avise quem cuida dos backups.
web-away = Indisponível
web-is-away = O repositório não pode ser lido agora. Tente de novo em instantes.
web-busy = Ocupado
web-is-busy = Há coisas demais em andamento. Tente de novo em instantes.
web-refused = Acesso negado
web-other-name = Abra esta página pelo endereço que o programa mostrou.
web-no-password = A senha é necessária.
