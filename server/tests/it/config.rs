//! The configuration: layers, types, and what keeps a server from starting.

use server::config::{Config, DEFAULTS, Environment};
use std::time::Duration;

fn load(lines: &[(&str, &str)]) -> Result<Config, Vec<String>> {
    let lines = lines.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned()));
    Config::from_layers(None, lines).map_err(|problems| problems.iter().map(|problem| problem.key.clone()).collect())
}

const URL: (&str, &str) = ("DATABASE_URL", "postgres://u:p@127.0.0.1/db");

#[test]
fn every_key_has_a_comment_above_it() {
    let lines: Vec<&str> = DEFAULTS.lines().collect();
    let mut keys = 0;
    for (i, line) in lines.iter().enumerate() {
        if !line.starts_with('#') && line.contains(" = ") {
            keys += 1;
            assert!(lines[i - 1].starts_with("# "), "{line} says nothing about itself");
        }
    }
    assert!(keys > 40, "only {keys} keys were found: has the form of the file changed?");
}

#[test]
fn the_defaults_are_complete_but_for_the_database() {
    assert_eq!(load(&[]).err(), Some(vec!["database.url".to_owned()]));
    let config = load(&[URL]).expect("usable");
    assert_eq!(config.environment, Environment::Development);
    assert_eq!(config.http.timeout, Duration::from_secs(30));
}

#[test]
fn the_environment_overrides_the_file_and_the_file_the_defaults() {
    let file =
        std::env::temp_dir().join(format!("cordblood-{}.toml", uuid::Uuid::from_bytes(services::crypto::random())));
    std::fs::write(&file, "[http]\ntimeout = \"40s\"\nbody_limit = 2048\n").expect("a file");
    let lines = [URL, ("CORDBLOOD__HTTP__BODY_LIMIT", "4096")].map(|(key, value)| (key.to_owned(), value.to_owned()));
    let config = Config::from_layers(Some(&file), lines).expect("usable");
    std::fs::remove_file(&file).expect("the file goes");
    assert_eq!(
        (config.http.timeout, config.http.body_limit, config.http.concurrency),
        (Duration::from_secs(40), 4096, 256)
    );
}

#[test]
fn texts_of_digits_stay_texts_and_lists_are_split() {
    let config = load(&[
        URL,
        ("CORDBLOOD__MAIL__PASSWORD", "007"),
        ("CORDBLOOD__MAIL__USER", "u"),
        ("CORDBLOOD__HTTP__TRUSTED_PROXIES", "10.0.0.0/8, 192.0.2.1"),
    ])
    .expect("usable");
    assert_eq!(config.mail.password.expose(), "007");
    assert_eq!(config.http.trusted_proxies.len(), 2);
    assert!(config.http.trusted_proxies[1].contains("192.0.2.1".parse().expect("an address")));
}

#[test]
fn a_slip_of_the_pen_is_named() {
    let wrong = load(&[
        URL,
        ("CORDBLOOD__HTTP__LISTEM", "x"),
        ("CORDBLOOD__WORKERS__JOBS", "many"),
        ("CORDBLOOD__WORKERS__ENABLED", "yes"),
    ]);
    let keys = ["CORDBLOOD__HTTP__LISTEM", "CORDBLOOD__WORKERS__JOBS", "CORDBLOOD__WORKERS__ENABLED"];
    assert_eq!(wrong.err(), Some(keys.map(str::to_owned).to_vec()));
    assert_eq!(load(&[URL, ("CORDBLOOD__HTTP__TIMEOUT", "soon")]).err(), Some(vec!["http.timeout".to_owned()]));
    // What would end a request before it can say why.
    let short = load(&[URL, ("CORDBLOOD__HTTP__TIMEOUT", "20s")]);
    assert_eq!(short.err(), Some(vec!["http.upload_timeout".to_owned()]));
    assert_eq!(load(&[URL, ("CORDBLOOD__FILES__SCANNER", "clamd")]).err(), Some(vec!["files.scanner".to_owned()]));
    assert_eq!(
        load(&[URL, ("CORDBLOOD__HTTP__PUBLIC_URL", "https://a.cn/")]).err(),
        Some(vec!["http.public_url".to_owned()])
    );
}

