//! The table of keys: what can be set, of what shape, and what holds when nobody sets it. `explain`, the comments that `init` writes,
//! the nearest key of a misspelled one and the README come from it; a test holds it against the types of the settings.

/// One key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Key {
    /// Its path without the names of rules and the like: `rule.part.every`.
    pub path: &'static str,
    /// What may be written.
    pub shape: Shape,
    /// What holds when nothing is written, as TOML; empty when that is nothing.
    pub default: &'static str,
}

/// What may be written as a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// Any text.
    Text,
    /// A text that must be given.
    Name,
    /// An absolute path.
    Path,
    /// An absolute path that must be given.
    NeededPath,
    /// A pattern of folders, with `/` between levels.
    Folders,
    /// Patterns of names, without `/`.
    Names,
    /// A list of patterns as in `.gitignore`.
    Patterns,
    /// The same, which must be given.
    NeededPatterns,
    /// A list of texts.
    Texts,
    /// The name of a file, without `/`.
    FileName,
    /// A list of them.
    FileNames,
    /// `true` or `false`.
    Truth,
    /// A whole number, not negative.
    Number,
    /// A number.
    Fraction,
    /// A length of time.
    Period,
    /// One of these words.
    Word(&'static [&'static str]),
    /// The same, which must be given.
    NeededWord(&'static [&'static str]),
    /// A file that holds a secret.
    SecretFile,
    /// A shell command that prints a secret.
    SecretCommand,
    /// A table of keys of its own, `[so]`.
    Section,
    /// A command: a text for a shell, or a list of a program and its arguments.
    Command,
    /// Tables with a `name` each, `[[so]]`.
    Named,
}

impl Shape {
    /// Whether something must be written.
    pub fn is_needed(self) -> bool {
        matches!(self, Self::Name | Self::NeededPath | Self::NeededPatterns | Self::NeededWord(_) | Self::Command)
    }

    /// Whether it says where a secret is: of several in one table only one can hold.
    pub fn is_secret(self) -> bool {
        matches!(self, Self::SecretFile | Self::SecretCommand)
    }

    /// The message that says what is wanted.
    pub(super) fn message(self) -> &'static str {
        match self {
            Self::Text | Self::Name | Self::SecretCommand => "shape-text",
            Self::Path | Self::NeededPath | Self::SecretFile => "shape-path",
            Self::Folders => "shape-folders",
            Self::Names | Self::Patterns | Self::NeededPatterns => "shape-patterns",
            Self::Texts => "shape-texts",
            Self::Command => "shape-command",
            Self::FileName => "shape-file-name",
            Self::FileNames => "shape-file-names",
            Self::Truth => "shape-truth",
            Self::Number => "shape-number",
            Self::Fraction => "shape-fraction",
            Self::Period => "shape-period",
            Self::Word(_) | Self::NeededWord(_) => "shape-word",
            Self::Section => "shape-section",
            Self::Named => "shape-named",
        }
    }
}

impl Key {
    /// A row of the table.
    pub const fn new(path: &'static str, shape: Shape, default: &'static str) -> Self {
        Self { path, shape, default }
    }

    /// Its last word.
    pub fn name(&self) -> &'static str {
        self.path.rsplit('.').next().unwrap_or(self.path)
    }

    /// The path of the table that it stands in; empty at the top.
    pub fn section(&self) -> &'static str {
        self.path.rsplit_once('.').map_or("", |(section, _)| section)
    }

    /// The message that explains it.
    pub fn help(&self) -> String {
        format!("key-{}", self.path.replace('.', "-"))
    }
}

/// Every row: those of each module that has settings.
const TABLES: &[&[Key]] = &[GENERAL, RULES, IN_USE, HOOKS, ALARMS, ROOM, PARITY, SCHEDULE, STATUS, WATCH, REPORT, MAIL, WEBHOOK];

