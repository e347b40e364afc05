//! `/api/docs`: the description of the API as pages one can read. Made on the server from the OpenAPI document itself; no
//! script, no file of anybody else.

use super::problem::{KINDS, Kind};
use crate::house::House;
use crate::trouble::Trouble;
use axum::extract::{Path, State};
use axum::response::{Html, IntoResponse, Response};
use http::header;
use serde_json::{Map, Value};
use std::fmt::Write as _;
use std::sync::LazyLock;

const POLICY: &str =
    "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// Methods in the order people look for them.
const METHODS: [&str; 5] = ["get", "post", "put", "patch", "delete"];

/// The whole description.
pub async fn index(State(house): State<House>) -> Response {
    static BODY: LazyLock<String> = LazyLock::new(|| {
        let document = serde_json::to_value(super::document()).unwrap_or_default();
        index_body(&document)
    });
    page(&house, "API", &BODY)
}

/// What a problem's `type` means.
pub async fn problem(State(house): State<House>, Path(code): Path<String>) -> Response {
    match KINDS.iter().find(|kind| kind.code == code) {
        Some(kind) => page(&house, kind.title, &problem_body(kind)),
        None => Trouble::NotFound.into_response(),
    }
}

fn page(house: &House, title: &str, body: &str) -> Response {
    let html = format!(
        "<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><title>{title} · 山东省脐血库</title>\
         <link rel=\"stylesheet\" href=\"/pkg/{css}\"><link rel=\"icon\" href=\"/favicon.svg\" type=\"image/svg+xml\"></head>\
         <body class=\"api\"><a class=\"skip\" href=\"#main\">Skip to the content</a>\
         <header class=\"api-head\"><a href=\"/api/docs\">API</a><a href=\"/en\">Shandong Cord Blood Bank</a></header>{body}</body></html>",
        title = escape(title),
        css = escape(&house.assets.css),
    );
    ([(header::CONTENT_SECURITY_POLICY, POLICY)], Html(html)).into_response()
}

/// Text as HTML.
fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;").replace('\'', "&#39;")
}

/// Sentences as HTML; code in backquotes becomes code, a problem's code leads to its page, an empty line is a new paragraph.
fn prose(text: &str) -> String {
    let mut html = String::new();
    for (i, paragraph) in text.split("\n\n").enumerate() {
        if i > 0 {
            html.push_str("</p><p>");
        }
        for (j, part) in escape(paragraph).split('`').enumerate() {
            let _ = match j % 2 {
                1 if KINDS.iter().any(|kind| kind.code == part) => {
                    write!(html, "<a href=\"/api/problems/{part}\"><code>{part}</code></a>")
                }
                1 => write!(html, "<code>{part}</code>"),
                _ => write!(html, "{part}"),
            };
        }
    }
    html
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value.get(name).and_then(Value::as_str).unwrap_or_default()
}

fn object<'a>(value: &'a Value, name: &str) -> impl Iterator<Item = (&'a String, &'a Value)> {
    value.get(name).and_then(Value::as_object).into_iter().flat_map(Map::iter)
}

fn list<'a>(value: &'a Value, name: &str) -> impl Iterator<Item = &'a Value> {
    value.get(name).and_then(Value::as_array).into_iter().flatten()
}

/// An operation of the description: its method, its path, what it says of itself.
struct Call<'a>(&'static str, &'a str, &'a Value);

/// The calls of a tag, by path.
fn calls<'a>(document: &'a Value, tag: &str) -> Vec<Call<'a>> {
    let of_path = |(path, item): (&'a String, &'a Value)| {
        METHODS.into_iter().filter_map(move |method| Some(Call(method, path.as_str(), item.get(method)?)))
    };
    object(document, "paths")
        .flat_map(of_path)
        .filter(|Call(.., operation)| list(operation, "tags").any(|name| name == tag))
        .collect()
}

