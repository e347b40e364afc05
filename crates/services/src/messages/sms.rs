//! Text messages: what a provider is, and the one for mainland numbers, Aliyun 短信服务 (Dysmsapi `SendSms`).
//!
//! Mainland providers send *filed* texts only: the sentence is filed with the provider beforehand and a message names
//! its template code and the values. The sentences to file stand in `golden/filed_texts.txt` (with the site's own address
//! in place of `https://www.example.cn`). Signature version 3 (`ACS3-HMAC-SHA256`); the parameters travel in the body, so that no number stands in a
//! URL that some proxy logs.

use super::Undelivered;
use super::mail::PostError;
use crate::crypto::hex;
use aws_lc_rs::{digest, hmac};
use domain::contact::Phone;
use domain::ids::MessageId;
use futures::future::BoxFuture;
use jiff::{SignedDuration, Timestamp};
use reqwest::{Client, StatusCode, Url};
use secrecy::{ExposeSecret, SecretString};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Duration;

/// A text message, ready to leave.
#[derive(Clone)]
pub struct Sms {
    /// The message; the provider gets it as its outer id.
    pub id: MessageId,
    /// To whom.
    pub to: Phone,
    /// The filed text: `<language>/<template>`, `zh-CN/code`.
    pub template: String,
    /// The values of the filed text.
    pub values: BTreeMap<&'static str, String>,
    /// The whole text, as the recipient will read it; for providers that take free text, and for the mailbox page.
    pub text: String,
    /// When.
    pub at: Timestamp,
}

/// Somebody who sends text messages.
pub trait SmsProvider: Send + Sync {
    /// Hands a message over; answers the provider's id for it.
    fn send<'a>(&'a self, sms: &'a Sms) -> BoxFuture<'a, Result<Option<String>, Undelivered>>;
}

/// Where text messages go.
#[derive(Clone)]
pub enum SmsTransport {
    /// To Aliyun 短信服务.
    Aliyun(AliyunSettings),
    /// To another provider.
    Other(Arc<dyn SmsProvider>),
    /// To the mailbox page. Development only.
    Mailbox,
}

impl std::fmt::Debug for SmsTransport {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Aliyun(_) => "Aliyun",
            Self::Other(_) => "Other",
            Self::Mailbox => "Mailbox",
        })
    }
}

/// The account with Aliyun.
#[derive(Clone, Debug)]
pub struct AliyunSettings {
    /// `https://dysmsapi.aliyuncs.com/`; plain http only on this machine.
    pub endpoint: String,
    /// AccessKey ID.
    pub access_key_id: String,
    /// AccessKey secret.
    pub access_key_secret: SecretString,
    /// The filed signature, 签名: `山东省脐血库`.
    pub sign_name: String,
    /// Template codes of the filed texts: `zh-CN/code` → `SMS_123456789`.
    pub template_codes: BTreeMap<String, String>,
    /// How long a request may take.
    pub timeout: Duration,
}

/// A client of Aliyun 短信服务.
pub(super) struct Aliyun {
    client: Client,
    endpoint: Url,
    settings: AliyunSettings,
}

impl Aliyun {
    pub(super) fn new(settings: AliyunSettings) -> Result<Self, PostError> {
        const ENDPOINT: PostError = PostError::Unusable("the endpoint of the SMS provider");
        let endpoint = Url::parse(&settings.endpoint).map_err(|_| ENDPOINT)?;
        let here = matches!(endpoint.host_str(), Some("127.0.0.1" | "localhost" | "[::1]"));
        if endpoint.scheme() != "https" && !(endpoint.scheme() == "http" && here) {
            return Err(ENDPOINT);
        }
        let client = Client::builder()
            .timeout(settings.timeout)
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .build()
            .map_err(|_| PostError::Unusable("TLS for the SMS provider"))?;
        Ok(Self { client, endpoint, settings })
    }

