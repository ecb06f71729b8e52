//! Server-sent events, read as the HTML standard says: section 9.2.6, "Interpreting an event stream"
//! (<https://html.spec.whatwg.org/multipage/server-sent-events.html>).

use std::collections::VecDeque;
use std::time::Duration;

/// The largest line or event that is read, in bytes: a snapshot of changes is far smaller.
const LARGEST: usize = 16 * 1024 * 1024;

/// One event of a stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// Its name; `message` where the stream gives none.
    pub name: String,
    /// Its data, lines joined by line feeds.
    pub data: String,
    /// The id that was in force when it came.
    pub id: String,
}

/// Something too large to be an event of the API.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an event of more than {LARGEST} bytes")]
pub struct TooLarge;

/// Reads a stream that arrives in pieces, cut anywhere.
#[derive(Debug, Default)]
pub struct Parser {
    line: Vec<u8>,
    after_carriage_return: bool,
    past_byte_order_mark: bool,
    name: String,
    data: String,
    id: String,
    last_event_id: String,
    retry: Option<Duration>,
    events: VecDeque<Event>,
}

impl Parser {
    /// Takes in the next piece.
    ///
    /// # Errors
    /// [`TooLarge`]; the stream cannot be read any further then.
    pub fn feed(&mut self, piece: &[u8]) -> Result<(), TooLarge> {
        for &byte in piece {
            let completes_crlf = byte == b'\n' && self.after_carriage_return;
            self.after_carriage_return = byte == b'\r';
            if completes_crlf {
                continue;
            }
            if matches!(byte, b'\r' | b'\n') {
                let line = std::mem::take(&mut self.line);
                self.end_line(&line);
            } else {
                self.line.push(byte);
            }
            if self.line.len() + self.data.len() > LARGEST {
                return Err(TooLarge);
            }
        }
        Ok(())
    }

    /// The next whole event, if one is there.
    pub fn next_event(&mut self) -> Option<Event> {
        self.events.pop_front()
    }

    /// The id in force after the last blank line: where a reader that comes back goes on.
    #[must_use]
    pub fn last_event_id(&self) -> &str {
        &self.last_event_id
    }

    /// The pause before coming back that the server asked for last.
    #[must_use]
    pub const fn retry(&self) -> Option<Duration> {
        self.retry
    }

    fn end_line(&mut self, line: &[u8]) {
        let first = !std::mem::replace(&mut self.past_byte_order_mark, true);
        let line = if first { line.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(line) } else { line };
        let line = String::from_utf8_lossy(line);
        if line.is_empty() {
            self.dispatch();
            return;
        }
        let (field, value) = line.split_once(':').unwrap_or((&line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "event" => value.clone_into(&mut self.name),
            "data" => {
                self.data.push_str(value);
                self.data.push('\n');
            }
            "id" if !value.contains('\0') => value.clone_into(&mut self.id),
            "retry" if !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit()) => {
                self.retry = value.parse().ok().map(Duration::from_millis).or(self.retry);
            }
            // A comment (an empty field name) or a field that is not known.
            _ => {}
        }
    }

