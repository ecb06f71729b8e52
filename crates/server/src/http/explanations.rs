//! What somebody gets, and why: asked of the very set that applications evaluate.

use std::sync::Arc;

use serde_json::{Map, Value};
use signalbox_domain::key::{EnvironmentKey, FlagKey, ProjectKey};
use signalbox_domain::targeting::Attributes;
use signalbox_domain::{Refusal, Timestamp};
use signalbox_protocol::endpoint::{ExplainFlag, ExplainFlags};
use signalbox_protocol::wire::explanation::{FlagExplained, FlagsExplained};

use super::Api;
use super::answer::{Answer, Answered};
use super::call::{Call, handlers};
use crate::clock;
use crate::evaluation_sets::{EvaluationSet, ServedFlag};

handlers! {
    ExplainFlag => explain_flag,
    ExplainFlags => explain_flags,
}

impl Api {
    async fn explain_flag(&self, call: Call<ExplainFlag>) -> Answered<FlagExplained> {
        let at = call.at;
        let set = self.evaluation_set(&at.project, &at.environment)?;
        let flag = set.served(at.flag.as_str()).ok_or_else(|| Refusal::not_found("flag", &at.flag))?;
        check_targeting_key(&call.body.context)?;
        let now = call.body.at.unwrap_or_else(clock::now);
        Ok(Answer::of(explained(&set, flag, &call.body.context, now)))
    }

    async fn explain_flags(&self, call: Call<ExplainFlags>) -> Answered<FlagsExplained> {
        let set = self.evaluation_set(&call.at.project, &call.at.environment)?;
        check_targeting_key(&call.body.context)?;
        let now = call.body.at.unwrap_or_else(clock::now);
        let explain = |flag: &ServedFlag| explained(&set, flag, &call.body.context, now);
        let (flags, kept_apart) = match &call.body.flags {
            None => {
                let attributes = Attributes::of_context(&call.body.context, now);
                (set.flags().map(explain).collect(), set.kept_apart().explained(&attributes))
            }
            Some(keys) => {
                let found = keys.iter().enumerate().map(|(index, key)| find(&set, index, key).map(explain));
                (found.collect::<Result<_, Refusal>>()?, Vec::new())
            }
        };
        Ok(Answer::of(FlagsExplained { version: set.version, flags, kept_apart }))
    }

    fn evaluation_set(
        &self,
        project: &ProjectKey,
        environment: &EnvironmentKey,
    ) -> Result<Arc<EvaluationSet>, Refusal> {
        let known = self.look(|view| view.project_state(project).is_some());
        if !known {
            return Err(Refusal::not_found("project", project));
        }
        let set = self.engine().evaluation_set_of(project, environment);
        set.ok_or_else(|| Refusal::not_found("environment", environment))
    }
}

fn find<'a>(set: &'a EvaluationSet, index: usize, key: &FlagKey) -> Result<&'a ServedFlag, Refusal> {
    set.served(key.as_str())
        .ok_or_else(|| Refusal::invalid(format!("flags[{index}]"), "must be the key of a flag in use"))
}

/// Whoever asks with what is no key at all is told so, as applications are; a number or a boolean names nobody.
fn check_targeting_key(context: &Map<String, Value>) -> Result<(), Refusal> {
    match context.get("targetingKey") {
        Some(Value::Object(_) | Value::Array(_)) => Err(Refusal::invalid("context.targetingKey", "must be a text")),
        _ => Ok(()),
    }
}

fn explained(set: &EvaluationSet, flag: &ServedFlag, context: &Map<String, Value>, at: Timestamp) -> FlagExplained {
    let attributes = Attributes::of_context(context, at);
    FlagExplained {
        flag: flag.told.key.clone(),
        version: flag.compiled.version(),
        at,
        explanation: flag.compiled.explain(&attributes, set.segments()),
    }
}
