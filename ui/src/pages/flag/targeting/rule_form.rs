//! The form of one rule: who fits, what they get, how many that are; JSON for experts.

use leptos::prelude::*;
use signalbox_domain::key::{RuleId, SegmentKey, VariantKey};
use signalbox_domain::targeting::Rule;

use crate::clauses::{Clauses, ClausesEditor};
use crate::components::{Dialog, DialogFoot, FieldError, TextArea, TextField};
use crate::json::{self, Fault, JsonEditor};
use crate::pages::flag::page::use_page;
use crate::pages::flag::targeting::rule_draft::{Problems, RuleDraft, accept};
use crate::pages::flag::targeting::rule_list::{Editing, RuleList};
use crate::pages::flag::targeting::rule_who::{Logic, ReadBack};
use crate::pages::flag::targeting::split_rows::SplitRow;
use crate::pages::flag::targeting::weight_rows::WeightRows;
use crate::segment_picker::SegmentPicker;
use crate::state::Segments;

/// What is typed into the form. Copies share the same state.
#[derive(Clone, Copy)]
pub struct Fields {
    id: StoredValue<RuleId>,
    name: RwSignal<String>,
    description: RwSignal<String>,
    /// What must hold.
    pub clauses: Clauses,
    /// JSON Logic in place of conditions, where it is chosen.
    pub logic: RwSignal<Option<String>>,
    fits: RwSignal<String>,
    share: RwSignal<String>,
    people: RwSignal<String>,
    segments: RwSignal<Vec<SegmentKey>>,
    split_by: RwSignal<String>,
    weights: RwSignal<Vec<(VariantKey, RwSignal<String>)>>,
}

impl Fields {
    fn new(draft: RuleDraft) -> Self {
        let fields = Self {
            id: StoredValue::new(draft.id.clone()),
            name: RwSignal::new(String::new()),
            description: RwSignal::new(String::new()),
            clauses: Clauses::new([]),
            logic: RwSignal::new(None),
            fits: RwSignal::new(String::new()),
            share: RwSignal::new(String::new()),
            people: RwSignal::new(String::new()),
            segments: RwSignal::new(Vec::new()),
            split_by: RwSignal::new(String::new()),
            weights: RwSignal::new(Vec::new()),
        };
        fields.fill(draft, &[]);
        fields
    }

    /// Begins anew with another draft; its conditions are these clauses.
    fn fill(&self, draft: RuleDraft, clauses: &[signalbox_domain::targeting::Clause]) {
        self.name.set(draft.name);
        self.description.set(draft.description);
        self.clauses.replace(clauses);
        self.logic.set(draft.expression);
        self.fits.set(draft.fits);
        self.share.set(draft.share);
        self.people.set(draft.people);
        self.segments.set(draft.segments);
        self.split_by.set(draft.split_by);
        self.weights.set(draft.weights.into_iter().map(|row| (row.variant, RwSignal::new(row.weight))).collect());
    }

    fn typed(&self) -> RuleDraft {
        let weights = self.weights.with(|weights| {
            let row = |(variant, weight): &(VariantKey, RwSignal<String>)| SplitRow {
                variant: variant.clone(),
                weight: weight.get(),
            };
            weights.iter().map(row).collect()
        });
        RuleDraft {
            id: self.id.get_value(),
            name: self.name.get(),
            description: self.description.get(),
            clauses: self.clauses.typed(),
            expression: self.logic.get(),
            fits: self.fits.get(),
            share: self.share.get(),
            people: self.people.get(),
            segments: self.segments.get(),
            split_by: self.split_by.get(),
            weights,
        }
    }
}

