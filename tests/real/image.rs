//! A file system in a file, on a loop device, that can be cut off. Must leave no mount behind, however the test ends.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

/// Waits for the end of its input, then `FS_IOC_SHUTDOWN` without writing the log: what was not made durable is gone. Python has the call that
/// safe Rust does not.
const SHUT_DOWN: &str = "\
import fcntl, os, struct, sys
folder = os.open(sys.argv[1], os.O_RDONLY)
print('ready', flush=True)
sys.stdin.read()
fcntl.ioctl(folder, 0x8004587d, struct.pack('I', 2))";

/// A mounted file system.
pub(crate) struct Image {
    file: PathBuf,
    place: PathBuf,
    /// The file system that holds the file, where this one does not know how to be shut down itself.
    below: Option<Box<Image>>,
}

/// Runs a system's program; its message if it fails.
fn system(program: &str, arguments: &[&str]) -> Result<(), String> {
    let run = Command::new(program).args(arguments).stdin(Stdio::null()).output();
    let told = |output: Output| format!("{program} {}: {}", arguments.join(" "), String::from_utf8_lossy(&output.stderr).trim());
    match run {
        Ok(output) if output.status.success() => Ok(()),
        Ok(output) => Err(told(output)),
        Err(error) => Err(format!("{program}: {error}")),
    }
}

impl Image {
    /// A new file system of a kind, below `folder`. btrfs cannot be shut down: it lies in an ext4 that can.
    pub(crate) fn new(kind: &str, folder: &Path) -> Result<Self, String> {
        let below = if kind == "btrfs" { Some(Box::new(Self::sized("ext4", "600M", folder, None)?)) } else { None };
        Self::sized(kind, "400M", folder, below)
    }

    fn sized(kind: &str, size: &str, folder: &Path, below: Option<Box<Self>>) -> Result<Self, String> {
        let (force, quiet) = if kind == "ext4" { ("-F", "-q") } else { ("-f", "-q") };
        let file = below.as_ref().map_or(folder, |below| below.place.as_path()).join(format!("{kind}.image"));
        let place = folder.join(kind);
        fs::create_dir_all(&place).map_err(|error| error.to_string())?;
        system("truncate", &["-s", size, file.to_str().unwrap()])?;
        system(&format!("mkfs.{kind}"), &[force, quiet, file.to_str().unwrap()])?;
        // The medium itself must survive the first cut: only what comes later may be lost.
        system("sync", &[])?;
        let image = Self { file, place, below };
        image.mount()?;
        Ok(image)
    }

    pub(crate) fn place(&self) -> &Path {
        &self.place
    }

    fn mount(&self) -> Result<(), String> {
        system("mount", &["-o", "loop", self.file.to_str().unwrap(), self.place.to_str().unwrap()])
    }

    /// Gets ready to cut it off at once.
    pub(crate) fn switch(&self) -> Switch {
        let shut = self.below.as_ref().map_or(&self.place, |below| &below.place);
        let mut command = Command::new("python3");
        command.args(["-c", SHUT_DOWN]).arg(shut).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
        assert_eq!(line, "ready\n");
        Switch(child)
    }

    /// Waits until nothing holds the file system any more: a mount namespace that another program made meanwhile has its mounts, too, and who
    /// mounted it again before that ends would meet the one that was cut off.
    fn is_let_go(&self) {
        for _ in 0..1200 {
            let devices = Command::new("losetup").arg("-j").arg(&self.file).output().unwrap();
            if devices.status.success() && devices.stdout.is_empty() {
                return;
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        panic!("{} is still held by somebody", self.file.display());
    }

    /// The power is back: what is on the medium is all there is.
    pub(crate) fn comes_back(&self) {
        for image in std::iter::once(self).chain(self.below.as_deref()) {
            system("umount", &[image.place.to_str().unwrap()]).unwrap();
            image.is_let_go();
        }
        if let Some(below) = &self.below {
            below.mount().unwrap();
        }
        self.mount().unwrap();
    }
}

/// What cuts a file system off when it is thrown.
pub(crate) struct Switch(Child);

impl Switch {
    /// The power goes: nothing that was not made durable is written any more, and everything fails.
    pub(crate) fn cut(mut self) {
        drop(self.0.stdin.take());
        assert!(self.0.wait().unwrap().success());
    }
}

impl Drop for Image {
    fn drop(&mut self) {
        // There is nobody to tell; a loop device goes with the last mount of it.
        drop(system("umount", &["-l", self.place.to_str().unwrap()]));
    }
}
