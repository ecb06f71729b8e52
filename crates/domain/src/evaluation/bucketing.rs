//! `signalbox-1`: which of 100,000 buckets a person falls into. Re-implementable from this page alone.
//!
//! Two independent hashes decide: **membership** (is this person within the share?) and **variant**
//! (which variant does a member get?). Because they are independent, raising a share removes nobody and
//! changes nobody's variant.
//!
//! ```text
//! bytes  = UTF-8(salt) ‖ 0x00 ‖ UTF-8(targeting key)
//! hash   = XXH64(bytes, seed)          seed 0 for membership, 1 for variant
//! bucket = floor(hash × 100000 / 2^64) in 128-bit integers, 0 to 99,999
//! ```
//!
//! A person is within a share when `bucket < share in buckets of 0.001 %`: nobody is within 0 %, everybody
//! within 100 %. A member gets the first variant of the split whose cumulative weight exceeds the variant
//! bucket. XXH64 is specified at <https://github.com/Cyan4973/xxHash/blob/dev/doc/xxhash_spec.md>.

use super::salted_hash::SaltedHash;
use crate::flag::{Bucketing, BucketingAlgorithm};
use crate::flagd::Generation;
use crate::flagd::expression::fractional_bucket;
use crate::share::{BUCKETS, Share};

const MEMBERSHIP: u64 = 0;
const VARIANT: u64 = 1;

/// How one flag draws people, with all that does not depend on the person already taken in.
#[derive(Clone)]
pub enum Bucketer {
    /// `signalbox-1`.
    Signalbox1(Salted),
    /// `flagd-2` and `flagd-3`: the hash that `fractional` draws by. Membership is drawn by the flag's key, the
    /// variant by the key with `/variant` behind it, so that one says nothing about the other.
    Flagd {
        /// Which bytes are hashed.
        generation: Generation,
        /// The flag's key.
        membership: Box<str>,
        /// The flag's key and `/variant`.
        variant: Box<str>,
    },
}

impl Bucketer {
    /// For the flag of this key.
    #[must_use]
    pub fn new(bucketing: &Bucketing, flag: &str) -> Self {
        let flagd =
            |generation| Self::Flagd { generation, membership: flag.into(), variant: format!("{flag}/variant").into() };
        match bucketing.algorithm {
            BucketingAlgorithm::Signalbox1 => Self::signalbox_1(&bucketing.salt),
            BucketingAlgorithm::Flagd2 => flagd(Generation::Flagd2),
            BucketingAlgorithm::Flagd3 => flagd(Generation::Flagd3),
        }
    }

    /// `signalbox-1` with this salt.
    #[must_use]
    pub fn signalbox_1(salt: &str) -> Self {
        Self::Signalbox1(Salted::new(salt))
    }

    /// Whether this person is within the share.
    #[must_use]
    pub fn is_member(&self, targeting_key: &str, share: Share) -> bool {
        self.membership_bucket(targeting_key) < share.buckets()
    }

    /// The bucket that decides membership, 0 to 99,999.
    #[must_use]
    #[inline(always)]
    pub fn membership_bucket(&self, targeting_key: &str) -> u32 {
        match self {
            Self::Signalbox1(salted) => bucket(&salted.membership, targeting_key),
            Self::Flagd { generation, membership, .. } => {
                fractional_bucket(*generation, membership, targeting_key, BUCKETS)
            }
        }
    }

    /// The bucket that decides the variant of a member, 0 to 99,999.
    #[must_use]
    pub fn variant_bucket(&self, targeting_key: &str) -> u32 {
        match self {
            Self::Signalbox1(salted) => bucket(&salted.variant, targeting_key),
            Self::Flagd { generation, variant, .. } => fractional_bucket(*generation, variant, targeting_key, BUCKETS),
        }
    }
}

/// The salt of a flag, ready to draw people by.
#[derive(Clone)]
pub struct Salted {
    membership: SaltedHash,
    variant: SaltedHash,
}

impl Salted {
    fn new(salt: &str) -> Self {
        let salt = [salt.as_bytes(), &[0]].concat();
        Self { membership: SaltedHash::new(&salt, MEMBERSHIP), variant: SaltedHash::new(&salt, VARIANT) }
    }
}

