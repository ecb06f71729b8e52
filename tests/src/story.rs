//! The whole story of a release, told through the page.
