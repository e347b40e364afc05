//! The HTML document: head, header, footer, and the content security policy that goes with exactly this page.

use crate::content;
use crate::preferences::{self, Theme};
use crate::routes::{self, App, Page, paths};
use crate::ui::icon::{Glyph, Icon};
use crate::ui::{Logo, inline};
use crate::visit::Visit;
use axum::http::{HeaderValue, header};
use domain::Locale;
use domain::account::Actor;
use leptos::nonce::use_nonce;
use leptos::prelude::*;
use leptos_axum::ResponseOptions;
use leptos_meta::MetaTags;

/// Wakes the islands of a page: [`islands.js`](./islands.js) explains how.
const WAKE_ISLANDS: &str = include_str!("islands.js");

/// Changes the size of the text in place: [`reading.js`](./reading.js).
const READING: &str = include_str!("reading.js");

/// Takes a form that is kept along to the other language: [`keeping.js`](./keeping.js).
const KEEPING: &str = include_str!("keeping.js");

/// Asks staff before something typed is left behind: [`leaving.js`](./leaving.js).
const LEAVING: &str = include_str!("leaving.js");

/// The whole document of a visit.
pub fn shell(visit: Visit) -> impl IntoView {
    let page = if visit.problem.is_none() { routes::page_at(&visit.path) } else { None };
    let islands = page.filter(|page| page.islands).and_then(|_| islands(&visit));
    let modules = islands.is_some() || page.is_some_and(|page| page.module);
    let small = page.filter(|page| page.typed || page.is_a_desk() || modules).map(|page| small_scripts(*page));
    set_content_security_policy(modules, small.is_some());
    let bare = page.is_some_and(|page| page.bare);
    let locale = visit.locale();
    let theme = match visit.preferences.theme {
        Theme::Auto => None,
        chosen => Some(chosen.name()),
    };
    view! {
        <!DOCTYPE html>
        <html lang=locale.tag() data-theme=theme data-size=visit.preferences.elder.then_some("elder")>
            <head>
                <meta charset="utf-8"/>
                <meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover"/>
                // Numbers in a page are references and figures as often as telephones.
                <meta name="format-detection" content="telephone=no"/>
                <meta name="theme-color" content="#fafdfd" media="(prefers-color-scheme: light)"/>
                <meta name="theme-color" content="#0b181d" media="(prefers-color-scheme: dark)"/>
                <link rel="stylesheet" href=format!("/pkg/{}", visit.assets.css)/>
                <link rel="icon" href="/favicon.svg" type="image/svg+xml"/>
                <link rel="manifest" href="/site.webmanifest"/>
                {Locale::ALL.map(|other| {
                    let href = format!("{}{}", visit.services.settings.public_url, visit.here_in(other));
                    view! { <link rel="alternate" hreflang=other.tag() href=href/> }
                })}
                {islands}
                {small}
                {page.filter(|page| page.renewed).map(|_| view! { <noscript><meta http-equiv="refresh" content="10"/></noscript> })}
                <MetaTags/>
            </head>
            <body>
                <a class="skip" href="#main">{visit.t("skip-to-content")}</a>
                {(!bare).then(|| header(&visit))}
                <main id="main" tabindex="-1"><App/></main>
                {(!bare).then(|| footer(&visit))}
            </body>
        </html>
    }
}

/// One policy per answer. Nothing from elsewhere, no inline style, no frame; scripts only where a page has islands or
/// a module, or small ones of its own.
fn set_content_security_policy(modules: bool, small: bool) {
    let Some(response) = use_context::<ResponseOptions>() else { return };
    let script = match use_nonce() {
        Some(nonce) if modules => format!("'self' 'nonce-{nonce}' 'wasm-unsafe-eval'"),
        Some(nonce) if small => format!("'nonce-{nonce}'"),
        _ => "'none'".to_owned(),
    };
    let policy = format!(
        "default-src 'none'; script-src {script}; style-src 'self'; img-src 'self' data:; connect-src 'self'; \
         form-action 'self'; frame-ancestors 'none'; base-uri 'none'; manifest-src 'self'"
    );
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        response.insert_header(header::CONTENT_SECURITY_POLICY, policy);
    }
}

fn islands(visit: &Visit) -> Option<impl IntoView + use<>> {
    let (js, wasm) = (visit.assets.js.as_ref()?, visit.assets.wasm.as_ref()?);
    let (js, wasm) = (format!("/pkg/{js}"), format!("/pkg/{wasm}"));
    let start = format!("({})({js:?}, {wasm:?});", WAKE_ISLANDS.trim_end());
    Some(view! {
        <link rel="modulepreload" href=js/>
        <link rel="preload" href=wasm r#as="fetch" r#type="application/wasm" crossorigin="anonymous"/>
        <script type="module" nonce=use_nonce() inner_html=start></script>
    })
}

/// What lets the switches of the header, and the staff's ways elsewhere, lose nothing that was typed. A bare page has none.
fn small_scripts(page: Page) -> impl IntoView {
    (!page.bare).then(|| {
        view! {
            {inline(READING)}
            {page.typed.then(|| inline(KEEPING))}
            {page.is_a_desk().then(|| inline(LEAVING))}
        }
    })
}

