//! What any endpoint may answer besides its own answers, because something stands in front of it: the body's form, the
//! token, the limits, the load. Said once, here, and so in the description of every endpoint; a fuzzer holds the house to
//! it (`make fuzz`).

use super::problem::{self, Kind};
use utoipa::Modify;
use utoipa::openapi::path::Operation;
use utoipa::openapi::{Content, OpenApi, Ref, RefOr, Response};

/// For every endpoint.
const ALL: &[&Kind] = &[problem::MALFORMED, problem::TOO_LARGE, problem::INVALID, problem::TOO_OFTEN, problem::BUSY];
/// For those that want a token.
const SECURED: &[&Kind] = &[problem::NO_TOKEN, problem::FORBIDDEN];
/// For those that read a body.
const WITH_BODY: &[&Kind] = &[problem::WRONG_TYPE];

/// Adds them to the description, where an endpoint does not describe the status itself.
pub struct Everywhere;

impl Modify for Everywhere {
    fn modify(&self, document: &mut OpenApi) {
        for item in document.paths.paths.values_mut() {
            let all = [&mut item.get, &mut item.post, &mut item.put, &mut item.patch, &mut item.delete];
            all.into_iter().flatten().for_each(describe);
        }
    }
}

fn describe(operation: &mut Operation) {
    // Rooms call alike what they do alike; in the description each has a name that no other one has.
    if let (Some([tag, ..]), Some(name)) = (operation.tags.as_deref(), &operation.operation_id) {
        operation.operation_id = Some(format!("{tag}_{name}"));
    }
    // Endpoints without a token say so with an empty requirement of their own.
    let secured = operation.security.is_none();
    let body = operation.request_body.is_some();
    let kinds = ALL.iter().chain(SECURED.iter().filter(|_| secured)).chain(WITH_BODY.iter().filter(|_| body));
    for kind in kinds {
        operation
            .responses
            .responses
            .entry(kind.status.as_str().to_owned())
            .or_insert_with(|| RefOr::T(response(kind)));
    }
}

fn response(kind: &Kind) -> Response {
    let mut response = Response::new(format!("`{}`: {}", kind.code, kind.title));
    let problem = Content::new(Some(Ref::from_schema_name("Problem")));
    response.content.insert("application/problem+json".to_owned(), RefOr::T(problem));
    response
}

#[cfg(test)]
mod tests {
    use utoipa::openapi::RefOr;

    #[test]
    fn every_call_has_a_name_of_its_own() {
        let document = super::super::document();
        let calls = document.paths.paths.values();
        let calls = calls.flat_map(|item| [&item.get, &item.post, &item.put, &item.patch, &item.delete]).flatten();
        let names: Vec<_> = calls.map(|call| call.operation_id.clone().expect("a name")).collect();
        let distinct: std::collections::HashSet<_> = names.iter().collect();
        assert_eq!(distinct.len(), names.len(), "{names:?}");
        assert!(names.len() > 30, "{names:?}");
    }

    #[test]
    fn every_endpoint_describes_what_stands_in_front_of_it() {
        let document = super::super::document();
        for (path, item) in &document.paths.paths {
            for operation in [&item.get, &item.post, &item.patch, &item.delete].into_iter().flatten() {
                let statuses = &operation.responses.responses;
                for status in ["400", "413", "422", "429", "503"] {
                    assert!(statuses.contains_key(status), "{path} does not describe {status}");
                }
                assert!(operation.security.is_some() || statuses.contains_key("403"), "{path} does not describe 403");
                for (status, response) in statuses.iter().filter(|(status, _)| status.as_str() >= "400") {
                    let RefOr::T(response) = response else { panic!("{path} {status} is described elsewhere") };
                    assert!(
                        response.content.contains_key("application/problem+json"),
                        "{path} {status} is no problem document"
                    );
                }
            }
        }
    }
}
