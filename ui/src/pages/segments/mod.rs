//! Groups of people: all of them, and each with who is in it and where it is used. In code a group is a segment.

mod confirmation;
mod create;
mod draft;
mod form;
mod list;
mod page;
mod preview;
mod preview_card;
mod remove;
mod uses;

pub use list::SegmentsPage;
pub use page::SegmentPage;
