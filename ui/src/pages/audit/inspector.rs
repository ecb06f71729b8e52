//! Everything about one entry: before and after, who, when, why, and its link of the chain.

use std::sync::Arc;

use leptos::prelude::*;
use signalbox_domain::people::grouped;
use signalbox_protocol::wire::audit::AuditEntry;

use super::entry::Subject;
use super::kind::kind_words;
use super::reader::Reader;
use super::reason::ReasonForm;
use crate::components::{CopyKey, Icon, IconName};
use crate::form::sentence;
use crate::time;
use crate::words::capitalised;

/// Everything about one entry.
#[component]
pub fn Inspector(
    /// The entry.
    entry: Arc<AuditEntry>,
    /// The history that shows it.
    reader: Reader,
) -> impl IntoView {
    let words = entry.words.clone();
    let reason = match (&entry.reason, entry.reason_awaited) {
        (Some(reason), _) => reason.clone(),
        (None, true) => "Still to be given".into(),
        (None, false) => "None was asked for".into(),
    };
    view! {
        <div class="card-h">
            <h2 class="trunc">{title(&entry)}</h2>
            <span class="end num">{format!("#{}", grouped(entry.sequence))}</span>
        </div>
        <div class="card-b">
            {(words.before.is_some() || words.after.is_some())
                .then(|| {
                    view! {
                        <div class="cmp">
                            <Side name="Before" text=words.before.clone() />
                            <Side name="After" text=words.after.clone() />
                        </div>
                    }
                })}
            <dl class="dl inspect">
                <dt>"Who"</dt>
                <dd>{words.actor.clone()}</dd>
                <dt>"Did"</dt>
                <dd>{words.action.clone()} " " <Subject entry=Arc::clone(&entry) /></dd>
                {words
                    .environment
                    .clone()
                    .map(|environment| view! { <dt>"Where"</dt><dd>{environment}</dd> })}
                <dt>"When"</dt>
                <dd class="num">{time::full(&time::local(entry.time))}</dd>
                {words
                    .consequence
                    .as_deref()
                    .map(|consequence| view! { <dt>"Means"</dt><dd>{sentence(consequence, "")}</dd> })}
                <dt>"Reason"</dt>
                <dd class="lines">{reason}</dd>
                <dt>"Kind"</dt>
                <dd>{kind_words(&entry.kind)} " " <code class="ink3">{entry.kind.clone()}</code></dd>
            </dl>
            {entry.reason_awaited.then(|| view! { <ReasonForm sequence=entry.sequence reader /> })}
            <div class="chain">
                <div class="row fs12">
                    <Icon name=IconName::Link small=true class="ink3" />
                    <span class="ink3">"Previous"</span>
                    <span class="end">
                        <CopyKey text=entry.previous_link.clone() shown=short(&entry.previous_link) what="link before" />
                    </span>
                </div>
                <div class="row fs12">
                    <Icon name=IconName::ShieldCheck small=true />
                    <span class="ink2">"This entry"</span>
                    <span class="end">
                        <CopyKey text=entry.link.clone() shown=short(&entry.link) what="link" />
                    </span>
                </div>
                <p class="fs11 ink3">
                    "Each entry seals the one before it. A missing or edited entry would break the chain here."
                </p>
            </div>
        </div>
    }
}

/// One side of the comparison.
#[component]
fn Side(
    /// Before or after.
    name: &'static str,
    /// How it was or is; nothing where it did not exist.
    text: Option<String>,
) -> impl IntoView {
    view! {
        <div>
            <span class="fs11 ink3">{name}</span>
            <p>{text.unwrap_or_else(|| "–".into())}</p>
        </div>
    }
}

/// "Instant payments, 10 % to 25 %" where that is short, else what was done.
fn title(entry: &AuditEntry) -> String {
    const LONGEST: usize = 24;
    let words = &entry.words;
    match (&words.before, &words.after) {
        (Some(before), Some(after)) if before.chars().count() + after.chars().count() <= LONGEST => {
            format!("{}, {before} to {after}", words.subject)
        }
        _ => capitalised(&format!("{} {}", words.action, words.subject)),
    }
}

/// "a41c…7e02": enough of a link to tell it from another.
fn short(link: &str) -> String {
    match (link.get(..4), link.get(link.len().saturating_sub(4)..)) {
        (Some(begin), Some(end)) if link.len() > 8 => format!("{begin}…{end}"),
        _ => link.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::entry;
    use super::*;

    #[test]
    fn titles_and_links_are_short() {
        let mut told = entry(1, "rollout_advanced", "tok_1", Some(("a", "prod")));
        assert_eq!(title(&told), "Instant payments, 10 % to 25 %");
        told.words.after = None;
        assert_eq!(title(&told), "Advanced Instant payments");
        assert_eq!(short("a41c00000000000000007e02"), "a41c…7e02");
        assert_eq!(short("a41c"), "a41c");
    }
}
