//! What happened at the made-up bank: the project, its people and plans, and each flag's story.

use signalbox_domain::command::{Command, EnvironmentChanges, NewEnvironment, NewProject, RuleChanges};
use signalbox_domain::{Share, Timestamp};

use super::calendar::Calendar;
use super::people::BUSINESSES;
use super::people::Colleague::{self, Jonas, Maren, Priya, Tom};
use super::script::Step;
use super::story::{PRODUCTION, Story, environment, project, ring_then, share, shares, staff_then};
use super::targeting::{self, GERMANY_AND_AUSTRIA};

/// People who bank there when the project begins.
const FIRST_CUSTOMERS: u64 = 231_000;
/// And now.
pub const CUSTOMERS: u64 = 312_000;

/// Everything that happened until shortly before `now`.
#[must_use]
pub fn of_the_bank(now: Timestamp) -> Vec<Step> {
    let mut story = Story::new(Calendar::as_of(now));
    beginnings(&mut story);
    on_the_way(&mut story);
    arrived(&mut story);
    not_started(&mut story);
    no_rollout(&mut story);
    story.into_steps()
}

/// The project, its people, environments and plans.
fn beginnings(story: &mut Story) {
    for (minute, colleague) in (0..).zip(Colleague::ALL) {
        story.invite((640, 9, minute), colleague);
    }
    let new = NewProject { key: project(), name: "Fernhill Bank".into() };
    story.set_up((640, 9, 30), Command::CreateProject(new), None);
    for (minute, (key, name, audience)) in
        (31..).zip([("dev", "Dev", 24), ("staging", "Staging", 640), (PRODUCTION, "Production", FIRST_CUSTOMERS)])
    {
        let environment =
            NewEnvironment { key: environment(key), name: name.into(), production: key == PRODUCTION, audience };
        let command = Command::CreateEnvironment { project: project(), environment };
        story.set_up((640, 9, minute), command, None);
    }
    let changes = EnvironmentChanges { audience: Some(CUSTOMERS), ..EnvironmentChanges::default() };
    let command = Command::ChangeEnvironment { project: project(), environment: environment(PRODUCTION), changes };
    story.set_up((88, 8, 50), command, Some("Customers at the end of the half-year."));

    story.plan((620, 11, 0), Jonas, "canary", "Canary", shares(&[1.0, 10.0, 50.0, 100.0]));
    story.plan((620, 11, 5), Jonas, "rings", "Rings", staff_then(&[5.0, 25.0, 50.0, 100.0]));
    story.plan((620, 11, 10), Jonas, "all-at-once", "All at once", shares(&[100.0]));
    let careful = staff_then(&[1.0, 10.0, 25.0, 50.0, 100.0]);
    story.plan((400, 15, 0), Maren, "payments-careful", "Payments, careful", careful);

    story.segment((610, 9, 40), Jonas, targeting::staff());
    story.segment((330, 14, 15), Maren, targeting::young_accounts());
    story.segment((24, 13, 30), Maren, targeting::instant_transfer_eligible());
}

/// Flags with a rollout under way.
fn on_the_way(story: &mut Story) {
    story
        .flag("card-freeze")
        .overrides(
            (16, 11, 0),
            PRODUCTION,
            &[("customer-000314", "off")],
            "Asked to keep the hotline until their case is closed.",
        )
        .draft((16, 16, 0), staff_then(&[5.0, 25.0, 50.0, 100.0]))
        .start((15, 10, 0), "Support has read the new screens; staff go first.")
        .advance((13, 10, 0), "Two days with staff, two small texts fixed.")
        .advance((8, 10, 0), "A week at 5 % without a single stuck freeze.")
        .advance((3, 10, 0), "Calls to the hotline down by a third at 25 %.")
        .hold(
            (0, 13, 52),
            Tom,
            "Errors at 1.84 % with the change, 0.42 % without. Nobody new gets it until we know why.",
        );
    story
        .flag("payments-instant")
        .split(
            (23, 11, 40),
            &[("instant", 90.0), ("instant-confirm", 10.0)],
            "One in ten confirms once more, to compare what support hears.",
        )
        .overrides(
            (20, 9, 15),
            "staging",
            &[("tester-confirm", "instant-confirm")],
            "The test robot always takes the longer way.",
        )
        .rules(
            (22, 15, 10),
            targeting::instant_payments(),
            "Agreed with legal: nobody under 18, and only where it is licensed.",
        )
        .draft_of((14, 16, 20), GERMANY_AND_AUSTRIA, staff_then(&[1.0, 10.0, 25.0, 50.0, 100.0]))
        .start((13, 10, 0), "Agreed in the payments review; staff go first.")
        .advance((10, 10, 12), "Three days with staff, no ticket.")
        .advance((8, 9, 30), "Completion is steady at 1 %.")
        .hold((5, 13, 20), Jonas, "p95 latency is 34 ms above the rest; we agreed on 30.")
        .resume((4, 10, 24), "Connection pool widened; latency is back where it was.")
        .advance((3, 9, 5), "All guardrails clear since the pool was widened.");
    story
        .flag("statements-pdf")
        .draft((10, 9, 0), staff_then(&[1.0, 10.0, 25.0, 100.0]))
        .start((9, 9, 30), "Layout signed off by legal.")
        .advance((6, 9, 30), "Staff statements match the paper ones.")
        .advance((2, 9, 20), "The queue stays under two seconds at 1 %.");
    story
        .flag("auth-push-approve")
        .draft((13, 14, 0), staff_then(&[1.0, 5.0, 25.0, 50.0, 100.0]))
        .start((12, 9, 10), "Security review done; begin with staff.")
        .advance((8, 11, 30), "No rejected push among staff that was not a test.")
        .advance((3, 14, 11), "1 % log in eight seconds faster.");
    story
        .flag("onboarding-v2")
        .split(
            (8, 10, 30),
            &[("scan-first", 50.0), ("scan-and-save", 50.0)],
            "Two versions against the form, in equal parts.",
        )
        .draft((8, 11, 0), staff_then(&[10.0, 67.0, 100.0]))
        .start((7, 9, 0), "If people scan their ID before typing, more will finish.")
        .advance((6, 9, 0), "Works with every ID in the drawer.")
        .advance((4, 10, 2), "Equal thirds from here: form, scan first, scan and save.");
    story
        .flag("fraud-score-v3")
        .draft((7, 13, 0), shares(&[1.0, 10.0, 50.0, 100.0]))
        .start((6, 9, 15), "It only watches, so no staff stage.")
        .advance((1, 14, 25), "Scores agree with the old model on 99.1 % of card payments.");
    story
        .flag("pots-roundups")
        .draft((41, 10, 0), staff_then(&[5.0, 25.0, 50.0, 100.0]))
        .start((40, 9, 0), "Staff first: payday is in three days.")
        .advance((35, 9, 0), "Round-ups of payday add up to the cent.")
        .advance((25, 9, 0), "Two pay periods at 5 % without a complaint.")
        .advance((15, 9, 0), "Ledger load is half of what we planned for.")
        .advance((1, 8, 30), "A month at a half; let everybody save.");
}

