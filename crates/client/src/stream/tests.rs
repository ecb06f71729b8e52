use serde_json::json;
use signalbox_protocol::{ErrorBody, ErrorCode};

use super::*;
use crate::scripted::{Exchange, OpenStream, ScriptedServer};

/// Short pauses, and a silence that only ends a test where it is awaited.
const QUICK: Timing = Timing {
    answer: Duration::from_secs(5),
    silence: Duration::from_secs(60),
    first_pause: Duration::from_millis(2),
    longest_pause: Duration::from_millis(10),
};

async fn begin(after: u64) -> (ScriptedServer, EventStream) {
    begin_with(after, QUICK).await
}

async fn begin_with(after: u64, timing: Timing) -> (ScriptedServer, EventStream) {
    let server = ScriptedServer::start().await.unwrap();
    let stream = Client::new(&server.url(), "sbx_secret").unwrap().stream_with(after, timing);
    (server, stream)
}

fn change(seq: u64) -> Value {
    json!({ "seq": seq, "words": format!("change {seq}"), "kind": "flag_created", "changed": [] })
}

/// The next event, which must be there in time.
async fn next(stream: &mut EventStream) -> StreamEvent {
    timeout(Duration::from_secs(20), stream.next()).await.expect("an event in time").expect("not the end")
}

/// Lets a reader in: its request, and the stream that it got.
async fn let_in(server: &ScriptedServer, stream: &mut EventStream) -> (Option<String>, OpenStream) {
    let serving = async {
        let exchange: Exchange = server.next().await.unwrap();
        assert_eq!((exchange.method.as_str(), exchange.path.as_str()), ("GET", PATH));
        assert_eq!(exchange.header("Authorization"), Some("Bearer sbx_secret"));
        let place = exchange.header("Last-Event-ID").map(str::to_owned);
        (place, exchange.stream().await.unwrap())
    };
    let (let_in, event) = tokio::join!(serving, next(stream));
    assert_eq!(event, StreamEvent::CatchingUp);
    let_in
}

#[track_caller]
fn assert_change(event: &StreamEvent, seq: u64) {
    assert!(matches!(event, StreamEvent::Change(change) if change.seq == seq), "{event:?}");
}

#[tokio::test]
async fn it_catches_up_and_is_live() {
    let (server, mut stream) = begin(4).await;
    let (place, mut open) = let_in(&server, &mut stream).await;
    assert_eq!(place.as_deref(), Some("4"));
    open.event("change", Some(6), &change(6)).await.unwrap();
    open.event("live", Some(9), &Value::Null).await.unwrap();
    open.event("heartbeat", None, &Value::Null).await.unwrap();
    assert_change(&next(&mut stream).await, 6);
    assert_eq!((next(&mut stream).await, stream.seq()), (StreamEvent::Live, 9));
    assert_eq!(next(&mut stream).await, StreamEvent::Heartbeat);
}

#[tokio::test]
async fn an_event_in_pieces_is_whole_when_its_end_arrives() {
    let (server, mut stream) = begin(0).await;
    let (_, mut open) = let_in(&server, &mut stream).await;
    let text = format!("event: change\r\nid: 7\r\ndata: {}\r\n\r\n", change(7));
    for letter in text.chars() {
        open.send(letter.encode_utf8(&mut [0; 4])).await.unwrap();
    }
    assert_change(&next(&mut stream).await, 7);
}

#[tokio::test]
async fn after_a_lost_link_it_goes_on_where_it_was() {
    let (server, mut stream) = begin(0).await;
    let (_, mut open) = let_in(&server, &mut stream).await;
    open.event("change", Some(7), &change(7)).await.unwrap();
    // Half an event is none: it is to come again.
    open.send("event: change\nid: 8\ndata: {").await.unwrap();
    drop(open);
    assert_change(&next(&mut stream).await, 7);
    let lost = next(&mut stream).await;
    assert!(matches!(&lost, StreamEvent::Lost { why: ClientError::Unreachable(_), .. }), "{lost:?}");

    let (place, mut open) = let_in(&server, &mut stream).await;
    assert_eq!(place.as_deref(), Some("7"));
    open.event("change", Some(8), &change(8)).await.unwrap();
    assert_change(&next(&mut stream).await, 8);
}

#[tokio::test]
async fn ids_carry_it_past_what_it_may_not_see() {
    let (server, mut stream) = begin(0).await;
    let (_, mut open) = let_in(&server, &mut stream).await;
    open.send("id: 41\n\nid: 42\n: hidden\n\n").await.unwrap();
    open.event("heartbeat", None, &Value::Null).await.unwrap();
    assert_eq!(next(&mut stream).await, StreamEvent::Heartbeat);
    drop(open);
    next(&mut stream).await;
    let (place, _open) = let_in(&server, &mut stream).await;
    assert_eq!((place.as_deref(), stream.seq()), (Some("42"), 42));
}

