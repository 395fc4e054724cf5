//! The origin: nginx with a small answer.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::{Result, ensure};

use crate::tools;
use xtask::process::Running;

/// Starts an origin that answers at once, with a small answer as APIs give.
pub fn start(directory: &Path, port: u16) -> Result<Running> {
    let config = directory.join("nginx.conf");
    let d = directory.display();
    let text = format!(
        r#"daemon off; worker_processes 1; pid {d}/nginx.pid; error_log {d}/nginx.log;
events {{ worker_connections 1024; }}
http {{
  access_log off; keepalive_requests 100000000; default_type application/json;
  client_body_temp_path {d}/body; proxy_temp_path {d}/proxy; fastcgi_temp_path {d}/fastcgi;
  uwsgi_temp_path {d}/uwsgi; scgi_temp_path {d}/scgi;
  server {{
    listen 127.0.0.1:{port};
    location / {{ return 200 '{{"customFields":[{{"id":"3sv6UEo51C9Bmpo1cKTq","name":"pincode","fieldKey":"contact.pincode","dataType":"TEXT","position":0}}]}}'; }}
  }}
}}
"#
    );
    fs::write(&config, text)?;
    let mut nginx = Running::start(Command::new(tools::ensure("nginx-light")?).arg("-c").arg(&config))?;
    let ended = nginx.wait_at_most(Duration::from_millis(300))?;
    ensure!(ended.is_none(), "nginx ended: see {d}/nginx.log");
    Ok(nginx)
}