fn index_body(document: &Value) -> String {
    let info = &document["info"];
    let mut html = contents(document);
    let _ = write!(
        html,
        "<main id=\"main\" class=\"api-body\"><h1>{}</h1><p>{}</p>\
         <p><a href=\"/api/v1/openapi.json\">OpenAPI 3.1</a> · <a href=\"/.well-known/jwks.json\">JWKS</a></p>{FIRST_CALLS}",
        escape(text(info, "title")),
        prose(text(info, "description"))
    );
    for tag in list(document, "tags") {
        let name = text(tag, "name");
        let _ = write!(
            html,
            "<section id=\"tag-{0}\"><h2>{0}</h2><p>{1}</p>",
            escape(name),
            prose(text(tag, "description"))
        );
        for call in calls(document, name) {
            call_body(&mut html, &call);
        }
        html.push_str("</section>");
    }
    webhooks_body(&mut html, document);
    html.push_str("<section id=\"types\"><h2>Types</h2>");
    for (name, schema) in object(&document["components"], "schemas") {
        let _ = write!(
            html,
            "<article class=\"api-type\" id=\"type-{0}\"><h3>{0}</h3><p>{1}</p>",
            escape(name),
            prose(text(schema, "description"))
        );
        members(&mut html, schema);
        example(&mut html, &schema["example"]);
        html.push_str("</article>");
    }
    html.push_str("</section><section id=\"problems\"><h2>Problems</h2><dl class=\"api-list\">");
    for kind in KINDS {
        let _ = write!(
            html,
            "<div><dt><a href=\"/api/problems/{0}\"><code>{0}</code></a> <span>{1}</span></dt><dd>{2}</dd></div>",
            kind.code,
            kind.status.as_u16(),
            escape(kind.title)
        );
    }
    html.push_str("</dl></section></main>");
    html
}

/// How one begins: a token, and something read with it.
const FIRST_CALLS: &str = r#"<h2>First calls</h2><pre tabindex="0"><code>curl https://HOST/api/v1/token \
  --json '{"grant_type": "client_credentials", "client_id": "…", "client_secret": "…"}'

curl https://HOST/api/v1/sessions \
  --header 'Authorization: Bearer ACCESS_TOKEN'</code></pre>"#;

/// What stands where, call by call.
fn contents(document: &Value) -> String {
    let mut html = String::from("<nav class=\"api-contents\" aria-label=\"Contents\"><ul>");
    for tag in list(document, "tags") {
        let name = escape(text(tag, "name"));
        let _ = write!(html, "<li><a href=\"#tag-{name}\">{name}</a><ul>");
        for Call(_, _, operation) in calls(document, text(tag, "name")) {
            let _ = write!(
                html,
                "<li><a href=\"#{}\">{}</a></li>",
                escape(text(operation, "operationId")),
                escape(text(operation, "summary").trim_end_matches('.'))
            );
        }
        html.push_str("</ul></li>");
    }
    html.push_str(
        "<li><a href=\"#webhooks\">Webhooks</a></li><li><a href=\"#types\">Types</a></li>\
         <li><a href=\"#problems\">Problems</a></li></ul></nav>",
    );
    html
}

/// What partners are told, if they ask for it.
fn webhooks_body(html: &mut String, document: &Value) {
    html.push_str(
        "<section id=\"webhooks\"><h2>Webhooks</h2><p>What your own system is told by a signed call, when you gave us an address for it.</p>\
         <dl class=\"api-list\">",
    );
    for (name, item) in object(document, "webhooks") {
        let post = &item["post"];
        let body = post.pointer("/requestBody/content/application~1json/schema").map(kind_of).unwrap_or_default();
        let _ = write!(
            html,
            "<div><dt><code>{}</code> <span>{body}</span></dt><dd>{}</dd></div>",
            escape(name),
            escape(text(post, "summary"))
        );
    }
    html.push_str("</dl></section>");
}

fn call_body(html: &mut String, &Call(method, path, operation): &Call<'_>) {
    let _ = write!(
        html,
        "<article class=\"api-call\" id=\"{0}\"><h3>{1}</h3><p class=\"api-line\"><b class=\"api-{method}\">{2}</b> <code>{3}</code></p><p>{4}</p>",
        escape(text(operation, "operationId")),
        escape(text(operation, "summary").trim_end_matches('.')),
        method.to_uppercase(),
        escape(path),
        prose(text(operation, "description")),
    );
    let mut parameters = list(operation, "parameters").peekable();
    if parameters.peek().is_some() {
        html.push_str("<h4>Parameters</h4><dl class=\"api-list\">");
        for parameter in parameters {
            let needed = if parameter["required"] == true { ", needed" } else { "" };
            let _ = write!(
                html,
                "<div><dt><code>{}</code> <span>{}, {}{needed}</span></dt><dd>{}</dd></div>",
                escape(text(parameter, "name")),
                escape(text(parameter, "in")),
                kind_of(&parameter["schema"]),
                prose(text(parameter, "description")),
            );
        }
        html.push_str("</dl>");
    }
    if let Some(schema) = operation.pointer("/requestBody/content/application~1json/schema") {
        let _ = write!(html, "<h4>Body</h4><p>{}</p>", kind_of(schema));
    }
    html.push_str("<h4>Answers</h4><dl class=\"api-list api-answers\">");
    for (status, response) in object(operation, "responses") {
        // Each problem has the one type, and its code has a page.
        let body = object(response, "content")
            .filter(|(kind, _)| *kind != "application/problem+json")
            .map(|(_, content)| kind_of(&content["schema"]))
            .collect::<Vec<_>>()
            .join(", ");
        let headers = object(response, "headers").map(|(name, _)| format!("<code>{}</code>", escape(name)));
        let beside: Vec<_> = Some(body).filter(|body| !body.is_empty()).into_iter().chain(headers).collect();
        let _ = write!(
            html,
            "<div><dt><code>{status}</code></dt><dd>{}{}</dd></div>",
            prose(text(response, "description")),
            if beside.is_empty() { String::new() } else { format!(" <span>{}</span>", beside.join(" · ")) }
        );
    }
    html.push_str("</dl></article>");
}

