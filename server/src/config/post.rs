//! The post office as configured: the settings of mail, text messages and the place, as `services::messages` takes them.

use super::{Config, MailDelivery, SmsDelivery};
use services::messages::{AliyunSettings, MailTransport, PostSettings, SmsTransport, SmtpSettings};

/// The text, unless there is none.
fn given(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

impl Config {
    /// How messages leave.
    ///
    /// # Errors
    /// When the certificate authority's file cannot be read.
    pub fn post(&self) -> std::io::Result<PostSettings> {
        let (mail, sms, place) = (&self.mail, &self.sms, &self.place);
        let authority = match mail.authority.as_os_str().is_empty() {
            true => None,
            false => Some(std::fs::read(&mail.authority)?),
        };
        Ok(PostSettings {
            sender_name: mail.sender_name.clone(),
            sender_address: mail.sender_address.clone(),
            reply_to: given(&mail.reply_to),
            mail: match mail.delivery {
                MailDelivery::Mailbox => MailTransport::Mailbox,
                MailDelivery::Smtp => MailTransport::Smtp(SmtpSettings {
                    host: mail.host.clone(),
                    port: mail.port,
                    tls: mail.tls,
                    credentials: given(&mail.user).map(|user| (user, mail.password.inner().clone())),
                    timeout: mail.timeout,
                    connections: mail.connections,
                    authority,
                }),
            },
            sms: match sms.delivery {
                SmsDelivery::Mailbox => SmsTransport::Mailbox,
                SmsDelivery::Aliyun => SmsTransport::Aliyun(AliyunSettings {
                    endpoint: sms.endpoint.clone(),
                    access_key_id: sms.access_key_id.clone(),
                    access_key_secret: sms.access_key_secret.inner().clone(),
                    sign_name: sms.sign_name.clone(),
                    template_codes: sms.templates.clone(),
                    timeout: sms.timeout,
                }),
            },
            place_zh: place.name_zh.clone(),
            place_en: place.name_en.clone(),
            help: given(&place.help),
            pass_font: (!place.pass_font.as_os_str().is_empty())
                .then(|| (place.pass_font.clone(), place.pass_font_index)),
        })
    }
}
