//! A gathered stratum as bytes, and back.
//!
//! ```text
//! 1                     version of this format
//! twice, for each arm:
//!   sample of people    as people_sample.rs writes it
//!   u16                 metrics
//!   for each:           u8 and so many bytes: its key; 256 × (f64 weight, f64 sum)
//! ```
//! Numbers are little-endian.

use signalbox_domain::evidence::{BINS, Bin, Bins};
use signalbox_domain::key::MetricKey;

use super::gathered::{GatheredArm, GatheredStratum};
use super::people_sample::PeopleSample;

const FORMAT: u8 = 1;
const BIN_BYTES: usize = 16;

/// A stratum as bytes.
pub fn write(stratum: &GatheredStratum) -> Vec<u8> {
    let mut bytes = vec![FORMAT];
    for GatheredArm { people, metrics } in &stratum.arms {
        people.write(&mut bytes);
        // Bounded by the metrics of a rollout, and keys by their longest.
        bytes.extend(u16::try_from(metrics.len()).unwrap_or(u16::MAX).to_le_bytes());
        for (key, bins) in metrics {
            bytes.push(u8::try_from(key.as_str().len()).unwrap_or(u8::MAX));
            bytes.extend(key.as_str().as_bytes());
            for Bin { weight, sum } in bins.as_slice() {
                bytes.extend(weight.to_le_bytes());
                bytes.extend(sum.to_le_bytes());
            }
        }
    }
    bytes
}

/// A stratum from bytes; `None` where they are none.
pub fn read(bytes: &[u8]) -> Option<GatheredStratum> {
    let (&FORMAT, bytes) = bytes.split_first()? else { return None };
    let (control, bytes) = read_arm(bytes)?;
    let (treated, bytes) = read_arm(bytes)?;
    bytes.is_empty().then_some(GatheredStratum { arms: [control, treated], ..GatheredStratum::default() })
}

fn read_arm(bytes: &[u8]) -> Option<(GatheredArm, &[u8])> {
    let (people, bytes) = PeopleSample::read(bytes)?;
    let (count, mut bytes) = bytes.split_first_chunk()?;
    let mut arm = GatheredArm { people, ..GatheredArm::default() };
    for _ in 0..u16::from_le_bytes(*count) {
        let (length, rest) = bytes.split_first()?;
        let (key, rest) = rest.split_at_checked(usize::from(*length))?;
        let (bins, rest) = rest.split_at_checked(BINS * BIN_BYTES)?;
        let (numbers, _) = bins.as_chunks::<8>();
        let number = |place: usize| numbers.get(place).map(|chunk| f64::from_le_bytes(*chunk));
        let bins: Option<Vec<_>> =
            (0..BINS).map(|bin| Some(Bin { weight: number(bin * 2)?, sum: number(bin * 2 + 1)? })).collect();
        let key = MetricKey::new(std::str::from_utf8(key).ok()?).ok()?;
        arm.metrics.insert(key, Bins::from_slice(&bins?)?);
        bytes = rest;
    }
    Some((arm, bytes))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::counting::PersonHash;

    #[test]
    fn a_stratum_survives_its_bytes_and_no_part_of_them_is_one() {
        let mut stratum = GatheredStratum::default();
        assert_eq!(read(&write(&stratum)), Some(stratum.clone()));
        for person in 0..50_u64 {
            let arm = &mut stratum.arms[usize::from(person % 3 == 0)];
            arm.people.add(PersonHash::of(person << 40));
            let bins = arm.metrics.entry("errors".parse().unwrap()).or_default();
            bins.add(person * 7, 1.0, 0.1 * person as f64);
        }
        let bytes = write(&stratum);
        assert_eq!(read(&bytes), Some(stratum));
        for cut in (0..bytes.len()).step_by(97) {
            assert_eq!(read(&bytes[..cut]), None, "{cut} of {}", bytes.len());
        }
        assert_eq!(read(&[bytes.as_slice(), &[0]].concat()), None);
        assert_eq!(read(&[2]), None, "another format");
    }
}