/// The rooms of the house that have a page already.
fn rooms(visit: &Visit) -> Vec<(&'static str, &'static str)> {
    let own = match visit.context.actor {
        Actor::Staff { .. } => [(paths::STAFF, "nav-staff"), (paths::ACCOUNT, "nav-account")].as_slice(),
        Actor::Visitor { .. } => &[(paths::ACCOUNT, "nav-account")],
        _ => &[(paths::SIGN_IN, "nav-sign-in")],
    };
    let all = [
        ("/", "nav-home"),
        (paths::MUSEUM, "nav-museum"),
        (paths::EVENTS, "nav-events"),
        (paths::BUS, "nav-bus"),
        (paths::SPARK, "nav-spark"),
    ];
    all.into_iter().chain(own.iter().copied()).filter(|(path, _)| routes::is_open(path)).collect()
}

fn is_current(here: &str, path: &str) -> Option<&'static str> {
    if here == path {
        return Some("page");
    }
    let below = path != "/" && here.strip_prefix(path).is_some_and(|rest| rest.starts_with('/'));
    below.then_some("true")
}

fn header(visit: &Visit) -> impl IntoView + use<> {
    let links = rooms(visit).into_iter().map(|(path, key)| {
        view! { <li><a href=visit.href(path) aria-current=is_current(&visit.path, path)>{visit.t(key)}</a></li> }
    });
    let links = links.collect_view();
    let other = match visit.locale() {
        Locale::ZhCn => (Locale::En, "English"),
        Locale::En => (Locale::ZhCn, "简体中文"),
    };
    let (size, size_key, other_key) = match visit.preferences.elder {
        true => ("standard", "size-standard", "size-elder"),
        false => ("elder", "size-elder", "size-standard"),
    };
    // On every page: who uses somebody else's device must not look for the way out.
    let signed_in = matches!(visit.context.actor, Actor::Visitor { .. } | Actor::Staff { .. });
    let sign_out = signed_in.then(|| {
        let text = visit.t("sign-out");
        view! { <form method="post" action=visit.href("/sign-out")><button class="tool">{text}</button></form> }
    });
    view! {
        <header class="site-header">
            <div class="site-header-bar">
                <a class="brand" href=visit.href("/")>
                    <Logo/>
                    <span class="brand-name">{visit.t("site-name")}</span>
                </a>
                <div class="site-tools">
                    <form method="post" action=preferences::PATH data-reading=visit.t(other_key)>
                        <input type="hidden" name="back" value=visit.here_in(visit.locale())/>
                        <button class="tool" name="size" value=size>{visit.t(size_key)}</button>
                    </form>
                    <a class="tool" href=visit.here_in(other.0) lang=other.0.tag() hreflang=other.0.tag()>{other.1}</a>
                    {sign_out}
                </div>
            </div>
            <nav class="site-nav" aria-label=visit.t("nav-label")><ul>{links}</ul></nav>
        </header>
    }
}

fn footer(visit: &Visit) -> impl IntoView + use<> {
    let themes = Theme::ALL.map(|theme| {
        let pressed = if visit.preferences.theme == theme { "true" } else { "false" };
        let (glyph, label) = match theme {
            Theme::Auto => (Glyph::Device, visit.t("theme-auto")),
            Theme::Light => (Glyph::Sun, visit.t("theme-light")),
            Theme::Dark => (Glyph::Moon, visit.t("theme-dark")),
        };
        view! {
            <button class="segment" name="theme" value=theme.name() aria-pressed=pressed>
                <Icon of=glyph/>
                {label}
            </button>
        }
    });
    let telephone = match content::TELEPHONE {
        Some(number) => view! { <a href=format!("tel:{number}")>{number}</a> }.into_any(),
        None => visit.t("telephone-pending").into_any(),
    };
    let confirmed = content::PARTICULARS_CONFIRMED_ON.map(|day| {
        visit.t_args("particulars-confirmed", &[("day", domain::time::day_text(day, visit.locale()).into())])
    });
    view! {
        <footer class="site-footer">
            <div class="site-footer-grid">
                <section>
                    <h2>{visit.t("site-name")}</h2>
                    <p>{content::ADDRESS.text(visit.locale())}</p>
                    <p>{telephone}</p>
                    {confirmed.map(|text| view! { <p class="small">{text}</p> })}
                </section>
                <nav aria-label=visit.t("footer-label")>
                    <ul>
                        <li><a href=visit.href(paths::PRIVACY)>{visit.t("nav-privacy")}</a></li>
                        <li><a href=visit.href(paths::ACCESSIBILITY)>{visit.t("nav-accessibility")}</a></li>
                        {visit.development.then(|| view! { <li><a href=visit.href("/gallery")>{visit.t("nav-gallery")}</a></li> })}
                    </ul>
                </nav>
                // 长辈版 has fewer choices; a colour chosen before stays.
                {(!visit.preferences.elder).then(|| view! {
                    <form class="segments" method="post" action=preferences::PATH>
                        <input type="hidden" name="back" value=visit.here_in(visit.locale())/>
                        <fieldset>
                            <legend>{visit.t("theme-label")}</legend>
                            <div class="segments-row">{themes}</div>
                        </fieldset>
                    </form>
                })}
            </div>
            <p class="site-footer-note">{visit.t("footer-note")}</p>
        </footer>
    }
}
