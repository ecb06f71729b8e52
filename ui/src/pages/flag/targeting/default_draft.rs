//! What everyone else gets, whom no rule fits, while it is edited.

use leptos::prelude::*;
use signalbox_domain::Share;
use signalbox_domain::key::{SegmentKey, VariantKey};
use signalbox_protocol::wire::configuration;

use crate::pages::flag::percent;
use crate::pages::flag::targeting::keys;
use crate::pages::flag::targeting::split_rows::{CheckedSplit, SplitRow, check, rows};

/// What everyone else gets, as it was typed. Copies share the same state.
#[derive(Clone, Copy)]
pub struct DefaultDraft {
    /// The share in percent.
    pub share: RwSignal<String>,
    /// People who have it whatever the share is, one key on each line.
    pub people: RwSignal<String>,
    /// Groups that have it whatever the share is.
    pub groups: RwSignal<Vec<SegmentKey>>,
    /// Every variant with its weight in percent.
    pub weights: RwSignal<Vec<(VariantKey, RwSignal<String>)>>,
}

impl DefaultDraft {
    /// With nothing typed yet.
    pub fn new() -> Self {
        Self {
            share: RwSignal::new(String::new()),
            people: RwSignal::new(String::new()),
            groups: RwSignal::new(Vec::new()),
            weights: RwSignal::new(Vec::new()),
        }
    }

    /// Puts into the fields what is there, of a flag with these variants.
    pub fn seed(&self, variants: &[VariantKey], there: &configuration::Rule) {
        self.share.set(percent::typed(there.share));
        self.people.set(there.people.join("\n"));
        self.groups.set(there.segments.clone());
        let fields = rows(variants, &there.split).into_iter().map(|row| (row.variant, RwSignal::new(row.weight)));
        self.weights.set(fields.collect());
    }

    /// Whether what was typed differs from what is there.
    pub fn differs(&self, variants: &[VariantKey], there: &configuration::Rule) -> bool {
        self.share.with(|typed| percent::parse(typed) != Ok(there.share))
            || self.people.with(|typed| keys(typed) != there.people)
            || self.groups.with(|groups| *groups != there.segments)
            || self.split_rows() != rows(variants, &there.split)
    }

    /// The share that was typed.
    ///
    /// # Errors
    /// What would be accepted.
    pub fn typed_share(&self) -> Result<Share, String> {
        self.share.with(|typed| percent::parse(typed))
    }

    /// The variants with the weights that were typed.
    pub fn split_rows(&self) -> Vec<SplitRow> {
        let row = |(variant, weight): &(VariantKey, RwSignal<String>)| SplitRow {
            variant: variant.clone(),
            weight: weight.get(),
        };
        self.weights.with(|weights| weights.iter().map(row).collect())
    }

    /// What the weights that were typed come to.
    pub fn split(&self) -> CheckedSplit {
        check(&self.split_rows())
    }

    /// What was typed.
    ///
    /// # Errors
    /// What is wrong with it, in a sentence.
    pub fn read(&self) -> Result<configuration::Rule, String> {
        let share = self.typed_share().map_err(|error| format!("The share is not right. {error}"))?;
        let CheckedSplit { split, sum, .. } = self.split();
        let split = split.ok_or_else(|| format!("The versions are not right. {sum}"))?;
        let people = self.people.with(|typed| keys(typed));
        Ok(configuration::Rule { share, people, segments: self.groups.get(), split })
    }
}
