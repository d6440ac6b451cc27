//! `serve`: the real program, asked by curl, by a `WebDAV` client and by a real browser. What they get is what was backed up, to the byte.

use std::fs::{self, File, OpenOptions};
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

use crate::support::{World, noise};

const ACCESS: &str = "open this page, please";

/// A program that serves snapshots.
pub(crate) struct Served {
    child: Child,
    /// Without a slash at its end.
    address: String,
    err: PathBuf,
}

/// What it prints as JSON.
pub(crate) fn first_line(world: &World, args: &[&str]) -> String {
    let (mut child, said) = start(world, args);
    child.kill().unwrap();
    child.wait().unwrap();
    said
}

fn start(world: &World, args: &[&str]) -> (Child, String) {
    let listen = if args.contains(&"--listen") { &[][..] } else { &["--listen", "127.0.0.1:0"][..] };
    let mut command = world.command(&[&["serve", "--json"], listen, args].concat());
    let mut child = command.stdout(Stdio::piped()).stderr(File::create(world.path("serve.err")).unwrap()).spawn().unwrap();
    let mut said = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut said).unwrap();
    (child, said)
}

impl Served {
    pub(crate) fn begin(world: &World, args: &[&str]) -> Self {
        let err = world.path("serve.err");
        let (child, said) = start(world, args);
        let said: Value = serde_json::from_str(&said).unwrap_or_else(|_| panic!("{said}{}", fs::read_to_string(&err).unwrap()));
        let address = said["address"].as_str().unwrap().trim_end_matches('/').to_owned();
        assert_eq!(said["webdav"], format!("{address}/dav/"));
        Self { child, address, err }
    }

    fn curl(&self, args: &[&str], path: &str) -> Asked {
        let mut command = Command::new("curl");
        command.args(["-sS", "-i", "--path-as-is", "--max-time", "60"]).args(args).arg(format!("{}{path}", self.address));
        Asked::of(&command.output().unwrap())
    }

    pub(crate) fn get(&self, path: &str) -> Asked {
        self.curl(&[], path)
    }

    fn stream(&self) -> TcpStream {
        TcpStream::connect(self.address.split("://").nth(1).unwrap()).unwrap()
    }

