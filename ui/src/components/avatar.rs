//! A person as their initials.

use leptos::prelude::*;

/// "MV" for "Maren Vogt": the first letters of the first and the last word.
pub fn initials(name: &str) -> String {
    let mut words = name.split_whitespace().filter_map(|word| word.chars().find(|letter| letter.is_alphanumeric()));
    let first = words.next();
    first.into_iter().chain(words.next_back()).flat_map(char::to_uppercase).collect()
}

/// The initials of a person in a disc; silent, since the name stands beside it.
#[component]
pub fn Avatar(
    /// The person's name.
    #[prop(into)]
    name: Signal<String>,
    /// 28 px instead of 22.
    #[prop(optional)]
    large: bool,
) -> impl IntoView {
    view! {
        <span class=if large { "ava ava--l" } else { "ava" } aria-hidden="true">
            {move || initials(&name.get())}
        </span>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn initials_are_those_of_first_and_last_name() {
        let check = |name, expect: &str| assert_eq!(initials(name), expect);
        check("Maren Vogt", "MV");
        check("Signalbox", "S");
        check("Anna Maria de Vries", "AV");
        check("(erased)", "E");
        check("émile zola", "ÉZ");
        check("", "");
    }
}
