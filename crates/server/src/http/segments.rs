//! Segments.

use signalbox_domain::Refusal;
use signalbox_domain::command::Command;
use signalbox_domain::key::{ProjectKey, SegmentKey};
use signalbox_domain::targeting;
use signalbox_protocol::Endpoint;
use signalbox_protocol::endpoint::{
    AtSegment, ChangeSegmentEndpoint, CreateSegmentEndpoint, GetSegment, ListSegments, RemoveSegment,
};
use signalbox_protocol::wire::segment::{ChangeSegment, Segment, SegmentRow};
use signalbox_protocol::wire::{Empty, List};

use super::Api;
use super::answer::{Answer, Answered};
use super::call::{Call, handlers};
use super::projects::whole;

handlers! {
    ListSegments => list_segments,
    CreateSegmentEndpoint => create_segment,
    GetSegment => get_segment,
    ChangeSegmentEndpoint => change_segment,
    RemoveSegment => remove_segment,
}

impl Api {
    async fn list_segments(&self, call: Call<ListSegments>) -> Answered<List<SegmentRow>> {
        let project = call.at.project;
        let rows = self.look(|view| view.segment_rows(&project));
        Ok(Answer::of(whole(rows.ok_or_else(|| Refusal::not_found("project", project))?)))
    }

    async fn create_segment(&self, call: Call<CreateSegmentEndpoint>) -> Answered<Segment> {
        let terms = call.terms()?;
        let project = call.at.project;
        let key = call.body.key.clone();
        let command = Command::CreateSegment { project: project.clone(), segment: Box::new(call.body) };
        self.submit(command, terms).await?;
        let made = self.segment(&project, &key)?;
        Ok(made.location(&GetSegment::path(&AtSegment { project, segment: key })))
    }

    async fn get_segment(&self, call: Call<GetSegment>) -> Answered<Segment> {
        self.segment(&call.at.project, &call.at.segment)
    }

    async fn change_segment(&self, call: Call<ChangeSegmentEndpoint>) -> Answered<Segment> {
        let terms = call.terms()?.because(call.body.reason);
        let AtSegment { project, segment: key } = call.at;
        let ChangeSegment { name, description, people, groups, included, excluded, .. } = call.body;
        let segment = targeting::Segment { key: key.clone(), name, description, people, groups, included, excluded };
        let command = Command::ChangeSegment { project: project.clone(), segment: Box::new(segment) };
        self.submit(command, terms).await?;
        self.segment(&project, &key)
    }

    async fn remove_segment(&self, call: Call<RemoveSegment>) -> Answered<Empty> {
        let terms = call.terms()?;
        let AtSegment { project, segment } = call.at;
        self.submit(Command::RemoveSegment { project, segment }, terms).await?;
        Ok(Answer::of(Empty {}))
    }

    fn segment(&self, project: &ProjectKey, key: &SegmentKey) -> Answered<Segment> {
        self.look(|view| {
            view.project_state(project).ok_or_else(|| Refusal::not_found("project", project))?;
            let segment = view.segment(project, key).ok_or_else(|| Refusal::not_found("segment", key))?;
            let version = segment.version;
            Ok(Answer::of(segment).version(version))
        })
    }
}
