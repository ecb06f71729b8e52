//! A clause as it is typed, and what it comes to.

use serde_json::{Map, Value, json};
use signalbox_domain::Refusal;
use signalbox_domain::key::SegmentKey;
use signalbox_domain::targeting::{Clause, Weekday};

use super::operator::{Operand, Operator};
use crate::form::sentence;

/// A clause as it is typed. What its operator does not ask for is kept, should the person change their mind.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ClauseDraft {
    /// What is asked.
    pub operator: Operator,
    /// Whether the opposite is asked for.
    pub not: bool,
    /// Which attribute; for times, empty is the time of the question.
    pub attribute: String,
    /// Texts or networks, one on each line.
    pub list: String,
    /// The number, version, pattern or moment; the first of two.
    pub first: String,
    /// The second of two.
    pub second: String,
    /// A time zone.
    pub zone: String,
    /// Days of the week.
    pub days: Vec<Weekday>,
    /// Groups.
    pub segments: Vec<SegmentKey>,
    /// Whether capitals do not matter.
    pub ignore_case: bool,
}

impl ClauseDraft {
    /// Whether nothing was typed yet.
    pub fn is_blank(&self) -> bool {
        let Self { operator, not, .. } = *self;
        *self == Self { operator, not, ..Self::default() }
    }

    /// The clause, checked as the server does.
    ///
    /// # Errors
    /// A sentence with what would be accepted.
    pub fn read(&self) -> Result<Clause, String> {
        let clause: Clause = serde_json::from_value(Value::Object(self.fields()?))
            .map_err(|error| sentence(&in_people_s_words(&error.to_string()), ""))?;
        clause.check("clause").map(|()| clause).map_err(|refusal| match refusal {
            Refusal::Invalid { field, message } => about(&field, &message),
            other => sentence(&other.to_string(), ""),
        })
    }

    /// The clause as it stands on the wire.
    fn fields(&self) -> Result<Map<String, Value>, String> {
        let mut fields = Map::new();
        let mut put = |name: &str, value: Value| {
            fields.insert(name.to_owned(), value);
        };
        put("operator", json!(self.operator.key()));
        if self.not {
            put("not", json!(true));
        }
        let attribute = self.attribute.trim();
        let operand = self.operator.operand();
        match operand {
            Operand::Segments => {}
            Operand::Moment | Operand::Period | Operand::Weekly if attribute.is_empty() => {}
            _ if attribute.is_empty() => return Err("Say which attribute.".into()),
            _ => put("attribute", json!(attribute)),
        }
        let (first, second, zone) = (self.first.trim(), self.second.trim(), self.zone.trim());
        match operand {
            Operand::Texts => {
                put("values", lines(&self.list, "Say at least one value, one on each line.")?);
                if self.ignore_case {
                    put("ignore_case", json!(true));
                }
            }
            Operand::Networks => put("networks", lines(&self.list, "Say at least one network, such as 10.0.0.0/8.")?),
            Operand::Pattern => {
                // White space is part of a pattern.
                put("pattern", json!(self.first));
                if self.ignore_case {
                    put("ignore_case", json!(true));
                }
            }
            Operand::Number => put("number", number(first)?),
            Operand::Range => {
                put("least", number(first)?);
                put("most", number(second)?);
            }
            Operand::Modulo => {
                put("divisor", count(first)?);
                put("remainder", count(second)?);
            }
            Operand::Version => put("version", json!(first)),
            Operand::Moment => put("time", json!(first)),
            Operand::Period => {
                put("from", json!(first));
                put("until", json!(second));
            }
            Operand::Weekly => {
                if zone.is_empty() {
                    return Err("Say the time zone whose clocks count, such as Europe/Berlin.".into());
                }
                if !self.days.is_empty() {
                    put("days", json!(self.days));
                }
                if !first.is_empty() {
                    put("from", json!(first));
                }
                if !second.is_empty() {
                    put("until", json!(second));
                }
            }
            Operand::Nothing => {}
            Operand::Segments => match self.segments.is_empty() {
                true => return Err("Choose at least one group.".into()),
                false => put("segments", json!(self.segments)),
            },
        }
        if matches!(operand, Operand::Moment | Operand::Period | Operand::Weekly) && !zone.is_empty() {
            put("zone", json!(zone));
        }
        Ok(fields)
    }
}

