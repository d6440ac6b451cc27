"""Runs one command and prints what it cost, as JSON: wall and CPU seconds, peak memory, exit code.

    python3 -I -S measure.py CWD STDOUT STDERR COMMAND...

A process of its own, because a child starts with the peak memory of who forked it: this one stays small.
"""

import json
import os
import sys
import time


def main():
    cwd, out, err, *command = sys.argv[1:]
    begin = time.monotonic()
    pid = os.fork()
    if pid == 0:
        try:
            os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
            os.dup2(os.open(out, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), 1)
            os.dup2(os.open(err, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), 2)
            os.chdir(cwd)
            os.execvp(command[0], command)
        finally:
            os._exit(127)
    _, status, usage = os.wait4(pid, 0)
    print(json.dumps({"wall": time.monotonic() - begin, "cpu": usage.ru_utime + usage.ru_stime,
                      "rss": usage.ru_maxrss * 1024, "exit": os.waitstatus_to_exitcode(status)}))


main()
