//! A server that does what a test tells it, one request after the other: it answers, cuts off, stays
//! silent, goes away and comes back. It speaks just enough HTTP/1.1 for that.

use std::io;
use std::net::SocketAddr;

use serde_json::Value;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

/// A listening server. When it is dropped, connections are refused.
#[derive(Debug)]
pub struct ScriptedServer {
    listener: TcpListener,
    address: SocketAddr,
}

/// A request that waits for its answer. Dropping it cuts the connection off.
#[derive(Debug)]
pub struct Exchange {
    /// The method.
    pub method: String,
    /// Path and query.
    pub path: String,
    /// The body, as JSON; null where there is none.
    pub body: Value,
    headers: Vec<(String, String)>,
    connection: TcpStream,
}

/// An event stream under way. Dropping it ends it.
#[derive(Debug)]
pub struct OpenStream {
    connection: TcpStream,
}

impl ScriptedServer {
    /// Listens on a free port of the loopback interface.
    ///
    /// # Errors
    /// When the system gives no port.
    pub async fn start() -> io::Result<Self> {
        Self::start_at(SocketAddr::from(([127, 0, 0, 1], 0))).await
    }

    /// Listens where an earlier one did.
    ///
    /// # Errors
    /// When the port is taken.
    pub async fn start_at(address: SocketAddr) -> io::Result<Self> {
        let listener = TcpListener::bind(address).await?;
        let address = listener.local_addr()?;
        Ok(Self { listener, address })
    }

    /// Where it listens.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Its base URL.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The next request.
    ///
    /// # Errors
    /// When it is not read whole.
    pub async fn next(&self) -> io::Result<Exchange> {
        let (connection, _) = self.listener.accept().await?;
        let mut reader = BufReader::new(connection);
        let mut first = String::new();
        reader.read_line(&mut first).await?;
        let mut words = first.split_whitespace().map(str::to_owned);
        let (method, path) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
        let mut headers = Vec::new();
        loop {
            let mut line = String::new();
            reader.read_line(&mut line).await?;
            let Some((name, value)) = line.trim_end().split_once(':') else { break };
            headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
        }
        let length = headers.iter().find(|(name, _)| name == "content-length");
        let length = length.and_then(|(_, value)| value.parse().ok()).unwrap_or(0);
        let mut bytes = vec![0; length];
        reader.read_exact(&mut bytes).await?;
        let body = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
        Ok(Exchange { method, path, body, headers, connection: reader.into_inner() })
    }
}

impl Exchange {
    /// A header of the request, whatever the case of its name.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        let name = name.to_ascii_lowercase();
        self.headers.iter().find(|(known, _)| *known == name).map(|(_, value)| value.as_str())
    }

    /// Answers with JSON; null is no body.
    ///
    /// # Errors
    /// When the connection is gone.
    pub async fn answer(self, status: u16, body: &Value) -> io::Result<()> {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        self.answer_as("application/json", status, &body).await
    }

    /// Answers with any text.
    ///
    /// # Errors
    /// When the connection is gone.
    pub async fn answer_as(mut self, kind: &str, status: u16, body: &str) -> io::Result<()> {
        let length = body.len();
        let head = format!(
            "HTTP/1.1 {status} -\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n"
        );
        self.connection.write_all(head.as_bytes()).await?;
        self.connection.write_all(body.as_bytes()).await?;
        self.connection.shutdown().await
    }

    /// Sends the caller on to another address.
    ///
    /// # Errors
    /// When the connection is gone.
    pub async fn redirect(mut self, elsewhere: &str) -> io::Result<()> {
        let head = format!("HTTP/1.1 307 -\r\nLocation: {elsewhere}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
        self.connection.write_all(head.as_bytes()).await?;
        self.connection.shutdown().await
    }

    /// Answers with an event stream that stays open.
    ///
    /// # Errors
    /// When the connection is gone.
    pub async fn stream(mut self) -> io::Result<OpenStream> {
        let head = "HTTP/1.1 200 -\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n";
        self.connection.write_all(head.as_bytes()).await?;
        self.connection.flush().await?;
        Ok(OpenStream { connection: self.connection })
    }
}

impl OpenStream {
    /// Sends a piece of the stream.
    ///
    /// # Errors
    /// When the reader is gone.
    pub async fn send(&mut self, piece: &str) -> io::Result<()> {
        self.connection.write_all(piece.as_bytes()).await?;
        self.connection.flush().await
    }

    /// Sends a whole event; its id stays as it is where none is given.
    ///
    /// # Errors
    /// When the reader is gone.
    pub async fn event(&mut self, name: &str, id: Option<u64>, data: &Value) -> io::Result<()> {
        let id = id.map(|id| format!("id: {id}\n")).unwrap_or_default();
        let data = if data.is_null() { String::new() } else { data.to_string() };
        self.send(&format!("event: {name}\n{id}data: {data}\n\n")).await
    }

    /// Waits until the reader has closed the connection.
    ///
    /// # Errors
    /// When the connection breaks in another way.
    pub async fn until_closed(mut self) -> io::Result<()> {
        let mut rest = Vec::new();
        match self.connection.read_to_end(&mut rest).await {
            Err(error) if error.kind() != io::ErrorKind::ConnectionReset => Err(error),
            _ => Ok(()),
        }
    }
}
