//! The binary; everything is in the library, so that tests use what is served.

use clap::Parser as _;
use std::process::ExitCode;

fn main() -> ExitCode {
    // Two implementations below rustls would panic at the first TLS: one is chosen before anything else happens.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let cli = server::cli::Cli::parse();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("error: no runtime: {error}");
            return ExitCode::FAILURE;
        }
    };
    let code = runtime.block_on(server::cli::run(cli));
    // A blocking thread that hangs (a resolver) must not keep a process alive that was told to end.
    runtime.shutdown_timeout(std::time::Duration::from_secs(1));
    code
}
