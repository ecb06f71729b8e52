//! The variants of the flag: what it can give, the same in every environment.

mod card;
mod rows;
mod value_editor;

pub use card::VariantsTab;
pub use value_editor::kind_words;
