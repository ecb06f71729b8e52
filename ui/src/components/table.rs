//! Tables, and what can be done with a row of one.

use leptos::prelude::*;

use super::{Button, ButtonKind, ButtonSize, IconName};

/// A column of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Column {
    /// Words under this head.
    Words(&'static str),
    /// Numbers under this head, at the right.
    Numbers(&'static str),
    /// What can be done with a row; its head is for screen readers only.
    Actions,
}

/// A table with a head for each column. Children are its rows.
#[component]
pub fn Table(
    /// Its columns, from the left.
    columns: &'static [Column],
    /// A class beside `tbl`.
    #[prop(optional)]
    class: &'static str,
    /// The rows.
    children: Children,
) -> impl IntoView {
    let head = |column: &Column| match *column {
        Column::Words(head) => view! { <th scope="col">{head}</th> }.into_any(),
        Column::Numbers(head) => view! {
            <th scope="col" class="num">
                {head}
            </th>
        }
        .into_any(),
        Column::Actions => view! {
            <th scope="col">
                <span class="sr">"Actions"</span>
            </th>
        }
        .into_any(),
    };
    view! {
        <table class=format!("tbl {class}")>
            <thead>
                <tr>{columns.iter().map(head).collect_view()}</tr>
            </thead>
            <tbody>{children()}</tbody>
        </table>
    }
}

/// What can be done with a row, asked in a dialog.
#[component]
pub fn RowButton(
    /// Its icon.
    icon: IconName,
    /// What it does, with what: "Remove Canary".
    #[prop(into)]
    label: String,
    /// Why it cannot be done now.
    #[prop(into)]
    disabled: Signal<Option<String>>,
    /// Opens the dialog.
    #[prop(into)]
    on_press: Callback<()>,
) -> impl IntoView {
    view! {
        <Button kind=ButtonKind::Quiet size=ButtonSize::Small icon label opens="dialog" disabled on_press />
    }
}