/// Flags whose rollout is over.
fn arrived(story: &mut Story) {
    story
        .flag("app-dark-theme")
        .draft((162, 10, 0), shares(&[1.0, 10.0, 50.0, 100.0]))
        .start((161, 9, 0), "Every screen passed the contrast check.")
        .advance((159, 9, 0), "Nothing in the crash reports.")
        .advance((156, 9, 0), "Store reviews mention it, kindly.")
        .advance((153, 9, 0), "Let everybody have it.")
        .finish((151, 11, 0), "Two quiet days at 100 %.");
    story
        .flag("savings-rate-card")
        .draft((92, 9, 0), shares(&[10.0, 50.0, 100.0]))
        .start((92, 11, 0), "The rate comes from the ledger now, not from the app.")
        .advance((91, 9, 0), "10 % see the right rate.")
        .kill((91, 11, 2), Priya, "The card shows yesterday's rate after midnight.")
        .lift((90, 9, 10), Jonas, "The rate is read anew every minute; checked over midnight.")
        .resume((90, 9, 20), "Go on where we stopped.")
        .advance((90, 14, 0), "Correct all day.")
        .finish((89, 12, 0), "Correct over midnight, at 100 %.");
    story
        .flag("fee-banner")
        .draft((31, 10, 0), shares(&[50.0]))
        .start((30, 9, 0), "Half see the fees before they confirm. Do fewer give up?")
        .roll_back((3, 13, 40), "No gain, more support calls. Keep the original.")
        .finish((3, 13, 41), "The test is over.")
        .waits_for(
            (2, 10, 5),
            "payments-instant",
            &["instant", "instant-confirm"],
            "The next test is about fees of instant payments, so only who has those sees it.",
        );
    story
        .flag("transfer-search")
        .draft((232, 9, 0), staff_then(&[10.0, 50.0, 100.0]))
        .start((231, 9, 0), "The index is built for all accounts.")
        .advance((226, 9, 0), "Staff find their lunches.")
        .advance((221, 9, 0), "Median search takes 90 ms.")
        .advance((216, 9, 0), "Same at a half.")
        .finish((208, 9, 0), "Everybody has it.")
        .archive((140, 10, 30), "Gone from the code since release 8.1.");
}

/// Flags with a plan that waits.
fn not_started(story: &mut Story) {
    story
        .flag("card-travel-notice")
        .waits_for(
            (1, 11, 20),
            "card-freeze",
            &["on"],
            "The notice offers to freeze the card; without that it leads nowhere.",
        )
        .draft((0, 12, 40), ring_then("Staff", "staff", &[5.0, 25.0, 50.0, 100.0]));
    story.flag("mortgage-precheck").draft((1, 14, 5), staff_then(&[1.0, 10.0, 50.0, 100.0]));
}

/// Flags that need no rollout.
fn no_rollout(story: &mut Story) {
    let businesses = |count: usize| RuleChanges {
        people: Some(BUSINESSES.iter().take(count).map(|key| (*key).to_owned()).collect()),
        ..RuleChanges::default()
    };
    story.flag("sepa-bulk").rule((290, 10, 0), businesses(4), "The first four businesses on Plus.").rule(
        (12, 9, 30),
        businesses(6),
        "Two more signed for Plus.",
    );
    let to = |share| RuleChanges { share: Some(share), ..RuleChanges::default() };
    story
        .made_flag("ops-login-fallback")
        .rule((26, 10, 0), to(share(5.0)), "Yearly drill: 5 % log in the old way for twenty minutes.")
        .rule((26, 10, 20), to(Share::NOBODY), "Drill over; 99.97 % of logins went through.");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_history_ends_before_now_on_any_day() {
        for hour in 0..14 * 24 {
            let now = Timestamp::from_millis(1_794_787_200_000 + hour * 3_600_000 + 60_000);
            let steps = of_the_bank(now);
            let last = steps.iter().map(|step| step.at).max().unwrap();
            let hours_ago = (now.millis() - last.millis()) as f64 / 3_600_000.0;
            assert!(hours_ago > 0.0 && hours_ago < 3.0 * 24.0 + 1.0, "{last} against {now}");
        }
    }
}
