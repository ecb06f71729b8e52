//! Shared rules, written out where flags name them, so that every flag stands for itself.
//!
//! `$ref` is replaced only where a rule is read: in lists and in operands, not inside of values. What was one operand
//! stays one, even where it is a list.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

/// Why shared rules are not written out.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unresolved {
    /// They lead back to themselves: the names, from the first to itself again.
    #[error("its shared rules lead back to themselves: {}", .0.join(" → "))]
    Cycle(Vec<String>),
    /// Together they are too much.
    #[error("with its shared rules written out it is larger than {0} bytes")]
    TooLarge(usize),
}

/// The rule with every shared rule that it names in its place. Those that do not exist, and those that shared rules
/// themselves name, are left as they are, since flagd does not follow them either.
///
/// # Errors
/// [`Unresolved`] when they lead back to themselves, or when more than `most` bytes would be put in.
pub fn written_out(rule: &Value, shared: &Map<String, Value>, most: usize) -> Result<Value, Unresolved> {
    let mut named = BTreeSet::new();
    names_in(rule, &mut named);
    for name in &named {
        let mut path = vec![name.clone()];
        find_cycle(&mut path, shared, &mut BTreeSet::new())?;
    }
    if named.iter().all(|name| !shared.contains_key(name)) {
        return Ok(rule.clone());
    }
    Writer { shared, most, left: most }.written(rule)
}

struct Writer<'a> {
    shared: &'a Map<String, Value>,
    most: usize,
    left: usize,
}

impl Writer<'_> {
    fn written(&mut self, rule: &Value) -> Result<Value, Unresolved> {
        if let Some(shared) = reference(rule).and_then(|name| self.shared.get(name)) {
            self.left = self.left.checked_sub(shared.to_string().len()).ok_or(Unresolved::TooLarge(self.most))?;
            return Ok(shared.clone());
        }
        match rule {
            Value::Array(items) => items.iter().map(|item| self.written(item)).collect(),
            Value::Object(members) if members.len() == 1 => {
                let written = members.iter().map(|(operator, operands)| {
                    let written = self.written(operands)?;
                    // One operand without a list around it, which is a list now.
                    let is_one = reference(operands).is_some() && written.is_array();
                    Ok((operator.clone(), if is_one { Value::Array(vec![written]) } else { written }))
                });
                written.collect::<Result<Map<_, _>, _>>().map(Value::Object)
            }
            value => Ok(value.clone()),
        }
    }
}

/// The name, where it is a reference.
fn reference(rule: &Value) -> Option<&str> {
    let members = rule.as_object().filter(|members| members.len() == 1)?;
    match members.get("$ref")? {
        Value::String(name) => Some(name),
        Value::Array(names) => match names.as_slice() {
            [Value::String(name)] => Some(name),
            _ => None,
        },
        _ => None,
    }
}

fn names_in(rule: &Value, names: &mut BTreeSet<String>) {
    if let Some(name) = reference(rule) {
        names.insert(name.to_owned());
        return;
    }
    match rule {
        Value::Array(items) => items.iter().for_each(|item| names_in(item, names)),
        Value::Object(members) if members.len() == 1 => {
            members.values().for_each(|operands| names_in(operands, names));
        }
        _ => {}
    }
}

/// Follows the names from the last of `path`; those in `seen` lead nowhere back.
fn find_cycle(
    path: &mut Vec<String>,
    shared: &Map<String, Value>,
    seen: &mut BTreeSet<String>,
) -> Result<(), Unresolved> {
    let Some(rule) = path.last().and_then(|name| shared.get(name)) else { return Ok(()) };
    let mut named = BTreeSet::new();
    names_in(rule, &mut named);
    for name in named {
        if let Some(start) = path.iter().position(|each| *each == name) {
            let mut cycle = path.split_off(start);
            cycle.push(name);
            return Err(Unresolved::Cycle(cycle));
        }
        if seen.insert(name.clone()) {
            path.push(name);
            find_cycle(path, shared, seen)?;
            path.pop();
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn written(rule: Value, shared: &Value) -> Result<Value, String> {
        written_out(&rule, shared.as_object().unwrap(), 1_000).map_err(|error| error.to_string())
    }

    #[test]
    fn shared_rules_are_written_where_they_are_named() {
        let shared = json!({"staff": {"ends_with": [{"var": "email"}, "@a.example"]}, "list": ["x", "y"], "yes": true});
        let staff = &shared["staff"];
        for (rule, expect) in [
            (json!({"$ref": "staff"}), staff.clone()),
            (json!({"$ref": ["staff"]}), staff.clone()),
            (json!({"if": [{"$ref": "staff"}, "on", null]}), json!({"if": [staff, "on", null]})),
            (json!({"!": {"$ref": "staff"}}), json!({"!": staff})),
            // A list that was one operand stays one.
            (json!({"!": {"$ref": "list"}}), json!({"!": [["x", "y"]]})),
            (json!({"in": ["x", {"$ref": "list"}]}), json!({"in": ["x", ["x", "y"]]})),
            (json!({"$ref": "gone"}), json!({"$ref": "gone"})),
            // Not a rule, but a value.
            (json!({"a": 1, "$ref": "staff"}), json!({"a": 1, "$ref": "staff"})),
        ] {
            assert_eq!(written(rule, &shared).unwrap(), expect);
        }
    }

    #[test]
    fn what_leads_back_or_grows_without_end_is_told() {
        let shared = json!({
            "a": {"!": {"$ref": "b"}}, "b": {"and": [true, {"$ref": "c"}]}, "c": {"$ref": "a"}, "d": {"$ref": "e"},
            "e": "x".repeat(600),
        });
        assert_eq!(
            written(json!({"$ref": "a"}), &shared).unwrap_err(),
            "its shared rules lead back to themselves: a → b → c → a"
        );
        assert_eq!(written(json!({"or": [{"$ref": "d"}]}), &shared).unwrap(), json!({"or": [{"$ref": "e"}]}));
        let twice = json!({"or": [{"$ref": "e"}, {"$ref": "e"}]});
        assert_eq!(
            written(twice, &shared).unwrap_err(),
            "with its shared rules written out it is larger than 1000 bytes"
        );
    }
}