const GENERAL: &[Key] = &[
    Key::new("language", Shape::Word(&["en", "fr", "pt"]), ""),
    Key::new("common", Shape::Path, ""),
    Key::new("repository", Shape::Path, ""),
    Key::new("credential", Shape::SecretFile, ""),
    Key::new("password-file", Shape::SecretFile, ""),
    Key::new("password-command", Shape::SecretCommand, ""),
];

const RULES: &[Key] = &[
    Key::new("rule", Shape::Named, ""),
    Key::new("rule.name", Shape::Name, ""),
    Key::new("rule.root", Shape::NeededPath, ""),
    Key::new("rule.pattern", Shape::Folders, "\"*\""),
    Key::new("rule.kind", Shape::Word(&["original", "copy"]), "\"original\""),
    Key::new("rule.marker", Shape::FileName, ""),
    Key::new("rule.code-key", Shape::Text, ""),
    Key::new("rule.exclude", Shape::Names, "[]"),
    Key::new("rule.exclude-marker", Shape::FileNames, "[]"),
    Key::new("rule.without", Shape::Texts, "[]"),
    Key::new("rule.off", Shape::Truth, "false"),
    Key::new("rule.part", Shape::Named, ""),
    Key::new("rule.part.name", Shape::Name, ""),
    Key::new("rule.part.patterns", Shape::NeededPatterns, ""),
    Key::new("rule.part.every", Shape::Period, ""),
    Key::new("rule.part.since-year", Shape::Number, ""),
];

