//! From a [`Visit`] to an answer: the whole document, rendered on the server, complete before the first byte leaves.

use crate::ui::provide_labels;
use crate::{Visit, routes, shell};
use axum::body::Body;
use axum::http::{Request, Response, StatusCode};
use futures::StreamExt as _;
use leptos::prelude::*;
use leptos::reactive::computed::ScopedFuture;
use leptos_axum::{ResponseOptions, handle_response_inner};
use std::pin::Pin;
use std::sync::Once;

/// A document on its way out.
type Chunks = Pin<Box<dyn futures::Stream<Item = String> + Send>>;

/// Renders the page at the request's path (already without the language's prefix) with `status`, unless the page itself
/// sets another. A form that is refused is answered with `StatusCode::UNPROCESSABLE_ENTITY` and a [`Visit`] that holds
/// its [`FormState`](crate::form::FormState).
pub async fn page(visit: Visit, status: StatusCode, request: Request<Body>) -> Response<Body> {
    static EXECUTOR: Once = Once::new();
    // Fails only where somebody chose before us, and then there is one.
    EXECUTOR.call_once(|| _ = any_spawner::Executor::init_tokio());
    let islands = visit.problem.is_none() && routes::page_at(&visit.path).is_some_and(|page| page.islands);
    let for_shell = visit.clone();
    let context = move || {
        provide_context(visit.clone());
        provide_labels();
        if let Some(response) = use_context::<ResponseOptions>() {
            response.set_status(status);
        }
    };
    let document = move || shell(for_shell);
    // The scripts that Leptos appends carry resources for islands; a page without islands has no script at all.
    if islands {
        handle_response_inner(context, document, request, |app, scripts, _| {
            let html = written(app);
            Box::pin(async move {
                let html = html.await;
                Box::pin(futures::stream::once(async move { html }).chain(scripts())) as Chunks
            })
        })
        .await
    } else {
        handle_response_inner(context, document, request, |app, _, _| {
            let html = written(app);
            Box::pin(async move {
                let html = html.await;
                Box::pin(futures::stream::once(async move { html })) as Chunks
            })
        })
        .await
    }
}

/// Writes a document to its end under the owner of its request, which is the present one when this is called.
///
/// A page that waits is written on whichever thread is free, and Leptos finds contexts and keeps signals alive by the
/// owner that thread holds. Left alone that is none, or the one of a visitor this thread has served before: a description
/// meant for the head would be lost or stand in another visitor's page, and signals would end with another's request.
fn written<IV: IntoView + 'static>(app: IV) -> ScopedFuture<impl Future<Output = String> + Send> {
    ScopedFuture::new(async move { app.to_html_stream_in_order().collect::<String>().await })
}