    async fn deliver(&self, sms: &Sms) -> Result<Option<String>, Undelivered> {
        let Some(template_code) = self.settings.template_codes.get(&sms.template) else {
            // An operator forgot to file or to configure it: worth another try once that is done.
            return Err(Undelivered::Later("sms_text_not_filed"));
        };
        let values = serde_json::to_string(&sms.values).map_err(|_| Undelivered::Never("sms_values"))?;
        let body = form(&[
            ("OutId", &sms.id.to_string()),
            ("PhoneNumbers", sms.to.digits()),
            ("SignName", &self.settings.sign_name),
            ("TemplateCode", template_code),
            ("TemplateParam", &values),
        ]);
        let host = match (self.endpoint.host_str(), self.endpoint.port()) {
            (Some(host), Some(port)) => format!("{host}:{port}"),
            (host, _) => host.unwrap_or_default().to_owned(),
        };
        let signed = sign(
            &Request {
                method: "POST",
                path: self.endpoint.path(),
                query: "",
                host: &host,
                action: "SendSms",
                version: "2017-05-25",
                content_type: Some("application/x-www-form-urlencoded"),
                body: body.as_bytes(),
                at: sms.at,
                nonce: &hex(&crate::crypto::random::<16>()),
            },
            &self.settings.access_key_id,
            self.settings.access_key_secret.expose_secret(),
        );
        let mut request = self.client.post(self.endpoint.clone()).body(body);
        for (name, value) in signed.iter().filter(|(name, _)| *name != "host") {
            request = request.header(*name, value);
        }
        let answer = request
            .send()
            .await
            .map_err(|error| Undelivered::Later(if error.is_timeout() { "sms_timeout" } else { "sms_unreachable" }))?;
        let status = answer.status();
        let answer: Answer = match answer.json().await {
            Ok(answer) => answer,
            Err(error) if error.is_timeout() => return Err(Undelivered::Later("sms_timeout")),
            Err(_) => return Err(Undelivered::Later("sms_unreadable_answer")),
        };
        meaning(status, answer)
    }
}

impl SmsProvider for Aliyun {
    fn send<'a>(&'a self, sms: &'a Sms) -> BoxFuture<'a, Result<Option<String>, Undelivered>> {
        Box::pin(self.deliver(sms))
    }
}

#[derive(serde::Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Answer {
    code: Option<String>,
    biz_id: Option<String>,
}

/// What an answer means for the message. Codes as in the provider's reference of `SendSms`.
fn meaning(status: StatusCode, answer: Answer) -> Result<Option<String>, Undelivered> {
    let code = answer.code.unwrap_or_default();
    if code == "OK" {
        return Ok(answer.biz_id);
    }
    Err(match code.as_str() {
        // One message a minute, five an hour, ten a day to one number: a minute later it may go through.
        "isv.BUSINESS_LIMIT_CONTROL" | "isv.DAY_LIMIT_CONTROL" | "isv.MONTH_LIMIT_CONTROL" => {
            Undelivered::After("sms_limit", SignedDuration::from_secs(65))
        }
        // The number does not exist, is blocked, or asked not to be written to.
        "isv.MOBILE_NUMBER_ILLEGAL"
        | "isv.MOBILE_COUNT_OVER_LIMIT"
        | "isv.BLACK_KEY_CONTROL_LIMIT"
        | "isv.DENY_IP_RANGE" => Undelivered::Never("sms_number_refused"),
        // A value too long or with something the operator does not let through: the same text never will.
        "isv.TEMPLATE_PARAMS_ILLEGAL"
        | "isv.PARAM_LENGTH_LIMIT"
        | "isv.PARAM_NOT_SUPPORT_URL"
        | "isv.INVALID_JSON_PARAM" => Undelivered::Never("sms_values_refused"),
        // The account: money, signature, key. Somebody has to see to it, and then the message can still go.
        "isv.AMOUNT_NOT_ENOUGH" | "isv.OUT_OF_SERVICE" | "isv.ACCOUNT_ABNORMAL" => Undelivered::Later("sms_account"),
        "isv.SMS_TEMPLATE_ILLEGAL" | "isv.SMS_SIGNATURE_ILLEGAL" | "isv.SMS_SIGN_ILLEGAL" => {
            Undelivered::Later("sms_text_not_filed")
        }
        "SignatureDoesNotMatch" | "InvalidAccessKeyId.NotFound" | "Forbidden.RAM" | "isp.RAM_PERMISSION_DENY" => {
            Undelivered::Later("sms_sign_in")
        }
        _ if status.is_server_error() || code.starts_with("isp.") || code.starts_with("Throttling") => {
            Undelivered::Later("sms_provider")
        }
        _ => Undelivered::Later("sms_refused"),
    })
}

