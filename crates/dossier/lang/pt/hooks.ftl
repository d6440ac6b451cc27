# Como terminou um comando do usuário, antes ou depois de uma execução ou de um dossiê.
hook-well = fez o seu trabalho
hook-code = terminou com o código { $code }
hook-signal = foi encerrada pelo sinal { $signal }
hook-timed-out = não tinha terminado depois de { $time } e foi encerrada
hook-stopped = foi encerrada porque a execução foi interrompida
hook-not-started = não pôde ser iniciada: { $error }
hook-said = { $how }; suas últimas palavras: { $said }
