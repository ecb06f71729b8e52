//! `signalbox-server recompute`: verdicts, from what the history holds of them.

use signalbox_domain::event::Event;
use signalbox_domain::guard::verdict_words;
use signalbox_domain::key::RolloutId;

use super::{At, Failure, say};

/// Events read at once.
const PAGE: u32 = 1_000;

/// Computes every verdict of a rollout again, by the method that it names, and compares it byte for byte.
pub fn recompute(rollout: String, at: At) -> Result<(), Failure> {
    let wanted = RolloutId::new(rollout).map_err(|error| Failure::unusable(format!("the id of a rollout {error}")))?;
    let log = signalbox_store::read(&at.data_dir()?).map_err(Failure::unusable)?;
    let (mut sequence, mut same, mut other) = (0, 0_usize, 0_usize);
    let mut is_known = false;
    loop {
        let page = log.since(sequence, PAGE).map_err(Failure::failed)?;
        let Some(last) = page.last() else { break };
        sequence = last.sequence;
        for envelope in &page {
            is_known |= matches!(&envelope.event, Event::RolloutDrafted { rollout, .. } if *rollout == wanted);
            let Event::VerdictReached { rollout, verdict, .. } = &envelope.event else { continue };
            if *rollout != wanted {
                continue;
            }
            let again = verdict.recomputed();
            let bytes = |verdict| serde_json::to_vec(verdict).map_err(Failure::failed);
            let is_same = match &again {
                Some(again) => bytes(again)? == bytes(verdict)?,
                None => false,
            };
            let told = if is_same { "the same" } else { "NOT THE SAME" };
            say(format_args!("{:>8}  {}  {told}  {}", envelope.sequence, envelope.time, verdict_words(verdict)));
            if let (false, Some(again)) = (is_same, &again) {
                say(format_args!("{:>8}  computed now: {}", "", verdict_words(again)));
            }
            *if is_same { &mut same } else { &mut other } += 1;
        }
    }
    if !is_known {
        return Err(Failure::unusable(format!("there is no rollout \"{wanted}\" in this history")));
    }
    if other > 0 {
        return Err(Failure::failed(format!("{other} of {} verdicts come out otherwise", same + other)));
    }
    say(format_args!("{same} verdicts, each the same byte for byte"));
    Ok(())
}
