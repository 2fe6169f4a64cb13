//! The page: its state and what it computes (pure), and at the rim the components and the browser.

#[cfg(target_arch = "wasm32")]
pub mod browser;
pub mod check;
pub mod history;
pub mod places;
pub mod presenter;
pub mod sessions;
pub mod shortcuts;
pub mod workspace;
