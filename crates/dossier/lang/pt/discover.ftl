# O que está errado com os dossiês procurados.
discover-no-root = A pasta { $root } da regra { $rule } não foi encontrada: verifique se o disco está conectado ou se o servidor responde.
discover-nothing = A regra { $rule } não encontra nenhum dossiê em { $root }: verifique o padrão e o marcador, e se o disco certo está conectado.
discover-bad-rule = A regra { $rule } não pode ser seguida: { $error }.
discover-unreadable = A pasta { $path } não pode ser lida: { $error }. Os dossiês que ela contém não são salvos.
discover-two-rules = As regras { $taken } e { $other } pegam ambas { $path }; ele é salvo por { $taken }. Exclua-o de uma delas.
discover-two-folders = Várias pastas têm o código { $code }: { $paths }. Nenhuma é salva até que cada uma tenha o seu próprio código.
discover-within = O dossiê { $path } fica dentro do dossiê { $outer } e é salvo com ele, não à parte. Exclua-o ou mude-o de lugar.
discover-marker = { $path } não pode ser lido: { $error }. O dossiê não é salvo.
discover-no-code = { $path } não tem uma linha { $key }=… com o código. O dossiê não é salvo.
discover-bad-code = "{ $code }" não pode ser o código do dossiê { $path }, que não é salvo: uma só linha sem /, de no máximo 200 bytes, que não comece com -.
discover-not-text = O nome da pasta { $path } tem caracteres que não podem ser lidos. Renomeie-a; até lá ela não é salva.
discover-link = { $path } é um atalho para uma pasta em outro lugar e não é salvo: indique essa pasta em uma regra, ou exclua o atalho.
