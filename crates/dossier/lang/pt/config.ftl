# Os erros nas configurações: o que está errado e o que escrever.
config-unreadable = O arquivo não pode ser lido: { $error }.
config-syntax = Não se entende esta linha: { $error }.
config-unknown = A chave { $key } não existe; veja todas com: liasse config explain
config-unknown-near = A chave { $key } não existe; seria { $nearest }?
config-plain = { $key } guardaria um segredo que todos os que veem o arquivo ou o comando podem ler. Ponha o segredo em um arquivo próprio e indique esse arquivo, ou um comando que o mostre.
config-shape = { $key } espera { $wanted }, e não { $found }.
config-pattern = { $key }: não se entende o padrão { $pattern }: { $error }.
config-value = Não se entende { $key }: { $error }.
config-missing = Falta { $key }.
config-twice = Há duas [[{ $section }]] com o nome { $name }; a primeira está em { $first }. Dê outro nome a esta.
config-two-secrets = { $first } e { $second } dizem ambas onde está o segredo; deixe só uma.
config-no-part = A regra { $rule } deixa de fora a parte { $part }, que ela não tem.
config-no-part-near = A regra { $rule } deixa de fora a parte { $part }, que ela não tem; seria { $nearest }?
config-no-marker = A regra { $rule } tem code-key e não tem marker: indique com marker o arquivo que contém essa chave.
config-no-year = A parte { $part } da regra { $rule } tem since-year, mas nenhum dos padrões contém {"{"}year{"}"}.
config-no-rule = Nenhuma regra encontra dossiês, portanto nada seria salvo. Acrescente uma [[rule]] com name e root.
config-no-root = A pasta { $root } da regra { $rule } não foi encontrada: o disco está conectado, o nome está certo?
config-root = A pasta { $root } da regra { $rule } não pode ser lida: { $error }.
config-secret = O arquivo { $path }, que guarda o segredo, não pode ser lido: { $error }.
config-open = O arquivo { $path } guarda um segredo, e todos nesta máquina podem lê-lo: chmod 600 { $path }
config-set = --set { $text } não tem a forma CHAVE=VALOR.

# O que se espera.
shape-text = um texto entre aspas
shape-path = um caminho completo, como "/srv/contabilidade"
shape-folders = um padrão para cada nível de pastas, como "D*" ou "*/D*"
shape-patterns = uma lista de padrões, como ["fotos/", "*.tmp"]
shape-texts = uma lista de textos, como ["um", "dois"]
shape-file-name = o nome de um arquivo, sem pastas
shape-file-names = uma lista de nomes de arquivos, sem pastas
shape-truth = true (sim) ou false (não)
shape-number = um número inteiro a partir de 0
shape-fraction = um número
shape-period = uma duração, em inglês: "5 min", "2 days" (dias) ou "1 week" (semana)
shape-word = uma destas palavras: { $words }
shape-section = uma seção própria, entre [ e ]
shape-named = uma seção própria, entre [[ e ]], com um nome (name)

# O que significa cada chave.
key-language = Idioma dos relatórios, e-mails e mensagens: en, fr ou pt. Sem ela: o do sistema.
key-common = Um arquivo de configurações que várias máquinas compartilham, por exemplo em uma unidade de rede. O que está escrito aqui prevalece.
key-repository = Pasta do repositório, onde tudo fica guardado.
key-credential = Arquivo que permite acrescentar cópias ao repositório, sem poder ler as antigas. Criado com: liasse key add --role writer --out ARQUIVO
key-password-file = Arquivo que contém a senha do repositório, e nada mais.
key-password-command = Comando que mostra a senha do repositório.
key-rule = Onde estão os dossiês e o que deles é salvo; uma [[rule]] para cada tipo de dossiê.
key-rule-name = Nome da regra, à sua escolha. Um arquivo mais próximo altera a regra de mesmo nome.
key-rule-root = Pasta onde ficam os dossiês.
key-rule-pattern = Nomes das pastas que são dossiês, abaixo de root: "D*" para as que começam com D, "*/D*" um nível mais abaixo.
key-rule-kind = "original" se as pessoas trabalham nestes dossiês; "copy" se são cópias de outros: seus códigos terminam então em .copy
key-rule-marker = Nome de um arquivo que todo dossiê tem; uma pasta sem ele não é um dossiê.
key-rule-code-key = Chave do arquivo marker, como em "Code=D1234", cujo valor é o código do dossiê. Sem ela, o código é o nome da pasta.
key-rule-exclude = Nomes de pastas que não são salvas, como modelos e testes.
key-rule-exclude-marker = Nomes de arquivos; um dossiê que tem um deles não é salvo.
key-rule-without = Nomes das partes que não são salvas. O relatório avisa.
key-rule-off = true desliga a regra, por exemplo em uma máquina que não tem estes dossiês.
key-rule-part = Uma parte de cada dossiê (fotos, índices, anos encerrados) que pode ficar de fora ou ser salva com menos frequência.
key-rule-part-name = Nome da parte, à sua escolha.
key-rule-part-patterns = O que pertence à parte, abaixo da pasta do dossiê, como em .gitignore: "fotos/", "*.idx", "arquivos/{"{"}year{"}"}/".
key-rule-part-every = A parte só é salva de novo quando esse tempo passou desde a última vez, como "7 days" (7 dias).
key-rule-part-since-year = Anos anteriores a este não são salvos; {"{"}year{"}"} nos padrões diz onde fica o ano.
