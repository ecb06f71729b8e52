//! Who gets what at the made-up bank: its segments, and the rules of its instant payments.

use serde_json::{Value, json};
use signalbox_domain::targeting::{Rule, Segment};

use super::people::STAFF;

/// The rule that the rollout of instant payments is for.
pub const GERMANY_AND_AUSTRIA: &str = "germany-and-austria";

/// Everybody who works at the bank, and the colleagues who try everything first.
#[must_use]
pub fn staff() -> Segment<String> {
    segment(json!({
        "key": "staff",
        "name": "Staff",
        "description": "Everybody who works at the bank",
        "people": 640,
        "groups": [{ "match": "any", "clauses": [{ "operator": "one_of", "attribute": "role", "values": ["staff"] }] }],
        "included": STAFF,
    }))
}

/// Customers who are not of age.
#[must_use]
pub fn young_accounts() -> Segment<String> {
    segment(json!({
        "key": "young-accounts",
        "name": "Young accounts",
        "description": "Accounts of people under 18",
        "people": 5_210,
        "groups": [
            { "match": "all", "clauses": [{ "operator": "number_less_than", "attribute": "age", "number": 18 }] },
        ],
    }))
}

/// Customers whose account can send money at once.
#[must_use]
pub fn instant_transfer_eligible() -> Segment<String> {
    segment(json!({
        "key": "instant-transfer-eligible",
        "name": "Instant transfer eligible",
        "description": "Verified current and joint accounts",
        "people": 164_000,
        "groups": [
            {
                "match": "all",
                "clauses": [
                    { "operator": "one_of", "attribute": "account.kind", "values": ["current", "joint"] },
                    { "operator": "one_of", "attribute": "account.verified", "values": ["true"] },
                ],
            },
            {
                "match": "none",
                "clauses": [{ "operator": "one_of", "attribute": "account.status", "values": ["closing"] }],
            },
        ],
    }))
}

/// Who gets instant payments in production: nobody under 18, staff first, then a share where it is licensed.
#[must_use]
pub fn instant_payments() -> Vec<Rule<String>> {
    let rules = json!([
        {
            "id": "under-18",
            "name": "Nobody under 18",
            "fits": 5_210,
            "clauses": [{ "operator": "in_segment", "segments": ["young-accounts"] }],
            "split": [{ "variant": "standard", "weight": 100 }],
        },
        {
            "id": "staff-first",
            "name": "Staff first",
            "fits": 640,
            "clauses": [
                { "operator": "in_segment", "segments": ["staff"] },
                { "operator": "version_at_least", "attribute": "app", "version": "8.2" },
            ],
            "split": [{ "variant": "instant", "weight": 100 }],
        },
        {
            "id": GERMANY_AND_AUSTRIA,
            "name": "Customers in Germany and Austria",
            "fits": 164_000,
            "share": 0,
            "clauses": [
                { "operator": "in_segment", "segments": ["instant-transfer-eligible"] },
                { "operator": "one_of", "attribute": "country", "values": ["DE", "AT"] },
            ],
            "split": [{ "variant": "instant", "weight": 90 }, { "variant": "instant-confirm", "weight": 10 }],
        },
    ]);
    serde_json::from_value(rules).expect("the rules of the demo are rules")
}

/// What the bank's applications know of a customer or colleague, made up from their key: the same each time.
#[must_use]
pub fn known_of(person: &str) -> Value {
    let number = person.bytes().fold(7_u64, |sum, byte| sum.wrapping_mul(31).wrapping_add(u64::from(byte)));
    let of = |choices: &[&'static str], by: u64| {
        let place = number / by % choices.len() as u64;
        usize::try_from(place).ok().and_then(|place| choices.get(place).copied()).unwrap_or_default()
    };
    let role = if person.contains('@') { "staff" } else { "customer" };
    json!({
        "targetingKey": person,
        "role": role,
        "country": of(&["DE", "DE", "DE", "AT", "NL", "FR"], 3),
        "age": 16 + number / 11 % 60,
        "app": of(&["8.4.1", "8.4.0", "8.3.2", "8.1.0"], 5),
        "account": {
            "kind": of(&["current", "current", "joint", "savings"], 7),
            "verified": number / 13 % 20 != 0,
            "status": "open",
        },
    })
}

fn segment(body: Value) -> Segment<String> {
    serde_json::from_value(body).expect("the segments of the demo are segments")
}

#[cfg(test)]
mod tests {
    use super::*;
    use signalbox_domain::Timestamp;
    use signalbox_domain::targeting::{Attributes, CompiledRule, CompiledSegment, CompiledSegments};

    #[test]
    fn every_rule_fits_some_of_the_made_up_people() {
        let segments: CompiledSegments = [staff(), young_accounts(), instant_transfer_eligible()]
            .iter()
            .map(|segment| CompiledSegment::new(segment, |person| Some(person.as_str())))
            .collect();
        let people = (0..2_000).map(|number| format!("customer-{number:06}")).chain(STAFF.map(str::to_owned));
        let known: Vec<_> = people.map(|person| known_of(&person)).collect();
        for rule in instant_payments() {
            let compiled = CompiledRule::new(&rule);
            let fits = known
                .iter()
                .filter_map(Value::as_object)
                .filter(|context| compiled.matches(&Attributes::of_context(context, Timestamp::default()), &segments));
            let fits = fits.count();
            assert!(fits > 5 && fits < known.len() * 3 / 4, "{fits} of {} fit {}", known.len(), rule.title());
        }
        assert_eq!(known_of("customer-000001"), known_of("customer-000001"));
    }
}
