//! Projects.

use serde::{Deserialize, Serialize};
use signalbox_domain::key::ProjectKey;

/// A project.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Project {
    /// Its key, unique in the installation.
    pub key: ProjectKey,
    /// What people call it.
    pub name: String,
    /// Whether it is the made-up project of the demo.
    pub demo: bool,
    /// For `If-Match`.
    pub version: u64,
}

/// A project to make.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CreateProject {
    /// Its key, unique in the installation; never changes.
    pub key: ProjectKey,
    /// What people call it, 1 to 120 characters.
    #[cfg_attr(feature = "schema", schemars(length(min = 1, max = 120)))]
    pub name: String,
}

/// A new name for a project.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct RenameProject {
    /// What people call it, 1 to 120 characters.
    #[cfg_attr(feature = "schema", schemars(length(min = 1, max = 120)))]
    pub name: String,
}
