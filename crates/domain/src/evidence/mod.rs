//! What production shows of a feature: people with it compared with people drawn to be without it.
//!
//! People look at a rollout all the time, and so does the controller. Every bound here holds however often it is
//! looked at (a *confidence sequence*), so looking early costs nothing and nobody has to wait for a planned end.
//!
//! What is told apart, from the ground up:
//! - [`Bins`]: what was measured of one arm. People fall into 256 bins by a hash of their key; sums are kept by bin, and
//!   how much bins differ says how far chance goes. One person with ten thousand requests is then one person.
//! - [`Stratum`]: both arms under the same stage of the same plan. What was measured under different stages is
//!   compared apart and the differences are joined, since shares and times differ between stages.
//! - [`Difference`]: how much worse, or better, those with the feature are, and how sure that is.
//! - [`Judgement`]: harm shown, safety shown, or neither, against a margin that was fixed beforehand.
//!
//! Beside that, [`SampleRatio`] watches whether the arms are as large as they were drawn to be: where they are not, they
//! cannot be compared at all.
//!
//! Everything is computed by `libm`, since a verdict that was logged must come out the same, bit by bit, on a server,
//! on another processor, and in a browser.

mod bernoulli;
mod bins;
mod confidence_sequence;
mod difference;
mod judgement;
mod limit;
pub(crate) mod real;
mod sample_ratio;

pub use bernoulli::BernoulliSequence;
pub use bins::{BINS, Bin, Bins, Ratio};
pub use confidence_sequence::{ConfidenceSequence, Sides};
pub use difference::{Arm, Difference, FEWEST_PEOPLE, Stratum};
pub use judgement::{Bounds, Direction, FEWEST_EVENTS, Judgement, METHOD, Outcome, Question, judge};
pub use limit::{LIMIT_METHOD, judge_against_limit};
pub use sample_ratio::{NotARatio, SampleRatio};
