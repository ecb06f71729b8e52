//! Words as they stand in sentences.

/// The first letter in upper case, for a phrase that begins a sentence. A word that names something by its
/// exact spelling, such as `http://10.0.0.7:4600` or `card.freeze`, stays as it is.
pub fn capitalised(text: &str) -> String {
    let first_word = text.split_whitespace().next().unwrap_or_default();
    let is_exact = first_word.trim_end_matches(['.', ':', ',']).contains(['.', ':', '/', '_']);
    let mut letters = text.chars();
    match letters.next() {
        Some(first) if !is_exact => first.to_uppercase().chain(letters).collect(),
        _ => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_begin_with_a_capital_unless_they_begin_with_a_name() {
        let check = |text, expect: &str| assert_eq!(capitalised(text), expect);
        check("about 41,000 people", "About 41,000 people");
        check("élan", "Élan");
        check("nobody.", "Nobody.");
        check("http://127.0.0.1:9 does not answer", "http://127.0.0.1:9 does not answer");
        check("signalbox.example.org does not answer", "signalbox.example.org does not answer");
        check("", "");
    }
}
