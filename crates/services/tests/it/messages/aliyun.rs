//! The SMS provider: a peer on loopback that checks the signature from the raw request, by the provider's description
//! alone, and answers as the provider does.

use super::{deliver, jobs, message_states, minutes, queue_code, states};
use aws_lc_rs::{digest, hmac};
use axum::Router;
use axum::body::{Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use secrecy::SecretString;
use services::context::Settings;
use services::messages::{AliyunSettings, Post, PostSettings, SmsTransport};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use testkit::TestHouse;

const KEY_ID: &str = "LTAI-test";
const KEY_SECRET: &str = "a secret for tests";

#[derive(Clone, Copy, PartialEq, Debug)]
enum Mood {
    Fine,
    Code(&'static str),
    Broken(u16),
    Garbage,
    Hang,
}

#[derive(Clone)]
struct Peer {
    mood: Arc<Mutex<Mood>>,
    /// The forms of requests whose signature was right.
    taken: Arc<Mutex<Vec<BTreeMap<String, String>>>>,
    refused: Arc<Mutex<Vec<String>>>,
}

impl Peer {
    async fn start(mood: Mood) -> (Self, u16) {
        let peer = Self { mood: Arc::new(Mutex::new(mood)), taken: Arc::default(), refused: Arc::default() };
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let port = listener.local_addr().expect("an address").port();
        let router = Router::new().fallback(answer).with_state(peer.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        (peer, port)
    }

    fn taken(&self) -> Vec<BTreeMap<String, String>> {
        self.taken.lock().expect("no panic").clone()
    }

    fn mood(&self, mood: Mood) {
        *self.mood.lock().expect("no panic") = mood;
    }
}

async fn answer(State(peer): State<Peer>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, 1 << 20).await.expect("a body");
    let json = |status: u16, text: String| {
        let status = axum::http::StatusCode::from_u16(status).expect("a status");
        (status, [("content-type", "application/json")], text).into_response()
    };
    if let Err(why) = check_signature(&parts, &body) {
        peer.refused.lock().expect("no panic").push(why);
        return json(400, r#"{"Code":"SignatureDoesNotMatch","Message":"no"}"#.into());
    }
    let mood = *peer.mood.lock().expect("no panic");
    match mood {
        Mood::Fine => {
            let form = read_form(std::str::from_utf8(&body).expect("ASCII"));
            peer.taken.lock().expect("no panic").push(form);
            json(200, r#"{"Message":"OK","RequestId":"R-1","Code":"OK","BizId":"900619746936498440^0"}"#.into())
        }
        Mood::Code(code) => json(200, format!(r#"{{"Message":"x","RequestId":"R-1","Code":"{code}"}}"#)),
        Mood::Broken(status) => json(status, r#"{"Code":"InternalError","Message":"x"}"#.into()),
        Mood::Garbage => (axum::http::StatusCode::OK, "<html>proxy</html>").into_response(),
        Mood::Hang => std::future::pending().await,
    }
}

/// The signature of version 3, recomputed from what arrived: written from the description, not from the client.
fn check_signature(parts: &Parts, body: &Bytes) -> Result<(), String> {
    let header = |name: &str| {
        let value = parts.headers.get(name).ok_or_else(|| format!("no {name}"))?;
        value.to_str().map(str::to_owned).map_err(|_| format!("{name} is no text"))
    };
    let authorization = header("authorization")?;
    let rest = authorization.strip_prefix("ACS3-HMAC-SHA256 ").ok_or("another algorithm")?;
    let fields: BTreeMap<&str, &str> = rest.split(',').filter_map(|field| field.split_once('=')).collect();
    if fields.get("Credential") != Some(&KEY_ID) {
        return Err("another key".into());
    }
    let signed = *fields.get("SignedHeaders").ok_or("nothing signed")?;
    // Host, content type and everything x-acs- must be among what is signed, in order.
    let mut wanted: Vec<String> = parts
        .headers
        .keys()
        .map(|name| name.as_str().to_owned())
        .filter(|name| name == "host" || name == "content-type" || name.starts_with("x-acs-"))
        .collect();
    wanted.sort();
    if signed != wanted.join(";") {
        return Err(format!("signed {signed}, wanted {wanted:?}"));
    }
    let body_hash = to_hex(digest::digest(&digest::SHA256, body).as_ref());
    if header("x-acs-content-sha256")? != body_hash {
        return Err("another body".into());
    }
    let mut lines =
        vec![parts.method.to_string(), parts.uri.path().to_owned(), parts.uri.query().unwrap_or("").to_owned()];
    for name in &wanted {
        lines.push(format!("{name}:{}", header(name)?.trim()));
    }
    lines.extend([String::new(), signed.to_owned(), body_hash]);
    let canonical = to_hex(digest::digest(&digest::SHA256, lines.join("\n").as_bytes()).as_ref());
    let key = hmac::Key::new(hmac::HMAC_SHA256, KEY_SECRET.as_bytes());
    let expected = to_hex(hmac::sign(&key, format!("ACS3-HMAC-SHA256\n{canonical}").as_bytes()).as_ref());
    if fields.get("Signature") != Some(&expected.as_str()) {
        return Err("another signature".into());
    }
    let named = (header("x-acs-action")?, header("x-acs-version")?);
    if named != ("SendSms".to_owned(), "2017-05-25".to_owned()) || parts.uri.query().is_some() || parts.method != "POST"
    {
        return Err(format!("{named:?} {} {}", parts.method, parts.uri));
    }
    Ok(())
}

fn to_hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn read_form(text: &str) -> BTreeMap<String, String> {
    let decode = |text: &str| {
        let (mut bytes, mut rest) = (Vec::new(), text.bytes());
        while let Some(byte) = rest.next() {
            if byte == b'%' {
                let digits = [rest.next().expect("a digit"), rest.next().expect("a digit")];
                bytes.push(u8::from_str_radix(std::str::from_utf8(&digits).expect("ASCII"), 16).expect("hexadecimal"));
            } else {
                bytes.push(byte);
            }
        }
        String::from_utf8(bytes).expect("UTF-8")
    };
    text.split('&').filter_map(|pair| pair.split_once('=')).map(|(name, value)| (decode(name), decode(value))).collect()
}

async fn house_with_provider(port: u16, secret: &str) -> TestHouse {
    let mut house = TestHouse::new().await;
    let aliyun = AliyunSettings {
        endpoint: format!("http://127.0.0.1:{port}/"),
        access_key_id: KEY_ID.into(),
        access_key_secret: SecretString::from(secret),
        sign_name: "山东省脐血库".into(),
        template_codes: ["code", "confirmation", "changed", "cancelled", "reminder"]
            .into_iter()
            .flat_map(|name| [("zh-CN", name, "154"), ("en", name, "155")])
            .map(|(tag, name, series)| (format!("{tag}/{name}"), format!("SMS_{series}_{name}")))
            .collect(),
        timeout: Duration::from_millis(500),
    };
    let settings = PostSettings { sms: SmsTransport::Aliyun(aliyun), ..PostSettings::default() };
    let site = Settings { public_url: "https://test.example".into(), development: true };
    house.services.post = Post::new(settings, &site).expect("the post opens");
    house
}

#[tokio::test]
async fn a_signed_message_is_taken_with_its_values() {
    let (peer, port) = Peer::start(Mood::Fine).await;
    let house = house_with_provider(port, KEY_SECRET).await;
    queue_code(&house, "13800138000", "204817").await;
    deliver(&house.services).await;
    assert_eq!(*peer.refused.lock().expect("no panic"), Vec::<String>::new());
    let (id, provider_id, state): (uuid::Uuid, Option<String>, String) =
        sqlx::query_as("select id, provider_id, state from message")
            .fetch_one(&house.db.owner_pool())
            .await
            .expect("read");
    assert_eq!((provider_id.as_deref(), state.as_str()), (Some("900619746936498440^0"), "sent"));
    let expected = [
        ("OutId", id.to_string()),
        ("PhoneNumbers", "13800138000".to_owned()),
        ("SignName", "山东省脐血库".to_owned()),
        ("TemplateCode", "SMS_154_code".to_owned()),
        ("TemplateParam", r#"{"code":"204817"}"#.to_owned()),
    ];
    assert_eq!(peer.taken(), [expected.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()]);
}

#[tokio::test]
async fn a_wrong_secret_is_the_houses_trouble_and_the_message_waits() {
    let (peer, port) = Peer::start(Mood::Fine).await;
    let house = house_with_provider(port, "not the secret").await;
    queue_code(&house, "13800138000", "204817").await;
    deliver(&house.services).await;
    assert_eq!(*peer.refused.lock().expect("no panic"), ["another signature"]);
    assert_eq!(jobs(&house).await[0].2.as_deref(), Some("sms_sign_in"));
}

#[tokio::test]
async fn trouble_that_passes_is_waited_out() {
    for (mood, kind) in [
        (Mood::Code("isv.BUSINESS_LIMIT_CONTROL"), "sms_limit"),
        (Mood::Code("isv.AMOUNT_NOT_ENOUGH"), "sms_account"),
        (Mood::Code("isp.SYSTEM_ERROR"), "sms_provider"),
        (Mood::Code("isv.SOMETHING_NEW"), "sms_refused"),
        (Mood::Broken(503), "sms_provider"),
        (Mood::Garbage, "sms_unreadable_answer"),
        (Mood::Hang, "sms_timeout"),
    ] {
        let (peer, port) = Peer::start(mood).await;
        let house = house_with_provider(port, KEY_SECRET).await;
        queue_code(&house, "13800138000", "204817").await;
        deliver(&house.services).await;
        let waiting = jobs(&house).await;
        assert_eq!((waiting.len(), waiting[0].2.as_deref()), (1, Some(kind)), "{mood:?}");
        if kind == "sms_limit" {
            assert!(waiting[0].1 >= house.now() + minutes(1), "one message a minute: {:?}", waiting[0].1);
        }
        peer.mood(Mood::Fine);
        house.services.clock.advance(minutes(2));
        deliver(&house.services).await;
        assert_eq!(peer.taken().len(), 1, "{mood:?}");
        assert_eq!(states(&message_states(&house).await), [("code", "sms", "sent")], "{mood:?}");
    }
}

#[tokio::test]
async fn a_number_that_is_none_is_given_up() {
    let (_peer, port) = Peer::start(Mood::Code("isv.MOBILE_NUMBER_ILLEGAL")).await;
    let house = house_with_provider(port, KEY_SECRET).await;
    queue_code(&house, "13800138000", "204817").await;
    deliver(&house.services).await;
    assert!(jobs(&house).await.is_empty());
    assert_eq!(states(&message_states(&house).await), [("code", "sms", "failed")]);
}

#[tokio::test]
async fn a_provider_that_is_not_there_is_waited_for() {
    let house = house_with_provider(testkit::smtp::SmtpServer::nobody().await, KEY_SECRET).await;
    queue_code(&house, "13800138000", "204817").await;
    deliver(&house.services).await;
    assert_eq!(jobs(&house).await[0].2.as_deref(), Some("sms_unreachable"));
}

/// Whatever a booking is called and however it ends: every value is short enough for the provider, in both languages.
#[tokio::test]
async fn every_value_of_a_message_is_one_the_provider_takes() {
    for locale in ["zh-CN", "en"] {
        let (peer, port) = Peer::start(Mood::Fine).await;
        let house = house_with_provider(port, KEY_SECRET).await;
        crate::booking::museum(&house).await;
        let session = crate::booking::add_session(&house, "2026-12-30T14:00:00+08:00", 20).await;
        let officer = crate::booking::officer(&house);
        let person = services::booking::Person {
            name: domain::contact::PersonName::parse("张小满").expect("a name"),
            contact: Some(domain::contact::Contact::parse("13800138000").expect("a number")),
        };
        let asked =
            services::booking::OnBehalf { session, person, party: crate::booking::party(5, 3), key: "k".into() };
        let booking = services::booking::book(&house.services, &officer, asked).await.expect("booked").booking;
        let owner = house.db.owner_pool();
        sqlx::query("update booking set locale = $1").bind(locale).execute(&owner).await.expect("changed");
        sqlx::query("update activity set title_zh = repeat('馆', 60), title_en = repeat('Museum ', 9)")
            .execute(&owner)
            .await
            .expect("changed");
        deliver(&house.services).await;
        house.services.clock.advance(
            "2026-12-27T14:00:00+08:00".parse::<jiff::Timestamp>().expect("an instant").duration_since(house.now()),
        );
        deliver(&house.services).await;
        services::booking::cancel(&house.services, &officer, services::booking::Handle::Id(booking), None)
            .await
            .expect("cancelled");
        deliver(&house.services).await;
        sqlx::query("update session set state = 'closed'").execute(&owner).await.expect("changed");
        let mut db = house.services.db.acquire().await.expect("a connection");
        services::messages::queue_booking(&mut db, house.now(), booking, services::messages::Template::Cancelled)
            .await
            .expect("queued");
        deliver(&house.services).await;
        let taken = peer.taken();
        assert_eq!(taken.len(), 4, "{locale}: confirmation, reminder, two cancellations");
        for form in taken {
            let values: BTreeMap<String, String> = serde_json::from_str(&form["TemplateParam"]).expect("JSON");
            for (name, value) in values {
                assert!(
                    (1..=35).contains(&value.chars().count()),
                    "{locale} {}: {name} is {value:?}",
                    form["TemplateCode"]
                );
                assert!(!value.contains("http") && !value.contains('张'), "{name} is {value:?}");
            }
        }
    }
}
