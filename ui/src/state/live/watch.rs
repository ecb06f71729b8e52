//! When to connect, when to give up on a connection, and what to call it meanwhile. Pure: time comes in.

use signalbox_protocol::desktop::ConnectionState;

/// A heartbeat comes every second; after so long without one the server is gone. Milliseconds.
pub const SILENCE: i64 = 2_500;
/// How long a connection may take to open. Milliseconds.
const PATIENCE: i64 = 5_000;
/// The first pause before connecting again, and the longest. Milliseconds.
const PAUSES: (i64, i64) = (250, 4_000);

/// What to do now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Nothing.
    Wait,
    /// Open a connection, in place of any old one.
    Connect,
    /// Close the connection: it is dead.
    Close,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// Not connected; the next attempt is due then.
    Pausing { until: i64 },
    /// Asked for a connection then.
    Opening { since: i64 },
    /// Connected; what was missed is arriving.
    CatchingUp,
    /// Connected; changes arrive as they happen.
    Live,
}

/// Watches one stream. All times are milliseconds of one clock.
#[derive(Debug, Clone, Copy)]
pub struct Watch {
    state: State,
    heard: i64,
    pause: i64,
    /// Whether the connection was lost, not merely never there.
    lost: bool,
}

impl Watch {
    /// Begins with a server that has just answered.
    pub fn new(now: i64) -> Self {
        Self { state: State::Pausing { until: now }, heard: now, pause: PAUSES.0, lost: false }
    }

    /// What to call the connection.
    pub fn connection(&self) -> ConnectionState {
        match self.state {
            State::Live => ConnectionState::Live,
            State::CatchingUp => ConnectionState::CatchingUp,
            State::Pausing { .. } | State::Opening { .. } if self.lost => ConnectionState::Offline,
            State::Pausing { .. } | State::Opening { .. } => ConnectionState::CatchingUp,
        }
    }

    /// When the server was last heard.
    pub fn heard_at(&self) -> i64 {
        self.heard
    }

    /// Time has passed.
    pub fn tick(&mut self, now: i64) -> Step {
        match self.state {
            State::Pausing { until } if now >= until => {
                self.state = State::Opening { since: now };
                Step::Connect
            }
            State::Opening { since } => {
                // Whoever waits for a first connection is told after the same time as one who lost it.
                self.lost |= now - self.heard > SILENCE;
                if now - since > PATIENCE { self.give_up(now) } else { Step::Wait }
            }
            State::CatchingUp | State::Live if now - self.heard > SILENCE => self.give_up(now),
            _ => Step::Wait,
        }
    }

    /// The connection is open.
    pub fn opened(&mut self, now: i64) {
        self.heard = now;
        self.state = State::CatchingUp;
    }

    /// Something was heard.
    pub fn heard(&mut self, now: i64) {
        self.heard = now;
    }

    /// Everything up to now was received.
    pub fn live(&mut self, now: i64) {
        self.heard = now;
        self.pause = PAUSES.0;
        self.lost = false;
        self.state = State::Live;
    }

    /// The connection broke, or could not be opened.
    pub fn failed(&mut self, now: i64) -> Step {
        self.give_up(now)
    }

    /// A person does not want to wait for the end of the pause.
    pub fn now(&mut self, now: i64) {
        if let State::Pausing { .. } = self.state {
            self.state = State::Pausing { until: now };
        }
    }

    fn give_up(&mut self, now: i64) -> Step {
        self.lost = true;
        self.state = State::Pausing { until: now + self.pause };
        self.pause = (self.pause * 2).min(PAUSES.1);
        Step::Close
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A stream that went live at 0.
    fn live() -> Watch {
        let mut watch = Watch::new(0);
        assert_eq!(watch.tick(0), Step::Connect);
        assert_eq!(watch.connection(), ConnectionState::CatchingUp);
        watch.opened(0);
        watch.live(0);
        watch
    }

    #[test]
    fn silence_is_noticed_within_three_seconds() {
        let mut watch = live();
        assert_eq!(watch.tick(2_500), Step::Wait);
        assert_eq!(watch.connection(), ConnectionState::Live);
        assert_eq!(watch.tick(2_900), Step::Close);
        assert_eq!(watch.connection(), ConnectionState::Offline);
        assert_eq!(watch.heard_at(), 0);
    }

    #[test]
    fn heartbeats_keep_it_live() {
        let mut watch = live();
        for second in 1..60 {
            watch.heard(second * 1_000);
            assert_eq!(watch.tick(second * 1_000 + 900), Step::Wait);
        }
        assert_eq!(watch.connection(), ConnectionState::Live);
    }

    #[test]
    fn it_comes_back_without_a_click_and_pauses_longer_each_time() {
        let mut watch = live();
        let mut now = 0;
        let mut pauses = Vec::new();
        for _ in 0..6 {
            assert_eq!(watch.failed(now), Step::Close);
            let failed = now;
            while watch.tick(now) != Step::Connect {
                assert_eq!(watch.connection(), ConnectionState::Offline);
                now += 50;
            }
            pauses.push(now - failed);
        }
        assert_eq!(pauses, [250, 500, 1_000, 2_000, 4_000, 4_000]);
        watch.opened(now);
        assert_eq!(watch.connection(), ConnectionState::CatchingUp);
        watch.live(now);
        assert_eq!(watch.connection(), ConnectionState::Live);
        watch.failed(now);
        assert_eq!(watch.tick(now + 250), Step::Connect, "the pause begins anew");
    }

    #[test]
    fn a_connection_that_never_opens_is_given_up() {
        let mut watch = Watch::new(0);
        assert_eq!(watch.tick(0), Step::Connect);
        assert_eq!(watch.tick(3_000), Step::Wait);
        assert_eq!(watch.connection(), ConnectionState::Offline);
        assert_eq!(watch.tick(5_100), Step::Close);
    }

    #[test]
    fn trying_now_ends_the_pause() {
        let mut watch = live();
        for _ in 0..5 {
            watch.failed(0);
        }
        assert_eq!(watch.tick(10), Step::Wait);
        watch.now(10);
        assert_eq!(watch.tick(10), Step::Connect);
    }
}
