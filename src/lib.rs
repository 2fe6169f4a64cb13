#![doc = include_str!("ARCHITECTURE.md")]

pub mod app;
pub mod broker;
pub mod client;
pub mod iot;
pub mod lab;
pub mod mqtt;
pub mod policy;
pub mod sigv4;
pub mod suite;
pub mod text;
pub mod timeline;
pub mod words;