#[tokio::test]
async fn a_server_that_is_away_is_tried_until_it_is_back() {
    let (server, mut stream) = begin(3).await;
    let address = server.address();
    drop(server);
    for _ in 0..3 {
        match next(&mut stream).await {
            StreamEvent::Lost { why: ClientError::Unreachable(message), pause } => {
                assert!(message.contains(&address.to_string()), "{message}");
                assert!(pause <= QUICK.longest_pause, "{pause:?}");
            }
            other => panic!("{other:?}"),
        }
    }
    let server = ScriptedServer::start_at(address).await.unwrap();
    let (place, _open) = let_in(&server, &mut stream).await;
    assert_eq!(place.as_deref(), Some("3"));
}

#[tokio::test]
async fn a_link_without_a_heartbeat_is_dead() {
    assert_eq!(Timing::default().silence, Duration::from_millis(2_500));
    let (server, mut stream) = begin_with(0, Timing { silence: Duration::from_millis(300), ..QUICK }).await;
    let (_, mut open) = let_in(&server, &mut stream).await;
    open.event("live", None, &Value::Null).await.unwrap();
    assert_eq!(next(&mut stream).await, StreamEvent::Live);
    // The server is still there and says nothing.
    let event = next(&mut stream).await;
    let StreamEvent::Lost { why, .. } = event else { panic!("{event:?}") };
    assert_eq!(why.to_string(), format!("{} has sent nothing for 0.3 seconds", server.url()));
    open.until_closed().await.unwrap();
}

#[tokio::test]
async fn a_pause_can_be_cut_short() {
    let hour = Duration::from_secs(3600);
    let timing = Timing { first_pause: hour, longest_pause: hour, ..QUICK };
    let (server, mut stream) = begin_with(0, timing).await;
    let address = server.address();
    drop(server);
    assert!(matches!(next(&mut stream).await, StreamEvent::Lost { .. }));
    let server = ScriptedServer::start_at(address).await.unwrap();
    stream.try_now();
    let_in(&server, &mut stream).await;
}

#[tokio::test]
async fn a_reset_is_the_end() {
    let (server, mut stream) = begin(5).await;
    let (_, mut open) = let_in(&server, &mut stream).await;
    open.event("reset", None, &Value::Null).await.unwrap();
    assert_eq!(next(&mut stream).await, StreamEvent::Reset);
    assert_eq!(stream.next().await, None);
    open.until_closed().await.unwrap();
}

#[tokio::test]
async fn a_change_that_does_not_fit_asks_for_a_snapshot() {
    let (server, mut stream) = begin(5).await;
    let (_, mut open) = let_in(&server, &mut stream).await;
    open.event("of_the_future", Some(6), &json!({ "new": true })).await.unwrap();
    open.event("change", Some(7), &json!({ "seq": "seven" })).await.unwrap();
    assert_eq!(next(&mut stream).await, StreamEvent::Reset);
    assert_eq!(stream.next().await, None);
}

#[tokio::test]
async fn a_token_that_is_refused_is_the_end() {
    let (server, mut stream) = begin(0).await;
    let body = ErrorBody::new(ErrorCode::Unauthenticated, "this token is not valid");
    let serving = async {
        let exchange = server.next().await.unwrap();
        exchange.answer(401, &serde_json::to_value(&body).unwrap()).await.unwrap();
    };
    let ((), event) = tokio::join!(serving, next(&mut stream));
    assert_eq!(event, StreamEvent::Refused(ClientError::Api { status: 401, body }));
    assert_eq!(stream.next().await, None);
}

#[tokio::test]
async fn what_is_no_live_stream_is_tried_again() {
    let (server, mut stream) = begin(0).await;
    for (status, kind, body) in [(200, "text/html", "<h1>Hello</h1>"), (502, "text/html", "<h1>Bad gateway</h1>")] {
        let serving = async { server.next().await.unwrap().answer_as(kind, status, body).await.unwrap() };
        let ((), event) = tokio::join!(serving, next(&mut stream));
        assert!(matches!(&event, StreamEvent::Lost { why: ClientError::Unreadable(_), .. }), "{event:?}");
    }
    let_in(&server, &mut stream).await;
}

#[tokio::test]
async fn a_call_of_next_may_be_dropped() {
    let (server, mut stream) = begin(0).await;
    let (_, mut open) = let_in(&server, &mut stream).await;
    let half = format!("event: change\nid: 7\ndata: {}", change(7));
    open.send(&half).await.unwrap();
    for _ in 0..50 {
        tokio::select! {
            biased;
            event = stream.next() => panic!("{event:?}"),
            () = tokio::task::yield_now() => {}
        }
    }
    open.send("\n\n").await.unwrap();
    assert_change(&next(&mut stream).await, 7);
}
