//! Servers to talk to.

use std::ffi::OsStr;
use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::OnceLock;

use serde_json::Value;

/// A program that prints its port, then what it gets.
pub(crate) struct Server {
    child: Child,
    lines: BufReader<ChildStdout>,
    pub(crate) port: u16,
}

impl Server {
    /// The SMTP server: `plain`, `starttls` or `tls`, with `login` in it.
    pub(crate) fn smtp(mode: &str, certificate: Option<&Certificate>) -> Self {
        let script = folder().join("smtp.py");
        let mut command = Command::new(python());
        command.arg(script).arg(mode).args(certificate.iter().flat_map(|certificate| [&certificate.chain, &certificate.key]));
        Self::start(command)
    }

    /// The HTTP server.
    pub(crate) fn http(certificate: Option<&Certificate>) -> Self {
        let mut command = Command::new("python3");
        command.arg(folder().join("http_server.py"));
        command.args(certificate.iter().flat_map(|certificate| [&certificate.chain, &certificate.key]));
        Self::start(command)
    }

    fn start(mut command: Command) -> Self {
        let mut child = command.env("PYTHONDONTWRITEBYTECODE", "1").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap());
        let mut port = String::new();
        lines.read_line(&mut port).unwrap();
        Self { child, lines, port: port.trim().parse().expect("the server does not start") }
    }

    /// What it got next; `None` if it got nothing before it was ended.
    pub(crate) fn next(&mut self) -> Option<Value> {
        let mut line = String::new();
        self.lines.read_line(&mut line).unwrap();
        (!line.is_empty()).then(|| serde_json::from_str(&line).unwrap())
    }

    /// Ends it, and gives what it got that was not looked at.
    pub(crate) fn end(mut self) -> Vec<Value> {
        drop(self.child.stdin.take());
        std::iter::from_fn(|| self.next()).collect()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        _ = self.child.kill();
        _ = self.child.wait();
    }
}

/// A server that accepts everybody and says nothing.
pub(crate) struct Silent {
    _listener: TcpListener,
    pub(crate) port: u16,
}

impl Silent {
    pub(crate) fn new() -> Self {
        // The system accepts connections for who listens.
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        Self { _listener: listener, port }
    }
}

/// A port on which nobody listens.
pub(crate) fn nobody() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// A certificate of a firm's own, for `localhost`.
pub(crate) struct Certificate {
    _folder: tempfile::TempDir,
    /// Who signed: to be believed.
    pub(crate) authority: PathBuf,
    chain: PathBuf,
    key: PathBuf,
}

impl Certificate {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        let openssl = |args: &[&str]| must(Command::new("openssl").args(args).current_dir(folder.path()), "this test needs openssl");
        openssl(&[
            "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=Firm", "-keyout", "ca.key", "-out", "ca.pem",
        ]);
        openssl(&["req", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=localhost", "-keyout", "key.pem", "-out", "request.pem"]);
        std::fs::write(path("names"), "subjectAltName=DNS:localhost\nbasicConstraints=CA:FALSE\n").unwrap();
        openssl(&[
            "x509",
            "-req",
            "-in",
            "request.pem",
            "-CA",
            "ca.pem",
            "-CAkey",
            "ca.key",
            "-days",
            "2",
            "-extfile",
            "names",
            "-out",
            "cert.pem",
        ]);
        Self { authority: path("ca.pem"), chain: path("cert.pem"), key: path("key.pem"), _folder: folder }
    }
}

/// Where the servers lie: seen from this crate, or from the program's own tests.
fn folder() -> PathBuf {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    let places = [package.join("tests/notify"), package.join("crates/dossier/tests/notify")];
    places.into_iter().find(|place| place.join("smtp.py").is_file()).expect("the servers lie beside this file")
}

/// A Python with the SMTP server, in a virtual environment below the target folder.
fn python() -> &'static Path {
    static FOUND: OnceLock<PathBuf> = OnceLock::new();
    FOUND.get_or_init(|| {
        let home = Path::new(env!("CARGO_TARGET_TMPDIR")).join("smtp-server");
        let python = home.join("bin/python");
        if !is_complete(&python) {
            drop(std::fs::remove_dir_all(&home));
            let venv = [OsStr::new("-m"), OsStr::new("venv"), home.as_os_str()];
            must(Command::new("python3").args(venv), "this test needs python3 with the module venv (Debian: apt install python3-venv)");
            let pip = Command::new(&python).args(["-m", "pip", "install", "--quiet", "-r"]).arg(folder().join("requirements.txt")).output();
            let pip = pip.unwrap();
            assert!(pip.status.success(), "pip cannot install the SMTP server:\n{}", String::from_utf8_lossy(&pip.stderr));
            assert!(is_complete(&python), "the SMTP server is installed and cannot be imported");
        }
        python
    })
}

fn is_complete(python: &Path) -> bool {
    let imports = "import importlib.metadata as m, aiosmtpd.smtp; assert m.version('aiosmtpd') == '1.4.6'";
    Command::new(python).args(["-c", imports]).output().is_ok_and(|output| output.status.success())
}

fn must(command: &mut Command, sentence: &str) {
    let output = command.output().unwrap_or_else(|error| panic!("{sentence}: {error}"));
    assert!(output.status.success(), "{sentence}:\n{}", String::from_utf8_lossy(&output.stderr));
}
