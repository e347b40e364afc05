//! The contract: the description of the API as one reviewed file, and what must hold of every call in it.

use serde_json::Value;
use std::collections::BTreeSet;

/// The description as it is served.
fn document() -> Value {
    serde_json::to_value(server::api::document()).expect("JSON")
}

/// Each call of the document, as `POST /api/v1/bookings`.
fn calls(document: &Value) -> Vec<(String, &Value)> {
    let methods = ["get", "post", "put", "patch", "delete"];
    let paths = document["paths"].as_object().expect("paths").iter();
    paths
        .flat_map(|(path, item)| {
            let of = move |method: &&str| Some((format!("{} {path}", method.to_uppercase()), item.get(*method)?));
            methods.iter().filter_map(of).collect::<Vec<_>>()
        })
        .collect()
}

fn list<'a>(value: &'a Value, name: &str) -> impl Iterator<Item = &'a Value> {
    value.get(name).and_then(Value::as_array).into_iter().flatten()
}

/// The keys of a member that is an object.
fn keys(value: &Value, name: &str) -> BTreeSet<String> {
    value.get(name).and_then(Value::as_object).into_iter().flat_map(|all| all.keys().cloned()).collect()
}

/// The words of a list of texts.
fn words(value: &Value, name: &str) -> BTreeSet<String> {
    list(value, name).filter_map(Value::as_str).map(str::to_owned).collect()
}

#[test]
fn every_call_that_changes_something_takes_a_key_or_says_why_it_needs_none() {
    let document = document();
    let (mut with, mut without) = (0, Vec::new());
    for (call, operation) in calls(&document).into_iter().filter(|(call, _)| !call.starts_with("GET ")) {
        let takes = list(operation, "parameters").any(|one| {
            (&one["name"], &one["in"], &one["required"]) == (&"Idempotency-Key".into(), &"header".into(), &true.into())
        });
        let says = operation["description"].as_str().is_some_and(|text| text.contains("No `Idempotency-Key`: "));
        assert!(takes != says, "{call}: takes a key: {takes}, says why it needs none: {says}");
        if takes { with += 1 } else { without.push(call) }
    }
    assert!(with > 10, "{with}");
    let reviewed = [
        "DELETE /api/v1/door/shift",
        "POST /api/v1/ambassadors/certificates/verify",
        "POST /api/v1/door/enrolments",
        "POST /api/v1/door/facts",
        "POST /api/v1/lims/dead-letters/{id}/replay",
        "POST /api/v1/lims/events",
        "POST /api/v1/telemetry/readings",
        "POST /api/v1/token",
    ];
    without.sort();
    assert_eq!(without, reviewed);
}

#[test]
fn every_event_of_a_unit_has_a_shape_of_its_own() {
    let document = document();
    let schemas = &document["components"]["schemas"];
    assert_eq!(schemas["LimsEvent"]["properties"]["payload"]["$ref"], "#/components/schemas/LimsPayload");
    let payload = &schemas["LimsPayload"];
    assert_eq!(payload["discriminator"]["propertyName"], "kind");
    let all: Vec<&str> = domain::custody::Kind::ALL.iter().map(|kind| kind.name()).collect();
    assert_eq!(keys(&payload["discriminator"], "mapping"), all.iter().map(|kind| (*kind).to_owned()).collect());
    assert_eq!(list(payload, "oneOf").count(), all.len());
    for kind in domain::custody::Kind::ALL {
        let name = payload["discriminator"]["mapping"][kind.name()].as_str().expect("a shape");
        assert!(list(payload, "oneOf").any(|one| one["$ref"] == name), "{name} is one of them");
        let shape = document.pointer(name.trim_start_matches('#')).expect("it is there");
        assert_eq!(shape["properties"]["kind"]["enum"], serde_json::json!([kind.name()]));
        assert_eq!(shape["additionalProperties"], false, "{name}: a member that is not known is refused");
        let members = kind.members();
        let named = |only_needed: bool| -> BTreeSet<String> {
            let all =
                members.iter().filter(|member| member.needed || !only_needed).map(|member| member.name.to_owned());
            all.chain(["kind".to_owned()]).collect()
        };
        assert_eq!((keys(shape, "properties"), words(shape, "required")), (named(false), named(true)), "{name}");
    }
}