/// A schema in a few words, linked where it has a name.
fn kind_of(schema: &Value) -> String {
    if let Some(name) = text(schema, "$ref").rsplit('/').next().filter(|name| !name.is_empty()) {
        return format!("<a href=\"#type-{0}\">{0}</a>", escape(name));
    }
    if let Some(one) = ["oneOf", "anyOf", "allOf"].into_iter().find(|key| schema.get(*key).is_some()) {
        let kinds: Vec<_> = list(schema, one).filter(|part| part["type"] != "null").map(kind_of).collect();
        return kinds.join(" or ");
    }
    let kind = match &schema["type"] {
        Value::Array(kinds) => {
            kinds.iter().filter_map(Value::as_str).filter(|kind| *kind != "null").collect::<Vec<_>>().join(" or ")
        }
        other => other.as_str().unwrap_or("any").to_owned(),
    };
    match (kind.as_str(), text(schema, "format")) {
        ("array", _) => format!("list of {}", kind_of(&schema["items"])),
        (_, "") => escape(&kind),
        (_, format) => format!("{} ({})", escape(&kind), escape(format)),
    }
}

/// What may stand in a place that takes some words only.
fn words_of(schema: &Value) -> String {
    let words: Vec<_> =
        list(schema, "enum").filter_map(Value::as_str).map(|word| format!("<code>{}</code>", escape(word))).collect();
    if words.is_empty() { String::new() } else { format!(" <span>{}</span>", words.join(" · ")) }
}

fn example(html: &mut String, example: &Value) {
    if let Ok(shown) = serde_json::to_string_pretty(example)
        && !example.is_null()
    {
        let _ = write!(
            html,
            "<details><summary>Example</summary><pre tabindex=\"0\"><code>{}</code></pre></details>",
            escape(&shown)
        );
    }
}

fn members(html: &mut String, schema: &Value) {
    for variant in list(schema, "oneOf") {
        if variant.get("$ref").is_some() {
            let _ = write!(html, "<p>{}</p>", kind_of(variant));
            continue;
        }
        let _ = write!(html, "<p>{}</p>", prose(text(variant, "description")));
        members(html, variant);
    }
    // A type that holds all of another one's members, and more.
    for part in list(schema, "allOf") {
        if part.get("$ref").is_some() {
            let _ = write!(html, "<p>All members of {}, and:</p>", kind_of(part));
        }
        members(html, part);
    }
    let mut properties = object(schema, "properties").peekable();
    if properties.peek().is_none() {
        return;
    }
    let needed: Vec<&str> = list(schema, "required").filter_map(Value::as_str).collect();
    html.push_str("<dl class=\"api-list\">");
    for (name, property) in properties {
        let mark = if needed.contains(&name.as_str()) { "" } else { ", optional" };
        let _ = write!(
            html,
            "<div><dt><code>{}</code> <span>{}{mark}</span></dt><dd>{}{}</dd></div>",
            escape(name),
            kind_of(property),
            prose(text(property, "description")),
            words_of(property),
        );
    }
    html.push_str("</dl>");
}

fn problem_body(kind: &Kind) -> String {
    format!(
        "<main id=\"main\" class=\"api-body\"><h1>{}</h1><p class=\"api-line\"><code>{}</code> {}</p><p>{}</p>\
         <p><a href=\"/api/docs#problems\">All problems</a></p></main>",
        escape(kind.title),
        kind.code,
        kind.status,
        prose(kind.explanation)
    )
}