impl From<&Clause> for ClauseDraft {
    fn from(clause: &Clause) -> Self {
        // A clause that is stored can be written as JSON; what is not in it stays empty.
        let fields = serde_json::to_value(clause).unwrap_or_default();
        let text = |name: &str| match &fields[name] {
            Value::String(text) => text.clone(),
            Value::Number(number) => number.to_string(),
            _ => String::new(),
        };
        let list = |name: &str| {
            let texts = fields[name].as_array().into_iter().flatten().filter_map(Value::as_str);
            texts.collect::<Vec<_>>().join("\n")
        };
        let operator = Operator::of_key(&text("operator")).unwrap_or_default();
        let (list, first, second) = match operator.operand() {
            Operand::Texts => (list("values"), String::new(), String::new()),
            Operand::Networks => (list("networks"), String::new(), String::new()),
            Operand::Pattern => (String::new(), text("pattern"), String::new()),
            Operand::Number => (String::new(), text("number"), String::new()),
            Operand::Range => (String::new(), text("least"), text("most")),
            Operand::Modulo => (String::new(), text("divisor"), text("remainder")),
            Operand::Version => (String::new(), text("version"), String::new()),
            Operand::Moment => (String::new(), text("time"), String::new()),
            Operand::Period | Operand::Weekly => (String::new(), text("from"), text("until")),
            Operand::Nothing | Operand::Segments => Default::default(),
        };
        Self {
            operator,
            not: clause.not,
            attribute: text("attribute"),
            list,
            first,
            second,
            zone: text("zone"),
            days: serde_json::from_value(fields["days"].clone()).unwrap_or_default(),
            segments: serde_json::from_value(fields["segments"].clone()).unwrap_or_default(),
            ignore_case: fields["ignore_case"] == true,
        }
    }
}

/// Lines that were typed; a line of white space is none.
fn lines(typed: &str, none: &str) -> Result<Value, String> {
    let lines: Vec<_> = typed.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    if lines.is_empty() { Err(none.to_owned()) } else { Ok(json!(lines)) }
}

fn number(typed: &str) -> Result<Value, String> {
    let plain = typed.replace(',', ".");
    let number = plain.parse::<f64>().ok().filter(|number| number.is_finite());
    number.map(|number| json!(number)).ok_or_else(|| "Must be a number, such as 18 or 0.5.".into())
}

fn count(typed: &str) -> Result<Value, String> {
    typed.parse::<u32>().map(|count| json!(count)).map_err(|_| "Must be whole numbers, 0 or more.".into())
}

/// The sentence about a field of a clause; of many values it says which.
fn about(field: &str, message: &str) -> String {
    let place = field.rsplit_once('[').and_then(|(_, place)| place.strip_suffix(']')?.parse::<usize>().ok());
    match place.filter(|_| field.contains(".values[") || field.contains(".networks[")) {
        Some(place) => format!("Value {}: {message}.", place + 1),
        None => sentence(message, field),
    }
}

