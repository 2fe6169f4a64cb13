//! The program of Simulate, Live and the reference, and of the worker that holds the real sessions: here are only its ways
//! in. Natively there is nothing to run.

/// What `static/boot.js` calls.
#[cfg(target_arch = "wasm32")]
pub mod page {
    use iot_policy_lab::app::browser::{
        Boot,
        sessions::{self, Program},
    };
    use wasm_bindgen::prelude::*;

    /// Starts the program in `host`, with what another program or load of the page left.
    #[wasm_bindgen]
    pub fn start(host: web_sys::Element, workspace: Option<String>, boot: Boot) -> Running {
        Running(Program::start(host, workspace, boot))
    }

    /// The program while it runs.
    #[wasm_bindgen]
    pub struct Running(Program);

    #[wasm_bindgen]
    impl Running {
        /// Takes the workspace as the other program left it.
        pub fn take(&self, workspace: &str) {
            self.0.take(workspace);
        }

        /// Loads the page anew in the version that waits.
        pub fn renew(&self) {
            self.0.renew();
        }
    }

    /// Does what Check needs only now and then; both texts are JSON of `app::check::errand`.
    #[wasm_bindgen]
    pub fn errand(errand: &str) -> String {
        sessions::errand(errand)
    }

    /// Starts the worker.
    #[wasm_bindgen]
    pub fn serve() {
        sessions::serve();
    }
}

fn main() {}