/// What is signed.
struct Request<'a> {
    method: &'a str,
    path: &'a str,
    /// Canonical: sorted and encoded.
    query: &'a str,
    host: &'a str,
    action: &'a str,
    version: &'a str,
    content_type: Option<&'a str>,
    body: &'a [u8],
    at: Timestamp,
    nonce: &'a str,
}

/// The headers of a request, its signature among them (V3请求体&签名机制).
fn sign(request: &Request<'_>, key_id: &str, key_secret: &str) -> Vec<(&'static str, String)> {
    let body_hash = hex(digest::digest(&digest::SHA256, request.body).as_ref());
    let mut headers = vec![
        ("host", request.host.to_owned()),
        ("x-acs-action", request.action.to_owned()),
        ("x-acs-content-sha256", body_hash.clone()),
        ("x-acs-date", request.at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()),
        ("x-acs-signature-nonce", request.nonce.to_owned()),
        ("x-acs-version", request.version.to_owned()),
    ];
    if let Some(kind) = request.content_type {
        headers.insert(0, ("content-type", kind.to_owned()));
    }
    headers.sort_by_key(|(name, _)| *name);
    let names = headers.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(";");
    let mut canonical = format!("{}\n{}\n{}\n", request.method, request.path, request.query);
    for (name, value) in &headers {
        let _ = writeln!(canonical, "{name}:{}", value.trim());
    }
    let _ = write!(canonical, "\n{names}\n{body_hash}");
    let text = format!("ACS3-HMAC-SHA256\n{}", hex(digest::digest(&digest::SHA256, canonical.as_bytes()).as_ref()));
    let key = hmac::Key::new(hmac::HMAC_SHA256, key_secret.as_bytes());
    let signature = hex(hmac::sign(&key, text.as_bytes()).as_ref());
    headers.push((
        "authorization",
        format!("ACS3-HMAC-SHA256 Credential={key_id},SignedHeaders={names},Signature={signature}"),
    ));
    headers
}

/// `name=value&…` with everything but RFC 3986's unreserved characters encoded.
fn form(pairs: &[(&str, &str)]) -> String {
    let encoded = |text: &str| {
        text.bytes().fold(String::new(), |mut done, byte| {
            if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
                done.push(char::from(byte));
            } else {
                let _ = write!(done, "%{byte:02X}");
            }
            done
        })
    };
    pairs.iter().map(|(name, value)| format!("{}={}", encoded(name), encoded(value))).collect::<Vec<_>>().join("&")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the provider's own documentation (V3 request structure and signature, "fixed parameters").
    #[test]
    fn signature_is_the_one_of_the_documented_example() {
        let headers = sign(
            &Request {
                method: "POST",
                path: "/",
                query: "ImageId=win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd&RegionId=cn-shanghai",
                host: "ecs.cn-shanghai.aliyuncs.com",
                action: "RunInstances",
                version: "2014-05-26",
                content_type: None,
                body: b"",
                at: "2023-10-26T10:22:32Z".parse().expect("an instant"),
                nonce: "3156853299f313e23d1673dc12e1703d",
            },
            "YourAccessKeyId",
            "YourAccessKeySecret",
        );
        let (_, authorization) = headers.last().expect("headers");
        assert_eq!(
            authorization,
            "ACS3-HMAC-SHA256 Credential=YourAccessKeyId,SignedHeaders=host;x-acs-action;x-acs-content-sha256;x-acs-date;\
             x-acs-signature-nonce;x-acs-version,Signature=06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0"
        );
    }

    #[test]
    fn forms_encode_chinese_and_signs() {
        assert_eq!(form(&[("SignName", "脐血 库+&")]), "SignName=%E8%84%90%E8%A1%80%20%E5%BA%93%2B%26");
    }

    #[test]
    fn plain_http_stays_on_this_machine() {
        let with = |endpoint: &str| {
            Aliyun::new(AliyunSettings {
                endpoint: endpoint.into(),
                access_key_id: "id".into(),
                access_key_secret: SecretString::from("secret"),
                sign_name: "山东省脐血库".into(),
                template_codes: BTreeMap::new(),
                timeout: Duration::from_secs(1),
            })
            .is_ok()
        };
        assert!(with("http://127.0.0.1:1/") && !with("http://dysmsapi.aliyuncs.com/") && !with("ftp://127.0.0.1/"));
    }
}
