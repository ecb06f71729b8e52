//! Made-up customers of the made-up bank: they ask for flags over OFREP as any application does, so that what
//! depends on evaluations has something to show.
//!
//! Gentle on purpose: a few small requests a second over one connection to the server's own address.

use std::collections::BTreeMap;
use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use signalbox_domain::key::EnvironmentKey;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio::time::{MissedTickBehavior, interval, sleep, timeout};

use super::catalogue::FLAGS;
use super::history::CUSTOMERS;
use super::people::STAFF;
use super::targeting::known_of;
use crate::engine::Secret;

/// Time between two requests.
const PAUSE: Duration = Duration::from_millis(250);
/// Time after which a request is given up.
const PATIENCE: Duration = Duration::from_secs(10);
/// Longest wait before a new connection.
const LONGEST_BACKOFF: Duration = Duration::from_secs(30);
/// Largest answer that is taken.
const LARGEST_ANSWER: u64 = 1 << 20;

/// Asks for flags until it is dropped; a server that does not answer is tried again, ever more rarely.
///
/// `sdk_keys` are those of the made-up project, by environment; without any there is nobody who could ask.
pub async fn run(address: SocketAddr, sdk_keys: BTreeMap<EnvironmentKey, Secret>) {
    let mut crowd = Crowd::default();
    let mut backoff = PAUSE;
    if sdk_keys.is_empty() {
        return;
    }
    loop {
        let mut asked = 0_u64;
        if let Err(error) = visit(address, &sdk_keys, &mut crowd, &mut asked).await {
            tracing::debug!(%error, asked, "the demo's customers were turned away");
        }
        backoff = if asked > 0 { PAUSE } else { (backoff * 2).min(LONGEST_BACKOFF) };
        sleep(backoff).await;
    }
}

/// Asks over one connection until something goes wrong.
async fn visit(
    address: SocketAddr,
    sdk_keys: &BTreeMap<EnvironmentKey, Secret>,
    crowd: &mut Crowd,
    asked: &mut u64,
) -> io::Result<()> {
    let mut connection = within(Connection::open(address)).await?;
    let mut pace = interval(PAUSE);
    pace.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        pace.tick().await;
        let Question { environment, path, person } = crowd.next();
        // A demo whose environments were renamed or removed still has those that have a key.
        let Some(key) = sdk_keys.get(environment).or_else(|| sdk_keys.values().next()) else { return Ok(()) };
        let status = within(connection.ask(&path, key, &person)).await?;
        if status != 200 && status != 404 {
            return Err(io::Error::other(format!("status {status}")));
        }
        *asked += 1;
    }
}

async fn within<Answer>(request: impl Future<Output = io::Result<Answer>>) -> io::Result<Answer> {
    timeout(PATIENCE, request).await.map_err(|_| io::Error::from(io::ErrorKind::TimedOut))?
}

/// Who asks for what.
struct Question {
    environment: &'static str,
    path: String,
    person: String,
}

/// Everybody who may ask, drawn in an order that is the same each time.
struct Crowd(u64);

impl Default for Crowd {
    fn default() -> Self {
        Self(0x9e37_79b9_7f4a_7c15)
    }
}

impl Crowd {
    /// Mostly customers in production, one flag at a time; now and then an app that opens asks for all flags.
    fn next(&mut self) -> Question {
        let (environment, person) = match self.draw(100) {
            0..90 => ("production", format!("customer-{:06}", self.draw(CUSTOMERS))),
            90..93 => ("production", self.one_of(&STAFF).to_owned()),
            93..98 => ("staging", self.one_of(&STAFF).to_owned()),
            _ => ("dev", self.one_of(&STAFF).to_owned()),
        };
        let path = match self.draw(20) {
            0 => "/ofrep/v1/evaluate/flags".to_owned(),
            _ => format!("/ofrep/v1/evaluate/flags/{}", self.one_of(&FLAGS.each_ref().map(|entry| entry.key))),
        };
        Question { environment, path, person }
    }

    /// A number below `end`, by xorshift64 (Marsaglia, "Xorshift RNGs", 2003).
    fn draw(&mut self, end: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % end
    }

    fn one_of(&mut self, choices: &[&'static str]) -> &'static str {
        let place = self.draw(choices.len() as u64);
        usize::try_from(place).ok().and_then(|place| choices.get(place)).copied().unwrap_or_default()
    }
}

/// As much of HTTP/1.1 as it takes to ask our own server.
struct Connection {
    address: SocketAddr,
    stream: BufReader<TcpStream>,
}

impl Connection {
    async fn open(address: SocketAddr) -> io::Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self { address, stream: BufReader::new(stream) })
    }

    /// Asks, reads the whole answer and gives its status.
    async fn ask(&mut self, path: &str, key: &Secret, person: &str) -> io::Result<u16> {
        let body = serde_json::json!({ "context": known_of(person) }).to_string();
        let Self { address, .. } = self;
        let (length, key) = (body.len(), key.reveal());
        let request = format!(
            "POST {path} HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {key}\r\n\
             Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}"
        );
        self.stream.write_all(request.as_bytes()).await?;

        let status = self.line().await?;
        let status = status.split(' ').nth(1).and_then(|status| status.parse().ok()).ok_or_else(unexpected)?;
        let mut length = None;
        loop {
            let line = self.line().await?;
            match line.split_once(':') {
                None if line.is_empty() => break,
                Some((name, value)) if name.eq_ignore_ascii_case("content-length") => {
                    length = value.trim().parse::<u64>().ok();
                }
                _ => {}
            }
        }
        let length = length.filter(|length| *length <= LARGEST_ANSWER).ok_or_else(unexpected)?;
        let read = tokio::io::copy(&mut (&mut self.stream).take(length), &mut tokio::io::sink()).await?;
        if read == length { Ok(status) } else { Err(io::ErrorKind::UnexpectedEof.into()) }
    }

    /// A line of the head, without its end.
    async fn line(&mut self) -> io::Result<String> {
        let mut line = String::new();
        (&mut self.stream).take(8_192).read_line(&mut line).await?;
        match line.strip_suffix("\r\n") {
            Some(text) => Ok(text.to_owned()),
            None => Err(unexpected()),
        }
    }
}

fn unexpected() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "not an answer of this server")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_crowd_is_varied_and_the_same_each_time() {
        let ask = || {
            let mut crowd = Crowd::default();
            std::iter::repeat_with(move || crowd.next()).take(2_000).collect::<Vec<_>>()
        };
        let (first, again) = (ask(), ask());
        assert!(first.iter().zip(&again).all(|(one, other)| one.path == other.path && one.person == other.person));
        let people: std::collections::BTreeSet<_> = first.iter().map(|question| &question.person).collect();
        assert!(people.len() > 1_500, "{}", people.len());
        for entry in &FLAGS {
            assert!(first.iter().any(|question| question.path.ends_with(entry.key)), "{}", entry.key);
        }
        assert!(first.iter().any(|question| question.path.ends_with("/flags")));
        for environment in ["dev", "staging", "production"] {
            assert!(first.iter().any(|question| question.environment == environment));
        }
    }
}