/// The form of one rule. Nothing is saved by it: the rule is put into the list, which is saved as a whole.
#[component]
pub fn RuleForm(list: RuleList, editing: Editing) -> impl IntoView {
    let page = use_page();
    let rule = editing.rule.clone();
    let is_new = editing.new_at.is_some();
    let driven = page.scene.with_untracked(|scene| !is_new && scene.driven_rule() == Some(&rule.id));
    let variants: Vec<_> =
        page.scene.with_untracked(|scene| scene.flag.variants.iter().map(|variant| variant.key.clone()).collect());
    let variants = StoredValue::new(variants);
    let fields = Fields::new(variants.with_value(|variants| RuleDraft::of(&rule, variants)));
    fields.clauses.replace(&rule.clauses);
    let segments = Memo::new(move |_| page.scene.with(|scene| scene.segments.clone()));
    let read = Memo::new(move |_| {
        let draft = fields.typed();
        segments.with(|segments| variants.with_value(|variants| draft.read(variants, segments)))
    });
    let tried = RwSignal::new(false);
    // The whole as JSON, while that is open; the fields rest meanwhile.
    let text = RwSignal::new(None::<String>);
    let parsed = Memo::new(move |_| {
        let typed = text.get()?;
        Some(segments.with(|segments| {
            variants.with_value(|variants| read_json(&typed, &fields.id.get_value(), variants, segments))
        }))
    });
    let problem = move |field: &'static str| {
        Signal::derive(move || {
            let problem =
                read.with(|read| read.as_ref().err().and_then(|problems: &Problems| problems.get(field).cloned()));
            problem.filter(|_| tried.get() || field != "clauses")
        })
    };
    let close = move |()| list.open.set(None);
    let editing = StoredValue::new(editing);
    let done = move |()| {
        tried.set(true);
        fields.clauses.mark();
        let finished = match parsed.get_untracked() {
            Some(parsed) => parsed.ok(),
            None => read.get_untracked().ok(),
        };
        if let Some(rule) = finished {
            editing.with_value(|editing| list.put(editing, rule));
            close(());
        }
    };
    let fold = move |_| {
        if text.with_untracked(Option::is_some) {
            // Back to the form with what was typed, as far as it can be read.
            let Some(Ok(rule)) = parsed.get_untracked() else { return };
            fields.fill(variants.with_value(|variants| RuleDraft::of(&rule, variants)), &rule.clauses);
            text.set(None);
        } else {
            let current = read.get_untracked().unwrap_or_else(|_| editing.with_value(|editing| editing.rule.clone()));
            text.set(serde_json::to_string_pretty(&current).ok());
        }
    };
    let fault = Signal::derive(move || parsed.with(|parsed| parsed.as_ref().and_then(|parsed| parsed.clone().err())));
    let title = match (is_new, driven) {
        (true, _) => "New rule".to_owned(),
        (false, true) => format!("Rename {}", rule.name.as_deref().unwrap_or("the rule")),
        (false, false) => format!("Edit {}", rule.name.as_deref().unwrap_or("the rule")),
    };
    view! {
        <Dialog
            title
            subtitle=ViewFn::from(move || {
                if driven {
                    "A rollout is under way for this rule; who fits and what they get stay until it is finished."
                } else {
                    "It takes its place in the list; nothing changes for anybody until you save the list."
                }
            })
            width=860
            on_close=close
            on_confirm=done
            footer=move || {
                let verb = if is_new { "Put it into the list" } else { "Done" };
                view! { <DialogFoot verb on_close=close /> }
            }
        >
            <Show when=move || text.with(Option::is_none)>
                <div class="grid g2">
                    <TextField
                        label="Name"
                        note="Optional"
                        value=fields.name
                        placeholder="Staff first"
                        autofocus=true
                        error=problem("name")
                    />
                    <TextField
                        label="Why it is there"
                        note="Optional"
                        value=fields.description
                        error=problem("description")
                    />
                </div>
                {(!driven).then(|| view! { <WhoAndWhat fields problem=Callback::new(problem) /> })}
                {(!driven).then(|| view! { <ReadBack rule=read segments /> })}
                <FieldError error=problem("rule") />
            </Show>
            {(!driven)
                .then(|| {
                    view! {
                        <details class="raw" open=move || text.with(Option::is_some)>
                            <summary
                                class="m fs12 ink2"
                                on:click=move |event| {
                                    event.prevent_default();
                                    fold(());
                                }
                            >
                                {move || {
                                    match (text.with(Option::is_some), fault.with(Option::is_some)) {
                                        (false, _) => "JSON, for experts",
                                        (true, false) => "JSON, for experts. Press to go back to the form",
                                        (true, true) => "JSON, for experts. Mend what is marked to go back to the form",
                                    }
                                }}
                            </summary>
                            <Show when=move || text.with(Option::is_some)>
                                <JsonText text fault />
                            </Show>
                        </details>
                    }
                })}
        </Dialog>
    }
}

