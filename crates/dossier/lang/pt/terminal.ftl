# O que se pergunta a uma pessoa, e o que se diz uma só vez.
ask-password = Senha de { $place }:
ask-password-again = Senha errada, tente de novo:
ask-new-password = Nova senha para { $place }:
ask-same = A mesma de novo:
ask-recovery-key = Criar também uma chave de recuperação, para imprimir e guardar em lugar seguro?
ask-yes-or-no = [S/n]
keep-password = Guarde a senha: sem ela ou outra chave ninguém consegue ler os backups.
repository-made = repositório criado: { $place }
recovery-key-shown = Chave de recuperação, mostrada só agora:
recovery-key-keep = Imprima ou anote, e guarde em lugar diferente da senha. Ela é digitada no lugar da senha.
recovery-key-later = Uma chave de recuperação, para imprimir e guardar em lugar seguro, é criada com: liasse key add --recovery-key

# Por que um comando falha.
error-interrupted = interrompido
error-no-repository = não há repositório em { $place }
error-no-repository-file = { $place } é um arquivo, e não um repositório
error-gone = o repositório desapareceu: { $error }
error-full = o disco do repositório está cheio ({ $error })
error-read-only = o disco do repositório está somente para leitura ({ $error })
error-denied = o acesso ao repositório foi negado ({ $error })
error-disk = o disco do repositório está com problema ({ $error })
error-damaged = o repositório está danificado ({ $error })
error-wrong-password = senha errada para o repositório em { $place }
error-wrong-credential = o arquivo de acesso não é o do repositório em { $place }
error-no-snapshot = ainda não há nenhuma cópia neste repositório
error-no-password = nenhuma senha foi dada, e não há terminal para pedi-la
error-password-not-typed = nenhuma senha foi digitada
error-not-the-same = as duas senhas são diferentes
error-no-dossiers = as configurações não indicam nenhum dossiê

# O que fazer.
remedy-run-again = execute o comando de novo
remedy-connect = conecte o disco de novo e execute o comando de novo
remedy-no-repository = se está em um disco ou servidor, conecte-o; ou indique a pasta dele com -r PASTA. Só para um novo repositório: liasse init
remedy-full = libere espaço nele e execute o comando de novo; todas as cópias feitas até aqui estão intactas
remedy-full-new = libere espaço nele e execute o comando de novo
remedy-disk = verifique o disco ou a conexão e execute o comando de novo; todas as cópias feitas até aqui estão intactas
remedy-disk-new = verifique o disco ou a conexão e execute o comando de novo
remedy-read-only = conecte-o de modo que se possa gravar nele; listar e restaurar funcionam assim mesmo
remedy-denied = verifique a quem pertence a pasta do repositório, ou execute como esse usuário
remedy-check = veja o que foi atingido com: liasse check
remedy-put-back = recoloque-o a partir de uma réplica do repositório com: liasse repair from PASTA; sem ele nada pode ser aberto
remedy-wrong-password = tente de novo; maiúsculas e o idioma do teclado fazem diferença
remedy-wrong-credential = use o arquivo de acesso que foi criado para este repositório
remedy-other-key = use outra senha ou outro arquivo de acesso; liasse key list mostra quem pode fazer o quê
remedy-no-snapshot = faça a primeira com: liasse backup PASTA
remedy-no-password = use --password-file, --password-command, --credential ou a variável LIASSE_PASSWORD
remedy-config-init = escreva-as com: liasse config init
remedy-config-check = veja todos os erros com: liasse config check
remedy-go-on = o que foi restaurado está inteiro; para continuar, execute o mesmo comando com --overwrite if-changed