#[inline(always)]
fn bucket(salted: &SaltedHash, targeting_key: &str) -> u32 {
    let scaled = (u128::from(salted.of(targeting_key.as_bytes())) * u128::from(BUCKETS)) >> 64;
    #[expect(clippy::cast_possible_truncation, reason = "below 100,000")]
    {
        scaled as u32
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn share(percent: f64) -> Share {
        Share::from_percent(percent).unwrap()
    }

    #[test]
    fn a_share_reaches_as_many_as_it_says() {
        let bucketer = Bucketer::signalbox_1("evenness");
        for percent in [0.0, 0.1, 1.0, 10.0, 33.333, 50.0, 99.0, 100.0] {
            let people = 200_000;
            let reached = (0..people).filter(|id| bucketer.is_member(&format!("user-{id}"), share(percent))).count();
            let expected = f64::from(people) * percent / 100.0;
            let sigma = (f64::from(people) * percent / 100.0 * (1.0 - percent / 100.0)).sqrt();
            assert!((reached as f64 - expected).abs() <= 4.5 * sigma, "{percent} %: {reached} of {expected}");
        }
    }

    #[test]
    fn raising_a_share_removes_nobody() {
        let bucketer = Bucketer::signalbox_1("monotone");
        for id in 0..5_000 {
            let person = format!("user-{id}");
            let mut was = false;
            for percent in [0.0, 0.001, 1.0, 10.0, 50.0, 99.999, 100.0] {
                let is = bucketer.is_member(&person, share(percent));
                assert!(is || !was, "{person} lost it at {percent} %");
                was = is;
            }
            assert!(was, "everybody has it at 100 %");
            assert!(!bucketer.is_member(&person, share(0.0)), "nobody has it at 0 %");
        }
    }

    /// Pearson's chi-squared on a 10 × 10 table of the two buckets: 81 degrees of freedom, 99.99 % quantile 137.
    #[test]
    fn membership_says_nothing_about_the_variant() {
        let bucketer = Bucketer::signalbox_1("independence");
        let mut table = [[0_f64; 10]; 10];
        let people = 100_000;
        for id in 0..people {
            let person = format!("customer/{id}");
            let row = bucketer.membership_bucket(&person) / 10_000;
            let column = bucketer.variant_bucket(&person) / 10_000;
            table[row as usize][column as usize] += 1.0;
        }
        let expected = f64::from(people) / 100.0;
        let chi_squared: f64 = table.iter().flatten().map(|seen| (seen - expected).powi(2) / expected).sum();
        assert!(chi_squared < 150.0, "{chi_squared}");
    }

    /// The second table of `docs/bucketing.md`: flag key, targeting key, membership by either generation of flagd.
    #[test]
    fn flagds_vectors_hold() {
        let page = include_str!("../../../../docs/bucketing.md");
        let (_, page) = page.split_once("`flagd-2` and `flagd-3`").unwrap();
        let rows = page.lines().filter(|line| line.starts_with("| ") && !line.starts_with("| flag key"));
        let mut checked = 0;
        for row in rows {
            let cells: Vec<_> = row.trim_matches('|').split('|').map(str::trim).collect();
            for (algorithm, expect) in [(BucketingAlgorithm::Flagd2, cells[2]), (BucketingAlgorithm::Flagd3, cells[3])]
            {
                let bucketer = Bucketer::new(&Bucketing { algorithm, salt: "unused".into() }, cells[0]);
                assert_eq!(bucketer.membership_bucket(cells[1]).to_string(), expect, "{row} {algorithm:?}");
                checked += 1;
            }
        }
        assert_eq!(checked, 8);
    }

    /// The vectors of `docs/bucketing.md`: rows of salt, targeting key, membership bucket, variant bucket.
    #[test]
    fn the_published_vectors_hold() {
        let page = include_str!("../../../../docs/bucketing.md");
        let rows: Vec<Vec<&str>> = page
            .lines()
            .filter(|line| line.starts_with("| `"))
            .map(|line| line.trim_matches('|').split('|').map(|cell| cell.trim().trim_matches('`')).collect())
            .collect();
        assert!(rows.len() >= 8, "the page has its table");
        for row in rows {
            let [salt, key, membership, variant] = row[..] else { panic!("{row:?}") };
            let bucketer = Bucketer::signalbox_1(salt);
            let buckets = (bucketer.membership_bucket(key), bucketer.variant_bucket(key));
            assert_eq!(buckets, (membership.parse().unwrap(), variant.parse().unwrap()), "{salt} {key}");
        }
    }
}
