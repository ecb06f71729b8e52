//! The flags of the made-up bank.

use serde_json::{Value, json};
use signalbox_domain::command::NewFlag;
use signalbox_domain::flag::{BucketingAlgorithm, FlagDetails, Purpose, Variant};
use signalbox_domain::key::NotAKey;
use signalbox_domain::value::ValueKind;

use super::calendar::Calendar;
use super::people::Colleague;

/// A flag as the bank's people describe it.
pub struct Entry {
    /// Its key.
    pub key: &'static str,
    name: &'static str,
    description: &'static str,
    purpose: Purpose,
    owner: Colleague,
    tags: &'static [&'static str],
    /// Working days since it was made.
    pub workdays_old: u32,
    /// Days after it was made when it should be gone from the code; none for one that stays.
    days_to_live: Option<u64>,
    kind: ValueKind,
    /// Key and value of each variant; none for the usual pair of a boolean. The last is for everybody else.
    variants: fn() -> Vec<(&'static str, Value)>,
}

/// Every flag that is in use, and one in the archive.
pub const FLAGS: [Entry; 15] = [
    Entry {
        key: "card-freeze",
        name: "Card freeze",
        description: "Let people freeze a card themselves",
        purpose: Purpose::Release,
        owner: Colleague::Tom,
        tags: &["cards", "app"],
        workdays_old: 29,
        days_to_live: Some(90),
        kind: ValueKind::Boolean,
        variants: Vec::new,
    },
    Entry {
        key: "statements-pdf",
        name: "Statements as PDF",
        description: "Monthly statements as a download",
        purpose: Purpose::Release,
        owner: Colleague::Aiko,
        tags: &["statements", "web"],
        workdays_old: 16,
        days_to_live: Some(90),
        kind: ValueKind::Boolean,
        variants: Vec::new,
    },
    Entry {
        key: "auth-push-approve",
        name: "Approve by push",
        description: "Confirm a login with one tap",
        purpose: Purpose::Release,
        owner: Colleague::Jonas,
        tags: &["login", "app"],
        workdays_old: 14,
        days_to_live: Some(90),
        kind: ValueKind::Boolean,
        variants: Vec::new,
    },
    Entry {
        key: "payments-instant",
        name: "Instant payments",
        description: "Euro transfers in under 10 seconds",
        purpose: Purpose::Release,
        owner: Colleague::Maren,
        tags: &["payments"],
        workdays_old: 24,
        days_to_live: Some(90),
        kind: ValueKind::String,
        variants: || {
            vec![
                ("instant", json!("instant")),
                ("instant-confirm", json!("instant-confirm")),
                ("standard", json!("standard")),
            ]
        },
    },
    Entry {
        key: "onboarding-v2",
        name: "New onboarding",
        description: "Scan the ID first, type less",
        purpose: Purpose::Experiment,
        owner: Colleague::Priya,
        tags: &["growth", "app"],
        workdays_old: 9,
        days_to_live: Some(45),
        kind: ValueKind::String,
        variants: || {
            vec![
                ("scan-first", json!("scan-first")),
                ("scan-and-save", json!("scan-and-save")),
                ("form-first", json!("form-first")),
            ]
        },
    },
    Entry {
        key: "pots-roundups",
        name: "Round-up savings",
        description: "Round card payments up into savings, so many times the difference",
        purpose: Purpose::Release,
        owner: Colleague::Maren,
        tags: &["savings", "cards"],
        workdays_old: 54,
        days_to_live: Some(90),
        kind: ValueKind::Float,
        variants: || vec![("single", json!(1.0)), ("half", json!(0.5)), ("none", json!(0.0))],
    },
    Entry {
        key: "fraud-score-v3",
        name: "Fraud scoring 3",
        description: "Newer model, watches only",
        purpose: Purpose::Release,
        owner: Colleague::Daniel,
        tags: &["risk", "backend"],
        workdays_old: 19,
        days_to_live: Some(60),
        kind: ValueKind::Json,
        variants: || {
            vec![
                ("v3", json!({"model": "fraud-3.1", "mode": "watch", "threshold": 0.82})),
                ("v2", json!({"model": "fraud-2.9", "mode": "act", "threshold": 0.9})),
            ]
        },
    },
    Entry {
        key: "sepa-bulk",
        name: "Bulk SEPA upload",
        description: "For business customers on Plus: how many transfers one file may hold",
        purpose: Purpose::Permission,
        owner: Colleague::Sofia,
        tags: &["business", "payments"],
        workdays_old: 303,
        days_to_live: None,
        kind: ValueKind::Integer,
        variants: || vec![("plus", json!(10_000)), ("none", json!(0))],
    },
    Entry {
        key: "app-dark-theme",
        name: "Dark theme in the app",
        description: "Follow the phone setting",
        purpose: Purpose::Release,
        owner: Colleague::Maren,
        tags: &["app"],
        workdays_old: 165,
        days_to_live: Some(90),
        kind: ValueKind::Boolean,
        variants: Vec::new,
    },
    Entry {
        key: "savings-rate-card",
        name: "Savings rate card",
        description: "Show the rate on the home screen",
        purpose: Purpose::Release,
        owner: Colleague::Priya,
        tags: &["savings", "app"],
        workdays_old: 93,
        days_to_live: Some(90),
        kind: ValueKind::Boolean,
        variants: Vec::new,
    },
    Entry {
        key: "card-travel-notice",
        name: "Travel notice",
        description: "Tell us where you travel",
        purpose: Purpose::Release,
        owner: Colleague::Tom,
        tags: &["cards", "app"],
        workdays_old: 7,
        days_to_live: Some(90),
        kind: ValueKind::Boolean,
        variants: Vec::new,
    },
    Entry {
        key: "fee-banner",
        name: "Fee banner",
        description: "Show fees before people confirm",
        purpose: Purpose::Experiment,
        owner: Colleague::Priya,
        tags: &["payments", "web"],
        workdays_old: 34,
        days_to_live: Some(45),
        kind: ValueKind::Boolean,
        variants: Vec::new,
    },
    Entry {
        key: "mortgage-precheck",
        name: "Mortgage pre-check",
        description: "See if a loan is likely, in 2 minutes",
        purpose: Purpose::Release,
        owner: Colleague::Aiko,
        tags: &["lending", "web"],
        workdays_old: 4,
        days_to_live: Some(90),
        kind: ValueKind::Boolean,
        variants: Vec::new,
    },
    Entry {
        key: "ops-login-fallback",
        name: "Old login fallback",
        description: "Turn on if the new login fails",
        purpose: Purpose::Operations,
        owner: Colleague::Daniel,
        tags: &["login", "backend"],
        workdays_old: 522,
        days_to_live: None,
        kind: ValueKind::Boolean,
        variants: Vec::new,
    },
    Entry {
        key: "transfer-search",
        name: "Faster search",
        description: "Find a transfer while typing",
        purpose: Purpose::Release,
        owner: Colleague::Sofia,
        tags: &["payments", "app"],
        workdays_old: 240,
        days_to_live: Some(90),
        kind: ValueKind::Boolean,
        variants: Vec::new,
    },
];

