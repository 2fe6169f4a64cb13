//! The page: everything it does is in the library; natively there is nothing to run.

fn main() {}
