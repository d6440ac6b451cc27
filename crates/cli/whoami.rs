//! Who runs the program, for people who read a list of snapshots. Nothing is decided by it.

use rustix::process::geteuid;
use rustix::system::uname;

/// Name of this machine.
pub(crate) fn host() -> String {
    uname().nodename().to_string_lossy().into_owned()
}

/// Name of the user, or the number where there is no name.
pub(crate) fn user() -> String {
    let id = geteuid().as_raw();
    let users = std::fs::read_to_string("/etc/passwd").unwrap_or_default();
    name_of(&users, id).or_else(|| std::env::var("LOGNAME").ok()).unwrap_or_else(|| id.to_string())
}

/// Name and version of this program.
pub(crate) fn program() -> String {
    concat!("liasse ", env!("CARGO_PKG_VERSION")).to_owned()
}

fn name_of(users: &str, id: u32) -> Option<String> {
    users.lines().find_map(|line| {
        let mut fields = line.split(':');
        let name = fields.next()?;
        (fields.nth(1)? == id.to_string()).then(|| name.to_owned())
    })
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_user_is_found_by_number() {
        let users = "root:x:0:0:root:/root:/bin/sh\nada:x:1000:1000::/home/ada:/bin/sh\n";
        assert_eq!(super::name_of(users, 1000).as_deref(), Some("ada"));
        assert_eq!(super::name_of(users, 1), None);
    }
}
