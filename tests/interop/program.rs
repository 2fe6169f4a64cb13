//! Other people's programs. Each is killed when its value goes, also when a test fails.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;

use super::PATIENCE;

/// A running program and what it prints, both its outputs in one.
pub(crate) struct Program {
    name: String,
    child: Child,
    lines: Receiver<String>,
    seen: Vec<String>,
}

impl Program {
    /// Starts `name`, which Debian has in `package`.
    pub(crate) fn start(name: &str, package: &str, args: &[&str]) -> Self {
        let path = find(name).unwrap_or_else(|| {
            panic!(
                "`{name}` is missing: `make test-tools` installs it, it is in Debian's package `{package}`"
            )
        });
        let (reader, writer) = std::io::pipe().unwrap();
        // Into a pipe, a C program prints when its buffer is full; `stdbuf` (coreutils) makes it print lines.
        let child = Command::new("stdbuf")
            .arg("-oL")
            .arg(path)
            .args(args)
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .stdin(Stdio::piped())
            .stdout(writer.try_clone().unwrap())
            .stderr(writer)
            .spawn()
            .unwrap();
        let (sender, lines) = mpsc::channel();
        thread::spawn(move || {
            for line in BufReader::new(reader).lines().map_while(Result::ok) {
                if sender.send(line).is_err() {
                    break;
                }
            }
        });
        Self { name: name.to_owned(), child, lines, seen: Vec::new() }
    }

    /// Gives the program a line on its standard input.
    pub(crate) fn tell(&mut self, line: &str) {
        writeln!(self.child.stdin.as_mut().unwrap(), "{line}").unwrap();
    }

    /// Waits for a line that contains `text`; `None` when the program has ended without it.
    pub(crate) fn line(&mut self, text: &str) -> Option<&str> {
        loop {
            match self.lines.recv_timeout(PATIENCE) {
                Ok(line) => {
                    let found = line.contains(text);
                    self.seen.push(line);
                    if found {
                        return self.seen.last().map(String::as_str);
                    }
                }
                Err(RecvTimeoutError::Disconnected) => return None,
                Err(RecvTimeoutError::Timeout) => {
                    panic!("`{}` does not print `{text}`, but: {:#?}", self.name, self.seen)
                }
            }
        }
    }

    /// What was printed so far and looked at.
    pub(crate) fn seen(&self) -> &[String] {
        &self.seen
    }

    /// Waits for the end: whether the program calls it a success, and all that it printed.
    pub(crate) fn finish(mut self) -> (bool, Vec<String>) {
        while self.line("").is_some() {}
        let status = self.child.wait().unwrap();
        (status.success(), std::mem::take(&mut self.seen))
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Debian keeps servers where an ordinary user's PATH does not lead.
fn find(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = std::env::split_paths(&path).chain([Path::new("/usr/sbin").to_owned()]);
    folders.map(|folder| folder.join(name)).find(|file| file.is_file())
}
