#![doc = include_str!("ARCHITECTURE.md")]

pub mod iot;
pub mod mqtt;
