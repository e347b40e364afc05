//! A real clamd that knows one harmful thing, the test string of EICAR, and a false one that misbehaves.

use services::files::Clamd;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, UnixStream};
use tokio::task::JoinHandle;
use uuid::Uuid;

/// What every scanner recognises and no machine minds, in two halves: no scanner shall stumble over this source.
pub fn eicar() -> Vec<u8> {
    let halves: [&[u8]; 2] = [br"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-", b"ANTIVIRUS-TEST-FILE!$H+H*"];
    halves.concat()
}

/// A running clamd; it ends with this.
pub struct Running {
    process: Child,
    home: PathBuf,
}

impl Running {
    /// Starts one (a moment: its only signature is written here) and waits until it listens.
    pub async fn start() -> Self {
        let home = std::env::temp_dir()
            .join(format!("cordblood-clamd-{}", Uuid::from_bytes(services::crypto::random()).simple()));
        let (signatures, configuration) = (home.join("signatures"), home.join("clamd.conf"));
        std::fs::create_dir_all(&signatures).expect("a folder");
        let known: String = eicar().iter().map(|byte| format!("{byte:02x}")).collect();
        std::fs::write(signatures.join("test.ndb"), format!("Eicar-Test-Signature:0:*:{known}\n"))
            .expect("a signature");
        let settings = format!(
            "Foreground yes\nLocalSocket {}\nDatabaseDirectory {}\nStreamMaxLength 16M\n",
            home.join("socket").display(),
            signatures.display()
        );
        std::fs::write(&configuration, settings).expect("a configuration");
        let program = if Command::new("clamd").arg("--version").output().is_ok() { "clamd" } else { "/usr/sbin/clamd" };
        let process = Command::new(program)
            .arg("--config-file")
            .arg(&configuration)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("clamd: scripts/setup installs it");
        let running = Self { process, home };
        for _ in 0..300 {
            if UnixStream::connect(running.socket()).await.is_ok() {
                return running;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("clamd does not listen");
    }

    fn socket(&self) -> PathBuf {
        self.home.join("socket")
    }

    /// As the house asks it.
    pub fn scanner(&self) -> Clamd {
        Clamd::Unix(self.socket())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
        let _ = std::fs::remove_dir_all(&self.home);
    }
}

/// Something on a port of loopback that hears some bytes of every file and answers this, whatever it heard; then it hangs up.
pub struct False {
    task: JoinHandle<()>,
    address: String,
}

impl False {
    /// Listens.
    pub async fn answering(answer: &'static [u8]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address").to_string();
        let task = tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let mut heard = [0; 4096];
                let _ = stream.read(&mut heard).await;
                let _ = stream.write_all(answer).await;
            }
        });
        Self { task, address }
    }

    /// As the house asks it.
    pub fn scanner(&self) -> Clamd {
        Clamd::Tcp(self.address.clone())
    }
}

impl Drop for False {
    fn drop(&mut self) {
        self.task.abort();
    }
}
