//! A net below the rule that the trail holds no personal data: what looks like a phone number or a mail address does not
//! get in, even when somebody types it into a reason. The trail can never be edited, so it must not get there once.

use serde_json::Value;

/// What stands in its place.
const REMOVED: &str = "[…]";

/// `detail` without contacts in any of its texts.
pub(super) fn removed(detail: Value) -> Value {
    match detail {
        Value::String(text) => Value::String(without_contacts(text)),
        Value::Array(items) => Value::Array(items.into_iter().map(removed).collect()),
        Value::Object(fields) => Value::Object(fields.into_iter().map(|(key, value)| (key, removed(value))).collect()),
        other => other,
    }
}

fn without_contacts(text: String) -> String {
    if !text.bytes().any(|byte| byte.is_ascii_digit() || byte == b'@') && text.is_ascii() {
        return text;
    }
    let plain = domain::contact::half_width(&text);
    let mut kept = String::with_capacity(plain.len());
    let mut found = false;
    let mut rest = plain.as_str();
    while !rest.is_empty() {
        let word = rest.find(|c: char| !is_of_contact(c)).unwrap_or(rest.len());
        let (token, behind) = rest.split_at(word);
        if is_contact(token) {
            found = true;
            kept.push_str(REMOVED);
        } else {
            kept.push_str(token);
        }
        let between = behind.find(is_of_contact).unwrap_or(behind.len());
        kept.push_str(&behind[..between]);
        rest = &behind[between..];
    }
    // Without a find the text stays as it was typed, full-width signs and all.
    if found { kept } else { text }
}

fn is_of_contact(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '@' | '.' | '_' | '+' | '-')
}

fn is_contact(token: &str) -> bool {
    let at_between = token.find('@').is_some_and(|at| at > 0 && at + 1 < token.len());
    let digits = token.bytes().filter(u8::is_ascii_digit).count();
    let only_digits = token.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'-' | b'+' | b'.'));
    let mobile = token.trim_start_matches("+86").trim_start_matches("0086").trim_start_matches('-').starts_with('1');
    at_between || (only_digits && mobile && (11..=15).contains(&digits) && !token.contains(':'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn contacts_do_not_get_in() {
        let detail = json!({
            "reason": "张先生来电13800138000核实，邮箱 zhang.san+1@Example.cn。",
            "list": ["138-0013-8000", "+8613800138000", "１３８００１３８０００", { "deep": "a@b.cn" }],
        });
        let expected = json!({
            "reason": "张先生来电[…]核实,邮箱 […]。",
            "list": ["[…]", "[…]", "[…]", { "deep": "[…]" }],
        });
        assert_eq!(removed(detail), expected);
    }

    #[test]
    fn everything_else_stays_as_it_is() {
        let detail = json!({
            "reason": "改到２０２６年７月２８日（周二）09:00，共12人",
            "reference": "K7M4-Q2XR", "id": "0197f8a2-7a10-7000-8000-123456789012", "at": "2026-07-28T01:00:00.123456Z",
            "people": 13800138000u64, "ratio": 1.5, "none": null, "yes": true, "sign": "@ 10:00", "version": "1.2.3",
        });
        assert_eq!(removed(detail.clone()), detail);
    }
}
