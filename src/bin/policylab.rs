//! `policylab`: suites of policy cases on the command line.

fn main() {}