impl Entry {
    /// The flag to make.
    ///
    /// # Errors
    /// [`NotAKey`] for a key that keeps no rule, which a test would have found.
    pub fn new_flag(&self, calendar: &Calendar) -> Result<NewFlag, NotAKey> {
        let made = calendar.day(self.workdays_old);
        let variants = (self.variants)().into_iter().map(|(key, value)| Ok(Variant { key: key.parse()?, value }));
        let variants: Vec<_> = variants.collect::<Result<_, NotAKey>>()?;
        Ok(NewFlag {
            key: self.key.parse()?,
            details: FlagDetails {
                name: self.name.into(),
                description: self.description.into(),
                purpose: self.purpose,
                owner: Some(self.owner.name().into()),
                tags: self.tags.iter().map(|tag| (*tag).into()).collect(),
                expected_removal: self.days_to_live.map(|days| made + chrono::Days::new(days)),
            },
            value_kind: self.kind,
            variants: (!variants.is_empty()).then_some(variants),
            off_variant: None,
            // Not random: the same people get the same things wherever the demo is shown.
            salt: Some(self.key.into()),
            bucketing: BucketingAlgorithm::Signalbox1,
        })
    }

    /// Who looks after it, and acts on it.
    #[must_use]
    pub const fn owner(&self) -> Colleague {
        self.owner
    }

    /// When in the hour it was made: a different minute for each, 0 to 38.
    #[must_use]
    pub fn minute(&self) -> u32 {
        self.key.bytes().map(u32::from).sum::<u32>() % 39
    }
}
