//! A button that opens files; they can be dropped on the panel around it as well.

use gloo::events::{EventListener, EventListenerOptions};
use js_sys::Uint8Array;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use web_sys::{DragEvent, Element, File, FileList, HtmlInputElement};
use yew::prelude::*;

use crate::app::check::files::{MAX_FILES, Opened};
use crate::words::form as words;

/// What the button says, and who takes the files.
#[derive(Properties, PartialEq)]
pub(in crate::app::browser) struct Props {
    /// What stands on the button.
    pub(in crate::app::browser) label: &'static str,
    /// Longest file that is read, in bytes.
    pub(in crate::app::browser) limit: usize,
    /// The kinds of files that are offered.
    #[prop_or_default]
    pub(in crate::app::browser) accept: Option<&'static str>,
    /// Whether several are opened at once.
    #[prop_or(true)]
    pub(in crate::app::browser) multiple: bool,
    /// Takes what was read.
    pub(in crate::app::browser) taken: Callback<Opened>,
}

#[component]
pub(in crate::app::browser) fn FilePicker(props: &Props) -> Html {
    let input = use_node_ref();
    let open = {
        let (taken, limit) = (props.taken.clone(), props.limit);
        let most = if props.multiple { MAX_FILES } else { 1 };
        Callback::from(move |files: FileList| {
            let taken = taken.clone();
            // The list belongs to the field and is empty once that is: take the files out at once.
            let count = files.length();
            let files: Vec<File> = (0..count).filter_map(|index| files.get(index)).take(most).collect();
            let left_out = usize::try_from(count).unwrap_or_default() - files.len();
            wasm_bindgen_futures::spawn_local(async move {
                let mut opened = Opened { files: Vec::new(), left_out };
                for file in files {
                    opened.files.push((file.name(), read(&file, limit).await));
                }
                taken.emit(opened);
            });
        })
    };
    use_drop(&input, &open);
    let onclick = {
        let input = input.clone();
        Callback::from(move |_: MouseEvent| {
            if let Some(input) = input.cast::<HtmlInputElement>() {
                input.click();
            }
        })
    };
    let onchange = {
        let input = input.clone();
        Callback::from(move |_: Event| {
            let Some(input) = input.cast::<HtmlInputElement>() else { return };
            if let Some(files) = input.files() {
                open.emit(files);
            }
            // So that the same file can be opened again.
            input.set_value("");
        })
    };
    html! {
        <>
            <button type="button" {onclick}>{ props.label }</button>
            <input type="file" aria-label={props.label} accept={props.accept} multiple={props.multiple} hidden=true
                ref={input} {onchange} />
        </>
    }
}

/// Takes files that are dropped on the panel in which the field stands; dropped text goes where it always goes.
#[hook]
fn use_drop(input: &NodeRef, open: &Callback<FileList>) {
    let (input, open) = (input.clone(), open.clone());
    use_effect(move || {
        let panel: Option<Element> =
            input.cast::<Element>().and_then(|input| input.closest("section").ok().flatten());
        let listeners = panel.map(|panel| {
            ["dragover", "drop"].map(|kind| {
                let open = open.clone();
                let options = EventListenerOptions::enable_prevent_default();
                EventListener::new_with_options(&panel, kind, options, move |event| {
                    let carried = event.dyn_ref::<DragEvent>().and_then(DragEvent::data_transfer);
                    let Some(carried) = carried else { return };
                    if carried.types().iter().any(|kind| kind.as_string().as_deref() == Some("Files")) {
                        event.prevent_default();
                        if let ("drop", Some(files)) = (kind, carried.files()) {
                            open.emit(files);
                        }
                    }
                })
            })
        });
        move || drop(listeners)
    });
}

/// The text of a file, or why there is none. What is too large is not even opened.
async fn read(file: &File, limit: usize) -> Result<String, String> {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "whole, and never negative")]
    let bytes = file.size() as u64;
    if bytes > limit as u64 {
        return Err(words::file_too_large(bytes, limit));
    }
    let bytes = JsFuture::from(file.array_buffer()).await.map_err(|_| words::FILE_UNREADABLE.to_owned())?;
    String::from_utf8(Uint8Array::new(&bytes).to_vec())
        .map_err(|error| words::file_not_utf8(error.utf8_error().valid_up_to()))
}
