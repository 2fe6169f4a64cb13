//! What the browser says about the page that Live runs in.

use js_sys::{Function, Object, Promise, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

use crate::access::browser::{Page, Permission};

/// What holds for this load of the page. The permission can change while it is open.
pub(super) async fn page() -> Page {
    let window = gloo::utils::window();
    let (protocol, host) = (window.location().protocol(), window.location().hostname());
    let (protocol, host) = (protocol.unwrap_or_default(), host.unwrap_or_default());
    let from_here =
        matches!(host.as_str(), "localhost" | "127.0.0.1" | "[::1]") || host.ends_with(".localhost");
    Page {
        https: protocol == "https:",
        from_here: from_here || protocol == "file:",
        secure_context: window.is_secure_context(),
        framed: framed(),
        local_network: local_network().await,
    }
}

/// Whether another page shows this one inside it.
pub(in crate::app::browser::sessions) fn framed() -> bool {
    web_sys::window().is_none_or(|window| match window.top() {
        Ok(Some(top)) => top != window,
        _ => true,
    })
}

async fn local_network() -> Permission {
    for name in ["loopback-network", "local-network-access"] {
        match asked(name).await.as_deref() {
            Some("granted") => return Permission::Granted,
            Some("prompt") => return Permission::Prompt,
            Some("denied") => return Permission::Denied,
            _ => {}
        }
    }
    Permission::Unknown
}

/// What the Permissions API says; nothing for a permission that this browser does not know.
async fn asked(name: &str) -> Option<String> {
    let permissions = Reflect::get(&gloo::utils::window().navigator(), &"permissions".into()).ok()?;
    let query: Function = Reflect::get(&permissions, &"query".into()).ok()?.dyn_into().ok()?;
    let descriptor = Object::new();
    Reflect::set(&descriptor, &"name".into(), &name.into()).ok()?;
    let promise: Promise = query.call1(&permissions, &descriptor).ok()?.dyn_into().ok()?;
    let status: JsValue = JsFuture::from(promise).await.ok()?;
    Reflect::get(&status, &"state".into()).ok()?.as_string()
}