/// A message of the parser without the place in a text that nobody sees.
fn in_people_s_words(message: &str) -> String {
    message.split(" at line ").next().unwrap_or(message).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A clause of every operator, as it is stored.
    fn every_clause() -> Vec<Value> {
        let moment = json!({"operator": "time_before", "time": "2026-12-01T09:00", "zone": "Europe/Berlin"});
        vec![
            json!({"operator": "one_of", "attribute": "country", "values": ["DE", "AT"], "not": true, "ignore_case": true}),
            json!({"operator": "contains", "attribute": "email", "values": ["@"]}),
            json!({"operator": "starts_with", "attribute": "email", "values": ["ann"]}),
            json!({"operator": "ends_with", "attribute": "email", "values": [".example"]}),
            json!({"operator": "matches_pattern", "attribute": "email", "pattern": "^a b$"}),
            json!({"operator": "number_equals", "attribute": "age", "number": 18}),
            json!({"operator": "number_less_than", "attribute": "age", "number": 18.5}),
            json!({"operator": "number_at_most", "attribute": "age", "number": -1}),
            json!({"operator": "number_more_than", "attribute": "age", "number": 0}),
            json!({"operator": "number_at_least", "attribute": "age", "number": 18}),
            json!({"operator": "number_between", "attribute": "age", "least": 18, "most": 25}),
            json!({"operator": "modulo", "attribute": "id", "divisor": 10, "remainder": 3}),
            json!({"operator": "version_equals", "attribute": "app.version", "version": "8.2"}),
            json!({"operator": "version_less_than", "attribute": "app", "version": "8.2"}),
            json!({"operator": "version_at_most", "attribute": "app", "version": "8.2"}),
            json!({"operator": "version_more_than", "attribute": "app", "version": "8.2"}),
            json!({"operator": "version_at_least", "attribute": "app", "version": "8.2"}),
            json!({"operator": "version_compatible_with", "attribute": "app", "version": "8.2"}),
            json!({"operator": "version_close_to", "attribute": "app", "version": "8.2"}),
            moment,
            json!({"operator": "time_after", "attribute": "joined", "time": "2026-12-01T09:00:00+01:00"}),
            json!({"operator": "time_between", "from": "2026-12-01", "until": "2026-12-24", "zone": "Europe/Berlin"}),
            json!({"operator": "time_of_week", "days": ["monday", "friday"], "from": "09:00", "until": "17:30", "zone": "Europe/Berlin"}),
            json!({"operator": "in_network", "attribute": "ip", "networks": ["10.0.0.0/8", "2001:db8::/32"]}),
            json!({"operator": "is_set", "attribute": "email", "not": true}),
            json!({"operator": "in_segment", "segments": ["staff", "testers"]}),
        ]
    }

    #[test]
    fn what_is_stored_is_what_was_typed() {
        let clauses = every_clause();
        assert_eq!(clauses.len(), Operator::all().count());
        for stored in clauses {
            let clause: Clause = serde_json::from_value(stored.clone()).unwrap();
            let draft = ClauseDraft::from(&clause);
            assert_eq!(draft.read(), Ok(clause), "{stored}");
            assert!(!draft.is_blank());
        }
    }

    #[test]
    fn what_is_wrong_is_said_in_a_sentence() {
        let typed = |operator, attribute: &str, first: &str, list: &str| ClauseDraft {
            operator,
            attribute: attribute.into(),
            first: first.into(),
            list: list.into(),
            ..ClauseDraft::default()
        };
        let check = |draft: ClauseDraft, expect: &str| assert_eq!(draft.read().unwrap_err(), expect);
        check(ClauseDraft::default(), "Say which attribute.");
        check(typed(Operator::OneOf, "country", "", " \n"), "Say at least one value, one on each line.");
        check(typed(Operator::OneOf, "country", "", "DE\nDE"), "Value 2: must not be listed twice.");
        check(typed(Operator::NumberAtLeast, "age", "old", ""), "Must be a number, such as 18 or 0.5.");
        check(typed(Operator::NumberAtLeast, "age", "inf", ""), "Must be a number, such as 18 or 0.5.");
        check(
            typed(Operator::VersionAtLeast, "app", "new", ""),
            "Must be a version such as 8, 8.2, 8.2.1 or 8.2.1-beta.3.",
        );
        check(typed(Operator::InSegment, "", "", ""), "Choose at least one group.");
        check(typed(Operator::TimeOfWeek, "", "", ""), "Say the time zone whose clocks count, such as Europe/Berlin.");
        let mut modulo = typed(Operator::Modulo, "id", "10", "");
        modulo.second = "x".into();
        check(modulo, "Must be whole numbers, 0 or more.");
    }

    #[test]
    fn white_space_and_commas_are_read_as_people_mean_them() {
        let draft = ClauseDraft {
            operator: Operator::NumberAtLeast,
            attribute: " age ".into(),
            first: "0,5".into(),
            ..ClauseDraft::default()
        };
        let expect = json!({"operator": "number_at_least", "attribute": "age", "number": 0.5});
        assert_eq!(serde_json::to_value(draft.read().unwrap()).unwrap(), expect);
        assert!(ClauseDraft { not: true, operator: Operator::IsSet, ..ClauseDraft::default() }.is_blank());
    }
}