#[test]
fn production_refuses_everything_of_development_at_once() {
    let far = ("DATABASE_URL", "postgres://u:p@db.example.cn/db");
    let found = load(&[far, ("CORDBLOOD__ENVIRONMENT", "production"), ("CORDBLOOD__DATABASE__ROLE", "")])
        .expect_err("unusable");
    let expected = [
        "secrets.master_key",
        "http.public_url",
        "mail.delivery",
        "files.scanner",
        "sms.delivery",
        "mail.sender_address",
        "database.role",
        "database.url",
    ];
    assert_eq!(found, expected);
}

#[test]
fn production_asks_a_database_elsewhere_for_its_certificate() {
    let refused = |url: &str| {
        let found = load(&[("DATABASE_URL", url), ("CORDBLOOD__ENVIRONMENT", "production")]).expect_err("unusable");
        found.iter().any(|key| key == "database.url")
    };
    for open in ["", "?sslmode=disable", "?sslmode=prefer", "?sslmode=require"] {
        assert!(refused(&format!("postgres://u:p@10.0.0.5/db{open}")), "{open}");
    }
    assert!(!refused("postgres://u:p@10.0.0.5/db?sslmode=verify-full"));
    assert!(!refused("postgres://u:p@127.0.0.1/db") && !refused("postgres://u:p@[::1]/db"));
    assert!(!refused("postgres:///db?host=/var/run/postgresql"));
}

#[tokio::test]
async fn production_starts_when_everything_is_set() {
    let file =
        std::env::temp_dir().join(format!("cordblood-{}.toml", uuid::Uuid::from_bytes(services::crypto::random())));
    let text = r#"
        environment = "production"
        [http]
        public_url = "https://portal.example.cn"
        [secrets]
        master_key = "a key of production that is long enough"
        [mail]
        delivery = "smtp"
        host = "smtp.example.cn"
        sender_address = "noreply@example.cn"
        [sms]
        delivery = "aliyun"
        access_key_id = "id"
        access_key_secret = "secret"
        [files]
        scanner = "unix:/run/clamav/clamd.ctl"
        [sms.templates]
        "zh-CN/code" = "SMS_1"
    "#;
    std::fs::write(&file, text).expect("a file");
    let config = Config::from_layers(Some(&file), [(URL.0.to_owned(), URL.1.to_owned())]).expect("usable");
    std::fs::remove_file(&file).expect("the file goes");
    assert!(config.production() && config.telemetry.json(config.environment));
    assert!(!config.settings().development);
    assert!(services::messages::Post::new(config.post().expect("readable"), &config.settings()).is_ok());
}

#[test]
fn secrets_never_show_themselves() {
    let secrets = ["u:hunter2@", "masterly-secret-of-more-than-32-chars", "hunter3", "hunter4"];
    let config = load(&[
        ("DATABASE_URL", "postgres://u:hunter2@127.0.0.1/db"),
        ("CORDBLOOD__SECRETS__MASTER_KEY", secrets[1]),
        ("CORDBLOOD__MAIL__PASSWORD", secrets[2]),
        ("CORDBLOOD__SMS__ACCESS_KEY_SECRET", secrets[3]),
    ])
    .expect("usable");
    let shown = format!("{config:?} {config:#?} {:?}", config.post().expect("readable"));
    for secret in secrets {
        assert!(!shown.contains(secret), "{secret} shows itself");
    }
    assert!(shown.contains("[REDACTED]"));
}

#[test]
fn problems_do_not_repeat_a_secret() {
    let lines = [
        ("DATABASE_URL", "not-a-url-with-hunter2"),
        ("CORDBLOOD__SECRETS__MASTER_KEY", "hunter3"),
        ("CORDBLOOD__ENVIRONMENT", "production"),
    ];
    let lines = lines.map(|(key, value)| (key.to_owned(), value.to_owned()));
    let text = Config::from_layers(None, lines).expect_err("unusable").to_string();
    assert!(text.contains("database.url") && text.contains("secrets.master_key") && !text.contains("hunter"), "{text}");
}
