//! The controller, step by step on a clock that tests move.