#[component]
fn JsonText(text: RwSignal<Option<String>>, #[prop(into)] fault: Signal<Option<Fault>>) -> impl IntoView {
    let typed = RwSignal::new(text.get_untracked().unwrap_or_default());
    Effect::new(move |_| {
        let typed = typed.get();
        text.update(|text| {
            if let Some(text) = text {
                *text = typed;
            }
        });
    });
    view! { <JsonEditor label="The rule as JSON" value=typed fault /> }
}

/// Who fits, and what they get.
#[component]
fn WhoAndWhat(fields: Fields, problem: Callback<&'static str, Signal<Option<String>>>) -> impl IntoView {
    let problem = move |field| problem.run(field);
    let has_besides = fields.people.with_untracked(|people| !people.is_empty())
        || fields.segments.with_untracked(|segments| !segments.is_empty())
        || fields.split_by.with_untracked(|path| !path.is_empty());
    view! {
        <fieldset class="fs0">
            <legend class="lbl">
                "For whom"
                <span class="lbl-note">"All of these must hold; without any, everybody fits"</span>
            </legend>
            <Logic fields error=problem("expression") />
            <Show when=move || fields.logic.with(Option::is_none)>
                <ClausesEditor clauses=fields.clauses label="Conditions" between=Signal::stored("and") />
                <FieldError error=problem("clauses") />
            </Show>
        </fieldset>
        <div class="grid g2 rule-gets">
            <fieldset class="fs0">
                <legend class="lbl">"What they get"</legend>
                <WeightRows weights=fields.weights />
                <FieldError error=problem("split") />
            </fieldset>
            <div class="rule-numbers">
                <TextField label="Share of those who fit" value=fields.share unit="%" error=problem("share") />
                <TextField
                    label="About how many people fit"
                    note="Optional"
                    value=fields.fits
                    placeholder="164,000"
                    error=problem("fits")
                />
            </div>
        </div>
        <details class="raw" open=has_besides>
            <summary class="m fs12 ink2">"Whoever has it whatever the share is, and whose place decides"</summary>
            <div class="rule-besides">
                <div>
                    <span class="lbl">"Groups that have it whole"</span>
                    <SegmentPicker label="Groups that have it whole" value=fields.segments />
                    <FieldError error=problem("segments") />
                </div>
                <TextArea
                    label="People by their key"
                    note="One key on each line"
                    value=fields.people
                    exact=true
                    rows=3
                    error=problem("people")
                />
                <TextField
                    label="Split by"
                    note="Optional"
                    value=fields.split_by
                    exact=true
                    placeholder="targetingKey"
                    hint="An attribute. All who have it in common stay together: a company, a household."
                    error=problem("split_by")
                />
            </div>
        </details>
    }
}

/// A rule from JSON; its id stays what it was.
fn read_json(text: &str, id: &RuleId, variants: &[VariantKey], segments: &Segments) -> Result<Rule<String>, Fault> {
    let rule: Rule<String> = json::read(text)?;
    if rule.id != *id {
        let message = format!("id: must stay “{id}”.");
        return Err(Fault { line: json::line_of(text, "id"), column: None, message });
    }
    accept(rule, variants, segments).map_err(|refusal| Fault::of_refusal(&refusal, "rule", text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wrong_in_json_stands_at_its_line() {
        let id = RuleId::new("r").unwrap();
        let variants = [VariantKey::new("on").unwrap()];
        let check = |text: &str, expect: Result<(), &str>| {
            let read = read_json(text, &id, &variants, &Segments::default());
            assert_eq!(read.map(|_| ()).map_err(|fault| fault.sentence()), expect.map_err(str::to_owned));
        };
        check("{\"id\": \"r\", \"split\": [{\"variant\": \"on\", \"weight\": 100}]}", Ok(()));
        check("{\n\"id\": \"other\"\n}", Err("Line 2: id: must stay “r”."));
        check(
            "{\n\"id\": \"r\",\n\"split\": [\n{\"variant\": \"off\", \"weight\": 100}\n]\n}",
            Err("Line 4: split[0].variant: must be the key of one of the flag's variants."),
        );
        check("{\n\"id\": \"r\",\n\"clauses\": 1\n}", Err("Line 3: Invalid type: integer `1`, expected a sequence."));
    }
}
