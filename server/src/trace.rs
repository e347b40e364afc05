//! W3C Trace Context: whose larger story a request is part of.
//!
//! A well-formed `traceparent` of the caller is continued; otherwise a trace begins here. The ids stand in every log line
//! of the request and go back in `traceresponse`, so that a gateway's trace and our log find each other without a
//! collector; an exporter can be added as a layer (see [`crate::logs`]).

use http::{HeaderMap, HeaderValue};

/// A trace, and this request's place in it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Trace {
    /// The whole story.
    pub trace: u128,
    /// This request.
    pub span: u64,
    /// The caller records it.
    pub sampled: bool,
}

impl Trace {
    /// Continues the caller's trace, or begins one.
    pub fn of(headers: &HeaderMap) -> Self {
        let span = u64::from_be_bytes(services::crypto::random()).max(1);
        let caller = headers.get("traceparent").and_then(|value| value.to_str().ok()).and_then(Self::parse);
        match caller {
            Some(caller) => Self { span, ..caller },
            None => Self { trace: u128::from_be_bytes(services::crypto::random()).max(1), span, sampled: false },
        }
    }

    /// Reads `00-<32 hex>-<16 hex>-<2 hex>`; later versions may have more behind it.
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.trim().split('-');
        let (version, trace, span, flags) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
        let lower_hex = |text: &str, length: usize| {
            text.len() == length && text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
        };
        let shaped = lower_hex(version, 2) && lower_hex(trace, 32) && lower_hex(span, 16) && lower_hex(flags, 2);
        if !shaped || version == "ff" || (version == "00" && parts.next().is_some()) {
            return None;
        }
        let (trace, span) = (u128::from_str_radix(trace, 16).ok()?, u64::from_str_radix(span, 16).ok()?);
        let sampled = u8::from_str_radix(flags, 16).ok()? & 1 == 1;
        (trace != 0 && span != 0).then_some(Self { trace, span, sampled })
    }

    /// The trace's id as logs and headers write it.
    pub fn trace_hex(&self) -> String {
        format!("{:032x}", self.trace)
    }

    /// The span's id as logs and headers write it.
    pub fn span_hex(&self) -> String {
        format!("{:016x}", self.span)
    }

    /// For calls this request causes, and for the answer.
    pub fn header(&self) -> HeaderValue {
        let text = format!("00-{}-{}-{:02x}", self.trace_hex(), self.span_hex(), u8::from(self.sampled));
        HeaderValue::from_str(&text).unwrap_or(HeaderValue::from_static(""))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GIVEN: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    #[test]
    fn a_well_formed_trace_is_continued_under_a_new_span() {
        let mut headers = HeaderMap::new();
        headers.insert("traceparent", HeaderValue::from_static(GIVEN));
        let trace = Trace::of(&headers);
        assert_eq!(trace.trace_hex(), "4bf92f3577b34da6a3ce929d0e0e4736");
        assert_ne!(trace.span_hex(), "00f067aa0ba902b7");
        assert!(trace.sampled);
        assert_eq!(Trace::parse(trace.header().to_str().expect("ascii")), Some(trace));
    }

    #[test]
    fn anything_else_begins_one() {
        let zero = "00-00000000000000000000000000000000-00f067aa0ba902b7-01";
        for text in
            ["", "00-xyz-1-01", zero, &GIVEN.to_uppercase(), &GIVEN.replace("00-4", "ff-4"), &format!("{GIVEN}-x")]
        {
            assert_eq!(Trace::parse(text), None, "{text}");
        }
        assert_ne!(Trace::of(&HeaderMap::new()).trace, 0);
    }
}
