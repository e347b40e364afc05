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
         <body><main id=\"main\" class=\"page page-wide prose\">{body}</main></body></html>",
        title = escape(title),
        css = escape(&house.assets.css),
    );
    ([(header::CONTENT_SECURITY_POLICY, POLICY)], Html(html)).into_response()
}

/// Text as HTML.
fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;").replace('\'', "&#39;")
}

/// Sentences as HTML; code in backquotes becomes code, an empty line a new paragraph.
fn prose(text: &str) -> String {
    let mut html = String::new();
    for (i, paragraph) in text.split("\n\n").enumerate() {
        if i > 0 {
            html.push_str("</p><p>");
        }
        for (j, part) in escape(paragraph).split('`').enumerate() {
            let _ = if j % 2 == 1 { write!(html, "<code>{part}</code>") } else { write!(html, "{part}") };
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

fn index_body(document: &Value) -> String {
    let info = &document["info"];
    let mut html = format!("<h1>{}</h1><p>{}</p>", escape(text(info, "title")), prose(text(info, "description")));
    html.push_str(
        "<p><a href=\"/api/v1/openapi.json\">OpenAPI 3.1</a> · <a href=\"/.well-known/jwks.json\">JWKS</a></p>",
    );
    for tag in list(document, "tags") {
        let name = text(tag, "name");
        let _ = write!(html, "<section><h2>{}</h2><p>{}</p>", escape(name), prose(text(tag, "description")));
        for (path, item) in object(document, "paths") {
            for method in METHODS {
                if let Some(operation) = item.get(method).filter(|op| list(op, "tags").any(|tag| tag == name)) {
                    operation_body(&mut html, method, path, operation);
                }
            }
        }
        html.push_str("</section>");
    }
    webhooks_body(&mut html, document);
    html.push_str("<section><h2>Types</h2>");
    for (name, schema) in object(&document["components"], "schemas") {
        let _ =
            write!(html, "<h3 id=\"type-{0}\">{0}</h3><p>{1}</p>", escape(name), prose(text(schema, "description")));
        members(&mut html, schema);
    }
    html.push_str("</section><section><h2>Problems</h2><table class=\"table\"><thead><tr><th>Code</th><th>Status</th><th>Meaning</th></tr></thead><tbody>");
    for kind in KINDS {
        let _ = write!(
            html,
            "<tr><td><a href=\"/api/problems/{0}\"><code>{0}</code></a></td><td>{1}</td><td>{2}</td></tr>",
            kind.code,
            kind.status.as_u16(),
            escape(kind.title)
        );
    }
    html.push_str("</tbody></table></section>");
    html
}

/// What partners are told, if they ask for it.
fn webhooks_body(html: &mut String, document: &Value) {
    html.push_str(
        "<section><h2>Webhooks</h2><p>What your own system is told by a signed call, when you gave us an address for it.</p>\
         <table class=\"table\"><thead><tr><th>Type</th><th>Meaning</th><th>Body</th></tr></thead><tbody>",
    );
    for (name, item) in object(document, "webhooks") {
        let post = &item["post"];
        let body = post.pointer("/requestBody/content/application~1json/schema").map(kind_of).unwrap_or_default();
        let _ = write!(
            html,
            "<tr><td><code>{}</code></td><td>{}</td><td>{body}</td></tr>",
            escape(name),
            escape(text(post, "summary"))
        );
    }
    html.push_str("</tbody></table></section>");
}

fn operation_body(html: &mut String, method: &str, path: &str, operation: &Value) {
    let _ = write!(
        html,
        "<article id=\"{0}\"><h3>{1}</h3><p><code>{2} {3}</code></p><p>{4}</p>",
        escape(text(operation, "operationId")),
        escape(text(operation, "summary")),
        method.to_uppercase(),
        escape(path),
        prose(text(operation, "description")),
    );
    let mut parameters = list(operation, "parameters").peekable();
    if parameters.peek().is_some() {
        html.push_str(
            "<table class=\"table\"><thead><tr><th>Parameter</th><th>In</th><th>Type</th><th>Meaning</th></tr></thead><tbody>",
        );
        for parameter in parameters {
            let needed = if parameter["required"] == true { " (needed)" } else { "" };
            let _ = write!(
                html,
                "<tr><td><code>{}</code>{needed}</td><td>{}</td><td>{}</td><td>{}</td></tr>",
                escape(text(parameter, "name")),
                escape(text(parameter, "in")),
                kind_of(&parameter["schema"]),
                prose(text(parameter, "description")),
            );
        }
        html.push_str("</tbody></table>");
    }
    if let Some(schema) = operation.pointer("/requestBody/content/application~1json/schema") {
        let _ = write!(html, "<p>Body: {}</p>", kind_of(schema));
    }
    html.push_str("<table class=\"table\"><thead><tr><th>Status</th><th>Meaning</th><th>Body</th></tr></thead><tbody>");
    for (status, response) in object(operation, "responses") {
        let body =
            object(response, "content").map(|(_, content)| kind_of(&content["schema"])).collect::<Vec<_>>().join(", ");
        let _ =
            write!(html, "<tr><td>{status}</td><td>{}</td><td>{body}</td></tr>", prose(text(response, "description")));
    }
    html.push_str("</tbody></table></article>");
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
    html.push_str("<table class=\"table\"><thead><tr><th>Member</th><th>Type</th><th>Meaning</th></tr></thead><tbody>");
    for (name, property) in properties {
        let mark = if needed.contains(&name.as_str()) { "" } else { " (optional)" };
        let _ = write!(
            html,
            "<tr><td><code>{}</code>{mark}</td><td>{}</td><td>{}</td></tr>",
            escape(name),
            kind_of(property),
            prose(text(property, "description")),
        );
    }
    html.push_str("</tbody></table>");
}

fn problem_body(kind: &Kind) -> String {
    format!(
        "<h1>{}</h1><p><code>{}</code> · {}</p><p>{}</p><p><a href=\"/api/docs\">API</a></p>",
        escape(kind.title),
        kind.code,
        kind.status,
        prose(kind.explanation)
    )
}
