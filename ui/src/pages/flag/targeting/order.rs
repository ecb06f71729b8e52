//! Rules in another order.

/// Moves the rule at one place so that it stands before the one that is at another; `before` may be the number of
/// rules, for the end. Says where it stands then, or nothing where it stays.
pub fn shift<Item>(items: &mut Vec<Item>, from: usize, before: usize) -> Option<usize> {
    if from >= items.len() || before > items.len() || before == from || before == from + 1 {
        return None;
    }
    let item = items.remove(from);
    let to = if before > from { before - 1 } else { before };
    items.insert(to, item);
    Some(to)
}

/// Before which row something is dropped at a height, given the top and the bottom of each row.
pub fn drop_before(height: f64, rows: &[(f64, f64)]) -> usize {
    rows.iter().position(|(top, bottom)| height < f64::midpoint(*top, *bottom)).unwrap_or(rows.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_move_to_where_they_are_put() {
        let check = |from, before, expect: &str, place| {
            let mut rules: Vec<_> = "abcd".chars().collect();
            assert_eq!(shift(&mut rules, from, before), place);
            assert_eq!(rules.into_iter().collect::<String>(), expect);
        };
        check(0, 2, "bacd", Some(1));
        check(0, 4, "bcda", Some(3));
        check(3, 0, "dabc", Some(0));
        check(2, 1, "acbd", Some(1));
        check(1, 1, "abcd", None);
        check(1, 2, "abcd", None);
        check(4, 0, "abcd", None);
        check(0, 5, "abcd", None);
    }

    #[test]
    fn a_drop_goes_where_the_middle_of_a_row_says() {
        let rows = [(0.0, 10.0), (10.0, 30.0)];
        assert_eq!([4.0, 6.0, 19.0, 21.0, 99.0].map(|height| drop_before(height, &rows)), [0, 1, 1, 2, 2]);
    }
}