#[test]
fn every_shape_that_is_referred_to_is_there() {
    fn walk(value: &Value, seen: &mut BTreeSet<String>) {
        if let Some(name) = value.get("$ref").and_then(Value::as_str) {
            seen.insert(name.to_owned());
        }
        let inside = value.as_object().into_iter().flat_map(|all| all.values());
        inside.chain(value.as_array().into_iter().flatten()).for_each(|one| walk(one, seen));
    }
    let (document, mut seen) = (document(), BTreeSet::new());
    walk(&document, &mut seen);
    assert!(seen.len() > 50, "{}", seen.len());
    for name in seen {
        assert!(document.pointer(name.trim_start_matches('#')).is_some(), "{name}");
    }
}

/// A shape and the pieces it is put together of: those that have a name of their own are looked at under it.
fn pieces(shape: &Value) -> impl Iterator<Item = &Value> {
    std::iter::once(shape).chain(list(shape, "allOf"))
}

/// The members of a shape, and the named pieces that have more of them.
fn members(shape: &Value) -> BTreeSet<String> {
    let named = pieces(shape).filter_map(|piece| piece["$ref"].as_str()).map(str::to_owned);
    pieces(shape).flat_map(|piece| keys(piece, "properties")).chain(named).collect()
}

/// Those of its members that are always there, or have to be.
fn always(shape: &Value) -> BTreeSet<String> {
    pieces(shape).flat_map(|piece| words(piece, "required")).collect()
}

/// What those of its members hold that `both` knows, as `state: "string"`.
fn holds(shape: &Value, both: &BTreeSet<String>) -> BTreeSet<String> {
    let all = pieces(shape).filter_map(|piece| piece.get("properties")?.as_object()).flatten();
    all.filter(|(name, _)| both.contains(*name))
        .filter_map(|(name, value)| Some(format!("{name}: {}", value.get("$ref").or_else(|| value.get("type"))?)))
        .collect()
}

/// What callers of `then` would miss in `now`: calls, answers, members and words that are gone, and what must be sent since.
fn taken_away(then: &Value, now: &Value) -> Vec<String> {
    let mut gone = Vec::new();
    let mut missing = |of: &str, what: &str, before: BTreeSet<String>, after: &BTreeSet<String>| {
        gone.extend(before.difference(after).map(|one| format!("{of}: {what} {one}")));
    };
    let after = calls(now);
    let names = |all: &[(String, &Value)]| all.iter().map(|(call, _)| call.clone()).collect::<BTreeSet<_>>();
    let before = calls(then);
    missing("the API", "call", names(&before), &names(&after));
    let parameters = |operation: &Value, only_needed: bool| -> BTreeSet<String> {
        let all = list(operation, "parameters").filter(|one| !only_needed || one["required"] == true);
        all.filter_map(|one| one["name"].as_str()).map(str::to_owned).collect()
    };
    for (call, old) in &before {
        let Some((_, new)) = after.iter().find(|(name, _)| name == call) else { continue };
        missing(call, "answer", keys(old, "responses"), &keys(new, "responses"));
        missing(call, "parameter", parameters(old, false), &parameters(new, false));
        missing(call, "must be sent now:", parameters(new, true), &parameters(old, true));
    }
    missing("webhooks", "topic", keys(then, "webhooks"), &keys(now, "webhooks"));
    let (old, new) = (&then["components"]["schemas"], &now["components"]["schemas"]);
    for (name, shape) in old.as_object().into_iter().flatten() {
        let Some(now) = new.get(name) else { continue };
        let (before, after) = (members(shape), members(now));
        let both = before.intersection(&after).cloned().collect();
        missing(name, "kind of", holds(shape, &both), &holds(now, &both));
        missing(name, "member", before, &after);
        missing(name, "word", words(shape, "enum"), &words(now, "enum"));
        // What is sent must not ask for more; what is answered may say more for certain, and no less.
        if shape["additionalProperties"] == false {
            missing(name, "must be sent now:", always(now), &always(shape));
        } else {
            missing(name, "not for certain:", always(shape), &always(now));
        }
    }
    gone
}

