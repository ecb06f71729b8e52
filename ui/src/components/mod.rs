//! The parts that pages are made of, each with its own style sheet in `assets/css`.
//!
//! Times, people and shares are given as they are and put into words here. What can be disabled takes
//! its *reason*: `Some(sentence)` disables it, stays focusable and says why.

mod aspect;
mod avatar;
mod banner;
mod button;
mod change;
mod copy_key;
mod dialog;
mod dialog_foot;
mod environment_chip;
mod field;
mod filter_chip;
mod icon;
mod lockable;
mod menu;
mod mini_track;
mod name_and_key;
mod page_head;
mod segmented;
mod share;
mod state;
mod switch;
mod table;
mod tag;
mod time;
mod toasts;

pub use aspect::{Aspect, AspectGlyph, AspectPill, AspectText};
pub use avatar::{Avatar, initials};
pub use banner::Banner;
pub use button::{Button, ButtonKind, ButtonSize, Key, LinkButton};
pub use change::ChangeEntry;
pub use copy_key::CopyKey;
pub use dialog::Dialog;
pub use dialog_foot::DialogFoot;
pub use environment_chip::{Chip, EnvironmentChip};
pub use field::{Checkbox, FieldError, Select, TextArea, TextField};
pub use filter_chip::FilterChip;
pub use icon::{Brand, Icon, IconName};
pub use lockable::Lockable;
pub use menu::{Menu, MenuItem};
pub use mini_track::MiniTrack;
pub use name_and_key::NameAndKey;
pub use page_head::PageHead;
pub use segmented::Segmented;
pub use share::{people, percent, reach};
pub use state::{Empty, Failed, SkeletonRows};
pub use switch::Switch;
pub use table::{Column, RowButton, Table};
pub use tag::{PurposeTag, Tag, TagKind, purpose_words};
pub use time::{Ago, Time};
pub use toasts::Toasts;
