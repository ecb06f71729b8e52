//! How much targeting there may be: what an editor may store, and what matching reads.
//!
//! Each bound keeps one project from making evaluation slow for all: a clause costs at most as much as its values
//! and the text it reads, both bounded here.

/// Longest path of an attribute, in bytes.
pub const LONGEST_ATTRIBUTE: usize = 200;
/// Most values (texts or networks) of one clause.
pub const MOST_VALUES: usize = 500;
/// Longest value of a clause, in bytes.
pub const LONGEST_VALUE: usize = 256;
/// Longest regular expression, in bytes.
pub const LONGEST_PATTERN: usize = 500;
/// Largest compiled program of a regular expression, in bytes.
pub const LARGEST_PATTERN_PROGRAM: usize = 256 * 1024;
/// Most memory that matching one regular expression may use for its lazily built automaton, in bytes.
pub const LARGEST_PATTERN_CACHE: usize = 256 * 1024;
/// Longest text of an attribute that text clauses and patterns read, in bytes; a longer one cannot be judged.
pub const LONGEST_READ: usize = 4 * 1024;
/// Most segments that one clause names.
pub const MOST_SEGMENTS_NAMED: usize = 20;
/// Most clauses of one rule, or of one group of a segment.
pub const MOST_CLAUSES: usize = 30;
/// Most clauses of one segment, over all its groups. One clause that names segments may ask all of theirs, and all
/// of those that theirs name.
pub const MOST_SEGMENT_CLAUSES: usize = 50;
/// Most groups of one segment.
pub const MOST_GROUPS: usize = 10;
/// Most rules of one flag in one environment.
pub const MOST_RULES: usize = 100;
/// Longest expression of an advanced rule, in bytes of its compact JSON.
pub const LARGEST_EXPRESSION: usize = 32 * 1024;
/// Most segments of one project.
pub const MOST_SEGMENTS: usize = 500;
/// Most people that a segment includes by name, and as many that it excludes.
pub const MOST_SEGMENT_PEOPLE: usize = 10_000;
/// How many segments deep a reference is followed: a segment that a rule names may itself name segments, which may
/// name none.
pub const DEEPEST_REFERENCE: usize = 1;
