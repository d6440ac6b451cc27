"""How each program is told to do the same things: an encrypted repository with a password, zstd level 3, a local cache.

A tool only builds command lines; it never measures and never looks at bytes. `note` says where it could not be made equal.
"""

import json
import re
import shutil
import subprocess


class Tool:
    """`home` holds everything of this tool: repository, cache, credentials, and logs."""

    name = level = note = ""
    env = {}
    check_reads = True  # whether it has a check that reads all data

    def __init__(self, home, binary):
        self.home, self.binary, self.repo = home, str(binary), home / "repo"
        home.mkdir(parents=True)
        (home / "pw").write_text("a benchmark password\n")

    @classmethod
    def find(cls, _options):
        return shutil.which(cls.name)

    def setup(self):
        """Commands that make the repository; not measured."""
        return [self.init()]

    def version(self):
        for flag in ("version", "--version"):
            done = subprocess.run([self.binary, flag], capture_output=True, text=True, env=None)
            found = re.search(r"\d+\.\d+[\w.+-]*", done.stdout) if done.returncode == 0 else None
            if found:
                return found.group()
        return "?"

    def after_backup(self, _stdout):
        """The id of the snapshot that a backup just made, from what it printed."""
        return None

    def restored(self, target, _source):
        """Where a restore put the source's content."""
        return target


class Resticlike(Tool):
    """Programs whose commands are named as Restic names them."""

    def listing(self):
        return self.base("snapshots")

    def check(self):
        return self.base("check")

    def check_all(self):
        return self.base("check", "--read-data")


class Liasse(Resticlike):
    """Backs up with a credential that cannot read; the password is for restore and check."""

    name, level = "liasse", "zstd 3"
    init_options = []

    @classmethod
    def find(cls, options):
        return options.liasse if options.liasse.exists() else None

    def base(self, *args, reader=True):
        key = ["--password-file", self.home / "pw"] if reader else ["--credential", self.home / "writer"]
        return [self.binary, "--repository", self.repo, "--cache-dir", self.home / "cache", "--json", *key, *args]

    def setup(self):
        return [self.base("init", *self.init_options), self.base("key", "add", "--role", "writer", "--out", self.home / "writer")]

    def backup(self, source, _number):
        return self.base("backup", source, reader=False)

    def after_backup(self, stdout):
        return json.loads(stdout)["snapshot"]

    def listing(self):
        return self.base("snapshots", reader=False)

    def restore(self, snapshot, source, target):
        return self.base("restore", f"{snapshot}:{source}", "--target", target)


class Restic(Resticlike):
    name, level = "restic", "auto (zstd 3)"

    def base(self, *args):
        return [self.binary, "--repo", self.repo, "--password-file", self.home / "pw", "--cache-dir", self.home / "cache",
                "--compression", "auto", "--json", *args]

    def init(self):
        return self.base("init")

    def backup(self, source, _number):
        return self.base("backup", source)

    def after_backup(self, stdout):
        return json.loads(stdout.strip().splitlines()[-1])["snapshot_id"]

    def restore(self, snapshot, source, target):
        return self.base("restore", f"{snapshot}:{source}", "--target", target)


class Rustic(Resticlike):
    name, level = "rustic", "zstd 3"

    def base(self, *args):
        return [self.binary, "--repository", self.repo, "--password-file", self.home / "pw", "--cache-dir", self.home / "cache",
                "--no-progress", *args]

    def init(self):
        return self.base("init", "--set-compression", "3")

    def backup(self, source, _number):
        return self.base("backup", "--json", source)

    def after_backup(self, stdout):
        return json.loads(stdout)["id"]

    def restore(self, snapshot, source, target):
        return self.base("restore", f"{snapshot}:{source}", target)


class Borg(Tool):
    name, level = "borg", "zstd 3"
    note = "its `check` reads the whole repository for checksums"

    def __init__(self, home, binary):
        super().__init__(home, binary)
        self.env = {"BORG_REPO": str(self.repo), "BORG_PASSPHRASE": "a benchmark password", "BORG_BASE_DIR": str(home / "base"),
                    "BORG_CHECK_I_KNOW_WHAT_I_AM_DOING": "YES"}

    def init(self):
        return [self.binary, "init", "--encryption", "repokey-blake2"]

    def backup(self, source, number):
        self.last = f"n{number}"
        return [self.binary, "create", "--compression", "zstd,3", f"::{self.last}", source]

    def after_backup(self, _stdout):
        return self.last

    def listing(self):
        return [self.binary, "list"]

    def restore(self, snapshot, _source, _target):
        return [self.binary, "extract", f"::{snapshot}"]  # into the working directory, which is the target

    def restored(self, target, source):
        return target / source.relative_to("/")

    def check(self):
        return [self.binary, "check"]

    def check_all(self):
        return [self.binary, "check", "--verify-data"]


class Bupstash(Tool):
    name, level, check_reads = "bupstash", "its own (zstd 3)", False
    note = "has no check"

    def __init__(self, home, binary):
        super().__init__(home, binary)
        self.env = {"BUPSTASH_REPOSITORY": str(self.repo), "BUPSTASH_KEY": str(home / "key"),
                    "BUPSTASH_SEND_LOG": str(home / "send.log"), "BUPSTASH_QUERY_CACHE": str(home / "query.cache")}

    def setup(self):
        return [[self.binary, "new-key", "-o", self.home / "key"], [self.binary, "init"]]

    def backup(self, source, _number):
        return [self.binary, "put", "--quiet", source]

    def after_backup(self, stdout):
        return stdout.strip()

    def listing(self):
        return [self.binary, "list", "--quiet"]

    def restore(self, snapshot, _source, target):
        return [self.binary, "restore", "--quiet", "--into", target, f"id={snapshot}"]

    def check(self):
        return None

    check_all = check


class Kopia(Tool):
    name, level = "kopia", "zstd (its default level)"

    def __init__(self, home, binary):
        super().__init__(home, binary)
        self.env = {"KOPIA_PASSWORD": "a benchmark password", "KOPIA_CONFIG_PATH": str(home / "kopia.config"),
                    "KOPIA_CACHE_DIRECTORY": str(home / "cache"), "KOPIA_LOG_DIR": str(home / "log"), "KOPIA_CHECK_FOR_UPDATES": "false"}

    def setup(self):
        return [[self.binary, "repository", "create", "filesystem", "--path", self.repo],
                [self.binary, "policy", "set", "--global", "--compression=zstd"]]

    def backup(self, source, _number):
        return [self.binary, "snapshot", "create", "--json", source]

    def after_backup(self, stdout):
        return json.loads(stdout.strip().splitlines()[-1])["id"]

    def listing(self):
        return [self.binary, "snapshot", "list"]

    def restore(self, snapshot, _source, target):
        return [self.binary, "snapshot", "restore", snapshot, target]

    def check(self):
        return [self.binary, "snapshot", "verify"]

    def check_all(self):
        return [self.binary, "snapshot", "verify", "--verify-files-percent=100"]


ALL = (Liasse, Restic, Rustic, Borg, Bupstash, Kopia)
