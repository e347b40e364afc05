//! The listener itself, on a real socket: the end that waits, the head that is too slow, both versions of HTTP.

use crate::support::Site;
use server::listen::{Times, serve};
use server::router;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

async fn listening(site: &Site, times: Times) -> (SocketAddr, CancellationToken, JoinHandle<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let stop = CancellationToken::new();
    let served = router::site(&site.house).expect("the site");
    (address, stop.clone(), tokio::spawn(serve(listener, served, times, stop)))
}

const TIMES: Times = Times { header: Duration::from_millis(300), shutdown: Duration::from_secs(5) };

async fn read(stream: &mut TcpStream) -> String {
    let mut text = String::new();
    let _ = timeout(Duration::from_secs(5), stream.read_to_string(&mut text)).await.expect("the connection closes");
    text
}

#[tokio::test]
async fn pages_come_over_a_socket_and_after_the_end_nobody_is_let_in() {
    let site = Site::new().await;
    let (address, stop, serving) = listening(&site, TIMES).await;
    let mut stream = TcpStream::connect(address).await.expect("a connection");
    let request = b"GET /privacy HTTP/1.1\r\nHost: test.example\r\nConnection: close\r\n\r\n";
    stream.write_all(request).await.expect("a request");
    let text = read(&mut stream).await;
    assert!(text.starts_with("HTTP/1.1 200") && text.contains("</html>"), "{}", &text[..text.len().min(80)]);
    stop.cancel();
    timeout(Duration::from_secs(5), serving).await.expect("it ends").expect("without a panic");
    assert!(TcpStream::connect(address).await.is_err(), "no new connections");
}

#[tokio::test]
async fn a_request_under_way_is_answered_at_the_end() {
    let site = Site::new().await;
    let (address, stop, serving) = listening(&site, TIMES).await;
    let mut stream = TcpStream::connect(address).await.expect("a connection");
    let head = "POST /preferences HTTP/1.1\r\nHost: test.example\r\nOrigin: https://test.example\r\n\
                Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 10\r\n\r\n";
    stream.write_all(head.as_bytes()).await.expect("a head");
    tokio::time::sleep(Duration::from_millis(100)).await;
    stop.cancel();
    tokio::time::sleep(Duration::from_millis(100)).await;
    stream.write_all(b"size=elder").await.expect("a body");
    let text = read(&mut stream).await;
    assert!(text.starts_with("HTTP/1.1 303"), "{text}");
    timeout(Duration::from_secs(5), serving).await.expect("it ends").expect("without a panic");
}

#[tokio::test]
async fn the_end_does_not_wait_for_ever() {
    let site = Site::new().await;
    let times = Times { header: Duration::from_secs(60), shutdown: Duration::from_millis(200) };
    let (address, stop, serving) = listening(&site, times).await;
    let mut stream = TcpStream::connect(address).await.expect("a connection");
    stream
        .write_all(
            b"POST /preferences HTTP/1.1\r\nHost: a\r\nOrigin: https://test.example\r\nContent-Length: 9\r\n\r\n",
        )
        .await
        .expect("a head");
    tokio::time::sleep(Duration::from_millis(50)).await;
    stop.cancel();
    timeout(Duration::from_secs(2), serving).await.expect("the deadline holds").expect("without a panic");
}

/// Of one machine's connections the slow ones hold no place for ever. What ends them is waited for, never timed: a form's time
/// is short here, a file's and the house's is longer than any test.
#[tokio::test]
async fn a_body_that_takes_too_long_is_told_so_and_a_file_has_longer() {
    let site = Site::with(&[
        ("CORDBLOOD__HTTP__BODY_TIMEOUT", "200ms"),
        ("CORDBLOOD__HTTP__UPLOAD_TIMEOUT", "10h"),
        ("CORDBLOOD__HTTP__TIMEOUT", "11h"),
        ("CORDBLOOD__HTTP__CONCURRENCY", "2"),
        ("CORDBLOOD__HTTP__ADMISSION_TIMEOUT", "10h"),
    ])
    .await;
    let (address, stop, serving) = listening(&site, TIMES).await;
    let begin = async |path: &str, kind: &str, length: usize, part: &str| {
        let mut stream = TcpStream::connect(address).await.expect("a connection");
        let head = format!(
            "POST {path} HTTP/1.1\r\nHost: test.example\r\nOrigin: https://test.example\r\nContent-Type: {kind}\r\n\
             Content-Length: {length}\r\n\r\n{part}"
        );
        stream.write_all(head.as_bytes()).await.expect("a head and a part");
        stream
    };
    let form = "application/x-www-form-urlencoded";
    let body = "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.csv\"\r\n\r\nname\r\n--x--\r\n";
    let (part, rest) = body.split_at(40);
    let upload = "/museum/groups/r/nonsense/roster";
    let mut file = begin(upload, "multipart/form-data; boundary=x", body.len(), part).await;
    // As many slow forms as there are places: each is told, and none keeps the next one out.
    let mut slow = Vec::new();
    for path in ["/en/sign-in", "/museum/groups/apply/x", "/preferences", "/api/v1/token"] {
        let kind = if path.starts_with("/api/") { "application/json" } else { form };
        slow.push((path, begin(path, kind, 1_000, "{").await));
    }
    for (path, stream) in &mut slow {
        let mut text = String::new();
        stream.read_to_string(&mut text).await.expect("an answer, and the end of the connection");
        assert!(text.starts_with("HTTP/1.1 408"), "{path}: {text}");
        assert!(text.to_lowercase().contains("\r\nconnection: close\r\n"), "{path}: the rest is no request");
        let said = match *path {
            "/en/sign-in" => "What you sent did not arrive in time",
            "/api/v1/token" => "\"code\":\"too-slow\"",
            _ => "提交的内容没有及时收到",
        };
        assert!(text.contains(said), "{path}: {text}");
    }
    // The file began before them all and is still waited for.
    file.write_all(rest.as_bytes()).await.expect("the rest");
    let mut first = [0; 12];
    file.read_exact(&mut first).await.expect("an answer");
    assert_eq!(&first, b"HTTP/1.1 410", "it was read to its end, and its link leads nowhere");
    drop(file);
    stop.cancel();
    timeout(Duration::from_secs(5), serving).await.expect("it ends").expect("without a panic");
}

#[tokio::test]
async fn a_head_that_takes_too_long_is_cut_off() {
    let site = Site::new().await;
    let (address, stop, serving) = listening(&site, TIMES).await;
    let mut stream = TcpStream::connect(address).await.expect("a connection");
    stream.write_all(b"GET / HTTP/1.1\r\nHost: slow").await.expect("a beginning");
    let text = timeout(Duration::from_secs(3), read(&mut stream)).await.expect("the connection is closed");
    assert!(text.is_empty() || text.starts_with("HTTP/1.1 408"), "{text}");
    stop.cancel();
    timeout(Duration::from_secs(5), serving).await.expect("it ends").expect("without a panic");
}