    /// Asks it to end, and gives what it ended with.
    pub(crate) fn end(mut self, signal: Signal) -> Option<i32> {
        kill_process(Pid::from_child(&self.child), signal).unwrap();
        self.child.wait().unwrap().code()
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

/// What curl got.
pub(crate) struct Asked {
    code: i32,
    status: u16,
    head: String,
    body: Vec<u8>,
}

impl Asked {
    fn of(output: &Output) -> Self {
        let end = output.stdout.windows(4).position(|part| part == b"\r\n\r\n").map_or(output.stdout.len(), |at| at + 4);
        let head = String::from_utf8_lossy(&output.stdout[..end]).to_lowercase();
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0);
        Self { code: output.status.code().unwrap(), status, head, body: output.stdout[end..].to_vec() }
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    #[track_caller]
    pub(crate) fn is(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}{}", self.head, self.text());
        self
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
    }
}

/// Waits for something that happens soon.
fn until(what: &str, holds: impl Fn() -> bool) {
    let deadline = Instant::now() + Duration::from_mins(2);
    while !holds() {
        assert!(Instant::now() < deadline, "{what} does not happen");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// Names as a path of a URL.
pub(crate) fn url(path: &Path) -> String {
    let byte =
        |byte: &u8| if byte.is_ascii_alphanumeric() || *byte == b'/' { char::from(*byte).to_string() } else { format!("%{byte:02X}") };
    path.as_os_str().as_bytes().iter().map(byte).collect()
}

/// A place in the newest state.
pub(crate) fn latest(what: &str, path: &Path) -> String {
    format!("/{what}/latest{}", url(path))
}

pub(crate) fn link(page: &str, text: &str) -> String {
    let before = page.split(&format!(">{text}</a>")).next().filter(|before| before.len() < page.len());
    let tag = before.unwrap_or_else(|| panic!("no link {text:?} in {page}")).rsplit("<a ").next().unwrap();
    tag.split("href=\"").nth(1).unwrap().split('"').next().unwrap().to_owned()
}

#[test]
fn pages_lead_from_the_calendar_to_every_byte() {
    let world = World::with_snapshot();
    let large = noise(3_000_001, 7);
    world.write("src/large file.bin", &large);
    world.write("src/letter.txt", b"Dear Grace,\n");
    let served = Served::begin(&world, &[]);
    // It came after the program, which holds nothing that a backup needs.
    world.run(&["backup", "src"]).ends(0);
    let src = world.path("src");
    until("the new snapshot", || served.get(&latest("file", &src.join("large file.bin"))).status == 200);

    let home = served.get("/").is(200).text();
    assert!(home.contains("<html lang=\"en\">") && home.contains("2 states were saved"), "{home}");
    let day = home.split("class=\"calendar\"").nth(1).unwrap().split("href=\"").nth(1).unwrap().split('"').next().unwrap();
    let mut page = served.get(day).is(200).text();
    for name in src.strip_prefix("/").unwrap() {
        page = served.get(&link(&page, &format!("{}/", name.to_str().unwrap()))).is(200).text();
    }
    let file = served.get(&link(&page, "large file.bin")).is(200).text();
    let bytes = link(&file, "Download");
    let whole = served.get(&bytes).is(200);
    assert!(whole.body == large && whole.header("content-disposition").unwrap().contains("filename=\"large file.bin\""), "{}", whole.head);
    assert_eq!(whole.header("content-type"), Some("application/octet-stream"));

    let tag = format!("if-range: {}", whole.header("etag").unwrap());
    let part = served.curl(&["-r", "1000000-1500000", "-H", &tag], &bytes).is(206);
    assert_eq!((part.body == large[1_000_000..=1_500_000], part.header("content-range")), (true, Some("bytes 1000000-1500000/3000001")));
    assert!(served.curl(&["-r", "-7"], &bytes).is(206).body == large[large.len() - 7..]);
    assert!(served.curl(&["-r", "0-9", "-H", "if-range: \"other\""], &bytes).is(200).body == large);
    assert_eq!(served.curl(&["-r", "3000001-"], &bytes).is(416).header("content-range"), Some("bytes */3000001"));
    let known = format!("if-none-match: {}", whole.header("etag").unwrap());
    assert!(served.curl(&["-H", &known], &bytes).is(304).body.is_empty());
    let head = served.curl(&["-I"], &bytes).is(200);
    assert_eq!((head.header("content-length"), head.body.len()), (Some("3000001"), 0));

    let text = served.get(&latest("browse", &src.join("letter.txt"))).is(200).text();
    assert!(text.contains("Dear Grace,"), "{text}");
    let versions = served.get(&link(&text, "All versions")).is(200).text();
    let older = versions.split("<a href=\"/file/").nth(2).unwrap().split('"').next().unwrap();
    assert_eq!(served.get(&format!("/file/{older}")).is(200).text(), "Dear Ada,\n");
    assert!(versions.contains("There are 2 versions"), "{versions}");

    let found = served.get("/search/latest?q=NUMB+csv").is(200).text();
    assert!(found.contains("numbers.csv</a>") && found.contains("One name was found"), "{found}");
    assert!(served.get("/search/latest?q=*.csv").is(200).text().contains("numbers.csv</a>"));
    assert!(served.get("/search/latest?q=nowhere").is(200).text().contains("Nothing has such a name"));

    for (wish, lang, word) in [("fr-CH,en;q=0.5", "fr", "Calendrier"), ("pt-BR", "pt", "Calend\u{e1}rio"), ("de,en", "en", "Calendar")] {
        let home = served.curl(&["-H", &format!("Accept-Language: {wish}")], "/").is(200);
        assert!(home.text().contains(&format!("<html lang=\"{lang}\">")) && home.text().contains(word), "{}", home.text());
        let chosen = served.get(&format!("/{lang}/browse/latest")).is(200).text();
        assert!(chosen.contains(&format!("<html lang=\"{lang}\">")) && !chosen.contains("web-"), "{chosen}");
    }
    assert_eq!(served.end(Signal::TERM), Some(0));
}

#[test]
fn a_folder_comes_as_one_archive() {
    let world = World::with_repository();
    world.write_noise("src/large", 12_000_000, 3);
    world.write("src/<b> & \"q\".txt", b"odd");
    fs::write(world.path("src").join(std::ffi::OsStr::from_bytes(b"byte\xff")), b"1").unwrap();
    world.run(&["backup", "src"]).ends(0);
    let served = Served::begin(&world, &["--at", "2100-01-01"]);
    let src = url(&world.path("src"));
    for (what, unpack) in [("tar", "tar -xf"), ("zip", "python3 -m zipfile -e")] {
        let archive = served.get(&format!("/{what}{src}")).is(200);
        assert!(archive.header("content-disposition").unwrap().contains(&format!("filename=\"src.{what}\"")), "{}", archive.head);
        world.write(&format!("it.{what}"), &archive.body);
        let into = if what == "tar" { "-C out-tar" } else { "out-zip" };
        let script = format!("mkdir out-{what} && {unpack} it.{what} {into}");
        let done = world.prepare(Command::new("sh"), &["-ec", &script]).output().unwrap();
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        for name in ["large", "letter.txt", "deep/er/numbers.csv", "<b> & \"q\".txt"] {
            let (stored, got) = (fs::read(world.path("src").join(name)), fs::read(world.path(&format!("out-{what}/src/{name}"))));
            assert!(stored.unwrap() == got.unwrap(), "{what} {name}");
        }
    }
    assert_eq!(world.picture("src"), world.picture("out-tar/src"));
    served.curl(&["-I"], &format!("/zip{src}")).is(200);
    served.get(&format!("/zip{src}/letter.txt")).is(404);
    // One state is all there is: its own folder is the first page.
    assert!(served.get("/").is(200).text().contains("Download all as zip"));
    assert_eq!(served.end(Signal::INT), Some(0));
}

#[test]
fn nothing_can_be_written_and_nothing_else_be_reached() {
    let world = World::with_snapshot();
    let served = Served::begin(&world, &[]);
    let letter = world.path("src/letter.txt");
    for method in ["PUT", "DELETE", "MKCOL", "PROPPATCH", "LOCK", "UNLOCK", "MOVE", "COPY", "POST", "PATCH", "TRACE", "REPORT"] {
        for place in [latest("dav", &letter), latest("file", &letter), "/".to_owned(), "/dav/new".to_owned()] {
            let refused = served.curl(&["-X", method, "-d", "x"], &place);
            assert_eq!(refused.status, 405, "{method} {place}");
            assert!(refused.header("allow").unwrap().starts_with(if place.contains("/dav") { "options" } else { "get" }));
        }
    }
    for what in ["browse", "file", "image", "zip", "tar", "search", "history", "compare", "dav"] {
        for way in [
            "/latest/../../../../../../etc/passwd",
            "/latest/%2e%2e/%2e%2e/%2e%2e/%2e%2e/etc/passwd",
            "/latest/..%2f..%2fetc%2fpasswd",
            "/latest//etc/passwd",
            "/latest/etc/passwd%00",
            "//etc/passwd",
            "/latest/./etc/passwd",
            "/latest/etc/passwd",
            "/%c0%ae%c0%ae/etc/passwd",
        ] {
            let asked = served.get(&format!("/{what}{way}"));
            assert!(asked.status == 404 && !asked.text().contains("root:"), "{what}{way}: {}{}", asked.head, asked.text());
        }
    }
    for host in ["evil.example", "127.0.0.1.evil.example", "192.0.2.1"] {
        let asked = served.curl(&["-H", &format!("Host: {host}")], &latest("file", &letter));
        assert!(asked.status == 421 && !asked.text().contains("Dear Ada"), "{host}: {}", asked.head);
    }
    for place in [
        "/".to_owned(),
        "/style.css".to_owned(),
        "/nowhere".to_owned(),
        latest("file", &letter),
        "/tar/latest".to_owned(),
        "/dav/".to_owned(),
    ] {
        let asked = served.get(&place);
        for (name, value) in [
            ("content-security-policy", "default-src 'none'"),
            ("content-security-policy", "frame-ancestors 'none'"),
            ("x-content-type-options", "nosniff"),
            ("referrer-policy", "no-referrer"),
            ("cross-origin-resource-policy", "same-origin"),
            ("cache-control", "no-store"),
        ] {
            assert!(asked.header(name).is_some_and(|said| said.contains(value)), "{place}: {}", asked.head);
        }
        assert!(!asked.head.contains("set-cookie") && !asked.text().contains("<script"), "{place}");
    }
    for asked in ["-X PROPFIND", "-X PROPFIND -H Depth:infinity"] {
        let args: Vec<&str> = asked.split(' ').collect();
        assert!(served.curl(&args, "/dav/").is(403).text().contains("propfind-finite-depth"));
    }
    let nested = "<a xmlns=\"DAV:\">".repeat(900);
    for body in [nested.as_str(), "<!DOCTYPE a [<!ENTITY b \"c\">]><a>&b;</a>", &"x".repeat(100_000)] {
        served.curl(&["-X", "PROPFIND", "-H", "Depth: 1", "-d", body], "/dav/").is(400);
    }
    served.get("/").is(200);
}

#[test]
fn elsewhere_it_demands_a_password_and_encryption() {
    let world = World::with_snapshot();
    world.write("access", ACCESS.as_bytes());
    world.write("short", b"1234");
    let refused = |args: &[&str], words: &str| world.run(&[&["serve", "--listen"], args].concat()).ends(2).says(words);
    refused(&["0.0.0.0:0"], "no password is demanded");
    refused(&["[::]:0", "--insecure-plain"], "no password is demanded");
    refused(&["0.0.0.0:0", "--access-file", "access"], "nothing would be encrypted");
    refused(&["0.0.0.0:0", "--access-file", "short", "--insecure-plain"], "too short");
    world.run(&["serve", "--tls-cert", "access", "--tls-key", "access"]).ends(1).says("certificate");

    let script = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=localhost \
        -addext subjectAltName=IP:127.0.0.1 -keyout key.pem -out cert.pem";
    let made = world.prepare(Command::new("sh"), &["-ec", script]).output().unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let (user, wrong) = (format!("auditor:{ACCESS}"), format!("auditor:{ACCESS}!"));
    let letter = latest("file", &world.path("src/letter.txt"));
    let ways: [&[&str]; 2] =
        [&["--listen", "0.0.0.0:0", "--insecure-plain"], &["--listen", "0.0.0.0:0", "--tls-cert", "cert.pem", "--tls-key", "key.pem"]];
    for way in ways {
        let mut served = Served::begin(&world, &[&["--access-file", "access"], way].concat());
        served.address = served.address.replace("0.0.0.0", "127.0.0.1");
        assert_eq!(served.address.starts_with("https"), way.len() > 3);
        let cert = world.text("cert.pem");
        let curl = |args: &[&str]| served.curl(&[&["--cacert", cert.as_str()], args].concat(), &letter);
        for args in [&[][..], &["-u", &wrong], &["-H", "Authorization: Bearer x"], &["-X", "PROPFIND"]] {
            let refused = curl(args).is(401);
            assert!(refused.header("www-authenticate").unwrap().starts_with("basic") && !refused.text().contains("Dear Ada"));
        }
        assert_eq!(curl(&["-u", &user]).is(200).text(), "Dear Ada,\n");
        if served.address.starts_with("https") {
            let plain = Command::new("curl").args(["-sS", "-m", "30"]).arg(served.address.replace("https", "http")).output().unwrap();
            assert!(!plain.status.success() || plain.stdout.is_empty());
        }
    }
}

/// Changes a bit of the largest object, in its middle.
fn damage(world: &World) {
    let packs = world.objects("packs");
    let largest = packs.iter().max_by_key(|pack| fs::metadata(pack).unwrap().len()).unwrap();
    let file = OpenOptions::new().read(true).write(true).open(largest).unwrap();
    let mut byte = [0];
    file.read_exact_at(&mut byte, 8 << 20).unwrap();
    file.write_all_at(&[byte[0] ^ 1], 8 << 20).unwrap();
}

#[test]
fn damage_breaks_a_transfer_off_and_gives_no_wrong_byte() {
    let world = World::with_snapshot();
    let large = noise(20 << 20, 4);
    world.write("src/large", &large);
    world.run(&["backup", "src"]).ends(0);
    damage(&world);
    let served = Served::begin(&world, &[]);
    let src = world.path("src");
    let got = served.get(&latest("file", &src.join("large")));
    // 18: it ended before all was there.
    assert_eq!((got.code, got.status), (18, 200));
    assert!(large.starts_with(&got.body) && got.body.len() > 1 << 20 && got.body.len() < large.len(), "{}", got.body.len());
    for what in ["tar", "zip"] {
        assert_eq!(served.get(&latest(what, &src)).code, 18, "{what}");
    }
    let end = served.curl(&["-r", "-1000000"], &latest("file", &src.join("large"))).is(206);
    assert!(end.body == large[large.len() - 1_000_000..]);
    assert_eq!(served.get(&latest("file", &src.join("letter.txt"))).is(200).text(), "Dear Ada,\n");
    // Read by itself it is told as a page.
    let page = served.curl(&["-r", &format!("{}-", got.body.len())], &latest("file", &src.join("large"))).is(500).text();
    assert!(page.contains("does not give this as it was saved"), "{page}");
    assert!(fs::read_to_string(&served.err).unwrap().is_empty(), "with --json nothing is warned of");
}

#[test]
fn who_leaves_ends_what_is_done_for_them() {
    let world = World::with_repository();
    world.write_noise("src/large", 60 << 20, 5);
    world.run(&["backup", "src"]).ends(0);
    let served = Served::begin(&world, &[]);
    let folder = latest("tar", &world.path("src"));
    let file = latest("file", &world.path("src/large"));
    let ask = |path: &str| {
        let mut stream = served.stream();
        write!(stream, "GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n").unwrap();
        stream.read_exact(&mut [0; 15_000]).unwrap();
        stream
    };
    // As many archives as may be under way at once, each taken a little of.
    let streams: Vec<TcpStream> = (0..2).map(|_| ask(&folder)).collect();
    assert!(served.get(&folder).is(503).text().contains("Too much is being done"));
    let files: Vec<TcpStream> = (0..40).map(|_| ask(&file)).collect();
    served.get("/").is(200);
    drop((streams, files));
    until("room for one more", || served.curl(&["-o", "/dev/null", "-r", "0-0"], &latest("search", &world.path("src"))).code == 0);
    until("room for an archive", || ask_status(&served, &folder) == 200);
    // What is under way does not keep it from ending.
    let _stream = ask(&folder);
    assert_eq!(served.end(Signal::INT), Some(0));
}

fn ask_status(served: &Served, path: &str) -> u16 {
    let mut stream = served.stream();
    write!(stream, "GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n").unwrap();
    let mut head = [0; 12];
    stream.read_exact(&mut head).unwrap();
    String::from_utf8_lossy(&head[9..]).parse().unwrap()
}

#[test]
fn a_repository_that_goes_away_is_told() {
    let world = World::with_snapshot();
    let served = Served::begin(&world, &[]);
    let away = world.path("away");
    served.get("/browse/latest").is(200);
    fs::rename(world.repository(), &away).unwrap();
    let letter = latest("file", &world.path("src/letter.txt"));
    let page = served.get(&letter).is(503);
    assert!(page.text().contains("cannot be read now") && page.header("retry-after").is_some(), "{}", page.text());
    served.get(&latest("zip", &world.path("src"))).is(503);
    served.get("/").is(200);
    fs::rename(&away, world.repository()).unwrap();
    assert_eq!(served.get(&letter).is(200).text(), "Dear Ada,\n");
}

#[test]
fn a_webdav_client_copies_everything_and_changes_nothing() {
    let world = World::with_repository();
    world.write_noise("src/large", 5_000_000, 3);
    for number in 0..700 {
        world.write(&format!("src/many/file {number}"), number.to_string().as_bytes());
    }
    world.write("src/caf\u{e9} & <b>.txt", b"odd");
    fs::remove_file(world.path("src/link")).unwrap();
    world.run(&["backup", "src"]).ends(0);
    let served = Served::begin(&world, &[]);
    let remote = format!("--webdav-url={}/dav/latest{}", served.address, url(&world.path("src")));
    let rclone = |args: &[&str]| world.prepare(Command::new("rclone"), &[&["--retries", "1", &remote], args].concat()).output().unwrap();
    let copied = rclone(&["copy", ":webdav:", "out"]);
    assert!(copied.status.success(), "{}", String::from_utf8_lossy(&copied.stderr));
    let plain =
        |name: &str| -> Vec<String> { world.picture(name).lines().map(|line| line.split(' ').next().unwrap().to_owned()).collect() };
    assert_eq!(plain("src"), plain("out"));
    let checked = rclone(&["check", "--download", ":webdav:", "src"]);
    assert!(checked.status.success(), "{}", String::from_utf8_lossy(&checked.stderr));
    world.write("new/file", b"1");
    for args in [&["copy", "new", ":webdav:"][..], &["delete", ":webdav:many"], &["purge", ":webdav:deep"]] {
        assert!(!rclone(args).status.success(), "{args:?}");
    }
    assert!(rclone(&["check", "--download", ":webdav:", "src"]).status.success());
}

/// The library that drives browsers, installed below `target/`.
fn playwright() -> PathBuf {
    let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/browser");
    let into = Path::new(env!("CARGO_TARGET_TMPDIR")).join("browser");
    fs::create_dir_all(&into).unwrap();
    for name in ["package.json", "package-lock.json"] {
        fs::copy(from.join(name), into.join(name)).unwrap();
    }
    let installed = Command::new("npm").args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"]).current_dir(&into).output();
    let installed = installed.expect("this test needs npm (Debian: apt install npm)");
    assert!(installed.status.success(), "npm cannot install playwright-core:\n{}", String::from_utf8_lossy(&installed.stderr));
    into
}

#[test]
fn a_browser_goes_from_the_calendar_to_a_downloaded_file() {
    let world = World::with_repository();
    let books = "Soll;Haben\n100,00;\u{20ac}\n".repeat(30_000);
    world.write("src/books/ledger 2021.csv", b"older\n");
    world.run(&["backup", "src"]).ends(0);
    world.write("src/books/ledger 2021.csv", books.as_bytes());
    let hostile = "<script>document.title = 'taken'; alert(1)</script><img src=http://192.0.2.1/x>";
    world.write("src/books/<img src=x onerror=alert(1)>.html", hostile.as_bytes());
    // One pixel.
    let png: [u8; 69] = [
        137, 80, 78, 71, 13, 10, 26, 10, 0, 0, 0, 13, 73, 72, 68, 82, 0, 0, 0, 1, 0, 0, 0, 1, 8, 2, 0, 0, 0, 144, 119, 83, 222, 0, 0, 0,
        12, 73, 68, 65, 84, 120, 156, 99, 248, 207, 192, 0, 0, 3, 1, 1, 0, 201, 254, 146, 239, 0, 0, 0, 0, 73, 69, 78, 68, 174, 66, 96,
        130,
    ];
    world.write("src/books/dot.png", &png);
    world.run(&["backup", "src"]).ends(0);
    let served = Served::begin(&world, &[]);
    let path = world.path("src/books/ledger 2021.csv");
    let names: Vec<&str> = path.to_str().unwrap().split('/').skip(1).collect();
    let library = playwright();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/browser/clicks.mjs");
    fs::create_dir(world.path("downloads")).unwrap();
    let mut command = world.prepare(Command::new("node"), &[script.as_path(), &library]);
    command.args(["/usr/bin/chromium", &format!("{}/", served.address), &world.text("downloads")]).args(&names);
    let done = command.output().expect("this test needs node (Debian: apt install nodejs)");
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    let seen: Value = serde_json::from_slice(&done.stdout).unwrap();
    assert!(fs::read(seen["file"].as_str().unwrap()).unwrap() == books.as_bytes());
    assert_eq!((&seen["name"], &seen["troubles"]), (&"ledger 2021.csv".into(), &serde_json::json!([])));
    assert!(seen["text"].as_str().unwrap().starts_with("Soll;Haben\n100,00;\u{20ac}\n"));
    assert_eq!((seen["older"].as_str().unwrap().trim(), seen["hostile"].as_str().unwrap().trim()), ("older", hostile));
    assert_eq!(seen["picture"], serde_json::json!([1, 1]));
    let changes: Vec<&str> = seen["changes"].as_array().unwrap().iter().map(|row| row.as_str().unwrap()).collect();
    assert_eq!((changes.len(), changes[1]), (5, "books/\tOnly details (time of last change)\t\t"), "{changes:?}");
    assert!(changes.iter().any(|row| row.starts_with("ledger 2021.csv\tChanged\t6\u{a0}B\t")), "{changes:?}");
    for request in seen["requests"].as_array().unwrap() {
        assert!(request.as_str().unwrap().starts_with(&served.address), "{request}");
    }
}