const IN_USE: &[Key] = &[
    Key::new("in-use", Shape::Section, ""),
    Key::new("in-use.lock-files", Shape::Names, r#"["~$*", ".~lock.*#", "*.laccdb", "*.ldb", "*.lck", "*.lock"]"#),
    Key::new("in-use.open-files", Shape::Truth, "true"),
    Key::new("in-use.file-locks", Shape::Truth, "true"),
    Key::new("in-use.probe", Shape::Word(&["network", "always", "never"]), "\"network\""),
    Key::new(
        "in-use.databases",
        Shape::Names,
        r#"["*.db", "*.db3", "*.sqlite", "*.sqlite3", "*.s3db", "*.dbf", "*.dbc", "*.cdx", "*.fpt", "*.mdb", "*.accdb", "*.fdb", "*.gdb", "*.fic"]"#,
    ),
    Key::new(
        "in-use.ignore",
        Shape::Names,
        r#"["[0-9][0-9][0-9][0-9][0-9][0-9].ldb", "Cargo.lock", "composer.lock", "Gemfile.lock", "Pipfile.lock", "poetry.lock", "yarn.lock", "flake.lock"]"#,
    ),
    Key::new("in-use.ignore-programs", Shape::Texts, "[]"),
];

const HOOKS: &[Key] = &[
    Key::new("hook", Shape::Named, ""),
    Key::new("hook.name", Shape::Name, ""),
    Key::new("hook.when", Shape::NeededWord(&["before-run", "after-run", "before-dossier", "after-dossier"]), ""),
    Key::new("hook.rules", Shape::Texts, "[]"),
    Key::new("hook.dossiers", Shape::Texts, "[]"),
    Key::new("hook.command", Shape::Command, ""),
    Key::new("hook.timeout", Shape::Period, "\"10 min\""),
    Key::new("hook.on-failure", Shape::Word(&["stop", "skip", "go-on"]), ""),
];

const ALARMS: &[Key] = &[
    Key::new("alarms", Shape::Section, ""),
    Key::new("alarms.changed", Shape::Number, "60"),
    Key::new("alarms.vanished", Shape::Number, "60"),
    Key::new("alarms.noise", Shape::Number, "20"),
    Key::new("alarms.journals", Shape::Patterns, r#"["*.log", "*.jnl"]"#),
    Key::new("alarms.archives", Shape::Patterns, r#"["*.p7m", "*.p7s", "*.sig"]"#),
];

const ROOM: &[Key] =
    &[Key::new("room", Shape::Section, ""), Key::new("room.check", Shape::Truth, "true"), Key::new("room.keep-free", Shape::Number, "100")];

const PARITY: &[Key] = &[Key::new("parity", Shape::Section, ""), Key::new("parity.rate", Shape::Number, "0")];

const SCHEDULE: &[Key] = &[
    Key::new("schedule", Shape::Section, ""),
    Key::new("schedule.every", Shape::Texts, "[]"),
    Key::new("schedule.catch-up", Shape::Truth, "true"),
    Key::new("schedule.scope", Shape::Word(&["user", "system"]), ""),
    Key::new("schedule.system", Shape::Word(&["systemd", "cron", "launchd", "windows"]), ""),
];

const STATUS: &[Key] = &[
    Key::new("status", Shape::Section, ""),
    Key::new("status.overdue-after", Shape::Period, "\"2 days\""),
    Key::new("status.check-after", Shape::Period, "\"35 days\""),
    Key::new("status.room-for", Shape::Period, "\"14 days\""),
];

const WATCH: &[Key] = &[
    Key::new("watch", Shape::Section, ""),
    Key::new("watch.quiet", Shape::Period, "\"5 min\""),
    Key::new("watch.look-every", Shape::Period, "\"5 min\""),
    Key::new("watch.most-folders", Shape::Number, "100000"),
];

const REPORT: &[Key] = &[
    Key::new("report", Shape::Section, ""),
    Key::new("report.folder", Shape::Path, ""),
    Key::new("report.keep", Shape::Period, "\"400 days\""),
    Key::new("report.keep-least", Shape::Number, "30"),
    Key::new("report.keep-most", Shape::Number, ""),
];

const MAIL: &[Key] = &[
    Key::new("mail", Shape::Section, ""),
    Key::new("mail.when", Shape::Word(WHEN), "\"on-error\""),
    Key::new("mail.to", Shape::Texts, "[]"),
    Key::new("mail.from", Shape::Text, ""),
    Key::new("mail.host", Shape::Text, ""),
    Key::new("mail.port", Shape::Number, ""),
    Key::new("mail.security", Shape::Word(&["tls", "starttls", "none"]), "\"starttls\""),
    Key::new("mail.ca-file", Shape::Path, ""),
    Key::new("mail.user", Shape::Text, ""),
    Key::new("mail.password-file", Shape::SecretFile, ""),
    Key::new("mail.password-command", Shape::SecretCommand, ""),
    Key::new("mail.password-env", Shape::SecretCommand, ""),
    Key::new("mail.timeout", Shape::Period, "\"1 min\""),
    Key::new("mail.attach", Shape::Texts, "[\"html\"]"),
    Key::new("mail.lang", Shape::Word(&["en", "fr", "pt"]), ""),
];

const WEBHOOK: &[Key] = &[
    Key::new("webhook", Shape::Section, ""),
    Key::new("webhook.when", Shape::Word(WHEN), "\"on-error\""),
    Key::new("webhook.url", Shape::Text, ""),
    Key::new("webhook.url-file", Shape::SecretFile, ""),
    Key::new("webhook.ca-file", Shape::Path, ""),
    Key::new("webhook.timeout", Shape::Period, "\"1 min\""),
    Key::new("webhook.header", Shape::Named, ""),
    Key::new("webhook.header.name", Shape::Name, ""),
    Key::new("webhook.header.value", Shape::Text, ""),
    Key::new("webhook.header.value-file", Shape::SecretFile, ""),
    Key::new("webhook.header.value-command", Shape::SecretCommand, ""),
];

/// When somebody is told.
const WHEN: &[&str] = &["never", "on-error", "always"];

/// All keys, in the order in which they are shown.
pub fn all() -> impl Iterator<Item = &'static Key> {
    TABLES.iter().copied().flatten()
}

/// The key of a path without names.
pub fn find(path: &str) -> Option<&'static Key> {
    all().find(|key| key.path == path)
}

/// The keys of one table.
pub(super) fn of_section(section: &str) -> impl Iterator<Item = &'static Key> {
    all().filter(move |key| key.section() == section)
}

/// A key's path within a section's.
pub(super) fn join(section: &str, name: &str) -> String {
    if section.is_empty() { name.to_owned() } else { format!("{section}.{name}") }
}