    fn dispatch(&mut self) {
        self.id.clone_into(&mut self.last_event_id);
        let name = std::mem::take(&mut self.name);
        let mut data = std::mem::take(&mut self.data);
        // Without a single data field there is no event.
        if data.pop().is_none() {
            return;
        }
        let name = if name.is_empty() { "message".to_owned() } else { name };
        self.events.push_back(Event { name, data, id: self.id.clone() });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(name: &str, data: &str, id: &str) -> Event {
        Event { name: name.into(), data: data.into(), id: id.into() }
    }

    fn read(pieces: &[&[u8]]) -> Vec<Event> {
        let mut parser = Parser::default();
        for piece in pieces {
            parser.feed(piece).unwrap();
        }
        std::iter::from_fn(|| parser.next_event()).collect()
    }

    /// Checks that a stream gives these events, whole, byte by byte and cut in two at every place.
    #[track_caller]
    fn check(stream: &str, expected: &[Event]) {
        let bytes = stream.as_bytes();
        assert_eq!(read(&[bytes]), expected, "whole");
        assert_eq!(read(&bytes.chunks(1).collect::<Vec<_>>()), expected, "byte by byte");
        for cut in 0..bytes.len() {
            assert_eq!(read(&[&bytes[..cut], &bytes[cut..]]), expected, "cut at {cut}");
        }
    }

    #[test]
    fn events_end_at_a_blank_line_however_lines_end() {
        for end in ["\n", "\r\n", "\r"] {
            let stream = ["event: change", "data: {}", "id: 7", "", "data: next", "", ""].join(end);
            check(&stream, &[event("change", "{}", "7"), event("message", "next", "7")]);
        }
    }

    #[test]
    fn a_line_feed_after_a_carriage_return_is_no_blank_line() {
        check("data: a\r\ndata: b\r\n\r\n", &[event("message", "a\nb", "")]);
        check("data: a\r\rdata: b\n\n", &[event("message", "a", ""), event("message", "b", "")]);
    }

    #[test]
    fn data_over_several_lines_is_joined() {
        check("data: YHOO\ndata: +2\ndata: 10\n\n", &[event("message", "YHOO\n+2\n10", "")]);
        check("data\n\ndata\ndata\n\ndata:\n", &[event("message", "", ""), event("message", "\n", "")]);
    }

    #[test]
    fn one_space_after_the_colon_is_left_out() {
        check(
            "data:test\n\ndata: test\n\ndata:  test\n\n",
            &[event("message", "test", ""), event("message", "test", ""), event("message", " test", "")],
        );
    }

    #[test]
    fn comments_and_unknown_fields_are_passed_over() {
        check(": keep alive\n\n:\nfoo: bar\ndata: a:b\n\n", &[event("message", "a:b", "")]);
    }

    #[test]
    fn a_byte_order_mark_is_passed_over_once() {
        check("\u{feff}data: a\n\n", &[event("message", "a", "")]);
        check("\u{feff}\u{feff}data: a\n\n", &[]);
        check("data: a\n\u{feff}data: b\n\n", &[event("message", "a", "")]);
    }

    #[test]
    fn without_data_there_is_no_event_but_the_id_counts() {
        check("event: live\n\n", &[]);
        let mut parser = Parser::default();
        parser.feed(b"id: 12\n\nid: 13\ndata: not yet whole\n").unwrap();
        assert_eq!((parser.next_event(), parser.last_event_id()), (None, "12"));
    }

    #[test]
    fn an_id_stays_until_another_comes() {
        check(
            "id: 1\ndata: a\n\ndata: b\n\nid\ndata: c\n\nid: 2\0\ndata: d\n\n",
            &[
                event("message", "a", "1"),
                event("message", "b", "1"),
                event("message", "c", ""),
                event("message", "d", ""),
            ],
        );
    }

    #[test]
    fn the_name_holds_for_one_event() {
        check("event: live\ndata\n\ndata: a\n\n", &[event("live", "", ""), event("message", "a", "")]);
    }

    #[test]
    fn what_is_not_whole_at_the_end_is_no_event() {
        check("data: a\n\ndata: b\n", &[event("message", "a", "")]);
    }

    #[test]
    fn letters_cut_in_two_are_read() {
        check("data: é – 日本\n\n", &[event("message", "é – 日本", "")]);
        assert_eq!(read(&[b"data: \xFF\n\n"]), [event("message", "\u{fffd}", "")]);
    }

    #[test]
    fn the_pause_is_digits_only() {
        let mut parser = Parser::default();
        for (line, retry) in [("retry: 1500", 1500), ("retry: soon", 1500), ("retry:", 1500), ("retry:20", 20)] {
            parser.feed(format!("{line}\n").as_bytes()).unwrap();
            assert_eq!(parser.retry(), Some(Duration::from_millis(retry)), "{line}");
        }
    }

    #[test]
    fn an_endless_line_is_refused() {
        let mut parser = Parser::default();
        let piece = vec![b'x'; LARGEST / 4];
        for _ in 0..4 {
            parser.feed(&piece).unwrap();
        }
        assert_eq!(parser.feed(b"x"), Err(TooLarge));
    }
}
