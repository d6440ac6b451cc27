//! Mails and webhooks against real servers on this machine: the SMTP server `aiosmtpd` and Python's own HTTP server, certificates by
//! openssl. What the servers need is installed below the target folder; a test that cannot have it fails.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, missing_docs)]

#[path = "notify/mails.rs"]
mod mails;
#[path = "report/sample.rs"]
#[allow(dead_code, reason = "not all reports are sent")]
mod sample;
#[path = "notify/servers.rs"]
mod servers;
#[path = "notify/webhooks.rs"]
mod webhooks;
