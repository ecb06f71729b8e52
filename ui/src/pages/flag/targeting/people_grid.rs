//! A hundred squares for all people: who has it, who joins, who loses it.

use leptos::prelude::*;
use signalbox_domain::Share;

/// What a square stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Square {
    /// They have it and keep it.
    In,
    /// They get it.
    Joins,
    /// They lose it.
    Leaves,
    /// They do not have it.
    Out,
}

impl Square {
    const fn class(self) -> &'static str {
        match self {
            Self::In => "in",
            Self::Joins => "nx",
            Self::Leaves => "out",
            Self::Out => "",
        }
    }
}

/// The square in which a place is, counted from 0.
fn your_square(place: Option<u32>) -> Option<usize> {
    place.and_then(|place| usize::try_from(place / 1_000).ok())
}

/// A square for each percent: a share, and what it becomes.
#[component]
pub fn PeopleGrid(
    /// The share now.
    #[prop(into)]
    now: Signal<Share>,
    /// The share that it becomes.
    #[prop(into)]
    then: Signal<Share>,
    /// When that is: "if you save", "at 50 %".
    #[prop(into)]
    when: Signal<String>,
    /// The place of a person who was checked, 0 to 99,999.
    #[prop(optional, into)]
    you: Signal<Option<u32>>,
    /// Whether it is turned off for everyone, so that nobody has it until it is turned on again.
    #[prop(into)]
    off: Signal<bool>,
) -> impl IntoView {
    let label = move || {
        let (now, then) = (now.get(), then.get());
        let change = match then.cmp(&now) {
            std::cmp::Ordering::Equal => String::new(),
            std::cmp::Ordering::Greater => format!(", {then} have it {}", when.get()),
            std::cmp::Ordering::Less => format!(", only {then} {}", when.get()),
        };
        let tested = your_square(you.get())
            .map_or_else(String::new, |square| format!(". The person whom you checked is in square {}", square + 1));
        match off.get() {
            true => format!("Nobody has it now; {now} of people when it is turned on again{change}{tested}"),
            false => format!("{now} of people have it now{change}{tested}"),
        }
    };
    view! {
        <div class="pgrid" role="img" aria-label=label>
            {move || {
                let yours = your_square(you.get());
                squares(now.get(), then.get())
                    .enumerate()
                    .map(|(place, square)| {
                        view! {
                            <i class=square.class() class:you=yours == Some(place)></i>
                        }
                    })
                    .collect_view()
            }}
        </div>
        <div class="row gap4 fs11 ink2 wrap">
            <span class="legend fs11">
                <i class="sq in"></i>
                {move || if off.get() { "has it when it is turned on again" } else { "has it now" }}
            </span>
            <Show when=move || now.get().cmp(&then.get()).is_lt()>
                <span class="legend fs11">
                    <i class="sq nx"></i>
                    {move || format!("gets it {}", when.get())}
                </span>
            </Show>
            <Show when=move || then.get().cmp(&now.get()).is_lt()>
                <span class="legend fs11">
                    <i class="sq out"></i>
                    {move || format!("loses it {}", when.get())}
                </span>
            </Show>
            <span class="legend fs11">
                <i class="sq"></i>
                "does not have it"
            </span>
            {move || {
                let place = your_square(you.get())?;
                let square = squares(now.get(), then.get()).nth(place)?;
                Some(view! {
                    <span class="legend fs11">
                        <i class=format!("sq you {}", square.class())></i>
                        "the person you checked"
                    </span>
                })
            }}
            <span class="end ink3">"Whoever is in stays in as the share grows"</span>
        </div>
    }
}

/// A hundred squares, one for each percent; a part of a percent counts as a whole one.
fn squares(now: Share, then: Share) -> impl Iterator<Item = Square> {
    let whole = |share: Share| share.buckets().div_ceil(1_000);
    let (now, then) = (whole(now), whole(then));
    (0..100).map(move |percent| match (percent < now, percent < then) {
        (true, true) => Square::In,
        (false, true) => Square::Joins,
        (true, false) => Square::Leaves,
        (false, false) => Square::Out,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn squares_are_whole_percents() {
        let check = |now: f64, then: f64, expect: [usize; 3]| {
            let share = |percent| Share::from_percent(percent).unwrap();
            let all: Vec<_> = squares(share(now), share(then)).collect();
            let count = |wanted| all.iter().filter(|square| **square == wanted).count();
            assert_eq!(all.len(), 100);
            assert_eq!([count(Square::In), count(Square::Joins), count(Square::Leaves)], expect);
        };
        check(25.0, 50.0, [25, 25, 0]);
        check(50.0, 10.0, [10, 0, 40]);
        check(0.1, 0.1, [1, 0, 0]);
        check(0.0, 100.0, [0, 100, 0]);
    }
}
