//! The management API as types, shared by everyone who serves or calls it.
//!
//! [`endpoint`] has the one list of endpoints: the server routes it, the client and the user interface
//! call it, the OpenAPI document describes it. [`error`] has the one table of error codes.

pub mod desktop;
pub mod endpoint;
pub mod error;
pub mod resource;
pub mod stream;
pub mod wire;

pub use endpoint::Endpoint;
pub use error::{ErrorBody, ErrorCode};
