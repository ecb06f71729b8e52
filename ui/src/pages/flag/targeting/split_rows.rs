//! The split between variants while it is edited.

use std::cmp::Ordering;

use signalbox_domain::flag::WeightedVariant;
use signalbox_domain::key::VariantKey;
use signalbox_domain::share::BUCKETS;
use signalbox_domain::{Share, people};

use crate::pages::flag::percent;

/// A variant with the weight that was typed for it; an empty weight leaves it out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SplitRow {
    /// The variant.
    pub variant: VariantKey,
    /// Its weight in percent.
    pub weight: String,
}

/// What a typed split comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckedSplit {
    /// The split, when nothing is wrong with it: variants of weight 0 are left out.
    pub split: Option<Vec<WeightedVariant>>,
    /// What is wrong with each row.
    pub problems: Vec<Option<String>>,
    /// "Weights sum to 100 %.", or how much is left or too much.
    pub sum: String,
}

/// Rows for all variants of a flag, with the weights that they have.
pub fn rows<'a>(variants: impl IntoIterator<Item = &'a VariantKey>, split: &[WeightedVariant]) -> Vec<SplitRow> {
    let weight = |variant: &VariantKey| split.iter().find(|part| part.variant == *variant).map(|part| part.weight);
    variants
        .into_iter()
        .map(|variant| SplitRow {
            variant: variant.clone(),
            weight: percent::typed(weight(variant).unwrap_or(Share::NOBODY)),
        })
        .collect()
}

/// Checks a split as the server does.
pub fn check(rows: &[SplitRow]) -> CheckedSplit {
    let weights: Vec<_> = rows
        .iter()
        .map(|row| if row.weight.trim().is_empty() { Ok(Share::NOBODY) } else { percent::parse(&row.weight) })
        .collect();
    let total: u64 = weights.iter().flatten().map(|weight| u64::from(weight.buckets())).sum();
    let whole = u64::from(BUCKETS);
    let sum = match total.cmp(&whole) {
        Ordering::Equal => "Weights sum to 100 %.".into(),
        Ordering::Less => format!("{} left to give out.", percent_of(whole - total)),
        Ordering::Greater => format!("{} too much; weights must sum to 100 %.", percent_of(total - whole)),
    };
    let good = total == whole && weights.iter().all(Result::is_ok);
    let split = good.then(|| {
        let parts = rows.iter().zip(&weights).filter_map(|(row, weight)| {
            let weight = weight.as_ref().ok().copied().filter(|weight| *weight != Share::NOBODY)?;
            Some(WeightedVariant { variant: row.variant.clone(), weight })
        });
        parts.collect()
    });
    CheckedSplit { split, problems: weights.into_iter().map(Result::err).collect(), sum }
}

/// How many of those who have the feature get a part of it, rounded to a person.
pub fn part_of(reached: Option<u64>, weight: Share) -> Option<u64> {
    reached.map(|reached| people::in_share(reached, weight))
}

#[expect(clippy::cast_precision_loss, reason = "at most fifty times 100,000")]
fn percent_of(buckets: u64) -> String {
    format!("{} %", buckets as f64 / 1_000.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(weights: &[&str]) -> Vec<SplitRow> {
        let row = |(index, weight): (usize, &&str)| SplitRow {
            variant: VariantKey::new(format!("v{index}")).unwrap(),
            weight: (*weight).to_owned(),
        };
        weights.iter().enumerate().map(row).collect()
    }

    #[test]
    fn weights_must_sum_to_a_hundred() {
        let check = |weights: &[&str], sum: &str, parts: Option<usize>| {
            let checked = check(&typed(weights));
            assert_eq!((checked.sum.as_str(), checked.split.map(|split| split.len())), (sum, parts), "{weights:?}");
        };
        check(&["90", "10"], "Weights sum to 100 %.", Some(2));
        check(&["100", "0", ""], "Weights sum to 100 %.", Some(1));
        check(&["33.333", "33.333", "33.334"], "Weights sum to 100 %.", Some(3));
        check(&["33.3", "33.3", "33.3"], "0.1 % left to give out.", None);
        check(&["90", "90"], "80 % too much; weights must sum to 100 %.", None);
        check(&["100", "x"], "Weights sum to 100 %.", None);
    }

    #[test]
    fn what_is_wrong_stands_at_its_row() {
        let problems = check(&typed(&["100", "-1"])).problems;
        assert_eq!(problems, [None, Some("Must be a number from 0 to 100 with at most three decimals.".into())]);
    }

    #[test]
    fn every_variant_has_a_row() {
        let keys = [VariantKey::new("a").unwrap(), VariantKey::new("b").unwrap()];
        let split = [WeightedVariant { variant: keys[1].clone(), weight: Share::EVERYBODY }];
        let weights: Vec<_> = rows(&keys, &split).into_iter().map(|row| row.weight).collect();
        assert_eq!(weights, ["0", "100"]);
        assert_eq!(part_of(Some(41_000), Share::from_percent(10.0).unwrap()), Some(4_100));
    }
}
