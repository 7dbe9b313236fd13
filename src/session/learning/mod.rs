//! Learning: the run that is under way, the change to its rule, the flows beside it, and how long it will take.

pub(super) mod flows;
pub(super) mod menu;
pub(super) mod pace;
pub(super) mod takeover;
pub(super) mod training;
