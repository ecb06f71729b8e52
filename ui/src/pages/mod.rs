//! One module for each page.

pub mod audit;
pub mod flag;
pub mod flags;
pub mod overview;
pub mod segments;
pub mod settings;
pub mod welcome;
