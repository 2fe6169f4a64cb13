//! The screens: functions from the model to markup.

mod check;
mod live;
mod simulate;

pub(super) use check::check;
pub(super) use live::live;
pub(super) use simulate::simulate;

use web_sys::MouseEvent;
use yew::Callback;

use crate::app::model::{Field, Msg};

/// A press that sends one message.
fn press(send: &Callback<Msg>, msg: Msg) -> Callback<MouseEvent> {
    send.reform(move |_| msg.clone())
}

/// Typing that fills one field of the workspace.
fn typing(send: &Callback<Msg>, field: Field) -> Callback<String> {
    send.reform(move |text| Msg::Type(field, text))
}