/// The description is the file that people review: `UPDATE_GOLDEN=1` renews it where it only grew, and with `BREAKING_CONTRACT=1`
/// where callers lose something by it, which a new version of the API does.
#[test]
fn the_contract_is_the_reviewed_one() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/openapi.json");
    let now = document();
    let reviewed = std::fs::read_to_string(path).ok();
    if let Some(then) = reviewed.as_deref().and_then(|text| serde_json::from_str::<Value>(text).ok()) {
        let gone = taken_away(&then, &now);
        let meant = std::env::var_os("BREAKING_CONTRACT").is_some();
        assert!(gone.is_empty() || meant, "callers of the API would lose: {gone:#?}");
    }
    let text = format!("{}\n", serde_json::to_string_pretty(&now).expect("JSON"));
    testkit::golden::is_the_reviewed_one(path, &text);
}

#[test]
fn a_contract_that_takes_something_away_is_seen() {
    let then = serde_json::json!({
        "paths": { "/a": { "get": { "responses": { "200": {}, "404": {} }, "parameters": [{ "name": "cursor" }] }, "post": {} } },
        "webhooks": { "a.changed": {} },
        "components": { "schemas": {
            "Asked": { "properties": { "name": {} }, "required": [], "additionalProperties": false },
            "Told": { "properties": { "id": {}, "state": { "type": "string" } }, "required": ["id"] },
            "Whole": { "allOf": [{ "$ref": "#/components/schemas/Told" }, { "properties": { "more": {} } }] },
        } },
    });
    let changed = |change: &dyn Fn(&mut Value)| {
        let mut now = then.clone();
        change(&mut now);
        taken_away(&then, &now)
    };
    assert_eq!(changed(&|_| {}), Vec::<String>::new());
    let grown = changed(&|now| {
        now["paths"]["/b"] = serde_json::json!({ "get": { "responses": {} } });
        now["paths"]["/a"]["get"]["responses"]["409"] = Value::Null;
        now["components"]["schemas"]["Told"]["properties"]["more"] = Value::Null;
        now["components"]["schemas"]["Told"]["required"] = serde_json::json!(["id", "state"]);
        now["components"]["schemas"]["Asked"]["properties"]["note"] = Value::Null;
    });
    assert_eq!(grown, Vec::<String>::new(), "what only grows breaks nobody");
    let less = |change: &dyn Fn(&mut Value)| changed(change).join("; ");
    assert_eq!(
        less(&|now| now["paths"]["/a"] = serde_json::json!({ "get": then["paths"]["/a"]["get"] })),
        "the API: call POST /a"
    );
    let answers = less(&|now| now["paths"]["/a"]["get"]["responses"] = serde_json::json!({ "200": {} }));
    assert_eq!(answers, "GET /a: answer 404");
    let needed = less(&|now| now["paths"]["/a"]["get"]["parameters"][0]["required"] = true.into());
    assert_eq!(needed, "GET /a: must be sent now: cursor");
    let member = less(&|now| now["components"]["schemas"]["Told"]["properties"] = serde_json::json!({ "id": {} }));
    assert_eq!(member, "Told: member state");
    let other = less(&|now| now["components"]["schemas"]["Told"]["properties"]["state"]["type"] = "integer".into());
    assert_eq!(other, "Told: kind of state: \"string\"");
    let unsure = less(&|now| now["components"]["schemas"]["Told"]["required"] = serde_json::json!([]));
    assert_eq!(unsure, "Told: not for certain: id");
    let piece = less(&|now| now["components"]["schemas"]["Whole"]["allOf"][1] = serde_json::json!({}));
    assert_eq!(piece, "Whole: member more");
    let pieces = less(&|now| now["components"]["schemas"]["Whole"]["allOf"][0] = serde_json::json!({}));
    assert_eq!(pieces, "Whole: member #/components/schemas/Told");
    let sent = less(&|now| now["components"]["schemas"]["Asked"]["required"] = serde_json::json!(["name"]));
    assert_eq!(sent, "Asked: must be sent now: name");
    assert_eq!(less(&|now| now["webhooks"] = serde_json::json!({})), "webhooks: topic a.changed");
}
