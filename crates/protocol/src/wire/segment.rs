//! Segments: named groups of people that rules and rollouts refer to.

use serde::{Deserialize, Serialize};
use signalbox_domain::Timestamp;
use signalbox_domain::key::{ProjectKey, SegmentKey};
use signalbox_domain::segment_use::SegmentUse;
use signalbox_domain::targeting::Group;

/// A segment in short: without the people whom it names.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SegmentRow {
    /// The project it belongs to.
    pub project: ProjectKey,
    /// Its key, unique in the project.
    pub key: SegmentKey,
    /// What people call it.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// Who is in it, in one sentence.
    pub words: String,
    /// About how many people are in it: as stated, or as many as it names where nothing else lets anybody in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size: Option<u64>,
    /// How many people it includes by name.
    pub included: u64,
    /// How many people it leaves out by name.
    pub excluded: u64,
    /// Every place that refers to it.
    pub used_by: Vec<SegmentUse>,
    /// When it was last changed.
    pub changed: Timestamp,
    /// For `If-Match`.
    pub version: u64,
}

/// A segment with everything about it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Segment {
    /// The project it belongs to.
    pub project: ProjectKey,
    /// Its key, unique in the project.
    pub key: SegmentKey,
    /// What people call it.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// About how many people are in it, as its team states it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub people: Option<u64>,
    /// Whoever fits every one of these groups is in.
    pub groups: Vec<Group>,
    /// People who are in, whether they fit or not.
    pub included: Vec<String>,
    /// People who are out, whatever else is said.
    pub excluded: Vec<String>,
    /// Who is in it, in one sentence.
    pub words: String,
    /// Every place that refers to it.
    pub used_by: Vec<SegmentUse>,
    /// When it was last changed.
    pub changed: Timestamp,
    /// For `If-Match`.
    pub version: u64,
}

/// A segment, replaced as a whole; its key stays.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ChangeSegment {
    /// What people call it, 1 to 120 characters.
    #[cfg_attr(feature = "schema", schemars(length(min = 1, max = 120)))]
    pub name: String,
    /// What it is for, at most 2,000 characters.
    #[cfg_attr(feature = "schema", schemars(length(max = 2000)))]
    #[serde(default)]
    pub description: String,
    /// About how many people are in it, as its team states it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub people: Option<u64>,
    /// Whoever fits every one of these groups is in, at most 10.
    #[cfg_attr(feature = "schema", schemars(length(max = 10)))]
    #[serde(default)]
    pub groups: Vec<Group>,
    /// People who are in, whether they fit or not, at most 10,000.
    #[cfg_attr(feature = "schema", schemars(length(max = 10000)))]
    #[serde(default)]
    pub included: Vec<String>,
    /// People who are out, whatever else is said, at most 10,000.
    #[cfg_attr(feature = "schema", schemars(length(max = 10000)))]
    #[serde(default)]
    pub excluded: Vec<String>,
    /// Why; required where a flag in production refers to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}
