//! What the metrics of a rollout came to over time, for charts: the numbers that decided, not others.

use serde::{Deserialize, Serialize};
use signalbox_domain::Timestamp;
use signalbox_domain::evidence::Bounds;
use signalbox_domain::key::MetricKey;

/// Most points of one rollout. When there would be more, every other one is left out, and from then on half as many
/// are taken: a rollout of an hour and one of a month have about as many.
const MOST_POINTS: usize = 360;
const MINUTE_MILLIS: i64 = 60_000;

/// What all metrics came to at one look.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Point {
    /// When.
    pub at: Timestamp,
    /// The metrics that were judged.
    pub metrics: Vec<MetricPoint>,
}

/// What one metric came to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MetricPoint {
    /// The metric.
    pub metric: MetricKey,
    /// Of those without the feature.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub control: Option<f64>,
    /// Of those with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub treated: Option<f64>,
    /// How much worse those with it are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bounds: Option<Bounds>,
    /// How much worse they might be.
    pub margin: f64,
    /// People who counted.
    pub people: u64,
}

/// Points in the order of time.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct History {
    /// How often the time between two points was doubled; at first it is a minute.
    halvings: u32,
    points: Vec<Point>,
    #[serde(skip)]
    unstored: bool,
}

impl History {
    /// Takes a point, unless it is too soon for one.
    pub fn note(&mut self, at: Timestamp, point: impl FnOnce() -> Vec<MetricPoint>) {
        let every = MINUTE_MILLIS << self.halvings.min(30);
        if self.points.last().is_some_and(|last| at.millis() - last.at.millis() < every) {
            return;
        }
        self.points.push(Point { at, metrics: point() });
        self.unstored = true;
        if self.points.len() > MOST_POINTS {
            let mut number = 0_usize;
            self.points.retain(|_| {
                number += 1;
                number.is_multiple_of(2)
            });
            self.halvings += 1;
        }
    }

    /// All points.
    #[must_use]
    pub fn points(&self) -> &[Point] {
        &self.points
    }

    /// As bytes, if there is more than was stored; taken as stored.
    pub(super) fn unstored(&mut self) -> Option<Vec<u8>> {
        std::mem::take(&mut self.unstored).then(|| serde_json::to_vec(self).ok()).flatten()
    }

    /// Has it stored again.
    pub(super) const fn not_stored(&mut self) {
        self.unstored = true;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn however_long_it_lasts_there_are_about_as_many_points() {
        let mut history = History::default();
        for second in 0..3_600 {
            history.note(Timestamp::from_millis(second * 1_000), Vec::new);
        }
        assert_eq!(history.points().len(), 60, "one each minute");
        for minute in 60..30 * 24 * 60 {
            history.note(Timestamp::from_millis(minute * MINUTE_MILLIS), Vec::new);
        }
        let points = history.points();
        assert!((MOST_POINTS / 2 - 1..=MOST_POINTS).contains(&points.len()), "{}", points.len());
        assert!(points.windows(2).all(|pair| pair[0].at < pair[1].at));
        assert!(points[0].at.millis() < 24 * 60 * MINUTE_MILLIS, "the beginning is among them");
        let bytes = history.unstored().unwrap();
        assert_eq!(serde_json::from_slice::<History>(&bytes).unwrap(), history);
        assert_eq!(history.unstored(), None);
    }
}
