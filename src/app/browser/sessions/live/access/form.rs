//! Where secrets are given. The fields belong to the browser alone: the program never asks for their values, has no name for
//! them, and empties them when what they hold is taken.

use js_sys::JsString;
use wasm_bindgen::JsCast;
use web_sys::{Event, HtmlInputElement};
use yew::prelude::*;

use super::secret;
use super::vault::Given;
use crate::app::browser::components::text;
use crate::app::sessions::live::access::FORM_ID;
use crate::words;

/// A text shorter than this that comes without a paste was typed: no credentials are as short.
const TYPED: u32 = 16;

/// Takes what is given.
#[derive(Properties, PartialEq)]
pub(super) struct Props {
    pub(super) give: Callback<Given>,
}

/// One field for a paste of several lines. A browser masks no field of several lines, so this one takes the paste before it
/// is drawn and stays empty.
#[component]
pub(super) fn Paste(props: &Props) -> Html {
    let hint = use_state(|| "");
    let give = props.give.clone();
    let take = move |brought: Option<JsString>| {
        if let Some(brought) = brought.filter(|text| text.length() > 0) {
            give.emit(Given::Paste(brought));
        }
    };
    let brought = {
        let (take, hint) = (take.clone(), hint.clone());
        Callback::from(move |event: Event| {
            event.prevent_default();
            hint.set("");
            take(secret::brought(&event));
        })
    };
    // What a screen keyboard or an extension puts in without a paste.
    let oninput = {
        let hint = hint.clone();
        Callback::from(move |event: InputEvent| {
            let field = event.target().and_then(|target| target.dyn_into::<HtmlInputElement>().ok());
            let Some(field) = field else { return };
            let came = secret::value(&field);
            field.set_value("");
            hint.set(if came.length() < TYPED { words::access::PASTE_ONLY } else { "" });
            take(Some(came).filter(|came| came.length() >= TYPED));
        })
    };
    let ondrop = brought.reform(|event: DragEvent| Event::from(event));
    html! {
        <div class="c-field">
            <label for={FORM_ID}>{ "Paste credentials" }</label>
            <input id={FORM_ID} type="password" autocomplete="off" autocapitalize="off" spellcheck="false" translate="no"
                aria-describedby="give-credentials-hint" onpaste={brought} {ondrop} {oninput} />
            <p class="c-hint" id="give-credentials-hint">{ text(&words::access::paste_hint()) }</p>
            <p class="c-hint" role="status">{ *hint }</p>
        </div>
    }
}

/// Three fields for those who type.
#[component]
pub(super) fn KeyFields(props: &Props) -> Html {
    let refs = use_memo((), |()| <[NodeRef; 3]>::default());
    let [id, secret, token] = &*refs;
    html! {
        <form class="c-stack" autocomplete="off" onsubmit={submit(&props.give, refs.clone(), Given::Fields)}>
            <div class="c-grid">
                { field("access-key", "Access key ID", "text", id) }
                { field("secret-key", "Secret access key", "password", secret) }
                { field("session-token", "Session token", "password", token) }
            </div>
            <div class="c-row"><button type="submit">{ "Use these credentials" }</button></div>
        </form>
    }
}

/// The login token of a Cognito identity, unless a guest comes.
#[derive(Properties, PartialEq)]
pub(super) struct LoginProps {
    pub(super) give: Callback<Given>,
    pub(super) login: bool,
    pub(super) busy: bool,
}

#[component]
pub(super) fn Login(props: &LoginProps) -> Html {
    let token = use_node_ref();
    let (login, give) = (props.login, props.give.clone());
    let onsubmit = {
        let token = token.clone();
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            let field = if login { token.cast::<HtmlInputElement>() } else { None };
            if login == field.is_some() {
                give.emit(Given::Login(field));
            }
        })
    };
    html! {
        <form class="c-stack" autocomplete="off" {onsubmit}>
            if login {
                { field(FORM_ID, "Login token", "password", &token) }
                <p class="c-hint">{ "Of a user pool: the ID token. It is kept in this tab's memory until you forget it, to replace the credentials \
                                     before they expire." }</p>
            }
            <div class="c-row">
                <button type="submit" class="is-primary" disabled={props.busy} id={(!login).then_some(FORM_ID)}>
                    { "Get credentials" }</button>
            </div>
        </form>
    }
}

/// What a custom authorizer is told.
#[component]
pub(super) fn AuthorizerFields(props: &Props) -> Html {
    let refs = use_memo((), |()| <[NodeRef; 4]>::default());
    let [token, signature, user, password] = &*refs;
    html! {
        <form class="c-stack" autocomplete="off" onsubmit={submit(&props.give, refs.clone(), Given::Authorizer)}>
            <div class="c-grid">
                { field(FORM_ID, "Token", "password", token) }
                { field("token-signature", "Signature of the token (base64)", "password", signature) }
                { field("authorizer-user", "User name", "text", user) }
                { field("authorizer-password", "Password", "password", password) }
            </div>
            <p class="c-hint">{ "Leave empty what the authorizer does not read. The signature is not needed where signing is disabled." }</p>
            <div class="c-row"><button type="submit" class="is-primary">{ "Use this" }</button></div>
        </form>
    }
}

/// What another broker is told.
#[component]
pub(super) fn BrokerFields(props: &Props) -> Html {
    let refs = use_memo((), |()| <[NodeRef; 2]>::default());
    let [user, password] = &*refs;
    html! {
        <form class="c-stack" autocomplete="off" onsubmit={submit(&props.give, refs.clone(), Given::Broker)}>
            <div class="c-grid">
                { field(FORM_ID, "User name (if the broker wants one)", "text", user) }
                { field("broker-password", "Password", "password", password) }
            </div>
            <p class="c-hint">{ "Without a user name and a password the sessions connect anonymously, also after you have forgotten those." }</p>
            <div class="c-row"><button type="submit">{ "Use this" }</button></div>
        </form>
    }
}

/// Gives what the fields hold.
fn submit<const N: usize>(
    give: &Callback<Given>,
    refs: std::rc::Rc<[NodeRef; N]>,
    given: fn([HtmlInputElement; N]) -> Given,
) -> Callback<SubmitEvent> {
    let give = give.clone();
    Callback::from(move |event: SubmitEvent| {
        event.prevent_default();
        let fields: Vec<HtmlInputElement> = refs.iter().filter_map(NodeRef::cast).collect();
        if let Ok(fields) = fields.try_into() {
            give.emit(given(fields));
        }
    })
}

/// A field whose text is not kept; its `kind` is `password` where nobody may read it.
fn field(id: &'static str, label: &'static str, kind: &'static str, field: &NodeRef) -> Html {
    html! {
        <div class="c-field">
            <label for={id}>{ label }</label>
            <input {id} type={kind} ref={field} autocomplete="off" spellcheck="false" autocapitalize="off" translate="no" />
        </div>
    }
}
